"""Addresses of the city's child counts, below /c/counts/."""

from django.urls import path

from claims.views import city as views
from claims.views import mapping

app_name = "counts"

urlpatterns = [
    path("", views.imports, name="imports"),
    path("imports/<uuid:import_id>/", views.import_page, name="import_page"),
    path("imports/<uuid:import_id>/accept/", views.accept, name="accept"),
    path("imports/<uuid:import_id>/discard/", views.discard, name="discard"),
    path("drops/<uuid:refusal_id>/dismiss/", views.dismiss_refusal, name="dismiss_refusal"),
    path("mappings/", mapping.mappings, name="mappings"),
    path("mappings/drafts/<uuid:draft_id>/", mapping.columns, name="mapping_columns"),
    path("mappings/drafts/<uuid:draft_id>/codes/", mapping.codes, name="mapping_codes"),
    path("mappings/<uuid:mapping_id>/rename/", mapping.rename, name="rename_mapping"),
    path("mappings/<uuid:mapping_id>/delete/", mapping.delete, name="delete_mapping"),
    path("disputes/", views.disputes, name="disputes"),
    path("disputes/<uuid:dispute_id>/answer/", views.answer, name="answer"),
    path("<month:month>/", views.month, name="month"),
    path("<month:month>/closing/", views.closing, name="closing"),
    path("<month:month>/closing/close/", views.close_month, name="close_month"),
    path("<month:month>/closing/reopen/", views.reopen_month, name="reopen_month"),
    path("<month:month>/<str:facility_number>/", views.facility, name="facility"),
    path("<month:month>/<str:facility_number>/correct/", views.correct, name="correct"),
    path("<month:month>/<str:facility_number>/confirm/", views.confirm_on_behalf, name="confirm_on_behalf"),
]
