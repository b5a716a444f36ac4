"""Two administrators release a pack; a clerk fills an item in by keyboard, loses the line, and sends the round."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.demo import applications, cast
from tests.applications.wide_pack import WIDE
from tests.browser.running import Visitor

pytestmark = pytest.mark.stack

# The test stands beside the packs of the demo: its items are its own, and ask what the demo has answered, too.
PACK = (
    WIDE.replace('id = "wide"', 'id = "browser"')
    .replace('key = "holiday"', 'key = "browser_holiday"')
    .replace('fact = "holiday_open"', "")
)
APPLICATIONS = f"/f/{cast.FIRST_NURSERY}/applications/"
ITEM = f"{APPLICATIONS}2026/city/browser_holiday/"


def release(one: Visitor, two: Visitor, folder: Path) -> None:
    """One brings the pack in, the other one looks and releases it; where it holds already, nothing is done."""
    file = folder / "browser.toml"
    file.write_text(PACK, encoding="utf-8")
    one.sign_in("kanri")
    one.open("/c/item-packs/?year=2026")
    if one.page.locator("tr", has_text="市の加算　browser").count():
        return
    one.page.set_input_files("#file", str(file))
    one.page.click("text=読み込んで確かめる")
    expect(one.page.locator("main")).to_contain_text("読み込んだ人は公開できません")
    two.sign_in("kanri2")
    two.open(one.page.url.removeprefix(one.stack.url))
    two.see("item-pack")
    two.page.click("button:has-text('公開する')")
    expect(two.page.locator(".flash")).to_contain_text("公開しました")
    two.open("/c/item-packs/?year=2026")
    two.see("item-packs")


def saved(page: Page) -> Locator:
    """The line that says what was saved."""
    return page.locator(".save-line")


def test_an_item_is_typed_by_keyboard_saved_by_itself_and_sent_with_its_round(come, tmp_path):
    release(come(), come(), tmp_path)
    clerk = come()
    clerk.sign_in("ekimae")
    page = clerk.page
    clerk.open(f"{APPLICATIONS}2026/")
    clerk.see("applications-year")
    clerk.open(ITEM)

    # By keyboard alone, from the first question on.
    page.locator("input[name=form-wanted]").first.focus()
    page.keyboard.press("Space")
    page.locator("#c-shared-0").focus()
    page.keyboard.press("Space")
    expect(page.locator("#b-partner")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("すみれ保育園")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("#c-since").focus()
    page.keyboard.type("R7.4.1")
    page.select_option("#c-leader", index=1)
    page.locator("#c-users-0").focus()
    for _ in range(12):
        page.keyboard.type("10")
        page.keyboard.press("Tab")
    # A table that is wider than its place is a stop of its own, so that keys can scroll it.
    page.locator("#c-costs-0-what").focus()
    for text in ("人件費", "1200", "百"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    wrong = page.locator("#c-costs-0-many")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(saved(page)).to_contain_text("直すところ 1か所")
    clerk.see("application-item-problem")
    wrong.fill("100")
    expect(wrong).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#v-total_yen")).to_have_text("120,000円")
    expect(page.locator("#item-state")).to_contain_text("そろっています")

    # The line is gone and comes back: what was typed is saved then.
    page.context.set_offline(True)
    page.locator("#c-partner").fill("たんぽぽ保育園")
    expect(saved(page)).to_contain_text("通信できませんでした")
    page.context.set_offline(False)
    expect(saved(page)).to_contain_text(re.compile(r"\d:\d\d 保存済み$"))
    clerk.complaints.clear()  # being offline is told by the console, too
    clerk.open(ITEM)
    expect(page.locator("#c-partner")).to_have_value("たんぽぽ保育園")

    # On paper it says that it is a draft, and asks nothing any more.
    expect(page.locator("#item-tag")).to_have_text("入力中")
    page.emulate_media(media="print")
    expect(page.locator(".draft-mark")).to_be_visible()
    expect(page.locator("#talk form")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.locator(".draft-mark")).to_be_hidden()

    # What is missing leads to its field, also into what is folded away.
    page.locator("#c-partner").fill("")
    expect(page.locator("#item-state")).to_contain_text("あと1")
    page.locator("#item-state .item-missing a").first.click()
    expect(page.locator("#c-partner")).to_be_focused()
    page.keyboard.type("すみれ保育園")
    expect(page.locator("#item-state")).to_contain_text("そろっています")

    page.click("text=確認へ進む")
    expect(page.locator("h1")).to_contain_text("確認と提出")
    clerk.see("application-check")
    clerk.open(f"{APPLICATIONS}2026/rounds/1/")
    clerk.see("application-round")
    if page.locator("#late_reason").count():
        page.fill("#late_reason", "担当者が交代したため")
    page.check("#declared")
    page.click("button:has-text('項目を提出する')")
    expect(page.locator(".flash")).to_contain_text("市に提出しました")
    clerk.open(ITEM)
    expect(page.locator("main")).to_contain_text("取り下げて直す")
    clerk.see("application-sent")
    clerk.open(f"{APPLICATIONS}entries/?year=2026")
    clerk.see("application-entries")
    officer = come()
    officer.sign_in("tanto")
    officer.open("/c/applications/entries/?year=2026")
    officer.see("application-entries-of-the-city")


def test_without_a_script_the_same_form_is_filled_in(come, tmp_path):
    release(come(), come(), tmp_path)
    clerk = come(javascript=False)
    clerk.sign_in("nishidai")
    page = clerk.page
    clerk.open(ITEM.replace(cast.FIRST_NURSERY, cast.SECOND_NURSERY))
    page.check("#c-form-wanted-0")
    page.check("#c-shared-0")
    page.click(".item-bar button:has-text('保存する')")
    expect(page.locator("#b-partner")).to_be_visible()
    page.fill("#c-costs-0-what", "人件費")
    page.click("text=行を増やす")
    expect(page.locator("#c-costs-0-what")).to_have_value("人件費")
    assert page.locator("table[data-table=costs] tbody tr").count() == 6
    page.click("text=確認へ進む")
    expect(page.locator(".note.bad")).to_contain_text("提出までに必要なこと")


# ---------------------------------------------------------------- from the clerk to the chief, and once more next year

WALKS = """
id = "walks"
fiscal_year = 2026
family = "city"
title = "散歩の安全（見本）"
source = "試験用"

