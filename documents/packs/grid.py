"""
A filled sheet as what stands where on paper: which cell covers a place, its text and side, what is around it. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from documents.packs.filled import FilledSheet
from documents.packs.labels import Labels
from documents.packs.number_formats import printed_number
from documents.packs.template import Look, TemplateCell, TemplateSheet

PLAIN: Final = Look()
# A form says what it is at its top, in its largest type.
ROWS_OF_TITLE: Final = 10
SIZE_OF_TITLE: Final = 12


@dataclass(frozen=True, slots=True)
class Box:
    """A cell as it stands on a page: its size there in millimetres, and over how many rows and columns it goes."""

    cell: TemplateCell
    row: int
    column: int
    rows: int
    columns: int
    wide: float
    high: float


class Grid:
    """One sheet of a form, ``scale`` times as large as in its workbook."""

    def __init__(self, sheet: TemplateSheet, filled: FilledSheet, scale: float) -> None:
        self.sheet, self.filled, self.scale = sheet, filled, scale
        self._labels = Labels(sheet)
        self._covered: dict[tuple[int, int], TemplateCell] = {}
        for cell in sheet.cells.values():
            whole = self._continued(cell)
            for row in range(cell.row, cell.row + whole.rows):
                for column in range(cell.column, cell.column + whole.columns):
                    is_own = row == cell.row and cell.column <= column < cell.column + cell.columns
                    if is_own or whole is not cell or (row, column) not in sheet.cells:
                        self._covered[row, column] = whole
        self.title = self._title_place()

    def box(self, rows: Sequence[int], at_row: int, columns: Sequence[int], at_column: int) -> Box:
        """The cell at a place among the rows and columns of a page, as far as it goes there."""
        row, column = rows[at_row], columns[at_column]
        cell = self._covered.get((row, column)) or TemplateCell(row, column, PLAIN)
        down = _leading(rows, at_row, cell.area.bottom)
        over = _leading(columns, at_column, cell.area.right)
        wide, high = sum(map(self.wide, over)), sum(map(self.high, down))
        return Box(cell, row, column, len(down), len(over), wide, high)

    def is_bare(self, row: int, column: int) -> bool:
        """Whether nothing at all is to be seen there."""
        cell = self._covered.get((row, column))
        if cell is None:
            return (row, column) not in self.filled.cells
        return (
            cell.rows == cell.columns == 1
            and not cell.look.lines
            and not cell.look.fill
            and not self.text(cell)
        )

    def spill(self, box: Box, columns: Sequence[int]) -> tuple[float, float]:
        """How far words of the template may reach to the left and right over empty cells, as in Excel."""
        place = columns.index(box.column)
        horizontal = self.horizontal(box.cell)
        before = self._free(box.row, columns[:place][::-1]) if horizontal != "left" else 0.0
        after = self._free(box.row, columns[place + box.columns :]) if horizontal != "right" else 0.0
        if horizontal == "center":
            before = after = min(before, after)
        return before, after

    def _free(self, row: int, columns: Sequence[int]) -> float:
        free = 0.0
        for column in columns:
            cell = self._covered.get((row, column))
            at = (cell.row, cell.column) if cell is not None else (row, column)
            if at in self.filled.cells or (cell is not None and (self.text(cell) or cell.columns > 1)):
                break
            free += self.wide(column)
        return free

    def _continued(self, cell: TemplateCell) -> TemplateCell:
        """選択範囲内で中央: the empty cells behind that are aligned like it belong to it."""
        if cell.look.horizontal != "centerContinuous" or not self.text(cell):
            return cell
        last = cell.column + cell.columns
        while (
            (following := self.sheet.cells.get((cell.row, last))) is not None
            and following.look.horizontal == "centerContinuous"
            and not self.text(following)
        ):
            last += following.columns
        return replace(cell, columns=last - cell.column)

    def text(self, cell: TemplateCell) -> str:
        """What it shows: its value, else what the template prints there."""
        value = self.filled.cells.get((cell.row, cell.column))
        return value.text if value is not None else _printed(cell)

    def horizontal(self, cell: TemplateCell) -> str:
        """Left, right or center; where the template says nothing, as the kind of value says."""
        said = cell.look.horizontal
        if said in ("right", "center"):
            return said
        if said == "centerContinuous" or cell.look.rotation:
            return "center"
        if said in ("", "general"):
            value = self.filled.cells.get((cell.row, cell.column))
            content = value.content if value is not None else cell.value
            if isinstance(content, bool):
                return "center"
            if content is not None and not isinstance(content, str):
                return "right"
        return "left"

    def is_head(self, cell: TemplateCell) -> bool:
        """A word of the template on a ground or in bold says what stands beside or below it."""
        is_word = isinstance(cell.value, str) and (cell.row, cell.column) not in self.filled.cells
        if not is_word or not self.text(cell).strip() or (cell.row, cell.column) == self.title:
            return False
        return cell.look.bold or cell.look.fill not in ("", "ffffff")

    def scope(self, cell: TemplateCell) -> str:
        """Of a head: whether it stands for its row or its column."""
        beside = self._covered.get((cell.row, cell.area.right + 1))
        is_last = cell.area.right >= self.sheet.area.right
        return "col" if is_last or (beside is not None and self.is_head(beside)) else "row"

    def label(self, cell: TemplateCell) -> str:
        """The words of the template that stand left of a cell, or above it."""
        return self._labels.beside(cell.row, cell.column).words

    def _title_place(self) -> tuple[int, int] | None:
        """The cell with the largest type of the first rows."""
        last = self.sheet.area.top + ROWS_OF_TITLE
        named = [
            cell
            for cell in self.sheet.cells.values()
            if cell.row < last
            and cell.look.size >= SIZE_OF_TITLE
            and isinstance(cell.value, str)
            and self.text(cell)
        ]
        largest = max(named, key=lambda cell: (cell.look.size, -cell.row, -cell.column), default=None)
        return (largest.row, largest.column) if largest is not None else None

    def wide(self, column: int) -> float:
        """Of a column on paper, in millimetres."""
        return self.sheet.widths[column - self.sheet.area.left] * self.scale

    def high(self, row: int) -> float:
        """Of a row on paper, in millimetres."""
        return self.sheet.heights[row - self.sheet.area.top] * self.scale


def _leading(numbers: Sequence[int], start: int, last: int) -> Sequence[int]:
    """Those from a place on that are not behind ``last``."""
    end = start + 1
    while end < len(numbers) and numbers[end] <= last:
        end += 1
    return numbers[start:end]


def _printed(cell: TemplateCell) -> str:
    """What the template itself prints in a cell."""
    value = Decimal(str(cell.value)) if isinstance(cell.value, float) else cell.value
    return printed_number(value, cell.look.number_format)
