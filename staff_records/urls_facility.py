"""The roster's pages of one facility, below ``/f/<事業所番号>/staff/``."""

from django.urls import URLPattern

app_name = "staff"

urlpatterns: list[URLPattern] = []