[[item]]
key = "browser_walks"
label = "散歩の安全の補助（見本）"
months = "year"
rounds = [1]
types = ["nursery"]
help = "子どもの散歩に付きそう人の費用を補助します。"
amount = "applied_yen"
field = [
  { key = "route", label = "散歩の経路", kind = "text", known_from = ["last_year.route"] },
  { key = "walks", label = "1年の回数", kind = "whole", unit = "回", least = 1, known_from = ["last_year.walks"] },
  { key = "applied_yen", label = "申請する額", kind = "yen", unit = "円", formula = "walks * 1200" },
]
"""
GARDEN = f"{applications.NUMBER}{applications.REOPENED}"
REVIEW = "/c/applications/"


def release_walks(one: Visitor, two: Visitor, folder: Path) -> None:
    """The same item of two years."""
    for year in (2025, 2026):
        file = folder / f"walks-{year}.toml"
        file.write_text(WALKS.replace("= 2026", f"= {year}"), encoding="utf-8")
        one.open(f"/c/item-packs/?year={year}")
        if one.page.locator("tr", has_text="散歩の安全").count():
            continue
        one.page.set_input_files("#file", str(file))
        one.page.click("text=読み込んで確かめる")
        expect(one.page.locator("main")).to_contain_text("読み込んだ人は公開できません")
        two.open(one.page.url.removeprefix(one.stack.url))
        two.page.click("button:has-text('公開する')")
        expect(two.page.locator(".flash")).to_contain_text("公開しました")


def send_round(clerk: Visitor, year: int, *, late: bool) -> None:
    """The whole of what is ready, in one act."""
    clerk.open(f"/f/{GARDEN}/applications/{year}/rounds/1/")
    assert (clerk.page.locator("#late_reason").count() == 1) == late
    if late:
        clerk.page.fill("#late_reason", "昨年度の分を、あとから申請するため")
    clerk.page.check("#declared")
    clerk.page.click("button:has-text('項目を提出する')")
    expect(clerk.page.locator(".flash")).to_contain_text("市に提出しました")


def approve_one_by_one(reviewer: Visitor, name: str) -> None:
    """From the inbox to the page, and approved there."""
    reviewer.open(f"{REVIEW}?mine=1&item=browser_walks")
    reviewer.page.click("a:has-text('散歩の安全の補助')")
    reviewer.see(name)
    reviewer.page.click("button:has-text('承認する')")
    expect(reviewer.page.locator(".flash")).to_contain_text("承認しました")


def approve_together(reviewer: Visitor, name: str) -> None:
    """What is as it was last year is ticked already: two clicks."""
    reviewer.open(f"{REVIEW}?mine=1&item=browser_walks")
    expect(reviewer.page.locator("[data-count]")).to_have_text("1")
    expect(reviewer.page.locator("input[name=version]")).to_be_checked()
    reviewer.see(f"{name}-inbox")
    reviewer.page.click("button:has-text('まとめて承認する')")
    reviewer.see(f"{name}-confirm")
    reviewer.page.click("button:has-text('1件を承認する')")
    expect(reviewer.page.locator(".flash")).to_contain_text("1件")


def test_an_item_goes_from_the_clerk_to_the_chief_and_next_year_unchanged_in_bulk(come, tmp_path):
    one, two, clerk, officer, chief = come(), come(), come(), come(), come()
    for person, login_id in ((one, "kanri"), (two, "kanri2"), (officer, "tanto"), (chief, "kakaricho")):
        person.sign_in(login_id)
    clerk.sign_in(f"f{GARDEN}")
    release_walks(one, two, tmp_path)

    # Last year, by keyboard: the answer, the two fields, and nothing to press for saving.
    page, item = clerk.page, f"/f/{GARDEN}/applications/{{}}/city/browser_walks/"
    clerk.open(item.format(2025))
    page.locator("input[name=form-wanted]").first.focus()
    page.keyboard.press("Space")
    page.locator("#c-route").focus()
    page.keyboard.type("園から中央公園まで")
    page.keyboard.press("Tab")
    page.keyboard.type("40")
    page.keyboard.press("Tab")
    expect(page.locator("#v-applied_yen")).to_have_text("48,000円")
    expect(saved(page)).to_contain_text("保存済み")
    expect(page.locator("#item-state")).to_contain_text("そろっています")
    send_round(clerk, 2025, late=True)
    approve_one_by_one(officer, "application-review-officer")
    approve_one_by_one(chief, "application-review-chief")
    clerk.open(item.format(2025))
    expect(page.locator("main")).to_contain_text("承認済み")

    # This year the city has opened the round again; nothing is typed, for nothing has changed.
    chief.open(f"/c/rounds/2026/1/{GARDEN}/")
    chief.page.fill("#until", "R10.3.31")
    chief.page.fill("#reason", "園舎の工事が続いているため")
    chief.page.click("button:has-text('再開する')")
    expect(chief.page.locator(".flash")).to_contain_text("再開")
    clerk.open(item.format(2026))
    page.check("#c-form-wanted-0")
    expect(saved(page)).to_contain_text("保存済み")
    expect(page.locator("#item-state")).to_contain_text("そろっています")
    send_round(clerk, 2026, late=False)
    approve_together(officer, "application-bulk-officer")
    approve_together(chief, "application-bulk-chief")

    clerk.open(item.format(2026))
    expect(page.locator("main")).to_contain_text("承認済み")
    expect(page.locator("main")).to_contain_text("48,000")
    clerk.see("application-approved")
