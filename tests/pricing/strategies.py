"""Claims that can be priced, claims that nearly can, and plain nonsense."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from pricing.rule_sets import AUTOMATIC, TABLES, claimable_entries, rules_for
from pricing.vocabulary import MARCH_UNITS, REGION_PERCENTS, system_of
from pricing.working import Entry

COUNTS = st.integers(0, 60)
OPTION_VALUES = {
    "extra_staff": st.integers(1, 3),
    "weekdays": st.integers(1, 5),
    "children": st.integers(0, 9),
    "days": st.integers(0, 20),
    "spent_yen": st.integers(0, 400_000),
    "headcount": st.integers(1, 3),
    "headcount_a": st.integers(0, 4),
    "headcount_b": st.integers(0, 2),
}
# No price in the shipped books; test_unpriced.py tries them on a book that has one.
UNPRICED = frozenset({"below_staffing", "class_organisation", "home_care_assistant", "home_care_support"})
UNPRICED_OF = {
    "certified_kodomoen": frozenset(
        {
            "vice_principal", "parenting_support", "office_staff", "guidance_enrichment", "office_workload",
            "stakeholder_evaluation",
        }
    ),
    "workplace": frozenset({"qualified_staff"}),
    "home_visiting": frozenset({"depreciation", "rent", "elderly_employment", "nutrition"}),
}  # fmt: skip


def is_unpriced(facility_type: str, code: str) -> bool:
    """Whether no shipped book has a row of the item for the type."""
    return code in UNPRICED or code in UNPRICED_OF.get(facility_type, ())


EDUCATION = [("1", "4plus", "education"), ("1", "3", "education"), ("1", "3mid", "education")]
CHILDCARE = [
    (certification, age, hours)
    for certification, age in (("2", "4plus"), ("2", "3"), ("2", "2"), ("3", "2"), ("3", "1"), ("3", "0"))
    for hours in ("standard", "short")
]
UNDER_3 = [one for one in CHILDCARE if one[1] in ("2", "1", "0")]
CLASSES = {
    "kindergarten": EDUCATION,
    "nursery": CHILDCARE,
    "certified_kodomoen": EDUCATION + CHILDCARE,
    **dict.fromkeys(("small_a", "small_b", "small_c", "home_based", "workplace", "home_visiting"), UNDER_3),
}
# What the shipped books have bands for.
CAPACITIES = {
    "small_a": (6, 19),
    "small_b": (6, 19),
    "small_c": (6, 15),
    "home_based": (1, 5),
    "workplace": (6, 19),
    "home_visiting": (1, 1),
}
FACILITY_TYPES = tuple(TABLES)


@st.composite
def claims(
    draw: st.DrawFn,
    *,
    types: tuple[str, ...] = FACILITY_TYPES,
    with_side_dishes: bool = True,
    with_deductions: bool = True,
    with_movers: bool = True,
) -> dict[str, Any]:
    """A claim of any type, any region, with at least one child of each system and any items that have prices."""
    facility_type = draw(st.sampled_from(types))
    march = draw(st.booleans())
    smallest, largest = CAPACITIES.get(facility_type, (1, 330))
    capacity = {system: draw(st.integers(smallest, largest)) for system in TABLES[facility_type]}
    children = [
        draw(child_classes(facility_type, *one, with_movers=with_movers)) for one in CLASSES[facility_type]
    ]
    for system in capacity:
        first = next(child for child in children if system_of(child["certification"]) == system)
        first.pop("mid_month_days", None)
        first.pop("leaver", None)
        first["count"] += 1
    items = draw(items_of(facility_type, capacity, children, march, with_side_dishes, with_deductions))
    return {
        "facility_type": facility_type,
        "region_percent": draw(st.sampled_from(REGION_PERCENTS)),
        "capacity": capacity,
        "month": "2027-03" if march else "2026-10",
        "children": children,
        "treatment": {"base_percent": draw(st.integers(2, 12)), "wage_percent": draw(st.integers(4, 7))},
        "items": items,
    }


@st.composite
def child_classes(
    draw: st.DrawFn, facility_type: str, certification: str, age: str, hours: str, *, with_movers: bool
) -> dict[str, Any]:
    """Children of one class; some of a branch, of the 従業員枠, with a disability, or there for a part of the month."""
    count = draw(COUNTS)
    child: dict[str, Any] = {
        "certification": certification, "age_class": age, "hours": hours, "count": count
    }  # fmt: skip
    if facility_type in ("nursery", "certified_kodomoen") and certification != "1" and draw(st.booleans()):
        child["branch"] = True
    if facility_type == "workplace" and draw(st.booleans()):
        child["employee_slot"] = True
    if count and draw(st.booleans()):
        child["disabled"] = draw(st.integers(0, count))
    if with_movers and draw(st.integers(0, 3)) == 0:
        child["mid_month_days"] = draw(st.integers(1, 31))
        child["leaver"] = draw(st.booleans())
    return child


@st.composite
def items_of(
    draw: st.DrawFn,
    facility_type: str,
    capacity: dict[str, int],
    children: list[dict[str, Any]],
    march: bool,
    with_side_dishes: bool,
    with_deductions: bool,
) -> list[dict[str, Any]]:
    """Items of the type's table, each with the options it needs."""

    def enrolled(system: str) -> int:
        return sum(
            child["count"]
            for child in children
            if system_of(child["certification"]) == system
            and ("mid_month_days" not in child or child["leaver"])
        )

    codes = [
        entry.item.code
        for entry in rules_for(facility_type, 2026).entries
        if entry.item.code not in AUTOMATIC
        and not is_unpriced(facility_type, entry.item.code)
        and entry.item.code != "lecturer"  # priced in some bands only
        and (march or entry.item.unit not in MARCH_UNITS)
        and (with_side_dishes or entry.item.code != "side_dish_exemption")
        and (entry.item.code != "disability_care" or any(child.get("disabled") for child in children))
        and (with_deductions or entry.item.section != "deduction")
        # Where the table of 調整率 has no row there is nothing to price: such a claim stops (D16).
        and (
            entry.item.code != "over_capacity"
            or all(enrolled(system) <= size for system, size in capacity.items())
            or (
                facility_type in ("kindergarten", "nursery")
                and min(capacity.values()) >= 16
                and (facility_type == "nursery" or capacity["1"] <= 300)
            )
        )
    ]
    items = []
    for code in draw(st.lists(st.sampled_from(codes), unique=True)):
        entries = claimable_entries(facility_type, code)
        if len({entry.item for entry in entries.values()}) > 1:
            for system, entry in entries.items():
                items.append(draw(item_claims(entry)) | {"certification": system})
        else:
            items.append(draw(item_claims(next(iter(entries.values())))))
    for item in items:
        if item["code"] == "side_dish_exemption":
            item["children"] = min(item["children"], exempt_at_most(children, "days" in item))
    return items


