"""A facility's home, its first steps and its guide on paper."""

from django.urls import URLPattern, path

from portal.views import facility, first_steps, guides

app_name = "facility_portal"

urlpatterns: list[URLPattern] = [
    path("", facility.home, name="home"),
    path("first-steps/", first_steps.first_steps, name="first_steps"),
    path("first-steps/close/", first_steps.close_first_steps, name="close_first_steps"),
    path("guide/", guides.facility_guide, name="guide"),
]
