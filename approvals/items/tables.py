"""A table of an application beside what was approved before: row by row, and cell by cell where one changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from applications.definitions import NUMBERS, Field
from applications.filling import ROW_KEY
from applications.wording import NOTHING, Names, in_words, row_name

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """One cell now, and before where that was something else."""

    label: str
    now: str
    before: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One row. ``change`` is empty, 変更, 追加 or 削除; of a removed row the cells say what it was."""

    name: str
    cells: tuple[ComparedCell, ...]
    change: str = ""


def compared_rows(own: Field, now: Rows, before: Rows | None, names: Names) -> tuple[ComparedRow, ...]:
    """
    Every row, in the order it has now; what was taken away comes last. ``before`` None: there is nothing to compare
    with. Rows of people and classes are the same by whom they are about, free rows by their place.
    """
    earlier, later = _by_key(own, before or ()), _by_key(own, now)
    rows = [
        _row(own, number, row, earlier.get(key) if before is not None else row, names)
        for number, (key, row) in enumerate(later.items())
    ]
    gone = [
        ComparedRow(row_name(own, number, row, names), tuple(_cells(own, row, row, names)), "削除")
        for number, (key, row) in enumerate(earlier.items())
        if key not in later
    ]
    return (*rows, *gone)


def _row(
    own: Field, number: int, row: Mapping[str, Any], was: Mapping[str, Any] | None, names: Names
) -> ComparedRow:
    cells = tuple(_cells(own, row, row if was is None else was, names))
    change = "追加" if was is None else "変更" if any(cell.before for cell in cells) else ""
    return ComparedRow(row_name(own, number, row, names), cells, change)


def _cells(
    own: Field, row: Mapping[str, Any], was: Mapping[str, Any], names: Names
) -> Iterable[ComparedCell]:
    for column in own.columns:
        value, old = row.get(column.key), was.get(column.key)
        before = (in_words(column, old, names) or NOTHING) if value != old else ""
        yield ComparedCell(column.label, in_words(column, value, names), before, column.kind in NUMBERS)


def _by_key(own: Field, rows: Rows) -> dict[str, Mapping[str, Any]]:
    key = ROW_KEY.get(own.kind)
    return {str(row[key]) if key else str(number): row for number, row in enumerate(rows)}
