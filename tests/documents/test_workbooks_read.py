"""A workbook is read like a CSV: the first sheet, headings first, cells as people see them."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from documents import reading
from documents.reading import FileRefused, read_table


def book(*rows, sheet="一覧"):
    workbook = Workbook()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append(row)
    workbook.create_sheet("ほか").append(["これは読まない"])
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def test_the_first_sheet_becomes_the_table():
    table = read_table(
        book(
            ["番号", "名前 ", "日"],
            [],
            ["００１", "もみじ", date(2026, 4, 1)],
            [2.0, None, datetime(2026, 4, 2)],
        )
    )

    assert table.headings == ["番号", "名前", "日"]
    assert [row.values for row in table.rows] == [("001", "もみじ", "2026-04-01"), ("2", "", "2026-04-02")]
    assert [row.line for row in table.rows] == [3, 4]
    assert table.problems == []


def test_a_csv_stays_a_csv():
    assert read_table("番号,名前\n1,もみじ\n".encode("cp932")).encoding == "cp932"


def test_a_formula_counts_with_its_kept_value_and_without_one_is_empty():
    table = read_table(book(["a", "b"], [1, "=1+1"]))

    assert table.rows[0].values == ("1", "")


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 damaged", book(["a"], [1])[:-200]],
    ids=["no zip", "cut off"],
)
def test_a_damaged_workbook_says_how_to_save_it(content):
    with pytest.raises(FileRefused) as refused:
        read_table(content)

    assert [problem.message for problem in refused.value.problems] == [reading.NO_WORKBOOK]


def test_a_zip_of_something_else_is_no_workbook():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("letter.txt", "x")

    with pytest.raises(FileRefused, match="Excelブックとして開けません"):
        read_table(packed.getvalue())


def test_an_empty_workbook_is_an_empty_file():
    with pytest.raises(FileRefused, match="ファイルが空"):
        read_table(book())


def test_a_small_file_that_unpacks_to_much_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES_INSIDE", 1000)

    with pytest.raises(FileRefused, match="中身が大きすぎます"):
        read_table(book(["a"], [1]))


def test_the_same_heading_twice_is_told():
    with pytest.raises(FileRefused, match="見出しが同じ"):
        read_table(book(["a", "a"], [1, 2]))
