"""
Facilities change (施設の異動): name and address, closing, resting, a new number after a change of type or corporation.

All dated. A month is computed with what held in it, whatever is registered later.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q, QuerySet
from django.utils import timezone

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import (
    Branch,
    Facility,
    FacilityDetail,
    FacilityProfile,
    GrantedItem,
    ItemEnding,
    Membership,
    Suspension,
    details_on,
    holding_in,
    standing_details,
)
from facilities.operating import operation
from facilities.operations.accounts import open_account
from facilities.operations.corporations import corporation_for, remove_if_unused
from facilities.operations.opening import NUMBER_TAKEN
from facilities.operations.profiles import PROFILE_CHANGED, ProfileValues
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from jobs import outbox

ALREADY_CLOSED = "この施設には廃止日が登録されています。先に廃止を取り消してください。"
NOT_CLOSED = "この施設に廃止日は登録されていません。"
HAS_SUCCESSOR = "新しい事業所番号への引継ぎが登録されているため、廃止を取り消せません。"
NO_SUCCESSOR = "この施設に、新しい事業所番号への引継ぎは登録されていません。"
SUCCESSOR_HAS_PEOPLE = (
    "新しい施設に、引き継いだ人のほかのアカウントがあるため、引継ぎを取り消せません。"
    "番号だけの間違いは、新しい施設の異動の画面で直せます。"
)
SUCCESSOR_HAS_BEGUN = (
    "新しい施設に児童数・請求・お知らせなどの記録があるため、引継ぎを取り消せません。"
    "番号だけの間違いは、新しい施設の異動の画面で直せます。"
)
CHANGES_BEFORE_OPENING = "変更日は、認可年月日より後の日にしてください。"
CLOSES_BEFORE_OPENING = "廃止日は、認可年月日より後の日にしてください。"
OUT_OF_ORDER = "休園の終了月は、開始月と同じか後の月にしてください。"
SUCCEEDS_TOO_EARLY = "引継ぎの月は、認可年月日より後の月にしてください。"
NOT_RUN = "休園の月は、施設の開設から廃止までの月にしてください。"
OVERLAPS = "ほかの休園の期間と重なっています。期間を確認してください。"
SAME = "いまの名称・所在地と同じです。変わるところを直してください。"
BEGUN_ALREADY = (
    "この変更はすでに始まっているため、取り消せません。"
    "同じ変更日で「名称・所在地が変わる」をもう一度登録すると、訂正できます。"
)
CANCELLED_ALREADY = "この変更はすでに訂正か取消がされています。画面を開き直してください。"
# What a row of details says, in the parts that change on their own: an address is one thing.
PARTS = (("name",), ("postal_code", "location"), ("ownership",))


@dataclass(frozen=True)
class DetailValues:
    """Name, address and 公私."""

    name: str
    postal_code: str
    location: str
    ownership: str

    @classmethod
    def of(cls, held: Facility | FacilityDetail) -> "DetailValues":
        """What a row says."""
        return cls(held.name, held.postal_code, held.location, held.ownership)


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
    Let another name, address or 公私 hold from a day on, in the past or the future. The same day again corrects it.

    What changes goes on into changes registered for later days, up to the one that changes the same thing again.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: nothing changes, or the day lies before the facility opened.
    """
    facility = _locked(facility_id, by)
    if from_day < facility.opened_on:
        raise ProblemsFound([CHANGES_BEFORE_OPENING])
    if DetailValues.of(details_on(facility, from_day)) == values:
        raise ProblemsFound([SAME])
    if not standing_details().filter(facility=facility).exists():
        _keep(facility, DetailValues.of(facility), facility.opened_on)
    held = details_on(facility, from_day)
    assert isinstance(held, FacilityDetail), "the first one stands at least"
    if held.from_day == from_day:
        _withdraw(held, at)
    detail = _keep(facility, values, from_day)
    carried = _carry_on(facility, from_day, DetailValues.of(held), values, at)
    record(
        FacilityEvent.DETAILS_CHANGED,
        by=by,
        on=detail,
        rows={"detail": [held.pk, detail.pk, *carried], "facility": [facility.pk]},
        detail={"from_day": from_day.isoformat(), "before": str(held.pk), "after": str(detail.pk)},
    )
    _details_hold(facility, from_day, held.ownership != values.ownership, at)
    return detail


