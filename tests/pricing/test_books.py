"""The shipped books hold together, and a mistyped book is told where."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pricing import (
    BookProblems,
    Month,
    NoBookInForce,
    RateBook,
    load_book,
    read_book,
    shipped_books,
)
from pricing.books import COLUMNS, PriceRow, book_in_force
from pricing.quoting import answer
from pricing.vocabulary import REGION_PERCENTS, region_words

OFFICIAL = next(book for book in shipped_books() if book.id == "2026-04")
SAMPLE = next(book for book in shipped_books() if book.id == "2026-04-sample")
HEADER = ",".join(COLUMNS)
TOML = """\
id = "2030-04"
fiscal_year = 2030
effective_from = 2030-04-01
status = "official"
source = "試験用"
"""
ROW = "kindergarten,10,91,105,1,4plus,,base,,child_month,40400,380,21,,"


def series(book: RateBook) -> dict[tuple[Any, ...], dict[int, PriceRow]]:
    """The rows of one price across the eight regions."""
    found: dict[tuple[Any, ...], dict[int, PriceRow]] = defaultdict(dict)
    for row in book.rows:
        if row.region_percent is not None and row.unit != "percent":
            key = (row.facility_type, row.item, row.variant, row.certification, row.age_class, row.hours)
            found[(*key, row.capacity_min, row.capacity_max)][row.region_percent] = row
    return found


# ---------------------------------------------------------------- properties of the tables


def test_the_shipped_books_cover_every_facility_type_once() -> None:
    assert OFFICIAL.facility_types == ("kindergarten",)
    assert len(SAMPLE.facility_types) == 8
    assert not set(OFFICIAL.facility_types) & set(SAMPLE.facility_types)


@pytest.mark.parametrize("book", [OFFICIAL, SAMPLE], ids=lambda book: book.id)
def test_prices_are_linear_in_the_region_within_12_yen(book: RateBook) -> None:
    found = series(book)

    assert found
    for key, rows in found.items():
        assert set(rows) == set(REGION_PERCENTS), key
        start, slope = fitted_line({percent: row.amount for percent, row in rows.items()})
        for percent, row in rows.items():
            assert abs(row.amount - start - slope * percent) <= 12, (key, percent)


def fitted_line(points: dict[int, int]) -> tuple[Fraction, Fraction]:
    """The least-squares line through the points, exactly."""
    middle_x = Fraction(sum(points), len(points))
    middle_y = Fraction(sum(points.values()), len(points))
    slope = sum((x - middle_x) * (y - middle_y) for x, y in points.items()) / sum(
        (x - middle_x) ** 2 for x in points
    )
    return middle_y - slope * middle_x, Fraction(slope)


def test_a_three_year_old_costs_more_by_exactly_the_better_staffing() -> None:
    """基本分の3歳児 − 4歳以上児 = 3歳児配置改善: one teacher's cost × (1/20 − 1/30)."""
    for row in OFFICIAL.rows:
        if row.item != "base" or row.age_class != "3":
            continue
        table = OFFICIAL.table("kindergarten", row.region_percent or 0, row.capacity_min or 1)
        older = table.price("base", "child_month", certification="1", age_class="4plus")
        staffing = table.price("age3_staffing", "child_month", certification="1", age_class="3")
        assert row.amount - older.amount == staffing.amount


@pytest.mark.parametrize("book", [OFFICIAL, SAMPLE], ids=lambda book: book.id)
def test_every_price_of_a_child_and_month_is_a_multiple_of_ten(book: RateBook) -> None:
    assert all(
        row.amount % 10 == 0 for row in book.rows if row.unit in ("child_month", "child_month_per_weekday")
    )


@pytest.mark.parametrize(
    ("book", "item", "facility_type"),
    [(OFFICIAL, "team_teaching", "kindergarten"), (SAMPLE, "team_childcare", "nursery")],
    ids=["kindergarten", "nursery"],
)
def test_team_teaching_times_the_band_is_the_same_teacher(
    book: RateBook, item: str, facility_type: str
) -> None:
    costs = [
        row.amount * row.capacity_max
        for row in book.rows
        if row.item == item
        and row.facility_type == facility_type
        and row.region_percent == 10
        and row.capacity_max
    ]

    assert len(costs) >= 20
    assert max(costs) - min(costs) <= max(costs) // 100


