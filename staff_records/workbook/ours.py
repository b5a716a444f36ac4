"""
Is a file the roster's own workbook, and where do its tables stand?

Sheets may stand in any order and have columns and lines of their own; a CSV with our headings is one too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from documents.workbooks import Workbook, WorkbookSheet
from staff_records.columns import TABLES, Table
from staff_records.typed import Unreadable
from staff_records.typed.values import read_day
from staff_records.workbook.headings import folded, heading_row, headings_of, our_headings
from staff_records.workbook.regions import CellProblem, Reading, Region, read_region, sheet_words

GUIDE, CHOICES = "使い方", "選択肢"
NUMBER_LABEL, DAY_LABEL, EXPORTED_LABEL = "事業所番号", "基準日", "書き出した日時"
# Exact, because what was changed a moment later must not be taken for what is in the file.
EXPORTED_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
# A sheet that bears the table's title needs fewer of its headings than one that does not.
TITLED_SHARE, UNTITLED_SHARE = 0.5, 0.8


@dataclass
class OurWorkbook:
    """The tables of a file in our layout; what its guide says of facility and day."""

    regions: list[Region] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facility_number: str = ""
    day: date | None = None
    exported_at: datetime | None = None


def recognised(workbook: Workbook) -> OurWorkbook | None:
    """The file as our workbook; None when it is somebody else's and needs a mapping."""
    found = OurWorkbook()
    placed: dict[str, WorkbookSheet] = {}
    unknown = []
    for sheet in workbook:
        if _is(sheet, GUIDE):
            found.facility_number, found.day = _guide(sheet)
            found.exported_at = _exported_at(sheet)
            continue
        if _is(sheet, CHOICES):
            continue
        table, row = _table_of(sheet)
        if table is None:
            unknown.append(sheet)
        elif table.code in placed:
            words = f"「{table.title}」の表が2枚のシートにあります。1枚にまとめてください。"
            found.problems.append(CellProblem(sheet.place(row, 1), words))
        else:
            placed[table.code] = sheet
            _take(found, sheet, table, row)
    if not found.regions:
        return None
    found.notes += [
        f"シート「{sheet.title}」は名簿の表ではないため、読み取りませんでした。" for sheet in unknown
    ]
    return found


def read_ours(found: OurWorkbook) -> Reading:
    """All tables of it, 職員名簿 first."""
    order = list(TABLES)
    together = Reading(problems=list(found.problems), notes=list(found.notes))
    for region in sorted(found.regions, key=lambda one: order.index(one.table.code)):
        reading = read_region(region)
        together.rows += reading.rows
        together.problems += reading.problems
        together.notes += reading.notes
    return together


def _take(found: OurWorkbook, sheet: WorkbookSheet, table: Table, row: int) -> None:
    known = our_headings(table.code, with_aliases=False)
    columns: dict[int, str] = {}
    extra = []
    for column, text in headings_of(sheet, row).items():
        code = known.get(folded(text))
        if code is None:
            extra.append(text)
        elif code in columns.values():
            words = "同じ見出しの列が2つあります。どちらかを消してください。"
            found.problems.append(CellProblem(sheet.place(row, column), words))
        else:
            columns[column] = code
    found.regions.append(Region(sheet, table, row, columns))
    found.problems += [
        CellProblem(sheet.place(row, 1), f"「{heading}」の列がありません。見出しを元に戻してください。")
        for heading in _missing(table, set(columns.values()))
    ]
    if extra:
        words = "」「".join(extra)
        found.notes.append(
            f"{sheet_words(sheet)}「{words}」の列は、名簿の項目ではないため取り込みませんでした。"
        )
    above = [at for at in sheet.rows if at < row]
    if above:
        found.notes.append(f"{sheet_words(sheet)}見出し（{row}行目）より上の行は読み飛ばしました。")


def _missing(table: Table, codes: set[str]) -> Iterable[str]:
    for column in table.columns:
        named_by_number = table.code != "members" and column.code == "name" and "number" in codes
        if column.required and column.code not in codes and not named_by_number:
            yield column.heading


def _table_of(sheet: WorkbookSheet) -> tuple[Table | None, int]:
    best: tuple[float, Table | None, int] = (0.0, None, 0)
    for table in TABLES.values():
        row, hits = heading_row(sheet, table, with_aliases=False)
        share = hits / len(table.columns)
        needed = TITLED_SHARE if _is(sheet, table.title) else UNTITLED_SHARE
        required = {column.code for column in table.columns if column.required}
        if not _is(sheet, table.title) and row and not required <= _codes(sheet, table, row):
            continue
        if share >= needed and share > best[0]:
            best = (share, table, row)
    return best[1], best[2]


def _codes(sheet: WorkbookSheet, table: Table, row: int) -> set[str]:
    known = our_headings(table.code, with_aliases=False)
    return {known[folded(text)] for text in headings_of(sheet, row).values() if folded(text) in known}


def _is(sheet: WorkbookSheet, title: str) -> bool:
    return folded(sheet.title) == folded(title)


def _guide(sheet: WorkbookSheet) -> tuple[str, date | None]:
    number = _beside(sheet, sheet.rows, NUMBER_LABEL)
    try:
        day = read_day(_beside(sheet, sheet.rows, DAY_LABEL))
    except Unreadable:
        day = None
    return number, day


def _exported_at(sheet: WorkbookSheet) -> datetime | None:
    """When the file was written, in Japan; None where nobody says, or says it in another way."""
    try:
        written = datetime.strptime(_beside(sheet, sheet.rows, EXPORTED_LABEL), EXPORTED_FORMAT)
    except ValueError:
        return None
    return timezone.make_aware(written)


def _beside(sheet: WorkbookSheet, rows: Sequence[int], label: str) -> str:
    """What stands to the right of a label in the first column."""
    for row in rows:
        if folded(sheet.cell(row, 1).text) == label:
            return sheet.cell(row, 2).text.strip()
    return ""
