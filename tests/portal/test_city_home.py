"""The city's home: each role sees its own work, and an empty city says what comes first."""

import re
from datetime import date

import pytest

from facilities.actors import Role
from facilities.models import FacilityKind, Ownership
from tests.approvals.test_inbox import approve, play
from tests.cast import JUNE, MAY, City, give_counts, make_city, make_facility, sign_in
from tests.documents.test_claim_form import NURSERY_ITEMS, submitted_claim
from tests.record import events_of

CITY_ROLES = [Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def home_of(city: City, role: Role) -> str:
    answer = sign_in(city.people[role]).get("/c/")
    assert answer.status_code == 200
    page: str = answer.content.decode()
    return page.split("<main")[1]


@pytest.mark.parametrize("role", CITY_ROLES)
def test_an_empty_city_says_what_comes_first(city: City, role: Role) -> None:
    page = home_of(city, role)

    assert "児童数がまだ取り込まれていません" in page
    assert ("児童数を取り込む</a>" in page) == (role is Role.ENROLMENT)


@pytest.mark.parametrize("role", CITY_ROLES)
def test_money_is_shown_to_those_who_review_it(city: City, role: Role) -> None:
    submitted_claim(city)

    page = home_of(city, role)

    assert ("提出された請求額" in page) == (role is not Role.ENROLMENT)
    assert ("令和8年6月分を審査する（1件）</a>" in page) == (role is Role.OFFICER)


def test_a_newer_month_does_not_hide_what_still_waits(city: City) -> None:
    garden = make_facility(city, "さくら", number="1299900000901", items=NURSERY_ITEMS)
    may = play(garden, MAY)
    give_counts(garden, JUNE)

    assert "令和8年5月分を審査する（1件）</a>" in home_of(city, Role.OFFICER)
    assert "いま待っている請求はありません" in home_of(city, Role.CHIEF)
    approve(city, may, Role.OFFICER)

    assert "いま待っている請求はありません" in home_of(city, Role.OFFICER)
    assert "令和8年5月分を審査する（1件）</a>" in home_of(city, Role.CHIEF)
    approve(city, may, Role.CHIEF)
    assert "いま待っている請求はありません" in home_of(city, Role.CHIEF)


def test_who_cannot_claim_is_known_before_anybody_confirms(city: City) -> None:
    for number, options in (
        ("1299900000901", {}),
        ("1299900000902", {"kind": FacilityKind.SMALL_A}),
        ("1299900000903", {"ownership": Ownership.PUBLIC}),
    ):
        give_counts(make_facility(city, f"園{number[-1]}", number=number, **options), JUNE)

    page = home_of(city, Role.OFFICER)

    assert "児童数が届いた 3 / 3" in page
    assert "請求が提出された 0 / 1" in page
    rows = re.findall(r'<th scope="row">([^<]*)</th><td>([^<]*)</td><td class="number">(\d+)</td>', page)
    assert rows == [(FacilityKind.SMALL_A.label, "単価がまだ登録されていません。", "1")]


def test_the_record_names_every_facility_of_the_map(city: City) -> None:
    garden, _ = submitted_claim(city)

    page = home_of(city, Role.OFFICER)

    shown = set(re.findall(r'data-row="([0-9a-f-]{36})"', page))
    event = events_of(city, "portal.home_shown")[-1]
    assert shown == {str(garden.facility.pk)} == {row for rows in event.rows.values() for row in rows}


@pytest.mark.parametrize(("day", "is_asked"), [("2027-01-04", True), ("2027-05-01", False)])
def test_the_year_is_asked_for_while_it_can_be_carried(
    city: City, monkeypatch: pytest.MonkeyPatch, day: str, is_asked: bool
) -> None:
    monkeypatch.setattr("portal.queries.city.timezone.localdate", lambda: date.fromisoformat(day))
    assert "年度更新がまだです" not in home_of(city, Role.ADMINISTRATOR), (
        "no facility: nothing can be carried"
    )

    make_facility(city)

    assert ("年度更新がまだです" in home_of(city, Role.ADMINISTRATOR)) is is_asked
    assert "年度更新がまだです" not in home_of(city, Role.OFFICER)
