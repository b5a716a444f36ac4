"""What the city's pages show of imports, months of counts, and disputes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from claims.cells import Cell, key_words, row_order
from claims.closing import closed_beside, closed_months
from claims.models import CountDispute, CountImport, CountSheet, DropRefusal, FileImport, FileKind
from claims.operations.counts_import import FacilityChange, kept_preview, plan_of
from claims.queries.facility import CountView, counts_of, payer_names
from claims.states import ImportStatus, SheetStatus
from claims.wording import not_run_words
from facilities.models import Facility, FacilityProfile, Municipality, holding_in, name_on
from facilities.operations.changes import resting_in
from facilities.periods import ServiceMonth
from facilities.queries import FacilityMonths
from facilities.rules import NotAllowed

IMPORTS_LISTED = 50
MONTHS_LISTED = 12
REFUSALS_LISTED = 5
KIND_ORDER = ("changed", "new", "unchanged")
NUMBERS = ("rows", "new", "changed", "unchanged", "missing", "children")
SYSTEM_USER, SYSTEM_WORDS = UUID(int=0), "自動処理"
# From one month to the next, so many children and so many percent of them are worth a look.
BIG_CHILDREN, BIG_PERCENT = 5, 10


# ---------------------------------------------------------------- upload and history


@dataclass(frozen=True)
class ListedImport:
    """One line of the history; ``names`` of its numbers, those it does not have are 0."""

    imported: FileImport
    uploaded_by: str
    decided_by: str
    names: tuple[str, ...]

    @property
    def months(self) -> list[ServiceMonth]:
        """The months of its rows."""
        return [ServiceMonth.parse(month) for month in self.imported.months]

    @property
    def numbers(self) -> dict[str, int]:
        """What it would do, or did, in numbers."""
        return {**dict.fromkeys(self.names, 0), **self.imported.summary}


@dataclass(frozen=True)
class MonthState:
    """How far one month's counts are. ``expected`` facilities are run in it and do not rest, or have counts."""

    month: ServiceMonth
    arrived: int
    waiting: int
    disputed: int
    confirmed: int
    children: int
    expected: int
    resting: int


@dataclass(frozen=True)
class ImportsView:
    """The entrance of counts."""

    months: list[MonthState]
    imports: list[ListedImport]
    open_disputes: int
    refusals: list[DropRefusal]


def imports_view() -> ImportsView:
    """Months and imports, newest first: four queries."""
    imports = with_people(CountImport.objects.defer("preview_sealed"))
    # The disputes are counted beside the facilities: the page has no query to spare.
    disputes = open_disputes().filter(facility=OuterRef("pk")).order_by().values("facility")
    counted = Coalesce(Subquery(disputes.annotate(number=Count("pk")).values("number")), 0)
    run = FacilityMonths(Facility.objects.annotate(disputes=counted))
    return ImportsView(
        months=_months(run),
        imports=[listed_import(imported, labels_beside(imported)) for imported in imports[:IMPORTS_LISTED]],
        open_disputes=sum(facility.disputes for facility in run.facilities),
        # Where nobody could tell the kind, somebody has to look: here, where everybody begins.
        refusals=refusals_of(FileKind.COUNTS, ""),
    )


def refusals_of(*kinds: str) -> list[DropRefusal]:
    """The newest refused files of the folder that were of these kinds."""
    return list(DropRefusal.objects.filter(kind__in=kinds)[:REFUSALS_LISTED])


def with_people(imports: QuerySet[Any]) -> QuerySet[Any]:
    """Imports with the login ids of who uploaded and decided, for ``labels_beside``."""
    found: QuerySet[Any] = imports.annotate(
        uploader=_login_id("uploaded_by"), decider=_login_id("decided_by")
    )
    return found


def labels_beside(imported: Any) -> dict[UUID, str]:
    """What ``people_labels`` says of one import ``with_people``: no query more."""
    return {imported.uploaded_by: imported.uploader, imported.decided_by: imported.decider}


def _login_id(field: str) -> Coalesce:
    """The login id of the person in this field, in the same query."""
    person = User.objects.filter(pk=OuterRef(field)).values("login_id")
    system = Case(When(**{field: SYSTEM_USER}, then=Value(SYSTEM_WORDS)), default=Value(""))
    return Coalesce(Subquery(person), system)


def _months(run: FacilityMonths) -> list[MonthState]:
    sheets = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED)
    groups = sheets.order_by("-month").values("month", "status")
    by_month: dict[date, dict[str, dict[str, Any]]] = defaultdict(dict)
    for group in groups.annotate(
        places=ArrayAgg("facility", distinct=True), children=Sum("counts__count", default=0)
    ):
        by_month[group["month"]][group["status"]] = group
    return [
        _month_state(ServiceMonth.of(month), states, run)
        for month, states in list(by_month.items())[:MONTHS_LISTED]
    ]


