"""The roster's pages of one facility, below ``/f/<事業所番号>/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import addresses, entry, figures, finding, year_facility

app_name = "staff"

urlpatterns: list[URLPattern] = [
    path("addresses/", addresses.addresses, name="addresses"),
    path("year/", year_facility.year_now, name="year_now"),
    path("year/<int:fiscal_year>/", year_facility.year, name="year"),
    path("year/<int:fiscal_year>/submit/", year_facility.submit, name="year_submit"),
    path("year/<int:fiscal_year>/withdraw/", year_facility.withdraw, name="year_withdraw"),
    path("entry/", entry.entry, name="entry"),
    path("entry/check/", entry.entry_check, name="entry_check"),
    path("entry/apply/", entry.entry_apply, name="entry_apply"),
    path("entry/discard/", entry.entry_discard, name="entry_discard"),
    path("entry/<slug:table>/", entry.entry_table, name="entry_table"),
    path("entry/<slug:table>/save/", entry.entry_save, name="entry_save"),
    path("find/", finding.find, name="find"),
    path("find/add/", finding.add_found, name="add_found"),
    path("find/take-over/", finding.take_over, name="take_over"),
    path("figures/", figures.figures, name="figures"),
    path("figures/export/", figures.figures_export, name="figures_export"),
    path("figures/hours/", figures.set_work_rules, name="set_work_rules"),
    path("figures/hours/<uuid:rule_id>/remove/", figures.remove_work_rules, name="remove_work_rules"),
]
