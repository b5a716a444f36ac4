"""
A facility's own deadlines: the city's, moved by what the facility had to wait for.

A dispute stops the clock: the facility cannot confirm while the city has not answered. Counts that come after the
city's own day of importing, for the first time or corrected, give time of their own, and so does a returned claim.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from claims.models import Claim, CountSheet
from claims.states import SheetStatus
from facilities.models import Municipality
from facilities.periods import ServiceMonth
from facilities.schedule import CitySchedule, Step

Span = tuple[date, date]
# Business days, as the usual days of a month leave between importing and confirming, and importing and claiming.
DAYS_FROM_ARRIVAL = {Step.CONFIRM: 2, Step.CLAIM: 5}
DAYS_FROM_RETURN = 3


def own_deadline(sheet: CountSheet, step: Step, city: Municipality) -> date:
    """The day of ``step`` for the sheet's facility and month."""
    return deadlines_of([sheet.facility_id], sheet.service_month, step, city)[sheet.facility_id]


def deadlines_of(
    facilities: Iterable[UUID], month: ServiceMonth, step: Step, city: Municipality
) -> dict[UUID, date]:
    """The day of ``step`` for each of ``facilities``, in one query."""
    return {
        facility: days[step] for facility, days in own_days(facilities, month, city, steps=[step]).items()
    }


def own_days(
    facilities: Iterable[UUID],
    month: ServiceMonth,
    city: Municipality,
    *,
    steps: Iterable[Step] = (Step.CONFIRM, Step.CLAIM),
) -> dict[UUID, dict[Step, date]]:
    """The days of ``steps`` for each of ``facilities``, in one query: what it waited for is the same for both."""
    schedule, wanted = CitySchedule.of(city), list(facilities)
    waits = _waits(wanted, [month])
    chosen = list(steps)
    return {
        facility: {step: _day_of(step, month, schedule, waits[facility, month]) for step in chosen}
        for facility in wanted
    }


def own_days_of_months(
    facility: UUID, months: Iterable[ServiceMonth], city: Municipality
) -> dict[ServiceMonth, dict[Step, date]]:
    """The days of confirming and claiming of one facility in each of ``months``, in one query."""
    schedule, wanted = CitySchedule.of(city), list(months)
    waits = _waits([facility], wanted)
    return {
        month: {
            step: _day_of(step, month, schedule, waits[facility, month])
            for step in (Step.CONFIRM, Step.CLAIM)
        }
        for month in wanted
    }


@dataclass
class _Waits:
    """What one facility's month had to wait for: disputes, when its counts came, when its claim came back."""

    spans: list[Span] = field(default_factory=list)
    spans_of_present_counts: list[Span] = field(default_factory=list)
    arrived: date | None = None
    returned: date | None = None


def _waits(facilities: list[UUID], months: list[ServiceMonth]) -> dict[tuple[UUID, ServiceMonth], _Waits]:
    """One query: every version of the sheets with its disputes, and when the claim came back last."""
    waits: dict[tuple[UUID, ServiceMonth], _Waits] = defaultdict(_Waits)
    # A returned correction of an approved claim (過誤調整) has no deadline of its own.
    returned = Claim.objects.filter(
        facility=OuterRef("facility"),
        month=OuterRef("month"),
        outside=False,
        corrects__isnull=True,
        returned_at__isnull=False,
    ).order_by("-returned_at")
    first_days = [month.first_day for month in months]
    sheets = CountSheet.objects.filter(facility__in=facilities, month__in=first_days).annotate(
        returned_at=Subquery(returned.values("returned_at")[:1])
    )
    for facility, month, status, arrived_at, returned_at, raised_at, answered_at in sheets.values_list(
        "facility_id",
        "month",
        "status",
        "arrived_at",
        "returned_at",
        "disputes__raised_at",
        "disputes__answered_at",
    ):
        found, is_present = waits[facility, ServiceMonth.of(month)], status != SheetStatus.SUPERSEDED
        found.returned = _day(returned_at) if returned_at else None
        if is_present:
            found.arrived = _day(arrived_at)
        if raised_at:
            span = (_day(raised_at), _day(answered_at) if answered_at else timezone.localdate())
            found.spans.append(span)
            if is_present:
                found.spans_of_present_counts.append(span)
    return waits


def _day_of(step: Step, month: ServiceMonth, schedule: CitySchedule, waits: _Waits) -> date:
    days = [extended(schedule, schedule.deadline(month, step).day, waits.spans)]
    if waits.arrived is not None and waits.arrived > schedule.deadline(month, Step.IMPORT).day:
        start = schedule.business_days_after(waits.arrived, DAYS_FROM_ARRIVAL[step])
        days.append(extended(schedule, start, waits.spans_of_present_counts))
    if step == Step.CLAIM and waits.returned is not None:
        days.append(schedule.business_days_after(waits.returned, DAYS_FROM_RETURN))
    return max(days)


def extended(schedule: CitySchedule, day: date, spans: Iterable[Span]) -> date:
    """``day``, and the days that disputes raised in time have cost; in time is also what an earlier one has given."""
    counted: list[Span] = []
    end = day
    for span in sorted(spans):
        if span[0] <= end:
            counted.append(span)
            end = schedule.business_days_after(day, stopped_days(schedule, counted))
    return end


def stopped_days(schedule: CitySchedule, spans: Iterable[Span]) -> int:
    """Business days after the day of asking up to the day of the answer; a day in two spans counts once."""
    days: set[date] = set()
    for raised, answered in spans:
        days |= {raised + timedelta(days=number) for number in range(1, (answered - raised).days + 1)}
    return sum(not schedule.day_off(day) for day in days)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
