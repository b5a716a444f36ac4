"""The workbook a person pastes into: out of a book and back are the very rows; what is wrong is told at its cell."""

import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from pricing import BookProblems, RateBook, shipped_books
from pricing.books import values_of
from rate_books.grid import FAMILIES, GUIDE, workbook_of
from rate_books.loading import BookFile, read_files
from tests.rate_books.stage import OFFICIAL, SAMPLE

EVERY = [(book, name) for book in shipped_books() for name in book.facility_types]


def bytes_of(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def grid(book: RateBook, name: str, *, filled: bool = True) -> Workbook:
    rows = [row for row in book.rows if row.facility_type == name]
    return workbook_of(name, rows, fiscal_year=book.fiscal_year, filled=filled)


def values(rows: Any) -> list[str]:
    return sorted(repr(values_of(row)) for row in rows)


def problems_of(book: Workbook) -> dict[str, str]:
    with pytest.raises(BookProblems) as refused:
        read_files([BookFile("単価.xlsx", bytes_of(book))])
    return {problem.path: problem.message for problem in refused.value.problems}


@pytest.mark.parametrize(("book", "name"), EVERY, ids=[name for _, name in EVERY])
def test_a_book_goes_out_and_comes_back_as_it_was(book: RateBook, name: str) -> None:
    read = read_files([BookFile(f"{name}.xlsx", bytes_of(grid(book, name)))])

    assert values(read.rows) == values(row for row in book.rows if row.facility_type == name)


def test_workbooks_of_all_types_are_one_book() -> None:
    files = [BookFile(f"{name}.xlsx", bytes_of(grid(SAMPLE, name))) for name in ("small_a", "home_visiting")]

    read = read_files(files)

    assert values(read.rows) == values(
        row for row in SAMPLE.rows if row.facility_type in ("small_a", "home_visiting")
    )
    assert len(set(read.file_hashes)) == 2


def test_an_empty_template_has_every_place_and_no_price() -> None:
    empty, filled = grid(SAMPLE, "small_a", filled=False), grid(SAMPLE, "small_a")

    assert empty.sheetnames == filled.sheetnames == [GUIDE, *FAMILIES]
    assert empty["基本分単価"].dimensions != "A1"
    assert "単価が1つも入っていません" in "".join(problems_of(empty).values())


def test_an_item_of_the_year_without_price_has_its_column() -> None:
    book = grid(OFFICIAL, "kindergarten", filled=False)

    codes = {cell.value for sheet in book.worksheets for cell in (sheet[3] if sheet.title != GUIDE else ())}

    assert "below_staffing" in codes


def test_prices_by_headcount_have_a_column_each() -> None:
    book = workbook_of("nursery", [], fiscal_year=2026, filled=False)

    columns = {
        (cells[2].value, cells[4].value)
        for sheet in book.worksheets
        if sheet.title != GUIDE
        for cells in sheet.iter_cols(min_row=1, max_row=11)
    }

    assert {("treatment_3", "a"), ("treatment_3", "b")} <= columns
    assert ("treatment_3", None) not in columns


def test_numbers_as_people_paste_them() -> None:
    book = grid(SAMPLE, "home_visiting")
    sheet = book["基本分単価"]
    sheet["D13"], sheet["E13"], sheet["F13"] = "１２３，４５０円", "1,230", "2.5%"

    read = read_files([BookFile("a.xlsx", bytes_of(book))])

    row = next(row for row, place in read.rows.items() if place.endswith("D13"))
    assert (row.amount, row.treatment_yen, row.c_tenths) == (123_450, 1_230, 25)


def test_words_and_codes_are_both_understood_and_a_dash_is_no_price() -> None:
    book = grid(SAMPLE, "home_visiting")
    sheet = book["基本分単価"]
    for row in range(1, 12):
        if sheet.cell(row, 1).value == "認定区分":
            sheet.cell(row, 4, "3")
        if sheet.cell(row, 1).value == "保育必要量":
            sheet.cell(row, 4, "standard")
        if sheet.cell(row, 1).value == "単位":
            sheet.cell(row, 4, "child_month")
    sheet["A13"], sheet["D14"], sheet["E14"], sheet["F14"] = "20/100地域", "－", "-", "—"

    read = read_files([BookFile("a.xlsx", bytes_of(book))])

    assert len(read.rows) == len([r for r in SAMPLE.rows if r.facility_type == "home_visiting"]) - 1


def test_every_problem_is_told_at_its_cell_at_once() -> None:
    book = grid(SAMPLE, "home_visiting")
    sheet = book["基本分単価"]
    sheet["A13"] = "銀河地域"
    sheet["D14"] = "約12万円"
    sheet["D15"] = None
    sheet["F16"] = "2.55"
    sheet["ZZ17"] = 5
    book["施設ごとの加減算"]["D3"] = "no_such_item"
    place = "単価.xlsx シート「基本分単価」"

    found = problems_of(book)

    assert "地域区分「銀河地域」は読めません" in found[f"{place}A13"]
    assert "0以上の整数" in found[f"{place}D14"]
    assert "単価が空です" in found[f"{place}E15"]
    assert "小数点以下1桁まで" in found[f"{place}F16"]
    assert "見出しがありません" in found[f"{place}ZZ17"]
    assert "項目コード「no_such_item」はありません" in found["単価.xlsx シート「施設ごとの加減算」D3"]


def test_the_same_price_twice_is_told_with_the_other_place() -> None:
    book = grid(SAMPLE, "home_visiting")
    copied = book.copy_worksheet(book["基本分単価"])
    copied.title = "写し"

    found = problems_of(book)

    assert "シート「基本分単価」D13と同じ条件の単価です" in found["単価.xlsx シート「写し」D13"]


BASE = "単価.xlsx シート「基本分単価」"


def row_of(sheet: Any, smallest: int) -> int:
    return next(cell.row for cell in sheet["B"] if cell.value == smallest)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("C", 900, "定員81〜900が、次の行の91〜100など9行と重なります"),
        ("B", 8, "定員8〜90が、"),
        ("C", 92, "定員81〜92が、次の行の91〜100と重なります"),
        ("C", None, "定員81〜が、次の行の91〜100など9行と重なります"),
        ("C", 18, "定員（から）の81が、定員（まで）の18より大きくなっています"),
    ],
)
def test_one_wrong_band_is_one_problem_at_its_cell(column: str, value: int | None, words: str) -> None:
    book = grid(SAMPLE, "nursery")
    sheet = book["基本分単価"]
    row = row_of(sheet, 81)
    sheet[f"{column}{row}"] = value
    sheet[f"E{row}"] = "約"

    found = problems_of(book)

    place = f"{BASE}{'B' if value == 18 else column}{row}"
    assert set(found) == {place, f"{BASE}E{row}"}
    assert found[place].startswith(words)


