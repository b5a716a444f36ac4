"""Which printed applications go when somebody on a roster is erased."""

from collections.abc import Collection, Mapping
from uuid import UUID

from applications.form_subjects import SUBJECT
from applications.models import ApplicationVersion
from applications.states import VersionStatus
from staff_records.models import StaffMember
from staff_records.papers_elsewhere import papers_by
from vault import unseal


@papers_by
def versions_naming(member_ids: Collection[UUID]) -> Mapping[str, Collection[UUID]]:
    """
    The versions in which one of these members stands, those that changed one of them (they show what was before), and
    every draft of their facilities, as a draft shows whoever was on the roster when it was printed.
    """
    wanted = [str(pk) for pk in member_ids]
    facilities = StaffMember.with_erased.filter(pk__in=list(member_ids)).order_by().values("facility")
    found: set[UUID] = set()
    replaced: dict[UUID, UUID] = {}
    rows = ApplicationVersion.objects.filter(facility__in=facilities)
    for version in rows.only("status", "replaces", "municipality", "facility", "content_sealed").iterator():
        if version.replaces_id is not None:
            replaced[version.pk] = version.replaces_id
        # However a value is kept, whom it names stands in it by id.
        content = unseal(version.content_sealed, bound_to=version.place).decode()
        if version.status == VersionStatus.DRAFT or any(one in content for one in wanted):
            found.add(version.pk)
    return {SUBJECT: found | {pk for pk, before in replaced.items() if before in found}}
