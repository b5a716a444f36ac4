"""The year-start page of one facility: what it sees of its own roster, and what the city sees of a submitted one."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from asking import together
from facilities.models import Facility, FacilityProfile, Municipality
from pages.wareki import fiscal_year_words
from staff_records.comparing import ADDRESS, Comparison, compare
from staff_records.models import RosterRound, RosterSnapshot
from staff_records.operations.rounds import due_by, rounds_of
from staff_records.operations.year_start import profile_of
from staff_records.roster_figures import RosterFigures
from staff_records.standing import Standing
from staff_records.states import SnapshotStatus
from staff_records.year_problems import YearProblem
from staff_records.year_roster import Frozen, accepted_before, first_day_of, gather, lines_of

STATES = {
    "missing": ("now", "未提出"),
    "submitted": ("info", "提出済み"),
    "returned": ("bad", "差し戻し"),
    "accepted": ("ok", "受理済み"),
}


def state_of(versions: list[RosterSnapshot]) -> str:
    """
    One of ``STATES``: what the newest version says that was not taken back; an accepted one counts until another waits.
    """
    standing = [one for one in versions if one.status != SnapshotStatus.WITHDRAWN]
    newest = max(standing, key=lambda one: one.version, default=None)
    if newest is None:
        return "missing"
    if newest.status in {SnapshotStatus.SUBMITTED, SnapshotStatus.RETURNED}:
        return str(newest.status)
    return "accepted"


@dataclass(frozen=True)
class FacilityYear:
    """
    One facility's year. ``standings`` is the list of the page: as it was sent while it waits, else the roster as of
    1 April as it is now. ``since`` compares it with the accepted one of a year before, ``meanwhile`` with what was
    sent or accepted this year, ``today`` the accepted one with the roster of today.
    """

    fiscal_year: int
    day: date
    due: date
    state: str
    versions: list[RosterSnapshot]
    waiting: RosterSnapshot | None
    accepted: RosterSnapshot | None
    returned: RosterSnapshot | None
    standings: list[Standing]
    erased: int
    figures: RosterFigures
    problems: list[YearProblem]
    content_hash: str
    since_year: int | None
    since: Comparison | None
    meanwhile: Comparison | None
    today: Comparison | None
    people: set[UUID]

    @property
    def words(self) -> str:
        """令和8年度."""
        return fiscal_year_words(self.fiscal_year)

    @property
    def since_words(self) -> str:
        """The year it is compared with: 令和7年度."""
        return fiscal_year_words(self.since_year) if self.since_year else ""

    @property
    def bars(self) -> bool:
        """Something must be put right before it can be sent."""
        return any(problem.bars for problem in self.problems)

    @property
    def may_be_sent(self) -> bool:
        """Nothing waits, and it is not what was accepted already."""
        if self.waiting or not self.standings:
            return False
        return self.accepted is None or self.accepted.content_hash != self.content_hash

    @property
    def printable(self) -> RosterSnapshot | None:
        """What the paper shows: what waits, else what was accepted."""
        return self.waiting or self.accepted

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """Everything shown, for the record."""
        return {
            "staff_member": list(self.people),
            "roster_snapshot": [one.pk for one in self.versions],
        }


def facility_year(facility: Facility, fiscal_year: int, own: Municipality, *, today: date) -> FacilityYear:
    """Everything of the page, in a constant number of queries."""
    is_this_year = first_day_of(fiscal_year) <= today < first_day_of(fiscal_year + 1)
    roster = gather(facility, fiscal_year, also_on=today if is_this_year else None)
    versions, before, rounds = _versions(facility.pk, fiscal_year)
    waiting, accepted = _with(versions, SnapshotStatus.SUBMITTED), _with(versions, SnapshotStatus.ACCEPTED)
    frozen = lines_of(waiting, accepted, before)
    sent = waiting or accepted
    shown = frozen[sent.pk] if sent and (waiting or sent.content_hash == roster.content_hash) else None
    listed = shown.standings if shown else roster.standings
    return FacilityYear(
        fiscal_year=fiscal_year,
        day=roster.day,
        due=due_by(rounds, own, fiscal_year),
        state=state_of(versions),
        versions=versions,
        waiting=waiting,
        accepted=accepted,
        returned=versions[0] if versions and versions[0].status == SnapshotStatus.RETURNED else None,
        standings=listed,
        erased=shown.erased if shown else 0,
        figures=RosterFigures.of_json(sent.figures) if sent and shown else roster.figures,
        problems=[] if shown else roster.problems,
        content_hash=roster.content_hash,
        since_year=before.fiscal_year if before else None,
        since=_compared(frozen.get(before.pk) if before else None, listed),
        meanwhile=_compared(frozen[sent.pk], roster.standings) if sent else None,
        today=_compared(frozen[accepted.pk], roster.other_day) if accepted and is_this_year else None,
        people=roster.people | {pk for one in frozen.values() for pk in one.people},
    )


@dataclass(frozen=True)
class ReviewYear:
    """
    What the city sees of one facility: the difference to a year before, then figures beside what is granted.

    ``corrects`` compares with the accepted version of the year; where none was accepted, ``resent`` with the version
    that came before it (``earlier``: sent back or taken back).
    """

    snapshot: RosterSnapshot | None
    state: str
    versions: list[RosterSnapshot]
    figures: RosterFigures
    standings: list[Standing]
    erased: int
    since_year: int | None
    since: Comparison | None
    corrects: Comparison | None
    earlier: RosterSnapshot | None
    resent: Comparison | None
    profile: FacilityProfile | None
    people: set[UUID]

    @property
    def last_return(self) -> RosterSnapshot | None:
        """The newest version the city sent back, while that is not settled."""
        if self.state not in {SnapshotStatus.SUBMITTED, SnapshotStatus.RETURNED}:
            return None
        return _with(self.versions, SnapshotStatus.RETURNED)

    @property
    def since_words(self) -> str:
        """The year it is compared with: 令和7年度."""
        return fiscal_year_words(self.since_year) if self.since_year else ""

    @property
    def rates_differ(self) -> bool:
        """The figures give other rates than the facility is granted."""
        if self.profile is None or self.figures.base_percent is None:
            return False
        return (self.figures.base_percent, self.figures.wage_percent) != (
            self.profile.base_percent,
            self.profile.wage_percent,
        )

    @property
    def row_ids(self) -> dict[str, Any]:
        """Everything shown, for the record."""
        return {"staff_member": self.people, "roster_snapshot": [one.pk for one in self.versions]}


def review_year(facility: Facility, fiscal_year: int) -> ReviewYear:
    """
    The submitted or else the accepted or returned roster of a facility. Addresses are not said, only that they changed.
    """
    versions, last_year, _ = _versions(facility.pk, fiscal_year)
    standing = [one for one in versions if one.status != SnapshotStatus.WITHDRAWN]
    snapshot = standing[0] if standing else None
    accepted = _with(versions, SnapshotStatus.ACCEPTED)
    corrected = accepted if accepted and accepted is not snapshot else None
    before = last_year if snapshot else None
    older = [one for one in versions if snapshot and one.version < snapshot.version]
    earlier = older[0] if older and accepted is None else None
    frozen = lines_of(snapshot, corrected, before, earlier)
    own = frozen[snapshot.pk] if snapshot else Frozen([], 0)
    return ReviewYear(
        snapshot=snapshot,
        state=state_of(versions),
        versions=versions,
        figures=RosterFigures.of_json(snapshot.figures) if snapshot else RosterFigures(),
        standings=own.standings,
        erased=own.erased,
        since_year=before.fiscal_year if before else None,
        since=_compared(frozen.get(before.pk) if before else None, own.standings, hidden=ADDRESS),
        corrects=_compared(frozen.get(corrected.pk) if corrected else None, own.standings, hidden=ADDRESS),
        earlier=earlier,
        resent=_compared(frozen.get(earlier.pk) if earlier else None, own.standings, hidden=ADDRESS),
        profile=profile_of(snapshot) if snapshot else None,
        people={pk for one in frozen.values() for pk in one.people},
    )


def _versions(
    facility_id: UUID, fiscal_year: int
) -> tuple[list[RosterSnapshot], RosterSnapshot | None, list[RosterRound]]:
    """
    The versions of the year, newest first, the newest accepted roster of a year before, and the day set: one query.
    """
    of_year = RosterSnapshot.objects.filter(facility=facility_id, fiscal_year=fiscal_year)
    versions, accepted, rounds = together(
        of_year.order_by("-version"),
        accepted_before(facility_id, fiscal_year),
        rounds_of(fiscal_year),
    )
    return versions, next(iter(accepted), None), rounds


def _with(versions: list[RosterSnapshot], status: SnapshotStatus) -> RosterSnapshot | None:
    return next((one for one in versions if one.status == status), None)


def _compared(
    before: Frozen | None, after: list[Standing], *, hidden: frozenset[str] = frozenset()
) -> Comparison | None:
    if before is None:
        return None
    return compare(before.standings, after, unreadable=before.erased, hidden=hidden)
