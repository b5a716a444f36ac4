"""A facility's home."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.queries.talk import open_questions
from audit.record import record
from claims.wording import price_bands
from facilities.requests import TenantRequest, own_facility
from portal.events import PortalEvent
from portal.queries.facility import home_of
from portal.queries.first_steps import first_steps_of
from portal.queries.notices import latest_notices
from staff_records.operations.succession import offered


@require_GET
def home(request: TenantRequest, facility_number: str) -> HttpResponse:
    """This month as three steps, with one button for the next one."""
    facility = own_facility(request)
    home = home_of(facility, request.membership.municipality)
    current = home.current
    latest = latest_notices(facility.pk, request.actor.user_id)
    questions = open_questions(facility)
    record(
        PortalEvent.HOME_SHOWN,
        rows={
            "count_sheet": [sheet.pk for sheet in [*([current.sheet] if current else []), *home.waiting]],
            "claim": [
                claim.pk for claim in {*home.returned, *home.unsent, *(current.claims if current else [])}
            ],
            "dispute": [dispute.pk for dispute in home.answered],
            "notice": [notice.pk for notice in latest.rows],
            # Nobody is named, but whose changes are told is known.
            "staff_member": home.expected.member_ids if home.expected else [],
            "remark": [question.pk for question in questions],
        },
    )
    first_steps = (
        None if request.user.first_steps_closed_at else first_steps_of(facility, request.actor.user_id)
    )
    is_tour_first = first_steps is not None and first_steps.is_new
    context = {
        "facility": facility,
        "home": home,
        "current": current,
        "latest": latest,
        "questions": questions,
        "succession": offered(facility, today=timezone.localdate()),
        "first_steps": first_steps,
        # The tour stands above the rest only for somebody new, of whom nothing else is wanted.
        "is_tour_first": is_tour_first and not (home.has_urgent or latest.unread or questions),
        **price_bands(current.claims if current else ()),
    }
    return render(request, "portal/facility_home.html", context)
