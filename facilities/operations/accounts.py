"""Accounts of facilities: opened, addressed and disabled by the city's administrator only (R14, R15)."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.operations import people
from audit.record import record
from facilities import permissions
from facilities.actors import Actor, Role
from facilities.events import FacilityEvent
from facilities.models import AddressRegistration, Facility, Membership
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound

SLOTS = (1, 2)
BOTH_TAKEN = "この施設のアカウントはすでに2つあります。どちらかを停止してから登録してください。"


@operation(FacilityEvent.ACCOUNT_OPENED)
def open_account(facility_id: UUID, user_id: UUID, *, by: Actor, at: datetime) -> Membership:
    """
    Give a facility's free slot to an account. The database allows two; this chooses which.

    :raises NotAllowed: only the administrator opens accounts.
    :raises ProblemsFound: both slots are taken, or the account has one already.
    """
    facility = Facility.objects.get(pk=facility_id)
    permissions.manage_accounts(by, facility)
    taken = set(
        Membership.objects.filter(facility=facility, ended_at__isnull=True).values_list("slot", flat=True)
    )
    free = [slot for slot in SLOTS if slot not in taken]
    if not free:
        raise ProblemsFound([BOTH_TAKEN])
    try:
        with transaction.atomic():
            membership: Membership = Membership.objects.create(
                municipality_id=facility.municipality_id,
                user_id=user_id,
                duty=Role.FACILITY,
                facility=facility,
                slot=free[0],
            )
    except IntegrityError as taken_meanwhile:
        raise ProblemsFound(
            ["ほかの人が同時に登録したため、登録できませんでした。一覧を確認して、もう一度お試しください。"]
        ) from taken_meanwhile
    record(FacilityEvent.ACCOUNT_OPENED, by=by, on=membership, detail={"slot": membership.slot})
    return membership


@operation(FacilityEvent.ADDRESS_REGISTERED)
def register_address(
    membership_id: UUID, address: str, *, notification_number: str, notified_on: date, by: Actor, at: datetime
) -> AddressRegistration:
    """
    Register the mail address a facility has notified (届出). Every login of the account ends; old and new are told.

    :raises NotAllowed: only the administrator registers addresses.
    :raises ProblemsFound: the notification's date lies in the future.
    """
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership_id)
    permissions.manage_accounts(by, membership)
    if notified_on > at.date():
        raise ProblemsFound(["届出日が未来の日付です。届出書の日付を確認してください。"])
    user = User.objects.select_for_update(of=("self",)).get(pk=membership.user_id)
    people.set_address(user, address)
    registration: AddressRegistration = AddressRegistration.objects.create(
        municipality_id=membership.municipality_id,
        user=user,
        notification_number=notification_number,
        notified_on=notified_on,
        registered_at=at,
        registered_by=by.user_id,
    )
    record(
        FacilityEvent.ADDRESS_REGISTERED,
        by=by,
        on=registration,
        facility_id=membership.facility_id,
        detail={"account": str(user.pk), "notification_number": notification_number},
    )
    return registration


@operation(FacilityEvent.ACCOUNT_DISABLED)
def disable(membership_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Stop an account at once, everywhere.

    :raises NotAllowed: only the administrator, and never oneself.
    """
    membership, user = _account(membership_id, by)
    if user.pk == by.user_id:
        raise NotAllowed("自分のアカウントは停止できません。ほかの管理者に依頼してください。")
    people.disable(user)
    record(FacilityEvent.ACCOUNT_DISABLED, by=by, on=membership, detail={"account": str(user.pk)})


@operation(FacilityEvent.ACCOUNT_ENABLED)
def enable(membership_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Let a stopped account log in again.

    :raises NotAllowed: only the administrator.
    """
    membership, user = _account(membership_id, by)
    people.enable(user)
    record(FacilityEvent.ACCOUNT_ENABLED, by=by, on=membership, detail={"account": str(user.pk)})


def _account(membership_id: UUID, by: Actor) -> tuple[Membership, User]:
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership_id)
    permissions.manage_accounts(by, membership)
    return membership, User.objects.select_for_update(of=("self",)).get(pk=membership.user_id)
