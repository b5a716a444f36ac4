"""
An entry sheet (入力表) while it is being filled: begun, saved cell by cell, thrown away. ``entry_applying`` ends it.

What is typed is kept as it was typed, wrong or not. A row carries a version, so that two screens do not write over
each other unseen; saving the same again changes nothing.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from django.db.models import Max
from django.utils import timezone

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from facilities.transitions import check_transition
from jobs import outbox
from pages.wareki import day_words
from person_keys import store
from staff_records import permissions
from staff_records.checked_rows import texts_of
from staff_records.checks import FURTHEST_AHEAD
from staff_records.columns import TABLES
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.events import StaffEvent
from staff_records.holding import hold_facility
from staff_records.models import EntryRow, EntrySheet, StaffMember
from staff_records.opening import open_to_show, with_new_key
from staff_records.reading_rows import is_blank
from staff_records.states import ENTRY_TRANSITIONS, EntryStatus
from staff_records.typed.characters import LONGEST
from staff_records.writing_rows import member_entry, write_entry

FORGET_ROWS = "staff_records.forget_rows"
# Forty people with hours and wages of a year are some 1,300 rows; 2,000 new ones are applied in seconds.
MOST_ROWS = 2000
GONE = "この行は、別の画面で消されています。必要なら、新しい行に入力し直してください。"
CHANGED_ELSEWHERE = (
    "この行は、別の画面で変更されています。画面を開き直して、いまの内容を確かめてから入力し直してください。"
)


class Source(StrEnum):
    """Where the rows of a sheet come from."""

    TYPED = "typed"
    COPIED = "copied"
    IMPORTED = "imported"


class AlreadyOpen(ProblemsFound):
    """The facility has an open sheet."""


@dataclass(frozen=True)
class RowEdit:
    """
    What one screen says about one row: the cells it sends, and the version it had been shown.

    ``row``: its id, or for a row that was new on the page what that page calls it, in the whole house once: sending
    it twice makes one row. ``place``: where it shall stand.
    """

    row: UUID | str
    table: str
    texts: Mapping[str, str] = field(default_factory=dict)
    shown_version: int = 0
    is_removed: bool = False
    place: int | None = None


@dataclass(frozen=True)
class Conflict:
    """A row that was not saved, because it is no longer what the screen had been shown."""

    row: UUID | str
    version: int
    message: str


@dataclass
class Saved:
    """What saving did; ``rows`` are those that were sent and are there now, by what they were called."""

    sheet: EntrySheet
    rows: dict[UUID | str, EntryRow] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    has_changed: bool = False


@operation(StaffEvent.ENTRY_STARTED)
def open_sheet(
    facility: Facility,
    *,
    day: date,
    source: Source,
    rows: Iterable[tuple[str, int, Mapping[str, str]]] = (),
    file_hash: str = "",
    exported_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> EntrySheet:
    """
    Begin a sheet as of ``day``: empty, with everybody who is there that day, or with the rows of a file.

    ``rows``: (table, line of the file, texts by column); a column the file does not have is left out of the texts.

    :raises NotAllowed: another facility's.
    :raises AlreadyOpen: there is an open one.
    :raises ProblemsFound: a day far ahead; too many rows.
    """
    sheet = EntrySheet(
        municipality_id=facility.municipality_id,
        facility=facility,
        day=day,
        source=source,
        file_hash=file_hash,
        exported_at=exported_at,
        opened_at=at,
        opened_by=by.user_id,
        saved_at=at,
        saved_by=by.user_id,
    )
    permissions.keep(by, sheet)
    _require_near(day, today=timezone.localdate(at))
    hold_facility(facility.pk)
    if open_sheet_of(facility) is not None:
        raise AlreadyOpen(
            ["入力中の表があります。続きを入力して名簿に反映するか、取りやめてから始めてください。"]
        )
    sheet.save(force_insert=True)
    if source is Source.COPIED:
        made = _copied(sheet, _present(facility, day))
    else:
        made = _brought(sheet, [row for row in rows if not is_blank(row[2])])
    EntryRow.objects.bulk_create(made)
    record(
        StaffEvent.ENTRY_STARTED,
        by=by,
        on=sheet,
        rows={
            "staff_member": [row.member_id for row in made if row.member_id],
            "entry_row": [row.pk for row in made],
        },
        detail={"day": day.isoformat(), "source": source.value, "rows": len(made)},
    )
    return sheet


@operation(StaffEvent.ENTRY_SAVED)
def save_rows(sheet_id: UUID, edits: Sequence[RowEdit], *, by: Actor, at: datetime) -> Saved:
    """
    Save the cells that were sent. Rows that another screen has changed are left as they are and told as conflicts.

    :raises EntrySheet.DoesNotExist: no such sheet of this facility.
    :raises NotAllowed: another facility's, or no longer open.
    :raises ProblemsFound: a cell longer than any may be; too many rows.
    """
    sheet = locked_sheet(sheet_id, by=by)
    if any(len(text) > LONGEST for edit in edits for text in edit.texts.values()):
        raise ProblemsFound([f"1つの欄に入力できるのは{LONGEST}文字までです。短くしてください。"])
    ids = _ids_of(sheet, edits)
    found = {row.pk: row for row in EntryRow.objects.filter(sheet=sheet, pk__in=ids.values())}
    open_to_show(found.values())
    saved = Saved(sheet)
    new, changed, removed = [], [], []
    for edit in edits:
        row = found.get(ids[edit.row])
        if row is None:
            is_new = isinstance(edit.row, str)
            if not (is_new or edit.is_removed):
                saved.conflicts.append(Conflict(edit.row, 0, GONE))
            elif is_new and not edit.is_removed and not is_blank(edit.texts):
                new.append(edit)
            continue
        if edit.is_removed:
            removed.append(row)
            continue
        saved.rows[edit.row] = row
        if not _differs(row, edit):
            continue
        # Who sends a row under the name it had as a new one is the page that made it.
        if isinstance(edit.row, UUID) and edit.shown_version != row.version:
            saved.conflicts.append(Conflict(edit.row, row.version, CHANGED_ELSEWHERE))
            continue
        _write(row, edit)
        changed.append(row)
    EntryRow.objects.bulk_update(changed, ["texts_sealed", "place", "version"])
    made = _added(sheet, new, ids)
    saved.rows |= {edit.row: row for edit, row in zip(new, made, strict=True)}
    drop_rows(removed)
    saved.has_changed = bool(changed or made or removed)
    if saved.has_changed:
        sheet.version += 1
        sheet.saved_at, sheet.saved_by = at, by.user_id
        sheet.save(update_fields=["version", "saved_at", "saved_by"])
    touched = [*found.values(), *made]
    record(
        StaffEvent.ENTRY_SAVED,
        by=by,
        on=sheet,
        rows={
            "entry_row": [row.pk for row in touched],
            "staff_member": [row.member_id for row in touched if row.member_id],
        },
        detail={"changed": len(changed), "added": len(made), "removed": len(removed)},
    )
    return saved


@operation(StaffEvent.ENTRY_DISCARDED)
def discard(sheet_id: UUID, *, by: Actor, at: datetime) -> EntrySheet:
    """
    Throw the sheet away, with everything that was typed into it.

    :raises EntrySheet.DoesNotExist: no such sheet of this facility.
    :raises NotAllowed: another facility's, or no longer open.
    """
    sheet = locked_sheet(sheet_id, by=by)
    close(sheet, EntryStatus.DISCARDED, at=at)
    record(StaffEvent.ENTRY_DISCARDED, by=by, on=sheet)
    return sheet


def open_sheet_of(facility: Facility) -> EntrySheet | None:
    """The facility's open sheet."""
    return EntrySheet.objects.filter(facility=facility, status=EntryStatus.OPEN).first()


