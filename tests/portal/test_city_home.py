"""The city's home: each role sees its own work, and an empty city says what comes first."""

import dataclasses
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.operations.claims import return_to_facility
from claims.operations import closing
from facilities.actors import OPERATIONS_ROLES, Role
from facilities.models import Facility, FacilityKind, Membership, Municipality, Ownership, Suspension
from facilities.schedule import CitySchedule
from pricing import shipped_books
from rate_books import in_force
from tests.approvals.test_inbox import approve, play
from tests.asked import asked_by
from tests.cast import JUNE, MAY, City, give_counts, make_city, make_facility, make_user, sign_in
from tests.documents.test_claim_form import NURSERY_ITEMS, submitted_claim
from tests.record import events_of

CITY_ROLES = [Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def home_of(city: City, role: Role, asked: str = "") -> str:
    answer = sign_in(city.people[role]).get(f"/c/{asked}")
    assert answer.status_code == 200
    page: str = answer.content.decode()
    return page.split("<main")[1]


@pytest.mark.parametrize("role", CITY_ROLES)
def test_an_empty_city_says_what_comes_first(city: City, role: Role) -> None:
    page = home_of(city, role)

    assert "児童数がまだ取り込まれていません" in page
    assert ("児童数を取り込む</a>" in page) == (role is Role.ENROLMENT)


@pytest.mark.parametrize("role", CITY_ROLES)
def test_money_is_shown_to_those_who_review_it(city: City, role: Role) -> None:
    submitted_claim(city)

    page = home_of(city, role)

    assert ("提出された請求額" in page) == (role is not Role.ENROLMENT)
    assert ("令和8年6月分を審査する（1件）</a>" in page) == (role is Role.OFFICER)


@pytest.mark.parametrize("role", CITY_ROLES)
def test_only_who_reviews_has_claims_waiting_for_the_own_review(city: City, role: Role) -> None:
    submitted_claim(city)

    assert ("自分の審査待ち" in home_of(city, role)) == (role in OPERATIONS_ROLES)


def test_a_newer_month_does_not_hide_what_still_waits(city: City) -> None:
    garden = make_facility(city, "さくら", number="1299900000901", items=NURSERY_ITEMS)
    may = play(garden, MAY)
    give_counts(garden, JUNE)

    assert "令和8年5月分を審査する（1件）</a>" in home_of(city, Role.OFFICER)
    assert "いま待っている請求はありません" in home_of(city, Role.CHIEF)
    approve(city, may, Role.OFFICER)

    assert "いま待っている請求はありません" in home_of(city, Role.OFFICER)
    assert "令和8年5月分を審査する（1件）</a>" in home_of(city, Role.CHIEF)
    approve(city, may, Role.CHIEF)
    assert "いま待っている請求はありません" in home_of(city, Role.CHIEF)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_the_home_stays_at_the_month_that_is_not_finished_and_names_it(city: City) -> None:
    gardens = [make_facility(city, f"園{number}", number=f"129990000090{number}") for number in range(1, 6)]
    approve(city, play(gardens[0], MAY))
    returned = play(gardens[1], MAY)
    with city.open(Role.OFFICER) as officer:
        return_to_facility(
            returned.pk,
            shown_hash=returned.content_hash,
            reason="人数を確認してください。",
            by=officer,
            at=timezone.now(),
        )
    play(gardens[2], MAY, submit=False)
    for garden in gardens[3:]:
        give_counts(garden, MAY)
    for garden in gardens:
        give_counts(garden, JUNE)

    page, june = home_of(city, Role.OFFICER), home_of(city, Role.OFFICER, "?month=2026-06")
    of_may = "令和8年5月分（児童数の確認待ち 2・未提出 1・差し戻し 1）"
    line = f"まだ終わっていない月：{of_may}、令和8年6月分（児童数の確認待ち 5）"

    assert '<p class="muted">令和8年5月分</p>' in page
    assert '<p class="muted">令和8年6月分</p>' in june
    assert line in text_of(page)
    assert line in text_of(june)
    assert 'href="?month=2026-06"' in page
    assert 'href="/c/review/?month=2026-05&amp;state=waiting"' in page
    assert "/c/review/" not in home_of(city, Role.ENROLMENT)
    assert '<p class="muted">令和8年5月分</p>' in home_of(city, Role.OFFICER, "?month=2020-01")
    assert '<p class="muted">令和8年5月分</p>' in home_of(city, Role.OFFICER, "?month=x")
    with city.open(Role.CHIEF) as chief:
        closing.close(MAY, note="電話で確認中です。", by=chief, at=timezone.now())
    after = home_of(city, Role.OFFICER)
    assert '<p class="muted">令和8年6月分</p>' in after
    assert "まだ終わっていない月：令和8年6月分（児童数の確認待ち 5）" in text_of(after)


def test_a_month_in_which_all_is_approved_is_finished(city: City) -> None:
    claim = play(make_facility(city, "さくら"), MAY)
    assert "令和8年5月分（審査待ち 1）" in text_of(home_of(city, Role.OFFICER))
    approve(city, claim)

    page = home_of(city, Role.OFFICER)

    assert "まだ終わっていない月" not in page
    assert '<p class="muted">令和8年5月分</p>' in page


def test_who_rests_or_is_not_run_stands_apart_from_the_facilities_of_the_month(city: City) -> None:
    give_counts(make_facility(city, "さくら"), JUNE)
    for name, number in (("やすみ", 2), ("これから", 3), ("もと", 4)):
        make_facility(city, name, number=f"129990000090{number}")
    with city.open():
        Facility.objects.filter(name="これから").update(opened_on="2026-12-01")
        Facility.objects.filter(name="もと").update(closed_on="2026-05-31")
        Suspension.objects.create(
            municipality=city.municipality,
            facility=Facility.objects.get(name="やすみ"),
            from_month=MAY.first_day,
            reason="改修",
        )

    page = home_of(city, Role.OFFICER)
    counts = sign_in(city.people[Role.ENROLMENT]).get("/c/counts/").content.decode()

    assert "<h2>令和8年6月分　1施設</h2>" in page
    assert "児童数が届いた 1 / 1" in page
    assert (
        '<td class="number" data-label="届いた施設">1 / 1<span class="sub">ほか休園中 1</span></td>' in counts
    )


def test_more_facilities_and_months_cost_no_query_more(city: City) -> None:
    browser = sign_in(city.people[Role.OFFICER])

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert browser.get("/c/").status_code == 200
        return len(caught)

    give_counts(make_facility(city, "園1", number="1299900000901"), MAY)
    queries()
    few = queries()
    for number in range(2, 12):
        garden = make_facility(city, f"園{number}", number=f"12999000009{number:02}")
        for month in (MAY, JUNE):
            give_counts(garden, month)

    assert queries() == few
    assert asked_by(sign_in(city.people[Role.OFFICER]), "/c/") <= 15


def test_who_cannot_claim_is_known_before_anybody_confirms(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    nursery_book = shipped_books()[0]
    nurseries = dataclasses.replace(nursery_book, facility_types=("nursery",))
    monkeypatch.setattr(in_force, "shipped_books", lambda: (nurseries,))
    for number, options in (
        ("1299900000901", {}),
        ("1299900000902", {"kind": FacilityKind.SMALL_A}),
        ("1299900000903", {"ownership": Ownership.PUBLIC}),
    ):
        give_counts(make_facility(city, f"園{number[-1]}", number=number, **options), JUNE)

    page = home_of(city, Role.OFFICER)

    assert "児童数が届いた 3 / 3" in page
    assert "請求が提出された 0 / 1" in page
    rows = re.findall(
        r'<th scope="row">([^<]*)</th><td data-label="理由">([^<]*)<br><a href="(/c/rate-books/)">単価表を見る</a></td>'
        r'<td class="number" data-label="施設">(\d+)</td>',
        page,
    )
    sentence = "小規模保育事業A型の単価がまだ登録されていません。単価表を読み込み、公開してください。"
    assert rows == [(FacilityKind.SMALL_A.label, sentence, "/c/rate-books/", "1")]


def test_the_record_names_every_facility_of_the_map(city: City) -> None:
    garden, _ = submitted_claim(city)

    page = home_of(city, Role.OFFICER)

    shown = set(re.findall(r'data-row="([0-9a-f-]{36})"', page))
    event = events_of(city, "portal.home_shown")[-1]
    assert shown == {str(garden.facility.pk)} == {row for rows in event.rows.values() for row in rows}


def test_the_only_administrator_is_told_that_nobody_can_confirm(city: City) -> None:
    note = "利用中の管理者が1人だけです"
    assert note in home_of(city, Role.ADMINISTRATOR)
    assert note not in home_of(city, Role.OFFICER)
    second = make_user("second-admin", realm=city.municipality)
    with city.open():
        Membership.objects.create(municipality=city.municipality, user=second, duty=Role.ADMINISTRATOR)

    assert note not in home_of(city, Role.ADMINISTRATOR)

    second.set_unusable_password()
    second.save()

    assert note in home_of(city, Role.ADMINISTRATOR)


def test_the_administrator_s_home_costs_the_same_for_many_facilities_and_colleagues(city: City) -> None:
    browser = sign_in(city.people[Role.ADMINISTRATOR])

    def queries() -> int:
        browser.get("/c/")
        with CaptureQueriesContext(connection) as caught:
            assert browser.get("/c/").status_code == 200
        return len([one for one in caught if "SAVEPOINT" not in one["sql"]])

    give_counts(make_facility(city), JUNE)
    few = queries()
    for place in range(2, 6):
        give_counts(make_facility(city, f"園{place}", number=f"129990000090{place}"), JUNE)
        user = make_user(f"admin-{place}", realm=city.municipality)
        with city.open():
            Membership.objects.create(municipality=city.municipality, user=user, duty=Role.ADMINISTRATOR)

    assert queries() == few


@pytest.mark.parametrize(("day", "is_asked"), [("2027-01-04", True), ("2027-05-01", False)])
def test_the_year_is_asked_for_while_it_can_be_carried(
    city: City, monkeypatch: pytest.MonkeyPatch, day: str, is_asked: bool
) -> None:
    monkeypatch.setattr("portal.queries.city.timezone.localdate", lambda *_: date.fromisoformat(day))
    assert "年度更新がまだです" not in home_of(city, Role.ADMINISTRATOR), (
        "no facility: nothing can be carried"
    )

    make_facility(city)

    assert ("年度更新がまだです" in home_of(city, Role.ADMINISTRATOR)) is is_asked
    assert "年度更新がまだです" not in home_of(city, Role.OFFICER)


def steps_of(page: str) -> dict[str, tuple[str, bool]]:
    """はじめの準備: the state of each step and whether it is done."""
    found = re.findall(r"<li( data-done)?>\s*<h3>(.*?)　<span class=\"\w+\">(.*?)</span>", page, re.DOTALL)
    return {title: (state, bool(done)) for done, title, state in found}


def test_a_new_city_s_administrator_is_told_what_to_prepare(city: City) -> None:
    Municipality.objects.update(schedule=CitySchedule(is_chosen=False).as_json())

    page = home_of(city, Role.ADMINISTRATOR)

    assert "はじめの準備" in page
    assert steps_of(page) == {
        "2人目の管理者を登録する": ("利用中の管理者が1人だけです", False),
        "日程を決める": ("まだ決めていません（標準の日程を使っています）", False),
        "施設の一覧を取り込む": ("まだ1つもありません", False),
        "施設の担当者のアカウントを登録する": ("施設の一覧のあとに登録できます", False),
        "単価表を読み込む": ("まだ公開されていません（いまは見本の単価です）", False),
        "児童数を取り込む": ("まだ取り込まれていません", False),
    }
    for link in ("/c/schedule/", "/c/facility-lists/", "/c/accounts/new/", "/c/rate-books/", "/c/counts/"):
        assert f'<a href="{link}' in page, link
    for role in CITY_ROLES:
        assert ("はじめの準備" in home_of(city, role)) == (role is Role.ADMINISTRATOR)


def test_the_preparation_follows_the_rows_and_goes_when_all_is_done(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    sakura = make_facility(city)
    with_nobody = make_facility(city, "うめ", number="1299900000902")
    closed = make_facility(city, "もと", number="1299900000903")
    second = make_user("second-admin", realm=city.municipality)
    second.set_unusable_password()
    second.save()
    with city.open():
        Membership.objects.exclude(facility=None).exclude(facility=sakura.facility).update(
            ended_at=timezone.now()
        )
        Facility.objects.filter(pk=closed.facility.pk).update(closed_on="2026-05-31")
        Membership.objects.create(municipality=city.municipality, user=second, duty=Role.ADMINISTRATOR)
    steps = steps_of(home_of(city, Role.ADMINISTRATOR))
    assert steps["2人目の管理者を登録する"][0].startswith("利用中の管理者が1人だけです（2人目は登録済み")
    assert steps["日程を決める"] == ("決めてあります", True)
    assert steps["施設の一覧を取り込む"] == ("2施設", True)
    assert steps["施設の担当者のアカウントを登録する"] == ("2施設のうち1施設に登録済み", False)

    second.set_password("みずうみ-ふね-りんご-2077")
    second.save()
    with city.open():
        Membership.objects.filter(facility=with_nobody.facility).update(ended_at=None)
    give_counts(sakura, JUNE)
    steps = steps_of(home_of(city, Role.ADMINISTRATOR))
    assert [title for title, (_, is_done) in steps.items() if not is_done] == ["単価表を読み込む"]
    # A city that works already is not kept from its month.
    assert "まだのものを見る（1つ）</summary>" in home_of(city, Role.ADMINISTRATOR)

    official = dataclasses.replace(shipped_books()[0], status="official", facility_types=("nursery",))
    monkeypatch.setattr("portal.queries.preparation.shipped_books", lambda: (official,))
    page = home_of(city, Role.ADMINISTRATOR)
    assert "はじめの準備" not in page
    assert "月の進み具合" in page


def test_the_list_of_preparations_costs_the_same_for_many_facilities(city: City) -> None:
    browser = sign_in(city.people[Role.ADMINISTRATOR])

    def queries() -> int:
        browser.get("/c/")
        with CaptureQueriesContext(connection) as caught:
            assert "はじめの準備" in browser.get("/c/").content.decode()
        return len([one for one in caught if "SAVEPOINT" not in one["sql"]])

    make_facility(city)
    few = queries()
    for place in range(2, 8):
        make_facility(city, f"園{place}", number=f"129990000090{place}")

    assert queries() == few
