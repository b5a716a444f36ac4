"""The city's pages of entry rounds, below ``/c/rounds/``."""

from django.urls import URLPattern, path

from applications.views import rounds

app_name = "entry_rounds"

urlpatterns: list[URLPattern] = [
    path("", rounds.year, name="year"),
    path("<int:fiscal_year>/<int:round_number>/", rounds.set_round, name="set_round"),
    path(
        "<int:fiscal_year>/<int:round_number>/<facility_number:facility_number>/",
        rounds.reopen,
        name="reopen",
    ),
]
