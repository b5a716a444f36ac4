"""A 認定こども園 with nobody in one of its systems, and 定員超過 at the edges of its table (D3, D16, D17)."""

from __future__ import annotations

from typing import Any

import pytest

from pricing import RateBook, calculate, parse, read_book
from pricing.books import shipped_books
from pricing.problems import MissingPrice
from pricing.quoting import answer
from pricing.rule_sets import rules_for
from tests.pricing.conftest import read_json

CLAIM: dict[str, Any] = read_json("cases/certified_kodomoen.json")["claim"]
OF_1 = [child for child in CLAIM["children"] if child["certification"] == "1"]
OF_23 = [child for child in CLAIM["children"] if child["certification"] != "1"]
WHOLE = {"code": "nutrition", "variant": "a"}


def answered(children: list[dict[str, Any]], *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return answer(CLAIM | {"children": children, "items": list(items)} | changes, shipped_books())


@pytest.mark.parametrize(
    ("children", "words"),
    [(OF_23, "1号の初日在籍が0人"), (OF_1, "2・3号の初日在籍が0人")],
    ids=["nobody of 1号", "nobody of 2・3号"],
)
def test_half_of_a_whole_facility_item_is_never_lost_in_silence(
    children: list[dict[str, Any]], words: str
) -> None:
    found = answered(children, WHOLE, {"code": "no_dedicated_chief"})

    assert [error["path"] for error in found["errors"]] == ["items[0].code", "items[1].code"]
    assert all(words in error["message"] for error in found["errors"])
    assert "この項目を外し" in found["errors"][0]["message"]
    assert ("1号利用子どもがいない場合" in found["errors"][0]["message"]) == (children is OF_23)


def test_an_entrant_alone_is_not_enrolled() -> None:
    entrant = OF_1[0] | {"count": 1, "mid_month_days": 5}

    assert [error["path"] for error in answered([*OF_23, entrant], WHOLE)["errors"]] == ["items[0].code"]


def test_without_a_capacity_of_one_system_the_other_is_priced_alone() -> None:
    found = answered(OF_23, WHOLE, capacity={"23": 90})

    assert [line["certification"] for line in found["lines"] if line["code"] == "nutrition"] == ["23"]


def test_items_of_children_are_priced_where_there_are_children() -> None:
    found = answered(OF_23, {"code": "climate", "variant": "other"})

    assert {line["certification"] for line in found["lines"]} == {"23"}


# ---------------------------------------------------------------- 定員超過

HEADER = (
    "facility_type,region_percent,capacity_min,capacity_max,certification,age_class,hours,item,variant,unit,"
    "amount,treatment_yen,c_tenths,enrolled_min,enrolled_max"
)
TOML = 'id = "c"\nfiscal_year = 2026\neffective_from = 2026-04-01\nstatus = "sample"\nsource = "x"\n'


def book_with(*rates: str) -> RateBook:
    base = [
        "kindergarten,,1,100,1,,,base,,child_month,1000,,,,",
        "kindergarten,,101,,1,,,base,,child_month,900,,,,",
    ]
    return read_book(TOML, {"k.csv": "\n".join([HEADER, *base, *rates])})


def deducted(book: RateBook, capacity: int, children: int) -> int:
    claim = {
        "facility_type": "kindergarten",
        "region_percent": 10,
        "capacity": {"1": capacity},
        "month": "2026-06",
        "children": [{"certification": "1", "age_class": "3", "hours": "education", "count": children}],
        "treatment": {"base_percent": 10, "wage_percent": 6},
        "items": [{"code": "over_capacity"}],
    }
    lines = calculate(parse(claim), book).lines
    return next(line.amount_yen for line in lines if line.code == "over_capacity")


def test_up_to_the_maximum_of_the_band_nothing_is_taken_even_where_a_row_covers_it() -> None:
    book = book_with("kindergarten,,1,100,1,,,over_capacity,,percent,90,,,90,120")

    assert deducted(book, 90, 90) == deducted(book, 90, 100) == 0
    assert deducted(book, 90, 101) == -100 * 101


def test_an_open_band_without_rows_names_the_row_that_is_missing() -> None:
    book = book_with()

    assert deducted(book, 120, 120) == 0
    with pytest.raises(MissingPrice, match="定員101人以上・1号・初日在籍121人"):
        deducted(book, 120, 121)


def test_in_an_open_band_the_first_row_tells_where_it_begins() -> None:
    book = book_with("kindergarten,,101,,1,,,over_capacity,,percent,90,,,131,")

    assert deducted(book, 120, 130) == 0
    assert deducted(book, 120, 131) == -90 * 131
    assert deducted(book, 140, 140) == 0


def test_every_whole_facility_item_is_divided_by_children() -> None:
    """The refusal above asks for N; an item without it could not be refused so."""
    for entry in rules_for("certified_kodomoen", 2026).entries:
        assert not entry.whole_facility or entry.item.unit in {
            "facility_month",
            "facility_march",
            "headcount_month",
        }
