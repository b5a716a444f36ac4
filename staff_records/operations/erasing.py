"""
The end of a record: after the retention period one administrator asks, another one confirms, the worker erases.

Batch by batch, in this order: first the rows are emptied and marked erased, so that no page shows anybody of whom half
is there; then, after that commit, the keys are destroyed, which makes every backup of the portal's database unreadable,
too. Stopped anywhere, the outbox does what is left: both steps may run again.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.functions import RandomUUID
from django.db.models import BinaryField, Case, F, QuerySet, Value, When
from django.utils import timezone

from audit.record import SYSTEM, record
from facilities.actors import Actor
from facilities.keeping import forget_kept_of
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from facilities.transitions import check_transition
from jobs import outbox
from person_keys import store
from staff_records import finding, permissions
from staff_records.checked_rows import texts_of
from staff_records.events import RetentionEvent, StaffEvent
from staff_records.models import (
    EntryRow,
    EntrySheet,
    Erasure,
    ErasureLine,
    OverlapFlag,
    RetentionRule,
    StaffMember,
)
from staff_records.models.retention import MOST_YEARS
from staff_records.opening import open_to_show
from staff_records.operations import erasure_telling, year_papers
from staff_records.operations.entries import drop_rows
from staff_records.person_rows import kinds_of_rows
from staff_records.queries.retention import last_year_past, members_past, years_kept
from staff_records.reading_rows import read_who
from staff_records.sealed import sealed_names
from staff_records.states import ERASURE_TRANSITIONS, EntryStatus, ErasureStatus
from staff_records.typed import Unreadable
from staff_records.typed.names import folded_name, read_kana
from staff_records.typed.values import read_birth_date

EMPTY_ROWS, DESTROY_KEYS = "staff_records.empty_rows", "staff_records.destroy_keys"
AT_ONCE = 200
NOT_WAITING = "この依頼は、もう確認待ちではありません。画面を開き直してください。"
OTHER_PEOPLE = (
    "画面を開いたあとに人数が変わりました。人数を確かめて、もう一度「消去を依頼する」を押してください。"
)


@operation(RetentionEvent.RULE_SET)
def set_rule(years: int, *, by: Actor, at: datetime) -> RetentionRule:
    """
    For how many fiscal years after the year of leaving records are kept, from now on.

    :raises NotAllowed: only an administrator; not while an erasure waits.
    :raises ProblemsFound: not 1 to 30 years.
    """
    permissions.erase(by, None)
    if not 1 <= years <= MOST_YEARS:
        raise ProblemsFound([f"保存する年度数は、1から{MOST_YEARS}までで入力してください。"])
    if _open_erasures().exists():
        raise NotAllowed(
            "消去の依頼があるあいだは、保存期間を変えられません。依頼を取りやめるか、消去が終わるのを待ってください。"
        )
    before = years_kept()
    row: RetentionRule = RetentionRule.objects.select_for_update(of=("self",)).first() or RetentionRule(
        municipality_id=by.municipality_id
    )
    row.years, row.changed_at, row.changed_by = years, at, by.user_id
    row.save()
    record(RetentionEvent.RULE_SET, by=by, on=row, detail={"before": before, "after": years})
    return row


@operation(RetentionEvent.ERASURE_ASKED)
def ask(shown_persons: int, *, by: Actor, at: datetime, today: date) -> Erasure:
    """
    Ask that everybody who is past the retention period be erased.

    :raises NotAllowed: only an administrator; nobody is past it, or others than shown; an erasure is open already.
    """
    permissions.erase(by, None)
    if _open_erasures().exists():
        raise NotAllowed("消去の依頼が、すでにあります。先の依頼が終わってから依頼してください。")
    through_year = last_year_past(years_kept(), today)
    found = list(members_past(through_year).values_list("pk", "facility_id"))
    if not found:
        raise NotAllowed("保存期間を過ぎた職員はいません。")
    if len(found) != shown_persons:
        raise NotAllowed(OTHER_PEOPLE)
    erasure: Erasure = Erasure.objects.create(
        municipality_id=by.municipality_id,
        through_year=through_year,
        persons=len(found),
        requested_at=at,
        requested_by=by.user_id,
    )
    ErasureLine.objects.bulk_create(
        ErasureLine(
            municipality_id=by.municipality_id, facility_id=facility_id, erasure=erasure, member_id=member_id
        )
        for member_id, facility_id in found
    )
    record(
        RetentionEvent.ERASURE_ASKED,
        by=by,
        on=erasure,
        rows={"staff_member": [member_id for member_id, _ in found]},
        detail={"persons": len(found), "through_year": through_year},
    )
    erasure_telling.tell_later(erasure)
    return erasure


@operation(RetentionEvent.ERASURE_WITHDRAWN)
def withdraw(erasure_id: UUID, *, by: Actor, at: datetime) -> Erasure:
    """
    Let it be; any administrator may.

    :raises NotAllowed: only an administrator; it was confirmed or withdrawn already.
    """
    permissions.erase(by, None)
    erasure = _waiting(erasure_id)
    _turn(erasure, ErasureStatus.WITHDRAWN)
    erasure.ended_at = at
    erasure.save()
    record(RetentionEvent.ERASURE_WITHDRAWN, by=by, on=erasure, detail={"persons": erasure.persons})
    return erasure


@operation(RetentionEvent.ERASURE_CONFIRMED)
def confirm(erasure_id: UUID, *, by: Actor, at: datetime) -> Erasure:
    """
    Confirm what another administrator has asked for: the worker erases. There is no way back.

    :raises NotAllowed: only an administrator, not the one who asked; it does not wait any more.
    """
    permissions.erase(by, None)
    erasure = _waiting(erasure_id)
    if erasure.requested_by == by.user_id:
        raise NotAllowed("自分の依頼は確認できません。もう1人の市の管理者が確認します。")
    _turn(erasure, ErasureStatus.CONFIRMED)
    erasure.confirmed_at, erasure.confirmed_by = at, by.user_id
    erasure.save()
    record(
        RetentionEvent.ERASURE_CONFIRMED,
        by=by,
        on=erasure,
        detail={"persons": erasure.persons, "through_year": erasure.through_year},
    )
    _ask_worker(EMPTY_ROWS, erasure)
    return erasure


def empty_rows(erasure_id: UUID, *, at: datetime) -> None:
    """Empty the rows of the next members of a confirmed erasure; whoever came back meanwhile is kept."""
    erasure = _confirmed(erasure_id)
    if erasure is None:
        return
    lines = list(erasure.lines.filter(ended_at__isnull=True).order_by("member_id")[:AT_ONCE])
    # In the order of whoever applies a sheet: the sheet, then the members.
    _held_sheets({line.facility_id for line in lines})
    # Locked first: who is employed again at this moment has left_year emptied, or waits and finds nobody.
    members = StaffMember.with_withdrawn.select_for_update(of=("self",)).order_by("pk")
    held = members.filter(pk__in=[line.member_id for line in lines], left_year__lte=erasure.through_year)
    erased = set(held.values_list("pk", flat=True))
    rows = _empty(erased, at=at)
    for was_kept in (False, True):
        ended = [line.pk for line in lines if (line.member_id not in erased) is was_kept]
        erasure.lines.filter(pk__in=ended).update(ended_at=at, was_kept=was_kept)
    if erased:
        record(
            RetentionEvent.ERASED,
            by=SYSTEM,
            on=erasure,
            rows={"staff_member": erased},
            detail={"persons": len(erased), "rows": rows},
        )
    _ask_worker(EMPTY_ROWS if erasure.lines.filter(ended_at__isnull=True).exists() else DESTROY_KEYS, erasure)


def destroy_keys(erasure_id: UUID, *, at: datetime) -> None:
    """Destroy the keys of everybody whose rows an erasure has emptied, and end it."""
    erasure = _confirmed(erasure_id)
    if erasure is None:
        return
    member_ids = list(erasure.lines.filter(was_kept=False).values_list("member_id", flat=True))
    store.destroy(member_ids, municipality_id=erasure.municipality_id, at=at)
    _turn(erasure, ErasureStatus.DONE)
    erasure.ended_at = at
    erasure.save()
    record(
        RetentionEvent.KEYS_DESTROYED,
        by=SYSTEM,
        on=erasure,
        rows={"staff_member": member_ids},
        detail={"persons": len(member_ids)},
    )


def erase_again(municipality_id: UUID, *, at: datetime) -> int:
    """
    Erase whoever was erased and is back, because an older backup was restored: rows whose key was destroyed, or keys
    whose rows were emptied. Returns how many persons. The scope of the city is open.
    """
    keys = store.person_ids(municipality_id=municipality_id, destroyed=False)
    emptied = set(StaffMember.with_erased.filter(erased_at__isnull=False).values_list("pk", flat=True))
    if emptied & keys:
        store.destroy(emptied & keys, municipality_id=municipality_id, at=at)
        record(
            RetentionEvent.KEYS_DESTROYED,
            by=SYSTEM,
            municipality_id=municipality_id,
            rows={"staff_member": emptied & keys},
            detail={"persons": len(emptied & keys)},
        )
    destroyed = store.person_ids(municipality_id=municipality_id, destroyed=True)
    left = StaffMember.with_withdrawn.filter(left_year__isnull=False)
    back = set(left.values_list("pk", flat=True)) & destroyed
    if back:
        rows = _empty(back, at=at)
        record(
            RetentionEvent.ERASED,
            by=SYSTEM,
            municipality_id=municipality_id,
            rows={"staff_member": back},
            detail={"persons": len(back), "rows": rows},
        )
    return len(back) + len(emptied & keys)


def _empty(member_ids: Collection[UUID], *, at: datetime) -> int:
    """What says who they were is gone: values are emptied, rows stay for the figures of old years."""
    pairs = OverlapFlag.objects.filter(member__in=member_ids).values_list("pair_id", flat=True)
    OverlapFlag.objects.filter(pair_id__in=list(pairs)).delete()
    EntryRow.objects.filter(member__in=member_ids).delete()
    # By the index, which goes only then.
    _forget_typed(member_ids)
    finding.forget(member_ids)
    year_papers.destroy_papers(member_ids, at=at)
    # The average of a roster of one is that one's working life. Stale they are anyway; kept they are no longer either.
    theirs = StaffMember.objects.filter(pk__in=member_ids).order_by().values("facility")
    forget_kept_of(theirs)
    rows = 0
    for kind in kinds_of_rows():
        columns = [value.column for value in sealed_names(kind).values()]
        found = kind.every().filter(kind.under_keys(member_ids))
        rows += found.update(
            **{
                column: Case(
                    When(**{f"{column}__isnull": False}, then=Value(b"", output_field=BinaryField())),
                    output_field=BinaryField(),
                )
                for column in columns
            }
        )
    # Another number for the person: rows at other facilities, of somebody who still works there, tell nothing of these.
    StaffMember.with_withdrawn.filter(pk__in=member_ids).update(
        erased_at=at, person_id=RandomUUID(), version=F("version") + 1
    )
    return rows


def _forget_typed(member_ids: Collection[UUID]) -> None:
    """
    Rows that were typed or imported about one of these members go from open entry sheets, too: under their number, or,
    without one, with their kana and day of birth, and whatever the sheet says elsewhere of that name.
    """
    members = StaffMember.with_erased.filter(pk__in=member_ids)
    gone = set(members.values_list("facility_id", "number"))
    sheets = {sheet.pk: sheet for sheet in _held_sheets({facility_id for facility_id, _ in gone})}
    rows = list(EntryRow.objects.filter(sheet__in=sheets, member__isnull=True))
    if not rows:
        return
    city_id = rows[0].municipality_id
    # A row that came back with a backup and whose key is destroyed nobody reads any more.
    unreadable = store.destroyed_among([row.pk for row in rows], municipality_id=city_id)
    readable = [row for row in rows if row.pk not in unreadable]
    open_to_show(readable)
    identities = finding.identities_of(member_ids)
    typed, unnumbered = [], []
    for row in readable:
        who = read_who(texts_of(row))
        if who.number is None:
            unnumbered.append(row)
        elif (row.facility_id, who.number) in gone:
            typed.append(row)
    same = [row for row in unnumbered if _is_one_of(identities, row)]
    named = {(row.sheet_id, folded_name(read_who(texts_of(row)).name)) for row in same}
    typed += same
    typed += [
        row
        for row in unnumbered
        if row not in same
        and row.table != "members"
        and (row.sheet_id, folded_name(read_who(texts_of(row)).name)) in named
    ]
    dropped = [row for row in rows if row.pk in unreadable] + typed
    drop_rows(dropped)
    for sheet in sheets.values():
        removed = sum(row.sheet_id == sheet.pk for row in dropped)
        sheet.version += 1 if removed else 0
        sheet.save(update_fields=["version"])
        record(
            StaffEvent.ENTRY_SAVED,
            by=SYSTEM,
            on=sheet,
            rows={"entry_row": [row.pk for row in rows if row.sheet_id == sheet.pk]},
            detail={"changed": 0, "added": 0, "removed": removed},
        )


def _is_one_of(identities: Collection[tuple[UUID, str, bytes]], row: EntryRow) -> bool:
    """Whether a row of 職員名簿 has the kana and the day of birth of one of them."""
    texts = texts_of(row)
    try:
        kana = read_kana(texts.get("kana", ""))
        born = read_birth_date(texts.get("birth_date", ""), timezone.localdate(), sure=True)
    except Unreadable:
        return False
    if row.table != "members" or not kana or born is None:
        return False
    return any((row.facility_id, *token) in identities for token in finding.identity_tokens(kana, born))


def _held_sheets(facility_ids: Collection[UUID]) -> list[EntrySheet]:
    """The open entry sheets of these facilities, locked until the transaction ends."""
    sheets = EntrySheet.objects.select_for_update(of=("self",)).order_by("pk")
    return list(sheets.filter(facility__in=facility_ids, status=EntryStatus.OPEN))


def _open_erasures() -> QuerySet[Any]:
    rows: QuerySet[Any] = Erasure.objects.filter(status__in=[ErasureStatus.WAITING, ErasureStatus.CONFIRMED])
    return rows


def _waiting(erasure_id: UUID) -> Erasure:
    erasure: Erasure = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure_id)
    if erasure.status != ErasureStatus.WAITING:
        raise NotAllowed(NOT_WAITING)
    return erasure


def _confirmed(erasure_id: UUID) -> Erasure | None:
    erasure: Erasure = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure_id)
    return erasure if erasure.status == ErasureStatus.CONFIRMED else None


def _turn(erasure: Erasure, status: ErasureStatus) -> None:
    check_transition(ERASURE_TRANSITIONS, erasure.status, status)
    erasure.status = status


def _ask_worker(kind: str, erasure: Erasure) -> None:
    outbox.add(kind, municipality_id=erasure.municipality_id, erasure_id=erasure.pk)
