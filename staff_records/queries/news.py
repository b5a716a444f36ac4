"""What homes say about rosters, without opening anybody's record."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from facilities.models import Facility, Municipality
from facilities.periods import ServiceMonth
from facilities.scope import current_scope
from pages.wareki import fiscal_year_words
from staff_records.models import Erasure, OverlapFlag, RosterSnapshot
from staff_records.queries.changes import unseen
from staff_records.states import ErasureStatus, SnapshotStatus


@dataclass(frozen=True)
class CityNews:
    """How many changes nobody of the city has seen, rosters that wait for it, and suspected double employments."""

    changes: int
    rosters: int
    overlaps: int


@dataclass(frozen=True)
class YearRosterState:
    """Where a facility's roster of 1 April stands; ``status`` empty: not sent."""

    fiscal_year: int
    status: str

    @property
    def words(self) -> str:
        """令和8年度."""
        return fiscal_year_words(self.fiscal_year)

    @property
    def label(self) -> str:
        """In words."""
        return SnapshotStatus(self.status).label if self.status else "未提出"

    @property
    def is_open(self) -> bool:
        """Whether the facility has something to do."""
        return self.status not in {SnapshotStatus.SUBMITTED, SnapshotStatus.ACCEPTED}


def news_of_city() -> QuerySet[Any]:
    """For the operations section: one row of what ``CityNews`` counts."""
    return Municipality.objects.filter(pk=current_scope().municipality_id).values(
        changes=_counted(unseen()),
        rosters=_counted(RosterSnapshot.objects.filter(status=SnapshotStatus.SUBMITTED)),
        # A pair is one case, though each of the two facilities has its flag.
        overlaps=_counted(
            OverlapFlag.objects.filter(ended_at__isnull=True, cleared_at__isnull=True), "pair_id"
        ),
    )


@dataclass(frozen=True)
class WaitingErasure:
    """An erasure that nobody has confirmed yet; ``is_own``: asked for by the reader, who may not confirm it."""

    persons: int
    is_own: bool


def waiting_erasure(user_id: UUID) -> WaitingErasure | None:
    """For an administrator's home: one query. There is one at most."""
    found = Erasure.objects.filter(status=ErasureStatus.WAITING).first()
    return None if found is None else WaitingErasure(found.persons, found.requested_by == user_id)


def newest_roster_status(fiscal_year: int, facility: str = "facility") -> Subquery:
    """To annotate rows of a facility with: the status of its newest roster of the year, None without one."""
    rows = RosterSnapshot.objects.filter(facility=OuterRef(facility), fiscal_year=fiscal_year)
    rows = rows.exclude(status=SnapshotStatus.WITHDRAWN)
    return Subquery(rows.order_by("-version").values("status")[:1])


def year_roster_state(facility: Facility, fiscal_year: int, status: str | None) -> YearRosterState | None:
    """What the home says of it; None for a facility that was not run in April and owes none."""
    if not facility.lives_in(ServiceMonth(fiscal_year, 4)):
        return None
    return YearRosterState(fiscal_year, status or "")


def _counted(rows: QuerySet[Any], column: str = "pk") -> Coalesce:
    own = (
        rows.filter(municipality=OuterRef("pk"))
        .order_by()
        .values(by=F("municipality"))
        .annotate(number=Count(column, distinct=True))
    )
    return Coalesce(Subquery(own.values("number"), output_field=IntegerField()), 0)
