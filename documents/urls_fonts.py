"""The administrators' pages of the city's own characters (外字)."""

from django.urls import URLPattern, path

from documents.views import fonts

app_name = "city_fonts"

urlpatterns: list[URLPattern] = [
    path("", fonts.listed, name="fonts"),
    path("upload/", fonts.upload, name="upload"),
    path("<uuid:city_font_id>/", fonts.font, name="font"),
    path("<uuid:city_font_id>/preview/", fonts.preview, name="preview"),
    path("<uuid:city_font_id>/release/", fonts.release, name="release"),
    path("<uuid:city_font_id>/discard/", fonts.discard, name="discard"),
]
