"""Addresses of the start page and health."""

from django.urls import URLPattern

app_name = "portal"

urlpatterns: list[URLPattern] = []
