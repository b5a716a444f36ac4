"""
Every form that comes with the product: as its script draws it, sound, complete on paper and in its workbook.

Whoever adds a pack adds nothing here, but looks at its golden pictures (``GOLDEN=write``).
"""

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from typing import Any, Final

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from deploy.forms.build import forms
from documents import html_forms, rendering
from documents.pack_checks import findings_of, known_for
from documents.packs.drawing import drawn
from documents.packs.filled import Filled, FilledCell, Marks
from documents.packs.filling import fill
from documents.packs.manifest import Direction, Overflow
from documents.packs.pack import Pack
from documents.packs.places import area_of
from documents.packs.shipped import FOLDER, shipped
from documents.packs.splicing import spliced
from documents.packs.template import Template
from documents.packs.template_reading import read_template
from tests.documents.packs.distinct import distinct_values
from tests.documents.packs.golden import assert_looks_like
from tests.documents.packs.recalculated import alike, all_wrong_results, needs_libreoffice

AT: Final = datetime(2026, 6, 5, 14, 32, tzinfo=UTC)
# A final paper's number and QR code take their room at the foot.
MARKS: Final = Marks(
    "見本・支払不可",
    "1299900000901-202606-01-1a2b3c4d",
    "https://seikyu.example.jp/q/1299900000901-202606-01/",
)
ROWS: Final = 2
PAGES_KEPT: Final = 2


def name_of(pack: Pack) -> str:
    """``commission_claim-2025``."""
    manifest = pack.manifest
    types = f"-{manifest.facility_types[0]}" if len(_years(manifest.code)[manifest.from_year]) > 1 else ""
    return f"{manifest.code}-{manifest.from_year}{types}"


@cache
def _years(code: str) -> dict[int, list[Pack]]:
    found: dict[int, list[Pack]] = {}
    for pack in shipped():
        if pack.manifest.code == code:
            found.setdefault(pack.manifest.from_year, []).append(pack)
    return found


every_pack = pytest.mark.parametrize("pack", shipped(), ids=name_of)


@cache
def filled_with(name: str, truth: bool) -> Filled:
    """The pack with values of which no two are the same; once for all tests of a process."""
    pack = next(one for one in shipped() if name_of(one) == name)
    known = known_for(pack.manifest)
    values = distinct_values(pack.manifest, known.vocabulary, truth=truth, rows=ROWS)
    return fill(pack.manifest, template_of(name), values, title=pack.manifest.title, marks=MARKS)


@cache
def template_of(name: str) -> Template | None:
    """The pack's sheets."""
    pack = next(one for one in shipped() if name_of(one) == name)
    return None if pack.workbook is None else read_template(pack.workbook)


@cache
def paper_of(name: str) -> bytes:
    """The pack as PDF."""
    pack = next(one for one in shipped() if name_of(one) == name)
    filled, template = filled_with(name, truth=True), template_of(name)
    if pack.html is not None:
        page = html_forms.page(pack.html, filled)
    else:
        assert template is not None
        drawing = drawn(template, filled)
        assert not drawing.problems, [str(one) for one in drawing.problems]
        page = drawing.page
    return rendering.pdf_of_html(page, identifier=name)


@cache
def workbook_of(name: str) -> bytes:
    """The pack as workbook."""
    pack = next(one for one in shipped() if name_of(one) == name)
    assert pack.workbook is not None
    return spliced(pack.workbook, filled_with(name, truth=True), made_at=AT)


def cells_of(filled: Filled) -> Iterator[tuple[str, tuple[int, int], FilledCell]]:
    """Every cell that something stands in, with its sheet."""
    for sheet in filled.sheets:
        for place, cell in sheet.cells.items():
            if cell.text:
                yield sheet.title, place, cell


# ---------------------------------------------------------------- the packs


def test_what_is_committed_is_what_the_scripts_draw() -> None:
    built = {(form.code, form.folder): form.files() for form in forms()}

    there = {
        (path.parent.parent.name, path.parent.name): {
            one.name: one.read_bytes() for one in path.parent.iterdir()
        }
        for path in FOLDER.glob("*/*/manifest.toml")
    }
    assert there.keys() == built.keys()
    assert [place for place in built if built[place] != there[place]] == [], "make forms"


def test_packs_have_names_of_their_own() -> None:
    names = [name_of(pack) for pack in shipped()]

    assert len(set(names)) == len(names)


@every_pack
def test_a_pack_is_sound(pack: Pack) -> None:
    findings = findings_of(pack)

    assert [str(one) for one in findings.problems] == []
    assert not any("計算式のセルに、何も" in one.sentence for one in findings.remarks)
    assert pack.is_shipped
    # Nobody has the official layouts here; a pack says what it imitates.
    assert pack.manifest.official or len(pack.manifest.source) > 20


# ---------------------------------------------------------------- everything appears


