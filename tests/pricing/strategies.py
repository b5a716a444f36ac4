"""Claims that can be priced, claims that nearly can, and plain nonsense."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from pricing.rule_sets import KINDERGARTEN_R8, NURSERY_R8, RuleSet
from pricing.vocabulary import MARCH_UNITS, REGION_PERCENTS

COUNTS = st.integers(0, 60)
OPTION_VALUES = {
    "extra_staff": st.integers(1, 3),
    "weekdays": st.integers(1, 5),
    "children": st.integers(0, 9),
    "days": st.integers(0, 20),
    "spent_yen": st.integers(0, 400_000),
    "headcount": st.integers(1, 3),
    "headcount_a": st.integers(0, 9),
    "headcount_b": st.integers(0, 9),
}
# No price in the shipped books: 講師配置 for most bands, 年齢別配置基準を下回る場合 anywhere.
UNPRICED = frozenset({"lecturer", "below_staffing"})
CLASSES = {
    "1": [("1", "4plus", "education"), ("1", "3", "education"), ("1", "3mid", "education")],
    "23": [
        (certification, age, hours)
        for certification, age in (("2", "4plus"), ("2", "3"), ("2", "2"), ("3", "2"), ("3", "1"), ("3", "0"))
        for hours in ("standard", "short")
    ],
}


@st.composite
def claims(draw: st.DrawFn, *, with_side_dishes: bool = True, with_deductions: bool = True) -> dict[str, Any]:
    """A claim of either type, any region, with at least one child and any items that have prices."""
    rules: RuleSet = draw(st.sampled_from([KINDERGARTEN_R8, NURSERY_R8]))
    march = draw(st.booleans())
    capacity = draw(st.integers(1, 330))
    children = [
        {"certification": certification, "age_class": age, "hours": hours, "count": draw(COUNTS)}
        for certification, age, hours in CLASSES[rules.system]
    ]
    children[0]["count"] += 1
    enrolled = sum(child["count"] for child in children)
    codes = [
        code
        for code, entry in rules.by_code.items()
        if code not in ("base", "treatment_1_2")
        and code not in UNPRICED
        and (march or entry.item.unit not in MARCH_UNITS)
        and (with_side_dishes or code != "side_dish_exemption")
        and (with_deductions or entry.item.section != "deduction")
        # Below the table of 調整率 there is nothing to price: such a claim stops (D16).
        and (code != "over_capacity" or enrolled <= capacity or capacity >= 16)
    ]
    items = [draw(item_claims(rules, code)) for code in draw(st.lists(st.sampled_from(codes), unique=True))]
    return {
        "facility_type": rules.facility_type,
        "region_percent": draw(st.sampled_from(REGION_PERCENTS)),
        "capacity": {rules.system: capacity},
        "month": "2027-03" if march else "2026-10",
        "children": children,
        "treatment": {"base_percent": draw(st.integers(2, 12)), "wage_percent": draw(st.integers(4, 7))},
        "items": items,
    }


@st.composite
def item_claims(draw: st.DrawFn, rules: RuleSet, code: str) -> dict[str, Any]:
    declared = rules.by_code[code].item
    asked: dict[str, Any] = {"code": code}
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
