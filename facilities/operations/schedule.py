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
from pages.wareki import date_words, month_words

# Weekends and holidays fall otherwise every year: this year's months and those of five more are looked at.
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

    today = timezone.localtime(at).date()
    return _change(lambda schedule: try_rules(schedule, rules, by=by, today=today), by=by, what="rules")


def try_rules(schedule: CitySchedule, rules: dict[str, StepRule], *, by: Actor, today: date) -> CitySchedule:
    """
    The schedule as it would be with these rules, for the page to show before they are set.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: a step would come before the one it waits for.
    """
    permissions.set_up_facilities(by, None)
    changed = schedule.with_rules(rules, first=ServiceMonth.of(today))
    if problems := out_of_order(changed, months_tried(today)):
        raise ProblemsFound(problems)
    return changed


def months_tried(today: date) -> list[ServiceMonth]:
    """This month and the following ones, to the end of the fifth coming fiscal year at least."""
    return [ServiceMonth.of(today).plus(number) for number in range(MONTHS_TRIED)]


@operation(FacilityEvent.SCHEDULE_CHANGED)
def add_closing_day(day: date, name: str, *, by: Actor, at: datetime) -> CitySchedule:
    """
    The city's offices rest on this day.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: nobody works on that day anyway, or a step was set on it for one month.
    """

    def change(schedule: CitySchedule) -> CitySchedule:
        if why := schedule.day_off(day):
            raise ProblemsFound([f"この日はすでに休みです（{why}）。"])
        set_on_it = [key for key, (chosen, _) in schedule.exceptions.items() if chosen == day]
        if set_on_it:
            raise ProblemsFound(
                [_is_taken(ServiceMonth.parse(month), Step(step)) for month, step in set_on_it]
            )
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
    :raises ProblemsFound: the day lies before the service month, the city is closed on it, or it is out of order with
        the other steps.
    """

    def change(schedule: CitySchedule) -> CitySchedule:
        if day < month.first_day:
            raise ProblemsFound(["対象月より前の日です。対象月の1日以降の日にしてください。"])
        if why := schedule.day_off(day):
            before, after = schedule.open_days_around(day)
            open_days = [date_words(each) for each in (before, after) if each >= month.first_day]
            raise ProblemsFound(
                [
                    f"{date_words(day)}は市が休みです（{why}）。"
                    f"近い開庁日は{'と'.join(open_days)}です。どちらかの日にしてください。"
                    if len(open_days) > 1
                    else f"{date_words(day)}は市が休みです（{why}）。次の開庁日の{open_days[0]}にしてください。"
                ]
            )
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
                        later_day=date_words(later.day),
                        earlier=earlier.step.label,
                        earlier_day=date_words(earlier.day),
                    ),
                )
    return list(problems.values())


def _is_taken(month: ServiceMonth, step: Step) -> str:
    words = f"{month_words(month.first_day)}分の{step.label}"
    return f"この日は、{words}の日に決められています。先に「月ごとの例外」で{words}の日を変えてください。"


def _change(change: Callable[[CitySchedule], CitySchedule], *, by: Actor, what: str) -> CitySchedule:
    permissions.set_up_facilities(by, None)
    city = Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    before = CitySchedule.of(city)
    after = replace(change(before), is_chosen=True)
    city.schedule = after.as_json()
    city.save(update_fields=["schedule"])
    record(
        FacilityEvent.SCHEDULE_CHANGED,
        by=by,
        on=None,
        detail={"what": what, "before": before.as_json()[what], "after": after.as_json()[what]},
    )
    return after
