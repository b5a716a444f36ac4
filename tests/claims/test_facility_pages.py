"""The facility's pages: what they show, what they record, and what happens with back buttons and stale tabs."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import form_values
from claims.cells import Cell, DisputedCell
from claims.models import ChildCount, Claim, CountDispute, CountSheet, MonthlyFacts
from claims.operations import review
from claims.operations.confirming import dispute
from claims.operations.drafting import counts_corrected
from claims.operations.submitting import UNDECLARED
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Role
from facilities.models import FacilityKind, FacilityProfile, GrantedItem, Municipality, Ownership
from facilities.sent_forms import FIELD
from pricing import shipped_books
from rate_books import in_force
from tests.cast import (
    APRIL,
    JUNE,
    MAY,
    NURSERY_CELLS,
    Browser,
    City,
    Nursery,
    give_counts,
    make_city,
    make_facility,
    sign_in,
)
from tests.claims.stage import AT, confirmed, current_claim, give_facts, kindergarten, nursery, ready_claim
from tests.record import events_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


@pytest.fixture
def clerk(sakura: Nursery) -> Browser:
    return sign_in(sakura.clerk)


def _at(place: Nursery, path: str = "") -> str:
    return f"/f/{place.facility.number}/{path}"


def _text(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text)


def _shown(answer: Any) -> set[str]:
    return set(re.findall(r'data-row="([0-9a-f-]{36})"', answer.content.decode()))


def _recorded(city: City) -> set[str]:
    """The rows of the last event."""
    return {row for rows in events_of(city)[-1].rows.values() for row in rows}


def _real(queries: CaptureQueriesContext) -> int:
    """Statements, without the savepoints that stand for the test's transaction."""
    return len([one for one in queries if "SAVEPOINT" not in one["sql"]])


def _submit(clerk: Browser, place: Nursery, **changed: Any) -> Any:
    claim = current_claim(place)
    form = {"shown_hash": claim.content_hash, "declared": "on", **changed}
    return clerk.post(_at(place, f"claims/{claim.pk}/submit/"), form)


# ---------------------------------------------------------------- the whole way


def test_a_clerk_goes_from_counts_to_a_submitted_claim(city: City, sakura: Nursery, clerk: Browser) -> None:
    give_facts(sakura, MAY, saturday_closures=1)
    sheet = give_counts(sakura)

    counts = clerk.get(_at(sakura, "counts/2026-06/"))
    assert "令和8年6月分の児童数" in _text(counts)
    after = clerk.post(_at(sakura, "counts/2026-06/confirm/"), {"sheet": str(sheet.pk), "version": "1"})
    assert after["Location"] == _at(sakura, "facts/2026-06/")
    facts = clerk.get(after["Location"])
    assert "先月と同じ値を入れてあります" in _text(facts)
    assert 'name="saturday_closures" value="1"' in facts.content.decode()
    after = clerk.post(after["Location"], {"version": "0", "saturday_closures": "１"})
    claim = current_claim(sakura)
    assert after["Location"] == _at(sakura, f"claims/{claim.pk}/")
    page = clerk.get(after["Location"])
    assert "12,028,530" in _text(page)
    assert "見本・支払不可" in _text(page)
    after = _submit(clerk, sakura)
    assert after["Location"] == _at(sakura, f"claims/{claim.pk}/")

    submitted = _text(clerk.get(after["Location"]))
    assert "提出済み" in submitted
    assert sakura.clerk.login_id in submitted
    assert "取り下げる" in submitted
    assert current_claim(sakura).status == ClaimStatus.SUBMITTED


# ---------------------------------------------------------------- counts


def test_counts_stand_beside_last_months_with_the_difference(
    city: City, sakura: Nursery, clerk: Browser
) -> None:
    give_counts(sakura, MAY)
    give_counts(sakura, JUNE, (("3", "0", "standard", 9), *NURSERY_CELLS[1:]))

    text = _text(clerk.get(_at(sakura, "counts/2026-06/")))

    assert "9 前月 8 +1" in text
    assert "前月 88人 +1" in text


