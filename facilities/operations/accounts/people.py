"""People who come, change their role, hand over and leave."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.operations import people
from audit.record import record
from facilities import permissions
from facilities.actors import CITY_ROLES, Actor, Role
from facilities.events import FacilityEvent
from facilities.models import AddressRegistration, Facility, Membership, RegistrationStatus
from facilities.operating import operation
from facilities.operations.accounts.administrators import require_not_the_last
from facilities.operations.accounts.held import held_account, one_after_the_other
from facilities.operations.accounts.registrations import Notification, decide, register
from facilities.operations.accounts.slots import take_slot
from facilities.rules import NotAllowed, ProblemsFound

ID_TAKEN = "このIDはすでに使われています。別のIDを入力してください。"
NO_CITY_ROLE = "施設職員の役割は変えられません。市の職員の役割だけを変えられます。"
SAME_ROLE = "いまと同じ役割です。新しい役割を選んでください。"
OWN_ROLE = "自分の役割は変えられません。ほかの管理者に依頼してください。"
NEW_ADMINISTRATOR = (
    "役割の変更で管理者にはできません。いまの担当を終了し、新しいIDの管理者として登録してください。"
    "登録を、ほかの管理者が確認します。"
)


@operation(FacilityEvent.ACCOUNT_OPENED)
def open_account(facility_id: UUID, user_id: UUID, *, by: Actor, at: datetime) -> Membership:
    """
    Give a new facility's free slot to an account of the number it had before. This chooses which of the two.

    Any other facility is added by two administrators: ``add_facility``.

    :raises NotAllowed: only the administrator opens accounts.
    :raises ProblemsFound: both slots are taken, or the account has one already.
    """
    facility = Facility.objects.get(pk=facility_id)
    permissions.manage_accounts(by, facility)
    return take_slot(facility, user_id, by)


@operation(FacilityEvent.ACCOUNT_OPENED)
def create_account(
    duty: Role,
    facility_id: UUID | None,
    *,
    login_id: str,
    name: str,
    notified: Notification,
    by: Actor,
    at: datetime,
) -> Membership:
    """
    Register a new person of the city (a role) or of a facility (a slot). The invitation waits for the confirmation.

    :raises NotAllowed: only the administrator opens accounts.
    :raises ProblemsFound: the id is taken, both slots are taken, or the notification is not complete.
    """
    facility = Facility.objects.get(pk=facility_id) if facility_id is not None else None
    permissions.manage_accounts(by, facility)
    one_after_the_other(by)
    if (duty is Role.FACILITY) != (facility is not None):
        raise ProblemsFound(["施設職員には施設を、市の職員には役割を選んでください。"])
    return _create(duty, facility, login_id, name, notified, by, at)


@operation(FacilityEvent.ACCOUNT_HANDED_OVER)
def hand_over(
    membership_id: UUID,
    *,
    login_id: str,
    name: str,
    notified: Notification,
    by: Actor,
    at: datetime,
    leaves_one: bool = False,
) -> Membership:
    """
    A successor takes the slot or role (引継ぎ): the former account ends at once, what it did keeps its name.

    ``leaves_one``: it is known that only one administrator can act then, until the successor begins.

    :raises NotAllowed: only the administrator, never for oneself, never the last administrator.
    :raises ProblemsFound: see ``create_account``; or it leaves one administrator, and that is not known.
    """
    membership, user = held_account(membership_id, by)
    _end(membership, user, by, at, leaves_one=leaves_one)
    successor = _create(Role(membership.duty), membership.facility, login_id, name, notified, by, at)
    record(
        FacilityEvent.ACCOUNT_HANDED_OVER,
        by=by,
        on=successor,
        facility_id=membership.facility_id,
        rows={"membership": [membership.pk, successor.pk]},
        detail={"account": str(user.pk), "successor": str(successor.user_id)},
    )
    return successor


@operation(FacilityEvent.ACCOUNT_ENDED)
def end_account(membership_id: UUID, *, by: Actor, at: datetime, leaves_one: bool = False) -> None:
    """
    End a membership: its slot is free again. The account itself is stopped when nothing else is left to it.

    ``leaves_one``: it is known that only one administrator can act then.

    :raises NotAllowed: only the administrator, never oneself, never the last administrator.
    :raises ProblemsFound: it leaves one administrator, and that is not known.
    """
    membership, user = held_account(membership_id, by)
    _end(membership, user, by, at, leaves_one=leaves_one)
    record(
        FacilityEvent.ACCOUNT_ENDED,
        by=by,
        on=membership,
        facility_id=membership.facility_id,
        detail={"account": str(user.pk)},
    )


@operation(FacilityEvent.ROLE_CHANGED)
def change_role(
    membership_id: UUID, duty: Role, *, by: Actor, at: datetime, leaves_one: bool = False
) -> Membership:
    """
    Give a person of the city another role (人事異動): the same account and ID, every login ends.

    The former role ends and stays in the record. Whoever decides on a claim twice is one person in both roles.
    ``leaves_one``: it is known that only one administrator can act then.

    :raises NotAllowed: only the administrator, never for oneself, never the last administrator, and nobody becomes an
        administrator this way: one alone would choose who confirms what she registers.
    :raises ProblemsFound: a facility's account, no role of the city, or the role the person has already; or it leaves
        one administrator, and that is not known.
    """
    membership, user = held_account(membership_id, by)
    if user.pk == by.user_id:
        raise NotAllowed(OWN_ROLE)
    if membership.facility_id is not None or duty not in CITY_ROLES:
        raise ProblemsFound([NO_CITY_ROLE])
    if membership.duty == duty:
        raise ProblemsFound([SAME_ROLE])
    if duty is Role.ADMINISTRATOR:
        raise NotAllowed(NEW_ADMINISTRATOR)
    require_not_the_last(membership, user, by, leaves_one=leaves_one)
    membership.ended_at = at
    membership.save(update_fields=["ended_at"])
    changed: Membership = Membership.objects.create(
        municipality_id=membership.municipality_id, user=user, duty=duty
    )
    if user.has_usable_password():
        people.end_sessions(user)
    record(
        FacilityEvent.ROLE_CHANGED,
        by=by,
        on=changed,
        rows={"membership": [membership.pk, changed.pk]},
        detail={"account": str(user.pk), "former_duty": membership.duty, "duty": duty.value},
    )
    return changed


def _create(
    duty: Role,
    facility: Facility | None,
    login_id: str,
    name: str,
    notified: Notification,
    by: Actor,
    at: datetime,
) -> Membership:
    try:
        with transaction.atomic():
            user = people.create_user(
                login_id=login_id, name=name, address="", password=None, realm_id=by.municipality_id
            )
    except IntegrityError as taken:
        raise ProblemsFound([ID_TAKEN]) from taken
    if facility is not None:
        membership = take_slot(facility, user.pk, by)
    else:
        membership = Membership.objects.create(municipality_id=by.municipality_id, user=user, duty=duty)
        record(FacilityEvent.ACCOUNT_OPENED, by=by, on=membership, detail={"duty": duty.value})
    register(membership, user, notified, by, at)
    return membership


def _end(membership: Membership, user: User, by: Actor, at: datetime, *, leaves_one: bool) -> None:
    require_not_the_last(membership, user, by, leaves_one=leaves_one)
    membership.ended_at = at
    membership.save(update_fields=["ended_at"])
    for waiting in AddressRegistration.objects.filter(user=user, status=RegistrationStatus.WAITING):
        decide(waiting, RegistrationStatus.WITHDRAWN, by, at)
    if not Membership.objects.filter(user=user, ended_at__isnull=True).exists():
        people.disable(user)
    else:
        people.end_sessions(user)
