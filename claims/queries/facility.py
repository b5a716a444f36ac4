"""What a facility's pages show of its own counts, facts and claims."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from django.db.models import QuerySet, Sum

from accounts.models import User
from claims import checks, facts, permissions
from claims.cells import HOURS_OF, Cell, CountedCell, row_order, rows_of_kind
from claims.checks import Hindrance
from claims.closing import closing_of, require_open
from claims.facts import Fact
from claims.models import (
    Age,
    Certification,
    ChildCount,
    Claim,
    ClaimLine,
    CountDispute,
    CountSheet,
    Hours,
    MonthlyFacts,
    Obstacle,
)
from claims.net import Net, charge_of, net_of
from claims.queries.comparison import ComparedLine, compare_claims
from claims.queries.conversation import Said, conversation
from claims.queries.deadlines import deadlines_of
from claims.queries.terms import Terms, provisional_rates, terms_of
from claims.rate_basis import RATE_LINES, RateBasis, accepted_roster, basis_of
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Actor
from facilities.models import Facility, GrantedItem, Municipality, holding_in
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from facilities.schedule import Step
from pricing import SECTION_LABELS
from pricing.wording import part_words
from rate_books.in_force import title_and_source_of

MONTHS_LISTED = 24
SYSTEMS = {"1": ("1",), "23": ("3", "2")}
SYSTEM_LABELS = {"1": "1号", "23": "2・3号"}


# ---------------------------------------------------------------- child counts


@dataclass(frozen=True)
class Figure:
    """A number of children now and last month; ``before`` None when there are no counts of last month."""

    now: int
    before: int | None

    @property
    def difference(self) -> int | None:
        """Now less last month."""
        return None if self.before is None else self.now - self.before


@dataclass(frozen=True)
class CountRow:
    """One 認定区分 and 年齢, by 保育必要量 and in total."""

    label: str
    figures: tuple[Figure, ...]
    total: Figure


@dataclass(frozen=True)
class CountTable:
    """The counts of one paying municipality in one system (1号 or 2・3号)."""

    payer_code: str
    payer_name: str
    outside: bool
    system_label: str
    hours_labels: tuple[str, ...]
    rows: tuple[CountRow, ...]
    sums: tuple[Figure, ...]
    total: Figure


@dataclass(frozen=True)
class ChangedCell:
    """A cell that a corrected file has changed."""

    label: str
    payer_name: str
    outside: bool
    before: int
    now: int

    @property
    def difference(self) -> int:
        """New less old."""
        return self.now - self.before


@dataclass(frozen=True)
class CountView:
    """One month's counts as the facility sees them; ``sheet`` None: no counts have come yet."""

    month: ServiceMonth
    sheet: CountSheet | None
    last_month: CountSheet | None = None
    replaced: CountSheet | None = None
    tables: tuple[CountTable, ...] = ()
    total: Figure | None = None
    remarks: tuple[str, ...] = ()
    changes: tuple[ChangedCell, ...] = ()
    disputes: tuple[CountDispute, ...] = ()

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        sheets = [sheet.pk for sheet in (self.sheet, self.last_month, self.replaced) if sheet is not None]
        return {"sheet": sheets, "dispute": [dispute.pk for dispute in self.disputes]}


def count_months(facility: Facility) -> list[CountSheet]:
    """The facility's current sheets, newest first, each with ``children``: all children of the month."""
    sheets = CountSheet.objects.filter(facility=facility).exclude(status=SheetStatus.SUPERSEDED)
    return list(sheets.annotate(children=Sum("counts__count", default=0)).order_by("-month")[:MONTHS_LISTED])


def counts_of(facility: Facility, own: Municipality, month: ServiceMonth) -> CountView:
    """The month's counts beside last month's, and what a corrected file has changed."""
    sheets = CountSheet.objects.filter(
        facility=facility, month__in=[month.first_day, month.plus(-1).first_day]
    )
    by_month: dict[date, list[CountSheet]] = defaultdict(list)
    for sheet in sheets.order_by("-version"):
        by_month[sheet.month].append(sheet)
    versions = by_month[month.first_day]
    if not versions:
        return CountView(month, None)
    current = versions[0]
    replaced = versions[1] if len(versions) > 1 else None
    last_month = next(iter(by_month[month.plus(-1).first_day]), None)
    counts = _counts_by_sheet([sheet for sheet in (current, replaced, last_month) if sheet is not None])
    now, before = _by_cell(counts[current.pk]), _by_cell(counts[last_month.pk]) if last_month else None
    names = payer_names({cell.payer_code for cell in (*now, *(before or ()))}, own)
    disputes = CountDispute.objects.filter(facility=facility, sheet__month=month.first_day)
    return CountView(
        month=month,
        sheet=current,
        last_month=last_month,
        replaced=replaced,
        tables=tuple(_tables(facility, own, now, before, names)),
        total=Figure(sum(now.values()), None if before is None else sum(before.values())),
        remarks=tuple(_remarks(counts[current.pk])),
        changes=tuple(_changes(_by_cell(counts[replaced.pk]), now, names, own)) if replaced else (),
        disputes=tuple(disputes.order_by("raised_at", "payer_code", "certification", "age", "hours")),
    )


