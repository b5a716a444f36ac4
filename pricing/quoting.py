"""One JSON-shaped claim in, one JSON-shaped answer out: what ``manage.py quote`` prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pricing.books import RateBook, book_in_force
from pricing.calculate import calculate, check_book
from pricing.inputs import parse, shown
from pricing.month import Month
from pricing.problems import InputProblems, PricingError, Problem
from pricing.quote import Quote, quote_as_dict
from pricing.vocabulary import FACILITY_TYPES


def quote(document: object, books: Sequence[RateBook]) -> Quote:
    """
    Read a claim, choose its book and price it.

    :raises PricingError: whatever stands in the way, all at once where it can be known at once.
    """
    book, refusal = _book_of(document, books)
    try:
        claim = parse(document, None if book is None else book.fiscal_year)
    except InputProblems as stop:
        told = {problem.path for problem in stop.problems}
        of_book = () if refusal is None or "ratebook" in told else refusal.problems
        raise InputProblems([*stop.problems, *of_book]) from None
    if refusal is not None:
        raise refusal
    if book is None:  # the claim was read, so its type and month were too
        book = book_in_force(claim.facility_type, claim.month, books)
    return calculate(claim, book)


def _book_of(document: object, books: Sequence[RateBook]) -> tuple[RateBook | None, PricingError | None]:
    """The book that prices the claim, as far as what names it can be read; or why there is none."""
    if not isinstance(document, dict):
        return None, None
    name, facility_type = document.get("ratebook"), document.get("facility_type")
    found: RateBook | None = None
    if isinstance(name, str):
        found = next((book for book in reversed(books) if book.id == name), None)
        if found is None:
            held = "、".join(sorted({book.id for book in books}))
            message = f"単価表「{shown(name)}」はありません。使えるのは {held} です。"
            return None, InputProblems([Problem("ratebook", message)])
    try:
        month = Month.parse(str(document.get("month")))
    except ValueError:
        return found, None
    if not isinstance(facility_type, str) or facility_type not in FACILITY_TYPES:
        return found, None
    try:
        found = found or book_in_force(facility_type, month, books)
        check_book(facility_type, month, found)
    except PricingError as refusal:
        return found, refusal
    return found, None


def answer(document: object, books: Sequence[RateBook]) -> dict[str, Any]:
    """The quote as a dict, or ``{"errors": [{"path", "message"}]}``."""
    try:
        return quote_as_dict(quote(document, books))
    except PricingError as stop:
        return errors(stop.problems)


def errors(problems: Iterable[Problem]) -> dict[str, Any]:
    return {"errors": [problem._asdict() for problem in problems]}
