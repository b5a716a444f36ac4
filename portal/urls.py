"""The start page and health."""

from django.urls import URLPattern, path

from facilities.views import schedule
from portal.views import health, start

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("", start.start, name="start"),
    path("calendar/<str:token>.ics", schedule.feed, name="calendar_feed"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
]
