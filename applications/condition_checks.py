"""
What the conditions of an addition say while it is filled in (要件の確認): a seam; only rooms above know a month.

The room that can check registers itself with ``checks_conditions`` in its ``AppConfig.ready``; pages of an item ask
``findings``. Nothing found is never a reason to refuse: the city decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from applications.filling import FilledItem
from facilities.models import Facility
from facilities.periods import ServiceMonth


class Verdict(StrEnum):
    """What the conditions say of the addition."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AskedAddition:
    """
    One addition of one facility from a month on: ``code`` of ``pricing`` with its ``certification`` and the ``options``
    and ``facts`` the form gives, as it keeps them.
    """

    facility: Facility
    month: ServiceMonth
    code: str
    certification: str
    options: Mapping[str, Any]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that fails or is open: its words, and the sentences that say why or what is asked."""

    verdict: Verdict
    words: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """The verdict with every condition that does not simply hold; ``basis`` says in words what it was checked with."""

    verdict: Verdict
    conditions: tuple[Condition, ...]
    basis: str = ""

    @property
    def failing(self) -> tuple[Condition, ...]:
        """What speaks against it."""
        return tuple(one for one in self.conditions if one.verdict is Verdict.FAILS)

    @property
    def open(self) -> tuple[Condition, ...]:
        """What nobody has said yet."""
        return tuple(one for one in self.conditions if one.verdict is Verdict.UNKNOWN)


Checking = Callable[[AskedAddition], Findings | None]
_checking: Final[list[Checking]] = []


def checks_conditions(check: Checking) -> Checking:
    """Register who can check; the first who has an answer gives it."""
    _checking.append(check)
    return check


def findings(facility: Facility, month: ServiceMonth, filled: FilledItem) -> Findings | None:
    """What the conditions say of the addition the item grants; None where it grants none or nobody can tell."""
    grant = filled.item.grants
    if grant is None:
        return None
    asked = AskedAddition(
        facility, month, grant.code, grant.certification, filled.options, _facts_shown(filled)
    )
    return next((found for check in _checking if (found := check(asked)) is not None), None)


def _facts_shown(filled: FilledItem) -> dict[str, Any]:
    """The facts that stand in the form, typed here or said elsewhere this year."""
    return {one.field.fact: one.value for one in filled.shown if one.field.fact and not one.is_empty}
