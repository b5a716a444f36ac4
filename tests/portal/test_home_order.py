"""What is urgent stands first on a facility's home; the tour only for somebody new."""

import pytest

from tests.cast import JUNE, MAY, City, Nursery, give_counts, make_city
from tests.claims.stage import nursery, ready_claim
from tests.portal.test_deadlines_told import returned
from tests.portal.test_facility_home import home_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def test_a_returned_claim_stands_first_with_its_day(city: City, sakura: Nursery) -> None:
    returned(city, sakura)
    give_counts(sakura, JUNE.plus(1))

    page = home_of(sakura)

    assert page.index("差し戻された請求があります") < page.index('class="steps"')
    assert page.index("「日数が合いません。」") < page.index('class="steps"')


def test_the_tour_is_first_only_for_somebody_new_without_anything_urgent(city: City, sakura: Nursery) -> None:
    give_counts(sakura)
    page = home_of(sakura)
    assert page.index("はじめての方へ") < page.index("前の月の児童数")

    give_counts(sakura, MAY)
    page = home_of(sakura)
    assert page.index("前の月の児童数") < page.index("はじめての方へ"), "May waits"


def test_the_tour_stands_below_for_who_has_done_the_steps(sakura: Nursery) -> None:
    ready_claim(sakura)

    page = home_of(sakura)

    assert page.index("前の月の児童数") < page.index("はじめての方へ")
