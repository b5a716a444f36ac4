"""Made-up values for every entry of a vocabulary, to see whether a form can be filled at all. Pure."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from documents.dictionary import Entry, Kind, Row, Values, Vocabulary
from formulas import Value

DIGITS_OF: Final[Mapping[str, str]] = {"number": "0123456789012", "code": "012345", "postal_code": "012-3456"}
PHONE: Final = "012-345-6789"
SHORT, LONG = 6, 24
DAY: Final = date(2026, 12, 31)


def sample_values(vocabulary: Vocabulary, *, rows: int, is_long: bool) -> Values:
    """
    A value for every entry, and ``rows`` rows in each table.

    ``is_long``: texts and numbers as long as they come; else such as any form must have room for.
    """
    groups: dict[str, Row] = {
        group.name: {entry.name: _value(entry, is_long, 1) for entry in group.entries}
        for group in vocabulary.groups
    }
    tables = {
        table.name: [
            {entry.name: _value(entry, is_long, number) for entry in table.columns}
            for number in range(1, rows + 1)
        ]
        for table in vocabulary.tables
    }
    return {**groups, **tables}


def _value(entry: Entry, is_long: bool, number: int) -> Value:
    match entry.kind:
        case Kind.WHOLE:
            return 120 if is_long else 12
        case Kind.NUMBER:
            return Fraction(1234, 10) if is_long else Fraction(15, 2)
        case Kind.YEN:
            return 123_456_789 if is_long else 123_456
        case Kind.DATE:
            return DAY
        case Kind.MONTH:
            return DAY.replace(day=1)
        case Kind.YES_NO:
            return number % 2 == 1
    return _text(entry, is_long)


def _text(entry: Entry, is_long: bool) -> str:
    if entry.name.endswith("postal_code"):
        return DIGITS_OF["postal_code"]
    if entry.name in DIGITS_OF:
        return DIGITS_OF[entry.name]
    if entry.name == "phone":
        return PHONE
    wanted = LONG if is_long else SHORT
    words = "".join(character for character in entry.label if character.isalnum()) or "見本"
    return (words + "見本" * LONG)[:wanted]