def exempt_at_most(children: list[dict[str, Any]], of_1: bool) -> int:
    """How many children there are whose side dishes can be exempt."""
    return sum(
        child["count"]
        for child in children
        if (child["certification"] == "1" if of_1 else child["certification"] == "2")
        and child["age_class"] in ("3", "3mid", "4plus")
    )


@st.composite
def item_claims(draw: st.DrawFn, entry: Entry) -> dict[str, Any]:
    """One item with a variant and its options."""
    declared = entry.item
    asked: dict[str, Any] = {"code": declared.code}
    if declared.variants and not declared.chosen_variant:
        asked["variant"] = draw(st.sampled_from(sorted(declared.variants)))
    for option in declared.options:
        asked[option] = draw(OPTION_VALUES[option])
    return asked


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["kindergarten", "nursery", "1", "2", "23", "3mid", "base", "meals", "2026-06"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["facility_type", "region_percent", "capacity", "month", "children", "treatment", "items",
             "payer", "ratebook", "code", "variant", "count", "age_class", "1", "23"]
        )
        | st.text(max_size=6),
        inner,
        max_size=8,
    ),
    max_leaves=25,
)  # fmt: skip


@st.composite
def spoilt_claims(draw: st.DrawFn) -> Any:
    """A good claim with a few values anywhere in it replaced or removed."""
    claim = draw(claims())
    for _ in range(draw(st.integers(1, 4))):
        holder: Any = claim
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(holder[key], dict | list) and holder[key] and draw(st.booleans()):
                holder = holder[key]
                continue
            if draw(st.booleans()):
                del holder[key]
            else:
                holder[key] = draw(JSON)
            break
    return claim
