"""The start page, health, and what the API can do."""

from django.conf import settings
from django.urls import URLPattern, path

from facilities.views import schedule
from portal.views import api_schema, health, start

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("", start.start, name="start"),
    path("calendar/<str:token>.ics", schedule.feed, name="calendar_feed"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
]

if "lgwan" in settings.ENTRANCES:
    urlpatterns += [path("api/v1/schema/", api_schema.api_schema, name="api_schema")]
