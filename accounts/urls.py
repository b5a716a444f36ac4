"""Addresses of logging in and out."""

from django.urls import URLPattern

app_name = "accounts"

urlpatterns: list[URLPattern] = []
