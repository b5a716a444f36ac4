"""The notices a facility was sent."""

from django.urls import URLPattern, path

from portal.views import facility_notices

app_name = "facility_notices"

urlpatterns: list[URLPattern] = [
    path("", facility_notices.notices, name="notices"),
    path("<uuid:notice_id>/", facility_notices.notice_page, name="notice_page"),
    path("<uuid:notice_id>/files/<uuid:attachment_id>/", facility_notices.download, name="download"),
]
