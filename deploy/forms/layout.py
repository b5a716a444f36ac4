"""
A sheet drawn by script: rows of labels and values on a grid of narrow columns, as official forms are (方眼).

Each value names its source in the dictionary, so that workbook and manifest of a pack come from one text. Lengths are
millimetres, type sizes points.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from openpyxl import Workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from documents.packs.manifest import (
    Direction,
    FormColumn,
    FormField,
    FormTable,
    Manifest,
    Overflow,
)
from documents.packs.manifest_reading import manifest_text, read_manifest
from documents.packs.shipped import FOLDER, HTML, MANIFEST, WORKBOOK
from documents.steady_workbooks import steady

GOTHIC, MINCHO = "游ゴシック", "游明朝"
# Width of a column in the format's own unit (characters of the standard type) for a millimetre.
CHARACTERS_A_MM: Final = 0.5143
POINTS_A_MM: Final = 72 / 25.4
MADE: Final = datetime(2026, 4, 1)
_THIN, _HAIR, _MEDIUM = (Side(style=style, color="000000") for style in ("thin", "hair", "medium"))
HEAD: Final = PatternFill("solid", fgColor="F2F2F2")
YEN: Final = '#,##0;"−"#,##0'
Box = Literal["thin", "hair", "medium", "none"]
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Look:
    """How a block looks."""

    size: float = 9
    bold: bool = False
    head: bool = False
    box: Box = "thin"
    align: Align = "left"
    top: bool = False
    wraps: bool = True
    font: str = GOTHIC
    upright: bool = False
    number_format: str = ""


@dataclass(frozen=True)
class L:
    """A label: printed text over ``span`` columns and ``rows`` rows. Empty text is an empty box."""

    text: str
    span: int
    rows: int = 1
    look: Look = Look()


@dataclass(frozen=True)
class V:
    """
    A value: ``source`` over the dictionary, over ``span`` columns. ``formula`` stands in the workbook and must come to
    the same (without ``=``; ``{key}`` is the address of another value, ``{table.column}`` the cells of a column).
    """

    key: str
    label: str
    source: str
    span: int
    format: str = ""
    rows: int = 1
    words: tuple[str, str] | None = None
    formula: str = ""
    look: Look = Look()


@dataclass(frozen=True)
class C:
    """A column of a table: its heading (with ``\\n`` where it shall break), width in columns and what it shows."""

    key: str
    heading: str
    source: str
    span: int
    format: str = ""
    label: str = ""
    words: tuple[str, str] | None = None
    formula: str = ""
    look: Look = Look()


Part = L | V


def head(text: str, span: int, rows: int = 1, **look: Any) -> L:
    """A label in a shaded box."""
    return L(text, span, rows, replace(Look(head=True, align="center"), **look))


def plain(text: str, span: int, rows: int = 1, **look: Any) -> L:
    """A text without a box."""
    return L(text, span, rows, replace(Look(box="none"), **look))


@dataclass
class Sheet:
    """One sheet while it is drawn, row after row."""

    form: "Form"
    sheet: Worksheet
    columns: int
    row: int = 0
    taken: set[tuple[int, int]] = field(default_factory=set)

    def line(self, *parts: Part, height: float = 6.5) -> int:
        """One row: the parts from left to right, beside what spans down from above. Returns the row's number."""
        self.row += 1
        self.sheet.row_dimensions[self.row].height = round(height * POINTS_A_MM, 2)
        column = 1
        for part in parts:
            while (self.row, column) in self.taken:
                column += 1
            if column + part.span - 1 > self.columns:
                raise ValueError(
                    f"{self.form.code}: row {self.row} is wider than {self.columns} columns: {part}"
                )
            self._put(part, column)
            column += part.span
        return self.row

    def gap(self, height: float = 3) -> None:
        """An empty row."""
        self.line(height=height)

    def title(self, text: str, *, size: float = 16, height: float = 12) -> None:
        """The form's name, across the sheet."""
        self.line(plain(text, self.columns, size=size, bold=True, align="center"), height=height)

    def section(self, text: str, *, height: float = 7) -> None:
        """A heading above a block."""
        self.line(plain(text, self.columns, size=10.5, bold=True), height=height)

    def note(self, text: str, *, height: float = 5, size: float = 8) -> None:
        """Small print, across the sheet."""
        self.line(plain(text, self.columns, size=size), height=height)

    def table(
        self,
        key: str,
        label: str,
        each: str,
        columns: Sequence[C],
        *,
        rows: int,
        height: float = 6.5,
        head_height: float = 9,
        indent: int = 0,
        where: str = "",
        overflow: Overflow = Overflow.CONTINUE,
        headings: bool = True,
        besides: Sequence[FormColumn] = (),
    ) -> None:
        """
        A table of ``rows`` rows with its headings; ``indent`` columns are left free on its left. ``besides`` have no
        cells: sums need them.
        """
        if headings:
            before = (plain("", indent),) if indent else ()
            self.line(*before, *(head(one.heading, one.span, size=8) for one in columns), height=head_height)
        top, found = self.row + 1, []
        for number in range(rows):
            self.row += 1
            self.sheet.row_dimensions[self.row].height = round(height * POINTS_A_MM, 2)
            column = 1 + indent
            for one in columns:
                shown = V(one.key, "", "", one.span, one.format, look=one.look)
                self._block(shown, column, one.look)
                if one.formula:
                    self.sheet.cell(self.row, column).value = "=" + one.formula.format(
                        **{
                            other.key: f"{letter}{self.row}"
                            for other, letter in self._letters(columns, indent)
                        }
                    )
                if not number:
                    found.append(
                        FormColumn(
                            one.key,
                            one.label or one.heading.replace("\n", ""),
                            one.source,
                            one.format,
                            get_column_letter(column),
                            words=one.words,
                        )
                    )
                column += one.span
        right = indent + sum(one.span for one in columns)
        block = f"{get_column_letter(1 + indent)}{top}:{get_column_letter(right)}{self.row}"
        for one, letter in self._letters(columns, indent):
            self.form.addresses[f"{key}.{one.key}"] = f"{letter}{top}:{letter}{self.row}"
        self.form.tables.append(
            FormTable(
                key, label, each, (*found, *besides), f"{self._title}!{block}", where, overflow=overflow
            )
        )

    def across(
        self,
        key: str,
        label: str,
        each: str,
        lines: Sequence[C],
        *,
        count: int,
        head_span: int,
        span: int = 1,
        height: float = 6.5,
        first_is_head: bool = True,
        beside: Sequence[Part] = (),
    ) -> None:
        """
        A table whose rows run to the right (月ごとの欄): each of ``lines`` is a row with its heading on the left,
        ``count`` cells of ``span`` columns. ``beside``: what stands to the right of each row (計).
        """
        top = self.row + 1
        found = []
        for number, one in enumerate(lines):
            look = replace(one.look, head=True, align="center") if first_is_head and not number else one.look
            parts: list[Part] = [head(one.heading, head_span, size=8)]
            parts += [L("", span, look=look) for _ in range(count)]
            row = self.row + 1
            first, last = get_column_letter(head_span + 1), get_column_letter(head_span + count * span)
            self.form.addresses[f"{key}.{one.key}"] = f"{first}{row}:{last}{row}"
            self.line(*parts, *beside[number : number + 1], height=height)
            found.append(
                FormColumn(
                    one.key, one.label or one.heading, one.source, one.format, str(row), words=one.words
                )
            )
        block = (
            f"{get_column_letter(head_span + 1)}{top}:{get_column_letter(head_span + count * span)}{self.row}"
        )
        self.form.tables.append(
            FormTable(
                key,
                label,
                each,
                tuple(found),
                f"{self._title}!{block}",
                lines=span,
                direction=Direction.ACROSS,
                overflow=Overflow.REFUSE,
            )
        )

    def boxes(
        self,
        key: str,
        label: str,
        source: str,
        *,
        before: Sequence[Part],
        count: int,
        span: int,
        height: float = 11,
        size: float = 16,
    ) -> None:
        """An amount with one digit a box, ¥ in front."""
        start = sum(part.span for part in before) + 1
        look = Look(size=size, bold=True, align="center")
        row = self.line(*before, *(L("", span, look=look) for _ in range(count)), height=height)
        last = get_column_letter(start + count * span - 1)
        at = f"{self._title}!{get_column_letter(start)}{row}:{last}{row}"
        self.form.fields.append(FormField(key, label, source, "digits", (at,)))

    # ------------------------------------------------------------ the cells

    @property
    def _title(self) -> str:
        plain_title = re.fullmatch(r"\w+", self.sheet.title)
        return self.sheet.title if plain_title else f"'{self.sheet.title}'"

    def _letters(self, columns: Sequence[C], indent: int) -> list[tuple[C, str]]:
        found, column = [], 1 + indent
        for one in columns:
            found.append((one, get_column_letter(column)))
            column += one.span
        return found

    def _put(self, part: Part, column: int) -> None:
        self._block(part, column, part.look)
        cell = self.sheet.cell(self.row, column)
        if isinstance(part, L):
            cell.value = part.text or None
            return
        address = f"{get_column_letter(column)}{self.row}"
        self.form.addresses[part.key] = address
        if part.formula:
            cell.value = "=" + _with_addresses(part.formula, self.form.addresses)
        if part.label:
            self.form.add(
                FormField(
                    part.key, part.label, part.source, part.format, (f"{self._title}!{address}",), part.words
                )
            )

    def _block(self, part: Part, column: int, look: Look) -> None:
        bottom, right = self.row + part.rows - 1, column + part.span - 1
        sides = None if look.box == "none" else {"thin": _THIN, "hair": _HAIR, "medium": _MEDIUM}[look.box]
        for row in range(self.row, bottom + 1):
            for place in range(column, right + 1):
                self.taken.add((row, place))
                cell: Any = self.sheet.cell(row, place)
                cell.border = Border(
                    top=sides if row == self.row else None,
                    bottom=sides if row == bottom else None,
                    left=sides if place == column else None,
                    right=sides if place == right else None,
                )
                if look.head:
                    cell.fill = HEAD
        first: Any = self.sheet.cell(self.row, column)
        first.font = Font(name=look.font, size=look.size, bold=look.bold)
        first.alignment = Alignment(
            horizontal=look.align,
            vertical="top" if look.top else "center",
            wrap_text=look.wraps,
            text_rotation=255 if look.upright else 0,
        )
        if look.number_format:
            first.number_format = look.number_format
        if (bottom, right) != (self.row, column):
            self.sheet.merge_cells(start_row=self.row, end_row=bottom, start_column=column, end_column=right)
            assert not isinstance(self.sheet.cell(self.row, column), MergedCell)


