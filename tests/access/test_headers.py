"""Every answer, errors included, carries the headers that keep a page ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from tests.access.addresses import ADDRESSES
from tests.access.shared import lasting_world
from tests.access.world import PEOPLE, World, undone
from tests.cast import PASSWORD

EXPECTED = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from lasting_world(django_db_blocker)


def require_headers(answer: Any) -> None:
    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
    assert policy >= POLICY
    assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("view_name", sorted(ADDRESSES))
def test_every_address_is_kept_ours(world, view_name):
    address = reverse(view_name, kwargs=world.arguments(view_name, ADDRESSES[view_name]))

    for person in PEOPLE:
        for method in ("get", "post"):
            with undone():
                answer = getattr(world.browser(person), method)(address)
            require_headers(answer)
            if person != "anonymous":
                assert "no-store" in answer["Cache-Control"]


def test_errors_too(world):
    browser = world.browser("own clerk")
    for answer in (
        browser.get("/nowhere/"),
        browser.get("/f/1299900009999/"),
        browser.get("/", headers={"host": "evil.example"}),
        browser.post(f"/f/{world.sakura.facility.number}/claims/", {"form_token": ""}),
    ):
        assert answer.status_code >= 400
        require_headers(answer)


def test_cookies_are_for_the_server_only(world):
    with undone():
        typed = {"login_id": world.sakura.clerk.login_id, "password": PASSWORD}
        answer = world.browser("anonymous").post("/login/", typed)

    assert set(answer.cookies) >= {"sessionid"}
    for cookie in answer.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
