"""
Two computations side by side: differences after a revision, and what would be if.

A revision (§10) computes the same month with a newer book; what-if computes the same month with other inputs. Both are
two quotes and what lies between them, line by line. Nothing is rounded here: yen minus yen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pricing.books import RateBook
from pricing.calculate import calculate
from pricing.claim import ClaimInput
from pricing.month import Month
from pricing.quote import Line, Quote


class LineDifference(NamedTuple):
    """One item of one system: yen before and after. A line that is missing on one side has 0 yen there."""

    code: str
    certification: str
    label: str
    old_yen: int
    new_yen: int

    @property
    def delta_yen(self) -> int:
        """New less old; may be negative."""
        return self.new_yen - self.old_yen


@dataclass(frozen=True, slots=True)
class Difference:
    """A month computed twice. ``lines`` are all items of either side, in the order of the official table."""

    month: Month
    old: Quote
    new: Quote
    lines: tuple[LineDifference, ...]

    @property
    def delta_yen(self) -> int:
        """What is to be paid on top, or taken back."""
        return self.new.total_yen - self.old.total_yen

    @property
    def changed(self) -> tuple[LineDifference, ...]:
        """The lines whose yen differ."""
        return tuple(line for line in self.lines if line.delta_yen)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "month": str(self.month),
            "old_book": self.old.book.id,
            "new_book": self.new.book.id,
            "old_yen": self.old.total_yen,
            "new_yen": self.new.total_yen,
            "delta_yen": self.delta_yen,
            "lines": [{**line._asdict(), "delta_yen": line.delta_yen} for line in self.lines],
        }


def compare(month: Month, old: Quote, new: Quote) -> Difference:
    """What lies between two quotes of one month."""
    return Difference(month, old, new, tuple(_lines(old.lines, new.lines)))


def revise(claim: ClaimInput, old_book: RateBook, new_book: RateBook) -> Difference:
    """
    The same month with the book it was computed with and with a newer one (pricing.md §10).

    :raises PricingError: either book cannot price it; a revised book that lacks a row stops (D12).
    """
    return compare(claim.month, calculate(claim, old_book), calculate(claim, new_book))


def revise_all(claims: Iterable[tuple[ClaimInput, RateBook]], new_book: RateBook) -> Iterator[Difference]:
    """Many months, each with the book it was computed with; one after the other, so memory stays flat."""
    for claim, old_book in claims:
        yield revise(claim, old_book, new_book)


def _lines(old: Sequence[Line], new: Sequence[Line]) -> list[LineDifference]:
    before = {(line.code, line.certification): line for line in old}
    after = {(line.code, line.certification): line for line in new}
    order = _merged([*before], [*after])
    found = []
    for key in order:
        one, other = before.get(key), after.get(key)
        named = other or one
        assert named is not None
        found.append(
            LineDifference(
                named.code,
                named.certification,
                named.label,
                one.amount_yen if one else 0,
                other.amount_yen if other else 0,
            )
        )
    return found


def _merged(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Both orders in one: what only the old side has stands where it stood, before what followed it there."""
    order = list(new)
    known = set(new)
    following: tuple[str, str] | None = None
    for key in reversed(old):
        if key not in known:
            order.insert(len(order) if following is None else order.index(following), key)
        following = key
    return order
