"""A roster that may be sent as of 1 April, for stories about the year start."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from audit.record import record
from facilities.actors import Role
from staff_records.models import Qualification, RosterSnapshot, StaffDetail, StaffMember
from staff_records.opening import open_to_show
from staff_records.operations import year_start
from staff_records.year_roster import gather
from tests.cast import Nursery
from tests.staff_records.stage import add_member

YEAR = 2026
AT = timezone.make_aware(datetime(2026, 4, 3, 10))


def add_teacher(nursery: Nursery, number: int = 1, **wanted: Any) -> StaffMember:
    """A 保育士 with a registration number; the scope is open."""
    member = add_member(nursery, number, **wanted)
    Qualification.of(
        member,
        licence="nursery_teacher",
        number=wanted.get("nursery_number", f"千葉県-{number:06}"),
        obtained_on=wanted.get("hired_on", date(2012, 3, 31)),
        entered_at=timezone.now(),
        entered_by=nursery.actor.user_id,
    ).save()
    return member


def shown_hash(nursery: Nursery, year: int = YEAR) -> str:
    """What the clerk's page shows; the scope is open."""
    roster = gather(nursery.facility, year)
    record("staff.year_shown", rows={"staff_member": roster.people})
    return roster.content_hash


def send(nursery: Nursery, year: int = YEAR, *, at: datetime = AT) -> RosterSnapshot:
    """Look, and send."""
    with nursery.open() as clerk:
        shown = shown_hash(nursery, year)
        return year_start.submit(nursery.facility, year, shown_hash=shown, declared=True, by=clerk, at=at)


def accepted(nursery: Nursery, year: int = YEAR, *, at: datetime = AT) -> RosterSnapshot:
    """Sent, and accepted by the city."""
    snapshot = send(nursery, year, at=at)
    with nursery.city.open(Role.OFFICER) as officer:
        return year_start.accept(
            snapshot.pk, shown_hash=snapshot.content_hash, by=officer, at=at + timedelta(days=1)
        )


def rename(nursery: Nursery, member: StaffMember, name: str) -> None:
    """The clerk puts a name right; the scope is open."""
    detail = StaffDetail.objects.get(member=member)
    open_to_show([detail])
    detail.name = name
    detail.save()
    record("staff.corrected", by=nursery.actor, rows={"staff_member": [member.pk]})
