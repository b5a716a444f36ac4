"""The roster's pages of the city, below ``/c/staff/``."""

from django.urls import URLPattern

app_name = "staff_city"

urlpatterns: list[URLPattern] = []
