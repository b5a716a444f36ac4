"""How many fully explained claims of each type one core prices in a second, and a city's year revised."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from pricing import ClaimInput, RateBook, calculate, parse, shipped_books
from pricing.books import book_in_force
from pricing.comparing import revise_all
from pricing.conditions.checking import check
from pricing.conditions.facts import Facts
from pricing.vocabulary import REGION_PERCENTS
from tests.bench.invented_city import FACILITIES, MONTHS, city_month, claims_of

EXAMPLE = Path(__file__).parents[1] / "pricing" / "examples" / "we5.json"
DIFFERENT_CLAIMS = 2_000
CLAIMS_OF_A_TYPE = 1_000


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


def measure() -> dict[str, Any]:
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
        "explained_claims_per_second_by_type": {
            facility_type: claims_per_second_of(facility_type) for facility_type in FACILITIES
        },
        "retroactive_year": retroactive_year(),
    }


def claims_per_second_of(facility_type: str) -> int:
    """Claims of one type in every region, with the items most of its facilities have."""
    claims = [parse(claim) for claim in claims_of(facility_type, CLAIMS_OF_A_TYPE, regions=REGION_PERCENTS)]
    book = book_in_force(facility_type, claims[0].month)
    best = 0.0
    for _ in range(3):
        started = time.process_time()
        for claim in claims:
            calculate(claim, book)
        best = max(best, len(claims) / (time.process_time() - started))
    return round(best)


def retroactive_year() -> dict[str, Any]:
    """
    A winter revision back to April: every month of every facility with the old and the new book, and what differs.

    Pure computing in one process, from inputs that were read; the best of three rounds.
    """
    raised = {book.id: winter_revision(book) for book in shipped_books()}
    year: dict[str, list[tuple[ClaimInput, RateBook]]] = {}
    for month in MONTHS:
        for document in city_month(month):
            claim = parse(document)
            book = book_in_force(claim.facility_type, claim.month)
            year.setdefault(book.id, []).append((claim, book))
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        differences = [
            found.delta_yen
            for book_id, claims in year.items()
            for found in revise_all(claims, raised[book_id])
        ]
        best = min(best, time.process_time() - started)
    return {
        "facilities": sum(FACILITIES.values()),
        "months": len(MONTHS),
        "claims_computed_twice": len(differences),
        "claims_that_differ": sum(1 for delta in differences if delta),
        "cpu_seconds": round(best, 2),
    }


def winter_revision(book: RateBook) -> RateBook:
    """The book with every base price 1.2 % higher, in tens of yen."""
    rows = tuple(
        replace(row, amount=row.amount * 1012 // 10_000 * 10) if row.item == "base" else row
        for row in book.rows
    )
    return replace(book, id=f"{book.id}-winter", rows=rows)


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
