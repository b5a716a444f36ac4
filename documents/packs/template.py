"""
The sheets of a pack's workbook as plain values: where its cells stand, how large, how they look.

Lengths are millimetres, sizes of type points. Rows and columns count from 1. Colours are ``rrggbb``, empty for none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from openpyxl.utils import coordinate_to_tuple, get_column_letter

ADDRESS = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")


class Area(NamedTuple):
    """A block of cells, both ends in it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def address(self) -> str:
        """``A5:F34``; of one cell, ``A5``."""
        first = f"{get_column_letter(self.left)}{self.top}"
        last = f"{get_column_letter(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell is one of the block's."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


class Place(NamedTuple):
    """One cell of a named sheet."""

    sheet: str
    row: int
    column: int

    @classmethod
    def of(cls, sheet: str, address: str) -> "Place":
        """:raises ValueError: not an address."""
        if not ADDRESS.fullmatch(address):
            raise ValueError(f"no address: {address!r}")
        row, column = coordinate_to_tuple(address)
        return cls(sheet, row, column)

    @property
    def address(self) -> str:
        """``C6``."""
        return f"{get_column_letter(self.column)}{self.row}"

    def __str__(self) -> str:
        return f"{self.sheet}!{self.address}"


class Side(StrEnum):
    """A side of a cell."""

    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Line:
    """A border: ``style`` as the format names it (thin, medium, hair, dashed, double …)."""

    style: str
    colour: str = "000000"


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks. ``horizontal`` and ``vertical`` as the format names them; ``rotation`` 255 is 縦書き."""

    font: str = ""
    size: float = 11
    bold: bool = False
    italic: bool = False
    underline: bool = False
    colour: str = ""
    fill: str = ""
    horizontal: str = ""
    vertical: str = ""
    wraps: bool = False
    shrinks: bool = False
    indent: int = 0
    rotation: int = 0
    number_format: str = "General"
    lines: Mapping[Side, Line] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TemplateCell:
    """
    One cell of the template; of merged cells only the first stands here, with what it spans.

    ``value`` is what is printed there already (a text, a number, True; None for nothing), ``formula`` its formula
    without ``=``. ``lines`` of its look are those of the whole merged block.
    """

    row: int
    column: int
    look: Look
    value: str | int | float | bool | None = None
    formula: str = ""
    rows: int = 1
    columns: int = 1

    @property
    def address(self) -> str:
        """``C6``."""
        return f"{get_column_letter(self.column)}{self.row}"

    @property
    def area(self) -> Area:
        """The block it covers."""
        return Area(self.row, self.column, self.row + self.rows - 1, self.column + self.columns - 1)


@dataclass(frozen=True, slots=True)
class PageSetup:
    """How a sheet is printed. ``fit_wide``/``fit_high``: pages it is fitted to, 0 for as many as it takes."""

    paper: str = "A4"
    landscape: bool = False
    margin_top: float = 19
    margin_right: float = 18
    margin_bottom: float = 19
    margin_left: float = 18
    scale: int = 100
    fit_wide: int = 0
    fit_high: int = 0
    centred: bool = False


@dataclass(frozen=True, slots=True)
class TemplateSheet:
    """
    One sheet. ``widths`` and ``heights`` in millimetres from the first column and row of ``area`` on, which is what is
    printed; hidden ones are 0. ``breaks`` are the rows after which a new page begins; ``title_rows`` stand at the top
    of each page (first, last).
    """

    title: str
    area: Area
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    cells: Mapping[tuple[int, int], TemplateCell]
    page: PageSetup
    breaks: tuple[int, ...] = ()
    title_rows: tuple[int, int] | None = None
    is_hidden: bool = False

    def cell_at(self, row: int, column: int) -> TemplateCell | None:
        """The cell that covers the place: itself, or the first of the merged block it lies in."""
        found = self.cells.get((row, column))
        if found is not None:
            return found
        return next((cell for cell in self.cells.values() if cell.area.holds(row, column)), None)


@dataclass(frozen=True, slots=True)
class Template:
    """A workbook as a pack uses it. ``names`` are its defined names of cells and blocks, as ``(sheet, area)``."""

    sheets: tuple[TemplateSheet, ...]
    names: Mapping[str, tuple[str, Area]] = field(default_factory=dict)

    def sheet(self, title: str) -> TemplateSheet | None:
        """The sheet of this title."""
        return next((sheet for sheet in self.sheets if sheet.title == title), None)
