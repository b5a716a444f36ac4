"""
A facility's own deadlines: the city's, moved by the business days a 「人数が違う」 waited for its answer.

A dispute stops the clock: the facility cannot confirm while the city has not answered.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from claims.models import CountDispute, CountSheet
from facilities.models import Municipality
from facilities.periods import ServiceMonth
from facilities.schedule import CitySchedule, Step

Span = tuple[date, date]


def own_deadline(sheet: CountSheet, step: Step, city: Municipality) -> date:
    """The day of ``step`` for the sheet's facility and month."""
    return deadlines_of([sheet.facility_id], sheet.service_month, step, city)[sheet.facility_id]


def deadlines_of(
    facilities: Iterable[UUID], month: ServiceMonth, step: Step, city: Municipality
) -> dict[UUID, date]:
    """The day of ``step`` for each of ``facilities``, in one query."""
    schedule = CitySchedule.of(city)
    usual = schedule.deadline(month, step).day
    wanted = list(facilities)
    waited: dict[UUID, list[Span]] = defaultdict(list)
    disputes = CountDispute.objects.filter(facility__in=wanted, sheet__month=month.first_day)
    today = timezone.localdate()
    for facility, raised_at, answered_at in disputes.values_list("facility_id", "raised_at", "answered_at"):
        raised = timezone.localtime(raised_at).date()
        if raised <= usual:
            answered = timezone.localtime(answered_at).date() if answered_at else today
            waited[facility].append((raised, answered))
    return {
        facility: schedule.business_days_after(usual, stopped_days(schedule, waited[facility]))
        for facility in wanted
    }


def stopped_days(schedule: CitySchedule, spans: Iterable[Span]) -> int:
    """Business days after the day of asking up to the day of the answer; a day in two spans counts once."""
    days: set[date] = set()
    for raised, answered in spans:
        days |= {raised + timedelta(days=number) for number in range(1, (answered - raised).days + 1)}
    return sum(not schedule.day_off(day) for day in days)
