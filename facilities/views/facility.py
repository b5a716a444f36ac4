"""The facility entrance: one person, several facilities of a corporation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.record import record
from facilities.actors import Role
from facilities.events import FacilityEvent
from facilities.models import Membership
from facilities.requests import TenantRequest


@require_GET
def choose(request: TenantRequest) -> HttpResponse:
    """The facilities this person acts for."""
    mine = list(
        Membership.own.filter(user_id=request.user.pk, ended_at__isnull=True, duty=Role.FACILITY)
        .select_related("facility", "municipality")
        .order_by("facility__number")
    )
    record(
        FacilityEvent.CHOICE_SHOWN, rows={"facility": [row.facility_id for row in mine if row.facility_id]}
    )
    context = {"memberships": mine, "navigation": [], "today": timezone.localdate()}
    return render(request, "facilities/choose.html", context)
