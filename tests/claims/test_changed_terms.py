"""What is registered for a facility changes under claims the city has: nothing is missed, nothing is rewritten."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from approvals import queries as inbox_queries
from approvals.operations import claims as approvals
from claims.composing import reproduce
from claims.form_values import values
from claims.models import Claim, CountSheet, MonthlyFacts
from claims.operations import closing, facts
from claims.operations.confirming import confirm
from claims.operations.counts_by_hand import correct_counts
from claims.operations.submitting import drop_correction, open_correction, submit, withdraw
from claims.states import ClaimStatus
from facilities.actors import Role
from facilities.models import FacilityProfile
from facilities.operations.profiles import ProfileValues, grant_item, set_profile
from facilities.rules import NotAllowed
from jobs import running
from jobs.models import Job
from tests.cast import APRIL, JUNE, MAY, City, Nursery, make_city, sign_in
from tests.claims.stage import AT, confirmed, current_claim, kindergarten, nursery, ready_claim
from tests.record import events_of

LATER = AT + timedelta(hours=2)
BABY = ("129999", "3", "0", "standard", False, False, "", None)
EXEMPT = ("129999", "2", "4", "standard", False, False, "", None)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def sent(place: Nursery, month=JUNE) -> Claim:
    claim = ready_claim(place, month)
    with place.open() as clerk:
        return submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)


def approve(city: City, claim: Claim) -> Claim:
    for role in (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            approvals.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=LATER)
    with city.open():
        return Claim.objects.get(pk=claim.pk)


def approved(city: City, place: Nursery, month=JUNE) -> Claim:
    return approve(city, sent(place, month))


def set_rates(place: Nursery, base: int, *, provisional: bool = False, capacity: int = 90) -> None:
    """From April on; the job that follows is done as well."""
    with place.city.open() as administrator:
        set_profile(
            place.facility.pk,
            ProfileValues(capacity, None, capacity, 10, base, 6, provisional),
            from_month=APRIL,
            by=administrator,
            at=LATER,
        )
    running.run_due()


def versions(city: City, month=JUNE) -> dict[int, Claim]:
    with city.open():
        claims = Claim.objects.filter(month=month.first_day, outside=False).order_by("version")
        return {claim.version: claim for claim in claims}


def statuses(city: City, month=JUNE) -> list[str]:
    return [claim.status for claim in versions(city, month).values()]


def nine_babies_and_the_exempt(city: City, place: Nursery) -> CountSheet:
    """June's counts, corrected by the enrolment section; four are granted the side-dish exemption."""
    with city.open(Role.ENROLMENT) as section:
        return correct_counts(
            place.facility.pk,
            JUNE,
            {BABY: 9, EXEMPT: 4},
            shown_version=1,
            reason="転入",
            by=section,
            at=LATER,
        )


# ---------------------------------------------------------------- approved


def test_certified_rates_correct_every_approved_month_by_themselves(city, sakura):
    before = {month: approved(city, sakura, month) for month in (MAY, JUNE)}
    running.run_due()
    mails = Job.objects.filter(kind="jobs.mail").count()

    set_rates(sakura, 10)

    for month, claim in before.items():
        first, second = versions(city, month).values()
        assert (first.status, second.status) == (ClaimStatus.APPROVED, ClaimStatus.DRAFT)
        assert first.terms_changed_at is not None
        assert (first.total_yen, first.content_hash) == (claim.total_yen, claim.content_hash)
        assert (second.corrects_id, second.correction_reason) == (claim.pk, "")
        assert second.total_yen > claim.total_yen
    assert [event.rows for event in events_of(city, "claims.terms_changed")] == [
        {"claim": [str(before[month].pk)]} for month in (MAY, JUNE)
    ]
    assert Job.objects.filter(kind="jobs.mail").count() == mails + 1, "one mail for all months"
    told = events_of(city, "claims.corrections_told")[-1]
    assert len(told.rows["claim"]) == 2


