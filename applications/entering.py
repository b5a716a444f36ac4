"""
What people type into an item's fields, read into values: everything wrong at once, each at its field, nothing lost.

Pure. A form's entries are texts by field key (``key``, lists for choices; ``key.3`` for the fourth month;
``key.<row>.<column>`` for tables). What cannot be read is kept as it was typed (``unread``), so that the page shows it
again beside the sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from applications.definitions import Field, Item, Kind
from applications.filling import ROW_KEY, shortest
from documents.personal_data import NAMES_A_CHILD, names_a_child
from staff_records.typed import Unreadable
from staff_records.typed.characters import clean, narrow
from staff_records.typed.values import read_day, read_month, read_yen

MONTHS: Final = 12
# Behind every row that has a number, rows that have none.
LAST_PLACE: Final = 10**9
LONGEST_TEXT, LONGEST_LONG_TEXT = 200, 2000
MOST_WHOLE: Final = 999_999_999
PLACES: Final = 4
Entries = Mapping[str, Sequence[str]]
EMPTY_ROW: Final = "行を1つ以上入力してください。"


@dataclass
class Entered:
    """
    What was read: ``values`` of the fields that were sent (None where the field was emptied), the ``unread`` texts, and
    the sentence for each by the name of its control. Rows of free tables are numbered as they are kept.
    """

    values: dict[str, Any] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def read_entries(item: Item, entries: Entries) -> Entered:
    """The entries of a form. Fields that were not sent say nothing and are not in the answer."""
    entered = Entered()
    for own in item.fields:
        if not own.is_typed:
            continue
        if own.is_table:
            _table(own, entries, entered)
        elif own.kind is Kind.MONTHLY:
            _months(own, entries, entered)
        elif own.key in entries:
            _one(own, own.key, list(entries[own.key]), entered, entered.values, own.key)
    return entered


def _one(own: Field, name: str, texts: list[str], entered: Entered, into: dict[str, Any], key: str) -> None:
    try:
        into[key] = read_value(own, texts)
    except Unreadable as refused:
        into[key] = None
        entered.unread[name] = texts[0] if texts else ""
        entered.problems[name] = f"「{own.label}」：{refused}"


def read_value(own: Field, texts: Sequence[str]) -> Any:
    """
    One value as JSON, None where nothing was typed.

    :raises Unreadable: it cannot be read, or is beyond the field's bounds; the sentence says what to do.
    """
    text = texts[0] if texts else ""
    match own.kind:
        case Kind.YES_NO:
            return _yes_no(text)
        case Kind.CHOICE:
            return _chosen(own, text)
        case Kind.CHOICES:
            return sorted({key for text in texts if (key := _chosen(own, text))}) or None
        case Kind.WHOLE:
            return _bounded(own, _whole(own, text))
        case Kind.YEN:
            return _bounded(own, read_yen(text, negative=own.least is not None and own.least < 0))
        case Kind.DECIMAL:
            return _decimal(own, text)
        case Kind.DATE:
            return day.isoformat() if (day := read_day(text)) else None
        case Kind.MONTH:
            return f"{month:%Y-%m}" if (month := read_month(text)) else None
        case Kind.PERSON:
            return text.strip() or None
        case Kind.TEXT:
            return _of_no_child(clean(text, most=own.longest or LONGEST_TEXT) or None)
        case Kind.LONG_TEXT:
            return _of_no_child(_long_text(own, text))
    raise TypeError(own.kind)


def _yes_no(text: str) -> bool | None:
    if text not in {"", "yes", "no"}:
        raise Unreadable("「はい」か「いいえ」を選んでください。")
    return None if not text else text == "yes"


def _chosen(own: Field, text: str) -> str | None:
    if text and text not in own.choices:
        raise Unreadable("選択肢から選んでください。")
    return text or None


def _whole(own: Field, text: str) -> int | None:
    plain = narrow(text).replace(",", "").removesuffix(own.unit)
    if not plain:
        return None
    digits = plain.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(MOST_WHOLE)):
        raise Unreadable("整数で入力してください。")
    return int(plain)


def _decimal(own: Field, text: str) -> str | None:
    plain = narrow(text).replace(",", "").removesuffix(own.unit)
    if not plain:
        return None
    whole, _, places = plain.removeprefix("-").partition(".")
    if not (whole + places).isascii() or not (whole + places).isdecimal() or not whole or len(whole) > 9:
        raise Unreadable("数で入力してください（小数も使えます）。")
    if len(places) > PLACES:
        raise Unreadable(f"小数は{PLACES}桁までで入力してください。")
    value = Fraction(plain)
    _bounded(own, value)
    return shortest(value)


def _bounded(own: Field, value: Any) -> Any:
    if value is None:
        return None
    least = 0 if own.least is None else own.least
    if value < least or (own.most is not None and value > own.most):
        bounds = f"{least:,}{own.unit}以上" + (f"{own.most:,}{own.unit}以下" if own.most is not None else "")
        raise Unreadable(f"{bounds}で入力してください。")
    return value


def _of_no_child(text: str | None) -> str | None:
    if text is not None and names_a_child(text):
        raise Unreadable(NAMES_A_CHILD)
    return text


def _long_text(own: Field, text: str) -> str | None:
    lines = [clean(line, most=LONGEST_LONG_TEXT) or "" for line in text.splitlines()]
    whole = "\n".join(lines).strip()
    most = own.longest or LONGEST_LONG_TEXT
    if len(whole) > most:
        raise Unreadable(f"{most}字までで入力してください（いま{len(whole)}字）。")
    return whole or None


def _months(own: Field, entries: Entries, entered: Entered) -> None:
    names = [f"{own.key}.{number}" for number in range(MONTHS)]
    if not any(name in entries for name in names):
        return
    cells: list[int | None] = []
    for name in names:
        cell: dict[str, Any] = {}
        _cell(own, name, entries, entered, cell)
        cells.append(cell.get(""))
    entered.values[own.key] = cells


def _cell(own: Field, name: str, entries: Entries, entered: Entered, cell: dict[str, Any]) -> None:
    text = (list(entries.get(name, ())) or [""])[0]
    try:
        cell[""] = _bounded(own, _whole(own, text))
    except Unreadable as refused:
        entered.unread[name] = text
        entered.problems[name] = f"「{own.label}」：{refused}"


def _table(own: Field, entries: Entries, entered: Entered) -> None:
    """Rows in the order in which they stand; rows without a single value fall away in a free table."""
    rows: dict[str, dict[str, Any]] = {}
    for name in entries:
        parts = name.split(".")
        if len(parts) == 3 and parts[0] == own.key:
            rows.setdefault(parts[1], {})
    if not rows and own.key not in entries:
        return
    if own.kind in ROW_KEY:
        for row, cells in rows.items():
            _row(own, row, row, entries, entered, cells)
        entered.values[own.key] = rows
        return
    kept: list[dict[str, Any]] = []
    for row in sorted(rows, key=_place):
        if not _is_blank(own, row, entries):
            _row(own, row, str(len(kept)), entries, entered, rows[row])
            kept.append(rows[row])
    entered.values[own.key] = kept or None


def _row(own: Field, sent: str, kept: str, entries: Entries, entered: Entered, cells: dict[str, Any]) -> None:
    """The cells of the row that was ``sent`` under one name and is ``kept`` under another."""
    for column in own.columns:
        name = f"{own.key}.{sent}.{column.key}"
        if not column.is_computed and name in entries:
            place = f"{own.key}.{kept}.{column.key}"
            _one(column, place, list(entries[name]), entered, cells, column.key)


def _is_blank(own: Field, row: str, entries: Entries) -> bool:
    """Nothing was typed; a row with what cannot be read is none."""
    names = (f"{own.key}.{row}.{column.key}" for column in own.columns)
    return not any(text.strip() for name in names for text in entries.get(name, ()))


def sentences_of(item: Item, unread: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the texts that were kept unread, by the name of their control."""
    found = {}
    for name, text in unread.items():
        key, _, rest = name.partition(".")
        own = next((one for one in item.fields if one.key == key), None)
        if own is None:
            continue
        if own.is_table:
            column = rest.rpartition(".")[2]
            own = next((one for one in own.columns if one.key == column), own)
        try:
            _bounded(own, _whole(own, text)) if own.kind is Kind.MONTHLY else read_value(own, [text])
        except (Unreadable, TypeError) as refused:
            found[name] = f"「{own.label}」：{refused}"
    return found


def _place(row: str) -> tuple[int, str]:
    return (int(row), row) if row.isascii() and row.isdecimal() and len(row) < 10 else (LAST_PLACE, row)
