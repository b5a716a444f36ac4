"""The sheets of a form's workbook as plain values: places, lengths, looks, pages, names."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Color, Font, PatternFill, Side

from documents.packs.colours import Colours, tinted
from documents.packs.template import Area, Line, PageSetup, Template, TemplateSheet
from documents.packs.template import Side as Edge
from documents.packs.template_features import features
from documents.packs.template_reading import read_template
from tests.documents.packs.everything import CHOICES, FORM, LIST, everything
from tests.documents.workbook_files import packed, parts, sheet_xml


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def plain(rows: str, *, before: str = "", after: str = "", **how) -> TemplateSheet:
    return read_template(packed(parts(sheet_xml(rows, before=before, after=after), **how))).sheets[0]


def with_names(rows: str, names: str, *titles: str) -> bytes:
    files = parts(*[sheet_xml(rows)] * max(len(titles), 1), titles=titles or ("様式",))
    files["xl/workbook.xml"] = files["xl/workbook.xml"].replace(
        "</sheets>", f"</sheets><definedNames>{names}</definedNames>"
    )
    return packed(files)


def text(at: str, words: str = "あ") -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{words}</t></is></c>'


@pytest.fixture(scope="module")
def template() -> Template:
    return read_template(everything())


def test_sheets_their_order_and_whether_people_see_them(template) -> None:
    assert [(sheet.title, sheet.is_hidden) for sheet in template.sheets] == [
        (FORM, False),
        (LIST, False),
        (CHOICES, True),
    ]


def test_constants_formulas_and_what_shared_formulas_mean(template) -> None:
    cells = template.sheet(FORM).cells

    assert cells[1, 1].value == "施設型給付費請求書"
    assert cells[7, 3].value == 1_000
    assert (cells[8, 3].formula, cells[8, 3].value) == ("C7/10", None)
    assert cells[20, 2].formula == "A20*2"
    assert cells[25, 2].formula == "A25*2"
    assert cells[20, 4].formula == "A20:A22*3"
    assert cells[40, 2].value == "太い 細い"
    assert cells[40, 3].value == "太い 細い"


def test_a_merged_block_is_its_first_cell_with_the_lines_around_all_of_it(template) -> None:
    sheet = template.sheet(FORM)
    block = sheet.cells[4, 3]

    assert block.area == Area(4, 3, 5, 6)
    assert (5, 5) not in sheet.cells
    assert sheet.cell_at(5, 5) is block
    assert block.look.lines == {
        Edge.TOP: Line("thin"),
        Edge.LEFT: Line("thin"),
        Edge.BOTTOM: Line("medium", "4f81bd"),
        Edge.RIGHT: Line("medium", "4f81bd"),
    }
    assert sheet.cells[1, 1].area == Area(1, 1, 1, 8)


def test_lines_of_a_block_stand_on_whichever_cell_has_them() -> None:
    """As LibreOffice writes them: each edge on the cells along it, not all on the first and the last."""
    book = Workbook()
    sheet = book.active
    thin = Side(style="thin", color="FF112233")
    sheet["B3"].border, sheet["C2"].border = Border(left=thin, bottom=thin), Border(top=thin)
    sheet["D3"].border = Border(right=Side(style="double"))
    files = parts_of(saved(book))
    files["xl/worksheets/sheet1.xml"] = files["xl/worksheets/sheet1.xml"].replace(
        b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="B2:D4"/></mergeCells>'
    )
    read = read_template(packed(files)).sheets[0].cells[2, 2].look.lines

    assert read == {
        Edge.TOP: Line("thin", "112233"),
        Edge.LEFT: Line("thin", "112233"),
        Edge.RIGHT: Line("double"),
    }


def test_looks(template) -> None:
    book = Workbook()
    sheet = book.active
    cell = sheet["B2"]
    cell.value = "様式"
    cell.font = Font(
        name="ＭＳ Ｐ明朝", size=10.5, bold=True, italic=True, underline="single", color="FFAA0000"
    )
    cell.fill = PatternFill("solid", fgColor=Color(theme=4, tint=0.6))
    cell.alignment = Alignment(
        horizontal="distributed",
        vertical="center",
        wrap_text=True,
        shrink_to_fit=True,
        indent=2,
        text_rotation=90,
    )
    cell.number_format = "#,##0"
    sheet["C2"].fill = PatternFill("gray125", fgColor=Color(indexed=64), bgColor=Color(indexed=65))
    sheet["D2"].fill = PatternFill("solid", fgColor=Color(indexed=13))
    cells = read_template(saved(book)).sheets[0].cells

    look = cells[2, 2].look
    assert (look.font, look.size, look.bold, look.italic, look.underline) == (
        "ＭＳ Ｐ明朝",
        10.5,
        True,
        True,
        True,
    )
    assert (look.colour, look.fill) == ("aa0000", "b9cde5")
    assert (look.horizontal, look.vertical, look.wraps, look.shrinks) == ("distributed", "center", True, True)
    assert (look.indent, look.rotation, look.number_format) == (2, 90, "#,##0")
    assert cells[2, 3].look.fill == "dfdfdf"
    assert cells[2, 4].look.fill == "ffff00"
    assert template.sheet(FORM).cells[3, 1].look.rotation == 255
    plain_look = template.sheet(FORM).cells[4, 2].look
    assert (plain_look.horizontal, plain_look.fill, plain_look.lines) == ("", "", {})


def test_days_stay_numbers_with_the_format_a_japanese_excel_has_built_in() -> None:
    sheet = plain(
        '<row r="1"><c r="A1" s="1"><v>46357</v></c><c r="B1" s="2"><v>46357.5</v></c><c r="C1"><v>1.5</v></c></row>',
        styles=(0, 28, 14),
    )

    assert (sheet.cells[1, 1].value, sheet.cells[1, 1].look.number_format) == (
        46_357,
        '[$-411]ggge"年"m"月"d"日"',
    )
    assert (sheet.cells[1, 2].value, sheet.cells[1, 2].look.number_format) == (46_357.5, "yyyy/m/d")
    assert sheet.cells[1, 3].value == 1.5


def test_lengths_are_those_that_excel_shows() -> None:
    book = Workbook()
    book._named_styles["Normal"].font = Font(name="游ゴシック", size=11)
    sheet = book.active
    sheet["A1"], sheet["E3"] = 1, 1
    sheet.column_dimensions["B"].width = 10
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[1].height = 30
    sheet.row_dimensions[2].hidden = True
    sheet.sheet_format.defaultRowHeight = 18.75
    read = read_template(saved(book)).sheets[0]

    # 72 pixels are the width of a column that nobody changed, in a Japanese Excel.
    assert read.widths == pytest.approx((72 * 25.4 / 96, 80 * 25.4 / 96, 0, 19.05, 19.05), abs=0.001)
    assert read.heights == pytest.approx((30 * 25.4 / 72, 0, 18.75 * 25.4 / 72), abs=0.001)


def test_columns_in_groups_and_a_width_for_all_others() -> None:
    sheet = plain(
        f'<row r="1">{text("A1")}{text("F1")}</row>',
        before='<sheetFormatPr defaultColWidth="4" defaultRowHeight="10" zeroHeight="1"/>'
        '<cols><col min="2" max="4" width="2" customWidth="1"/><col min="5" max="16384" hidden="1"/></cols>',
    )

    assert len(set(sheet.widths[1:4])) == 1
    assert sheet.widths[0] == pytest.approx(sheet.widths[1] * 2, rel=0.05)
    assert sheet.widths[4:] == (0, 0)
    assert sheet.heights == (0,)


def test_the_printed_area_breaks_titles_and_the_page(template) -> None:
    form, people = template.sheet(FORM), template.sheet(LIST)

    assert form.area == Area(1, 1, 30, 9)
    assert (len(form.widths), len(form.heights)) == (9, 30)
    assert (form.widths[7], form.heights[12]) == (0, 0)
    assert form.breaks == (18,)
    assert people.title_rows == (1, 5)
    assert form.page == PageSetup(
        margin_top=25.4, margin_right=19.05, margin_bottom=25.4, margin_left=19.05, fit_wide=1, fit_high=1
    )


def test_other_pages() -> None:
    sheet = plain(
        f'<row r="1">{text("A1")}</row>',
        before='<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>',
        after='<printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.5" right="1" top="0" bottom="2" header="0" footer="0"/>'
        '<pageSetup paperSize="12" orientation="landscape" fitToHeight="0" scale="50"/>',
    )

    assert sheet.page == PageSetup("B4", True, 0, 25.4, 50.8, 12.7, 100, 1, 0, True)
    scaled = plain(f'<row r="1">{text("A1")}</row>', after='<pageSetup paperSize="8" scale="85"/>')
    assert (scaled.page.paper, scaled.page.scale, scaled.page.fit_wide) == ("A3", 85, 0)


@pytest.mark.parametrize(
    ("written", "area"),
    [
        ("様式!$A$1:$B$3", Area(1, 1, 3, 2)),
        ("'様式'!$B$2", Area(2, 2, 2, 2)),
        ("様式!$A$1:$B$2,様式!$D$5:$E$6", Area(1, 1, 6, 5)),
        ("様式!$A:$C", Area(1, 1, 4, 3)),
        ("様式!$2:$3", Area(2, 1, 3, 4)),
        ("OFFSET(様式!$A$1,0,0,5,5)", Area(1, 1, 4, 4)),
        ("#REF!", Area(1, 1, 4, 4)),
        ("", Area(1, 1, 4, 4)),
    ],
)
def test_printed_areas_as_they_may_be_written(written: str, area: Area) -> None:
    name = f'<definedName name="_xlnm.Print_Area" localSheetId="0">{written}</definedName>' if written else ""

    content = with_names(f'<row r="4">{text("D4")}</row>', name)

    assert read_template(content).sheets[0].area == area


def test_what_is_used_reaches_as_far_as_anything_shows() -> None:
    book = Workbook()
    sheet = book.active
    sheet["B2"] = "あ"
    sheet["F9"].border = Border(bottom=Side(style="hair"))
    sheet["C12"].number_format = "0"
    sheet.merge_cells("A3:H4")

    assert read_template(saved(book)).sheets[0].area == Area(1, 1, 9, 6)
    sheet["A3"] = "い"
    assert read_template(saved(book)).sheets[0].area == Area(1, 1, 9, 8)


def test_names_of_cells_and_blocks(template) -> None:
    assert template.names == {
        "施設名": (FORM, Area(4, 3, 4, 3)),
        "職員の行": (LIST, Area(6, 1, 15, 4)),
        "合計時間": (LIST, Area(16, 4, 16, 4)),
    }


def test_names_that_more_than_one_sheet_has_stand_with_their_sheet() -> None:
    names = (
        '<definedName name="計" localSheetId="0">一!$A$1</definedName>'
        '<definedName name="計" localSheetId="1">二!$A$2</definedName>'
        '<definedName name="園" localSheetId="0">一!$B$1:$B$3</definedName><definedName name="率">0.5</definedName>'
        "<definedName name=\"表\">'Y''s'!$C$3</definedName><definedName name=\"無\">#REF!</definedName>"
        '<definedName name="他">別!$A$1</definedName><definedName name="列">一!$A:$A</definedName>'
    )

    found = read_template(with_names(f'<row r="1">{text("A1")}</row>', names, "一", "二", "Y's")).names

    assert found == {
        "一!計": ("一", Area(1, 1, 1, 1)),
        "二!計": ("二", Area(2, 1, 2, 1)),
        "園": ("一", Area(1, 2, 3, 2)),
        "表": ("Y's", Area(3, 3, 3, 3)),
    }


def test_the_colours_of_a_theme_are_taken_in_the_order_of_their_numbers() -> None:
    theme = (
        b'<a:clrScheme><a:dk1><a:sysClr val="windowText" lastClr="010101"/></a:dk1><a:lt1><a:sysClr val="window" '
        b'lastClr="FEFEFE"/></a:lt1><a:dk2><a:srgbClr val="111111"/></a:dk2><a:lt2><a:srgbClr val="EEEEEE"/></a:lt2>'
        b'<a:accent1><a:srgbClr val="ABCDEF"/></a:accent1></a:clrScheme>'
    )
    colours = Colours(theme)

    assert [colours.rgb(Color(theme=at)) for at in range(5)] == [
        "fefefe",
        "010101",
        "eeeeee",
        "111111",
        "abcdef",
    ]
    assert colours.rgb(Color(theme=99)) == ""
    assert colours.rgb(Color(indexed=64)) == "000000"
    assert colours.rgb(Color(indexed=10)) == "ff0000"
    assert colours.rgb(Color(auto=True)) == ""
    assert colours.rgb(None) == ""
    assert colours.rgb(Color(rgb="FF00B050")) == "00b050"


def test_tints_are_what_excel_shows() -> None:
    assert tinted("4f81bd", 0.799981688894314) == "dce6f2"
    assert tinted("ffffff", -0.14999847407452621) == "d9d9d9"
    assert tinted("000000", 0.5) == "808080"


@given(st.text("0123456789abcdef", min_size=6, max_size=6), st.floats(-1, 1))
def test_every_tint_is_a_colour(colour: str, tint: float) -> None:
    assert len(tinted(colour, tint)) == 6
    assert int(tinted(colour, tint), 16) >= 0


def test_what_paper_will_not_show_is_told_with_its_sheet() -> None:
    told = "\n".join(features(everything()))

    for words in (
        f"シート「{FORM}」：テキストボックス・図形があります。Excelには残りますが、PDFには描かれません。",
        f"シート「{FORM}」：チェックボックスがあります。",
        f"シート「{FORM}」：グラフがあります。",
        f"シート「{FORM}」：画像があります。",
        f"シート「{FORM}」：スパークラインがあります。",
        f"シート「{FORM}」：文字の一部だけ書式を変えたセルが2つあります。",
        f"シート「{FORM}」：斜めの罫線のあるセルがあります。",
        f"シート「{LIST}」：背景の画像があります。",
        f"シート「{LIST}」：テーブルのスタイルがあります。",
        f"シート「{LIST}」：条件付き書式があります。",
    ):
        assert words in told
    assert CHOICES not in told


def test_a_plain_form_has_nothing_to_tell_and_two_areas_are_told() -> None:
    row = f'<row r="1">{text("A1")}</row>'
    assert features(packed(parts(sheet_xml(row)))) == []
    name = '<definedName name="_xlnm.Print_Area" localSheetId="0">様式!$A$1,様式!$C$1</definedName>'
    (told,) = features(with_names(row, name))
    assert "印刷範囲が2つ以上" in told


def test_a_sheet_that_is_only_a_chart_is_told_and_left_out() -> None:
    book = Workbook()
    book.active["A1"] = 1
    book.create_chartsheet("推移", 0)
    book.create_sheet("後")["A1"] = 2

    content = saved(book)

    assert [sheet.title for sheet in read_template(content).sheets] == ["Sheet", "後"]
    assert any("「推移」はグラフだけのシートです" in one for one in features(content))
