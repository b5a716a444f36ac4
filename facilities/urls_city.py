"""Addresses of the city's pages of facilities and accounts."""

from django.urls import URLPattern

app_name = "facilities"

urlpatterns: list[URLPattern] = []
