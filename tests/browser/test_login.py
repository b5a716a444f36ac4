"""The way in, as people meet it."""

import pytest

pytestmark = pytest.mark.stack


def test_the_way_in_is_clear(come):
    person = come()
    person.open("/")
    person.see("login")
    person.page.fill("input[name=login_id]", "ekimae")
    person.page.fill("input[name=password]", "まちがい")
    person.page.click("main button[type=submit]")
    person.see("login-wrong")

    person.sign_in("ekimae")

    assert "駅前やまびこ保育園" in person.page.inner_text("header")
    person.see("facility-home-returned")
