"""An entry sheet as the page shows it: rows of cells with what is wrong at each, some empty rows, and the tabs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from staff_records.checked_rows import CheckedRow, CheckedSheet
from staff_records.columns import TABLES, Column, Kind, Table
from staff_records.differences import Effect
from staff_records.entry_forms import SentRow

# A page of the grid stays well below the number of fields a form may have (24 columns and a version a row).
ROWS_A_PAGE = 50
EMPTY_ROWS = 5
MORE_ROWS = 20
RIGHT = frozenset({Kind.NUMBER, Kind.HOURS, Kind.HOURS_A_DAY, Kind.DAYS_A_MONTH, Kind.YEN})
DIGITS = RIGHT | {Kind.POSTAL}


@dataclass(frozen=True)
class Cell:
    """One cell; ``elsewhere`` is what another screen has saved there in the meantime (None: nothing)."""

    column: Column
    key: str
    line: int
    text: str = ""
    problem: str = ""
    doubt: str = ""
    elsewhere: str | None = None

    @property
    def name(self) -> str:
        """The field's name."""
        return f"{self.key}.{self.column.code}"

    @property
    def id(self) -> str:
        """The field's id on the page: where the summary leads to."""
        return cell_id(self.key, self.column.code)

    @property
    def label(self) -> str:
        """3行目 氏名."""
        return f"{self.line}行目 {self.column.heading}"

    @property
    def is_number(self) -> bool:
        """Written to the right."""
        return self.column.kind in RIGHT

    @property
    def is_digits(self) -> bool:
        """Typed on a keyboard of digits where there is one."""
        return self.column.kind in DIGITS


@dataclass(frozen=True)
class GridRow:
    """One row; ``key`` is its id, or new-1 and so on."""

    key: str
    line: int
    version: int
    cells: Sequence[Cell]
    effect: str = Effect.EMPTY
    member_id: UUID | None = None

    @property
    def is_new(self) -> bool:
        """Not saved yet."""
        return self.version == 0


@dataclass(frozen=True)
class Tab:
    """One table of the sheet: how many rows, and how many of them have a problem."""

    table: Table
    rows: int
    refused: int
    is_current: bool


@dataclass(frozen=True)
class Grid:
    """One page of one table."""

    table: Table
    rows: Sequence[GridRow]
    tabs: Sequence[Tab]
    page: int
    pages: int

    @property
    def page_numbers(self) -> range:
        """Of all pages."""
        return range(1, self.pages + 1)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(sentence with its place, id of the cell) for every problem of this page."""
        return [
            (f"{cell.label}：{cell.problem}", cell.id)
            for row in self.rows
            for cell in row.cells
            if cell.problem
        ]


def cell_id(key: object, code: str) -> str:
    """The id of a cell."""
    return f"c-{key}-{code}"


def page_of(line: int) -> int:
    """The page a line of a table stands on."""
    return ceil(line / ROWS_A_PAGE)


def grid_of(
    checked: CheckedSheet,
    table: str,
    *,
    page: int = 1,
    empty: int = EMPTY_ROWS,
    typed: Mapping[str, SentRow] | None = None,
) -> Grid:
    """
    The page ``page`` of a table. ``typed``: rows that were sent and not saved, shown as they were sent, by their keys.
    """
    rows = checked.of(table)
    pages = max(1, page_of(len(rows)))
    page = min(max(page, 1), pages)
    unsaved = dict(typed or {})
    shown = [
        _row(row, unsaved.pop(str(row.row.pk), None))
        for row in rows[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    ]
    if page == pages:
        shown += _empty(TABLES[table], len(rows), empty, list(unsaved.values()))
    tabs = [
        Tab(
            one,
            sum(row.effect is not Effect.EMPTY for row in checked.of(code)),
            sum(row.effect is Effect.REFUSED for row in checked.of(code)),
            code == table,
        )
        for code, one in TABLES.items()
    ]
    return Grid(TABLES[table], shown, tabs, page, pages)


def _row(row: CheckedRow, typed: SentRow | None) -> GridRow:
    key = str(row.row.pk)
    doubts = {doubt.field: doubt.message for doubt in row.doubts}
    problems = row.problem_at
    cells = []
    for column in row.columns:
        saved = row.texts.get(column.code, "")
        text = saved if typed is None else typed.texts.get(column.code, saved)
        cells.append(
            Cell(
                column,
                key,
                row.line,
                text,
                problems.get(column.code, "") if text == saved else "",
                doubts.get(column.code, ""),
                saved if text != saved else None,
            )
        )
    member_id = row.found.member.pk if row.found else row.row.member_id
    return GridRow(key, row.line, row.row.version, cells, row.effect, member_id)


def _empty(table: Table, saved: int, empty: int, unsaved: Sequence[SentRow]) -> list[GridRow]:
    """Rows to type into; the first ones hold what was typed and not saved."""
    kept = [row for row in unsaved if any(row.texts.values())]
    rows = []
    for number in range(1, len(kept) + empty + 1):
        texts = kept[number - 1].texts if number <= len(kept) else {}
        key, line = f"new-{number}", saved + number
        cells = [Cell(column, key, line, texts.get(column.code, "")) for column in table.columns]
        rows.append(GridRow(key, line, 0, cells))
    return rows
