"""What the administrator types about a 加算 or 減算: the numbers it needs, and those it may have."""

from __future__ import annotations

from typing import Any

import pytest

from facilities.forms import GrantForm, option_words


def form_of(kind: str, **typed: Any) -> GrantForm:
    return GrantForm({"from_month": "2026-06", **typed}, kind=kind, fiscal_year=2026)


@pytest.mark.parametrize(("headcount", "options"), [("2", {"headcount": 2}), ("", {})])
def test_the_missing_teachers_can_be_registered_and_may_be_left_out(
    headcount: str, options: dict[str, int]
) -> None:
    form = form_of("kindergarten", code="below_staffing", headcount=headcount)

    assert form.is_valid(), form.errors
    assert form.options() == options


def test_nobody_missing_is_no_deduction() -> None:
    assert set(form_of("kindergarten", code="below_staffing", headcount="0").errors) == {"headcount"}


def test_a_number_of_another_item_is_refused() -> None:
    form = form_of("kindergarten", code="bus", headcount="2")

    assert "使いません" in str(form.errors["headcount"])


def test_children_with_a_disability_come_with_the_counts() -> None:
    form = form_of("small_a", code="disability_care")

    assert "children" not in form.fields
    assert form.is_valid()


def test_a_registered_shortage_is_read_in_words() -> None:
    assert option_words("below_staffing", "kindergarten", {"headcount": 2}) == [("不足している職員の数", "2")]
