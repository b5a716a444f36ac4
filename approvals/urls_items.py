"""Addresses of the review of applications, below /c/applications/."""

from django.urls import URLPattern, path

from approvals.views import item_certificates, item_overview, item_page, item_routes, items

app_name = "item_review"

urlpatterns: list[URLPattern] = [
    path("", items.inbox, name="inbox"),
    path("export/", items.export, name="export"),
    path("together/", items.confirm_together, name="confirm_together"),
    path("together/approve/", items.approve_unchanged, name="approve_unchanged"),
    path("overview/", item_overview.overview_page, name="overview"),
    path("overview/remind/", item_overview.remind, name="remind"),
    path("certificates/", item_certificates.certificates_page, name="certificates"),
    path("certificates/export/", item_certificates.export, name="certificates_export"),
    path("certificates/forward/", item_certificates.forward_together, name="forward_together"),
    path("certificates/certify/", item_certificates.certify_together, name="certify_together"),
    path("routes/", item_routes.routes, name="routes"),
    path("routes/<uuid:route_id>/remove/", item_routes.remove_route, name="remove_route"),
    path("delegations/", item_routes.delegations, name="delegations"),
    path("delegations/<uuid:delegation_id>/end/", item_routes.end_delegation, name="end_delegation"),
    path("<uuid:version_id>/", item_page.review_page, name="review_page"),
    path("<uuid:version_id>/approve/", item_page.approve, name="approve"),
    path("<uuid:version_id>/return/", item_page.return_to_facility, name="return"),
    path("<uuid:version_id>/forward/", item_page.forward, name="forward"),
    path("<uuid:version_id>/certify/", item_page.certify, name="certify"),
    path("<uuid:version_id>/confirm/", item_page.confirm, name="confirm"),
]