def locked_sheet(sheet_id: UUID, *, by: Actor) -> EntrySheet:
    """
    The open sheet, locked until the transaction ends.

    :raises EntrySheet.DoesNotExist: no such sheet of this facility.
    :raises NotAllowed: another facility's, or no longer open.
    """
    sheet: EntrySheet = EntrySheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
    permissions.keep(by, sheet)
    if sheet.status == EntryStatus.APPLIED:
        raise NotAllowed("この入力表は、すでに名簿に反映されています。二重には登録されていません。")
    if sheet.status == EntryStatus.DISCARDED:
        raise NotAllowed("この入力表は、すでに取りやめています。新しい入力表を始めてください。")
    return sheet


def close(sheet: EntrySheet, status: EntryStatus, *, at: datetime) -> None:
    """End the sheet: its rows go, and so do the keys that nobody but these rows has."""
    check_transition(ENTRY_TRANSITIONS, sheet.status, status)
    drop_rows(list(EntryRow.objects.filter(sheet=sheet)))
    sheet.status, sheet.closed_at = status, at
    sheet.save(update_fields=["status", "closed_at"])


# ---------------------------------------------------------------- rows


def _present(facility: Facility, day: date) -> list[Dossier]:
    members = StaffMember.objects.filter(facility=facility, erased_at__isnull=True).order_by("number")
    there = [one for one in dossiers(members, Purpose.COMPUTE) if one.is_there_on(day)]
    open_to_show(
        [row for one in there for row in (one.member, *one.details, *one.employments, *one.qualifications)]
    )
    return there


def _copied(sheet: EntrySheet, people: Sequence[Dossier]) -> list[EntryRow]:
    rows = []
    for place, found in enumerate(people, start=1):
        row = _row(sheet, "members", place)
        row.member = found.member
        if found.member.opened is not None:
            row.open_with(found.member.opened)
        row.copied = row.texts = _json(write_entry(member_entry(found, sheet.day)))
        rows.append(row)
    return rows


