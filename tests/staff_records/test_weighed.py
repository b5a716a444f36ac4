"""What an act does to additions is seen on the page of the person: before it is registered, and after."""

from datetime import date
from typing import Any

import pytest

from claims.models import Claim
from claims.operations.submitting import submit
from claims.queries.expected import expectation_of, expectations_in_city
from facilities.models import FacilityKind
from staff_records.models import StaffChange, StaffMember
from tests.cast import MAY, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.expected_stage import LOST, expected, garden, leaves, now, stays, text, version
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def act_address(place: Nursery, member: StaffMember, act: str = "") -> str:
    return f"/f/{place.facility.number}/staff/{member.pk}/{act}"


def typed(place: Nursery, member: StaffMember, left_on: str, **more: str) -> dict[str, Any]:
    with place.open():
        return {"version": version(member), "left_on": left_on, "ending": "left", **more}


def test_what_a_leave_does_is_seen_before_it_is_registered(city: City) -> None:
    place, members = garden(city)
    browser = sign_in(place.clerk)

    answer = browser.post(
        act_address(place, members[0], "leaving/"), typed(place, members[0], "R8.5.31", weigh="1")
    )

    assert answer.status_code == 200
    assert "まだ登録していません" in text(answer)
    assert LOST in text(answer)
    with place.open():
        assert StaffChange.objects.count() == 0
        assert version(members[0]) == StaffMember.objects.get(pk=members[0].pk).version == members[0].version
    assert not events_of(city, "staff.left")
    assert events_of(city, "staff.shown")[-1].detail == {"weighed": True}
    assert expected(place) is None
    assert 'value="R8.5.31"' in answer.content.decode(), "what was typed stands"


def test_what_a_leave_does_is_seen_after_it_is_registered(city: City) -> None:
    place, members = garden(city)
    browser = sign_in(place.clerk)

    answer = browser.post(
        act_address(place, members[0], "leaving/"), typed(place, members[0], "R8.5.31"), follow=True
    )

    page = text(answer)
    assert "この職員の異動と加算" in page
    assert LOST in page
    assert "令和8年5月の児童数で見込んだものです" in page
    assert "この職員の異動と加算" not in text(browser.get(act_address(place, members[1]))), "somebody else's"
    stays(place, members[0])
    assert "この職員の異動と加算" not in text(browser.get(act_address(place, members[0])))


def test_a_leave_that_is_refused_is_refused_when_looked_at(city: City) -> None:
    place, members = garden(city)
    browser = sign_in(place.clerk)

    answer = browser.post(
        act_address(place, members[0], "leaving/"), typed(place, members[0], "R1.5.31", weigh="1")
    )

    assert answer.status_code == 422
    assert "まだ登録していません" not in text(answer)


def test_a_late_change_names_the_months_that_have_claims(city: City) -> None:
    place, members = garden(city)
    with place.open() as clerk:
        claim = Claim.objects.get()
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=now())
    browser = sign_in(place.clerk)
    address = act_address(place, members[0], "leaving/")

    looked = text(browser.post(address, typed(place, members[0], "R8.4.30", weigh="1")))
    done = text(browser.post(address, typed(place, members[0], "R8.4.30"), follow=True))

    assert "令和8年5月分にかかります（児童数 確認済み・請求 提出済み 1件）。" in looked
    assert "請求のある令和8年5月分にかかります（児童数 確認済み・請求 提出済み 1件）。" in done


def test_people_of_another_corporation_are_not_seen(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))
    stranger = make_facility(city, "すみれ保育園", number="1299900000902", kind=FacilityKind.NURSERY)
    give_counts(stranger, MAY)
    browser = sign_in(stranger.clerk)

    assert browser.get(act_address(place, members[0])).status_code == 404
    assert browser.get(f"/f/{place.facility.number}/additions/?month=2026-06").status_code == 404
    with stranger.open():
        assert expectation_of(place.facility) is None
        assert not expectations_in_city().found
