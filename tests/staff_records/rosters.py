"""People hired through the steps of the roster, and facilities of this and that corporation. Everybody is invented."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from audit.record import record
from facilities.models import Corporation
from facilities.scope import scope
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.models import StaffMember
from staff_records.operations import same_person
from staff_records.operations.same_person import Arrival
from staff_records.values import Detail, Identity, Terms
from staff_records.words import Ending
from staff_records.writing import Writer, locked
from tests.cast import City, Nursery, make_facility
from tests.staff_records.stage import BIRTH, HIRED

FULL = Terms("nursery_teacher", True, Decimal(8), Decimal(20))
PART = Terms("nursery_teacher", False, Decimal(4), Decimal(10))
TODAY = date(2026, 6, 10)
HANAKO = ("青葉　花子", "あおば　はなこ")
KANA = HANAKO[1]
MAY_1 = date(2026, 5, 1)


def writer_of(nursery: Nursery) -> Writer:
    return Writer(by=nursery.actor.user_id, at=timezone.now(), today=TODAY)


def hire(
    nursery: Nursery,
    who: tuple[str, str] = HANAKO,
    *,
    birth: date = BIRTH,
    terms: Terms = FULL,
    first_day: date = HIRED,
    last_day: date | None = None,
    leave: str = "",
    person_id: UUID | None = None,
) -> Dossier:
    """Somebody on this roster, hired in an act of its own."""
    with nursery.open():
        writer = writer_of(nursery)
        found = writer.hire(
            nursery.facility,
            Identity(birth),
            Detail(*who),
            replace(terms, leave=leave),
            first_day=first_day,
            number=writer.next_number(nursery.facility),
            person_id=person_id,
        )
        if last_day is not None:
            writer.end_work(found, last_day=last_day, ending=Ending.LEFT)
        record("staff.hired", by=nursery.actor, on=found.member, rows={"staff_member": [found.member.pk]})
    return found


@contextmanager
def writing(nursery: Nursery, found: Dossier) -> Iterator[tuple[Dossier, Writer]]:
    """Another act about somebody."""
    with nursery.open():
        (again,) = locked([found.member.pk])
        record("staff.shown", rows={"staff_member": [found.member.pk]})
        yield again, writer_of(nursery)


def of_another_corporation(city: City, name: str = "すみれ保育園", number: str = "1299900000902") -> Nursery:
    """A facility that somebody else runs."""
    nursery = make_facility(city, name, number=number)
    with scope(city.municipality.pk, None):
        nursery.facility.corporation = Corporation.objects.create(
            municipality=city.municipality, corporate_number="9876543210987", name="社会福祉法人 ほかの会"
        )
        nursery.facility.save()
    return nursery


def of_the_same_corporation(city: City, name: str = "もみじ保育園", number: str = "1299900000903") -> Nursery:
    """A facility of さくら保育園's corporation."""
    return make_facility(city, name, number=number)


def arrival(found: Dossier, **wanted: object) -> Arrival:
    """青葉花子 begins here on 1 May 2026 full-time and goes on where she is."""
    values = {
        "member_id": found.member.pk,
        "kana": KANA,
        "birth_date": BIRTH,
        "first_day": MAY_1,
        "terms": FULL,
        "moves": False,
    }
    return Arrival(**{**values, **wanted})  # type: ignore[arg-type]


def add(nursery: Nursery, asked: Arrival) -> Dossier:
    """Somebody found elsewhere is put on this roster."""
    with nursery.open() as clerk:
        return same_person.add(nursery.facility, asked, by=clerk, at=timezone.now()).here


def roster_of(nursery: Nursery) -> list[Dossier]:
    """Everybody on this roster, opened."""
    with nursery.open():
        members = StaffMember.objects.order_by("number")
        record("staff.shown", rows={"staff_member": [member.pk for member in members]})
        found = dossiers(members, Purpose.SHOW)
        record("staff.shown", rows={"staff_member": [one.member.pk for one in found]})
        return found
