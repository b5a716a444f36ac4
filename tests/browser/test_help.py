"""The help is opened without a script and by keyboard, the first steps are put away, the guides fit one sheet of A4."""

from io import BytesIO

import pytest
from pypdf import PdfReader

pytestmark = pytest.mark.stack

# A clerk of these tests' own: ten codes an hour is all that anybody gets.
NUMBER = "1299900000010"
CLERK = f"f{NUMBER}"
GUIDES = {
    CLERK: f"/f/{NUMBER}/guide/",
    "nyuen": "/c/guide/",
    "tanto": "/c/guide/",
    "kakaricho": "/c/guide/",
    "kanri": "/c/guide/",
    "kansa": "/a/guide/",
}
A4_POINTS = (595, 842)


def test_the_help_opens_with_the_keyboard_and_stays_beside_the_work(come):
    clerk = come(javascript=False)
    clerk.sign_in(CLERK)
    page = clerk.page
    text = page.locator("#help")

    assert not text.is_visible()
    page.locator(".page-help summary").focus()
    page.keyboard.press("Enter")
    assert text.is_visible()
    assert "こまったとき" in text.inner_text()
    assert page.locator("h1").is_visible()
    page.keyboard.press("Enter")
    assert not text.is_visible()


def test_the_link_in_the_header_opens_the_help(come):
    clerk = come(javascript=False)
    clerk.sign_in(CLERK)

    for width in (390, 1280):
        clerk.page.set_viewport_size({"width": width, "height": 900})
        clerk.open(f"/f/{NUMBER}/counts/")
        clerk.page.click("header >> text=使い方")
        clerk.page.locator("#help h2").wait_for(state="visible")
        assert clerk.page.locator("#help h2").inner_text() == "児童数"


@pytest.mark.parametrize(("login_id", "path"), [(CLERK, f"/f/{NUMBER}/"), ("kanri", "/c/accounts/")])
def test_the_open_help_is_clean(come, login_id, path):
    person = come()
    person.sign_in(login_id)
    person.open(path)
    person.page.click(".page-help summary")

    person.see("help-facility" if login_id == CLERK else "help-city")


def test_nobody_needs_the_help_on_paper(come):
    clerk = come()
    clerk.sign_in(CLERK)
    clerk.page.click(".page-help summary")
    clerk.page.emulate_media(media="print")

    assert not clerk.page.locator(".page-help").is_visible()
    assert not clerk.page.locator("header >> text=使い方").is_visible()


def test_the_first_steps_lead_on_and_are_put_away(come):
    clerk = come(javascript=False)
    clerk.sign_in(CLERK)
    clerk.page.click(".first-steps >> text=日程を見る >> nth=-1")
    assert clerk.page.inner_text("h1") == "日程"
    clerk.open(f"/f/{NUMBER}/")
    clerk.page.click("text=この案内を閉じる")
    assert "案内を閉じました" in clerk.words()
    assert clerk.page.locator("main .first-steps").count() == 0

    at_home = come()
    at_home.sign_in(CLERK)
    assert at_home.page.locator("main .first-steps").count() == 0
    at_home.page.click(".page-help summary")
    at_home.page.click("#help >> text=はじめての方へ")
    assert at_home.page.inner_text("h1") == "はじめての方へ"


@pytest.mark.parametrize("login_id", list(GUIDES))
def test_a_guide_is_one_sheet_of_a4(come, login_id):
    person = come()
    person.sign_in(login_id)
    person.open(GUIDES[login_id])

    printed = PdfReader(BytesIO(person.page.pdf(prefer_css_page_size=True, print_background=True)))

    assert len(printed.pages) == 1
    assert (round(printed.pages[0].mediabox.width), round(printed.pages[0].mediabox.height)) == A4_POINTS