@operation(FacilityEvent.DETAILS_CANCELLED)
def cancel_details(detail_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    A change registered ahead does not come: what held before it goes on.

    :raises FacilityDetail.DoesNotExist: not a change of the open scope.
    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it has begun, or was corrected or cancelled already.
    """
    facility = _locked(FacilityDetail.objects.get(pk=detail_id).facility_id, by)
    detail = FacilityDetail.objects.get(pk=detail_id)
    if detail.withdrawn_at is not None:
        raise ProblemsFound([CANCELLED_ALREADY])
    before = standing_details().filter(facility=facility, from_day__lt=detail.from_day).last()
    if before is None or detail.from_day <= timezone.localtime(at).date():
        raise ProblemsFound([BEGUN_ALREADY])
    _withdraw(detail, at)
    carried = _carry_on(facility, detail.from_day, DetailValues.of(detail), DetailValues.of(before), at)
    record(
        FacilityEvent.DETAILS_CANCELLED,
        by=by,
        on=detail,
        rows={"detail": [detail.pk, before.pk, *carried], "facility": [facility.pk]},
        detail={"from_day": detail.from_day.isoformat(), "before": str(detail.pk), "after": str(before.pk)},
    )
    _details_hold(facility, detail.from_day, detail.ownership != before.ownership, at)


def hold_details(*, on: date) -> int:
    """Write into the scope's facilities the details that hold today; how many changed. Harmless to repeat."""
    changed = 0
    due = (
        standing_details()
        .filter(from_day__lte=on)
        .order_by()
        .values_list("facility_id", flat=True)
        .distinct()
    )
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
        raise ProblemsFound([CLOSES_BEFORE_OPENING])
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
    :raises ProblemsFound: the months are out of order, it rests in one of them already, or is not run in one.
    """
    facility = _locked(facility_id, by)
    if not all(facility.lives_in(month) for month in (from_month, to_month) if month is not None):
        raise ProblemsFound([NOT_RUN])
    if to_month is not None and to_month < from_month:
        raise ProblemsFound([OUT_OF_ORDER])
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
    The facility rests for the last time in ``last_month``, sooner or later than was said. With a month before its first
    one the rest is taken away.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: it would run into another rest, or past the closing.
    """
    facility = _locked(Suspension.objects.get(pk=suspension_id).facility_id, by)
    suspension = Suspension.objects.select_for_update(of=("self",)).get(pk=suspension_id)
    if last_month >= ServiceMonth.of(suspension.from_month) and not facility.lives_in(last_month):
        raise ProblemsFound([NOT_RUN])
    later = Suspension.objects.filter(facility=facility, from_month__gt=suspension.from_month)
    if later.filter(from_month__lte=last_month.first_day).exists():
        raise ProblemsFound([OVERLAPS])
    record(
        FacilityEvent.SUSPENSION_ENDED,
        by=by,
        on=suspension,
        rows={"suspension": [suspension.pk], "facility": [facility.pk]},
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
    :raises ProblemsFound: it is closed already, nothing changes, the number is taken, or the corporation is known under
        another name.
    """
    facility = _locked(facility_id, by)
    if facility.closed_on is not None:
        raise ProblemsFound([ALREADY_CLOSED])
    if from_month.first_day <= facility.opened_on:
        raise ProblemsFound([SUCCEEDS_TOO_EARLY])
    if values.kind == facility.kind and facility.corporation.is_same(
        values.corporate_number, values.corporation
    ):
        raise ProblemsFound(
            ["施設類型も設置主体も変わりません。名称や定員だけの変更では、事業所番号は変わりません。"]
        )
    corporation = corporation_for(values.corporate_number, values.corporation, by)
    last = details_on(facility, from_month.first_day)
    facility.closed_on = from_month.first_day - timedelta(days=1)
    facility.save(update_fields=["closed_on"])
    try:
        with transaction.atomic():
            successor: Facility = Facility.objects.create(
                municipality_id=facility.municipality_id,
                number=values.number,
                name=values.name,
                kind=values.kind,
                ownership=last.ownership,
                corporation=corporation,
                opened_on=from_month.first_day,
                postal_code=last.postal_code,
                location=last.location,
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


@operation(FacilityEvent.SUCCESSION_UNDONE)
def undo_succession(facility_id: UUID, *, by: Actor, at: datetime) -> Facility:
    """
    The facility keeps its number after all: the successor and what was set up for it are taken away.

    The rooms above are asked by the database: what refers to the successor keeps it (``PROTECT``).

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: there is no successor, it has people of its own, or something was recorded for it.
    """
    facility = _locked(facility_id, by)
    successor = Facility.objects.select_for_update(of=("self",)).filter(predecessor=facility).first()
    if successor is None:
        raise ProblemsFound([NO_SUCCESSOR])
    own_people = Membership.objects.filter(facility=facility).values("user")
    if Membership.objects.filter(facility=successor).exclude(user__in=own_people).exists():
        raise ProblemsFound([SUCCESSOR_HAS_PEOPLE])
    gone, first, corporation = successor.pk, ServiceMonth.of(successor.opened_on), successor.corporation
    try:
        for rows in (
            Membership,
            FacilityProfile,
            GrantedItem,
            ItemEnding,
            Branch,
            Suspension,
            FacilityDetail,
        ):
            rows.objects.filter(facility=successor).delete()
        successor.delete()
    except ProtectedError as referred:
        raise ProblemsFound([SUCCESSOR_HAS_BEGUN]) from referred
    remove_if_unused(corporation)
    facility.closed_on = None
    facility.save(update_fields=["closed_on"])
    record(
        FacilityEvent.SUCCESSION_UNDONE,
        by=by,
        on=facility,
        facility_id=facility.pk,
        rows={"facility": [facility.pk, gone]},
    )
    _tell_rooms_above(facility, first)
    return facility


def resting_in(month: ServiceMonth) -> set[UUID]:
    """The scope's facilities that rest in ``month``."""
    return set(resting_ids(month))


def resting_ids(month: ServiceMonth) -> QuerySet[Any]:
    """The same as rows, for one message with others."""
    found = Suspension.objects.filter(
        Q(to_month__isnull=True) | Q(to_month__gte=month.first_day), from_month__lte=month.first_day
    )
    return found.values_list("facility_id", flat=True)


def _locked(facility_id: UUID, by: Actor) -> Facility:
    facility: Facility = (
        Facility.objects.select_for_update(of=("self",)).select_related("corporation").get(pk=facility_id)
    )
    permissions.set_up_facilities(by, facility)
    return facility


def _keep(facility: Facility, values: DetailValues, from_day: date) -> FacilityDetail:
    kept: FacilityDetail = FacilityDetail.objects.create(
        municipality_id=facility.municipality_id, facility=facility, from_day=from_day, **asdict(values)
    )
    return kept


def _withdraw(detail: FacilityDetail, at: datetime) -> None:
    detail.withdrawn_at = at
    detail.save(update_fields=["withdrawn_at"])


def _carry_on(
    facility: Facility, from_day: date, before: DetailValues, after: DetailValues, at: datetime
) -> list[UUID]:
    """
    Rows of later days repeat what had not changed until then: what has changed now goes on into them.

    Returns the ids of the rows replaced and written.
    """
    parts = [part for part in PARTS if _of_part(before, part) != _of_part(after, part)]
    touched = []
    for row in standing_details().filter(facility=facility, from_day__gt=from_day):
        said = DetailValues.of(row)
        # A row that says something else has changed this part itself: from there on it is settled.
        parts = [part for part in parts if _of_part(said, part) == _of_part(before, part)]
        if not parts:
            break
        _withdraw(row, at)
        changed = {name: getattr(after, name) for part in parts for name in part}
        touched += [row.pk, _keep(facility, replace(said, **changed), row.from_day).pk]
    return touched


def _of_part(values: DetailValues, part: Sequence[str]) -> list[str]:
    return [getattr(values, name) for name in part]


def _details_hold(facility: Facility, from_day: date, owner_changes: bool, at: datetime) -> None:
    _hold(facility, timezone.localtime(at).date())
    if owner_changes:
        _tell_rooms_above(facility, ServiceMonth.of(from_day))


def _hold(facility: Facility, on: date) -> bool:
    held = DetailValues.of(details_on(facility, on))
    if held == DetailValues.of(facility):
        return False
    for name, value in asdict(held).items():
        setattr(facility, name, value)
    facility.save(update_fields=list(asdict(held)))
    return True


def _tell_rooms_above(facility: Facility, from_month: ServiceMonth) -> None:
    outbox.add(
        PROFILE_CHANGED,
        municipality_id=facility.municipality_id,
        facility_id=facility.pk,
        from_month=str(from_month),
    )
