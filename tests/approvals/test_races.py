"""Many press at once: real threads, real connections. Every order ends in one of the allowed states."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from approvals.models import Decision, Verdict
from approvals.operations import claims as operations
from claims.models import Claim
from claims.states import ClaimStatus
from facilities.actors import Actor, Role
from facilities.rules import NotAllowed
from tests.approvals.test_four_eyes import another, approve_as, at_once
from tests.approvals.test_inbox import approve, play
from tests.cast import JUNE, MAY, City, make_city, make_facility, sign_in
from tests.documents.test_claim_form import NURSERY_ITEMS, submitted_claim
from tests.record import events_of

pytestmark = pytest.mark.django_db(transaction=True)


def decisions_of(city: City) -> list[Decision]:
    with city.open():
        return list(Decision.objects.order_by("claim", "step"))


def status_of(city: City, claim: Claim) -> str:
    with city.open():
        return str(Claim.objects.get(pk=claim.pk).status)


def deciding(city: City, claim: Claim, person: Actor, reason: str = "") -> Callable[[], Claim]:
    """Approve as this person; with a reason, return."""

    def decide() -> Claim:
        with city.open():
            shown = {"shown_hash": claim.content_hash, "by": person, "at": timezone.now()}
            if reason:
                return operations.return_to_facility(claim.pk, reason=reason, **shown)
            return operations.approve(claim.pk, **shown)

    return decide


def test_twelve_clicks_of_one_officer_make_one_decision() -> None:
    city = make_city()
    _, claim = submitted_claim(city)
    address = f"/c/review/{claim.pk}/approve/"
    browsers = [sign_in(city.people[Role.OFFICER]) for _ in range(12)]

    answers = at_once(
        [
            lambda browser=browser: browser.post(address, {"shown_hash": claim.content_hash})
            for browser in browsers
        ]
    )

    assert sorted(answer.status_code for answer in answers) == [302] + [422] * 11
    assert len(decisions_of(city)) == 1
    assert [event.outcome for event in events_of(city, "approvals.decided")].count("done") == 1


def test_chief_and_manager_at_once_approve_once() -> None:
    city = make_city()
    _, claim = submitted_claim(city)
    approve_as(city, Role.OFFICER, claim)

    answers = at_once([deciding(city, claim, city.actor(role)) for role in (Role.CHIEF, Role.MANAGER)])

    assert sorted(type(answer) is NotAllowed for answer in answers) == [False, True]
    assert len(decisions_of(city)) == 2
    assert status_of(city, claim) == ClaimStatus.APPROVED
    assert len(events_of(city, "claims.approved")) == 1


def test_of_approving_and_returning_at_once_one_happens() -> None:
    city = make_city()
    _, claim = submitted_claim(city)
    colleague = another(city, Role.OFFICER, "officer-2")

    at_once(
        [
            deciding(city, claim, city.actor(Role.OFFICER)),
            deciding(city, claim, colleague, reason="土曜日の閉所日数を確認してください。"),
        ]
    )

    (made,) = decisions_of(city)
    returned = status_of(city, claim) == ClaimStatus.RETURNED
    assert returned == (made.verdict == Verdict.RETURNED)


def test_two_lists_in_opposite_order_at_once_do_not_wait_for_each_other() -> None:
    city = make_city()
    claims = []
    for place in range(4):
        garden = make_facility(city, f"園{place}", number=f"129990000092{place}", items=NURSERY_ITEMS)
        approve(city, play(garden, MAY))
        claims.append(play(garden, JUNE))
    choices = [(claim.pk, claim.content_hash) for claim in claims]
    people = [city.actor(Role.OFFICER), another(city, Role.OFFICER, "officer-2")]

    def together(person: Actor, listed: list) -> operations.BulkResult:
        with city.open():
            return operations.approve_unchanged(listed, by=person, at=timezone.now())

    results = at_once(
        [lambda: together(people[0], choices), lambda: together(people[1], list(reversed(choices)))]
    )

    assert len(results) == 2
    assert sorted(claim_id for result in results for claim_id in result.approved) == sorted(
        claim.pk for claim in claims
    )
