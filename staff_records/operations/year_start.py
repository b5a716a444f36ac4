"""
年度当初の名簿: the facility sends the roster as of 1 April, the city accepts it or sends it back.

What is sent is frozen line by line under each person's own key; what changes on the roster afterwards leaves it as it
was sent. Every act carries the hash of what was shown: nobody sends or accepts what they have not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility, FacilityProfile, holding_in
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from facilities.transitions import check_transition
from pages.wareki import day_words
from staff_records import permissions
from staff_records.comparing import compare
from staff_records.events import StaffEvent
from staff_records.models import RosterSnapshot, SnapshotLine, StaffMember
from staff_records.opening import open_to_show
from staff_records.operations import year_telling
from staff_records.roster_figures import RosterFigures
from staff_records.standing import Standing
from staff_records.states import SNAPSHOT_TRANSITIONS, SnapshotStatus
from staff_records.year_roster import YearRoster, accepted_before, first_day_of, gather, lines_of, lock

LONGEST_REASON = 500
UNDECLARED = "内容に相違ないことを確認して、チェックを入れてください。"
CHANGED = "画面を開いたあとに名簿が変わりました。いまの内容を確認してから、もう一度提出してください。"
WAITS = "この年度の名簿は提出済みです。直すときは、取り下げてから、もう一度提出してください。"
THE_SAME = "受理された名簿と同じ内容です。変わったところがないので、提出する必要はありません。"
SOMEBODY_ERASED = "保存期間が過ぎて消去された職員がいるため、この年度の名簿は提出し直せません。"
NOT_SUBMITTED = "この名簿は、いま提出中ではありません。画面を開き直して、いまの状態を確認してください。"
NOT_AS_SHOWN = "画面を開いたあとに内容が変わりました。いまの内容を確認してから、もう一度決定してください。"
YOUR_OWN = "自分で提出した名簿は受理も差し戻しもできません。ほかの担当者に依頼してください。"
NO_REASON = "差し戻しの理由を入力してください。施設が読んで直せるように書きます。"
NOT_THERE = "この市の名簿として見つかりません。一覧を開き直してください。"
LOOK_AT_IT = "認定の加算率と違うか、前の年度の名簿と比べられません。1件ずつ開いて確認してください。"


@dataclass
class BulkResult:
    """What became of accepting several: the accepted snapshots, and for each other one why not."""

    accepted: list[UUID] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)


@operation(StaffEvent.SNAPSHOT_SUBMITTED)
def submit(
    facility: Facility, fiscal_year: int, *, shown_hash: str, declared: bool, by: Actor, at: datetime
) -> RosterSnapshot:
    """
    Freeze the roster as of 1 April and send it to the city.

    :raises NotAllowed: not this facility's clerk, before the day, or one is waiting already.
    :raises ProblemsFound: not what was shown, or something must be put right first, all of it at once.
    """
    day = first_day_of(fiscal_year)
    snapshot = RosterSnapshot(
        municipality_id=facility.municipality_id,
        facility=facility,
        fiscal_year=fiscal_year,
        day=day,
        status=SnapshotStatus.SUBMITTED,
        submitted_at=at,
        submitted_by=by.user_id,
    )
    permissions.keep(by, snapshot)
    if day > timezone.localdate(at):
        raise NotAllowed(f"提出できるのは、{day_words(day)}からです。")
    lock(facility)
    versions = list(RosterSnapshot.objects.filter(facility=facility, fiscal_year=fiscal_year))
    if any(one.status == SnapshotStatus.SUBMITTED for one in versions):
        raise NotAllowed(WAITS)
    if StaffMember.with_erased.filter(
        facility=facility, erased_at__isnull=False, left_year__gte=fiscal_year
    ).exists():
        raise NotAllowed(SOMEBODY_ERASED)
    roster = gather(facility, fiscal_year)
    # What is refused has shown nothing; what is sent is named in the event below.
    _require_ready(roster, versions, shown_hash=shown_hash, declared=declared)
    before = accepted_before(facility.pk, fiscal_year).first()
    frozen = lines_of(before)[before.pk] if before else None
    snapshot.version = max((one.version for one in versions), default=0) + 1
    snapshot.content_hash = roster.content_hash
    snapshot.figures = roster.figures.as_json() | {"since": None}
    if before and frozen:
        compared = compare(frozen.standings, roster.standings, unreadable=frozen.erased)
        snapshot.figures["since"] = compared.counts | {"fiscal_year": before.fiscal_year}
    snapshot.save(force_insert=True)
    _freeze(snapshot, roster.standings)
    people = roster.people | (frozen.people if frozen else set())
    _record(StaffEvent.SNAPSHOT_SUBMITTED, snapshot, by, people=people)
    year_telling.tell_city_later(snapshot, at=at)
    return snapshot


@operation(StaffEvent.SNAPSHOT_WITHDRAWN)
def withdraw(snapshot_id: UUID, *, by: Actor, at: datetime) -> RosterSnapshot:
    """
    Take back what the city has not decided on yet.

    :raises RosterSnapshot.DoesNotExist: not one of the open scope.
    :raises NotAllowed: not this facility's clerk, or decided meanwhile.
    """
    snapshot = _locked(snapshot_id)
    permissions.keep(by, snapshot)
    _move(snapshot, SnapshotStatus.WITHDRAWN)
    snapshot.save(update_fields=["status"])
    _record(StaffEvent.SNAPSHOT_WITHDRAWN, snapshot, by)
    return snapshot


@operation(StaffEvent.SNAPSHOT_ACCEPTED)
def accept(snapshot_id: UUID, *, shown_hash: str, by: Actor, at: datetime) -> RosterSnapshot:
    """
    The city accepts: this version is what forms quote from now on; the accepted one before becomes an old version.

    :raises RosterSnapshot.DoesNotExist: not one of the open scope.
    :raises NotAllowed: not this person, not as shown, or no longer waiting.
    """
    return _accept(snapshot_id, shown_hash, by, at)


@operation(StaffEvent.SNAPSHOT_RETURNED)
def return_to_facility(
    snapshot_id: UUID, *, shown_hash: str, reason: str, by: Actor, at: datetime
) -> RosterSnapshot:
    """
    Send it back with a reason the facility can act on.

    :raises RosterSnapshot.DoesNotExist: not one of the open scope.
    :raises NotAllowed: not this person, not as shown, or no longer waiting.
    :raises ProblemsFound: no reason, or too long a one.
    """
    snapshot = _locked(snapshot_id)
    _require_decidable(snapshot, shown_hash, by)
    reason = reason.strip()
    if not reason:
        raise ProblemsFound([NO_REASON])
    if len(reason) > LONGEST_REASON:
        raise ProblemsFound([f"理由は{LONGEST_REASON}字までで入力してください。"])
    _decide(snapshot, SnapshotStatus.RETURNED, by, at, reason=reason)
    _record(StaffEvent.SNAPSHOT_RETURNED, snapshot, by)
    year_telling.tell_facility(snapshot)
    return snapshot


@operation(StaffEvent.SNAPSHOTS_ACCEPTED)
def accept_together(choices: Sequence[tuple[UUID, str]], *, by: Actor, at: datetime) -> BulkResult:
    """
    Accept those among ``choices`` (id, shown hash) that need no look of their own (``needs_no_look``).

    That is found out here under the lock, never believed. Each is judged for itself.

    :raises NotAllowed: only the operations section.
    """
    permissions.decide(by, None)
    result = BulkResult()
    # In one order for everybody: two people must not wait for each other's locks.
    for snapshot_id, shown_hash in sorted(dict(choices).items()):
        try:
            with transaction.atomic():
                _accept(snapshot_id, shown_hash, by, at, in_bulk=True)
        except RosterSnapshot.DoesNotExist:
            result.refused[snapshot_id] = NOT_THERE
        except NotAllowed as refusal:
            result.refused[snapshot_id] = str(refusal)
        else:
            result.accepted.append(snapshot_id)
    record(
        StaffEvent.SNAPSHOTS_ACCEPTED,
        by=by,
        rows={"roster_snapshot": result.accepted},
        detail={"refused": {str(snapshot_id): why for snapshot_id, why in result.refused.items()}},
    )
    return result


def needs_no_look(snapshot: RosterSnapshot, profile: FacilityProfile | None) -> bool:
    """Compared with an accepted roster of before, and its figures give the rates the facility is granted."""
    figures = RosterFigures.of_json(snapshot.figures)
    if snapshot.figures.get("since") is None or profile is None or figures.base_percent is None:
        return False
    return (figures.base_percent, figures.wage_percent) == (profile.base_percent, profile.wage_percent)


def _accept(
    snapshot_id: UUID, shown_hash: str, by: Actor, at: datetime, *, in_bulk: bool = False
) -> RosterSnapshot:
    snapshot = _locked(snapshot_id)
    _require_decidable(snapshot, shown_hash, by)
    if in_bulk and not needs_no_look(snapshot, profile_of(snapshot)):
        raise NotAllowed(LOOK_AT_IT)
    accepted = RosterSnapshot.objects.select_for_update(of=("self",)).filter(
        facility=snapshot.facility_id, fiscal_year=snapshot.fiscal_year, status=SnapshotStatus.ACCEPTED
    )
    for before in accepted:
        check_transition(SNAPSHOT_TRANSITIONS, before.status, SnapshotStatus.SUPERSEDED)
        before.status = SnapshotStatus.SUPERSEDED
        before.save(update_fields=["status"])
    _decide(snapshot, SnapshotStatus.ACCEPTED, by, at)
    _record(StaffEvent.SNAPSHOT_ACCEPTED, snapshot, by, in_bulk=in_bulk)
    year_telling.tell_facility(snapshot)
    return snapshot


def profile_of(snapshot: RosterSnapshot) -> FacilityProfile | None:
    """What the facility is granted in April of the snapshot's year."""
    rows = FacilityProfile.objects.filter(facility=snapshot.facility_id)
    return holding_in(rows, ServiceMonth.of(snapshot.day)).first()


