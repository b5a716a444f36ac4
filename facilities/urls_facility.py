"""Choosing a facility."""

from django.urls import URLPattern, path

from facilities.views import facility

app_name = "facility_choice"

urlpatterns: list[URLPattern] = [path("", facility.choose, name="choose")]
