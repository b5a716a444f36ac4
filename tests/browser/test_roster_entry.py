"""A clerk types a roster by keyboard alone, pastes from a spreadsheet, takes it to Excel and back."""

import re

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Locator, Page, expect

from tests.browser.running import Visitor

pytestmark = pytest.mark.stack

SAKURA, NANOHANA = "1299900000001", "1299900000002"
# Typed from 氏名 on, as the columns stand; what is left out is passed by.
NEW = {
    "name": "山吹　若葉",
    "kana": "ﾔﾏﾌﾞｷ ﾜｶﾊﾞ",
    "birth_date": "平成7年2月30日",
    "postal_code": "272-0001",
    "job": "保育士",
    "hired_on": "2026/6/1",
    "regular": "常勤",
    "hours_a_day": "８",
    "days_a_month": "20",
    "nursery_number": "千葉県-012399",
}
PASTE = """
    (text) => {
        const held = new DataTransfer();
        held.setData("text/plain", text);
        const paste = new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(paste);
    }
"""
COPIED = (
    "氏名\tふりがな\t生年月日\t職種\t採用日\t常勤・非常勤\t1日の勤務時間\t月の勤務日数\r\n"
    "髙﨑　みのり\tたかさき　みのり\tH10.5.3\t保育士\tR8.6.1\t常勤\t8\t20\r\n"
    "吉野　𠮷乃\tよしの　よしの\tS63.12.24\t調理員\tR8.6.1\t非常勤\t5\t16\r\n"
)


def start(person: Visitor, source: str) -> Page:
    """Begin a sheet as of today; what is open is thrown away."""
    page = person.page
    person.open(f"/f/{SAKURA}/staff/entry/")
    if page.locator("main a >> text=取りやめる").count():
        page.click("main a >> text=取りやめる")
        page.click("main form button >> text=取りやめる")
        page.wait_for_load_state("networkidle")
    page.check(f"input[name=source][value={source}]")
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile(r"/staff/entry/members/"))
    return page


def cell(page: Page, row: int, column: str) -> Locator:
    """The cell of the ``row``th row of the table."""
    return page.locator("table.entry-grid tbody tr").nth(row).locator(f"input[data-column={column}]")


def type_row(page: Page, values: dict[str, str]) -> None:
    """From the focused first cell to the right, with Tab, as somebody with a paper beside types."""
    for column in page.locator("table.entry-grid thead th[data-column]").evaluate_all(
        "heads => heads.map(head => head.dataset.column)"
    ):
        focused = page.evaluate("document.activeElement.dataset.column")
        assert focused == column
        if column in values:
            page.keyboard.type(values[column])
        page.keyboard.press("Tab")


def saved(page: Page) -> Locator:
    """The line that says what was saved."""
    return page.locator(".save-line")


def test_a_roster_is_typed_by_keyboard_pasted_and_made_the_roster(come):
    clerk = come()
    clerk.sign_in("ekimae")
    page = start(clerk, "typed")
    cell(page, 0, "number").focus()

    type_row(page, NEW)
    wrong = cell(page, 0, "birth_date")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(cell(page, 0, "address")).to_have_value(re.compile("市川市"))
    expect(saved(page)).to_contain_text("保存済み")
    expect(saved(page)).to_contain_text("直すところ 1か所")
    clerk.see("roster-entry-1-problem")

    # Enter goes down, Shift+Enter comes back up; the mistake is put right and forgiven.
    wrong.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.column") == "birth_date"
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("H7.2.28")
    page.keyboard.press("Tab")
    expect(wrong).not_to_have_attribute("aria-invalid", "true")

    # Two rows from a spreadsheet, found by their headings; taken back and pasted again.
    cell(page, 1, "name").focus()
    page.evaluate(PASTE, COPIED)
    expect(cell(page, 1, "name")).to_have_value("髙﨑　みのり")
    expect(cell(page, 2, "job")).to_have_value("調理員")
    page.click("text=貼り付けを元に戻す")
    expect(cell(page, 1, "name")).to_have_value("")
    cell(page, 1, "name").focus()
    page.evaluate(PASTE, COPIED)
    expect(page.locator(".entry-pasted")).to_contain_text("2行を貼り付けました")
    expect(saved(page)).to_contain_text(re.compile(r"保存済み$"))
    clerk.see("roster-entry-2-pasted")

    # Nothing is lost: the page is closed and opened again.
    clerk.open(f"/f/{SAKURA}/staff/entry/members/")
    expect(cell(page, 0, "birth_date")).to_have_value("H7.2.28")
    expect(cell(page, 2, "name")).to_have_value("吉野　𠮷乃")

    page.click("text=確認へ進む >> nth=0")
    page.wait_for_url(re.compile(r"/staff/entry/check/"))
    assert "髙﨑　みのり" in clerk.words()
    clerk.see("roster-entry-3-check")
    page.click("main button >> text=名簿に反映する")
    expect(page.locator("main")).to_contain_text("採用 3人", timeout=20_000)


