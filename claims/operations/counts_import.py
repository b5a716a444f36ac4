"""
Bringing in child counts: preview, then accept or discard (R1).

The file itself is never kept. Until it is accepted its counts wait sealed, with an expiry; accepting stores all rows or
none, makes a new version only where counts differ, and tells the facilities.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from audit.record import Outcome, Who, record, record_apart
from claims import permissions
from claims.events import ImportEvent
from claims.imports import CountRow, KnownFacility, by_facility, understand
from claims.models import ChildCount, CountImport, CountSheet
from claims.operations.drafting import counts_corrected
from claims.states import IMPORT_TRANSITIONS, SHEET_TRANSITIONS, ImportStatus, SheetStatus, check_transition
from claims.wording import month_words
from documents.reading import FileRefused, read_csv
from facilities.actors import Actor, Role
from facilities.models import Facility, FacilityProfile, Membership
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from facilities.scope import current_scope
from jobs import mail
from vault import seal, unseal

Cells = dict[tuple[Any, ...], int]
EXPIRED = "この取込の確認期限が過ぎました。もう一度ファイルを選んでください。"
OVERTAKEN = (
    "確認のあとに、ほかの取込で児童数が変わりました。もう一度ファイルを選んで、内容を確認してください。"
)


@dataclass(frozen=True)
class FacilityChange:
    """What one facility's month would become. ``before`` None: no counts so far."""

    facility: Facility
    month: ServiceMonth
    before: Cells | None
    after: Cells
    disabled: Cells = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """new, changed or unchanged."""
        if self.before is None:
            return "new"
        return "unchanged" if self.before == self.after else "changed"

    @property
    def total_before(self) -> int | None:
        """Children so far."""
        return None if self.before is None else sum(self.before.values())

    @property
    def total_after(self) -> int:
        """Children of the file."""
        return sum(self.after.values())

    @property
    def difference(self) -> int | None:
        """After less before."""
        return None if self.before is None else self.total_after - sum(self.before.values())

    def cells(self) -> list[tuple[tuple[Any, ...], int, int]]:
        """Every cell that differs: (cell, before, after)."""
        before = self.before or {}
        keys = sorted({*before, *self.after}, key=str)
        return [
            (key, before.get(key, 0), self.after.get(key, 0))
            for key in keys
            if before.get(key, 0) != self.after.get(key, 0)
        ]


@dataclass
class Plan:
    """What accepting would do."""

    changes: list[FacilityChange]
    missing: list[Facility] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def of_kind(self, kind: str) -> list[FacilityChange]:
        """The facilities whose counts are new, changed or unchanged."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def fingerprint(self) -> str:
        """Of what would change and from what; accepting does exactly what was shown."""
        said = [
            (
                change.facility.number,
                str(change.month),
                sorted(map(str, (change.before or {}).items())),
                change.kind,
            )
            for change in self.changes
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


def preview(content: bytes, *, by: Who, at: datetime) -> CountImport:
    """
    Read a file and keep what it would do, sealed and for a while.

    :raises NotAllowed: only the enrolment section.
    :raises FileRefused: with every problem; nothing is kept but the file's hash on record.
    """
    file_hash = hashlib.sha256(content).hexdigest()
    try:
        return _preview(content, file_hash, by=by, at=at)
    except FileRefused as refusal:
        record_apart(
            ImportEvent.REFUSED,
            by=by,
            detail={"file_hash": file_hash, "problems": len(refusal.problems)},
            outcome=Outcome.REFUSED,
        )
        raise


@operation(ImportEvent.PREVIEWED)
def _preview(content: bytes, file_hash: str, *, by: Who, at: datetime) -> CountImport:
    _may(by)
    table = read_csv(content)
    meaning = understand(table, known_facilities())
    plan = plan_of(meaning.rows)
    plan.remarks = [str(remark) for remark in meaning.remarks]
    imported = CountImport(
        municipality_id=current_scope().municipality_id,
        file_hash=file_hash,
        layout=meaning.layout,
        encoding=table.encoding,
        months=meaning.months,
        summary=_summary(plan, len(table.rows)),
        uploaded_at=at,
        uploaded_by=_user_id(by),
        expires_at=at + settings.COUNT_PREVIEW_LIFETIME,
    )
    kept = {
        "rows": [row.as_json() for row in meaning.rows],
        "fingerprint": plan.fingerprint,
        "remarks": plan.remarks,
    }
    imported.preview_sealed = seal(json.dumps(kept).encode(), bound_to=imported.place)
    imported.save(force_insert=True)
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

    :raises NotAllowed: not the enrolment section, already decided, expired, or overtaken by another import.
    """
    imported: CountImport = CountImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    _may(by)
    _require_open(imported, at)
    rows, fingerprint, _ = kept_preview(imported)
    # One import after the other: the city's current sheets are locked before they are compared.
    list(
        CountSheet.objects.select_for_update(of=("self",))
        .exclude(status=SheetStatus.SUPERSEDED)
        .order_by("pk")
    )
    plan = plan_of(rows)
    if plan.fingerprint != fingerprint:
        raise NotAllowed(OVERTAKEN)
    stored = _store(plan, imported, by=by, at=at)
    check_transition(IMPORT_TRANSITIONS, imported.status, ImportStatus.ACCEPTED)
    imported.status, imported.preview_sealed = ImportStatus.ACCEPTED, None
    imported.decided_at, imported.decided_by = at, _user_id(by)
    imported.save(update_fields=["status", "preview_sealed", "decided_at", "decided_by"])
    record(
        ImportEvent.ACCEPTED,
        by=by,
        on=imported,
        rows={"import": [imported.pk], "sheet": [sheet.pk for sheet in stored]},
        detail={"file_hash": imported.file_hash, "months": imported.months, **imported.summary},
    )
    _tell_facilities(stored)
    return imported


