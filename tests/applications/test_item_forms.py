"""The shipped forms of price, prefecture and city items: for each item one, filled whole, as paper and as workbook."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from applications.definitions import Family, Stage
from applications.form_subjects import sort_of
from applications.form_vocabulary import APPLICATION, PAPERS
from documents import html_forms, rendering
from documents.dictionary import Values
from documents.in_force import among
from documents.packs.drawing import drawn
from documents.packs.filled import Filled, Marks
from documents.packs.filling import fill, is_for
from documents.packs.pack import Pack
from documents.packs.shipped import shipped
from documents.packs.splicing import spliced
from documents.packs.template_reading import read_template
from tests.applications import sample_forms as samples
from tests.applications.test_shipped_packs import ITEMS, YEAR
from tests.documents.packs.golden import assert_looks_like
from tests.documents.packs.recalculated import all_wrong_results, needs_libreoffice

FAMILIES = (Family.PRICE, Family.PREFECTURE, Family.CITY)
PACKS: Mapping[str, Pack] = {
    pack.manifest.code: pack
    for pack in shipped()
    if pack.manifest.subject in {"application", "application_year"}
    and pack.manifest.family.value in {family.value for family in FAMILIES}
}
# What the general sheets are shown with.
GENERAL = {
    "price_sheet": "facility_state",
    "price_result": "holiday_care_report",
    "prefecture_sheet": "teacher_pay",
    "city_sheet": "materials",
}
# With a second page of people.
OF_PEOPLE = ("prefecture_pay", "city_allowance")
MADE_AT = datetime(2026, 4, 14)
FINAL = Marks("", "1299900000901-2026-X-1-0123abcd", "https://example.jp/q/1299900000901-2026-X-1-0123abcd/")


def computes(pack: Pack) -> bool:
    """Its workbook has a formula."""
    assert pack.workbook is not None
    book = load_workbook(BytesIO(pack.workbook))
    cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    return any(cell.data_type == "f" for cell in cells)


def values_for(pack: Pack) -> Values:
    manifest = pack.manifest
    if manifest.subject == "application_year":
        family, _, report = manifest.of.partition("/")
        return samples.year_values(family, Stage.REPORT if report else Stage.APPLICATION)
    return samples.values_of(samples.filled(GENERAL.get(manifest.code) or manifest.of.rpartition("/")[2]))


def filled(pack: Pack, values: Values) -> Filled:
    assert pack.workbook is not None
    return fill(pack.manifest, read_template(pack.workbook), values, title=pack.manifest.title, marks=FINAL)


@cache
def paper(code: str) -> bytes:
    pack = PACKS[code]
    assert pack.workbook is not None
    form = filled(pack, values_for(pack))
    drawing = drawn(read_template(pack.workbook), form)
    assert (list(form.problems), list(drawing.problems)) == ([], [])
    return rendering.pdf_of_html(drawing.page, identifier=code)


def words_of(content: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return "".join(text.split())


@pytest.mark.parametrize("code", PACKS)
def test_everything_a_form_is_filled_with_stands_on_its_paper(code):
    form = filled(PACKS[code], values_for(PACKS[code]))
    said = words_of(paper(code))

    texts = [form.texts[one.key] for one in PACKS[code].manifest.fields if one.at]
    texts += [
        row[column.key]
        for table in PACKS[code].manifest.tables
        for row in form.tables[table.key]
        for column in table.columns
        if column.at
    ]
    shown = {"".join(text.split()).translate(STAND_INS) for text in texts if text.strip()}
    missing = {text for text in shown if text not in said.translate(STAND_INS)}
    assert missing == set()
    assert len(shown) >= 5


# What the fonts draw in place of boxes to tick.
STAND_INS = {ord("☐"): None, ord("☑"): None, ord("□"): None, ord("■"): None}


@needs_libreoffice
def test_what_the_workbooks_compute_is_what_stands_on_paper():
    """With values that belong together; all in one go, since LibreOffice takes longer to start than to compute."""
    made = {}
    for code, pack in PACKS.items():
        assert pack.workbook is not None
        if computes(pack):
            made[code] = spliced(pack.workbook, filled(pack, values_for(pack)), made_at=MADE_AT)

    assert len(made) > 10
    assert {code: wrong for code, wrong in all_wrong_results(made).items() if wrong} == {}


@pytest.mark.parametrize("code", PACKS)
def test_the_forms_look_as_somebody_has_seen_them(code):
    assert_looks_like(code, paper(code))
    if code in OF_PEOPLE:
        assert_looks_like(f"{code}_people", paper(code), page=2)


def test_the_cover_of_a_paper_looks_as_somebody_has_seen_it():
    (pack,) = [pack for pack in shipped() if pack.manifest.code == "paper_cover"]
    paper_told = {
        "title": "対象の子どもの状態を確かめられる書類",
        "number": "1234567890128",
        "number_words": "1234-5678-90128",
        "due_on": samples.DAY,
        "item": "療育支援加算",
        "family": "公定価格の加算・調整",
        "stage": "申請",
        "fiscal_year": "令和8年度",
        "has_children": True,
        "state": "未提出",
    }
    values = {**samples.COMMON_VALUES, "paper": paper_told}
    assert pack.html is not None

    form = fill(pack.manifest, None, values, title="書類の表紙", marks=Marks())

    assert list(form.problems) == []
    content = rendering.pdf_of_html(html_forms.page(pack.html, form), identifier="cover")
    assert_looks_like("paper_cover", content)


def test_each_item_has_one_sheet():
    packs = [pack for pack in shipped() if pack.manifest.subject == "application"]
    for item in ITEMS.values():
        if item.family not in FAMILIES:
            continue
        for kind in item.types:
            of = sort_of(item.family.value, item.stage, item.key)
            made = samples.filled(item.key, kind)
            own = {APPLICATION: samples.application(made)}
            found = among(packs, of=of, fiscal_year=YEAR, facility_kind=kind)
            fitting = [pack.manifest.code for pack in found if is_for(pack.manifest, own)]
            assert len(fitting) == 1, (item.key, kind, fitting)
            declined = {APPLICATION: {**own[APPLICATION], "wanted": False}}
            assert [pack for pack in found if is_for(pack.manifest, declined)] == []


def test_people_beyond_a_sheet_go_on_on_the_next_one():
    pack = PACKS["city_allowance"]
    values: dict[str, Any] = dict(values_for(pack))
    one = values["answers_staff"][0]
    values["answers_staff"] = [
        {**one, "row_name": f"見本　{number}", "yen": number} for number in range(1, 61)
    ]
    values["answers"] = {**values["answers"], "total_yen": 1830}

    form = filled(pack, values)

    lists = [sheet for sheet in form.sheets if sheet.template == "明細"]
    assert [sheet.title for sheet in lists] == ["明細", "明細 (2)", "明細 (3)"]
    sums = [
        cell.content
        for sheet in lists
        for cell in sheet.cells.values()
        if cell.keeps_formula and cell.content
    ]
    assert sum(sums) == 1830
    assert list(form.problems) == []


def test_a_city_that_asks_for_sixty_things_gets_further_sheets():
    """A general sheet of an item of a city's own pack: nothing is cut, whatever is written."""
    pack = PACKS["city_sheet"]
    made = samples.filled("materials")
    values: dict[str, Any] = dict(samples.values_of(made))
    row = values["application_answers"][0]
    values["application_answers"] = [
        {**row, "label": "と" * 60, "words": f"{number}" + "あ" * 58} for number in range(60)
    ]
    values[PAPERS] = [{**values_for(PACKS["price_sheet_rent"])[PAPERS][0]} for _ in range(5)]

    form = filled(pack, values)

    assert pack.workbook is not None
    assert list(form.problems) == []
    assert list(drawn(read_template(pack.workbook), form).problems) == []
    assert len(form.sheets) == 3


def test_the_longest_answers_stay_readable():
    for code, key in (("price_sheet_team", "activities"), ("price_result_team", "rest_reason")):
        pack = PACKS[code]
        values: dict[str, Any] = dict(values_for(pack))
        values["answers"] = {**values["answers"], key: "長い文です。" * 100}
        form = filled(pack, values)
        assert pack.workbook is not None
        assert list(drawn(read_template(pack.workbook), form).problems) == []


def test_forms_are_for_the_types_of_their_items():
    assert PACKS["price_sheet_chief"].manifest.facility_types == ("nursery",)
    assert PACKS["price_sheet_chief_teacher"].manifest.facility_types == ("kindergarten",)
    assert {pack.manifest.from_year for pack in PACKS.values()} == {2024}
