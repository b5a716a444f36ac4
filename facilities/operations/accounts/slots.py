"""The two slots of a facility."""

from uuid import UUID

from django.db import IntegrityError, transaction

from audit.record import record
from facilities.actors import Actor, Role
from facilities.events import FacilityEvent
from facilities.models import AddressRegistration, Facility, Membership, RegistrationStatus
from facilities.rules import ProblemsFound

SLOTS = (1, 2)
BOTH_TAKEN = "この施設のアカウントはすでに2つあります。どちらかの担当を終了するか、引き継いでください。"
PROMISED = "この施設の空いている枠には、確認を待つ担当があります。先にそれを確認するか、取り下げてください。"
AT_ONCE = "ほかの人が同時に登録したため、登録できませんでした。一覧を確認して、もう一度お試しください。"


def free_slot(facility: Facility, *, confirming: UUID | None = None) -> int:
    """
    The slot the next account takes. One that was promised to somebody (``confirming`` excepted) is not free.

    :raises ProblemsFound: there is none.
    """
    taken = set(
        Membership.objects.filter(facility=facility, ended_at__isnull=True).values_list("slot", flat=True)
    )
    free = [slot for slot in SLOTS if slot not in taken]
    if not free:
        raise ProblemsFound([BOTH_TAKEN])
    waiting = AddressRegistration.objects.filter(facility=facility, status=RegistrationStatus.WAITING)
    if waiting.exclude(pk=confirming).count() >= len(free):
        raise ProblemsFound([PROMISED])
    return free[0]


def take_slot(facility: Facility, user_id: UUID, by: Actor, *, confirming: UUID | None = None) -> Membership:
    """
    Give the free slot to an account.

    :raises ProblemsFound: there is none, or somebody took it at the same time.
    """
    slot = free_slot(facility, confirming=confirming)
    try:
        with transaction.atomic():
            membership: Membership = Membership.objects.create(
                municipality_id=facility.municipality_id,
                user_id=user_id,
                duty=Role.FACILITY,
                facility=facility,
                slot=slot,
            )
    except IntegrityError as taken_meanwhile:
        raise ProblemsFound([AT_ONCE]) from taken_meanwhile
    record(
        FacilityEvent.ACCOUNT_OPENED,
        by=by,
        on=membership,
        facility_id=facility.pk,
        detail={"slot": membership.slot},
    )
    return membership
