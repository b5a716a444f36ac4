"""Addresses of a facility's home."""

from django.urls import URLPattern

app_name = "facility_portal"

urlpatterns: list[URLPattern] = []
