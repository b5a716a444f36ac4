"""
Reading an uploaded CSV or workbook into cells with addresses, before any of it means something.

Bytes come from people: wrong encodings, files of another kind, ragged rows. Every problem is collected with its line
and column and says what to do; nothing is guessed and nothing is quoted that could be a person's.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from documents.confinement import read_apart, task
from documents.inspection import MACROS, NO_WORKBOOK, PACKED, TOO_LARGE_INSIDE, Unreadable, require_workbook
from documents.xlsx.program import Task
from documents.xlsx.sheets import LAST_ROW

MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 200
LISTED_PROBLEMS = 200
# A spreadsheet would run these. A lone negative number is no formula: what it means is judged later.
FORMULA = re.compile(r"[=+@\t\r]|-(?![0-9.,]*$)")
MOST_BYTES_INSIDE = 100 * 1024 * 1024
# A grid (区分 × 年齢 …) is wider and shorter than a list.
MOST_SHEETS = 30
MOST_GRID_ROWS = 5_000
MOST_GRID_COLUMNS = 1_000
MOST_GRID_CELLS = 500_000
# Of a list: all its cells, and the sheets that lie behind its own.
MOST_TABLE_CELLS = 800_000
MOST_SHEETS_BESIDE = 200
EMPTY = "ファイルが空です。書き出し直したファイルを選んでください。"
OTHER_KINDS = (
    (PACKED, "Excelブックか圧縮ファイル"),
    (b"\xd0\xcf\x11\xe0", "古い形式のExcelブック"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "画像"),
    (b"\xff\xd8\xff", "画像"),
)


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place of the file: line (1 is the heading), column heading, and what to do."""

    message: str
    line: int = 0
    column: str = ""

    @property
    def place(self) -> str:
        """12行目「初日在籍数」, or nothing for the whole file."""
        words = f"{self.line}行目" if self.line else ""
        return f"{words}「{self.column}」" if self.column else words

    def __str__(self) -> str:
        return f"{self.place}：{self.message}" if self.place else self.message


class FileRefused(Exception):
    """The file cannot be used. ``problems`` says why, all at once; ``rows`` how many lines could be read."""

    def __init__(self, problems: list[Problem], rows: int = 0) -> None:
        super().__init__("\n".join(map(str, problems[:LISTED_PROBLEMS])))
        self.problems = problems
        self.rows = rows

    @property
    def listed(self) -> list[Problem]:
        """As many as a person will read at once."""
        return self.problems[:LISTED_PROBLEMS]

    @property
    def unlisted(self) -> int:
        """ほか N 件."""
        return len(self.problems) - len(self.listed)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: its number in the file and its cells, asked for by heading."""

    line: int
    values: tuple[str, ...]
    places: Mapping[str, int]

    def __getitem__(self, heading: str) -> str:
        return self.values[self.places[heading]]

    def get(self, heading: str) -> str:
        """The cell, or nothing when the file has no such column."""
        place = self.places.get(heading)
        return "" if place is None else self.values[place]


@dataclass(frozen=True)
class Table:
    """A file as cells: the headings (normalised), the rows, and how it was encoded."""

    headings: list[str]
    rows: list[Row]
    encoding: str
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook as a grid: what stands in its filled cells, by (row, column) as the sheet counts."""

    title: str
    cells: Mapping[tuple[int, int], str]

    def place(self, row: int, column: int) -> str:
        """シート「基本分単価」D12."""
        return f"シート「{self.title}」{get_column_letter(column)}{row}"


