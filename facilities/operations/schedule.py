"""A city sets the days of its months (日程): rules, closing days, and single exceptions with a reason."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from django.utils import timezone

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import Municipality
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from facilities.schedule import CitySchedule, Step, StepRule

# Weekends and holidays fall otherwise every year: so many months are looked at before rules are taken.
MONTHS_TRIED = 72
OUT_OF_ORDER = (
    "{later}（{later_day}）が、{earlier}（{earlier_day}）より前になります。日にちを確認してください。"
)


@operation(FacilityEvent.SCHEDULE_CHANGED)
def set_rules(rules: dict[str, StepRule], *, by: Actor, at: datetime) -> CitySchedule:
    """
    Set the day of every step for this month and all later ones; the days of earlier months stay.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: a step would come before the one it waits for.
    """

    def change(schedule: CitySchedule) -> CitySchedule:
        this = ServiceMonth.of(timezone.localtime(at).date())
        changed = schedule.with_rules(rules, first=this)
        if problems := out_of_order(changed, [this.plus(number) for number in range(MONTHS_TRIED)]):
            raise ProblemsFound(problems)
        return changed

    return _change(change, by=by, what="rules")


@operation(FacilityEvent.SCHEDULE_CHANGED)
def add_closing_day(day: date, name: str, *, by: Actor, at: datetime) -> CitySchedule:
    """
    The city's offices rest on this day.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: nobody works on that day anyway.
    """

    def change(schedule: CitySchedule) -> CitySchedule:
        if why := schedule.day_off(day):
            raise ProblemsFound([f"この日はすでに休みです（{why}）。"])
        return replace(schedule, closing_days={**schedule.closing_days, day: name})

    return _change(change, by=by, what="closing_days")


@operation(FacilityEvent.SCHEDULE_CHANGED)
def remove_closing_day(day: date, *, by: Actor, at: datetime) -> CitySchedule:
    """
    The offices are open on this day after all.

    :raises NotAllowed: only the administrator.
    """
    return _change(
        lambda schedule: replace(
            schedule, closing_days={each: name for each, name in schedule.closing_days.items() if each != day}
        ),
        by=by,
        what="closing_days",
    )


@operation(FacilityEvent.SCHEDULE_CHANGED)
def set_exception(
    month: ServiceMonth, step: Step, day: date, reason: str, *, by: Actor, at: datetime
) -> CitySchedule:
    """
    Another day for one step of one month, with a reason that everybody sees.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: the day lies before the service month, or out of order with the other steps.
    """

    def change(schedule: CitySchedule) -> CitySchedule:
        if day < month.first_day:
            raise ProblemsFound(["対象月より前の日です。対象月の1日以降の日にしてください。"])
        changed = replace(
            schedule, exceptions={**schedule.exceptions, (str(month), str(step)): (day, reason)}
        )
        if problems := out_of_order(changed, [month]):
            raise ProblemsFound(problems)
        return changed

    return _change(change, by=by, what="exceptions")


@operation(FacilityEvent.SCHEDULE_CHANGED)
def remove_exception(month: ServiceMonth, step: Step, *, by: Actor, at: datetime) -> CitySchedule:
    """
    The usual day holds again.

    :raises NotAllowed: only the administrator.
    """
    return _change(
        lambda schedule: replace(
            schedule,
            exceptions={key: kept for key, kept in schedule.exceptions.items() if key != (str(month), step)},
        ),
        by=by,
        what="exceptions",
    )


def out_of_order(schedule: CitySchedule, months: Iterable[ServiceMonth]) -> list[str]:
    """Where a step would come before the one it waits for in one of ``months``, told once a pair."""
    problems: dict[tuple[Step, Step], str] = {}
    for month in months:
        deadlines = schedule.month(month)
        for earlier, later in pairwise(deadlines):
            if later.day < earlier.day:
                problems.setdefault(
                    (earlier.step, later.step),
                    OUT_OF_ORDER.format(
                        later=later.step.label,
                        later_day=f"{later.day.month}月{later.day.day}日",
                        earlier=earlier.step.label,
                        earlier_day=f"{earlier.day.month}月{earlier.day.day}日",
                    ),
                )
    return list(problems.values())


def _change(change: Callable[[CitySchedule], CitySchedule], *, by: Actor, what: str) -> CitySchedule:
    permissions.set_up_facilities(by, None)
    city = Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    before = CitySchedule.of(city)
    after = change(before)
    city.schedule = after.as_json()
    city.save(update_fields=["schedule"])
    record(
        FacilityEvent.SCHEDULE_CHANGED,
        by=by,
        on=None,
        detail={"what": what, "before": before.as_json()[what], "after": after.as_json()[what]},
    )
    return after
