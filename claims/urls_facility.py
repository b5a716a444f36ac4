"""Addresses of a facility's counts and claims."""

from django.urls import URLPattern

app_name = "claims"

urlpatterns: list[URLPattern] = []
