"""
The accounts of the demo.

They are made as rows, because they have been there; what becomes of some of them in May goes through the operations.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from accounts.models import EmailCodeDevice, User
from facilities.actors import Actor, Role, actor_for
from facilities.models import AddressRegistration, Facility, Membership, Municipality, RegistrationStatus
from facilities.operations.accounts import (
    Notification,
    add_facility,
    confirm_address,
    disable,
    hand_over,
    reconfirm,
    register_address,
)
from portal.demo import cast
from portal.demo.scene import JAPAN, acting, moment

HANDED_OVER, STOPPED = "1299900000020", "1299900000028"
# Both are run by 社会福祉法人 あさひ会.
SERVING, SERVED_TOO = "1299900000033", "1299900000006"
THIS_YEAR, LAST_YEAR = (datetime(year, 4, 1, 8, 30, tzinfo=JAPAN) for year in (2026, 2025))
# Who was there last year: the people of every twelfth facility, and those who decide last.
EVERY = 12
LONG_HERE = ("kakaricho", "kacho")


def cast_of(
    city: Municipality, password: str, facilities: Sequence[Facility]
) -> tuple[dict[str, Actor], dict[UUID, Actor]]:
    """Accounts of the cast: the actors by login id, and the clerks of its facilities by facility."""
    by_number = {facility.number: facility for facility in facilities}
    actors: dict[str, Actor] = {}
    clerks: dict[UUID, Actor] = {}
    slots: dict[UUID, int] = {}
    for person in cast.PEOPLE:
        if person.city != city.code:
            continue
        user = _user(person.login_id, person.name, password, city)
        if person.duty is not Role.FACILITY:
            began = LAST_YEAR if person.login_id in LONG_HERE else THIS_YEAR
            Membership.objects.create(municipality=city, user=user, duty=person.duty, began_at=began)
            actors[person.login_id] = _actor(user, person.duty, city)
        for number in person.facilities:
            facility = by_number[number]
            slots[facility.pk] = slots.get(facility.pk, 0) + 1
            _take(user, facility, slots[facility.pk])
            clerks.setdefault(facility.pk, _actor(user, Role.FACILITY, city, facility.pk))
    return actors, clerks


def clerks_of(city: Municipality, password: str, facilities: Sequence[Facility]) -> dict[UUID, Actor]:
    """One invented clerk for each of these facilities."""
    clerks = {}
    for facility in facilities:
        user = _user(f"f{facility.number}", "見本 事務員", password, city)
        _take(user, facility, 1)
        clerks[facility.pk] = _actor(user, Role.FACILITY, city, facility.pk)
    return clerks


def move(city: Municipality, actors: Mapping[str, Actor]) -> None:
    """
    Who was there last year is asked for, one account is handed over, one is stopped, and two registrations wait.

    By one administrator; the address of the successor is confirmed by the other.
    """
    administrator, other = actors["kanri"], actors["kanri2"]
    with acting(city, administrator):
        clerks = {
            membership.facility.number: membership
            for membership in Membership.objects.filter(facility__isnull=False, slot=1).select_related(
                "facility"
            )
        }
        still_there = [
            membership.pk for number, membership in clerks.items() if int(number) % (2 * EVERY) == 0
        ]
        reconfirm(still_there, by=administrator, at=moment(4, 15, 10))
        successor = hand_over(
            clerks[HANDED_OVER].pk,
            login_id=f"f{HANDED_OVER}-2",
            name="見本 後任",
            notified=Notification(cast.address_of(f"f{HANDED_OVER}-2"), "令8-18", date(2026, 5, 18)),
            by=administrator,
            at=moment(5, 20, 10),
        )
    with acting(city, other):
        waiting = AddressRegistration.objects.get(user=successor.user_id, status=RegistrationStatus.WAITING)
        confirm_address(waiting.pk, by=other, at=moment(5, 20, 14))
    with acting(city, administrator):
        disable(clerks[STOPPED].pk, by=administrator, at=moment(5, 25, 9))
        add_facility(
            clerks[SERVING].pk,
            Facility.objects.get(number=SERVED_TOO).pk,
            number="令8-20",
            notified_on=date(2026, 5, 27),
            by=administrator,
            at=moment(5, 28, 10),
        )
        notified = Notification("jimu@tsukushi.hagukumi.example", "令8-21", date(2026, 5, 28))
        register_address(clerks[cast.STRANGER].pk, notified, by=administrator, at=moment(5, 29, 10))


def _user(login_id: str, name: str, password: str, city: Municipality) -> User:
    user = User(login_id=login_id, password=password, realm_id=city.pk)
    user.name, user.address = name, cast.address_of(login_id)
    user.save()
    EmailCodeDevice.objects.create(user=user, name="mail", confirmed=True)
    return user


def _take(user: User, facility: Facility, slot: int) -> None:
    was_there = int(facility.number) % EVERY == 0 and facility.opened_on <= LAST_YEAR.date()
    Membership.objects.create(
        municipality_id=facility.municipality_id,
        user=user,
        duty=Role.FACILITY,
        facility=facility,
        slot=slot,
        began_at=LAST_YEAR if was_there else THIS_YEAR,
    )


def _actor(user: User, duty: Role, city: Municipality, facility_id: UUID | None = None) -> Actor:
    return actor_for(
        user_id=user.pk,
        login_id=user.login_id,
        duty=duty,
        municipality_id=city.pk,
        facility_id=facility_id,
    )
