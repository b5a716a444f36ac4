"""Whether there is a price for what an application asks for: without one, its approval stops the facility's claims."""

from collections.abc import Iterable, Sequence
from typing import Final

from applications.definitions import Item
from applications.models import ApplicationVersion
from applications.states import VersionStatus
from approvals.items.terms import months_of
from claims.findings_told import FindingsTold
from pricing import RateBook
from pricing.rule_sets import claimable_entries, is_of_two_tables
from rate_books.coverage import unpriced
from rate_books.in_force import books_for_months, in_force

UNPRICED: Final = (
    "この加算・減算の単価が、単価表にありません。このまま承認すると、適用する月から、この施設の請求を作れなくなります。"
    "単価のある単価表を読み込んで公開してから承認するか、差し戻してください。"
)


def books_of(pairs: Iterable[tuple[ApplicationVersion, Item | None]]) -> tuple[RateBook, ...]:
    """The books that price what waits and is wanted, in its first months: one query, none where nothing is priced."""
    months = {
        months_of(version, item)[0]
        for version, item in pairs
        if item is not None and item.grants is not None and _waits(version)
    }
    return books_for_months(sorted(months)) if months else ()


def lacks_price(
    version: ApplicationVersion, item: Item, books: Sequence[RateBook], told: FindingsTold | None
) -> bool:
    """
    Whether the book of its first month has no row for what it asks for. Where no book is in force nobody knows; of a
    認定こども園 only the tables count whose children it has, as far as that is known (``told``).
    """
    if item.grants is None or not _waits(version):
        return False
    kind, code, asked = version.facility.kind, item.grants.code, item.grants.certification
    book = in_force(kind, months_of(version, item)[0], books)
    if book is None or kind not in book.facility_types:
        return False
    by_grade = bool(asked) and is_of_two_tables(kind, code)
    lacking = unpriced(book, kind)
    variant = version.options.get("variant", "")
    return any(
        variant in variants or not variant
        for system in claimable_entries(kind, code)
        if (not by_grade or system == asked) and (told is None or told.only in {"", system})
        if (variants := lacking.get((system, code)))
    )


def _waits(version: ApplicationVersion) -> bool:
    return bool(version.is_wanted) and version.status == VersionStatus.SUBMITTED