@dataclass
class Form:
    """
    One shipped pack while it is drawn. ``folder`` is the year's folder (``2026``, ``2026-nursery``); ``says`` what its
    manifest says besides fields and tables; ``html`` a template of its own for the PDF.
    """

    code: str
    folder: str
    says: Manifest
    html: str = ""
    book: Workbook = field(default_factory=Workbook)
    fields: list[FormField] = field(default_factory=list)
    tables: list[FormTable] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    _has_sheet: bool = False

    def sheet(
        self,
        title: str,
        *,
        columns: int | Sequence[float] = 36,
        landscape: bool = False,
        paper: Literal["A4", "A3"] = "A4",
        margin: float = 15,
    ) -> Sheet:
        """A new sheet: ``columns`` narrow ones of equal width across the paper, or their widths."""
        if self._has_sheet:
            sheet = self.book.create_sheet(title)
        else:
            active = self.book.active
            assert isinstance(active, Worksheet)
            sheet, self._has_sheet = active, True
            sheet.title = title
        short, long = (210.0, 297.0) if paper == "A4" else (297.0, 420.0)
        wide = (long if landscape else short) - 2 * margin
        widths = [wide / columns] * columns if isinstance(columns, int) else list(columns)
        for place, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = round(width * CHARACTERS_A_MM, 3)
        setup = sheet.page_setup
        setup.paperSize = sheet.PAPERSIZE_A4 if paper == "A4" else sheet.PAPERSIZE_A3
        setup.orientation = "landscape" if landscape else "portrait"
        setup.fitToWidth, setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        inches = margin / 25.4
        sheet.page_margins.left = sheet.page_margins.right = inches
        sheet.page_margins.top = sheet.page_margins.bottom = inches
        sheet.page_margins.header = sheet.page_margins.footer = inches / 2
        sheet.print_options.horizontalCentered = True
        sheet.sheet_view.showGridLines = False
        return Sheet(self, sheet, len(widths))

    def add(self, found: FormField) -> None:
        """One more field; the same one again stands in a further cell."""
        for place, one in enumerate(self.fields):
            if replace(one, at=()) == replace(found, at=()):
                self.fields[place] = replace(one, at=(*one.at, *found.at))
                return
        self.fields.append(found)

    def helper(self, key: str, label: str, source: str, format: str = "") -> None:
        """A field without a cell, for other fields or the HTML template."""
        self.fields.append(FormField(key, label, source, format))

    def files(self) -> dict[str, bytes]:
        """What the pack's folder holds; the same layout gives the same bytes."""
        text = manifest_text(replace(self.says, fields=tuple(self.fields), tables=tuple(self.tables)))
        read_manifest(text)
        found = {MANIFEST: text.encode()}
        if self._has_sheet:
            for sheet in self.book.worksheets:
                sheet.print_area = sheet.dimensions
            found[WORKBOOK] = steady(self.book, made_at=MADE)
        if self.html:
            found[HTML] = self.html.encode()
        return found

    def write(self) -> None:
        """Write it to where shipped packs are."""
        folder: Path = FOLDER / self.code / self.folder
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files().items():
            (folder / name).write_bytes(content)


def _with_addresses(formula: str, addresses: dict[str, str]) -> str:
    return re.sub(r"\{([a-z0-9_.]+)\}", lambda found: addresses[found[1]], formula)
