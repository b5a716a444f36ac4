"""Addresses of review."""

from django.urls import URLPattern, path

from approvals.views import additions, differences, inbox, review, what_if

app_name = "approvals"

urlpatterns: list[URLPattern] = [
    path("", inbox.inbox, name="inbox"),
    path("export/", inbox.export, name="export"),
    path("differences/", differences.difference_list, name="differences"),
    path("differences/export/", differences.export_differences, name="export_differences"),
    path("additions/", additions.additions, name="additions"),
    path("additions/export/", additions.export_additions, name="export_additions"),
    path("additions/<str:facility_number>/", additions.additions_page, name="additions_page"),
    path("what-if/<str:facility_number>/", what_if.what_if, name="what_if"),
    path("together/", inbox.confirm_together, name="confirm_together"),
    path("together/approve/", inbox.approve_unchanged, name="approve_unchanged"),
    path("<uuid:claim_id>/", review.review_page, name="review_page"),
    path("<uuid:claim_id>/approve/", review.approve, name="approve"),
    path("<uuid:claim_id>/return/", review.return_to_facility, name="return"),
    path("<uuid:claim_id>/remark/", review.remark, name="remark"),
]
