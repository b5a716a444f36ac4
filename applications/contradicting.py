"""Where an application says something else than what holds already (適用中の内容との違い)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from applications.definitions import Item
from applications.wording import in_words
from facilities.models import GrantedItem


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One of them, at the field ``at``; without one, at the question whether it is applied for."""

    sentence: str
    at: str = ""


def contradictions(
    item: Item, *, is_wanted: bool | None, options: Mapping[str, Any], held: Iterable[GrantedItem]
) -> list[Contradiction]:
    """
    How what is said differs from what is ``held`` of the item's addition in its month.

    Pure. ``options`` are those the fields give. Nothing held, nothing to contradict: that is what applying is for.
    """
    if item.grants is None or is_wanted is None:
        return []
    granted = next((row for row in held if _is_of(row, item)), None)
    if granted is None:
        return []
    what = "減算" if item.is_deduction else "加算"
    if not is_wanted:
        sentence = f"いま適用中の{what}です。「{item.words.no}」が承認されると、適用されなくなります。"
        return [Contradiction(sentence)]
    return [
        Contradiction(
            f"「{own.label}」：いま適用中の{what}では「{in_words(own, granted.options[own.option])}」です。",
            own.key,
        )
        for own in item.fields
        if own.option in granted.options
        and own.option in options
        and granted.options[own.option] != options[own.option]
    ]


def _is_of(row: GrantedItem, item: Item) -> bool:
    """One granted without a system (認定) holds for whichever its type has."""
    assert item.grants is not None, "only items that grant something come here"
    asked = item.grants.certification
    return row.code == item.grants.code and (not row.certification or not asked or row.certification == asked)
