"""
Facilities change (施設の異動): name and address, closing, resting, a new number after a change of type or corporation.

All dated. A month is computed with what held in it, whatever is registered later.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import (
    Corporation,
    Facility,
    FacilityDetail,
    FacilityProfile,
    Membership,
    Suspension,
    details_on,
    holding_in,
)
from facilities.operating import operation
from facilities.operations.accounts import open_account
from facilities.operations.profiles import PROFILE_CHANGED, ProfileValues
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from jobs import outbox

ALREADY_CLOSED = "この施設には廃止日が登録されています。先に廃止を取り消してください。"
NOT_CLOSED = "この施設に廃止日は登録されていません。"
HAS_SUCCESSOR = "新しい事業所番号への引継ぎが登録されているため、廃止を取り消せません。"
NUMBER_TAKEN = "この事業所番号はすでに登録されています。番号を確認してください。"
OVERLAPS = "ほかの休園の期間と重なっています。期間を確認してください。"
SAME = "いまの名称・所在地と同じです。変わるところを直してください。"


@dataclass(frozen=True)
class DetailValues:
    """Name and address."""

    name: str
    postal_code: str
    location: str


@dataclass(frozen=True)
class SuccessorValues:
    """The facility that goes on under a new number. Type and corporation may be the old ones."""

    number: str
    name: str
    kind: str
    corporation: str
    corporate_number: str


@operation(FacilityEvent.DETAILS_CHANGED)
def change_details(
    facility_id: UUID, values: DetailValues, *, from_day: date, by: Actor, at: datetime
) -> FacilityDetail:
    """
    Let another name or address hold from a day on, in the past or the future. The same day again corrects it.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: nothing changes, or the day lies before the facility opened.
    """
    facility = _locked(facility_id, by)
    if from_day < facility.opened_on:
        raise ProblemsFound(["変更日は、認可年月日より後の日にしてください。"])
    held = details_on(facility, from_day)
    if DetailValues(held.name, held.postal_code, held.location) == values:
        raise ProblemsFound([SAME])
    if not FacilityDetail.objects.filter(facility=facility).exists():
        FacilityDetail.objects.create(
            municipality_id=facility.municipality_id,
            facility=facility,
            from_day=facility.opened_on,
            name=facility.name,
            postal_code=facility.postal_code,
            location=facility.location,
        )
    detail: FacilityDetail
    detail, _ = FacilityDetail.objects.update_or_create(
        facility=facility,
        from_day=from_day,
        defaults={"municipality_id": facility.municipality_id, **asdict(values)},
    )
    record(
        FacilityEvent.DETAILS_CHANGED,
        by=by,
        on=detail,
        rows={"detail": [detail.pk], "facility": [facility.pk]},
        detail={"from_day": from_day.isoformat()},
    )
    _hold(facility, at.date())
    return detail


def hold_details(*, on: date) -> int:
    """Write into the scope's facilities the name and address that hold today; how many changed. Harmless to repeat."""
    changed = 0
    due = FacilityDetail.objects.filter(from_day__lte=on).values_list("facility_id", flat=True).distinct()
    for facility in Facility.objects.select_for_update(of=("self",)).filter(pk__in=list(due)):
        if _hold(facility, on):
            changed += 1
            record(FacilityEvent.DETAILS_HELD, on=facility, facility_id=facility.pk)
    return changed


@operation(FacilityEvent.CLOSED)
def close(facility_id: UUID, *, closed_on: date, by: Actor, at: datetime) -> Facility:
    """
    The facility is run for the last time on ``closed_on`` (廃止). What is claimed for earlier months goes on.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it is closed already, or the day lies before it opened.
    """
    facility = _locked(facility_id, by)
    if facility.closed_on is not None:
        raise ProblemsFound([ALREADY_CLOSED])
    if closed_on < facility.opened_on:
        raise ProblemsFound(["廃止日は、認可年月日より後の日にしてください。"])
    facility.closed_on = closed_on
    facility.save(update_fields=["closed_on"])
    record(
        FacilityEvent.CLOSED,
        by=by,
        on=facility,
        facility_id=facility.pk,
        rows={"facility": [facility.pk]},
        detail={"closed_on": closed_on.isoformat()},
    )
    _tell_rooms_above(facility, ServiceMonth.of(closed_on).plus(1))
    return facility


