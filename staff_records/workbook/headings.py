"""Headings of tables as people write them: compared without width, blanks and marks."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from documents.personal_data import ADDRESS, DATE, FULL_NAME, PHONE
from documents.workbooks import WorkbookSheet
from staff_records.columns import TABLES, Table

LAST_HEADING_ROW = 40
LONGEST_HEADING = 40
_MARKS = re.compile(r"[\s　*＊※]|[(（]?必須[)）]?$")
# Of columns that offices have and a roster does not: they are spread out like 氏　名, and are no names either.
_OTHERS_HAVE = frozenset(
    {
        "姓名",
        "備考",
        "摘要",
        "電話",
        "携帯電話",
        "連絡先",
        "年齢",
        "所属",
        "区分",
        "担任",
        "担当",
        "役職",
        "通勤",
        "続柄",
        "学歴",
        "経験年数",
    }
)
_TITLED = re.compile(r"[0-9]{5,}|@")


def folded(text: str) -> str:
    """A heading as it is compared."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


@cache
def our_headings(table_code: str, *, with_aliases: bool) -> Mapping[str, str]:
    """Folded heading → code; a heading goes before an alias."""
    table = TABLES[table_code]
    known = {}
    if with_aliases:
        known = {folded(alias): column.code for column in table.columns for alias in column.aliases}
    return {**known, **{folded(column.heading): column.code for column in table.columns}}


def headings_of(sheet: WorkbookSheet, row: int) -> dict[int, str]:
    """Column → what stands there in a row of headings; a cell that was made one with those above says the same."""
    found = {}
    columns = {column for at, column in sheet.cells if at == row}
    columns |= {column for (at, column) in sheet.merged if at == row}
    for column in sorted(columns):
        cell = sheet.cell(row, column)
        if not cell.text and cell.merged is not None and cell.merged.left == column:
            cell = sheet.cell(cell.merged.top, column)
        if text := " ".join(cell.text.split()):
            found[column] = text
    return found


def heading_row(sheet: WorkbookSheet, table: Table, *, with_aliases: bool) -> tuple[int, int]:
    """The row that holds most of the table's headings, and how many of them; (0, 0) where none does."""
    known = our_headings(table.code, with_aliases=with_aliases)
    best = (0, 0)
    for row in [row for row in sheet.rows if row <= LAST_HEADING_ROW]:
        hits = len(
            {known[folded(text)] for text in headings_of(sheet, row).values() if folded(text) in known}
        )
        if hits > best[1]:
            best = (row, hits)
    return best


@cache
def _known_headings() -> frozenset[str]:
    """Every heading and alias of every table, and what else stands beside them, folded."""
    return _OTHERS_HAVE.union(*(our_headings(code, with_aliases=True) for code in TABLES))


def looks_like_a_value(heading: str) -> bool:
    """
    A name, a day, a number or an address: a heading is nobody's, and such a text is not kept.

    A heading we know is none of these, however it is spread out: «職　　種» looks like 姓　名.
    """
    if folded(heading) in _known_headings():
        return False
    plain = " ".join(unicodedata.normalize("NFKC", heading).split())
    return (
        len(plain) > LONGEST_HEADING
        or any(pattern.fullmatch(plain) for pattern in (DATE, FULL_NAME, PHONE))
        or bool(ADDRESS.search(plain) or _TITLED.search(plain))
    )
