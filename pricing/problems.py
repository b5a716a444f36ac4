"""What can go wrong in a calculation, in sentences a clerk may read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing to put right: where it stands (``items[3].variant``) and what to do."""

    path: str
    message: str


class PricingError(Exception):
    """Base of everything this package refuses; ``problems`` lists all of it at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(f"{problem.path}: {problem.message}" for problem in self.problems))


class InputProblems(PricingError):
    """The claim itself cannot be priced as it was asked."""


class MissingPrice(PricingError):
    """The book lacks a row the claim needs (D12): never 0, never the nearest row."""


class NoBookInForce(PricingError):
    """No rate book covers this facility type and month."""


class NoRuleSet(PricingError):
    """The book's fiscal year has no calculation rules in this package."""


class BookProblems(PricingError):
    """A rate book file that cannot be used; paths are ``file:line``."""
