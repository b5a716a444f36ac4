"""Addresses of the city's home."""

from django.urls import URLPattern

app_name = "city_portal"

urlpatterns: list[URLPattern] = []
