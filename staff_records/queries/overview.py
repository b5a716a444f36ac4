"""職員 of the whole city: one row a facility, nobody named, with numbers that are kept until a roster changes."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone

from asking import together
from facilities.keeping import kept_in, row_versions, versions_of
from facilities.models import Facility, FacilityKind, FacilityProfile, GrantedItem, holding_in
from facilities.operations.keeping_ready import keeps_ready
from facilities.periods import ServiceMonth
from pricing.staffing import AverageExperience, Category3Candidates
from staff_records.figures.experience import RateComparison, compared, months_words, rates_of
from staff_records.figures.leaders import granted_headcounts
from staff_records.figures.months import MonthInNumbers
from staff_records.figures.numbers import Asked, Numbers
from staff_records.figures.presence import dedicated_chiefs
from staff_records.keeping import numbers_of, rosters_read
from staff_records.models import KeptNumbers, OverlapFlag
from staff_records.queries.changes import unseen
from staff_records.queries.figures import months_of
from staff_records.required import Place, Required, TermsOf, newest_month, required_in, terms_in

SHORT, RATES, LEADERS, NEWS, OVERLAPS, MISSING = "short", "rates", "leaders", "news", "overlaps", "missing"
STATES: Final = {
    SHORT: "保育士が不足",
    RATES: "加算率が登録と違う",
    LEADERS: "区分3の候補が不足",
    NEWS: "異動の未確認あり",
    OVERLAPS: "二重の雇用の疑い",
    MISSING: "名簿なし",
}
SORTS: Final = {"number": "事業所番号", "gap": "保育士の不足が大きい順", "average": "平均経験年数が短い順"}


@dataclass(frozen=True)
class OverviewRow:
    """One facility in the month. ``has_roster``: anybody is on it on the first day."""

    facility: Facility
    staff: MonthInNumbers
    average: AverageExperience | None
    comparison: RateComparison
    leaders: Category3Candidates
    unseen: int
    overlaps: int

    @property
    def has_roster(self) -> bool:
        """Anybody is on the roster on the first day of the month."""
        return bool(self.staff.counted.staff)

    @property
    def average_words(self) -> str:
        """7年5か月; empty without anybody to count."""
        return months_words(self.average.average_months) if self.average else ""

    def has(self, state: str) -> bool:
        """Whether the facility is in one of ``STATES``."""
        return {
            SHORT: self.staff.is_short,
            RATES: self.comparison.differs,
            LEADERS: self.has_roster and self.leaders.is_short,
            NEWS: bool(self.unseen),
            OVERLAPS: bool(self.overlaps),
            MISSING: not self.has_roster,
        }[state]


@dataclass(frozen=True)
class OverviewQuestion:
    """The filters, as they stand in the address. Nonsense there means «not asked»."""

    month: ServiceMonth
    state: str = ""
    kind: str = ""
    words: str = ""
    sort: str = "number"

    @classmethod
    def of(cls, asked: QueryDict) -> "OverviewQuestion":
        """Read the address."""
        state, kind, sort = asked.get("state", ""), asked.get("kind", ""), asked.get("sort", "")
        return cls(
            month=asked_month(asked.get("month", "")),
            state=state if state in STATES else "",
            kind=kind if kind in FacilityKind.values else "",
            words=asked.get("words", "").strip()[:60],
            sort=sort if sort in SORTS else "number",
        )

    @property
    def query(self) -> str:
        """Back into an address."""
        values = QueryDict(mutable=True)
        named = (("state", self.state), ("kind", self.kind), ("words", self.words), ("sort", self.sort))
        for name, value in (("month", str(self.month)), *named):
            if value:
                values[name] = value
        return values.urlencode()

    def wants(self, row: OverviewRow) -> bool:
        """Whether the row passes every filter."""
        if self.kind and row.facility.kind != self.kind:
            return False
        if self.words and self.words not in row.facility.name and self.words not in row.facility.number:
            return False
        return not self.state or row.has(self.state)

    @property
    def order(self) -> Callable[[OverviewRow], Any]:
        """The key to sort by; what is not known stands last."""
        return {
            "number": lambda row: row.facility.number,
            "gap": lambda row: (row.staff.gap is None, row.staff.gap and row.staff.gap.difference),
            "average": lambda row: (
                row.average is None,
                row.average and row.average.average_months,
            ),
        }[self.sort]


@dataclass(frozen=True)
class CityStaff:
    """The facilities asked for, and all of them for the numbers."""

    month: ServiceMonth
    rows: tuple[OverviewRow, ...]
    everything: tuple[OverviewRow, ...]

    @property
    def numbers(self) -> list[tuple[str, str, int]]:
        """(state, in words, how many facilities) over the whole city."""
        return [
            (state, words, sum(row.has(state) for row in self.everything)) for state, words in STATES.items()
        ]

    @property
    def row_ids(self) -> dict[str, list[Any]]:
        """The facilities shown, for the record; nobody is shown."""
        return {"facility": [row.facility.pk for row in self.rows]}


def city_staff(asked: OverviewQuestion) -> CityStaff:
    """
    Every facility that is run in the month; public ones, which claim nothing, only with a roster.

    Two queries where nothing has changed since the last look; else those of ``keeping.numbers_of`` besides.
    """
    month = asked.month
    living, terms, numbers = _numbers_in(month)
    shown = [one for one in living if not one.is_public or numbers[one.pk].people]
    required = required_in({place: terms[place] for place in ((one.pk, month) for one in shown)})
    everything = tuple(_row(terms[one.pk, month], numbers[one.pk], required, month) for one in shown)
    return CityStaff(month, tuple(sorted(filter(asked.wants, everything), key=asked.order)), everything)


@keeps_ready(KeptNumbers)
def keep_numbers(facility_ids: Collection[UUID]) -> None:
    """Those of the month the table opens with."""
    _numbers_in(asked_month(""), facility_ids)


def _numbers_in(
    month: ServiceMonth, facility_ids: Collection[UUID] | None = None
) -> tuple[list[Facility], dict[Place, TermsOf], dict[UUID, Numbers]]:
    """The facilities that are run in the month, of all or of these, with their terms and numbers."""
    wanted, profiles_of, grants_of = _facilities(), FacilityProfile.objects.all(), GrantedItem.objects.all()
    if facility_ids is not None:
        wanted = wanted.filter(pk__in=facility_ids)
        profiles_of, grants_of = (rows.filter(facility__in=facility_ids) for rows in (profiles_of, grants_of))
    versions, kept, facilities, profiles, grants = together(
        row_versions(rosters_read(), facility_ids),
        kept_in(KeptNumbers, month, facility_ids),
        wanted,
        holding_in(profiles_of, month),
        holding_in(grants_of, month),
    )
    living = [facility for facility in facilities if facility.lives_in(month)]
    terms = terms_in(living, [month], profiles, grants)
    asked = {own.facility.pk: _asked(own, month) for own in terms.values()}
    return living, terms, numbers_of(asked, versions_of(versions), kept, month)


def _asked(own: TermsOf, month: ServiceMonth) -> Asked:
    kind = own.facility.kind
    return Asked(
        kind,
        month,
        own.profile.capacity_23 if own.profile else None,
        dedicated_chiefs(kind, {grant.code for grant in own.grants}),
    )


def _row(
    own: TermsOf, numbers: Numbers, required: Mapping[Place, Required], month: ServiceMonth
) -> OverviewRow:
    facility, year = own.facility, month.fiscal_year
    a, b = granted_headcounts(own.grants)
    return OverviewRow(
        facility,
        MonthInNumbers(month, numbers.counted, required.get((facility.pk, month))),
        numbers.average,
        compared(year, rates_of(numbers.average, year), own.profile),
        Category3Candidates(numbers.a, numbers.b, a, b),
        facility.unseen_changes,  # type: ignore[attr-defined]  # annotated below
        facility.open_overlaps,  # type: ignore[attr-defined]
    )


def asked_month(text: str) -> ServiceMonth:
    """The month in an address; without one, the newest whose children are known, else this month."""
    try:
        return ServiceMonth.parse(text)
    except ValueError:
        return newest_month() or ServiceMonth.of(timezone.localdate())


def month_choices(chosen: ServiceMonth) -> list[ServiceMonth]:
    """The months of last fiscal year, this one and the chosen one, newest first."""
    this = ServiceMonth.of(timezone.localdate()).fiscal_year
    years = sorted({this - 1, this, chosen.fiscal_year}, reverse=True)
    return [month for year in years for month in reversed(months_of(year))]


def _facilities() -> QuerySet[Facility]:
    return Facility.objects.annotate(
        unseen_changes=_counted(unseen()),
        open_overlaps=_counted(OverlapFlag.objects.filter(ended_at__isnull=True, cleared_at__isnull=True)),
    ).order_by("number")


def _counted(rows: QuerySet[Any]) -> Coalesce:
    """How many of ``rows`` a facility has."""
    own = (
        rows.filter(facility=OuterRef("pk")).order_by().values(by=F("facility")).annotate(number=Count("pk"))
    )
    return Coalesce(Subquery(own.values("number"), output_field=IntegerField()), 0)
