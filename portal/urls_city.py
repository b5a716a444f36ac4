"""The city's home."""

from django.urls import URLPattern, path

from portal.views import city

app_name = "city_portal"

urlpatterns: list[URLPattern] = [path("", city.home, name="home")]
