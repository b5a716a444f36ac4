"""What one roster of a corporation says of somebody is offered to the other, and written down once."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilities.rules import NotAllowed
from staff_records.models import StaffChange
from staff_records.operations import same_person
from staff_records.problems import FieldProblems
from staff_records.values import Detail, Identity
from staff_records.words import ChangeKind, Ending
from tests.cast import make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.rosters import (
    FULL,
    add,
    arrival,
    hire,
    of_another_corporation,
    of_the_same_corporation,
    roster_of,
    writing,
)

FIND = "/f/1299900000903/staff/find/"


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture
def sakura(city):
    return make_facility(city)


@pytest.fixture
def momiji(city, sakura):
    return of_the_same_corporation(city)


@pytest.fixture
def hanako(sakura):
    """At work at さくら保育園."""
    return hire(sakura)


def test_a_new_name_at_one_facility_is_offered_at_the_other_and_taken_over(city, sakura, momiji, hanako):
    here = add(momiji, arrival(hanako))
    with writing(sakura, hanako) as (found, writer):
        new = Detail("若葉　花子", "わかば　はなこ", "青葉", "272-0001", "青葉市みどり1丁目")
        writer.add_detail(found, new, from_day=date(2026, 5, 20))
    browser = sign_in(momiji.clerk)
    page = browser.get(FIND).content.decode()
    assert "取り込みますか" in page
    assert "若葉　花子" in page

    answer = browser.post(
        f"{FIND}take-over/", {"member": str(here.member.pk), "other": str(hanako.member.pk)}
    )

    assert answer.status_code == 302
    (after,) = roster_of(momiji)
    assert after.detail_on(date(2026, 5, 19)).name == "青葉　花子"
    assert after.detail_on(date(2026, 5, 20)).name == "若葉　花子"
    assert "取り込みますか" not in browser.get(FIND).content.decode()
    assert "取り込みますか" not in sign_in(sakura.clerk).get("/f/1299900000901/staff/find/").content.decode()
    with momiji.open():
        change = StaffChange.objects.get(kind=ChangeKind.DETAILS)
        assert change.fields == ["address", "former_name", "kana", "name", "postal_code"]


def test_an_older_name_is_not_offered(sakura, momiji, hanako):
    here = add(momiji, arrival(hanako))
    with writing(sakura, hanako) as (found, writer):
        writer.add_detail(found, Detail("若葉　花子", "わかば　はなこ"), from_day=date(2026, 5, 20))

    page = sign_in(sakura.clerk).get("/f/1299900000901/staff/find/").content.decode()
    with sakura.open() as clerk, pytest.raises(NotAllowed, match="取り込むことはありません"):
        same_person.take_over_detail(
            sakura.facility, hanako.member.pk, here.member.pk, by=clerk, at=timezone.now()
        )

    assert "この施設の名簿のほうが新しい" in page


def test_a_refusal_stays_on_record_of_both_facilities(city, sakura, momiji, hanako):
    here = add(momiji, arrival(hanako))
    before = len(events_of(city))

    with momiji.open() as clerk, pytest.raises(NotAllowed, match="取り込むことはありません"):
        same_person.take_over_detail(
            momiji.facility, here.member.pk, hanako.member.pk, by=clerk, at=timezone.now()
        )

    assert [
        (one.event, one.outcome, one.facility_id, list(one.rows.values())) for one in events_of(city)[before:]
    ] == [
        ("staff.details_changed", "refused", momiji.facility.pk, [[str(here.member.pk)]]),
        ("staff.shown_to_other_facility", "done", sakura.facility.pk, [[str(hanako.member.pk)]]),
    ]


def test_a_birth_date_put_right_is_taken_over(sakura, momiji, hanako):
    here = add(momiji, arrival(hanako))
    with writing(sakura, hanako) as (found, writer):
        writer.set_identity(found, Identity(date(1990, 4, 20)))
    with momiji.open() as clerk:
        same_person.take_over_detail(
            momiji.facility, here.member.pk, hanako.member.pk, by=clerk, at=timezone.now()
        )

    assert roster_of(momiji)[0].member.birth_date == date(1990, 4, 20)


def test_a_birth_date_that_does_not_fit_here_is_refused(sakura, momiji, hanako):
    here = add(momiji, arrival(hanako))
    with writing(sakura, hanako) as (found, writer):
        writer.correct_span(found, found.spans[0], FULL, first_day=date(2026, 4, 1))
        writer.set_identity(found, Identity(date(2011, 3, 1)))
    with writing(momiji, here) as (found, writer):
        writer.correct_span(found, found.spans[0], FULL, first_day=date(2026, 2, 1))

    with momiji.open() as clerk, pytest.raises(FieldProblems):
        same_person.take_over_detail(
            momiji.facility, here.member.pk, hanako.member.pk, by=clerk, at=timezone.now()
        )


def test_two_people_are_not_made_one(city, sakura, momiji, hanako):
    taro = hire(momiji, ("緑　太郎", "みどり　たろう"))
    sumire = of_another_corporation(city)
    stranger = hire(sumire, person_id=taro.member.person_id)

    for other in (hanako, stranger):
        with momiji.open() as clerk, pytest.raises(NotAllowed):
            same_person.take_over_detail(
                momiji.facility, taro.member.pk, other.member.pk, by=clerk, at=timezone.now()
            )


@pytest.mark.parametrize(("days", "is_offered"), [(60, True), (0, True), (-1, False)])
def test_who_has_announced_a_leaving_is_on_both_rosters_until_the_last_day(
    sakura, momiji, hanako, days, is_offered
):
    here, today = add(momiji, arrival(hanako)), timezone.localdate()
    for place, one in ((sakura, hanako), (momiji, here)):
        with writing(place, one) as (found, writer):
            writer.end_work(found, last_day=today + timedelta(days=days), ending=Ending.LEFT)
    with writing(sakura, hanako) as (found, writer):
        writer.add_detail(found, Detail("若葉　花子", "わかば　はなこ"), from_day=date(2026, 5, 20))

    page = sign_in(momiji.clerk).get(FIND).content.decode()

    assert ("若葉　花子" in page) is is_offered


def test_the_page_of_six_costs_as_much_as_of_two(sakura, momiji):
    browser = sign_in(momiji.clerk)
    costs = []
    for number in range(6):
        found = hire(sakura, (f"青葉　{'花' * (number + 1)}", f"あおば　{'はな' * (number + 1)}"))
        add(momiji, arrival(found, kana=f"あおば　{'はな' * (number + 1)}"))
        if number in {1, 5}:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(FIND).status_code == 200
            costs.append(len(queries))

    assert costs[0] == costs[1]
