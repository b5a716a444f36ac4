"""
What a rate book would change: the city's claims of every month it reaches, computed with it beside their own book.

A revision of the winter reaches back to April (pricing.md §10): then these are the differences of the months that were
approved already. Reads and computes, stores nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from django.db.models import Count, QuerySet

from claims.facts import is_of_march
from claims.models import Claim
from claims.side_by_side import ComparedSection, side_by_side
from claims.states import ClaimStatus
from facilities.models import Facility
from facilities.periods import ServiceMonth
from pricing import ClaimInput, Month, PricingError, RateBook, parse, shipped_books
from pricing.books import is_in_effect
from pricing.comparing import Difference, LineDifference, revise
from rate_books.in_force import BookGone, book_named, in_force, rate_book_of, released_by
from rate_books.models import Book

BookOf = Callable[[Claim], RateBook]


@dataclass(frozen=True)
class ClaimEffect:
    """One claim, in yen with its own book and with the other one; ``problems`` say why there is no figure."""

    claim_id: UUID
    month: ServiceMonth
    payer_code: str
    outside: bool
    status: str
    price_mark: str
    old_yen: int
    new_yen: int
    changed: tuple[LineDifference, ...]
    problems: tuple[str, ...]
    sections: tuple[ComparedSection, ...] = ()

    @property
    def delta_yen(self) -> int:
        """New less old; negative where less is due."""
        return self.new_yen - self.old_yen

    @property
    def is_computed(self) -> bool:
        """There is a figure."""
        return not self.problems

    @property
    def is_approved(self) -> bool:
        """Approved: a release does not draft it anew, so its difference is to be settled."""
        return self.status == ClaimStatus.APPROVED

    @property
    def status_words(self) -> str:
        """下書き, 承認済み."""
        return ClaimStatus(self.status).label


class Sums:
    """Yen of the claims that have a figure. ``claims`` comes from whoever sums."""

    claims: tuple[ClaimEffect, ...]

    @property
    def computed(self) -> list[ClaimEffect]:
        """The claims that have a figure."""
        return [one for one in self.claims if one.is_computed]

    @property
    def stopped(self) -> list[ClaimEffect]:
        """The claims whose calculation would stop."""
        return [one for one in self.claims if not one.is_computed]

    @cached_property
    def old_yen(self) -> int:
        """With the books of the claims."""
        return sum(one.old_yen for one in self.computed)

    @cached_property
    def new_yen(self) -> int:
        """With the other book."""
        return sum(one.new_yen for one in self.computed)

    @property
    def delta_yen(self) -> int:
        """New less old."""
        return self.new_yen - self.old_yen

    @property
    def approved_delta_yen(self) -> int:
        """Of the delta, what belongs to approved claims."""
        return sum(one.delta_yen for one in self.computed if one.is_approved)


@dataclass(frozen=True)
class FacilityEffect(Sums):
    """One facility's claims, by month and payer."""

    facility: Facility
    claims: tuple[ClaimEffect, ...]

    @property
    def months(self) -> int:
        """How many months have a figure."""
        return len({one.month for one in self.computed})

    @property
    def price_mark(self) -> str:
        """Whether sample or provisional prices stand on the old side."""
        return "・".join(sorted({one.price_mark for one in self.claims} - {""}))

    @property
    def problems(self) -> list[tuple[str, list[ServiceMonth]]]:
        """Each reason why the calculation would stop, with its months."""
        found: dict[str, list[ServiceMonth]] = defaultdict(list)
        for one in self.stopped:
            for problem in one.problems:
                if one.month not in found[problem]:
                    found[problem].append(one.month)
        return list(found.items())

    @cached_property
    def items(self) -> list[tuple[str, int]]:
        """The items that differ, all months together, the biggest first."""
        found: dict[str, int] = defaultdict(int)
        for one in self.computed:
            for line in one.changed:
                found[line.label] += line.delta_yen
        return sorted(
            ((label, delta) for label, delta in found.items() if delta), key=lambda pair: -abs(pair[1])
        )


@dataclass(frozen=True)
class MonthEffect(Sums):
    """One month of the city."""

    month: ServiceMonth
    claims: tuple[ClaimEffect, ...]


