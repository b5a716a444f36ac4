"""
A city that starts from an empty database: founded by the command and set up in the browser, its first clerk, its first
month, a correction after approval, a successor, and the turn of its first year. A second city in the same installation,
in which the same corporation runs a facility, sees none of it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from facilities.periods import ServiceMonth
from portal.demo import cast
from tests.browser.running import Stack, Visitor

pytestmark = pytest.mark.stack

PASSWORD = "みずうみ-ふね-りんご-2077"
CODE, NAME = "131016", "若葉市"
NEIGHBOUR, NEIGHBOURS_NAME = "131024", "青田市"
HEADINGS = (
    "事業所番号,施設名,施設類型,設置主体,法人番号,公私区分,認可定員,1号利用定員,2・3号利用定員,地域区分,"
    "認可年月日,郵便番号,所在地\n"
)
ONE = (
    f"{HEADINGS}1310200000001,あおた保育園,保育所,社会福祉法人 わかば会,4500301962552,私立,30,,30,"
    "20/100地域,平成20年4月1日,100-0001,青田市みほん1丁目\n"
)
TEN = HEADINGS + "".join(
    f"13101000000{place:02},わかば第{place}保育園,保育所,社会福祉法人 わかば会,4500301962552,私立,60,,60,"
    f"20/100地域,平成20年4月1日,100-0001,若葉市みほん{place}丁目\n"
    for place in range(1, 11)
)
FACILITY = "1310100000001"
JUNE = "対象年月,事業所番号,施設名,居住市区町村コード,認定区分,年齢,保育必要量,初日在籍数\n" + "".join(
    f"令和8年6月,13101000000{place:02},わかば第{place}保育園,{CODE},{cell},{count}\n"
    for place in range(1, 11)
    for cell, count in (
        ("3号,0,標準", 6),
        ("3号,1,標準", 8),
        ("3号,2,短時間", 9),
        ("2号,3,標準", 12),
        ("2号,4,標準", 12),
    )
)
Come = Callable[..., Visitor]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system of its own: everything runs, and the database holds nobody."""
    running = Stack.start(tmp_path_factory.mktemp("empty") / "var", "--empty")
    yield running
    running.stop()


def choose_password(person: Visitor, stack: Stack, login_id: str, *, after: int) -> None:
    """With the code from the mail, as an invited person does."""
    letter = stack.wait_for_mail(login_id, after=after)
    assert f"{stack.url}/login/password/" in letter
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
    if facility:
        person.open(f"/c/accounts/new/?for=facility&facility={facility}")
    else:
        person.open("/c/accounts/new/?for=city")
        person.page.select_option("select[name=duty]", duty)
    person.page.fill("input[name=login_id]", login_id)
    person.page.fill("input[name=name]", "見本 花子")
    person.page.fill("input[name=address]", cast.address_of(login_id))
    if facility:
        person.page.fill("input[name=notification_number]", "令8-1")
        person.page.fill("input[name=notified_on]", "2026-04-01")
    person.page.click("main button:has-text('登録する')")
    person.page.wait_for_selector(".flash.success")


def invite(first: Visitor, second: Visitor, come: Come, stack: Stack, login_id: str, duty: str) -> Visitor:
    """Registered by one administrator, confirmed by the other, and in: a person of the city."""
    register(first, login_id, duty=duty)
    second.page.goto(first.page.url)
    second.page.click("button:has-text('アドレスを確認した')")
    second.page.wait_for_selector(".flash.success")
    person = come()
    choose_password(person, stack, login_id, after=0)
    return person


def set_rates(administrator: Visitor) -> None:
    """This list of facilities has no 加算率: they are set on the facility's page."""
    administrator.open(f"/c/facilities/{FACILITY}/")
    administrator.page.click("summary:has-text('新しいプロフィールを設定する')")
    administrator.page.fill("input[name=from_month]", "2026-04")
    administrator.page.fill("input[name=base_percent]", "9")
    administrator.page.fill("input[name=wage_percent]", "6")
    administrator.page.click("button:has-text('プロフィールを設定する')")
    administrator.page.wait_for_selector(".flash.success")


def bring_in(section: Visitor, path: Path) -> None:
    """June's children of all ten."""
    path.write_text(JUNE, encoding="utf-8")
    section.open("/c/counts/")
    section.page.set_input_files("input[type=file]", path)
    section.page.click("text=内容を確認する")
    section.page.wait_for_url(re.compile(r"/c/counts/imports/"))
    section.page.click("button >> text=取り込む")
    section.page.wait_for_selector(".flash.success")


