"""All declared conditions together: which hold for an item, exclusions from both ends, and the picture of it."""

from __future__ import annotations

from functools import cache
from typing import Final

from pricing.conditions.declaring import Condition
from pricing.rule_sets import TABLES
from pricing.vocabulary import ITEM_LABELS
from pricing.working import Item

_ARROWS: Final = {
    "requires": "-- 前提 -->",
    "excludes": "<-. 併用不可 .->",
    "implies": "== 合わせて確認 ==>",
}


@cache
def declared() -> tuple[Condition, ...]:
    """Every condition of every item once, in the order of the tables."""
    found: dict[str, Condition] = {}
    for tables in TABLES.values():
        for entries in tables.values():
            for entry in entries:
                for condition in entry.item.conditions:
                    found.setdefault(condition.id, condition)
    return tuple(found.values())


@cache
def in_force(item: Item, facility_type: str, fiscal_year: int) -> tuple[Condition, ...]:
    """What an item is asked in a year, exclusions that other items declare among it."""
    mirrored = [one for one in declared() if one.kind == "excludes" and one.other == item.code]
    return tuple(one for one in (*item.conditions, *mirrored) if one.in_force(facility_type, fiscal_year))


def mermaid() -> str:
    """The graph between items as the README shows it; conditions on facts are not drawn."""
    edges = [one for one in declared() if one.kind in _ARROWS]
    names = dict.fromkeys([code for one in edges for code in (one.code, one.other)])
    return "\n".join(
        [
            "graph LR",
            *(f'  {code}["{ITEM_LABELS[code]}"]' for code in names),
            *(f"  {one.code} {_ARROWS[one.kind]} {one.other}" for one in edges),
        ]
    )
