"""Setting what holds for a facility from a month on: the year profile, its certified rates, the granted items."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from audit.record import record
from facilities import checks, permissions
from facilities.actors import Actor
from facilities.decided_above import is_decided_above
from facilities.events import FacilityEvent
from facilities.models import Branch, Facility, FacilityProfile, GrantedItem, ItemEnding
from facilities.operating import operation
from facilities.operations.dated import (
    OVERLAPPING_ITEM,
    OVERLAPPING_PROFILE,
    PROFILE_CHANGED,
    ProfileValues,
    begun,
    month_of,
    never_twice,
    profiles_of,
    tell_rooms_above,
    values_of,
    write,
)
from facilities.operations.rates import (
    CERTIFICATE,
    RATES,
    SAME_RATES,
    CertifiedRates,
    certified_rates_hold,
    differs,
)
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from facilities.touching import Months, touched
from pages.wareki import month_words

__all__ = [
    "OVERLAPPING_ITEM",
    "OVERLAPPING_PROFILE",
    "PROFILE_CHANGED",
    "SAME_RATES",
    "CertifiedRates",
    "ProfileValues",
]

BEGUN_PROFILE = (
    "適用が始まっているプロフィールは取り消せません。同じ適用開始月で設定し直して、値を直してください。"
)
BEGUN_ITEM = "適用が始まっている加算・減算は取り消せません。最後に適用する月を入れて、終了してください。"


class NoRoomForBranches(ProblemsFound):
    """The capacity would be less than what the facility's branches hold; ``field`` is where it is typed."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__([sentence])
        self.field = field


@operation(FacilityEvent.PROFILE_SET)
def set_profile(
    facility_id: UUID, values: ProfileValues, *, from_month: ServiceMonth, by: Actor, at: datetime
) -> FacilityProfile:
    """
    Let ``values`` hold from ``from_month`` until a later profile begins, or until further notice.

    What held before ends the month before; later profiles stay as they are. The first month of a profile that exists
    corrects it, and it ends when it did. A certificate goes on with the rates it is of.

    :raises NotAllowed: only the administrator sets profiles.
    :raises ProblemsFound: the capacities do not fit the type of the facility or each other.
    :raises NoRoomForBranches: the capacity falls below what the facility's branches hold.
    """
    facility = _locked(facility_id, by)
    if problems := checks.capacities_fit(
        facility.kind,
        approved=values.approved_capacity,
        capacity_1=values.capacity_1,
        capacity_23=values.capacity_23,
    ):
        raise ProblemsFound(list(problems.values()))
    profiles = profiles_of(facility)
    held = next((row for row in reversed(profiles) if row.from_month <= from_month.first_day), None)
    after = next((row for row in profiles if row.from_month > from_month.first_day), None)
    _require_room_for_branches(facility, values.capacity, held, from_month, after)
    same = held if held and held.from_month == from_month.first_day else None
    before = values_of(same) if same else None
    certificate = _certificate_of(held, values, from_month)
    with never_twice(OVERLAPPING_PROFILE):
        profile = same or begun(facility, profiles, from_month)
        write(profile, {**asdict(values), **certificate})
    record(
        FacilityEvent.PROFILE_SET,
        by=by,
        on=profile,
        detail={
            "from_month": str(from_month),
            "to_month": month_of(profile.to_month),
            "before": before,
            "after": asdict(values),
        },
    )
    tell_rooms_above(profile, from_month)
    return profile


