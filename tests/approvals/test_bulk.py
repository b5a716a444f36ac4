"""Approving together: what is unchanged goes through, everything else is left with a reason; nothing is believed."""

from uuid import uuid4

import pytest
from django.utils import timezone

from approvals.models import Decision
from approvals.operations import claims as operations
from claims.models import Claim
from claims.states import ClaimStatus
from facilities.actors import Role
from tests.approvals.test_inbox import approve, play
from tests.cast import JUNE, MAY, NURSERY_CELLS, City, Nursery, make_city, make_facility, sign_in
from tests.documents.test_claim_form import NURSERY_ITEMS
from tests.record import events_of

TOGETHER = "/c/review/together/approve/"
ONE_MORE = (("3", "0", "standard", 9), *NURSERY_CELLS[1:])


def garden_in(city: City, name: str, number: str) -> Nursery:
    """A nursery whose May is approved."""
    garden = make_facility(city, name, number=number, items=NURSERY_ITEMS)
    approve(city, play(garden, MAY))
    return garden


def together(city: City, claims: list[Claim], role: Role = Role.OFFICER) -> operations.BulkResult:
    choices = [(claim.pk, claim.content_hash) for claim in claims]
    with city.open(role) as person:
        return operations.approve_unchanged(choices, by=person, at=timezone.now())


def decisions_on(city: City, claim: Claim) -> int:
    with city.open():
        return Decision.objects.filter(claim=claim).count()


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Claim:
    """June as May was, submitted."""
    return play(garden_in(city, "さくら保育園", "1299900000901"), JUNE)


def test_each_claim_of_the_list_is_judged_for_itself(city: City, sakura: Claim) -> None:
    changed = play(garden_in(city, "すみれ保育園", "1299900000902"), JUNE, ONE_MORE)
    decided = play(garden_in(city, "つばき保育園", "1299900000903"), JUNE)
    approve(city, decided, Role.OFFICER)
    first_ever = play(make_facility(city, "はじめ保育園", number="1299900000904", items=NURSERY_ITEMS), JUNE)

    result = together(city, [changed, decided, sakura, first_ever])

    assert result.approved == [sakura.pk]
    assert result.refused == {
        changed.pk: operations.HAS_CHANGED,
        decided.pk: "同じ請求を1人で2回決定することはできません。別の人が審査してください。",
        first_ever.pk: operations.HAS_CHANGED,
    }


def test_another_citys_claim_and_an_invented_id_are_not_there(city: City, sakura: Claim) -> None:
    elsewhere = make_city("129998", "緑野市")
    theirs = play(garden_in(elsewhere, "となり保育園", "1299800000901"), JUNE)
    invented = Claim(pk=uuid4(), content_hash=sakura.content_hash)

    result = together(city, [theirs, invented])

    assert result.approved == []
    assert set(result.refused.values()) == {operations.NOT_THERE}
    assert decisions_on(elsewhere, theirs) == 0


def test_what_was_not_shown_is_left_out(city: City, sakura: Claim) -> None:
    sakura.content_hash = "0" * 64

    result = together(city, [sakura])

    assert result.refused == {sakura.pk: operations.NOT_AS_SHOWN}


def test_a_claim_whose_counts_were_corrected_is_left_out(city: City, sakura: Claim) -> None:
    with city.open():
        Claim.objects.filter(pk=sakura.pk).update(counts_corrected_at=timezone.now())

    result = together(city, [sakura])

    assert result.refused == {sakura.pk: operations.HAS_CHANGED}


def test_a_claim_named_twice_is_decided_once(city: City, sakura: Claim) -> None:
    result = together(city, [sakura, sakura])

    assert (result.approved, result.refused) == ([sakura.pk], {})
    assert decisions_on(city, sakura) == 1


@pytest.mark.parametrize("role", [Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR, Role.ENROLMENT])
def test_together_asks_for_the_same_role_as_one_by_one(city: City, sakura: Claim, role: Role) -> None:
    result = together(city, [sakura], role)

    assert result.approved == []
    assert decisions_on(city, sakura) == 0


def test_officer_then_chief_together_approve_for_good(city: City, sakura: Claim) -> None:
    together(city, [sakura])

    result = together(city, [sakura], Role.CHIEF)

    assert result.approved == [sakura.pk]
    with city.open():
        assert Claim.objects.get(pk=sakura.pk).status == ClaimStatus.APPROVED
        assert all(decision.in_bulk for decision in Decision.objects.filter(claim=sakura))


def test_the_record_says_what_was_approved_and_what_was_not(city: City, sakura: Claim) -> None:
    changed = play(garden_in(city, "すみれ保育園", "1299900000902"), JUNE, ONE_MORE)

    together(city, [changed, sakura])

    event = events_of(city, "approvals.bulk_decided")[-1]
    assert event.rows == {"claim": [str(sakura.pk)]}
    assert event.detail["refused"] == {str(changed.pk): operations.HAS_CHANGED}


def test_a_forged_form_approves_nothing_and_says_so(city: City, sakura: Claim) -> None:
    browser = sign_in(city.people[Role.OFFICER])
    forged = [f"{uuid4()}:{sakura.content_hash}", "not-an-id:x", "", f"{sakura.pk}:{'0' * 64}"]

    page = browser.post(TOGETHER, {"choice": forged, "month": "2026-06"}, follow=True).content.decode()

    assert "件を承認しました" not in page
    assert operations.NOT_THERE in page
    assert operations.NOT_AS_SHOWN in page
    assert decisions_on(city, sakura) == 0
