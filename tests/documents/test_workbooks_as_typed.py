"""A workbook as people filled it in: names as written, leading zeros, days, formulas, merged and hidden cells."""

import io
from datetime import date, datetime, timedelta

import pytest
from openpyxl import Workbook as Book

from documents.reading import FileRefused
from documents.workbooks import Cell, CellKind, Merged, read_workbook
from tests.documents.workbook_files import number_cell, packed, parts, sheet_xml, text_cell


def saved(book: Book) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def one_row(*cells: str, **about) -> list[Cell]:
    """The cells of a workbook's only row."""
    (sheet,) = read_workbook(packed(parts(sheet_xml(f'<row r="1">{"".join(cells)}</row>'), **about)))
    return [sheet.cells[place] for place in sorted(sheet.cells)]


def formatted(number: object, code: str) -> Cell:
    return one_row(number_cell("A1", number, 1), formats={164: code}, styles=(0, 164))[0]


def test_texts_stay_as_they_were_typed() -> None:
    names = ["髙橋　﨑子", "𠮷田", "ﾔﾏﾀﾞ ﾊﾅｺ", "１２３", "葛\U000e0100城", " 前後 ", "☺", "改\n行"]
    book = Book()
    book.active.title = "職員名簿"
    book.active.append(names)

    (sheet,) = read_workbook(saved(book))

    assert [sheet.cell(1, column).text for column in range(1, 9)] == names
    assert sheet.place(12, 4) == "シート「職員名簿」D12"
    assert sheet.rows == [1]


def test_the_reading_aid_is_no_part_of_a_name() -> None:
    texts = (
        "<si><t>山田</t><rPh sb='0' eb='2'><t>ヤマダ</t></rPh></si>"
        "<si><r><t>佐</t></r><r><t>藤</t></r></si><si><t>a_x000D_b_x0000_c_xD800__x005F_</t></si>"
    )
    cells = [f'<c r="{place}" t="s"><v>{at}</v></c>' for at, place in enumerate(("A1", "B1", "C1"))]
    inline = '<c r="D1" t="inlineStr"><is><t>林</t><rPh sb="0" eb="1"><t>ハヤシ</t></rPh></is></c>'

    assert [cell.text for cell in one_row(*cells, inline, texts=texts)] == [
        "山田",
        "佐藤",
        "a\rb_x0000_c_xD800__",
        "林",
    ]


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (123, "000000", "000123"),
        (0, "000", "000"),
        (1234567, "000", "1234567"),
        (1234567, "000-0000", "123-4567"),
        (1234567, "[<=999]000;[<=9999]000-00;000-0000", "123-4567"),
        (12, "[<=999]000;[<=9999]000-00;000-0000", "012"),
        (312345678, "[<=99999999]####-####;\\(00\\)\\ ####-####", "(03) 1234-5678"),
        (12345, '"東京都-"000000', "東京都-012345"),
        (35, '0"歳"', "35"),
        (12.5, "000000", "12.5"),
        (1234, "#,##0", "1234"),
        (-5, "000", "-5"),
        (2026, "General", "2026"),
        (0.1 + 0.2, "0.0", "0.3"),
        (160, '0.0"時間"', "160"),
        ("1.5E-7", "General", "0.00000015"),
        ("12345678901234567890", "General", "12345678901234567890"),
    ],
)
def test_numbers_keep_the_zeros_that_are_shown_and_nothing_else(number, code: str, text: str) -> None:
    assert formatted(number, code) == Cell(text, CellKind.NUMBER)


@pytest.mark.parametrize(
    "code",
    [
        "yyyy/m/d",
        '[$-411]ggge"年"m"月"d"日"',
        "[$-ja-JP-x-gannen]ggge.m.d;@",
        "m/d",
    ],
)
def test_a_number_is_a_day_where_the_cell_shows_one(code: str) -> None:
    cell = formatted(46113, code)

    assert (cell.text, cell.kind, cell.day) == ("2026-04-01", CellKind.DAY, date(2026, 4, 1))


@pytest.mark.parametrize("built_in", [14, 27, 28, 31, 34, 36, 50, 57, 58])
def test_the_formats_that_a_japanese_excel_has_built_in_show_days(built_in: int) -> None:
    assert one_row(number_cell("A1", 46113, 1), styles=(0, built_in))[0].day == date(2026, 4, 1)


def test_a_number_without_a_day_format_is_no_day() -> None:
    assert one_row(number_cell("A1", 46113))[0] == Cell("46113", CellKind.NUMBER)


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    assert one_row(number_cell("A1", 44651, 1), styles=(0, 14), is_1904=True)[0].day == date(2026, 4, 1)
    assert one_row(number_cell("A1", 1, 1), styles=(0, 14))[0].day == date(1900, 1, 1)


def test_times_durations_and_truth_are_told_as_people_say_them() -> None:
    book = Book()
    book.active.append(
        [datetime(2026, 4, 1, 8, 30), timedelta(hours=160), timedelta(hours=7, minutes=45), True]
    )
    for column, code in ((2, "[h]:mm"), (3, "h:mm")):
        book.active.cell(1, column).number_format = code

    (sheet,) = read_workbook(saved(book))

    assert [(cell.text, cell.kind.name) for cell in sheet.cells.values()] == [
        ("2026-04-01 08:30:00", "DAY"),
        ("160:00", "DURATION"),
        ("07:45:00", "TIME"),
        ("TRUE", "TRUTH"),
    ]
    assert sheet.cell(1, 1).day == date(2026, 4, 1)