def _brought(sheet: EntrySheet, found: Sequence[tuple[str, int, Mapping[str, str]]]) -> list[EntryRow]:
    _require_few(len(found))
    rows = []
    for place, (table, line, _) in enumerate(found, start=1):
        row = _row(sheet, table, place)
        row.line = line
        rows.append(row)
    with_new_key(rows)
    for row, (table, _, texts) in zip(rows, found, strict=True):
        row.texts = _json(_known(table, texts))
    return rows


def _added(sheet: EntrySheet, edits: Sequence[RowEdit], ids: Mapping[UUID | str, UUID]) -> list[EntryRow]:
    if not edits:
        return []
    there = EntryRow.objects.filter(sheet=sheet)
    _require_few(there.count() + len(edits))
    last = there.aggregate(last=Max("place"))["last"] or 0
    rows = []
    for place, edit in enumerate(edits, start=last + 1):
        row = _row(sheet, edit.table, place if edit.place is None else edit.place)
        row.pk = ids[edit.row]
        rows.append(row)
    with_new_key(rows)
    for row, edit in zip(rows, edits, strict=True):
        row.texts = _json({code: text for code, text in _known(edit.table, edit.texts).items() if text})
    EntryRow.objects.bulk_create(rows)
    return rows


def _ids_of(sheet: EntrySheet, edits: Sequence[RowEdit]) -> dict[UUID | str, UUID]:
    """
    Of a new row made here from its name on the page: nobody brings an id that may be something else's key.

    Who types on in a row that another screen has removed makes a row of the next id, once the first one's key is gone.
    """
    ids = {edit.row: edit.row if isinstance(edit.row, UUID) else uuid5(sheet.pk, edit.row) for edit in edits}
    asked = {name: pk for name, pk in ids.items() if isinstance(name, str)}
    while asked:
        gone = store.destroyed_among(asked.values(), municipality_id=sheet.municipality_id)
        asked = {name: uuid5(pk, name) for name, pk in asked.items() if pk in gone}
        ids.update(asked)
    return ids


def _row(sheet: EntrySheet, table: str, place: int) -> EntryRow:
    return EntryRow(
        municipality_id=sheet.municipality_id,
        facility_id=sheet.facility_id,
        sheet=sheet,
        table=table,
        place=place,
    )


def _known(table: str, texts: Mapping[str, str]) -> dict[str, str]:
    codes = [column.code for column in TABLES[table].columns]
    return {code: _encodable(texts[code].strip()) for code in codes if code in texts}


def _encodable(text: str) -> str:
    """Halves of characters, which a broken file may hold, become the sign for a broken one; readers refuse that."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _after(row: EntryRow, edit: RowEdit) -> dict[str, str]:
    """The row's texts with the cells that were sent. A copied cell that is emptied says so; a typed one is gone."""
    texts = texts_of(row)
    for code, text in _known(row.table, edit.texts).items():
        if text or (row.member_id is not None and code in texts):
            texts[code] = text
        else:
            texts.pop(code, None)
    return texts


def _differs(row: EntryRow, edit: RowEdit) -> bool:
    return _after(row, edit) != texts_of(row) or edit.place not in (None, row.place)


def _write(row: EntryRow, edit: RowEdit) -> None:
    row.texts = _json(_after(row, edit))
    row.place = row.place if edit.place is None else edit.place
    row.version += 1


def drop_rows(rows: Collection[EntryRow]) -> None:
    """Rows go; keys of their own are forgotten by a job, after the rows' end is committed."""
    own = [row.pk for row in rows if row.member_id is None]
    EntryRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if own:
        one = next(iter(rows))
        outbox.add(
            FORGET_ROWS,
            payload={"rows": [str(pk) for pk in own]},
            municipality_id=one.municipality_id,
            sheet_id=one.sheet_id,
        )


def forget_rows(sheet_id: UUID, row_ids: Collection[UUID], *, at: datetime) -> None:
    """
    Destroy the keys of rows that are gone from a sheet. The scope of the city is open.

    A row that was typed on before this came lives under its key again, and keeps it. The sheet is locked, as whoever
    saves locks it: a row comes back before this looks, or finds its key destroyed.
    """
    sheet: EntrySheet = EntrySheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
    there = set(EntryRow.objects.filter(pk__in=row_ids).values_list("pk", flat=True))
    store.destroy(set(row_ids) - there, municipality_id=sheet.municipality_id, at=at)


def _json(texts: Mapping[str, str]) -> str:
    return json.dumps(texts, ensure_ascii=False)


def _require_near(day: date, *, today: date) -> None:
    if day > today + FURTHEST_AHEAD:
        raise ProblemsFound([f"基準日は、{day_words(today + FURTHEST_AHEAD)}までの日にしてください。"])


def _require_few(rows: int) -> None:
    if rows > MOST_ROWS:
        raise ProblemsFound(
            [f"1つの入力表に入れられるのは{MOST_ROWS:,}行までです。反映してから、続きを入力してください。"]
        )
