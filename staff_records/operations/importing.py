"""
A file with a roster becomes an entry sheet: at once where it is our workbook, after a mapping where it is not.

A file that is mapped waits sealed (``RosterImport``) for a day at most and goes as soon as its rows are in the sheet.
Nothing of a refused file is kept, and no sentence about one stands in an event: it may quote a title of a sheet.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from audit.record import record
from documents.workbooks import Workbook, read_workbook
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from staff_records import permissions
from staff_records.columns import TABLES
from staff_records.events import StaffEvent
from staff_records.models import EntrySheet, RosterImport, RosterMapping
from staff_records.operations.entries import MOST_ROWS, AlreadyOpen, Source, open_sheet, open_sheet_of
from staff_records.reading_rows import read_row
from staff_records.states import EntryStatus
from staff_records.workbook.addresses import Addresses, addresses_of
from staff_records.workbook.mapping import (
    Choice,
    SavedColumns,
    left_out,
    no_choices,
    problems_of,
    to_keep,
    unexplained,
)
from staff_records.workbook.ours import read_ours, recognised
from staff_records.workbook.regions import CellProblem, Reading, Region, read_region
from vault import seal, unseal

LIFETIME: Final = timedelta(hours=24)
MOST_MAPPINGS = 20
GONE = "預かっていたファイルの期限が過ぎたか、すでに取り込まれています。もう一度ファイルを選んでください。"
NOTHING_IN_IT = "取り込む行がありません。職員の行があるファイルを選んでください。"
ALREADY_OPEN = "入力中の表があります。名簿に反映するか取りやめてから、ファイルを選んでください。"


class RosterRefused(Exception):
    """The file's rows cannot be taken. ``problems``: every place that is to be put right."""

    def __init__(self, problems: Sequence[CellProblem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True)
class TakenIn:
    """What became of a file: an entry sheet, or a file that waits for a mapping."""

    sheet: EntrySheet | None = None
    waiting: RosterImport | None = None


@operation(StaffEvent.IMPORTED)
def take_in(facility: Facility, content: bytes, *, day: date | None, by: Actor, at: datetime) -> TakenIn:
    """
    Read a file. ``day``: as of when it is true; None for what the file says itself, or today.

    :raises NotAllowed: another facility's.
    :raises AlreadyOpen: there is an open entry sheet.
    :raises ProblemsFound: a day far ahead.
    :raises documents.reading.FileRefused: no readable workbook.
    :raises RosterRefused: cells must be put right in the file first.
    """
    permissions.keep(by, EntrySheet(facility=facility))
    _require_no_open_sheet(facility)
    workbook = read_workbook(content)
    found = recognised(workbook)
    today = timezone.localdate(at)
    file_hash = hashlib.sha256(content).hexdigest()
    if found is None:
        return TakenIn(waiting=_keep(facility, content, day=day or today, by=by, at=at))
    if found.facility_number and found.facility_number != facility.number:
        words = "ほかの施設の様式です。この施設の名簿を書き出したファイルを選んでください。"
        raise RosterRefused([CellProblem("", words)])
    waiting = RosterImport(
        municipality_id=facility.municipality_id,
        facility=facility,
        day=day or found.day or today,
        file_hash=file_hash,
        made_at=at,
        made_by=by.user_id,
        expires_at=at + LIFETIME,
    )
    # A time to come is nobody's export: then only the file's day is known.
    exported_at = found.exported_at if found.exported_at is not None and found.exported_at <= at else None
    reading = read_ours(found)
    return TakenIn(
        sheet=_fill(facility, waiting, reading, found.regions, exported_at=exported_at, by=by, at=at)
    )


@operation(StaffEvent.IMPORT_COLUMNS_CHOSEN)
def choose_columns(
    import_id: UUID, choice: Choice, *, remember: bool, by: Actor, at: datetime
) -> dict[str, list[str]]:
    """
    Say where the rows stand and which column is which; returns the words of choices that are to be explained.

    ``remember``: headings and words are kept for the next file.

    :raises RosterImport.DoesNotExist: no such file of this facility.
    :raises NotAllowed: another facility's, or no longer kept.
    :raises ProblemsFound: a column is missing, chosen twice or no choice.
    """
    waiting = _waiting(import_id, by=by, at=at)
    workbook = workbook_of(waiting)
    _require_place(choice, workbook)
    if problems := problems_of(choice):
        raise ProblemsFound(problems)
    words = unexplained(choice, workbook)
    if problems := no_choices(words, TABLES[choice.table]):
        raise ProblemsFound(problems)
    _tell(waiting, {"choice": choice.as_json(), "remember": remember})
    waiting.save(update_fields=["told_sealed"])
    record(
        StaffEvent.IMPORT_COLUMNS_CHOSEN,
        by=by,
        on=waiting,
        rows={"roster_import": [waiting.pk]},
        detail={"columns": len(choice.columns)},
    )
    return words


@operation(StaffEvent.IMPORTED)
def finish(
    import_id: UUID,
    *,
    meanings: Mapping[str, Mapping[str, str]],
    by: Actor,
    at: datetime,
) -> EntrySheet:
    """
    Fill an entry sheet with the file's rows, by the columns that were chosen; the file is gone then.

    ``meanings``: our column → word of the file → our choice, empty for «nothing».

    :raises RosterImport.DoesNotExist: no such file of this facility.
    :raises NotAllowed: another facility's, or no longer kept.
    :raises AlreadyOpen: there is an open entry sheet.
    :raises ProblemsFound: no columns were chosen, or a word has no meaning.
    :raises RosterRefused: cells must be put right in the file first.
    """
    waiting = _waiting(import_id, by=by, at=at)
    facility: Facility = waiting.facility
    _require_no_open_sheet(facility)
    workbook, chosen = workbook_of(waiting), choice_of(waiting)
    if chosen is None:
        raise ProblemsFound(["先に、列を選んでください。"])
    words = unexplained(chosen, workbook)
    choice = Choice(
        chosen.sheet, chosen.row, chosen.table, chosen.columns, _explained(words, meanings, chosen)
    )
    region = choice.region(workbook)
    reading = read_region(region)
    if missing := left_out(choice):
        reading.notes.append(
            f"ファイルに列がない項目（{'、'.join(missing)}）は、新しい職員について表で入力してください。"
        )
    if _told(waiting).get("remember") and not _remember(facility, choice, workbook, by=by, at=at):
        reading.notes.append("見出しや言葉に個人の情報のようなものがあるため、列の対応は保存していません。")
    return _fill(facility, waiting, reading, [region], by=by, at=at)


@operation(StaffEvent.MAPPING_FORGOTTEN)
def forget_mapping(mapping_id: UUID, *, by: Actor) -> None:
    """
    Delete what was said about a layout. What was read by it stays as it is.

    :raises RosterMapping.DoesNotExist: no such mapping of this facility.
    :raises NotAllowed: another facility's.
    """
    mapping: RosterMapping = RosterMapping.objects.select_for_update().get(pk=mapping_id)
    permissions.keep(by, mapping)
    record(StaffEvent.MAPPING_FORGOTTEN, by=by, on=mapping, rows={"mapping": [mapping.pk]})
    mapping.delete()


def forget_expired(*, at: datetime) -> int:
    """Delete files nobody finished, and addresses of sheets that are closed; returns how many. Harmless to repeat."""
    everything = RosterImport.objects.select_for_update(skip_locked=True, of=("self",))
    ended = [
        *everything.filter(sheet__isnull=True, expires_at__lte=at),
        *everything.filter(sheet__isnull=False).exclude(sheet__status=EntryStatus.OPEN),
    ]
    _forget(ended)
    return len(ended)


def workbook_of(waiting: RosterImport) -> Workbook:
    """
    The file that waits.

    :raises NotAllowed: it is gone.
    """
    if waiting.file_sealed is None:
        raise NotAllowed(GONE)
    return read_workbook(unseal(waiting.file_sealed, bound_to=waiting.place_of("file")))


def choice_of(waiting: RosterImport) -> Choice | None:
    """What was chosen for it so far."""
    kept = _told(waiting).get("choice")
    return Choice.from_json(kept) if kept else None


def saved_columns(facility: Facility) -> list[SavedColumns]:
    """What the facility has said about its files before."""
    return [
        SavedColumns(one.table, one.columns, one.meanings, one.headings_hash)
        for one in RosterMapping.objects.filter(facility=facility)
    ]


def addresses_in(sheet: EntrySheet) -> Addresses:
    """Where the sheet's cells stood in its file; of a sheet without one, nowhere. One query."""
    found = RosterImport.objects.filter(sheet=sheet).first() if sheet.source == Source.IMPORTED else None
    return Addresses.from_json(_told(found)["addresses"]) if found else Addresses()


# ---------------------------------------------------------------- inside


def _keep(facility: Facility, content: bytes, *, day: date, by: Actor, at: datetime) -> RosterImport:
    """A file with other headings waits. An earlier one of the facility falls away."""
    _forget(list(RosterImport.objects.select_for_update(of=("self",)).filter(facility=facility, sheet=None)))
    waiting = RosterImport(
        municipality_id=facility.municipality_id,
        facility=facility,
        day=day,
        file_hash=hashlib.sha256(content).hexdigest(),
        made_at=at,
        made_by=by.user_id,
        expires_at=at + LIFETIME,
    )
    waiting.file_sealed = seal(content, bound_to=waiting.place_of("file"))
    _tell(waiting, {"choice": None})
    waiting.save(force_insert=True)
    record(StaffEvent.IMPORT_KEPT, by=by, on=waiting, rows={"roster_import": [waiting.pk]})
    return waiting


def _fill(
    facility: Facility,
    waiting: RosterImport,
    reading: Reading,
    regions: Sequence[Region],
    *,
    exported_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> EntrySheet:
    _require_rows(reading, regions, today=timezone.localdate(at))
    sheet = open_sheet(
        facility,
        day=waiting.day,
        source=Source.IMPORTED,
        rows=reading.rows,
        file_hash=waiting.file_hash,
        exported_at=exported_at,
        by=by,
        at=at,
    )
    waiting.sheet, waiting.file_sealed = sheet, None
    _tell(waiting, {"addresses": addresses_of(regions, reading.notes).as_json()})
    waiting.save()
    record(
        StaffEvent.IMPORTED,
        by=by,
        on=sheet,
        rows={"roster_import": [waiting.pk]},
        detail={"rows": len(reading.rows), "day": waiting.day.isoformat()},
    )
    return sheet


def _require_rows(reading: Reading, regions: Iterable[Region], *, today: date) -> None:
    """:raises RosterRefused: with what is wrong in the file itself, and then with its other problems at once."""
    problems = list(reading.problems)
    if not problems and not reading.rows:
        problems.append(CellProblem("", NOTHING_IN_IT))
    if len(reading.rows) > MOST_ROWS:
        words = (
            f"行が多すぎます（{len(reading.rows):,}行）。1回に取り込めるのは{MOST_ROWS:,}行までです。"
            "表や年度ごとに、ファイルを分けてください。"
        )
        problems.insert(0, CellProblem("", words))
    if not problems:
        return
    if len(reading.rows) <= MOST_ROWS:
        problems += _cell_problems(reading, regions, {problem.place for problem in problems}, today=today)
    raise RosterRefused(problems)


def _cell_problems(
    reading: Reading, regions: Iterable[Region], told: set[str], *, today: date
) -> Iterable[CellProblem]:
    addresses = addresses_of(regions, ())
    for table, line, texts in reading.rows:
        for problem in read_row(table, texts, today=today).problems:
            # A column that is not there says nothing about people who are on the roster.
            place = addresses.of(table, line, problem.field)
            if problem.field in texts and texts[problem.field] and place not in told:
                yield CellProblem(place, problem.message)


def _explained(
    words: Mapping[str, Sequence[str]], meanings: Mapping[str, Mapping[str, str]], chosen: Choice
) -> dict[str, dict[str, str]]:
    """The meanings of all words of the file, and of those a saved layout knew already."""
    table, problems = TABLES[chosen.table], []
    explained = {code: dict(known) for code, known in chosen.meanings.items()}
    for code, said in words.items():
        column = table.column(code)
        given = {**explained.get(code, {}), **meanings.get(code, {})}
        problems += [
            f"{column.heading}の「{word}」の意味を選んでください。"
            for word in said
            if given.get(word) not in {*column.choices, ""}
        ]
        explained[code] = given
    if problems:
        raise ProblemsFound(["ファイルの言葉の意味を、すべて選んでください。"])
    return explained


def _remember(facility: Facility, choice: Choice, workbook: Workbook, *, by: Actor, at: datetime) -> bool:
    kept = to_keep(choice, workbook)
    if kept is None:
        return False
    layouts = RosterMapping.objects.select_for_update().filter(facility=facility)
    mapping = layouts.filter(headings_hash=kept.headings_hash).first()
    if mapping is None:
        # The oldest makes room: what is used was said lately.
        for oldest in layouts.order_by("-made_at")[MOST_MAPPINGS - 1 :]:
            oldest.delete()
        mapping = RosterMapping(
            municipality_id=facility.municipality_id, facility=facility, headings_hash=kept.headings_hash
        )
    mapping.table, mapping.columns = kept.table, dict(kept.columns)
    mapping.meanings = {code: dict(words) for code, words in kept.meanings.items()}
    mapping.made_at, mapping.made_by = at, by.user_id
    mapping.save()
    record(StaffEvent.MAPPING_SAVED, by=by, on=mapping, rows={"mapping": [mapping.pk]})
    return True


def _require_no_open_sheet(facility: Facility) -> None:
    if open_sheet_of(facility) is not None:
        raise AlreadyOpen([ALREADY_OPEN])


def _require_place(choice: Choice, workbook: Workbook) -> None:
    if choice.table not in TABLES or not 0 <= choice.sheet < len(workbook.sheets) or choice.row < 1:
        raise ProblemsFound(["シートと見出しの行を選び直してください。"])


def _waiting(import_id: UUID, *, by: Actor, at: datetime) -> RosterImport:
    found: RosterImport = (
        RosterImport.objects.select_for_update(of=("self",)).select_related("facility").get(pk=import_id)
    )
    permissions.keep(by, found)
    if found.file_sealed is None or found.expires_at <= at:
        raise NotAllowed(GONE)
    return found


def _forget(rows: Sequence[RosterImport]) -> None:
    if rows:
        record(StaffEvent.IMPORTS_FORGOTTEN, rows={"roster_import": [row.pk for row in rows]})
        RosterImport.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _tell(row: RosterImport, told: Mapping[str, object]) -> None:
    row.told_sealed = seal(json.dumps(told, ensure_ascii=False).encode(), bound_to=row.place_of("told"))


def _told(row: RosterImport) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(unseal(row.told_sealed, bound_to=row.place_of("told")))
    return told
