"""Our reader against openpyxl: whatever openpyxl writes, both read the same out of it."""

import io
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from documents.confinement import read_apart, task
from documents.reading import _cell_text, read_table

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
).filter(lambda text: text.strip() and not text.startswith("=") and "_x" not in text)
DAYS = st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(microsecond=0))
VALUES = st.one_of(
    TEXTS,
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    DAYS,
    DAYS.map(datetime.date),
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.timedeltas(timedelta(0), timedelta(days=30)).map(lambda one: timedelta(seconds=one.seconds)),
    st.none(),
)
FORMATS = st.sampled_from(["General", "0", "000000", "yyyy/m/d", "[h]:mm", "h:mm", "#,##0.00", '0"名"', "@"])


def text_of(value: object) -> str:
    """What stood in ``reading`` when openpyxl read the uploads."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date:UserWarning")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(VALUES, st.none() | FORMATS), min_size=1, max_size=6), min_size=1, max_size=6
    ),
    st.booleans(),
)
def test_both_read_the_same(rows, is_1904: bool) -> None:
    book = Workbook()
    if is_1904:
        book.epoch = datetime(1904, 1, 1)
    for row, cells in enumerate(rows, 1):
        for column, (value, code) in enumerate(cells, 1):
            cell = book.active.cell(row, column, value)
            if code is not None:
                cell.number_format = code
    written = io.BytesIO()
    book.save(written)
    expected = {
        (cell.row, cell.column): text_of(cell.value)
        for row in load_workbook(written, read_only=True, data_only=True).active.iter_rows()
        for cell in row
        if text_of(cell.value).strip()
    }

    what = task(only_first=True, sheets=1, rows=100, columns=100, cells=1000)
    found = {
        (number, cell[0]): _cell_text(cell[1], cell[2])
        for number, *rest in read_apart(written.getvalue(), what)
        if isinstance(number, int)
        for cell in rest[1]
    }

    assert found == expected


def test_a_table_is_read_as_before() -> None:
    book = Workbook()
    book.active.append(["番号", "金額", "日", "時", "真偽", "空"])
    book.active.append([7.0, 0.1, date(2026, 4, 1), time(8, 30), False, None])
    book.active["A2"].number_format = "000000"
    written = io.BytesIO()
    book.save(written)

    assert read_table(written.getvalue()).rows[0].values == (
        "7",
        "0.1",
        "2026-04-01",
        "08:30:00",
        "False",
        "",
    )
