"""What claims tell applications: counts, facts, teachers, received yen; for a city in as many queries as for one."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import sources
from applications.facts import FACTS
from applications.filling import Given
from applications.models import ItemPack
from applications.packs_in_force import item_of
from applications.queries.filled import fill_for
from applications.sources import Asking
from audit.record import record
from claims.models import ClaimLine
from claims.operations.condition_answers import save as answer
from claims.queries.additions import Checked, additions_of
from facilities.actors import Role
from facilities.models import Facility
from facilities.periods import ServiceMonth
from staff_records.models import RosterSnapshot, SnapshotLine, StaffMember, Wage
from staff_records.opening import open_to_show
from staff_records.states import SnapshotStatus
from tests.applications.stage import release_pack, save, submit
from tests.applications.test_cases import approve
from tests.cast import APRIL, JUNE, MAY, City, Nursery, give_counts, make_city, make_facility
from tests.claims.stage import AT, confirmed, give_facts, nursery, ready_claim
from tests.record import events_of
from tests.staff_records.staffed import PART_TIME, Somebody, give_roster
from tests.staff_records.year_stage import accepted, add_teacher

TEACHERS = [Somebody() for _ in range(12)]

ASKING = """
id = "asking"
fiscal_year = 2026
family = "price"
title = "条件の事実を聞く様式"
source = "試験用"

[[item]]
key = "programmes"
label = "実施している事業"
rounds = [1]
types = ["nursery"]

[[item.field]]
key = "extended_care"
label = "延長保育"
kind = "yes_no"
fact = "extended_care"

[[item.field]]
key = "substitute"
label = "代わりの保育士"
kind = "yes_no"
fact = "chief_substitute"

[[item.field]]
key = "experience"
label = "平均経験"
kind = "decimal"
fact = "average_experience_months"
required = false

[[item]]
key = "chief"
label = "主任保育士専任"
rounds = [1]
types = ["nursery"]

