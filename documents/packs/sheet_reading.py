"""One sheet of a template from what openpyxl loaded and what stands in its XML."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from documents.packs.colours import Colours, mixed
from documents.packs.number_formats import code_of
from documents.packs.package import NotSpliceable
from documents.packs.sheet_xml import SheetXml, area_of, is_true
from documents.packs.template import Area, Line, Look, PageSetup, Side, TemplateCell, TemplateSheet
from documents.packs.template_gate import places_of

MOST_ROWS = 2_000
MOST_COLUMNS = 200
MM_PER_INCH = 25.4
POINTS_PER_INCH = 72
PIXELS_PER_INCH = 96
# Width of a digit by the em, as screens show it; the width of a column is counted in these.
DIGIT_WIDTHS = {"calibri": 0.507, "arial": 0.556, "メイリオ": 0.62, "meiryo": 0.62, "meiryo ui": 0.58}
DIGIT_WIDTH = 0.54
LETTERS_OF_COLUMN = 8
COLUMN_PADDING = 5
PAPERS = {1: "Letter", 5: "Legal", 8: "A3", 9: "A4", 11: "A5", 12: "B4", 13: "B5"}
# Parts of a pattern that are dots or stripes of its colour, as far as paper shows it.
PATTERNS = {
    "gray0625": 0.0625,
    "gray125": 0.125,
    "lightGray": 0.25,
    "mediumGray": 0.5,
    "darkGray": 0.75,
    **{
        f"{depth}{way}": part
        for depth, part in (("light", 0.25), ("dark", 0.5))
        for way in ("Horizontal", "Vertical", "Down", "Up", "Grid", "Trellis")
    },
}
# A sheet's title, quoted or not, and the block of it that is meant.
REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!,()]+))!([^!,()]+)")


class AreaTooLarge(Exception):
    """What is printed of a sheet has more rows or columns than any form."""


class SheetReader:
    """Reads sheets of one workbook; looks that cells share are made once."""

    def __init__(self, workbook: Any, colours: Colours) -> None:
        self._workbook = workbook
        self._colours = colours
        self._looks: dict[int, Look] = {}
        self._epoch = CALENDAR_MAC_1904 if workbook.epoch == CALENDAR_MAC_1904 else CALENDAR_WINDOWS_1900
        # The style that a Japanese Excel calls 標準 and others Normal.
        usual = (one.font for one in workbook._named_styles if one.builtinId == 0)
        font = next(usual, workbook._fonts[0])
        self._digit = _digit_pixels(font.name or "", font.sz or 11)

    def sheet(
        self, place: int, title: str, xml: SheetXml, own_names: Mapping[str, str], *, is_hidden: bool
    ) -> TemplateSheet:
        """
        One sheet; ``own_names`` are the names that only it knows.

        :raises AreaTooLarge: what is printed has more rows or columns than any form.
        """
        sheet = self._workbook.worksheets[place]
        cells = self._cells(sheet, xml)
        used = _used(cells)
        area = _print_area(own_names.get("_xlnm.Print_Area", ""), used)
        if area.bottom - area.top >= MOST_ROWS or area.right - area.left >= MOST_COLUMNS:
            raise AreaTooLarge
        return TemplateSheet(
            title,
            area,
            self._widths(xml, area),
            _heights(xml, area),
            cells,
            _page(sheet),
            tuple(sorted({one.id for one in sheet.row_breaks.brk if area.top <= one.id < area.bottom})),
            _title_rows(own_names.get("_xlnm.Print_Titles", "")),
            is_hidden,
        )

    def _cells(self, sheet: Any, xml: SheetXml) -> dict[tuple[int, int], TemplateCell]:
        looks = {place: self._look(cell) for place, cell in sheet._cells.items()}
        covered: set[tuple[int, int]] = set()
        blocks: dict[tuple[int, int], Area] = {}
        for block in xml.merged:
            first = (block.top, block.left)
            if first in covered or places_of(block) == 1:
                continue
            blocks[first] = block
            covered.update(
                (row, column)
                for row in range(block.top, block.bottom + 1)
                for column in range(block.left, block.right + 1)
            )
        found = {
            place: self._cell(cell, looks[place])
            for place, cell in sheet._cells.items()
            if place not in covered
        }
        for first, block in blocks.items():
            cell = sheet._cells.get(first)
            look = replace(looks.get(first, Look()), lines=_lines_of_block(looks, block))
            whole = TemplateCell(*first, look) if cell is None else self._cell(cell, look)
            found[first] = replace(
                whole, rows=block.bottom - block.top + 1, columns=block.right - block.left + 1
            )
        return found

    def _cell(self, cell: Any, look: Look) -> TemplateCell:
        value, formula = cell.value, ""
        if cell.data_type == "f":
            value, formula = None, str(getattr(value, "text", value) or "").removeprefix("=")
        elif isinstance(value, date | datetime | time | timedelta):
            # The library makes days of numbers; what is printed is for the format to say.
            value = to_excel(value, self._epoch)  # type: ignore[no-untyped-call]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return TemplateCell(cell.row, cell.column, look, value, formula)

    def _look(self, cell: Any) -> Look:
        style = cell.style_id
        if style not in self._looks:
            self._looks[style] = self._made_look(cell)
        return self._looks[style]

    def _made_look(self, cell: Any) -> Look:
        font, alignment, border = cell.font, cell.alignment, cell.border
        lines = {}
        for side in Side:
            drawn = getattr(border, side)
            if drawn is not None and drawn.style:
                lines[side] = Line(drawn.style, self._colours.rgb(drawn.color) or "000000")
        return Look(
            font.name or "",
            float(font.sz or 11),
            bool(font.b),
            bool(font.i),
            bool(font.u and font.u != "none"),
            self._colours.rgb(font.color),
            self._fill(cell.fill),
            "" if alignment.horizontal in (None, "general") else alignment.horizontal,
            alignment.vertical or "",
            bool(alignment.wrap_text),
            bool(alignment.shrink_to_fit),
            int(alignment.indent or 0),
            int(alignment.textRotation or 0),
            code_of(cell._style.numFmtId, cell.number_format),
            lines,
        )

    def _fill(self, fill: Any) -> str:
        pattern = getattr(fill, "patternType", None)
        if pattern in (None, "none"):
            return ""
        front, back = self._colours.rgb(fill.fgColor), self._colours.rgb(fill.bgColor)
        if pattern == "solid":
            return front
        return mixed(front or "000000", back or "ffffff", PATTERNS.get(pattern, 0.25))

    def _widths(self, xml: SheetXml, area: Area) -> tuple[float, ...]:
        element = xml.named("sheetFormatPr")
        about = element.about if element is not None else {}
        if "defaultColWidth" in about:
            usual = self._pixels(float(about["defaultColWidth"]))
        else:
            letters = int(about.get("baseColWidth", LETTERS_OF_COLUMN))
            usual = math.ceil((letters * self._digit + COLUMN_PADDING) / 8) * 8
        pixels = [usual] * (area.right - area.left + 1)
        for columns in xml.columns:
            width = (
                0 if columns.is_hidden else usual if columns.width is None else self._pixels(columns.width)
            )
            for column in range(max(columns.first, area.left), min(columns.last, area.right) + 1):
                pixels[column - area.left] = width
        return tuple(round(one / PIXELS_PER_INCH * MM_PER_INCH, 3) for one in pixels)

    def _pixels(self, letters: float) -> int:
        """A width in letters as pixels (18.3.1.13)."""
        return int((256 * letters + int(128 / self._digit)) / 256 * self._digit)


def _digit_pixels(font: str, size: float) -> int:
    """How wide a digit of the workbook's usual font is on a screen."""
    return max(
        1, round(DIGIT_WIDTHS.get(font.casefold(), DIGIT_WIDTH) * size / POINTS_PER_INCH * PIXELS_PER_INCH)
    )


