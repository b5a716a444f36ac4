"""The roster's pages of the city, below ``/c/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import year_city

app_name = "staff_city"

urlpatterns: list[URLPattern] = [
    path("year/<int:fiscal_year>/", year_city.year, name="year"),
    path("year/<int:fiscal_year>/accept/", year_city.accept_together, name="year_accept_together"),
    path("year/<int:fiscal_year>/due/", year_city.set_due, name="year_set_due"),
    path("year/<int:fiscal_year>/<str:facility_number>/", year_city.year_page, name="year_page"),
    path("year/<int:fiscal_year>/<str:facility_number>/accept/", year_city.accept, name="year_accept"),
    path(
        "year/<int:fiscal_year>/<str:facility_number>/return/",
        year_city.return_to_facility,
        name="year_return",
    ),
]
