"""
Facts of conditions (``pricing.conditions``) as fields of items answer them: of which kind, with which choices.

A fact is known by the name ``fact.<name>``; what a facility has answered to the conditions themselves, by
``answer.<name>``, which counts where nobody else knows it.
"""

from collections.abc import Mapping
from fractions import Fraction
from types import UnionType
from typing import Any, Final, get_args, get_type_hints

from applications.definitions import Kind
from applications.filling import shortest
from applications.reading import FactAnswer
from pricing.conditions.facts import DIETITIANS, ICT_FUNCTIONS, MEAL_STYLES, QUESTIONS, Facts
from pricing.rule_sets import TABLES

FACT: Final = "fact."
ANSWER: Final = "answer."
# Chosen alone where none of the choices holds: an answer, where an empty field is none.
NONE_OF_THEM: Final = "none"
YEARS: Final = frozenset(map(str, range(2015, 2100)))


def variants_of(code: str) -> dict[str, str]:
    """The variants of an item in whatever year and type, with their labels, in the order of the tables."""
    return {
        variant: label
        for tables in TABLES.values()
        for entries in tables.values()
        for entry in entries
        if entry.item.code == code
        for variant, label in entry.item.variants.items()
    }


_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "dietitian": frozenset(DIETITIANS),
    "meal_style": frozenset(MEAL_STYLES),
    "rent_area": frozenset(variant.partition("_")[0] for variant in variants_of("rent")),
    "climate_zone": frozenset(variants_of("climate")),
    "ict_functions": frozenset(ICT_FUNCTIONS),
    "third_party_years": YEARS,
}


def _answer(name: str, hint: UnionType) -> FactAnswer | None:
    """None: the fact has parts of its own (children, 利用定員 …), which no single field can answer."""
    kinds = set(get_args(hint)) - {type(None)}
    if kinds == {bool}:
        return FactAnswer(frozenset({Kind.YES_NO}))
    if kinds <= {int, Fraction}:
        return FactAnswer(frozenset({Kind.DECIMAL if Fraction in kinds else Kind.WHOLE}))
    if kinds == {str}:
        return FactAnswer(frozenset({Kind.CHOICE}), _CHOICES[name])
    if kinds <= {frozenset[str], frozenset[int]}:
        return FactAnswer(frozenset({Kind.CHOICES}), _CHOICES[name] | {NONE_OF_THEM})
    return None


FACTS: Final[Mapping[str, FactAnswer]] = {
    name: answer
    for name, hint in get_type_hints(Facts).items()
    if name in QUESTIONS and (answer := _answer(name, hint))
}


def as_fact(name: str, kept: Any) -> Any:
    """
    A field's value as conditions take it.

    :raises KeyError: a fact no field answers.
    """
    kinds = FACTS[name].kinds
    if Kind.DECIMAL in kinds:
        return Fraction(kept)
    if Kind.CHOICES in kinds:
        chosen = [key for key in kept if key != NONE_OF_THEM]
        return frozenset(map(int, chosen) if name == "third_party_years" else chosen)
    return kept


def as_kept(name: str, known: Any) -> Any:
    """
    A fact as a field keeps it: whole numbers as such (cut), fractions and decimals as the shortest text, keys in order.

    :raises KeyError: a fact no field answers.
    """
    kinds = FACTS[name].kinds
    if Kind.DECIMAL in kinds:
        return shortest(Fraction(known))
    return sorted(map(str, known)) or [NONE_OF_THEM] if Kind.CHOICES in kinds else known
