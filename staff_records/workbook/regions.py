"""
A table in a sheet: its heading row, which column is which, and its rows as texts with what is wrong where.

What a cell says is judged later, by ``reading_rows``; here is judged what only a file can have: merged cells, errors,
formulas without a value, lines of sums, hidden rows.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from documents.exports import FORMULA_STARTS
from documents.workbooks import Cell, CellKind, WorkbookSheet
from pages.wareki import short_date_words
from staff_records.columns import TABLES, Column, Kind, Table
from staff_records.typed import Unreadable
from staff_records.typed.values import read_choice
from staff_records.workbook.headings import folded, headings_of
from staff_records.writing_rows import Month

# Parts of one of our columns that files have in two: where each stands in it.
PARTS: Mapping[str, tuple[str, int, str]] = {
    "name.family": ("name", 0, "氏名の姓"),
    "name.given": ("name", 1, "氏名の名"),
    "kana.family": ("kana", 0, "ふりがなの姓"),
    "kana.given": ("kana", 1, "ふりがなの名"),
}
SUMS = frozenset(
    {"合計", "計", "小計", "総計", "総合計", "平均", "人数", "人数計", "延べ", "以上", "以下余白"}
)
FOOTNOTES = ("※", "注", "＊", "*", "(注", "（注")
LISTED_ROWS = 10
Brought = tuple[str, int, Mapping[str, str]]


@dataclass(frozen=True)
class CellProblem:
    """What is wrong at a place of the file, and what to do."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}：{self.message}" if self.place else self.message


@dataclass(frozen=True)
class Region:
    """
    ``columns``: column of the sheet → ours, or a part of one (``PARTS``).

    ``meanings``: our column → what the file says there, folded → our choice; empty for «nothing».
    """

    sheet: WorkbookSheet
    table: Table
    row: int
    columns: Mapping[int, str]
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def letters(self) -> dict[str, int]:
        """Our column → where it stands; the first of two parts."""
        found: dict[str, int] = {}
        for place, code in sorted(self.columns.items()):
            found.setdefault(PARTS[code][0] if code in PARTS else code, place)
        return found


@dataclass
class Reading:
    """The rows of a file, ready for an entry sheet; ``notes`` is what was left out or is worth knowing."""

    rows: list[Brought] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_region(region: Region) -> Reading:
    """The table's rows. Rows that hold nothing are left out, sums and footnotes with a note."""
    found = Reading()
    sheet = region.sheet
    headings = {column: folded(text) for column, text in headings_of(sheet, region.row).items()}
    skipped: list[int] = []
    hidden: list[int] = []
    merged = set()
    said: dict[int, list[str]] = {}
    for (row, _), cell in sorted(sheet.cells.items()):
        if row > region.row and cell.text.strip():
            said.setdefault(row, []).append(cell.text)
    for row in [row for row in sheet.rows if row > region.row]:
        cells = {column: sheet.cell(row, column) for column in region.columns}
        filled = {column: cell for column, cell in cells.items() if cell.text.strip()}
        if _is_beside(said.get(row, []), headings, filled, region):
            skipped.append(row)
            continue
        problems = []
        for column, cell in cells.items():
            if cell.merged is not None and cell.merged not in merged:
                merged.add(cell.merged)
                words = (
                    f"セルが結合されています（{cell.merged}）。結合を解いて、1行に1人ずつ入力してください。"
                )
                problems.append(CellProblem(sheet.place(row, column), words))
            elif words := _why_no_value(cell):
                problems.append(CellProblem(sheet.place(row, column), words))
        texts = row_texts(region, cells)
        if not problems and not any(text for code, text in texts.items() if code != "number"):
            if filled:
                skipped.append(row)
            continue
        found.problems += problems
        found.rows.append((region.table.code, row, texts))
        if row in sheet.hidden_rows:
            hidden.append(row)
    found.notes += _notes(region, skipped, hidden)
    return found


def row_texts(region: Region, cells: Mapping[int, Cell]) -> dict[str, str]:
    """One row's texts by our columns; a column the file does not have is not there."""
    texts: dict[str, str] = {}
    parts: dict[str, dict[int, str]] = {}
    for place, code in sorted(region.columns.items()):
        if code in PARTS:
            whole, which, _ = PARTS[code]
            parts.setdefault(whole, {})[which] = cells[place].text.strip()
            continue
        column = region.table.column(code)
        texts[code] = meant(text_of(cells[place], column), region.meanings.get(code, {}), column)
    for whole, pieces in parts.items():
        texts[whole] = "\u3000".join(pieces[which] for which in sorted(pieces) if pieces[which])
    return texts