@dataclass(frozen=True)
class Effect(Sums):
    """
    A city with a book.

    ``reached``: the months with claims in which the book is, or would be, in force for their type. ``months``: those
    that were asked for. ``priced_as``: the book begins later than every claim, so the latest month is computed as its
    first one. ``unused``: no month's prices come from it; the latest month is computed all the same.
    """

    reached: list[ServiceMonth]
    months: list[ServiceMonth]
    priced_as: ServiceMonth | None
    unused: bool
    rows: list[FacilityEffect]
    claims: tuple[ClaimEffect, ...]

    @property
    def computed_rows(self) -> list[FacilityEffect]:
        """The facilities that have a figure, the biggest difference first."""
        return [row for row in self.rows if row.computed]

    @property
    def stopped_rows(self) -> list[FacilityEffect]:
        """The facilities some claim of which would stop."""
        return [row for row in self.rows if row.stopped]

    @cached_property
    def by_month(self) -> list[MonthEffect]:
        """The months one by one."""
        found: dict[ServiceMonth, list[ClaimEffect]] = defaultdict(list)
        for one in self.claims:
            found[one.month].append(one)
        return [MonthEffect(month, tuple(found[month])) for month in self.months]

    @property
    def old_marks(self) -> set[str]:
        """Whether sample or provisional prices stand on the old side."""
        return {one.price_mark for one in self.claims} - {""}

    def row_ids(self) -> dict[str, list[UUID]]:
        """What was read, for the record."""
        return {
            "facility": [row.facility.pk for row in self.rows],
            "claim": [one.claim_id for one in self.claims],
        }


def effect_of(
    book: Book,
    *,
    month: ServiceMonth | None = None,
    facility_number: str = "",
    with_lines: bool = False,
) -> Effect:
    """
    The claims of the months the book reaches, the biggest differences first.

    :param month: this month only; one that the book does not reach is every month.
    :param facility_number: this facility only; empty: all.
    :param with_lines: with every line of both sides and its steps; for one facility.

    The number of queries does not grow with facilities or months, only with the city's own books behind the claims.
    """
    current = Claim.objects.filter(facility__kind__in=book.facility_types).exclude(
        status=ClaimStatus.SUPERSEDED
    )
    if facility_number:
        current = current.filter(facility__number=facility_number)
    there = [
        (ServiceMonth.of(first), kind)
        for first, kind in current.order_by("month").values_list("month", "facility__kind").distinct()
    ]
    if not there:
        return Effect([], [], None, False, [], ())
    reached = _reached(book, there)
    months = sorted({one for one, _ in reached})
    shown = [month] if month in months else months
    priced_as, unused = None, False
    if not reached:
        latest = there[-1][0]
        reached, shown = {(one, kind) for one, kind in there if one == latest}, [latest]
        begins = ServiceMonth.of(book.effective_from)
        is_later = not is_in_effect(book.to_rate_book(()), Month(latest.year, latest.month))
        priced_as, unused = (begins, False) if is_later else (None, True)
    asked = (
        current.filter(month__in=[one.first_day for one in shown])
        .select_related("facility")
        .defer("missing", "facts", "return_reason", "correction_reason")
        .order_by("facility__number", "month", "payer_code", "version")
    )
    rows = _rows(asked, reached, rate_book_of(book), priced_as, with_lines)
    rows.sort(key=lambda row: (not row.stopped, -abs(row.delta_yen), row.facility.number))
    claims = tuple([one for row in rows for one in row.claims])
    return Effect(months, shown, priced_as, unused, rows, claims)


def _reached(book: Book, there: Sequence[tuple[ServiceMonth, str]]) -> set[tuple[ServiceMonth, str]]:
    """The months and types whose prices come from the book, or would if it were released now."""
    released = list(released_by(max(month for month, _ in there)))
    if all(one.pk != book.pk for one in released):
        released.append(book)  # released now, it would be the last one
    headings = {one.pk: one.to_rate_book(()) for one in released}
    books = (*shipped_books(), *headings.values())
    return {(month, kind) for month, kind in there if in_force(kind, month, books) is headings[book.pk]}


