"""
Which months that work was done in a change would touch. Rooms above say so: facilities know neither counts nor claims.

A page asks before a closing, a rest or a succession reaches back into them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from facilities.periods import ServiceMonth
from facilities.rooms_above import Asked


@dataclass(frozen=True)
class TouchedMonth:
    """
    One month with what is there, in words: 「児童数 確認済み」「請求 承認済み 1件」.

    ``claimed_at``: when the newest of its claims was submitted.
    """

    month: ServiceMonth
    words: tuple[str, ...]
    has_claims: bool
    claimed_at: datetime | None = None


@dataclass(frozen=True)
class Months:
    """From a month to another one, both included; without a last one, from then on."""

    first: ServiceMonth
    last: ServiceMonth | None = None

    @classmethod
    def between(cls, before: ServiceMonth | None, after: ServiceMonth) -> "Months":
        """The months that differ when something ends with another month than it did (None: it did not end)."""
        return cls(after.plus(1)) if before is None else cls(min(before, after).plus(1), max(before, after))


Teller = Callable[[UUID, Months], Sequence[TouchedMonth]]

# What does its room keep of the facility with this id in these months?
tells = Asked[Teller]()


def touched(facility_id: UUID, months: Months) -> list[TouchedMonth]:
    """What all rooms keep, by month. Nothing when the months are none."""
    if months.last is not None and months.last < months.first:
        return []
    by_month: dict[ServiceMonth, TouchedMonth] = {}
    for teller in tells:
        for found in teller(facility_id, months):
            known = by_month.get(found.month)
            by_month[found.month] = (
                found
                if known is None
                else TouchedMonth(
                    found.month,
                    known.words + found.words,
                    known.has_claims or found.has_claims,
                    max((at for at in (known.claimed_at, found.claimed_at) if at is not None), default=None),
                )
            )
    return [by_month[month] for month in sorted(by_month)]
