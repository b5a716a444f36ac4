"""Rosters for stories about figures: many invented people at once, by the rows alone."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from audit.record import record
from staff_records.models import (
    EarlierEmployment,
    Employment,
    MonthlyHours,
    Qualification,
    StaffDetail,
    StaffMember,
    Training,
    WorkRules,
)
from staff_records.opening import with_new_key
from staff_records.words import Beginning, Ending, Licence, Proof
from tests.cast import Nursery

BIRTH = date(1990, 4, 2)
HIRED = date(2020, 4, 1)


@dataclass
class Somebody:
    """A 保育士 who works full time since April 2020, unless said otherwise."""

    job: str = "nursery_teacher"
    hired_on: date = HIRED
    last_day: date | None = None
    regular: bool = True
    hours: int = 8
    days: int = 20
    post: str = ""
    leave: str = ""
    concurrence: str = ""
    licences: tuple[Licence, ...] = (Licence.NURSERY_TEACHER,)
    # With a registration number, so that the roster can be sent to the city.
    numbered: bool = False
    # workplace, first day, last day, proof
    earlier: tuple[tuple[str, date, date, Proof], ...] = ()
    # field, hours, finished
    trainings: tuple[tuple[str, int, date], ...] = ()
    worked: dict[date, int] = field(default_factory=dict)


PART_TIME = {"job": "part_time_nursery_teacher", "regular": False, "hours": 4, "days": 16}


def give_roster(place: Nursery, *people: Somebody, full_time_hours: int | None = 160) -> list[StaffMember]:
    """These people on the roster of ``place``, after those who are there; and the hours of a 常勤."""
    at, by = timezone.now(), place.actor.user_id
    entered: dict[str, Any] = {"entered_at": at, "entered_by": by}
    own: dict[str, Any] = {"municipality_id": place.facility.municipality_id, "facility": place.facility}
    with place.open():
        begins = StaffMember.objects.count() + 1
        members = [
            StaffMember(**own, **entered, number=number, changed_at=at, changed_by=by)
            for number, _ in enumerate(people, start=begins)
        ]
        with_new_key(members)
        for member, one in zip(members, people, strict=True):
            member.birth_date, member.sex = BIRTH, ""
            member.left_year = None if one.last_day is None else _year(one.last_day)
            member.save(force_insert=True)
            for row in _rows(member, one, entered):
                row.save(force_insert=True)
        if full_time_hours is not None and not WorkRules.objects.exists():
            WorkRules.objects.create(
                **own,
                from_month=date(2020, 4, 1),
                full_time_hours=full_time_hours,
                saved_at=at,
                saved_by=by,
            )
        record("staff.hired", rows={"staff_member": [member.pk for member in members]})
    return members


def _rows(member: StaffMember, one: Somebody, entered: dict[str, Any]) -> list[Any]:
    rows: list[Any] = [
        StaffDetail.of(member, name=f"見本　{member.number}", kana="みほん", **entered),
        Employment.of(
            member,
            first_day=one.hired_on,
            last_day=one.last_day,
            beginning=Beginning.HIRED,
            ending=Ending.LEFT if one.last_day else "",
            job=one.job,
            post=one.post,
            is_regular=one.regular,
            hours_a_day=Decimal(one.hours),
            days_a_month=Decimal(one.days),
            leave=one.leave,
            concurrence=one.concurrence,
            **entered,
        ),
    ]
    rows += [
        Qualification.of(
            member,
            licence=licence,
            number=f"千葉県-{member.number:06}" if one.numbered else "",
            obtained_on=date(2012, 4, 1),
            **entered,
        )
        for licence in one.licences
    ]
    rows += [
        EarlierEmployment.of(
            member,
            workplace=workplace,
            first_day=first,
            last_day=last,
            is_long_enough=True,
            proof=proof,
            **entered,
        )
        for workplace, first, last, proof in one.earlier
    ]
    rows += [
        Training.of(member, field=name, hours=Decimal(hours), finished_on=day, **entered)
        for name, hours, day in one.trainings
    ]
    rows += [
        MonthlyHours.of(member, month=month, hours=Decimal(hours), **entered)
        for month, hours in one.worked.items()
    ]
    return rows


def _year(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1
