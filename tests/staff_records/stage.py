"""People for stories about rosters; every one of them is invented."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from audit.record import record
from staff_records.models import Employment, StaffDetail, StaffMember
from staff_records.opening import with_new_key
from staff_records.words import Beginning
from tests.cast import Nursery

BIRTH = date(1990, 4, 2)
HIRED = date(2020, 4, 1)


def add_member(nursery: Nursery, number: int = 1, **wanted: Any) -> StaffMember:
    """Somebody on the roster of ``nursery``, by the rows alone; the scope is open."""
    at: datetime = timezone.now()
    by = nursery.actor.user_id
    member = StaffMember(
        municipality_id=nursery.facility.municipality_id,
        facility=nursery.facility,
        number=number,
        person_id=wanted.get("person_id", uuid4()),
        entered_at=at,
        entered_by=by,
        changed_at=at,
        changed_by=by,
    )
    with_new_key([member])
    member.birth_date = wanted.get("birth_date", BIRTH)
    member.sex = wanted.get("sex", "")
    member.save(force_insert=True)
    StaffDetail.of(
        member,
        name=wanted.get("name", "青葉　花子"),
        kana=wanted.get("kana", "あおば　はなこ"),
        former_name=wanted.get("former_name", ""),
        postal_code=wanted.get("postal_code", "272-0001"),
        address=wanted.get("address", "青葉市みどり1丁目2番3号"),
        entered_at=at,
        entered_by=by,
    ).save()
    Employment.of(
        member,
        first_day=wanted.get("hired_on", HIRED),
        last_day=wanted.get("last_day"),
        beginning=Beginning.HIRED,
        job=wanted.get("job", "nursery_teacher"),
        is_regular=wanted.get("is_regular", True),
        hours_a_day=wanted.get("hours_a_day", Decimal(8)),
        days_a_month=wanted.get("days_a_month", Decimal(20)),
        entered_at=at,
        entered_by=by,
    ).save()
    record("staff.hired", by=nursery.actor, on=member, rows={"staff_member": [member.pk]})
    return member
