"""Revisions and what-if: two quotes of one month, and what lies between them."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import given, settings

from pricing import RateBook, calculate, parse, shipped_books
from pricing.books import book_in_force
from pricing.comparing import compare, revise, revise_all
from tests.pricing.strategies import claims

TRIES = settings(max_examples=60, deadline=None)


def raised(book: RateBook, yen: int) -> RateBook:
    """The book with every base price so many yen higher, as a winter revision would be."""
    rows = tuple(
        dataclasses.replace(row, amount=row.amount + yen) if row.item == "base" else row for row in book.rows
    )
    return dataclasses.replace(book, id=f"{book.id}-winter", rows=rows)


@TRIES
@given(claims())
def test_a_revision_from_a_book_to_itself_is_zero(document: dict[str, Any]) -> None:
    claim = parse(document)
    book = book_in_force(claim.facility_type, claim.month)

    found = revise(claim, book, book)

    assert found.delta_yen == 0
    assert found.changed == ()


BOOKS = {book.id: raised(book, 1_000) for book in shipped_books()}
BACK = {book.id: raised(book, -500) for book in shipped_books()}


@TRIES
@given(claims())
def test_the_difference_is_the_sum_of_its_lines(document: dict[str, Any]) -> None:
    claim = parse(document)
    book = book_in_force(claim.facility_type, claim.month)

    found = revise(claim, book, BOOKS[book.id])

    assert sum(line.delta_yen for line in found.lines) == found.delta_yen
    assert found.delta_yen == found.new.total_yen - found.old.total_yen
    base = sum(line.delta_yen for line in found.lines if line.code == "base")
    assert base == 1_000 * found.old.children


def test_the_winter_revision_of_the_worked_example(nursery_claim: dict[str, Any]) -> None:
    claim = parse(nursery_claim)
    book = book_in_force("nursery", claim.month)

    found = revise(claim, book, BOOKS[book.id])

    by_code = {line.code: line.delta_yen for line in found.changed}
    # 土曜閉所 takes 2 % of the thousand yen of 88 children, floored to ten yen a child.
    assert by_code == {"base": 88_000, "saturday_closure": -88 * 20}
    assert found.as_dict()["delta_yen"] == 88_000 - 1_760
    assert (found.as_dict()["old_book"], found.as_dict()["new_book"]) == (
        "2026-04-sample",
        "2026-04-sample-winter",
    )


def test_prices_may_fall(nursery_claim: dict[str, Any]) -> None:
    claim = parse(nursery_claim)
    book = book_in_force("nursery", claim.month)

    (found,) = revise_all([(claim, book)], BACK[book.id])

    assert found.delta_yen < 0


def test_what_if_a_teacher_leaves_and_three_children_come(nursery_claim: dict[str, Any]) -> None:
    book = book_in_force("nursery", parse(nursery_claim).month)
    before = parse(nursery_claim)
    nursery_claim["items"] = [item for item in nursery_claim["items"] if item["code"] != "age1_staffing"]
    nursery_claim["items"].append({"code": "night_care"})
    nursery_claim["children"][0]["count"] += 3
    after = parse(nursery_claim)

    found = compare(before.month, calculate(before, book), calculate(after, book))

    lines = {line.code: line for line in found.lines}
    assert (lines["age1_staffing"].old_yen, lines["age1_staffing"].new_yen) == (302_120, 0)
    assert lines["night_care"].old_yen == 0
    assert lines["base"].delta_yen == 3 * 229_170
    order = [line.code for line in found.lines]
    assert order.index("age4plus_staffing") < order.index("age1_staffing") < order.index("holiday_care")
    assert order.index("holiday_care") < order.index("night_care") < order.index("rent")