def test_the_correction_runs_like_any_other(city, sakura):
    claim = approved(city, sakura)
    set_rates(sakura, 10)
    correction = versions(city)[2]

    with sakura.open() as clerk:
        with pytest.raises(NotAllowed, match="取りやめられません"):
            drop_correction(correction.pk, by=clerk, at=LATER)
        submit(correction.pk, shown_hash=correction.content_hash, declared=True, by=clerk, at=LATER)
    done = approve(city, correction)

    assert statuses(city) == [ClaimStatus.SUPERSEDED, ClaimStatus.APPROVED]
    with city.open():
        assert reproduce(Claim.objects.get(pk=claim.pk)).total_yen == claim.total_yen
        assert not inbox_queries.changed_claims()
    assert done.terms_changed_at is None


def test_the_same_rates_certified_correct_nothing(city, sakura):
    set_rates(sakura, 9, provisional=True)
    approved(city, sakura)

    set_rates(sakura, 9)

    assert statuses(city) == [ClaimStatus.APPROVED]
    assert versions(city)[1].terms_changed_at is None


def test_what_leads_to_the_same_yen_asks_nothing_of_anybody(city, sakura):
    claim = approved(city, sakura)

    set_rates(sakura, 9, capacity=89)  # the same class of capacity

    assert statuses(city) == [ClaimStatus.APPROVED]
    assert versions(city)[1].content_hash == claim.content_hash


def test_rates_that_are_set_back_leave_nothing_behind(city, sakura):
    approved(city, sakura)
    set_rates(sakura, 10)

    set_rates(sakura, 9)

    assert statuses(city) == [ClaimStatus.APPROVED, ClaimStatus.SUPERSEDED]
    assert versions(city)[1].terms_changed_at is None


def test_an_item_that_asks_for_a_new_fact_is_a_correction_that_waits_for_it(city):
    garden = kindergarten(city, items={})
    confirmed(garden)
    claim = current_claim(garden)
    with garden.open() as clerk:
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
    approve(city, claim)

    with city.open() as administrator:
        grant_item(
            garden.facility.pk,
            "side_dish_exemption",
            {"children": 4},
            from_month=APRIL,
            to_month=None,
            by=administrator,
            at=LATER,
        )
    running.run_due()

    first, second = versions(city).values()
    assert first.terms_changed_at is not None
    assert (second.status, second.missing) == (ClaimStatus.DRAFT, ["side_dish_days"])
    with garden.open() as clerk:
        facts.save(garden.facility, JUNE, {"side_dish_days": 20}, shown_version=0, by=clerk, at=LATER)
    assert versions(city)[2].missing == []
    assert versions(city)[2].total_yen > claim.total_yen


def test_corrected_counts_and_changed_rates_make_one_correction_that_names_both(city, sakura):
    approved(city, sakura)
    sheet = nine_babies_and_the_exempt(city, sakura)
    set_rates(sakura, 10)
    assert statuses(city) == [ClaimStatus.APPROVED], "new counts wait for the facility"

    with sakura.open() as clerk:
        confirm(sheet.pk, shown_version=2, by=clerk, at=LATER)

    first, second = versions(city).values()
    assert first.counts_corrected_at is not None
    assert first.terms_changed_at is not None
    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/claims/{second.pk}/").content.decode()
    assert "登録内容（定員・加算率・加算など）の変更、児童数の訂正" in page


# ---------------------------------------------------------------- submitted


def test_a_submitted_claim_is_flagged_and_corrected_after_its_approval(city, sakura):
    claim = sent(sakura)
    set_rates(sakura, 10)
    flagged = versions(city)[1]
    assert flagged.terms_changed_at is not None
    assert flagged.content_hash == claim.content_hash

    approve(city, claim)
    running.run_due()

    assert statuses(city) == [ClaimStatus.APPROVED, ClaimStatus.DRAFT]
    assert versions(city)[2].corrects_id == claim.pk


def test_counts_corrected_and_confirmed_while_submitted_are_corrected_after_the_approval(city, sakura):
    claim = sent(sakura)
    sheet = nine_babies_and_the_exempt(city, sakura)
    with sakura.open() as clerk:
        confirm(sheet.pk, shown_version=2, by=clerk, at=LATER)
    assert statuses(city) == [ClaimStatus.SUBMITTED]

    approve(city, claim)
    running.run_due()

    first, second = versions(city).values()
    assert (first.status, second.status) == (ClaimStatus.APPROVED, ClaimStatus.DRAFT)
    assert (second.corrects_id, second.child_total) == (claim.pk, 13)


