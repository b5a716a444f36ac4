"""What was sent, in words and beside what was approved before: field by field (前回・今回・差)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from applications.definitions import NUMBERS, Field, Item, Kind
from applications.filling import Origin, is_empty
from applications.wording import MONTHS, NOTHING, Names, in_words, row_name, unit_of

ORIGINS: Final[Mapping[str, str]] = {
    Origin.KNOWN: "登録から",
    Origin.TYPED: "施設が入力",
    Origin.DIFFERS: "登録と違う値を入力",
    Origin.COMPUTED: "計算",
    Origin.NOBODY: "",
}


@dataclass(frozen=True)
class ComparedField:
    """
    One field before and now, in words. ``difference`` of whole numbers; ``origin`` and ``reason`` of the present
    value, ``known_now`` what the registers say today where that is something else than when it was sent.
    """

    key: str
    label: str
    before: str
    now: str
    has_changed: bool
    difference: int | None = None
    origin: str = ""
    reason: str = ""
    known_now: str = ""
    is_number: bool = False

    @property
    def differs_from_register(self) -> bool:
        """Somebody typed another value than is registered."""
        return self.origin == ORIGINS[Origin.DIFFERS]


def compared_fields(
    item: Item,
    now: Mapping[str, Mapping[str, Any]],
    before: Mapping[str, Mapping[str, Any]] | None,
    known_now: Mapping[str, Any] | None = None,
    names: Names | None = None,
) -> list[ComparedField]:
    """
    Every field that was sent now or before, in the item's order. ``now`` and ``before`` as they were frozen; ``before``
    None: there is nothing to compare with. ``names`` of people by the id of their row.
    """
    found, names = [], names or {}
    for own in item.fields:
        kept, earlier = now.get(own.key), (before or {}).get(own.key)
        if kept is None and earlier is None:
            continue
        value, old = (one["value"] if one else None for one in (kept, earlier))
        stale = (known_now or {}).get(own.key)
        found.append(
            ComparedField(
                own.key,
                own.label,
                _in_words(own, old, names) if before is not None else NOTHING,
                _in_words(own, value, names),
                has_changed=before is None or value != old,
                difference=_difference(value, old) if before is not None else None,
                origin=_origin(kept),
                reason=(kept or {}).get("reason", ""),
                known_now=_in_words(own, stale, names) if stale is not None else "",
                is_number=own.kind in NUMBERS,
            )
        )
    return found


def _in_words(own: Field, value: Any, names: Names) -> str:
    """The value as one reads it; of tables each row on a line, of twelve months those that have something."""
    if is_empty(value):
        return NOTHING
    if own.is_table:
        return "\n".join(_row(own, number, row, names) for number, row in enumerate(value))
    if own.kind is Kind.MONTHLY:
        told = zip(MONTHS, value, strict=True)
        return "・".join(f"{month} {cell:,}{unit_of(own)}" for month, cell in told if cell)
    return in_words(own, value, names)


def _row(own: Field, number: int, row: Mapping[str, Any], names: Names) -> str:
    cells = ((column, row.get(column.key)) for column in own.columns)
    told = (
        f"{column.label} {in_words(column, value, names)}" for column, value in cells if not is_empty(value)
    )
    return "　".join([row_name(own, number, row, names), *told])


def _origin(kept: Mapping[str, Any] | None) -> str:
    if kept is None:
        return ""
    return str(kept.get("words") or ORIGINS.get(Origin(kept["origin"]), ""))


def _difference(now: Any, before: Any) -> int | None:
    if any(isinstance(one, bool) or not isinstance(one, int) for one in (now, before)):
        return None
    return int(now - before)
