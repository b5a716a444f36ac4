"""The list of facilities as a file."""

from django.urls import URLPattern, path

from portal.views import facility_lists

app_name = "facility_lists"

urlpatterns: list[URLPattern] = [
    path("", facility_lists.imports, name="imports"),
    path("export/", facility_lists.export, name="export"),
    path("<uuid:list_id>/", facility_lists.import_page, name="import_page"),
    path("<uuid:list_id>/accept/", facility_lists.accept, name="accept"),
    path("<uuid:list_id>/discard/", facility_lists.discard, name="discard"),
]
