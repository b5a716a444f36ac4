"""The pages the month does not pass: each is looked at in both widths, for axe, console and sideways scroll."""

import pytest

from portal.demo import applications, cast

pytestmark = pytest.mark.stack

RETURNED = f"{applications.NUMBER}{applications.RETURNED}"
RETURNED_CLERK = f"f{RETURNED}"
REOPENED = f"{applications.NUMBER}{applications.REOPENED}"

PAGES = {
    "aoba-honbu": {"choose-a-facility": "/f/"},
    "tsukushi": {
        "home": f"/f/{cast.STRANGER}/",
        "count-list": f"/f/{cast.STRANGER}/counts/",
        "dispute": f"/f/{cast.STRANGER}/counts/2026-05/dispute/",
        "claim-list": f"/f/{cast.STRANGER}/claims/",
        "charge-list": f"/f/{cast.STRANGER}/charges/",
        "schedule": f"/f/{cast.STRANGER}/schedule/",
        "notices-of-a-facility": f"/f/{cast.STRANGER}/notices/",
        "additions": f"/f/{cast.STRANGER}/additions/",
        "roster": f"/f/{cast.STRANGER}/staff/",
        "hire": f"/f/{cast.STRANGER}/staff/new/",
        "roster-of-the-year": f"/f/{cast.STRANGER}/staff/year/2026/",
        "condition-answers": f"/f/{cast.STRANGER}/additions/2026-04/answers/",
        "what-if": f"/f/{cast.STRANGER}/what-if/",
        "roster-export": f"/f/{cast.STRANGER}/staff/workbook/",
        "roster-import": f"/f/{cast.STRANGER}/staff/import/",
        "staff-figures": f"/f/{cast.STRANGER}/staff/figures/?month=2026-05",
        "first-steps": f"/f/{cast.STRANGER}/first-steps/",
        "guide": f"/f/{cast.STRANGER}/guide/",
        "documents-none": f"/f/{cast.STRANGER}/documents/",
        "documents-contact": f"/f/{cast.STRANGER}/documents/contact/",
        "documents-check": f"/f/{cast.STRANGER}/documents/check/?number=X-1",
        "staff-elsewhere": f"/f/{cast.STRANGER}/staff/find/",
        "not-found": "/f/0000000000000/",
        "applications-not-begun": f"/f/{cast.STRANGER}/applications/2026/",
        "application-not-begun": f"/f/{cast.STRANGER}/applications/2026/price/nutrition/",
        "application-not-begun-check": f"/f/{cast.STRANGER}/applications/2026/price/nutrition/check/",
        "application-round-nothing-ready": f"/f/{cast.STRANGER}/applications/2026/rounds/1/",
        "application-papers-none": f"/f/{cast.STRANGER}/applications/papers/",
        "application-entries-none": f"/f/{cast.STRANGER}/applications/entries/?year=2026",
    },
    "ekimae": {
        "applications-approved": f"/f/{cast.FIRST_NURSERY}/applications/2026/",
        "application-granted": f"/f/{cast.FIRST_NURSERY}/applications/2026/price/nutrition/",
        "application-changed": f"/f/{cast.FIRST_NURSERY}/applications/2026/price/holiday_care/",
        "application-facility-state": f"/f/{cast.FIRST_NURSERY}/applications/2026/price/facility_state/",
        "application-monthly-allowance": f"/f/{cast.FIRST_NURSERY}/applications/2026/city/monthly_allowance/",
        "application-papers": f"/f/{cast.FIRST_NURSERY}/applications/papers/",
    },
    RETURNED_CLERK: {
        "applications-returned": f"/f/{RETURNED}/applications/2026/",
        "application-returned": f"/f/{RETURNED}/applications/2026/price/nutrition/",
        "application-returned-check": f"/f/{RETURNED}/applications/2026/price/nutrition/check/",
    },
    "nyuen": {
        "disputes": "/c/counts/disputes/",
        "column-mappings": "/c/counts/mappings/",
        "counts-of-may": "/c/counts/2026-05/",
        "counts-of-a-facility": f"/c/counts/2026-05/{cast.KINDERGARTEN}/",
        "counts-to-correct": f"/c/counts/2026-05/{cast.KINDERGARTEN}/correct/",
        "closing-a-month": "/c/counts/2026-04/closing/",
        "charges": "/c/charges/",
        "charges-of-may": "/c/charges/2026-05/",
        "forbidden": "/c/accounts/",
    },
    "tanto": {
        "totals-of-charges": "/c/charges/2026-05/",
        "additions-of-the-city": "/c/review/additions/",
        "additions-of-a-facility": f"/c/review/additions/{cast.KINDERGARTEN}/",
        "what-if-of-a-facility": f"/c/review/what-if/{cast.KINDERGARTEN}/",
        "differences": "/c/review/differences/",
        "staff-of-the-city": "/c/staff/?month=2026-05",
        "staff-figures-of-a-facility": f"/c/staff/{cast.KINDERGARTEN}/figures/?month=2026-05",
        "staff-changes": "/c/staff/changes/?show=all",
        "roster-of-a-facility": f"/c/staff/{cast.KINDERGARTEN}/",
        "budget": "/c/budget/",
        "documents-of-a-month": "/c/documents/?month=2026-05",
        "documents-of-a-year": f"/c/documents/?year=2026&facility={cast.KINDERGARTEN}",
        "documents-check-city": "/c/documents/check/",
        "documents-contact-city": f"/c/documents/contact/{cast.KINDERGARTEN}/",
        "staff-search": "/c/staff/search/",
        "staff-overlaps": "/c/staff/overlaps/",
        "rosters-of-the-year": "/c/staff/year/2026/",
        "roster-of-the-year-sent": f"/c/staff/year/2026/{cast.SECOND_NURSERY}/",
        "budget-with-more-children": "/c/budget/?percent=5",
        "budget-refused": "/c/budget/?year=x&percent=1000",
        "applications-inbox": "/c/applications/",
        "applications-inbox-of-mine": "/c/applications/?mine=1",
        "applications-inbox-nothing-found": "/c/applications/?words=どこにもない",
        "applications-overview": "/c/applications/overview/?year=2026",
        "applications-routes": "/c/applications/routes/",
        "applications-delegations": "/c/applications/delegations/",
        "application-rounds": "/c/rounds/?year=2026",
        "application-round-reopened": f"/c/rounds/2026/1/{REOPENED}/",
        "papers-of-the-city": "/c/papers/",
        "questions-of-the-city": "/c/questions/",
    },
    "kanri": {
        "facilities": "/c/facilities/",
        "facility-new": "/c/facilities/new/",
        "facility-lists": "/c/facility-lists/",
        "facility": f"/c/facilities/{cast.KINDERGARTEN}/",
        "facility-changes": f"/c/facilities/{cast.KINDERGARTEN}/changes/",
        "year": "/c/years/2027/",
        "schedule-of-the-city": "/c/schedule/?year=2026",
        "notices": "/c/notices/",
        "notice-new": "/c/notices/new/",
        "rate-books": "/c/rate-books/?month=2026-06",
        "rate-book-load": "/c/rate-books/load/",
        "accounts": "/c/accounts/",
        "api-tokens": "/c/api-tokens/",
        "retention": "/c/staff/retention/",
        "account-new": f"/c/accounts/new/?facility={cast.KINDERGARTEN}",
        "change-password": "/password/",
        "city-home-administrator": "/c/",
        "guide-of-the-city": "/c/guide/",
        "item-packs-of-another-year": "/c/item-packs/?year=2027",
        "characters-of-the-city-none": "/c/documents/fonts/",
        "applications-routes-to-set": "/c/applications/routes/",
        "applications-delegations-to-set": "/c/applications/delegations/",
    },
    "kacho": {
        "applications-inbox-manager": "/c/applications/",
        "applications-delegations-manager": "/c/applications/delegations/",
    },
    "kansa": {"guide-of-the-auditor": "/a/guide/"},
}