def test_typing_goes_on_while_the_server_is_away(come):
    clerk = come()
    clerk.sign_in("ekimae")
    page = start(clerk, "typed")

    page.context.set_offline(True)
    cell(page, 0, "name").fill("山吹　さくら")
    expect(saved(page)).to_contain_text("入力は画面に残っています")
    page.context.set_offline(False)

    expect(saved(page)).to_contain_text("保存済み", timeout=15_000)
    clerk.open(f"/f/{SAKURA}/staff/entry/members/")
    expect(cell(page, 0, "name")).to_have_value("山吹　さくら")


def test_a_roster_goes_out_to_excel_is_changed_there_and_comes_back(come, tmp_path):
    clerk = come()
    clerk.sign_in("nishidai")
    page = clerk.page
    clerk.open(f"/f/{NANOHANA}/staff/workbook/")
    clerk.see("roster-export")
    with page.expect_download() as waiting:
        page.click("main button >> text=書き出す >> nth=0")
    taken = tmp_path / "roster.xlsx"
    waiting.value.save_as(taken)

    # What came back unchanged changes nothing.
    clerk.open(f"/f/{NANOHANA}/staff/import/")
    page.set_input_files("input[type=file]", taken)
    page.click("main button >> text=読み取る")
    page.wait_for_url(re.compile(r"/staff/entry/check/"))
    expect(page.locator("main")).to_contain_text("名簿と違うところはありません")
    clerk.see("roster-import-unchanged")
    page.click("main a >> text=やめる")
    page.click("main form button >> text=取りやめる")
    page.wait_for_url(re.compile(r"/staff/entry/$"))

    # In Excel somebody is added, and somebody's hours change; one day does not exist.
    book = load_workbook(taken)
    sheet = book["職員名簿"]
    heads, first = headings_of(sheet)
    sheet.cell(first, heads["1日の勤務時間"]).value = 7
    last = next(row for row in range(first, sheet.max_row + 2) if not sheet.cell(row, heads["氏名"]).value)
    for heading, text in {
        "氏名": "山吹　こずえ",
        "ふりがな": "やまぶき　こずえ",
        "生年月日": "H9.2.31",
        "職種": "保育士",
        "採用日": "2026/6/1",
        "常勤・非常勤": "常勤",
        "1日の勤務時間": 8,
        "月の勤務日数": 20,
    }.items():
        sheet.cell(last, heads[heading]).value = text
    book.save(taken)
    clerk.open(f"/f/{NANOHANA}/staff/import/")
    page.set_input_files("input[type=file]", taken)
    page.click("main button >> text=読み取る")
    page.wait_for_url(re.compile(r"/staff/entry/check/"))
    birth = get_column_letter(heads["生年月日"])
    expect(page.locator("main")).to_contain_text(f"シート「職員名簿」{birth}{last}")
    clerk.see("roster-import-problem")

    # Put right on the page, applied as one.
    page.click(f"text=/{birth}{last}/ >> nth=0")
    page.wait_for_url(re.compile(r"/staff/entry/members/"))
    wrong = page.locator("input[aria-invalid=true]")
    wrong.fill("H9.2.28")
    wrong.press("Tab")
    expect(saved(page)).to_contain_text(re.compile(r"保存済み$"))
    page.click("text=確認へ進む >> nth=0")
    page.wait_for_url(re.compile(r"/staff/entry/check/"))
    clerk.see("roster-import-check")
    page.click("main button >> text=名簿に反映する")
    expect(page.locator("main")).to_contain_text("採用 1人、変更 1人", timeout=20_000)


def headings_of(sheet: Worksheet) -> tuple[dict[str, int], int]:
    """The columns by heading, and the first row below."""
    for row in sheet.iter_rows():
        found = {str(cell.value).split("\n")[0].strip(): cell.column for cell in row if cell.value}
        if {"氏名", "生年月日"} <= found.keys():
            return found, row[0].row + 1
    raise AssertionError("no headings")
