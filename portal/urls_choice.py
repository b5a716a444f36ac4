"""Choosing a facility."""

from django.urls import URLPattern, path

from portal.views import choice

app_name = "facility_choice"

urlpatterns: list[URLPattern] = [path("", choice.choose, name="choose")]