def _require_ready(
    roster: YearRoster, versions: Sequence[RosterSnapshot], *, shown_hash: str, declared: bool
) -> None:
    problems = list(roster.bars)
    accepted = next((one for one in versions if one.status == SnapshotStatus.ACCEPTED), None)
    if roster.content_hash != shown_hash:
        problems = [CHANGED]
    elif accepted and accepted.content_hash == roster.content_hash:
        problems = [THE_SAME]
    elif not declared:
        problems.append(UNDECLARED)
    if problems:
        raise ProblemsFound(problems)


def _freeze(snapshot: RosterSnapshot, standings: Sequence[Standing]) -> None:
    members = StaffMember.objects.in_bulk([one.member_id for one in standings])
    open_to_show(members.values())
    lines = [
        SnapshotLine.of(members[one.member_id], snapshot=snapshot, place=place, content=one.as_text())
        for place, one in enumerate(standings, start=1)
    ]
    SnapshotLine.objects.bulk_create(lines)


def _require_decidable(snapshot: RosterSnapshot, shown_hash: str, by: Actor) -> None:
    permissions.decide(by, None)
    if snapshot.status != SnapshotStatus.SUBMITTED:
        raise NotAllowed(NOT_SUBMITTED)
    if snapshot.content_hash != shown_hash:
        raise NotAllowed(NOT_AS_SHOWN)
    if snapshot.submitted_by == by.user_id:
        raise NotAllowed(YOUR_OWN)


