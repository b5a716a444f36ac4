"""Setting what holds for a facility from a month on: the year profile and the granted items."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import Facility, FacilityProfile, GrantedItem
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from jobs import outbox

# What was made from the facility's profile should be made again. The rooms above handle this kind of work.
PROFILE_CHANGED = "facilities.profile_changed"


@dataclass(frozen=True)
class ProfileValues:
    """The values of one profile; capacities in children, region and rates in percent."""

    approved_capacity: int
    capacity_1: int | None
    capacity_23: int | None
    region_percent: int
    base_percent: int | None
    wage_percent: int | None
    rates_are_provisional: bool = False


@operation(FacilityEvent.PROFILE_SET)
def set_profile(
    facility_id: UUID, values: ProfileValues, *, from_month: ServiceMonth, by: Actor, at: datetime
) -> FacilityProfile:
    """
    Let ``values`` hold from ``from_month`` until further notice; what held before ends the month before.

    :raises NotAllowed: only the administrator sets profiles.
    :raises ProblemsFound: a later profile exists, so the new one could not hold until further notice.
    """
    facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    permissions.set_up_facilities(by, facility)
    profiles = FacilityProfile.objects.select_for_update(of=("self",)).filter(facility=facility)
    later = profiles.filter(from_month__gt=from_month.first_day).order_by("from_month").first()
    if later is not None:
        raise ProblemsFound(
            [
                f"{later.from_month.year}年{later.from_month.month}月からのプロフィールがすでにあります。"
                "それより後の月を適用開始月にしてください。"
            ]
        )
    same = profiles.filter(from_month=from_month.first_day).first()
    before = _values_of(same) if same else None
    profile: FacilityProfile
    if same is not None:
        profiles.filter(pk=same.pk).update(**asdict(values), to_month=None)
        same.refresh_from_db()
        profile = same
    else:
        profiles.filter(from_month__lt=from_month.first_day).exclude(
            to_month__lt=from_month.first_day
        ).update(to_month=from_month.plus(-1).first_day)
        profile = FacilityProfile.objects.create(
            municipality_id=facility.municipality_id,
            facility=facility,
            from_month=from_month.first_day,
            **asdict(values),
        )
    record(
        FacilityEvent.PROFILE_SET,
        by=by,
        on=profile,
        detail={"from_month": str(from_month), "before": before, "after": asdict(values)},
    )
    _tell_rooms_above(profile, from_month)
    return profile


@operation(FacilityEvent.ITEM_GRANTED)
def grant_item(
    facility_id: UUID,
    code: str,
    options: dict[str, Any],
    *,
    from_month: ServiceMonth,
    to_month: ServiceMonth | None,
    by: Actor,
    at: datetime,
) -> GrantedItem:
    """
    Let a 加算 or 減算 hold from one month to another (or until further notice).

    :raises NotAllowed: only the administrator grants items.
    :raises ProblemsFound: the months are out of order, or the item already holds in one of them.
    """
    facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    permissions.set_up_facilities(by, facility)
    if to_month is not None and to_month < from_month:
        raise ProblemsFound(["適用終了月は、適用開始月と同じか後の月にしてください。"])
    others = GrantedItem.objects.filter(facility=facility, code=code).exclude(
        to_month__lt=from_month.first_day
    )
    if to_month is not None:
        others = others.filter(from_month__lte=to_month.first_day)
    if others.exists():
        raise ProblemsFound(["同じ加算がその期間にすでに設定されています。先にその適用を終了してください。"])
    granted: GrantedItem = GrantedItem.objects.create(
        municipality_id=facility.municipality_id,
        facility=facility,
        code=code,
        options=options,
        from_month=from_month.first_day,
        to_month=to_month.first_day if to_month else None,
    )
    record(
        FacilityEvent.ITEM_GRANTED,
        by=by,
        on=granted,
        detail={
            "code": code,
            "options": options,
            "from_month": str(from_month),
            "to_month": str(to_month or ""),
        },
    )
    _tell_rooms_above(granted, from_month)
    return granted


@operation(FacilityEvent.ITEM_ENDED)
def end_item(granted_id: UUID, *, last_month: ServiceMonth, by: Actor, at: datetime) -> None:
    """
    Let an item hold for the last time in ``last_month``. An item that never held is taken away.

    :raises NotAllowed: only the administrator ends items.
    """
    granted = GrantedItem.objects.select_for_update(of=("self",)).get(pk=granted_id)
    permissions.set_up_facilities(by, granted)
    record(
        FacilityEvent.ITEM_ENDED,
        by=by,
        on=granted,
        detail={"code": granted.code, "last_month": str(last_month)},
    )
    _tell_rooms_above(granted, ServiceMonth.of(granted.from_month))
    if last_month < ServiceMonth.of(granted.from_month):
        granted.delete()
        return
    granted.to_month = last_month.first_day
    granted.save(update_fields=["to_month"])


def _tell_rooms_above(changed: FacilityProfile | GrantedItem, from_month: ServiceMonth) -> None:
    outbox.add(
        PROFILE_CHANGED,
        municipality_id=changed.municipality_id,
        facility_id=changed.facility_id,
        from_month=str(from_month),
    )


def _values_of(profile: FacilityProfile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in ProfileValues.__dataclass_fields__}
