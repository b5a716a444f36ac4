"""
A workbook as people filled it in: every cell at its place, as it was typed, with what is special about it.

For files whose cells are judged one by one (staff rosters). Texts are not normalised: a name stays as it was written.
A CSV is a workbook of one sheet.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter

from documents.confinement import task
from documents.inspection import PACKED, Unreadable, refuse_old_container
from documents.reading import (
    EMPTY,
    OTHER_KINDS,
    FileRefused,
    Problem,
    csv_lines,
    decoded,
    refusal_of,
    unpacked,
)

MOST_SHEETS = 50
MOST_ROWS = 5_000
MOST_COLUMNS = 500
MOST_CELLS = 300_000
MOST_MERGED_PLACES = 100_000
LONGEST_TEXT = 1_000
EXCEL_DIGITS = 15
SPLIT = "施設や年度ごとに、ファイルを分けてください。"
# How Excel is made to keep leading zeros in a CSV.
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_BREAK = re.compile(r"\r\n|\r|\n")


class CellKind(StrEnum):
    """What stands in a cell, by its own words (not by what it looks like)."""

    TEXT = "s"
    NUMBER = "n"
    DAY = "d"
    TIME = "t"
    DURATION = "u"
    TRUTH = "b"
    ERROR = "e"


_KINDS = {kind.value: kind for kind in CellKind}


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that were made one. What it says stands in its first cell."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{get_column_letter(self.left)}{self.top}:{get_column_letter(self.right)}{self.bottom}"


class Cell(NamedTuple):
    """
    One cell. ``text``: a text as typed; a number as shown where its format fills up with zeros (000123), else plain
    (12.5); a day 2026-04-01, with its time if it has one; a time 12:30:00; a duration in hours 160:00; TRUE; #REF!.

    A formula has the value it was saved with, or none.
    """

    text: str = ""
    kind: CellKind = CellKind.TEXT
    formula: bool = False
    merged: Merged | None = None

    @property
    def day(self) -> date | None:
        """The day, where the cell's format makes its number one."""
        return date.fromisoformat(self.text[:10]) if self.kind is CellKind.DAY else None

    @property
    def is_without_value(self) -> bool:
        """A formula that no program has computed. One whose result is an empty text has been."""
        return self.formula and not self.text and self.kind is not CellKind.TEXT


NOTHING = Cell()


@dataclass(frozen=True)
class WorkbookSheet:
    """A sheet: its filled cells by (row, column) as it counts them, and what of it people do not see."""

    title: str
    cells: Mapping[tuple[int, int], Cell]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: Mapping[tuple[int, int], Merged] = field(default_factory=dict)

    def cell(self, row: int, column: int) -> Cell:
        """The cell; where nothing stands an empty one, which may be part of a merged range."""
        if (cell := self.cells.get((row, column))) is not None:
            return cell
        merged = self.merged.get((row, column))
        return NOTHING if merged is None else NOTHING._replace(merged=merged)

    def place(self, row: int, column: int) -> str:
        """シート「職員名簿」D12; of a CSV, which has no title, D12."""
        words = f"{get_column_letter(column)}{row}"
        return f"シート「{self.title}」{words}" if self.title else words

    @property
    def rows(self) -> list[int]:
        """The rows that hold anything, downwards."""
        return sorted({row for row, _ in self.cells})


@dataclass(frozen=True)
class Workbook:
    """The sheets that hold cells, from left to right, and how the file was written: xlsx, utf-8 or cp932."""

    sheets: tuple[WorkbookSheet, ...]
    encoding: str

    def __iter__(self) -> Iterator[WorkbookSheet]:
        return iter(self.sheets)


def read_workbook(content: bytes) -> Workbook:
    """
    The workbook in an .xlsx, or in a CSV (UTF-8 or CP932, commas or tabs).

    :raises FileRefused: it is none, has macros or a password, is empty or too large, or has texts that are too long.
    """
    try:
        refuse_old_container(content)
    except Unreadable as unreadable:
        raise FileRefused([Problem(str(unreadable))]) from None
    workbook = _read_xlsx(content) if content.startswith(PACKED) else _read_csv(content)
    if problems := [
        Problem(f"{sheet.place(*place)}：長すぎます（{LONGEST_TEXT:,}字まで）。短くしてください。")
        for sheet in workbook
        for place, cell in sheet.cells.items()
        if len(cell.text) > LONGEST_TEXT
    ]:
        raise FileRefused(problems)
    if not any(sheet.cells for sheet in workbook):
        raise FileRefused([Problem(EMPTY)])
    return workbook


def _read_xlsx(content: bytes) -> Workbook:
    what = task(only_first=False, sheets=MOST_SHEETS, rows=MOST_ROWS, columns=MOST_COLUMNS, cells=MOST_CELLS)
    sheets: list[WorkbookSheet] = []
    title, hidden = "", False
    rows: list[tuple[int, bool, list[list[Any]]]] = []
    for first, *rest in unpacked(content, what):
        if isinstance(first, int):
            rows.append((first, rest[0], rest[1]))
        elif first == "sheet":
            (title, hidden), rows = rest, []
        elif first == "around":
            sheets.append(_sheet(title, hidden, rows, merged=rest[0], hidden_columns=rest[1]))
        elif first == "refused":
            raise FileRefused([_refusal(*rest)])
    return Workbook(tuple(sheets), "xlsx")


