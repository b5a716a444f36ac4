"""The start page and health."""

from django.urls import URLPattern, path

from portal.views import health, start

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("", start.start, name="start"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
]
