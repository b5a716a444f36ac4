"""Double clicks, the back button, a login that expires while typing, Redis and the worker killed: nothing is lost."""

import os
import re
import signal
from zipfile import ZipFile

import pytest

from portal.demo import cast
from tests.browser.running import Visitor, wait_for

pytestmark = pytest.mark.stack

REASON = "6月1日に転入した子どもが1人、数えられていないようです。"


def open_claim(person: Visitor, number: str, month: str) -> str:
    """The facility's claim of a month; returns its address."""
    person.open(f"/f/{number}/claims/")
    person.page.locator("tr", has_text=month).locator("a").first.click()
    person.page.wait_for_selector("h1")
    return person.page.url.removeprefix(person.stack.url)


def submissions_of(person: Visitor, claim: str) -> int:
    """How often the record says that the claim was submitted."""
    person.sign_in("kansa")
    claim_id = claim.rstrip("/").rsplit("/", 1)[-1]
    person.open(f"/a/?event=claims.submitted&outcome=done&object_id={claim_id}")
    return person.page.locator("tr[data-row]").count()


def test_a_double_click_submits_once_and_the_back_button_changes_nothing(come):
    clerk = come(javascript=False)
    clerk.sign_in("oka")
    claim = open_claim(clerk, cast.KINDERGARTEN, "令和8年5月")
    clerk.page.check("input[name=declared]")
    clerk.page.dblclick("main button >> text=提出する")
    clerk.page.wait_for_selector("text=市の審査を待っています")

    clerk.page.go_back()
    button = clerk.page.locator("main button >> text=提出する")
    if button.count():
        clerk.page.check("input[name=declared]")
        button.click()
        clerk.page.wait_for_load_state()

    assert "市の審査を待っています" in clerk.words()
    assert submissions_of(come(), claim) == 1


@pytest.mark.parametrize("javascript", [False, True], ids=["without javascript", "with javascript"])
def test_a_login_that_expires_while_typing_loses_no_word(stack, come, javascript):
    clerk = come(javascript=javascript)
    clerk.sign_in("tsukushi")
    clerk.open(f"/f/{cast.STRANGER}/counts/2026-05/dispute/")
    clerk.page.locator("main [name*=claimed]").first.fill("9")
    clerk.page.locator("main [name*=reason]").first.fill(REASON)
    stack.age_sessions()

    clerk.page.click("main button >> text=相違を申し出る")
    clerk.page.wait_for_selector("input[name=login_id]")
    clerk.sign_in_here("tsukushi")

    assert "/counts/2026-05/dispute/" in clerk.page.url
    assert clerk.page.locator("main [name*=reason]").first.input_value() == REASON
    assert clerk.page.locator("main [name*=claimed]").first.input_value() == "9"


def test_without_redis_pages_work_and_the_code_still_comes(stack, come):
    clerk = come()
    clerk.sign_in("nishidai")
    before = stack.pid_of("valkey")
    os.kill(before, signal.SIGKILL)

    clerk.open(f"/f/{cast.SECOND_NURSERY}/")
    assert "今月すること" in clerk.words()
    somebody = come()
    somebody.sign_in("tanto2")

    assert "/c/" in somebody.page.url
    assert wait_for(lambda: stack.health() == "ok", "Valkey is started again")
    assert wait_for(lambda: stack.pid_of("valkey") != before, "another Valkey")


def test_a_killed_worker_loses_no_document(stack, come):
    clerk = come()
    clerk.sign_in("nishidai")
    claim = open_claim(clerk, cast.SECOND_NURSERY, "令和8年4月")
    form = clerk.page.locator("#documents-panel li", has_text="委託費請求書")
    form.locator("button").click()
    os.killpg(os.getpgid(stack.pid_of("worker")), signal.SIGKILL)

    def both() -> bool:
        clerk.open(claim)
        form.wait_for()
        return form.locator("a").count() == 2

    assert wait_for(both, "both documents", patience=120)
    with clerk.page.expect_download() as coming:
        form.locator("a").first.click()
    assert re.search(r"\.(pdf|xlsx)$", coming.value.suggested_filename)


def test_a_worker_killed_half_way_finishes_a_bundle_with_each_form_once(stack, come):
    officer = come()
    officer.sign_in("tanto")
    officer.open("/c/documents/?month=2026-04")
    officer.page.get_by_role("checkbox", name="研修受講歴").check()
    officer.page.click("main button >> text=選んだ様式を束にする")
    bundle = officer.page.url.removeprefix(officer.stack.url)

    def some_are_ready() -> bool:
        officer.open(bundle)
        return re.search(r"件中 [1-9]", officer.words()) is not None

    assert wait_for(some_are_ready, "the first forms", patience=120)
    os.killpg(os.getpgid(stack.pid_of("worker")), signal.SIGKILL)

    def is_whole() -> bool:
        officer.open(bundle)
        return "ダウンロードする" in officer.words()

    assert wait_for(is_whole, "the whole bundle", patience=240)
    with officer.page.expect_download() as coming:
        officer.page.click("main a >> text=ダウンロードする")
    names = ZipFile(coming.value.path()).namelist()
    total = re.search(r"(\d+)件中 (\d+)件", officer.words())
    assert total is not None
    assert total[1] == total[2]
    assert len(names) == len(set(names)) == int(total[1]) > 10
