"""Whether somebody is at work in two places at once: plain days, no names, no database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from staff_records.models import Employment

# The job that looks for it after a roster was written.
LOOK_FOR_OVERLAPS = "staff.look_for_overlaps"
_PAIRS = UUID("5f0c9d5e-3c1b-4f0e-9a57-6d2f0c1f7a11")


@dataclass(frozen=True)
class Overlap:
    """Days on which somebody is at work in both places, both included; without a last day they go on."""

    first_day: date
    last_day: date | None
    both_regular: bool


def overlaps(here: Iterable[Employment], there: Iterable[Employment]) -> Iterator[Overlap]:
    """The days on which spans of both places say «at work»; leave is no work. Spans opened for computing."""
    others = [span for span in there if not span.leave]
    for mine in here:
        if mine.leave:
            continue
        for other in others:
            first_day = max(mine.first_day, other.first_day)
            last_days = [day for day in (mine.last_day, other.last_day) if day is not None]
            last_day = min(last_days, default=None)
            if last_day is None or first_day <= last_day:
                yield Overlap(first_day, last_day, mine.is_regular and other.is_regular)


def pair_of(one: UUID, other: UUID) -> UUID:
    """The id that joins two members: the same from either side, and it tells neither the other."""
    return uuid5(_PAIRS, "|".join(sorted((str(one), str(other)))))
