"""
Every address of the house.

A process opens the doors its ``ENTRANCES`` name: facilities' pages exist only on the Internet entrance, the city's,
the auditors' and the API's only on the LGWAN entrance. Elsewhere they answer 404, because they are not there.
"""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, register_converter

from facilities.numbers import FacilityNumberConverter
from facilities.periods import ServiceMonthConverter

register_converter(ServiceMonthConverter, "month")
register_converter(FacilityNumberConverter, "facility_number")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portal.urls")),
    path("", include("accounts.urls")),
    path("q/", include("documents.urls_check")),
]

if "internet" in settings.ENTRANCES:
    urlpatterns += [
        path("f/", include("portal.urls_choice")),
        path("f/<str:facility_number>/", include("portal.urls_facility")),
        path("f/<str:facility_number>/", include("claims.urls_facility")),
        path("f/<str:facility_number>/staff/", include("staff_records.urls_facility")),
        path("f/<str:facility_number>/applications/", include("applications.urls_facility")),
        path("f/<str:facility_number>/schedule/", include("facilities.urls_schedule")),
        path("f/<str:facility_number>/documents/", include("documents.urls_facility")),
        path("f/<str:facility_number>/notices/", include("portal.urls_facility_notices")),
    ]

if "lgwan" in settings.ENTRANCES:
    urlpatterns += [
        path("c/", include("portal.urls_city")),
        path("c/facility-lists/", include("portal.urls_facility_lists")),
        path("c/notices/", include("portal.urls_notices")),
        path("c/counts/", include("claims.urls_city")),
        path("c/charges/", include("claims.urls_charges")),
        path("c/staff/", include("staff_records.urls_city")),
        path("c/rounds/", include("applications.urls_rounds")),
        path("c/rate-books/", include("rate_books.urls_city")),
        path("c/rate-books/", include("claims.urls_effect")),
        path("c/documents/", include("documents.urls_city")),
        path("c/papers/", include("applications.urls_papers")),
        path("c/questions/", include("applications.urls_talk")),
        path("c/item-packs/", include("applications.urls_packs")),
        path("c/documents/fonts/", include("documents.urls_fonts")),
        path("c/form-packs/", include("documents.urls_packs")),
        path("c/places/", include("applications.urls_places")),
        path("c/applications/entries/", include("applications.urls_entries")),
        path("c/review/", include("approvals.urls_city")),
        path("c/budget/", include("approvals.urls_budget")),
        path("c/applications/", include("approvals.urls_items")),
        path("c/", include("facilities.urls_city")),
        path("api/v1/", include("claims.urls_api")),
        path("a/", include("portal.urls_audit")),
    ]

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"
