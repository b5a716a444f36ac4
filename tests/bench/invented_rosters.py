"""Rosters for measuring: 3,500 invented people over a city's facilities; each fiftieth works at two of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.db.models import Max
from django.utils import timezone

from facilities.models import Facility
from staff_records.models import Employment, Qualification, StaffDetail, StaffMember
from staff_records.opening import with_new_key
from staff_records.words import Beginning, Licence

PEOPLE = 3500
BY_TWO = 50
AT_ONCE = 1000
FAMILIES = ("あおば", "わかば", "みどり", "さくら", "すみれ", "もみじ", "かえで", "ひいらぎ")
SYLLABLES = ("か", "な", "み", "ゆ", "り", "さ", "と", "の", "え", "こ")


def fill_rosters(facilities: Sequence[Facility], people: int = PEOPLE) -> list[StaffMember]:
    """
    Members with name, licence and a span of work, by the rows alone; nobody has a search token yet.

    Their numbers begin after those of whoever is there.
    """
    now, by = timezone.now(), uuid4()
    last = StaffMember.objects.aggregate(last=Max("number"))["last"] or 0
    entered = {"entered_at": now, "entered_by": by}
    members = [
        StaffMember(
            municipality_id=facilities[0].municipality_id,
            facility=facilities[number % len(facilities)],
            number=last + 1 + number // len(facilities),
            changed_at=now,
            changed_by=by,
            **entered,
        )
        for number in range(people)
    ]
    with_new_key(members)
    details, spans, licences = [], [], []
    for number, member in enumerate(members):
        who = _person(number)
        member.birth_date = date(1965, 4, 2) + timedelta(days=who * 3)
        kana = f"{FAMILIES[who % len(FAMILIES)]}　{_given(who)}"
        details.append(StaffDetail.of(member, name=f"見本　{who}", kana=kana, **entered))
        spans.append(
            Employment.of(
                member,
                first_day=date(2020, 4, 1),
                beginning=Beginning.HIRED,
                job="nursery_teacher",
                is_regular=number % 3 > 0,
                hours_a_day=Decimal(8),
                days_a_month=Decimal(20),
                **entered,
            )
        )
        licences.append(
            Qualification.of(
                member,
                licence=Licence.NURSERY_TEACHER,
                number=f"千葉県-{who:06}",
                obtained_on=None,
                **entered,
            )
        )
    StaffMember.objects.bulk_create(members, batch_size=AT_ONCE)
    StaffDetail.objects.bulk_create(details, batch_size=AT_ONCE)
    Employment.objects.bulk_create(spans, batch_size=AT_ONCE)
    Qualification.objects.bulk_create(licences, batch_size=AT_ONCE)
    return members


def ids_of(members: Sequence[StaffMember]) -> list[UUID]:
    """Their ids."""
    return [member.pk for member in members]


def _person(number: int) -> int:
    """Whose row this is: that of the person before, for each fiftieth."""
    return number - 1 if number % BY_TWO == BY_TWO - 1 else number


def _given(number: int) -> str:
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:04}")
