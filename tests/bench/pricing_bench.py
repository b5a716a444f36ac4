"""How many fully explained nursery claims one core prices in a second; `make bench` prints it."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

from pricing import ClaimInput, calculate, parse, shipped_books
from pricing.books import book_in_force
from pricing.conditions.checking import check
from pricing.conditions.facts import Facts
from pricing.vocabulary import REGION_PERCENTS

EXAMPLE = Path(__file__).parents[1] / "pricing" / "examples" / "we5.json"
DIFFERENT_CLAIMS = 2_000


def different_claims(how_many: int) -> list[ClaimInput]:
    """Claims of the worked example's shape with other regions, capacities, rates and counts."""
    dice = random.Random(20261123)
    example: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    found = []
    for _ in range(how_many):
        claim = example | {
            "region_percent": dice.choice(REGION_PERCENTS),
            "capacity": {"23": dice.randint(20, 200)},
            "treatment": {"base_percent": dice.randint(2, 12), "wage_percent": dice.randint(6, 7)},
            "children": [child | {"count": dice.randint(1, 30)} for child in example["children"]],
        }
        found.append(parse(claim))
    return found


def measure() -> dict[str, float | int]:
    """Claims per second of processor time; every line with its reason and its steps in words."""
    claims = different_claims(DIFFERENT_CLAIMS)
    book = book_in_force("nursery", claims[0].month, shipped_books())
    best = 0.0
    for _ in range(3):
        started = time.process_time()
        lines = sum(len(calculate(claim, book).lines) for claim in claims)
        best = max(best, len(claims) / (time.process_time() - started))
    return {
        "pricing_claims_per_second": round(best),
        "pricing_condition_checks_per_second": condition_checks_per_second(),
        "pricing_claims_measured": len(claims),
        "pricing_lines_per_claim": lines // len(claims),
    }


def condition_checks_per_second() -> int:
    """Facilities whose every condition one core answers in a second; all counts known, everything else to be asked."""
    facilities = [
        Facts(
            facility_type=claim.facility_type,
            month=claim.month,
            claimed=claim.items,
            capacity=claim.capacity,
            children=claim.children,
            teachers=20,
        )
        for claim in different_claims(DIFFERENT_CLAIMS)
    ]
    started = time.process_time()
    for facts in facilities:
        check(facts)
    return round(len(facilities) / (time.process_time() - started))