def test_the_same_band_twice_is_one_problem() -> None:
    book = grid(SAMPLE, "nursery")
    sheet = book["基本分単価"]
    row = row_of(sheet, 81)
    sheet[f"B{row + 1}"], sheet[f"C{row + 1}"] = 81, 90

    found = problems_of(book)

    assert list(found) == [f"{BASE}A{row + 1}"]
    assert f"地域区分と定員が同じ行が、{row}行目にもあります" in found[f"{BASE}A{row + 1}"]


@pytest.mark.parametrize(
    ("heading", "value", "words"),
    [
        ("単位", "割合", "単位「割合」は、基本分単価には使えません。「月・子ども1人」を入れてください。"),
        ("種別コード", "その他", "種別コード「その他」は使えません。"),
    ],
)
def test_a_heading_that_does_not_fit_is_one_problem(heading: str, value: str, words: str) -> None:
    book = grid(SAMPLE, "nursery")
    sheet = book["基本分単価"]
    row = next(cell.row for cell in sheet["A"] if cell.value == heading)
    sheet[f"D{row}"] = value

    found = problems_of(book)

    assert list(found) == [f"{BASE}D{row}"]
    assert found[f"{BASE}D{row}"].startswith(words)


def test_a_column_that_is_there_twice_is_one_problem() -> None:
    book = grid(SAMPLE, "nursery")
    sheet = book["基本分単価"]
    for row in range(1, 12):
        sheet.cell(row, 7, sheet.cell(row, 4).value)

    found = problems_of(book)

    assert found == {f"{BASE}G3": "D列と同じ見出しです。どちらかの見出しを直すか、列を消してください。"}


def test_a_workbook_without_our_headings_is_refused_without_quoting_it() -> None:
    book = Workbook()
    book.active.append(["見本 太郎", "3歳"])

    found = problems_of(book)

    assert "ひな形をダウンロードして使ってください" in "".join(found.values())
    assert "太郎" not in "".join([*found, *found.values()])


def test_a_csv_of_something_else_is_refused_without_quoting_it() -> None:
    with pytest.raises(BookProblems) as refused:
        read_files(
            [
                BookFile("a.csv", "見本 太郎,3歳\n".encode()),
                BookFile("b.csv", b"\x82\xa0"),
                BookFile("c.csv", b""),
            ]
        )

    said = str(refused.value)
    assert "太郎" not in said
    assert {problem.path for problem in refused.value.problems} == {"a.csv", "b.csv", "c.csv"}


def test_a_workbook_written_by_excel_keeps_its_numbers() -> None:
    """Excel stores 2.5 as a binary number; its shortest spelling is what was typed."""
    again = load_workbook(io.BytesIO(bytes_of(grid(SAMPLE, "home_visiting"))))

    read = read_files([BookFile("a.xlsx", bytes_of(again))])

    assert {row.c_tenths for row in read.rows if row.item == "base"} == {25}