def normalised(text: str) -> str:
    """NFKC without surrounding blanks: full-width digits and signs, and spelling variants, become one."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()


def read_csv(content: bytes) -> Table:
    """
    The table of a CSV file: UTF-8 (with or without BOM) or CP932, any line ends, headings in the first line.

    Ragged rows, over-long cells and cells that look like formulas are problems of the returned table.

    :raises FileRefused: it is no CSV, is empty, has no usable heading, or is too large.
    """
    text, encoding = decoded(content)
    lines = csv_lines(text)
    if lines and len(lines[0][1]) == 1 and re.search(r"[;\t|]", lines[0][1][0]):
        message = "列がカンマ（,）で区切られていません。CSV形式で書き出してください。"
        raise FileRefused([Problem(message, lines[0][0])])
    return _table(lines, encoding)


def _table(lines: list[tuple[int, list[str]]], encoding: str) -> Table:
    if not lines:
        raise FileRefused([Problem(EMPTY)])
    heading_line, first = lines[0]
    headings = [re.sub(r"\s", "", normalised(cell)) for cell in first]
    while headings and not headings[-1]:
        headings.pop()
    if bad_headings := _heading_problems(headings, heading_line):
        raise FileRefused(bad_headings)
    if len(lines) == 1:
        raise FileRefused([Problem("見出しだけで、行がありません。書き出し直したファイルを選んでください。")])
    if len(lines) - 1 > MOST_ROWS:
        raise FileRefused([Problem(f"行が多すぎます（{MOST_ROWS:,}行まで）。月ごとに分けてください。")])
    reader = _CellReader(headings)
    rows = [reader.row(line, cells) for line, cells in lines[1:]]
    return Table(headings, rows, encoding, reader.problems)


def read_table(content: bytes) -> Table:
    """
    The table of a CSV file or of the first sheet of a workbook (.xlsx).

    :raises FileRefused: see ``read_csv``; or the workbook is damaged, too large or protected.
    """
    return read_xlsx(content) if content.startswith(PACKED) else read_csv(content)


def read_xlsx(content: bytes) -> Table:
    """
    The table of a workbook's first sheet; headings in the first row that holds anything. Lines are the sheet's rows.

    Formulas count with the value the workbook was saved with; days become 2026-04-01.

    :raises FileRefused: it is no workbook, is empty, has no usable heading, or is too large.
    """
    lines: list[tuple[int, list[str]]] = []
    what = task(
        only_first=True,
        sheets=MOST_SHEETS_BESIDE,
        rows=LAST_ROW,
        columns=MOST_COLUMNS + 1,
        cells=MOST_TABLE_CELLS,
    )
    for first, *rest in unpacked(content, what):
        if isinstance(first, int):
            lines.append((first, _dense(rest[1])))
        elif first == "refused":
            raise FileRefused([_table_refusal(*rest)])
    return _table(_equally_wide([line for line in lines if any(line[1])]), "xlsx")


def read_sheets(content: bytes) -> list[Sheet]:
    """
    Every sheet of a workbook (.xlsx) as a grid of texts, normalised; what the cells mean is the caller's.

    Formulas count with the value the workbook was saved with.

    :raises FileRefused: it is no workbook, holds nothing, or is too large; or cells are too long.
    """
    sheets: list[Sheet] = []
    what = task(
        only_first=False,
        sheets=MOST_SHEETS,
        rows=MOST_GRID_ROWS,
        columns=MOST_GRID_COLUMNS,
        cells=MOST_GRID_CELLS,
    )
    cells: dict[tuple[int, int], str] = {}
    for first, *rest in unpacked(content, what):
        if isinstance(first, int):
            texts = ((cell[0], normalised(_cell_text(*cell[1:3]))) for cell in rest[1])
            cells.update({(first, column): text for column, text in texts if text})
        elif first == "sheet":
            cells = {}
            sheets.append(Sheet(normalised(rest[0]), cells))
        elif first == "refused":
            raise FileRefused([_grid_refusal(*rest)])
    if problems := [
        Problem(f"{sheet.place(*place)}：長すぎます（{LONGEST_CELL}字まで）。短くしてください。")
        for sheet in sheets
        for place, text in sheet.cells.items()
        if len(text) > LONGEST_CELL
    ]:
        raise FileRefused(problems)
    if not any(sheet.cells for sheet in sheets):
        raise FileRefused([Problem(EMPTY)])
    return sheets


def unpacked(content: bytes, what: Task) -> Iterator[list[Any]]:
    """
    The lines of a workbook as a process of its own reads it (``documents.xlsx.program``).

    :raises FileRefused: it is no workbook by its table of contents, or the process did not come to an end.
    """
    try:
        require_workbook(content, most_bytes=MOST_BYTES_INSIDE)
        return read_apart(content, what)
    except Unreadable as unreadable:
        raise FileRefused([Problem(str(unreadable))]) from None


def refusal_of(why: str) -> Problem:
    """What to do about a workbook that was refused as a whole."""
    return Problem({"macros": MACROS, "damaged": NO_WORKBOOK}.get(why, TOO_LARGE_INSIDE))


def _table_refusal(why: str, _title: str, row: int, _column: int) -> Problem:
    if why == "columns":
        return Problem(f"列が多すぎます（{MOST_COLUMNS}列まで）。", row)
    return refusal_of(why)


def _grid_refusal(why: str, title: str, _row: int, _column: int) -> Problem:
    if why == "sheets":
        return Problem(f"シートが多すぎます（{MOST_SHEETS}枚まで）。")
    if why in ("rows", "columns", "cells"):
        return Problem(f"シート「{normalised(title)}」が大きすぎます。必要な行と列だけにしてください。")
    return refusal_of(why)


def _dense(cells: list[list[Any]]) -> list[str]:
    """A row of texts from its filled cells."""
    texts = [""] * cells[-1][0]
    for column, kind, value, *_ in cells:
        texts[column - 1] = _cell_text(kind, value)
    return texts


def _equally_wide(lines: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """A workbook's rows are as wide as its widest one."""
    width = max((len(cells) for _, cells in lines), default=0)
    return [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in lines]


