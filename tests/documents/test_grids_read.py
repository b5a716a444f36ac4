"""Workbooks with several sheets, read as grids: every filled cell at its place, and what is too large is refused."""

import io
from typing import Any

import pytest
from openpyxl import Workbook

from documents import reading
from documents.reading import FileRefused, read_sheets


def workbook(**sheets: dict[str, Any]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for place, value in cells.items():
            sheet[place] = value
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(FileRefused) as refusal:
        read_sheets(content)
    return str(refusal.value)


def test_every_filled_cell_stands_at_its_place() -> None:
    first, second = read_sheets(workbook(基本分={"B3": "１２３", "D12": 2.5, "A1": "  "}, 加算={"A1": 0}))

    assert (first.title, first.cells) == ("基本分", {(3, 2): "123", (12, 4): "2.5"})
    assert second.cells == {(1, 1): "0"}
    assert first.place(12, 4) == "シート「基本分」D12"


def test_a_formula_counts_with_its_kept_value_and_without_one_is_empty() -> None:
    (sheet,) = read_sheets(workbook(単価={"A1": "x", "B1": "=1+1"}))

    assert sheet.cells == {(1, 1): "x"}


def test_what_is_no_workbook_or_empty_is_refused() -> None:
    assert "Excelブックとして開けません" in refused(b"a,b")
    assert "Excelブックとして開けません" in refused(b"PK\x03\x04nothing")
    assert "ファイルが空です" in refused(workbook(単価={}))


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    long = refused(workbook(単価={"B2": "x" * 201}))
    assert "シート「単価」B2：長すぎます" in long
    assert "シート「単価」が大きすぎます" in refused(workbook(単価={f"A{reading.MOST_GRID_ROWS + 1}": 1}))
    monkeypatch.setattr(reading, "MOST_GRID_CELLS", 2)
    assert "シート「単価」が大きすぎます" in refused(workbook(単価={"A1": 1, "A2": 1, "A3": 1}))
    monkeypatch.setattr(reading, "MOST_SHEETS", 1)
    assert "シートが多すぎます" in refused(workbook(a={"A1": 1}, b={"A1": 1}))
    monkeypatch.setattr(reading, "MOST_BYTES_INSIDE", 10)
    assert "中身が大きすぎます" in refused(workbook(a={"A1": 1}))
