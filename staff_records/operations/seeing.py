"""What the city does with what facilities report: it has seen a change, and the paper behind an entry."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from audit.record import record
from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import ProblemsFound
from staff_records import permissions
from staff_records.events import StaffEvent
from staff_records.models import EarlierEmployment, Qualification, StaffChange, StaffMember
from staff_records.queries.changes import unseen
from staff_records.words import Proof

NOTHING_CHOSEN = "確認する届出を選んでください。"
SEEN_ALREADY = "選んだ届出は、すでに確認済みか、取り消されています。画面を開き直してください。"
CHECKED_ALREADY = "すでに確認済みです。画面を開き直してください。"


@operation(StaffEvent.CHANGES_SEEN)
def see(change_ids: Collection[UUID], *, by: Actor, at: datetime) -> int:
    """
    The city has seen these changes; how many were new to it.

    :raises NotAllowed: not the operations section.
    :raises ProblemsFound: none chosen, or none of them waits.
    """
    permissions.decide(by, None)
    if not change_ids:
        raise ProblemsFound([NOTHING_CHOSEN])
    waiting = unseen().select_for_update(of=("self",)).filter(pk__in=change_ids)
    seen = list(waiting.order_by("pk"))
    if not seen:
        raise ProblemsFound([SEEN_ALREADY])
    StaffChange.objects.filter(pk__in=[row.pk for row in seen]).update(seen_at=at, seen_by=by.user_id)
    record(
        StaffEvent.CHANGES_SEEN,
        by=by,
        rows={
            "staff_change": [row.pk for row in seen],
            "staff_member": {row.member_id for row in seen},
            "facility": {row.facility_id for row in seen},
        },
    )
    return len(seen)


@operation(StaffEvent.COPY_CHECKED)
def check_copy(member: StaffMember, row_id: UUID, *, by: Actor, at: datetime) -> Qualification:
    """
    The city has seen the certificate (写し) of a qualification.

    :raises NotAllowed: not the operations section.
    :raises Qualification.DoesNotExist: no such row of this member.
    :raises ProblemsFound: seen already.
    """
    permissions.decide(by, None)
    rows = Qualification.objects.select_for_update(of=("self",)).filter(withdrawn_at__isnull=True)
    row: Qualification = rows.get(pk=row_id, member=member)
    if row.checked_at is not None:
        raise ProblemsFound([CHECKED_ALREADY])
    row.checked_at, row.checked_by = at, by.user_id
    row.save(update_fields=["checked_at", "checked_by"])
    record(
        StaffEvent.COPY_CHECKED,
        by=by,
        on=member,
        rows={"staff_member": [member.pk], "staff_qualification": [row.pk]},
    )
    return row


@operation(StaffEvent.PROOF_CHECKED)
def check_proof(member: StaffMember, row_id: UUID, *, by: Actor, at: datetime) -> EarlierEmployment:
    """
    The city has seen the 在職証明 of earlier work.

    :raises NotAllowed: not the operations section.
    :raises EarlierEmployment.DoesNotExist: no such row of this member.
    :raises ProblemsFound: seen already.
    """
    permissions.decide(by, None)
    rows = EarlierEmployment.objects.select_for_update(of=("self",)).filter(withdrawn_at__isnull=True)
    row: EarlierEmployment = rows.get(pk=row_id, member=member)
    if row.proof == Proof.CHECKED:
        raise ProblemsFound([CHECKED_ALREADY])
    row.proof, row.proof_changed_at, row.proof_changed_by = Proof.CHECKED, at, by.user_id
    row.save(update_fields=["proof", "proof_changed_at", "proof_changed_by"])
    record(
        StaffEvent.PROOF_CHECKED,
        by=by,
        on=member,
        rows={"staff_member": [member.pk], "staff_earlier": [row.pk]},
    )
    return row
