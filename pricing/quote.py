"""The answer: lines that explain themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pricing.books import RateBook

Section = Literal["base", "addition", "deduction"]
SECTION_LABELS: dict[Section, str] = {"base": "基本", "addition": "加算", "deduction": "減算"}


class Part(NamedTuple):
    """
    Unit × quantity of one child class; ``None`` classes stand for all children asked for.

    ``note`` tells classes of the same age and hours apart: 分園, 従業員枠, 障害児, 日割12日. Of children whom no class
    stands for it says what ``quantity`` was made of where that is not their number: 4人 × 20日.
    """

    age_class: str | None
    hours: str | None
    unit_yen: int
    quantity: int
    amount_yen: int
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Under the contract's names; a note only where there is one."""
        found: dict[str, Any] = {
            "age_class": self.age_class,
            "hours": self.hours,
            "unit_yen": self.unit_yen,
            "quantity": self.quantity,
            "amount_yen": self.amount_yen,
        }
        if self.note:
            found["note"] = self.note
        return found


# What ``Step.numbers`` holds, by kind. Yen and percents are integers, ``c_tenths`` tenths of a percent.
# ``price``: the one row of a line; ``class_prices``: those of its classes, each once, in the order of the classes.
STEP_FIELDS: dict[str, tuple[str, ...]] = {
    "price": ("row",),
    "prices": ("row_a", "row_b"),
    "class_prices": ("rows",),
    "treatment": ("treatment_yen", "base_percent", "wage_percent", "c_tenths", "unit_yen"),
    "total": ("terms", "total_yen"),
    "share": ("total_yen", "persons", "unit_yen"),
    "unit": ("price_yen", "treatment_yen", "times", "unit_yen"),
    "class": ("price_yen", "treatment", "times", "part"),
    "percent": ("whole_yen", "percent", "part"),
    "composition": ("terms", "whole_yen"),
    "by_days": ("whole_yen", "days", "standard_days", "part"),
    "rate": ("percent",),
    "amount": ("unit_yen", "quantity", "amount_yen"),
    "rule": ("rule",),
}
# The values of the part stand beside the others.
KINDS_OF_A_CLASS = frozenset(kind for kind, fields in STEP_FIELDS.items() if "part" in fields)
# Every one of these is floored to ten yen (10円未満切捨て).
FLOORED_KINDS = frozenset({"treatment", "share", "percent", "by_days"})


class Step(NamedTuple):
    """
    One row of 「なぜこの金額？」: a short label and the arithmetic with its numbers.

    ``kind`` and ``numbers`` say the same to a program (``STEP_FIELDS``); they are a tuple because a city's year writes
    hundreds of thousands of them, and ``values`` names them when somebody asks.
    """

    label: str
    text: str
    kind: str
    numbers: tuple[Any, ...]

    @property
    def values(self) -> dict[str, Any]:
        """The numbers under their names, ready for JSON."""
        return _named(self.kind, self.numbers)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        label, text, kind, numbers = self
        return {"label": label, "text": text, "kind": kind, "values": _named(kind, numbers)}


def _named(kind: str, numbers: tuple[Any, ...]) -> dict[str, Any]:
    fields = STEP_FIELDS[kind]
    if len(fields) == 1:  # the row of a price, the rule: a third of all steps
        (value,) = numbers
        return {fields[0]: list(value) if kind == "class_prices" else value}
    named = dict(zip(fields, numbers, strict=True))
    if kind in KINDS_OF_A_CLASS:
        named.update(named.pop("part").as_dict())
        if kind == "class" and named["treatment"] is not None:
            named["treatment"] = dict(zip(STEP_FIELDS["treatment"], named["treatment"], strict=True))
    if kind == "composition":
        named["terms"] = list(named["terms"])
    if kind in FLOORED_KINDS:
        named["rounding"] = "floor10"
    return named


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
    A priced month. ``enrolled`` is N, the first-day children of all payers; in a 認定こども園
    each system has its own (``enrolled_by_system``). ``children`` are those that are priced here.
    """

    total_yen: int
    lines: tuple[Line, ...]
    enrolled: int
    children: int
    book: RateBook
    enrolled_by_system: Mapping[str, int]


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
                "parts": [part.as_dict() for part in line.parts],
                "summary": line.summary,
                "reason": line.reason,
                "source": line.source,
                "steps": [step.as_dict() for step in line.steps],
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
