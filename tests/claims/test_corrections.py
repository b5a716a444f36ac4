"""The month bends: corrections after approval, counts by hand, silent facilities, closed months, words to and fro."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals import queries as inbox_queries
from approvals.operations import claims as approvals
from audit.models import Event
from claims.composing import reproduce
from claims.models import ChildCount, Claim, CountSheet, MonthClosing
from claims.operations import closing, conversation, counts_by_hand, facts
from claims.operations.confirming import confirm, confirm_on_behalf, dispute
from claims.operations.counts_by_hand import correct_counts, key_of
from claims.operations.drafting import recalculate
from claims.operations.submitting import correct, drop_correction, open_correction, submit, withdraw
from claims.queries.deadlines import own_deadline
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Role
from facilities.rules import NotAllowed, ProblemsFound
from facilities.schedule import Step
from jobs.models import Job
from tests.access.world import MARKED
from tests.cast import JUNE, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import AT, confirmed, current_claim, nursery, ready_claim

LATER = AT + timedelta(hours=2)
LATE = datetime(2026, 6, 12, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
BABY = ("129999", "3", "0", "standard", False, False, "", None)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def _approve(city: City, claim: Claim) -> Claim:
    for role in (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            approvals.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=LATER)
    with city.open():
        return Claim.objects.get(pk=claim.pk)


def _submit(place: Nursery, claim: Claim) -> Claim:
    with place.open() as clerk:
        return submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)


def _approved(city: City, place: Nursery) -> Claim:
    return _approve(city, _submit(place, ready_claim(place)))


def _counts(place: Nursery) -> dict[counts_by_hand.Key, int]:
    with place.city.open():
        sheet = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED).get(
            facility=place.facility, month=JUNE.first_day
        )
        return {key_of(row): row.count for row in ChildCount.objects.filter(sheet=sheet)}


def _version(place: Nursery) -> int:
    with place.city.open():
        sheets = CountSheet.objects.filter(facility=place.facility, month=JUNE.first_day)
        return max(sheets.values_list("version", flat=True), default=0)


def _correct_by_hand(city: City, place: Nursery, **changes: int) -> CountSheet:
    """One baby more or less, or whatever is said."""
    cells = {**_counts(place)}
    cells[BABY] = cells.get(BABY, 0) + changes.get("babies", 1)
    with city.open(Role.ENROLMENT) as section:
        return correct_counts(
            place.facility.pk,
            JUNE,
            cells,
            shown_version=_version(place),
            reason="転入の届出が遅れました。",
            by=section,
            at=LATER,
        )


def _confirm(place: Nursery, sheet: CountSheet) -> None:
    with place.open() as clerk:
        confirm(sheet.pk, shown_version=sheet.version, by=clerk, at=LATER)


def _claims(city: City) -> dict[int, Claim]:
    with city.open():
        claims = Claim.objects.filter(month=JUNE.first_day).order_by("version")
        return {claim.version: claim for claim in claims}


# ---------------------------------------------------------------- 過誤調整


def test_corrected_counts_after_approval_become_a_new_version_beside_the_approved_one(
    city: City, sakura: Nursery
) -> None:
    approved = _approved(city, sakura)

    _confirm(sakura, _correct_by_hand(city, sakura))

    claims = _claims(city)
    assert [claims[1].status, claims[2].status] == [ClaimStatus.APPROVED, ClaimStatus.DRAFT]
    assert claims[2].corrects_id == approved.pk
    assert claims[1].total_yen == approved.total_yen, "what was approved stays"
    assert claims[2].total_yen > approved.total_yen, "one child more"
    assert claims[2].child_total == approved.child_total + 1


def test_an_approved_correction_takes_the_place_of_what_it_corrects(city: City, sakura: Nursery) -> None:
    approved = _approved(city, sakura)
    _confirm(sakura, _correct_by_hand(city, sakura))

    corrected = _approve(city, _submit(sakura, _claims(city)[2]))

    claims = _claims(city)
    assert [claims[1].status, claims[2].status] == [ClaimStatus.SUPERSEDED, ClaimStatus.APPROVED]
    assert claims[1].approved_at == approved.approved_at, "its approval stays as history"
    with city.open():
        assert reproduce(claims[1]).total_yen == approved.total_yen
        assert reproduce(corrected).total_yen == corrected.total_yen
        assert Event.objects.filter(event="claims.replaced").count() == 1


def test_counts_that_are_corrected_back_leave_nothing_behind(city: City, sakura: Nursery) -> None:
    _approved(city, sakura)
    _confirm(sakura, _correct_by_hand(city, sakura))

    _confirm(sakura, _correct_by_hand(city, sakura, babies=-1))

    claims = _claims(city)
    assert [claims[1].status, claims[2].status] == [ClaimStatus.APPROVED, ClaimStatus.SUPERSEDED]
    assert claims[1].counts_corrected_at is None


def test_nobody_left_corrects_an_approved_claim_to_nothing(city: City, sakura: Nursery) -> None:
    _approved(city, sakura)
    with city.open(Role.ENROLMENT) as section:
        sheet = correct_counts(
            sakura.facility.pk,
            JUNE,
            {},
            shown_version=1,
            reason="別の施設の人数でした。",
            by=section,
            at=LATER,
        )

    _confirm(sakura, sheet)

    claims = _claims(city)
    assert (claims[2].corrects_id, claims[2].total_yen, claims[2].child_total) == (claims[1].pk, 0, 0)
    assert _submit(sakura, claims[2]).status == ClaimStatus.SUBMITTED


def test_a_facility_corrects_its_own_facts_after_approval(city: City, sakura: Nursery) -> None:
    approved = _approved(city, sakura)
    with sakura.open() as clerk:
        with pytest.raises(NotAllowed, match="過誤の訂正を始める"):
            facts.save(sakura.facility, JUNE, {"saturday_closures": 2}, shown_version=1, by=clerk, at=LATER)
        opened = open_correction(approved.pk, reason="閉所は2日でした。", by=clerk, at=LATER)
        facts.save(sakura.facility, JUNE, {"saturday_closures": 2}, shown_version=1, by=clerk, at=LATER)

    claims = _claims(city)
    assert opened.pk == claims[2].pk
    assert (claims[2].corrects_id, claims[2].correction_reason) == (approved.pk, "閉所は2日でした。")
    assert claims[2].total_yen < approved.total_yen
    assert claims[1].content_hash == approved.content_hash


def test_a_correction_is_begun_once_and_can_be_given_up(city: City, sakura: Nursery) -> None:
    approved = _approved(city, sakura)
    with sakura.open() as clerk:
        opened = open_correction(approved.pk, reason="誤りがありました。", by=clerk, at=LATER)
        with pytest.raises(NotAllowed, match="すでに訂正を始めています"):
            open_correction(approved.pk, reason="もう一度", by=clerk, at=LATER)
        back = drop_correction(opened.pk, by=clerk, at=LATER)

    assert back.pk == approved.pk
    assert [claim.status for claim in _claims(city).values()] == [
        ClaimStatus.APPROVED,
        ClaimStatus.SUPERSEDED,
    ]


@pytest.mark.parametrize("reason", ["", "　 ", "長" * 501])
def test_a_correction_needs_a_reason(city: City, sakura: Nursery, reason: str) -> None:
    approved = _approved(city, sakura)
    with sakura.open() as clerk, pytest.raises(ProblemsFound, match="理由"):
        open_correction(approved.pk, reason=reason, by=clerk, at=LATER)
    assert len(_claims(city)) == 1


def test_a_correction_of_corrected_counts_cannot_be_given_up(city: City, sakura: Nursery) -> None:
    _approved(city, sakura)
    _confirm(sakura, _correct_by_hand(city, sakura))
    with sakura.open() as clerk, pytest.raises(NotAllowed, match="取りやめられません"):
        drop_correction(_claims(city)[2].pk, by=clerk, at=LATER)


def test_a_returned_correction_is_answered_with_a_correction_of_the_same_claim(
    city: City, sakura: Nursery
) -> None:
    approved = _approved(city, sakura)
    with sakura.open() as clerk:
        opened = open_correction(approved.pk, reason="閉所は2日でした。", by=clerk, at=LATER)
    _submit(sakura, opened)
    with city.open(Role.OFFICER) as officer:
        approvals.return_to_facility(
            opened.pk, shown_hash=opened.content_hash, reason="実績も直してください。", by=officer, at=LATER
        )
    with sakura.open() as clerk:
        again = correct(opened.pk, by=clerk, at=LATER)

    assert (again.version, again.corrects_id, again.correction_reason) == (
        3,
        approved.pk,
        "閉所は2日でした。",
    )
    assert _claims(city)[1].status == ClaimStatus.APPROVED


def test_only_approved_claims_are_corrected_this_way(city: City, sakura: Nursery) -> None:
    claim = _submit(sakura, ready_claim(sakura))
    with sakura.open() as clerk, pytest.raises(NotAllowed, match="承認済みの請求だけ"):
        open_correction(claim.pk, reason="誤り", by=clerk, at=LATER)


def test_the_inbox_shows_the_approved_claim_until_the_correction_is_sent(city: City, sakura: Nursery) -> None:
    approved = _approved(city, sakura)
    _confirm(sakura, _correct_by_hand(city, sakura))

    def row() -> inbox_queries.InboxRow:
        with city.open(Role.OFFICER) as officer:
            found = inbox_queries.inbox(JUNE, duty=Role.OFFICER, user_id=officer.user_id)
        return found.everything[0]

    before = row()
    assert (before.state, before.claim and before.claim.pk) == ("approved", approved.pk)
    assert "過誤調整の作成中" in before.flags
    sent = _submit(sakura, _claims(city)[2])
    after = row()
    assert (after.state, after.claim and after.claim.pk) == ("submitted", sent.pk)
    assert after.before is not None
    assert after.before.pk == approved.pk
    assert after.difference == sent.total_yen - approved.total_yen
    assert not after.is_unchanged, "a correction is always looked at"
    assert "過誤調整 第2版" in after.flags


def test_a_correction_is_never_approved_among_the_unchanged(city: City, sakura: Nursery) -> None:
    approved = _approved(city, sakura)
    with sakura.open() as clerk:
        opened = open_correction(approved.pk, reason="確認のため", by=clerk, at=LATER)
    _submit(sakura, opened)
    with city.open(Role.OFFICER) as officer:
        result = approvals.approve_unchanged([(opened.pk, opened.content_hash)], by=officer, at=LATER)
    assert result.approved == []


def test_the_pages_say_what_a_correction_is(city: City, sakura: Nursery) -> None:
    approved = _approved(city, sakura)
    clerk, officer = sign_in(sakura.clerk), sign_in(city.people[Role.OFFICER])
    place = f"/f/{sakura.facility.number}"
    page = clerk.get(f"{place}/claims/{approved.pk}/")
    assert "誤りに気づいたとき" in page.content.decode()
    refused = clerk.post(f"{place}/claims/{approved.pk}/open-correction/", {"reason": " "})
    assert refused.status_code == 422
    assert "理由を入力してください" in refused.content.decode()
    opened = clerk.post(f"{place}/claims/{approved.pk}/open-correction/", {"reason": "閉所は2日でした。"})
    assert opened.status_code == 302
    new = clerk.get(opened.url).content.decode()
    assert "承認済みの請求との差" in new
    assert "訂正を取りやめる" in new
    claim = _claims(city)[2]
    _submit(sakura, claim)
    with CaptureQueriesContext(connection) as queries:
        clerk.get(f"{place}/claims/{claim.pk}/")
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) <= 12
    review = officer.get(f"/c/review/{claim.pk}/").content.decode()
    assert "承認済みの第1版を訂正する請求です" in review
    assert "閉所は2日でした。" in review


# ---------------------------------------------------------------- counts by hand, late children


def test_a_late_child_is_a_cell_of_its_own_with_its_days(city: City, sakura: Nursery) -> None:
    confirmed(sakura)
    late = ("129999", "3", "1", "standard", False, False, "in", 12)
    with city.open(Role.ENROLMENT) as section:
        sheet = correct_counts(
            sakura.facility.pk,
            JUNE,
            {**_counts(sakura), late: 1},
            shown_version=1,
            reason="6月15日に入所",
            by=section,
            at=LATER,
        )

    assert (sheet.version, sheet.status, sheet.entered_reason) == (2, SheetStatus.WAITING, "6月15日に入所")
    assert _counts(sakura)[late] == 1
    assert Job.objects.filter(kind="jobs.mail").count() == 1


def test_a_facility_the_file_forgot_gets_its_counts_by_hand(city: City, sakura: Nursery) -> None:
    with city.open(Role.ENROLMENT) as section:
        sheet = correct_counts(
            sakura.facility.pk, JUNE, {BABY: 3}, shown_version=0, reason="ファイルにない", by=section, at=AT
        )
    assert (sheet.version, sheet.source_id) == (1, None)


@pytest.mark.parametrize(
    ("cells", "shown", "reason", "sentence"),
    [
        ("same", 1, "理由", "いまの人数と同じ"),
        ("more", 2, "理由", "画面を開いたあと"),
        ("more", 1, "", "理由を入力"),
        ("wrong age", 1, "理由", "その年齢はありません"),
        ("no days", 1, "理由", "日数を入力"),
    ],
)
def test_counts_by_hand_are_checked(
    city: City, sakura: Nursery, cells: str, shown: int, reason: str, sentence: str
) -> None:
    confirmed(sakura)
    now = _counts(sakura)
    given = {
        "same": now,
        "more": {**now, BABY: 9},
        "wrong age": {**now, ("129999", "3", "5", "standard", False, False, "", None): 1},
        "no days": {**now, ("129999", "3", "1", "standard", False, False, "in", None): 1},
    }[cells]
    with city.open(Role.ENROLMENT) as section, pytest.raises(ProblemsFound, match=sentence):
        correct_counts(
            sakura.facility.pk, JUNE, given, shown_version=shown, reason=reason, by=section, at=LATER
        )
    assert _counts(sakura) == now


def test_only_the_enrolment_section_corrects_counts(city: City, sakura: Nursery) -> None:
    confirmed(sakura)
    with city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed, match="入園課"):
        correct_counts(
            sakura.facility.pk, JUNE, {BABY: 1}, shown_version=1, reason="理由", by=officer, at=LATER
        )


def test_the_page_of_corrections_takes_what_is_typed_and_says_what_is_wrong(
    city: City, sakura: Nursery
) -> None:
    confirmed(sakura)
    section = sign_in(city.people[Role.ENROLMENT])
    path = f"/c/counts/2026-06/{sakura.facility.number}/correct/"
    form = section.get(path).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    typed |= {"count-129999-3-0-standard": "９", "reason": "転入"}
    wrong = {**typed, "more-0-kind": "in", "more-0-class": "3-1-standard", "more-0-count": "1"}
    refused = section.post(path, wrong)
    assert refused.status_code == 422
    assert "在籍した日数（開所日数）を入力してください。" in refused.content.decode()
    done = section.post(path, {**wrong, "more-0-days": "12"})
    assert done.status_code == 302
    counts = _counts(sakura)
    assert counts[BABY] == 9
    assert counts["129999", "3", "1", "standard", False, False, "in", 12] == 1


# ---------------------------------------------------------------- the silent facility


def test_the_city_confirms_for_a_facility_that_did_not_answer(city: City, sakura: Nursery) -> None:
    sheet = give_counts(sakura, JUNE)
    with city.open(Role.ENROLMENT) as section:
        with pytest.raises(NotAllowed, match="締切"):
            confirm_on_behalf(sheet.pk, reason="電話で確認", shown_version=1, by=section, at=AT)
        with pytest.raises(ProblemsFound, match="理由"):
            confirm_on_behalf(sheet.pk, reason=" ", shown_version=1, by=section, at=LATE)
        done = confirm_on_behalf(sheet.pk, reason="電話で確認", shown_version=1, by=section, at=LATE)

    assert (done.sheet.status, done.sheet.on_behalf_reason) == (SheetStatus.CONFIRMED, "電話で確認")
    assert done.drafted is not None
    assert done.drafted.claims, "the facility finds its draft"
    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/counts/2026-06/").content.decode()
    assert "市が代わりに確認しました" in page
    assert "電話で確認" in page


def test_only_the_enrolment_section_confirms_for_others(city: City, sakura: Nursery) -> None:
    sheet = give_counts(sakura, JUNE)
    with city.open(Role.CHIEF) as chief, pytest.raises(NotAllowed, match="入園課だけ"):
        confirm_on_behalf(sheet.pk, reason="電話で確認", shown_version=1, by=chief, at=LATE)


def test_a_dispute_stops_the_clock(city: City, sakura: Nursery) -> None:
    sheet = give_counts(sakura, JUNE)
    with city.open():
        assert str(own_deadline(sheet, Step.CONFIRM, city.municipality)) == "2026-06-05"
    with sakura.open() as clerk:
        [raised] = dispute(sheet.pk, [MARKED], shown_version=1, by=clerk, at=AT)  # Friday the 5th
    with city.open():
        raised.outcome, raised.answer = "stands", "届いた人数が正しいです。"
        raised.answered_at, raised.answered_by = AT + timedelta(days=5), city.people[Role.ENROLMENT].pk
        raised.save()
        # Answered on Wednesday: Monday, Tuesday and Wednesday are given back.
        assert str(own_deadline(sheet, Step.CONFIRM, city.municipality)) == "2026-06-10"


# ---------------------------------------------------------------- closed months


def _close(city: City, note: str = "終わりました。") -> MonthClosing:
    with city.open(Role.CHIEF) as chief:
        return closing.close(JUNE, note=note, by=chief, at=LATER)


def test_in_a_closed_month_nothing_changes(city: City, sakura: Nursery) -> None:
    ready_claim(sakura)
    claim = current_claim(sakura)
    waiting = give_counts(make_facility(city, "すみれ保育園", number="1299900000902"), JUNE)
    _close(city)

    with sakura.open() as clerk:
        for act in (
            lambda: submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=LATER),
            lambda: facts.save(
                sakura.facility, JUNE, {"saturday_closures": 2}, shown_version=1, by=clerk, at=LATER
            ),
            lambda: recalculate(sakura.facility, JUNE, by=clerk, at=LATER),
        ):
            with pytest.raises(NotAllowed, match="締められている"):
                act()
    with city.open(Role.ENROLMENT) as section:
        for act in (
            lambda: confirm_on_behalf(waiting.pk, reason="電話", shown_version=1, by=section, at=LATE),
            lambda: correct_counts(
                sakura.facility.pk, JUNE, {BABY: 1}, shown_version=1, reason="理由", by=section, at=LATER
            ),
        ):
            with pytest.raises(NotAllowed, match="締められている"):
                act()
    with city.open():
        assert Claim.objects.get(pk=claim.pk).status == ClaimStatus.DRAFT


def test_a_month_is_closed_by_the_chief_once_and_over_unfinished_things_only_with_a_note(
    city: City, sakura: Nursery
) -> None:
    ready_claim(sakura)
    with city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed, match="係長と課長"):
        closing.close(JUNE, note="", by=officer, at=LATER)
    with pytest.raises(ProblemsFound, match="メモに入力"):
        _close(city, note="")
    _close(city, note="1施設は翌月に回します。")
    with pytest.raises(ProblemsFound, match="すでに締められています"):
        _close(city)


def test_a_month_with_claims_under_review_is_not_closed(city: City, sakura: Nursery) -> None:
    _submit(sakura, ready_claim(sakura))
    with pytest.raises(ProblemsFound, match="審査待ちの請求が1件"):
        _close(city)


def test_a_month_that_is_opened_again_changes_again_and_keeps_its_history(
    city: City, sakura: Nursery
) -> None:
    claim = ready_claim(sakura)
    _close(city)
    with city.open(Role.CHIEF) as chief:
        with pytest.raises(ProblemsFound, match="理由"):
            closing.reopen(JUNE, reason=" ", by=chief, at=LATER)
        closing.reopen(JUNE, reason="提出が遅れた施設があるため", by=chief, at=LATER)
    assert _submit(sakura, claim).status == ClaimStatus.SUBMITTED
    with sakura.open() as clerk:
        withdraw(claim.pk, by=clerk, at=LATER)
    _close(city)
    with city.open():
        assert MonthClosing.objects.count() == 2
    page = sign_in(city.people[Role.CHIEF]).get("/c/counts/2026-06/closing/").content.decode()
    assert "提出が遅れた施設があるため" in page


def test_a_month_without_counts_has_nothing_to_close(city: City) -> None:
    with pytest.raises(ProblemsFound, match="締めるものがありません"):
        _close(city)


# ---------------------------------------------------------------- words to and fro


def test_what_was_said_stays_with_the_claim_through_all_versions(city: City, sakura: Nursery) -> None:
    claim = _submit(sakura, ready_claim(sakura))
    with city.open(Role.OFFICER) as officer:
        conversation.remark(claim.pk, text="閉所は1日で合っていますか。", by=officer, at=LATER)
        approvals.return_to_facility(
            claim.pk, shown_hash=claim.content_hash, reason="実績を直してください。", by=officer, at=LATER
        )
    with sakura.open() as clerk:
        conversation.remark(claim.pk, text="2日でした。直します。", by=clerk, at=LATER + timedelta(minutes=5))
        new = correct(claim.pk, by=clerk, at=LATER)
    for page in (
        sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/claims/{new.pk}/"),
        sign_in(city.people[Role.OFFICER]).get(f"/c/review/{new.pk}/"),
    ):
        words = page.content.decode().partition('id="conversation"')[2]
        place = [words.index(one) for one in ("合っていますか", "実績を直して", "2日でした")]
        assert place == sorted(place)


def test_empty_words_and_strangers_words_are_refused(city: City, sakura: Nursery) -> None:
    claim = _submit(sakura, ready_claim(sakura))
    with city.open(Role.OFFICER) as officer, pytest.raises(ProblemsFound, match="伝えたいこと"):
        conversation.remark(claim.pk, text="　", by=officer, at=LATER)
    with city.open(Role.ENROLMENT) as section, pytest.raises(NotAllowed):
        conversation.remark(claim.pk, text="読みました", by=section, at=LATER)
    stranger = make_facility(city, "すみれ保育園", number="1299900000902")
    with stranger.open() as clerk, pytest.raises(Claim.DoesNotExist):
        conversation.remark(claim.pk, text="読みました", by=clerk, at=LATER)