def current_sheet(facility: Facility, month: ServiceMonth) -> CountSheet | None:
    """The month's sheet in its current version."""
    sheets = CountSheet.objects.filter(facility=facility, month=month.first_day)
    found: CountSheet | None = sheets.exclude(status=SheetStatus.SUPERSEDED).first()
    return found


def disputable_cells(facility: Facility, own: Municipality, sheet: CountSheet) -> list[CountedCell]:
    """Every cell the facility could say something about; those of other municipalities only if they have children."""
    counted = _by_cell(_counts_by_sheet([sheet])[sheet.pk])
    ordered = cells_of(facility, own, set(counted))
    names = payer_names({cell.payer_code for cell in ordered}, own)
    return [
        CountedCell(cell, counted.get(cell, 0), names[cell.payer_code], cell.payer_code != own.code)
        for cell in ordered
    ]


def cells_of(facility: Facility, own: Municipality, known: set[Cell]) -> list[Cell]:
    """The cells this type of facility can have, and the ``known`` ones, in the order of the table."""
    cells = set(known)
    for certification, age in rows_of_kind(facility.kind):
        cells |= {Cell(own.code, certification, age, hours) for hours in HOURS_OF[certification]}
    return sorted(
        cells,
        key=lambda cell: (
            cell.payer_code != own.code,
            cell.payer_code,
            row_order((cell.certification, cell.age)),
            list(Hours.values).index(cell.hours),
        ),
    )


def payer_names(codes: Iterable[str], own: Municipality) -> dict[str, str]:
    """Municipalities' names by code. One we do not know is called by its code."""
    names = {own.code: own.name}
    if others := set(codes) - {own.code}:
        names |= {code: f"市区町村コード {code}" for code in others}
        names |= dict(Municipality.objects.filter(code__in=others).values_list("code", "name"))
    return names


def _counts_by_sheet(sheets: list[CountSheet]) -> dict[UUID, list[ChildCount]]:
    counts: dict[UUID, list[ChildCount]] = defaultdict(list)
    for count in ChildCount.objects.filter(sheet__in=[sheet.pk for sheet in sheets]):
        counts[count.sheet_id].append(count)
    return counts


def _by_cell(counts: Iterable[ChildCount]) -> Counter[Cell]:
    cells: Counter[Cell] = Counter()
    for count in counts:
        cells[Cell.of(count)] += count.count
    return cells


def _tables(
    facility: Facility,
    own: Municipality,
    now: Counter[Cell],
    before: Counter[Cell] | None,
    names: Mapping[str, str],
) -> Iterable[CountTable]:
    known = {cell for cell, count in (*now.items(), *(before or {}).items()) if count}
    payers = sorted(
        {cell.payer_code for cell in known} | {own.code}, key=lambda code: (code != own.code, code)
    )
    for payer in payers:
        rows = {(cell.certification, cell.age) for cell in known if cell.payer_code == payer}
        if payer == own.code:
            rows |= set(rows_of_kind(facility.kind))
        for system, certifications in SYSTEMS.items():
            own_rows = sorted((row for row in rows if row[0] in certifications), key=row_order)
            if own_rows:
                yield _table(payer, payer != own.code, names[payer], system, own_rows, now, before)


