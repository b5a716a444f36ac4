"""Seconds for the city's staffing figures, computed and kept, and for what rosters tell conditions: 20 a facility."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.record import record
from claims.queries.additions import additions_in
from facilities.models import Facility
from facilities.periods import ServiceMonth
from staff_records.models import (
    EarlierEmployment,
    Employment,
    KeptNumbers,
    Qualification,
    StaffMember,
    Training,
    WorkRules,
)
from staff_records.opening import with_new_key
from staff_records.queries.overview import OverviewQuestion, city_staff
from staff_records.words import Beginning, Licence, Proof
from tests.bench.city import open_city

MAY = ServiceMonth(2026, 5)
PEOPLE = 20
BY = UUID(int=1)
FIELDS = ("infants", "early_education", "disability", "management")


def measure() -> dict[str, Any]:
    """Everybody has two earlier employers, three spans here, a licence and four trainings."""
    with open_city():
        if not StaffMember.objects.exists():
            _staff()
        computed = _timed(_overview_anew)
        overview = _timed(lambda: city_staff(OverviewQuestion(MAY)))
        additions = _timed(lambda: additions_in(MAY))
        return {
            "facilities": Facility.objects.count(),
            "people": StaffMember.objects.count(),
            "overview_computed": computed,
            "overview": overview,
            "additions": additions,
        }


def _overview_anew() -> None:
    KeptNumbers.objects.all().delete()
    city_staff(OverviewQuestion(MAY))


def _timed(act: Callable[[], object]) -> dict[str, float]:
    act()
    with CaptureQueriesContext(connection) as queries:
        began, busy = time.perf_counter(), time.process_time()
        act()
        seconds, own = time.perf_counter() - began, time.process_time() - busy
    return {"seconds": round(seconds, 2), "own_cpu_seconds": round(own, 2), "queries": len(queries)}


def _staff() -> None:
    """Invented people, by the rows alone; names are not computed with, so there are none."""
    entered: dict[str, Any] = {"entered_at": timezone.now(), "entered_by": BY}
    members = [
        StaffMember(
            municipality_id=facility.municipality_id,
            facility=facility,
            number=number,
            person_id=uuid4(),
            changed_at=entered["entered_at"],
            changed_by=BY,
            **entered,
        )
        for facility in Facility.objects.all()
        for number in range(1, PEOPLE + 1)
    ]
    with_new_key(members)
    for member in members:
        member.birth_date = date(1970 + member.number, 5, 1)
    StaffMember.objects.bulk_create(members)
    rows = [row for member in members for row in _rows(member, entered)]
    for model in (Employment, Qualification, EarlierEmployment, Training):
        model._default_manager.bulk_create([row for row in rows if isinstance(row, model)])
    WorkRules.objects.bulk_create(
        WorkRules(
            municipality_id=facility.municipality_id,
            facility=facility,
            from_month=date(2020, 4, 1),
            full_time_hours=160,
            saved_at=entered["entered_at"],
            saved_by=BY,
        )
        for facility in Facility.objects.all()
    )
    record("staff.hired", rows={"staff_member": [member.pk for member in members]})


def _rows(member: StaffMember, entered: dict[str, Any]) -> Iterator[Any]:
    full_time = member.number <= PEOPLE * 3 // 4
    begins = date(2008 + member.number % 12, 4, 1)
    spans = ((begins, date(2021, 3, 31)), (date(2021, 4, 1), date(2024, 3, 31)), (date(2024, 4, 1), None))
    for first, last in spans:
        yield Employment.of(
            member,
            first_day=first,
            last_day=last,
            beginning=Beginning.HIRED if first == begins else Beginning.CHANGED,
            job="nursery_teacher",
            is_regular=full_time,
            hours_a_day=Decimal(8 if full_time else 5),
            days_a_month=Decimal(20 if full_time else 16),
            **entered,
        )
    yield Qualification.of(member, licence=Licence.NURSERY_TEACHER, obtained_on=date(2005, 4, 1), **entered)
    for first, last in ((date(2000, 4, 1), date(2003, 9, 30)), (date(2004, 4, 1), date(2007, 12, 31))):
        yield EarlierEmployment.of(
            member,
            workplace="nursery",
            first_day=first,
            last_day=last,
            is_long_enough=True,
            proof=Proof.CHECKED,
            **entered,
        )
    for name in FIELDS:
        yield Training.of(member, field=name, hours=Decimal(15), finished_on=date(2025, 8, 1), **entered)
