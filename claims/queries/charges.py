"""What pages show of user charges: the enrolment section every row, operations totals, a facility its own."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Sum

from claims.charges import Amounts, Children, reveals_a_family
from claims.closing import closed_beside
from claims.models import ChargeImport, DropRefusal, FileKind, UserCharge
from claims.operations.charges_import import (
    ChargeChange,
    amounts_of,
    children_of,
    current_charges,
    kept_preview,
    place_of,
    plan_of,
)
from claims.queries.facility import payer_names
from claims.queries.imports import (
    ListedImport,
    labels_beside,
    listed_import,
    people_labels,
    refusals_of,
    with_people,
)
from claims.states import ImportStatus
from facilities.models import Facility, Municipality
from facilities.operations.changes import resting_in
from facilities.periods import ServiceMonth
from facilities.queries import FacilityMonths
from facilities.rules import NotAllowed

IMPORTS_LISTED = 50
MONTHS_LISTED = 12
FACILITY_MONTHS_LISTED = 24
KIND_ORDER = ("changed", "gone", "new", "unchanged")
NUMBERS = ("rows", "rows_new", "rows_changed", "rows_gone", "rows_unchanged", "facilities", "missing")


# ---------------------------------------------------------------- upload and history


@dataclass(frozen=True)
class MonthOfCharges:
    """
    How much of a month has come, with the sums in yen. ``expected`` facilities are run in it and do not rest, or have
    charges.
    """

    month: ServiceMonth
    facilities: int
    rows: int
    charge_yen: int
    national_charge_yen: int
    expected: int
    resting: int


@dataclass(frozen=True)
class ImportsView:
    """The entrance of user charges."""

    months: list[MonthOfCharges]
    imports: list[ListedImport]
    refusals: list[DropRefusal]


def imports_view() -> ImportsView:
    """Months, imports and refused files of the folder, newest first: four queries."""
    imports = with_people(ChargeImport.objects.defer("preview_sealed"))
    return ImportsView(
        _months(),
        [listed_import(imported, labels_beside(imported), NUMBERS) for imported in imports[:IMPORTS_LISTED]],
        refusals_of(FileKind.CHARGES),
    )


def _months() -> list[MonthOfCharges]:
    groups = (
        UserCharge.objects.filter(superseded_at__isnull=True)
        .order_by("-month")
        .values_list("month")
        .annotate(
            places=ArrayAgg("facility", distinct=True),
            rows=Count("pk"),
            charged=Sum("charge_yen"),
            ceiling=Sum("national_charge_yen"),
        )
    )
    run, found = FacilityMonths(), []
    for day, places, rows, charged, ceiling in groups[:MONTHS_LISTED]:
        month, arrived = ServiceMonth.of(day), set(places)
        expected, resting = run.expected(month) | arrived, run.resting(month) - arrived
        found.append(MonthOfCharges(month, len(arrived), rows, charged, ceiling, len(expected), len(resting)))
    return found


# ---------------------------------------------------------------- one import


@dataclass(frozen=True)
class Figure:
    """One figure of a row that differs; ``unit`` 円 or 人."""

    label: str
    unit: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True)
class ListedChange:
    """One row of an import in words; ``before`` None: it is new, ``after`` None: it is gone."""

    facility: Facility
    month: ServiceMonth
    payer_name: str
    outside: bool
    kind: str
    before: Amounts | None
    after: Amounts | None

    @property
    def difference(self) -> int | None:
        """The city's charge in the file less what stands, in yen."""
        if self.before is None:
            return None
        return (self.after or Amounts()).charge_yen - self.before.charge_yen

    @property
    def figures(self) -> list[Figure]:
        """Which figures of a changed row differ, and how."""
        if self.before is None or self.after is None:
            return []
        before, after = self.before, self.after
        figures = (
            Figure("利用者負担額", "円", before.charge_yen, after.charge_yen),
            Figure("国基準の額", "円", before.national_charge_yen, after.national_charge_yen),
            Figure("副食費免除 2号", "人", before.exempt_2, after.exempt_2),
            Figure("副食費免除 1号", "人", before.exempt_1, after.exempt_1),
        )
        return [figure for figure in figures if figure.difference]