def confirm(clerk: Visitor) -> None:
    """The counts are right."""
    clerk.open(f"/f/{FACILITY}/counts/2026-06/")
    clerk.page.click("text=この人数で確認する")
    clerk.page.wait_for_selector(".flash.success")


def submit(clerk: Visitor) -> str:
    """From the claim's page, with the declaration. Returns the claim's id."""
    clerk.page.check("input[name=declared]")
    clerk.page.click("main button:has-text('提出する')")
    clerk.page.wait_for_selector("text=市に提出しました")
    return clerk.page.url.rstrip("/").rsplit("/", 1)[1]


def approve(person: Visitor, claim: str) -> None:
    """One step of the review."""
    person.open(f"/c/review/{claim}/")
    person.page.click("main button:has-text('承認する')")
    person.page.wait_for_selector(".flash.success")


def correct_counts(section: Visitor) -> None:
    """One child more, which the file did not know."""
    section.open(f"/c/counts/2026-06/{FACILITY}/")
    section.page.click("text=人数を訂正する")
    section.page.fill(f"input[name='count-{CODE}-3-1-standard']", "9")
    section.page.fill("textarea[name=reason]", "転入の届出が遅れたため")
    section.see("first-year-3-correct-counts")
    section.page.click("button:has-text('訂正する')")
    section.page.wait_for_selector(".flash.success")


def found(stack: Stack, come: Come, code: str, name: str, login_id: str) -> Visitor:
    """A municipality and its first administrator by the command; she is in."""
    stack.command(
        *("create_municipality", "--code", code, "--name", name, "--login-id", login_id),
        *("--administrator", "見本 太郎", "--address", cast.address_of(login_id)),
    )
    administrator = come()
    choose_password(administrator, stack, login_id, after=0)
    return administrator


def choose_list(administrator: Visitor, path: Path, lines: str) -> None:
    """A list of facilities, up to its preview."""
    administrator.open("/c/facilities/")
    administrator.page.click("text=施設一覧を取り込む")
    path.write_text(lines, encoding="utf-8")
    administrator.page.set_input_files("input[type=file]", path)
    administrator.page.fill("input[name=from_month]", "2026-04")
    administrator.page.click("text=内容を確認する")
    administrator.page.wait_for_selector("text=この内容で取り込みますか")


def accept_list(administrator: Visitor) -> None:
    """What the preview has shown."""
    administrator.page.click("button:has-text('取り込む')")
    administrator.page.wait_for_selector(".flash.success")


def find_by_name(administrator: Visitor) -> None:
    """Of two accounts the rows of one are left; nothing is sent, and no hidden row is ticked."""
    administrator.open("/c/accounts/")
    administrator.page.check("input[data-all]")
    administrator.page.fill("#row-filter", "見本 太郎")
    assert administrator.page.inner_text("[data-filter-count]") == "2件のうち1件を表示しています"
    assert administrator.page.inner_text("[data-count]") == "1"
    administrator.see("first-day-4-found-by-name")
    administrator.page.fill("#row-filter", "だれでもない")
    assert administrator.page.locator("[data-filter-empty]").is_visible()
    assert administrator.page.inner_text("[data-count]") == "0"
    assert administrator.page.url.endswith("/c/accounts/")


