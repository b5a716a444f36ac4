"""The audit entrance."""

from django.urls import URLPattern, path

from portal.views import events, guides

app_name = "audit_portal"

urlpatterns: list[URLPattern] = [
    path("", events.event_list, name="events"),
    path("events/<uuid:event_id>/", events.event_page, name="event"),
    path("export/", events.export, name="export"),
    path("guide/", guides.audit_guide, name="guide"),
]
