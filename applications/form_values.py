"""
The values of a filled item as forms show them: for each name of ``form_vocabulary`` a plain value. Pure.

What does not hold (``shown_if``), and what nobody has answered, is not known: None, or a table without rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

from applications.definitions import Field, Item, Kind
from applications.differences import Difference
from applications.filling import Filled, FilledItem, Origin, is_empty
from applications.form_vocabulary import ANSWERS, ROW_NAME, names_in, plain_fields, table_name
from applications.wording import MONTHS, Names, in_words, row_name, unit_of
from documents.dictionary import Row
from facilities.periods import ServiceMonth
from formulas import Value

COMPUTED: Final = "計算"
FIRST_CHANGES: Final = 2
# What one line of the list of all answers holds: a form that shows it has rows of one height.
LINE: Final = 60


def answers_of(filled: FilledItem, fiscal_year: int, names: Names) -> dict[str, Row | Sequence[Row]]:
    """The group of plain fields and a table for each field that has rows or months; ``names`` of people by id."""
    found: dict[str, Row | Sequence[Row]] = {}
    plain = plain_fields(filled.item)
    if plain:
        values = {own.key: _shown_value(filled.by_key.get(own.key)) for own in plain}
        found[ANSWERS] = _named(plain, values, names)
    for own in filled.item.fields:
        value = _shown_value(filled.by_key.get(own.key))
        if own.kind is Kind.MONTHLY:
            found[table_name(own)] = _months(value, fiscal_year)
        elif own.is_table:
            found[table_name(own)] = [
                {
                    ROW_NAME: row_name(own, place, row, names),
                    **_named(own.columns, row, names, {ROW_NAME}),
                }
                for place, row in enumerate(value or [])
            ]
    return found


def all_answers(filled: FilledItem, names: Names) -> list[Row]:
    """
    Every shown field in words, one after the other; of tables each row on a line of its own. What is longer than a
    line goes on on the next ones.
    """
    found: list[Row] = []
    for one in filled.shown:
        own = one.field
        words = _months_words(own, one.value) if own.kind is Kind.MONTHLY else in_words(own, one.value, names)
        reason = one.reason if one.origin is Origin.DIFFERS and one.reason else None
        found += _lines(own.label, words, unit_of(own) or None, _source(one), reason)
        if own.is_table:
            found += _rows_in_words(own, one.value or [], names)
    return found


def _lines(
    label: str, words: str, unit: str | None, source: str | None, reason: str | None, *, is_row: bool = False
) -> Iterable[Row]:
    parts = [line[at : at + LINE] for line in words.splitlines() for at in range(0, len(line), LINE)]
    for number, part in enumerate(parts or [None]):
        yield {
            "label": None if number else label,
            "words": part,
            "unit": None if number else unit,
            "source": None if number else source,
            "reason": None if number else reason,
            "is_row": is_row or number > 0,
        }


def changes_of(found: Iterable[Difference]) -> list[Row]:
    """The differences to what was approved."""
    return [{"label": one.label, "before": one.before, "now": one.now, "by": one.by} for one in found]


def changed_fields(found: Iterable[Difference]) -> str | None:
    """The first two fields that differ and how many more; nobody's name is among them."""
    labels = list(dict.fromkeys(one.label.partition("　")[0] for one in found))
    more = [f"ほか{len(labels) - FIRST_CHANGES}件"] if len(labels) > FIRST_CHANGES else []
    return "、".join([*labels[:FIRST_CHANGES], *more]) or None


def variant_words(item: Item, values: Mapping[str, Any]) -> str | None:
    """What decides the price: the fields that set options, of several each with its name; ``values`` as kept."""
    said = [own for own in item.fields if own.option and not is_empty(values.get(own.key))]
    if len(said) == 1:
        return in_words(said[0], values[said[0].key])
    return (
        "、".join(f"{own.label.partition('（')[0]} {in_words(own, values[own.key])}" for own in said) or None
    )


def plain_value(own: Field, value: Any, names: Names) -> Value:
    """One value as the dictionary keeps it; None where there is none."""
    if is_empty(value):
        return None
    match own.kind:
        case Kind.YES_NO:
            return bool(value)
        case Kind.WHOLE | Kind.YEN:
            return int(value)
        case Kind.DECIMAL:
            return Fraction(value)
        case Kind.DATE:
            return date.fromisoformat(value)
        case Kind.MONTH:
            return ServiceMonth.parse(value).first_day
    return in_words(own, value, names)


def _shown_value(one: Filled | None) -> Any:
    return one.value if one is not None and one.is_shown else None


def _named(
    fields: Sequence[Field], values: Mapping[str, Any], names: Names, taken: Iterable[str] = ()
) -> dict[str, Value]:
    return {
        name.name: _is_chosen(name.choice, values.get(name.field.key))
        if name.choice
        else plain_value(name.field, values.get(name.field.key), names)
        for name in names_in(fields, taken)
    }


def _is_chosen(choice: str, value: Any) -> bool | None:
    if is_empty(value):
        return None
    return choice in value if isinstance(value, list) else value == choice


def _months(value: Any, fiscal_year: int) -> list[Row]:
    """Twelve rows, from April; none where the field does not hold."""
    if value is None:
        return []
    april = ServiceMonth(fiscal_year, 4)
    return [{"month": april.plus(place).first_day, "value": cell} for place, cell in enumerate(value)]


def _months_words(own: Field, value: Any) -> str:
    if is_empty(value):
        return in_words(own, value)
    cells = [f"{label} {cell:,}" for label, cell in zip(MONTHS, value, strict=True) if cell is not None]
    return f"{'、'.join(cells)}（{in_words(own, value)}）"


def _rows_in_words(own: Field, rows: Sequence[Mapping[str, Any]], names: Names) -> Iterable[Row]:
    for place, row in enumerate(rows):
        said = [
            f"{column.label} {in_words(column, row[column.key], names)}"
            for column in own.columns
            if not is_empty(row.get(column.key))
        ]
        label = f"　{row_name(own, place, row, names)}"
        yield from _lines(label, "、".join(said), None, None, None, is_row=True)


def _source(one: Filled) -> str | None:
    if one.origin is Origin.COMPUTED:
        return COMPUTED
    return one.known.words if one.known is not None and one.origin is Origin.KNOWN else None
