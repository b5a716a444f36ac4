"""
A facility's roster of a year, as pages show it and as it is frozen: one gathering for both, so that they cannot differ.

Whatever is opened here to be shown is listed in ``people``: whoever asks names them in an event.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from asking import together
from facilities.models import Facility
from staff_records.dossiers import Purpose, dossiers, members_since, show
from staff_records.holding import hold_facility, hold_members
from staff_records.models import RosterSnapshot, SnapshotLine, StaffMember, WorkRules
from staff_records.opening import open_readable
from staff_records.roster_figures import RosterFigures, roster_on
from staff_records.standing import Standing
from staff_records.states import SnapshotStatus
from staff_records.year_problems import YearProblem, problems_of
from vault import keyed_hash

PURPOSE = "roster snapshot"


@dataclass(frozen=True)
class YearRoster:
    """The roster as of 1 April (``standings``) and as of another day, its figures, and what is to be put right."""

    day: date
    standings: list[Standing]
    figures: RosterFigures
    problems: list[YearProblem]
    content_hash: str
    other_day: list[Standing]
    people: set[UUID]

    @property
    def bars(self) -> list[str]:
        """The sentences that bar the submission."""
        return [problem.sentence for problem in self.problems if problem.bars]


@dataclass(frozen=True)
class Frozen:
    """The lines of a snapshot that can still be read, in their order; ``erased`` how many cannot."""

    standings: list[Standing]
    erased: int

    @property
    def people(self) -> set[UUID]:
        """Whose lines were opened."""
        return {one.member_id for one in self.standings}


def first_day_of(fiscal_year: int) -> date:
    """1 April."""
    return date(fiscal_year, 4, 1)


def gather(facility: Facility, fiscal_year: int, *, also_on: date | None = None) -> YearRoster:
    """A facility's roster as of 1 April of a year, and ``also_on`` another day: three messages."""
    day = first_day_of(fiscal_year)
    days = [day] if also_on is None else [day, also_on]
    members, rules = together(
        members_since(fiscal_year, facility.pk),
        WorkRules.objects.filter(facility=facility, from_month__lte=day),
    )
    found = [
        one
        for one in dossiers(members, Purpose.COMPUTE)
        if not one.spans or any(one.is_there_on(each) for each in days)
    ]
    show(found)
    # A successor may hold spans of work from before its number was given; on that day it had no roster.
    standings, figures = roster_on(found if facility.opened_on <= day else [], day, fiscal_year)
    return YearRoster(
        day=day,
        standings=standings,
        figures=figures,
        problems=problems_of(
            standings,
            [one for one in found if not one.spans],
            figures,
            day=day,
            has_work_rules=bool(rules),
        ),
        content_hash=content_hash_of(facility.pk, fiscal_year, standings),
        other_day=roster_on(found, also_on, fiscal_year)[0] if also_on else [],
        people={one.member.pk for one in found},
    )


def lock(facility: Facility) -> None:
    """Nobody else changes this roster until the transaction ends; call it before ``gather``."""
    hold_facility(facility.pk)
    hold_members(StaffMember.objects.filter(facility=facility))


def content_hash_of(facility_id: UUID, fiscal_year: int, standings: Iterable[Standing]) -> str:
    """
    Whether two rosters of a year are the same, without saying anything about them.

    Keyed: a hash of names and days alone could be guessed from a dump.
    """
    people = [one.identity for one in sorted(standings, key=lambda one: one.number)]
    content = {"facility": str(facility_id), "fiscal_year": fiscal_year, "people": people}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return keyed_hash(text, purpose=PURPOSE).hex()


def lines_of(*snapshots: RosterSnapshot | None) -> dict[UUID, Frozen]:
    """The lines of these snapshots by snapshot, opened to be shown; who was erased is counted. Two queries."""
    wanted = [snapshot.pk for snapshot in snapshots if snapshot is not None]
    of_wanted = SnapshotLine.objects.filter(snapshot__in=wanted).order_by("snapshot", "place")
    emptied = Q(member__erased_at__isnull=False)
    lines = list(of_wanted.annotate(is_emptied=ExpressionWrapper(emptied, BooleanField()))) if wanted else []
    # Rows are emptied before keys are destroyed, and a restored backup may have the rows without their keys.
    readable = open_readable([line for line in lines if not line.is_emptied])
    found = {pk: Frozen([], 0) for pk in wanted}
    for pk in wanted:
        own = [line for line in lines if line.snapshot_id == pk]
        kept = [Standing.of_text(line.content) for line in readable if line.snapshot_id == pk]
        found[pk] = Frozen(kept, len(own) - len(kept))
    return found


def accepted_before(facility_id: UUID, fiscal_year: int) -> QuerySet[RosterSnapshot]:
    """The newest accepted roster of an earlier year, if there is one: what this year's is compared with."""
    rows: QuerySet[RosterSnapshot] = RosterSnapshot.objects.filter(
        facility=facility_id, fiscal_year__lt=fiscal_year, status=SnapshotStatus.ACCEPTED
    )
    return rows.order_by("-fiscal_year")[:1]
