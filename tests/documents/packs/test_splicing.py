"""Values go into their cells; everything else of the template stays byte for byte."""

import io
import re
import time
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from documents.packs import plan
from documents.packs.filled import Filled, FilledCell, FilledSheet, FormProblem, Marks
from documents.packs.splicing import CannotSplice, spliced
from documents.packs.template import Place
from documents.packs.template_features import features
from documents.packs.template_reading import read_template
from documents.workbooks import read_workbook
from tests.documents.packs.everything import CHOICES, FORM, LIST, everything
from tests.documents.packs.recalculated import needs_libreoffice, recalculated, wrong_results
from tests.documents.workbook_files import MAIN, packed, parts, sheet_xml

NO_MARKS = Marks()
MADE_AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
CELL = re.compile(rb'<c r="([A-Z]+\d+)"(?:[^>]*/>|[^>]*>.*?</c>)', re.DOTALL)
KEPT = re.compile(rb"<v ?/>|<v>[^<]*</v>")
# What a form changes besides its sheets: who made it, that a program has to compute, what it computed before.
AROUND = {"docProps/core.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"}


def text(words: str) -> FilledCell:
    return FilledCell(words, words)


def number(value: int | Fraction, *, keeps_formula: bool = False) -> FilledCell:
    return FilledCell(value, str(value), keeps_formula=keeps_formula)


def one_sheet(cells: dict[str, FilledCell], sheet: str = FORM, marks: Marks = NO_MARKS) -> Filled:
    placed = {Place.of(sheet, address)[1:]: cell for address, cell in cells.items()}
    return Filled("請求書", [FilledSheet(sheet, sheet, placed)], marks=marks)


def form(cells: dict[str, FilledCell], template: bytes | None = None, **how) -> bytes:
    return spliced(everything() if template is None else template, one_sheet(cells, **how), made_at=MADE_AT)


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name)


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        return package.namelist()


def problems(cells: dict[str, FilledCell], template: bytes | None = None, **how) -> list[FormProblem]:
    with pytest.raises(CannotSplice) as refused:
        form(cells, template, **how)
    return list(refused.value.problems)


def plain(rows: str, *, before: str = "", after: str = "", **how) -> bytes:
    """A template of one sheet, its XML as it is given."""
    return packed(parts(sheet_xml(rows, before=before, after=after), titles=(FORM,), **how))


def sheet_of(content: bytes) -> str:
    return part(content, "xl/worksheets/sheet1.xml").decode()


