"""What holds for every claim, whatever its numbers."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pricing import PricingError, Problem, Quote, RateBook, calculate, parse, quote_as_dict, shipped_books
from pricing.books import book_in_force
from pricing.money import floor10, floor10_of_percent, floor10_of_rate, floor10_of_share
from pricing.quoting import answer
from tests.pricing.strategies import JSON, claims, spoilt_claims

TRIES = settings(max_examples=120, deadline=None)


def priced(claim: dict[str, Any]) -> Quote:
    found = parse(claim)
    return calculate(found, book_in_force(found.facility_type, found.month))


@TRIES
@given(claims())
def test_the_total_is_the_sum_of_the_lines_and_a_line_the_sum_of_its_parts(claim: dict[str, Any]) -> None:
    found = priced(claim)

    assert found.total_yen == sum(line.amount_yen for line in found.lines)
    for line in found.lines:
        assert line.amount_yen == sum(part.amount_yen for part in line.parts)
        assert all(part.amount_yen == part.unit_yen * part.quantity for part in line.parts)
        for told in (step.values for step in line.steps if step.kind == "composition"):
            assert told["whole_yen"] == sum(term["unit_yen"] for term in told["terms"])


@TRIES
@given(claims(), st.data())
def test_children_split_between_two_payers_cost_together_what_they_cost_as_one(
    claim: dict[str, Any], data: st.DataObject
) -> None:
    claim["items"] = [item for item in claim["items"] if item["code"] != "side_dish_exemption"]
    whole = {(line.code, line.certification): line.amount_yen for line in priced(claim).lines}
    shared = copy.deepcopy(claim)
    shared["children"] = []
    for child in claim["children"]:
        own = data.draw(st.integers(0, child["count"]))
        disabled = child.get("disabled", 0)
        theirs = min(disabled, own)
        shared["children"] += [
            child | {"count": own, "payer": "129999", "disabled": theirs},
            child | {"count": child["count"] - own, "payer": "129998", "disabled": disabled - theirs},
        ]

    found = [priced(shared | {"payer": payer}) for payer in ("129999", "129998")]

    for (code, system), amount in whole.items():
        shares = [
            line.amount_yen
            for quote in found
            for line in quote.lines
            if (line.code, line.certification) == (code, system)
        ]
        assert sum(shares) == amount
    assert [quote.enrolled for quote in found] == [priced(claim).enrolled] * 2
    assert priced(shared).total_yen == sum(whole.values())


@TRIES
@given(claims(with_side_dishes=False))
def test_every_unit_is_a_multiple_of_ten_yen(claim: dict[str, Any]) -> None:
    for line in priced(claim).lines:
        assert all(part.unit_yen % 10 == 0 for part in line.parts)


@TRIES
@given(claims())
def test_only_deductions_are_negative(claim: dict[str, Any]) -> None:
    for line in priced(claim).lines:
        assert line.amount_yen <= 0 if line.section == "deduction" else line.amount_yen >= 0


@TRIES
@given(claims(), st.randoms(use_true_random=False))
def test_the_order_of_items_and_children_changes_nothing(claim: dict[str, Any], dice: random.Random) -> None:
    other = copy.deepcopy(claim)
    dice.shuffle(other["items"])
    dice.shuffle(other["children"])

    assert quote_as_dict(priced(other)) == quote_as_dict(priced(claim))


@TRIES
@given(claims(with_deductions=False))
def test_items_without_deductions_do_not_disturb_each_other(claim: dict[str, Any]) -> None:
    together = {(line.code, line.certification): line.amount_yen for line in priced(claim).lines}

    for item in claim["items"]:
        if item["code"] in ("under_age3_intake", "age3_staffing"):
            continue  # D10 ties these two together
        for line in priced(claim | {"items": [item]}).lines:
            if line.code == item["code"]:
                assert line.amount_yen == together[(line.code, line.certification)]


@TRIES
@given(claims(types=("kindergarten", "nursery"), with_side_dishes=False, with_movers=False))
def test_a_facility_item_never_pays_more_than_its_price_and_loses_less_than_ten_yen_a_child(
    claim: dict[str, Any],
) -> None:
    found = priced(claim | {"items": [{"code": "office_staff"}]})

    book = found.book
    row = next(
        row for row in book.rows if row.item == "office_staff" and row.facility_type == claim["facility_type"]
    )
    rate = 10 * (claim["treatment"]["base_percent"] + claim["treatment"]["wage_percent"]) + (
        row.c_tenths or 0
    )
    total = row.amount + floor10_of_rate(row.treatment_yen or 0, rate)
    amount = next(line.amount_yen for line in found.lines if line.code == "office_staff")
    assert total - 10 * found.enrolled < amount <= total


def at_full_rate(book: RateBook) -> RateBook:
    """The book with every 調整率 at 100/100."""
    rows = tuple(
        dataclasses.replace(row, amount=100) if row.item == "over_capacity" else row for row in book.rows
    )
    return dataclasses.replace(book, rows=rows)


FULL_RATE_BOOKS = {book.id: at_full_rate(book) for book in shipped_books()}


@TRIES
@given(claims(types=("kindergarten", "nursery")))
def test_over_capacity_at_100_percent_takes_nothing(claim: dict[str, Any]) -> None:
    claim["items"] = [item for item in claim["items"] if item["code"] != "over_capacity"]
    claim["items"].append({"code": "over_capacity"})
    found = parse(claim)

    quote = calculate(found, FULL_RATE_BOOKS[book_in_force(found.facility_type, found.month).id])

    assert next(line.amount_yen for line in quote.lines if line.code == "over_capacity") == 0


@TRIES
@given(claims())
def test_the_answer_survives_json(claim: dict[str, Any]) -> None:
    found = answer(claim, shipped_books())

    assert json.loads(json.dumps(found, ensure_ascii=False)) == found


@settings(max_examples=400, deadline=None)
@given(JSON | spoilt_claims())
def test_whatever_comes_in_is_priced_or_refused_with_declared_errors(document: Any) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        priced(document)
    except PricingError as stop:
        problems = stop.problems or (Problem("", ""),)

    assert all(problem.path and problem.message.endswith("。") for problem in problems)


@given(st.integers(-(10**9), 10**9))
def test_floor10_goes_down_to_a_multiple_of_ten(yen: int) -> None:
    assert floor10(yen) % 10 == 0
    assert 0 <= yen - floor10(yen) < 10


@given(st.integers(0, 10**9), st.integers(1, 2_000))
def test_a_larger_facility_never_has_a_larger_share(total: int, persons: int) -> None:
    assert floor10_of_share(total, persons + 1) <= floor10_of_share(total, persons) <= total


@given(st.integers(-(10**7), 10**7), st.integers(0, 100))
def test_a_percentage_is_floored_toward_minus_infinity(yen: int, percent: int) -> None:
    kept = floor10_of_percent(yen, percent)

    assert kept % 10 == 0
    assert 0 <= yen * percent - kept * 100 < 1_000
