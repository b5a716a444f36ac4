"""
The whole month, as people do it: counts come in, two facilities confirm and claim, the city approves, paper comes out.

Every page on the way is looked at in both widths: axe, console, sideways scroll, and a screenshot to be looked at.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.demo import cast
from tests.browser.running import ROOT, Visitor, wait_for

pytestmark = pytest.mark.stack

JUNE_FILE = ROOT / "portal" / "demo" / "child_counts_2026-06_wide_cp932.csv"
# What a clerk would know: days with school lunch a week, days without side-dish fee, closed Saturdays, money spent.
FACTS = {
    "meal_days_a_week": "5",
    "side_dish_days": "20",
    "saturday_closures": "０",
    "strengthening_spent_yen": "0",
}


def bring_in_june(person: Visitor) -> None:
    """The enrolment section uploads, looks, and accepts."""
    person.sign_in("nyuen")
    person.see("city-home-enrolment")
    person.page.click("nav.main-navigation >> text=児童数")
    person.see("imports")
    person.page.set_input_files("input[type=file]", JUNE_FILE)
    person.page.click("text=内容を確認する")
    person.page.wait_for_url(re.compile(r"/c/counts/imports/"))
    person.see("import-preview")
    person.page.click("button >> text=取り込む")
    person.page.wait_for_load_state("networkidle")
    person.see("import-accepted")


def confirm(person: Visitor, login_id: str, kind: str) -> None:
    """One click, after looking at the numbers."""
    person.sign_in(login_id)
    assert person.page.inner_text("h1") == "今月すること"
    person.see(f"{kind}-1-home")
    person.page.click("text=児童数を確認する")
    person.see(f"{kind}-2-counts")
    person.page.click("text=この人数で確認する")
    person.page.wait_for_selector("text=月の実績")
    person.see(f"{kind}-3-confirmed")


def give_facts(person: Visitor, number: str, kind: str) -> None:
    """The few numbers nobody else knows."""
    person.open(f"/f/{number}/facts/2026-06/")
    person.see(f"{kind}-4-facts")
    for name, value in FACTS.items():
        field = person.page.locator(f"input[name={name}]")
        if field.count():
            field.fill(value)
    if person.page.locator("text=保存する").count():
        person.page.click("main button >> text=保存する")
        person.page.wait_for_load_state("networkidle")


def claim_and_submit(person: Visitor, number: str, kind: str) -> str:
    """Look at the amount and why it is so, declare, submit. Returns the claim's address."""
    person.open(f"/f/{number}/")
    person.page.click("text=請求を確認して提出する")
    person.see(f"{kind}-5-claim")
    why = person.page.locator("details.why").first
    why.locator("summary").click()
    assert why.locator(".why-steps dt").count() >= 1
    person.see(f"{kind}-6-why")
    person.page.click("main button >> text=提出する")
    person.page.wait_for_selector(".error-summary")
    person.see(f"{kind}-7-undeclared")
    person.page.check("input[name=declared]")
    person.page.click("main button >> text=提出する")
    person.page.wait_for_selector("text=市の審査を待っています")
    person.see(f"{kind}-8-submitted")
    return person.page.url.removeprefix(person.stack.url)


def approve(person: Visitor, facility: str, name: str) -> None:
    """From the inbox to the claim, and approved."""
    person.open("/c/review/?month=2026-06")
    person.page.click(f"table.rows >> text={facility}")
    person.page.wait_for_selector("text=承認する")
    person.see(name)
    person.page.click("main button >> text=承認する")
    person.page.wait_for_load_state("networkidle")
    assert not person.page.locator(".error-summary").count(), person.words()


def print_it(person: Visitor, claim: str, kind: str) -> None:
    """Order the paper, wait as the page itself waits, download both."""
    person.open(claim)
    person.page.click("main button >> text=請求書を作る")
    person.page.wait_for_selector("#documents-panel a >> nth=1", timeout=90_000)
    person.see(f"{kind}-9-paper")
    for place, begins in enumerate((b"%PDF", b"PK")):
        with person.page.expect_download() as coming:
            person.page.locator("#documents-panel a").nth(place).click()
        path = Path(coming.value.path())
        assert path.read_bytes().startswith(begins)
        assert coming.value.suggested_filename.startswith("12999")
    person.open(re.sub(r"claims/.*", "documents/", claim))
    person.see(f"{kind}-10-documents")


def _reloaded(person: Visitor) -> Page:
    person.page.reload()
    return person.page


