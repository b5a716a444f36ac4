"""Two people decide on what they were shown: the operations, the database behind them, and two at once."""

import threading
from email import message_from_bytes, policy
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from approvals import permissions
from approvals.models import Decision, Step, Verdict
from approvals.operations import claims as operations
from approvals.permissions import UnderReview
from audit.models import Event
from claims.models import Claim
from claims.operations import submitting
from claims.states import ClaimStatus
from facilities.actors import Role, actor_for
from facilities.models import Membership
from facilities.operations.accounts import change_role
from facilities.rules import NotAllowed, ProblemsFound
from jobs import running
from jobs.models import Job
from tests.cast import make_city, make_user, sign_in
from tests.documents.test_claim_form import submitted_claim


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture
def sakura(city):
    garden, claim = submitted_claim(city)
    return city, garden, claim


def approve_as(city, role, claim, shown_hash=None):
    with city.open(role) as person:
        return operations.approve(
            claim.pk, shown_hash=shown_hash or claim.content_hash, by=person, at=timezone.now()
        )


def another(city, role, login_id):
    """A second person of a role."""
    from facilities.scope import scope

    user = make_user(login_id, realm=city.municipality)
    with scope(city.municipality.pk, None):
        Membership.objects.create(municipality=city.municipality, user=user, duty=role)
    return actor_for(user_id=user.pk, login_id=login_id, duty=role, municipality_id=city.municipality.pk)


def test_two_people_approve_and_the_facility_is_told(sakura):
    city, _, claim = sakura
    mails = Job.objects.count()

    first = approve_as(city, Role.OFFICER, claim)
    assert first.status == ClaimStatus.SUBMITTED
    second = approve_as(city, Role.CHIEF, claim)

    assert second.status == ClaimStatus.APPROVED
    assert second.approved_by == city.people[Role.CHIEF].pk
    assert Job.objects.count() == mails + 1
    with city.open(Role.AUDITOR):
        names = set(Event.objects.values_list("event", flat=True))
    assert {"approvals.decided", "claims.first_decided", "claims.approved"} <= names


def test_a_claim_to_another_municipality_is_not_decided_here(sakura):
    city, _, claim = sakura
    claim.outside = True

    with pytest.raises(NotAllowed, match="管外の請求は、この市では審査しません"):
        permissions.decide(city.actor(Role.OFFICER), UnderReview(claim, ()))


def test_a_return_is_mailed_to_the_facility_without_its_reason(sakura, mail_folder):
    city, garden, claim = sakura
    with city.open(Role.OFFICER) as person:
        operations.return_to_facility(
            claim.pk, shown_hash=claim.content_hash, reason="土曜の日数", by=person, at=timezone.now()
        )
    running.run_due()

    letters = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in mail_folder.iterdir()]
    (letter,) = [letter for letter in letters if "差し戻されました" in letter["Subject"]]
    assert letter["To"] == garden.clerk.address
    assert "修正版" in letter.get_content()
    assert f"/f/{garden.facility.number}/claims/{claim.pk}/" in letter.get_content()
    assert garden.facility.name in letter.get_content()
    assert "土曜の日数" not in letter.get_content()
    assert str(claim.total_yen) not in letter.get_content().replace(",", "")


def test_the_manager_may_take_the_second_step(sakura):
    city, _, claim = sakura
    approve_as(city, Role.OFFICER, claim)

    assert approve_as(city, Role.MANAGER, claim).status == ClaimStatus.APPROVED


@pytest.mark.parametrize("role", [Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR, Role.ENROLMENT, Role.AUDITOR])
def test_the_first_step_belongs_to_the_officer(sakura, role):
    city, _, claim = sakura

    with pytest.raises(NotAllowed):
        approve_as(city, role, claim)

    with city.open():
        assert not Decision.objects.exists()


def test_an_officer_cannot_take_the_second_step_nor_decide_twice(sakura):
    city, _, claim = sakura
    approve_as(city, Role.OFFICER, claim)

    with pytest.raises(NotAllowed, match="1人で2回"):
        approve_as(city, Role.OFFICER, claim)
    colleague = another(city, Role.OFFICER, "officer-2")
    with city.open(), pytest.raises(NotAllowed, match="二次審査"):
        operations.approve(claim.pk, shown_hash=claim.content_hash, by=colleague, at=timezone.now())


def test_an_officer_who_became_chief_does_not_take_the_second_step_of_her_own_claim(sakura):
    city, _, claim = sakura
    approve_as(city, Role.OFFICER, claim)
    officer = city.people[Role.OFFICER]
    with city.open() as administrator:
        mine = Membership.objects.get(user=officer)
        change_role(mine.pk, Role.CHIEF, by=administrator, at=timezone.now())
    promoted = actor_for(
        user_id=officer.pk,
        login_id=officer.login_id,
        duty=Role.CHIEF,
        municipality_id=city.municipality.pk,
    )

    with city.open(), pytest.raises(NotAllowed, match="1人で2回"):
        operations.approve(claim.pk, shown_hash=claim.content_hash, by=promoted, at=timezone.now())


