"""The rules of each year: what stands in its table, and how 処遇改善 was computed (pricing.md §7, §9, D13)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pricing import InputProblems, RateBook, calculate, parse, read_book
from pricing.checks import not_in_year
from pricing.month import Month, first_month_met_on
from pricing.problems import MissingPrice, NoRuleSet
from pricing.quoting import answer
from pricing.rule_sets import TABLES, rules_for

HEADER = (
    "facility_type,region_percent,capacity_min,capacity_max,certification,age_class,hours,item,variant,unit,"
    "amount,treatment_yen,c_tenths,enrolled_min,enrolled_max"
)
# Figures of the published R5 form copies (pricing.md §7.1, WE2) and invented ones; c must not matter before R7.
ROWS = """
nursery,10,81,90,2,4plus,standard,base,,child_month,48530,450,25,,
nursery,10,81,90,3,12,standard,base,,child_month,120010,1170,25,,
nursery,10,81,90,23,,,team_childcare,,child_month,4860,40,24,,
nursery,,,,,,,treatment_ii,a,headcount_month,48900,,,,
nursery,,,,,,,treatment_ii,b,headcount_month,6110,,,,
nursery,,,,,,,treatment_iii,,headcount_month,11000,,,,
nursery,10,,,2,4plus,,age4plus_staffing,,child_month,3200,30,,,
"""


TOML = (
    'id = "{year}-04"\nfiscal_year = {year}\neffective_from = {year}-04-01\nstatus = "sample"\nsource = "x"\n'
)


def book_of(year: int) -> RateBook:
    return read_book(TOML.format(year=year), {"n.csv": HEADER + ROWS})


def claim_of(month: str, items: list[dict[str, Any]], *, base: int = 12, wage: int = 7) -> dict[str, Any]:
    return {
        "facility_type": "nursery",
        "region_percent": 10,
        "capacity": {"23": 90},
        "month": month,
        "children": [
            {"certification": "2", "age_class": "4plus", "hours": "standard", "count": 55},
            {"certification": "3", "age_class": "12", "hours": "standard", "count": 30},
        ],
        "treatment": {"base_percent": base, "wage_percent": wage},
        "items": items,
    }


def amounts(document: dict[str, Any], book: RateBook) -> dict[str, int]:
    return {line.code: line.amount_yen for line in calculate(parse(document), book).lines}


def test_until_r6_the_treatment_part_follows_one_rate_and_no_row_rate() -> None:
    found = amounts(claim_of("2023-06", [{"code": "team_childcare", "extra_staff": 1}]), book_of(2023))

    assert found == {
        "base": 55 * 48_530 + 30 * 120_010,
        "treatment_i": 55 * 8_550 + 30 * 22_230,  # F10(450 × 19), F10(1,170 × 19)
        "team_childcare": 477_700,  # WE2
    }


def test_from_r7_the_same_prices_carry_the_rate_of_the_row() -> None:
    found = amounts(claim_of("2025-06", [], wage=6), book_of(2025))

    assert found["treatment_1_2"] == 55 * 9_220 + 30 * 23_980  # F10(450 × 20.5), F10(1,170 × 20.5)


def test_ii_and_iii_are_divided_among_the_children() -> None:
    items = [
        {"code": "treatment_ii", "headcount_a": 4, "headcount_b": 3},
        {"code": "treatment_iii", "headcount": 18},
    ]

    found = amounts(claim_of("2023-06", items), book_of(2023))

    assert found["treatment_ii"] == (4 * 48_900 + 3 * 6_110) // 850 * 10 * 85
    assert found["treatment_iii"] == 18 * 11_000 // 850 * 10 * 85


@pytest.mark.parametrize(
    ("month", "book", "code", "options"),
    [
        ("2023-06", 2023, "age4plus_staffing", {}),
        ("2023-06", 2023, "treatment_3", {"headcount_a": 1, "headcount_b": 1}),
        ("2024-06", 2024, "age1_staffing", {}),
        ("2025-06", 2025, "no_safety_plan", {}),
        ("2026-03", 2025, "ict", {}),
        ("2025-06", 2025, "treatment_ii", {"headcount_a": 1, "headcount_b": 1}),
        ("2025-06", 2025, "treatment_iii", {"headcount": 1}),
        ("2016-06", 2016, "treatment_ii", {"headcount_a": 1, "headcount_b": 1}),
    ],
)
def test_an_item_outside_its_years_is_refused(
    month: str, book: int, code: str, options: dict[str, int]
) -> None:
    document = claim_of(month, [{"code": code, **options}], wage=6)
    if code == "age1_staffing":
        document["children"][1]["age_class"] = "1"

    with pytest.raises(InputProblems) as refusal:
        calculate(parse(document), book_of(book))

    assert refusal.value.problems[0].path == "items[0].code"
    assert f"{Month(book, 4).words.split('年')[0]}年度の表にない項目" in refusal.value.problems[0].message


@pytest.mark.parametrize(
    ("code", "year", "years"),
    [
        ("age4plus_staffing", 2023, "令和6年度からの項目"),
        ("treatment_iii", 2025, "令和4年度から令和6年度までの項目"),
        ("saturday_closure", 2019, "令和2年度からの項目"),
        ("side_dish_exemption", 2018, "令和元年度からの項目"),
    ],
)
def test_only_the_year_is_to_blame_where_another_has_the_item(code: str, year: int, years: str) -> None:
    assert years in not_in_year(code, rules_for("nursery", year))


def test_an_item_the_type_never_had_cannot_be_claimed() -> None:
    assert "保育所では請求できない項目" in not_in_year("bus", rules_for("nursery", 2026))


def test_the_exemption_of_side_dishes_begins_in_october_2019() -> None:
    item = {"code": "side_dish_exemption", "children": 4}
    rows = HEADER + ROWS + "nursery,,,,2,,,side_dish_exemption,,child_month,4500,,,,\n"
    book = read_book(TOML.format(year=2019), {"n.csv": rows})

    found = answer(claim_of("2019-09", [item]), [book])["errors"]
    assert [(one["path"], "令和元年10月分から" in one["message"]) for one in found] == [
        ("items[0].code", True)
    ]
    assert amounts(claim_of("2019-10", [item]), book)["side_dish_exemption"] == 4 * 4_500


@pytest.mark.parametrize(
    ("year", "asked", "path"),
    [
        (2019, {"code": "nutrition"}, ""),
        (2019, {"code": "nutrition", "variant": "a"}, "items[0].variant"),
        (2020, {"code": "nutrition", "variant": "a"}, ""),
        (2020, {"code": "nutrition"}, "items[0].variant"),
    ],
)
def test_nutrition_has_a_b_and_c_from_r2(year: int, asked: dict[str, Any], path: str) -> None:
    row = "nursery,,,,23,,,nutrition,{},facility_month,85000,,,,\n"
    rows = row.format("") + row.format("a")
    book = read_book(TOML.format(year=year), {"n.csv": HEADER + ROWS + rows})

    found = answer(claim_of(f"{year}-06", [asked]), [book])

    assert [error["path"] for error in found.get("errors", [])] == ([path] if path else [])
    if not path:
        assert found["total_yen"] > answer(claim_of(f"{year}-06", []), [book])["total_yen"]


def test_everything_that_is_wrong_is_told_at_once_the_year_and_the_book_too() -> None:
    document = claim_of("2023-06", [{"code": "ict", "variant": "x"}, {"code": "rent", "variant": "x"}])
    document["month"] = "2027-03"
    document["ratebook"] = "2023-04"

    found = answer(document, [book_of(2023)])["errors"]

    assert [error["path"] for error in found] == ["items[0].code", "items[0].variant", "items[1].variant"]
    document |= {"month": "2022-06", "region_percent": 7}
    found = answer(document, [book_of(2023)])["errors"]
    assert [error["path"] for error in found][:1] == ["region_percent"]
    assert "には使えません" in next(error["message"] for error in found if error["path"] == "ratebook")


def test_every_missing_row_is_named_in_one_refusal() -> None:
    document = claim_of("2023-06", [{"code": "treatment_ii", "headcount_a": 1, "headcount_b": 1}])
    document["children"] += [
        {"certification": "2", "age_class": "3", "hours": "standard", "count": 3},
        {"certification": "2", "age_class": "4plus", "hours": "short", "count": 2},
        {"certification": "3", "age_class": "0", "hours": "standard", "count": 2},
    ]
    rows = "\n".join(row for row in ROWS.splitlines() if "treatment_ii," not in row)
    book = read_book(TOML.format(year=2023), {"n.csv": HEADER + rows})

    with pytest.raises(MissingPrice) as stop:
        calculate(parse(document), book)

    words = [problem.message.partition("に「")[2].partition("、単位")[0] for problem in stop.value.problems]
    assert [word.partition("」")[0] for word in words] == ["基本分単価"] * 3 + ["処遇改善等加算Ⅱ"] * 2
    assert [word.rpartition("定員81〜90人・")[2] for word in words[:3]] == [
        "2号・4歳以上児・短時間",
        "2号・3歳児・標準時間",
        "3号・乳児・標準時間",
    ]


def test_iii_begins_in_october_2022() -> None:
    document = claim_of("2022-09", [{"code": "treatment_iii", "headcount": 1}])

    with pytest.raises(InputProblems, match="令和4年10月"):
        parse(document)

    document["month"] = "2022-10"
    assert "treatment_iii" in amounts(document, book_of(2022))


@pytest.mark.parametrize("facility_type", TABLES)
@pytest.mark.parametrize("year", range(2015, 2028))
def test_every_year_has_one_treatment_of_the_base(facility_type: str, year: int) -> None:
    for table in rules_for(facility_type, year).tables.values():
        codes = table.by_code
        assert ("treatment_1_2" in codes) == ("treatment_3" in codes) == (year >= 2025)
        assert ("treatment_i" in codes) == (year <= 2024)
        assert ("treatment_ii" in codes) == (2017 <= year <= 2024)
        assert ("treatment_iii" in codes) == (2022 <= year <= 2024)
        assert (
            ("ict" in codes)
            == ("no_safety_plan" in codes)
            == ("no_management_report" in codes)
            == (year >= 2026)
        )


@pytest.mark.parametrize(
    ("wage", "month", "fits"), [(1, "2015-06", True), (1, "2025-06", False), (3, "2024-06", True)]
)
def test_the_rates_of_a_month_are_those_of_its_year(wage: int, month: str, fits: bool) -> None:
    document = claim_of(month, [], wage=wage)

    found = answer(document, [book_of(int(month[:4]))])

    assert ("total_yen" in found) == fits


def test_before_h27_there_was_no_official_price() -> None:
    with pytest.raises(NoRuleSet, match="平成26年度の保育所"):
        rules_for("nursery", 2014)


@pytest.mark.parametrize(
    ("month", "words"),
    [
        (Month(2015, 4), "平成27年4月"),
        (Month(2019, 4), "平成31年4月"),
        (Month(2019, 5), "令和元年5月"),
        (Month(2026, 12), "令和8年12月"),
    ],
)
def test_months_are_said_in_their_era(month: Month, words: str) -> None:
    assert month.words == words


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2026, 6, 1), Month(2026, 6)),
        (date(2026, 6, 2), Month(2026, 7)),
        (date(2026, 6, 30), Month(2026, 7)),
        (date(2026, 12, 1), Month(2026, 12)),
        (date(2026, 12, 2), Month(2027, 1)),
    ],
)
def test_an_item_begins_in_the_month_after_its_condition_is_met_unless_that_is_the_first(
    day: date, month: Month
) -> None:
    assert first_month_met_on(day) == month