def test_children_of_another_municipality_have_their_own_table(
    city: City, sakura: Nursery, clerk: Browser
) -> None:
    Municipality.objects.create(code="129998", name="となり市")
    sheet = give_counts(sakura)
    with sakura.open():
        ChildCount.objects.create(
            municipality=city.municipality,
            facility=sakura.facility,
            sheet=sheet,
            payer_code="129998",
            certification="2",
            age="4",
            hours="standard",
            count=2,
        )

    text = _text(clerk.get(_at(sakura, "counts/2026-06/")))

    assert "となり市 2・3号 管外" in text


def test_a_month_without_counts_says_so(sakura: Nursery, clerk: Browser) -> None:
    for path in ("counts/2026-09/", "facts/2026-09/"):
        page = clerk.get(_at(sakura, path))
        assert page.status_code == 200
        assert "まだ届いていません" in _text(page)
    assert "まだ児童数が届いていません" in _text(clerk.get(_at(sakura, "counts/")))
    assert "まだ請求はありません" in _text(clerk.get(_at(sakura, "claims/")))


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "1926-06", "202606", "x"])
def test_a_month_that_does_not_exist_is_not_found(sakura: Nursery, clerk: Browser, month: str) -> None:
    for path in (f"counts/{month}/", f"facts/{month}/", f"counts/{month}/dispute/"):
        assert clerk.get(_at(sakura, path)).status_code == 404


def test_a_corrected_file_shows_old_new_and_difference(city: City, sakura: Nursery, clerk: Browser) -> None:
    first = give_counts(sakura)
    with city.open():
        CountSheet.objects.filter(pk=first.pk).update(status=SheetStatus.SUPERSEDED)
    give_counts(sakura, cells=(("3", "0", "standard", 6), *NURSERY_CELLS[1:]), version=2)

    page = clerk.get(_at(sakura, "counts/2026-06/"))

    assert "訂正された人数（第1版 → 第2版）" in _text(page)
    assert "3号 0歳 標準時間 8 6 −2" in _text(page)
    assert _shown(page) == _recorded(city)


def test_a_public_facility_confirms_counts_and_sees_that_it_does_not_claim(city: City) -> None:
    public = make_facility(city, "市立みほん保育園", number="1299900000931", ownership=Ownership.PUBLIC)
    clerk = sign_in(public.clerk)
    sheet = give_counts(public)

    page = clerk.get(_at(public, "counts/2026-06/"))
    after = clerk.post(_at(public, "counts/2026-06/confirm/"), {"sheet": str(sheet.pk), "version": "1"})

    assert "請求対象外" in _text(page)
    assert after["Location"] == _at(public, "counts/2026-06/")
    assert "請求対象外" in _text(clerk.get(_at(public, "claims/")))
    assert "入力する実績はありません" in _text(clerk.get(_at(public, "facts/2026-06/")))


def test_a_stale_tab_is_told_to_look_at_the_new_counts(city: City, sakura: Nursery, clerk: Browser) -> None:
    first = give_counts(sakura)
    with city.open():
        CountSheet.objects.filter(pk=first.pk).update(status=SheetStatus.SUPERSEDED)
    give_counts(sakura, version=2)

    answer = clerk.post(_at(sakura, "counts/2026-06/confirm/"), {"sheet": str(first.pk), "version": "1"})

    assert answer.status_code == 422
    assert "新しい児童数が届きました" in _text(answer)
    with sakura.open():
        assert not Claim.objects.exists()


@pytest.mark.parametrize(
    "form", [{}, {"sheet": "x", "version": "1"}, {"sheet": str(uuid4()), "version": "一"}]
)
def test_an_unreadable_confirmation_is_answered_with_a_sentence(
    sakura: Nursery, clerk: Browser, form: dict[str, str]
) -> None:
    give_counts(sakura)

    answer = clerk.post(_at(sakura, "counts/2026-06/confirm/"), form)

    assert answer.status_code == 422
    assert "開き直して" in _text(answer)


# ---------------------------------------------------------------- disputes


