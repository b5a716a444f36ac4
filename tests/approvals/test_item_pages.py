"""The city's pages of applications: what waits for whom, what differs, what strikes; routes and delegations."""

import re
from datetime import datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack
from applications.states import VersionStatus
from approvals.items.inbox import ItemQuestion, item_inbox, waiting_for
from approvals.models import Delegation, ItemDecision, ReviewRoute
from facilities.actors import Role
from facilities.periods import ServiceMonth
from tests.applications.stage import (
    AT,
    LAST_YEAR,
    approve,
    approved_last_year,
    decide,
    release_pack,
    save,
    send_back,
    submit,
)
from tests.asked import asked_by
from tests.cast import JUNE, MAY, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.staffed import Somebody, give_roster
from tests.staff_records.stage import add_member

PAGE = "/c/applications/"
TYPED = {"extra_staff": "1", "monthly_yen": "100000"}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


@pytest.fixture
def sent(sakura: Nursery, pack: ItemPack) -> ApplicationVersion:
    return submit(sakura, save(sakura, pack, **TYPED))


def shown(html: str) -> list[str]:
    return re.findall(r'<tr data-row="([0-9a-f-]{36})"', html)


def test_the_inbox_lists_what_waits_and_says_why_it_deserves_a_look(city, sent):
    page = sign_in(city.people[Role.OFFICER]).get(PAGE).content.decode()

    assert shown(page) == [str(sent.pk)]
    assert "初めての申請" in page
    assert "ご自分の審査待ち 1件" in page
    assert "1,200,000" in page
    assert events_of(city, "item_review.inbox_shown")[-1].rows == {"application_version": [str(sent.pk)]}


def test_filters_stand_in_the_address(city, sakura, sent):
    browser = sign_in(city.people[Role.CHIEF])

    for query, found in (
        ("mine=1", []),
        ("state=waiting", [str(sent.pk)]),
        ("family=city", []),
        ("item=team_childcare&kind=nursery", [str(sent.pk)]),
        ("words=すみれ", []),
        ("year=2025", []),
        ("state=nonsense&sort=nonsense&year=x", [str(sent.pk)]),
    ):
        assert shown(browser.get(f"{PAGE}?{query}").content.decode()) == found, query


def test_the_page_of_one_shows_values_and_leads_on(city, sakura, pack, sent):
    second = submit(
        sakura,
        save(sakura, pack, "team_childcare_report", from_month=None, spent_yen="1200000"),
        at=timezone.make_aware(datetime(2027, 5, 10, 9)),
    )
    browser = sign_in(city.people[Role.OFFICER])
    page = browser.get(f"{PAGE}{sent.pk}/").content.decode()
    assert "加配する職員の数" in page
    assert "1,200,000" in page

    answer = browser.post(f"{PAGE}{sent.pk}/approve/", {"shown_hash": sent.content_hash, "mine": "1"})

    assert answer["Location"].startswith(f"{PAGE}{second.pk}/?")


@pytest.fixture
def three(city, sent, pack):
    """Sent by three facilities: the first is the cheapest, the second the dearest, the third in between."""
    found = [sent]
    for number, yen in ((2, "300000"), (3, "200000")):
        place = make_facility(city, f"園{number}", number=f"129990000191{number}")
        found.append(submit(place, save(place, pack, extra_staff="1", monthly_yen=yen)))
    return found


def links(page: str) -> dict[str, str]:
    """Where the buttons above a version lead, by their words."""
    found = re.findall(r'<a class="button small quiet" href="([^"]+)">([^<]+)</a>', page)
    return {words: href.replace("&amp;", "&") for href, words in found}


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("sort=priority", (1, 2, 0)),
        ("sort=number", (0, 1, 2)),
        ("sort=amount&mine=1", (1, 2, 0)),
        ("words=12999000019&sort=number", (1, 2)),
    ],
)
def test_before_and_after_follow_the_list_one_has_come_from(city, three, query, order):
    browser = sign_in(city.people[Role.OFFICER])
    wanted = [str(three[place].pk) for place in order]
    assert shown(browser.get(f"{PAGE}?{query}").content.decode()) == wanted

    walked, path = [], f"{PAGE}{wanted[0]}/?{query}"
    for place in range(len(wanted)):
        page = browser.get(path).content.decode()
        walked.append(re.search(r"/c/applications/([0-9a-f-]{36})/", path).group(1))
        assert f"{place + 1}件目／{len(wanted)}件" in page
        if place:
            assert walked[-2] in links(page)["前の申請"]
        path = links(page).get("次の申請", "")
    assert walked == wanted
    assert path == ""


