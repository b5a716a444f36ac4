"""Nobody approves around the four eyes by SQL or ``update()``: the way back is closed, what is sealed is compared."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.operations.people import disable, enable
from applications.models import ApplicationVersion, EvidenceFile, ItemPack
from applications.operations import cases, evidence
from applications.operations.review import NOT_AS_SENT
from applications.states import VERSION_TRANSITIONS, VersionStatus
from approvals.operations import items as operations
from facilities.actors import Role
from facilities.models import GrantedItem
from facilities.rules import NotAllowed, ProblemsFound
from tests.applications.stage import AT, approve, decide, release_pack, save, send_back, submit
from tests.approvals.test_four_eyes import another, at_once
from tests.approvals.test_item_decisions import TYPED, approve_by, decision_of, delegate, status_of
from tests.cast import City, Nursery, make_city, make_facility
from tests.documents.pdfs import pdf


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


@pytest.fixture
def sent(sakura: Nursery, pack: ItemPack) -> ApplicationVersion:
    return submit(sakura, save(sakura, pack, **TYPED))


def set_to(version: ApplicationVersion, **values: str) -> None:
    """Columns set to SQL expressions, as somebody would with the application's own account."""
    columns = ", ".join(f"{name} = {value}" for name, value in values.items())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE applications_applicationversion SET {columns} WHERE id = %s", [version.pk])


AS_DRAFT = {
    "status": "'draft'",
    "submitted_at": "NULL",
    "submitted_by": "NULL",
    "first_decided_at": "NULL",
    "decided_at": "NULL",
    "decided_by": "NULL",
    "options": "'{\"extra_staff\": 2}'",
}


def test_what_one_person_approved_is_not_changed_before_the_second(city, sakura, sent):
    decide(city, sent, Role.OFFICER)
    with sakura.open():
        with pytest.raises(IntegrityError, match="not forgotten"):
            set_to(sent, **AS_DRAFT)
        with pytest.raises(IntegrityError, match="not taken back"):
            set_to(sent, **{key: value for key, value in AS_DRAFT.items() if key != "first_decided_at"})

    decide(city, sent, Role.CHIEF)
    with city.open():
        assert list(GrantedItem.objects.values_list("options", flat=True)) == [{"extra_staff": 1}]


def test_a_decision_alone_closes_the_way_back(city, sakura, sent):
    """Also where somebody has written the decision and not the day of it."""
    with city.open():
        decision_of(sent).save()
        with pytest.raises(IntegrityError, match="not taken back"):
            set_to(sent, **AS_DRAFT)


def test_statuses_follow_each_other_in_the_database_as_in_the_operations(city, sakura, pack, sent):
    approve(city, sent)
    change = submit(sakura, save(sakura, pack, **TYPED))
    send_back(city, change)
    draft = save(sakura, pack, "team_childcare_report", from_month=None, spent_yen="1")
    rows = {sent: VersionStatus.APPROVED, change: VersionStatus.RETURNED, draft: VersionStatus.DRAFT}
    with city.open():
        for version, status in rows.items():
            never = set(VersionStatus) - VERSION_TRANSITIONS[status] - {status}
            for other in never:
                with pytest.raises(IntegrityError, match=f"does not go from {status} to {other}|four eyes"):
                    set_to(version, status=f"'{other}'")


def test_a_facility_returns_nothing_to_itself(sakura, sent):
    with sakura.open(), pytest.raises(IntegrityError, match="returned by a decision"):
        set_to(
            sent,
            status="'returned'",
            decided_at="now()",
            decided_by="gen_random_uuid()",
            return_reason="'x'",
        )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"step": 1, "role": "chief"}, "the role its route names"),
        ({"step": 2, "role": "chief"}, "follows the one before it"),
    ],
)
def test_the_database_knows_the_steps(city, sent, values, words):
    with city.open(), pytest.raises(IntegrityError, match=words), transaction.atomic():
        decision_of(sent, **values).save()


def test_the_route_stays_the_one_that_was_begun(city, sent):
    with city.open():
        decision_of(sent, route=["officer", "chief", "manager"]).save()
        with pytest.raises(IntegrityError, match="along the same route"), transaction.atomic():
            decision_of(sent, step=2, role="chief").save()


def _other_value(version: ApplicationVersion) -> None:
    content = version.content
    content["sent"]["extra_staff"]["value"] = 2
    version.content = content
    ApplicationVersion.objects.filter(pk=version.pk).update(content_sealed=version.content_sealed)


