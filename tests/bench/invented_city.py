"""
A city of 172 facilities of all nine types for measuring pricing alone: no database, the same at every call.

Each facility has the items most of its type have, each region and rate that pricing knows may be asked for.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

REGION_PERCENT = 10
FACILITIES: Mapping[str, int] = {
    "nursery": 84,
    "small_a": 40,
    "kindergarten": 14,
    "certified_kodomoen": 14,
    "small_b": 6,
    "workplace": 5,
    "home_based": 4,
    "small_c": 3,
    "home_visiting": 2,
}
MONTHS = (*(f"2026-{month:02}" for month in range(4, 13)), "2027-01", "2027-02", "2027-03")

# Smallest and largest 利用定員 of each system.
_CAPACITIES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "nursery": {"23": (30, 160)},
    "kindergarten": {"1": (60, 280)},
    "certified_kodomoen": {"1": (15, 120), "23": (40, 150)},
    "small_a": {"23": (12, 19)},
    "small_b": {"23": (12, 19)},
    "small_c": {"23": (6, 10)},
    "workplace": {"23": (10, 19)},
    "home_based": {"23": (3, 5)},
    "home_visiting": {"23": (1, 1)},
}
_EDUCATION = (("1", "4plus", "education"), ("1", "3", "education"), ("1", "3mid", "education"))
_UNDER_THREE = (
    ("3", "2", "standard"),
    ("3", "1", "standard"),
    ("3", "1", "short"),
    ("3", "0", "standard"),
)
_CHILDCARE = (
    ("2", "4plus", "standard"),
    ("2", "4plus", "short"),
    ("2", "3", "standard"),
    ("2", "3", "short"),
    *_UNDER_THREE,
)
_CLASSES: Mapping[tuple[str, str], tuple[tuple[str, str, str], ...]] = {
    ("nursery", "23"): _CHILDCARE,
    ("kindergarten", "1"): _EDUCATION,
    ("certified_kodomoen", "1"): _EDUCATION,
    ("certified_kodomoen", "23"): _CHILDCARE,
    ("home_visiting", "23"): (("3", "1", "standard"),),
}
_MARCH: Mapping[str, tuple[dict[str, Any], ...]] = {
    "nursery": ({"code": "facility_strengthening", "spent_yen": 160_000}, {"code": "third_party_evaluation"}),
    "kindergarten": ({"code": "facility_strengthening", "spent_yen": 160_000}, {"code": "external_audit"}),
    "certified_kodomoen": ({"code": "facility_strengthening", "spent_yen": 160_000},),
    "small_a": ({"code": "facility_strengthening", "spent_yen": 160_000},),
}


def city_month(month: str) -> list[dict[str, Any]]:
    """The city's claims of one month, in the shape of the quote contract; counts change from month to month."""
    return [
        claim
        for facility_type, how_many in FACILITIES.items()
        for claim in claims_of(facility_type, how_many, month=month)
    ]


def claims_of(
    facility_type: str, how_many: int, *, month: str = "2026-06", regions: tuple[int, ...] = (REGION_PERCENT,)
) -> Iterator[dict[str, Any]]:
    """So many facilities of one type."""
    for place in range(how_many):
        lasting = random.Random(f"{facility_type} {place}")
        capacity = {system: lasting.randint(*size) for system, size in _CAPACITIES[facility_type].items()}
        of_month = random.Random(f"{facility_type} {place} {month}")
        children = [
            child
            for system, size in capacity.items()
            for child in _children(facility_type, system, size, of_month)
        ]
        yield {
            "facility_type": facility_type,
            "region_percent": lasting.choice(regions),
            "capacity": capacity,
            "month": month,
            "children": children,
            "treatment": {"base_percent": lasting.randint(2, 12), "wage_percent": lasting.randint(6, 7)},
            "items": [
                *(_fitting(item, children) for item in _items(facility_type, capacity, lasting, of_month)),
                *(_MARCH.get(facility_type, ()) if month.endswith("-03") else ()),
            ],
        }


def _fitting(item: dict[str, Any], children: list[dict[str, Any]]) -> dict[str, Any]:
    """No more exempt children than there are: all of 1号, of 2号 those of three and more."""
    if item["code"] != "side_dish_exemption":
        return item
    certification = "1" if "days" in item else "2"
    there = sum(
        child["count"]
        for child in children
        if child["certification"] == certification and child["age_class"] in {"3mid", "3", "4plus"}
    )
    return item | {"children": min(item["children"], there)}


def _children(facility_type: str, system: str, size: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Nine of ten places taken, never more than there are."""
    classes = _CLASSES.get((facility_type, system), _UNDER_THREE)
    places = max(size * 9 // 10, 1)
    weights = [dice.randint(1, 2) if hours == "short" or age == "3mid" else dice.randint(4, 8)
               for _, age, hours in classes]  # fmt: skip
    counts = [places * weight // sum(weights) for weight in weights]
    counts[0] += places - sum(counts)
    for (certification, age, hours), count in zip(classes, counts, strict=True):
        yield {"certification": certification, "age_class": age, "hours": hours, "count": count}


def _items(
    facility_type: str, capacity: Mapping[str, int], lasting: random.Random, of_month: random.Random
) -> Iterator[dict[str, Any]]:
    headcounts = {
        "headcount_a": 1 + sum(capacity.values()) // 45,
        "headcount_b": sum(capacity.values()) // 60,
    }
    if facility_type == "kindergarten":
        yield from (
            {"code": code} for code in ("vice_principal", "age3_staffing", "age4plus_staffing", "bus")
        )
        yield {"code": "team_teaching", "extra_staff": lasting.randint(1, 2)}
        yield {"code": "meals", "variant": "in_house", "weekdays": 5}
        yield {
            "code": "side_dish_exemption",
            "children": lasting.randint(2, 12),
            "days": of_month.randint(14, 20),
        }
        yield from ({"code": code} for code in ("chief_teacher", "office_staff"))
    elif facility_type == "nursery":
        yield from ({"code": code} for code in ("age3_staffing", "age4plus_staffing", "age1_staffing"))
        yield {"code": "rent", "variant": "c_standard"}
        yield {"code": "team_childcare", "extra_staff": 1}
        yield {"code": "side_dish_exemption", "children": lasting.randint(2, 12)}
        yield {"code": "saturday_closure", "variant": of_month.choice(("1", "2", "3_or_more"))}
        yield from ({"code": code} for code in ("chief_nursery_teacher", "office_staff"))
    elif facility_type == "certified_kodomoen":
        yield from ({"code": code} for code in ("age3_staffing", "age4plus_staffing", "age1_staffing", "bus"))
        exempt = lasting.randint(2, 12)
        yield {
            "code": "side_dish_exemption",
            "certification": "1",
            "children": exempt,
            "days": of_month.randint(14, 20),
        }
        yield {"code": "side_dish_exemption", "certification": "23", "children": exempt}
        yield {"code": "saturday_closure", "variant": of_month.choice(("1", "2"))}
    else:
        if facility_type in ("small_a", "small_b", "workplace"):
            yield {"code": "age1_staffing"}
        if facility_type in ("small_b", "small_c", "home_based", "home_visiting"):
            yield {"code": "qualified_staff"}
        if facility_type != "home_visiting":
            yield {"code": "rent", "variant": "c_standard"}
            yield {"code": "saturday_closure", "variant": of_month.choice(("1", "2"))}
    yield {"code": "treatment_3", **headcounts}
    yield {"code": "climate", "variant": "other"}
    if facility_type != "home_visiting":
        yield {"code": "nutrition", "variant": "b"}
