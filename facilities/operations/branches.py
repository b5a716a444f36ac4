"""Branches (分園): part of a facility, with children of their own among its counts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import Branch, Facility
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound

TWICE = "同じ名前の分園がすでに登録されています。"
OVERLAPS = "同じ名前の分園の期間と重なっています。期間を確認してください。"


@dataclass(frozen=True)
class BranchValues:
    """What a branch is; ``capacity`` in children, part of the facility's own."""

    name: str
    postal_code: str
    location: str
    capacity: int


@operation(FacilityEvent.BRANCH_OPENED)
def open_branch(
    facility_id: UUID, values: BranchValues, *, from_month: ServiceMonth, by: Actor, at: datetime
) -> Branch:
    """
    The facility has a branch from a month on.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it begins before the facility does, or a branch of this name is there already.
    """
    facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    permissions.set_up_facilities(by, facility)
    problems = []
    if not facility.lives_in(from_month):
        problems.append("分園の開始月は、施設の開設から廃止までの月にしてください。")
    others = Branch.objects.filter(facility=facility, name=values.name)
    if others.exclude(to_month__lt=from_month.first_day).exists():
        problems.append(TWICE)
    if problems:
        raise ProblemsFound(problems)
    branch: Branch = Branch.objects.create(
        municipality_id=facility.municipality_id,
        facility=facility,
        from_month=from_month.first_day,
        name=values.name,
        postal_code=values.postal_code,
        location=values.location,
        capacity=values.capacity,
    )
    record(
        FacilityEvent.BRANCH_OPENED,
        by=by,
        on=branch,
        rows={"branch": [branch.pk], "facility": [facility.pk]},
        detail={"from_month": str(from_month)},
    )
    return branch


@operation(FacilityEvent.BRANCH_ENDED)
def end_branch(branch_id: UUID, *, last_month: ServiceMonth, by: Actor, at: datetime) -> None:
    """
    The branch is run for the last time in ``last_month``, sooner or later than was said. With a month before its first
    one the branch is taken away.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it would run into a later branch of the same name.
    """
    parent = Branch.objects.get(pk=branch_id).facility_id
    # Like opening: whoever changes the branches of a facility has the facility.
    Facility.objects.select_for_update(of=("self",)).get(pk=parent)
    branch = Branch.objects.select_for_update(of=("self",)).get(pk=branch_id)
    permissions.set_up_facilities(by, branch)
    later = Branch.objects.filter(facility=parent, name=branch.name, from_month__gt=branch.from_month)
    if later.filter(from_month__lte=last_month.first_day).exists():
        raise ProblemsFound([OVERLAPS])
    record(
        FacilityEvent.BRANCH_ENDED,
        by=by,
        on=branch,
        rows={"branch": [branch.pk], "facility": [branch.facility_id]},
        detail={"last_month": str(last_month)},
    )
    if last_month < ServiceMonth.of(branch.from_month):
        branch.delete()
        return
    branch.to_month = last_month.first_day
    branch.save(update_fields=["to_month"])
