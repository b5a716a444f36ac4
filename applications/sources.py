"""
What the product knows already (出どころ): the seam by which rooms tell what an item need not ask.

Each source has a name packs refer to (``profile.capacity_23``, ``roster.average_years``, ``counts.age3``). Rooms
below are read by ``knowing``; rooms above register themselves with ``tells`` in their ``AppConfig.ready``. Answers
are plain values with the words that tell where they are from; nothing here knows an item.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from applications.filling import Given
from facilities.keeping import Read
from facilities.models import Facility
from facilities.periods import ServiceMonth

Known = dict[str, Given]


@dataclass(frozen=True, slots=True)
class Asking:
    """
    What is asked: the ``names`` of these ``facilities``, for items of the fiscal year that hold from ``month`` on.
    """

    facilities: Sequence[Facility]
    fiscal_year: int
    month: ServiceMonth
    names: frozenset[str]


Telling = Callable[[Asking], Mapping[UUID, Known]]
# The rows a room reads when it is asked about items of a fiscal year: answers made of them are kept until one changes.
Reading = Callable[[int], Sequence[Read]]


@dataclass(frozen=True, slots=True)
class Source:
    """Names a room can tell of a facility, and of each row of a table (``person``, ``class``)."""

    names: frozenset[str]
    tell: Telling
    reads: tuple[Reading, ...]
    person: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()


_sources: list[Source] = []


def tells(
    *names: str, reads: Sequence[Reading], person: Sequence[str] = (), classes: Sequence[str] = ()
) -> Callable[[Telling], Telling]:
    """
    Register the decorated function for these names. It is asked once, for all facilities at once.

    ``reads``: every row it reads (``rows_read``).
    """

    def register(tell: Telling) -> Telling:
        _sources.append(Source(frozenset(names), tell, tuple(reads), frozenset(person), frozenset(classes)))
        return tell

    return register


def names() -> frozenset[str]:
    """Every source there is."""
    return frozenset(name for source in _sources for name in source.names)


def person_names() -> frozenset[str]:
    """What is told of each person of a table."""
    return frozenset(name for source in _sources for name in source.person)


def class_names() -> frozenset[str]:
    """What is told of each class of children of a table."""
    return frozenset(name for source in _sources for name in source.classes)


def rows_read(fiscal_year: int) -> list[Read]:
    """Every row that rooms read when they are asked about items of the fiscal year."""
    readings = dict.fromkeys(reading for source in _sources for reading in source.reads)
    return [one for reading in readings for one in reading(fiscal_year)]


def known(asking: Asking) -> dict[UUID, Known]:
    """What is known of each facility, by name. Only the rooms whose names are asked for are asked."""
    found: dict[UUID, Known] = {facility.pk: {} for facility in asking.facilities}
    for source in _sources:
        if not source.names & asking.names:
            continue
        for facility_id, told in source.tell(asking).items():
            found[facility_id].update({name: given for name, given in told.items() if name in asking.names})
    return found
