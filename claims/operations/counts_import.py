"""
Bringing in child counts: preview, then accept or discard (R1).

The file itself is never kept. Until it is accepted its counts wait sealed, with an expiry; accepting stores all rows or
none, makes a new version only where counts differ, and tells the facilities.
"""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from audit.record import Who, record
from claims import permissions
from claims.events import ImportEvent
from claims.imports import CountRow, Key, KnownFacility, by_facility, understand
from claims.models import ChildCount, CountDispute, CountImport, CountSheet, FileKind
from claims.operations import previews
from claims.operations.drafting import counts_corrected
from claims.operations.previews import current_sheets
from claims.queries.mappings import AS_FOUND, HowToRead
from claims.states import SHEET_TRANSITIONS, ImportStatus, SheetStatus
from documents.reading import read_csv
from facilities.api_clients import ApiScope
from facilities.models import Facility, FacilityDetail, FacilityProfile, Suspension
from facilities.operating import operation
from facilities.operations.keeping_ready import ask_to_keep_ready
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from facilities.scope import current_scope
from facilities.transitions import check_transition
from jobs import outbox

TELL_FACILITIES = "claims.tell_facilities"
OVERTAKEN = (
    "確認のあとに、ほかの取込で児童数が変わりました。もう一度ファイルを選んで、内容を確認してください。"
)
TOO_LARGE = (
    f"ファイルが大きすぎます（{settings.UPLOAD_LIMIT_BYTES // 1024 // 1024}MBまで）。"
    "児童数だけのファイルか確認し、月ごとに分けてください。"
)
REPLACED = "新しい児童数を取り込みました。新しい人数をご確認ください。"


class Counted(NamedTuple):
    """The children of one cell, and how many of them are disabled (None: the file does not say)."""

    children: int
    disabled: int | None = None


Cells = dict[Key, Counted]
NONE = Counted(0)


class CellChange(NamedTuple):
    """One cell whose number changes."""

    key: Key
    before: int
    after: int

    @property
    def difference(self) -> int:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True)
class FacilityChange:
    """What one facility's month would become. ``before`` None: no counts so far."""

    facility: Facility
    month: ServiceMonth
    before: Cells | None
    after: Cells

    @property
    def kind(self) -> str:
        """new, changed or unchanged."""
        if self.before is None:
            return "new"
        return "unchanged" if self.before == self.after else "changed"

    @property
    def total_before(self) -> int | None:
        """Children so far."""
        return None if self.before is None else _children(self.before)

    @property
    def total_after(self) -> int:
        """Children of the file."""
        return _children(self.after)

    @property
    def difference(self) -> int | None:
        """After less before."""
        return None if self.before is None else self.total_after - _children(self.before)

    def cells(self) -> list[CellChange]:
        """Every cell whose number differs from what stands now."""
        before = self.before or {}
        return [
            CellChange(key, before.get(key, NONE).children, self.after.get(key, NONE).children)
            for key in sorted({*before, *self.after}, key=str)
            if before.get(key, NONE) != self.after.get(key, NONE)
        ]


