"""Whether there is a price for what an application asks for: without one, its approval stops the facility's claims."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from applications.definitions import Item
from applications.models import ApplicationVersion
from applications.states import VersionStatus
from approvals.items.terms import months_of
from facilities.models import FacilityKind, FacilityProfile
from facilities.periods import ServiceMonth
from pricing import RateBook
from pricing.rule_sets import claimable_entries, is_of_two_tables
from rate_books.coverage import unpriced
from rate_books.in_force import books_for_months, in_force

UNPRICED: Final = (
    "この加算・減算の単価が、単価表にありません。このまま承認すると、適用する月から、この施設の請求を作れなくなります。"
    "単価のある単価表を読み込んで公開してから承認するか、差し戻してください。"
)


@dataclass(frozen=True)
class Prices:
    """The books that may be in force, and the profiles of 認定こども園, which have two tables of prices."""

    books: tuple[RateBook, ...] = ()
    profiles: Mapping[UUID, Sequence[FacilityProfile]] = field(default_factory=dict)

    def lacks(self, version: ApplicationVersion, item: Item) -> bool:
        """
        Whether the book of its first month has no row for what it asks for. Where no book is in force nobody knows; of
        a 認定こども園 only the tables count for whose children it has a capacity.
        """
        if item.grants is None or not _waits(version):
            return False
        kind, code, asked = version.facility.kind, item.grants.code, item.grants.certification
        first, _ = months_of(version, item)
        book = in_force(kind, first, self.books)
        if book is None or kind not in book.facility_types:
            return False
        by_grade = bool(asked) and is_of_two_tables(kind, code)
        lacking, variant = unpriced(book, kind), version.options.get("variant", "")
        return any(
            variant in variants or not variant
            for system in claimable_entries(kind, code)
            if (not by_grade or system == asked) and self._has_children(version.facility_id, first, system)
            if (variants := lacking.get((system, code)))
        )

    def _has_children(self, facility_id: UUID, month: ServiceMonth, system: str) -> bool:
        for row in self.profiles.get(facility_id, ()):
            if row.from_month <= month.first_day and (
                row.to_month is None or row.to_month >= month.first_day
            ):
                return (row.capacity_1 if system == "1" else row.capacity_23) is not None
        return True


def prices_of(pairs: Iterable[tuple[ApplicationVersion, Item | None]]) -> Prices:
    """
    What prices those that wait and are wanted, in their first months: one query, and one where there are 認定こども園;
    none where nothing is priced.
    """
    asked = [
        (version, months_of(version, item)[0])
        for version, item in pairs
        if item is not None and item.grants is not None and _waits(version)
    ]
    if not asked:
        return Prices()
    of_two_tables = {
        version.facility_id
        for version, _ in asked
        if version.facility.kind == FacilityKind.CERTIFIED_KODOMOEN
    }
    profiles: dict[UUID, list[FacilityProfile]] = defaultdict(list)
    if of_two_tables:
        for row in FacilityProfile.objects.filter(facility__in=of_two_tables):
            profiles[row.facility_id].append(row)
    return Prices(books_for_months(sorted({month for _, month in asked})), profiles)


def _waits(version: ApplicationVersion) -> bool:
    return bool(version.is_wanted) and version.status == VersionStatus.SUBMITTED