def _month_state(month: ServiceMonth, states: dict[str, dict[str, Any]], run: FacilityMonths) -> MonthState:
    places = {status: state["places"] for status, state in states.items()}
    arrived = {place for some in places.values() for place in some}
    return MonthState(
        month,
        arrived=len(arrived),
        waiting=len(places.get(SheetStatus.WAITING, ())),
        disputed=len(places.get(SheetStatus.DISPUTED, ())),
        confirmed=len(places.get(SheetStatus.CONFIRMED, ())),
        children=sum(state["children"] for state in states.values()),
        expected=len(run.expected(month) | arrived),
        resting=len(run.resting(month) - arrived),
    )


def people_labels(imports: Iterable[FileImport]) -> dict[UUID, str]:
    """Login ids of who uploaded and decided."""
    ids = {imported.uploaded_by for imported in imports} | {
        imported.decided_by for imported in imports if imported.decided_by
    }
    known = dict(User.objects.filter(pk__in=ids - {SYSTEM_USER}).values_list("pk", "login_id"))
    return {**known, SYSTEM_USER: SYSTEM_WORDS}


def listed_import(
    imported: FileImport, labels: dict[UUID, str], names: tuple[str, ...] = NUMBERS
) -> ListedImport:
    """The import as a line of the history."""
    decided = labels.get(imported.decided_by, "") if imported.decided_by else ""
    return ListedImport(imported, imported.sender or labels.get(imported.uploaded_by, ""), decided, names)


# ---------------------------------------------------------------- one import


@dataclass(frozen=True)
class ChangedCell:
    """One cell that differs, in words."""

    label: str
    payer_name: str
    outside: bool
    before: int
    after: int

    @property
    def difference(self) -> int:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True)
class ChangedFacility:
    """One facility of a preview; ``cells`` of a changed one only."""

    facility: Facility
    month: ServiceMonth
    kind: str
    before: int | None
    after: int
    cells: tuple[ChangedCell, ...] = ()
    last_month: int | None = None

    @property
    def difference(self) -> int | None:
        """After less before."""
        return None if self.before is None else self.after - self.before

    @property
    def since_last_month(self) -> int | None:
        """The file's children less those of the month before."""
        return None if self.last_month is None else self.after - self.last_month

    @property
    def is_big(self) -> bool:
        """Whether it differs from the month before so much that somebody should look."""
        change = abs(self.since_last_month or 0)
        return change >= BIG_CHILDREN and change * 100 >= BIG_PERCENT * (self.last_month or 0)


@dataclass(frozen=True)
class MissingFacility:
    """A facility the file does not name, with its children of the month before (None: it had no counts then)."""

    facility: Facility
    last_month: int | None


@dataclass(frozen=True)
class ImportView:
    """
    One import: before it is decided what it would do, afterwards what it did.

    ``overtaken``: other counts have come since; accepting will be refused, like after the closing of one
    of its months (``closed``). ``filtered`` are the facilities to show.
    """

    listed: ListedImport
    facilities: tuple[ChangedFacility, ...] = ()
    filtered: tuple[ChangedFacility, ...] = ()
    missing: tuple[MissingFacility, ...] = ()
    remarks: tuple[str, ...] = ()
    overtaken: bool = False
    is_open: bool = False
    closed: tuple[ServiceMonth, ...] = ()

    @property
    def big(self) -> int:
        """How many facilities differ much from the month before."""
        return sum(one.is_big for one in self.facilities)

    @property
    def gone(self) -> int:
        """How many facilities had children in the month before and are not in the file."""
        return sum(bool(one.last_month) for one in self.missing)

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        return {
            "import": [self.listed.imported.pk],
            "facility": [changed.facility.pk for changed in self.filtered],
        }


def import_view(import_id: UUID, own: Municipality, *, show: str = "", words: str = "") -> ImportView:
    """
    One import. ``show``: new, changed, unchanged or nothing for all; ``words``: part of name or number.

    :raises CountImport.DoesNotExist: not an import of the open scope.
    """
    imported = CountImport.objects.annotate(closed_months=closed_months()).get(pk=import_id)
    listed = listed_import(imported, people_labels([imported]))
    if imported.status == ImportStatus.ACCEPTED:
        facilities = _with_last_month(tuple(_stored(imported)), _totals_before(listed.months))
        return ImportView(listed, facilities, _filtered(facilities, show, words))
    try:
        kept = kept_preview(imported)
    except NotAllowed:
        return ImportView(listed)
    plan = plan_of(kept.rows)
    names = payer_names({cell.key[0] for change in plan.of_kind("changed") for cell in change.cells()}, own)
    before = _totals_before(listed.months)
    facilities = _with_last_month(tuple(_planned(change, own, names) for change in plan.changes), before)
    first = min(listed.months).plus(-1).first_day
    missing = [MissingFacility(facility, before.get((facility.pk, first))) for facility in plan.missing]
    return ImportView(
        listed,
        facilities,
        _filtered(facilities, show, words),
        tuple(sorted(missing, key=lambda one: -(one.last_month or 0))),
        tuple(kept.remarks),
        overtaken=plan.fingerprint != kept.fingerprint,
        is_open=imported.status == ImportStatus.PREVIEWED,
        closed=closed_beside(imported, listed.months),
    )


