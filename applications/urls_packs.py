"""The administrators' pages of packs of items."""

from django.urls import URLPattern, path

from applications.views import packs

app_name = "item_packs"

urlpatterns: list[URLPattern] = [
    path("", packs.packs, name="packs"),
    path("load/<int:shipped_year>/", packs.load_shipped, name="load_shipped"),
    path("upload/", packs.upload, name="upload"),
    path("<uuid:pack_id>/", packs.pack, name="pack"),
    path("<uuid:pack_id>/release/", packs.release, name="release"),
    path("<uuid:pack_id>/discard/", packs.discard, name="discard"),
]
