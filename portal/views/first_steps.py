"""The tour for a new clerk: as a page of its own, and put away from the home page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from facilities.requests import TenantRequest, own_facility
from portal.events import PortalEvent
from portal.help.texts import FIRST_STEPS
from portal.operations import first_steps as operations
from portal.queries.first_steps import first_steps_of

CLOSED = f"案内を閉じました。「使い方」の「{FIRST_STEPS.title}」から、いつでも開けます。"


@require_GET
def first_steps(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The steps with what is done; open to whoever has closed the card, too."""
    facility = own_facility(request)
    record(PortalEvent.FIRST_STEPS_SHOWN)
    context = {
        "facility": facility,
        "first_steps": first_steps_of(facility, request.actor.user_id),
        "breadcrumbs": [
            ("ホーム", reverse("facility_portal:home", args=[facility.number])),
            (FIRST_STEPS.title, None),
        ],
    }
    return render(request, "portal/first_steps.html", context)


@require_POST
def close_first_steps(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Put the card away for good."""
    operations.close_first_steps(by=request.actor, at=timezone.now())
    messages.success(request, CLOSED)
    return redirect("facility_portal:home", facility_number)
