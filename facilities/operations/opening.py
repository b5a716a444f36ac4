"""
Facilities open (開設): one by hand, many by a list (``facility_import``), by the same lines and the same checks.

What was mistyped then is put right here: the number, while nothing has begun under it, and 認可年月日.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.beginnings import has_begun
from facilities.events import FacilityEvent
from facilities.imports import FacilityLine
from facilities.models import (
    Corporation,
    Facility,
    FacilityDetail,
    FacilityProfile,
    Municipality,
    standing_details,
)
from facilities.operating import operation
from facilities.operations.corporations import corporation_for
from facilities.operations.profiles import PROFILE_CHANGED
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from jobs import outbox

NUMBER_TAKEN = "この事業所番号はすでに登録されています。番号を確認してください。"
NO_CAPACITY = "定員が空です。認可定員と利用定員を入れてください。"
SAME_NUMBER = "いまの事業所番号と同じです。正しい番号を入力してください。"
HAS_BEGUN = (
    "この施設の児童数か利用者負担額がすでに届いているため、事業所番号を直せません。"
    "番号が変わるときは、新しい事業所番号に引き継いでください。"
)
OPENED_BY_SUCCESSION = (
    "引継ぎで始まった施設の認可年月日は変えられません。引継ぎを取り消して、やり直してください。"
)
CLOSED_BEFORE = "廃止日より後の認可年月日になっています。日付を確認してください。"
CHANGED_BEFORE = "認可年月日より前に、名称・所在地の変更が登録されています。日付を確認してください。"


@operation(FacilityEvent.OPENED)
def open_facility(line: FacilityLine, *, from_month: ServiceMonth, by: Actor, at: datetime) -> Facility:
    """
    One new facility with its first profile, which begins in ``from_month``, or later with the facility itself.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: there is no capacity, the number is taken, or the corporation is known under another name.
    """
    permissions.set_up_facilities(by, None)
    if not line.has_profile:
        raise ProblemsFound([NO_CAPACITY])
    # A list that is being accepted comes before or after, not in between.
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    if Facility.objects.filter(number=line.number).exists():
        raise ProblemsFound([NUMBER_TAKEN])
    corporation = corporation_for(line.corporate_number, line.corporation, by)
    begins = first_month(line, from_month)
    try:
        with transaction.atomic():
            facility = facility_of(line, corporation, begins)
    except IntegrityError as taken:
        raise ProblemsFound([NUMBER_TAKEN]) from taken
    record(
        FacilityEvent.OPENED,
        by=by,
        on=facility,
        facility_id=facility.pk,
        rows={"facility": [facility.pk], "corporation": [corporation.pk]},
        detail={"number": line.number, "from_month": str(begins)},
    )
    return facility


def first_month(line: FacilityLine, from_month: ServiceMonth) -> ServiceMonth:
    """When a new facility's profile begins."""
    return max(from_month, ServiceMonth.of(line.opened))


def facility_of(line: FacilityLine, corporation: Corporation, begins: ServiceMonth) -> Facility:
    """The rows of a new facility: itself and its first profile."""
    facility: Facility = Facility.objects.create(
        municipality_id=corporation.municipality_id,
        number=line.number,
        name=line.name,
        kind=line.kind,
        ownership=line.ownership,
        corporation=corporation,
        opened_on=line.opened,
        postal_code=line.postal_code,
        location=line.location,
    )
    FacilityProfile.objects.create(
        municipality_id=facility.municipality_id,
        facility=facility,
        from_month=begins.first_day,
        **asdict(line.profile(None)),
    )
    return facility


@operation(FacilityEvent.NUMBER_CORRECTED)
def correct_number(facility_id: UUID, number: str, *, by: Actor, at: datetime) -> Facility:
    """
    Put right a mistyped 事業所番号 while nothing has begun under it.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: nothing changes, the number is taken, or counts or charges have arrived.
    """
    facility = _locked(facility_id, by)
    before = facility.number
    if before == number:
        raise ProblemsFound([SAME_NUMBER])
    if has_begun(facility.pk):
        raise ProblemsFound([HAS_BEGUN])
    facility.number = number
    try:
        with transaction.atomic():
            facility.save(update_fields=["number"])
    except IntegrityError as taken:
        raise ProblemsFound([NUMBER_TAKEN]) from taken
    record(
        FacilityEvent.NUMBER_CORRECTED,
        by=by,
        on=facility,
        facility_id=facility.pk,
        rows={"facility": [facility.pk]},
        detail={"before": before, "after": number},
    )
    return facility


@operation(FacilityEvent.OPENING_CORRECTED)
def correct_opening(facility_id: UUID, opened_on: date, *, by: Actor, at: datetime) -> Facility:
    """
    Put right 認可年月日. The months it brings or takes away are computed again.

    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: see ``opening_problem``.
    """
    facility = _locked(facility_id, by)
    details = list(standing_details().filter(facility=facility))
    if problem := opening_problem(facility, details, opened_on):
        raise ProblemsFound([problem])
    before, facility.opened_on = facility.opened_on, opened_on
    facility.save(update_fields=["opened_on"])
    if details:
        # The first details have held since the facility opened.
        details[0].from_day = opened_on
        details[0].save(update_fields=["from_day"])
    record(
        FacilityEvent.OPENING_CORRECTED,
        by=by,
        on=facility,
        facility_id=facility.pk,
        rows={"facility": [facility.pk]},
        detail={"before": before.isoformat(), "after": opened_on.isoformat()},
    )
    outbox.add(
        PROFILE_CHANGED,
        municipality_id=facility.municipality_id,
        facility_id=facility.pk,
        from_month=str(ServiceMonth.of(min(before, opened_on))),
    )
    return facility


def opening_problem(facility: Facility, details: Sequence[FacilityDetail], opened_on: date) -> str | None:
    """Why the facility cannot have opened on this day; ``details`` are its own, oldest first."""
    if facility.predecessor_id is not None:
        return OPENED_BY_SUCCESSION
    if facility.closed_on is not None and facility.closed_on < opened_on:
        return CLOSED_BEFORE
    if any(row.from_day <= opened_on for row in details[1:]):
        return CHANGED_BEFORE
    return None


def _locked(facility_id: UUID, by: Actor) -> Facility:
    facility: Facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    permissions.set_up_facilities(by, facility)
    return facility