def _table(
    payer: str,
    outside: bool,
    name: str,
    system: str,
    rows: list[tuple[str, str]],
    now: Counter[Cell],
    before: Counter[Cell] | None,
) -> CountTable:
    hours = HOURS_OF[SYSTEMS[system][0]]

    def figure(places: Iterable[tuple[str, str]], of_hours: Iterable[str]) -> Figure:
        cells = [Cell(payer, certification, age, hour) for certification, age in places for hour in of_hours]
        earlier = None if before is None else sum(before.get(cell, 0) for cell in cells)
        return Figure(sum(now.get(cell, 0) for cell in cells), earlier)

    return CountTable(
        payer_code=payer,
        payer_name=name,
        outside=outside,
        system_label=SYSTEM_LABELS[system],
        hours_labels=tuple(Hours(hour).label for hour in hours) if len(hours) > 1 else (),
        rows=tuple(
            CountRow(
                f"{Certification(row[0]).label} {Age(row[1]).label}",
                tuple(figure([row], [hour]) for hour in hours) if len(hours) > 1 else (),
                figure([row], hours),
            )
            for row in rows
        ),
        sums=tuple(figure(rows, [hour]) for hour in hours) if len(hours) > 1 else (),
        total=figure(rows, hours),
    )


def _remarks(counts: Iterable[ChildCount]) -> Iterable[str]:
    """What the table does not show apart: branch, employees' children, entering and leaving in the month."""
    counts = list(counts)
    branch = sum(count.count for count in counts if count.branch)
    employees = sum(count.count for count in counts if count.employee_slot)
    if branch:
        yield f"うち分園 {branch}人"
    if employees:
        yield f"うち従業員枠 {employees}人"
    for count in counts:
        if count.movement and count.count:
            yield f"{Cell.of(count).words} {count.get_movement_display()} {count.count}人（{count.days}日）"


def _changes(
    before: Counter[Cell], now: Counter[Cell], names: Mapping[str, str], own: Municipality
) -> Iterable[ChangedCell]:
    cells = sorted(
        {*before, *now},
        key=lambda cell: (cell.payer_code, row_order((cell.certification, cell.age)), cell.hours),
    )
    for cell in cells:
        if before[cell] != now[cell]:
            name = names.get(cell.payer_code, cell.payer_code)
            yield ChangedCell(cell.words, name, cell.payer_code != own.code, before[cell], now[cell])


# ---------------------------------------------------------------- facts


@dataclass(frozen=True)
class FactsView:
    """
    The month's questions and what stands there: saved values, or last month's as a proposal.

    ``barred`` is the sentence why nothing can be changed now, empty when it can.
    """

    month: ServiceMonth
    has_counts: bool
    asked: tuple[Fact, ...]
    saved: MonthlyFacts | None
    proposed: MonthlyFacts | None
    barred: str
    submitted_claim: Claim | None

    @property
    def version(self) -> int:
        """The version the form is filled from; 0 when nothing is saved."""
        return self.saved.version if self.saved else 0

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        shown = (self.saved or self.proposed) if self.has_counts and self.asked else None
        return {"facts": [shown.pk] if shown else []}


def facts_of(facility: Facility, month: ServiceMonth, actor: Actor) -> FactsView:
    """What is asked of the facility this month."""
    holding = holding_in(GrantedItem.objects.filter(facility=facility), month)
    granted = holding.values_list("code", "certification")
    around = [month.first_day, month.plus(-1).first_day]
    by_month = {row.month: row for row in MonthlyFacts.objects.filter(facility=facility, month__in=around)}
    claims = list(Claim.objects.filter(facility=facility, month=month.first_day).defer("snapshot"))
    subject = permissions.FactsOfMonth.of(facility.pk, claims)
    return FactsView(
        month=month,
        has_counts=CountSheet.objects.filter(facility=facility, month=month.first_day).exists(),
        asked=() if facility.is_public else facts.facts_asked(facility.kind, set(granted), month),
        saved=by_month.get(month.first_day),
        proposed=by_month.get(month.plus(-1).first_day),
        barred=_why_not(actor, subject, month),
        submitted_claim=next(
            (claim for claim in claims if claim.status == ClaimStatus.SUBMITTED and not claim.outside), None
        ),
    )


def facts_to_begin_with(view: FactsView) -> dict[str, int | None]:
    """What the form shows at first: what is saved, else what last month had; with the version it is filled from."""
    shown = view.saved or view.proposed
    begin: dict[str, int | None] = {fact.name: facts.answer(shown, fact) for fact in view.asked}
    return begin | {"version": view.version}


@dataclass(frozen=True)
class BesideTyped:
    """A fact that another screen has saved otherwise than it was typed here."""

    label: str
    saved: int | None
    typed: str


