"""Addresses of review."""

from django.urls import URLPattern, path

from approvals.views import differences, inbox, review

app_name = "approvals"

urlpatterns: list[URLPattern] = [
    path("", inbox.inbox, name="inbox"),
    path("export/", inbox.export, name="export"),
    path("differences/", differences.difference_list, name="differences"),
    path("differences/export/", differences.export_differences, name="export_differences"),
    path("together/", inbox.confirm_together, name="confirm_together"),
    path("together/approve/", inbox.approve_unchanged, name="approve_unchanged"),
    path("<uuid:claim_id>/", review.review_page, name="review_page"),
    path("<uuid:claim_id>/approve/", review.approve, name="approve"),
    path("<uuid:claim_id>/return/", review.return_to_facility, name="return"),
    path("<uuid:claim_id>/remark/", review.remark, name="remark"),
]
