"""
The city's budget of a fiscal year (年間の見込み): months with claims as they are, the others projected.

A month without a claim is computed with the newest month's children and month's facts, and with the profile, the
granted items and the rate book that hold in that month; March items come in March. Reads and computes, stores nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from claims import facts
from claims.composing import CannotDraft, Ingredients, quote_for, require_terms
from claims.models import OFFICIAL_WORDS, PRICE_MARKS, ChildCount, Claim, CountSheet, MonthlyFacts
from claims.obstacles import for_city
from claims.states import ClaimStatus, SheetStatus
from claims.what_if import whole_month
from facilities.models import Facility, FacilityKind, FacilityProfile, GrantedItem, Suspension
from facilities.periods import ServiceMonth
from pricing import Month, NoBookInForce, RateBook, book_in_force
from rate_books.in_force import books_for_months

CLAIMED, PROJECTED, NOTHING, UNKNOWN = "claimed", "projected", "nothing", "unknown"
# In the words of page and export.
KINDS: Final[Mapping[str, str]] = {
    CLAIMED: "請求",
    PROJECTED: "見込み",
    NOTHING: "なし",
    UNKNOWN: "計算できない",
}
NO_COUNTS: Final = "児童数がまだ届いていません。"
WITHOUT_FACTS: Final = "月の実績が未入力の項目は、見込みに入っていません。"

_Dated = FacilityProfile | GrantedItem | Suspension
_MemoKey = tuple[UUID, tuple[UUID, ...], str, bool, int]


@dataclass(frozen=True)
class Figure:
    """One facility's month in yen, what it is, and why it is not known or not whole."""

    kind: str
    yen: int = 0
    note: str = ""
    register: str = ""
    price_mark: str = ""

    @property
    def kind_words(self) -> str:
        """What it is, in words."""
        return KINDS[self.kind]

    @property
    def prices(self) -> str:
        """Which prices it was computed with, for an export; empty where there is no amount."""
        return (self.price_mark or OFFICIAL_WORDS) if self.kind in {CLAIMED, PROJECTED} else ""


@dataclass(frozen=True)
class FacilityYear:
    """One facility's twelve months; ``newest`` is the month whose children are projected."""

    facility: Facility
    newest: ServiceMonth | None
    figures: Mapping[ServiceMonth, Figure]

    @property
    def total_yen(self) -> int:
        """Of the year."""
        return sum(figure.yen for figure in self.figures.values())

    @property
    def claimed_months(self) -> int:
        """Months with a claim."""
        return self._months_that_are(CLAIMED)

    @property
    def projected_months(self) -> int:
        """Months that are computed ahead."""
        return self._months_that_are(PROJECTED)

    @property
    def unknown_months(self) -> int:
        """Months that cannot be computed."""
        return self._months_that_are(UNKNOWN)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not known or not whole, each once."""
        return tuple(dict.fromkeys([figure.note for figure in self.figures.values() if figure.note]))

    @property
    def registers(self) -> set[str]:
        """Where the city removes what stands in the way of its months."""
        return {figure.register for figure in self.figures.values() if figure.register}

    def _months_that_are(self, kind: str) -> int:
        return sum(figure.kind == kind for figure in self.figures.values())


@dataclass(frozen=True)
class KindYear:
    """A facility type's months and total."""

    label: str
    facilities: int
    months: tuple[int, ...]

    @property
    def total_yen(self) -> int:
        """Of the year."""
        return sum(self.months)


class MonthNumbers(NamedTuple):
    """Facilities with a claim, projected ones, and those that cannot be computed."""

    month: ServiceMonth
    claimed: int
    projected: int
    unknown: int


