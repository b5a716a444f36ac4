"""Items that no shipped book has a price of: calculated where a city's book has their row, named where it has none."""

from __future__ import annotations

from typing import Any

import pytest

from pricing import RateBook, read_book
from pricing.books import shipped_books
from pricing.quoting import answer
from pricing.rule_sets import AUTOMATIC, TABLES, rules_for
from tests.pricing.conftest import read_json
from tests.pricing.strategies import UNPRICED, UNPRICED_OF, is_unpriced
from tests.pricing.test_systems import HEADER, TOML

# What is claimed, the row of the city's book, and what comes out for the children of the case table.
PRICED: list[tuple[str, dict[str, Any], str, int]] = [
    # 38 children of 1号; 10 + 7 + c percent.
    ("certified_kodomoen", {"code": "vice_principal"}, "1,,,vice_principal,,child_month,900,7,", 38 * (900 + 110)),
    ("certified_kodomoen", {"code": "parenting_support"}, "1,,,parenting_support,,facility_month,38000,,", 38_000),
    ("certified_kodomoen", {"code": "office_staff"}, "1,,,office_staff,,facility_month,76000,,", 76_000),
    ("certified_kodomoen", {"code": "guidance_enrichment"}, "1,,,guidance_enrichment,,facility_month,3800,,", 3_800),
    ("certified_kodomoen", {"code": "office_workload"}, "1,,,office_workload,,facility_month,7600,,", 7_600),
    ("certified_kodomoen", {"code": "stakeholder_evaluation", "variant": "b"},
     "1,,,stakeholder_evaluation,b,facility_march,38000,,", 38_000),
    # 24 + 11 + 3 of 1号, 34 + 14 of 2号.
    ("certified_kodomoen", {"code": "class_organisation"}, ",,,class_organisation,,child_month,100,,",
     100 * (38 + 48)),
    ("kindergarten", {"code": "below_staffing", "headcount": 2}, "1,,,below_staffing,,child_month,300,,", -95 * 600),
    ("kindergarten", {"code": "below_staffing"}, "1,,,below_staffing,,child_month,300,,", -95 * 300),
    ("certified_kodomoen", {"code": "below_staffing", "headcount": 3}, ",,,below_staffing,,child_month,10,,",
     -(38 + 77) * 30),
    ("small_c", {"code": "home_care_assistant", "variant": "4_or_more"},
     "3,,,home_care_assistant,4_or_more,child_month,500,,", 8 * 500),
    ("small_c", {"code": "home_care_support"}, "3,,,home_care_support,,child_month,35320,350,",
     8 * (35_320 + 3_500)),
    ("home_based", {"code": "home_care_assistant", "variant": "up_to_3"},
     "3,,,home_care_assistant,up_to_3,child_month,500,,", 4 * 500),
    ("home_based", {"code": "home_care_support"}, "3,,,home_care_support,,child_month,1000,,", 4 * 1_000),
    ("workplace", {"code": "qualified_staff"}, "3,,,qualified_staff,,child_month,700,,", 11 * 700),
    ("home_visiting", {"code": "nutrition", "variant": "c"}, ",,,nutrition,c,facility_month,10000,,", 10_000),
    ("home_visiting", {"code": "depreciation", "variant": "urban"}, ",,,depreciation,urban,child_month,90,,", 180),
    ("home_visiting", {"code": "rent", "variant": "a_urban"}, ",,,rent,a_urban,child_month,90,,", 180),
    ("home_visiting", {"code": "elderly_employment", "variant": "400_to_799"},
     ",,,elderly_employment,400_to_799,facility_march,400000,,", 400_000),
]  # fmt: skip


def book_of(facility_type: str, row: str) -> RateBook:
    """A city's book of one row beside a base price of its own; the row's columns from the certification on."""
    bases = [f"{facility_type},,,,{one},,,base,,child_month,1000,,,," for one in ("1", "2", "3")]
    return read_book(TOML, {"u.csv": "\n".join([HEADER, *bases, f"{facility_type},,,,{row},,"])})


@pytest.mark.parametrize(("facility_type", "item", "row", "amount"), PRICED)
def test_an_item_is_priced_where_a_book_has_its_row_and_named_where_it_has_none(
    facility_type: str, item: dict[str, Any], row: str, amount: int
) -> None:
    march = any(unit in row for unit in ("facility_march", "child_march"))
    claim = read_json(f"cases/{facility_type}.json")["claim"] | {
        "items": [item],
        "month": "2027-03" if march else "2026-06",
    }
    claim.pop("ratebook", None)

    found = answer(claim, [book_of(facility_type, row)])
    assert sum(line["amount_yen"] for line in found["lines"] if line["code"] == item["code"]) == amount

    refused = answer(claim, shipped_books())["errors"]
    assert {error["path"] for error in refused} == {"ratebook"}
    assert all(f"（{item['code']}" in error["message"] for error in refused)


def test_every_item_without_a_shipped_price_is_tried_here() -> None:
    tried = {(facility_type, item["code"]) for facility_type, item, _, _ in PRICED}

    assert {code for _, code in tried} == UNPRICED.union(*UNPRICED_OF.values())
    for facility_type in TABLES:
        for entry in rules_for(facility_type, 2026).entries:
            if is_unpriced(facility_type, entry.item.code):
                assert (facility_type, entry.item.code) in tried


def test_the_table_of_1_of_a_kodomoen_is_that_of_a_kindergarten_without_its_chief() -> None:
    kindergarten = [entry.item.code for entry in rules_for("kindergarten", 2026).tables["1"].entries]
    kodomoen = [entry.item.code for entry in rules_for("certified_kodomoen", 2026).tables["1"].entries]

    assert set(kindergarten) - set(kodomoen) == {"chief_teacher"}
    assert set(kodomoen) - set(kindergarten) == {
        "no_dedicated_chief",
        "class_organisation",
        "elderly_employment",
    }
    common = [code for code in kodomoen if code in kindergarten]
    assert common == [code for code in kindergarten if code in kodomoen]


def test_automatic_items_have_no_row_to_miss() -> None:
    assert not any(is_unpriced(facility_type, code) for facility_type in TABLES for code in AUTOMATIC)
