"""Somebody of several facilities chooses one, and sees where something waits."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from approvals.operations import claims as approvals
from claims.operations.submitting import submit
from facilities.actors import Role
from facilities.models import Membership
from tests.cast import JUNE, MAY, City, Nursery, give_counts, make_city, make_facility, make_user, sign_in
from tests.claims.stage import AT, nursery, ready_claim
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def works_at(user: User, *places: Nursery, slot: int = 2) -> User:
    for place in places:
        with place.city.open():
            Membership.objects.create(
                municipality=place.city.municipality,
                user=user,
                duty=Role.FACILITY,
                facility=place.facility,
                slot=slot,
            )
    return user


def lines(answer: Any) -> list[str]:
    """The words of each facility's line."""
    items = re.findall(r"<li data-row=.*?</li>", answer.content.decode(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items]


def real(queries: Any) -> int:
    return sum(not re.match("SAVEPOINT|RELEASE|SET|SELECT set_config", query["sql"]) for query in queries)


def test_each_facility_says_what_waits_there(city):
    sakura = nursery(city)
    sumire = nursery(city, number="1299900000902")
    fuji = make_facility(city, "ふじ保育園", number="1299900000903")
    user = works_at(make_user("honbu", realm=city.municipality), sakura, sumire, fuji)
    ready_claim(sakura, MAY)
    give_counts(sakura, JUNE)
    claim = ready_claim(sumire, MAY)
    with sumire.open() as clerk:
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
    with city.open(Role.OFFICER) as officer:
        approvals.return_to_facility(
            claim.pk, shown_hash=claim.content_hash, reason="実績を直してください。", by=officer, at=AT
        )

    first, second, third = lines(sign_in(user).get("/f/"))

    assert "児童数の確認待ち 1か月 未提出の請求 1件" in first
    assert "差し戻し" not in first
    assert "差し戻し 1件" in second
    assert "未提出" not in second
    assert "いま、することはありません。" in third


def test_no_facility_is_named_as_open_before_one_is_chosen(city):
    sakura, sumire = nursery(city), nursery(city, number="1299900000902")
    user = works_at(make_user("honbu", realm=city.municipality), sakura, sumire)

    page = sign_in(user).get("/f/").content.decode()

    head = page.split("<main")[0]
    assert sakura.facility.name not in head
    assert "施設を切り替える" not in head
    assert "青葉台市" in head


def test_other_facilities_of_the_city_are_neither_shown_nor_counted(city):
    sakura, stranger = nursery(city), nursery(city, number="1299900000902")
    give_counts(stranger, JUNE)

    shown = lines(sign_in(sakura.clerk).get("/f/"))

    assert len(shown) == 1
    assert "いま、することはありません。" in shown[0]


def test_facilities_of_two_cities_are_counted_each_in_its_own(city):
    other = make_city("129998", "緑野市")
    sakura, komorebi = nursery(city), nursery(other, number="1299800000901")
    user = works_at(make_user("honbu"), sakura, komorebi)
    give_counts(komorebi, JUNE)
    browser = sign_in(user)

    shown = sorted(lines(browser.get("/f/")))

    assert ["確認待ち" in line for line in shown] == ["緑野市" in line for line in shown]
    assert sum("確認待ち" in line for line in shown) == 1
    assert browser.get(f"/f/{sakura.facility.number}/").status_code == 200


def test_the_record_names_the_facilities_of_the_page(city):
    sakura, sumire = nursery(city), nursery(city, number="1299900000902")
    user = works_at(make_user("honbu", realm=city.municipality), sakura, sumire)
    sign_in(user).get("/f/")

    last = events_of(city, "facilities.choice_shown")[-1]

    assert set(last.rows["facility"]) == {str(sakura.facility.pk), str(sumire.facility.pk)}


def test_ten_facilities_cost_as_much_as_two(city):
    user = make_user("honbu", realm=city.municipality)
    works_at(user, nursery(city), nursery(city, number="1299900000902"))
    browser = sign_in(user)
    browser.get("/f/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/f/")
    for number in range(3, 11):
        place = nursery(city, number=f"12999000009{number:02}")
        works_at(user, place)
        ready_claim(place, MAY)

    with CaptureQueriesContext(connection) as many:
        browser.get("/f/")

    assert real(many) == real(few) <= 12