@dataclass(frozen=True)
class BudgetYear:
    """All facilities of the year that claim; public ones are paid otherwise."""

    fiscal_year: int
    percent: int
    months: tuple[ServiceMonth, ...]
    rows: tuple[FacilityYear, ...]

    @cached_property
    def kinds(self) -> tuple[KindYear, ...]:
        """By facility type, in the order of the types."""
        by_kind: dict[str, list[FacilityYear]] = defaultdict(list)
        for row in self.rows:
            by_kind[row.facility.kind].append(row)
        return tuple(
            KindYear(label, len(by_kind[kind]), self._sums(by_kind[kind]))
            for kind, label in FacilityKind.choices
            if by_kind[kind]
        )

    @cached_property
    def sums(self) -> tuple[int, ...]:
        """The city's months."""
        return self._sums(self.rows)

    @property
    def total_yen(self) -> int:
        """The city's year."""
        return sum(self.sums)

    @cached_property
    def numbers(self) -> tuple[MonthNumbers, ...]:
        """How each month is known."""
        return tuple(
            MonthNumbers(
                month, *(self._facilities_with(month, kind) for kind in (CLAIMED, PROJECTED, UNKNOWN))
            )
            for month in self.months
        )

    @cached_property
    def yen_by_kind(self) -> dict[str, int]:
        """What of the year's total is claimed and what is projected."""
        found = dict.fromkeys(KINDS, 0)
        for row in self.rows:
            for figure in row.figures.values():
                found[figure.kind] += figure.yen
        return found

    @property
    def listed(self) -> list[FacilityYear]:
        """For the page: first whose year is not whole, then by number."""
        return sorted(self.rows, key=lambda row: row.unknown_months == 0)

    @property
    def has_sample_prices(self) -> bool:
        """Any of the figures is computed with a sample book."""
        return any(
            figure.price_mark == PRICE_MARKS["sample"] for row in self.rows for figure in row.figures.values()
        )

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows shown, for the record."""
        return {"facility": [row.facility.pk for row in self.rows]}

    def _facilities_with(self, month: ServiceMonth, kind: str) -> int:
        return sum(row.figures[month].kind == kind for row in self.rows)

    def _sums(self, rows: Iterable[FacilityYear]) -> tuple[int, ...]:
        rows = list(rows)
        return tuple(sum(row.figures[month].yen for row in rows) for month in self.months)


@dataclass
class Gathered:
    """What a facility's year is made of."""

    facility: Facility
    newest: ServiceMonth | None
    books: tuple[RateBook, ...]
    facts: MonthlyFacts | None
    counts: list[ChildCount] = field(default_factory=list)
    profiles: list[FacilityProfile] = field(default_factory=list)
    grants: list[GrantedItem] = field(default_factory=list)
    rests: list[Suspension] = field(default_factory=list)
    claims: dict[ServiceMonth, Claim] = field(default_factory=dict)


def months_of(fiscal_year: int) -> tuple[ServiceMonth, ...]:
    """April to March."""
    april = ServiceMonth(fiscal_year, 4)
    return tuple(april.plus(number) for number in range(12))


def gather_year(fiscal_year: int) -> list[Gathered]:
    """
    The scope's facilities that claim by the table, by number: seven queries, however many.

    A released rate book that this process has not used yet costs one more.
    """
    months = months_of(fiscal_year)
    first, last = months[0].first_day, months[-1].first_day
    books = books_for_months(months)
    found: dict[UUID, Gathered] = {}
    by_sheet: dict[UUID, Gathered] = {}
    sheets = _sheets_of_a_facility(last)
    facilities = Facility.objects.annotate(
        sheet_id=Subquery(sheets.values("pk")[:1]),
        sheet_month=Subquery(sheets.values("month")[:1]),
        newest_facts=Subquery(_facts_of_a_facility(last)[:1]),
    )
    for facility in facilities.order_by("number"):
        if not facility.is_public and any(facility.lives_in(month) for month in months):
            newest = ServiceMonth.of(facility.sheet_month) if facility.sheet_month else None
            given = MonthlyFacts(**facility.newest_facts) if facility.newest_facts else None
            found[facility.pk] = Gathered(facility, newest, books, given)
            if facility.sheet_id:
                by_sheet[facility.sheet_id] = found[facility.pk]
    for count in ChildCount.objects.filter(sheet__in=by_sheet):
        by_sheet[count.sheet_id].counts.append(count)
    within = Q(to_month__isnull=True) | Q(to_month__gte=first)
    for profile in FacilityProfile.objects.filter(within, from_month__lte=last, facility__in=found):
        found[profile.facility_id].profiles.append(profile)
    for grant in GrantedItem.objects.filter(within, from_month__lte=last, facility__in=found).order_by(
        "code"
    ):
        found[grant.facility_id].grants.append(grant)
    for rest in Suspension.objects.filter(within, from_month__lte=last, facility__in=found):
        found[rest.facility_id].rests.append(rest)
    for claim in _claims_between(first, last).filter(facility__in=found):
        # A 過誤調整 that is still a draft has not taken the approved claim's place.
        if not (claim.is_correction and claim.is_draft):
            found[claim.facility_id].claims[claim.service_month] = claim
    return list(found.values())


def budget_of(
    fiscal_year: int, gathered: Sequence[Gathered], *, own_code: str, percent: int = 0
) -> BudgetYear:
    """
    The year of all facilities; ``percent`` changes the children of the projected months.

    What the own city pays by the official price, before user charges: 管外 children are other cities' money.
    """
    months = months_of(fiscal_year)
    rows = tuple([_Projection(one, own_code, percent).year(months) for one in gathered])
    return BudgetYear(fiscal_year, percent, months, rows)