def saved_beside_typed(
    view: FactsView, typed: Mapping[str, str], saved: MonthlyFacts | None
) -> list[BesideTyped]:
    """Where the typed form and what another screen has ``saved`` differ; nothing when nobody has."""
    if saved is None:
        return []
    rows = [
        BesideTyped(fact.label, facts.answer(saved, fact), typed.get(fact.name, "")) for fact in view.asked
    ]
    return [row for row in rows if str(row.saved) != row.typed]


def _why_not(actor: Actor, subject: permissions.FactsOfMonth, month: ServiceMonth) -> str:
    try:
        permissions.save_facts(actor, subject)
        require_open(month)
    except NotAllowed as reason:
        return str(reason)
    return ""


# ---------------------------------------------------------------- claims


@dataclass(frozen=True)
class ListedClaim:
    """A claim in the list, with the name of the municipality it goes to."""

    claim: Claim
    payer_name: str


@dataclass(frozen=True)
class ClaimMonth:
    """One month of the claim list."""

    month: ServiceMonth
    sheet: CountSheet | None
    claims: tuple[ListedClaim, ...]
    obstacle: Obstacle | None


def claims_by_month(facility: Facility, own: Municipality) -> list[ClaimMonth]:
    """Every month with counts, claims or an obstacle, newest first."""
    sheets = CountSheet.objects.filter(facility=facility).exclude(status=SheetStatus.SUPERSEDED)
    sheet_of = {sheet.month: sheet for sheet in sheets.order_by("-month")[:MONTHS_LISTED]}
    claims = Claim.objects.filter(facility=facility).exclude(status=ClaimStatus.SUPERSEDED).defer("snapshot")
    claims = claims.order_by("outside", "payer_code", "version")
    names = payer_names({claim.payer_code for claim in claims}, own)
    claims_of: dict[date, list[ListedClaim]] = defaultdict(list)
    for claim in claims:
        claims_of[claim.month].append(ListedClaim(claim, names[claim.payer_code]))
    obstacle_of = {row.month: row for row in Obstacle.objects.filter(facility=facility)}
    months = sorted({*sheet_of, *claims_of, *obstacle_of}, reverse=True)[:MONTHS_LISTED]
    return [
        ClaimMonth(
            ServiceMonth.of(month), sheet_of.get(month), tuple(claims_of[month]), obstacle_of.get(month)
        )
        for month in months
    ]


@dataclass(frozen=True)
class PartRow:
    """One class of children within a line: unit × quantity = amount."""

    label: str
    unit_yen: int
    quantity: int
    amount_yen: int


@dataclass(frozen=True)
class LineRow:
    """A compared line, with its parts in words; ``waits`` for a fact that is not given yet."""

    compared: ComparedLine
    parts: tuple[PartRow, ...]
    waits: bool


@dataclass(frozen=True)
class Section:
    """基本, 加算 or 減算."""

    label: str
    rows: tuple[LineRow, ...]