@dataclass
class Plan:
    """What accepting would do."""

    changes: list[FacilityChange]
    missing: list[Facility] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> list[FacilityChange]:
        """The facilities whose counts are new, changed or unchanged."""
        return [change for change in self.changes if change.kind in kinds]

    @property
    def fingerprint(self) -> str:
        """Of what would change and from what; accepting does exactly what was shown."""
        said = [
            (
                change.facility.number,
                str(change.month),
                change.kind,
                sorted(map(str, (change.before or {}).items())),
            )
            for change in self.changes
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


def preview(
    content: bytes, *, by: Who, at: datetime, how: HowToRead = AS_FOUND, sender: str = ""
) -> CountImport:
    """
    Read a file and keep what it would do, sealed and for a while. ``sender``: what sent it, when no person did.

    :raises NotAllowed: only the enrolment section.
    :raises claims.imports.HeadingsUnknown: another vendor's layout that no column mapping fits.
    :raises claims.operations.previews.CodesUnknown: its column mapping does not know all of its codes.
    :raises claims.operations.previews.MonthsClosed: one of its months is closed.
    :raises FileRefused: with every problem; nothing is kept but the file's hash on record.
    """
    with previews.refusals_on_record(ImportEvent.REFUSED, content, by=by) as file_hash:
        return _preview(file_hash, content=content, by=by, at=at, how=how, sender=sender)


@operation(ImportEvent.PREVIEWED)
def _preview(
    file_hash: str, *, content: bytes, by: Who, at: datetime, how: HowToRead, sender: str
) -> CountImport:
    may_send(by)
    table = read_csv(content)
    meaning, mapping_name = previews.understood(table, FileKind.COUNTS, how, understand, known_facilities())
    previews.refuse_closed_months(meaning.months, len(table.rows))
    plan = plan_of(meaning.rows)
    imported = CountImport(
        municipality_id=current_scope().municipality_id,
        file_hash=file_hash,
        layout=meaning.layout,
        encoding=table.encoding,
        mapping_name=mapping_name,
        sender=sender,
        months=meaning.months,
        summary=_summary(plan, meaning.rows, len(table.rows)),
        uploaded_at=at,
        uploaded_by=previews.user_id(by),
        expires_at=at + settings.COUNT_PREVIEW_LIFETIME,
    )
    kept = {
        "rows": [row.as_json() for row in meaning.rows],
        "fingerprint": plan.fingerprint,
        "remarks": [
            *previews.early_months(meaning.months, at),
            *map(str, meaning.remarks),
        ],
    }
    previews.keep(imported, kept)
    record(
        ImportEvent.PREVIEWED,
        by=by,
        on=imported,
        rows={"import": [imported.pk]},
        detail={"file_hash": file_hash, "months": meaning.months, **imported.summary},
    )
    return imported


@operation(ImportEvent.ACCEPTED)
def accept(import_id: UUID, *, by: Who, at: datetime) -> CountImport:
    """
    Store what was previewed: all rows or none.

    :raises CountImport.DoesNotExist: not an import of the open scope.
    :raises NotAllowed: not the enrolment section, already decided, expired, or overtaken by another import.
    """
    imported: CountImport = CountImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    _may(by)
    previews.require_waiting(imported, at)
    kept = kept_preview(imported)
    previews.one_after_the_other(imported)
    previews.require_months_open(imported)
    plan = plan_of(kept.rows)
    if plan.fingerprint != kept.fingerprint:
        raise NotAllowed(OVERTAKEN)
    stored = _store(plan, imported, by=by, at=at)
    previews.decide(imported, ImportStatus.ACCEPTED, by=by, at=at)
    record(
        ImportEvent.ACCEPTED,
        by=by,
        on=imported,
        rows={"import": [imported.pk], "sheet": [sheet.pk for sheet in stored]},
        detail={"file_hash": imported.file_hash, "months": imported.months, **imported.summary},
    )
    if stored:
        outbox.add(TELL_FACILITIES, municipality_id=imported.municipality_id, import_id=imported.pk)
        ask_to_keep_ready(imported.municipality_id)
    return imported


@operation(ImportEvent.DISCARDED)
def discard(import_id: UUID, *, by: Who, at: datetime) -> CountImport:
    """
    Take nothing from this file.

    :raises CountImport.DoesNotExist: not an import of the open scope.
    :raises NotAllowed: not the enrolment section, or already decided.
    """
    imported: CountImport = CountImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    _may(by)
    previews.require_undecided(imported)
    previews.decide(imported, ImportStatus.DISCARDED, by=by, at=at)
    record(ImportEvent.DISCARDED, by=by, on=imported, rows={"import": [imported.pk]})
    return imported


def empty_expired(*, at: datetime) -> int:
    """End the scope's previews whose time is over, and empty them; returns how many. Harmless to repeat."""
    return previews.empty_expired(CountImport, ImportEvent.EXPIRED, at=at)


@dataclass(frozen=True)
class KeptPreview:
    """What waits sealed in a preview."""

    rows: list[CountRow]
    fingerprint: str
    remarks: list[str]


def kept_preview(imported: CountImport) -> KeptPreview:
    """
    The opened preview.

    :raises NotAllowed: it was emptied.
    """
    kept = previews.opened(imported)
    return KeptPreview([CountRow(*row) for row in kept["rows"]], kept["fingerprint"], kept["remarks"])


def known_facilities() -> dict[str, KnownFacility]:
    """The city's facilities by number, with their largest capacity (for the remark about too many children)."""
    capacities: dict[UUID, int] = defaultdict(int)
    for profile in FacilityProfile.objects.all():
        total = (profile.capacity_1 or 0) + (profile.capacity_23 or 0)
        capacities[profile.facility_id] = max(capacities[profile.facility_id], total)
    names: dict[UUID, list[str]] = defaultdict(list)
    dated: dict[UUID, list[tuple[date, str]]] = defaultdict(list)
    for detail in FacilityDetail.objects.order_by("from_day"):
        names[detail.facility_id].append(detail.name)
        if detail.withdrawn_at is None:
            dated[detail.facility_id].append((detail.from_day, detail.name))
    return {
        facility.number: KnownFacility(
            facility.number,
            facility.name,
            capacities[facility.pk],
            opened=str(ServiceMonth.of(facility.opened_on)),
            closed=str(ServiceMonth.of(facility.closed_on)) if facility.closed_on else "",
            other_names=tuple(names[facility.pk]),
            dated_names=tuple(dated[facility.pk]),
        )
        for facility in Facility.objects.all()
    }


def plan_of(rows: list[CountRow]) -> Plan:
    """
    Compare with what stands in the database now: two queries, however many facilities.

    A facility that rests in all the file's months is not missed.
    """
    found = by_facility(rows)
    months = {month: ServiceMonth.parse(month) for month, _ in found}
    resting = Suspension.objects.filter(
        Q(to_month__isnull=True) | Q(to_month__gte=max(months.values()).first_day),
        facility=OuterRef("pk"),
        from_month__lte=min(months.values()).first_day,
    )
    facilities = {
        facility.number: facility
        for facility in Facility.objects.annotate(is_resting=Exists(resting)).order_by("number")
    }
    current = _current_counts(set(months.values()))
    changes = [
        FacilityChange(
            facilities[number],
            months[month],
            current.get((facilities[number].pk, months[month])),
            {key: Counted(row.count, row.disabled_count) for key, row in cells.items()},
        )
        for (month, number), cells in sorted(found.items(), key=lambda item: item[0])
    ]
    named = {change.facility.pk for change in changes}
    return Plan(
        changes,
        [
            facility
            for facility in facilities.values()
            if facility.pk not in named
            and not facility.is_resting
            and any(facility.lives_in(month) for month in months.values())
        ],
    )


KEY_FIELDS = ("payer_code", "certification", "age", "hours", "branch", "employee_slot", "movement", "days")


def _current_counts(months: set[ServiceMonth]) -> dict[tuple[UUID, ServiceMonth], Cells]:
    """Cells of the current sheets; a sheet without children is there with none."""
    found: dict[tuple[UUID, ServiceMonth], Cells] = defaultdict(dict)
    fields = [f"counts__{name}" for name in (*KEY_FIELDS, "count", "disabled_count")]
    by_day = {month.first_day: month for month in months}
    for facility_id, day, *key, children, disabled in current_sheets(months).values_list(
        "facility_id", "month", *fields
    ):
        cells = found[facility_id, by_day[day]]
        if children:
            cells[cast(Key, tuple(key))] = Counted(children, disabled)
    return dict(found)


def _store(plan: Plan, imported: CountImport, *, by: Who, at: datetime) -> list[CountSheet]:
    """New versions where counts are new or differ; the sheets before them are superseded."""
    changes = plan.of_kind("new", "changed")
    if not changes:
        return []
    before = {
        (sheet.facility_id, sheet.service_month): sheet
        for sheet in current_sheets({change.month for change in changes})
    }
    replaced = [before[key] for change in changes if (key := (change.facility.pk, change.month)) in before]
    step_back(replaced, by=by, at=at)
    versions = {(sheet.facility_id, sheet.service_month): sheet.version for sheet in replaced}
    sheets = CountSheet.objects.bulk_create(
        [
            CountSheet(
                municipality_id=imported.municipality_id,
                facility=change.facility,
                month=change.month.first_day,
                version=versions.get((change.facility.pk, change.month), 0) + 1,
                source=imported,
                arrived_at=at,
            )
            for change in changes
        ],
        batch_size=1000,
    )
    ChildCount.objects.bulk_create(
        (
            ChildCount(
                municipality_id=imported.municipality_id,
                facility=change.facility,
                sheet=sheet,
                payer_code=key[0],
                certification=key[1],
                age=key[2],
                hours=key[3],
                branch=key[4],
                employee_slot=key[5],
                movement=key[6],
                days=key[7],
                count=counted.children,
                disabled_count=counted.disabled,
            )
            for change, sheet in zip(changes, sheets, strict=True)
            for key, counted in change.after.items()
        ),
        batch_size=2000,
    )
    for sheet in sheets:
        if sheet.version > 1:
            counts_corrected(sheet, by=by, at=at)
    return list(sheets)


def step_back(replaced: list[CountSheet], *, by: Who, at: datetime) -> None:
    """The old versions step back; what a facility still had to say about them is answered by the new counts."""
    for sheet in replaced:
        check_transition(SHEET_TRANSITIONS, sheet.status, SheetStatus.SUPERSEDED)
    ids = [sheet.pk for sheet in replaced]
    CountSheet.objects.filter(pk__in=ids).update(status=SheetStatus.SUPERSEDED)
    CountDispute.objects.filter(sheet__in=ids, outcome="").update(
        outcome="corrected", answer=REPLACED, answered_at=at, answered_by=previews.user_id(by)
    )


def may_send(by: Who) -> None:
    """
    Who may decide may send, and so may a token that was made for it.

    :raises NotAllowed: anybody else.
    """
    previews.may_send(by, permissions.bring_in_counts, ApiScope.CHILD_COUNTS_WRITE)


def _may(by: Who) -> None:
    """People must be of the enrolment section; the command line may act as the system itself."""
    previews.may(by, permissions.bring_in_counts)


def _children(cells: Cells) -> int:
    return sum(counted.children for counted in cells.values())


def _summary(plan: Plan, rows: list[CountRow], lines: int) -> dict[str, int]:
    """
    Facilities that are new, changed and unchanged, and the same of the file's lines.

    A line is new when its facility had no counts of the month, changed when one of its cells differs.
    """
    before = {(str(change.month), change.facility.number): change.before for change in plan.changes}
    kinds: dict[int, str] = {}
    for row in rows:
        cells = before[row.month, row.number]
        if cells is None:
            kinds[row.line] = "new"
        elif cells.get(row.key, NONE) != Counted(row.count, row.disabled_count):
            kinds[row.line] = "changed"
        else:
            kinds.setdefault(row.line, "unchanged")
    of_lines = Counter(kinds.values())
    return {
        "rows": lines,
        "rows_new": of_lines["new"],
        "rows_changed": of_lines["changed"],
        "rows_unchanged": of_lines["unchanged"],
        "facilities": len(plan.changes),
        "new": len(plan.of_kind("new")),
        "changed": len(plan.of_kind("changed")),
        "unchanged": len(plan.of_kind("unchanged")),
        "missing": len(plan.missing),
        "children": sum(change.total_after for change in plan.changes),
    }
