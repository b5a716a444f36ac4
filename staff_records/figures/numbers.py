"""What a roster comes to in a month as numbers alone: what the city's table of all facilities shows, nobody's name."""

import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Self

from facilities.periods import ServiceMonth
from pricing.staffing import AverageExperience
from staff_records.figures.experience import experience_of
from staff_records.figures.leaders import leaders_of
from staff_records.figures.people import Roster
from staff_records.figures.presence import Counted, presence_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What the numbers depend on besides the roster: type, 2・3号 capacity and how many 主任・主幹 are 専任."""

    kind: str
    month: ServiceMonth
    capacity_23: int | None
    dedicated: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """
    One facility in a month.

    ``people``: on the roster in the fiscal year or since. ``average`` as of 1 April, None where nobody counts.
    ``a`` and ``b``: candidates of 区分3 on the first day, ``b`` those who are no candidates for A.
    """

    people: int
    counted: Counted
    average: AverageExperience | None
    a: int
    b: int

    @classmethod
    def of(cls, roster: Roster, asked: Asked) -> Self:
        """Computed from the roster."""
        month = asked.month
        presence = presence_of(
            roster, asked.kind, month, capacity_23=asked.capacity_23, dedicated=asked.dedicated
        )
        experience = experience_of(roster, month.fiscal_year)
        leaders = leaders_of(roster, asked.kind, month.first_day, month.fiscal_year, ())
        return cls(
            len(roster.people),
            presence.counted,
            experience.average,
            leaders.candidates.a,
            leaders.candidates.b,
        )

    def as_text(self) -> str:
        """For keeping, as JSON; exact: a fraction is its two whole numbers."""
        return json.dumps(asdict(self), default=_two_numbers, sort_keys=True)

    @classmethod
    def of_text(cls, text: str) -> Self:
        """From what was kept."""
        kept: dict[str, Any] = json.loads(text)
        counted, average = kept["counted"], kept["average"]
        if counted["teachers"] is not None:
            counted["teachers"] = Fraction(*counted["teachers"])
        if average is not None:
            average["average_months"] = Fraction(*average["average_months"])
        return cls(
            people=kept["people"],
            counted=Counted(**counted),
            average=None if average is None else AverageExperience(**average),
            a=kept["a"],
            b=kept["b"],
        )


def _two_numbers(value: object) -> tuple[int, int]:
    if not isinstance(value, Fraction):
        raise TypeError(f"{type(value).__name__} is no number of a roster")
    return value.numerator, value.denominator