def _heights(xml: SheetXml, area: Area) -> tuple[float, ...]:
    element = xml.named("sheetFormatPr")
    about = element.about if element is not None else {}
    usual = 0.0 if is_true(about.get("zeroHeight")) else float(about.get("defaultRowHeight", 15))
    points = []
    for number in range(area.top, area.bottom + 1):
        row = xml.rows.get(number)
        said = row.element.about if row is not None else {}
        points.append(0.0 if is_true(said.get("hidden")) else float(said.get("ht", usual)))
    return tuple(round(one / POINTS_PER_INCH * MM_PER_INCH, 3) for one in points)


def _used(cells: Mapping[tuple[int, int], TemplateCell]) -> Area:
    """From A1 to the last cell that shows anything."""
    shown = [
        cell.area
        for cell in cells.values()
        if cell.value not in (None, "") or cell.formula or cell.look.lines or cell.look.fill
    ]
    return Area(
        1, 1, max((one.bottom for one in shown), default=1), max((one.right for one in shown), default=1)
    )


def _print_area(written: str, used: Area) -> Area:
    """The block that is printed: of several areas the one that holds them all; what is used where none is named."""
    found = list(REFERENCE.finditer(written))
    if not found or ",".join(one[0] for one in found) != written:
        # None, or one that is computed (OFFSET): a program would show it, we do not compute it.
        return used
    try:
        blocks = [_clipped(one[3], used) for one in found]
    except NotSpliceable:
        return used
    return Area(
        min(one.top for one in blocks),
        min(one.left for one in blocks),
        max(one.bottom for one in blocks),
        max(one.right for one in blocks),
    )


