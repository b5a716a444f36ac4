"""What a rate book would change in the city's claims."""

from django.urls import URLPattern, path

from claims.views import effect

app_name = "rate_book_effect"

urlpatterns: list[URLPattern] = [
    path("<uuid:book_id>/effect/", effect.effect_page, name="page"),
    path("<uuid:book_id>/effect/export/", effect.export, name="export"),
    path("<uuid:book_id>/effect/<str:facility_number>/", effect.facility_page, name="facility"),
]
