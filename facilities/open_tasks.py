"""
What a facility has still to do, each with its own day. Rooms above say so: facilities know neither counts nor claims.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from facilities.models import Facility
from facilities.periods import ServiceMonth


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

_questions: list[Question] = []


def asks(question: Question) -> Question:
    """Register the decorated function: what of its room has this facility still to do?"""
    _questions.append(question)
    return question


def open_tasks(facility: Facility) -> list[OpenTask]:
    """Everything that is open, the oldest month first."""
    return sorted(
        (task for question in _questions for task in question(facility)), key=lambda task: task.month
    )