def test_the_database_itself_wants_four_eyes(sakura):
    city, _, claim = sakura
    approve_as(city, Role.OFFICER, claim)
    with city.open():
        made = Decision.objects.get()
        again = {
            "municipality_id": made.municipality_id,
            "facility_id": made.facility_id,
            "claim": claim,
            "verdict": Verdict.APPROVED,
            "content_hash": claim.content_hash,
            "decided_at": timezone.now(),
            "decided_by_role": "chief",
        }

        with pytest.raises(IntegrityError, match="four_eyes_on_every_claim"), transaction.atomic():
            Decision.objects.create(**again, step=Step.SECOND, decided_by=made.decided_by)
        with pytest.raises(IntegrityError, match="each_step_is_decided_once"), transaction.atomic():
            Decision.objects.create(**again, step=Step.FIRST, decided_by=uuid4())
        with pytest.raises(IntegrityError, match="return_has_a_reason"), transaction.atomic():
            Decision.objects.create(
                **{**again, "verdict": Verdict.RETURNED}, step=Step.SECOND, decided_by=uuid4()
            )


def test_what_was_not_shown_is_not_approved(sakura):
    city, _, claim = sakura

    with pytest.raises(NotAllowed, match="内容が変わりました"):
        approve_as(city, Role.OFFICER, claim, shown_hash="0" * 64)


def test_a_refused_decision_stays_on_record(sakura):
    city, _, claim = sakura
    # As a page does: the refusal is caught inside the scope, whose transaction then keeps its record.
    with city.open(Role.CHIEF) as chief, pytest.raises(NotAllowed):
        operations.approve(claim.pk, shown_hash=claim.content_hash, by=chief, at=timezone.now())

    with city.open(Role.AUDITOR):
        refused = Event.objects.get(event="approvals.decided")

    assert refused.outcome == "refused"
    assert "一次審査" in refused.detail["refused"]


def test_a_return_needs_a_reason_and_reaches_the_facility(sakura):
    city, garden, claim = sakura
    with city.open(Role.OFFICER) as officer:
        with pytest.raises(ProblemsFound, match="理由"):
            operations.return_to_facility(
                claim.pk, shown_hash=claim.content_hash, reason="  ", by=officer, at=timezone.now()
            )
        operations.return_to_facility(
            claim.pk, shown_hash=claim.content_hash, reason="日数が違います。", by=officer, at=timezone.now()
        )

    with garden.open():
        returned = Claim.objects.get()
    assert (returned.status, returned.return_reason) == (ClaimStatus.RETURNED, "日数が違います。")
    page = sign_in(garden.clerk).get(f"/f/{garden.facility.number}/claims/{claim.pk}/").content.decode()
    assert "日数が違います。" in page


def test_after_the_first_decision_the_facility_cannot_withdraw(sakura):
    city, garden, claim = sakura
    approve_as(city, Role.OFFICER, claim)

    with garden.open() as clerk, pytest.raises(NotAllowed):
        submitting.withdraw(claim.pk, by=clerk, at=timezone.now())


def test_a_draft_is_not_decided(sakura):
    city, garden, claim = sakura
    with garden.open() as clerk:
        submitting.withdraw(claim.pk, by=clerk, at=timezone.now())

    with pytest.raises(NotAllowed, match="下書き"):
        approve_as(city, Role.OFFICER, claim)


def at_once(acts):
    """Run the acts in threads that start together; what each answered or raised."""
    gate = threading.Barrier(len(acts))
    answers = []

    def run(act):
        gate.wait()
        try:
            answers.append(act())
        except NotAllowed as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_make_one_decision():
    city = make_city()
    _, claim = submitted_claim(city)
    people = [city.actor(Role.OFFICER)] + [another(city, Role.OFFICER, f"officer-{n}") for n in range(2, 7)]

    def decide(person):
        with city.open():
            return operations.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=timezone.now())

    answers = at_once([lambda person=person: decide(person) for person in people])

    assert sum(isinstance(answer, Claim) for answer in answers) == 1
    with city.open():
        assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_withdrawing_and_deciding_at_once_never_both_happen():
    city = make_city()
    garden, claim = submitted_claim(city)

    def decide():
        with city.open(Role.OFFICER) as officer:
            return operations.approve(claim.pk, shown_hash=claim.content_hash, by=officer, at=timezone.now())

    def withdraw():
        with garden.open() as clerk:
            return submitting.withdraw(claim.pk, by=clerk, at=timezone.now())

    answers = at_once([decide, withdraw])

    with city.open():
        now = Claim.objects.get(pk=claim.pk)
        decided = Decision.objects.exists()
    assert sum(isinstance(answer, Claim) for answer in answers) == 1
    assert decided == (now.status == ClaimStatus.SUBMITTED)
