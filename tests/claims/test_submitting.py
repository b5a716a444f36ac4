"""A claim goes to the city once, comes back before the first decision, and is corrected by a new version."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from approvals.operations import claims as approvals
from audit.models import Event
from claims.models import Claim, CountSheet
from claims.operations import closing, facts, review
from claims.operations.drafting import counts_corrected, recalculate
from claims.operations.submitting import correct, submit, withdraw
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Role
from facilities.models import FacilityProfile, GrantedItem
from facilities.rules import NotAllowed, ProblemsFound
from facilities.transitions import TransitionNotAllowed
from jobs.models import Job
from tests.cast import JUNE, NURSERY_CELLS, City, Nursery, give_counts, make_city
from tests.claims.stage import AT, confirmed, current_claim, give_facts, nursery, ready_claim

LATER = AT + timedelta(hours=2)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def _submit(place: Nursery, claim: Claim, *, shown_hash: str | None = None, declared: bool = True) -> Claim:
    with place.open() as clerk:
        return submit(
            claim.pk, shown_hash=shown_hash or claim.content_hash, declared=declared, by=clerk, at=AT
        )


def _submitted(place: Nursery) -> Claim:
    return _submit(place, ready_claim(place))


def _returned(place: Nursery) -> Claim:
    claim = _submitted(place)
    with place.city.open(Role.OFFICER) as officer:
        claim.refresh_from_db()
        review.return_to_facility(claim, reason="土曜日の閉所日数をご確認ください。", by=officer, at=LATER)
    return claim


def _approved(place: Nursery) -> Claim:
    claim = _submitted(place)
    with place.city.open(Role.CHIEF) as chief:
        claim.refresh_from_db()
        review.approve(claim, by=chief, at=LATER)
    return claim


# ---------------------------------------------------------------- submit


def test_a_complete_draft_is_submitted_with_one_click_and_a_declaration(sakura: Nursery) -> None:
    claim = _submitted(sakura)

    assert (claim.status, claim.submitted_at, claim.submitted_by) == (
        ClaimStatus.SUBMITTED,
        AT,
        sakura.clerk.pk,
    )


def test_submission_is_on_the_record_with_what_was_submitted(city: City, sakura: Nursery) -> None:
    claim = _submitted(sakura)

    with city.open():
        event = Event.objects.get(event="claims.submitted")
    assert event.rows == {"claim": [str(claim.pk)]}
    assert event.detail["content_hash"] == claim.content_hash
    assert event.detail["total_yen"] == claim.total_yen
    assert event.actor_id == str(sakura.clerk.pk)


def test_a_claim_is_submitted_once_only(sakura: Nursery) -> None:
    claim = _submitted(sakura)

    with pytest.raises(NotAllowed, match="すでに提出済み"):
        _submit(sakura, claim)


def test_everything_in_the_way_is_said_at_once(sakura: Nursery) -> None:
    confirmed(sakura)
    claim = current_claim(sakura)

    with pytest.raises(ProblemsFound) as refusal:
        _submit(sakura, claim, shown_hash="0" * 64, declared=False)

    assert refusal.value.problems == [
        "未入力：土曜日の閉所日数",
        "画面を開いたあとに内容が変わりました。いまの内容をもう一度ご確認ください。",
        "内容に相違ないことを確認して、チェックを入れてください。",
    ]


def test_without_the_declaration_nothing_is_submitted(sakura: Nursery) -> None:
    claim = ready_claim(sakura)

    with pytest.raises(ProblemsFound, match="チェックを入れて"):
        _submit(sakura, claim, declared=False)

    assert current_claim(sakura).is_draft


def test_a_stale_tab_cannot_submit_what_was_not_shown(sakura: Nursery) -> None:
    shown = ready_claim(sakura)
    with sakura.open() as clerk:
        facts.save(sakura.facility, JUNE, {"saturday_closures": 2}, shown_version=1, by=clerk, at=AT)

    with pytest.raises(ProblemsFound, match="内容が変わりました"):
        _submit(sakura, shown)


@pytest.mark.parametrize("change", ["grant", "profile", "facts"])
def test_a_draft_that_is_out_of_date_is_calculated_again_before_it_is_submitted(
    sakura: Nursery, change: str
) -> None:
    claim = ready_claim(sakura)
    with sakura.open():
        if change == "grant":
            GrantedItem.objects.filter(code="rent").delete()
        elif change == "profile":
            FacilityProfile.objects.update(base_percent=8)
        else:
            FacilityProfile.objects.all().delete()

    with pytest.raises(ProblemsFound, match="計算し直す"):
        _submit(sakura, claim)

    if change != "facts":
        with sakura.open() as clerk:
            recalculate(sakura.facility, JUNE, by=clerk, at=AT)
        _submit(sakura, current_claim(sakura))


def test_a_draft_whose_counts_were_corrected_waits_for_their_confirmation(
    city: City, sakura: Nursery
) -> None:
    claim = ready_claim(sakura)
    _correct_counts(city, sakura)

    with pytest.raises(ProblemsFound, match="児童数が訂正されました"):
        _submit(sakura, claim)


def _outside(place: Nursery) -> Claim:
    give_facts(place, saturday_closures=0)
    confirmed(place, cells=(("3", "0", "standard", 2),), payer_code="129998")
    with place.open():
        return Claim.objects.get(outside=True)


def test_a_claim_to_another_municipality_is_fixed_and_never_reviewed_here(
    city: City, sakura: Nursery
) -> None:
    claim = _submit(sakura, _outside(sakura))

    assert (claim.status, claim.status_words) == (ClaimStatus.SUBMITTED, "確定済み")
    with city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed, match="この市では審査しません"):
        approvals.approve(claim.pk, shown_hash=claim.content_hash, by=officer, at=AT)
    with sakura.open() as clerk, pytest.raises(NotAllowed, match="訂正版を作る"):
        withdraw(claim.pk, by=clerk, at=AT)


def test_a_fixed_claim_to_another_municipality_is_corrected_by_a_version_beside_it(
    city: City, sakura: Nursery
) -> None:
    fixed = _submit(sakura, _outside(sakura))

    with sakura.open() as clerk:
        new = correct(fixed.pk, by=clerk, at=AT)
        old = Claim.objects.get(pk=fixed.pk)

    assert (old.status, new.status, new.version) == (ClaimStatus.SUPERSEDED, ClaimStatus.DRAFT, 2)
    assert (old.content_hash, old.submitted_at) == (fixed.content_hash, fixed.submitted_at)
    assert new.payer_code == "129998"
    assert new.corrects is None


def test_a_fixed_claim_to_another_municipality_does_not_hold_the_months_facts(
    city: City, sakura: Nursery
) -> None:
    fixed = _submit(sakura, _outside(sakura))

    with sakura.open() as clerk:
        facts.save(sakura.facility, JUNE, {"saturday_closures": 1}, shown_version=1, by=clerk, at=LATER)
        new = correct(fixed.pk, by=clerk, at=LATER)
        old = Claim.objects.get(pk=fixed.pk)

    assert (old.facts, new.facts) == ({"saturday_closures": 0}, {"saturday_closures": 1})
    assert old.content_hash == fixed.content_hash != new.content_hash


def test_a_closed_month_of_the_own_city_does_not_bar_a_claim_to_another(city: City, sakura: Nursery) -> None:
    claim = _outside(sakura)
    with city.open(Role.CHIEF) as chief:
        closing.close(JUNE, note="", by=chief, at=AT)

    assert _submit(sakura, claim).status == ClaimStatus.SUBMITTED


def test_a_strangers_claim_does_not_exist(city: City, sakura: Nursery) -> None:
    sumire = nursery(city, number="1299900000902")
    claim = ready_claim(sakura)

    for act in (
        lambda who: submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=who, at=AT),
        lambda who: withdraw(claim.pk, by=who, at=AT),
        lambda who: correct(claim.pk, by=who, at=AT),
    ):
        with sumire.open() as stranger, pytest.raises(Claim.DoesNotExist):
            act(stranger)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FACILITY])
def test_nobody_of_the_city_submits_withdraws_or_corrects(city: City, sakura: Nursery, role: Role) -> None:
    claim = ready_claim(sakura)

    with city.open(role) as person:
        with pytest.raises(NotAllowed, match="施設の方だけ"):
            submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=person, at=AT)
        with pytest.raises(NotAllowed, match="施設の方だけ"):
            withdraw(claim.pk, by=person, at=AT)
        with pytest.raises(NotAllowed, match="施設の方だけ"):
            correct(claim.pk, by=person, at=AT)
        with pytest.raises(NotAllowed, match="施設の方だけ"):
            recalculate(sakura.facility, JUNE, by=person, at=AT)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_submit_once() -> None:
    city = make_city()
    sakura = nursery(city)
    claim = ready_claim(sakura)
    ready, results = Barrier(2), []

    def click() -> None:
        with sakura.open() as clerk:
            ready.wait(10)
            try:
                submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
                results.append("submitted")
            except NotAllowed as refusal:
                results.append(str(refusal))
        connection.close()

    _together(click, click)

    assert sorted(results) == ["submitted", "この請求は、すでに提出済みです。"]
    with city.open():
        events = Event.objects.filter(event="claims.submitted", municipality_id=city.municipality.pk)
        assert sorted(events.values_list("outcome", flat=True)) == ["done", "refused"]


@pytest.mark.django_db(transaction=True)
def test_submitting_while_the_facts_change_never_submits_what_was_not_shown() -> None:
    city = make_city()
    sakura = nursery(city)
    claim = ready_claim(sakura)
    ready = Barrier(2)

    def click() -> None:
        try:
            with sakura.open() as clerk:
                ready.wait(10)
                submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
        except ProblemsFound:
            pass
        finally:
            connection.close()

    def save() -> None:
        try:
            with sakura.open() as clerk:
                ready.wait(10)
                facts.save(sakura.facility, JUNE, {"saturday_closures": 2}, shown_version=1, by=clerk, at=AT)
        except NotAllowed:
            pass
        finally:
            connection.close()

    _together(click, save)

    after = current_claim(sakura)
    if after.status == ClaimStatus.SUBMITTED:
        assert after.content_hash == claim.content_hash
    else:
        assert after.content_hash != claim.content_hash


def _together(*acts: Any) -> None:
    threads = [Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


# ---------------------------------------------------------------- withdraw


def test_a_submitted_claim_can_be_withdrawn_before_the_first_decision(sakura: Nursery) -> None:
    claim = _submitted(sakura)

    with sakura.open() as clerk:
        withdraw(claim.pk, by=clerk, at=LATER)

    after = current_claim(sakura)
    assert (after.pk, after.status, after.submitted_at, after.submitted_by) == (claim.pk, "draft", None, None)
    _submit(sakura, after)


def test_after_the_first_decision_it_stays_with_the_city(city: City, sakura: Nursery) -> None:
    claim = _submitted(sakura)
    with city.open(Role.OFFICER):
        claim.refresh_from_db()
        review.note_first_decision(claim, at=LATER)

    with sakura.open() as clerk, pytest.raises(NotAllowed, match="審査が始まっている"):
        withdraw(claim.pk, by=clerk, at=LATER)


def test_a_withdrawn_claim_is_computed_from_what_holds_now(sakura: Nursery) -> None:
    claim = _submitted(sakura)
    with sakura.open() as clerk:
        GrantedItem.objects.filter(code="rent").delete()

        withdraw(claim.pk, by=clerk, at=LATER)

    assert current_claim(sakura).total_yen == claim.total_yen - 407_440


def test_withdrawing_after_a_correction_of_the_counts_waits_for_confirmation(
    city: City, sakura: Nursery
) -> None:
    claim = _submitted(sakura)
    _correct_counts(city, sakura)

    with sakura.open() as clerk:
        withdraw(claim.pk, by=clerk, at=LATER)

    after = current_claim(sakura)
    assert after.is_draft
    with pytest.raises(ProblemsFound, match="児童数が訂正されました"):
        _submit(sakura, after)


def test_a_draft_has_nothing_to_withdraw(sakura: Nursery) -> None:
    claim = ready_claim(sakura)

    with sakura.open() as clerk, pytest.raises(NotAllowed, match="提出済みの請求だけ"):
        withdraw(claim.pk, by=clerk, at=AT)


# ---------------------------------------------------------------- correct


def test_a_returned_claim_is_answered_with_a_new_version(sakura: Nursery) -> None:
    returned = _returned(sakura)

    with sakura.open() as clerk:
        new = correct(returned.pk, by=clerk, at=LATER)

        returned.refresh_from_db()
    assert (new.version, new.status) == (2, ClaimStatus.DRAFT)
    assert returned.status == ClaimStatus.SUPERSEDED
    assert returned.return_reason == "土曜日の閉所日数をご確認ください。"
    _submit(sakura, new)


def test_a_correction_takes_the_counts_and_facts_that_hold_now(sakura: Nursery) -> None:
    returned = _returned(sakura)
    with sakura.open() as clerk:
        facts.save(sakura.facility, JUNE, {"saturday_closures": 0}, shown_version=1, by=clerk, at=LATER)

        new = correct(returned.pk, by=clerk, at=LATER)

    assert new.total_yen == returned.total_yen + 214_950


def test_saving_facts_leaves_a_returned_claim_as_it_was_decided(sakura: Nursery) -> None:
    returned = _returned(sakura)

    with sakura.open() as clerk:
        facts.save(sakura.facility, JUNE, {"saturday_closures": 0}, shown_version=1, by=clerk, at=LATER)

    after = current_claim(sakura)
    assert (after.pk, after.status, after.content_hash) == (returned.pk, "returned", returned.content_hash)


def test_a_correction_needs_confirmed_counts_and_undoes_nothing_without_them(
    city: City, sakura: Nursery
) -> None:
    returned = _returned(sakura)
    _correct_counts(city, sakura)

    with sakura.open() as clerk, pytest.raises(NotAllowed, match="児童数"):
        correct(returned.pk, by=clerk, at=LATER)

    assert current_claim(sakura).status == ClaimStatus.RETURNED


def test_a_correction_that_cannot_be_computed_leaves_the_returned_claim(sakura: Nursery) -> None:
    returned = _returned(sakura)
    with sakura.open() as clerk:
        FacilityProfile.objects.all().delete()

        with pytest.raises(ProblemsFound, match="修正版を作成できません"):
            correct(returned.pk, by=clerk, at=LATER)

    assert current_claim(sakura).status == ClaimStatus.RETURNED


def test_only_a_returned_claim_is_corrected(sakura: Nursery) -> None:
    claim = ready_claim(sakura)

    with sakura.open() as clerk, pytest.raises(NotAllowed, match="差し戻された請求だけ"):
        correct(claim.pk, by=clerk, at=AT)


# ---------------------------------------------------------------- counts corrected afterwards


def _correct_counts(city: City, place: Nursery) -> CountSheet:
    with city.open():
        CountSheet.objects.filter(facility=place.facility).update(status=SheetStatus.SUPERSEDED)
    sheet = give_counts(place, cells=NURSERY_CELLS[1:], version=2)
    with city.open(Role.ENROLMENT) as officer:
        counts_corrected(sheet, by=officer, at=LATER)
    return sheet


@pytest.mark.parametrize("stage", ["submitted", "returned"])
def test_what_the_city_has_in_hand_is_flagged_and_otherwise_untouched(
    city: City, sakura: Nursery, stage: str
) -> None:
    claim = {"submitted": _submitted, "returned": _returned}[stage](sakura)

    sheet = _correct_counts(city, sakura)
    with sakura.open() as clerk:
        from claims.operations.confirming import confirm

        confirm(sheet.pk, shown_version=2, by=clerk, at=LATER)

    after = current_claim(sakura)
    assert after.pk == claim.pk
    assert after.status == stage
    assert after.counts_corrected_at == LATER
    assert after.content_hash == claim.content_hash
    assert after.sheet_id == claim.sheet_id


# ---------------------------------------------------------------- review: what approvals calls


def test_an_approval_reaches_the_claim_and_tells_the_facility(city: City, sakura: Nursery) -> None:
    claim = _approved(sakura)

    assert (claim.status, claim.approved_at, claim.first_decided_at) == (ClaimStatus.APPROVED, LATER, LATER)
    assert claim.approved_by == city.people[Role.CHIEF].pk
    assert Job.objects.filter(kind="jobs.mail").count() == 1


def test_a_return_reaches_the_claim_with_its_reason_and_tells_the_facility(
    city: City, sakura: Nursery
) -> None:
    claim = _returned(sakura)

    assert (claim.status, claim.returned_at, claim.return_reason) == (
        ClaimStatus.RETURNED,
        LATER,
        "土曜日の閉所日数をご確認ください。",
    )
    assert Job.objects.filter(kind="jobs.mail").count() == 1


def test_the_mail_names_the_month_and_neither_amount_nor_reason_nor_people(
    sakura: Nursery, run_jobs: Any, mail_folder: Any
) -> None:
    from email import message_from_bytes
    from email.policy import default

    _returned(sakura)

    run_jobs()

    (path,) = mail_folder.iterdir()
    mail = message_from_bytes(path.read_bytes(), policy=default)
    text = mail.get_body().get_content()
    assert mail["Subject"].strip() == "【はぐくみ請求】請求が差し戻されました（令和8年6月分）"
    assert "令和8年6月分の請求が差し戻されました" in text
    for secret in ("12,028,530", "12028530", "土曜日", "見本", sakura.clerk.name):
        assert secret not in text


def test_only_a_submitted_claim_can_be_decided(city: City, sakura: Nursery) -> None:
    claim = ready_claim(sakura)

    with city.open(Role.CHIEF) as chief:
        with pytest.raises(TransitionNotAllowed):
            review.approve(claim, by=chief, at=AT)
        with pytest.raises(TransitionNotAllowed):
            review.return_to_facility(claim, reason="理由", by=chief, at=AT)


def test_noting_the_first_decision_twice_keeps_the_first(city: City, sakura: Nursery) -> None:
    claim = _submitted(sakura)

    with city.open(Role.OFFICER):
        review.note_first_decision(claim, at=AT)
        review.note_first_decision(claim, at=LATER)

        claim.refresh_from_db()
    assert claim.first_decided_at == AT