Totals = dict[tuple[UUID, date], int]


def _totals_before(months: list[ServiceMonth]) -> Totals:
    """Children by facility and month, of the months before these."""
    sheets = CountSheet.objects.filter(month__in=[month.plus(-1).first_day for month in months])
    totals = sheets.exclude(status=SheetStatus.SUPERSEDED).annotate(children=Sum("counts__count", default=0))
    return {(sheet.facility_id, sheet.month): sheet.children for sheet in totals}


def _with_last_month(facilities: tuple[ChangedFacility, ...], before: Totals) -> tuple[ChangedFacility, ...]:
    return tuple(
        replace(one, last_month=before.get((one.facility.pk, one.month.plus(-1).first_day)))
        for one in facilities
    )


def _planned(change: FacilityChange, own: Municipality, names: dict[str, str]) -> ChangedFacility:
    cells = change.cells() if change.kind == "changed" else []
    return ChangedFacility(
        change.facility,
        change.month,
        change.kind,
        change.total_before,
        change.total_after,
        tuple(
            ChangedCell(
                key_words(change_of.key),
                names.get(change_of.key[0], f"市区町村コード {change_of.key[0]}"),
                change_of.key[0] != own.code,
                change_of.before,
                change_of.after,
            )
            for change_of in sorted(
                cells,
                key=lambda one: (one.key[0] != own.code, one.key[0], row_order((one.key[1], one.key[2]))),
            )
        ),
    )


def _stored(imported: CountImport) -> Iterable[ChangedFacility]:
    """What an accepted import brought: the sheets it made, beside the versions they replaced."""
    sheets = list(
        CountSheet.objects.filter(source=imported, arrived_at=imported.decided_at)
        .select_related("facility")
        .annotate(children=Sum("counts__count", default=0))
        .order_by("month", "facility__number")
    )
    earlier = CountSheet.objects.filter(
        month__in={sheet.month for sheet in sheets},
        facility__in=[sheet.facility_id for sheet in sheets if sheet.version > 1],
    ).annotate(children=Sum("counts__count", default=0))
    before = {(sheet.facility_id, sheet.month, sheet.version): sheet.children for sheet in earlier}
    for sheet in sheets:
        total = before.get((sheet.facility_id, sheet.month, sheet.version - 1))
        kind = "new" if sheet.version == 1 else "changed"
        yield ChangedFacility(sheet.facility, sheet.service_month, kind, total, sheet.children)


def _filtered(facilities: Sequence[ChangedFacility], show: str, words: str) -> tuple[ChangedFacility, ...]:
    """Those to show; what changes stands first."""
    chosen = [
        one
        for one in facilities
        if (not show or one.kind == show or (show == "big" and one.is_big))
        and (words in one.facility.name or words in one.facility.number)
    ]
    return tuple(sorted(chosen, key=lambda one: KIND_ORDER.index(one.kind)))


# ---------------------------------------------------------------- one month


@dataclass
class FacilityMonth:
    """One facility's line of a month; ``sheet`` None: nothing has come."""

    facility: Facility
    name: str
    sheet: CountSheet | None = None
    children: int | None = None
    before: int | None = None
    capacity: int = 0
    disputes: int = 0
    is_resting: bool = False
    not_run: str = ""

    @property
    def row_id(self) -> UUID:
        """What the record names: the sheet, or the facility without one."""
        return self.sheet.pk if self.sheet else self.facility.pk

    @property
    def status(self) -> str:
        """The sheet's status; without one ``resting``, where nothing is expected, or ``none``."""
        return self.sheet.status if self.sheet else "resting" if self.is_resting else "none"

    @property
    def difference(self) -> int | None:
        """Children less last month's."""
        return None if self.children is None or self.before is None else self.children - self.before


@dataclass(frozen=True)
class MonthView:
    """
    A month of the whole city. ``states`` counts all facilities, ``rows`` are those to show, ``not_run`` those with
    counts of a month in which they are closed or not open yet. ``before``: the month before; None: nothing came in it.
    """

    month: ServiceMonth
    rows: list[FacilityMonth]
    states: Counter[str]
    children: int
    before: int | None
    facilities: int = 0
    not_run: int = 0

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        return {
            "sheet": [row.row_id for row in self.rows if row.sheet],
            "facility": [row.row_id for row in self.rows if not row.sheet],
        }