@operation(ImportEvent.DISCARDED)
def discard(import_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Take nothing from this file.

    :raises NotAllowed: not the enrolment section, or already decided.
    """
    imported = CountImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    _may(by)
    if imported.status != ImportStatus.PREVIEWED:
        raise NotAllowed("この取込はすでに終わっています。")
    check_transition(IMPORT_TRANSITIONS, imported.status, ImportStatus.DISCARDED)
    imported.status, imported.preview_sealed = ImportStatus.DISCARDED, None
    imported.decided_at, imported.decided_by = at, by.user_id
    imported.save(update_fields=["status", "preview_sealed", "decided_at", "decided_by"])
    record(ImportEvent.DISCARDED, by=by, on=imported, rows={"import": [imported.pk]})


def kept_preview(imported: CountImport) -> tuple[list[CountRow], str, list[str]]:
    """The rows, fingerprint and remarks that wait in a preview."""
    if imported.preview_sealed is None:
        raise NotAllowed(EXPIRED)
    kept = json.loads(unseal(imported.preview_sealed, bound_to=imported.place))
    return [CountRow(**row) for row in kept["rows"]], kept["fingerprint"], kept["remarks"]


def known_facilities() -> dict[str, KnownFacility]:
    """The city's facilities by number, with their largest capacity (for the remark about too many children)."""
    capacities: dict[UUID, int] = defaultdict(int)
    for profile in FacilityProfile.objects.all():
        total = (profile.capacity_1 or 0) + (profile.capacity_23 or 0)
        capacities[profile.facility_id] = max(capacities[profile.facility_id], total)
    return {
        facility.number: KnownFacility(facility.number, facility.name, capacities[facility.pk])
        for facility in Facility.objects.all()
    }


def plan_of(rows: list[CountRow]) -> Plan:
    """Compare with what stands in the database now: three queries, however many facilities."""
    found = by_facility(rows)
    facilities = {facility.number: facility for facility in Facility.objects.order_by("number")}
    months = {ServiceMonth.parse(month) for month, _ in found}
    current = _current_counts(months)
    changes = [
        FacilityChange(
            facilities[number],
            ServiceMonth.parse(month),
            current.get((facilities[number].pk, ServiceMonth.parse(month))),
            {key: row.count for key, row in cells.items()},
            {key: row.disabled_count for key, row in cells.items() if row.disabled_count is not None},
        )
        for (month, number), cells in sorted(found.items(), key=lambda item: (item[0][0], item[0][1]))
    ]
    named = {change.facility.pk for change in changes}
    return Plan(changes, [facility for facility in facilities.values() if facility.pk not in named])


def _current_counts(months: set[ServiceMonth]) -> dict[tuple[UUID, ServiceMonth], Cells]:
    sheets = CountSheet.objects.filter(month__in=[month.first_day for month in months]).exclude(
        status=SheetStatus.SUPERSEDED
    )
    found: dict[tuple[UUID, ServiceMonth], Cells] = {}
    places = {}
    for sheet in sheets:
        places[sheet.pk] = (sheet.facility_id, sheet.service_month)
        found[places[sheet.pk]] = {}
    for row in ChildCount.objects.filter(sheet__in=list(places), count__gt=0):
        key = (
            row.payer_code,
            row.certification,
            row.age,
            row.hours,
            row.branch,
            row.employee_slot,
            row.movement,
            row.days,
        )
        found[places[row.sheet_id]][key] = row.count
    return found


def _store(plan: Plan, imported: CountImport, *, by: Who, at: datetime) -> list[CountSheet]:
    """New versions where counts are new or differ; the sheets before them are superseded."""
    changes = plan.of_kind("new") + plan.of_kind("changed")
    if not changes:
        return []
    before = {
        (sheet.facility_id, sheet.service_month): sheet
        for sheet in CountSheet.objects.filter(
            month__in={change.month.first_day for change in changes}
        ).exclude(status=SheetStatus.SUPERSEDED)
    }
    replaced = [before[key] for change in changes if (key := (change.facility.pk, change.month)) in before]
    for sheet in replaced:
        check_transition(SHEET_TRANSITIONS, sheet.status, SheetStatus.SUPERSEDED)
    CountSheet.objects.filter(pk__in=[sheet.pk for sheet in replaced]).update(status=SheetStatus.SUPERSEDED)
    versions = {(sheet.facility_id, sheet.service_month): sheet.version for sheet in replaced}
    sheets = CountSheet.objects.bulk_create(
        CountSheet(
            municipality_id=imported.municipality_id,
            facility=change.facility,
            month=change.month.first_day,
            version=versions.get((change.facility.pk, change.month), 0) + 1,
            source=imported,
            arrived_at=at,
        )
        for change in changes
    )
    ChildCount.objects.bulk_create(
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
            count=count,
            disabled_count=change.disabled.get(key),
        )
        for change, sheet in zip(changes, sheets, strict=True)
        for key, count in change.after.items()
    )
    for sheet in sheets:
        if sheet.version > 1:
            counts_corrected(sheet, by=by, at=at)
    return sheets


