"""Numbers that no facility can have are refused at their option, and every true one passes."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pricing import Capacity, ChildClass, ClaimInput, InputProblems, ItemClaim, Month, Treatment, calculate
from pricing.books import book_in_force, shipped_books
from pricing.possible import most_staff, most_teachers, persons_of
from pricing.quoting import answer
from tests.pricing.conftest import read_json

OWN, OTHER = "129999", "129998"


def claim_of(facility_type: str, **changes: Any) -> dict[str, Any]:
    """The facility of the case table, changed."""
    claim: dict[str, Any] = copy.deepcopy(read_json(f"cases/{facility_type}.json")["claim"])
    return claim | changes


def refused(claim: dict[str, Any]) -> list[str]:
    return [error["path"] for error in answer(claim, shipped_books()).get("errors", [])]


def child(certification: str, age: str, count: int, hours: str = "standard", **more: Any) -> dict[str, Any]:
    return {"certification": certification, "age_class": age, "hours": hours, "count": count, **more}


SIDE_DISHES = {"code": "side_dish_exemption"}


@pytest.mark.parametrize(
    ("facility_type", "children", "item", "most"),
    [
        ("kindergarten", [child("1", "3", 5, "education"), child("1", "3mid", 2, "education")],
         SIDE_DISHES | {"days": 20}, 7),
        # Who turned three this year is 2号 and keeps its class: no exemption until March.
        ("nursery", [child("2", "2", 4), child("2", "3", 3), child("3", "1", 9)], SIDE_DISHES, 3),
        ("nursery", [child("2", "4plus", 3), child("2", "3", 2, branch=True)], SIDE_DISHES, 5),
        # An entrant of the month may be exempt too.
        ("nursery", [child("2", "4plus", 3), child("2", "3", 2, mid_month_days=9)], SIDE_DISHES, 5),
        ("certified_kodomoen", [child("1", "4plus", 6, "education"), child("2", "3", 2)],
         SIDE_DISHES | {"certification": "1", "days": 4}, 6),
        ("certified_kodomoen", [child("1", "4plus", 6, "education"), child("2", "3", 2)],
         SIDE_DISHES | {"certification": "23"}, 2),
        ("small_c", [child("3", "1", 3)], {"code": "disability_care"}, 3),
        ("workplace", [child("3", "1", 2), child("3", "2", 1)], {"code": "disability_care"}, 3),
    ],
)  # fmt: skip
def test_no_more_children_than_there_are(
    facility_type: str, children: list[dict[str, Any]], item: dict[str, Any], most: int
) -> None:
    claim = claim_of(facility_type, children=children, items=[item | {"children": most + 1}])

    assert refused(claim) == ["items[0].children"]
    assert f"{most}人" in answer(claim, shipped_books())["errors"][0]["message"]

    if item["code"] == "side_dish_exemption":
        claim["items"][0]["children"] = most
        assert refused(claim) == []


def test_a_payers_exemption_is_held_against_its_own_children() -> None:
    children = [child("2", "3", 2, payer=OWN), child("2", "4plus", 9, payer=OTHER)]
    claim = claim_of(
        "nursery", children=children, payer=OWN, items=[{"code": "side_dish_exemption", "children": 3}]
    )

    assert refused(claim) == ["items[0].children"]
    assert refused(claim | {"payer": OTHER}) == []


@pytest.mark.parametrize(
    ("facility_type", "item", "option", "most"),
    [
        ("kindergarten", {"code": "team_teaching"}, "extra_staff", 37),
        ("nursery", {"code": "team_childcare"}, "extra_staff", 33),
        ("nursery", {"code": "treatment_3", "headcount_b": 0}, "headcount_a", 33),
        ("nursery", {"code": "treatment_3", "headcount_a": 0}, "headcount_b", 20),
        ("home_visiting", {"code": "treatment_3", "headcount_b": 0}, "headcount_a", 4),
    ],
)
def test_no_more_staff_than_the_facility_could_need(
    facility_type: str, item: dict[str, Any], option: str, most: int
) -> None:
    claim = claim_of(facility_type, items=[item | {option: most + 1}])

    assert refused(claim) == [f"items[0].{option}"]
    assert refused(claim_of(facility_type, items=[item | {option: most}])) == []


def test_missing_teachers_are_at_most_those_that_are_required() -> None:
    claim = claim_of("kindergarten", items=[{"code": "below_staffing", "headcount": 38}])

    assert refused(claim) == ["items[0].headcount"]
    # With a number that can be, only the row is missing (D12).
    assert refused(claim_of("kindergarten", items=[{"code": "below_staffing", "headcount": 37}])) == [
        "ratebook"
    ]


def test_a_month_with_few_children_bounds_no_staff_of_the_year() -> None:
    few = (ChildClass("2", "3", "standard", 2),)

    assert persons_of(few, Capacity(childcare=90)) == 90
    assert persons_of((ChildClass("2", "3", "standard", 110),), Capacity(childcare=90)) == 110
    assert most_teachers(90) == 33
    assert most_staff(90) == 100


@pytest.mark.parametrize(("month", "days"), [("2026-06", 30), ("2027-02", 28), ("2028-02", 29)])
def test_nobody_is_there_for_more_days_than_the_month_has(month: str, days: int) -> None:
    claim = claim_of("nursery", month=month, items=[])
    claim["children"].append(child("2", "3", 1, mid_month_days=days + 1))

    assert refused(claim) == ["children[8].mid_month_days"]

    claim["children"][-1]["mid_month_days"] = days
    assert refused(claim) == []


def test_every_impossible_number_is_told_at_once_also_of_a_claim_built_by_hand() -> None:
    claim = ClaimInput(
        facility_type="nursery",
        region_percent=10,
        capacity=Capacity(childcare=20),
        month=Month(2026, 6),
        children=(
            ChildClass("2", "3", "standard", 5),
            ChildClass("2", "3", "standard", 1, mid_month_days=31),
        ),
        treatment=Treatment(10, 6),
        items=(
            ItemClaim("side_dish_exemption", 0, children=7),
            ItemClaim("treatment_3", 1, headcount_a=99, headcount_b=99),
        ),
    )

    with pytest.raises(InputProblems) as stop:
        calculate(claim, book_in_force("nursery", claim.month))

    assert [problem.path for problem in stop.value.problems] == [
        "children[1].mid_month_days",
        "items[0].children",
        "items[1].headcount_a",
        "items[1].headcount_b",
    ]


BY_COUNTS = [child("3", "1", 3, disabled=2), child("3", "2", 5)]
PLAIN = [child("3", "1", 3), child("3", "2", 5)]


@pytest.mark.parametrize(
    ("children", "items", "paths"),
    [
        # Neither says how many: never 0 (D12).
        (PLAIN, [{"code": "disability_care"}], ["items[0].code"]),
        (PLAIN, [{"code": "disability_care", "children": 0}], ["items[0].code"]),
        (BY_COUNTS, [{"code": "disability_care"}], []),
        (PLAIN, [{"code": "disability_care", "children": 2}], []),
        # Both say how many.
        (BY_COUNTS, [{"code": "disability_care", "children": 2}], ["items[0].children"]),
        # 定員超過 and 日割 look back at the units of a class, which a number alone does not name (D7, D11).
        (PLAIN, [{"code": "disability_care", "children": 2}, {"code": "over_capacity"}], ["items[0].children"]),
        (BY_COUNTS, [{"code": "disability_care"}, {"code": "over_capacity"}], []),
        ([*PLAIN, child("3", "1", 1, mid_month_days=9)], [{"code": "disability_care", "children": 2}],
         ["items[0].children"]),
        ([], [{"code": "disability_care"}], []),
    ],
)  # fmt: skip
def test_disability_care_knows_how_many_and_of_which_class_where_that_counts(
    children: list[dict[str, Any]], items: list[dict[str, Any]], paths: list[str]
) -> None:
    assert refused(claim_of("small_c", children=children, items=items)) == paths


def test_a_payer_without_a_child_with_a_disability_pays_nothing_for_it() -> None:
    children = [child("3", "1", 3, disabled=2, payer=OWN), child("3", "2", 2, payer=OTHER)]
    claim = claim_of("small_c", children=children, items=[{"code": "disability_care"}], payer=OTHER)

    lines = {line["code"]: line["amount_yen"] for line in answer(claim, shipped_books())["lines"]}

    assert lines["disability_care"] == 0


def test_in_the_workplace_a_number_alone_is_refused_beside_children_of_staff() -> None:
    children = [child("3", "1", 3), child("3", "2", 2, employee_slot=True)]
    claim = claim_of("workplace", children=children, items=[{"code": "disability_care", "children": 1}])

    assert refused(claim) == ["items[0].children"]