def _taken_back_and_sent_with(**values: str) -> Callable[[ApplicationVersion], None]:
    """Before anybody has decided: what pricing takes says something else than what is shown."""

    def change(version: ApplicationVersion) -> None:
        set_to(version, **{**AS_DRAFT, **values})
        set_to(
            version,
            status="'submitted'",
            submitted_at="now()",
            submitted_by=f"'{version.submitted_by}'",
        )

    return change


@pytest.mark.parametrize(
    "tamper",
    [
        _other_value,
        _taken_back_and_sent_with(),
        _taken_back_and_sent_with(options="'{\"extra_staff\": 1}'", amount_yen="1"),
    ],
    ids=["value", "options", "amount"],
)
def test_what_is_sealed_is_what_is_approved(city, sakura, sent, tamper: Any):
    with sakura.open():
        tamper(ApplicationVersion.objects.get(pk=sent.pk))

    with pytest.raises(NotAllowed, match=NOT_AS_SENT):
        decide(city, sent, Role.OFFICER)


def test_it_is_compared_once_more_with_the_last_step(city, sakura, sent):
    decide(city, sent, Role.OFFICER)
    with sakura.open():
        _other_value(ApplicationVersion.objects.get(pk=sent.pk))

    with pytest.raises(NotAllowed, match=NOT_AS_SENT):
        decide(city, sent, Role.CHIEF)
    assert status_of(city, sent) == VersionStatus.SUBMITTED


def test_what_says_no_is_compared_too(city, sakura, pack):
    no = submit(sakura, save(sakura, pack, wanted=False, from_month=None, **TYPED))

    assert approve(city, no).status == VersionStatus.APPROVED


@pytest.mark.django_db(transaction=True)
def test_of_two_approving_one_returning_and_one_taking_back_at_once_one_happens():
    city = make_city()
    sakura = make_facility(city)
    sent = submit(sakura, save(sakura, release_pack(city), **TYPED))
    colleague = another(city, Role.OFFICER, "officer-2")

    def withdraw() -> object:
        with sakura.open() as clerk:
            return cases.withdraw(sent.pk, by=clerk, at=AT)

    def decided(reason: str = "", person: Any = None) -> Callable[[], object]:
        def act() -> object:
            shown = {"shown_hash": sent.content_hash, "by": person or city.actor(Role.OFFICER), "at": AT}
            with city.open():
                if reason:
                    return operations.return_to_facility(sent.pk, reason=reason, **shown)
                return operations.approve(sent.pk, **shown)

        return act

    answers = at_once(
        [decided(), decided(person=colleague), decided("確かめてください", colleague), withdraw]
    )

    assert sorted(type(answer) is NotAllowed for answer in answers) == [False, True, True, True]


def test_whose_account_was_stopped_lets_nobody_decide_in_their_place(city, sent):
    colleague = another(city, Role.OFFICER, "officer-2")
    delegate(city, Role.CHIEF, colleague)
    decide(city, sent, Role.OFFICER)
    disable(city.people[Role.CHIEF])

    with pytest.raises(NotAllowed, match="係長"):
        approve_by(city, colleague, sent)
    enable(city.people[Role.CHIEF])
    assert approve_by(city, colleague, sent).status == VersionStatus.APPROVED


@pytest.mark.parametrize("more", [{}, {"remarks": {"extra_staff": "見本太郎くんの分を除いてください"}}])
def test_no_reason_names_a_child(city, sent, more):
    reason = "人数を確かめてください" if more else "園児名：見本太郎 を除いてください"
    with pytest.raises(ProblemsFound, match="氏名"):
        send_back(city, sent, reason, **more)


def test_another_file_is_not_what_was_shown(city, sakura, pack):
    """Taken back, given another file and sent again with the same values, while the reviewer's page lies open."""
    draft = save(sakura, pack, **TYPED)

    def send_with(words: bytes) -> ApplicationVersion:
        with sakura.open() as clerk:
            evidence.attach(draft.pk, pdf(words), file_name="契約書.pdf", by=clerk, at=AT)
        return submit(sakura, draft)

    shown = send_with(b"one")
    with sakura.open() as clerk:
        cases.withdraw(draft.pk, by=clerk, at=AT)
        evidence.detach(EvidenceFile.objects.get().pk, by=clerk)
    now = send_with(b"two")

    with pytest.raises(NotAllowed, match="内容が変わりました"):
        decide(city, shown, Role.OFFICER)
    assert approve(city, now).status == VersionStatus.APPROVED
