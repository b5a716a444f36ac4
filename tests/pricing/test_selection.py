"""Which row prices what, which band and which book it comes from, and which rows may not stand together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from pricing import (
    BookProblems,
    Capacity,
    ChildClass,
    ClaimInput,
    InputProblems,
    ItemClaim,
    Line,
    MissingPrice,
    Month,
    NoBookInForce,
    Quote,
    RateBook,
    Treatment,
    calculate,
    read_book,
)
from pricing.books import COLUMNS, MOST_ALIKE, PriceTable, book_in_force
from pricing.quoting import answer
from pricing.rules import FIRST_MONTH_OF_TREATMENT_III
from tests.pricing.strategies import CLASSES

HEADER: Final = ",".join(COLUMNS)
ANY_REGION: Final = 10


def row(item: str, amount: int, **columns: Any) -> str:
    """One line of a book; what is not said holds for all."""
    values = {"facility_type": "nursery", "unit": "child_month", **columns, "item": item, "amount": amount}
    return ",".join(str(values.get(column, "")) for column in COLUMNS)


def book_of(
    *rows: str, year: int = 2026, month: str = "04", status: str = "official", name: str = "b"
) -> RateBook:
    toml = (
        f'id = "{name}"\nfiscal_year = {year}\neffective_from = {year}-{month}-01\n'
        f'status = "{status}"\nsource = "試験用"\n'
    )
    return read_book(toml, {"a.csv": "\n".join([HEADER, *rows]) + "\n"})


def table_of(*rows: str, capacity: int = 60, region: int = ANY_REGION, system: str = "") -> PriceTable:
    return book_of(*rows).table("nursery", region, capacity, system)


# ── Which row ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("certification", "rows", "best_first"),
    [
        ("1", ("1", "2", "3", "23", ""), ["1", ""]),
        ("2", ("1", "2", "3", "23", ""), ["2", "23", ""]),
        ("3", ("1", "2", "3", "23", ""), ["3", "23", ""]),
        ("23", ("1", "2", "3", "23", ""), ["23", ""]),
    ],
)
def test_the_narrowest_certification_prices_a_child(
    certification: str, rows: tuple[str, ...], best_first: list[str]
) -> None:
    standing = list(rows)
    for best in best_first:
        table = table_of(*(row("bus", 100, certification=one) for one in standing))
        assert table.price("bus", "child_month", certification=certification).certification == best
        standing.remove(best)
    with pytest.raises(MissingPrice):
        table_of(*(row("bus", 100, certification=one) for one in standing)).price(
            "bus", "child_month", certification=certification
        )


EVERY_AGE: Final = ("4plus", "3", "3mid", "2", "1", "12", "0", "")


@pytest.mark.parametrize(
    ("age", "best_first"),
    [
        ("4plus", ["4plus", ""]),
        ("3", ["3", ""]),
        ("3mid", ["3mid", "3", ""]),
        ("2", ["2", "12", ""]),
        ("1", ["1", "12", ""]),
        ("12", ["12", ""]),
        ("0", ["0", ""]),
        ("", [""]),
    ],
)
def test_the_narrowest_age_prices_a_child(age: str, best_first: list[str]) -> None:
    """満3歳児 by the row of 3歳児 (D10), 1- and 2-year-olds by that of both (D14), never the nearest (D12)."""
    standing = list(EVERY_AGE)
    for best in best_first:
        table = table_of(*(row("bus", 100, age_class=one) for one in standing))
        assert table.price("bus", "child_month", certification="23", age_class=age).age_class == best
        standing.remove(best)
    with pytest.raises(MissingPrice):
        table_of(*(row("bus", 100, age_class=one) for one in standing)).price(
            "bus", "child_month", certification="23", age_class=age
        )


@pytest.mark.parametrize(
    ("hours", "best_first"), [("standard", ["standard", ""]), ("short", ["short", ""]), ("", [""])]
)
def test_the_narrowest_hours_price_a_child(hours: str, best_first: list[str]) -> None:
    standing = ["standard", "short", "education", ""]
    for best in best_first:
        table = table_of(*(row("bus", 100, hours=one) for one in standing))
        assert table.price("bus", "child_month", certification="23", hours=hours).hours == best
        standing.remove(best)
    with pytest.raises(MissingPrice):
        table_of(*(row("bus", 100, hours=one) for one in standing)).price(
            "bus", "child_month", certification="23", hours=hours
        )


def test_a_variant_is_priced_by_its_own_row_and_no_other() -> None:
    table = table_of(row("rent", 100, variant="a_urban"), row("rent", 200, variant="a_standard"))

    assert table.price("rent", "child_month", certification="23", variant="a_urban").amount == 100
    assert table.price("rent", "child_month", certification="23", variant="a_standard").amount == 200
    with pytest.raises(MissingPrice, match="（rent b_urban）"):
        table.price("rent", "child_month", certification="23", variant="b_urban")


def test_a_row_of_another_unit_is_no_price_however_often_it_is_asked_for() -> None:
    table = table_of(row("bus", 100, unit="facility_month"))

    for _ in range(2):
        with pytest.raises(MissingPrice, match="単位 child_month"):
            table.price("bus", "child_month", certification="23")
        assert table.price("bus", "facility_month", certification="23").amount == 100


def test_a_row_of_the_region_and_a_row_of_all_regions_hold_and_no_other() -> None:
    rows = (row("bus", 100, region_percent=10), row("bus", 200, region_percent=3), row("meals", 300))
    book = book_of(*rows)

    for region, amount in ((10, 100), (3, 200)):
        table = book.table("nursery", region, 60)
        assert table.price("bus", "child_month", certification="23").amount == amount
        assert table.price("meals", "child_month", certification="23").amount == 300
    with pytest.raises(MissingPrice, match="6/100地域"):
        book.table("nursery", 6, 60).price("bus", "child_month", certification="23")


def test_a_row_of_another_type_is_no_price() -> None:
    book = book_of(row("bus", 100, facility_type="kindergarten"), row("night_care", 200))

    with pytest.raises(MissingPrice, match="保育所"):
        book.table("nursery", ANY_REGION, 60).price("bus", "child_month", certification="23")
    with pytest.raises(MissingPrice, match="小規模保育A型の単価がありません"):
        book.table("small_a", ANY_REGION, 12)


@pytest.mark.parametrize(
    ("system", "held", "not_held"), [("1", ("1", ""), ("2", "3", "23")), ("23", ("2", "3", "23", ""), ("1",))]
)
def test_a_table_of_a_system_has_the_rows_of_its_children(
    system: str, held: tuple[str, ...], not_held: tuple[str, ...]
) -> None:
    for certification in (*held, *not_held):
        table = table_of(row("bus", 100, certification=certification), system=system)
        asked = certification or system
        if certification in held:
            assert table.price("bus", "child_month", certification=asked).amount == 100
        else:
            with pytest.raises(MissingPrice):
                table.price("bus", "child_month", certification=asked)


# ── Which band ───────────────────────────────────────────────────────────────────────────────────

BANDS: Final = (
    row("bus", 1, capacity_max=20),
    row("bus", 2, capacity_min=21, capacity_max=30),
    row("bus", 3, capacity_min=41, capacity_max=41),
    row("bus", 4, capacity_min=51),
)


@pytest.mark.parametrize("capacities", [range(1, 61), range(60, 0, -1)], ids=["up", "down"])
def test_each_capacity_is_priced_by_its_own_band(capacities: range) -> None:
    """One book, asked again and again: what is remembered of one capacity is never told of another."""
    book = book_of(*BANDS)

    def amount(capacity: int) -> int | None:
        table = book.table("nursery", ANY_REGION, capacity)
        try:
            return table.price("bus", "child_month", certification="23").amount
        except MissingPrice:
            return None

    found = {capacity: amount(capacity) for capacity in capacities}

    assert found == {
        **dict.fromkeys(range(1, 21), 1),
        **dict.fromkeys(range(21, 31), 2),
        **dict.fromkeys(range(31, 41), None),
        41: 3,
        **dict.fromkeys(range(42, 51), None),
        **dict.fromkeys(range(51, 61), 4),
    }
    assert book.table("nursery", ANY_REGION, 21) is book.table("nursery", ANY_REGION, 30)


@pytest.mark.parametrize(
    ("capacity", "words"), [(35, "定員31〜40人"), (42, "定員42〜50人"), (50, "定員42〜50人")]
)
def test_a_gap_between_bands_is_named_by_its_ends(capacity: int, words: str) -> None:
    table = book_of(*BANDS).table("nursery", ANY_REGION, capacity)

    with pytest.raises(MissingPrice, match=f"・{words}・"):
        table.price("bus", "child_month", certification="23")


@pytest.mark.parametrize(
    ("capacity", "words"), [(5, "定員9人以下"), (60, "定員31人以上"), (20, "定員10〜30人")]
)
def test_a_missing_row_names_the_band_of_the_base(capacity: int, words: str) -> None:
    """The base has the bands a city speaks of; a finer item does not cut them."""
    rows = (
        row("base", 1, capacity_min=10, capacity_max=30), row("bus", 1, capacity_min=15, capacity_max=20),
    )  # fmt: skip
    table = book_of(*rows).table("nursery", ANY_REGION, capacity)

    with pytest.raises(MissingPrice, match=f"・{words}・"):
        table.price("rent", "child_month", certification="23")


def test_regions_and_types_have_their_own_bands() -> None:
    rows = (
        row("bus", 1, region_percent=10, capacity_max=20),
        row("bus", 2, region_percent=3, capacity_max=40),
        row("bus", 3, facility_type="kindergarten", capacity_max=60),
    )
    book = book_of(*rows)

    assert book.table("nursery", 3, 40).price("bus", "child_month", certification="23").amount == 2
    assert book.table("kindergarten", 3, 60).price("bus", "child_month", certification="1").amount == 3
    with pytest.raises(MissingPrice):
        book.table("nursery", 10, 40).price("bus", "child_month", certification="23")


@pytest.mark.parametrize(
    ("rows", "sole"),
    [
        ([{}], True),
        ([{"certification": "23"}], True),
        ([{"certification": "2"}], False),
        ([{"certification": "1"}], False),
        ([{"age_class": "3"}], False),
        ([{"hours": "short"}], False),
        ([{"unit": "facility_month"}], False),
        ([{}, {"age_class": "3"}], False),
        ([{}, {"variant": "a"}], True),
        ([{"variant": "a"}], False),
    ],
)
def test_one_price_for_every_child_is_one_row_of_all_classes(rows: list[dict[str, str]], sole: bool) -> None:
    table = table_of(*(row("bus", 100, **columns) for columns in rows))

    found = table.price_of_every_child("bus", "child_month", "", "23")

    assert (found is not None) is sole
    assert found is None or found.variant == ""


# ── 定員超過 (D16) ───────────────────────────────────────────────────────────────────────────────


def over(amount: int, low: int | str, high: int | str, **columns: Any) -> str:
    return row("over_capacity", amount, unit="percent", enrolled_min=low, enrolled_max=high, **columns)


BAND_60: Final = {"capacity_min": 51, "capacity_max": 60}
CLOSED_BAND: Final = (
    row("base", 1, **BAND_60), over(95, 61, 65, **BAND_60), over(90, 66, 70, **BAND_60),
)  # fmt: skip
OPEN_BAND: Final = (
    row("base", 1, capacity_min=51),
    over(95, 181, 190, capacity_min=51),
    over(90, 191, 200, capacity_min=51),
)


@pytest.mark.parametrize(
    ("rows", "enrolled", "rate"),
    [
        (CLOSED_BAND, 0, None),
        (CLOSED_BAND, 60, None),
        (CLOSED_BAND, 61, 95),
        (CLOSED_BAND, 65, 95),
        (CLOSED_BAND, 66, 90),
        (CLOSED_BAND, 70, 90),
        (OPEN_BAND, 180, None),
        (OPEN_BAND, 181, 95),
        (OPEN_BAND, 191, 90),
        (OPEN_BAND, 200, 90),
        ((row("base", 1, **BAND_60),), 60, None),
        ((over(80, "", 70, **BAND_60),), 60, None),
        ((over(80, "", 70, **BAND_60),), 61, 80),
        ((over(80, 61, "", **BAND_60),), 900, 80),
    ],
)
def test_the_rate_of_over_capacity_is_that_of_the_children(
    rows: tuple[str, ...], enrolled: int, rate: int | None
) -> None:
    found = table_of(*rows).over_capacity("23", enrolled, 60)

    assert (None if found is None else found.amount) == rate


@pytest.mark.parametrize(
    ("rows", "enrolled"),
    [
        (CLOSED_BAND, 71),
        (OPEN_BAND, 201),
        ((row("base", 1, capacity_min=51),), 900),
        ((row("base", 1, **BAND_60),), 61),
        ((row("base", 1, **BAND_60), over(95, 63, 65, **BAND_60)), 62),
    ],
)
def test_children_beyond_every_row_of_over_capacity_stop(rows: tuple[str, ...], enrolled: int) -> None:
    with pytest.raises(MissingPrice, match=f"2・3号・初日在籍{enrolled}人"):
        table_of(*rows).over_capacity("23", enrolled, 60)


def test_over_capacity_is_looked_up_for_its_own_system() -> None:
    rows = (over(95, 61, 70, certification="1"), over(90, 61, 70, certification="23"))

    assert table_of(*rows).over_capacity("1", 61, 60).amount == 95
    assert table_of(*rows).over_capacity("23", 61, 60).amount == 90


def test_a_row_for_so_many_children_is_no_price_of_an_item() -> None:
    rows = (row("bus", 100, enrolled_max=60), over(95, 61, 70), row("night_care", 1, enrolled_min=61))

    with pytest.raises(MissingPrice):
        table_of(*rows).price("bus", "child_month", certification="23")
    with pytest.raises(MissingPrice):
        table_of(*rows).price("night_care", "child_month", certification="23")
    assert table_of(*rows).over_capacity("23", 65, 60).item == "over_capacity"


# ── Rows that may not stand together ─────────────────────────────────────────────────────────────

FIRST: Final = {
    "region_percent": 10,
    "capacity_min": 11,
    "capacity_max": 20,
    "enrolled_min": 1,
    "enrolled_max": 9,
}


@pytest.mark.parametrize(
    ("other", "conflict"),
    [
        ({}, True),
        ({"capacity_min": 20, "capacity_max": 30}, True),
        ({"capacity_min": 21, "capacity_max": 30}, False),
        ({"capacity_min": 1, "capacity_max": 11}, True),
        ({"capacity_min": 1, "capacity_max": 10}, False),
        ({"capacity_min": 12, "capacity_max": 19}, True),
        ({"capacity_min": ""}, True),
        ({"capacity_max": ""}, True),
        ({"capacity_min": "", "capacity_max": ""}, True),
        ({"capacity_min": 21, "capacity_max": ""}, False),
        ({"capacity_min": "", "capacity_max": 10}, False),
        ({"enrolled_min": 9, "enrolled_max": 12}, True),
        ({"enrolled_min": 10, "enrolled_max": 12}, False),
        ({"enrolled_min": "", "enrolled_max": 0}, False),
        ({"enrolled_min": "", "enrolled_max": 1}, True),
        ({"region_percent": ""}, True),
        ({"region_percent": "", "capacity_min": 20, "capacity_max": 30}, True),
        ({"region_percent": "", "capacity_min": 21, "capacity_max": 30}, False),
        ({"region_percent": "", "enrolled_min": 10, "enrolled_max": 12}, False),
        ({"region_percent": 3}, False),
        ({"certification": "23"}, False),
        ({"age_class": "3"}, False),
        ({"hours": "short"}, False),
        ({"variant": "a"}, False),
        ({"facility_type": "kindergarten"}, False),
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_two_rows_that_could_answer_the_same_question_are_refused(
    other: dict[str, Any], conflict: bool, swapped: bool
) -> None:
    rows = [row("bus", 1, **FIRST), row("bus", 2, **(FIRST | other))]
    if swapped:
        rows.reverse()

    if conflict:
        with pytest.raises(BookProblems) as stop:
            book_of(*rows)
        assert ["同じ条件の単価" in problem.message for problem in stop.value.problems] == [True]
    else:
        assert len(book_of(*rows).rows) == 2


def test_an_item_of_another_name_is_another_question() -> None:
    assert len(book_of(row("bus", 1), row("meals", 1)).rows) == 2


def test_rows_of_all_regions_conflict_among_each_other_across_bands() -> None:
    rows = (
        row("bus", 1, capacity_min=1, capacity_max=20), row("bus", 2, capacity_min=21, capacity_max=30),
        row("bus", 3, capacity_min=15, capacity_max=25),
    )  # fmt: skip

    with pytest.raises(BookProblems) as stop:
        book_of(*rows)

    assert {(problem.path, problem.message[:3]) for problem in stop.value.problems} == {
        ("a.csv:4", "2行目"),
        ("a.csv:4", "3行目"),
    }


@pytest.mark.parametrize(("count", "too_many"), [(MOST_ALIKE, False), (MOST_ALIKE + 1, True)])
def test_a_series_of_rows_for_one_question_has_an_end(count: int, too_many: bool) -> None:
    rows = [row("bus", 1, capacity_min=number, capacity_max=number) for number in range(1, count + 1)]

    if too_many:
        with pytest.raises(BookProblems, match="601行あります"):
            book_of(*rows)
    else:
        assert len(book_of(*rows).rows) == 600


# ── Which book ───────────────────────────────────────────────────────────────────────────────────


def test_a_book_is_in_force_from_its_month_on_across_the_year() -> None:
    autumn = book_of(row("bus", 1), year=2025, month="10", name="autumn")
    spring = book_of(row("bus", 1), year=2026, month="04", name="spring")

    def name(month: str) -> str:
        return book_in_force("nursery", Month.parse(month), [spring, autumn]).id

    assert [name(month) for month in ("2025-10", "2025-12", "2026-03", "2026-04", "2027-01")] == [
        "autumn", "autumn", "autumn", "spring", "spring",
    ]  # fmt: skip
    with pytest.raises(NoBookInForce):
        name("2025-09")


def test_a_later_book_of_another_type_is_not_in_force() -> None:
    own = book_of(row("bus", 1), name="own")
    later = book_of(row("bus", 1, facility_type="kindergarten"), month="06", name="later")

    assert book_in_force("nursery", Month(2026, 7), [own, later]) is own
    with pytest.raises(NoBookInForce, match="小規模保育A型"):
        book_in_force("small_a", Month(2026, 7), [own, later])


def test_a_later_sample_goes_before_an_earlier_official_book_and_the_last_of_equals_wins() -> None:
    official, sample = book_of(row("bus", 1)), book_of(row("bus", 1), month="06", status="sample")
    again = book_of(row("bus", 1))

    assert book_in_force("nursery", Month(2026, 7), [sample, official]) is sample
    assert book_in_force("nursery", Month(2026, 5), [official, again]) is again
    assert book_in_force("nursery", Month(2026, 5), [again, official]) is official


def test_no_books_at_all_are_not_the_shipped_ones() -> None:
    with pytest.raises(NoBookInForce):
        book_in_force("nursery", Month(2026, 7), [])


def test_a_book_that_begins_after_the_month_prices_nothing() -> None:
    book = book_of(row("base", 1000), month="07")

    assert priced(book, month=Month(2026, 7)).total_yen == 1000 * 20
    with pytest.raises(NoBookInForce, match="令和8年7月1日からのもので、令和8年6月には使えません"):
        priced(book, month=Month(2026, 6))


# ── Which children and which items ───────────────────────────────────────────────────────────────

THREES: Final = (ChildClass("2", "3", "standard", 20),)


def claim_of(*items: ItemClaim, **changes: Any) -> ClaimInput:
    """A nursery of twenty three-year-olds in June 2026, without a rate of treatment."""
    claim = ClaimInput(
        "nursery", ANY_REGION, Capacity(childcare=60), Month(2026, 6), THREES, Treatment(0, 0), items
    )
    return replace(claim, **changes)


def priced(book: RateBook, *items: ItemClaim, **changes: Any) -> Quote:
    return calculate(claim_of(*items, **changes), book)


def line_of(quote: Quote, code: str, system: str = "") -> Line:
    return next(line for line in quote.lines if line.code == code and system in ("", line.certification))


def parts_of(line: Line) -> list[tuple[Any, ...]]:
    return [(part.age_class, part.hours, part.note, part.quantity, part.unit_yen) for part in line.parts]


def test_the_class_age_and_not_the_day_of_certification_chooses_the_row() -> None:
    """Who turned from 3号 to 2号 keeps the row of 3号 to the end of March."""
    book = book_of(
        *(row("base", amount, certification=certification, age_class=age) for certification, age, amount in (
            ("2", "4plus", 10), ("2", "3", 20), ("3", "12", 30), ("3", "0", 40), ("2", "12", 99),
        ))
    )  # fmt: skip
    children = tuple(
        ChildClass(certification, age, "standard", 1)
        for certification, age in (("2", "4plus"), ("2", "3"), ("2", "2"), ("3", "2"), ("3", "1"), ("3", "0"))
    )

    assert parts_of(line_of(priced(book, children=children), "base")) == [
        ("4plus", "standard", "", 1, 10),
        ("3", "standard", "", 1, 20),
        ("2", "standard", "", 2, 30),
        ("1", "standard", "", 1, 30),
        ("0", "standard", "", 1, 40),
    ]


def test_children_that_are_priced_apart_are_classes_of_their_own_in_a_fixed_order() -> None:
    of = {"certification": "3", "age_class": "1", "hours": "short", "count": 2}
    marks: tuple[dict[str, Any], ...] = (
        {"mid_month_days": 5}, {"mid_month_days": 3}, {"disabled": 1}, {"employee_slot": True}, {"branch": True}, {},
    )  # fmt: skip
    children = tuple(ChildClass(**(of | mark)) for mark in marks)
    book = book_of(
        row("base", 100, facility_type="workplace"), row("disability_care", 10, facility_type="workplace")
    )

    found = priced(
        book, ItemClaim("disability_care"), facility_type="workplace", capacity=Capacity(childcare=12),
        children=(*children, ChildClass("3", "2", "short", 1), ChildClass("3", "1", "standard", 1)),
    )  # fmt: skip

    assert parts_of(line_of(found, "base")) == [
        ("2", "short", "", 1, 100),
        ("1", "standard", "", 1, 100),
        ("1", "short", "", 3, 100),
        ("1", "short", "障害児", 1, 100),
        ("1", "short", "従業員枠", 2, 100),
        ("1", "short", "分園", 2, 100),
    ]
    assert [(part[2], part[3]) for part in parts_of(line_of(found, "mid_month"))] == [
        ("日割3日", 2),
        ("日割5日", 2),
    ]
    assert (found.enrolled, found.children) == (10, 10)


def test_a_disability_is_a_class_only_where_its_care_is_claimed() -> None:
    book = book_of(
        row("base", 100, facility_type="small_a"), row("disability_care", 10, facility_type="small_a")
    )
    own: dict[str, Any] = {
        "facility_type": "small_a", "capacity": Capacity(childcare=12),
        "children": (ChildClass("3", "1", "short", 3, disabled=1), ChildClass("3", "2", "short", 2, disabled=2)),
    }  # fmt: skip

    assert parts_of(line_of(priced(book, **own), "base")) == [
        ("2", "short", "", 2, 100),
        ("1", "short", "", 3, 100),
    ]
    with_care = priced(book, ItemClaim("disability_care"), **own)
    assert parts_of(line_of(with_care, "base")) == [
        ("2", "short", "障害児", 2, 100),
        ("1", "short", "", 2, 100),
        ("1", "short", "障害児", 1, 100),
    ]
    assert parts_of(line_of(with_care, "disability_care")) == [
        ("2", "short", "障害児", 2, 10),
        ("1", "short", "障害児", 1, 10),
    ]


def test_the_number_of_disabled_children_with_the_item_needs_one_price() -> None:
    claimed = ItemClaim("disability_care", 0, children=2)
    own: dict[str, Any] = {
        "facility_type": "small_a", "capacity": Capacity(childcare=12),
        "children": (ChildClass("3", "1", "short", 3), ChildClass("3", "0", "short", 2)),
    }  # fmt: skip
    base = row("base", 100, facility_type="small_a")
    alike = book_of(base, row("disability_care", 10, facility_type="small_a"))
    by_age = book_of(
        base, *(row("disability_care", 10, facility_type="small_a", age_class=age) for age in ("1", "0"))
    )

    assert line_of(priced(alike, claimed, **own), "disability_care").amount_yen == 20
    with pytest.raises(InputProblems) as stop:
        priced(by_age, claimed, **own)
    assert [problem.path for problem in stop.value.problems] == ["items[0].children"]
    counted = own | {"children": (ChildClass("3", "1", "short", 3, disabled=2),)}
    with pytest.raises(InputProblems):
        priced(alike, claimed, **counted)


def test_a_payer_prices_its_own_children_and_everybody_counts_in_n() -> None:
    book = book_of(row("base", 100), row("nutrition", 3000, unit="facility_month", variant="a"))
    children = (
        ChildClass("2", "3", "standard", 20, payer="a"),
        ChildClass("2", "3", "standard", 10, payer="b"),
    )
    claimed = ItemClaim("nutrition", variant="a")

    def sums(payer: str | None) -> tuple[int, int, int]:
        found = priced(book, claimed, children=children, payer=payer)
        return found.enrolled, line_of(found, "base").amount_yen, line_of(found, "nutrition").amount_yen

    assert sums("a") == (30, 2000, 100 * 20)
    assert sums("b") == (30, 1000, 100 * 10)
    assert sums(None) == (30, 3000, 100 * 30)


def test_a_payer_without_children_this_month_has_lines_of_zero() -> None:
    book = book_of(row("base", 100))
    children = (
        ChildClass("2", "3", "standard", 0, payer="a"),
        ChildClass("2", "3", "standard", 10, payer="b"),
    )

    found = priced(book, children=children, payer="a")

    assert [(line.code, line.amount_yen, line.parts) for line in found.lines] == [
        ("base", 0, ()),
        ("treatment_1_2", 0, ()),
    ]
    assert [[step.kind for step in line.steps] for line in found.lines] == [["amount", "rule"]] * 2
    assert priced(book, children=children[:1], payer="a").lines == ()


def test_the_base_says_how_many_children_of_each_age_it_prices() -> None:
    book = book_of(row("base", 100))
    children = (*THREES, ChildClass("2", "3", "short", 4), ChildClass("3", "1", "short", 2))

    assert line_of(priced(book, children=children), "base").summary == "3歳児 24人・1歳児 2人"
    nobody = (ChildClass("2", "3", "short", 0, payer="a"), ChildClass("2", "3", "short", 2, payer="b"))
    assert line_of(priced(book, children=nobody, payer="a"), "base").summary == "子ども 0人"


def test_a_line_begins_with_its_price_and_ends_with_its_rule() -> None:
    book = book_of(
        row("base", 100, treatment_yen=10), row("night_care", 10), row("branch", 10, unit="percent"),
        row("nutrition", 4000, unit="facility_month", variant="a", treatment_yen=10),
    )  # fmt: skip
    items = (ItemClaim("night_care"), ItemClaim("nutrition", variant="a"), ItemClaim("branch"))
    branch = ChildClass("2", "3", "standard", 2, branch=True)

    for line in priced(book, *items, children=(*THREES, branch)).lines:
        kinds = [step.kind for step in line.steps]
        assert (kinds[0], kinds.count("price"), kinds[-1]) == ("price", 1, "rule")


@pytest.mark.parametrize(("spent", "pays"), [(900, 900), (3000, 3000), (9000, 3000), (0, 0)])
def test_facility_strengthening_pays_what_was_spent_up_to_its_row(spent: int, pays: int) -> None:
    book = book_of(row("base", 100), row("facility_strengthening", 3000, unit="facility_march"))

    found = priced(book, ItemClaim("facility_strengthening", spent_yen=spent), month=Month(2027, 3))

    assert line_of(found, "facility_strengthening").amount_yen == pays // 20 // 10 * 10 * 20


def test_march_items_and_side_dishes_are_not_paid_by_days() -> None:
    """D11: ten of 25 days of what an ordinary month gives."""
    book = book_of(
        row("base", 1000), row("snow", 500, unit="child_march"), row("ash", 4000, unit="facility_march"),
        row("nutrition", 4000, unit="facility_month", variant="a"), row("side_dish_exemption", 70, certification="2"),
    )  # fmt: skip
    items = (
        ItemClaim("snow"), ItemClaim("ash"), ItemClaim("nutrition", variant="a"),
        ItemClaim("side_dish_exemption", children=3),
    )  # fmt: skip
    came = ChildClass("2", "3", "standard", 2, mid_month_days=10)

    found = priced(book, *items, children=(*THREES, came), month=Month(2027, 3))

    assert parts_of(line_of(found, "mid_month")) == [
        ("3", "standard", "日割10日", 2, (1000 + 200) * 10 // 25)
    ]


@pytest.mark.parametrize(
    ("stays", "parts"),
    [(((20, None), (2, 5)), [("3", "standard", "", 20, 10)]), (((2, 5),), [])],
    ids=["with a mover", "movers only"],
)
@pytest.mark.parametrize("prices", [{}, {"age_class": "3"}], ids=["one price", "by age"])
def test_who_is_paid_by_days_is_no_part_of_the_month(
    stays: tuple[tuple[int, int | None], ...], parts: list[tuple[Any, ...]], prices: dict[str, str]
) -> None:
    book = book_of(row("base", 100), row("age3_staffing", 10, **prices), row("night_care", 1000, **prices))
    children = tuple(ChildClass("2", "3", "standard", count, mid_month_days=days) for count, days in stays)

    found = priced(book, ItemClaim("age3_staffing"), ItemClaim("night_care"), children=children)

    assert parts_of(line_of(found, "age3_staffing")) == parts
    assert [part.quantity for part in line_of(found, "night_care").parts] == [part[3] for part in parts]
    assert line_of(found, "age3_staffing").amount_yen == sum(part[3] * 10 for part in parts)
    assert [part[4] for part in parts_of(line_of(found, "mid_month"))] == [
        (100 + 10 + 1000) * 5 // 25 // 10 * 10
    ]


def test_a_movers_price_is_told_item_by_item() -> None:
    """Their units stand on no other line, so the line of 日割 says what the month is made of."""
    book = book_of(
        row("base", 1000), row("night_care", 100), row("no_safety_plan", 5, unit="percent"), over(90, 30, 40)
    )
    children = (*THREES, ChildClass("2", "3", "standard", 2, mid_month_days=5))

    found = line_of(
        priced(book, ItemClaim("night_care"), ItemClaim("no_safety_plan"), children=children), "mid_month"
    )

    told, by_days = found.steps[0], found.steps[1]
    assert told.text == "基本分単価 1,000円 + 夜間保育 100円 − 安全計画未策定 50円 = 1,050円"
    assert told.values == {
        "terms": [
            {"label": "基本分単価", "unit_yen": 1000},
            {"label": "夜間保育", "unit_yen": 100},
            {"label": "安全計画未策定", "unit_yen": -50},
        ],
        "whole_yen": 1050,
    }
    assert by_days.values["whole_yen"] == 1050


def test_a_price_by_age_has_parts_for_the_month_and_names_every_row() -> None:
    book = book_of(
        row("base", 100), row("night_care", 1000, age_class="4plus"), row("night_care", 2000, age_class="3"),
        row("night_care", 3000, age_class="12"), over(90, 30, 40),
    )  # fmt: skip
    children = (
        ChildClass("3", "1", "standard", 5),
        *THREES,
        ChildClass("2", "4plus", "standard", 9),
        ChildClass("2", "4plus", "standard", 2, mid_month_days=25),
    )

    items = (ItemClaim("night_care"), ItemClaim("over_capacity"))
    quote = priced(book, *items, children=children, capacity=Capacity(None, 30))
    found = line_of(quote, "night_care")

    assert [(part.age_class, part.quantity, part.unit_yen) for part in found.parts] == [
        ("4plus", 9, 1000),
        ("3", 20, 2000),
        ("1", 5, 3000),
    ]
    assert [row["age_class"] for row in found.steps[0].values["rows"]] == ["4plus", "3", "12"]
    assert [part.unit_yen for part in line_of(quote, "over_capacity").parts] == [
        990 - 1100,
        1890 - 2100,
        2790 - 3100,
    ]
    assert [part.unit_yen for part in line_of(quote, "mid_month").parts] == [990]


def test_a_deduction_of_a_percentage_has_no_part_for_who_is_paid_by_days() -> None:
    book = book_of(
        row("base", 1000), row("no_safety_plan", 5, unit="percent"), row("branch", 10, unit="percent"),
        over(90, 20, 30),
    )  # fmt: skip
    moved = {"mid_month_days": 5, "leaver": True}
    children = (
        *THREES,
        ChildClass("2", "3", "standard", 2, **moved),
        ChildClass("2", "3", "standard", 3, branch=True),
        ChildClass("2", "3", "standard", 4, branch=True, **moved),
    )
    items = (ItemClaim("no_safety_plan"), ItemClaim("branch"), ItemClaim("over_capacity"))

    found = priced(book, *items, children=children, capacity=Capacity(None, 20))

    parts = {
        line.code: [(part.note, part.quantity, part.unit_yen) for part in line.parts] for line in found.lines
    }
    assert parts["no_safety_plan"] == [("", 20, -50), ("分園", 3, -50)]
    assert parts["branch"] == [("分園", 3, -100)]
    assert parts["over_capacity"] == [("", 20, 850 - 950), ("分園", 3, 760 - 850)]
    assert parts["mid_month"] == [
        ("日割5日", 2, 850 * 5 // 25),
        ("分園・日割5日", 4, 760 * 5 // 25 // 10 * 10),
    ]
    assert line_of(found, "mid_month").summary == "途中入退所 6人"


# ── Items that no shipped book prices ────────────────────────────────────────────────────────────


def answered(
    book: RateBook, facility_type: str, capacity: dict[str, int], *items: dict[str, Any]
) -> dict[str, Any]:
    """The answer for two children of each class the type takes, in June 2026."""
    return answer(
        {
            "facility_type": facility_type,
            "region_percent": ANY_REGION,
            "capacity": capacity,
            "month": "2026-06",
            "ratebook": book.id,
            "children": [
                {"certification": certification, "age_class": age, "hours": hours, "count": 2}
                for certification, age, hours in CLASSES[facility_type]
            ],
            "treatment": {"base_percent": 10, "wage_percent": 6},
            "items": list(items),
        },
        [book],
    )


@pytest.mark.parametrize(("variant", "unit"), [("up_to_3", 30), ("4_or_more", 40)])
def test_the_assistants_of_home_care_are_priced_by_their_variant(variant: str, unit: int) -> None:
    own = {"facility_type": "home_based"}
    book = book_of(
        row("base", 100, **own),
        row("home_care_assistant", 30, **own, variant="up_to_3"),
        row("home_care_assistant", 40, **own, variant="4_or_more"),
        row("home_care_support", 35_320, **own, treatment_yen=350),
    )

    found = answered(
        book,
        "home_based",
        {"23": 5},
        {"code": "home_care_assistant", "variant": variant},
        {"code": "home_care_support"},
    )

    amounts = {line["code"]: line["amount_yen"] for line in found["lines"]}
    assert amounts["home_care_assistant"] == 16 * unit
    assert amounts["home_care_support"] == 16 * (35_320 + 350 * 16)


def test_the_number_of_disabled_children_may_be_told_with_the_item() -> None:
    own = {"facility_type": "small_a"}
    book = book_of(row("base", 100, **own), row("disability_care", 50, **own))

    found = answered(book, "small_a", {"23": 19}, {"code": "disability_care", "children": 2})

    assert [line["amount_yen"] for line in found["lines"] if line["code"] == "disability_care"] == [100]


def test_class_organisation_is_for_children_of_three_and_more_in_both_systems() -> None:
    book = kodomoen_book(kodomoen_row("class_organisation", 700))

    found = answered(book, "certified_kodomoen", {"1": 30, "23": 60}, {"code": "class_organisation"})

    parts = {
        line["certification"]: [part["age_class"] for part in line["parts"]]
        for line in found["lines"]
        if line["code"] == "class_organisation"
    }
    assert parts == {"1": ["4plus", "3", "3mid"], "23": ["4plus", "4plus", "3", "3"]}


# ── 認定こども園: two tables ─────────────────────────────────────────────────────────────────────

BOTH: Final = (ChildClass("1", "3", "education", 10), ChildClass("2", "3", "standard", 30))


def kodomoen_book(*rows: str) -> RateBook:
    own = {"facility_type": "certified_kodomoen"}
    return book_of(
        row("base", 100, **own, certification="1"), row("base", 200, **own, certification="2"),
        row("base", 300, **own, certification="3"), *rows,
    )  # fmt: skip


def of_kodomoen(book: RateBook, *items: ItemClaim, **changes: Any) -> Quote:
    own = {"facility_type": "certified_kodomoen", "capacity": Capacity(30, 60), "children": BOTH}
    return priced(book, *items, **(own | changes))


def kodomoen_row(item: str, amount: int, **columns: Any) -> str:
    return row(item, amount, facility_type="certified_kodomoen", **columns)


def test_each_system_of_a_kodomoen_is_priced_by_its_own_children() -> None:
    found = of_kodomoen(kodomoen_book())

    assert [(line.code, line.certification, line.amount_yen) for line in found.lines] == [
        ("base", "1", 1000),
        ("treatment_1_2", "1", 0),
        ("base", "23", 6000),
        ("treatment_1_2", "23", 0),
    ]
    assert found.enrolled_by_system == {"1": 10, "23": 30}


def test_a_system_without_places_and_children_has_no_lines_and_needs_no_capacity() -> None:
    only_2 = (BOTH[1],)

    without = of_kodomoen(kodomoen_book(), capacity=Capacity(None, 60), children=only_2)
    empty = of_kodomoen(kodomoen_book(), children=only_2)

    assert {line.certification for line in without.lines} == {"23"}
    assert {line.certification for line in empty.lines} == {"23"}
    assert without.enrolled_by_system == {"23": 30}
    assert empty.enrolled_by_system == {"1": 0, "23": 30}
    with pytest.raises(InputProblems) as stop:
        of_kodomoen(kodomoen_book(), capacity=Capacity(None, 60))
    assert [problem.path for problem in stop.value.problems] == ["capacity.1"]


def test_a_payer_of_children_in_one_system_has_no_lines_in_the_other() -> None:
    children = (replace(BOTH[0], payer="a"), replace(BOTH[1], payer="b"))

    found = of_kodomoen(kodomoen_book(), children=children, payer="b")

    assert {line.certification for line in found.lines} == {"23"}
    assert (found.enrolled, found.children) == (40, 30)


def test_a_facility_row_of_a_system_is_divided_by_it_and_one_of_the_whole_by_everybody() -> None:
    facility = {"unit": "facility_march"}
    rows = (
        kodomoen_row("ash", 8000, **facility), kodomoen_row("ict", 3000, **facility, certification="1"),
        kodomoen_row("ict", 6000, **facility, certification="23"),
    )  # fmt: skip

    found = of_kodomoen(kodomoen_book(*rows), ItemClaim("ash"), ItemClaim("ict"), month=Month(2027, 3))

    amounts = {(line.code, line.certification): line.amount_yen for line in found.lines}
    assert [amounts["ash", "1"], amounts["ash", "23"]] == [200 * 10, 200 * 30]
    assert [amounts["ict", "1"], amounts["ict", "23"]] == [300 * 10, 200 * 30]


def test_a_facility_item_of_both_is_asked_where_a_system_has_no_places() -> None:
    rows = tuple(
        kodomoen_row("ict", 3000, unit="facility_march", certification=one) for one in ("1", "23")
    )  # fmt: skip
    book, march = kodomoen_book(*rows), Month(2027, 3)

    found = of_kodomoen(book, ItemClaim("ict"), children=(BOTH[1],), capacity=Capacity(None, 60), month=march)

    assert [line.certification for line in found.lines if line.code == "ict"] == ["23"]
    with pytest.raises(InputProblems) as stop:
        of_kodomoen(book, ItemClaim("ict", 4, certification="1"), children=(BOTH[1],), month=march)
    assert [problem.path for problem in stop.value.problems] == ["items[4].code"]


def test_an_item_of_one_system_is_asked_of_it_alone() -> None:
    book = kodomoen_book(kodomoen_row("climate", 50, variant="other"))

    def systems(certification: str) -> list[str]:
        claimed = ItemClaim("climate", variant="other", certification=certification)
        return [line.certification for line in of_kodomoen(book, claimed).lines if line.code == "climate"]

    assert systems("1") == ["1"]
    assert systems("23") == ["23"]
    assert systems("") == ["1", "23"]


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [("", "", True), ("1", "", True), ("", "23", True), ("1", "1", True), ("1", "23", False)],
)
def test_an_item_is_asked_once_of_each_system(first: str, second: str, twice: bool) -> None:
    book = kodomoen_book(kodomoen_row("climate", 50, variant="other"))
    claims = [
        ItemClaim("climate", position, "other", certification=one)
        for position, one in enumerate((first, second))
    ]

    if twice:
        with pytest.raises(InputProblems) as stop:
            of_kodomoen(book, *claims)
        assert [tuple(problem) for problem in stop.value.problems] == [
            ("items[1].code", "「冷暖房費」が2回あります。1つにまとめてください。")
        ]
    else:
        assert of_kodomoen(book, *claims).total_yen == 7000 + 50 * 40


@pytest.mark.parametrize(("code", "certification"), [("bus", "23"), ("rent", "1"), ("vice_principal", "23")])
def test_an_item_the_asked_system_does_not_have_is_refused(code: str, certification: str) -> None:
    with pytest.raises(InputProblems, match="認定こども園では請求できない項目です"):
        of_kodomoen(kodomoen_book(), ItemClaim(code, certification=certification))


# ── What cannot be asked this month ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["snow", "ash"])
@pytest.mark.parametrize("month", range(1, 13))
def test_march_items_are_asked_with_the_march_claim_alone(code: str, month: int) -> None:
    book = book_of(
        row("base", 100),
        row("snow", 10, unit="child_march"),
        row("ash", 200, unit="facility_march"),
        year=2025,
    )

    if month == 3:
        assert line_of(priced(book, ItemClaim(code), month=Month(2026, month)), code).amount_yen == 200
    else:
        with pytest.raises(InputProblems, match="3月分の請求でだけ"):
            priced(book, ItemClaim(code), month=Month(2026, month))


@pytest.mark.parametrize(
    ("month", "fits"), [(Month(2022, 9), False), (FIRST_MONTH_OF_TREATMENT_III, True), (Month(2023, 3), True)]
)
def test_treatment_iii_is_priced_from_october_2022(month: Month, fits: bool) -> None:
    book = book_of(row("base", 100), row("treatment_iii", 1000, unit="headcount_month"), year=2022)
    claimed = ItemClaim("treatment_iii", headcount=2)

    if fits:
        assert line_of(priced(book, claimed, month=month), "treatment_iii").amount_yen == 100 * 20
    else:
        with pytest.raises(InputProblems, match="令和4年10月分から"):
            priced(book, claimed, month=month)


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (ItemClaim("nutrition", 1, "a"), "items[1].code"),
        (ItemClaim("treatment_3", 1, headcount_a=1, headcount_b=0), "items[1].code"),
        (ItemClaim("side_dish_exemption", 1, children=2), "items[1].children"),
        (ItemClaim("side_dish_exemption", 1, children=0), None),
        (ItemClaim("climate", 1, "other"), None),
    ],
)
def test_without_children_nothing_can_be_divided_and_nobody_exempt(
    asked: ItemClaim, path: str | None
) -> None:
    book = book_of(row("base", 100), row("climate", 50, variant="other"))

    if path is None:
        assert priced(book, asked, children=()).lines == ()
    else:
        with pytest.raises(InputProblems) as stop:
            priced(book, asked, children=())
        assert [problem.path for problem in stop.value.problems] == [path]


def test_every_missing_row_is_named_once_and_everything_missing_at_once() -> None:
    with pytest.raises(MissingPrice) as stop:
        priced(book_of(row("base", 100)), ItemClaim("climate", variant="other"), ItemClaim("night_care"))

    assert [problem.message.partition("」")[0] for problem in stop.value.problems] == [
        "単価表 b に「夜間保育",
        "単価表 b に「冷暖房費",
    ]