def test_standard_minus_short_hours_is_equal_for_all_ages_of_a_band() -> None:
    gaps: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for row in SAMPLE.rows:
        if row.facility_type == "nursery" and row.item == "base" and row.hours == "standard":
            table = SAMPLE.table("nursery", row.region_percent or 0, row.capacity_min or 1)
            short = table.price(
                "base", "child_month", certification=row.certification, age_class=row.age_class, hours="short"
            )
            gaps[(row.region_percent, row.capacity_min)].add(row.amount - short.amount)
    assert gaps
    assert all(max(found) - min(found) <= 10 for found in gaps.values())


def test_the_treatment_price_follows_from_the_base() -> None:
    """treatment_yen = floor10((base − y) / 100) with one y per age class, 2,040 < y ≤ 2,050 …"""
    for age, least, most in (("4plus", 0, 2_500), ("3", 0, 2_500)):
        rows = [row for row in OFFICIAL.rows if row.item == "base" and row.age_class == age]
        fitting = [
            y
            for y in range(least, most, 10)
            if all((row.amount - y) // 100 // 10 * 10 == row.treatment_yen for row in rows)
        ]
        assert fitting, age


def test_the_odd_value_of_the_transcription_is_kept_as_found() -> None:
    odd = [row.amount for row in OFFICIAL.rows if row.item == "special_support" and row.variant == "d"]

    assert odd == [150_453]


def test_the_table_of_over_capacity_falls_as_the_children_grow() -> None:
    for book, facility_type in ((OFFICIAL, "kindergarten"), (SAMPLE, "nursery")):
        bands: dict[tuple[Any, ...], list[PriceRow]] = defaultdict(list)
        for row in book.rows:
            if row.item == "over_capacity" and row.facility_type == facility_type:
                bands[(row.region_percent, row.capacity_min)].append(row)
        for rows in bands.values():
            rows.sort(key=lambda row: row.enrolled_min or 0)
            assert all(one.amount >= other.amount for one, other in pairwise(rows))
            assert all((one.enrolled_max or 0) + 1 == other.enrolled_min for one, other in pairwise(rows))
            assert rows[-1].enrolled_max is None


# ---------------------------------------------------------------- which book is in force


def small_book(
    name: str, *, status: str = "official", effective: str = "2030-04-01", year: int = 2030
) -> RateBook:
    toml = TOML.replace("2030-04-01", effective).replace("official", status).replace('"2030-04"', f'"{name}"')
    return read_book(
        toml.replace("2030", str(year), 1) if year != 2030 else toml, {"a.csv": f"{HEADER}\n{ROW}\n"}
    )


def test_the_latest_book_not_after_the_month_is_in_force() -> None:
    spring, autumn = small_book("spring"), small_book("autumn", effective="2030-10-01")

    assert book_in_force("kindergarten", Month(2030, 9), [spring, autumn]) is spring
    assert book_in_force("kindergarten", Month(2030, 10), [spring, autumn]) is autumn
    assert book_in_force("kindergarten", Month(2031, 3), [autumn, spring]) is autumn


def test_at_equal_date_official_goes_before_provisional_before_sample() -> None:
    sample, provisional, official = (
        small_book(name, status=name) for name in ("sample", "provisional", "official")
    )

    assert book_in_force("kindergarten", Month(2030, 4), [official, provisional, sample]) is official
    assert book_in_force("kindergarten", Month(2030, 4), [sample, provisional]) is provisional


def test_a_month_without_a_book_is_an_error() -> None:
    with pytest.raises(NoBookInForce, match="令和8年3月に有効な幼稚園の単価表がありません"):
        book_in_force("kindergarten", Month(2026, 3))


def test_a_new_year_with_the_same_rules_needs_only_its_book(kindergarten_claim: dict[str, Any]) -> None:
    book = small_book("2030-04")
    kindergarten_claim |= {"month": "2030-06", "items": []}
    del kindergarten_claim["ratebook"]
    kindergarten_claim["children"] = kindergarten_claim["children"][:1]

    found = answer(kindergarten_claim, [*shipped_books(), book])

    assert found["ratebook"]["id"] == "2030-04"
    assert found["total_yen"] == 60 * (40_400 + 6_870)


def test_an_item_without_a_shipped_price_works_on_a_book_that_has_one(
    kindergarten_claim: dict[str, Any],
) -> None:
    """−(1,000 + F10(10 × (10 + 6 + 2.5)) = 180) × 110 children × 2 missing teachers; D7 multiplies it."""
    rows = "\n".join(
        [
            ROW,
            "kindergarten,10,91,105,1,,,below_staffing,,child_month,1000,10,25,,",
            "kindergarten,10,91,105,1,,,over_capacity,,percent,90,,,106,",
        ]
    )
    book = read_book(TOML, {"a.csv": f"{HEADER}\n{rows}\n"})
    kindergarten_claim |= {"month": "2030-06", "ratebook": "2030-04"}
    kindergarten_claim["items"] = [{"code": "below_staffing", "headcount": 2}, {"code": "over_capacity"}]
    kindergarten_claim["children"] = [kindergarten_claim["children"][0] | {"count": 110}]

    found = {line["code"]: line["amount_yen"] for line in answer(kindergarten_claim, [book])["lines"]}

    assert found["below_staffing"] == -110 * 2 * 1_180
    assert found["over_capacity"] == 110 * (40_410 - 44_910)  # F10((47,270 − 2,360) × 0.9) = 40,410


def test_a_price_by_age_is_priced_by_age(nursery_claim: dict[str, Any]) -> None:
    """The official table prints 夜間保育 by age; the same item then has a part for each class."""
    rows = [
        "nursery,10,81,90,3,0,standard,base,,child_month,200000,,,,",
        "nursery,10,81,90,3,12,standard,base,,child_month,100000,,,,",
        "nursery,10,81,90,23,0,,night_care,,child_month,7000,100,0,,",
        "nursery,10,81,90,23,12,,night_care,,child_month,5000,50,0,,",
    ]
    book = read_book(TOML, {"a.csv": "\n".join([HEADER, *rows]) + "\n"})
    nursery_claim |= {"month": "2030-06", "ratebook": "2030-04", "items": [{"code": "night_care"}]}
    nursery_claim["children"] = [nursery_claim["children"][0], nursery_claim["children"][1]]

    line = answer(nursery_claim, [book])["lines"][-1]

    assert [(part["age_class"], part["unit_yen"], part["quantity"]) for part in line["parts"]] == [
        ("1", 5_750, 13),
        ("0", 8_500, 8),
    ]
    assert line["amount_yen"] == 13 * 5_750 + 8 * 8_500


def test_a_count_beyond_every_row_of_the_band_stops(kindergarten_claim: dict[str, Any]) -> None:
    rows = f"{ROW}\nkindergarten,10,91,105,1,,,over_capacity,,percent,90,,,106,120"
    book = read_book(TOML, {"a.csv": f"{HEADER}\n{rows}\n"})
    kindergarten_claim |= {"month": "2030-06", "ratebook": "2030-04", "items": [{"code": "over_capacity"}]}
    kindergarten_claim["children"] = [kindergarten_claim["children"][0] | {"count": 121}]

    found = answer(kindergarten_claim, [book])

    assert [error["path"] for error in found["errors"]] == ["ratebook"]
    assert "初日在籍121人" in found["errors"][0]["message"]


def test_a_count_beyond_every_row_of_an_open_band_stops(kindergarten_claim: dict[str, Any]) -> None:
    open_band = ROW.replace("91,105", "91,")
    rows = f"{open_band}\nkindergarten,10,91,,1,,,over_capacity,,percent,90,,,106,120"
    book = read_book(TOML, {"a.csv": f"{HEADER}\n{rows}\n"})
    kindergarten_claim |= {"month": "2030-06", "ratebook": "2030-04", "items": [{"code": "over_capacity"}]}
    kindergarten_claim["children"] = [kindergarten_claim["children"][0] | {"count": 121}]

    found = answer(kindergarten_claim, [book])

    assert "初日在籍121人" in found["errors"][0]["message"]


def test_a_capacity_outside_every_band_stops(kindergarten_claim: dict[str, Any]) -> None:
    book = small_book("2030-04")
    kindergarten_claim |= {"month": "2030-06", "ratebook": "2030-04", "items": [], "capacity": {"1": 106}}

    found = answer(kindergarten_claim, [book])

    assert found["errors"][0]["path"] == "ratebook"
    assert (
        "「基本分単価」（base）の行がありません（幼稚園・10/100地域・定員106人以上・1号・4歳以上児"
        in (found["errors"][0]["message"])
    )


# ---------------------------------------------------------------- reading a book


def problems_of(rows: str, toml: str = TOML) -> list[tuple[str, str]]:
    with pytest.raises(BookProblems) as stop:
        read_book(toml, {"book.csv": rows})
    return [tuple(problem) for problem in stop.value.problems]


@pytest.mark.parametrize(
    ("bad", "path", "says"),
    [
        (ROW.replace("40400", "40,400"), "book.csv:2", "列が16あります"),
        (ROW.replace("40400", ""), "book.csv:2", "amount: 空です"),
        (ROW.replace("40400", "404.5"), "book.csv:2", "amount: 「404.5」は使えません"),
        (ROW.replace("40400", "-40400"), "book.csv:2", "amount: 「-40400」は使えません"),
        (ROW.replace("40400", "４０４００"), "book.csv:2", "amount: 「４０４００」は使えません"),
        (ROW.replace("40400", "99999999999"), "book.csv:2", "amount"),
        (ROW.replace("kindergarten", "school"), "book.csv:2", "facility_type: 「school」は使えません"),
        (ROW.replace(",10,", ",7,"), "book.csv:2", "「7」という地域区分はありません"),
        (ROW.replace("4plus", "5"), "book.csv:2", "age_class: 「5」は使えません"),
        (ROW.replace("child_month", "child_week"), "book.csv:2", "unit: 「child_week」は使えません"),
        (ROW.replace("base", "bass"), "book.csv:2", "item: 「bass」は使えません"),
        (ROW.replace("91,105", "105,91"), "book.csv:2", "capacity_min が capacity_max より大きく"),
        (ROW.replace("child_month,40400", "percent,101"), "book.csv:2", "割合は 0 から 100"),
        (f"{ROW}\n{ROW}", "book.csv:3", "2行目と同じ条件の単価です"),
        (f"{ROW}\n{ROW.replace('91,105', '100,120')}", "book.csv:3", "2行目と同じ条件の単価です"),
        (f"{ROW}\n{ROW.replace(',10,', ',,')}", "book.csv:2", "3行目と同じ条件の単価です"),
        (f"{ROW}\n\"", "book.csv:3", "CSV として読めません"),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_by_its_line(bad: str, path: str, says: str) -> None:
    found = problems_of(f"{HEADER}\n{bad}\n")

    assert found[0][0] == path
    assert says in found[0][1]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("kindergarten,,,,1,,,bus,,facility_month,1,,,,", ["unit: 幼稚園の「通園送迎」（bus）の単位は child_month"]),
        ("kindergarten,,,,1,,,bus,a,child_month,1,,,,", ["variant: 幼稚園の「通園送迎」（bus）に「a」という区分は"]),
        ("nursery,,,,,,,special_support,c,facility_month,1,,,,", ["に「c」という区分はありません。a・b のいずれかで"]),
        ("nursery,,,,,,,rent,,child_day,1,,,,", ["の単位は child_month です", "には区分が必要です。a_standard・"]),
        ("nursery,,,,,,,treatment_3,,headcount_month,1,,,,", ["には区分が必要です。a・b のいずれかで"]),
        ("certified_kodomoen,,,,2,,,side_dish_exemption,,child_day,1,,,,",
         ["認定こども園 2・3号の「副食費徴収免除」（side_dish_exemption）の単位は child_month です"]),
    ],
)  # fmt: skip
def test_a_row_no_claim_would_find_is_told_by_its_line(bad: str, says: list[str]) -> None:
    found = problems_of(f"{HEADER}\n{ROW}\n{bad}\n")

    assert [path for path, _ in found] == ["book.csv:3"] * len(says)
    for (_, message), words in zip(found, says, strict=True):
        assert words in message
        assert message.endswith("。")


@pytest.mark.parametrize(
    "good",
    [
        "certified_kodomoen,,,,1,,,side_dish_exemption,,child_day,1,,,,",
        # A book of before 令和2年度 has one price of 栄養管理 (pricing.md §9).
        "nursery,,,,,,,nutrition,,facility_month,1,,,,",
        "nursery,,,,,,,treatment_ii,b,headcount_month,1,,,,",
        # Not an item of the type: nobody can claim it, and nobody is misled.
        "nursery,,,,,,,bus,,child_month,1,,,,",
    ],
)
def test_a_row_of_another_system_year_or_type_is_kept(good: str) -> None:
    assert len(read_book(TOML, {"book.csv": f"{HEADER}\n{ROW}\n{good}\n"}).rows) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "ファイルが空です"),
        (f"{HEADER.replace(',amount', '')}\n", "見出しに amount がありません"),
        (f"{HEADER},price\n", "見出しの price は使えません"),
        (f"{HEADER},amount\n", "同じ列が2回"),
        (f"{HEADER}\n", "単価が1行もありません"),
    ],
)
def test_a_bad_heading_is_told(text: str, says: str) -> None:
    assert says in problems_of(text)[0][1]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("id = ", "見出しのファイル（TOML）として読めません"),
        (TOML.replace('id = "2030-04"\n', ""), "id: 文字で書いてください"),
        (TOML.replace('"official"', '"final"'), "status: official・provisional・sample"),
        (TOML.replace("2030-04-01", '"2030-04-01"'), "effective_from: 2026-04-01 の形で"),
        (TOML.replace("fiscal_year = 2030", "fiscal_year = true"), "fiscal_year: 西暦の整数で"),
        (f'{TOML}facility_types = ["school"]\n', "facility_types: 施設類型の一覧で"),
        (f'{TOML}notez = "x"\n', "notez: この項目はありません"),
        (f'{TOML}facility_types = ["nursery"]\n', "「kindergarten」は使えません"),
    ],
)
def test_a_bad_toml_is_told(toml: str, says: str) -> None:
    assert says in problems_of(f"{HEADER}\n{ROW}\n", toml)[0][1]


