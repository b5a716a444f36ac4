"""What the conditions say of a facility's month in plain values: what lists of all facilities show and what is kept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple, Self

from pricing.conditions.checking import ItemFinding, Reason

# Findings nobody lists by state: an addition that is not claimed and cannot be had this month.
NO_STATE: Final = ""
DEDUCTION: Final = "deduction"


class ReasonTold(NamedTuple):
    """A condition in words with its sentences and where it is written; ``fails``, else it is open."""

    words: str
    sentences: tuple[str, ...]
    source_words: str
    fails: bool

    @classmethod
    def of(cls, reason: Reason, *, fails: bool) -> Self:
        """As a condition has answered."""
        return cls(reason.words, reason.sentences, reason.condition.source_words, fails)


class FindingTold(NamedTuple):
    """
    What the conditions say of one item. ``state``: a key of ``claims.queries.additions.STATES``, or none of them.

    ``system``, ``verdict`` and ``section`` as in ``ItemFinding``.
    """

    state: str
    code: str
    label: str
    system: str
    section: str
    is_claimed: bool
    verdict: str
    reasons: tuple[ReasonTold, ...]

    @classmethod
    def of(cls, state: str, one: ItemFinding) -> Self:
        """As the conditions have answered."""
        return cls(
            state,
            one.code,
            one.label,
            one.system,
            one.section,
            one.is_claimed,
            one.verdict,
            (
                *(ReasonTold.of(reason, fails=True) for reason in one.failing),
                *(ReasonTold.of(reason, fails=False) for reason in one.open),
            ),
        )

    @property
    def failing(self) -> tuple[ReasonTold, ...]:
        """The conditions that fail."""
        return tuple(one for one in self.reasons if one.fails)

    @classmethod
    def _read(cls, kept: list[Any]) -> Self:
        state, code, label, system, section, is_claimed, verdict, reasons = kept
        told = (ReasonTold(words, tuple(said), source, fails) for words, said, source, fails in reasons)
        return cls(state, code, label, system, section, is_claimed, verdict, tuple(told))


@dataclass(frozen=True)
class FindingsTold:
    """
    Everything the conditions say of one facility's month, each item once, in the order of a facility's page.

    ``only``: the one system (1, 23) it has a 利用定員 in, as far as that is known.
    """

    found: tuple[FindingTold, ...]
    only: str = ""

    @classmethod
    def of(
        cls,
        by_state: Mapping[str, Iterable[ItemFinding]],
        everything: Iterable[ItemFinding],
        only: str = "",
    ) -> Self:
        """The findings of each state, and the additions of ``everything`` that are in none and fail."""
        told = [FindingTold.of(state, one) for state, found in by_state.items() for one in found]
        listed = {(one.code, one.system, one.is_claimed) for one in told}
        told += [
            FindingTold.of(NO_STATE, one)
            for one in everything
            if one.verdict == "fails"
            and one.section != DEDUCTION
            and (one.code, one.system, one.is_claimed) not in listed
        ]
        return cls(tuple(told), only)

    def of_state(self, state: str) -> tuple[FindingTold, ...]:
        """The findings of one state."""
        return self._by_state.get(state, ())

    @cached_property
    def codes(self) -> Mapping[str, frozenset[str]]:
        """The items by state."""
        return {state: frozenset(one.code for one in found) for state, found in self._by_state.items()}

    def failing(self, code: str, system: str = "") -> tuple[FindingTold, ...]:
        """Findings of an addition, in this or any system, of which a condition fails."""
        return tuple(
            one
            for one in self.found
            if one.code == code
            and one.system in {"", system or one.system}
            and one.verdict == "fails"
            and one.section != DEDUCTION
        )

    def as_text(self) -> str:
        """For keeping, as JSON."""
        return json.dumps([self.only, *self.found], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> Self:
        """From what was kept."""
        only, *found = json.loads(text)
        return cls(tuple(FindingTold._read(one) for one in found), only)

    @cached_property
    def _by_state(self) -> Mapping[str, tuple[FindingTold, ...]]:
        found: dict[str, list[FindingTold]] = {}
        for one in self.found:
            found.setdefault(one.state, []).append(one)
        return {state: tuple(own) for state, own in found.items()}
