"""
Numbers of rosters for the city's table of all facilities, kept until a roster changes (``facilities.keeping``).
"""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from facilities import keeping
from facilities.keeping import Read, Versions
from facilities.periods import ServiceMonth
from staff_records.figures.numbers import Asked, Numbers
from staff_records.figures.people import Roster
from staff_records.models import (
    EarlierEmployment,
    Employment,
    KeptNumbers,
    MonthlyHours,
    Qualification,
    StaffMember,
    Training,
    WorkRules,
)
from staff_records.queries.rosters import rosters

# Every table that ``queries.rosters`` reads (a test looks).
READ_BY_ROSTERS: Final[tuple[type[Any], ...]] = (
    StaffMember,
    Employment,
    Qualification,
    EarlierEmployment,
    Training,
    MonthlyHours,
    WorkRules,
)
# What numbers are computed with: another program has other stamps.
PROGRAM: Final = ("pricing", "staff_records", "facilities/periods.py")


def rosters_read() -> list[Read]:
    """The rows of all rosters in scope."""
    return [Read(model.objects.all()) for model in READ_BY_ROSTERS]


def numbers_of(
    asked: Mapping[UUID, Asked], versions: Versions, kept: Collection[KeptNumbers], month: ServiceMonth
) -> dict[UUID, Numbers]:
    """
    The numbers of each facility asked for: those kept, as far as they are of today; the others are computed and kept.

    ``versions`` of ``rosters_read`` and ``kept`` as they were read for this scope. Nothing is asked where nothing is
    stale.
    """
    stamps = {
        facility_id: _stamp(versions[facility_id], own)
        for facility_id, own in asked.items()
        if facility_id in versions
    }
    found = {
        facility_id: Numbers.of_text(text) for facility_id, text in keeping.still_true(kept, stamps).items()
    }
    stale = sorted(stamps.keys() - found.keys())
    computed = rosters(month.fiscal_year, *stale, months=[month]) if stale else {}
    fresh = {
        facility_id: Numbers.of(computed.get(facility_id, Roster()), asked[facility_id])
        for facility_id in stale
    }
    texts = {facility_id: numbers.as_text() for facility_id, numbers in fresh.items()}
    keeping.keep(KeptNumbers, texts, stamps, month)
    nobody = {
        facility_id: Numbers.of(Roster(), own)
        for facility_id, own in asked.items()
        if facility_id not in stamps
    }
    return found | fresh | nobody


def _stamp(versions: tuple[str, ...], asked: Asked) -> str:
    terms = (asked.kind, asked.month, asked.capacity_23, asked.dedicated)
    return keeping.stamp(keeping.program(*PROGRAM), versions, *terms)