# Pages of one row, reached by what a person would click.
WAYS = {
    "tsukushi": {
        "notice-read": (f"/f/{cast.STRANGER}/notices/", ["text=よくある質問"]),
        "notice-taken-back": (f"/f/{cast.STRANGER}/notices/", ["text=説明会のご案内"]),
        "what-if-answered": (f"/f/{cast.STRANGER}/what-if/", ["button >> text=試算する", "summary >> nth=0"]),
        "additions-within-reach": (f"/f/{cast.STRANGER}/additions/", ["text=足りない条件 >> nth=0"]),
        "person": (f"/f/{cast.STRANGER}/staff/", ["tbody a >> nth=0"]),
    },
    "ekimae": {
        "application-version": (
            f"/f/{cast.FIRST_NURSERY}/applications/2026/price/holiday_care/",
            ["a[href*='/versions/'] >> nth=0"],
        ),
    },
    "tanto": {
        "person-in-the-city": (f"/c/staff/{cast.KINDERGARTEN}/", ["tbody a >> nth=0"]),
        "roster-of-the-year-accepted": (f"/c/staff/year/2026/{cast.KINDERGARTEN}/", []),
        "application-review": ("/c/applications/", ["tr[data-row] a >> nth=0"]),
        "application-review-with-amounts": (
            "/c/applications/?item=monthly_allowance",
            ["tr[data-row] a >> nth=0"],
        ),
        "paper-of-an-application": ("/c/papers/", ["a[href^='/c/papers/'][href$='/'] >> nth=0"]),
    },
    "kanri": {
        "corporation": (f"/c/facilities/{cast.KINDERGARTEN}/", ["dl a >> nth=0"]),
        "account": ("/c/accounts/", ["tbody a >> nth=0"]),
        "item-pack-released": ("/c/item-packs/?year=2026", ["tbody a >> nth=0"]),
        "notice-receipts": ("/c/notices/", ["text=よくある質問", "text=最初に読んだ日時"]),
        "notice-withdraw": ("/c/notices/", ["text=よくある質問", "a:has-text('取り下げる')"]),
        "notice-draft": ("/c/notices/?state=draft", ["text=処遇改善の実績報告"]),
        "notice-send": (
            "/c/notices/?state=draft",
            ["text=処遇改善の実績報告", "text=送る前に確認する", "text=届く施設（"],
        ),
        "notice-choose-kinds": ("/c/notices/new/", ["text=施設類型を選ぶ"]),
        "notice-choose-facilities": ("/c/notices/new/", ["label:has-text('施設を選ぶ')", "summary >> nth=1"]),
    },
}


