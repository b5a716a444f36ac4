"""What was sent, in words and beside what was approved before: field by field (前回・今回・差)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from applications.definitions import NUMBERS, Field, Item, Kind
from applications.filling import Origin, is_empty
from applications.wording import MONTHS, NOTHING, Names, in_words, unit_of
from approvals.items.tables import ComparedRow, compared_rows

ORIGINS: Final[Mapping[str, str]] = {
    Origin.KNOWN: "登録から",
    Origin.TYPED: "施設が入力",
    Origin.DIFFERS: "登録と違う値を入力",
    Origin.COMPUTED: "計算",
    Origin.NOBODY: "",
}
ROW_HEADINGS: Final[Mapping[str, str]] = {Kind.PEOPLE: "職員", Kind.CLASSES: "クラス"}


@dataclass(frozen=True)
class ComparedField:
    """
    One field before and now, in words. ``difference`` of whole numbers; ``origin`` and ``reason`` of the present
    value, ``known_now`` what the registers say today where that is something else than when it was sent. Of a table
    ``before`` and ``now`` say how many rows it has, ``rows`` which.
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
    row_heading: str = ""
    rows: tuple[ComparedRow, ...] = ()

    @property
    def changed_rows(self) -> list[ComparedRow]:
        """What a reviewer looks at first; every row where there is nothing to compare with."""
        return [row for row in self.rows if row.change] or list(self.rows)

    @property
    def same_rows(self) -> int:
        """How many rows are as they were, and not shown."""
        return len(self.rows) - len(self.changed_rows)

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
                row_heading=ROW_HEADINGS.get(own.kind, "行"),
                rows=compared_rows(own, value or [], (old or []) if earlier else None, names)
                if own.is_table
                else (),
            )
        )
    return found


def _in_words(own: Field, value: Any, names: Names) -> str:
    """The value as one reads it: of tables how many rows, of twelve months each that has something, or all at once."""
    if own.kind is not Kind.MONTHLY or is_empty(value):
        return in_words(own, value, names)
    cells = [cell or 0 for cell in value]
    unit = unit_of(own)
    if len(set(cells)) == 1:
        return f"各月 {cells[0]:,}{unit}（計 {sum(cells):,}{unit}）"
    told = "、".join(f"{month} {cell:,}" for month, cell in zip(MONTHS, cells, strict=True) if cell)
    return f"{told}（計 {sum(cells):,}{unit}）"


def _origin(kept: Mapping[str, Any] | None) -> str:
    if kept is None:
        return ""
    return str(kept.get("words") or ORIGINS.get(Origin(kept["origin"]), ""))


def _difference(now: Any, before: Any) -> int | None:
    if any(isinstance(one, bool) or not isinstance(one, int) for one in (now, before)):
        return None
    return int(now - before)