@dataclass(frozen=True)
class ClaimView:
    """One claim as the facility sees it, beside the claim of the month before and its own earlier versions."""

    claim: Claim
    is_closed: bool
    payer_name: str
    book_title: str
    book_source: str
    sections: tuple[Section, ...]
    previous: Claim | None
    versions: tuple[Claim, ...]
    corrected_from: Claim | None
    correction: Claim | None
    changes: tuple[ComparedLine, ...]
    hindrances: tuple[Hindrance, ...]
    said: tuple[Said, ...]
    submitter: User | None
    terms: Terms
    net: Net
    rate_basis: RateBasis | None

    @property
    def rate_lines(self) -> frozenset[str]:
        """The lines beside which the roster's rates stand."""
        return RATE_LINES

    @property
    def difference(self) -> int | None:
        """This claim less the month before."""
        return None if self.previous is None else self.claim.total_yen - self.previous.total_yen

    @property
    def change_of_correction(self) -> int | None:
        """This version less the one that was returned, or, in a 過誤調整, less the one that was approved."""
        return None if self.corrected_from is None else self.claim.total_yen - self.corrected_from.total_yen

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows this page shows, for the record."""
        shown = [self.claim, *self.versions] + ([self.previous] if self.previous else [])
        claims = [claim.pk for claim in shown]
        remarks = [one.row_id for one in self.said if one.row_id not in claims]
        charges = [self.net.charge_id] if self.net.charge_id else []
        rosters = [self.rate_basis.snapshot_id] if self.rate_basis else []
        return {"claim": claims, "remark": remarks, "charge": charges, "roster_snapshot": rosters}


def claim_view(claim_id: UUID, own: Municipality) -> ClaimView:
    """
    Everything the claim page shows, in five queries.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    """
    found = Claim.objects.select_related("sheet").annotate(
        month_is_closed=closing_of("month"), has_provisional_rates=provisional_rates()
    )
    claim = found.annotate(
        charge_yen=charge_of("charge_yen"), charge_id=charge_of("pk"), accepted_roster=accepted_roster()
    ).get(pk=claim_id)
    family = _family(claim)
    versions = [other for other in family if other.month == claim.month]
    earlier = [
        other for other in family if other.month < claim.month and other.status != ClaimStatus.SUPERSEDED
    ]
    # An earlier month that is being corrected is compared with as it was approved.
    previous = next(
        (other for other in earlier if other.month == earlier[0].month and not other.is_open),
        earlier[0] if earlier else None,
    )
    # A new version shows what differs from the one that was returned; a 過誤調整, from the one that was approved.
    older = [
        other
        for other in versions
        if other.version < claim.version
        and (other.pk == claim.corrects_id if claim.is_correction else other.returned_at is not None)
    ]
    corrected_from = older[0] if older else None
    lines = _lines_by_claim([one for one in (claim, previous, corrected_from) if one is not None])
    compared = compare_claims(lines[claim.pk], lines[previous.pk] if previous else None)
    corrected = compare_claims(lines[claim.pk], lines[corrected_from.pk]) if corrected_from else []
    book_title, book_source = title_and_source_of(claim.rate_book, claim.rate_book_hash)
    return ClaimView(
        claim=claim,
        is_closed=claim.month_is_closed,
        payer_name=payer_names([claim.payer_code], own)[claim.payer_code],
        sections=tuple(_sections(claim, compared)),
        book_title=book_title,
        book_source=book_source,
        previous=previous,
        versions=tuple(other for other in versions if other.pk != claim.pk),
        corrected_from=corrected_from,
        correction=next(
            (other for other in versions if other.corrects_id == claim.pk and other.is_open), None
        ),
        changes=tuple(row for row in corrected if row.has_changed),
        hindrances=tuple(checks.before_submission(claim)) if claim.is_draft else (),
        # Nobody has talked about a claim that was never sent.
        said=conversation(versions) if any(other.submitted_at for other in versions) else (),
        # The city's people are not named to a facility, its own are.
        submitter=User.objects.filter(pk=claim.submitted_by).first() if claim.submitted_by else None,
        terms=terms_of(claim, provisional=claim.has_provisional_rates),
        net=net_of(claim, charge_yen=claim.charge_yen, charge_id=claim.charge_id),
        rate_basis=basis_of(claim, claim.accepted_roster),
    )


def _family(claim: Claim) -> QuerySet[Claim]:
    """The claims of this facility to the same municipality up to this month, newest first; without their snapshots."""
    family: QuerySet[Claim] = Claim.objects.filter(
        facility=claim.facility_id, payer_code=claim.payer_code, month__lte=claim.month
    )
    return family.defer("snapshot").order_by("-month", "-version")[:MONTHS_LISTED]


def _lines_by_claim(claims: list[Claim]) -> dict[UUID, list[ClaimLine]]:
    lines: dict[UUID, list[ClaimLine]] = defaultdict(list)
    for line in ClaimLine.objects.filter(claim__in=[claim.pk for claim in claims]).order_by(
        "claim", "position"
    ):
        lines[line.claim_id].append(line)
    return lines


def _sections(claim: Claim, compared: list[ComparedLine]) -> Iterable[Section]:
    for section, rows in groupby(compared, key=lambda row: row.section):
        yield Section(
            SECTION_LABELS[section],
            tuple(
                LineRow(row, _parts(row.line), facts.waits(claim, row.code, row.certification))
                for row in rows
            ),
        )


def _parts(line: ClaimLine | None) -> tuple[PartRow, ...]:
    """The parts in words, where the steps do not already go through the classes one by one."""
    if line is None or len(line.parts) < 2:
        return ()
    parts = tuple(
        PartRow(
            part_words(part) if part["age_class"] else "—",
            part["unit_yen"],
            part["quantity"],
            part["amount_yen"],
        )
        for part in line.parts
    )
    explained = {step["label"] for step in line.steps}
    return () if any(part.label in explained for part in parts) else parts


def due_date(facility: Facility, month: ServiceMonth, own: Municipality) -> date:
    """The day by which the facility must submit the month's claim."""
    return deadlines_of([facility.pk], month, Step.CLAIM, own)[facility.pk]
