"""Addresses of the city's child counts, below /c/counts/."""

from django.urls import path

from claims.views import city as views

app_name = "counts"

urlpatterns = [
    path("", views.imports, name="imports"),
    path("imports/<uuid:import_id>/", views.import_page, name="import_page"),
    path("imports/<uuid:import_id>/accept/", views.accept, name="accept"),
    path("imports/<uuid:import_id>/discard/", views.discard, name="discard"),
    path("disputes/", views.disputes, name="disputes"),
    path("disputes/<uuid:dispute_id>/answer/", views.answer, name="answer"),
    path("<month:month>/", views.month, name="month"),
    path("<month:month>/<str:facility_number>/", views.facility, name="facility"),
]