def scaled(counts: Sequence[ChildCount], percent: int) -> list[ChildCount]:
    """
    The counts changed by ``percent``: the total is rounded once, and what is left over goes to the largest remainders.
    """
    parts = [row.count * (100 + percent) for row in counts]
    wanted = (2 * sum(parts) + 100) // 200
    numbers = [part // 100 for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda place: (-(parts[place] % 100), place))
    for place in by_remainder[: wanted - sum(numbers)]:
        numbers[place] += 1
    return [
        ChildCount(
            payer_code=row.payer_code,
            certification=row.certification,
            age=row.age,
            hours=row.hours,
            branch=row.branch,
            employee_slot=row.employee_slot,
            count=number,
            disabled_count=None if row.disabled_count is None else min(row.disabled_count, number),
        )
        for row, number in zip(counts, numbers, strict=True)
        if number
    ]


class _Projection:
    """One facility's year. Months that are computed from the same are computed once."""

    def __init__(self, gathered: Gathered, own_code: str, percent: int) -> None:
        self.gathered = gathered
        self.own_code = own_code
        self.counts = scaled(whole_month(gathered.counts), percent)
        self.memo: dict[_MemoKey, Figure] = {}

    def year(self, months: Iterable[ServiceMonth]) -> FacilityYear:
        figures = {month: self._figure(month) for month in months}
        return FacilityYear(self.gathered.facility, self.gathered.newest, figures)

    def _figure(self, month: ServiceMonth) -> Figure:
        gathered = self.gathered
        if claim := gathered.claims.get(month):
            return Figure(CLAIMED, claim.total_yen, price_mark=claim.price_mark)
        if not gathered.facility.lives_in(month) or any(_holds(rest, month) for rest in gathered.rests):
            return Figure(NOTHING)
        if gathered.newest is None:
            return Figure(UNKNOWN, note=NO_COUNTS)
        if not self.counts:
            return Figure(NOTHING)
        ingredients = Ingredients(
            sheet=CountSheet(month=month.first_day),
            facility=gathered.facility,
            own_code=self.own_code,
            counts=self.counts,
            profile=next((row for row in gathered.profiles if _holds(row, month)), None),
            grants=[grant for grant in gathered.grants if _holds(grant, month)],
            facts=gathered.facts,
            books=gathered.books,
        )
        key = self._key(ingredients)
        if key is None:
            return self._computed(ingredients)
        if key not in self.memo:
            self.memo[key] = self._computed(ingredients)
        return self.memo[key]

    def _key(self, ingredients: Ingredients) -> _MemoKey | None:
        """What a month's amount hangs on besides the children; None where there is nothing to compute from."""
        month, profile = ingredients.month, ingredients.profile
        if profile is None:
            return None
        try:
            book = book_in_force(ingredients.facility.kind, Month(month.year, month.month), ingredients.books)
        except NoBookInForce:
            return None
        closures = facts.answer(ingredients.facts, facts.SATURDAYS)
        variant = "" if closures is None else facts.closure_variant(closures, month)
        grants = tuple([grant.pk for grant in ingredients.grants])
        return profile.pk, grants, variant, month.is_march, id(book)

    def _computed(self, ingredients: Ingredients) -> Figure:
        try:
            profile = require_terms(ingredients)
            _, quote, missing = quote_for(ingredients, profile, self.own_code)
        except CannotDraft as refusal:
            words = for_city(refusal.message, refusal.kind)
            return Figure(UNKNOWN, note=words.sentence, register=words.register)
        return Figure(
            PROJECTED,
            quote.total_yen,
            WITHOUT_FACTS if missing else "",
            price_mark=PRICE_MARKS.get(quote.book.status, ""),
        )


def _sheets_of_a_facility(last: date) -> QuerySet[CountSheet]:
    """For a subquery: the current sheets, the newest first."""
    found: QuerySet[CountSheet] = CountSheet.objects.filter(facility=OuterRef("pk"), month__lte=last)
    return found.exclude(status=SheetStatus.SUPERSEDED).order_by("-month")


def _facts_of_a_facility(last: date) -> QuerySet[MonthlyFacts, dict[str, Any]]:
    """For a subquery: what was answered in each month, by name, the newest first."""
    saved = MonthlyFacts.objects.filter(facility=OuterRef("pk"), month__lte=last).order_by("-month")
    return saved.values(given=JSONObject(**{fact.name: fact.name for fact in facts.FACTS}))


def _claims_between(first: date, last: date) -> QuerySet[Claim]:
    """The own city's claims that stand, older versions first."""
    found: QuerySet[Claim] = Claim.objects.filter(month__gte=first, month__lte=last, outside=False)
    standing = found.exclude(status=ClaimStatus.SUPERSEDED)
    return standing.order_by("version").only(
        "facility_id", "municipality_id", "month", "total_yen", "status", "corrects_id", "rate_book_status"
    )


def _holds(row: _Dated, month: ServiceMonth) -> bool:
    return row.from_month <= month.first_day and (row.to_month is None or row.to_month >= month.first_day)
