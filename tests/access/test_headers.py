"""Every answer, errors included, carries the headers that keep a page ours."""

import re
from collections.abc import Mapping

import pytest

from tests.access.addresses import ADDRESSES
from tests.access.world import undone
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


# Pages with the picture of a form: the styles of its cells come with it, under a nonce of the answer.
WITH_STYLES = {
    f"form_packs:{name}"
    for name in ("pack", "shipped", "mapping", "change", "manifest", "discard", "preview")
}
NONCE = re.compile(r" 'nonce-[A-Za-z0-9+/=_-]{16,}'")


def require_headers(headers: Mapping[str, str], *, may_have_styles: bool = False) -> None:
    sent = headers["Content-Security-Policy"]
    policy = {part.strip() for part in (NONCE.sub("", sent) if may_have_styles else sent).split(";")}
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert policy >= POLICY
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("view_name", sorted(ADDRESSES))
def test_every_address_is_kept_ours(sweep, view_name):
    for answers in (sweep.opened(view_name), sweep.pressed(view_name)):
        for person, answer in answers.items():
            require_headers(answer.headers, may_have_styles=view_name in WITH_STYLES)
            if person != "anonymous":
                assert "no-store" in answer.headers["Cache-Control"], person


def test_errors_too(world):
    browser = world.browser("own clerk")
    for answer in (
        browser.get("/nowhere/"),
        browser.get("/f/1299900009999/"),
        browser.get("/", headers={"host": "evil.example"}),
        browser.post(f"/f/{world.sakura.facility.number}/claims/", {"form_token": ""}),
    ):
        assert answer.status_code >= 400
        require_headers(answer.headers)


def test_cookies_are_for_the_server_only(world):
    with undone():
        typed = {"login_id": world.sakura.clerk.login_id, "password": PASSWORD}
        answer = world.browser("anonymous").post("/login/", typed)

    assert set(answer.cookies) >= {"sessionid"}
    for cookie in answer.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
