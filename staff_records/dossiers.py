"""
Everything the roster holds about some people, in one query however many they are, as of any day.

A ``Dossier`` is one member with all rows about that member that still stand. Nothing here is recorded: whoever opens
dossiers to show them names the members in an event (``opening``).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from asking import together
from staff_records.carrying import GOES_ON
from staff_records.models import (
    EarlierEmployment,
    Employment,
    Qualification,
    StaffDetail,
    StaffMember,
    Training,
)
from staff_records.opening import open_to_compute, open_to_show, show_opened
from staff_records.person_rows import MemberRow, PersonRow

A_DAY = timedelta(days=1)
# A list of ids is compared with row after row: thousands of them cost seconds. Of so many people the rows of their
# facilities are read, and what is somebody else's is left.
MANY = 400


class Purpose(StrEnum):
    """What rows are opened for."""

    SHOW = "show"
    COMPUTE = "compute"


@dataclass
class Dossier:
    """One member with the rows about them; spans in the order of their days."""

    member: StaffMember
    details: list[StaffDetail] = field(default_factory=list)
    employments: list[Employment] = field(default_factory=list)
    qualifications: list[Qualification] = field(default_factory=list)
    earlier: list[EarlierEmployment] = field(default_factory=list)
    trainings: list[Training] = field(default_factory=list)

    def detail_on(self, day: date) -> StaffDetail:
        """Name and address as of ``day``; before the first dated one, the first."""
        before = [row for row in self._dated_details if row[0] <= day]
        return (before or self._dated_details[:1])[-1][1]

    def employment_on(self, day: date) -> Employment | None:
        """The span of work that holds ``day``; none before 採用 and after 退職."""
        return next((span for span in self.spans if _holds(span, day)), None)

    def is_there_on(self, day: date) -> bool:
        """On the roster on ``day``, at work or on leave."""
        return self.employment_on(day) is not None

    def hired_on(self, day: date) -> date | None:
        """採用日 of the employment that holds ``day``: the first day of the spans that follow each other up to it."""
        held = self.employment_on(day)
        if held is None:
            return None
        first = held
        while (before := self.goes_on_from(first)) is not None:
            first = before
        return first.first_day

    def goes_on_from(self, span: Employment) -> Employment | None:
        """
        The span that ``span`` goes on with: it ends the day before, and only terms, leave or return lie between.

        None for who was hired again, even on the day after a leaving: that leaving stands by itself.
        """
        place = self.spans.index(span)
        before = self.spans[place - 1] if place else None
        if before is None or span.beginning not in GOES_ON or before.last_day is None:
            return None
        return before if before.last_day + A_DAY == span.first_day else None

    def left_on(self, day: date) -> date | None:
        """The last day, of who is there no more after ``day`` for good or is to leave; None who stays."""
        last = self.spans[-1] if self.spans else None
        return last.last_day if last is not None and last.ending else None

    def has_left(self, day: date) -> bool:
        """Gone for good before ``day``; who has only announced a leaving is there."""
        left_on = self.left_on(day)
        return left_on is not None and left_on < day

    @cached_property
    def spans(self) -> list[Employment]:
        """Spans of work, the earliest first."""
        return sorted(self.employments, key=lambda span: span.first_day)

    @cached_property
    def _dated_details(self) -> list[tuple[date, StaffDetail]]:
        return sorted(((row.from_day or date.min, row) for row in self.details), key=lambda pair: pair[0])


def dossiers(
    members: Iterable[StaffMember], purpose: Purpose, *, without: Collection[type[MemberRow]] = ()
) -> list[Dossier]:
    """
    The dossiers of ``members`` in their order, opened for ``purpose``: one query and one to the key store.

    ``without``: rows that are not asked for; whoever computes for a whole city leaves out what it does not use.

    :raises KeyDestroyed: somebody among them was erased.
    """
    found = {member.pk: Dossier(member) for member in members}
    facilities = {one.member.facility_id for one in found.values()} if len(found) > MANY else set()
    groups: list[Sequence[Any]] = [[one.member for one in found.values()]]
    kinds: tuple[tuple[type[MemberRow], str], ...] = (
        (StaffDetail, "details"),
        (Employment, "employments"),
        (Qualification, "qualifications"),
        (EarlierEmployment, "earlier"),
        (Training, "trainings"),
    )
    asked = [(model, name) for model, name in kinds if model not in without]
    for (_, name), rows in zip(
        asked, together(*(_standing(model, found, facilities, purpose) for model, _ in asked)), strict=True
    ):
        own = [row for row in rows if row.member_id in found]
        for row in own:
            getattr(found[row.member_id], name).append(row)
        groups.append(own)
    (open_to_show if purpose is Purpose.SHOW else open_to_compute)(*groups)
    return list(found.values())


def _standing(
    model: type[MemberRow], members: Collection[UUID], facilities: Collection[UUID], purpose: Purpose
) -> QuerySet[Any]:
    wanted: QuerySet[Any] = model.objects.filter(withdrawn_at__isnull=True)
    wanted = wanted.filter(facility__in=facilities) if facilities else wanted.filter(member__in=members)
    # Who entered a row and when is nothing to compute with, and a city has ten thousands of rows.
    return wanted.defer("entered_at", "entered_by") if purpose is Purpose.COMPUTE else wanted


def show(found: Iterable[Dossier]) -> None:
    """Of dossiers that were opened for computing, everything to be shown."""
    groups: list[Iterable[PersonRow]] = []
    for one in found:
        groups += [[one.member], one.details, one.employments, one.qualifications, one.earlier, one.trainings]
    show_opened(*groups)


def not_gone_before(fiscal_year: int) -> Q:
    """
    Members who had not left before this fiscal year: coarse, so that SQL can ask. The days say the rest (``has_left``).

    ``left_year`` stands as soon as a leaving is announced: that it is there does not say that somebody has gone.
    """
    return Q(left_year__isnull=True) | Q(left_year__gte=fiscal_year)


def members_since(fiscal_year: int, *facility_ids: UUID) -> QuerySet[StaffMember]:
    """
    Who was on a roster in ``fiscal_year`` or since: who works there, and who left in that year or later.

    Of the facilities given, or of all in scope. Nobody who was erased.
    """
    rows: QuerySet[StaffMember] = StaffMember.objects.filter(erased_at__isnull=True)
    rows = rows.filter(not_gone_before(fiscal_year))
    if facility_ids:
        rows = rows.filter(facility__in=facility_ids)
    return rows.order_by("facility", "number")


def _holds(span: Employment, day: date) -> bool:
    return span.first_day <= day and (span.last_day is None or span.last_day >= day)
