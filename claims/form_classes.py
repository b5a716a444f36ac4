"""
The amounts of a claim by age class (年齢区分ごとの額): what every child of a class brings, without a name.

A part with a class belongs to it; one for everybody belongs to each class by its heads, so nothing is rounded. What
only some children of a class bring (副食費の免除) stays together in one row of its own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from claims.models import Certification, ClaimLine
from pricing.vocabulary import AGE_CLASSES, system_of
from pricing.wording import class_words

REST: Final = "区分に分けない額"
BY_DAYS: Final = "日割"


@dataclass(frozen=True, slots=True)
class ClassAmount:
    """
    One class: its children and what they bring together, in yen. ``children`` None: the row of what belongs to no
    class.
    """

    label: str
    children: int | None
    amount_yen: int

    @property
    def per_child_yen(self) -> int | None:
        """What one child brings; every part is unit × children, so the division leaves nothing."""
        return self.amount_yen // self.children if self.children else None


@dataclass(frozen=True, slots=True)
class _Class:
    """A priced class: 1 or 23, age and hours as prices name them, and what tells it apart (分園, 日割12日)."""

    system: str
    age_class: str
    hours: str
    note: str


def class_amounts(lines: Iterable[ClaimLine], children: Sequence[Mapping[str, Any]]) -> list[ClassAmount]:
    """
    The claim's amounts by class, in the order of the official tables, and what is left at the end; the sum is the
    claim's.

    ``children``: those of the claim's payer, as its snapshot has them.
    """
    lines = list(lines)
    amounts: Counter[_Class] = Counter()
    heads = _heads(lines)
    by_system: Counter[str] = Counter()
    for one, count in heads.items():
        if not one.note.startswith(BY_DAYS):
            by_system[one.system] += count
    rest = 0
    for line in lines:
        own = line.certification
        everybody = by_system[own] if own else by_system.total()
        for part in line.parts:
            one = _Class(own, part["age_class"] or "", part["hours"] or "", part.get("note", ""))
            if one.age_class and heads[one] == part["quantity"]:
                amounts[one] += part["amount_yen"]
            elif not one.age_class and not one.note and part["quantity"] == everybody:
                for each, count in heads.items():
                    if own in ("", each.system) and not each.note.startswith(BY_DAYS):
                        amounts[each] += part["unit_yen"] * count
            else:
                rest += part["amount_yen"]
    certifications = _certifications(children)
    found = [
        ClassAmount(_label(one, certifications), heads[one], amounts[one])
        for one in sorted(heads, key=_order)
        if heads[one]
    ]
    return [*found, ClassAmount(REST, None, rest)] if rest else found


def _heads(lines: Iterable[ClaimLine]) -> Counter[_Class]:
    """The children of each class: those of the base price, and those who came or left, by their days."""
    heads: Counter[_Class] = Counter()
    for line in lines:
        for part in line.parts:
            note = part.get("note", "")
            if part["age_class"] and (line.code == "base" or note.startswith(BY_DAYS)):
                heads[_Class(line.certification, part["age_class"], part["hours"], note)] += part["quantity"]
    return heads


def _certifications(children: Iterable[Mapping[str, Any]]) -> Mapping[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for child in children:
        if child["count"]:
            place = system_of(child["certification"]), child["age_class"]
            found.setdefault(place, set()).add(child["certification"])
    return found


def _label(one: _Class, certifications: Mapping[tuple[str, str], set[str]]) -> str:
    """3号 1歳児（標準時間）［分園］; of two certifications with one price, both: 2号・3号."""
    words = class_words(one.age_class, one.hours)
    known = sorted(certifications.get((one.system, one.age_class), ()))
    said = "・".join(Certification(each).label for each in known)
    return f"{said} {words}［{one.note}］".strip() if one.note else f"{said} {words}".strip()


def _order(one: _Class) -> tuple[str, int, str, str]:
    # short stands after standard, as in the tables.
    return one.system, list(AGE_CLASSES).index(one.age_class), "1" if one.hours == "short" else "0", one.note
