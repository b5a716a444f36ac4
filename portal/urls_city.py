"""The city's home and the guides of its roles on paper."""

from django.urls import URLPattern, path

from portal.views import city, guides

app_name = "city_portal"

urlpatterns: list[URLPattern] = [
    path("", city.home, name="home"),
    path("guide/", guides.city_guide, name="guide"),
]
