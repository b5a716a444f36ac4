"""The roster's pages of the city, below ``/c/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import city, city_changes, city_figures, city_finding, retention, year_city

app_name = "staff_city"

urlpatterns: list[URLPattern] = [
    path("search/", city_finding.search, name="search"),
    path("overlaps/", city_finding.overlaps, name="overlaps"),
    path("overlaps/<uuid:pair_id>/clear/", city_finding.clear_overlap, name="clear_overlap"),
    path("", city_figures.overview, name="overview"),
    path("export/", city_figures.overview_export, name="overview_export"),
    path("<str:facility_number>/figures/", city_figures.figures, name="figures"),
    path("<str:facility_number>/figures/export/", city_figures.figures_export, name="figures_export"),
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
    path("retention/", retention.retention, name="retention"),
    path("retention/rule/", retention.set_rule, name="set_retention"),
    path("retention/ask/", retention.ask, name="ask_erasure"),
    path("retention/<uuid:erasure_id>/confirm/", retention.confirm, name="confirm_erasure"),
    path("retention/<uuid:erasure_id>/withdraw/", retention.withdraw, name="withdraw_erasure"),
    path("changes/", city_changes.changes, name="changes"),
    path("changes/export/", city_changes.export, name="export_changes"),
    path("changes/seen/", city_changes.see_changes, name="see_changes"),
    path("changes/<uuid:change_id>/", city_changes.change, name="change"),
    path("<str:number>/", city.roster, name="roster"),
    path("<str:number>/<uuid:member_id>/", city.person, name="person"),
    path(
        "<str:number>/<uuid:member_id>/qualifications/<uuid:row_id>/check/",
        city.check_copy,
        name="check_copy",
    ),
    path("<str:number>/<uuid:member_id>/earlier/<uuid:row_id>/check/", city.check_proof, name="check_proof"),
]
