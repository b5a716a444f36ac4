"""The roster's pages of one facility, below ``/f/<事業所番号>/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import entry, importing, workbook

app_name = "staff"

urlpatterns: list[URLPattern] = [
    path("entry/", entry.entry, name="entry"),
    path("entry/check/", entry.entry_check, name="entry_check"),
    path("entry/apply/", entry.entry_apply, name="entry_apply"),
    path("entry/discard/", entry.entry_discard, name="entry_discard"),
    path("entry/<slug:table>/", entry.entry_table, name="entry_table"),
    path("entry/<slug:table>/save/", entry.entry_save, name="entry_save"),
    path("workbook/", workbook.workbook, name="workbook"),
    path("workbook/template/", workbook.template, name="workbook_template"),
    path("import/", importing.roster_import, name="import"),
    path("import/<uuid:roster_import_id>/", importing.import_columns, name="import_columns"),
    path("import/<uuid:roster_import_id>/words/", importing.import_words, name="import_words"),
    path("import/mappings/<uuid:roster_mapping_id>/forget/", importing.import_forget, name="import_forget"),
]
