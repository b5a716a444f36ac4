"""The answer: lines that explain themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pricing.books import RateBook

Section = Literal["base", "addition", "deduction"]
SECTION_LABELS: dict[Section, str] = {"base": "基本", "addition": "加算", "deduction": "減算"}


class Part(NamedTuple):
    """Unit × quantity of one child class; ``None`` classes stand for all children asked for."""

    age_class: str | None
    hours: str | None
    unit_yen: int
    quantity: int
    amount_yen: int


class Step(NamedTuple):
    """One row of 「なぜこの金額？」: a short label and the arithmetic with its numbers."""

    label: str
    text: str


class Line(NamedTuple):
    """
    One item's amount and why.

    ``amount_yen`` is the sum of its parts, negative for deductions. ``number`` is the item's
    number in the official table ("" where it has none), ``certification`` the system (1 or 23).
    ``summary`` is a few words to stand under the label, ``reason`` a sentence, ``steps`` the
    arithmetic.
    """

    code: str
    label: str
    number: str
    section: Section
    certification: str
    variant: str
    amount_yen: int
    parts: tuple[Part, ...]
    summary: str
    reason: str
    source: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """
    A priced month. ``enrolled`` is N, the first-day children of all payers;
    ``children`` those that are priced here.
    """

    total_yen: int
    lines: tuple[Line, ...]
    enrolled: int
    children: int
    book: RateBook


def quote_as_dict(quote: Quote) -> dict[str, Any]:
    """The quote in the shape of the ``manage.py quote`` contract, ready for JSON."""
    return {
        "total_yen": quote.total_yen,
        "lines": [
            {
                "code": line.code,
                "label": line.label,
                "number": line.number,
                "section": line.section,
                "certification": line.certification,
                "variant": line.variant,
                "amount_yen": line.amount_yen,
                "parts": [part._asdict() for part in line.parts],
                "summary": line.summary,
                "reason": line.reason,
                "source": line.source,
                "steps": [step._asdict() for step in line.steps],
            }
            for line in quote.lines
        ],
        "enrolled": quote.enrolled,
        "children": quote.children,
        "ratebook": {
            "id": quote.book.id,
            "status": quote.book.status,
            "source": quote.book.source,
            "fiscal_year": quote.book.fiscal_year,
        },
    }
