"""The few words with which an item declares its conditions, beside its calculation in ``pricing/items/``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pricing.claim import ItemClaim
from pricing.conditions.answers import HOLDS, Answer, ask, decide, fails, so_many_hold
from pricing.conditions.facts import QUESTIONS, Facts
from pricing.conditions.sources import source_words
from pricing.vocabulary import ITEM_LABELS


class Case(NamedTuple):
    """
    One item asked of one facility: what a condition is put to.

    ``codes`` are all items claimed, this one among them. An item nobody claims yet is asked with an empty claim:
    no variant, no option. ``systems`` are those it is or would be claimed for.
    """

    facts: Facts
    asked: ItemClaim
    systems: tuple[str, ...]
    codes: frozenset[str]
    variants: Mapping[str, str]
    is_claimed: bool


Test = Callable[[Case], Answer]
Fitting = Callable[[Case], "tuple[str, ...] | Answer"]


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """
    One condition: what kind, in a sentence for the clerk, where it is written, and for whom it holds.

    ``needs`` puts a test to the facts; ``requires``, ``excludes`` and ``implies`` name another item. ``mark``: ``K``
    likely but from memory, to be compared with the notice; ``U`` what no source tells, so it is asked and not decided.
    ``fixed``: the facility cannot change it this month (region, 利用定員, the month), so an item that fails it is out
    of reach.
    """

    kind: str
    name: str
    words: str
    source: str
    mark: str = ""
    test: Test | None = None
    fitting: Fitting | None = None
    other: str = ""
    types: frozenset[str] = frozenset()
    first_year: int = 0
    last_year: int = 9999
    fixed: bool = False
    code: str = ""

    @property
    def id(self) -> str:
        """``rent.excludes_depreciation``."""
        return f"{self.code}.{self.name}"

    @property
    def source_words(self) -> str:
        """Where it is written, as a clerk is told."""
        return source_words(self.source)

    def in_force(self, facility_type: str, fiscal_year: int) -> bool:
        """Whether it holds for the type in the year."""
        return (
            not self.types or facility_type in self.types
        ) and self.first_year <= fiscal_year <= self.last_year

    def counterpart(self, code: str) -> str:
        """The other end of an exclusion, from wherever it is looked at."""
        return self.code if code == self.other else self.other


def needs(
    name: str,
    words: str,
    test: Test,
    *,
    source: str,
    mark: str = "",
    types: Collection[str] = (),
    since: int = 0,
    until: int = 9999,
    fixed: bool = False,
) -> Condition:
    """A condition on facts."""
    return Condition(
        "needs", name, words, source, mark, test, None, "", frozenset(types), since, until, fixed
    )


def fits_variant(
    words: str,
    fitting: Fitting,
    *,
    source: str,
    mark: str = "",
    types: Collection[str] = (),
    fixed: bool = False,
) -> Condition:
    """The claimed variant is one the facts allow; ``fitting`` says which do, the best first."""

    def test(case: Case) -> Answer:
        found = fitting(case)
        if isinstance(found, Answer):
            return found
        if not case.asked.variant or case.asked.variant in found:
            return HOLDS
        return fails(f"該当するのは「{case.variants.get(found[0], found[0])}」です。")

    return Condition(
        "needs", "variant", words, source, mark, test, fitting, "", frozenset(types), fixed=fixed
    )


def requires(code: str, *, source: str, mark: str = "", types: Collection[str] = ()) -> Condition:
    """The other item is claimed and itself qualifies."""
    words = f"「{ITEM_LABELS[code]}」を請求していて、その要件を満たしている"
    return Condition(
        "requires",
        f"requires_{code}",
        words,
        source,
        mark,
        other=code,
        types=frozenset(types),
    )


def excludes(code: str, *, source: str, mark: str = "", types: Collection[str] = ()) -> Condition:
    """Not together with the other item. Declared once, it holds from both ends."""
    words = f"「{ITEM_LABELS[code]}」と一緒には請求できない"
    return Condition("excludes", f"excludes_{code}", words, source, mark, other=code, types=frozenset(types))


def implies(code: str, words: str, *, source: str, mark: str = "", types: Collection[str] = ()) -> Condition:
    """Who claims this fulfils what the other item asks about the same thing, so the other is worth a look."""
    return Condition("implies", f"implies_{code}", words, source, mark, other=code, types=frozenset(types))


# ---------------------------------------------------------------- tests of a single fact


def yes(fact: str, otherwise: str) -> Test:
    """The fact is true."""
    return _of_fact(fact, True, otherwise)


def no(fact: str, otherwise: str) -> Test:
    """The fact is false."""
    return _of_fact(fact, False, otherwise)


def _of_fact(fact: str, wanted: bool, otherwise: str) -> Test:
    if fact not in QUESTIONS:
        raise ValueError(f"no such fact: {fact}")

    def test(case: Case) -> Answer:
        value: bool | None = getattr(case.facts, fact)
        return ask(fact) if value is None else decide(value is wanted, otherwise)

    return test


def at_least(fact: str, least: int, otherwise: str) -> Test:
    """The fact is a number of at least ``least``."""
    if fact not in QUESTIONS:
        raise ValueError(f"no such fact: {fact}")

    def test(case: Case) -> Answer:
        value: int | None = getattr(case.facts, fact)
        return ask(fact) if value is None else decide(value >= least, otherwise)

    return test


def any_of(*tests: Test, otherwise: str) -> Test:
    """One of the tests holds."""
    return lambda case: so_many_hold(1, [test(case) for test in tests], otherwise)