def test_the_whole_month(come, stack):
    mails = {login_id: len(stack.mails(login_id)) for login_id in ("oka", "ekimae")}
    enrolment = come()
    bring_in_june(enrolment)
    for login_id, before in mails.items():
        text = stack.wait_for_mail(login_id, after=before)
        assert "児童数" in text

    claims = {}
    for login_id, number, kind in (
        ("oka", cast.KINDERGARTEN, "kindergarten"),
        ("ekimae", cast.FIRST_NURSERY, "nursery"),
    ):
        clerk = come()
        confirm(clerk, login_id, kind)
        give_facts(clerk, number, kind)
        claims[kind] = claim_and_submit(clerk, number, kind)

    for login_id, kind in (("tanto", "first"), ("kakaricho", "second")):
        official = come()
        official.sign_in(login_id)
        official.see(f"city-home-{kind}")
        official.open("/c/review/?month=2026-06")
        official.see(f"inbox-{kind}")
        for facility in ("丘いちょう幼稚園", "駅前やまびこ保育園"):
            approve(official, facility, f"review-{kind}-{facility[:2]}")

    for login_id, kind in (("oka", "kindergarten"), ("ekimae", "nursery")):
        clerk = come()
        clerk.sign_in(login_id)
        clerk.see(f"{kind}-home-approved")
        print_it(clerk, claims[kind], kind)

    auditor = come()
    auditor.sign_in("kansa")
    auditor.see("events")
    for act in ("claims.submitted", "claims.approved", "counts.accepted", "counts.confirmed"):
        auditor.open(f"/a/?event={act}")
        assert auditor.page.locator("tr[data-row]").count() >= 1, act
    auditor.page.locator("tr[data-row] a").first.click()
    auditor.see("event")


def test_the_month_works_without_javascript(come, stack):
    stack.run("manage.py", "import_child_counts", str(JUNE_FILE), "--municipality", cast.CITY_CODE)
    number, name = "1299900000003", "原あさひ保育園"
    clerk = come(javascript=False)
    clerk.sign_in(f"f{number}")
    clerk.page.click("text=児童数を確認する")
    clerk.page.click("text=この人数で確認する")
    clerk.open(f"/f/{number}/facts/2026-06/")
    for field, value in FACTS.items():
        if clerk.page.locator(f"input[name={field}]").count():
            clerk.page.fill(f"input[name={field}]", value)
    clerk.page.click("main button >> text=保存する")
    clerk.open(f"/f/{number}/")
    clerk.page.click("text=請求を確認して提出する")
    clerk.page.locator("details.why summary").first.click()
    assert clerk.page.locator(".why-steps").first.is_visible()
    clerk.page.check("input[name=declared]")
    clerk.page.click("main button >> text=提出する")
    claim = clerk.page.url.removeprefix(stack.url)
    assert "市の審査を待っています" in clerk.words()

    for login_id in ("tanto2", "kakaricho"):
        official = come(javascript=False)
        official.sign_in(login_id)
        official.open("/c/review/?month=2026-06")
        official.page.click(f"table.rows >> text={name}")
        official.page.click("main button >> text=承認する")
        assert not official.page.locator(".error-summary").count(), official.words()

    clerk.open(claim)
    clerk.page.click("main a >> text=作れる帳票を開く")
    request = clerk.page.locator("#documents-panel li", has_text="委託費請求書")
    request.locator("button").click()
    wait_for(lambda: _reloaded(clerk) and request.locator("a").count() == 2, "both documents")


def test_the_citys_inbox_is_worked_with_the_keyboard_alone(come):
    official = come()
    official.sign_in("tanto2")
    official.open("/c/review/?month=2026-05&mine=1")
    keys, page = official.page.keyboard, official.page
    waiting = page.locator("table.rows tbody tr").count()

    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    keys.press("j")
    keys.press("j")
    keys.press("k")
    name = page.evaluate("document.activeElement.closest('tr').querySelector('a').textContent")
    keys.press("Enter")
    page.wait_for_selector("text=承認する（一次審査）")
    assert name in page.inner_text("h1")
    for _ in range(120):
        keys.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if focused.startswith("承認する"):
            break
    official.see("review-keyboard")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    with page.expect_navigation():
        keys.press("Enter")
    official.open("/c/review/?month=2026-05&mine=1")

    assert focused == "承認する（一次審査）"
    assert outline != "none"
    assert page.locator("table.rows tbody tr").count() == waiting - 1
    keys.press("/")
    keys.type(name)
    with page.expect_navigation():
        keys.press("Enter")
    assert "words=" in page.url