@operation(FacilityEvent.CLOSING_UNDONE)
def undo_closing(facility_id: UUID, *, by: Actor, at: datetime) -> Facility:
    """
    The facility goes on after all.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it is not closed, or goes on under another number.
    """
    facility = _locked(facility_id, by)
    if facility.closed_on is None:
        raise ProblemsFound([NOT_CLOSED])
    if Facility.objects.filter(predecessor=facility).exists():
        raise ProblemsFound([HAS_SUCCESSOR])
    first = ServiceMonth.of(facility.closed_on).plus(1)
    facility.closed_on = None
    facility.save(update_fields=["closed_on"])
    record(
        FacilityEvent.CLOSING_UNDONE,
        by=by,
        on=facility,
        facility_id=facility.pk,
        rows={"facility": [facility.pk]},
    )
    _tell_rooms_above(facility, first)
    return facility


@operation(FacilityEvent.SUSPENDED)
def suspend(
    facility_id: UUID,
    *,
    from_month: ServiceMonth,
    to_month: ServiceMonth | None,
    reason: str,
    by: Actor,
    at: datetime,
) -> Suspension:
    """
    The facility rests from one month to another, or until further notice (休園).

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: the months are out of order, or it rests in one of them already.
    """
    facility = _locked(facility_id, by)
    if to_month is not None and to_month < from_month:
        raise ProblemsFound(["休園の終了月は、開始月と同じか後の月にしてください。"])
    others = Suspension.objects.filter(facility=facility).exclude(to_month__lt=from_month.first_day)
    if to_month is not None:
        others = others.filter(from_month__lte=to_month.first_day)
    if others.exists():
        raise ProblemsFound([OVERLAPS])
    suspension: Suspension = Suspension.objects.create(
        municipality_id=facility.municipality_id,
        facility=facility,
        from_month=from_month.first_day,
        to_month=to_month.first_day if to_month else None,
        reason=reason,
    )
    record(
        FacilityEvent.SUSPENDED,
        by=by,
        on=suspension,
        rows={"suspension": [suspension.pk], "facility": [facility.pk]},
        detail={"from_month": str(from_month), "to_month": str(to_month or "")},
    )
    return suspension


@operation(FacilityEvent.SUSPENSION_ENDED)
def end_suspension(suspension_id: UUID, *, last_month: ServiceMonth, by: Actor, at: datetime) -> None:
    """
    The facility rests for the last time in ``last_month``. A rest that never began is taken away.

    :raises NotAllowed: only the administrator.
    """
    suspension = Suspension.objects.select_for_update(of=("self",)).get(pk=suspension_id)
    permissions.set_up_facilities(by, suspension)
    record(
        FacilityEvent.SUSPENSION_ENDED,
        by=by,
        on=suspension,
        rows={"suspension": [suspension.pk], "facility": [suspension.facility_id]},
        detail={"last_month": str(last_month)},
    )
    if last_month < ServiceMonth.of(suspension.from_month):
        suspension.delete()
        return
    suspension.to_month = last_month.first_day
    suspension.save(update_fields=["to_month"])


