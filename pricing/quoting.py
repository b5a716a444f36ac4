"""One JSON-shaped claim in, one JSON-shaped answer out: what ``manage.py quote`` prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pricing.books import RateBook, book_in_force
from pricing.calculate import calculate
from pricing.inputs import parse, shown
from pricing.problems import InputProblems, PricingError, Problem
from pricing.quote import Quote, quote_as_dict


def quote(document: object, books: Sequence[RateBook]) -> Quote:
    """
    Read a claim, choose its book and price it.

    :raises PricingError: whatever stands in the way, all at once where it can be known at once.
    """
    problems: list[Problem] = []
    named: RateBook | None = None
    try:
        claim = parse(document)
    except InputProblems as stop:
        problems.extend(stop.problems)
    name = document.get("ratebook") if isinstance(document, dict) else None
    if isinstance(name, str):
        named = next((book for book in reversed(books) if book.id == name), None)
        if named is None and not any(problem.path == "ratebook" for problem in problems):
            held = "、".join(sorted({book.id for book in books}))
            problems.append(
                Problem("ratebook", f"単価表「{shown(name)}」はありません。使えるのは {held} です。")
            )
    if problems:
        raise InputProblems(problems)
    book = named if named is not None else book_in_force(claim.facility_type, claim.month, books)
    return calculate(claim, book)


def answer(document: object, books: Sequence[RateBook]) -> dict[str, Any]:
    """The quote as a dict, or ``{"errors": [{"path", "message"}]}``."""
    try:
        return quote_as_dict(quote(document, books))
    except PricingError as stop:
        return errors(stop.problems)


def errors(problems: Iterable[Problem]) -> dict[str, Any]:
    return {"errors": [problem._asdict() for problem in problems]}
