"""The door: who is it, for whom, may they be here; and nothing leaves without a record."""

from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from config import urls
from facilities.actors import Role
from facilities.events import FacilityEvent
from facilities.middleware import UnauditedResponse
from facilities.models import Membership
from tests.cast import Browser, City, Nursery, make_city, make_facility, make_user, sign_in
from tests.record import events_of


def forgets_to_record(request: HttpRequest, facility_number: str) -> HttpResponse:
    return HttpResponse("rows nobody will know about")


def streams(request: HttpRequest, facility_number: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(["rows"])


urlpatterns = [
    path("f/<str:facility_number>/forgets/", forgets_to_record),
    path("f/<str:facility_number>/streams/", streams),
    *urls.urlpatterns,
]
handler404 = urls.handler404


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def sumire(city: City) -> Nursery:
    return make_facility(city, "すみれ保育園", number="1299900000902")


@pytest.mark.urls("tests.facilities.test_door")
@pytest.mark.parametrize("place", ["forgets", "streams"])
def test_a_page_that_recorded_nothing_does_not_leave(sakura, place):
    with pytest.raises(UnauditedResponse):
        sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/{place}/")


@pytest.mark.urls("tests.facilities.test_door")
def test_the_user_of_a_page_that_recorded_nothing_sees_no_rows(sakura):
    browser = sign_in(sakura.clerk)
    browser.raise_request_exception = False

    answer = browser.get(f"/f/{sakura.facility.number}/forgets/")

    assert answer.status_code == 500
    assert "rows nobody" not in answer.content.decode()


@pytest.mark.parametrize("place", ["", "counts/", "claims/", "documents/", "counts/2026-06/"])
def test_another_facilitys_number_answers_like_one_that_does_not_exist(sakura, sumire, place):
    browser = sign_in(sumire.clerk)

    foreign = browser.get(f"/f/{sakura.facility.number}/{place}")
    unknown = browser.get(f"/f/1299900009999/{place}")
    nonsense = browser.get(f"/f/{uuid4()}/nowhere/")

    assert (foreign.status_code, unknown.status_code, nonsense.status_code) == (404, 404, 404)
    assert foreign.content == unknown.content == nonsense.content
    assert dict(foreign.headers) == dict(unknown.headers) == dict(nonsense.headers)


def test_a_denial_is_recorded_with_who_and_which_page(city, sakura, sumire):
    sign_in(sumire.clerk).get(f"/f/{sakura.facility.number}/", REMOTE_ADDR="192.0.2.7")

    event = events_of(city, FacilityEvent.ACCESS_DENIED)[-1]

    assert (event.outcome, event.actor_label) == ("refused", sumire.clerk.login_id)
    assert event.detail == {"page": "facility_portal:home", "status": 404}
    assert (event.address, event.entrance) == ("192.0.2.7", "internet")


def test_somebody_not_signed_in_is_led_to_the_login_and_back(sakura):
    answer = Browser().get(f"/f/{sakura.facility.number}/counts/?a=1")

    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next=%2Ff%2F{sakura.facility.number}%2Fcounts%2F%3Fa%3D1"


def test_not_signed_in_a_number_that_exists_answers_like_one_that_does_not(sakura):
    known, unknown = (Browser().get(f"/f/{number}/") for number in (sakura.facility.number, "1299900009999"))

    assert known.status_code == unknown.status_code == 302


def test_a_password_alone_is_not_enough(sakura):
    browser = Browser()
    browser.force_login(sakura.clerk, backend="accounts.backends.AccountBackend")
    session = browser.session
    session["began"] = session["last_seen"] = 4102444800.0
    session.save()

    answer = browser.get(f"/f/{sakura.facility.number}/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize(
    ("role", "open_doors"),
    [
        (Role.FACILITY, "f"),
        (Role.ENROLMENT, "c"),
        (Role.OFFICER, "c"),
        (Role.CHIEF, "c"),
        (Role.MANAGER, "c"),
        (Role.ADMINISTRATOR, "c"),
        (Role.AUDITOR, "a"),
    ],
)
def test_each_role_has_its_own_door(city, sakura, role, open_doors):
    user = sakura.clerk if role is Role.FACILITY else city.people[role]
    browser = sign_in(user)
    doors = {"f": f"/f/{sakura.facility.number}/", "c": "/c/", "a": "/a/"}

    answers = {door: browser.get(address).status_code for door, address in doors.items()}

    assert answers == {door: 200 if door == open_doors else 404 for door in doors}


def test_an_ended_membership_opens_nothing(city, sakura):
    with city.open():
        Membership.objects.filter(user=sakura.clerk).update(ended_at="2026-06-01T00:00:00Z")

    assert sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/").status_code == 404


def test_an_account_without_a_role_is_told_what_to_do(city):
    answer = sign_in(make_user("nobody-yet", realm=city.municipality)).get("/")

    assert answer.status_code == 403
    assert "管理者" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_request_leaves_no_scope_behind():
    sakura = make_facility(make_city())
    sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM facilities_facility")
        assert cursor.fetchone() == (0,)


def test_one_request_is_one_group_of_events(city, sakura):
    sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/")
    sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/")

    requests = [event.request_id for event in events_of(city, "portal.home_shown")]

    assert len(requests) == len(set(requests)) == 2
