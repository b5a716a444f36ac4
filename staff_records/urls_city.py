"""The roster's pages of the city, below ``/c/staff/``."""

from django.urls import URLPattern, path

from staff_records.views import city, city_changes

app_name = "staff_city"

urlpatterns: list[URLPattern] = [
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
