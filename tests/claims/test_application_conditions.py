"""The conditions of an addition while it is applied for: what was typed counts, what is not known is asked."""

from typing import Any

import pytest

from applications.condition_checks import AskedAddition, Verdict
from claims.application_conditions import check_addition
from facilities.periods import ServiceMonth
from pricing.conditions.facts import QUESTIONS
from tests.cast import APRIL, JUNE, City, Nursery, give_counts, make_city
from tests.claims.stage import nursery

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def ask(place: Nursery, code: str, month: ServiceMonth = JUNE, **facts: Any) -> Any:
    with place.open():
        return check_addition(AskedAddition(place.facility, month, code, "", {}, facts))


def test_what_was_typed_decides_with_its_reason(sakura):
    give_counts(sakura, JUNE)

    found = ask(sakura, "holiday_care", holiday_open=False)

    assert found.verdict is Verdict.FAILS
    assert any("開所" in one.words for one in found.failing)
    assert "令和8年6月分の児童数" in found.basis


def test_what_nobody_has_said_is_asked(sakura):
    give_counts(sakura, JUNE)

    before = ask(sakura, "holiday_care")
    after = ask(sakura, "holiday_care", holiday_open=True)

    questions = [sentence for one in before.open for sentence in one.sentences]
    assert QUESTIONS["holiday_open"] in questions
    assert len(after.open) == len(before.open) - 1
    assert before.verdict is Verdict.UNKNOWN


def test_children_of_an_earlier_month_are_taken_and_no_children_are_not_none(sakura):
    without = ask(sakura, "team_childcare", APRIL)
    give_counts(sakura, APRIL)
    later = ask(sakura, "team_childcare", JUNE)

    asked = [sentence for one in without.open for sentence in one.sentences]
    assert QUESTIONS["children"] in asked
    assert QUESTIONS["children"] not in [sentence for one in later.open for sentence in one.sentences]
    assert "令和8年4月分" in later.basis
    assert without.basis == "児童数はまだ届いていません"


def test_an_addition_the_type_does_not_have_is_told(sakura):
    (condition,) = ask(sakura, "bus").failing

    assert "保育所では請求できない項目" in condition.sentences[0]


def test_a_choice_becomes_the_fact_it_is(sakura):
    give_counts(sakura, JUNE)

    found = ask(sakura, "nutrition", dietitian="none")

    assert found.verdict is Verdict.FAILS
