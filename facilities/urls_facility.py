"""Addresses of choosing a facility."""

from django.urls import URLPattern

app_name = "facility_choice"

urlpatterns: list[URLPattern] = []