def _tell_facilities(sheets: list[CountSheet]) -> None:
    """A mail to each account of each facility. It carries no number."""
    months = defaultdict(set)
    for sheet in sheets:
        months[sheet.facility_id].add(sheet.service_month)
    accounts = Membership.objects.filter(
        facility__in=list(months), duty=Role.FACILITY, ended_at__isnull=True, user__is_active=True
    ).select_related("user", "facility")
    for account in accounts:
        for month in sorted(months[account.facility_id]):
            words = month_words(month)
            mail.send_later(
                to=account.user.address,
                subject=f"【はぐくみ請求】児童数が届きました（{words}）",
                text=(
                    f"{account.facility.name} の {words}の児童数が届きました。\n"
                    "ログインして人数をご確認ください。\n"
                    f"{settings.SITE_URL}/f/{account.facility.number}/counts/{month}/\n"
                ),
            )


def _require_open(imported: CountImport, at: datetime) -> None:
    if imported.status in {ImportStatus.ACCEPTED, ImportStatus.DISCARDED}:
        raise NotAllowed("この取込はすでに終わっています。")
    if imported.status == ImportStatus.EXPIRED or imported.expires_at <= at:
        raise NotAllowed(EXPIRED)


def _may(by: Who) -> None:
    """People must be of the enrolment section; the command line acts as the system itself."""
    if isinstance(by, Actor):
        permissions.bring_in_counts(by, None)


def _user_id(by: Who) -> UUID:
    return by.user_id if isinstance(by, Actor) else UUID(int=0)


def _summary(plan: Plan, rows_read: int) -> dict[str, int]:
    return {
        "rows": rows_read,
        "facilities": len(plan.changes),
        "new": len(plan.of_kind("new")),
        "changed": len(plan.of_kind("changed")),
        "unchanged": len(plan.of_kind("unchanged")),
        "missing": len(plan.missing),
        "children": sum(change.total_after for change in plan.changes),
    }
