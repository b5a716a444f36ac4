"""The administrator changes what holds for a facility, and its drafts follow by themselves; what was sent stays."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from claims.models import Claim, ClaimLine
from claims.operations.submitting import submit
from facilities.actors import Role
from facilities.models import FacilityProfile, GrantedItem
from facilities.operations.profiles import (
    CertifiedRates,
    ProfileValues,
    certify_rates,
    end_item,
    grant_item,
    set_profile,
    undo_item,
    undo_profile,
)
from jobs import running
from tests.cast import APRIL, JUNE, MAY, City, Nursery, make_city, sign_in
from tests.claims.stage import AT, WE5_ITEMS, current_claim, nursery, ready_claim
from tests.record import events_of

WITHOUT_OFFICE_STAFF = {code: options for code, options in WE5_ITEMS.items() if code != "office_staff"}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city, items=WITHOUT_OFFICE_STAFF)


def grant_office_staff(garden: Nursery) -> GrantedItem:
    with garden.city.open(Role.ADMINISTRATOR) as administrator:
        return grant_item(
            garden.facility.pk, "office_staff", {}, from_month=JUNE, to_month=None, by=administrator, at=AT
        )


def codes_of(garden: Nursery, claim: Claim) -> set[str]:
    with garden.open():
        return set(ClaimLine.objects.filter(claim=claim).values_list("code", flat=True))


def test_a_granted_item_enters_the_draft_by_itself(city: City, sakura: Nursery) -> None:
    before = ready_claim(sakura)

    grant_office_staff(sakura)
    assert current_claim(sakura).content_hash == before.content_hash
    running.run_due()

    after = current_claim(sakura)
    assert codes_of(sakura, after) >= {"office_staff"}
    assert after.total_yen > before.total_yen
    assert (after.pk, after.version) == (before.pk, before.version)
    assert events_of(city, "claims.drafted")[-1].actor_label == "自動処理"


def test_an_item_that_ended_leaves_the_draft(sakura: Nursery) -> None:
    granted = grant_office_staff(sakura)
    assert "office_staff" in codes_of(sakura, ready_claim(sakura))

    with sakura.city.open(Role.ADMINISTRATOR) as administrator:
        end_item(granted.pk, last_month=MAY, by=administrator, at=AT)
    running.run_due()

    assert "office_staff" not in codes_of(sakura, current_claim(sakura))


def test_rates_certified_back_to_april_enter_the_draft_of_a_later_profile(sakura: Nursery) -> None:
    before = ready_claim(sakura)
    with sakura.city.open(Role.ADMINISTRATOR) as administrator:
        set_profile(
            sakura.facility.pk,
            ProfileValues(90, None, 90, 10, 9, 6, rates_are_provisional=True),
            from_month=JUNE,
            by=administrator,
            at=AT,
        )
        certify_rates(sakura.facility.pk, CertifiedRates(12, 7), from_month=APRIL, by=administrator, at=AT)
    running.run_due()

    assert current_claim(sakura).total_yen > before.total_yen


def test_a_profile_before_a_later_one_enters_the_draft_of_its_months(sakura: Nursery) -> None:
    before = ready_claim(sakura)
    values = ProfileValues(90, None, 90, 10, 9, 6)
    with sakura.city.open(Role.ADMINISTRATOR) as administrator:
        set_profile(sakura.facility.pk, values, from_month=JUNE.plus(10), by=administrator, at=AT)
        set_profile(
            sakura.facility.pk,
            replace(values, approved_capacity=120, capacity_23=120),
            from_month=JUNE,
            by=administrator,
            at=AT,
        )
    running.run_due()

    assert current_claim(sakura).content_hash != before.content_hash


def test_what_is_taken_back_leaves_the_draft(sakura: Nursery) -> None:
    """Counts of a month may be confirmed, and its draft made, before the month begins."""
    before = ready_claim(sakura)
    granted = grant_office_staff(sakura)
    before_june = datetime(2026, 5, 31, 12, 0, tzinfo=UTC)
    with sakura.city.open(Role.ADMINISTRATOR) as administrator:
        set_profile(
            sakura.facility.pk,
            ProfileValues(120, None, 120, 10, 9, 6),
            from_month=JUNE,
            by=administrator,
            at=AT,
        )
    running.run_due()
    assert current_claim(sakura).content_hash != before.content_hash

    with sakura.city.open(Role.ADMINISTRATOR) as administrator:
        profile = FacilityProfile.objects.get(from_month=JUNE.first_day)
        undo_profile(profile.pk, by=administrator, at=before_june)
        undo_item(granted.pk, by=administrator, at=before_june)
    running.run_due()

    assert current_claim(sakura).content_hash == before.content_hash


def test_a_submitted_claim_and_a_neighbour_are_not_touched(sakura: Nursery, city: City) -> None:
    sent = ready_claim(sakura)
    with sakura.open() as clerk:
        submit(sent.pk, shown_hash=sent.content_hash, declared=True, by=clerk, at=AT)
    sumire = nursery(city, number="1299900000902", items=WITHOUT_OFFICE_STAFF)
    neighbour = ready_claim(sumire)

    grant_office_staff(sakura)
    running.run_due()

    assert current_claim(sakura).content_hash == sent.content_hash
    assert current_claim(sumire).content_hash == neighbour.content_hash


def test_a_change_without_confirmed_counts_waits_for_the_confirmation(sakura: Nursery) -> None:
    grant_office_staff(sakura)
    running.run_due()

    with sakura.open():
        assert not Claim.objects.exists()
    assert "office_staff" in codes_of(sakura, ready_claim(sakura))


def test_what_was_sent_is_not_said_to_be_computed_again(sakura: Nursery) -> None:
    sent = ready_claim(sakura)
    with sakura.open() as clerk:
        submit(sent.pk, shown_hash=sent.content_hash, declared=True, by=clerk, at=AT)

    answer = sign_in(sakura.clerk).post(
        f"/f/{sakura.facility.number}/claims/{JUNE}/recalculate/", follow=True
    )

    assert answer.status_code == 422
    assert "計算し直していません" in answer.content.decode()
    assert "計算し直しました" not in answer.content.decode()