def _dispute(clerk: Browser, place: Nursery, sheet: CountSheet, **fields: str) -> Any:
    form = {"sheet": str(sheet.pk), "version": str(sheet.version), **fields}
    return clerk.post(_at(place, "counts/2026-06/dispute/"), form)


def test_several_cells_are_disputed_in_one_form(sakura: Nursery, clerk: Browser) -> None:
    sheet = give_counts(sakura)

    after = _dispute(
        clerk,
        sakura,
        sheet,
        **{
            "claimed-129999-3-0-standard": "７",
            "reason-129999-3-0-standard": "1人は5月末に退園しました。",
            "claimed-129999-3-0-short": "1",
            "reason-129999-3-0-short": "標準時間から変わりました。",
        },
    )

    assert after["Location"] == _at(sakura, "counts/2026-06/")
    page = _text(clerk.get(after["Location"]))
    assert "相違の回答待ち" in page
    assert "1人は5月末に退園しました。" in page
    with sakura.open():
        assert CountDispute.objects.count() == 2


def test_every_mistake_of_the_dispute_is_said_at_its_field_and_nothing_typed_is_lost(
    sakura: Nursery, clerk: Browser
) -> None:
    sheet = give_counts(sakura)

    answer = _dispute(
        clerk,
        sakura,
        sheet,
        **{
            "claimed-129999-3-0-standard": "8",
            "reason-129999-3-0-standard": "同じ",
            "claimed-129999-3-1-standard": "三",
            "reason-129999-2-3-short": "人数を忘れました",
        },
    )

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "届いた人数と同じです" in html
    assert "0から999の整数で入力してください。" in html
    assert "施設の人数を入力してください。" in html
    assert 'value="三"' in html
    assert 'href="#id_claimed-129999-3-0-standard"' in html
    with sakura.open():
        assert not CountDispute.objects.exists()


def _missing(number: int, child_class: str, payer: str, claimed: str, reason: str) -> dict[str, str]:
    values = {"class": child_class, "payer": payer, "claimed": claimed, "reason": reason}
    return {f"missing-{number}-{name}": value for name, value in values.items()}


def test_classes_that_did_not_come_are_disputed_whoevers_children_they_are(
    sakura: Nursery, clerk: Browser
) -> None:
    sheet = give_counts(sakura)

    after = _dispute(
        clerk,
        sakura,
        sheet,
        lines="4",
        **_missing(0, "2-2-standard", "129999", "1", "6月1日に3歳になりました。"),
        **_missing(1, "3-1-short", "１２９９９８", "２", "緑野市から2人通っています。"),
        **_missing(2, "", "129999", "", ""),
    )

    assert after["Location"] == _at(sakura, "counts/2026-06/")
    page = _text(clerk.get(after["Location"]))
    assert "3号 1歳 短時間 （管外 市区町村コード 129998） 届いた人数 0人 → 施設の人数 2人" in page
    with sakura.open():
        cells = set(CountDispute.objects.values_list("payer_code", "certification", "age", "hours"))
        assert cells == {("129999", "2", "2", "standard"), ("129998", "3", "1", "short")}
        assert set(CountDispute.objects.values_list("counted", "claimed")) == {(0, 1), (0, 2)}


def test_every_mistake_of_a_missing_class_is_said_at_its_field_all_at_once(
    sakura: Nursery, clerk: Browser
) -> None:
    sheet = give_counts(sakura)

    answer = _dispute(
        clerk,
        sakura,
        sheet,
        lines="8",
        **{"claimed-129999-3-0-standard": "8", "reason-129999-3-0-standard": "同じ"},
        **_missing(0, "3-0-standard", "129999", "3", "表にある区分です。"),
        **_missing(1, "3-1-short", "129998", "0", ""),
        **_missing(2, "", "12999", "二", "区分を忘れました。"),
        **_missing(3, "3-1-short", "129998", "2", "もう一度"),
        **_missing(7, "3-1-short", "", "1", "コードがない"),
    )

    form = answer.context["form"]
    assert answer.status_code == 422
    assert form.errors == {
        "claimed-129999-3-0-standard": ["届いた人数と同じです。違わないときは空欄にしてください。"],
        "missing-0-class": ["この区分は上の表にあります。上の表に入力してください。"],
        "missing-1-claimed": ["1人以上の人数を入力してください。"],
        "missing-1-reason": ["理由を入力してください。"],
        "missing-2-class": ["区分を選んでください。"],
        "missing-2-payer": ["6桁の数字で入力してください。"],
        "missing-2-claimed": ["0から999の整数で入力してください。"],
        "missing-3-class": ["同じ区分が2回あります。1つにまとめてください。"],
        "missing-7-payer": ["6桁の市区町村コードを入力してください。"],
    }
    html = answer.content.decode()
    assert 'id="id_missing-7-payer-error"' in html
    assert 'value="二"' in html
    assert 'value="区分を忘れました。"' in html
    assert '<option value="3-1-short" selected>' in html
    with sakura.open():
        assert not CountDispute.objects.exists()


