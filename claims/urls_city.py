"""Addresses of the enrolment section's counts."""

from django.urls import URLPattern

app_name = "counts"

urlpatterns: list[URLPattern] = []