def _cell_text(kind: str, value: str) -> str:
    """What a cell says; a whole number without the fraction that a program may have written."""
    if kind != "n" or not value:
        return value
    if not any(sign in value for sign in ".eE"):
        return str(int(value))
    number = float(value)
    return str(int(number)) if number.is_integer() else str(number)


def decoded(content: bytes) -> tuple[str, str]:
    """
    The text of a CSV and its encoding: utf-8 or cp932.

    :raises FileRefused: it is empty, of another kind, or in neither encoding.
    """
    if not content.strip(b"\xef\xbb\xbf \r\n\t"):
        raise FileRefused([Problem(EMPTY)])
    for magic, kind in OTHER_KINDS:
        if content.startswith(magic):
            raise FileRefused([Problem(f"{kind}のようです。CSV形式で書き出したファイルを選んでください。")])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        raise FileRefused(
            [
                Problem(
                    "文字コードがUTF-16か、文字以外のデータです。UTF-8かShift_JISのCSVで書き出してください。"
                )
            ]
        )
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as problem:
        if content.startswith(b"\xef\xbb\xbf"):  # it says it is UTF-8, and is not
            raise _unreadable(content, problem.start) from None
    try:
        return content.decode("cp932"), "cp932"
    except UnicodeDecodeError as problem:
        raise _unreadable(content, problem.start) from None


def _unreadable(content: bytes, place: int) -> FileRefused:
    line = content[:place].count(b"\n") + 1
    return FileRefused(
        [Problem("文字コードを読み取れません。UTF-8かShift_JISのCSVで書き出してください。", line)]
    )


def csv_lines(text: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """
    Lines that hold anything, each with the number of its first line in the file.

    :raises FileRefused: quotation marks do not pair.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    lines: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                lines.append((begins, cells))
            if len(lines) > MOST_ROWS + 1:
                break
            begins = reader.line_num + 1
    except csv.Error:
        message = '引用符（"）の対応が合わないか、セルが長すぎます。この行を確認してください。'
        raise FileRefused([Problem(message, begins)]) from None
    return lines


def _heading_problems(headings: list[str], line: int) -> list[Problem]:
    if len(headings) > MOST_COLUMNS:
        return [Problem(f"列が多すぎます（{MOST_COLUMNS}列まで）。", line)]
    problems = []
    first: dict[str, int] = {}
    for place, heading in enumerate(headings, start=1):
        if not heading:
            problems.append(Problem(f"{place}列目の見出しが空です。見出しを入れてください。", line))
        elif heading in first:
            # Not quoted: in a file without headings this could be anybody's name.
            words = f"{first[heading]}列目と{place}列目の見出しが同じです。どちらか1つにしてください。"
            problems.append(Problem(words, line))
        first.setdefault(heading, place)
    return problems


class _CellReader:
    """Turns lines into rows; every problem is noted at its cell. A value that comes again is kept once."""

    def __init__(self, headings: list[str]) -> None:
        self.headings = headings
        self.places = {heading: place for place, heading in enumerate(headings)}
        self.problems: list[Problem] = []
        self.known: dict[str, str] = {}

    def row(self, line: int, cells: list[str]) -> Row:
        width = len(self.headings)
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            self._note("見出しより多くの列があります。余分な列を消してください。", line)
        if len(cells) < width:
            self._note("列が足りません。見出しと同じ数の列にしてください。", line)
        padded = [*cells[:width], *[""] * (width - len(cells))]
        return Row(
            line,
            tuple(self._value(line, place, cell) for place, cell in enumerate(padded)),
            self.places,
        )

    def _value(self, line: int, place: int, cell: str) -> str:
        if (value := self.known.get(cell)) is not None:
            return value
        if len(cell) > LONGEST_CELL:
            self._note(f"長すぎます（{LONGEST_CELL}字まで）。短くしてください。", line, place)
            return ""
        value = normalised(cell)
        if FORMULA.match(value) or cell.startswith(("\t", "\r")):
            self._note("計算式のように見えます。式ではなく値で書き出してください。", line, place)
            return value
        self.known[cell] = value
        return value

    def _note(self, message: str, line: int, place: int | None = None) -> None:
        self.problems.append(Problem(message, line, "" if place is None else self.headings[place]))
