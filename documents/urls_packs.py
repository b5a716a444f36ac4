"""The administrators' pages of form packs and the data dictionary."""

from django.urls import URLPattern, path

from documents.views import pack_acts, pack_dictionary, pack_files, pack_pages

app_name = "form_packs"

urlpatterns: list[URLPattern] = [
    path("", pack_pages.packs, name="packs"),
    path("start/", pack_acts.start, name="start"),
    path("dictionary/", pack_dictionary.dictionary, name="dictionary"),
    path("dictionary/csv/", pack_files.dictionary_csv, name="dictionary_csv"),
    path("shipped/<str:content_hash>/", pack_pages.shipped_pack, name="shipped"),
    path("shipped/<str:content_hash>/<str:part>/", pack_files.shipped_file, name="shipped_file"),
    path("<uuid:form_pack_id>/", pack_pages.pack, name="pack"),
    path("<uuid:form_pack_id>/head/", pack_acts.head, name="head"),
    path("<uuid:form_pack_id>/map/", pack_pages.mapping, name="mapping"),
    path("<uuid:form_pack_id>/map/<str:act>/", pack_acts.change, name="change"),
    path("<uuid:form_pack_id>/workbook/", pack_acts.workbook, name="workbook"),
    path("<uuid:form_pack_id>/moves/", pack_acts.moves, name="moves"),
    path("<uuid:form_pack_id>/manifest/", pack_acts.manifest, name="manifest"),
    path("<uuid:form_pack_id>/preview/", pack_pages.preview, name="preview"),
    path("<uuid:form_pack_id>/preview/<str:file_format>/", pack_files.preview_file, name="preview_file"),
    path("<uuid:form_pack_id>/release/", pack_acts.release, name="release"),
    path("<uuid:form_pack_id>/discard/", pack_acts.discard, name="discard"),
    path("<uuid:form_pack_id>/files/<str:part>/", pack_files.file, name="file"),
]