def test_more_lines_for_missing_classes_lose_nothing_and_send_nothing(
    sakura: Nursery, clerk: Browser
) -> None:
    sheet = give_counts(sakura)
    typed = {
        **{"claimed-129999-3-0-standard": "八", "lines": "4", "more": "yes"},
        **_missing(3, "3-1-short", "129998", "2", "緑野市から通っています。"),
    }

    page = _dispute(clerk, sakura, sheet, **typed)

    html = page.content.decode()
    assert page.status_code == 200
    assert "error-summary" not in html
    assert 'name="lines" value="8"' in html
    assert 'name="missing-7-class"' in html
    assert 'value="八"' in html
    assert 'value="緑野市から通っています。"' in html
    assert '<option value="3-1-short" selected>' in html
    with sakura.open():
        assert not CountDispute.objects.exists()


@pytest.mark.parametrize("said", ["", "x", "-1", "٣", "99999", "1e9"])
def test_the_number_of_lines_is_never_more_than_there_is_room_for(
    sakura: Nursery, clerk: Browser, said: str
) -> None:
    answer = _dispute(clerk, sakura, give_counts(sakura), lines=said, more="yes")

    assert answer.context["form"].line_count == 8


def test_no_lines_are_offered_beyond_the_most(sakura: Nursery, clerk: Browser) -> None:
    answer = _dispute(clerk, sakura, give_counts(sakura), lines="99", more="yes")

    assert answer.context["form"].line_count == 100
    assert "行を増やす" not in answer.content.decode()


def test_an_empty_dispute_says_what_is_missing(sakura: Nursery, clerk: Browser) -> None:
    answer = _dispute(clerk, sakura, give_counts(sakura))

    assert answer.status_code == 422
    assert "1か所以上" in _text(answer)


def test_the_answer_of_the_city_is_shown(city: City, sakura: Nursery, clerk: Browser) -> None:
    sheet = give_counts(sakura)
    with sakura.open() as who:
        dispute(
            sheet.pk,
            [DisputedCell(Cell("129999", "3", "0", "standard"), 7, "退園しました。")],
            shown_version=1,
            by=who,
            at=AT,
        )
        CountDispute.objects.update(
            outcome="stands", answer="6月1日は在籍しています。", answered_at=AT, answered_by=uuid4()
        )

    page = clerk.get(_at(sakura, "counts/2026-06/"))

    assert "6月1日は在籍しています。" in _text(page)
    assert "届いた人数が正しい" in _text(page)
    assert _shown(page) == _recorded(city)


def test_a_dispute_page_of_confirmed_counts_leads_back(sakura: Nursery, clerk: Browser) -> None:
    confirmed(sakura)

    page = clerk.get(_at(sakura, "counts/2026-06/dispute/"))

    assert "いまは相違を申し出られません" in _text(page)


# ---------------------------------------------------------------- facts


def test_a_wrong_number_stands_beside_its_field(sakura: Nursery, clerk: Browser) -> None:
    confirmed(sakura)

    answer = clerk.post(_at(sakura, "facts/2026-06/"), {"version": "0", "saturday_closures": "９"})

    assert answer.status_code == 422
    assert "0から4の整数で入力してください。" in _text(answer)
    assert 'value="９"' in answer.content.decode()