@dataclass(frozen=True)
class ImportView:
    """
    One import: before it is decided what it would do, afterwards what it did.

    ``overtaken``: other charges have come since; accepting will be refused, like after the closing of one of
    its months (``closed``). ``filtered`` are the rows to show.
    """

    listed: ListedImport
    changes: tuple[ListedChange, ...] = ()
    filtered: tuple[ListedChange, ...] = ()
    missing: tuple[Facility, ...] = ()
    remarks: tuple[str, ...] = ()
    overtaken: bool = False
    is_open: bool = False
    closed: tuple[ServiceMonth, ...] = ()

    @property
    def total(self) -> Amounts:
        """The file's own sums."""
        return sum((change.after for change in self.changes if change.after is not None), Amounts())

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        return {
            "import": [self.listed.imported.pk],
            "facility": [change.facility.pk for change in self.filtered],
        }


def import_view(imported: ChargeImport, own: Municipality, *, show: str = "", words: str = "") -> ImportView:
    """
    One import, asked for with its ``closed_months``. ``show``: a kind of row, or nothing for all; ``words``: part of a
    facility's name or number.
    """
    listed = listed_import(imported, people_labels([imported]), NUMBERS)
    if imported.status == ImportStatus.ACCEPTED:
        changes = _in_words(_stored(imported), own)
        return ImportView(listed, changes, _filtered(changes, show, words))
    try:
        kept = kept_preview(imported)
    except NotAllowed:
        return ImportView(listed)
    plan = plan_of(kept.rows)
    changes = _in_words(plan.changes, own)
    return ImportView(
        listed,
        changes,
        _filtered(changes, show, words),
        tuple(plan.missing),
        tuple(kept.remarks),
        overtaken=plan.fingerprint != kept.fingerprint,
        is_open=imported.status == ImportStatus.PREVIEWED,
        closed=closed_beside(imported, listed.months),
    )


def _stored(imported: ChargeImport) -> list[ChargeChange]:
    """What an accepted import brought, beside what it superseded. What stayed the same is not kept with it."""
    brought = UserCharge.objects.filter(source=imported).select_related("facility")
    ended = UserCharge.objects.filter(superseded_in=imported).select_related("facility")
    after, before = ({place_of(charge): charge for charge in charges} for charges in (brought, ended))
    changes = [
        ChargeChange(
            (after.get(place) or before[place]).facility,
            ServiceMonth.of(place[1]),
            place[2],
            amounts_of(before[place]) if place in before else None,
            amounts_of(after[place]) if place in after else None,
        )
        for place in {**after, **before}
    ]
    return sorted(changes, key=lambda change: (change.month, change.facility.number, change.payer_code))


def _in_words(changes: list[ChargeChange], own: Municipality) -> tuple[ListedChange, ...]:
    names = payer_names({change.payer_code for change in changes}, own)
    return tuple(
        ListedChange(
            change.facility,
            change.month,
            names[change.payer_code],
            change.payer_code != own.code,
            change.kind,
            change.before,
            change.after,
        )
        for change in changes
    )


def _filtered(changes: Iterable[ListedChange], show: str, words: str) -> tuple[ListedChange, ...]:
    """Those to show; what changes stands first."""
    chosen = [
        change
        for change in changes
        if (not show or change.kind == show) and _is_named(change.facility, words)
    ]
    return tuple(sorted(chosen, key=lambda change: KIND_ORDER.index(change.kind)))


def _is_named(facility: Facility, words: str) -> bool:
    return words in facility.name or words in facility.number


# ---------------------------------------------------------------- one month


@dataclass(frozen=True)
class ChargeOfMonth:
    """One row of a month, for the enrolment section; ``charge`` None: nothing has come for the facility."""

    facility: Facility
    charge: UserCharge | None = None
    payer_name: str = ""
    outside: bool = False
    children: int = 0

    @property
    def row_id(self) -> UUID:
        """What the record names: the charge, or the facility without one."""
        return self.charge.pk if self.charge else self.facility.pk

    @property
    def is_above_ceiling(self) -> bool:
        """Charged more than the national ceiling."""
        return self.charge is not None and self.charge.charge_yen > self.charge.national_charge_yen


@dataclass(frozen=True)
class ChargesView:
    """A month of the whole city; ``total`` sums ``rows``, which are those to show."""

    rows: list[ChargeOfMonth]
    total: Amounts
    arrived: int
    facilities: int
    resting: int

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        return {
            "charge": [row.row_id for row in self.rows if row.charge],
            "facility": [row.row_id for row in self.rows if not row.charge],
        }


