"""Addresses of the city's user charges, below /c/charges/."""

from django.urls import path

from claims.views import charges as views

app_name = "charges"

urlpatterns = [
    path("", views.imports, name="imports"),
    path("imports/<uuid:charge_import_id>/", views.import_page, name="import_page"),
    path("imports/<uuid:charge_import_id>/accept/", views.accept, name="accept"),
    path("imports/<uuid:charge_import_id>/discard/", views.discard, name="discard"),
    path("<month:month>/", views.month, name="month"),
    path("<month:month>/export/", views.export, name="export"),
]