def _sheet(
    title: str,
    hidden: bool,
    rows: list[tuple[int, bool, list[list[Any]]]],
    *,
    merged: list[list[int]],
    hidden_columns: list[list[int]],
) -> WorkbookSheet:
    last_row = rows[-1][0] if rows else 0
    last_column = max((cells[-1][0] for _, _, cells in rows), default=0)
    covered = _covered(title, merged, last_row, last_column)
    cells = {
        (row, cell[0]): _cell(*cell[1:], merged=covered.get((row, cell[0])))
        for row, _, filled in rows
        for cell in filled
    }
    return WorkbookSheet(
        title,
        cells,
        hidden,
        frozenset(row for row, is_hidden, _ in rows if is_hidden),
        frozenset(
            column
            for first, last in hidden_columns
            for column in range(max(first, 1), min(last, last_column) + 1)
        ),
        covered,
    )


def _covered(
    title: str, ranges: list[list[int]], last_row: int, last_column: int
) -> dict[tuple[int, int], Merged]:
    """The merged range of each of its places, as far as the sheet is filled."""
    covered: dict[tuple[int, int], Merged] = {}
    left = MOST_MERGED_PLACES
    for range_ in ranges:
        one = Merged(*range_)
        down = range(one.top, min(one.bottom, last_row) + 1)
        across = range(one.left, min(one.right, last_column) + 1)
        left -= len(down) * len(across)
        if left < 0:
            words = f"シート「{title}」は結合されたセルが多すぎます。セルの結合を解いてください。"
            raise FileRefused([Problem(words)])
        covered.update({(row, column): one for row in down for column in across})
    return covered


def _cell(kind: str, value: str, formula: bool = False, shown: str = "", *, merged: Merged | None) -> Cell:
    text = shown or value
    if kind == "n" and value and not shown:
        text = _number(value)
    elif kind == "b":
        text = value.upper()
    return Cell(text, _KINDS[kind], formula, merged)


def _number(raw: str) -> str:
    """The number as typed: Excel keeps 0.1 as 0.10000000000000001, and nobody typed that."""
    if raw.isdecimal():
        return str(int(raw))
    text = f"{float(raw):.{EXCEL_DIGITS}g}"
    return f"{Decimal(text):f}" if "e" in text else text


def _refusal(why: str, title: str, row: int, column: int) -> Problem:
    place = WorkbookSheet(title, {}).place(row, max(column, 1))
    match why:
        case "sheets":
            return Problem(f"シートが多すぎます（{MOST_SHEETS}枚まで）。要らないシートを消してください。")
        case "rows":
            return Problem(
                f"{place}：行が多すぎます（{MOST_ROWS:,}行目まで）。要らない行を消してください。{SPLIT}"
            )
        case "columns":
            return Problem(f"{place}：列が多すぎます（{MOST_COLUMNS}列目まで）。要らない列を消してください。")
        case "cells":
            return Problem(f"{place}：入力が多すぎます（全部で{MOST_CELLS:,}セルまで）。{SPLIT}")
    return refusal_of(why)


def _read_csv(content: bytes) -> Workbook:
    for magic, kind in OTHER_KINDS:
        if content.startswith(magic):
            words = f"{kind}のようです。Excelブック（.xlsx）かCSVのファイルを選んでください。"
            raise FileRefused([Problem(words)])
    text, encoding = decoded(content)
    cells: dict[tuple[int, int], Cell] = {}
    beginning = text.lstrip("\r\n").partition("\n")[0]
    delimiter = "\t" if beginning.count("\t") > beginning.count(",") else ","
    # Lines with a break inside count once, as they do when Excel opens the file.
    skipped = 0
    for line, values in csv_lines(text, delimiter):
        row = line - skipped
        if row > MOST_ROWS:
            raise FileRefused([_refusal("rows", "", row, 1)])
        if len(values) > MOST_COLUMNS and any(value.strip() for value in values[MOST_COLUMNS:]):
            raise FileRefused([_refusal("columns", "", row, MOST_COLUMNS + 1)])
        cells.update(
            {(row, column): _csv_cell(value) for column, value in enumerate(values, 1) if value.strip()}
        )
        if len(cells) > MOST_CELLS:
            raise FileRefused([_refusal("cells", "", row, 1)])
        skipped += sum(len(_BREAK.findall(value)) for value in values)
    return Workbook((WorkbookSheet("", cells),), encoding)


def _csv_cell(value: str) -> Cell:
    if kept := _TEXT_FORMULA.fullmatch(value):
        return Cell(kept[1])
    return Cell("", CellKind.NUMBER, formula=True) if value.startswith("=") else Cell(value)
