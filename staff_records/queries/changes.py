"""What facilities have reported, for the city: by facility, without names. Names stand on one change's own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, QuerySet

from asking import together
from facilities.models import Facility
from facilities.periods import ServiceMonth
from staff_records.models import StaffChange
from staff_records.opening import open_to_compute, open_to_show
from staff_records.queries.person import HEADINGS, Person, person_of
from staff_records.words import ChangeKind

WAITING, ALL = "waiting", "all"
SHOWS: Final[Mapping[str, str]] = {WAITING: "未確認", ALL: "すべて"}
A_PAGE = 200


@dataclass(frozen=True)
class ChangesQuestion:
    """What the address asks for: codes and a facility's number."""

    show: str = WAITING
    facility: str = ""
    kind: str = ""
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "ChangesQuestion":
        """From an address; what it does not know counts as not said."""
        page = asked.get("page", "")
        return cls(
            show=asked.get("show", "") if asked.get("show") in SHOWS else WAITING,
            facility=asked.get("facility", ""),
            kind=asked.get("kind", "") if asked.get("kind") in ChangeKind else "",
            page=max(int(page), 1) if page.isdecimal() and len(page) < 6 else 1,
        )

    def query(self, **other: Any) -> str:
        """The address of the same question with something else asked."""
        asked = replace(self, **other)
        said = {
            "show": asked.show if asked.show != WAITING else "",
            "facility": asked.facility,
            "kind": asked.kind,
            "page": str(asked.page) if asked.page > 1 else "",
        }
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for some only."""
        return bool(self.facility or self.kind)


@dataclass(frozen=True)
class Reported:
    """One change as the list shows it: ``row`` is opened for computing, unless the person was erased."""

    row: StaffChange

    @property
    def day(self) -> date | None:
        """Of which day it is; None of somebody who was erased."""
        return None if self.row.member.erased_at else self.row.day

    @property
    def kind_words(self) -> str:
        """What happened."""
        return ChangeKind(self.row.kind).label

    @property
    def month(self) -> ServiceMonth:
        """The first month whose claims it can change."""
        return ServiceMonth.of(self.row.from_month)

    @property
    def fields_words(self) -> str:
        """The columns that changed, by their headings."""
        return "・".join(HEADINGS.get(code, code) for code in self.row.fields)


@dataclass(frozen=True)
class OfFacility:
    """The changes of one facility, the newest first."""

    facility: Facility
    changes: Sequence[Reported]


@dataclass(frozen=True)
class ChangesView:
    """A page of the list: by facility, how many wait in all, and who has reported anything."""

    question: ChangesQuestion
    groups: Sequence[OfFacility]
    found: int
    waiting: int
    facilities: Sequence[Facility]

    @property
    def change_ids(self) -> list[UUID]:
        """What is shown, for the record."""
        return [one.row.pk for group in self.groups for one in group.changes]

    @property
    def has_more(self) -> bool:
        """Whether there is a page after this one."""
        return self.found > self.question.page * A_PAGE


def reported() -> QuerySet[StaffChange]:
    """Every report in scope that was not taken back; nobody's who was erased, of whom there is nothing to look at."""
    rows: QuerySet[StaffChange] = StaffChange.objects.filter(withdrawn_at__isnull=True)
    return rows.filter(member__erased_at__isnull=True)


def unseen() -> QuerySet[StaffChange]:
    """What waits for the city (未確認)."""
    return reported().filter(seen_at__isnull=True)


def changes_in_city(question: ChangesQuestion) -> ChangesView:
    """
    What the city is asked to look at: one query and one to the key store, however much was reported.

    Days are opened, names are not: a number and a day tell two lines apart.
    """
    rows = _asked(question)
    first = (question.page - 1) * A_PAGE
    reporting = reported().order_by().values("facility_id")
    shown, found, waiting, facilities = together(
        rows.select_related("facility", "member")[first : first + A_PAGE],
        _number(rows),
        _number(unseen()),
        Facility.objects.filter(pk__in=reporting).order_by("number"),
    )
    open_to_compute(shown)
    return ChangesView(question, _by_facility(shown), sum(found), sum(waiting), facilities)


def exported_changes(question: ChangesQuestion) -> list[Reported]:
    """All of what is asked for, whatever page is open, the newest first."""
    return [Reported(row) for row in _asked(question).select_related("facility")]


@dataclass(frozen=True)
class OpenedChange:
    """One change with whom it is about, opened for showing."""

    reported: Reported
    person: Person

    @property
    def row(self) -> StaffChange:
        """The change."""
        return self.reported.row


def change_of(change_id: UUID, *, today: date) -> OpenedChange:
    """
    One change of the scope and the person it is about.

    :raises StaffChange.DoesNotExist: none in scope.
    :raises StaffMember.DoesNotExist: the person was erased.
    """
    row = StaffChange.objects.select_related("facility").get(pk=change_id)
    person = person_of(row.member_id, today=today)
    open_to_show([row])
    return OpenedChange(Reported(row), person)


def _asked(question: ChangesQuestion) -> QuerySet[StaffChange]:
    rows = unseen() if question.show == WAITING else reported()
    if question.facility:
        rows = rows.filter(facility__number=question.facility)
    if question.kind:
        rows = rows.filter(kind=question.kind)
    return rows.order_by("-reported_at", "pk")


def _number(rows: QuerySet[StaffChange]) -> QuerySet[Any]:
    """How many they are, as a query that is asked with others: one number, or none of none."""
    counted = rows.order_by().values("municipality").annotate(number=Count("pk"))
    return counted.values_list("number", flat=True)


def _by_facility(rows: Sequence[StaffChange]) -> list[OfFacility]:
    """In the order of each facility's newest change."""
    groups: dict[UUID, list[Reported]] = {}
    for row in rows:
        groups.setdefault(row.facility_id, []).append(Reported(row))
    return [OfFacility(found[0].row.facility, found) for found in groups.values()]
