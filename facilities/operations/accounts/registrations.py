"""Notified addresses on their way from one administrator to the other."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from audit.record import record
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import AddressRegistration, Facility, Membership, RegistrationStatus
from facilities.operations.accounts.mailboxes import require_own_address
from facilities.rules import ProblemsFound

FUTURE = "届出日が未来の日付です。届出書の日付を確認してください。"
NO_NOTIFICATION = "施設のアカウントには、届出番号と届出日が必要です。届出書を見て入力してください。"


@dataclass(frozen=True)
class Notification:
    """A notified address (届出). City accounts have no notification: number and day are empty."""

    address: str
    number: str = ""
    notified_on: date | None = None


def register(
    membership: Membership, user: User, notified: Notification, by: Actor, at: datetime
) -> AddressRegistration:
    """
    Let a notified address wait for another administrator, on record.

    :raises ProblemsFound: the notification is not complete, or the address is somebody else's.
    """
    problems = notification_problems(notified, at, is_facility=membership.facility_id is not None)
    if problems:
        raise ProblemsFound(problems)
    require_own_address(user, notified.address)
    registration = write_registration(user, notified, by, at)
    record(
        FacilityEvent.ADDRESS_REGISTERED,
        by=by,
        on=registration,
        facility_id=membership.facility_id,
        detail={"account": str(user.pk), "notification_number": notified.number},
    )
    return registration


def notification_problems(notified: Notification, at: datetime, *, is_facility: bool = True) -> list[str]:
    """What is missing or cannot be."""
    if is_facility and not (notified.number and notified.notified_on):
        return [NO_NOTIFICATION]
    if notified.notified_on is not None and notified.notified_on > at.date():
        return [FUTURE]
    return []


def write_registration(
    user: User, notified: Notification, by: Actor, at: datetime, *, facility: Facility | None = None
) -> AddressRegistration:
    """The waiting row; ``facility``: the one that is added."""
    registration = AddressRegistration(
        municipality_id=by.municipality_id,
        user=user,
        facility=facility,
        notification_number=notified.number,
        notified_on=notified.notified_on,
        registered_at=at,
        registered_by=by.user_id,
    )
    registration.address = notified.address
    registration.save()
    return registration


def decide(registration: AddressRegistration, status: RegistrationStatus, by: Actor, at: datetime) -> None:
    """End the waiting; the address itself is kept with the account alone."""
    registration.status = status
    registration.address_sealed = None
    registration.decided_at, registration.decided_by = at, by.user_id
    registration.save(update_fields=["status", "address_sealed", "decided_at", "decided_by", "is_sole"])
