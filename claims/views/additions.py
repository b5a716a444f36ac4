"""The facility's page 加算の確認: what it claims and may not, what it could claim, and what is missing."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from audit.record import record
from claims.events import ClaimEvent
from claims.queries.additions import additions_of
from facilities.middleware import not_found_unless
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest


@require_GET
def additions(request: TenantRequest, facility_number: str) -> HttpResponse:
    """One month under the conditions; without a month in the address, the newest that has counts."""
    facility = request.membership.facility
    not_found_unless(facility)
    assert facility is not None, "asked above"
    view = additions_of(facility, asked_month(request))
    record(
        ClaimEvent.ADDITIONS_SHOWN, on=facility, rows=view.row_ids, detail={"month": str(view.month or "")}
    )
    context = {
        "view": view,
        "checked": view.checked,
        "is_public": facility.is_public,
        "breadcrumbs": [("請求", reverse("claims:claim_list", args=[facility.number])), ("加算の確認", None)],
    }
    return render(request, "claims/facility/additions.html", context)


def asked_month(request: TenantRequest) -> ServiceMonth | None:
    """The month in the address; nonsense there means «not asked»."""
    try:
        return ServiceMonth.parse(request.GET.get("month", ""))
    except ValueError:
        return None
