"""The facility entrance: one person, several facilities of a corporation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.record import record
from facilities.events import FacilityEvent
from facilities.requests import TenantRequest
from portal.queries.choice import choices_of


@require_GET
def choose(request: TenantRequest) -> HttpResponse:
    """The facilities this person acts for, with what waits in each. None of them is open yet."""
    choices = choices_of(request.user.pk)
    memberships = [choice.membership for choice in choices]
    record(
        FacilityEvent.CHOICE_SHOWN,
        rows={"facility": [row.facility_id for row in memberships if row.facility_id]},
    )
    context = {
        "choices": choices,
        "today": timezone.localdate(),
        "navigation": [],
        "who": {
            "place": "、".join(dict.fromkeys(row.municipality.name for row in memberships)),
            "role": request.actor.role,
            "name": request.user.name,
            "switch_url": None,
        },
    }
    return render(request, "portal/choose.html", context)
