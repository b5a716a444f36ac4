"""What a book covers, leaves out and changes."""

from dataclasses import replace

import pytest

from pricing import RateBook, shipped_books
from rate_books.coverage import coverage_of, differences_of
from tests.rate_books.stage import OFFICIAL, SAMPLE, dearer, made_of


def missing(book: RateBook) -> dict[str, set[str]]:
    return {one.facility_type: {item.code for item in one.missing} for one in coverage_of(book)}


def test_the_shipped_books_lack_only_what_no_source_prices() -> None:
    found = missing(OFFICIAL) | missing(SAMPLE)

    assert found == {
        "kindergarten": {"below_staffing"},
        "nursery": set(),
        "certified_kodomoen": {
            "below_staffing",
            "class_organisation",
            "guidance_enrichment",
            "office_staff",
            "office_workload",
            "parenting_support",
            "stakeholder_evaluation",
            "vice_principal",
        },
        "small_a": set(),
        "small_b": set(),
        "small_c": {"home_care_assistant", "home_care_support", "over_capacity"},
        "home_based": {"home_care_assistant", "home_care_support", "over_capacity"},
        "workplace": {"qualified_staff"},
        "home_visiting": {"depreciation", "elderly_employment", "nutrition", "rent"},
    }


@pytest.mark.parametrize("book", shipped_books(), ids=lambda book: book.id)
def test_the_shipped_books_have_every_region_and_no_hole(book: RateBook) -> None:
    for one in coverage_of(book):
        assert one.lacking_regions == ()
        assert one.holes == ()
        assert one.rows == len([row for row in book.rows if row.facility_type == one.facility_type])


def test_a_variant_a_region_and_a_hole_are_named() -> None:
    rows = tuple(
        row
        for row in SAMPLE.rows
        if row.facility_type == "nursery"
        and row.region_percent != 16
        and (row.item, row.variant) != ("climate", "other")
        and (row.item, row.region_percent, row.capacity_min, row.age_class, row.hours)
        != ("base", 10, 81, "0", "short")
    )

    (found,) = coverage_of(replace(SAMPLE, facility_types=("nursery",), rows=rows))

    assert found.lacking_regions == ("16/100",)
    assert found.holes == ("10/100　定員81〜90人　3号　乳児　短時間",)
    assert [(item.code, len(item.variants)) for item in found.missing] == [("climate", 1)]
    assert found.bands == {"2・3号": 21}


def test_an_item_of_one_system_of_a_kodomoen_says_which() -> None:
    rows = tuple(row for row in SAMPLE.rows if (row.item, row.certification) != ("special_support", "1"))

    found = next(
        one for one in coverage_of(replace(SAMPLE, rows=rows)) if one.facility_type == "certified_kodomoen"
    )

    assert [(item.code, item.system) for item in found.missing if item.code == "special_support"] == [
        ("special_support", "1号")
    ]


def test_differences_count_everything_and_say_how_much() -> None:
    book = made_of(SAMPLE, "R8")
    first, second, third, *rest = dearer_rows = [row for row in book.rows if row.item == "base"]
    kept = [row for row in book.rows if row.item != "base"]
    changed = replace(
        book,
        rows=(
            replace(first, amount=first.amount + 100),
            replace(second, amount=second.amount * 2),
            replace(third, treatment_yen=(third.treatment_yen or 0) + 10, c_tenths=None),
            *rest[1:],
            *kept,
            replace(first, variant="new"),
        ),
    )

    found = differences_of(changed, {"nursery": book})

    assert (len(found.added), len(found.gone), len(found.changed)) == (1, 1, 3)
    assert found.same == len(book.rows) - 4
    by_share = sorted(found.changed, key=lambda change: change.delta, reverse=True)
    assert [change.percent for change in by_share] == ["+100.0%", "+0.1%", "±0.0%"]
    assert found.range_words == "±0.0%〜+100.0%"
    assert by_share[0].delta == second.amount
    assert by_share[2].beside.endswith("c 2.5% → なし")
    assert found.gone[0].before is rest[0]
    assert found.replaced == [book]
    assert len(dearer_rows) == 168


def test_without_a_book_before_everything_is_new() -> None:
    book = made_of(SAMPLE, "R8", change=dearer)

    found = differences_of(book, {"nursery": None})

    assert (len(found.added), found.gone, found.same, found.replaced) == (len(book.rows), [], 0, [])
