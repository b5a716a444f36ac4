"""Any values in any cells: what is read back is what was put in, and nothing else has changed."""

import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from documents.packs.cell_xml import EXCEL_DIGITS, CannotBeKept, number_text, serial_of, text_of
from documents.packs.filled import Filled, FilledCell, FilledSheet
from documents.packs.splicing import CannotSplice, spliced
from documents.xlsx.formats import day_of
from documents.xlsx.parts import unescaped
from tests.documents.packs.everything import FORM, LIST, everything

MADE_AT = datetime(2026, 11, 26, tzinfo=UTC)
# Cells of blocks and array formulas are told, not filled.
CLOSED = {
    *((row, column) for row in (4, 5) for column in range(3, 7)),
    *((1, column) for column in range(2, 9)),
    *((row, 4) for row in range(20, 23)),
}
CONTROLS = "".join(map(chr, (*range(32), 0x7F, 0x85, 0xFFFE, 0xFFFF)))
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from("=+-@\t\n\r'\"<>&;_x0D[]!A1 　髙𠮷️󠄀" + CONTROLS), max_size=20),
    st.sampled_from(
        [
            "=1+1",
            "_x000D_",
            "_x005F_x0041_",
            "<![CDATA[x]]>",
            "]]>",
            "&amp;",
            " ",
            "　",
            "1E5",
            "TRUE",
            "#N/A",
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.integers(),
    st.fractions(max_denominator=10**6),
    st.builds(
        lambda number, places: Fraction(number, 10**places), st.integers(-(10**9), 10**9), st.integers(0, 9)
    ),
)
CONTENTS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
PLACES = st.tuples(st.integers(1, 60), st.integers(1, 30)).filter(lambda place: place not in CLOSED)
# The fifth row has the headings of a table.
LIST_PLACES = st.tuples(st.integers(1, 25).filter(lambda row: row != 5), st.integers(1, 8))


def is_keepable(content: object) -> bool:
    if isinstance(content, str):
        return not re.search("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", content)
    if isinstance(content, int | Fraction) and not isinstance(content, bool) and content.denominator == 1:
        return len(str(abs(content.numerator)).rstrip("0")) <= EXCEL_DIGITS
    return True


def read_back(cell) -> object:
    value = cell.value
    return unescaped(value) if isinstance(value, str) else value


def as_put(content: object) -> object:
    """What a reader gets: breaks of lines are LF, an empty text is nothing, a number has as many digits as it has."""
    if isinstance(content, str):
        return re.sub("\r\n?", "\n", content) or None
    return content


def alike(put: object, got: object) -> bool:
    if put is None or isinstance(put, str | bool):
        return type(put) is type(got) and put == got
    assert isinstance(put, int | Fraction)
    return float(got) == pytest.approx(float(put), rel=1e-14, abs=1e-10)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(PLACES, CONTENTS, max_size=40))
def test_whatever_is_put_into_cells_is_read_back_and_the_others_stay(cells: dict) -> None:
    filled = Filled(
        "",
        [
            FilledSheet(
                FORM, FORM, {place: FilledCell(content, str(content)) for place, content in cells.items()}
            )
        ],
    )
    unkeepable = {place for place, content in cells.items() if not is_keepable(content)}
    if unkeepable:
        with pytest.raises(CannotSplice) as refused:
            spliced(everything(), filled, made_at=MADE_AT)
        assert {one.place[1:] for one in refused.value.problems} == unkeepable
        return

    after = load_workbook(io.BytesIO(spliced(everything(), filled, made_at=MADE_AT)))[FORM]

    before = load_workbook(io.BytesIO(everything()))[FORM]
    for place, content in cells.items():
        if (20 <= place[0] < 26 and place[1] == 5) or after.cell(*place).is_date:
            continue
        assert alike(as_put(content), read_back(after.cell(*place))), place
        assert after.cell(*place).style_id == before.cell(*place).style_id or place not in before._cells
    for place, cell in before._cells.items():
        if place not in cells and cell.data_type != "f":
            assert after.cell(*place).value == cell.value


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(LIST_PLACES, st.integers(0, 9), min_size=1))
def test_rows_and_cells_always_stand_in_their_order(cells: dict) -> None:
    filled = Filled(
        "", [FilledSheet(LIST, LIST, {place: FilledCell(n, str(n)) for place, n in cells.items()})]
    )

    with zipfile.ZipFile(io.BytesIO(spliced(everything(), filled, made_at=MADE_AT))) as package:
        sheet = package.read("xl/worksheets/sheet2.xml").decode()

    rows = [int(row) for row in re.findall(r'<row r="(\d+)"', sheet)]
    assert rows == sorted(set(rows))
    for row in re.findall(r'<row r="\d+"[^>]*>(.*?)</row>', sheet, re.DOTALL):
        columns = [column.rjust(3) for column in re.findall(r'<c r="([A-Z]+)\d+"', row)]
        assert columns == sorted(set(columns))
    for (row, column), number in cells.items():
        assert re.search(rf'<c r="{get_column_letter(column)}{row}"[^>]*><v>{number}</v></c>', sheet)


@given(TEXTS)
def test_a_text_is_kept_or_refused_and_never_changed(text: str) -> None:
    if is_keepable(text):
        assert text_of(text) == re.sub("\r\n?", "\n", text)
    else:
        with pytest.raises(CannotBeKept):
            text_of(text)


@given(st.fractions())
def test_numbers_are_written_exactly_where_they_end_and_else_to_ten_places(number: Fraction) -> None:
    if not is_keepable(number):
        with pytest.raises(CannotBeKept):
            number_text(number)
        return
    written = number_text(number)

    assert "E" not in written.upper()
    rest = number.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    if rest == 1:
        assert Fraction(Decimal(written)) == number
    else:
        assert abs(Fraction(Decimal(written)) - number) <= Fraction(1, 2 * 10**10)


@given(st.dates(date(1900, 1, 1)), st.booleans())
def test_the_number_of_a_day_is_read_as_that_day(day: date, is_1904: bool) -> None:
    serial = serial_of(day, is_1904=is_1904)

    if is_1904 and day < date(1904, 1, 2):
        assert serial is None or day == date(1904, 1, 1)
    else:
        assert serial is not None
        assert day_of(serial, is_1904) == ("d", day.isoformat())
