"""A facility's view of the days of the months."""

from django.urls import URLPattern, path

from facilities.views import schedule

app_name = "schedule"

urlpatterns: list[URLPattern] = [
    path("", schedule.facility_schedule, name="months"),
    path("calendar.ics", schedule.facility_calendar, name="calendar"),
]
