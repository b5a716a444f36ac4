"""
What somebody has really typed (R3): each field, and in tables and rows of months each cell, once a version.

What a form that was carried over merely repeats, and what stays empty, was not typed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final

from applications.definitions import Field, Item, Kind
from applications.entering import Entered
from applications.filling import ROW_KEY, Filled, Origin, is_empty
from applications.models import ApplicationVersion, TypedField
from applications.queries.filled import fill_for
from facilities.actors import Actor
from facilities.models import Facility

# Of the column: ``field.row.column``; a row may be a person's id.
LONGEST_NAME: Final = 100


def count_typed(
    version: ApplicationVersion,
    facility: Facility,
    item: Item,
    before: Mapping[str, Any],
    entered: Entered,
    by: Actor,
    at: datetime,
) -> list[str]:
    """Note what was typed now, and whether it was known. Answers the keys of its fields."""
    names = [
        (own, name)
        for own in item.fields
        if not is_empty(entered.values.get(own.key))
        for name in _typed(own, before.get(own.key), entered.values[own.key])
    ]
    if not names:
        return []
    filled = fill_for(facility, version.application.fiscal_year, item, version).by_key
    names = [(own, name) for own, name in names if _is_there(filled[own.key], name)]
    TypedField.objects.bulk_create(
        [
            TypedField(
                municipality_id=facility.municipality_id,
                facility=facility,
                fiscal_year=version.application.fiscal_year,
                round_number=version.round_number,
                version=version,
                field_key=name[:LONGEST_NAME],
                knew=_knew(filled[own.key], name),
                typed_at=at,
                typed_by=by.user_id,
            )
            for own, name in names
        ],
        ignore_conflicts=True,
    )
    return sorted({own.key for own, _ in names})


def _typed(own: Field, before: Any, value: Any) -> Iterator[str]:
    """The names of what is not empty and not as it was, as the form names its controls."""
    if own.kind is Kind.MONTHLY:
        for number, (was, cell) in enumerate(zip_longest(before or (), value)):
            if cell is not None and cell != was:
                yield f"{own.key}.{number}"
    elif own.kind in ROW_KEY:
        for row, cells in value.items():
            yield from _cells(f"{own.key}.{row}", (before or {}).get(row, {}), cells)
    elif own.is_table:
        yield from _rows(own.key, before or [], value)
    elif before != value:
        yield own.key


def _rows(key: str, before: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Of a free table. Rows that merely moved, because one was taken out above them, were not typed."""
    left, new = list(before), []
    for number, row in enumerate(rows):
        if row in left:
            left.remove(row)
        else:
            new.append((number, row))
    for place, (number, row) in enumerate(new):
        yield from _cells(f"{key}.{number}", left[place] if place < len(left) else {}, row)


def _cells(row: str, before: Mapping[str, Any], cells: Mapping[str, Any]) -> Iterator[str]:
    for column, cell in cells.items():
        if not is_empty(cell) and before.get(column) != cell:
            yield f"{row}.{column}"


def _told(one: Filled, row: str) -> Mapping[str, Any] | None:
    """What the source of a table of people or classes tells of this row; None where it has no such row."""
    rows = one.known.value if one.known else ()
    return next((told for told in rows if str(told[ROW_KEY[one.field.kind]]) == row), None)


def _is_there(one: Filled, name: str) -> bool:
    """Cells of people who are not there (any more) fall away."""
    return one.field.kind not in ROW_KEY or _told(one, name.split(".")[1]) is not None


def _knew(one: Filled, name: str) -> bool:
    """The very value was known already, or is known and may not be typed over."""
    if one.field.kind not in ROW_KEY:
        return one.known is not None and one.origin is not Origin.DIFFERS
    _, row, key = name.split(".")
    told = _told(one, row) or {}
    column = next(column for column in one.field.columns if column.key == key)
    return any(not is_empty(told.get(source)) for source in column.known_from)
