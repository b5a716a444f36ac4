"""What a rate book would change: the city's latest drafted month computed with it, beside what it was computed with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from claims.facts import is_of_march
from claims.models import Claim
from claims.states import ClaimStatus
from facilities.models import Facility
from facilities.periods import ServiceMonth
from pricing import ClaimInput, Month, PricingError, RateBook, parse
from pricing.books import is_in_effect
from pricing.comparing import Difference, revise
from rate_books.in_force import BookGone, book_named, rate_book_of
from rate_books.models import Book


@dataclass(frozen=True)
class FacilityEffect:
    """One facility's month: yen with the book of its claims and with the other one, or why there is no figure."""

    facility: Facility
    differences: tuple[Difference, ...]
    problems: tuple[str, ...]
    price_mark: str

    @property
    def old_yen(self) -> int:
        """All payers together, with the books of the claims."""
        return sum(one.old.total_yen for one in self.differences)

    @property
    def new_yen(self) -> int:
        """All payers together, with the other book."""
        return sum(one.new.total_yen for one in self.differences)

    @property
    def delta_yen(self) -> int:
        """New less old."""
        return self.new_yen - self.old_yen

    @property
    def is_computed(self) -> bool:
        """Every claim of the facility could be computed with the book."""
        return not self.problems

    @cached_property
    def items(self) -> list[tuple[str, int]]:
        """The items that differ, the biggest first."""
        found: dict[str, int] = defaultdict(int)
        for difference in self.differences:
            for line in difference.changed:
                found[line.label] += line.delta_yen
        return sorted(
            ((label, delta) for label, delta in found.items() if delta), key=lambda pair: -abs(pair[1])
        )


@dataclass(frozen=True)
class Effect:
    """The month of a city with a book. ``priced_as`` is another month when the book begins only later."""

    month: ServiceMonth | None
    priced_as: ServiceMonth | None
    rows: list[FacilityEffect]

    @property
    def computed(self) -> list[FacilityEffect]:
        """The facilities that have a figure."""
        return [row for row in self.rows if row.is_computed]

    @property
    def stopped(self) -> list[FacilityEffect]:
        """The facilities whose calculation would stop."""
        return [row for row in self.rows if not row.is_computed]

    @property
    def old_yen(self) -> int:
        """Of the facilities that have a figure."""
        return sum(row.old_yen for row in self.computed)

    @property
    def new_yen(self) -> int:
        """Of the facilities that have a figure."""
        return sum(row.new_yen for row in self.computed)

    @property
    def delta_yen(self) -> int:
        """New less old."""
        return self.new_yen - self.old_yen

    @property
    def old_marks(self) -> set[str]:
        """Whether sample or provisional prices stand on the old side."""
        return {row.price_mark for row in self.rows} - {""}


def effect_of(book: Book) -> Effect:
    """
    The latest month with claims of the book's facility types, the biggest differences first.

    The number of queries does not grow with the number of facilities.
    """
    current = Claim.objects.filter(facility__kind__in=book.facility_types).exclude(
        status=ClaimStatus.SUPERSEDED
    )
    latest = current.order_by("-month").values_list("month", flat=True).first()
    if latest is None:
        return Effect(None, None, [])
    month = ServiceMonth.of(latest)
    new_book = rate_book_of(book)
    begins = ServiceMonth.of(book.effective_from)
    is_later = not is_in_effect(new_book, Month(month.year, month.month))
    priced_as = Month(begins.year, begins.month) if is_later else None
    claims = current.filter(month=latest).select_related("facility").order_by("facility__number", "version")
    rows = [
        _facility_effect(facility_claims, new_book, priced_as) for facility_claims in _by_facility(claims)
    ]
    rows.sort(key=lambda row: (row.is_computed, -abs(row.delta_yen), row.facility.number))
    return Effect(month, begins if is_later else None, rows)


def _by_facility(claims: Iterable[Claim]) -> list[list[Claim]]:
    """The newest version for each payer: a correction in the making stands for what it corrects."""
    found: dict[object, dict[str, Claim]] = defaultdict(dict)
    for claim in claims:
        found[claim.facility_id][claim.payer_code] = claim
    return [list(by_payer.values()) for by_payer in found.values()]


def _facility_effect(claims: Sequence[Claim], book: RateBook, priced_as: Month | None) -> FacilityEffect:
    differences, problems = [], []
    for claim in claims:
        try:
            asked = _as_of(parse(claim.snapshot), priced_as)
            differences.append(revise(asked, book_named(claim.rate_book, claim.rate_book_hash), book))
        except PricingError as refused:
            problems += [problem.message for problem in refused.problems]
        except BookGone:
            problems.append(f"いまの請求の単価表（{claim.rate_book}）がないため、比べられません。")
    marks = sorted({claim.price_mark for claim in claims} - {""})
    return FacilityEffect(
        claims[0].facility, tuple(differences), tuple(dict.fromkeys(problems)), "・".join(marks)
    )


def _as_of(asked: ClaimInput, month: Month | None) -> ClaimInput:
    """The same children and items in another month; what only March has is left out of it."""
    if month is None:
        return asked
    if month.is_march:
        return replace(asked, month=month)
    lasting = tuple(
        item for item in asked.items if not is_of_march(asked.facility_type, item.code, item.certification)
    )
    return replace(asked, month=month, items=lasting)
