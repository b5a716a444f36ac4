"""An altered workbook: mapping carried, a cell mended by a click, released by another; a facility prints with it."""

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from documents.packs.shipped import shipped
from portal.demo import cast
from tests.browser.running import Visitor

pytestmark = pytest.mark.stack

HOME = "/c/form-packs/"
TITLE = "職員名簿（改定後）"
# On the shipped form the facility's type is asked for in AQ3 and its number in BO3.
TYPE, NUMBER = "AQ3", "BO3"


def altered(folder: Path) -> Path:
    """The shipped roster with the labels of two cells changed over."""
    found = next(one for one in shipped() if one.manifest.code == "roster")
    assert found.workbook is not None
    book = load_workbook(io.BytesIO(found.workbook))
    sheet = book["職員名簿"]
    labels = {cell.value: cell for row in sheet.iter_rows(max_row=4) for cell in row if cell.value}
    labels["施設類型"].value, labels["事業所番号"].value = "事業所番号", "施設類型"
    file = folder / "roster.xlsx"
    book.save(file)
    return file


def begin(one: Visitor, file: Path) -> str:
    """From the list to what no longer fits; the address of the pack."""
    one.sign_in("kanri")
    one.open(f"{HOME}?year=2026")
    one.see("form-packs")
    one.page.click("text=様式を用意する")
    one.page.select_option("#original", label="職員名簿（平成27年度から・はじめから）")
    one.page.select_option("#copy_year", label="令和8年度")
    one.page.set_input_files("#workbook", str(file))
    one.see("form-pack-start")
    one.page.click("button:has-text('用意する')")
    expect(one.page.locator("h1")).to_have_text("ブックの入れ替え")
    return re.sub(r"moves/$", "", one.page.url.removeprefix(one.stack.url))


def test_an_altered_form_is_mended_by_a_click_released_and_printed(come, tmp_path):
    one, two, clerk = come(), come(), come()
    address = begin(one, altered(tmp_path))
    page = one.page
    expect(page.locator("main")).to_contain_text(
        "職員名簿!AQ3（施設類型）は、新しい様式では職員名簿!BO3に移ったようです"
    )
    one.see("form-pack-moves")
    # One of them by its cell: by keyboard, and the panel comes without the page.
    one.open(f"{address}map/")
    cell = page.locator(f"[data-cell={TYPE}] a")
    cell.focus()
    page.keyboard.press("Enter")
    panel = page.locator(f"#cell-panel[data-chosen={TYPE}]")
    expect(panel.locator("h2")).to_contain_text("事業所番号")
    expect(panel.locator("input[name=source]:checked")).to_have_value("facility.number")
    expect(page.locator(f"[data-cell={TYPE}].is-chosen")).to_have_count(1)
    one.see("form-pack-mapping")
    panel.locator("button:has-text('ここに入れる')").click()
    expect(page.locator(f"[data-cell={TYPE}].is-mapped")).to_have_count(1)
    expect(page.locator(".undo")).to_contain_text("保存済み")
    one.open(f"{address}moves/")
    expect(page.locator("main")).not_to_contain_text(f"職員名簿!{NUMBER}（事業所番号）")
    page.click("button:has-text('まとめて入れる')")
    expect(page.locator("main")).to_contain_text("すべての欄の場所が決まっています")

    one.open(f"{address}head/")
    page.fill("#title", TITLE)
    one.see("form-pack-head")
    page.click("button:has-text('保存する')")
    one.open(f"{address}preview/")
    expect(page.locator("main")).to_contain_text("すべての欄に収まりました")
    one.see("form-pack-preview")
    one.open(f"{HOME}dictionary/?subject=roster&year=2026")
    one.see("form-dictionary")

    two.sign_in("kanri2")
    two.open(f"{address}release/")
    expect(two.page.locator("main")).to_contain_text(f"場所：職員名簿!{TYPE} → 職員名簿!{NUMBER}")
    two.see("form-pack-release")
    two.page.click("button:has-text('公開する')")
    expect(two.page.locator(".flash")).to_contain_text("公開しました")
    two.see("form-pack-released")

    clerk.sign_in("oka")
    clerk.open(f"/f/{cast.KINDERGARTEN}/staff/year/2026/")
    form = clerk.page.locator("#documents-panel li", has_text=TITLE)
    form.locator("button").first.click()
    workbook = clerk.page.locator("#documents-panel li", has_text=TITLE).locator(
        "a[href*='/file/']", has_text=".xlsx"
    )
    expect(workbook).to_be_visible(timeout=60_000)
    with clerk.page.expect_download() as download:
        workbook.click()
    sheet = load_workbook(io.BytesIO(download.value.path().read_bytes()))["職員名簿"]
    assert sheet[TYPE].value == cast.KINDERGARTEN
    assert sheet[NUMBER].value == "幼稚園"
    assert not [*one.complaints, *two.complaints, *clerk.complaints]


def test_a_form_is_mapped_without_javascript(come):
    one = come(javascript=False)
    one.sign_in("kanri")
    one.open(f"{HOME}start/")
    one.page.select_option("#original", label="研修受講歴（平成27年度から・はじめから）")
    one.page.select_option("#copy_year", label="令和9年度")
    one.page.click("button:has-text('用意する')")

    one.page.locator("#form-sheet .is-mapped a").first.click()
    expect(one.page.locator("#cell-panel[data-chosen]")).to_be_visible()
    one.page.locator("#cell-panel button:has-text('空にする')").click()

    expect(one.page.locator(".undo")).to_contain_text("空にした")
    one.page.click("text=元に戻す")
    expect(one.page.locator("main")).to_contain_text("変えたことは、1つずつすぐに保存します")
    one.open(re.sub(r"map/.*$", "", one.page.url.removeprefix(one.stack.url)))
    one.page.click("button:has-text('取りやめる')")
    expect(one.page.locator(".flash")).to_contain_text("取りやめました")
