"""Applications are decided by two people or more: the operations, the database behind them, delegation with dates."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack
from applications.operations import cases
from applications.states import VersionStatus
from approvals.models import Delegation, ItemDecision, Verdict
from approvals.operations import items as operations
from approvals.operations import routing
from approvals.operations.routing import RouteValues
from facilities.actors import Actor, Role, actor_for
from facilities.models import Membership
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from jobs.models import Job
from tests.applications.stage import AT, approve, decide, release_pack, save, send_back, submit
from tests.approvals.test_four_eyes import another
from tests.cast import City, Nursery, make_city, make_facility
from tests.record import events_of

TYPED = {"extra_staff": "1", "monthly_yen": "100000"}
DEAR = {"extra_staff": "1", "monthly_yen": "412399"}


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


def approve_by(
    city: City, person: Actor, version: ApplicationVersion, at: datetime = AT
) -> ApplicationVersion:
    with city.open(Role.OFFICER):
        return operations.approve(version.pk, shown_hash=version.content_hash, by=person, at=at)


def status_of(city: City, version: ApplicationVersion) -> str:
    with city.open():
        return str(ApplicationVersion.objects.get(pk=version.pk).status)


def test_two_people_approve_a_small_one(city, sent):
    first = decide(city, sent, Role.OFFICER)
    assert first.status == VersionStatus.SUBMITTED

    assert decide(city, sent, Role.CHIEF).status == VersionStatus.APPROVED
    assert [event.detail["role"] for event in events_of(city, "item_review.decided")] == ["officer", "chief"]


def test_from_an_amount_the_manager_decides_too(city, sakura, pack):
    dear = submit(sakura, save(sakura, pack, **DEAR))

    assert decide(city, dear, Role.OFFICER, Role.CHIEF).status == VersionStatus.SUBMITTED
    assert decide(city, dear, Role.MANAGER).status == VersionStatus.APPROVED


@pytest.mark.parametrize("role", [Role.CHIEF, Role.MANAGER, Role.ENROLMENT, Role.ADMINISTRATOR, Role.AUDITOR])
def test_the_first_step_belongs_to_the_officer(city, sent, role):
    with pytest.raises(NotAllowed):
        decide(city, sent, role)

    assert status_of(city, sent) == VersionStatus.SUBMITTED


def test_nobody_decides_twice_and_no_step_is_skipped(city, sent):
    decide(city, sent, Role.OFFICER)

    with pytest.raises(NotAllowed, match="1人で2回"):
        decide(city, sent, Role.OFFICER)
    with pytest.raises(NotAllowed, match="係長"):
        decide(city, sent, Role.MANAGER)


def test_who_changed_roles_meanwhile_does_not_decide_again(city, sent):
    decide(city, sent, Role.OFFICER)
    promoted = replace(city.actor(Role.OFFICER), duty=Role.CHIEF)

    with pytest.raises(NotAllowed, match="1人で2回"):
        approve_by(city, promoted, sent)


def test_what_was_not_shown_is_not_decided(city, sent):
    with city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed, match="内容が変わりました"):
        operations.approve(sent.pk, shown_hash="0" * 64, by=officer, at=AT)


def test_a_return_has_a_reason_and_remarks_at_fields_the_facility_reads(city, sakura, sent):
    mails = Job.objects.count()
    with pytest.raises(ProblemsFound, match="差し戻しの理由"):
        send_back(city, sent, "  ")
    with pytest.raises(ProblemsFound, match="この様式にない欄"):
        send_back(city, sent, "直してください", remarks={"nothing": "?"})

    send_back(city, sent, "直してください", remarks={"extra_staff": "名簿では2人です", "monthly_yen": " "})

    with sakura.open():
        version = ApplicationVersion.objects.get(pk=sent.pk)
        decision = ItemDecision.objects.get(version=sent.pk)
    assert version.return_reason == "直してください\n「加配する職員の数」：名簿では2人です"
    assert decision.remarks == {"extra_staff": "名簿では2人です"}
    assert Job.objects.count() == mails + 1
    assert "名簿では2人です" not in str([event.detail for event in events_of(city)])


def test_the_second_person_returns_what_the_first_has_approved(city, sakura, pack, sent):
    decide(city, sent, Role.OFFICER)
    with city.open(Role.CHIEF) as chief:
        operations.return_to_facility(
            sent.pk, shown_hash=sent.content_hash, reason="確かめてください", by=chief, at=AT
        )

    answer = submit(sakura, save(sakura, pack, extra_staff="1"))

    assert approve(city, answer).status == VersionStatus.APPROVED
    assert status_of(city, sent) == VersionStatus.SUPERSEDED


def test_a_city_sets_its_own_route_and_begun_reviews_keep_theirs(city, sakura, pack, sent):
    decide(city, sent, Role.OFFICER)
    with city.open(Role.ADMINISTRATOR) as administrator:
        routing.set_route(RouteValues(("chief", "manager"), family="price"), by=administrator, at=AT)
    report = submit(
        sakura,
        save(sakura, pack, "team_childcare_report", from_month=None, spent_yen="1200000"),
        at=timezone.make_aware(datetime(2027, 5, 10, 9)),
    )

    assert decide(city, sent, Role.CHIEF).status == VersionStatus.APPROVED
    with pytest.raises(NotAllowed):
        decide(city, report, Role.OFFICER)
    assert decide(city, report, Role.CHIEF, Role.MANAGER).status == VersionStatus.APPROVED


def test_a_route_that_is_shortened_meanwhile_leaves_no_begun_review_behind(city, sakura, pack):
    dear = submit(sakura, save(sakura, pack, **DEAR))
    decide(city, dear, Role.OFFICER, Role.CHIEF)
    with city.open(Role.ADMINISTRATOR) as administrator:
        routing.set_route(RouteValues(("officer", "chief")), by=administrator, at=AT)

    assert decide(city, dear, Role.MANAGER).status == VersionStatus.APPROVED


@pytest.mark.parametrize(
    ("steps", "words"),
    [(("chief",), "2つ以上"), (("chief", "chief"), "同じ役割"), (("officer", "auditor"), "担当・係長・課長")],
)
def test_no_route_of_one_person(city, steps, words):
    with city.open(Role.ADMINISTRATOR) as administrator, pytest.raises(ProblemsFound, match=words):
        routing.set_route(RouteValues(steps), by=administrator, at=AT)


def test_only_administrators_set_routes(city):
    with city.open(Role.MANAGER) as manager, pytest.raises(NotAllowed):
        routing.set_route(RouteValues(("officer", "chief")), by=manager, at=AT)


# ---------------------------------------------------------------- in somebody else's place


def delegate(
    city: City, from_role: Role, to: Actor, *, days: tuple[int, int] = (0, 3), by: Role | None = None
) -> Delegation:
    today = timezone.localdate(AT)
    with city.open(by or from_role) as person:
        return routing.delegate(
            city.people[from_role].pk,
            to_user=to.user_id,
            role=from_role.value,
            from_day=today + timedelta(days=days[0]),
            to_day=today + timedelta(days=days[1]),
            reason="夏季休暇",
            by=person,
            at=AT,
        )


def test_the_delegate_decides_in_the_chiefs_place_and_the_record_says_so(city, sent):
    colleague = another(city, Role.OFFICER, "officer-2")
    delegate(city, Role.CHIEF, colleague)
    decide(city, sent, Role.OFFICER)

    assert approve_by(city, colleague, sent).status == VersionStatus.APPROVED
    with city.open():
        made = ItemDecision.objects.get(version=sent.pk, step=2)
    assert (made.on_behalf_of, made.decided_by) == (city.people[Role.CHIEF].pk, colleague.user_id)
    assert events_of(city, "item_review.decided")[-1].detail["on_behalf_of"] == str(
        city.people[Role.CHIEF].pk
    )


@pytest.mark.parametrize(("day", "works"), [(-1, False), (0, True), (3, True), (4, False)])
def test_a_delegation_holds_from_its_first_day_to_its_last(city, sent, day, works):
    colleague = another(city, Role.OFFICER, "officer-2")
    delegate(city, Role.CHIEF, colleague)
    decide(city, sent, Role.OFFICER)

    if works:
        assert approve_by(city, colleague, sent, AT + timedelta(days=day)).status == VersionStatus.APPROVED
    else:
        with pytest.raises(NotAllowed, match="係長"):
            approve_by(city, colleague, sent, AT + timedelta(days=day))


def test_the_delegate_never_decides_twice_on_the_same_version(city, sent):
    delegate(city, Role.CHIEF, city.actor(Role.OFFICER))
    decide(city, sent, Role.OFFICER)

    with pytest.raises(NotAllowed, match="1人で2回"):
        decide(city, sent, Role.OFFICER)


def test_nobodys_word_counts_twice_by_way_of_a_delegate(city, sent):
    """The officer decided, became chief, and lets a colleague decide as chief: her word stands there already."""
    decide(city, sent, Role.OFFICER)
    officer, colleague = city.people[Role.OFFICER], another(city, Role.OFFICER, "officer-2")
    with scope(city.municipality.pk, None):
        Membership.objects.filter(user=officer).update(duty=Role.CHIEF)
        Delegation.objects.create(
            municipality=city.municipality,
            from_user=officer.pk,
            to_user=colleague.user_id,
            role="chief",
            from_day=date(2026, 4, 1),
            to_day=date(2026, 5, 1),
            reason="休暇",
            set_at=AT,
            set_by=officer.pk,
        )

    with pytest.raises(NotAllowed, match="係長"):
        approve_by(city, colleague, sent)


def test_an_ended_delegation_and_one_of_somebody_who_left_do_not_hold(city, sent):
    colleague = another(city, Role.OFFICER, "officer-2")
    ended = delegate(city, Role.CHIEF, colleague)
    with city.open(Role.CHIEF) as chief:
        routing.end_delegation(ended.pk, by=chief, at=AT)
    decide(city, sent, Role.OFFICER)
    with pytest.raises(NotAllowed):
        approve_by(city, colleague, sent)

    delegate(city, Role.CHIEF, colleague)
    with city.open():
        Membership.objects.filter(user=city.people[Role.CHIEF]).update(ended_at=AT)
    with pytest.raises(NotAllowed):
        approve_by(city, colleague, sent)


def test_who_may_delegate_to_whom(city, sakura):
    colleague = another(city, Role.OFFICER, "officer-2")
    clerk = actor_for(
        user_id=sakura.clerk.pk, login_id="x", duty=Role.FACILITY, municipality_id=city.municipality.pk
    )
    delegate(city, Role.CHIEF, colleague, by=Role.ADMINISTRATOR)

    with pytest.raises(NotAllowed):
        delegate(city, Role.CHIEF, colleague, by=Role.MANAGER)
    for who, words in ((clerk, "運営課の人"), (city.actor(Role.CHIEF), "本人以外")):
        with pytest.raises(ProblemsFound, match=words):
            delegate(city, Role.CHIEF, who)
    with pytest.raises(ProblemsFound, match="後の日"):
        delegate(city, Role.CHIEF, colleague, days=(3, 0))


# ---------------------------------------------------------------- the database


def decision_of(version: ApplicationVersion, **values: Any) -> ItemDecision:
    route, step = values.get("route", ["officer", "chief"]), values.get("step", 1)
    fields = {
        "municipality_id": version.municipality_id,
        "facility_id": version.facility_id,
        "version": version,
        "step": step,
        "route": route,
        "role": route[min(step, len(route)) - 1],
        "verdict": Verdict.APPROVED,
        "content_hash": version.content_hash,
        "decided_at": AT,
        "decided_by": uuid4(),
        "decided_by_role": "officer",
    }
    return ItemDecision(**{**fields, **values})


def approve_in_sql(version: ApplicationVersion) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE applications_applicationversion SET status = 'approved', decided_at = now(), "
            "decided_by = gen_random_uuid() WHERE id = %s",
            [version.pk],
        )


def test_the_database_approves_nothing_that_nobody_or_one_person_has_approved(city, sent):
    with city.open():
        with pytest.raises(IntegrityError, match="four eyes"):
            approve_in_sql(sent)
        decision_of(sent).save()
        with pytest.raises(IntegrityError, match="four eyes"):
            approve_in_sql(sent)
        decision_of(sent, step=2, verdict=Verdict.RETURNED, reason="x").save()
        with pytest.raises(IntegrityError, match="four eyes"):
            approve_in_sql(sent)


def test_the_database_counts_every_step_of_the_route(city, sent):
    long = {"route": ["officer", "chief", "manager"]}
    with city.open():
        decision_of(sent, **long).save()
        decision_of(sent, step=2, **long).save()
        with pytest.raises(IntegrityError, match="four eyes"):
            approve_in_sql(sent)
        decision_of(sent, step=3, **long).save()
        approve_in_sql(sent)
        assert ApplicationVersion.objects.get(pk=sent.pk).status == VersionStatus.APPROVED


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"step": 1}, "each_item_step_is_decided_once"),
        ({"decided_by": "the same"}, "four_eyes_on_every_item"),
        ({"verdict": Verdict.RETURNED}, "item_return_has_a_reason"),
        ({"step": 0}, "item_decision_follows_its_route"),
        ({"step": 3}, "follows the one before it"),
        ({"content_hash": "0" * 64}, "as it was sent"),
        ({"decided_by": "the sender"}, "nobody decides what they have sent"),
        ({"on_behalf_of": "the sender"}, "nobody decides what they have sent"),
    ],
)
def test_the_database_refuses_decisions_that_are_none(city, sent, values, words):
    with city.open():
        first = decision_of(sent)
        first.save()
        people = {"the same": first.decided_by, "the sender": sent.submitted_by}
        values = {key: people.get(value, value) for key, value in values.items()}

        with pytest.raises(IntegrityError, match=words), transaction.atomic():
            decision_of(sent, **{"step": 2, **values}).save()


def test_a_decision_is_neither_changed_nor_taken_away(city, sent):
    decide(city, sent, Role.OFFICER)
    with city.open():
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            ItemDecision.objects.update(decided_by=uuid4())
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            ItemDecision.objects.all().delete()


def test_a_facility_reads_its_decisions_and_writes_none(city, sakura, sent):
    decide(city, sent, Role.OFFICER)
    with sakura.open():
        assert ItemDecision.objects.count() == 1
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            decision_of(sent, step=2).save()


@pytest.mark.django_db(transaction=True)
def test_the_owner_role_cannot_approve_around_the_four_eyes_either(as_owner):
    city = make_city()
    sakura = make_facility(city)
    sent = submit(sakura, save(sakura, release_pack(city), **TYPED))
    decide(city, sent, Role.OFFICER)
    in_scope = (
        f"SELECT set_config('app.municipality', '{city.municipality.pk}', true), "
        "set_config('app.facilities', '*', true);"
    )
    update = (
        "UPDATE applications_applicationversion SET status = 'approved', decided_at = now(), "
        f"decided_by = gen_random_uuid() WHERE id = '{sent.pk}'"
    )
    own_table = (
        "CREATE TEMP TABLE approvals_itemdecision AS SELECT * FROM public.approvals_itemdecision;"
        "INSERT INTO pg_temp.approvals_itemdecision SELECT gen_random_uuid(), 2, route, role, verdict, reason, "
        "remarks, content_hash, in_bulk, decided_at, gen_random_uuid(), decided_by_role, on_behalf_of, facility_id, "
        "municipality_id, version_id FROM public.approvals_itemdecision;"
    )

    for sql in (in_scope + update, in_scope + own_table + update):
        with pytest.raises(Exception, match="four eyes"):
            as_owner(sql)

    assert status_of(city, sent) == VersionStatus.SUBMITTED


def test_another_citys_version_is_not_there(city, sent):
    elsewhere = make_city("129998", "緑野市")
    with elsewhere.open(Role.OFFICER) as officer, pytest.raises(ApplicationVersion.DoesNotExist):
        operations.approve(sent.pk, shown_hash=sent.content_hash, by=officer, at=AT)


def test_withdrawing_is_over_with_the_first_decision(city, sakura, sent):
    decide(city, sent, Role.OFFICER)

    with sakura.open() as clerk, pytest.raises(NotAllowed, match="審査を始めた"):
        cases.withdraw(sent.pk, by=clerk, at=AT)