def test_a_decision_leads_on_in_that_order_and_back(city, three):
    browser = sign_in(city.people[Role.OFFICER])
    cheap, dear, middle = three
    asked = {"sort": "amount"}

    def decide_on(version):
        sent = {"shown_hash": version.content_hash, **asked}
        return browser.post(f"{PAGE}{version.pk}/approve/", sent, follow=True)

    # From the middle of the list on to its end, then from the top again.
    answer = decide_on(middle)
    assert answer.request["PATH_INFO"] == f"{PAGE}{cheap.pk}/"
    page = answer.content.decode()
    assert "を承認しました。次の審査待ちを表示しています。" in page
    assert str(middle.pk) in links(page)["直前に決定した申請"]
    assert links(page)["一覧に戻る"] == f"{PAGE}?sort=amount"
    assert decide_on(cheap).request["PATH_INFO"] == f"{PAGE}{dear.pk}/"
    last = decide_on(dear)
    assert last.request["PATH_INFO"] == PAGE
    assert "この一覧に、ご自分の審査待ちはもうありません。" in last.content.decode()


def test_a_decision_stays_within_the_filter(city, three):
    browser = sign_in(city.people[Role.OFFICER])
    cheap, dear, middle = three
    sent = {"shown_hash": dear.content_hash, "sort": "number", "words": "園3"}
    returned = browser.post(
        f"{PAGE}{middle.pk}/return/", {**sent, "shown_hash": middle.content_hash, "reason": "確認を"}
    )

    assert returned["Location"].startswith(f"{PAGE}?")
    assert browser.get(f"{PAGE}{cheap.pk}/?sort=number&decided=nonsense").status_code == 200


def test_the_difference_stands_before_what_is_unchanged(city, sakura, pack, sent):
    approve(city, sent)
    change = submit(sakura, save(sakura, pack, from_month=ServiceMonth(2026, 9), monthly_yen="120000"))
    page = sign_in(city.people[Role.OFFICER]).get(f"{PAGE}{change.pk}/").content.decode()

    assert 0 < page.index("1か月の見込額") < page.index("変わらない欄")
    assert page.index("変わらない欄") < page.index("加配する職員の数")
    assert "年度途中の変更" in page
    assert "令和8年9月" in page