def _decide(
    snapshot: RosterSnapshot, status: SnapshotStatus, by: Actor, at: datetime, *, reason: str = ""
) -> None:
    _move(snapshot, status)
    snapshot.decided_at, snapshot.decided_by, snapshot.reason = at, by.user_id, reason
    snapshot.save(update_fields=["status", "decided_at", "decided_by", "reason"])


def _move(snapshot: RosterSnapshot, status: SnapshotStatus) -> None:
    if snapshot.status != SnapshotStatus.SUBMITTED:
        raise NotAllowed(NOT_SUBMITTED)
    check_transition(SNAPSHOT_TRANSITIONS, snapshot.status, status)
    snapshot.status = status


def _locked(snapshot_id: UUID) -> RosterSnapshot:
    found: RosterSnapshot = RosterSnapshot.objects.select_for_update(of=("self",)).get(pk=snapshot_id)
    return found


def _record(
    event: StaffEvent,
    snapshot: RosterSnapshot,
    by: Actor,
    *,
    people: set[UUID] | None = None,
    **detail: Any,
) -> None:
    rows: dict[str, list[UUID]] = {"roster_snapshot": [snapshot.pk]}
    if people:
        rows["staff_member"] = list(people)
    record(
        event,
        by=by,
        on=snapshot,
        rows=rows,
        detail={
            "fiscal_year": snapshot.fiscal_year,
            "version": snapshot.version,
            "content_hash": snapshot.content_hash,
            **detail,
        },
    )
