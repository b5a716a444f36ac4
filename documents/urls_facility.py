"""Addresses of a facility's documents."""

from django.urls import URLPattern

app_name = "documents"

urlpatterns: list[URLPattern] = []
