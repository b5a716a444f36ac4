"""
公定価格: rate books, items, rounding, and calculation with reasons.

Plain Python. No Django, no database, no clock, no network; the only files read are rate books.
"""

from pricing.books import RateBook, book_in_force, load_book, read_book, shipped_books
from pricing.calculate import calculate
from pricing.claim import Capacity, ChildClass, ClaimInput, ItemClaim, Treatment
from pricing.inputs import parse
from pricing.month import Month
from pricing.problems import (
    BookProblems,
    InputProblems,
    MissingPrice,
    NoBookInForce,
    NoRuleSet,
    PricingError,
    Problem,
)
from pricing.quote import SECTION_LABELS, Line, Part, Quote, Step, quote_as_dict

__all__ = [
    "SECTION_LABELS",
    "BookProblems",
    "Capacity",
    "ChildClass",
    "ClaimInput",
    "InputProblems",
    "ItemClaim",
    "Line",
    "MissingPrice",
    "Month",
    "NoBookInForce",
    "NoRuleSet",
    "Part",
    "PricingError",
    "Problem",
    "Quote",
    "RateBook",
    "Step",
    "Treatment",
    "book_in_force",
    "calculate",
    "load_book",
    "parse",
    "quote_as_dict",
    "read_book",
    "shipped_books",
]
