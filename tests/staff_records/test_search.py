"""The city looks for somebody by kana: compared when opened, named on the record, written nowhere."""

import logging
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilities.actors import Role
from staff_records.queries import search
from tests.cast import make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.rosters import hire, of_another_corporation

SEARCH = "/c/staff/search/"


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture
def sakura(city):
    return make_facility(city)


@pytest.fixture
def officer(city):
    return sign_in(city.people[Role.OFFICER])


def test_somebody_is_found_at_every_facility_with_job_and_state(city, sakura, officer):
    sumire = of_another_corporation(city)
    hire(sakura)
    hire(sumire, last_day=date(2024, 3, 31))
    hire(sakura, ("緑　太郎", "みどり　たろう"))

    page = officer.post(SEARCH, {"kana": "ｱｵﾊﾞ", "birth_date": ""}).content.decode()

    assert page.count("青葉　花子") == 2
    for words in ("さくら保育園", "すみれ保育園", "保育士", "在籍", "退職"):
        assert words in page
    assert "緑　太郎" not in page


def test_who_has_announced_a_leaving_is_still_there(city, sakura, officer):
    hire(sakura, last_day=timezone.localdate() + timedelta(days=60))

    page = officer.post(SEARCH, {"kana": "あおば", "birth_date": ""}).content.decode()

    assert "在籍" in page
    assert "退職" not in page


def test_whoever_is_found_leads_to_the_person_and_to_the_roster(sakura, officer):
    member = hire(sakura).member

    page = officer.post(SEARCH, {"kana": "あおば"}).content.decode()

    number = sakura.facility.number
    for address in (f"/c/staff/{number}/{member.pk}/", f"/c/staff/{number}/"):
        assert f'href="{address}"' in page
        assert officer.get(address).status_code == 200


def test_the_record_names_who_was_shown_and_nothing_tells_who_was_looked_for(city, sakura, officer, caplog):
    found = hire(sakura)
    hire(sakura, ("青葉　太郎", "あおば　たろう"), birth=date(1980, 1, 1))

    with caplog.at_level(logging.DEBUG):
        answer = officer.post(SEARCH, {"kana": "あおば", "birth_date": "平成2年4月2日"})

    (event,) = events_of(city, "staff.searched")
    assert event.rows == {"staff_member": [str(found.member.pk)]}
    assert event.detail == {"has_more": False}
    assert "青葉　太郎" not in answer.content.decode()
    # The database's own log of statements holds tokens; no word of what was typed.
    assert "あおば" not in caplog.text
    assert answer.wsgi_request.get_full_path() == SEARCH


def test_who_only_shares_a_token_is_not_shown(city, sakura, officer, monkeypatch):
    hire(sakura)
    monkeypatch.setattr("staff_records.finding._hashes", lambda *_: {"dev": b"same"})
    hire(sakura, ("緑　太郎", "みどり　たろう"))

    page = officer.post(SEARCH, {"kana": "みどり　たろう"}).content.decode()

    assert "緑　太郎" in page
    assert "青葉　花子" not in page


def test_more_than_a_page_is_said_and_costs_no_more(city, sakura, officer, monkeypatch):
    monkeypatch.setattr(search, "MOST_SHOWN", 4)
    costs = []
    for number in range(6):
        hire(sakura, (f"青葉　{'花' * (number + 1)}", f"あおば　{'はな' * (number + 1)}"))
        if number in {1, 5}:
            with CaptureQueriesContext(connection) as queries:
                page = officer.post(SEARCH, {"kana": "あおば"}).content.decode()
            costs.append(len(queries))

    assert page.count("<tr data-row") == 4
    assert "見つかった方が多いため" in page
    assert costs[0] == costs[1]


@pytest.mark.parametrize("kana", ["", "青葉", "12"])
def test_what_is_no_kana_is_refused_at_the_field(officer, kana):
    answer = officer.post(SEARCH, {"kana": kana})

    assert answer.status_code == 422
    assert 'id="id_kana-error"' in answer.content.decode()


def test_other_sections_do_not_search(city):
    for role in (Role.ENROLMENT, Role.ADMINISTRATOR):
        assert sign_in(city.people[role]).post(SEARCH, {"kana": "あおば"}).status_code == 403
