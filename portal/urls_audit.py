"""Addresses of the audit entrance."""

from django.urls import URLPattern

app_name = "audit_portal"

urlpatterns: list[URLPattern] = []