@operation(FacilityEvent.SUCCEEDED)
def succeed(
    facility_id: UUID,
    values: SuccessorValues,
    *,
    from_month: ServiceMonth,
    carry_accounts: bool,
    by: Actor,
    at: datetime,
) -> Facility:
    """
    The facility goes on under a new number: after a change of type or corporation. The old one ends the day before.

    The successor has no history: its 加算率 is not set until it is certified. With the same type the capacities carry
    over. ``carry_accounts`` gives the same people the new facility's slots; they keep the old one for its last months.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it is closed already, or the number is taken.
    """
    facility = _locked(facility_id, by)
    if facility.closed_on is not None:
        raise ProblemsFound([ALREADY_CLOSED])
    if from_month.first_day <= facility.opened_on:
        raise ProblemsFound(["引継ぎの月は、認可年月日より後の月にしてください。"])
    if values.kind == facility.kind and values.corporate_number == facility.corporation.corporate_number:
        raise ProblemsFound(
            ["施設類型も設置主体も変わりません。名称や定員だけの変更では、事業所番号は変わりません。"]
        )
    facility.closed_on = from_month.first_day - timedelta(days=1)
    facility.save(update_fields=["closed_on"])
    try:
        with transaction.atomic():
            successor: Facility = Facility.objects.create(
                municipality_id=facility.municipality_id,
                number=values.number,
                name=values.name,
                kind=values.kind,
                ownership=facility.ownership,
                corporation=corporation_of(values.corporate_number, values.corporation, by),
                opened_on=from_month.first_day,
                postal_code=facility.postal_code,
                location=facility.location,
                predecessor=facility,
            )
    except IntegrityError as taken:
        raise ProblemsFound([NUMBER_TAKEN]) from taken
    profile = holding_in(FacilityProfile.objects.filter(facility=facility), from_month).first()
    if profile is not None and values.kind == facility.kind:
        same = {name: getattr(profile, name) for name in ProfileValues.__dataclass_fields__}
        FacilityProfile.objects.create(
            municipality_id=facility.municipality_id,
            facility=successor,
            from_month=from_month.first_day,
            **{**same, "base_percent": None, "wage_percent": None, "rates_are_provisional": False},
        )
    record(
        FacilityEvent.SUCCEEDED,
        by=by,
        on=successor,
        facility_id=successor.pk,
        rows={"facility": [facility.pk, successor.pk]},
        detail={"number": values.number, "from_month": str(from_month)},
    )
    if carry_accounts:
        lasting = Membership.objects.filter(facility=facility, ended_at__isnull=True).order_by("slot")
        for membership in lasting:
            open_account(successor.pk, membership.user_id, by=by, at=at)
    _tell_rooms_above(facility, from_month)
    return successor


def resting_in(month: ServiceMonth) -> set[UUID]:
    """The scope's facilities that rest in ``month``."""
    found = Suspension.objects.filter(
        Q(to_month__isnull=True) | Q(to_month__gte=month.first_day), from_month__lte=month.first_day
    )
    return set(found.values_list("facility_id", flat=True))


def corporation_of(number: str, name: str, by: Actor) -> Corporation:
    """The city's corporation of this number (a sole proprietor: of this name), made when it is new."""
    known = Corporation.objects.filter(corporate_number=number)
    found: Corporation | None = (known if number else known.filter(name=name)).first()
    return found or Corporation.objects.create(
        municipality_id=by.municipality_id, corporate_number=number, name=name
    )


def _locked(facility_id: UUID, by: Actor) -> Facility:
    facility: Facility = (
        Facility.objects.select_for_update(of=("self",)).select_related("corporation").get(pk=facility_id)
    )
    permissions.set_up_facilities(by, facility)
    return facility


def _hold(facility: Facility, on: date) -> bool:
    held = details_on(facility, on)
    if (held.name, held.postal_code, held.location) == (
        facility.name,
        facility.postal_code,
        facility.location,
    ):
        return False
    facility.name, facility.postal_code, facility.location = held.name, held.postal_code, held.location
    facility.save(update_fields=["name", "postal_code", "location"])
    return True


def _tell_rooms_above(facility: Facility, from_month: ServiceMonth) -> None:
    outbox.add(
        PROFILE_CHANGED,
        municipality_id=facility.municipality_id,
        facility_id=facility.pk,
        from_month=str(from_month),
    )