def _clipped(reference: str, used: Area) -> Area:
    """A block; whole columns and rows reach as far as anything stands."""
    ends = reference.replace("$", "").strip().split(":")
    if all(end.isalpha() for end in ends):
        return area_of(f"{ends[0]}1:{ends[-1]}{used.bottom}")
    if all(end.isdecimal() for end in ends):
        return Area(int(ends[0]), 1, int(ends[-1]), used.right)
    return area_of(reference.strip())


def _title_rows(written: str) -> tuple[int, int] | None:
    for found in REFERENCE.finditer(written):
        ends = found[3].replace("$", "").split(":")
        if all(end.isdecimal() for end in ends):
            return int(ends[0]), int(ends[-1])
    return None


def _lines_of_block(looks: Mapping[tuple[int, int], Look], block: Area) -> dict[Side, Line]:
    """The lines around a merged block: each side's is the first that a cell along it has."""
    rows, columns = range(block.top, block.bottom + 1), range(block.left, block.right + 1)
    edges = {
        Side.TOP: [(block.top, column) for column in columns],
        Side.RIGHT: [(row, block.right) for row in rows],
        Side.BOTTOM: [(block.bottom, column) for column in columns],
        Side.LEFT: [(row, block.left) for row in rows],
    }
    lines = {}
    for side, places in edges.items():
        found = (looks[place].lines.get(side) for place in places if place in looks)
        if (line := next((one for one in found if one is not None), None)) is not None:
            lines[side] = line
    return lines


def _page(sheet: Any) -> PageSetup:
    setup, margins = sheet.page_setup, sheet.page_margins
    properties = sheet.sheet_properties.pageSetUpPr
    fits = bool(properties and properties.fitToPage)
    top, right, bottom, left = (
        round(float(inches) * MM_PER_INCH, 2)
        for inches in (margins.top, margins.right, margins.bottom, margins.left)
    )
    return PageSetup(
        paper=PAPERS.get(int(setup.paperSize or 9), "A4"),
        landscape=setup.orientation == "landscape",
        margin_top=top,
        margin_right=right,
        margin_bottom=bottom,
        margin_left=left,
        scale=100 if fits else int(setup.scale or 100),
        fit_wide=(1 if setup.fitToWidth is None else int(setup.fitToWidth)) if fits else 0,
        fit_high=(1 if setup.fitToHeight is None else int(setup.fitToHeight)) if fits else 0,
        centred=bool(sheet.print_options.horizontalCentered),
    )