def text_of(cell: Cell, column: Column) -> str:
    """What a cell says in this column, as people would type it there."""
    if (day := cell.day) is not None and column.kind in {Kind.DAY, Kind.BIRTH}:
        return short_date_words(day)
    if day is not None and column.kind is Kind.MONTH:
        return str(Month(day))
    text = cell.text.strip()
    if cell.kind in {CellKind.TIME, CellKind.DURATION}:
        return text.removesuffix(":00") if text.count(":") == 2 else text
    # The mark by which our own CSV keeps a spreadsheet from calculating.
    if text.startswith("'") and text[1:].lstrip(" ").startswith(FORMULA_STARTS):
        return text[1:]
    return text


def meant(text: str, meanings: Mapping[str, str], column: Column) -> str:
    """A word of the file as ours, where somebody has said what it means."""
    if (choice := meanings.get(word_key(text))) is None:
        return text
    return column.choices.get(choice, "")


def word_key(text: str) -> str:
    """A word of the file as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def is_understood(text: str, column: Column, aliases: Mapping[str, str] | None) -> bool:
    """Whether a choice is read without being explained."""
    try:
        read_choice(text, column.choices, aliases)
    except Unreadable:
        return False
    return True


def named_rows(rows: Sequence[int]) -> str:
    """5、7行目, as many as are read."""
    words = "、".join(str(row) for row in rows[:LISTED_ROWS])
    return f"{words}行目" + (f"ほか{len(rows) - LISTED_ROWS}行" if len(rows) > LISTED_ROWS else "")


def sheet_words(sheet: WorkbookSheet) -> str:
    """シート「職員名簿」の, of a CSV nothing."""
    return f"シート「{sheet.title}」の" if sheet.title else ""


def _is_beside(
    everything: Sequence[str],
    headings: Mapping[int, str],
    filled: Mapping[int, Cell],
    region: Region,
) -> bool:
    """A sum, a footnote, or the headings once more on a second page. ``everything``: the texts of the row."""
    said = {column: folded(cell.text) for column, cell in filled.items()}
    if len(said) > 1 and all(headings.get(column) == text for column, text in said.items()):
        return True
    first = everything[0].strip() if everything else ""
    if folded(first) in SUMS or any(text in SUMS for text in said.values()):
        return not _names_somebody(filled, region)
    return len(everything) == 1 and first.startswith(FOOTNOTES)


def _names_somebody(filled: Mapping[int, Cell], region: Region) -> bool:
    wanted = {"birth_date", "kana", "hired_on", "first_day", "finished_on", "month", "licence"}
    return any(region.columns[column] in wanted for column in filled)


def _why_no_value(cell: Cell) -> str:
    if cell.kind is CellKind.ERROR:
        return "数式の結果がエラーになっています。数式を直すか、値を入力してください。"
    if cell.is_without_value:
        return "数式の結果が保存されていません。Excelで開いて保存し直すか、値を入力してください。"
    return ""


def _notes(region: Region, skipped: Sequence[int], hidden: Sequence[int]) -> Iterable[str]:
    where = sheet_words(region.sheet)
    if skipped:
        yield f"{where}{named_rows(skipped)}は、合計や注記、番号だけの行として読み飛ばしました。"
    if hidden:
        yield f"{where}{named_rows(hidden)}は、非表示の行ですが読み取りました。"
    columns = [column for column in region.columns if column in region.sheet.hidden_columns]
    if columns:
        ours = dict.fromkeys(
            heading_words(region.table, region.columns[column]) for column in sorted(columns)
        )
        yield f"{where}非表示の列（{'、'.join(ours)}）も読み取りました。"
    if region.sheet.hidden:
        yield f"シート「{region.sheet.title}」は非表示ですが読み取りました。"


def heading_words(table: Table, code: str) -> str:
    """What a column of ours, or a part of one, is called."""
    return PARTS[code][2] if code in PARTS else TABLES[table.code].column(code).heading
