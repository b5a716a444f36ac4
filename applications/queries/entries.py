"""
How much was really typed (R3): fields by facility and round, how many of them the product knew already, rounds used.

Counted from what was typed and saved (``TypedField``), never estimated. A round counts as used once anything of it was
saved, also where nothing had to be typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from applications.models import ApplicationVersion, TypedField
from applications.rounds import Round, rounds_of
from applications.states import VersionStatus
from facilities.models import Facility, Municipality

ROUNDS: Final = range(1, 7)


@dataclass(frozen=True, slots=True)
class Typing:
    """Of one facility and round: fields typed, of these known already, applications sent or begun."""

    typed: int = 0
    knew: int = 0
    applications: int = 0

    def plus(self, other: "Typing") -> "Typing":
        """Both together."""
        return Typing(
            self.typed + other.typed, self.knew + other.knew, self.applications + other.applications
        )


@dataclass(frozen=True)
class EntriesOf:
    """One facility's year; ``rounds`` by number, all six."""

    facility: Facility
    rounds: Mapping[int, Typing]

    @property
    def total(self) -> Typing:
        """The year."""
        total = Typing()
        for one in self.rounds.values():
            total = total.plus(one)
        return total

    @property
    def used(self) -> int:
        """In how many of the six rounds anything was saved."""
        return sum(1 for one in self.rounds.values() if one.applications)

    @property
    def cells(self) -> list[Typing]:
        """The six rounds in their order."""
        return [self.rounds[number] for number in ROUNDS]


@dataclass(frozen=True)
class Entries:
    """The year of these facilities, in their order."""

    fiscal_year: int
    rounds: Sequence[Round]
    facilities: Sequence[EntriesOf]

    @property
    def total(self) -> Typing:
        """All facilities together."""
        total = Typing()
        for one in self.facilities:
            total = total.plus(one.total)
        return total

    @property
    def most_used(self) -> int:
        """The most rounds any facility has used."""
        return max((one.used for one in self.facilities), default=0)

    @property
    def begun(self) -> int:
        """How many facilities have saved anything."""
        return sum(1 for one in self.facilities if one.used)


def entries_of(municipality: Municipality, facilities: Sequence[Facility], fiscal_year: int) -> Entries:
    """Three queries, however many facilities."""
    found: dict[tuple[UUID, int], Typing] = {}
    typed = TypedField.objects.filter(facility__in=facilities, fiscal_year=fiscal_year)
    for facility_id, number, many, knew in (
        typed.values_list("facility_id", "round_number")
        .annotate(many=Count("pk"), again=Count("pk", filter=Q(knew=True)))
        .order_by()
    ):
        found[facility_id, number] = Typing(many, knew)
    versions = ApplicationVersion.objects.filter(
        facility__in=facilities, application__fiscal_year=fiscal_year
    ).exclude(status=VersionStatus.DISCARDED)
    for facility_id, number, many in (
        versions.values_list("facility_id", "round_number")
        .annotate(many=Count("application", distinct=True))
        .order_by()
    ):
        before = found.get((facility_id, number), Typing())
        found[facility_id, number] = before.plus(Typing(applications=many))
    return Entries(
        fiscal_year,
        rounds_of(municipality, fiscal_year),
        [
            EntriesOf(facility, {number: found.get((facility.pk, number), Typing()) for number in ROUNDS})
            for facility in facilities
        ],
    )


HEADER: Final = (
    "年度",
    "事業所番号",
    "施設名",
    *(f"第{number}回 {words}" for number in ROUNDS for words in ("入力した欄", "うち分かっていた欄")),
    "入力した欄の計",
    "うち分かっていた欄の計",
    "使った回の数",
)


def csv_rows(entries: Entries) -> list[list[object]]:
    """The table to save, a line for each facility."""
    return [
        [
            entries.fiscal_year,
            one.facility.number,
            one.facility.name,
            *(number for cell in one.cells for number in (cell.typed, cell.knew)),
            one.total.typed,
            one.total.knew,
            one.used,
        ]
        for one in entries.facilities
    ]
