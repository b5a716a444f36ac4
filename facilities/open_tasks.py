"""
What a facility has still to do, each with its own day. Rooms above say so: facilities know neither counts nor claims.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.rooms_above import Asked


@dataclass(frozen=True)
class OpenTask:
    """
    One thing to do, and where. ``day`` is the facility's own deadline, None where there is none.

    ``row_kind`` and ``row_id`` name the row behind it, for the record.
    """

    month: ServiceMonth
    words: str
    day: date | None
    url: str
    row_kind: str
    row_id: UUID


Question = Callable[[Facility], list[OpenTask]]

# What of its room has this facility still to do?
asks = Asked[Question]()


def open_tasks(facility: Facility) -> list[OpenTask]:
    """Everything that is open, the oldest month first."""
    return sorted((task for question in asks for task in question(facility)), key=lambda task: task.month)
