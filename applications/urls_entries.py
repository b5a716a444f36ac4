"""How much facilities really typed, for the city."""

from django.urls import URLPattern, path

from applications.views import entries

app_name = "application_entries"

urlpatterns: list[URLPattern] = [
    path("", entries.city, name="entries"),
    path("export/", entries.city_export, name="export"),
]
