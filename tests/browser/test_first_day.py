"""A city that starts with nothing, beside one that is at work: set up in the browser, until its first clerk is in."""

import re

import pytest

from portal.demo import cast
from tests.browser.running import Stack, Visitor

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]

PASSWORD = "みずうみ-ふね-りんご-2077"
CODE, NAME = "131016", "若葉市"
TEN = (
    "事業所番号,施設名,施設類型,設置主体,法人番号,公私区分,認可定員,1号利用定員,2・3号利用定員,地域区分,認可年月日,郵便番号,所在地\n"
    + "".join(
        f"13101000000{place:02},わかば第{place}保育園,保育所,社会福祉法人 わかば会,4500301962552,私立,60,,60,"
        f"20/100地域,平成20年4月1日,100-0001,若葉市みほん{place}丁目\n"
        for place in range(1, 11)
    )
)
FACILITY = "1310100000001"


def choose_password(person: Visitor, stack: Stack, login_id: str, *, after: int) -> None:
    """With the code from the mail, as an invited person does."""
    letter = stack.wait_for_mail(login_id, after=after)
    found = re.search(r"設定コード: (\S+)", letter)
    assert found, letter
    person.open("/login/password/")
    person.page.fill("input[name=login_id]", login_id)
    person.page.fill("input[name=code]", found[1])
    person.page.fill("input[name=password]", PASSWORD)
    person.page.fill("input[name=again]", PASSWORD)
    person.page.click("main button[type=submit]")
    person.page.wait_for_url("**/login/")
    person.sign_in_here(login_id, password=PASSWORD)


def register(person: Visitor, login_id: str, *, duty: str, facility: str = "") -> None:
    """A new account, by the administrator's form."""
    person.open(f"/c/accounts/new/?facility={facility}")
    person.page.select_option("select[name=duty]", duty)
    person.page.fill("input[name=login_id]", login_id)
    person.page.fill("input[name=name]", "見本 花子")
    person.page.fill("input[name=address]", cast.address_of(login_id))
    if facility:
        person.page.fill("input[name=notification_number]", "令8-1")
        person.page.fill("input[name=notified_on]", "2026-04-01")
    person.page.click("main button:has-text('登録する')")
    person.page.wait_for_selector(".flash.success")


def test_a_city_begins_with_nothing_and_sees_nothing_of_another(come, stack, tmp_path):
    stack.run(
        *("manage.py", "create_municipality", "--code", CODE, "--name", NAME, "--login-id", "wakaba-kanri"),
        *("--administrator", "見本 太郎", "--address", cast.address_of("wakaba-kanri")),
    )
    first = come()
    choose_password(first, stack, "wakaba-kanri", after=0)
    assert "児童数がまだ取り込まれていません" in first.words()
    first.see("first-day-1-home")

    first.open("/c/facilities/")
    first.see("first-day-2-no-facilities")
    first.page.click("text=施設一覧を取り込む")
    (tmp_path / "list.csv").write_text(TEN, encoding="utf-8")
    first.page.set_input_files("input[type=file]", tmp_path / "list.csv")
    first.page.fill("input[name=from_month]", "2026-04")
    first.page.click("text=内容を確認する")
    first.page.wait_for_selector("text=この内容で取り込みますか")
    first.see("first-day-3-preview")
    first.page.click("button:has-text('取り込む')")
    first.page.wait_for_selector(".flash.success")
    first.open("/c/facilities/")
    assert "10施設" in first.words()
    assert "丘いちょう幼稚園" not in first.words()

    register(first, "wakaba-kanri2", duty="administrator")
    first.page.click("text=アドレスを確認した")  # the only administrator founds the four eyes
    first.page.wait_for_selector(".flash.success")
    second = come()
    choose_password(second, stack, "wakaba-kanri2", after=0)

    register(first, "wakaba-en", duty="facility", facility=FACILITY)
    account = first.page.url
    first.see("first-day-4-waiting")
    first.page.click("text=アドレスを確認した")
    first.page.wait_for_selector(".error-summary")
    assert "登録した本人は確認できません" in first.words()
    second.page.goto(account)
    second.page.click("text=アドレスを確認した")
    second.page.wait_for_selector(".flash.success")

    clerk = come()
    choose_password(clerk, stack, "wakaba-en", after=0)
    assert "わかば第1保育園" in clerk.page.inner_text("header")
    assert "児童数がまだ届いていません" in clerk.words()
    clerk.see("first-day-5-clerk")

    neighbour = come()
    neighbour.sign_in("kanri")
    neighbour.open("/c/facilities/?words=わかば第")
    assert "当てはまる施設がありません" in neighbour.words()
    assert neighbour.page.goto(account).status == 404
