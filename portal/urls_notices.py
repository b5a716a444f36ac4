"""The city's notices."""

from django.urls import URLPattern, path

from portal.views import notices

app_name = "notices"

urlpatterns: list[URLPattern] = [
    path("", notices.notices, name="notices"),
    path("new/", notices.new, name="new"),
    path("<uuid:notice_id>/", notices.notice_page, name="notice_page"),
    path("<uuid:notice_id>/edit/", notices.edit, name="edit"),
    path("<uuid:notice_id>/send/", notices.send, name="send"),
    path("<uuid:notice_id>/withdraw/", notices.withdraw, name="withdraw"),
    path("<uuid:notice_id>/delete/", notices.delete, name="delete"),
    path("<uuid:notice_id>/receipts/", notices.receipts, name="receipts"),
    path("<uuid:notice_id>/attach/", notices.attach, name="attach"),
    path("<uuid:notice_id>/files/<uuid:attachment_id>/", notices.download, name="download"),
    path("<uuid:notice_id>/files/<uuid:attachment_id>/detach/", notices.detach, name="detach"),
]
