"""Homes say which additions changes on a roster put at risk, and from which month."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.queries.expected import expectations_in_city
from facilities.actors import Role
from tests.cast import APRIL, MAY, City, make_city, sign_in
from tests.claims.expected_stage import LOST, comes, garden, leaves, text
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_the_facilitys_home_says_it_with_the_way_there(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))

    answer = sign_in(place.clerk).get(f"/f/{place.facility.number}/")

    assert LOST in text(answer)
    assert "教諭1人の退職（5月31日）" in text(answer)
    assert f"/f/{place.facility.number}/additions/?month=2026-06" in answer.content.decode()
    shown = events_of(city, "portal.home_shown")[-1]
    assert shown.rows["staff_member"] == [str(members[0].pk)]


def test_the_citys_home_has_one_line_for_a_facility_without_people(city: City) -> None:
    place, members = garden(city)
    for member in members[:2]:
        leaves(place, member, date(2026, 5, 31))
    quiet, others = garden(city, "1299900000912", teachers=7)
    leaves(quiet, others[0], date(2026, 5, 31))

    answer = sign_in(city.people[Role.OFFICER]).get("/c/")
    page = text(answer)

    assert "職員の異動で要件を欠く見込みの加算 1施設" in page
    assert re.search(rf"もも幼稚園 {LOST} ほか1件", page)
    assert f"/c/review/additions/{place.facility.number}/?month=2026-06" in answer.content.decode()
    assert "教諭" not in page
    for role in (Role.ENROLMENT, Role.ADMINISTRATOR):
        assert "要件を欠く見込み" not in text(sign_in(city.people[role]).get("/c/"))


def test_more_facilities_and_changes_cost_the_city_no_query_more(city: City) -> None:
    def queries() -> int:
        with city.open(), CaptureQueriesContext(connection) as caught:
            assert expectations_in_city().found
        return len(caught)

    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))
    queries()
    few = queries()
    for number in range(912, 917):
        more, people_there = garden(city, f"1299900000{number}", month=APRIL if number % 2 else MAY)
        leaves(more, people_there[0], date(2026, 6, 30))
        comes(more, date(2026, 8, 1))

    assert queries() == few
    with city.open():
        assert len(expectations_in_city().found) == 6


def test_the_city_looks_at_so_many_facilities_and_says_of_how_many_it_does_not(city: City) -> None:
    for number in range(912, 915):
        place, members = garden(city, f"1299900000{number}")
        leaves(place, members[0], date(2026, 5 if number == 914 else 6, 30))
    arriving, _ = garden(city, "1299900000915")
    comes(arriving, date(2026, 6, 1))

    with city.open():
        found = expectations_in_city(most=1)

    assert [one.facility.number for one in found.at_stake] == ["1299900000914"], "the first to lose"
    assert found.left_out == 2, "who only comes takes nothing away"


def test_homes_pay_nothing_where_nothing_is_to_come(city: City) -> None:
    garden(city)
    with city.open(), CaptureQueriesContext(connection) as caught:
        assert not expectations_in_city().found
    assert len(caught) == 2
