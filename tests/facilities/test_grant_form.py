"""What the administrator types about a 加算 or 減算: the numbers it needs, and those it may have."""

from __future__ import annotations

from typing import Any

import pytest

from facilities.forms.items import GrantForm, option_words


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

    assert not form.is_valid()
    assert "使いません" in str(form.non_field_errors())


def test_children_with_a_disability_come_with_the_counts() -> None:
    form = form_of("small_a", code="disability_care")

    assert "children" not in form.fields
    assert form.is_valid()


def test_a_registered_shortage_is_read_in_words() -> None:
    assert option_words("below_staffing", "kindergarten", {"headcount": 2}) == [("不足している職員の数", "2")]


@pytest.mark.parametrize(
    ("met_on", "month"), [("2026-06-01", "2026-06"), ("2026-06-02", "2026-07"), ("2026-12-31", "2027-01")]
)
def test_the_day_a_condition_is_met_leads_to_its_first_month(met_on: str, month: str) -> None:
    form = form_of("kindergarten", code="bus", met_on=met_on, from_month="")

    assert form.is_valid(), form.errors
    assert str(form.cleaned_data["from_month"]) == month


@pytest.mark.parametrize(
    ("met_on", "from_month", "says"),
    [
        ("2026-06-02", "2026-06", "令和8年7月分から"),
        ("2026-06-02", "2026-07", ""),
        # Granted from later on than it could have been: the city says so.
        ("2026-06-02", "2026-09", ""),
        ("", "", "適用開始月か、要件を満たした日"),
        ("", "2026-13", "2026-06"),
    ],
)
def test_a_month_before_the_condition_was_met_is_refused(met_on: str, from_month: str, says: str) -> None:
    form = form_of("kindergarten", code="bus", met_on=met_on, from_month=from_month)

    assert form.is_valid() == (not says)
    assert says in str(form.errors.get("from_month", ""))


@pytest.mark.parametrize("met_on", ["9999-12-31", "1026-06-01", "2026-02-30"])
def test_a_day_that_cannot_be_meant_is_refused(met_on: str) -> None:
    assert "met_on" in form_of("kindergarten", code="bus", met_on=met_on, from_month="").errors
