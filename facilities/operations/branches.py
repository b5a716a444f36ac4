"""Branches (分園): part of a facility, with children of their own among its counts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.checks import holds
from facilities.events import FacilityEvent
from facilities.models import Branch, Facility, FacilityProfile
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from pages.wareki import month_words

TWICE = "同じ名前の分園がすでに登録されています。"
NOT_RUN = "分園の月は、施設の開設から廃止までの月にしてください。"
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
    :raises ProblemsFound: it begins before the facility does, a branch of this name is there already, or there would be
        more places in branches than the facility has.
    """
    facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    permissions.set_up_facilities(by, facility)
    problems = []
    if not facility.lives_in(from_month):
        problems.append(NOT_RUN)
    others = Branch.objects.filter(facility=facility, name=values.name)
    if others.exclude(to_month__lt=from_month.first_day).exists():
        problems.append(TWICE)
    problems += _too_many_places(facility, values.capacity, from_month, None)
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
    :raises ProblemsFound: it would run into a later branch of the same name, past the closing, or into months in which
        the branches would have more places than the facility.
    """
    # Like opening: whoever changes the branches of a facility has the facility.
    parent = Facility.objects.select_for_update(of=("self",)).get(
        pk=Branch.objects.get(pk=branch_id).facility_id
    )
    branch = Branch.objects.select_for_update(of=("self",)).get(pk=branch_id)
    permissions.set_up_facilities(by, branch)
    if last_month >= ServiceMonth.of(branch.from_month) and not parent.lives_in(last_month):
        raise ProblemsFound([NOT_RUN])
    later = Branch.objects.filter(facility=parent, name=branch.name, from_month__gt=branch.from_month)
    if later.filter(from_month__lte=last_month.first_day).exists():
        raise ProblemsFound([OVERLAPS])
    # Months in which it is there already are not asked again: it may have been there before the capacity fell.
    added = ServiceMonth.of(branch.to_month).plus(1) if branch.to_month else last_month.plus(1)
    if added <= last_month and (
        problems := _too_many_places(parent, branch.capacity, added, last_month, but=branch)
    ):
        raise ProblemsFound(problems)
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


def _too_many_places(
    facility: Facility,
    capacity: int,
    from_month: ServiceMonth,
    to_month: ServiceMonth | None,
    *,
    but: Branch | None = None,
) -> list[str]:
    """The first of these months in which the facility's capacity has no room for so many places more in branches."""
    profiles = list(FacilityProfile.objects.filter(facility=facility))
    branches = [row for row in Branch.objects.filter(facility=facility) if row != but]
    begin = {ServiceMonth.of(row.from_month) for row in (*profiles, *branches)} | {from_month}
    for month in sorted(begin):
        if month < from_month or (to_month is not None and month > to_month):
            continue
        profile = next((row for row in profiles if holds(row, month)), None)
        elsewhere = sum(row.capacity for row in branches if holds(row, month))
        room = profile.capacity if profile else None
        if room is None or elsewhere + capacity <= room:
            continue
        others = f"（ほかの分園 {elsewhere}人）" if elsewhere else ""
        left = room - elsewhere
        advice = f"分園の利用定員を{left}人までにするか、" if left > 0 else ""
        return [
            f"分園の利用定員は、施設の利用定員に含まれます。{month_words(month.first_day)}の施設の利用定員は"
            f"{room}人です{others}。{advice}先に施設の利用定員を変えてください。"
        ]
    return []
