"""The guide of one's role on one sheet of paper: the month in steps, where things are, the days, whom to ask."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.record import record
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest
from facilities.schedule import MOST_MONTHS_LATER, CitySchedule, Deadline, Step
from portal.events import PortalEvent
from portal.help.texts import guide_of

MONTHS = 2


@require_GET
def facility_guide(request: TenantRequest, facility_number: str) -> HttpResponse:
    """For a clerk."""
    return _guide(request, "portal/facility_guide.html")


@require_GET
def city_guide(request: TenantRequest) -> HttpResponse:
    """For the city's people: each sees the guide of their own role."""
    return _guide(request, "portal/city_guide.html")


@require_GET
def audit_guide(request: TenantRequest) -> HttpResponse:
    """For the auditor."""
    return _guide(request, "portal/audit_guide.html")


def coming_months(schedule: CitySchedule, today: date) -> list[tuple[ServiceMonth, list[Deadline]]]:
    """The first months in which something is still due, with all their days."""
    first = ServiceMonth.of(today).plus(-MOST_MONTHS_LATER)
    months = [first.plus(number) for number in range(MOST_MONTHS_LATER + MONTHS + 1)]
    found = [(month, schedule.month(month)) for month in months]
    return [(month, days) for month, days in found if any(each.day >= today for each in days)][:MONTHS]


def _guide(request: TenantRequest, template: str) -> HttpResponse:
    guide = guide_of(request.actor.duty)
    today = timezone.localdate()
    months = coming_months(CitySchedule.of(request.membership.municipality), today)
    month, days = months[0]
    day_of = {each.step: each.day for each in days}
    facility = request.membership.facility
    record(PortalEvent.GUIDE_SHOWN)
    context = {
        "guide": guide,
        "month": month,
        "steps": [(step, day_of[step.step] if step.step else None) for step in guide.steps],
        "months": months,
        "schedule_steps": list(Step),
        "today": today,
        "is_public": facility is not None and facility.is_public,
    }
    return render(request, template, context)
