"""A kindergarten whose teachers are just enough for チーム保育, and what happens on its roster."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from audit.record import record
from claims.expecting import Expectation
from claims.queries.expected import expectation_of
from facilities.models import Facility
from facilities.periods import ServiceMonth
from staff_records.models import StaffMember
from staff_records.operations import people, terms
from staff_records.values import Terms
from staff_records.words import ChangeKind, Ending, Leave, Licence
from staff_records.writing import Writer, locked
from tests.cast import MAY, City, Nursery, sign_in
from tests.claims.stage import confirmed, kindergarten
from tests.staff_records.staffed import Somebody, give_roster

TEACHER: dict[str, Any] = {"job": "teacher", "licences": (Licence.KINDERGARTEN_1,)}
# 満3歳と3歳 40 ÷ 20, 4歳以上 60 ÷ 30: four teachers, and one more for チーム保育.
CELLS = (("1", "3", "education", 40), ("1", "4", "education", 30), ("1", "5", "education", 30))
LOST = "チーム保育加配加算は6月から要件を欠く見込みです"


def garden(
    city: City, number: str = "1299900000911", *, month: ServiceMonth | None = MAY, teachers: int = 5
) -> tuple[Nursery, list[StaffMember]]:
    """A kindergarten whose five teachers are just enough for チーム保育, with counts of ``month``."""
    place = kindergarten(city, number=number, items={"team_teaching": {"extra_staff": 1}})
    if month is not None:
        confirmed(place, month, CELLS)
    return place, give_roster(place, *[Somebody(**TEACHER) for _ in range(teachers)])


def leaves(place: Nursery, member: StaffMember, day: date) -> None:
    with place.open() as clerk:
        people.leave(
            member.pk, last_day=day, ending=Ending.LEFT, shown_version=version(member), by=clerk, at=now()
        )


def stays(place: Nursery, member: StaffMember) -> None:
    with place.open() as clerk:
        people.stay(member.pk, shown_version=version(member), by=clerk, at=now())


def goes_on_leave(place: Nursery, member: StaffMember, day: date) -> None:
    with place.open() as clerk:
        terms.begin_leave(
            member.pk, Leave.CHILDCARE, from_day=day, shown_version=version(member), by=clerk, at=now()
        )


def works_half(place: Nursery, member: StaffMember, day: date) -> None:
    half = Terms("teacher", False, Decimal(4), Decimal(10))
    with place.open() as clerk:
        terms.change(member.pk, half, from_day=day, shown_version=version(member), by=clerk, at=now())


def comes(place: Nursery, day: date) -> None:
    """A licensed teacher begins on ``day``, and the city is told."""
    (member,) = give_roster(place, Somebody(**TEACHER, hired_on=day))
    with place.open() as clerk:
        (found,) = locked([member.pk])
        writer = Writer(by=clerk.user_id, at=now(), today=timezone.localdate())
        writer.report(found, ChangeKind.HIRED, day=day)
        record("staff.hired", on=found.member, rows={"staff_member": [member.pk]})


def version(member: StaffMember) -> int:
    return int(StaffMember.objects.get(pk=member.pk).version)


def now() -> Any:
    return timezone.now()


def expected(place: Nursery) -> Expectation | None:
    with place.open():
        return expectation_of(Facility.objects.select_related("municipality").get(pk=place.facility.pk))


def sentences(place: Nursery) -> list[str]:
    found = expected(place)
    return [one.sentence for one in found.items] if found else []


def text(answer: Any) -> str:
    page = re.sub(r"<aside class=\"page-help\".*?</aside>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def additions_page(place: Nursery, query: str = "") -> str:
    answer = sign_in(place.clerk).get(f"/f/{place.facility.number}/additions/{query}")
    assert answer.status_code == 200
    return text(answer)