def test_two_screens_are_shown_both_values_and_the_second_may_decide(sakura: Nursery, clerk: Browser) -> None:
    confirmed(sakura)
    clerk.post(_at(sakura, "facts/2026-06/"), {"version": "0", "saturday_closures": "1"})

    answer = clerk.post(_at(sakura, "facts/2026-06/"), {"version": "0", "saturday_closures": "2"})

    assert answer.status_code == 422
    assert "保存されている値 1、この画面の値 2" in _text(answer)
    assert 'name="version" value="1"' in answer.content.decode()
    again = clerk.post(_at(sakura, "facts/2026-06/"), {"version": "1", "saturday_closures": "2"})
    assert again.status_code == 302
    with sakura.open():
        assert MonthlyFacts.objects.get().saturday_closures == 2


def test_facts_under_a_submitted_claim_are_shown_and_say_what_to_do(sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura)
    _submit(clerk, sakura)

    page = clerk.get(_at(sakura, "facts/2026-06/"))

    assert "先に請求を取り下げてください" in _text(page)
    assert "保存する" not in _text(page)


def test_facts_refused_under_a_submitted_claim_are_not_shown_as_saved(
    sakura: Nursery, clerk: Browser
) -> None:
    ready_claim(sakura)
    _submit(clerk, sakura)
    with sakura.open():
        saved = MonthlyFacts.objects.get(month=JUNE.first_day)

    answer = clerk.post(
        _at(sakura, "facts/2026-06/"), {"version": str(saved.version), "saturday_closures": "4"}
    )

    assert answer.status_code == 422
    assert _text(answer).count("先に請求を取り下げてください") == 1
    assert "保存していません" in _text(answer)
    assert f"入力した値 4、保存されている値 {saved.saturday_closures}" in _text(answer)
    assert f"<dd>{saved.saturday_closures}</dd>" in answer.content.decode()
    assert "<dd>4</dd>" not in answer.content.decode()


def test_a_facility_without_open_facts_is_not_asked(city: City) -> None:
    momo = kindergarten(city, items={"bus": {}})
    clerk = sign_in(momo.clerk)
    sheet = give_counts(momo)

    assert "入力する実績はありません" in _text(clerk.get(_at(momo, "facts/2026-06/")))
    after = clerk.post(_at(momo, "counts/2026-06/confirm/"), {"sheet": str(sheet.pk), "version": "1"})
    assert after["Location"].startswith(_at(momo, "claims/"))


# ---------------------------------------------------------------- typed while the login expired


def _expire(clerk: Browser) -> None:
    session = clerk.session
    session["last_seen"] = session["began"] = session["last_seen"] - 24 * 60 * 60
    session.save()


def _back_again(clerk: Browser, place: Nursery) -> None:
    """The same browser after the same person has logged in again."""
    fresh = sign_in(place.clerk).session
    held = clerk.session.get("held_form")
    clerk.force_login(place.clerk, backend="accounts.backends.AccountBackend")
    session = clerk.session
    for name in ("otp_device_id", "began", "last_seen", "epoch"):
        session[name] = fresh[name]
    session["held_form"] = held
    session.save()


def test_facts_typed_while_the_login_expired_are_there_again(sakura: Nursery, clerk: Browser) -> None:
    confirmed(sakura)
    _expire(clerk)

    away = clerk.post(_at(sakura, "facts/2026-06/"), {"version": "0", "saturday_closures": "３"})
    _back_again(clerk, sakura)
    page = clerk.get(_at(sakura, "facts/2026-06/"))

    assert away["Location"].startswith("/login/")
    assert 'value="３"' in page.content.decode()
    assert _text(page).count("入力内容を保管していました") == 1
    with sakura.open():
        assert not MonthlyFacts.objects.exists()


