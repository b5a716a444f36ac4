"""A shipped form with values, on paper and as a workbook, without a database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from openpyxl.utils import get_column_letter

from documents import rendering
from documents.dictionary import Values
from documents.packs.drawing import drawn
from documents.packs.filled import Filled, Marks
from documents.packs.filling import fill
from documents.packs.pack import Pack
from documents.packs.shipped import shipped
from documents.packs.splicing import spliced
from documents.packs.template_reading import read_template

NUMBER = "1299900000901-2026-01-1a2b3c4d"
FINAL = Marks("", NUMBER, f"https://seikyu.example.jp/q/{NUMBER}/")
MADE_AT = datetime(2026, 4, 6, tzinfo=UTC)


def pack_of(code: str, from_year: int) -> Pack:
    """The shipped pack of this code that begins in ``from_year``."""
    return next(one for one in shipped() if (one.manifest.code, one.manifest.from_year) == (code, from_year))


@dataclass(frozen=True)
class Printed:
    """A form; nothing is wrong with its values or their places."""

    pack: Pack
    values: Values

    @cached_property
    def filled(self) -> Filled:
        """With its values."""
        manifest = self.pack.manifest
        template = read_template(self.pack.workbook or b"")
        found = fill(manifest, template, self.values, title=manifest.title, marks=FINAL)
        assert not found.problems, found.problems
        return found

    @cached_property
    def html(self) -> str:
        """As it is rendered."""
        drawing = drawn(read_template(self.pack.workbook or b""), self.filled)
        assert not drawing.problems, drawing.problems
        return drawing.page

    @cached_property
    def pdf(self) -> bytes:
        """On paper."""
        return rendering.pdf_of_html(
            self.html, identifier=self.pack.manifest.code, variant=rendering.UNIVERSAL, attachments=[]
        )

    @cached_property
    def workbook(self) -> bytes:
        """As a workbook."""
        assert self.pack.workbook is not None
        return spliced(self.pack.workbook, self.filled, made_at=MADE_AT)

    def total(self, field: str) -> int:
        """A number of each sheet, added up."""
        at = {place for one in self.pack.manifest.fields if one.key == field for place in one.at}
        return sum(
            int(cell.content or 0)
            for sheet in self.filled.sheets
            for (row, column), cell in sheet.cells.items()
            if _address(sheet.template, row, column) in at
        )


def _address(sheet: str, row: int, column: int) -> str:
    return f"{sheet}!{get_column_letter(column)}{row}"


def printed(code: str, from_year: int, values: Values) -> Printed:
    """The form of these values."""
    return Printed(pack_of(code, from_year), values)