def charges_of_month(month: ServiceMonth, own: Municipality, *, words: str = "") -> ChargesView:
    """Every facility of the month with all its rows: five queries. For the enrolment section alone."""
    charges = _by_facility(current_charges([month]))
    children = children_of([month])
    names = payer_names({charge.payer_code for some in charges.values() for charge in some}, own)
    everyone = _facilities(month, charges)
    rows: list[ChargeOfMonth] = []
    for facility in everyone:
        if not _is_named(facility, words):
            continue
        for charge in charges.get(facility.pk, ()):
            covered = children.get(place_of(charge), Children())
            is_outside = charge.payer_code != own.code
            rows.append(ChargeOfMonth(facility, charge, names[charge.payer_code], is_outside, covered.total))
        if facility.pk not in charges:
            rows.append(ChargeOfMonth(facility))
    rows.sort(key=lambda row: (row.facility.number, row.outside))
    total = sum((amounts_of(row.charge) for row in rows if row.charge), Amounts())
    return ChargesView(rows, total, len(charges), *_expected(month, everyone, charges))


@dataclass(frozen=True)
class FacilityTotal:
    """A facility's month over all municipalities, for the operations section; ``amounts`` None: see ``is_hidden``."""

    facility: Facility
    amounts: Amounts | None = None
    is_hidden: bool = False


@dataclass(frozen=True)
class TotalsView:
    """
    A month of the whole city without what would reveal a family.

    ``total`` sums what is shown and nothing else: with the hidden in it, they could be found by subtraction.
    """

    rows: list[FacilityTotal]
    total: Amounts
    arrived: int
    facilities: int
    resting: int

    @property
    def hidden(self) -> int:
        """How many rows are hidden."""
        return sum(row.is_hidden for row in self.rows)

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        return {"facility": [row.facility.pk for row in self.rows]}


def totals_of_month(month: ServiceMonth, *, words: str = "") -> TotalsView:
    """Every facility of the month with one sum, or none where it would reveal a family: four queries."""
    charges = _by_facility(current_charges([month]))
    children: dict[UUID, Children] = defaultdict(Children)
    for (facility_id, _, _), some in children_of([month]).items():
        children[facility_id] += some
    everyone = _facilities(month, charges)
    rows = [
        _total(facility, charges.get(facility.pk, []), children[facility.pk])
        for facility in everyone
        if _is_named(facility, words)
    ]
    total = sum((row.amounts for row in rows if row.amounts is not None), Amounts())
    return TotalsView(rows, total, len(charges), *_expected(month, everyone, charges))


def _total(facility: Facility, charges: list[UserCharge], children: Children) -> FacilityTotal:
    if not charges:
        return FacilityTotal(facility)
    amounts = sum(map(amounts_of, charges), Amounts())
    if reveals_a_family(amounts, children):
        return FacilityTotal(facility, is_hidden=True)
    return FacilityTotal(facility, amounts)


def _by_facility(charges: Iterable[UserCharge]) -> dict[UUID, list[UserCharge]]:
    found: dict[UUID, list[UserCharge]] = defaultdict(list)
    for charge in charges:
        found[charge.facility_id].append(charge)
    return dict(found)


def _expected(
    month: ServiceMonth, everyone: list[Facility], charges: dict[UUID, list[UserCharge]]
) -> tuple[int, int]:
    """Of how many facilities charges are expected, and how many rest without any."""
    at_rest = resting_in(month) - charges.keys()
    resting = sum(facility.pk in at_rest for facility in everyone)
    return len(everyone) - resting, resting


def _facilities(month: ServiceMonth, charges: dict[UUID, list[UserCharge]]) -> list[Facility]:
    return [
        facility
        for facility in Facility.objects.order_by("number")
        if facility.pk in charges or facility.lives_in(month)
    ]


# ---------------------------------------------------------------- a facility's own


@dataclass(frozen=True)
class OwnCharge:
    """One row of a facility's own charges."""

    charge: UserCharge
    payer_name: str
    outside: bool


def charges_of_facility(facility: Facility, own: Municipality) -> list[OwnCharge]:
    """The facility's rows as they stand, newest month first, its own city before others."""
    mine = UserCharge.objects.filter(facility=facility, superseded_at__isnull=True)
    newest: list[date] = list(mine.order_by("-month").values_list("month", flat=True).distinct())
    charges = list(mine.filter(month__in=newest[:FACILITY_MONTHS_LISTED]))
    names = payer_names({charge.payer_code for charge in charges}, own)
    charges.sort(key=lambda charge: (charge.payer_code != own.code, charge.payer_code))
    charges.sort(key=lambda charge: charge.month, reverse=True)
    return [OwnCharge(charge, names[charge.payer_code], charge.payer_code != own.code) for charge in charges]