@pytest.mark.parametrize("login_id", list(PAGES))
def test_every_other_page_is_clean(come, login_id):
    person = come()
    person.sign_in(login_id)

    for name, path in PAGES[login_id].items():
        person.open(path)
        person.see(name)


@pytest.mark.parametrize("login_id", list(WAYS))
def test_every_page_of_a_row_is_clean(come, login_id):
    person = come()
    person.sign_in(login_id)

    for name, (path, clicks) in WAYS[login_id].items():
        person.open(path)
        for click in clicks:
            person.page.click(f"main >> {click}")
        person.see(name)


def test_a_question_about_an_application_is_seen_by_both(come):
    officer, clerk = come(), come()
    officer.sign_in("tanto")
    clerk.sign_in("nishidai")

    officer.open(f"/c/applications/?words={cast.SECOND_NURSERY}&item=nutrition")
    officer.page.click("main >> tr[data-row] a >> nth=0")
    officer.page.fill("#talk-text", "嘱託の契約書はいつ届きますか。")
    officer.page.click("button:has-text('質問する')")
    officer.page.wait_for_selector(".flash.success")
    officer.open("/c/questions/?show=")
    officer.see("questions-asked")
    officer.page.click("main >> tbody a >> nth=0")
    officer.see("conversation-of-the-city")
    clerk.open(f"/f/{cast.SECOND_NURSERY}/applications/2026/")
    clerk.see("applications-with-a-question")
    clerk.page.click("text=栄養管理加算 >> nth=0")
    clerk.page.fill("#talk-text", "来週お送りします。")
    clerk.page.click("main >> button:has-text('伝える')")
    clerk.page.wait_for_selector(".flash.success")
    clerk.see("application-with-an-answer")


