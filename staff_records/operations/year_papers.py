"""Papers that name people go with them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from audit.record import record
from documents import operations as documents
from staff_records.events import StaffEvent
from staff_records.form_subjects import SUBJECT, of_members
from staff_records.papers_elsewhere import papers_naming


def destroy_papers(member_ids: Collection[UUID], *, at: datetime) -> list[UUID]:
    """
    Every printed roster and application that names one of these people becomes unreadable, backups included; called
    where they are erased, in the same transaction. The others' data stay: the paper can be made anew without those who
    are gone.
    """
    destroyed = documents.destroy(of_members(member_ids), SUBJECT, at=at)
    for subject, ids in papers_naming(member_ids):
        destroyed += documents.destroy(ids, subject, at=at)
    if destroyed:
        record(StaffEvent.PAPERS_DESTROYED, rows={"document": destroyed, "staff_member": member_ids})
    return destroyed
