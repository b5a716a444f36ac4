"""The rounds of entry for everybody's calendar (iCalendar): when each opens and when it closes."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from applications.packs_in_force import released_rows
from applications.rounds import rounds_of
from facilities.calendar_days import CalendarDay, asks
from facilities.models import Municipality
from facilities.periods import ServiceMonth
from pages.wareki import fiscal_year_words

# What is over is looked up for a while.
PAST = timedelta(days=31)


@asks
def rounds_in_calendar(city: Municipality) -> list[CalendarDay]:
    """Of the years with packs: rounds that close from a month ago on; at most four queries."""
    year = ServiceMonth.of(timezone.localdate()).fiscal_year
    return [day for fiscal_year in (year - 1, year) for day in _of_year(city, fiscal_year)]


def _of_year(city: Municipality, fiscal_year: int) -> Iterator[CalendarDay]:
    if not released_rows(fiscal_year).exists():
        return
    first = timezone.localdate() - PAST
    for own in rounds_of(city, fiscal_year):
        if own.closes_on < first:
            continue
        words = f"{fiscal_year_words(fiscal_year)}　第{own.number}回　{own.name}"
        name = f"round-{fiscal_year}-{own.number}"
        yield CalendarDay(f"{name}-opens", own.opens_on, f"{words}の受付開始")
        yield CalendarDay(f"{name}-closes", own.closes_on, f"{words}の締切")
