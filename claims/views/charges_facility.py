"""The facility's page of user charges."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.record import record
from claims.events import ChargeEvent
from claims.queries import charges as queries
from facilities.models import FacilityKind
from facilities.requests import TenantRequest, own_facility


@require_GET
def charge_list(request: TenantRequest, facility_number: str) -> HttpResponse:
    """What this facility's families are charged, by month and municipality, and what that means for its claims."""
    facility = own_facility(request)
    charges = queries.charges_of_facility(facility, request.membership.municipality)
    record(
        ChargeEvent.SHOWN_TO_FACILITY,
        on=facility,
        rows={"charge": [listed.charge.pk for listed in charges]},
    )
    context = {
        "charges": charges,
        "is_public": facility.is_public,
        # 委託費: the city pays a private 保育所 in full and collects the fees itself (支援法附則第6条).
        "is_paid_in_full": facility.kind == FacilityKind.NURSERY,
    }
    return render(request, "claims/facility/charge_list.html", context)
