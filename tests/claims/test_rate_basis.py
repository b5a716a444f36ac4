"""Beside the rates of a claim stands what the accepted roster of its fiscal year comes to."""

import re
from datetime import date

import pytest

from facilities.actors import Role
from facilities.models import FacilityProfile
from tests.cast import JUNE, City, Nursery, make_city, sign_in
from tests.claims.stage import nursery, ready_claim
from tests.record import events_of
from tests.staff_records.year_stage import accepted, add_teacher, send


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    place = nursery(city)
    with place.open():
        add_teacher(place, 1)
        add_teacher(place, 2, name="若葉　つぎ", kana="わかば　つぎ", hired_on=date(2018, 4, 1))
    return place


def words(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def claim_page(place: Nursery) -> str:
    claim = ready_claim(place, JUNE)
    return words(sign_in(place.clerk).get(f"/f/{place.facility.number}/claims/{claim.pk}/").content)


def rates(place: Nursery, base: int, wage: int) -> None:
    with place.city.open():
        FacilityProfile.objects.filter(facility=place.facility).update(base_percent=base, wage_percent=wage)


def test_without_an_accepted_roster_nothing_is_said(sakura):
    send(sakura)

    assert "加算率の根拠" not in claim_page(sakura)


def test_the_same_rates_are_said_to_be_the_same_with_every_step(city, sakura):
    # Six years and eight: seven on average.
    rates(sakura, 9, 6)
    snapshot = accepted(sakura)

    page = claim_page(sakura)

    assert (
        "令和8年4月1日(水)現在の職員名簿（受理済み 第1版）では、平均経験年数 7年で区分1 9%・区分2 6%です"
        in page
    )
    assert "この請求の加算率と同じです" in page
    assert "対象の職員 2人" in page
    assert str(snapshot.pk) in events_of(city, "claims.shown")[-1].rows["roster_snapshot"]


def test_other_rates_are_told_to_the_reviewer_as_well(city, sakura):
    rates(sakura, 12, 7)
    accepted(sakura)
    claim = ready_claim(sakura, JUNE)

    page = words(sign_in(city.people[Role.OFFICER]).get(f"/c/review/{claim.pk}/").content)

    assert "この請求の加算率（区分1 12%・区分2 7%）と違います" in page
