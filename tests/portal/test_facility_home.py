"""A facility's home in every state of the month: three steps, and one button for the next one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.cells import Cell, DisputedCell
from claims.models import ChildCount, Claim, CountDispute, CountSheet
from claims.operations import answers, closing, review
from claims.operations.confirming import confirm, dispute
from claims.operations.counts_by_hand import correct_counts
from claims.operations.submitting import submit
from facilities.actors import Role
from facilities.models import FacilityKind, Municipality, Ownership
from pricing import shipped_books
from rate_books import in_force
from tests.cast import JUNE, MAY, NURSERY_CELLS, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import AT, confirmed, nursery, ready_claim
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def home_of(place: Nursery) -> str:
    answer = sign_in(place.clerk).get(f"/f/{place.facility.number}/")
    assert answer.status_code == 200
    page: str = answer.content.decode()
    shown = set(re.findall(r'data-row="([0-9a-f-]{36})"', page))
    event = events_of(place.city, "portal.home_shown")[-1]
    assert shown == {row for rows in event.rows.values() for row in rows}
    return page


def states(page: str) -> list[str]:
    return re.findall(r'class="step" data-state="(\w+)"', page)


def button(page: str) -> list[str]:
    """The words of the primary buttons: never more than one."""
    return re.findall(r'class="button primary"[^>]*>([^<]+)<', page.split("<main")[1].split("</main>")[0])


def submitted(place: Nursery) -> Claim:
    claim = ready_claim(place)
    with place.open() as clerk:
        return submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)


def disputed(place: Nursery) -> CountSheet:
    sheet = give_counts(place)
    marked = DisputedCell(
        cell=Cell("129999", "3", "0", "standard"), claimed=9, reason="6月1日に1人転入しています。"
    )
    with place.open() as clerk:
        dispute(sheet.pk, [marked], shown_version=sheet.version, by=clerk, at=AT)
    return sheet


def test_before_any_counts_nothing_is_to_be_done(sakura):
    page = home_of(sakura)

    assert "児童数がまだ届いていません" in page
    assert "いまは何もする必要はありません" in page
    assert button(page) == []


def test_counts_that_arrived_are_to_be_confirmed(sakura):
    give_counts(sakura, MAY, NURSERY_CELLS[1:])
    give_counts(sakura)

    page = home_of(sakura)

    assert states(page) == ["now", "later", "later"]
    assert button(page) == ["児童数を確認する"]
    assert "88人" in page
    assert "+8" in page
    assert "締切 令和8年6月10日" in page


def test_a_disputed_count_waits_for_the_city(sakura):
    disputed(sakura)

    page = home_of(sakura)

    assert states(page) == ["later", "later", "later"]
    assert "相違の回答待ち" in page
    assert button(page) == []


def test_an_answer_to_a_dispute_is_seen_on_the_home_page(city, sakura):
    sheet = disputed(sakura)
    with city.open(Role.ENROLMENT) as enrolment:
        found = CountDispute.objects.get(sheet=sheet)
        answers.answer(found.pk, outcome="stands", text="転入は6月2日でした。", by=enrolment, at=AT)

    page = home_of(sakura)

    assert states(page) == ["now", "later", "later"]
    assert "転入は6月2日でした。" in page


def test_a_draft_is_to_be_submitted(sakura):
    ready_claim(sakura)

    page = home_of(sakura)

    assert states(page) == ["done", "now", "later"]
    assert button(page) == ["請求を確認して提出する"]
    assert "12,028,530円" in page


def test_a_submitted_claim_is_with_the_city(sakura):
    submitted(sakura)

    page = home_of(sakura)

    assert states(page) == ["done", "done", "later"]
    assert "審査中" in page
    assert button(page) == []


def test_a_returned_claim_says_why_and_leads_there(city, sakura):
    claim = submitted(sakura)
    with city.open(Role.OFFICER) as officer:
        review.return_to_facility(claim, reason="給食の日数が合いません。", by=officer, at=AT)

    page = home_of(sakura)

    assert states(page)[:2] == ["done", "attention"]
    assert button(page) == ["理由を見て直す"]
    assert "「給食の日数が合いません。」" in page


def test_an_approved_claim_can_be_printed(city, sakura):
    claim = submitted(sakura)
    with city.open(Role.CHIEF) as chief:
        review.approve(claim, by=chief, at=AT)

    page = home_of(sakura)

    assert states(page) == ["done", "done", "done"]
    assert "請求書を印刷できます" in page


def test_a_public_facility_only_confirms(city):
    midori = make_facility(city, "市立みどり保育園", number="1299900000903", ownership=Ownership.PUBLIC)
    confirmed(midori)

    page = home_of(midori)

    assert "請求対象外" in page
    assert states(page) == ["done", "later"]
    assert button(page) == []


def test_a_type_without_prices_says_so(city, monkeypatch):
    official = [book for book in shipped_books() if book.status == "official"]
    monkeypatch.setattr(in_force, "shipped_books", lambda: tuple(official))
    kodomoen = make_facility(
        city, "そらこども園", number="1299900000904", kind=FacilityKind.CERTIFIED_KODOMOEN
    )
    confirmed(kodomoen)

    page = home_of(kodomoen)

    assert "請求を作成できません" in page
    assert button(page) == []


def test_children_of_the_neighbouring_city_have_a_claim_of_their_own(sakura):
    sheet = give_counts(sakura)
    with sakura.open():
        ChildCount.objects.filter(sheet=sheet, age="5").update(payer_code="129998")
    with sakura.open() as clerk:
        confirm(sheet.pk, shown_version=sheet.version, by=clerk, at=AT)

    page = home_of(sakura)

    assert "管外（市区町村コード 129998）" in page


def test_a_known_neighbour_is_called_by_its_name(sakura):
    Municipality.objects.create(code="129998", name="となり市")
    sheet = give_counts(sakura)
    with sakura.open():
        ChildCount.objects.filter(sheet=sheet, age="5").update(payer_code="129998")
    with sakura.open() as clerk:
        confirm(sheet.pk, shown_version=sheet.version, by=clerk, at=AT)

    assert "管外（となり市）" in home_of(sakura)


def test_the_home_page_costs_the_same_after_many_months(sakura):
    give_counts(sakura, MAY)
    browser = sign_in(sakura.clerk)

    def queries() -> int:
        browser.get(f"/f/{sakura.facility.number}/")
        with CaptureQueriesContext(connection) as caught:
            browser.get(f"/f/{sakura.facility.number}/")
        return len(caught)

    two = queries()
    for month in range(1, 10):
        give_counts(sakura, JUNE.plus(month))

    assert queries() == two


def test_a_newer_month_does_not_hide_a_claim_that_was_never_sent(sakura):
    may = ready_claim(sakura, MAY)
    give_counts(sakura, JUNE)

    page = home_of(sakura)

    assert "令和8年5月分の請求" in page
    assert f'data-row="{may.pk}"' in page
    assert "まだ市に提出していません" in page


def test_a_newer_month_does_not_hide_corrected_counts(city, sakura):
    confirmed(sakura, MAY)
    with city.open(Role.ENROLMENT) as section:
        newer = correct_counts(
            sakura.facility.pk,
            MAY,
            {("129999", "3", "0", "standard", False, False, "", None): 9},
            shown_version=1,
            reason="転入の届出が遅れました。",
            by=section,
            at=AT,
        )
    give_counts(sakura, JUNE)

    page = home_of(sakura)

    assert "令和8年5月分の児童数" in page
    assert f'data-row="{newer.pk}"' in page
    assert "訂正された人数です（第2版）" in page
    with city.open(Role.CHIEF) as chief:
        closing.close(MAY, note="翌月に回します。", by=chief, at=AT)
    assert "令和8年5月分の児童数" not in home_of(sakura), "nothing can be done in a closed month"


def test_a_dispute_of_an_earlier_month_stays_on_the_page_when_the_next_month_comes(sakura: Nursery) -> None:
    sheet = give_counts(sakura, MAY)
    marked = DisputedCell(
        cell=Cell("129999", "3", "0", "standard"), claimed=9, reason="5月1日に1人転入しています。"
    )
    with sakura.open() as clerk:
        dispute(sheet.pk, [marked], shown_version=1, by=clerk, at=AT)
    give_counts(sakura, JUNE)

    page = home_of(sakura)

    assert f'data-row="{sheet.pk}"' in page
    assert "市のこども施設入園課が確認しています。" in page


def test_of_a_closed_month_nobody_is_asked_to_submit(city: City, sakura: Nursery) -> None:
    claim = ready_claim(sakura)
    give_counts(sakura, JUNE.plus(1))
    assert "まだ市に提出していません" in home_of(sakura)

    with city.open(Role.CHIEF) as chief:
        closing.close(JUNE, note="未提出のまま締めます。", by=chief, at=AT)

    page = home_of(sakura)
    assert "まだ市に提出していません" not in page
    assert "この月は締められています" in page
    answer = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/claims/{claim.pk}/")
    assert "計算し直す" not in answer.content.decode()