SORTS: dict[str, Callable[[FacilityMonth], Any]] = {
    "number": lambda row: row.facility.number,
    "name": lambda row: row.name,
    "status": lambda row: (
        ["disputed", "none", "waiting", "confirmed", "resting"].index(row.status),
        row.facility.number,
    ),
    "children": lambda row: -1 if row.children is None else row.children,
    "difference": lambda row: 0 if row.difference is None else abs(row.difference),
}
DESCENDING = frozenset({"children", "difference"})


def month_view(month: ServiceMonth, *, status: str = "", words: str = "", sort: str = "number") -> MonthView:
    """Every facility of the city in a month: five queries. Unknown ``sort`` is by number."""
    resting = resting_in(month)
    rows = {
        facility.pk: FacilityMonth(
            facility,
            facility.name_then,
            is_resting=facility.pk in resting,
            not_run=not_run_words(facility, month),
        )
        for facility in Facility.objects.annotate(name_then=name_on(month.first_day)).order_by("number")
    }
    sheets = CountSheet.objects.filter(month__in=[month.first_day, month.plus(-1).first_day])
    current = sheets.exclude(status=SheetStatus.SUPERSEDED)
    for sheet in current.annotate(children=Sum("counts__count", default=0)):
        row = rows[sheet.facility_id]
        if sheet.service_month == month:
            row.sheet, row.children = sheet, sheet.children
        else:
            row.before = sheet.children
    for profile in holding_in(FacilityProfile.objects.all(), month):
        rows[profile.facility_id].capacity = (profile.capacity_1 or 0) + (profile.capacity_23 or 0)
    for dispute in (
        open_disputes().filter(sheet__month=month.first_day).values("facility").annotate(n=Count("pk"))
    ):
        rows[dispute["facility"]].disputes = dispute["n"]
    everyone = [row for row in rows.values() if row.sheet or not row.not_run]
    chosen = [
        row
        for row in everyone
        if (not status or row.status == status)
        and (words in row.name or words in row.facility.name or words in row.facility.number)
    ]
    chosen.sort(key=SORTS.get(sort, SORTS["number"]), reverse=sort in DESCENDING)
    # Of everybody: who has closed since had children then.
    before = [row.before for row in rows.values() if row.before is not None]
    return MonthView(
        month,
        chosen,
        Counter(row.status for row in everyone),
        children=sum(row.children or 0 for row in everyone),
        before=sum(before) if before else None,
        facilities=len(everyone),
        not_run=sum(bool(row.not_run and row.children) for row in everyone),
    )


# ---------------------------------------------------------------- one facility


@dataclass(frozen=True)
class FacilityCounts:
    """One facility's month: the counts as the facility sees them, and all versions with their totals."""

    facility: Facility
    name: str
    view: CountView
    versions: list[CountSheet] = field(default_factory=list)

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        shown = self.view.row_ids
        return {**shown, "sheet": [*shown["sheet"], *(version.pk for version in self.versions)]}


def facility_counts(number: str, own: Municipality, month: ServiceMonth) -> FacilityCounts:
    """
    One facility's month.

    :raises Facility.DoesNotExist: not a facility of the open scope.
    """
    facility = Facility.objects.annotate(name_then=name_on(month.first_day)).get(number=number)
    versions = (
        CountSheet.objects.filter(facility=facility, month=month.first_day)
        .annotate(children=Sum("counts__count", default=0))
        .order_by("-version")
    )
    return FacilityCounts(facility, facility.name_then, counts_of(facility, own, month), list(versions))


# ---------------------------------------------------------------- disputes


@dataclass(frozen=True)
class OpenDispute:
    """A cell that waits for an answer, in words."""

    dispute: CountDispute
    payer_name: str
    outside: bool

    @property
    def cell(self) -> Cell:
        """The cell."""
        return Cell(self.dispute.payer_code, self.dispute.certification, self.dispute.age, self.dispute.hours)

    @property
    def month(self) -> ServiceMonth:
        """Its month."""
        return ServiceMonth.of(self.dispute.sheet.month)


def open_disputes() -> Any:
    """Disputes that wait for the enrolment section, the oldest first."""
    return CountDispute.objects.filter(outcome="", sheet__status=SheetStatus.DISPUTED)


def disputes_waiting(own: Municipality) -> list[OpenDispute]:
    """Every open dispute of the city."""
    disputes = list(
        open_disputes()
        .select_related("sheet", "facility")
        .order_by("raised_at", "facility__number", "certification", "age", "hours")
    )
    names = payer_names({dispute.payer_code for dispute in disputes}, own)
    return [
        OpenDispute(dispute, names[dispute.payer_code], dispute.payer_code != own.code)
        for dispute in disputes
    ]