def without_cells(sheet: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The sheet with holes where its cells were, and the cells."""
    return CELL.sub(b"<hole/>", sheet), {found[1].decode(): found[0] for found in CELL.finditer(sheet)}


CELLS = {
    "C4": text("髙﨑𠮷さくら園"),
    "C6": FilledCell(date(2026, 4, 1), "令和8年4月1日"),
    "C7": number(4_000),
    "C8": number(400, keeps_formula=True),
    "B6": text("<請求日> & \"引用\" 'と'"),
    "A21": number(Fraction(5, 2)),
}


def test_only_filled_cells_differ_and_every_other_byte_stays() -> None:
    before, after = everything(), form(CELLS)

    assert set(names(before)) - set(names(after)) == {"xl/calcChain.xml"}
    assert set(names(after)) <= set(names(before))
    assert [name for name in names(before) if name in names(after)] == names(after)
    changed = {name for name in names(after) if part(before, name) != part(after, name)}
    assert changed == AROUND | {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}
    for number_ in (1, 2):
        sheet = f"xl/worksheets/sheet{number_}.xml"
        (frame, cells), (new_frame, new_cells) = (
            without_cells(part(before, sheet)),
            without_cells(part(after, sheet)),
        )
        assert new_frame == frame
        assert new_cells.keys() == cells.keys()
        for address, cell in cells.items():
            if number_ == 1 and address in CELLS:
                assert new_cells[address] != cell
            elif b"<f" in cell or address in ("D21", "D22"):
                assert new_cells[address] == KEPT.sub(b"", cell).replace(b' t="str"', b"").replace(
                    b' t="n"', b""
                )
            else:
                assert new_cells[address] == cell


def test_around_the_sheets_only_what_was_computed_is_forgotten() -> None:
    before, after = everything(), form(CELLS)

    assert part(after, "xl/workbook.xml").replace(b' fullCalcOnLoad="1"', b"") == part(
        before, "xl/workbook.xml"
    )
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        assert part(after, name) == re.sub(rb"<[^>]*calcChain[^>]*>", b"", part(before, name))


def test_what_libraries_lose_is_still_there() -> None:
    after = form(CELLS)

    assert set(features(after)) == set(features(everything()))
    sheet = part(after, "xl/worksheets/sheet1.xml").decode()
    for kept in (
        "x14:dataBar",
        "x14:sparkline",
        "<controls>",
        "<rPr><b/></rPr>",
        "<sheetProtection",
        "<pane ",
    ):
        assert kept in sheet
    assert "記入上の注意" in part(after, "xl/drawings/drawing1.xml").decode()


def test_values_are_read_back_by_two_libraries_with_their_looks() -> None:
    after = form(CELLS)

    sheet = load_workbook(io.BytesIO(after))[FORM]
    assert sheet["C4"].value == "髙﨑𠮷さくら園"
    assert sheet["B6"].value == "<請求日> & \"引用\" 'と'"
    assert sheet["C6"].value == datetime(2026, 4, 1)
    assert sheet["C7"].value == 4_000
    assert sheet["C7"].number_format == "#,##0"
    assert not sheet["C7"].protection.locked
    assert sheet["C8"].value == "=C7/10"
    assert sheet["C4"].fill.patternType == "solid"
    results = load_workbook(io.BytesIO(after), data_only=True)[FORM]
    assert results["C8"].value == 400
    assert results["C9"].value is None
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(after))
        .get_sheet_by_name(FORM)
        .to_python(skip_empty_area=False)
    )
    assert rows[3][2] == "髙﨑𠮷さくら園"
    assert rows[5][2] == date(2026, 4, 1)
    assert rows[6][2] == 4_000
    assert rows[20][0] == 2.5


def test_results_of_formulas_nobody_filled_are_gone_and_a_program_is_told_to_compute() -> None:
    after = form({"C7": number(4_000)})

    assert 'fullCalcOnLoad="1"' in part(after, "xl/workbook.xml").decode()
    assert '<c r="C10"><f>' in sheet_of(after)
    assert "計1100円" not in sheet_of(after)
    assert "calcChain" not in part(after, "[Content_Types].xml").decode()
    assert "calcChain" not in part(after, "xl/_rels/workbook.xml.rels").decode()


def test_a_workbook_without_formulas_is_not_asked_to_compute() -> None:
    template = plain('<row r="1"><c r="A1"><v>1</v></c></row>')

    assert b"calcPr" not in part(form({"A1": number(2)}, template), "xl/workbook.xml")


@needs_libreoffice
def test_a_spreadsheet_program_computes_from_the_new_values() -> None:
    cells = {
        **CELLS,
        "C9": number(4_400, keeps_formula=True),
        "C10": FilledCell("計4400円", "計4400円", keeps_formula=True),
        "C11": FilledCell(True, "TRUE", keeps_formula=True),
    }
    after = form(cells)

    values = recalculated(after)
    assert values[FORM, "C8"] == 400
    assert values[FORM, "C9"] == 4_400
    assert values[FORM, "C10"] == "計4400円"
    assert values[FORM, "B20"] == 40
    assert values[FORM, "B21"] == 5
    assert values[FORM, "D22"] == 66
    assert values[FORM, "E20"] == 2 * (20 + Fraction(5, 2) + 22 + 23 + 24 + 25)
    told = {line.split(":")[0] for line in wrong_results(after)}
    assert not told & {f"{FORM}!{address}" for address in ("C8", "C9", "C10", "C11")}


@needs_libreoffice
def test_a_kept_result_that_is_wrong_is_found() -> None:
    told = wrong_results(form({"C7": number(4_000), "C8": number(401, keeps_formula=True)}))

    assert f"{FORM}!C8: kept 401, computed 400" in told


@pytest.mark.parametrize("words", ["=1+1", "+81", "-5", "@x", "=cmd|' /C calc'!A0", "\t=1", "'=1", "{=A1}"])
def test_a_text_that_begins_like_a_formula_stays_a_text(words: str) -> None:
    after = form({"B6": text(words)})

    cell = load_workbook(io.BytesIO(after))[FORM]["B6"]
    assert (cell.value, cell.data_type) == (words, "s")
    assert (
        't="inlineStr"'
        in CELL.search(sheet_of(after).encode(), sheet_of(after).encode().index(b'r="B6"') - 3)[0].decode()
    )


def test_spaces_and_breaks_are_kept() -> None:
    after = form({"B6": text("  二つの 空白  \n次の行\r\n三行目 ")})

    assert load_workbook(io.BytesIO(after))[FORM]["B6"].value == "  二つの 空白  \n次の行\n三行目 "


def test_what_looks_escaped_is_written_so_that_it_is_read_as_it_was() -> None:
    assert "_x005F_x000D_" in sheet_of(form({"B6": text("_x000D_")}))


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1f", "\ud800", "\uffff"])
def test_characters_that_no_workbook_has_are_told_with_their_place(character: str) -> None:
    told = problems({"B6": text(f"あ{character}"), "B7": text("い\x07")})

    assert [str(one.place) for one in told] == [f"{FORM}!B6", f"{FORM}!B7"]
    assert f"U+{ord(character):04X}" in str(told[0])
    assert "あ" not in told[0].sentence


def test_long_texts_and_long_numbers_are_told() -> None:
    told = problems({"B6": text("あ" * 32_768), "B7": number(1_234_567_890_123_456), "B8": text("い")})

    assert ["長すぎます" in str(told[0]), "15桁" in str(told[1])] == [True, True]
    assert len(told) == 2
    form({"B6": text("あ" * 32_767), "B7": number(123_456_789_012_345), "B8": number(10**20)})


def test_fractions_are_written_in_decimals() -> None:
    template = plain('<row r="1"/>')
    cells = {
        "A1": Fraction(1, 8),
        "B1": Fraction(2, 3),
        "C1": Fraction(-1, 3),
        "D1": Fraction(-5, 2),
        "E1": Fraction(6, 3),
    }

    sheet = sheet_of(form({at: number(value) for at, value in cells.items()}, template))

    assert re.findall(r"<v>(.*?)</v>", sheet) == ["0.125", "0.6666666667", "-0.3333333333", "-2.5", "2"]


def test_truths_and_nothing() -> None:
    sheet = load_workbook(
        io.BytesIO(form({"B6": FilledCell(True, "○"), "B4": FilledCell(None, ""), "A1": text("")}))
    )[FORM]

    assert sheet["B6"].value is True
    assert sheet["B4"].value is None
    assert sheet["A1"].value is None
    assert sheet["A1"].font.size == 16


def test_days_are_numbers_only_where_the_cell_shows_days() -> None:
    day = FilledCell(date(2026, 4, 1), "令和8年4月1日")
    formats = {200: '[$-411]ggge"年"m"月"d"日"', 201: "0.0"}
    rows = "".join(f'<c r="{column}1" s="{style}"/>' for style, column in enumerate("ABCD"))
    template = plain(f'<row r="1">{rows}</row>', formats=formats, styles=(0, 200, 30, 201))

    cells = re.findall(
        r'r="(\w)1"[^>]*>(?:<v>(\d+)</v>|<is><t[^>]*>(.*?)<)',
        sheet_of(form(dict.fromkeys(("A1", "B1", "C1", "D1"), day), template)),
    )

    assert cells == [
        ("A", "", "令和8年4月1日"),
        ("B", "46113", ""),
        ("C", "46113", ""),
        ("D", "", "令和8年4月1日"),
    ]


@pytest.mark.parametrize(
    ("day", "is_1904", "serial"),
    [
        (date(1900, 1, 1), False, "1"),
        (date(1900, 2, 28), False, "59"),
        (date(1900, 3, 1), False, "61"),
        (date(1899, 12, 31), False, None),
        (date(1904, 1, 2), True, "1"),
        (date(2026, 4, 1), True, "44651"),
        (date(1903, 12, 31), True, None),
    ],
)
def test_days_are_counted_as_the_workbook_counts(day: date, is_1904: bool, serial: str | None) -> None:
    template = plain('<row r="1"><c r="A1" s="1"/></row>', styles=(0, 14), is_1904=is_1904)

    sheet = sheet_of(form({"A1": FilledCell(day, "その日")}, template))

    assert (f"<v>{serial}</v>" if serial else "その日") in sheet


def test_rows_and_cells_that_are_not_there_come_in_order_with_the_look_of_their_row_or_column() -> None:
    template = plain(
        '<row r="2" s="3" customFormat="1"><c r="B2"/><c r="D2"/></row><row r="5"/>'
        '<row r="7" spans="2:3"><c r="B7"/></row>',
        before='<dimension ref="B2:D7"/><cols><col min="3" max="4" style="2" width="9"/></cols>',
        styles=(0, 0, 0, 0),
    )
    addresses = ["A1", "C2", "E2", "A2", "C3", "A4", "C5", "A5", "B6", "F7", "A9", "C8", "B7"]

    sheet = sheet_of(form({address: text(address) for address in addresses}, template))

    assert re.findall(r'<c r="(\w+)"', sheet) == sorted(
        {*addresses, "B2", "D2"}, key=lambda at: (int(at[1:]), at[0])
    )
    assert re.findall(r'<row r="(\d+)"', sheet) == [str(row) for row in range(1, 10)]
    assert re.findall(r'r="(\w\d)" s="(\d)"', sheet) == [
        ("A2", "3"),
        ("C2", "3"),
        ("E2", "3"),
        ("C3", "2"),
        ("C5", "2"),
        ("C8", "2"),
    ]
    assert 'spans="2:6"' in sheet
    assert '<dimension ref="A1:F9"/>' in sheet


def test_a_sheet_without_any_cell_and_with_a_prefix_can_be_filled() -> None:
    margins = '<x:pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/>'
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData/>{margins}</x:worksheet>'
    template = packed(parts(sheet, titles=(FORM,)))

    after = form({"B2": text("あ"), "A1": number(1)}, template, marks=Marks("下書き", "K-1"))

    assert load_workbook(io.BytesIO(after))[FORM]["B2"].value == "あ"
    assert "<x:row" in sheet_of(after)
    assert "</x:pageMargins>" not in sheet_of(after)
    assert "<x:headerFooter><x:oddHeader>" in sheet_of(after)


def test_cells_and_rows_that_do_not_say_where_they_are() -> None:
    template = plain("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")

    after = form({"B1": text("い"), "C1": text("う"), "B2": text("え"), "A3": text("お")}, template)

    sheet = load_workbook(io.BytesIO(after))[FORM]
    assert [[cell.value for cell in row] for row in sheet["A1:C3"]] == [
        [1, "い", "う"],
        [3, "え", None],
        ["お", None, None],
    ]


def test_a_cell_hidden_in_a_merged_block_is_told_with_the_one_to_take() -> None:
    (told,) = problems({"D5": text("あ")})

    assert str(told.place) == f"{FORM}!D5"
    assert "C4" in told.sentence


def test_the_heading_of_a_table_is_told_since_excel_would_call_the_workbook_damaged() -> None:
    (told,) = problems({"B5": text("名前"), "B6": text("名前")}, sheet=LIST)

    assert str(told) == f"{LIST}!B5：テーブルの見出しは書き換えられません。その下のセルを選んでください。"


def test_a_part_of_an_array_formula_is_told_and_a_whole_one_may_be_filled() -> None:
    told = problems({"D20": number(1), "D21": number(1)})
    assert ["D20:D22" in str(one) for one in told] == [True, True]

    sheet = sheet_of(form({"E20": number(1), "D20": number(60, keeps_formula=True)}))
    assert '<c r="E20"><v>1</v></c>' in sheet
    assert '<f t="array" ref="D20:D22">A20:A22*3</f><v>60</v>' in sheet


@needs_libreoffice
def test_a_cell_whose_formula_others_share_can_be_filled() -> None:
    after = form(
        {"B20": number(7), "B23": number(8), "B22": number(44, keeps_formula=True), "A24": number(100)}
    )

    values = recalculated(after)
    assert [values[FORM, f"B{row}"] for row in range(20, 26)] == [7, 42, 44, 8, 200, 50]
    assert 't="shared"' not in sheet_of(after)


def test_a_cell_among_those_that_share_a_formula_leaves_the_others_alone() -> None:
    sheet = sheet_of(form({"B22": number(7)}))

    assert '<c r="B22"><v>7</v></c>' in sheet
    assert sheet.count('t="shared"') == 5


def test_a_formula_is_kept_only_where_there_is_one_and_only_if_wanted() -> None:
    sheet = load_workbook(io.BytesIO(form({"B6": number(1, keeps_formula=True), "C9": number(2)})))[FORM]

    assert sheet["B6"].value == 1
    assert sheet["C9"].value == 2


def test_sheets_that_the_template_has_not_and_places_beyond_its_end_are_told() -> None:
    with pytest.raises(CannotSplice, match="「別の」がありません"):
        spliced(everything(), one_sheet({"A1": text("あ")}, "別の"), made_at=MADE_AT)
    filled = Filled("", [FilledSheet(FORM, FORM, {(1_048_577, 1): text("あ")})])
    with pytest.raises(CannotSplice, match="シートの端の外"):
        spliced(everything(), filled, made_at=MADE_AT)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"PK\3\4",
        packed({"xl/other.xml": "<x/>"}),
        packed({**parts(sheet_xml("")), "xl/worksheets/sheet1.xml": "<worksheet>"}),
        packed({**parts(sheet_xml("")), "xl/worksheets/sheet1.xml": "<worksheet/>"}),
        packed(parts(sheet_xml('<row r="0"/>'))),
        packed(parts(sheet_xml('<row r="1"><c r="AAAA1"/></row>'))),
    ],
)
def test_a_template_that_is_none_is_told(broken: bytes) -> None:
    with pytest.raises(CannotSplice, match="様式のブックを読めません"):
        form({"A1": text("あ")}, broken)


def test_the_same_form_made_at_the_same_time_is_the_same_bytes() -> None:
    first = form(CELLS)

    assert form(dict(reversed(CELLS.items()))) == first
    later = spliced(everything(), one_sheet(CELLS), made_at=MADE_AT + timedelta(seconds=1))
    assert {name for name in names(first) if part(first, name) != part(later, name)} == {"docProps/core.xml"}


def test_who_made_it_and_when_in_universal_time() -> None:
    japan = datetime(2026, 11, 26, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    core = part(spliced(everything(), one_sheet({}), made_at=japan), "docProps/core.xml").decode()

    assert "<dc:creator>はぐくみ請求</dc:creator>" in core
    assert core.count("2026-11-26T00:30:00Z") == 2
    assert "openpyxl" not in core


def test_a_package_without_properties_gets_them() -> None:
    after = form({"A1": text("あ")}, plain('<row r="1"/>'))

    properties = load_workbook(io.BytesIO(after)).properties
    assert (properties.creator, properties.title) == ("はぐくみ請求", "請求書")
    odd = part(spliced(everything(), Filled("さ\0く\ud800ら & 園", []), made_at=MADE_AT), "docProps/core.xml")
    assert "<dc:title>さくら &amp; 園</dc:title>" in odd.decode()


MARKS = Marks(band="見本・支払不可", control_number="R8-0001")


def footers(content: bytes, sheet: str = FORM) -> dict[str, str]:
    heads = load_workbook(io.BytesIO(content))[sheet].HeaderFooter
    return {
        f"{which}{side}": item.text
        for which in ("oddHeader", "oddFooter", "evenFooter", "firstFooter", "firstHeader")
        for side in ("left", "center", "right")
        if (item := getattr(getattr(heads, which), side)).text
    }


def test_the_control_number_and_the_band_are_added_to_what_stands_there() -> None:
    after = form({}, marks=MARKS)

    assert footers(after) == {
        "oddHeadercenter": "見本・支払不可",
        "oddFooterleft": "管理番号 R8-0001",
        "oddFootercenter": "&P / &N",
    }
    assert footers(after, LIST) == {
        "oddHeadercenter": "見本・支払不可",
        "oddFooterleft": "管理番号 R8-0001",
        "oddFootercenter": "&P / &N",
        "oddFooterright": "はぐくみ請求",
    }
    assert part(after, "xl/worksheets/sheet3.xml") == part(everything(), "xl/worksheets/sheet3.xml"), "hidden"


def test_marks_stand_on_every_kind_of_page_below_what_is_there() -> None:
    heads = (
        '<headerFooter differentOddEven="1" differentFirst="1">'
        "<oddFooter>&amp;L&amp;8様式&amp;&amp;L第1号&amp;R&amp;D</oddFooter><firstHeader>表紙</firstHeader></headerFooter>"
    )
    after = form({}, plain('<row r="1"/>', after=heads), marks=Marks("下書き", "K&1"))

    sheet = sheet_of(after)
    assert (
        "<oddFooter>&amp;L&amp;8様式&amp;&amp;L第1号\n管理番号 K&amp;&amp;1&amp;R&amp;D</oddFooter>" in sheet
    )
    assert "<evenFooter>&amp;L管理番号 K&amp;&amp;1&amp;C" in sheet
    assert "<firstHeader>&amp;C表紙\n下書き</firstHeader>" in sheet
    order = re.findall(r"<(\w+(?:Header|Footer))>", sheet)
    assert order == ["oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"]


def test_a_foot_without_room_is_told_and_no_marks_change_nothing() -> None:
    full = f"<headerFooter><oddFooter>&amp;L{'あ' * 245}</oddFooter></headerFooter>"
    template = plain('<row r="1"/>', after=full)

    (told,) = problems({}, template, marks=Marks("", "R8-0001"))
    assert "フッターが長すぎ" in told.sentence
    assert sheet_of(form({}, template)) == sheet_of(template)


def test_many_forms_of_one_template_are_fast() -> None:
    book = Workbook()
    for at in range(3):
        sheet = book.active if at == 0 else book.create_sheet()
        sheet.title = f"様式{at}"
        for row in range(1, 61):
            sheet.cell(row, 1, f"項目{row}")
            sheet.cell(row, 20, f"=SUM(B{row}:S{row})")
    file = io.BytesIO()
    book.save(file)
    cells = {(row, column): number(row * column) for row in range(1, 21) for column in range(2, 7)}
    filled = Filled("", [FilledSheet(f"様式{at}", f"様式{at}", cells) for at in range(3)])
    spliced(file.getvalue(), filled, made_at=MADE_AT)

    times = []
    for _ in range(10):
        begun = time.process_time()
        spliced(file.getvalue(), filled, made_at=MADE_AT)
        times.append(time.process_time() - begun)

    assert min(times) < 0.06  # some 0.01 s on a machine with nothing else to do


def test_plans_of_templates_are_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = (
        plain(f'<row r="1"><c r="A1"><v>{at}</v></c><c r="B1"/></row>') for at in range(3)
    )
    monkeypatch.setattr(plan, "MOST_KEPT_CELLS", 4)
    plans = plan.Plans()

    kept = plans.of(first)
    assert plans.of(bytes(bytearray(first))) is kept
    plans.of(second)
    assert plans.of(first) is kept
    plans.of(third)
    assert plans.cells == 4
    assert plans.of(first) is kept, "used after the second"
    assert plans.of(everything()).cells > 4
    assert plans.cells == 0, "too large to be kept"


def test_our_own_reader_reads_it_too() -> None:
    cells = read_workbook(form(CELLS)).sheets[0].cells

    assert cells[4, 3].text == "髙﨑𠮷さくら園"
    assert cells[6, 3].text == "2026-04-01"
    assert (cells[8, 3].text, cells[8, 3].formula) == ("400", True)
    assert cells[9, 3].is_without_value


def test_hidden_lists_stay_and_the_template_is_read_again() -> None:
    again = read_template(form(CELLS))

    assert [(sheet.title, sheet.is_hidden) for sheet in again.sheets] == [
        (FORM, False),
        (LIST, False),
        (CHOICES, True),
    ]
    assert again.sheet(FORM).cells[4, 3].value == "髙﨑𠮷さくら園"
