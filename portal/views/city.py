"""The city's home."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from approvals import permissions
from audit.record import record
from claims.queries.progress import STATES
from claims.wording import price_bands
from facilities.actors import OPERATIONS_ROLES, Role
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest
from portal.events import PortalEvent
from portal.queries.city import city_home


@require_GET
def home(request: TenantRequest) -> HttpResponse:
    """The month as a map of all facilities, with what waits for this person's role; another one by ``?month=``."""
    try:
        asked = ServiceMonth.parse(request.GET.get("month", ""))
    except ValueError:
        asked = None
    found = city_home(request.actor, asked, request.membership.municipality)
    may_see_claims = permissions.look.allows(request.actor, None)
    record(
        PortalEvent.HOME_SHOWN,
        rows={"facility": [row.facility.pk for row in found.inbox.everything] if found.inbox else []},
        detail={"month": str(found.month or "")},
    )
    counts = found.counts
    context = {
        "home": found,
        "duty": request.actor.duty,
        "may_see_claims": may_see_claims,
        "reviews": request.actor.duty in OPERATIONS_ROLES,
        "is_enrolment": request.actor.duty is Role.ENROLMENT,
        "is_administrator": request.actor.duty is Role.ADMINISTRATOR,
        "states": [(state, label, counts[state]) for state, label in STATES.items() if counts.get(state)],
        **price_bands(found.inbox.priced_claims if may_see_claims and found.inbox else ()),
    }
    return render(request, "portal/city_home.html", context)
