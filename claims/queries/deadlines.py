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

from django.db.models import Max
from django.utils import timezone

from claims.models import Claim, CountDispute, CountSheet
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
    """The day of ``step`` for each of ``facilities``, in three queries."""
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
    """The days of ``steps`` for each of ``facilities``, in three queries: what it waited for is the same for both."""
    schedule, wanted = CitySchedule.of(city), list(facilities)
    waits = _waits(wanted, month)
    chosen = list(steps)
    return {
        facility: {step: _day_of(step, month, schedule, waits[facility]) for step in chosen}
        for facility in wanted
    }


@dataclass
class _Waits:
    """What one facility's month had to wait for: disputes, when its counts came, when its claim came back."""

    spans: list[Span] = field(default_factory=list)
    spans_of_present_counts: list[Span] = field(default_factory=list)
    arrived: date | None = None
    returned: date | None = None


def _waits(facilities: list[UUID], month: ServiceMonth) -> dict[UUID, _Waits]:
    waits: dict[UUID, _Waits] = defaultdict(_Waits)
    current = CountSheet.objects.filter(facility__in=facilities, month=month.first_day).exclude(
        status=SheetStatus.SUPERSEDED
    )
    present = set()
    for sheet, facility, arrived_at in current.values_list("pk", "facility_id", "arrived_at"):
        present.add(sheet)
        waits[facility].arrived = _day(arrived_at)
    disputes = CountDispute.objects.filter(facility__in=facilities, sheet__month=month.first_day)
    for facility, sheet, raised_at, answered_at in disputes.values_list(
        "facility_id", "sheet_id", "raised_at", "answered_at"
    ):
        span = (_day(raised_at), _day(answered_at) if answered_at else timezone.localdate())
        waits[facility].spans.append(span)
        if sheet in present:
            waits[facility].spans_of_present_counts.append(span)
    # A returned correction of an approved claim (過誤調整) has no deadline of its own.
    returned = Claim.objects.filter(
        facility__in=facilities, month=month.first_day, outside=False, corrects__isnull=True
    )
    newest = returned.order_by().values_list("facility_id").annotate(newest=Max("returned_at"))
    for facility, returned_at in newest:
        waits[facility].returned = _day(returned_at) if returned_at else None
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
