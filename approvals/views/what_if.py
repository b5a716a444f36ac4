"""もしもの試算 of any facility, for the operations section."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from approvals import permissions
from approvals.events import ReviewEvent
from audit.record import record
from claims.obstacles import for_city
from claims.views.what_if import answer_status, try_with
from facilities.requests import TenantRequest, facility_or_404, require


@require_http_methods(["GET", "POST"])
def what_if(request: TenantRequest, facility_number: str) -> HttpResponse:
    """One facility's newest confirmed month, as it is and as it would be. Nothing is stored."""
    require(request, permissions.look)
    facility = facility_or_404(facility_number)
    tried = try_with(request, facility)
    tried = replace(tried, barred=for_city(tried.barred).sentence)
    record(
        ReviewEvent.WHAT_IF_SHOWN,
        on=facility,
        facility_id=facility.pk,
        rows=tried.row_ids,
        detail={"month": tried.month},
    )
    context = tried.context() | {
        "facility": facility,
        "breadcrumbs": [
            ("審査", reverse("approvals:inbox")),
            ("加算の確認", reverse("approvals:additions")),
            (facility.name, reverse("approvals:additions_page", args=[facility.number])),
            ("もしもの試算", None),
        ],
    }
    return render(request, "approvals/what_if.html", context, status=answer_status(request, tried))
