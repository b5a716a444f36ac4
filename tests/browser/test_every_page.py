"""The pages the month does not pass: each is looked at in both widths, for axe, console and sideways scroll."""

import pytest

from portal.demo import cast

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]

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
        "what-if": f"/f/{cast.STRANGER}/what-if/",
        "first-steps": f"/f/{cast.STRANGER}/first-steps/",
        "guide": f"/f/{cast.STRANGER}/guide/",
        "documents-none": f"/f/{cast.STRANGER}/documents/",
        "not-found": "/f/0000000000000/",
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
        "budget": "/c/budget/",
        "budget-with-more-children": "/c/budget/?percent=5",
        "budget-refused": "/c/budget/?year=x&percent=1000",
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
        "account-new": f"/c/accounts/new/?facility={cast.KINDERGARTEN}",
        "change-password": "/password/",
        "city-home-administrator": "/c/",
        "guide-of-the-city": "/c/guide/",
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
    },
    "kanri": {
        "corporation": (f"/c/facilities/{cast.KINDERGARTEN}/", ["dl a >> nth=0"]),
        "account": ("/c/accounts/", ["tbody a >> nth=0"]),
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
