"""A facility's home."""

from django.urls import URLPattern, path

from portal.views import facility

app_name = "facility_portal"

urlpatterns: list[URLPattern] = [path("", facility.home, name="home")]
