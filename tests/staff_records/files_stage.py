"""Rosters on files for the stories: believable people, every one of them invented, and workbooks of many kinds."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from audit.record import record
from staff_records.differences import Effect
from staff_records.entry_checking import CheckedSheet, check_rows
from staff_records.models import EntryRow, EntrySheet
from staff_records.operations.entries import Source, discard, open_sheet
from staff_records.operations.exporting import Exported, FileFormat, Wanted, export_roster
from staff_records.operations.importing import TakenIn, take_in
from tests.cast import Nursery
from tests.staff_records.entry_stage import AT, DAY, apply

Rows = Sequence[tuple[str, int, Mapping[str, str]]]

PEOPLE: tuple[dict[str, str], ...] = (
    {
        "number": "1",
        "name": "髙﨑　𠮷子",
        "former_name": "邉見",
        "kana": "たかさき　よしこ",
        "birth_date": "S43.5.7",
        "sex": "女",
        "postal_code": "272-0001",
        "address": "架空市みどり1丁目2番3号　ひばりハイツ101",
        "title": "園長",
        "job": "施設長",
        "hired_on": "H10.4.1",
        "regular": "常勤",
        "hours_a_day": "8",
        "days_a_month": "20",
        "hours_a_month": "160",
        "nursery_number": "千葉県-000123",
        "nursery_date": "H2.3.31",
        "kindergarten_licence": "幼稚園教諭一種免許",
        "kindergarten_number": "平二四小一種第0123号",
        "kindergarten_date": "H2.3.20",
    },
    {
        "number": "12",
        "name": "見本　次郎",
        "kana": "みほん　じろう",
        "birth_date": "H12.2.29",
        "job": "保育士",
        "hired_on": "R4.4.1",
        "regular": "常勤",
        "hours_a_day": "7.75",
        "days_a_month": "20.5",
        "nursery_number": "千葉県-012345",
        "nursery_date": "R4.3.31",
    },
    {
        "number": "305",
        "name": "ダ・シルヴァ　マリア",
        "kana": "だ・しるゔぁ　まりあ",
        "birth_date": "H1.1.8",
        "job": "調理員",
        "hired_on": "R1.5.1",
        "regular": "非常勤",
        "hours_a_day": "5.33",
        "days_a_month": "15",
        "left_on": "R8.3.31",
    },
)
SIDES: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "qualifications",
        {"number": "1", "licence": "看護師", "licence_number": "0012345", "obtained_on": "H1.4.20"},
    ),
    (
        "earlier",
        {
            "number": "1",
            "workplace": "幼稚園",
            "employer": "ひよこ幼稚園",
            "first_day": "H2.4.1",
            "last_day": "H10.3.31",
            "long_enough": "はい",
            "proof": "証明書を受領",
        },
    ),
    ("hours", {"number": "12", "month": "R8.4", "worked_hours": "162.25"}),
    (
        "wages",
        {
            "number": "12",
            "month": "R8.4",
            "base_yen": "210000",
            "allowance_yen": "35500",
            "post_allowance_yen": "5000",
        },
    ),
)


def fill(nursery: Nursery, rows: Rows, day: date = DAY) -> None:
    """Make these rows the roster."""
    sheet = open_sheet(nursery.facility, day=day, source=Source.IMPORTED, rows=rows, by=nursery.actor, at=AT)
    checked = check(nursery, sheet)
    assert not [(row.place, row.problems) for row in checked.rows if row.problems]
    apply(nursery, sheet)


def fill_believably(nursery: Nursery) -> None:
    """The believable roster."""
    people = [("members", line, row) for line, row in enumerate(PEOPLE, start=2)]
    fill(nursery, [*people, *[(table, 2, row) for table, row in SIDES]], day=date(2026, 5, 1))


def check(nursery: Nursery, sheet: EntrySheet) -> CheckedSheet:
    """The sheet against the roster, recorded as the page does."""
    rows = list(EntryRow.objects.filter(sheet=sheet))
    checked = check_rows(sheet, rows, today=timezone.localdate(AT))
    record("staff.entry_checked", by=nursery.actor, on=sheet, rows=checked.named)
    return checked


def exported(nursery: Nursery, day: date = DAY, **wanted: Any) -> Exported:
    """The roster's file."""
    file_format = wanted.pop("file_format", FileFormat.XLSX)
    choice = Wanted(day, file_format, wanted.get("with_left", True), wanted.get("with_wages", True))
    return export_roster(nursery.facility, choice, by=nursery.actor, at=AT)


def taken_in(nursery: Nursery, content: bytes, day: date | None = None) -> TakenIn:
    """The file, taken in."""
    return take_in(nursery.facility, content, day=day, by=nursery.actor, at=AT)


def differences(nursery: Nursery, content: bytes, day: date | None = None) -> list[tuple[Any, ...]]:
    """What the file would change, and what is wrong in it; its sheet is thrown away again."""
    sheet = taken_in(nursery, content, day).sheet
    assert sheet is not None
    checked = check(nursery, sheet)
    found = [
        (row.place, row.effect, [change.column for change in row.changes], row.problems)
        for row in checked.rows
        if row.effect is not Effect.SAME
    ]
    discard(sheet.pk, by=nursery.actor, at=AT)
    return found


def book(
    sheets: Mapping[str, Sequence[Sequence[Any]]], change: Callable[[Workbook], None] | None = None
) -> bytes:
    """An .xlsx with these sheets; ``change`` touches it before it is saved."""
    workbook = Workbook()
    first = True
    for title, rows in sheets.items():
        sheet = workbook.worksheets[0] if first else workbook.create_sheet()
        first = False
        sheet.title = title
        for row in rows:
            sheet.append(list(row))
    return _saved(workbook, change)


def touched(content: bytes, change: Callable[[Workbook], None]) -> bytes:
    """A workbook after somebody has worked on it."""
    return _saved(load_workbook(io.BytesIO(content)), change)


def column_of(sheet: Worksheet, heading: str) -> int:
    """Where a heading stands in the first row."""
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def _saved(workbook: Workbook, change: Callable[[Workbook], None] | None) -> bytes:
    if change is not None:
        change(workbook)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()
