"""The price step of a line names the row of every class that has children, and of no other."""

from __future__ import annotations

from typing import Any

import pytest

from pricing import Line, Step
from pricing.books import shipped_books
from pricing.quoting import quote
from tests.pricing.conftest import read_json


def lines_of(facility_type: str, items: list[dict[str, Any]], **changes: Any) -> dict[str, Line]:
    claim = read_json(f"cases/{facility_type}.json")["claim"] | {"items": items} | changes
    return {line.code: line for line in quote(claim, shipped_books()).lines}


def price_of(line: Line) -> Step:
    (found,) = [step for step in line.steps if step.label == "単価"]
    return found


def classes(step: Step) -> list[tuple[str, str]]:
    return [(row["age_class"], row.get("hours", "")) for row in step.values["rows"]]


@pytest.mark.parametrize("code", ["base", "treatment_1_2"])
def test_base_and_treatment_name_the_row_of_each_class(code: str) -> None:
    step = price_of(lines_of("nursery", [])[code])

    assert step.kind == "class_prices"
    assert classes(step) == [
        ("4plus", "standard"),
        ("4plus", "short"),
        ("3", "standard"),
        ("3", "short"),
        ("12", "standard"),
        ("12", "short"),
        ("0", "standard"),
    ]
    amounts = {row["amount"] for row in step.values["rows"]}
    assert amounts == {part.unit_yen for part in lines_of("nursery", [])["base"].parts}


def test_a_class_of_another_payer_or_only_of_movers_names_none() -> None:
    def child(age: str, payer: str, count: int, **more: Any) -> dict[str, Any]:
        return {
            "certification": "3", "age_class": age, "hours": "standard", "count": count, "payer": payer, **more
        }  # fmt: skip

    children = [child("0", "129999", 2), child("1", "129998", 3), child("2", "129999", 1, mid_month_days=9)]

    step = price_of(lines_of("nursery", [], children=children, payer="129999")["base"])

    assert (step.kind, step.values["row"]["age_class"]) == ("price", "0")


def test_an_item_by_age_names_its_rows_and_an_item_of_one_price_its_row() -> None:
    children = [
        {"certification": "3", "age_class": age, "hours": "standard", "count": 3, "disabled": 1}
        for age in ("2", "0")
    ]
    items = [{"code": "disability_care"}, {"code": "climate", "variant": "other"}]

    lines = lines_of("small_a", items, children=children)

    step = price_of(lines["disability_care"])
    assert [row["age_class"] for row in step.values["rows"]] == ["12", "0"]
    assert step.text.startswith("年齢と時間の区分ごと（月・子ども1人）")
    assert price_of(lines["climate"]).values["row"]["item"] == "climate"


def test_where_one_row_holds_for_every_class_it_is_named_alone() -> None:
    children = [
        {"certification": "1", "age_class": age, "hours": "education", "count": 5} for age in ("3", "3mid")
    ]

    assert price_of(lines_of("kindergarten", [], children=children)["base"]).kind == "price"
