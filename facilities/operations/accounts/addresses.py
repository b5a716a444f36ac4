"""Addresses: registered by one administrator, confirmed by another one."""

from datetime import datetime
from uuid import UUID

from accounts.models import TicketPurpose, User
from accounts.operations import passwords, people
from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import AddressRegistration, Membership, RegistrationStatus
from facilities.operating import operation
from facilities.operations.accounts.administrators import founds_the_four_eyes
from facilities.operations.accounts.held import ENDED, STOPPED, held_account, one_after_the_other, site_of
from facilities.operations.accounts.mailboxes import require_own_address
from facilities.operations.accounts.registrations import Notification, decide, register
from facilities.operations.accounts.second_facility import serve
from facilities.rules import NotAllowed, ProblemsFound

NOT_WAITING = "この登録は、ほかの管理者がすでに処理しました。画面を開き直してください。"
ANOTHER_PERSON = "登録した本人は確認できません。ほかの管理者に確認を依頼してください。"


@operation(FacilityEvent.ADDRESS_REGISTERED)
def register_address(
    membership_id: UUID, notified: Notification, *, by: Actor, at: datetime
) -> AddressRegistration:
    """
    Register a notified address; it counts once another administrator has confirmed it.

    :raises NotAllowed: only the administrator registers addresses.
    :raises ProblemsFound: the notification is not complete, its date lies in the future, another registration waits,
        or the address belongs to another facility's account.
    """
    membership, user = held_account(membership_id, by)
    waiting = AddressRegistration.objects.filter(user=user, status=RegistrationStatus.WAITING)
    if waiting.filter(facility__isnull=True).exists():
        raise ProblemsFound(
            ["確認を待っているアドレスがあります。先にそれを確認するか、取り下げてください。"]
        )
    return register(membership, user, notified, by, at)


@operation(FacilityEvent.ADDRESS_CONFIRMED)
def confirm_address(registration_id: UUID, *, by: Actor, at: datetime) -> AddressRegistration:
    """
    Another administrator confirms: the address counts from now on.

    A new account gets its invitation. Otherwise every login ends, and the old and the new address are told. When the
    account's own address was registered for another facility, its person serves that one too from now on.

    :raises NotAllowed: not an administrator, or the one who registered it; unless the city has just one administrator
        and registers its second one.
    :raises ProblemsFound: it was decided already, the account is stopped before it was ever used, the address has
        become another facility's meanwhile, or the facility cannot be added any more.
    """
    one_after_the_other(by)
    registration: AddressRegistration = AddressRegistration.objects.select_for_update(of=("self",)).get(
        pk=registration_id
    )
    permissions.manage_accounts(by, registration)
    if registration.status != RegistrationStatus.WAITING:
        raise ProblemsFound([NOT_WAITING])
    membership = Membership.objects.filter(user=registration.user_id, ended_at__isnull=True).first()
    if membership is None:
        raise ProblemsFound([ENDED])
    alone = registration.registered_by == by.user_id
    if alone and not founds_the_four_eyes(membership, by):
        raise NotAllowed(ANOTHER_PERSON)
    user = User.objects.select_for_update(of=("self",)).get(pk=registration.user_id)
    if registration.facility is not None:
        serve(registration, registration.facility, membership, user, by)
    else:
        _let_count(registration, membership, user, by)
    registration.is_sole = alone
    decide(registration, RegistrationStatus.CONFIRMED, by, at)
    record(
        FacilityEvent.ADDRESS_CONFIRMED,
        by=by,
        on=registration,
        facility_id=registration.facility_id or membership.facility_id,
        detail={"account": str(user.pk), "notification_number": registration.notification_number},
    )
    return registration


@operation(FacilityEvent.ADDRESS_WITHDRAWN)
def withdraw_address(registration_id: UUID, *, by: Actor, at: datetime) -> AddressRegistration:
    """
    Take a waiting registration back, e.g. after a slip of typing.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it was decided already.
    """
    registration: AddressRegistration = AddressRegistration.objects.select_for_update(of=("self",)).get(
        pk=registration_id
    )
    permissions.manage_accounts(by, registration)
    if registration.status != RegistrationStatus.WAITING:
        raise ProblemsFound([NOT_WAITING])
    decide(registration, RegistrationStatus.WITHDRAWN, by, at)
    record(
        FacilityEvent.ADDRESS_WITHDRAWN,
        by=by,
        on=registration,
        facility_id=registration.facility_id,
        detail={"account": str(registration.user_id)},
    )
    return registration


def _let_count(registration: AddressRegistration, membership: Membership, user: User, by: Actor) -> None:
    if not (user.is_active or user.has_usable_password()):
        raise ProblemsFound([STOPPED])
    address = registration.address
    require_own_address(user, address)
    if user.has_usable_password():
        people.set_address(user, address)
    else:
        people.set_first_address(user, address)
        passwords.send_ticket(user, TicketPurpose.INVITATION, site=site_of(membership), by=by)