def test_a_dispute_typed_while_the_login_expired_is_there_again(sakura: Nursery, clerk: Browser) -> None:
    sheet = give_counts(sakura)
    _expire(clerk)

    typed = {"claimed-129999-3-0-standard": "7", "reason-129999-3-0-standard": "1人は退園しました。"}
    _dispute(clerk, sakura, sheet, **typed)
    _back_again(clerk, sakura)
    page = clerk.get(_at(sakura, "counts/2026-06/dispute/"))

    assert 'value="1人は退園しました。"' in page.content.decode()
    with sakura.open():
        assert not CountDispute.objects.exists()


# ---------------------------------------------------------------- claims


def test_every_line_explains_itself(sakura: Nursery, clerk: Browser) -> None:
    claim = ready_claim(sakura)

    html = clerk.get(_at(sakura, f"claims/{claim.pk}/")).content.decode()

    assert html.count("<summary>なぜこの金額？") == claim_lines(sakura, claim) == 14
    assert "令和8年度 単価表（4月から・見本） 保育所 2・3号" in html
    assert "10円未満切捨て" in html


def claim_lines(place: Nursery, claim: Claim) -> int:
    with place.open():
        return int(claim.lines.count())


def test_a_claim_stands_beside_the_month_before(city: City, sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura, MAY)
    with sakura.open():
        GrantedItem.objects.filter(code="rent").update(to_month=MAY.first_day)
    claim = ready_claim(sakura, JUNE)

    page = clerk.get(_at(sakura, f"claims/{claim.pk}/"))

    assert "今月はありません 407,440 0 −407,440" in _text(page)
    assert "令和8年5月分より −407,440 円" in _text(page)
    assert _shown(page) == _recorded(city)


def test_what_is_missing_is_listed_with_the_way_to_it_and_the_amount_is_provisional(
    sakura: Nursery, clerk: Browser
) -> None:
    confirmed(sakura)
    claim = current_claim(sakura)

    page = clerk.get(_at(sakura, f"claims/{claim.pk}/"))
    refused = _submit(clerk, sakura)

    assert "暫定" in _text(page)
    assert "提出前の確認 未入力：土曜日の閉所日数 入力する" in _text(page)
    assert _at(sakura, "facts/2026-06/") in page.content.decode()
    assert refused.status_code == 422
    assert "未入力：土曜日の閉所日数" in _text(refused)


def test_without_the_declaration_the_page_comes_back(sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura)

    answer = _submit(clerk, sakura, declared="")

    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'<a href="#declared">{UNDECLARED}</a>' in html
    assert 'aria-invalid="true" aria-describedby="declared-error"' in html
    assert '<p class="field-error" id="declared-error">' in html
    assert 'aria-current="page">請求</a>' in html


def test_a_stale_tab_cannot_submit_what_it_did_not_show(sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura)

    answer = _submit(clerk, sakura, shown_hash="0" * 64)

    assert answer.status_code == 422
    assert "画面を開いたあとに内容が変わりました" in _text(answer)


def test_the_back_button_and_a_second_click_submit_nothing_twice(
    city: City, sakura: Nursery, clerk: Browser
) -> None:
    claim = ready_claim(sakura)
    form = {"shown_hash": claim.content_hash, "declared": "on", FIELD: str(uuid4())}

    first = clerk.post(_at(sakura, f"claims/{claim.pk}/submit/"), form)
    second = clerk.post(_at(sakura, f"claims/{claim.pk}/submit/"), form)
    from_an_old_page = _submit(clerk, sakura)

    assert first["Location"] == second["Location"]
    assert from_an_old_page.status_code == 422
    assert "すでに提出済み" in _text(from_an_old_page)
    done = [event for event in events_of(city, "claims.submitted") if event.outcome == "done"]
    assert len(done) == 1


def test_a_submitted_claim_is_withdrawn_with_one_click(sakura: Nursery, clerk: Browser) -> None:
    claim = ready_claim(sakura)
    _submit(clerk, sakura)

    clerk.post(_at(sakura, f"claims/{claim.pk}/withdraw/"))

    assert current_claim(sakura).is_draft