def test_hours_may_be_absent_and_a_bom_is_no_matter(tmp_path: Path) -> None:
    header = HEADER.replace(",hours", "")
    row = "kindergarten,10,91,105,1,4plus,base,,child_month,40400,380,21,,"
    (tmp_path / "book.csv").write_text(f"{header}\r\n{row}\r\n", encoding="utf-8-sig")
    (tmp_path / "book.toml").write_text(TOML, encoding="utf-8")

    book = load_book(tmp_path / "book.csv", tmp_path / "book.toml")

    assert (book.id, book.effective_from, len(book.rows)) == ("2030-04", date(2030, 4, 1), 1)


def test_a_book_file_that_is_not_there_or_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "book.csv").write_bytes("幼稚園".encode("cp932"))

    with pytest.raises(BookProblems) as stop:
        load_book(tmp_path / "book.csv", tmp_path / "book.toml")

    assert [problem.path for problem in stop.value.problems] == ["book.toml", "book.csv"]
    assert "読めません" in stop.value.problems[0].message
    assert "UTF-8" in stop.value.problems[1].message


def test_the_region_without_a_rate_is_called_by_its_name() -> None:
    assert region_words(0) == "その他地域"
    assert region_words(10) == "10/100地域"
    assert OFFICIAL.rows
    assert {row.place.split("・")[0] for row in OFFICIAL.rows if row.region_percent == 0} == {"その他地域"}