def test_a_number_that_no_day_has_is_an_error() -> None:
    assert formatted(9_999_999, "yyyy/m/d") == Cell("#VALUE!", CellKind.ERROR)


def test_formulas_have_the_value_they_were_saved_with_or_none() -> None:
    computed, shared, empty, broken = one_row(
        '<c r="A1"><f>1+1</f><v>2</v></c>',
        '<c r="B1" t="str"><f t="shared" si="0"/><v>山田</v></c>',
        '<c r="C1"><f>NOW()</f></c>',
        '<c r="D1" t="e"><f>Z9</f><v>#REF!</v></c>',
    )

    assert computed == Cell("2", CellKind.NUMBER, formula=True)
    assert shared == Cell("山田", formula=True)
    assert empty.is_without_value
    assert not computed.is_without_value
    assert (broken.kind, broken.text, broken.formula) == (CellKind.ERROR, "#REF!", True)


def test_merged_cells_know_their_range() -> None:
    rows = (
        f'<row r="1">{text_cell("A1", "氏名")}{text_cell("B1", "山田")}</row>'
        f'<row r="2">{text_cell("A2", "住所")}</row><row r="3">{text_cell("C3", "x")}</row>'
    )
    merged = '<mergeCells><mergeCell ref="B1:B3"/><mergeCell ref="D1:XFD1048576"/></mergeCells>'
    (read,) = read_workbook(packed(parts(sheet_xml(rows, after=merged))))

    assert read.cell(1, 2) == Cell("山田", merged=Merged(1, 2, 3, 2))
    assert read.cell(3, 2) == Cell("", merged=Merged(1, 2, 3, 2))
    assert str(read.cell(3, 2).merged) == "B1:B3"
    assert read.cell(2, 1).merged is None
    assert read.cell(9, 9) == Cell()


def test_what_people_do_not_see_is_marked() -> None:
    rows = (
        f'<row r="1">{text_cell("A1", "a")}{text_cell("C1", "c")}</row>'
        f'<row r="2" hidden="1">{text_cell("A2", "b")}</row>'
    )
    seen = sheet_xml(rows, before='<cols><col min="2" max="16384" hidden="1"/></cols>')
    hidden = sheet_xml(f'<row r="1">{text_cell("A1", "x")}</row>')

    first, second, third = read_workbook(
        packed(parts(seen, hidden, hidden, states=("visible", "hidden", "veryHidden")))
    )

    assert (first.hidden, first.hidden_rows, first.hidden_columns) == (False, {2}, {2, 3})
    assert (second.hidden, third.hidden) == (True, True)


def test_blank_cells_are_no_cells_and_an_empty_workbook_is_refused() -> None:
    with pytest.raises(FileRefused, match="ファイルが空"):
        read_workbook(
            packed(parts(sheet_xml(f'<row r="1"><c r="A1" s="0"/>{text_cell("B1", " 　 ")}</row>')))
        )


def test_texts_that_are_too_long_are_told_all_at_once() -> None:
    with pytest.raises(FileRefused) as refused:
        read_workbook(
            packed(
                parts(
                    sheet_xml(f'<row r="1">{text_cell("A1", "x" * 1001)}{text_cell("B1", "y" * 9999)}</row>')
                )
            )
        )

    assert [problem.message[:17] for problem in refused.value.problems] == [
        "シート「職員名簿」A1：長すぎます",
        "シート「職員名簿」B1：長すぎます",
    ]


# CSV


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("氏名,番号\n髙橋,000123\n".encode("utf-8-sig"), "utf-8"),
        ("氏名,番号\n髙橋,000123\n".encode(), "utf-8"),
        ("氏名,番号\r\n髙橋,000123\r\n".encode("cp932"), "cp932"),
        ("氏名\t番号\n髙橋\t000123\n".encode(), "utf-8"),
        ('氏名,番号\n髙橋,"=""000123"""\n'.encode(), "utf-8"),
        ('氏名,番号\n髙橋,="000123"\n'.encode(), "utf-8"),
    ],
)
def test_a_csv_is_a_workbook_of_one_sheet(content: bytes, encoding: str) -> None:
    book = read_workbook(content)

    assert book.encoding == encoding
    (sheet,) = book
    assert {place: cell.text for place, cell in sheet.cells.items()} == {
        (1, 1): "氏名",
        (1, 2): "番号",
        (2, 1): "髙橋",
        (2, 2): "000123",
    }
    assert sheet.place(2, 2) == "B2"


def test_rows_of_a_csv_are_counted_as_excel_counts_them() -> None:
    (sheet,) = read_workbook('a,"二\r\n行"\r\n\r\n=1+1,-5\r\n'.encode())

    assert sheet.cell(1, 2).text == "二\r\n行"
    assert sheet.cell(3, 1).is_without_value
    assert sheet.cell(3, 2).text == "-5"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "ファイルが空です"),
        (b"%PDF-1.7", "PDFのようです。Excelブック（.xlsx）かCSV"),
        ("a,b\n".encode("utf-16"), "UTF-16"),
        (b'a,"b\n', "引用符"),
        (("a\n" * 5_001).encode(), "A5001：行が多すぎます（5,000行目まで）"),
        (("a" + "," * 500 + "b").encode(), "SG1：列が多すぎます"),
    ],
)
def test_what_is_no_csv_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_workbook(content)

    assert sentence in str(refused.value)
