"""At most two accounts per facility; the address is the city's to set; a stopped account is stopped everywhere."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from email import message_from_bytes
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from audit.record import NOBODY, Context, context
from facilities.actors import Role
from facilities.events import FacilityEvent
from facilities.models import AddressRegistration, Membership
from facilities.operations.accounts import (
    BOTH_TAKEN,
    disable,
    enable,
    open_account,
    register_address,
)
from facilities.rules import NotAllowed, ProblemsFound
from tests.cast import City, Nursery, make_city, make_facility, make_user, sign_in
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


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

    with city.open(role) as actor:
        for act in (
            lambda: open_account(sakura.facility.pk, sakura.clerk.pk, by=actor, at=AT),
            lambda: disable(membership_id, by=actor, at=AT),
            lambda: enable(membership_id, by=actor, at=AT),
            lambda: register_address(
                membership_id,
                "new@example.jp",
                notification_number="8-1",
                notified_on=date(2026, 6, 1),
                by=actor,
                at=AT,
            ),
        ):
            with pytest.raises(NotAllowed, match="市の管理者だけ"):
                act()


def test_the_clerk_cannot_set_her_own_address(city, sakura):
    membership_id = membership_of(sakura)

    with sakura.open() as clerk, pytest.raises((NotAllowed, Membership.DoesNotExist)):
        register_address(
            membership_id,
            "mine@example.jp",
            notification_number="8-1",
            notified_on=AT.date(),
            by=clerk,
            at=AT,
        )

    assert User.objects.get(pk=sakura.clerk.pk).address == sakura.clerk.address


def test_a_registered_address_ends_logins_and_both_addresses_are_told(city, sakura, run_jobs, mail_folder):
    before = sakura.clerk.address
    browser = sign_in(sakura.clerk)
    assert _is_in(browser, sakura)

    with city.open() as administrator:
        register_address(
            membership_of(sakura),
            "new@example.jp",
            notification_number="令8-15",
            notified_on=date(2026, 6, 4),
            by=administrator,
            at=AT,
        )
        registration = AddressRegistration.objects.get()
    run_jobs()

    assert User.objects.get(pk=sakura.clerk.pk).address == "new@example.jp"
    assert registration.notification_number == "令8-15"
    assert not _is_in(browser, sakura)
    assert sorted(addressees(mail_folder)) == sorted([before, "new@example.jp"])


def addressees(folder: Path) -> list[str]:
    return [message_from_bytes(path.read_bytes())["To"] for path in folder.glob("*.eml")]


def _is_in(browser, nursery) -> bool:
    return browser.get(f"/f/{nursery.facility.number}/").status_code == 200


def test_the_record_of_an_address_holds_no_address(city, sakura):
    with city.open() as administrator:
        register_address(
            membership_of(sakura),
            "new@example.jp",
            notification_number="8-15",
            notified_on=date(2026, 6, 4),
            by=administrator,
            at=AT,
        )
    event = events_of(city, FacilityEvent.ADDRESS_REGISTERED)[-1]

    assert "example.jp" not in str(event.detail)
    assert event.detail["account"] == str(sakura.clerk.pk)


def test_a_notification_from_the_future_is_refused(city, sakura):
    with city.open() as administrator, pytest.raises(ProblemsFound, match="未来の日付"):
        register_address(
            membership_of(sakura),
            "new@example.jp",
            notification_number="8-15",
            notified_on=date(2026, 6, 6),
            by=administrator,
            at=AT,
        )


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