def test_a_returned_claim_shows_the_reason_on_top_and_leads_to_a_correction(
    city: City, sakura: Nursery, clerk: Browser
) -> None:
    claim = ready_claim(sakura)
    _submit(clerk, sakura)
    with city.open(Role.OFFICER) as officer:
        review.return_to_facility(
            current_claim(sakura), reason="閉所日数をご確認ください。", by=officer, at=AT
        )

    returned = clerk.get(_at(sakura, f"claims/{claim.pk}/"))
    clerk.post(_at(sakura, "facts/2026-06/"), {"version": "1", "saturday_closures": "0"})
    after = clerk.post(_at(sakura, f"claims/{claim.pk}/correct/"))
    corrected = clerk.get(after["Location"])

    assert "閉所日数をご確認ください。" in _text(returned)
    assert "修正版を作る" in _text(returned)
    assert "第2版" in _text(corrected)
    assert "土曜閉所 −214,950 0 +214,950" in _text(corrected)
    assert _shown(corrected) == _recorded(city)
    old = clerk.get(_at(sakura, f"claims/{claim.pk}/"))
    assert "これは前の版です" in _text(old)


def test_an_approved_claim_says_so_and_offers_nothing_to_change(
    city: City, sakura: Nursery, clerk: Browser
) -> None:
    claim = ready_claim(sakura)
    _submit(clerk, sakura)
    with city.open(Role.CHIEF) as chief:
        review.approve(current_claim(sakura), by=chief, at=AT)

    page = clerk.get(_at(sakura, f"claims/{claim.pk}/"))

    assert "6月5日 14:32 に承認されました" in _text(page)
    assert "作れる帳票を開く" in _text(page)
    for button in ("提出する", "取り下げる", "計算し直す", "修正版を作る"):
        assert button not in _text(page)


def test_corrected_counts_are_flagged_with_what_to_do(city: City, sakura: Nursery, clerk: Browser) -> None:
    claim = ready_claim(sakura)
    _submit(clerk, sakura)
    with city.open():
        CountSheet.objects.filter(facility=sakura.facility).update(status=SheetStatus.SUPERSEDED)
    sheet = give_counts(sakura, version=2)
    with city.open() as officer:
        counts_corrected(sheet, by=officer, at=AT)

    page = _text(clerk.get(_at(sakura, f"claims/{claim.pk}/")))

    assert "児童数が訂正されました" in page
    assert "取り下げて、新しい人数を確認してから" in page


def test_a_claim_to_another_municipality_is_fixed_printed_and_corrected(
    sakura: Nursery, clerk: Browser
) -> None:
    Municipality.objects.create(code="129998", name="となり市")
    give_facts(sakura, saturday_closures=0)
    confirmed(sakura, cells=(("3", "0", "standard", 2),), payer_code="129998")
    with sakura.open():
        claim = Claim.objects.get(outside=True)
    here = _at(sakura, f"claims/{claim.pk}/")

    page = _text(clerk.get(here))
    clerk.post(f"{here}submit/", {"shown_hash": claim.content_hash, "declared": "on"})
    fixed = _text(clerk.get(here))
    ordered = clerk.post(_at(sakura, f"documents/order/claim/{claim.pk}/"), {"back": here})
    listed = _text(clerk.get(_at(sakura, "claims/")))
    clerk.post(f"{here}correct/")
    old = _text(clerk.get(here))

    assert "となり市にお住まいの子どもの分の請求です" in page
    assert "内容を確定する" in page
    assert "提出する" not in page
    assert "締切" not in page
    assert ordered.status_code == 302
    assert "確定済み" in fixed
    assert "訂正版を作る" in fixed
    assert "取り下げる" not in fixed
    assert "市の審査を待っています" not in fixed
    assert "確定済み" in listed
    assert "これは前の版です" in old
    with sakura.open():
        values = form_values.values(claim.pk, frozenset({"claim"}))["claim"]
        assert [one.status for one in Claim.objects.order_by("version")] == ["superseded", "draft"]
    assert values["addressee"] == "となり市長"
    assert (values["submitted_on"] is not None, values["approved_on"]) == (True, None)


