"""The roster's pages of one facility, below ``/f/<事業所番号>/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import entry, year_facility

app_name = "staff"

urlpatterns: list[URLPattern] = [
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
]