def test_a_city_begins_with_nothing_and_runs_its_first_year_beside_another(come, stack, tmp_path):
    first = found(stack, come, CODE, NAME, "wakaba-kanri")
    assert "はじめの準備" in first.words()
    assert "デモ環境です" not in first.page.inner_text("body")
    assert "児童数がまだ取り込まれていません" in first.words()
    first.see("first-day-1-home")
    neighbour = found(stack, come, NEIGHBOUR, NEIGHBOURS_NAME, "aota-kanri")
    choose_list(neighbour, tmp_path / "one.csv", ONE)
    accept_list(neighbour)

    first.open("/c/facilities/")
    first.see("first-day-2-no-facilities")
    choose_list(first, tmp_path / "list.csv", TEN)
    first.see("first-day-3-preview")
    accept_list(first)
    first.open("/c/facilities/")
    assert "10施設" in first.words()
    assert "あおた保育園" not in first.words()

    register(first, "wakaba-kanri2", duty="administrator")
    assert "2人目の管理者は、あなたが確認できます" in first.words()
    first.page.click("button:has-text('アドレスを確認した')")
    first.page.wait_for_selector("text=メールアドレスを確認しました")
    second = come()
    choose_password(second, stack, "wakaba-kanri2", after=0)
    find_by_name(first)

    register(first, "wakaba-en", duty="facility", facility=FACILITY)
    account = first.page.url
    first.see("first-day-4-waiting")
    assert "登録した本人は確認できません" in first.words()
    assert not first.page.locator("button:has-text('アドレスを確認した')").count()
    second.page.goto(account)
    second.page.click("button:has-text('アドレスを確認した')")
    second.page.wait_for_selector(".flash.success")

    clerk = come()
    choose_password(clerk, stack, "wakaba-en", after=0)
    assert "わかば第1保育園" in clerk.page.inner_text("header")
    assert "児童数がまだ届いていません" in clerk.words()
    clerk.see("first-day-5-clerk")

    section = invite(first, second, come, stack, "wakaba-nyuen", "enrolment")
    officer = invite(first, second, come, stack, "wakaba-tanto", "officer")
    chief = invite(first, second, come, stack, "wakaba-kakari", "chief")
    set_rates(first)
    bring_in(section, tmp_path / "june.csv")

    confirm(clerk)
    clerk.page.fill("input[name=saturday_closures]", "0")
    clerk.page.click("main button:has-text('保存する')")
    clerk.page.wait_for_selector("text=月の実績を見る")
    claim = submit(clerk)
    approve(officer, claim)
    approve(chief, claim)
    clerk.open(f"/f/{FACILITY}/claims/{claim}/")
    assert "承認済み" in clerk.words()
    clerk.see("first-year-1-approved")
    approved_yen = clerk.page.inner_text("p.big")

    correct_counts(section)
    clerk.open(f"/f/{FACILITY}/claims/{claim}/")
    assert "児童数が訂正されました" in clerk.words()
    confirm(clerk)
    assert "承認済みの請求との差" in clerk.words()
    clerk.see("first-year-4-correction")
    correction = submit(clerk)
    assert correction != claim
    approve(officer, correction)
    officer.see("first-year-5-after-correction")
    approve(chief, correction)
    clerk.open(f"/f/{FACILITY}/claims/{claim}/")
    assert "過誤調整に置き換わりました" in clerk.words()
    assert clerk.page.inner_text("p.big") == approved_yen, "what was paid stays as it was paid"

    first.page.goto(f"{account}hand-over/")
    first.page.fill("input[name=login_id]", "wakaba-en2")
    first.page.fill("input[name=name]", "見本 次郎")
    first.page.fill("input[name=address]", cast.address_of("wakaba-en2"))
    first.page.fill("input[name=notification_number]", "令8-2")
    first.page.fill("input[name=notified_on]", "2026-07-01")
    first.page.click("main button:has-text('引き継ぐ')")
    first.page.wait_for_selector(".flash.success")
    clerk.open(f"/f/{FACILITY}/claims/")
    assert "/login/" in clerk.page.url, "the predecessor is out at once"
    second.page.goto(first.page.url)
    second.page.click("button:has-text('アドレスを確認した')")
    second.page.wait_for_selector(".flash.success")
    successor = come()
    choose_password(successor, stack, "wakaba-en2", after=0)
    successor.open(f"/f/{FACILITY}/claims/{claim}/")
    assert "wakaba-en）" in successor.words(), "the history stays the predecessor's"

    first.open(f"/c/years/{ServiceMonth.of(date.today()).fiscal_year + 1}/")
    first.page.wait_for_selector("text=10施設を引き継ぐ")
    first.see("first-year-6-year")
    first.page.click("button:has-text('10施設を引き継ぐ')")
    first.page.wait_for_selector(".flash.success")
    assert "引き継ぐ施設は残っていません" in first.words()
    first.see("first-year-7-rolled")

    neighbour.open("/c/facilities/")
    assert "1施設" in neighbour.words()
    neighbour.open("/c/facilities/?words=わかば第")
    assert "当てはまる施設がありません" in neighbour.words()
    assert neighbour.page.goto(account).status == 404
    assert neighbour.page.goto(f"{stack.url}/c/review/{correction}/").status == 404
    for page in ("/c/", "/c/years/", "/c/accounts/", "/c/counts/"):
        neighbour.open(page)
        assert "わかば第" not in neighbour.words()
        assert "wakaba-" not in neighbour.words()
