"""Deadlines on the pages: what is over says so, and a facility's own day is the same for both sides."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.operations import claims as approvals
from claims.operations import closing
from facilities.actors import Role
from facilities.models import Ownership
from tests.cast import JUNE, MAY, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import AT, nursery, ready_claim
from tests.portal.test_facility_home import home_of, submitted
from tests.portal.test_month_counts import text_of
from tests.record import events_of

LATE = "締切を過ぎています"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def returned(city: City, place: Nursery) -> None:
    claim = submitted(place)
    with city.open(Role.OFFICER) as officer:
        approvals.return_to_facility(
            claim.pk, shown_hash=claim.content_hash, reason="日数が合いません。", by=officer, at=AT
        )


def test_a_deadline_that_is_over_says_so_on_the_home(sakura: Nursery, time_machine: Any) -> None:
    ready_claim(sakura)
    time_machine.move_to("2026-06-10 10:00+09:00")
    assert LATE not in home_of(sakura)

    time_machine.move_to("2026-06-11 10:00+09:00")

    assert re.search(rf"締切 令和8年6月10日\(水\) *{LATE}", text_of(home_of(sakura)))


def test_counts_that_wait_too_long_say_so_and_confirmed_ones_do_not(
    sakura: Nursery, time_machine: Any
) -> None:
    give_counts(sakura)
    time_machine.move_to("2026-11-25 10:00+09:00")

    assert home_of(sakura).count(LATE) == 2


def test_what_was_sent_or_closed_is_not_late(city: City, sakura: Nursery, time_machine: Any) -> None:
    give_counts(sakura, MAY)
    submitted(sakura)
    time_machine.move_to("2026-11-25 10:00+09:00")
    assert LATE not in home_of(sakura)
    with city.open(Role.CHIEF) as chief:
        closing.close(MAY, note="翌月に回します。", by=chief, at=AT)

    assert LATE not in home_of(sakura)


def test_both_sides_read_the_same_day(city: City, sakura: Nursery, time_machine: Any) -> None:
    returned(city, sakura)  # on Friday the 5th: three business days, and not before the city's own day
    time_machine.move_to("2026-06-20 10:00+09:00")

    facility = text_of(home_of(sakura))
    inbox = text_of(sign_in(city.people[Role.OFFICER]).get("/c/review/?month=2026-06").content.decode())

    assert "締切 令和8年6月10日(水) 締切を過ぎています" in facility
    assert "締切 6月10日 締切を過ぎています" in inbox
    assert "市の日程：" in inbox


def test_who_has_nothing_to_claim_has_no_day_in_the_inbox(city: City) -> None:
    midori = make_facility(city, number="1299900000903", ownership=Ownership.PUBLIC)
    give_counts(midori)
    done = nursery(city)
    submitted(done)

    inbox = text_of(sign_in(city.people[Role.OFFICER]).get("/c/review/?month=2026-06").content.decode())

    assert "締切 6月" not in inbox


def test_the_schedule_shows_past_months_that_are_open(city: City, sakura: Nursery, time_machine: Any) -> None:
    returned(city, sakura)
    waiting = give_counts(sakura, MAY)
    time_machine.move_to("2026-11-25 10:00+09:00")

    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/schedule/").content.decode()
    words = text_of(page)

    assert "令和8年5月分 児童数の確認 締切 令和8年5月7日(木) 締切を過ぎています" in words
    assert "令和8年6月分 差し戻された請求の修正 締切 令和8年6月10日(水) 締切を過ぎています" in words
    assert f"/f/{sakura.facility.number}/counts/2026-05/" in page
    shown = set(re.findall(r'data-row="([0-9a-f-]{36})"', page))
    event = events_of(city, "facilities.schedule_shown")[-1]
    assert str(waiting.pk) in shown
    assert shown == {row for rows in event.rows.values() for row in rows}
    with city.open(Role.CHIEF) as chief:
        closing.close(MAY, note="翌月に回します。", by=chief, at=AT)
        closing.close(JUNE, note="翌月に回します。", by=chief, at=AT)
    after = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/schedule/").content.decode()
    # What is left has nothing to do with months.
    assert re.findall(r"令和8年\d+月分 [^ ]+", text_of(after).split("毎月の日程")[0]) == [
        "令和8年4月分 令和8年度の職員名簿の提出"
    ]


def test_many_open_months_cost_no_query_more(sakura: Nursery) -> None:
    browser = sign_in(sakura.clerk)

    def queries() -> int:
        browser.get(f"/f/{sakura.facility.number}/schedule/")
        with CaptureQueriesContext(connection) as caught:
            browser.get(f"/f/{sakura.facility.number}/schedule/")
        return len(caught)

    give_counts(sakura, MAY)
    few = queries()
    for number in range(1, 7):
        give_counts(sakura, MAY.plus(number))

    assert queries() == few