def _rows(
    asked: QuerySet[Claim],
    reached: set[tuple[ServiceMonth, str]],
    book: RateBook,
    priced_as: ServiceMonth | None,
    with_lines: bool,
) -> list[FacilityEffect]:
    """By facility; of each payer's month the newest version: a correction in the making stands for what it corrects."""
    found: dict[UUID, tuple[Facility, dict[tuple[ServiceMonth, str], ClaimEffect]]] = {}
    book_of = _books_behind_claims()
    for claim in asked.iterator(chunk_size=500):
        if (claim.service_month, claim.facility.kind) in reached:
            _, claims = found.setdefault(claim.facility_id, (claim.facility, {}))
            place = (claim.service_month, claim.payer_code)
            claims[place] = _effect(claim, book_of, book, priced_as, with_lines)
    return [FacilityEffect(facility, tuple(claims.values())) for facility, claims in found.values()]


def _books_behind_claims() -> BookOf:
    """Each claim's own book; one query for each of the city's books, not for each claim."""
    known: dict[tuple[str, str], RateBook | BookGone] = {}

    def book_of(claim: Claim) -> RateBook:
        key = (claim.rate_book, claim.rate_book_hash)
        if key not in known:
            try:
                known[key] = book_named(*key)
            except BookGone as gone:
                known[key] = gone
        found = known[key]
        if isinstance(found, BookGone):
            raise found
        return found

    return book_of


def _effect(
    claim: Claim, book_of: BookOf, book: RateBook, priced_as: ServiceMonth | None, with_lines: bool
) -> ClaimEffect:
    difference: Difference | None = None
    problems: list[str] = []
    try:
        difference = revise(_as_of(parse(claim.snapshot), priced_as), book_of(claim), book)
    except PricingError as refused:
        problems = [problem.message for problem in refused.problems]
    except BookGone:
        problems = [f"いまの請求の単価表（{claim.rate_book}）がないため、比べられません。"]
    return ClaimEffect(
        claim_id=claim.pk,
        month=claim.service_month,
        payer_code=claim.payer_code,
        outside=claim.outside,
        status=claim.status,
        price_mark=claim.price_mark,
        old_yen=difference.old.total_yen if difference else 0,
        new_yen=difference.new.total_yen if difference else 0,
        changed=difference.changed if difference else (),
        problems=tuple(problems),
        sections=side_by_side(difference.month, difference.old, difference.new)
        if difference and with_lines
        else (),
    )


def _as_of(asked: ClaimInput, priced_as: ServiceMonth | None) -> ClaimInput:
    """The same children and items in another month; what only March has is left out of it."""
    if priced_as is None:
        return asked
    month = Month(priced_as.year, priced_as.month)
    if month.is_march:
        return replace(asked, month=month)
    lasting = tuple(
        item for item in asked.items if not is_of_march(asked.facility_type, item.code, item.certification)
    )
    return replace(asked, month=month, items=lasting)


@dataclass(frozen=True)
class RevisedBook:
    """A book of the city that came into force over approved claims: their difference is to be settled."""

    book: Book
    claims: int
    months: list[ServiceMonth]


def revised_books() -> list[RevisedBook]:
    """The city's released books in force in months whose approved claims were computed with another; two queries."""
    approved = (
        Claim.objects.filter(status=ClaimStatus.APPROVED, outside=False)
        .order_by("month")
        .values_list("month", "facility__kind", "rate_book", "rate_book_hash")
        .annotate(how_many=Count("pk"))
    )
    groups = [(ServiceMonth.of(month), *rest) for month, *rest in approved]
    if not groups:
        return []
    headings = {one.pk: (one, one.to_rate_book(())) for one in released_by(groups[-1][0])}
    books = (*shipped_books(), *(heading for _, heading in headings.values()))
    numbers: Counter[UUID] = Counter()
    months: dict[UUID, list[ServiceMonth]] = defaultdict(list)
    for month, kind, book_id, content_hash, how_many in groups:
        now = in_force(kind, month, books)
        for pk, (book, heading) in headings.items():
            if heading is now and (book.book_id, book.content_hash) != (book_id, content_hash):
                numbers[pk] += how_many
                if month not in months[pk]:
                    months[pk].append(month)
    return [RevisedBook(headings[pk][0], number, months[pk]) for pk, number in numbers.items()]