@operation(FacilityEvent.PROFILE_UNDONE)
def undo_profile(profile_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Take away a profile whose first month has not begun. What held before goes on in its place.

    :raises FacilityProfile.DoesNotExist: it is gone already, or not of the open scope.
    :raises NotAllowed: only the administrator sets profiles.
    :raises ProblemsFound: its first month has begun.
    :raises NoRoomForBranches: what held before has less places than the facility's branches.
    """
    facility_id = FacilityProfile.objects.values_list("facility_id", flat=True).get(pk=profile_id)
    facility = _locked(facility_id, by)
    undone = FacilityProfile.objects.get(pk=profile_id)
    if _has_begun(undone.from_month, at):
        raise ProblemsFound([BEGUN_PROFILE])
    from_month = ServiceMonth.of(undone.from_month)
    profiles = profiles_of(facility)
    before = next((row for row in profiles if row.to_month == from_month.plus(-1).first_day), None)
    after = next((row for row in profiles if row.from_month > undone.from_month), None)
    if before is not None:
        _require_room_for_branches(facility, before.capacity, undone, from_month, after)
    record(
        FacilityEvent.PROFILE_UNDONE,
        by=by,
        on=undone,
        detail={
            "from_month": str(from_month),
            "to_month": month_of(undone.to_month),
            "before": values_of(undone),
        },
    )
    tell_rooms_above(undone, from_month)
    undone.delete()
    FacilityProfile.objects.filter(facility=facility, to_month=from_month.plus(-1).first_day).update(
        to_month=undone.to_month
    )


@operation(FacilityEvent.RATES_CERTIFIED)
def certify_rates(
    facility_id: UUID, rates: CertifiedRates, *, from_month: ServiceMonth, by: Actor, at: datetime
) -> list[FacilityProfile]:
    """
    Let certified 加算率 hold from ``from_month`` on, in whatever profile; returns the profiles that changed.

    Every profile of the fiscal year from then on has these rates, and they are not provisional any more. The profile
    that holds in ``from_month`` is split when that is not its first month. A certificate is of one fiscal year:
    profiles that begin in a later one keep what is certified or empty there, and where their rates are provisional,
    the new ones go on provisionally, as carrying the year does.

    :raises NotAllowed: only the administrator certifies rates.
    :raises ProblemsFound: no profile holds in ``from_month``, or nothing would change.
    """
    return certified_rates_hold(_locked(facility_id, by), rates, from_month=from_month, by=by)


class ReasonNeeded(ProblemsFound):
    """Months whose claims were sent are changed afterwards: that is done for a reason, which is kept."""

    def __init__(self, months: Sequence[ServiceMonth]) -> None:
        words = "・".join(month_words(month.first_day) for month in months)
        super().__init__(
            [f"提出済み・承認済みの請求がある月（{words}）が変わります。理由を入力してください。"]
        )


class DecidedAbove(ProblemsFound):
    """Two people decide on it by application: whoever sets it alone says why, where everybody reads it."""

    def __init__(self) -> None:
        super().__init__(
            ["この項目は、施設の申請で決まります。申請によらないで設定する理由を入力してください。"]
        )


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
    certification: str = "",
    reason: str = "",
) -> GrantedItem:
    """
    Let a 加算 or 減算 hold from one month to another (or until further notice).

    ``certification`` (1 or 23): for which children of a 認定こども園; empty for all that have it.

    :raises NotAllowed: only the administrator grants items.
    :raises DecidedAbove: facilities apply for it, and no reason is given why it is set without an application.
    :raises ProblemsFound: the months are out of order, or the item already holds in one of them.
    """
    facility = _locked(facility_id, by)
    if to_month is not None and to_month < from_month:
        raise ProblemsFound(["適用終了月は、適用開始月と同じか後の月にしてください。"])
    if not reason.strip() and is_decided_above(facility, code, from_month):
        raise DecidedAbove
    if _overlapping(facility.pk, code, certification, from_month, to_month).exists():
        raise ProblemsFound([OVERLAPPING_ITEM])
    with never_twice(OVERLAPPING_ITEM):
        granted: GrantedItem = GrantedItem.objects.create(
            municipality_id=facility.municipality_id,
            facility=facility,
            code=code,
            certification=certification,
            options=options,
            from_month=from_month.first_day,
            to_month=to_month.first_day if to_month else None,
            reason=reason.strip(),
        )
    record(
        FacilityEvent.ITEM_GRANTED,
        by=by,
        on=granted,
        detail={
            "code": code,
            "certification": certification,
            "options": options,
            "from_month": str(from_month),
            "to_month": str(to_month or ""),
        },
    )
    tell_rooms_above(granted, from_month)
    return granted


@operation(FacilityEvent.ITEM_ENDED)
def end_item(
    granted_id: UUID, *, last_month: ServiceMonth, by: Actor, at: datetime, reason: str = ""
) -> None:
    """
    Let an item hold for the last time in ``last_month``, earlier or later than it was to end.

    With a month before its first one it is taken away. Who did it, when and why is kept (``ItemEnding``).

    :raises GrantedItem.DoesNotExist: it is gone already, or not of the open scope.
    :raises NotAllowed: only the administrator ends items.
    :raises ReasonNeeded: it holds no more, or anew, in months whose claims were sent, and no reason is given.
    :raises ProblemsFound: it would hold on into months in which the same item is granted again.
    """
    granted = _locked_item(granted_id, by)
    from_month = ServiceMonth.of(granted.from_month)
    never_held = last_month < from_month
    before = ServiceMonth.of(granted.to_month) if granted.to_month else None
    changed = Months.between(before, max(last_month, from_month.plus(-1)))
    claimed = [found.month for found in touched(granted.facility_id, changed) if found.has_claims]
    if claimed and not reason.strip():
        raise ReasonNeeded(claimed)
    others = _overlapping(
        granted.facility_id, granted.code, granted.certification, from_month, last_month
    ).exclude(pk=granted.pk)
    if not never_held and (other := others.order_by("from_month").first()):
        words = month_words(other.from_month)
        raise ProblemsFound(
            [f"{words}から同じ加算が設定されています。最後に適用する月を、それより前の月にしてください。"]
        )
    record(
        FacilityEvent.ITEM_ENDED,
        by=by,
        on=granted,
        detail={"code": granted.code, "last_month": str(last_month)},
    )
    tell_rooms_above(granted, from_month)
    ItemEnding.objects.create(
        municipality_id=granted.municipality_id,
        facility_id=granted.facility_id,
        granted_item=granted.pk,
        code=granted.code,
        certification=granted.certification,
        from_month=granted.from_month,
        before=granted.to_month,
        after=None if never_held else last_month.first_day,
        reason=reason.strip(),
        ended_by=by.user_id,
        ended_at=at,
    )
    if never_held:
        granted.delete()
        return
    granted.to_month = last_month.first_day
    with never_twice(OVERLAPPING_ITEM):
        granted.save(update_fields=["to_month"])


@operation(FacilityEvent.ITEM_UNDONE)
def undo_item(granted_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Take away an item whose first month has not begun.

    :raises GrantedItem.DoesNotExist: it is gone already, or not of the open scope.
    :raises NotAllowed: only the administrator sets items.
    :raises ProblemsFound: its first month has begun.
    """
    granted = _locked_item(granted_id, by)
    if _has_begun(granted.from_month, at):
        raise ProblemsFound([BEGUN_ITEM])
    record(
        FacilityEvent.ITEM_UNDONE,
        by=by,
        on=granted,
        detail={
            "code": granted.code,
            "options": granted.options,
            "from_month": month_of(granted.from_month),
            "to_month": month_of(granted.to_month),
        },
    )
    tell_rooms_above(granted, ServiceMonth.of(granted.from_month))
    granted.delete()


def _locked(facility_id: UUID, by: Actor) -> Facility:
    facility: Facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    permissions.set_up_facilities(by, facility)
    return facility


def _locked_item(granted_id: UUID, by: Actor) -> GrantedItem:
    """The item as it is once its facility is locked."""
    _locked(GrantedItem.objects.values_list("facility_id", flat=True).get(pk=granted_id), by)
    granted: GrantedItem = GrantedItem.objects.get(pk=granted_id)
    return granted


def _require_room_for_branches(
    facility: Facility,
    capacity: int,
    held: FacilityProfile | None,
    from_month: ServiceMonth,
    after: FacilityProfile | None,
) -> None:
    """``capacity`` shall hold in place of ``held`` from ``from_month`` until the profile ``after`` begins."""
    sentence = checks.branches_fit(
        list(Branch.objects.filter(facility=facility)),
        capacity=capacity,
        held=held if held is not None and checks.holds(held, from_month) else None,
        from_month=from_month,
        to_month=ServiceMonth.of(after.from_month).plus(-1) if after else None,
    )
    if sentence:
        raise NoRoomForBranches(sentence, checks.capacity_field(facility.kind))


def _certificate_of(
    held: FacilityProfile | None, values: ProfileValues, from_month: ServiceMonth
) -> dict[str, Any]:
    """The certificate of what held in the same fiscal year, while the rates are the same; otherwise none."""
    rates = {name: getattr(values, name) for name in RATES}
    if (
        held is None
        or ServiceMonth.of(held.from_month).fiscal_year != from_month.fiscal_year
        or differs(held, rates)
    ):
        return {"certificate_number": "", "certified_on": None}
    return {name: getattr(held, name) for name in CERTIFICATE}


def _overlapping(
    facility_id: UUID,
    code: str,
    certification: str,
    from_month: ServiceMonth,
    to_month: ServiceMonth | None,
) -> models.QuerySet[GrantedItem]:
    """The grants of the same item for the same children that hold in one of these months."""
    others = GrantedItem.objects.filter(
        facility=facility_id,
        code=code,
        certification__in={"", certification} if certification else {"", "1", "23"},
    ).exclude(to_month__lt=from_month.first_day)
    return others if to_month is None else others.filter(from_month__lte=to_month.first_day)


def _has_begun(first_day: date, at: datetime) -> bool:
    return first_day <= timezone.localtime(at).date()
