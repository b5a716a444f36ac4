"""
Bringing in the city's list of facilities: preview, then accept or discard.

Accepting does exactly what was shown: all lines or none. A profile begins in the month the list names; what is not in
the list stays as it is.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from audit.record import Outcome, record, record_apart
from facilities import checks, permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.imports import (
    PLACES,
    CellProblem,
    FacilityChange,
    FacilityLine,
    Line,
    LinesRefused,
    differences,
    understand,
)
from facilities.models import (
    Branch,
    Corporation,
    Facility,
    FacilityDetail,
    FacilityImport,
    FacilityImportStatus,
    FacilityKind,
    FacilityProfile,
    Municipality,
    holding_on,
    standing_details,
)
from facilities.operating import operation
from facilities.operations import changes, opening, profiles
from facilities.operations.corporations import other_name
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from vault import seal, unseal

ENDED = "この取込はすでに終わっています。"
EXPIRED = "この取込の確認期限が過ぎました。もう一度ファイルを選んでください。"
OVERTAKEN = "確認のあとに、施設の登録内容が変わりました。もう一度ファイルを選んで、内容を確認してください。"


@dataclass(frozen=True)
class Plan:
    """What accepting would do, and the facilities the list does not name."""

    changes: list[FacilityChange]
    missing: list[Facility]

    def of_kind(self, kind: str) -> list[FacilityChange]:
        """The lines that are new, changed or unchanged."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def fingerprint(self) -> str:
        """Of what would change and from what."""
        said = [
            (change.line.number, change.kind, change.differences, str(change.until or ""))
            for change in self.changes
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()

    @property
    def summary(self) -> dict[str, int]:
        """How many of each kind."""
        counts = {kind: len(self.of_kind(kind)) for kind in ("new", "changed", "unchanged")}
        return {**counts, "missing": len(self.missing)}


def preview(
    content: bytes,
    headings: Sequence[str],
    lines: Iterable[Line],
    *,
    from_month: ServiceMonth,
    by: Actor,
    at: datetime,
) -> FacilityImport:
    """
    Keep what a list would do, sealed and for a while. ``content`` is the file the lines were read from.

    :raises NotAllowed: only the administrator.
    :raises LinesRefused: with every problem; nothing is kept but the file's hash on record.
    """
    file_hash = hashlib.sha256(content).hexdigest()
    try:
        return _preview(file_hash, headings, lines, from_month=from_month, by=by, at=at)
    except LinesRefused as refusal:
        record_apart(
            FacilityEvent.IMPORT_REFUSED,
            by=by,
            detail={"file_hash": file_hash, "problems": len(refusal.problems)},
            outcome=Outcome.REFUSED,
        )
        raise


@operation(FacilityEvent.IMPORT_PREVIEWED)
def _preview(
    file_hash: str,
    headings: Sequence[str],
    lines: Iterable[Line],
    *,
    from_month: ServiceMonth,
    by: Actor,
    at: datetime,
) -> FacilityImport:
    permissions.set_up_facilities(by, None)
    understood = understand(headings, lines)
    plan = plan_of(understood, from_month)
    imported = FacilityImport(
        municipality_id=by.municipality_id,
        from_month=from_month.first_day,
        file_hash=file_hash,
        summary=plan.summary,
        uploaded_at=at,
        uploaded_by=by.user_id,
        expires_at=at + settings.COUNT_PREVIEW_LIFETIME,
    )
    kept = {"lines": [line.as_json() for line in understood], "fingerprint": plan.fingerprint}
    imported.lines_sealed = seal(json.dumps(kept).encode(), bound_to=imported.place)
    imported.save(force_insert=True)
    record(
        FacilityEvent.IMPORT_PREVIEWED,
        by=by,
        on=imported,
        rows={"import": [imported.pk]},
        detail={"file_hash": file_hash, "from_month": str(from_month), **plan.summary},
    )
    return imported


@operation(FacilityEvent.IMPORT_ACCEPTED)
def accept(import_id: UUID, *, by: Actor, at: datetime) -> FacilityImport:
    """
    Store what was previewed: all lines or none.

    :raises FacilityImport.DoesNotExist: not an import of the open scope.
    :raises NotAllowed: not the administrator, already decided, expired, or overtaken by another change.
    """
    permissions.set_up_facilities(by, None)
    # One list after the other, and no single change of a facility in between.
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    imported: FacilityImport = FacilityImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if imported.status != FacilityImportStatus.PREVIEWED:
        raise NotAllowed(ENDED)
    if imported.expires_at <= at:
        raise NotAllowed(EXPIRED)
    plan, fingerprint = opened(imported)
    if plan.fingerprint != fingerprint:
        raise NotAllowed(OVERTAKEN)
    corporations = _corporations(plan, by)
    touched = [_create(change, corporations) for change in plan.of_kind("new")]
    touched += [_change(change, by=by, at=at) for change in plan.of_kind("changed")]
    # The lines are emptied now; what they changed stays to be seen.
    imported.summary = {**imported.summary, "changes": _said(plan, touched)}
    imported.save(update_fields=["summary"])
    _decide(imported, FacilityImportStatus.ACCEPTED, by, at)
    record(
        FacilityEvent.IMPORT_ACCEPTED,
        by=by,
        on=imported,
        rows={"import": [imported.pk], "facility": [facility.pk for facility in touched]},
        detail={"file_hash": imported.file_hash, **plan.summary},
    )
    return imported


@operation(FacilityEvent.IMPORT_DISCARDED)
def discard(import_id: UUID, *, by: Actor, at: datetime) -> FacilityImport:
    """
    Take nothing from this list.

    :raises FacilityImport.DoesNotExist: not an import of the open scope.
    :raises NotAllowed: not the administrator, or already decided.
    """
    permissions.set_up_facilities(by, None)
    imported: FacilityImport = FacilityImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if imported.status != FacilityImportStatus.PREVIEWED:
        raise NotAllowed(ENDED)
    _decide(imported, FacilityImportStatus.DISCARDED, by, at)
    record(FacilityEvent.IMPORT_DISCARDED, by=by, on=imported, rows={"import": [imported.pk]})
    return imported


@dataclass(frozen=True)
class KeptChange:
    """What an accepted list did to one facility, as it was called then."""

    facility_id: UUID
    number: str
    name: str
    kind: str
    differences: Sequence[tuple[str, str, str]]


def _said(plan: Plan, touched: Sequence[Facility]) -> list[list[Any]]:
    """The new and changed lines with their facilities, for keeping."""
    lines = [*plan.of_kind("new"), *plan.of_kind("changed")]
    return [
        [
            str(facility.pk),
            change.line.number,
            change.line.name,
            change.kind,
            [[str(part or "") for part in difference] for difference in change.differences],
        ]
        for change, facility in zip(lines, touched, strict=True)
    ]


def kept_changes(imported: FacilityImport) -> list[KeptChange] | None:
    """What an accepted list changed; None when it was accepted before this was kept."""
    kept = imported.summary.get("changes")
    if kept is None:
        return None
    return [
        KeptChange(UUID(row), number, name, kind, [(what, before, after) for what, before, after in said])
        for row, number, name, kind, said in kept
    ]


def empty_expired(*, at: datetime) -> int:
    """End the scope's previews whose time is over, and empty them; returns how many. Harmless to repeat."""
    waiting = FacilityImport.objects.select_for_update(of=("self",), skip_locked=True).filter(
        status=FacilityImportStatus.PREVIEWED, expires_at__lte=at
    )
    ended = list(waiting)
    for imported in ended:
        imported.status, imported.lines_sealed = FacilityImportStatus.EXPIRED, None
        imported.save(update_fields=["status", "lines_sealed"])
        record(FacilityEvent.IMPORT_EXPIRED, on=imported, rows={"import": [imported.pk]})
    return len(ended)


def opened(imported: FacilityImport) -> tuple[Plan, str]:
    """
    What the waiting list would do now, and the fingerprint of what was shown.

    :raises NotAllowed: it was emptied.
    """
    if imported.lines_sealed is None:
        raise NotAllowed(EXPIRED)
    kept = json.loads(unseal(imported.lines_sealed, bound_to=imported.place))
    lines = [FacilityLine(*line) for line in kept["lines"]]
    return plan_of(lines, ServiceMonth.of(imported.from_month)), kept["fingerprint"]


def plan_of(lines: list[FacilityLine], from_month: ServiceMonth) -> Plan:
    """
    Compare with what stands now: three queries, however many facilities; one more where a capacity falls.

    :raises LinesRefused: a line asks for what a list cannot change.
    """
    facilities = {
        facility.number: facility
        for facility in Facility.objects.select_related("corporation").order_by("number")
    }
    current: dict[UUID, FacilityProfile] = {}
    later: dict[UUID, ServiceMonth] = {}
    profiles_on = FacilityProfile.objects.exclude(to_month__lt=from_month.first_day).order_by("from_month")
    for profile in profiles_on:
        if profile.from_month > from_month.first_day:
            later.setdefault(profile.facility_id, ServiceMonth.of(profile.from_month))
        else:
            current[profile.facility_id] = profile
    details: dict[UUID, list[FacilityDetail]] = defaultdict(list)
    for detail in standing_details():
        details[detail.facility_id].append(detail)
    corporations = {row.corporation.corporate_number: row.corporation for row in facilities.values()}
    planned, problems = [], []
    for line in lines:
        facility = facilities.get(line.number)
        holding = current.get(facility.pk) if facility else None
        begins = opening.first_month(line, from_month) if facility is None else from_month
        own_details = details[facility.pk] if facility else []
        change = FacilityChange(
            line,
            facility,
            holding,
            begins,
            tuple(differences(line, facility, holding, holding_on(own_details, _first_day(line, begins))))
            if facility
            else (),
            later[facility.pk].plus(-1) if facility and facility.pk in later else None,
        )
        problems += _corporation_problems(line, facility, corporations)
        problems += _opening_problems(line, facility, own_details)
        problems += _cannot(change)
        planned.append(change)
    problems += _room_problems(planned, from_month)
    if problems:
        raise LinesRefused(sorted(problems, key=lambda problem: problem.line))
    named = {line.number for line in lines}
    return Plan(
        planned,
        [
            facility
            for number, facility in facilities.items()
            if number not in named
            and (facility.closed_on is None or facility.closed_on >= from_month.first_day)
        ],
    )


def _cannot(change: FacilityChange) -> list[CellProblem]:
    facility, line = change.facility, change.line
    problems = []
    if not line.has_profile and (facility is None or change.profile is not None):
        # Empty is what a facility without a profile is written out with; it takes no profile away.
        problems.append(CellProblem(opening.NO_CAPACITY, line.line, "認可定員"))
    if facility is None:
        return problems
    if line.kind != facility.kind:
        words = (
            f"施設類型が登録（{FacilityKind(facility.kind).label}）と違います。"
            "類型が変わるときは、新しい事業所番号で登録してください。"
        )
        problems.append(CellProblem(words, line.line, "施設類型"))
    return problems


def _room_problems(planned: list[FacilityChange], from_month: ServiceMonth) -> list[CellProblem]:
    """No capacity falls below what the branches of its facility hold: one query, none where no capacity falls."""
    asked = [
        (change.facility.pk, change, change.line.profile(change.profile).capacity)
        for change in planned
        if change.facility is not None and change.changes_profile
    ]
    falling = [
        (pk, change, capacity)
        for pk, change, capacity in asked
        if change.profile is None or capacity < change.profile.capacity
    ]
    branches: dict[UUID, list[Branch]] = defaultdict(list)
    if falling:
        there = Branch.objects.exclude(to_month__lt=from_month.first_day)
        for branch in there.filter(facility__in=[pk for pk, _, _ in falling]):
            branches[branch.facility_id].append(branch)
    problems = []
    for pk, change, capacity in falling:
        problem = checks.branches_fit(
            branches[pk],
            capacity=capacity,
            held=change.profile,
            from_month=change.from_month,
            to_month=change.until,
        )
        if problem:
            column = PLACES[checks.capacity_field(change.line.kind)]
            problems.append(CellProblem(problem, change.line.line, column))
    return problems


def _corporation_problems(
    line: FacilityLine, facility: Facility | None, corporations: dict[str, Corporation]
) -> list[CellProblem]:
    """Who runs a facility does not change under its number, and no list renames a corporation: it has no day for it."""
    if facility is not None and not facility.corporation.is_same(line.corporate_number, line.corporation):
        column = "法人番号" if line.corporate_number != facility.corporation.corporate_number else "設置主体"
        words = (
            f"設置主体の法人が登録（{facility.corporation.name}）と違います。"
            "設置主体が変わるときは、新しい事業所番号で登録してください。"
            "名称の変更や法人番号の誤りは、設置主体の画面で先に直してください。"
        )
        return [CellProblem(words, line.line, column)]
    problem = other_name(corporations.get(line.corporate_number), line.corporate_number, line.corporation)
    return [CellProblem(problem, line.line, "設置主体")] if problem else []


def _opening_problems(
    line: FacilityLine, facility: Facility | None, details: list[FacilityDetail]
) -> list[CellProblem]:
    if facility is None or facility.opened_on == line.opened:
        return []
    problem = opening.opening_problem(facility, details, line.opened)
    return [CellProblem(problem, line.line, "認可年月日")] if problem else []


Corporations = dict[tuple[str, str], Corporation]


def _corporations(plan: Plan, by: Actor) -> Corporations:
    """Each corporation of the new facilities; known by its number, without one by its name."""
    known = list(Corporation.objects.select_for_update(of=("self",)))
    by_number = {row.corporate_number: row for row in known if row.corporate_number}
    by_name = {row.name: row for row in known if not row.corporate_number}
    found: Corporations = {}
    for change in plan.of_kind("new"):
        key = (change.line.corporate_number, change.line.corporation)
        if key in found:
            continue
        number, name = key
        corporation = by_number.get(number) if number else by_name.get(name)
        if problem := other_name(corporation, number, name):
            raise NotAllowed(problem)
        if corporation is None:
            corporation = Corporation.objects.create(
                municipality_id=by.municipality_id, corporate_number=number, name=name
            )
        found[key] = corporation
    return found


def _create(change: FacilityChange, corporations: Corporations) -> Facility:
    line = change.line
    return opening.facility_of(line, corporations[line.corporate_number, line.corporation], change.from_month)


def _change(change: FacilityChange, *, by: Actor, at: datetime) -> Facility:
    """Each thing that changes is an act of its own, dated and on record, as on the facility's pages."""
    facility, line = change.facility, change.line
    assert facility is not None, "a changed facility exists"
    try:
        if facility.opened_on != line.opened:
            opening.correct_opening(facility.pk, line.opened, by=by, at=at)
        if change.changes_details:
            values = changes.DetailValues(line.name, line.postal_code, line.location, line.ownership)
            from_day = _first_day(line, change.from_month)
            changes.change_details(facility.pk, values, from_day=from_day, by=by, at=at)
        if change.changes_profile:
            profiles.set_profile(
                facility.pk, line.profile(change.profile), from_month=change.from_month, by=by, at=at
            )
    except ProblemsFound as problem:
        raise NotAllowed(OVERTAKEN) from problem
    return facility


def _first_day(line: FacilityLine, from_month: ServiceMonth) -> date:
    """From when a line's name and address hold: its month, or the day the facility opens, if that is later."""
    return max(from_month.first_day, line.opened)


def _decide(imported: FacilityImport, status: FacilityImportStatus, by: Actor, at: datetime) -> None:
    imported.status, imported.lines_sealed = status, None
    imported.decided_at, imported.decided_by = at, by.user_id
    imported.save(update_fields=["status", "lines_sealed", "decided_at", "decided_by"])