[[item.field]]
key = "extended_care"
label = "延長保育"
kind = "yes_no"
known_from = ["fact.extended_care"]
otherwise = "先に「実施している事業」を提出してください。"
"""


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def told(place: Nursery, *names: str, month: ServiceMonth = JUNE, year: int = 2026) -> dict[str, Given]:
    with place.open():
        facility = Facility.objects.get(pk=place.facility.pk)
        return sources.known(Asking([facility], year, month, frozenset(names)))[place.facility.pk]


def values(place: Nursery, *names: str, **where: Any) -> dict[str, Any]:
    return {name: given.value for name, given in told(place, *names, **where).items()}


def queries_of(city: City, places: Sequence[Nursery], *names: str) -> int:
    with city.open(Role.OFFICER):
        asking = Asking([place.facility for place in places], 2026, JUNE, frozenset(names))
        with CaptureQueriesContext(connection) as queries:
            sources.known(asking)
    return sum(not re.match("SAVEPOINT|RELEASE|SELECT set_config", one["sql"]) for one in queries)


def accept_as_it_is(place: Nursery) -> None:
    """The roster of the year as the city would have it, whatever is still to be put right in it."""
    with place.open():
        members = list(StaffMember.objects.filter(facility=place.facility))
        now = timezone.now()
        snapshot = RosterSnapshot.objects.create(
            municipality_id=place.facility.municipality_id,
            facility=place.facility,
            fiscal_year=2026,
            day=APRIL.first_day,
            version=1,
            status=SnapshotStatus.ACCEPTED,
            figures={},
            content_hash="0" * 64,
            submitted_at=now,
            submitted_by=place.clerk.pk,
            decided_at=now,
            decided_by=place.facility.pk,
        )
        open_to_show(members)
        for number, member in enumerate(members, start=1):
            SnapshotLine.of(member, snapshot=snapshot, place=number, content="{}").save()
        record("staff.year_shown", rows={"staff_member": [member.pk for member in members]})


def test_counts_are_of_the_newest_confirmed_month(sakura: Nursery) -> None:
    confirmed(sakura, MAY)
    give_counts(sakura, JUNE, (("3", "0", "standard", 2),))

    found = told(sakura, "counts.total", "counts.age0", "counts.age12", "counts.age4plus")

    assert {name: given.value for name, given in found.items()} == {
        "counts.total": 88,
        "counts.age0": 8,
        "counts.age12": 29,
        "counts.age4plus": 33,
    }
    assert found["counts.total"].words == "確認済みの児童数（令和8年5月）"


def test_classes_are_rows_with_children_in_their_order(sakura: Nursery) -> None:
    confirmed(sakura, MAY)

    rows = values(sakura, "counts.classes")["counts.classes"]

    assert [(row["class"], row["class.label"], row["class.children"]) for row in rows] == [
        ("age0", "0歳児", 8),
        ("age1", "1歳児", 14),
        ("age2", "2歳児", 15),
        ("age3", "3歳児", 18),
        ("age4plus", "4歳以上児", 33),
    ]


def test_without_counts_nothing_is_told_of_them_and_everything_else_is(sakura: Nursery) -> None:
    give_roster(sakura, *TEACHERS)

    found = values(
        sakura, "counts.total", "counts.classes", "counts.average.total", "required.teachers", "fact.teachers"
    )

    assert found == {"fact.teachers": "12"}


def test_an_average_needs_twelve_months(sakura: Nursery) -> None:
    for place in range(11):
        give_counts(sakura, APRIL.plus(place), (("3", "0", "standard", 3),))
    assert not values(sakura, "counts.average.age0", month=APRIL.plus(12))

    give_counts(sakura, APRIL.plus(11), (("3", "0", "standard", 10),))
    found = told(sakura, "counts.average.age0", month=APRIL.plus(12))["counts.average.age0"]

    assert found.value == "3.5833"
    assert found.words == "児童数の平均（令和8年4月から令和9年3月まで）"


def test_teachers_are_required_there_and_above(sakura: Nursery) -> None:
    give_counts(sakura, MAY)
    give_roster(sakura, *TEACHERS, *[Somebody(**PART_TIME) for _ in range(4)])

    found = told(sakura, "required.teachers", "roster.teachers", "team.headroom")
    required = found["required.teachers"].value

    assert found["roster.teachers"].value == "13.6"
    assert found["team.headroom"].value == f"{13.6 - required:.1f}"
    assert "児童数（令和8年5月）" in found["required.teachers"].words
    assert "職員名簿" in found["roster.teachers"].words


def test_facts_say_where_they_are_from_and_answers_stand_apart(sakura: Nursery) -> None:
    give_counts(sakura, MAY)
    give_roster(sakura, Somebody(job="director", licences=()), *TEACHERS)
    with sakura.open() as clerk:
        answer(
            sakura.facility,
            2026,
            {
                "extended_care": True,
                "chief_dedicated": True,
                "owned_percent": 62,
                "ict_functions": ["records"],
            },
            shown_version=0,
            by=clerk,
            at=AT,
        )

    found = told(
        sakura,
        *(f"fact.{name}" for name in FACTS),
        *(f"answer.{name}" for name in FACTS),
    )

    assert found["fact.director_experienced"].value is True
    assert "職員名簿" in found["fact.director_experienced"].words
    assert found["fact.treatment_3_granted"].words == "適用中の加算・調整"
    assert found["fact.rent_area"].value == "c"
    assert found["answer.extended_care"] == Given(True, "「加算の確認」での回答")
    assert (found["answer.owned_percent"].value, found["answer.ict_functions"].value) == ("62", ["records"])
    # The roster has nobody, and says so before what was answered.
    assert found["fact.chief_dedicated"].value is False
    assert not {"fact.extended_care", "fact.disabled_children"} & found.keys()


def test_received_yen_are_those_of_approved_claims_of_the_year(sakura: Nursery) -> None:
    claim = ready_claim(sakura, JUNE)
    assert not values(sakura, "received.rent")
    with sakura.city.open(), connection.cursor() as cursor:
        rent = ClaimLine.objects.get(claim=claim, code="rent").amount_yen
        cursor.execute(
            "UPDATE claims_claim SET status = 'approved', submitted_at = drafted_at, submitted_by = id,"
            " first_decided_at = drafted_at, approved_at = drafted_at, approved_by = facility_id WHERE id = %s",
            [claim.pk],
        )

    found = told(sakura, "received.rent", "received.bus")

    assert found == {"received.rent": Given(rent, "承認済みの請求（令和8年度の1か月分）")}
    assert not values(sakura, "received.rent", year=2025)


def test_what_march_has_said_is_known(sakura: Nursery) -> None:
    give_facts(sakura, ServiceMonth(2027, 3), strengthening_spent_yen=180_000)

    assert values(sakura, "monthly.strengthening_spent_yen") == {"monthly.strengthening_spent_yen": 180_000}


def test_what_is_granted_is_known_with_its_months(sakura: Nursery) -> None:
    found = values(sakura, "granted.rent", "granted.rent.variant", "granted.rent.months", "granted.bus")

    assert found == {
        "granted.rent": True,
        "granted.rent.variant": "c_standard",
        "granted.rent.months": 12,
        "granted.bus": False,
    }


def test_a_city_costs_as_many_queries_as_two_facilities(city: City) -> None:
    names = (
        "fact.teachers",
        "required.teachers",
        "counts.total",
        "counts.average.total",
        "received.rent",
        "granted.rent",
        "roster.people",
        "monthly.strengthening_spent_yen",
    )
    places = []
    for number in range(5):
        place = make_facility(city, f"園{number}", number=f"12999000009{number:02}", items={"rent": {}})
        confirmed(place, MAY if number % 2 else APRIL)
        with place.open():
            add_teacher(place, 1)
        give_roster(place, *TEACHERS[:3])
        accept_as_it_is(place)
        places.append(place)
    assert queries_of(city, places[:2], *names) == queries_of(city, places, *names) <= 30


# ------------------------------------------------------------- the other way: applications tell conditions


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city, ASKING)


def checked(place: Nursery, month: ServiceMonth = JUNE) -> Checked:
    with place.open():
        found = additions_of(place.facility, month).checked
    assert found is not None
    return found


def test_what_was_sent_is_a_fact_and_is_not_asked_again(sakura: Nursery, pack: ItemPack) -> None:
    give_counts(sakura)
    assert {"extended_care", "chief_substitute"} <= {one.name for one in checked(sakura).questions}
    version = save(sakura, pack, "programmes", extended_care="yes", substitute="no")
    assert checked(sakura).facts.extended_care is None  # a draft says nothing

    submit(sakura, version)
    found = checked(sakura)

    assert (found.facts.extended_care, found.facts.chief_substitute) == (True, False)
    assert not {"extended_care", "chief_substitute"} & {one.name for one in found.questions}
    sources_told = {one.name: one.source for one in found.told}
    assert sources_told["extended_care"] == "申請「実施している事業」（R8.4.14提出）から：はい"


def test_what_begins_later_says_nothing_yet(sakura: Nursery, pack: ItemPack) -> None:
    give_counts(sakura)
    submit(
        sakura,
        save(
            sakura,
            pack,
            "programmes",
            from_month=ServiceMonth(2026, 10),
            extended_care="yes",
            substitute="no",
        ),
    )

    assert checked(sakura).facts.extended_care is None


def test_an_answer_that_says_something_else_is_shown(sakura: Nursery, pack: ItemPack) -> None:
    give_counts(sakura)
    with sakura.open() as clerk:
        answer(sakura.facility, 2026, {"extended_care": False}, shown_version=0, by=clerk, at=AT)
    # It was answered already, so the application does not ask it.
    version = save(sakura, pack, "programmes", substitute="yes")
    with sakura.open():
        filled = fill_for(sakura.facility, 2026, item_of(pack, "programmes"), version)
        assert filled.by_key["extended_care"].value is False
        assert not filled.by_key["extended_care"].is_asked
    submit(sakura, version)
    with sakura.open() as clerk:
        answer(sakura.facility, 2026, {"chief_substitute": False}, shown_version=1, by=clerk, at=AT)

    (contradiction,) = checked(sakura).contradictions

    assert contradiction.told.source == "申請「実施している事業」（R8.4.14提出）から：はい"
    assert (contradiction.answered, contradiction.where) == ("いいえ", "施設の回答")
    assert checked(sakura).facts.chief_substitute is True


def test_the_roster_stands_before_an_application(sakura: Nursery, pack: ItemPack) -> None:
    give_counts(sakura)
    submit(sakura, save(sakura, pack, "programmes", extended_care="yes", substitute="no", experience="150"))
    assert checked(sakura).facts.average_experience_months == 150

    give_roster(sakura, *TEACHERS)
    found = checked(sakura)

    assert found.facts.average_experience_months == 72
    (contradiction,) = found.contradictions
    assert (contradiction.where, contradiction.answered) == ("提出した申請の内容", "150か月")


def test_what_one_item_has_said_the_next_one_repeats(sakura: Nursery, pack: ItemPack) -> None:
    chief = item_of(pack, "chief")
    with sakura.open():
        before = fill_for(sakura.facility, 2026, chief, None)
    assert not before.asked
    assert before.problems[0].sentence == (
        "「延長保育」がまだ分かりません。先に「実施している事業」を提出してください。"
    )
    sent = submit(sakura, save(sakura, pack, "programmes", extended_care="yes", substitute="no"))
    approve(sakura.city, sent)

    with sakura.open():
        after = fill_for(sakura.facility, 2026, chief, None)

    assert after.by_key["extended_care"].value is True
    assert after.is_complete


def test_people_are_those_of_the_accepted_roster(sakura: Nursery) -> None:
    with sakura.open():
        add_teacher(sakura, 1)
    assert not values(sakura, "roster.people")
    accepted(sakura)
    give_roster(sakura, Somebody(hired_on=ServiceMonth(2026, 9).first_day))

    found = values(sakura, "roster.people", "roster.people_of_year")

    (row,) = found["roster.people"]
    assert (row["person.number"], row["person.job"], row["person.is_nursery_teacher"]) == (1, "保育士", True)
    assert len(found["roster.people_of_year"]) == 2
    assert "見本" not in str(found)
    quoted = events_of(sakura.city, "staff.snapshot_quoted")[-1]
    assert len(quoted.rows["staff_member"]) == 2


def test_wages_of_whole_years_are_known_of_each_person(sakura: Nursery) -> None:
    with sakura.open() as clerk:
        member = add_teacher(sakura, 1)
        for place in range(24):
            Wage.of(
                member,
                month=ServiceMonth(2025, 4).plus(place).first_day,
                base_yen=200_000 + 1_000 * (place // 12),
                allowance_yen=10_000 if place < 23 else None,
                entered_at=AT,
                entered_by=clerk.user_id,
            ).save()
    accepted(sakura)

    (row,) = values(sakura, "roster.people_of_year")["roster.people_of_year"]

    assert (row["person.last_base_yen"], row["person.base_yen"]) == (2_400_000, 2_412_000)
    assert row["person.last_allowance_yen"] == 120_000
    # Of one month nothing is registered: the year is not made up of the others.
    assert "person.allowance_yen" not in row
    assert "person.bonus_yen" not in row


def test_what_was_sent_in_the_morning_says_that_day(sakura: Nursery, pack: ItemPack) -> None:
    give_counts(sakura)
    version = save(sakura, pack, "programmes", extended_care="yes", substitute="no")
    submit(sakura, version, at=timezone.make_aware(datetime(2026, 4, 20, 8, 15)))

    told_there = {one.name: one.source for one in checked(sakura).told}

    assert "（R8.4.20提出）" in told_there["extended_care"]