def test_an_obstacle_is_listed_and_goes_away_when_it_is_removed(city: City) -> None:
    momo = kindergarten(city)
    clerk = sign_in(momo.clerk)
    with momo.open():
        profile = FacilityProfile.objects.get()
        profile.delete()
    confirmed(momo)

    stuck = _text(clerk.get(_at(momo, "claims/")))
    with momo.open():
        profile.save(force_insert=True)
    after = clerk.post(_at(momo, "claims/2026-06/recalculate/"))

    assert "年度プロフィール" in stuck
    assert after["Location"] == _at(momo, f"claims/{current_claim(momo).pk}/")


def test_a_type_without_prices_says_so_to_the_facility(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    official = [book for book in shipped_books() if book.status == "official"]
    monkeypatch.setattr(in_force, "shipped_books", lambda: tuple(official))
    small = make_facility(city, "つぼみ", number="1299900000921", kind=FacilityKind.SMALL_A, capacity=19)
    clerk = sign_in(small.clerk)
    sheet = give_counts(small, cells=(("3", "0", "standard", 3),))

    after = clerk.post(_at(small, "counts/2026-06/confirm/"), {"sheet": str(sheet.pk), "version": "1"})

    assert after["Location"] == _at(small, "claims/")
    assert "単価がまだ登録されていない" in _text(clerk.get(after["Location"]))


# ---------------------------------------------------------------- strangers


def test_a_strangers_claim_answers_like_one_that_does_not_exist(city: City, sakura: Nursery) -> None:
    claim = ready_claim(sakura)
    sumire = nursery(city, number="1299900000902")
    stranger = sign_in(sumire.clerk)

    for way in ("", "submit/", "withdraw/", "correct/"):
        theirs = stranger.post if way else stranger.get
        real = theirs(_at(sumire, f"claims/{claim.pk}/{way}"))
        unreal = theirs(_at(sumire, f"claims/{uuid4()}/{way}"))
        assert real.status_code == unreal.status_code == 404
        assert real.content == unreal.content
    assert stranger.get(_at(sakura, f"claims/{claim.pk}/")).status_code == 404


def test_a_strangers_counts_cannot_be_confirmed_through_ones_own_page(city: City, sakura: Nursery) -> None:
    sheet = give_counts(sakura)
    sumire = nursery(city, number="1299900000902")
    give_counts(sumire)

    answer = sign_in(sumire.clerk).post(
        _at(sumire, "counts/2026-06/confirm/"), {"sheet": str(sheet.pk), "version": "1"}
    )

    assert answer.status_code == 404
    with sakura.open():
        sheet.refresh_from_db()
        assert sheet.status == SheetStatus.WAITING


# ---------------------------------------------------------------- the record, and the cost


def _every_page(place: Nursery) -> Iterator[str]:
    yield "counts/"
    yield "counts/2026-06/"
    yield "counts/2026-06/dispute/"
    yield "facts/2026-06/"
    yield "claims/"
    yield f"claims/{current_claim(place).pk}/"


def test_the_recorded_rows_are_the_rows_in_the_page(city: City, sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura, MAY)
    ready_claim(sakura, JUNE)

    for path in _every_page(sakura):
        page = clerk.get(_at(sakura, path))

        assert page.status_code == 200
        assert _shown(page), path
        assert _shown(page) == _recorded(city), path


def test_pages_cost_the_same_few_queries_however_much_there_is(
    city: City, sakura: Nursery, clerk: Browser
) -> None:
    ready_claim(sakura, MAY)
    ready_claim(sakura, JUNE)
    clerk.get(_at(sakura, ""))  # the session's first page finds out whether there is a facility to switch to
    few = {}
    for path in _every_page(sakura):
        with CaptureQueriesContext(connection) as queries:
            clerk.get(_at(sakura, path))
        few[path] = _real(queries)
    ready_claim(sakura, APRIL)
    for number in range(1, 4):
        ready_claim(sakura, JUNE.plus(number))
    nursery(city, number="1299900000902")

    for path in _every_page(sakura):
        with CaptureQueriesContext(connection) as queries:
            clerk.get(_at(sakura, path))

        assert _real(queries) == few[path], path
        assert _real(queries) <= MOST_QUERIES, path
