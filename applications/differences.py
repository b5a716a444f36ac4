"""What differs between two versions of an application, field by field and cell by cell, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from applications.definitions import Field, Item, Kind
from applications.filling import ROW_KEY, Filled, FilledItem, Given, Origin
from applications.wording import MONTHS, NOTHING, Names, in_words, row_name


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is another one now; ``by`` is the difference of whole numbers."""

    label: str
    before: str
    now: str
    by: int | None = None


def as_sent(item: Item, content: Mapping[str, Any]) -> FilledItem:
    """What a version has sent, as it was frozen; fields it did not send are not shown."""
    sent = content.get("sent", {})
    fields = tuple(_as_sent(own, sent.get(own.key)) for own in item.fields)
    return FilledItem(item, fields, by_key={one.field.key: one for one in fields})


def _as_sent(own: Field, kept: Mapping[str, Any] | None) -> Filled:
    if kept is None:
        return Filled(own, None, Origin.NOBODY, is_shown=False)
    given = Given(None, kept["words"]) if kept.get("words") else None
    return Filled(own, kept["value"], Origin(kept["origin"]), given, kept.get("reason", ""))


def differences(before: FilledItem, now: FilledItem, names: Names) -> list[Difference]:
    """Every value that differs, in the order of the item as it is now; what only the older one had comes last."""
    found: list[Difference] = []
    for one in now.shown:
        earlier = before.by_key.get(one.field.key)
        found += _of_field(
            one.field, earlier.value if earlier and earlier.is_shown else None, one.value, names
        )
    for one in before.shown:
        later = now.by_key.get(one.field.key)
        if later is None or not later.is_shown:
            found += _of_field(one.field, one.value, None, names)
    return found


def _of_field(own: Field, before: Any, now: Any, names: Names) -> Iterable[Difference]:
    if before == now or (not before and not now and not _is_said(before) and not _is_said(now)):
        return
    if own.is_table:
        yield from _of_rows(own, before or [], now or [], names)
    elif own.kind is Kind.MONTHLY:
        yield from _of_months(own, before or [None] * 12, now or [None] * 12)
    else:
        words = in_words(own, before, names), in_words(own, now, names)
        yield Difference(own.label, *words, _by(before, now))


def _of_months(own: Field, before: list[int | None], now: list[int | None]) -> Iterable[Difference]:
    """Each month that differs; once for all twelve where all say the same."""
    if len(set(before)) == len(set(now)) == 1:
        words = _cell(before[0]), _cell(now[0])
        yield Difference(f"{own.label}　各月", *words, _by(before[0], now[0]))
        return
    for label, earlier, later in zip(MONTHS, before, now, strict=True):
        if earlier != later:
            yield Difference(f"{own.label}　{label}", _cell(earlier), _cell(later), _by(earlier, later))


def _is_said(value: Any) -> bool:
    return value is False or value == 0


def _of_rows(
    own: Field, before: list[Mapping[str, Any]], now: list[Mapping[str, Any]], names: Names
) -> Iterable[Difference]:
    earlier, later = _by_key(own, before), _by_key(own, now)
    for number, (key, row) in enumerate(later.items()):
        name = f"{own.label}　{row_name(own, number, row, names)}"
        if key not in earlier:
            yield Difference(name, NOTHING, "追加")
            continue
        for column in own.columns:
            old, new = earlier[key].get(column.key), row.get(column.key)
            if old != new:
                words = in_words(column, old, names), in_words(column, new, names)
                yield Difference(f"{name}　{column.label}", *words, _by(old, new))
    for number, (key, row) in enumerate(earlier.items()):
        if key not in later:
            yield Difference(f"{own.label}　{row_name(own, number, row, names)}", "あり", "削除")


def _by_key(own: Field, rows: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    key = ROW_KEY.get(own.kind)
    return {str(row[key]) if key else str(number): row for number, row in enumerate(rows)}


def _cell(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def _by(before: Any, now: Any) -> int | None:
    numbers = [one for one in (before, now) if isinstance(one, int) and not isinstance(one, bool)]
    return now - before if len(numbers) == 2 else None
