"""
What forms quote of a roster: the figures and lines the city has accepted, with their version and date (R20).

The seam for rooms above (加算率認定申請, 賃金改善計画書, 実績報告, …): they take plain values from here and know no
row of the roster. What was quoted is named on record here.
"""

from dataclasses import dataclass
from datetime import date, datetime

from audit.record import record
from facilities.models import Facility
from staff_records.events import StaffEvent
from staff_records.models import RosterSnapshot
from staff_records.roster_figures import RosterFigures
from staff_records.standing import Standing
from staff_records.states import SnapshotStatus
from staff_records.year_roster import lines_of


@dataclass(frozen=True)
class Quoted:
    """
    The accepted roster of a year: ``lines`` in the order of the roster, as of ``day``; ``erased`` persons have no line
    any more but are in the figures.
    """

    fiscal_year: int
    day: date
    version: int
    accepted_at: datetime
    figures: RosterFigures
    lines: tuple[Standing, ...]
    erased: int


def quoted(facility: Facility, fiscal_year: int) -> Quoted | None:
    """The accepted roster of this facility and year, None while there is none: four queries and an event."""
    accepted = RosterSnapshot.objects.filter(
        facility=facility, fiscal_year=fiscal_year, status=SnapshotStatus.ACCEPTED
    ).first()
    if accepted is None:
        return None
    frozen = lines_of(accepted)[accepted.pk]
    record(
        StaffEvent.SNAPSHOT_QUOTED,
        on=accepted,
        rows={"roster_snapshot": [accepted.pk], "staff_member": frozen.people},
        detail={"fiscal_year": fiscal_year, "version": accepted.version},
    )
    return Quoted(
        fiscal_year=fiscal_year,
        day=accepted.day,
        version=accepted.version,
        accepted_at=accepted.decided_at,
        figures=RosterFigures.of_json(accepted.figures),
        lines=tuple(frozen.standings),
        erased=frozen.erased,
    )
