"""The roster's pages of the city, below ``/c/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import city_finding

app_name = "staff_city"

urlpatterns: list[URLPattern] = [
    path("search/", city_finding.search, name="search"),
    path("overlaps/", city_finding.overlaps, name="overlaps"),
    path("overlaps/<uuid:pair_id>/clear/", city_finding.clear_overlap, name="clear_overlap"),
]
