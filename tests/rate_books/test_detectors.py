"""Each detector finds the typo that was planted for it, where it is; the shipped books have none."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from pricing import RateBook, shipped_books
from pricing.books import PriceRow
from rate_books.detectors import DETECTORS, KINDS, suspicions
from tests.rate_books.stage import OFFICIAL, SAMPLE


def placed(book: RateBook) -> dict[PriceRow, str]:
    return {row: f"{row.facility_type}.csv:{line}" for line, row in enumerate(book.rows, start=2)}


def planted(
    book: RateBook, where: Callable[[PriceRow], bool], change: Callable[[PriceRow], PriceRow]
) -> tuple[dict[PriceRow, str], str]:
    """The book's rows with one of them changed, and the place of that one."""
    rows = placed(book)
    typo = next(row for row in rows if where(row))
    return {(change(row) if row is typo else row): place for row, place in rows.items()}, rows[typo]


def is_base(
    kind: str, age: str, hours: str, *, region: int = 10, smallest: int = 81
) -> Callable[[PriceRow], bool]:
    return lambda row: (
        (
            row.facility_type,
            row.item,
            row.age_class,
            row.hours,
            row.region_percent,
            row.capacity_min,
        )
        == (kind, "base", age, hours, region, smallest)
    )


@pytest.mark.parametrize("book", shipped_books(), ids=lambda book: book.id)
def test_an_unchanged_book_looks_right(book: RateBook) -> None:
    assert suspicions(placed(book)) == []


@pytest.mark.parametrize(
    ("kind", "book", "where", "change"),
    [
        (
            "tens",
            SAMPLE,
            is_base("nursery", "0", "standard"),
            lambda row: replace(row, amount=row.amount + 3),
        ),
        (
            "linear",
            SAMPLE,
            lambda row: row.item == "night_care" and row.region_percent == 12,
            lambda row: replace(row, amount=row.amount + 900),
        ),
        (
            "linear",
            OFFICIAL,
            lambda row: row.item == "bus" and row.region_percent == 20,
            lambda row: replace(row, amount=row.amount + 100),
        ),
        (
            "unused",
            SAMPLE,
            lambda row: row.facility_type == "nursery" and row.item == "climate" and row.variant == "other",
            lambda row: replace(row, item="bus", variant=""),
        ),
        (
            "unused",
            SAMPLE,
            lambda row: row.facility_type == "certified_kodomoen" and row.item == "holiday_care",
            lambda row: replace(row, certification="1", variant="up_to_9999"),
        ),
        (
            "age3",
            OFFICIAL,
            is_base("kindergarten", "3", "", smallest=91),
            lambda row: replace(row, amount=row.amount + 10),
        ),
        (
            "age3",
            SAMPLE,
            is_base("nursery", "3", "short"),
            lambda row: replace(row, amount=row.amount - 20),
        ),
        (
            "age3",
            SAMPLE,
            lambda row: row.item == "age3_staffing" and row.facility_type == "nursery",
            lambda row: replace(row, amount=row.amount + 60),
        ),
        (
            "team",
            SAMPLE,
            lambda row: (
                row.item == "team_childcare"
                and (row.region_percent, row.capacity_max, row.facility_type) == (10, 90, "nursery")
            ),
            lambda row: replace(row, amount=row.amount + 30),
        ),
        (
            "hours",
            SAMPLE,
            is_base("nursery", "12", "short"),
            lambda row: replace(row, amount=row.amount + 30),
        ),
        (
            "treatment",
            OFFICIAL,
            is_base("kindergarten", "4plus", "", smallest=91),
            lambda row: replace(row, treatment_yen=(row.treatment_yen or 0) + 10),
        ),
        (
            "treatment",
            SAMPLE,
            is_base("nursery", "0", "standard"),
            lambda row: replace(row, treatment_yen=(row.treatment_yen or 0) * 10),
        ),
    ],
)
def test_a_planted_typo_is_found_where_it_is(
    kind: str,
    book: RateBook,
    where: Callable[[PriceRow], bool],
    change: Callable[[PriceRow], PriceRow],
) -> None:
    rows, place = planted(book, where, change)

    found = [one for one in suspicions(rows) if one.kind == kind]

    # The difference of standard and short hours stands in the row of the standard hours.
    expected = {place} if kind != "hours" else {one.place for one in found}
    assert {one.place for one in found} == expected
    assert len(found) == 1
    assert all(book.facility_types[0] in one.place or one.message for one in found)


def test_a_typo_names_the_cell_and_not_its_neighbours() -> None:
    rows, place = planted(
        OFFICIAL,
        is_base("kindergarten", "3", "", smallest=91, region=15),
        lambda row: replace(row, amount=int(str(row.amount)[::-1])),
    )

    found = suspicions(rows)

    assert {one.place for one in found if one.kind == "linear"} == {place}
    assert "15/100地域・定員91〜105人" in next(one.message for one in found if one.kind == "linear")


def test_two_typos_of_one_series_are_both_named() -> None:
    rows = placed(SAMPLE)
    typos = [
        row
        for row in rows
        if row.item == "night_care"
        and row.facility_type == "nursery"
        and row.capacity_min == 81
        and row.region_percent in (15, 6)
    ]
    changed = {
        (replace(row, amount=row.amount + 500) if row in typos else row): place for row, place in rows.items()
    }

    found = {one.place for one in suspicions(changed) if one.kind == "linear"}

    assert found == {rows[row] for row in typos}


def test_a_book_of_one_region_is_not_measured_against_a_line() -> None:
    rows = {row: place for row, place in placed(SAMPLE).items() if row.region_percent in (None, 10)}

    assert suspicions(rows) == []


def test_every_detector_has_a_name() -> None:
    assert len(DETECTORS) == len(KINDS)


def test_a_table_pasted_into_the_wrong_regions_is_told_within_a_moment() -> None:
    swapped = {16: 0, 0: 16, 10: 3, 3: 10}
    rows = {
        replace(row, region_percent=swapped.get(row.region_percent, row.region_percent)): place
        for row, place in placed(SAMPLE).items()
    }

    began = time.perf_counter()
    found = [one for one in suspicions(rows) if one.kind == "linear"]

    assert len(found) > 300
    assert time.perf_counter() - began < 5