def test_an_approval_under_which_nothing_changed_asks_for_no_drafting(city, sakura):
    approved(city, sakura)

    assert not Job.objects.filter(kind="claims.redraft_month").exists()


def test_a_withdrawn_claim_is_computed_anew_and_flagged_no_more(city, sakura):
    claim = sent(sakura)
    set_rates(sakura, 10)

    with sakura.open() as clerk:
        withdraw(claim.pk, by=clerk, at=LATER)

    again = versions(city)[1]
    assert (again.status, again.terms_changed_at) == (ClaimStatus.DRAFT, None)
    assert again.total_yen > claim.total_yen


def test_a_flagged_claim_is_not_approved_among_the_unchanged(city, sakura):
    approved(city, sakura, MAY)
    claim = sent(sakura, JUNE)
    set_rates(sakura, 10)

    with city.open(Role.OFFICER) as officer:
        result = approvals.approve_unchanged([(claim.pk, claim.content_hash)], by=officer, at=LATER)
        found = inbox_queries.inbox(JUNE, duty=Role.OFFICER, user_id=officer.user_id)

    assert result.approved == []
    assert "登録内容が変わった" in found.everything[0].flags
    assert not found.everything[0].is_unchanged


def test_a_draft_is_never_flagged(city, sakura):
    claim = ready_claim(sakura)

    with city.open(), pytest.raises(IntegrityError, match="claim_terms_change"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(terms_changed_at=AT)


# ---------------------------------------------------------------- closed months


def test_a_closed_month_is_flagged_and_corrected_when_it_is_opened_again(city, sakura):
    claim = approved(city, sakura)
    with city.open(Role.CHIEF) as chief:
        closing.close(JUNE, note="", by=chief, at=LATER)

    set_rates(sakura, 10)
    assert statuses(city) == [ClaimStatus.APPROVED]
    assert versions(city)[1].terms_changed_at is not None
    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/claims/{claim.pk}/").content.decode()
    assert "市が月の締めを解除すると" in page
    review = sign_in(city.people[Role.OFFICER]).get(f"/c/review/{claim.pk}/").content.decode()
    assert "締めを解除すると、自動で作られます" in review

    with city.open(Role.CHIEF) as chief:
        closing.reopen(JUNE, reason="加算率の認定のため", by=chief, at=LATER)
    running.run_due()
    assert statuses(city) == [ClaimStatus.APPROVED, ClaimStatus.DRAFT]


# ---------------------------------------------------------------- a correction of its own, and its facts


def test_facts_that_are_being_corrected_are_no_change_of_terms(city, sakura):
    claim = approved(city, sakura)
    with sakura.open() as clerk:
        open_correction(claim.pk, reason="閉所は2日でした。", by=clerk, at=LATER)
        facts.save(sakura.facility, JUNE, {"saturday_closures": 2}, shown_version=1, by=clerk, at=LATER)

    assert versions(city)[1].terms_changed_at is None
    set_rates(sakura, 10)
    assert versions(city)[1].terms_changed_at is not None
    with sakura.open() as clerk, pytest.raises(NotAllowed, match="登録内容が変わっている"):
        drop_correction(versions(city)[2].pk, by=clerk, at=LATER)


def test_giving_a_correction_up_gives_the_facts_back(city, sakura):
    claim = approved(city, sakura)
    with sakura.open() as clerk:
        opened = open_correction(claim.pk, reason="閉所は2日でした。", by=clerk, at=LATER)
        facts.save(sakura.facility, JUNE, {"saturday_closures": 2}, shown_version=1, by=clerk, at=LATER)
        review = sign_in(city.people[Role.OFFICER]).get(f"/c/review/{claim.pk}/").content.decode()
        assert "土曜日の閉所日数 1日" in review, "what the approved claim was computed with"
        drop_correction(opened.pk, by=clerk, at=LATER)

    with sakura.open():
        saved = MonthlyFacts.objects.get()
    assert (saved.saturday_closures, saved.version) == (1, 3)
    assert events_of(city, "facts.saved")[-1].detail["saturday_closures"] == 1
    assert statuses(city) == [ClaimStatus.APPROVED, ClaimStatus.SUPERSEDED]
    set_rates(sakura, 9)
    assert statuses(city) == [ClaimStatus.APPROVED, ClaimStatus.SUPERSEDED], "nothing is left to correct"


def test_a_correction_is_not_given_up_in_a_closed_month(city, sakura):
    claim = approved(city, sakura)
    with sakura.open() as clerk:
        opened = open_correction(claim.pk, reason="閉所は2日でした。", by=clerk, at=LATER)
    with city.open(Role.CHIEF) as chief:
        closing.close(JUNE, note="翌月に回します。", by=chief, at=LATER)

    with sakura.open() as clerk, pytest.raises(NotAllowed, match="締められている"):
        drop_correction(opened.pk, by=clerk, at=LATER)


def test_the_facts_of_a_sent_claim_never_change(city, sakura):
    claim = sent(sakura)

    with city.open(), pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(facts={"saturday_closures": 4})


# ---------------------------------------------------------------- pages and paper


def told(claim):
    """What forms know of the claim itself."""
    return values(claim.pk, frozenset({"claim"}))["claim"]


def test_provisional_rates_are_named_to_the_facility_to_the_city_and_on_paper(city, sakura):
    set_rates(sakura, 9, provisional=True)
    claim = approved(city, sakura)
    clerk, officer = sign_in(sakura.clerk), sign_in(city.people[Role.OFFICER])
    pages = (f"/f/{sakura.facility.number}/claims/{claim.pk}/", f"/c/review/{claim.pk}/")

    assert "加算率は仮" in clerk.get(pages[0]).content.decode()
    assert "認定されるまでの仮の率です（区分1 9%・区分2 6%）" in clerk.get(pages[0]).content.decode()
    assert "加算率は仮" in officer.get(pages[1]).content.decode()
    with city.open():
        assert told(claim)["rate_words"] == "区分1 9%・区分2 6%（加算率は仮）"

    set_rates(sakura, 9)

    assert "加算率は仮" not in clerk.get(pages[0]).content.decode()
    assert "加算率は仮" not in officer.get(pages[1]).content.decode()
    with city.open():
        assert told(claim)["rate_words"] == "区分1 9%・区分2 6%"


def test_paper_and_review_name_the_rates_the_claim_was_computed_with(city, sakura):
    claim = approved(city, sakura)
    set_rates(sakura, 10, capacity=120)

    with city.open():
        paper = told(claim)
        assert FacilityProfile.objects.get(facility=sakura.facility).base_percent == 10
    assert (paper["base_percent"], paper["wage_percent"], paper["capacity_23"]) == (9, 6, 90)
    review = sign_in(city.people[Role.OFFICER]).get(f"/c/review/{claim.pk}/").content.decode()
    assert "区分1 9%・区分2 6%" in review


def test_everybody_sees_what_has_changed_and_why(city, sakura):
    claim = approved(city, sakura)
    set_rates(sakura, 10)
    clerk, officer = sign_in(sakura.clerk), sign_in(city.people[Role.OFFICER])
    own = f"/f/{sakura.facility.number}"
    correction = versions(city)[2]

    page = clerk.get(f"{own}/claims/{claim.pk}/").content.decode()
    assert "登録内容（定員・加算率・加算など）が変わりました" in page
    assert "訂正を開く" in page
    new = clerk.get(f"{own}/claims/{correction.pk}/").content.decode()
    assert "訂正の理由：登録内容（定員・加算率・加算など）の変更" in new
    assert "訂正を取りやめる" not in new
    assert "登録内容の変更" in clerk.get(f"{own}/claims/").content.decode()
    review = officer.get(f"/c/review/{claim.pk}/").content.decode()
    assert "登録内容（定員・加算率・加算など）が変わっています" in review
    assert "過誤調整（第2版・下書き）ができています" in review
    home = officer.get("/c/").content.decode()
    assert "承認のあとに変わった請求" in home
    assert "1件" in home
    enrolment = sign_in(city.people[Role.ENROLMENT]).get("/c/").content.decode()
    assert "承認のあとに変わった請求" not in enrolment, "no business with money"
    with sakura.open() as person:
        submit(correction.pk, shown_hash=correction.content_hash, declared=True, by=person, at=LATER)
    assert (
        "訂正の理由：登録内容（定員・加算率・加算など）の変更"
        in officer.get(f"/c/review/{correction.pk}/").content.decode()
    )
