"""Values of which no two are the same, for every entry a pack speaks of: what stands where can be told by looking."""

import ast
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import count, product
from typing import Any, Final

import formulas
from documents.dictionary import Entry, Kind, Row, Values, Vocabulary
from documents.packs.manifest import FormTable, Manifest
from formulas import Value

LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
FIRST_DAY: Final = date(2026, 4, 1)
# What a condition may ask of a row: at most so many yes-or-no columns are tried.
MOST_TRUTHS: Final = 6


def distinct_values(manifest: Manifest, vocabulary: Vocabulary, *, truth: bool, rows: int) -> Values:
    """
    All groups, and ``rows`` rows for each table of the pack that its condition lets through. ``truth``: what every
    yes-or-no is that no condition decides.
    """
    numbers = count(1)
    wanted = _constants(manifest.when)
    found: dict[str, Row | list[Row]] = {
        group.name: {
            entry.name: wanted.get(f"{group.name}.{entry.name}", _value(entry, next(numbers), truth))
            for entry in group.entries
        }
        for group in vocabulary.groups
    }
    for table in vocabulary.tables:
        own = [one for one in manifest.tables if one.each == table.name]
        wheres = list(dict.fromkeys(one.where for one in own))
        found[table.name] = [
            _row(table.columns, where, numbers, truth) for where in wheres for _ in range(rows)
        ]
    return found


def _row(columns: tuple[Entry, ...], where: str, numbers: Iterator[int], truth: bool) -> Row:
    plain: dict[str, Any] = {entry.name: _value(entry, next(numbers), truth) for entry in columns}
    plain.update(_constants(where))
    if not where:
        return plain
    asked = formulas.read(where)
    truths = [entry.name for entry in columns if entry.kind is Kind.YES_NO and entry.name in asked.names]
    assert len(truths) <= MOST_TRUTHS, where
    for chosen in product((truth, not truth), repeat=len(truths)):
        row = plain | dict(zip(truths, chosen, strict=True))
        if asked.holds(row):
            return row
    raise AssertionError(f"no row passes {where}")


def _constants(where: str) -> Mapping[str, Any]:
    """What texts a condition compares with: ``section == "addition"``, ``claim.status == "sent"``."""
    if not where:
        return {}
    return {
        ast.unparse(node.left): node.comparators[0].value
        for node in ast.walk(formulas.read(where).tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Eq)
        and isinstance(node.comparators[0], ast.Constant)
    }


def _value(entry: Entry, number: int, truth: bool) -> Value:
    match entry.kind:
        case Kind.YES_NO:
            return truth
        case Kind.DATE:
            return FIRST_DAY + timedelta(days=number)
        case Kind.MONTH:
            return date(2000 + number // 12 % 100, number % 12 + 1, 1)
        case Kind.WHOLE | Kind.YEN:
            # A product of two, summed over a long table, is still an amount that its boxes hold.
            return 10 + number % 900
        case Kind.NUMBER:
            return Fraction(20 + 2 * number + 1, 2)
    return _word(number)


def _word(number: int) -> str:
    """AAB, AAC … short enough for the narrowest cell."""
    letters = ""
    for _ in range(3):
        number, place = divmod(number, len(LETTERS))
        letters = LETTERS[place] + letters
    return letters


def room_of(table: FormTable, rows: int, columns: int) -> int:
    """How many entries a block of this size holds."""
    return max((rows if table.direction == "down" else columns) // table.lines, 1)
