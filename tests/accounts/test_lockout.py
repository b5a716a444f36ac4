"""Wrong passwords: counted whatever the spelling, the address or the header; one honest page."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.utils import timezone

from accounts.lockout import counted_name, is_locked, normalise
from accounts.places import client_address
from audit.models import Event
from facilities.actors import Role
from tests.accounts.mailbox import LOGIN
from tests.cast import PASSWORD, Browser


def try_password(sakura, password="違う言葉です", *, login_id="", **extra):
    return Browser().post(
        LOGIN, {"login_id": login_id or sakura.clerk.login_id, "password": password}, **extra
    )


@pytest.mark.parametrize(
    "spelling",
    [
        "f001",
        "F001",
        "ｆ001",
        "Ｆ００１",
        "f001 ",
        " f001",
        "f\u200b001",
        "f001\ufeff",
        "f0\u206001",
        "f001\x00",
        "f001\u3000",
    ],
)
def test_every_spelling_of_an_id_is_one_id(spelling):
    assert normalise(spelling) == "f001"
    assert counted_name(spelling) == counted_name("f001")


def test_another_id_is_another_id():
    assert len({counted_name(name) for name in ("f001", "f002", "f0011", "さf001")}) == 4


def test_five_failures_lock_out_whatever_the_spelling(sakura):
    login_id = sakura.clerk.login_id
    spellings = [login_id, login_id.upper(), f" {login_id}\u200b", "ｆ" + login_id[1:], f"{login_id}\x00"]

    answers = [try_password(sakura, login_id=spelling).status_code for spelling in spellings]
    right = try_password(sakura, PASSWORD)

    assert answers == [422, 422, 422, 422, 429]
    assert right.status_code == 429


def test_the_locked_page_says_when_to_try_again(sakura):
    for _ in range(4):
        try_password(sakura)

    answer = try_password(sakura)
    page = answer.content.decode()
    until = timezone.localtime(AccessAttempt.objects.get().attempt_time + timedelta(minutes=15))

    assert "しばらくログインできません" in page
    assert f"{until.month}月{until.day}日 {until:%H:%M}" in page
    assert 0 < int(answer["Retry-After"]) <= 15 * 60


def test_the_page_is_the_same_for_an_id_that_does_not_exist(sakura):
    known = [try_password(sakura) for _ in range(5)][-1]
    unknown = [try_password(sakura, login_id="nobody-here") for _ in range(5)][-1]

    assert known.status_code == unknown.status_code == 429
    assert "しばらくログインできません" in unknown.content.decode()


def test_after_a_quarter_of_an_hour_the_door_opens_again(sakura):
    for _ in range(5):
        try_password(sakura)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))

    assert try_password(sakura, PASSWORD).status_code == 302


def test_tries_while_locked_do_not_prolong_the_lock(sakura):
    for _ in range(5):
        try_password(sakura)
    before = AccessAttempt.objects.get().attempt_time

    try_password(sakura)

    assert AccessAttempt.objects.get().attempt_time == before


def test_one_address_does_not_lock_out_another(sakura):
    for _ in range(5):
        try_password(sakura, REMOTE_ADDR="192.0.2.1")

    assert try_password(sakura, PASSWORD, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_guesses_from_many_addresses_are_bounded_too(sakura):
    answers = [try_password(sakura, REMOTE_ADDR=f"192.0.2.{place}").status_code for place in range(1, 41)]

    assert answers.count(422) == 19
    assert answers[19:] == [429] * 21


def test_the_city_sees_a_lock_made_of_two_browsers(sakura):
    for program in ("first", "first", "first", "second"):
        try_password(sakura, HTTP_USER_AGENT=program)
    assert not is_locked(sakura.clerk.login_id)

    locked = try_password(sakura, HTTP_USER_AGENT="second")

    assert locked.status_code == 429
    assert is_locked(sakura.clerk.login_id)


def test_the_city_sees_a_lock_made_of_many_addresses(sakura):
    for place in range(1, 20):
        try_password(sakura, REMOTE_ADDR=f"192.0.2.{place}")
    assert not is_locked(sakura.clerk.login_id)

    locked = try_password(sakura, REMOTE_ADDR="192.0.2.20")

    assert locked.status_code == 429
    assert is_locked(sakura.clerk.login_id)


def test_failures_of_an_hour_ago_lock_nobody(sakura):
    for _ in range(5):
        try_password(sakura)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))

    assert not is_locked(sakura.clerk.login_id)


def test_a_made_up_forwarding_header_is_not_believed(sakura, settings):
    answers = [
        try_password(sakura, HTTP_X_FORWARDED_FOR=f"198.51.100.{place}").status_code for place in range(1, 7)
    ]

    assert answers == [422] * 4 + [429] * 2


def test_behind_our_own_proxy_the_last_hop_counts(rf, settings):
    request = rf.get("/", HTTP_X_FORWARDED_FOR="198.51.100.9, 203.0.113.5", REMOTE_ADDR="10.0.0.1")

    assert client_address(request) == "10.0.0.1"
    settings.TRUSTED_PROXY_COUNT = 1
    assert client_address(request) == "203.0.113.5"
    settings.TRUSTED_PROXY_COUNT = 3
    assert client_address(request) == "10.0.0.1"


def test_different_programs_of_one_address_share_a_count(sakura):
    answers = [try_password(sakura, HTTP_USER_AGENT=f"program {place}").status_code for place in range(6)]

    assert answers == [422] * 4 + [429] * 2


def test_the_lockout_is_on_record(sakura):
    for _ in range(5):
        try_password(sakura)

    with sakura.city.open(Role.AUDITOR):
        events = list(Event.objects.order_by("number").values_list("event", flat=True))

    assert events == ["accounts.password_refused"] * 4 + ["accounts.locked_out"]


def test_the_counters_keep_nothing_of_what_was_typed(sakura):
    Browser().post(f"{LOGIN}?next=/x", {"login_id": "my secret", "password": "another", "extra": "third"})

    kept = repr(AccessAttempt.objects.values())

    for typed in ("my secret", "mysecret", "another", "third"):
        assert typed not in kept
