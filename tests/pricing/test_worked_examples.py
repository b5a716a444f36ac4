"""The worked examples of the specification, to the line."""

from __future__ import annotations

import re
from typing import Any

from pricing import SECTION_LABELS, Quote, quote_as_dict, shipped_books
from pricing.quoting import answer, quote


def amounts(found: Quote) -> dict[str, int]:
    return {line.code: line.amount_yen for line in found.lines}


def test_the_kindergarten_of_the_contract_comes_to_7007150_yen(kindergarten_claim: dict[str, Any]) -> None:
    found = quote(kindergarten_claim, shipped_books())

    assert amounts(found) == {
        "base": 4_160_350,
        "treatment_1_2": 711_450,
        "vice_principal": 85_500,
        "age3_staffing": 326_400,
        "age4plus_staffing": 256_200,
        "under_age3_intake": 326_800,
        "team_teaching": 587_100,
        "bus": 95_000,
        "side_dish_exemption": 20_400,
        "chief_teacher": 152_950,
        "office_staff": 105_450,
        "treatment_3": 168_150,
        "climate": 11_400,
    }
    assert found.total_yen == 7_007_150


def test_the_nursery_on_the_sample_book_comes_to_12028530_yen(nursery_claim: dict[str, Any]) -> None:
    found = quote(nursery_claim, shipped_books())

    assert amounts(found) == {
        "base": 8_708_310,
        "treatment_1_2": 1_424_230,
        "age3_staffing": 194_220,
        "age4plus_staffing": 138_600,
        "age1_staffing": 302_120,
        "holiday_care": 275_440,
        "rent": 407_440,
        "side_dish_exemption": 19_600,
        "saturday_closure": -214_950,
        "chief_nursery_teacher": 407_440,
        "office_staff": 72_160,
        "treatment_3": 226_160,
        "climate": 10_560,
        "nutrition": 57_200,
    }
    assert found.total_yen == 12_028_530


def test_110_children_at_100_places_are_priced_at_95_percent(kindergarten_claim: dict[str, Any]) -> None:
    kindergarten_claim["children"][0]["count"] = 75
    kindergarten_claim["items"] = [{"code": "over_capacity"}]

    found = quote(kindergarten_claim, shipped_books())

    deduction = next(line for line in found.lines if line.code == "over_capacity")
    assert deduction.summary == "調整率 95/100"
    assert [(part.age_class, part.unit_yen) for part in deduction.parts] == [
        ("4plus", 44_900 - 47_270),
        ("3", 55_250 - 58_160),
        ("3mid", 55_250 - 58_160),
    ]


def test_the_lines_come_in_the_order_of_the_official_table(kindergarten_claim: dict[str, Any]) -> None:
    kindergarten_claim["items"].reverse()

    found = quote(kindergarten_claim, shipped_books())

    assert [line.number for line in found.lines] == list("⑤⑥⑦⑧⑨⑩⑫⑬⑯⑲㉒㉕㉖")


def test_the_answer_has_the_shape_of_the_contract(kindergarten_claim: dict[str, Any]) -> None:
    found = answer(kindergarten_claim, shipped_books())

    first = found["lines"][0]
    assert found["total_yen"] == 7_007_150
    assert (first["code"], first["label"], first["amount_yen"]) == ("base", "基本分単価", 4_160_350)
    assert first["parts"][0] == {
        "age_class": "4plus",
        "hours": "education",
        "unit_yen": 40_400,
        "quantity": 60,
        "amount_yen": 2_424_000,
    }
    assert first["section"] in SECTION_LABELS
    assert found["ratebook"]["id"] == "2026-04"
    assert found["ratebook"]["status"] == "official"
    assert found["ratebook"]["source"]


def test_the_book_in_force_is_taken_when_none_is_named(kindergarten_claim: dict[str, Any]) -> None:
    del kindergarten_claim["ratebook"]

    found = quote(kindergarten_claim, shipped_books())

    assert (found.book.id, found.total_yen) == ("2026-04", 7_007_150)


def test_a_facility_item_explains_itself_with_its_numbers(kindergarten_claim: dict[str, Any]) -> None:
    found = quote(kindergarten_claim, shipped_books())

    line = next(line for line in found.lines if line.code == "chief_teacher")
    assert [(step.label, step.text) for step in line.steps] == [
        (
            "単価",
            "124,660円（月・施設） 令和8年度 単価表（4月から） 幼稚園 1号 ⑲ 主幹教諭等専任（全地域・全定員）",
        ),
        ("処遇改善分", "1,240円 ×（10 + 6 + 7.5）= 29,140円 → 10円未満切捨てで29,140円"),
        ("1人あたり", "（124,660円 + 29,140円）÷ 95人 = 1,618.9円 → 10円未満切捨てで1,610円"),
        ("金額", "1,610円 × 95人 = 152,950円"),
        ("根拠", "施設の額 ÷ 初日在籍数（10円未満切捨て）× 子どもの数"),
    ]
    assert line.summary == "施設の額 ÷ 95人"
    assert [(step.kind, step.values) for step in line.steps] == [
        (
            "price",
            {
                "row": {
                    "book": "2026-04",
                    "facility_type": "kindergarten",
                    "certification": "1",
                    "item": "chief_teacher",
                    "unit": "facility_month",
                    "amount": 124_660,
                    "treatment_yen": 1_240,
                    "c_tenths": 75,
                }
            },
        ),
        (
            "treatment",
            {
                "treatment_yen": 1_240,
                "base_percent": 10,
                "wage_percent": 6,
                "c_tenths": 75,
                "unit_yen": 29_140,
                "rounding": "floor10",
            },
        ),
        ("share", {"total_yen": 153_800, "persons": 95, "unit_yen": 1_610, "rounding": "floor10"}),
        ("amount", {"unit_yen": 1_610, "quantity": 95, "amount_yen": 152_950}),
        ("rule", {"rule": "D3"}),
    ]


def test_every_line_says_why_in_words_and_steps(
    kindergarten_claim: dict[str, Any], nursery_claim: dict[str, Any]
) -> None:
    for claim in (kindergarten_claim, nursery_claim):
        for line in quote(claim, shipped_books()).lines:
            assert line.reason.endswith("。")
            assert line.summary
            assert line.steps[-1].label == "根拠"
            assert "単価表" in line.source
            assert line.steps[-1].values["rule"]
            assert line.source.endswith(f"／{line.steps[-1].text}")
            assert re.search(r"\bD[0-9]", "".join(step.text for step in line.steps)) is None


def test_a_sample_book_says_so_in_every_source(nursery_claim: dict[str, Any]) -> None:
    found = quote_as_dict(quote(nursery_claim, shipped_books()))

    assert found["ratebook"]["status"] == "sample"
    assert all("見本" in line["source"] for line in found["lines"])
