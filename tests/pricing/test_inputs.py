"""What cannot be priced is refused: everything at once, each at its path, in plain words."""

from __future__ import annotations

import copy
import dataclasses
import re
from typing import Any

import pytest

from pricing import (
    Capacity,
    ChildClass,
    ClaimInput,
    InputProblems,
    ItemClaim,
    Month,
    Treatment,
    calculate,
    parse,
    shipped_books,
)
from pricing.books import book_in_force
from pricing.quoting import answer
from tests.pricing.conftest import read_json

EXAMPLES = {"kindergarten": "examples/we1.json", "nursery": "examples/we5.json"}
REFUSALS = read_json("cases/refusals.json")


def put(document: Any, path: str, value: Any) -> None:
    """Set ``children[0].count`` in a JSON document."""
    steps: list[str | int] = [
        int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)
    ]
    for step in steps[:-1]:
        document = document[step]
    document[steps[-1]] = value


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case["name"])
def test_a_refusal_of_the_table_is_said_at_its_path(case: dict[str, Any]) -> None:
    claim = copy.deepcopy(read_json(EXAMPLES[case["from"]]))
    for key in case["remove"]:
        del claim[key]
    for path, value in case["change"].items():
        put(claim, path, value)

    found = answer(claim, shipped_books())

    assert [error["path"] for error in found["errors"]] == [error["path"] for error in case["errors"]]
    for said, expected in zip(found["errors"], case["errors"], strict=True):
        assert expected["says"] in said["message"]
        assert said["message"].endswith("。")


@pytest.mark.parametrize("document", [None, 3, "text", [], True, 1.5], ids=repr)
def test_something_that_is_not_a_claim_is_refused(document: object) -> None:
    with pytest.raises(InputProblems) as stop:
        parse(document)

    assert [problem.path for problem in stop.value.problems] == ["input"]


def test_an_empty_object_names_everything_that_is_needed() -> None:
    with pytest.raises(InputProblems) as stop:
        parse({})

    assert [problem.path for problem in stop.value.problems] == [
        "facility_type",
        "region_percent",
        "capacity",
        "month",
        "children",
        "treatment",
    ]


def test_unprintable_input_is_shown_safely() -> None:
    with pytest.raises(InputProblems) as stop:
        parse({"facility_type": "\ud800\x00" + "あ" * 500})

    message = stop.value.problems[0].message
    assert message.encode("utf-8")
    assert len(message) < 250


def test_a_claim_becomes_frozen_dataclasses(kindergarten_claim: dict[str, Any]) -> None:
    claim = parse(kindergarten_claim)

    assert claim.month == Month(2026, 6)
    assert claim.capacity == Capacity(education=100)
    assert claim.children[2] == ChildClass("1", "3mid", "education", 5)
    assert claim.treatment == Treatment(base_percent=10, wage_percent=6)
    assert claim.items[4] == ItemClaim("team_teaching", 4, extra_staff=1)


def test_null_stands_for_no_payer_and_no_named_book(kindergarten_claim: dict[str, Any]) -> None:
    kindergarten_claim |= {"payer": None, "ratebook": None}

    assert "errors" not in answer(kindergarten_claim, shipped_books())


def test_a_system_without_children_and_without_facility_items_has_no_lines(
    kindergarten_claim: dict[str, Any],
) -> None:
    kindergarten_claim |= {"children": [], "items": [{"code": "bus"}]}

    found = answer(kindergarten_claim, shipped_books())

    assert (found["total_yen"], found["lines"]) == (0, [])


def test_a_consistent_chosen_variant_may_be_said(kindergarten_claim: dict[str, Any]) -> None:
    kindergarten_claim["items"][3]["variant"] = "with_age3_staffing"

    assert answer(kindergarten_claim, shipped_books())["total_yen"] == 7_007_150


def test_the_same_class_in_two_rows_is_added_up(kindergarten_claim: dict[str, Any]) -> None:
    kindergarten_claim["children"][0]["count"] = 20
    kindergarten_claim["children"].append(kindergarten_claim["children"][0] | {"count": 40})

    assert answer(kindergarten_claim, shipped_books())["total_yen"] == 7_007_150


CLAIM = ClaimInput(
    facility_type="kindergarten",
    region_percent=10,
    capacity=Capacity(education=100),
    month=Month(2026, 6),
    children=(ChildClass("1", "3", "education", 10),),
    treatment=Treatment(10, 6),
)


def test_a_claim_built_by_hand_without_children_is_checked_too() -> None:
    claim = dataclasses.replace(CLAIM, children=(), items=(ItemClaim("chief_teacher"), ItemClaim("bus", 1)))

    with pytest.raises(InputProblems) as stop:
        calculate(claim, book_in_force("kindergarten", claim.month))

    assert [problem.path for problem in stop.value.problems] == ["items[0].code"]


@pytest.mark.parametrize(
    ("items", "path"),
    [
        ((ItemClaim("ash", 0),), "items[0].code"),
        ((ItemClaim("rent", 2),), "items[2].code"),
        ((ItemClaim("bus", 0), ItemClaim("bus", 1)), "items[1].code"),
        ((ItemClaim("team_teaching", 0),), "items[0].extra_staff"),
    ],
    ids=["March item", "not in the table", "twice", "option missing"],
)
def test_a_claim_built_by_hand_is_checked_too(items: tuple[ItemClaim, ...], path: str) -> None:
    claim = ClaimInput(
        CLAIM.facility_type,
        CLAIM.region_percent,
        CLAIM.capacity,
        CLAIM.month,
        CLAIM.children,
        CLAIM.treatment,
        items,
    )

    with pytest.raises(InputProblems) as stop:
        calculate(claim, book_in_force("kindergarten", claim.month))

    assert [problem.path for problem in stop.value.problems] == [path]
