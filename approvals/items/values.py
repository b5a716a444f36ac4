"""What was sent, in words and beside what was approved before: field by field (前回・今回・差)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from applications.definitions import NUMBERS, Field, Item, Kind
from applications.filling import Origin, is_empty
from facilities.periods import ServiceMonth
from pages.wareki import date_words, month_words

NOTHING: Final = "—"
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
) -> list[ComparedField]:
    """
    Every field that was sent now or before, in the item's order. ``now`` and ``before`` as they were frozen; ``before``
    None: there is nothing to compare with.
    """
    found = []
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
                in_words(own, old) if before is not None else NOTHING,
                in_words(own, value),
                has_changed=before is None or value != old,
                difference=_difference(value, old) if before is not None else None,
                origin=_origin(kept),
                reason=(kept or {}).get("reason", ""),
                known_now=in_words(own, stale) if stale is not None else "",
                is_number=own.kind in NUMBERS,
            )
        )
    return found


def in_words(own: Field, value: Any) -> str:
    """The value as one reads it; of tables, each row on a line."""
    if is_empty(value):
        return NOTHING
    if own.is_table:
        return "\n".join(_row(own, row) for row in value)
    if own.kind is Kind.MONTHLY:
        return "・".join(f"{(place + 3) % 12 + 1}月 {cell:,}" for place, cell in enumerate(value) if cell)
    return _one(own, value)


def _one(own: Field, value: Any) -> str:
    if own.kind is Kind.YES_NO:
        return "はい" if value else "いいえ"
    if own.kind is Kind.CHOICE:
        return own.choices.get(str(value), str(value))
    if own.kind is Kind.CHOICES:
        return "・".join(own.choices.get(str(one), str(one)) for one in value)
    if own.kind is Kind.DATE:
        return date_words(date.fromisoformat(value))
    if own.kind is Kind.MONTH:
        return month_words(ServiceMonth.parse(value[:7]).first_day)
    if own.kind in NUMBERS:
        unit = own.unit or ("円" if own.kind is Kind.YEN else "")
        return f"{value:,}{unit}" if isinstance(value, int) else f"{value}{unit}"
    return str(value)


def _row(own: Field, row: Mapping[str, Any]) -> str:
    cells = ((column, row.get(column.key)) for column in own.columns)
    return "　".join(
        f"{column.label} {in_words(column, value)}" for column, value in cells if not is_empty(value)
    )


def _origin(kept: Mapping[str, Any] | None) -> str:
    if kept is None:
        return ""
    return str(kept.get("words") or ORIGINS.get(Origin(kept["origin"]), ""))


def _difference(now: Any, before: Any) -> int | None:
    if any(isinstance(one, bool) or not isinstance(one, int) for one in (now, before)):
        return None
    return int(now - before)
