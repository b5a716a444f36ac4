"""The address of a button, opened without pressing it, shows the page the button stands on."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.operations.submitting import submit
from facilities.actors import Role
from portal.help.texts import PAGES
from tests.access.addresses import ADDRESSES
from tests.access.table import GET
from tests.cast import City, Nursery, make_city, sign_in
from tests.claims.stage import AT, nursery, ready_claim
from tests.record import events_of

WITHOUT_A_PAGE = {"accounts:logout", "accounts:keep_alive"}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def heading(answer: Any) -> str:
    return str(answer.content.decode().split("<h1>")[1].split("</h1>")[0])


def test_no_address_but_these_answers_a_bookmark_with_a_refusal():
    assert {name for name, answers in GET.items() if 405 in answers} == WITHOUT_A_PAGE
    assert set(ADDRESSES) >= WITHOUT_A_PAGE
    assert not WITHOUT_A_PAGE & set(PAGES)


@pytest.mark.parametrize(
    ("button", "page", "duty"),
    [
        ("/c/accounts/reconfirm/", "/c/accounts/", Role.ADMINISTRATOR),
        ("/c/facilities/1299900000901/profile/", "/c/facilities/1299900000901/", Role.OFFICER),
        ("/c/facilities/1299900000901/changes/close/", "/c/facilities/1299900000901/changes/", Role.OFFICER),
        ("/c/review/together/approve/", "/c/review/", Role.CHIEF),
        ("/c/schedule/exceptions/2026-06/claim/remove/", "/c/schedule/", Role.MANAGER),
    ],
)
def test_a_reload_after_a_refused_form_shows_the_form_again(city, sakura, button, page, duty):
    browser = sign_in(city.people[duty])
    refused = browser.post(button)

    again = browser.get(button)

    assert refused.status_code in {302, 422}
    assert again.status_code == 200
    assert heading(again) == heading(browser.get(page))


def test_the_record_says_which_page_was_shown(city, sakura):
    browser = sign_in(city.people[Role.OFFICER])

    browser.get("/c/facilities/1299900000901/profile/")

    last = events_of(city)[-1]
    assert (last.event, last.object_id) == ("facilities.shown", str(sakura.facility.pk))


def test_a_page_that_is_not_for_this_role_stays_closed_by_its_buttons_address(city, sakura):
    browser = sign_in(city.people[Role.ENROLMENT])

    answer = browser.get("/c/facilities/1299900000901/profile/")

    assert answer.status_code == 403
    assert answer.content == browser.get("/c/facilities/1299900000901/").content


def test_a_file_above_a_button_is_not_handed_out_by_mistake(city, sakura):
    """The nearest page above is shown; an address above that is a download is not a page."""
    address = reverse(
        "notices:detach", kwargs=dict.fromkeys(["notice_id", "attachment_id"], city.municipality.pk)
    )

    answer = sign_in(city.people[Role.OFFICER]).get(address)

    assert answer.status_code == 404


def test_what_was_typed_before_the_login_expired_is_there_again_at_a_buttons_address(city, sakura):
    claim = ready_claim(sakura)
    with sakura.open() as clerk:
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
    officer = city.people[Role.OFFICER]
    address = reverse("approvals:remark", args=[claim.pk])
    expired = sign_in(officer)
    session = expired.session
    session["last_seen"] = session["began"] = session["last_seen"] - 24 * 60 * 60
    session.save()
    refused_before = {"referer": f"http://testserver{address}"}
    expired.post(address, {"text": "閉所は1日で合っていますか。"}, headers=refused_before)
    browser = sign_in(officer)
    session = browser.session
    session["held_form"] = expired.session["held_form"]
    session.save()

    page = browser.get(address)

    assert page.status_code == 200
    assert "閉所は1日で合っていますか。" in page.content.decode()


def test_where_there_is_no_page_the_same_bytes_say_so_to_everybody(city, sakura):
    answers = [
        browser.get("/logout/")
        for browser in (Client(), sign_in(sakura.clerk), sign_in(city.people[Role.OFFICER]))
    ]

    assert [answer.status_code for answer in answers] == [405] * 3
    assert len({answer.content for answer in answers}) == 1
    assert heading(answers[0]) == "このアドレスは開けません"
    assert 'href="/"' in answers[0].content.decode()
    assert {answer["Allow"] for answer in answers} == {"POST"}


def test_a_page_that_takes_nothing_says_so_in_the_same_words(sakura):
    browser = sign_in(sakura.clerk)

    answer = browser.post(f"/f/{sakura.facility.number}/counts/")

    assert answer.status_code == 405
    assert answer.content == Client().get("/logout/").content
    assert answer["Allow"] == "GET"
