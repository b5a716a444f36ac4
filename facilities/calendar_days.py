"""Days for calendars beside the steps of the months: rooms above say them, facilities know no applications."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from facilities.models import Municipality
from facilities.rooms_above import Asked


@dataclass(frozen=True)
class CalendarDay:
    """One day of a city, the same for all its facilities. ``name`` stays when the day moves."""

    name: str
    day: date
    words: str


Question = Callable[[Municipality], Sequence[CalendarDay]]

# Which days has its room for everybody's calendar? Nothing of any facility may be told.
asks = Asked[Question]()


def calendar_days(city: Municipality) -> list[CalendarDay]:
    """Every room's days, in the order of the rooms; the scope is open."""
    return [day for question in asks for day in question(city)]
