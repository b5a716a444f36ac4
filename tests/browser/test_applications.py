"""Two administrators release a pack; a clerk fills an item in by keyboard, loses the line, and sends the round."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.demo import cast
from tests.applications.wide_pack import WIDE
from tests.browser.running import Visitor

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]

# The test stands beside the packs of the demo: its items are its own.
PACK = WIDE.replace('id = "wide"', 'id = "browser"').replace('key = "holiday"', 'key = "browser_holiday"')
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
