"""At most two accounts per facility; the address is the city's to set; a stopped account is stopped everywhere."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import lockout
from accounts.models import PasswordTicket, User
from audit.record import NOBODY, Context, context
from facilities.actors import Actor, Role, actor_for
from facilities.events import FacilityEvent
from facilities.models import AddressRegistration, Facility, Membership
from facilities.operations.accounts import (
    BOTH_TAKEN,
    LAST_ADMINISTRATOR,
    LEAVES_ONE,
    Notification,
    add_facility,
    change_role,
    confirm_address,
    create_account,
    disable,
    enable,
    end_account,
    hand_over,
    open_account,
    reconfirm,
    register_address,
    send_password_code,
    unlock,
    withdraw_address,
)
from facilities.queries import AccountQuestion, account_list, acting_administrators
from facilities.rules import NotAllowed, ProblemsFound
from tests.cast import PASSWORD, Browser, City, Nursery, make_city, make_facility, make_user, sign_in
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
NOTIFIED = Notification("new@example.jp", "令8-15", date(2026, 6, 4))
NOTIFICATION = {"number": "令8-30", "notified_on": date(2026, 6, 4)}
SUCCESSOR = {"login_id": "hanako", "name": "見本 花子", "notified": NOTIFIED}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def second_administrator(city: City) -> Actor:
    user = make_user(f"second-{city.municipality.code}", realm=city.municipality)
    with city.open():
        Membership.objects.create(municipality=city.municipality, user=user, duty=Role.ADMINISTRATOR)
    return actor_for(
        user_id=user.pk,
        login_id=user.login_id,
        duty=Role.ADMINISTRATOR,
        municipality_id=city.municipality.pk,
    )


@pytest.fixture
def second(city: City) -> Actor:
    return second_administrator(city)


def membership_of(nursery: Nursery) -> UUID:
    with nursery.city.open():
        return Membership.objects.get(user=nursery.clerk).pk


def test_the_second_account_takes_the_free_slot(city, sakura):
    second = make_user("second-clerk", realm=city.municipality)

    with city.open() as administrator:
        membership = open_account(sakura.facility.pk, second.pk, by=administrator, at=AT)

    assert (membership.slot, membership.duty) == (2, Role.FACILITY)
    assert events_of(city, FacilityEvent.ACCOUNT_OPENED)[-1].outcome == "done"


def test_a_third_account_is_refused_with_what_to_do(city, sakura):
    second, third = (make_user(name, realm=city.municipality) for name in ("second-clerk", "third-clerk"))

    with city.open() as administrator:
        open_account(sakura.facility.pk, second.pk, by=administrator, at=AT)
        with pytest.raises(ProblemsFound) as refusal:
            open_account(sakura.facility.pk, third.pk, by=administrator, at=AT)

    assert refusal.value.problems == [BOTH_TAKEN]
    assert "終了するか、引き継いで" in BOTH_TAKEN, "a stopped account keeps its slot"


def test_the_slot_of_an_ended_membership_is_free_again(city, sakura):
    with city.open() as administrator:
        Membership.objects.filter(user=sakura.clerk).update(ended_at=AT)
        successor = make_user("successor", realm=city.municipality)

        assert open_account(sakura.facility.pk, successor.pk, by=administrator, at=AT).slot == 1


@pytest.mark.parametrize("slot", [None, 0, 1, 3])
def test_the_database_knows_two_slots_only(city, sakura, slot):
    other = make_user("other-clerk", realm=city.municipality)

    with city.open(), pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            municipality=city.municipality,
            user=other,
            duty=Role.FACILITY,
            facility=sakura.facility,
            slot=slot,
        )


def test_one_account_cannot_take_both_slots(city, sakura):
    with city.open() as administrator, pytest.raises(ProblemsFound, match="同時に"):
        open_account(sakura.facility.pk, sakura.clerk.pk, by=administrator, at=AT)


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.AUDITOR])
def test_only_the_administrator_manages_accounts(city, sakura, role):
    membership_id = membership_of(sakura)
    with city.open() as administrator:
        waiting = register_address(membership_id, NOTIFIED, by=administrator, at=AT)

    with city.open(role) as actor:
        for act in (
            lambda: open_account(sakura.facility.pk, sakura.clerk.pk, by=actor, at=AT),
            lambda: disable(membership_id, by=actor, at=AT),
            lambda: enable(membership_id, by=actor, at=AT),
            lambda: register_address(membership_id, NOTIFIED, by=actor, at=AT),
            lambda: confirm_address(waiting.pk, by=actor, at=AT),
            lambda: withdraw_address(waiting.pk, by=actor, at=AT),
            lambda: send_password_code(membership_id, by=actor, at=AT),
            lambda: unlock(membership_id, by=actor, at=AT),
            lambda: end_account(membership_id, by=actor, at=AT),
            lambda: reconfirm([membership_id], by=actor, at=AT),
            lambda: hand_over(membership_id, **SUCCESSOR, by=actor, at=AT),
            lambda: add_facility(membership_id, sakura.facility.pk, **NOTIFICATION, by=actor, at=AT),
            lambda: change_role(membership_id, Role.CHIEF, by=actor, at=AT),
            lambda: create_account(Role.OFFICER, None, **SUCCESSOR, by=actor, at=AT),
        ):
            with pytest.raises(NotAllowed, match="市の管理者だけ"):
                act()


def test_the_clerk_cannot_set_her_own_address(city, sakura):
    membership_id = membership_of(sakura)

    with sakura.open() as clerk, pytest.raises((NotAllowed, Membership.DoesNotExist)):
        register_address(membership_id, NOTIFIED, by=clerk, at=AT)

    assert User.objects.get(pk=sakura.clerk.pk).address == sakura.clerk.address


def test_an_address_counts_once_another_administrator_confirms_it(
    city, sakura, second, run_jobs, mail_folder
):
    before = sakura.clerk.address
    browser = sign_in(sakura.clerk)

    with city.open() as administrator:
        waiting = register_address(membership_of(sakura), NOTIFIED, by=administrator, at=AT)
        with pytest.raises(NotAllowed, match="登録した本人は確認できません"):
            confirm_address(waiting.pk, by=administrator, at=AT)
    assert User.objects.get(pk=sakura.clerk.pk).address == before
    assert _is_in(browser, sakura)
    with city.open():
        confirm_address(waiting.pk, by=second, at=AT)
        waiting.refresh_from_db()
    run_jobs()

    assert User.objects.get(pk=sakura.clerk.pk).address == "new@example.jp"
    assert (waiting.status, waiting.address_sealed, waiting.decided_by) == (
        "confirmed",
        None,
        second.user_id,
    )
    assert not _is_in(browser, sakura)
    assert sorted(addressees(mail_folder)) == sorted([before, "new@example.jp"])


def test_the_database_wants_two_people_too(city, sakura):
    with city.open() as administrator:
        waiting = register_address(membership_of(sakura), NOTIFIED, by=administrator, at=AT)
        with pytest.raises(IntegrityError, match="another_person"), transaction.atomic():
            AddressRegistration.objects.filter(pk=waiting.pk).update(
                status="confirmed", address_sealed=None, decided_by=administrator.user_id
            )


def test_a_waiting_address_is_decided_once(city, sakura, second):
    with city.open() as administrator:
        waiting = register_address(membership_of(sakura), NOTIFIED, by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="確認を待っているアドレス"):
            register_address(membership_of(sakura), NOTIFIED, by=administrator, at=AT)
        withdraw_address(waiting.pk, by=administrator, at=AT)
        for again in (confirm_address, withdraw_address):
            with pytest.raises(ProblemsFound, match="すでに処理しました"):
                again(waiting.pk, by=second, at=AT)
        register_address(membership_of(sakura), NOTIFIED, by=administrator, at=AT)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"notified_on": date(2026, 6, 6)}, "未来の日付"),
        ({"number": ""}, "届出番号と届出日が必要"),
        ({"notified_on": None}, "届出番号と届出日が必要"),
    ],
)
def test_a_facility_s_address_needs_its_notification(city, sakura, changes, sentence):
    with city.open() as administrator, pytest.raises(ProblemsFound, match=sentence):
        register_address(membership_of(sakura), replace(NOTIFIED, **changes), by=administrator, at=AT)


def test_one_address_does_not_serve_two_facilities(city, sakura):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    taken = replace(NOTIFIED, address=sumire.clerk.address.upper())

    with city.open() as administrator, pytest.raises(ProblemsFound, match="すみれ保育園のアカウント"):
        register_address(membership_of(sakura), taken, by=administrator, at=AT)


def test_an_address_that_became_another_facility_s_meanwhile_is_not_confirmed(city, sakura, second):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    with city.open() as administrator:
        waiting = register_address(membership_of(sakura), NOTIFIED, by=administrator, at=AT)
        sumire.clerk.address = NOTIFIED.address
        sumire.clerk.save()

        with pytest.raises(ProblemsFound, match="すみれ保育園のアカウント"):
            confirm_address(waiting.pk, by=second, at=AT)
        withdraw_address(waiting.pk, by=second, at=AT)

    assert User.objects.get(pk=sakura.clerk.pk).address == sakura.clerk.address


@pytest.mark.django_db(transaction=True)
def test_one_address_registered_for_two_facilities_at_once_is_registered_once():
    city = make_city()
    places = [make_facility(city), make_facility(city, "すみれ保育園", number="1299900000902")]
    together = Barrier(2, timeout=30)

    def register(nursery: Nursery) -> str:
        person = {**SUCCESSOR, "login_id": f"new-{nursery.facility.number}"}
        try:
            with context(Context(who=NOBODY)), city.open() as administrator:
                together.wait()
                create_account(Role.FACILITY, nursery.facility.pk, **person, by=administrator, at=AT)
            return "registered"
        except ProblemsFound as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(register, places))

    assert answers[0] == "registered"
    assert "園のアカウント（new-" in answers[1]


def test_two_accounts_of_one_facility_may_share_its_mailbox(city, sakura):
    with city.open() as administrator:
        shared = replace(NOTIFIED, address=sakura.clerk.address)
        create_account(
            Role.FACILITY,
            sakura.facility.pk,
            **{**SUCCESSOR, "notified": shared},
            by=administrator,
            at=AT,
        )
        assert AddressRegistration.objects.count() == 1


# ---------------------------------------------------------------- a person comes, and goes


def test_a_new_person_is_invited_when_the_address_is_confirmed(city, sakura, second, run_jobs, mail_folder):
    with city.open() as administrator:
        membership = create_account(Role.FACILITY, sakura.facility.pk, **SUCCESSOR, by=administrator, at=AT)
        waiting = AddressRegistration.objects.get()
    run_jobs()
    assert addressees(mail_folder) == []
    assert (membership.slot, membership.user.address, membership.user.name) == (2, "", "見本 花子")

    with city.open():
        confirm_address(waiting.pk, by=second, at=AT)
    run_jobs()

    assert addressees(mail_folder) == ["new@example.jp"]
    assert PasswordTicket.objects.get().user_id == membership.user_id


def test_nobody_is_invited_to_a_stopped_account(city, sakura, second):
    with city.open() as administrator:
        new = create_account(Role.FACILITY, sakura.facility.pk, **SUCCESSOR, by=administrator, at=AT)
        waiting = AddressRegistration.objects.get()
        disable(new.pk, by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="停止中"):
            confirm_address(waiting.pk, by=second, at=AT)
        assert not PasswordTicket.objects.exists()
        enable(new.pk, by=administrator, at=AT)
        confirm_address(waiting.pk, by=second, at=AT)

    assert PasswordTicket.objects.get().user_id == new.user_id


def test_an_id_that_is_taken_is_refused_and_nothing_stays(city, sakura):
    taken = {**SUCCESSOR, "login_id": sakura.clerk.login_id}

    with city.open() as administrator:
        with pytest.raises(ProblemsFound, match="すでに使われています"):
            create_account(Role.FACILITY, sakura.facility.pk, **taken, by=administrator, at=AT)
        assert Membership.objects.filter(facility=sakura.facility).count() == 1


def test_a_person_of_the_city_has_no_facility(city, sakura):
    with city.open() as administrator:
        for duty, facility in ((Role.OFFICER, sakura.facility.pk), (Role.FACILITY, None)):
            with pytest.raises(ProblemsFound, match="施設職員には施設を"):
                create_account(duty, facility, **SUCCESSOR, by=administrator, at=AT)
        city_notified = Notification("chief@example.jp")
        chief = create_account(
            Role.CHIEF, None, **{**SUCCESSOR, "notified": city_notified}, by=administrator, at=AT
        )

    assert (chief.duty, chief.facility_id) == (Role.CHIEF, None)


def test_the_only_administrator_confirms_the_second_one_alone_and_nobody_else(city, sakura):
    with city.open() as administrator:
        for login_id, duty in (("officer-9", Role.OFFICER), ("kanri-2", Role.ADMINISTRATOR)):
            create_account(
                duty,
                None,
                login_id=login_id,
                name="見本 花子",
                notified=Notification(f"{login_id}@example.jp"),
                by=administrator,
                at=AT,
            )
        officer, colleague = AddressRegistration.objects.order_by("user__login_id").reverse()
        with pytest.raises(NotAllowed, match="ほかの管理者に確認を依頼"):
            confirm_address(officer.pk, by=administrator, at=AT)
        confirm_address(colleague.pk, by=administrator, at=AT)
        colleague.refresh_from_db()

    assert colleague.is_sole
    assert PasswordTicket.objects.get().user_id == colleague.user_id


def test_with_two_administrators_nobody_confirms_alone(city, second):
    with city.open() as administrator:
        create_account(
            Role.ADMINISTRATOR,
            None,
            **{**SUCCESSOR, "notified": Notification("third@example.jp")},
            by=administrator,
            at=AT,
        )
        with pytest.raises(NotAllowed, match="登録した本人"):
            confirm_address(AddressRegistration.objects.get().pk, by=administrator, at=AT)


def test_a_successor_takes_the_slot_and_the_predecessor_is_out_at_once(city, sakura, second):
    browser = sign_in(sakura.clerk)
    with city.open() as administrator:
        successor = hand_over(membership_of(sakura), **SUCCESSOR, by=administrator, at=AT)
        confirm_address(AddressRegistration.objects.get().pk, by=second, at=AT)
        former = Membership.objects.get(user=sakura.clerk)

    assert not _is_in(browser, sakura)
    assert not User.objects.get(pk=sakura.clerk.pk).is_active
    assert (former.ended_at, former.slot, successor.slot) == (AT, 1, 1)
    event = events_of(city, FacilityEvent.ACCOUNT_HANDED_OVER)[-1]
    assert event.detail == {"account": str(sakura.clerk.pk), "successor": str(successor.user_id)}


# ---------------------------------------------------------------- a person serves a second facility


@pytest.fixture
def sumire(city: City) -> Nursery:
    return make_facility(city, "すみれ保育園", number="1299900000902")


def registered_for(sumire: Nursery, clerk: Nursery, by: Actor) -> AddressRegistration:
    return add_facility(membership_of(clerk), sumire.facility.pk, **NOTIFICATION, by=by, at=AT)


def test_a_second_facility_opens_once_another_administrator_confirms_it(
    city, sakura, sumire, second, run_jobs, mail_folder
):
    browser = sign_in(sakura.clerk)
    assert "施設を切り替える" not in browser.get(f"/f/{sakura.facility.number}/").content.decode()

    with city.open() as administrator:
        waiting = registered_for(sumire, sakura, administrator)
        with pytest.raises(NotAllowed, match="登録した本人は確認できません"):
            confirm_address(waiting.pk, by=administrator, at=AT)
    assert not _is_in(browser, sumire)
    with city.open():
        confirm_address(waiting.pk, by=second, at=AT)
        opened = Membership.objects.get(user=sakura.clerk, facility=sumire.facility)
    run_jobs()

    assert (opened.slot, opened.duty, opened.ended_at) == (2, Role.FACILITY, None)
    assert _is_in(browser, sakura), "nothing about the login has changed"
    assert _is_in(browser, sumire)
    assert "施設を切り替える" in browser.get(f"/f/{sakura.facility.number}/").content.decode()
    chosen = browser.get("/f/").content.decode()
    assert "さくら保育園" in chosen
    assert "すみれ保育園" in chosen
    assert addressees(mail_folder) == [sakura.clerk.address]
    assert User.objects.get(pk=sakura.clerk.pk).address == sakura.clerk.address


def test_the_record_of_a_second_facility_is_the_second_facility_s(city, sakura, sumire, second):
    with city.open() as administrator:
        waiting = registered_for(sumire, sakura, administrator)
        confirm_address(waiting.pk, by=second, at=AT)

    for name in (FacilityEvent.SECOND_FACILITY_REGISTERED, FacilityEvent.ADDRESS_CONFIRMED):
        event = events_of(city, name)[-1]
        assert event.facility_id == sumire.facility.pk
        assert event.detail == {"account": str(sakura.clerk.pk), "notification_number": "令8-30"}
    assert events_of(city, FacilityEvent.ACCOUNT_OPENED)[-1].facility_id == sumire.facility.pk


def test_the_switch_is_gone_with_the_second_facility(city, sakura, sumire, second):
    with city.open() as administrator:
        confirm_address(registered_for(sumire, sakura, administrator).pk, by=second, at=AT)
        added = Membership.objects.get(user=sakura.clerk, facility=sumire.facility)
        end_account(added.pk, by=administrator, at=AT)

    page = sign_in(User.objects.get(pk=sakura.clerk.pk)).get(f"/f/{sakura.facility.number}/")

    assert page.status_code == 200
    assert "施設を切り替える" not in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"notified_on": date(2026, 6, 6)}, "未来の日付"),
        ({"number": ""}, "届出番号と届出日が必要"),
        ({"notified_on": None}, "届出番号と届出日が必要"),
    ],
)
def test_a_second_facility_needs_its_own_notification(city, sakura, sumire, changes, sentence):
    with city.open() as administrator, pytest.raises(ProblemsFound, match=sentence):
        add_facility(
            membership_of(sakura),
            sumire.facility.pk,
            **{**NOTIFICATION, **changes},
            by=administrator,
            at=AT,
        )


def test_everything_that_hinders_a_second_facility_is_said_at_once(city, sakura, sumire):
    make_user("neighbour", realm=city.municipality)
    with city.open() as administrator:
        full = User.objects.get(login_id="neighbour")
        open_account(sumire.facility.pk, full.pk, by=administrator, at=AT)
        disable(membership_of(sakura), by=administrator, at=AT)
        with pytest.raises(ProblemsFound) as refusal:
            add_facility(
                membership_of(sakura),
                sumire.facility.pk,
                number="",
                notified_on=None,
                by=administrator,
                at=AT,
            )

    said = refusal.value.problems
    assert [sentence.split("。")[0] for sentence in said] == [
        "施設のアカウントには、届出番号と届出日が必要です",
        "停止中のアカウントです",
        "この施設のアカウントはすでに2つあります",
    ]


def test_a_facility_is_added_once(city, sakura, sumire):
    with city.open() as administrator:
        with pytest.raises(ProblemsFound, match="すでに担当しています"):
            add_facility(membership_of(sakura), sakura.facility.pk, **NOTIFICATION, by=administrator, at=AT)
        registered_for(sumire, sakura, administrator)
        with pytest.raises(ProblemsFound, match="すでに確認を待っています"):
            registered_for(sumire, sakura, administrator)


def test_two_more_facilities_wait_side_by_side(city, sakura, sumire, second):
    momo = make_facility(city, "もも幼稚園", number="1299900000903")
    with city.open() as administrator:
        for place in (sumire, momo):
            registered_for(place, sakura, administrator)
        for waiting in AddressRegistration.objects.all():
            confirm_address(waiting.pk, by=second, at=AT)
        served = Membership.objects.filter(user=sakura.clerk, ended_at__isnull=True)

        assert {row.facility_id for row in served} == {place.facility.pk for place in (sakura, sumire, momo)}


def test_the_slot_is_kept_for_who_waits_for_it(city, sakura, sumire, second):
    with city.open() as administrator:
        waiting = registered_for(sumire, sakura, administrator)
        with pytest.raises(ProblemsFound, match="確認を待つ担当があります"):
            create_account(Role.FACILITY, sumire.facility.pk, **SUCCESSOR, by=administrator, at=AT)
        withdraw_address(waiting.pk, by=second, at=AT)

        assert create_account(Role.FACILITY, sumire.facility.pk, **SUCCESSOR, by=administrator, at=AT).slot


def test_a_person_of_the_city_serves_no_facility(city, sakura):
    officer = role_of(city, Role.OFFICER)

    with city.open() as administrator, pytest.raises(ProblemsFound, match="市の職員のアカウント"):
        add_facility(officer.pk, sakura.facility.pk, **NOTIFICATION, by=administrator, at=AT)


def test_an_account_whose_address_nobody_confirmed_serves_one_facility(city, sakura, sumire):
    with city.open() as administrator:
        new = create_account(Role.FACILITY, sakura.facility.pk, **SUCCESSOR, by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="まだ確認されていません"):
            add_facility(new.pk, sumire.facility.pk, **NOTIFICATION, by=administrator, at=AT)


def test_a_facility_is_not_added_under_an_address_that_changed_meanwhile(city, sakura, sumire, second):
    with city.open() as administrator:
        waiting = registered_for(sumire, sakura, administrator)
        other = register_address(membership_of(sakura), NOTIFIED, by=administrator, at=AT)
        confirm_address(other.pk, by=second, at=AT)

        with pytest.raises(ProblemsFound, match="メールアドレスが変わりました"):
            confirm_address(waiting.pk, by=second, at=AT)
        assert not Membership.objects.filter(user=sakura.clerk, facility=sumire.facility).exists()


def colleague_at(nursery: Nursery, address: str) -> User:
    user = make_user("colleague", realm=nursery.city.municipality, address=address)
    with nursery.city.open() as administrator:
        open_account(nursery.facility.pk, user.pk, by=administrator, at=AT)
    return user


def test_who_shares_a_mailbox_serves_one_facility(city, sakura, sumire):
    colleague_at(sakura, sakura.clerk.address)

    with city.open() as administrator, pytest.raises(ProblemsFound, match="本人だけのアドレス"):
        registered_for(sumire, sakura, administrator)


@pytest.mark.parametrize("place", ["sakura", "sumire"])
def test_nobody_else_gets_the_mailbox_of_who_serves_two_facilities(city, sakura, sumire, second, place):
    shared = {**SUCCESSOR, "notified": replace(NOTIFIED, address=sakura.clerk.address)}
    facility = {"sakura": sakura, "sumire": sumire}[place].facility
    with city.open() as administrator:
        confirm_address(registered_for(sumire, sakura, administrator).pk, by=second, at=AT)
        Membership.objects.filter(user=sumire.clerk).update(ended_at=AT)

        with pytest.raises(ProblemsFound, match=f"アカウント（{sakura.clerk.login_id}）に登録"):
            create_account(Role.FACILITY, facility.pk, **shared, by=administrator, at=AT)


def test_who_serves_two_facilities_does_not_take_a_colleague_s_mailbox(city, sakura, sumire, second):
    colleague_at(sakura, "office@example.jp")
    with city.open() as administrator:
        confirm_address(registered_for(sumire, sakura, administrator).pk, by=second, at=AT)

        with pytest.raises(ProblemsFound, match="本人だけのアドレス"):
            register_address(
                membership_of_first(sakura),
                replace(NOTIFIED, address="office@example.jp"),
                by=administrator,
                at=AT,
            )


def membership_of_first(nursery: Nursery) -> UUID:
    found: Membership = Membership.objects.get(user=nursery.clerk, facility=nursery.facility)
    return found.pk


def test_a_facility_and_the_number_it_had_before_are_one_place(city, sakura, sumire):
    colleague = colleague_at(sakura, "both@example.jp")
    with city.open() as administrator:
        Membership.objects.filter(user=sumire.clerk).update(ended_at=AT)
        Facility.objects.filter(pk=sumire.facility.pk).update(predecessor=sakura.facility)
        open_account(sumire.facility.pk, colleague.pk, by=administrator, at=AT)

        waiting = register_address(
            membership_of_first(sakura), replace(NOTIFIED, address=colleague.address), by=administrator, at=AT
        )

    assert waiting.status == "waiting"


@pytest.mark.parametrize(
    "broken",
    [{"notification_number": ""}, {"notified_on": None}, {"is_sole": True}],
)
def test_the_database_wants_the_notification_and_two_people_for_a_second_facility(
    city, sakura, sumire, broken
):
    with city.open() as administrator:
        waiting = registered_for(sumire, sakura, administrator)
        with pytest.raises(IntegrityError, match="another_facility_has"), transaction.atomic():
            AddressRegistration.objects.filter(pk=waiting.pk).update(**broken)


# ---------------------------------------------------------------- a facility is closed


def test_who_still_serves_a_closed_facility_is_found(city, sakura, sumire):
    today = timezone.localdate()
    with city.open():
        Facility.objects.filter(pk=sakura.facility.pk).update(closed_on=today - timedelta(days=1))
        Facility.objects.filter(pk=sumire.facility.pk).update(closed_on=today)
        found = account_list(AccountQuestion(state="closed"), 2026)

    assert [row.user_id for row in found.rows] == [sakura.clerk.pk]
    assert found.closed == {found.rows[0].pk}


# ---------------------------------------------------------------- a person of the city gets another role


def role_of(city: City, role: Role) -> Membership:
    with city.open():
        found: Membership = Membership.objects.get(user=city.people[role], ended_at__isnull=True)
    return found


def test_an_officer_becomes_chief_under_the_same_id_and_logs_in_anew(city):
    officer = city.people[Role.OFFICER]
    browser = sign_in(officer)
    assert browser.get("/c/").status_code == 200
    before = role_of(city, Role.OFFICER)

    with city.open() as administrator:
        changed = change_role(before.pk, Role.CHIEF, by=administrator, at=AT)
        before.refresh_from_db()

    assert browser.get("/c/")["Location"].startswith("/login")
    assert (before.duty, before.ended_at) == (Role.OFFICER, AT)
    assert (changed.user_id, changed.duty, changed.ended_at) == (officer.pk, Role.CHIEF, None)
    assert User.objects.get(pk=officer.pk).is_active
    assert "係長" in sign_in(User.objects.get(pk=officer.pk)).get("/c/").content.decode()
    event = events_of(city, FacilityEvent.ROLE_CHANGED)[-1]
    assert event.detail == {"account": str(officer.pk), "former_duty": "officer", "duty": "chief"}
    assert event.rows == {"membership": sorted([str(before.pk), str(changed.pk)])}


def test_an_administrator_goes_back_to_a_section(city, second):
    with city.open() as administrator:
        mine = Membership.objects.get(user_id=second.user_id)
        changed = change_role(mine.pk, Role.OFFICER, by=administrator, at=AT, leaves_one=True)

    assert changed.section == "運営課"
    assert sign_in(User.objects.get(pk=second.user_id)).get("/c/accounts/").status_code == 403


def test_nobody_changes_the_own_role(city, second):
    with city.open() as administrator:
        mine = Membership.objects.get(user_id=administrator.user_id)
        with pytest.raises(NotAllowed, match="自分の役割は変えられません"):
            change_role(mine.pk, Role.OFFICER, by=administrator, at=AT)

    assert role_of(city, Role.ADMINISTRATOR).pk == mine.pk
    assert events_of(city, FacilityEvent.ROLE_CHANGED)[-1].outcome == "refused"


def test_the_last_administrator_does_not_become_something_else(city, second):
    # The acting one was stopped a moment ago: nobody else is left.
    User.objects.filter(pk=second.user_id).update(is_active=False)

    with city.open(), pytest.raises(NotAllowed, match="利用中の管理者がほかにいません"):
        change_role(role_of(city, Role.ADMINISTRATOR).pk, Role.OFFICER, by=second, at=AT)


def test_nobody_becomes_an_administrator_by_one_administrator_alone(city):
    with city.open() as administrator, pytest.raises(NotAllowed, match="新しいIDの管理者として登録"):
        change_role(role_of(city, Role.CHIEF).pk, Role.ADMINISTRATOR, by=administrator, at=AT)


@pytest.mark.parametrize(
    ("role", "sentence"), [(Role.CHIEF, "いまと同じ"), (Role.FACILITY, "市の職員の役割")]
)
def test_a_role_that_is_none_is_refused(city, role, sentence):
    with city.open() as administrator, pytest.raises(ProblemsFound, match=sentence):
        change_role(role_of(city, Role.CHIEF).pk, role, by=administrator, at=AT)


def test_a_facility_s_person_gets_no_role_of_the_city(city, sakura):
    with city.open() as administrator, pytest.raises(ProblemsFound, match="施設職員の役割は変えられません"):
        change_role(membership_of(sakura), Role.OFFICER, by=administrator, at=AT)


def test_an_invitation_survives_a_change_of_the_role(city, second):
    with city.open() as administrator:
        notified = {**SUCCESSOR, "notified": Notification("chief@example.jp")}
        new = create_account(Role.OFFICER, None, **notified, by=administrator, at=AT)
        confirm_address(AddressRegistration.objects.get().pk, by=second, at=AT)
        change_role(new.pk, Role.CHIEF, by=administrator, at=AT)

    assert PasswordTicket.objects.get(user=new.user_id).replaced_at is None


@pytest.mark.parametrize(
    ("role", "section"),
    [
        (Role.ENROLMENT, "入園課"),
        (Role.OFFICER, "運営課"),
        (Role.CHIEF, "運営課"),
        (Role.MANAGER, "運営課"),
        (Role.ADMINISTRATOR, "管理"),
        (Role.AUDITOR, "監査"),
    ],
)
def test_every_account_of_the_city_has_its_section_and_is_found_by_it(city, sakura, role, section):
    mine = role_of(city, role)

    with city.open():
        found = account_list(AccountQuestion(words=section), 2026).rows

    assert mine.section == section
    assert mine.pk in [row.pk for row in found]
    assert {row.section for row in found} == {section}


def test_a_person_of_two_facilities_keeps_the_other_one(city, sakura):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    with city.open() as administrator:
        mine = membership_of(sakura)
        open_account(sumire.facility.pk, sakura.clerk.pk, by=administrator, at=AT)
        end_account(mine, by=administrator, at=AT)

    browser = sign_in(User.objects.get(pk=sakura.clerk.pk))
    assert browser.get(f"/f/{sumire.facility.number}/").status_code == 200
    assert not _is_in(browser, sakura)


def test_an_ended_account_is_not_acted_on_any_more(city, sakura):
    with city.open() as administrator:
        membership_id = membership_of(sakura)
        end_account(membership_id, by=administrator, at=AT)
        for act in (end_account, enable, disable, send_password_code, unlock):
            with pytest.raises(ProblemsFound, match="すでに終わっています"):
                act(membership_id, by=administrator, at=AT)


def test_a_forgotten_password_is_chosen_anew_with_a_code(city, sakura, run_jobs, mail_folder):
    with city.open() as administrator:
        send_password_code(membership_of(sakura), by=administrator, at=AT)
    run_jobs()

    assert addressees(mail_folder) == [sakura.clerk.address]
    assert PasswordTicket.objects.get().purpose == "reset"


def test_no_code_leaves_for_a_stopped_or_unconfirmed_account(city, sakura):
    with city.open() as administrator:
        new = create_account(Role.FACILITY, sakura.facility.pk, **SUCCESSOR, by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="まだ確認されていません"):
            send_password_code(new.pk, by=administrator, at=AT)
        disable(membership_of(sakura), by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="停止中"):
            send_password_code(membership_of(sakura), by=administrator, at=AT)


def test_a_locked_out_clerk_is_let_in_again(city, sakura):
    for _ in range(5):
        Browser().post("/login/", {"login_id": sakura.clerk.login_id, "password": "wrong"})
    assert lockout.is_locked(sakura.clerk.login_id)

    with city.open() as administrator:
        unlock(membership_of(sakura), by=administrator, at=AT)

    assert not lockout.is_locked(sakura.clerk.login_id)
    answer = Browser().post("/login/", {"login_id": sakura.clerk.login_id, "password": PASSWORD})
    assert answer.status_code == 302


def test_those_who_are_still_there_are_noted_once_a_year(city, sakura):
    with city.open() as administrator:
        mine = membership_of(sakura)
        Membership.objects.filter(pk=mine).update(began_at=AT - timedelta(days=400))
        asked = AccountQuestion(state="unconfirmed")
        assert mine in [row.pk for row in account_list(asked, 2026).rows]
        assert reconfirm([mine], by=administrator, at=AT) == 1
        assert mine not in [row.pk for row in account_list(asked, 2026).rows]
        assert mine in [row.pk for row in account_list(asked, 2027).rows]
        with pytest.raises(ProblemsFound, match="1件以上"):
            reconfirm([], by=administrator, at=AT)


def test_who_has_left_is_found_by_words_and_by_state_and_is_asked_nothing_more(city, sakura):
    with city.open() as administrator:
        left = membership_of(sakura)
        Membership.objects.filter(pk=left).update(began_at=AT - timedelta(days=400))
        successor = hand_over(left, **SUCCESSOR, by=administrator, at=AT)

        def found(**asked: str) -> list[UUID]:
            return [row.pk for row in account_list(AccountQuestion(**asked), 2026).rows]

        assert left not in found()
        assert found(words=sakura.facility.number) == [successor.pk, left]
        assert found(words=sakura.clerk.login_id) == [left]
        assert found(state="ended") == [left]
        assert found(state="ended", words="hanako") == []
        for state in ("disabled", "unconfirmed", "active"):
            assert left not in found(state=state), state
        assert account_list(AccountQuestion(words=sakura.facility.number), 2026).total == len(found())


def acts_on(membership_id: UUID, by: Actor, **known: bool) -> list[Callable[[], object]]:
    """Everything that takes an administrator away."""
    return [
        lambda: disable(membership_id, by=by, at=AT, **known),
        lambda: end_account(membership_id, by=by, at=AT, **known),
        lambda: change_role(membership_id, Role.CHIEF, by=by, at=AT, **known),
        lambda: hand_over(membership_id, **SUCCESSOR, by=by, at=AT, **known),
    ]


@pytest.mark.parametrize("act", range(4), ids=["stop", "end", "role", "hand over"])
def test_the_last_administrator_but_one_is_taken_away_only_by_who_knows(city, second, act):
    with city.open() as administrator:
        other = Membership.objects.get(user_id=second.user_id)
        with pytest.raises(ProblemsFound) as asked:
            acts_on(other.pk, administrator)[act]()
        assert asked.value.problems == [LEAVES_ONE]
        other.refresh_from_db()
        assert other.ended_at is None
        assert User.objects.get(pk=second.user_id).is_active
        assert set(acting_administrators()) == {administrator.user_id, second.user_id}

        acts_on(other.pk, administrator, leaves_one=True)[act]()

        assert acting_administrators() == [administrator.user_id]


def test_nothing_is_asked_while_two_administrators_stay_or_the_other_one_never_began(city, second):
    third, invited = (make_user(name, realm=city.municipality) for name in ("third-admin", "invited-admin"))
    with city.open() as administrator:
        for user in (third, invited):
            Membership.objects.create(municipality=city.municipality, user=user, duty=Role.ADMINISTRATOR)
        invited.set_unusable_password()
        invited.save()
        disable(Membership.objects.get(user=third).pk, by=administrator, at=AT)
        disable(Membership.objects.get(user=invited).pk, by=administrator, at=AT)

    assert not User.objects.filter(pk__in=[third.pk, invited.pk], is_active=True).exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_stop_each_other_at_once_do_not_both_succeed():
    city = make_city()
    second = second_administrator(city)
    with city.open() as first:
        own = {
            person.user_id: Membership.objects.get(user_id=person.user_id).pk for person in (first, second)
        }
    together = Barrier(2, timeout=30)

    def stop(pair):
        by, other = pair
        try:
            with context(Context(who=NOBODY)), city.open():
                together.wait()
                disable(own[other.user_id], by=by, at=AT, leaves_one=True)
            return "stopped"
        except NotAllowed as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(stop, [(first, second), (second, first)]))

    assert answers == ["stopped", LAST_ADMINISTRATOR]


def addressees(folder: Path) -> list[str]:
    return [message_from_bytes(path.read_bytes())["To"] for path in folder.glob("*.eml")]


def _is_in(browser, nursery) -> bool:
    return browser.get(f"/f/{nursery.facility.number}/").status_code == 200


def test_the_record_of_an_address_holds_no_address(city, sakura, second):
    with city.open() as administrator:
        waiting = register_address(membership_of(sakura), NOTIFIED, by=administrator, at=AT)
        confirm_address(waiting.pk, by=second, at=AT)

    for name in (FacilityEvent.ADDRESS_REGISTERED, FacilityEvent.ADDRESS_CONFIRMED):
        event = events_of(city, name)[-1]
        assert "example.jp" not in str(event.detail)
        assert event.detail["account"] == str(sakura.clerk.pk)


def test_a_disabled_account_is_out_at_once_and_comes_back_when_enabled(city, sakura):
    browser = sign_in(sakura.clerk)
    assert _is_in(browser, sakura)

    with city.open() as administrator:
        disable(membership_of(sakura), by=administrator, at=AT)
    out = browser.get(f"/f/{sakura.facility.number}/")
    with city.open() as administrator:
        enable(membership_of(sakura), by=administrator, at=AT)

    assert out.status_code == 302
    assert out["Location"].startswith("/login")
    assert _is_in(sign_in(User.objects.get(pk=sakura.clerk.pk)), sakura)


def test_nobody_disables_oneself(city):
    with city.open() as administrator:
        mine = Membership.objects.get(user_id=administrator.user_id)
        with pytest.raises(NotAllowed, match="自分のアカウントは停止できません"):
            disable(mine.pk, by=administrator, at=AT)

    assert User.objects.get(pk=administrator.user_id).is_active


@pytest.mark.django_db(transaction=True)
def test_twelve_administrators_at_once_open_one_account_more():
    city = make_city()
    sakura = make_facility(city)
    users = [make_user(f"clerk-{place}", realm=city.municipality) for place in range(12)]
    together = Barrier(len(users), timeout=30)

    def try_to_open(user: User) -> str:
        try:
            with context(Context(who=NOBODY)), city.open() as administrator:
                together.wait()
                open_account(sakura.facility.pk, user.pk, by=administrator, at=AT)
            return "opened"
        except ProblemsFound:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(users)) as pool:
        answers = sorted(pool.map(try_to_open, users))
    with city.open():
        slots = sorted(
            Membership.objects.filter(facility=sakura.facility, ended_at__isnull=True).values_list(
                "slot", flat=True
            )
        )

    assert answers == ["opened"] + ["refused"] * 11
    assert slots == [1, 2]