WIDE_FILE = """処理年月,施設コード,施設名称,0歳標準,0歳短時間,1歳標準,1歳短時間,3歳,3歳短時間,満3歳,2号計,5歳,合計
202606,1299900000001,駅前やまびこ保育園,8,0,14,1,17,1,0,18,0,41
"""


def test_a_foreign_wide_file_is_asked_about_clearly(come):
    person = come()
    person.sign_in("nyuen")
    person.open("/c/counts/")
    file = {"name": "児童数.csv", "mimeType": "text/csv", "buffer": WIDE_FILE.encode("cp932")}

    person.page.set_input_files("input[type=file]", file)
    person.page.click("main button:has-text('内容を確認する')")
    person.page.click("text=列の対応を決める")
    person.page.wait_for_selector("text=ファイルの列と意味")
    person.see("mapping-wide")
    person.page.select_option("select[aria-label='「5歳」の意味']", label="2号 3歳 標準時間")
    person.page.click("main button:has-text('次へ')")
    person.page.wait_for_selector("text=「3歳」と同じ区分です。")
    person.see("mapping-wide-refused")
    person.page.select_option("select[aria-label='「5歳」の意味']", label="1号 5歳 教育標準時間")
    person.page.click("main button:has-text('次へ')")
    person.page.wait_for_selector("text=この対応の名前")
    person.see("mapping-wide-name")
    person.page.click("text=列を選び直す")
    person.page.click("text=「1行に1区分」に変える")
    person.page.wait_for_selector("text=取り込む項目とファイルの列")
    person.see("mapping-long")


OTHER_ROSTER = """令和8年度　職員一覧,,,,,,
No.,姓,名,フリガナ,生まれ,勤め方,仕事
1,見本,次郎,ﾐﾎﾝ ｼﾞﾛｳ,S60.2.30,正,保育士
2,若葉,三子,ﾜｶﾊﾞ ﾐﾂｺ,1992/11/23,パ,調理員
"""


def test_a_roster_of_another_layout_is_asked_about_clearly(come):
    person = come()
    person.sign_in("tsukushi")
    person.open(f"/f/{cast.STRANGER}/staff/import/")
    file = {"name": "職員.csv", "mimeType": "text/csv", "buffer": OTHER_ROSTER.encode("cp932")}

    person.page.set_input_files("input[type=file]", {**file, "buffer": b"%PDF-1.7"})
    person.page.click("main button:has-text('読み取る')")
    person.page.wait_for_selector("text=PDFのようです")
    person.see("roster-import-refused")
    person.page.set_input_files("input[type=file]", file)
    person.page.click("main button:has-text('読み取る')")
    person.page.wait_for_selector("text=ファイルの列と、取り込む項目")
    person.see("roster-columns")
    person.page.select_option("select[aria-label='「生まれ」の列']", label="生年月日")
    person.page.select_option("select[aria-label='「勤め方」の列']", label="常勤・非常勤")
    person.page.select_option("select[aria-label='「仕事」の列']", label="常勤・非常勤")
    person.page.click("main button:has-text('次へ')")
    person.page.wait_for_selector("text=2つ以上の列に選んでいます")
    person.see("roster-columns-refused")
    person.page.select_option("select[aria-label='「仕事」の列']", label="職種")
    person.page.click("main button:has-text('次へ')")
    person.page.wait_for_selector("text=選択肢にない言葉がありました")
    person.see("roster-words")
    person.page.select_option("select[aria-label='常勤・非常勤の「正」']", label="常勤")
    person.page.select_option("select[aria-label='常勤・非常勤の「パ」']", label="非常勤")
    person.page.click("main button:has-text('読み取って確かめる')")
    person.page.wait_for_selector("text=生年月日（E3）")
    person.see("roster-import-check")