@every_pack
def test_every_field_appears_somewhere(pack: Pack) -> None:
    name = name_of(pack)
    shown = [filled_with(name, truth) for truth in (True, False)]

    assert [str(one) for filled in shown for one in filled.problems] == []
    silent = [
        one.key
        for one in pack.manifest.fields
        if (one.at or pack.html) and not any(filled.texts[one.key] for filled in shown)
    ]
    silent += [
        f"{table.key}.{column.key}"
        for table in pack.manifest.tables
        for column in table.columns
        if (column.at or pack.html)
        # Left to be written by hand.
        and column.source != '""'
        and not any(row[column.key] for filled in shown for row in filled.tables[table.key])
    ]
    assert silent == []
    for filled in shown:
        written = {cell.text for _, _, cell in cells_of(filled)}
        if pack.html is None:
            lost = [
                one.key
                for one in pack.manifest.fields
                if one.at and one.format != "digits" and filled.texts[one.key] not in {"", *written}
            ]
            assert lost == []


@every_pack
def test_the_paper_shows_every_cell(pack: Pack) -> None:
    name = name_of(pack)
    reader = PdfReader(io.BytesIO(paper_of(name)))

    text = _plain("".join(page.extract_text() for page in reader.pages))

    missing = [
        f"{sheet}!{place}: {cell.text}"
        for sheet, place, cell in cells_of(filled_with(name, truth=True))
        if _plain(cell.text) not in text
    ]
    assert missing == []
    assert _plain(MARKS.control_number) in text


def _plain(text: str) -> str:
    """Without blanks, and without the boxes to tick, which paper draws."""
    return re.sub(r"[\s☐☑□■]", "", text)


@every_pack
def test_the_workbook_keeps_every_value(pack: Pack) -> None:
    if pack.workbook is None:
        pytest.skip("has none")
    name = name_of(pack)
    book = load_workbook(io.BytesIO(workbook_of(name)), data_only=True)

    wrong = [
        f"{sheet}!{place}: {book[sheet].cell(*place).value!r}, not {cell.content!r}"
        for sheet, place, cell in cells_of(filled_with(name, truth=True))
        if not _same(book[sheet].cell(*place).value, cell.content)
    ]

    assert wrong == []


def _same(kept_value: Any, content: Any) -> bool:
    if isinstance(content, Fraction):
        content = float(content)
    if isinstance(kept_value, datetime) and isinstance(content, date):
        return kept_value.date() == content
    return alike(kept_value, content)


@every_pack
def test_rows_that_do_not_fit_go_on_on_a_further_sheet(pack: Pack) -> None:
    name = name_of(pack)
    template = template_of(name)
    if template is None:
        pytest.skip("a page of HTML is as long as its rows")
    vocabulary = known_for(pack.manifest).vocabulary
    for table in pack.manifest.tables:
        if not table.at or table.overflow is Overflow.REFUSE:
            continue
        _, area = area_of(table.at, template)
        size = (area.bottom - area.top if table.direction is Direction.DOWN else area.right - area.left) + 1
        values = distinct_values(pack.manifest, vocabulary, truth=True, rows=size // table.lines + 1)

        filled = fill(pack.manifest, template, values, title="", marks=Marks())

        assert [str(one) for one in filled.problems] == []
        column = next(one for one in table.columns if one.at)
        written = {cell.text for _, _, cell in cells_of(filled)}
        texts = [row[column.key] for row in filled.tables[table.key]]
        assert len(texts) > size // table.lines
        assert [one for one in texts if one and one not in written] == []
        assert len(filled.sheets) > len(template.sheets)


# ---------------------------------------------------------------- formulas


@needs_libreoffice
def test_formulas_come_to_what_stands_there() -> None:
    """
    All workbooks in one go: LibreOffice takes longer to start than to compute. Of claims, whose sums are all the pack's
    own; what applications and rosters give to a formula made-up values do not agree with, and their stories say it.
    """
    names = [name_of(pack) for pack in shipped() if pack.manifest.subject == "claim"]

    found = all_wrong_results({name: workbook_of(name) for name in names})

    # A row that nothing stands in has no result until a program shows it nothing.
    wrong = [f"{name} {told}" for name in names for told in found[name]]
    assert wrong == []


# ---------------------------------------------------------------- as somebody has looked at it


# Papers of claims; those of applications and rosters have stories and pictures of their own.
seen_packs = pytest.mark.parametrize(
    "pack",
    [one for one in shipped() if one.manifest.subject == "claim"],
    ids=name_of,
)


@seen_packs
def test_the_paper_looks_as_it_did(pack: Pack) -> None:
    name = name_of(pack)
    pages = len(PdfReader(io.BytesIO(paper_of(name))).pages)

    for page in range(1, min(pages, PAGES_KEPT) + 1):
        assert_looks_like(f"{name}-{page}", paper_of(name), page=page)