def test_a_stale_return_keeps_what_was_typed(city, sent):
    answer = sign_in(city.people[Role.OFFICER]).post(
        f"{PAGE}{sent.pk}/return/",
        {"shown_hash": "0" * 64, "reason": "確認を。", "remark-extra_staff": "名簿では2人"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "確認を。</textarea>" in page
    assert "名簿では2人</textarea>" in page
    with city.open():
        assert not ItemDecision.objects.exists()


def test_together_what_is_as_last_year_goes_through_in_two_clicks(city, sakura, pack):
    approved_last_year(city, sakura, release_pack(city, LAST_YEAR), **TYPED)
    again = submit(sakura, save(sakura, pack, **TYPED))
    browser = sign_in(city.people[Role.OFFICER])
    page = browser.get(f"{PAGE}?mine=1").content.decode()
    assert "変更なし" in page

    asked = browser.post(f"{PAGE}together/", {"mine": "1", "version": [str(again.pk)]}).content.decode()
    assert "1件を承認する" in asked
    done = browser.post(
        f"{PAGE}together/approve/", {"mine": "1", "choice": [f"{again.pk}:{again.content_hash}"]}, follow=True
    )

    assert "1件を承認しました" in done.content.decode()


def test_another_citys_officer_finds_nothing(city, sent):
    elsewhere = make_city("129998", "緑野市")
    browser = sign_in(elsewhere.people[Role.OFFICER])

    assert browser.get(f"{PAGE}{sent.pk}/").status_code == 404
    assert browser.post(f"{PAGE}{sent.pk}/approve/", {"shown_hash": sent.content_hash}).status_code == 404
    assert shown(browser.get(PAGE).content.decode()) == []


def test_routes_are_set_and_removed_by_administrators(city, pack):
    browser = sign_in(city.people[Role.ADMINISTRATOR])
    refused = browser.post(f"{PAGE}routes/", {"step_1": "officer", "least_yen": "たくさん"})
    assert refused.status_code == 422
    assert "たくさん" in refused.content.decode()
    assert '<a href="#least_yen">「金額」：' in refused.content.decode()

    browser.post(
        f"{PAGE}routes/",
        {
            "item": "price.team_childcare",
            "step_1": "officer",
            "step_2": "manager",
            "least_yen": "1,000,000円",
        },
    )
    with city.open():
        row = ReviewRoute.objects.get()
    assert (row.family, row.item_key, row.least_yen, row.steps) == (
        "price",
        "team_childcare",
        1_000_000,
        ["officer", "manager"],
    )
    assert "担当 → 課長" in browser.get(f"{PAGE}routes/").content.decode()
    assert sign_in(city.people[Role.OFFICER]).post(f"{PAGE}routes/", {}).status_code == 422

    browser.post(f"{PAGE}routes/{row.pk}/remove/")
    with city.open():
        assert not ReviewRoute.objects.exists()


def test_a_chief_delegates_on_the_page_and_takes_it_back(city):
    chief, officer = city.people[Role.CHIEF], city.people[Role.OFFICER]
    browser = sign_in(chief)
    day = timezone.localdate()
    form = {
        "from": f"{chief.pk}:chief",
        "to": str(officer.pk),
        "from_day": str(day),
        "to_day": str(day),
        "why": "出張",
    }
    wrong = browser.post(f"{PAGE}delegations/", {**form, "to_day": "あした"})
    assert wrong.status_code == 422
    assert '<a href="#to_day">「終わる日」：' in wrong.content.decode()
    # Nobody stands in for herself.
    assert f'<option value="{chief.pk}"' not in wrong.content.decode()

    browser.post(f"{PAGE}delegations/", form)

    page = browser.get(f"{PAGE}delegations/").content.decode()
    assert "いまの代理" in page
    with city.open():
        row = Delegation.objects.get()
    browser.post(f"{PAGE}delegations/{row.pk}/end/")
    assert "いまの代理" not in browser.get(f"{PAGE}delegations/").content.decode()


def test_the_overview_says_who_has_sent_what_and_reminds(city, sakura, pack, sent, mail_folder):
    make_facility(city, "すみれ保育園", number="1299900000902")
    browser = sign_in(city.people[Role.OFFICER])
    page = browser.get(f"{PAGE}overview/?year=2026&round=1").content.decode()
    assert "審査中" in page
    assert "未提出" in page
    assert page.index("すみれ保育園") > page.index("さくら保育園")

    with city.open():
        sumire = next(row for row in shown(page) if row != str(sakura.facility.pk))
    both = {"year": "2026", "round": "1", "facility": [sumire, str(sakura.facility.pk)]}
    answer = browser.post(f"{PAGE}overview/remind/", both, follow=True)

    assert "1施設に催促のメールを送ります" in answer.content.decode()
    browser.post(f"{PAGE}overview/remind/", both)
    from jobs import running

    running.run_due()
    assert len(list(mail_folder.iterdir())) == 1


def test_a_returned_application_is_told_in_the_overview(city, sakura, pack, sent):
    send_back(city, sent)

    page = sign_in(city.people[Role.OFFICER]).get(f"{PAGE}overview/?year=2026&round=1").content.decode()

    assert "差し戻し中" in page


def test_ten_applications_cost_as_many_questions_as_two(city, sakura, pack, sent):
    def questions() -> int:
        with city.open(Role.OFFICER) as officer, CaptureQueriesContext(connection) as asked:
            item_inbox(ItemQuestion.of(QueryDict(), AT), by=officer, at=AT)
        return len(asked)

    give_counts(sakura)
    give_roster(sakura, Somebody())
    anew = questions()
    assert questions() == 3, "the list, what is kept, and the books"
    for number in range(8):
        other = make_facility(city, f"園{number}", number=f"129990000091{number}")
        give_counts(other)
        give_roster(other, Somebody())
        submit(other, save(other, pack, **TYPED))

    assert questions() == anew <= 25
    assert questions() == 3
    assert asked_by(sign_in(city.people[Role.OFFICER]), PAGE) <= 10


def test_the_export_is_what_is_shown(city, sent):
    text = (
        sign_in(city.people[Role.OFFICER])
        .get(f"{PAGE}export/?item=team_childcare")
        .content.decode("utf-8-sig")
    )

    assert "チーム保育推進加算" in text
    assert "1200000" in text


def test_decided_together_only_what_is_unchanged(city, sakura, pack, sent):
    browser = sign_in(city.people[Role.OFFICER])

    answer = browser.post(
        f"{PAGE}together/approve/", {"choice": [f"{sent.pk}:{sent.content_hash}"]}, follow=True
    )

    assert "前回の承認内容と変わっています" in answer.content.decode()
    with city.open():
        assert ApplicationVersion.objects.get(pk=sent.pk).status == VersionStatus.SUBMITTED
    decide(city, sent, Role.OFFICER)


def test_a_condition_that_fails_is_a_risk_and_comes_first(city, pack):
    """4歳以上児配置改善 and チーム保育推進 exclude each other; both were asked for."""
    for number, items in ((1, {}), (2, {"age4plus_staffing": {}})):
        place = make_facility(city, f"園{number}", number=f"129990000193{number}", items=items)
        give_counts(place)
        submit(place, save(place, pack, **TYPED))
    browser = sign_in(city.people[Role.OFFICER])

    page = browser.get(PAGE).content.decode()
    first = shown(page)[0]
    opened = browser.get(f"{PAGE}{first}/").content.decode()

    assert page.index("園2") < page.index("園1")
    assert "条件が足りない可能性" in page
    assert "一緒には請求できません" in opened


def test_a_facility_whose_counts_are_late_is_asked_by_its_own_newest_month(city, pack):
    for number, month in ((1, MAY), (2, JUNE)):
        items = {"age4plus_staffing": {}} if month == MAY else {}
        place = make_facility(city, f"園{number}", number=f"129990000193{number}", items=items)
        give_counts(place, month)
        sent = submit(place, save(place, pack, **TYPED))
        if month == MAY:
            late = sent
    browser = sign_in(city.people[Role.OFFICER])

    page = browser.get(PAGE).content.decode()

    assert shown(page)[0] == str(late.pk)
    assert page.count("条件が足りない可能性") == 1
    assert "条件が足りない可能性" in browser.get(f"{PAGE}{late.pk}/").content.decode()
    with city.open(Role.OFFICER) as officer, CaptureQueriesContext(connection) as asked:
        item_inbox(ItemQuestion.of(QueryDict(), AT), by=officer, at=AT)
    assert len(asked) == 3


def test_the_home_counts_what_waits_for_me(city, sakura, pack, sent):
    """Counts and claims have nothing to do with it."""
    with city.open(Role.OFFICER) as officer:
        assert waiting_for(by=officer, at=AT) == 1
    decide(city, sent, Role.OFFICER)
    for role, number in ((Role.OFFICER, 0), (Role.CHIEF, 1), (Role.MANAGER, 0)):
        with city.open(role) as person, CaptureQueriesContext(connection) as asked:
            assert waiting_for(by=person, at=AT) == number, role
        assert len(asked) == 1


PEOPLE = """
id = "people"
fiscal_year = 2026
family = "city"
title = "職員の加算（見本）"
source = "試験用"

[[item]]
key = "leader"
label = "主任の加算"
rounds = [1]
types = ["nursery"]

[[item.field]]
key = "who"
label = "主任"
kind = "person"

[[item.field]]
key = "months"
label = "月ごとの人数"
kind = "monthly"
"""


def test_people_are_named_to_who_may_read_rosters_and_the_record_says_whose(city, sakura):
    with sakura.open():
        member = add_member(sakura, name="見本　一子")
    typed = {"who": str(member.pk), **{f"months.{number}": "2" for number in range(12)}}
    sent = submit(sakura, save(sakura, release_pack(city, PEOPLE), "leader", **typed))

    told = sign_in(city.people[Role.OFFICER]).get(f"{PAGE}{sent.pk}/").content.decode()
    kept = sign_in(city.people[Role.ADMINISTRATOR]).get(f"{PAGE}{sent.pk}/").content.decode()

    assert "見本　一子" in told
    assert "各月 2（計 24）" in told
    assert "見本　一子" not in kept
    officers, administrators = events_of(city, "item_review.shown")
    assert officers.rows["staff_member"] == [str(member.pk)]
    assert str(member.pk) in told
    assert "staff_member" not in administrators.rows or administrators.rows["staff_member"] == []
