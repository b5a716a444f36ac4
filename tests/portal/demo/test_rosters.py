"""
The demo's rosters: believable for every facility, and what is particular about some is to be seen.

Figures are those of ``pricing.staffing``, read from the rows again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from audit.models import Event
from audit.record import SYSTEM, Context, context, record
from claims.queries.expected import expectations_in_city
from facilities.models import Facility, FacilityKind, FacilityProfile, Municipality
from facilities.scope import scope
from person_keys.router import KEY_STORE
from portal.demo import cast, changes, newcomers, rosters, staff_stories, year_starts
from portal.demo.seats import CHIEFS, FULL_TIME_HOURS, Place
from pricing.staffing.career import Career, EarlierService, Service, career_on, roster_average
from pricing.staffing.dates import age_on
from pricing.staffing.leaders import leader_standing
from pricing.staffing.presence import Worker, present_teachers
from pricing.staffing.trainings import Training as CountedTraining
from pricing.staffing.treatment import treatment_rates
from pricing.staffing.working_time import WorkingTime
from staff_records import checks
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.events import StaffEvent
from staff_records.models import (
    MonthlyHours,
    OverlapFlag,
    RosterSnapshot,
    SearchToken,
    StaffChange,
    StaffMember,
    Wage,
    WorkRules,
)
from staff_records.values import Earlier, Identity, Licenced, Trained
from staff_records.words import PROVED, ChangeKind, Ending, Licence, Proof
from tests.seeded_house import SeededHouse

FIRST, MAY_1, JUNE_1 = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
# The demo is looked at in November 2026.
TODAY = date(2026, 11, 25)
TEACHING = {
    *(Licence.NURSERY_TEACHER, Licence.KINDERGARTEN_1, Licence.KINDERGARTEN_2, Licence.KINDERGARTEN_SPECIAL),
}


@dataclass
class Read:
    """Everything on all rosters of a city, opened once."""

    by_number: dict[str, list[Dossier]] = field(default_factory=lambda: defaultdict(list))
    needs: dict[str, Place] = field(default_factory=dict)
    hours: dict[Any, Decimal] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Dossier]:
        return (one for members in self.by_number.values() for one in members)


def read(city: Municipality) -> Read:
    with context(Context(who=SYSTEM, municipality_id=city.pk)), scope(city.pk, None):
        found = Read(needs=rosters.needs(list(Facility.objects.order_by("number"))))
        numbers = dict(Facility.objects.values_list("pk", "number"))
        opened = dossiers(StaffMember.objects.order_by("facility", "number"), Purpose.SHOW)
        record("staff.shown", rows={"staff_member": [one.member.pk for one in opened]})
        for one in opened:
            found.by_number[numbers[one.member.facility_id]].append(one)
        april = MonthlyHours.objects.filter(month=FIRST)
        found.hours = dict(april.values_list("member", "hours"))
        return found


@pytest.fixture(scope="package")
def people(seeded: SeededHouse, django_db_blocker: Any) -> Read:
    with django_db_blocker.unblock(), transaction.atomic(), transaction.atomic(using=KEY_STORE):
        found = read(Municipality.objects.get(code=cast.CITY_CODE))
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=KEY_STORE)
    return found


def teachers_on(people: Read, number: str, day: date) -> Any:
    kind = people.needs[number].kind
    workers = []
    for one in people.by_number[number]:
        span = one.employment_on(day)
        if span is None:
            continue
        held = {row.licence for row in one.qualifications if row.obtained_on and row.obtained_on <= day}
        workers.append(
            Worker(
                job=span.job,
                working_time=WorkingTime(span.hours_a_day, span.days_a_month),
                monthly_hours=None if span.is_regular else people.hours.get(one.member.pk),
                on_leave=bool(span.leave),
                licensed=bool(held & TEACHING),
                concurrent=bool(span.concurrence),
                dedicated=span.job in CHIEFS,
            )
        )
    of_b = kind == FacilityKind.SMALL_B
    nurses = kind != FacilityKind.KINDERGARTEN
    return present_teachers(workers, FULL_TIME_HOURS, with_unlicensed=of_b, nurse_counts=nurses).value


def career_of(one: Dossier, day: date) -> Career:
    services = [
        Service(
            span.first_day,
            span.last_day,
            WorkingTime(span.hours_a_day, span.days_a_month),
            span.job,
            bool(span.leave),
        )
        for span in one.employments
    ]
    return career_on(
        day,
        services,
        [
            EarlierService(
                row.first_day, row.last_day, row.workplace, row.is_long_enough, row.proof in PROVED
            )
            for row in one.earlier
        ],
    )


def average_of(members: list[Dossier], day: date) -> int:
    there = [(one, one.employment_on(day)) for one in members]
    return roster_average(
        (career_of(one, day), WorkingTime(span.hours_a_day, span.days_a_month), span.job)
        for one, span in there
        if span is not None
    ).years


# ---------------------------------------------------------------- laws


def test_every_facility_has_a_roster_of_a_plausible_size(city, people):
    at_work = {
        number: sum(one.is_there_on(people.needs[number].day) for one in members)
        for number, members in people.by_number.items()
    }

    assert at_work.keys() == set(Facility.objects.values_list("number", flat=True))
    assert len(at_work) == 181
    assert min(at_work.values()) >= 3
    assert max(at_work.values()) <= 40
    assert 3200 < sum(at_work.values()) < 3700
    assert WorkRules.objects.values("facility").distinct().count() == 181


def test_the_neighbouring_city_has_rosters_too(seeded, db):
    neighbour = Municipality.objects.get(code=cast.NEIGHBOUR_CODE)
    found = read(neighbour)

    assert [len(members) > 8 for members in found.by_number.values()] == [True] * 3
    for number, place in found.needs.items():
        assert teachers_on(found, number, FIRST) >= place.required.total
        assert average_of(found.by_number[number], FIRST) == 6


def test_every_record_is_possible(people):
    for one in people:
        birth = one.member.birth_date
        problems = [
            *checks.identity(Identity(birth), today=TODAY),
            *checks.spans(one.employments, birth),
            *(
                problem
                for row in one.qualifications
                for problem in checks.licenced(
                    Licenced(row.licence, row.number, row.obtained_on), birth, today=TODAY
                )
            ),
            *(
                problem
                for row in one.earlier
                for problem in checks.earlier(
                    Earlier(row.workplace, row.first_day, row.last_day), birth, today=TODAY
                )
            ),
            *(
                problem
                for row in one.trainings
                for problem in checks.trained(Trained(row.field, row.hours, row.finished_on), today=TODAY)
            ),
        ]
        began = min([one.spans[0].first_day, *(row.first_day for row in one.earlier)])

        assert problems == []
        assert age_on(birth, began) >= 18
        assert age_on(birth, TODAY) <= 70
        assert all(row.last_day < one.spans[0].first_day for row in one.earlier)


def test_nobody_is_hired_before_the_facility_opened(city, people):
    opened = dict(Facility.objects.values_list("number", "opened_on"))

    for number, members in people.by_number.items():
        assert min(one.spans[0].first_day for one in members) >= opened[number], number


def test_nobody_has_the_name_and_birth_date_of_somebody_else_but_on_purpose(people):
    where = defaultdict(set)
    licences = defaultdict(set)
    for number, members in people.by_number.items():
        for one in members:
            key = one.details[0].name, one.details[0].kana, one.member.birth_date
            where[key].add(number)
            for row in one.qualifications:
                licences[row.licence, row.number].add(key)
    twice = Counter(tuple(sorted(numbers)) for numbers in where.values() if len(numbers) > 1)
    succession = (newcomers.PREDECESSOR, newcomers.SUCCESSOR)

    assert twice.pop(succession) > 5
    assert len({(kana, birth) for _, kana, birth in where}) == len(where)
    assert all(len(held_by) == 1 for held_by in licences.values())
    assert twice == Counter([*staff_stories.SHARED, *staff_stories.MOVED, staff_stories.DOUBLE])
    assert sum(len(numbers) for numbers in where.values()) == sum(1 for _ in people)


def test_the_teachers_suffice_but_where_they_are_meant_not_to(people):
    lacking = set()
    for number, place in people.needs.items():
        days = {day for day in (FIRST, MAY_1, JUNE_1) if day > place.day} | {place.day}
        if number == newcomers.PREDECESSOR:
            days.discard(JUNE_1)
        needed = place.required.total + place.extra_teachers
        lacking |= {(number, day) for day in days if teachers_on(people, number, day) < needed}

    assert {number for number, _ in lacking} == {*staff_stories.SHORT, staff_stories.TEAM_LOST}
    assert {(number, FIRST) for number in staff_stories.SHORT} <= lacking
    assert (staff_stories.TEAM_LOST, MAY_1) not in lacking


def test_the_average_experience_is_what_the_rates_stand_for_but_where_it_is_not_meant_to_be(city, people):
    differing = set()
    certified = FacilityProfile.objects.exclude(base_percent=None).order_by("-from_month")
    rates = {
        number: (base, wage)
        for number, base, wage in certified.values_list("facility__number", "base_percent", "wage_percent")
    }
    for number, held in rates.items():
        years = average_of(people.by_number[number], people.needs[number].day)
        found = treatment_rates(years, 2026, career_path=True)
        if (found.base_percent, found.wage_percent) != held:
            differing.add(number)

    assert len(rates) > 170
    assert differing == staff_stories.RATES_DIFFER


# ---------------------------------------------------------------- what is particular


def test_too_few_teachers_are_not_enough_for_the_children_themselves(people):
    for number in staff_stories.SHORT:
        assert teachers_on(people, number, FIRST) < people.needs[number].required.total


def test_a_condition_of_a_granted_item_is_lost_in_may(people):
    lost, team = staff_stories.TEAM_LOST, people.needs[staff_stories.TEAM_LOST]
    chiefs = [
        one
        for one in people.by_number[staff_stories.CHIEF_ON_LEAVE]
        if one.spans[0].job == "chief_nursery_teacher"
    ]

    assert "team_childcare" in team.granted
    assert teachers_on(people, lost, JUNE_1) < team.required.total + team.extra_teachers
    assert teachers_on(people, lost, JUNE_1) >= team.required.total
    assert [one.employment_on(date(2026, 5, 11)).leave for one in chiefs] == ["sick"]


def test_the_homes_say_in_may_what_june_will_lack(city):
    said = {one.facility.number: one.at_stake[0].sentence for one in expectations_in_city().at_stake}

    assert said == {
        staff_stories.TEAM_LOST: "チーム保育推進加算は6月からほかの要件も欠く見込みです",
        staff_stories.CHIEF_ON_LEAVE: "主任保育士専任加算は6月から要件を欠く見込みです",
    }


def test_averages_miss_the_rates_by_two_years_and_by_missing_proofs(people):
    def beside(number: str) -> int:
        return average_of(people.by_number[number], FIRST) - (people.needs[number].years or 0)

    assert [beside(number) for number in staff_stories.BELOW] == [-2, -2]
    assert beside(staff_stories.ABOVE) == 2
    for number in staff_stories.UNPROVED:
        asked = [
            row for one in people.by_number[number] for row in one.earlier if row.proof == Proof.REQUESTED
        ]
        assert (beside(number), bool(asked)) == (-2, True)


def test_one_person_works_full_time_at_two_corporations(city, people):
    here, there = (Facility.objects.get(number=number) for number in staff_stories.DOUBLE)
    twice = same(people, *staff_stories.DOUBLE)

    assert here.corporation != there.corporation
    assert [one.employment_on(JUNE_1).is_regular for one in twice] == [True, True]
    assert twice[0].member.person_id != twice[1].member.person_id


@pytest.mark.parametrize(("first", "second"), staff_stories.SHARED)
def test_one_person_works_at_two_facilities_of_a_corporation(city, people, first, second):
    twice = same(people, first, second)

    assert len({Facility.objects.get(number=number).corporation for number in (first, second)}) == 1
    assert twice[0].member.person_id == twice[1].member.person_id
    assert [one.employment_on(FIRST).concurrence for one in twice] == ["other_facility"] * 2


@pytest.mark.parametrize(("before", "after"), staff_stories.MOVED)
def test_somebody_moved_within_a_corporation(people, before, after):
    left, came = same(people, before, after)

    assert left.member.person_id == came.member.person_id
    assert (left.spans[-1].ending, left.left_on(TODAY)) == (Ending.TRANSFERRED, date(2026, 5, 31))
    assert came.hired_on(TODAY) == JUNE_1
    assert Proof.ROSTER in {row.proof for row in came.earlier}


def test_everybody_left_the_closed_one_and_went_on_at_the_successor(people):
    there_on = partial(map, lambda one: one.is_there_on(JUNE_1))
    went = {one.member.person_id for one in people.by_number[newcomers.PREDECESSOR]}
    came = {one.member.person_id for one in people.by_number[newcomers.SUCCESSOR]}

    assert {one.member.left_year for one in people.by_number[changes.CLOSED]} <= {2025, 2026}
    assert not any(one.is_there_on(date(2026, 7, 1)) for one in people.by_number[changes.CLOSED])
    assert not any(there_on(people.by_number[newcomers.PREDECESSOR]))
    assert all(there_on(people.by_number[newcomers.SUCCESSOR]))
    assert len(went & came) >= len(went) - 1


def test_changes_of_every_kind_are_told_and_some_wait_for_the_city(city):
    told = StaffChange.objects.all()
    kinds = set(told.values_list("kind", flat=True))

    assert kinds >= {
        *(ChangeKind.HIRED, ChangeKind.LEFT, ChangeKind.LEAVE, ChangeKind.RETURNED, ChangeKind.DETAILS),
        *(ChangeKind.QUALIFIED, ChangeKind.TERMS, ChangeKind.MOVED_IN, ChangeKind.MOVED_OUT),
    }
    assert told.filter(seen_at__isnull=False).count() > 30
    assert told.filter(seen_at__isnull=True).count() > 30


def test_names_are_as_people_have_them(people):
    names = [row.name for one in people for row in one.details]
    special = {
        number: {row.name for one in people.by_number[number] for row in one.details}
        for number in (staff_stories.FOREIGN, staff_stories.LATIN, staff_stories.ONE_PART)
    }

    for variant in "髙﨑𠮷邊邉":
        assert sum(variant in name for name in names) > 5, variant
    assert any("・" in name for name in special[staff_stories.FOREIGN])
    assert any(name.isascii() for name in special[staff_stories.LATIN])
    assert any("　" not in name for name in special[staff_stories.ONE_PART])
    assert sum(bool(row.former_name) for one in people for row in one.details) > 30
    assert {row.address[:4] for one in people for row in one.details} == {"青葉台市"}
    assert any(row.from_day == date(2026, 5, 20) and row.former_name for one in people for row in one.details)


def test_wages_are_the_casts_only_and_hours_of_all_who_are_not_regular(city, people):
    worked = set(MonthlyHours.objects.filter(month=FIRST).values_list("member", flat=True))
    part_time = {
        one.member.pk
        for one in people
        if (span := one.employment_on(FIRST)) is not None and not span.is_regular and not span.leave
    }

    assert set(Wage.objects.values_list("facility__number", flat=True)) == rosters.WITH_WAGES
    assert set(Wage.objects.values_list("month", flat=True)) == {FIRST, MAY_1}
    assert worked == part_time


def test_leaders_have_the_years_and_most_have_the_trainings(people):
    posts = [
        (people.needs[number], one, span.post)
        for number, members in people.by_number.items()
        for one in members
        if (span := one.employment_on(FIRST)) is not None and span.post
    ]
    standing = [
        leader_standing(
            career_of(one, FIRST).months,
            [
                CountedTraining(row.field, row.hours, row.management_hours, row.finished_on, row.is_in_house)
                for row in one.trainings
            ],
            post,
            2026,
            place.kind,
        )
        for place, one, post in posts
    ]
    good = sum(
        found.a.qualifies if post in {"vice_chief", "specialist", "core"} else found.b.qualifies
        for found, (_, _, post) in zip(standing, posts, strict=True)
    )

    assert len(posts) > 550
    assert 0.85 < good / len(posts) < 1


def test_some_left_in_march_and_one_roster_is_ahead(people):
    gone = [one for one in people if one.member.left_year == 2025]
    ahead = people.by_number[newcomers.NEXT_YEAR]

    assert 40 < len(gone) < 80
    assert not any(one.is_there_on(FIRST) for one in gone)
    assert {one.spans[0].first_day for one in ahead} == {date(2027, 2, 1)}


# ---------------------------------------------------------------- the record


def test_each_clerk_is_on_record_for_the_members_of_the_facility(city, people):
    for number in (cast.FIRST_NURSERY, newcomers.HOME_VISITING, newcomers.SUCCESSOR):
        facility = Facility.objects.get(number=number)
        hired = Event.objects.filter(facility_id=facility.pk, event=StaffEvent.HIRED).order_by("number")
        written = hired.filter(object_id=str(facility.pk)).first()

        assert written is not None
        assert set(written.rows["staff_member"]) == {str(one.member.pk) for one in people.by_number[number]}
        assert (written.actor_role, written.entrance) == ("施設職員", "internet")
        assert written.actor_id == str(people.by_number[number][0].member.entered_by)


def same(people: Read, first: str, second: str) -> tuple[Dossier, Dossier]:
    """The one person on both rosters."""
    there = {(one.details[0].name, one.member.birth_date): one for one in people.by_number[second]}
    found = [
        (one, there[key])
        for one in people.by_number[first]
        if (key := (one.details[0].name, one.member.birth_date)) in there
    ]
    assert len(found) == 1
    return found[0]


def test_everybody_of_the_demo_can_be_found_and_who_works_in_two_places_is_known(city):
    with scope(city.pk, None):
        found = set(SearchToken.objects.values_list("member_id", flat=True))
        members = set(StaffMember.objects.values_list("pk", flat=True))
        pairs = OverlapFlag.objects.values_list("pair_id", flat=True)

        assert found == members
        assert len(pairs) == 2 * len(set(pairs))


def test_rosters_of_the_first_of_april_are_on_their_way(city):
    found = dict(RosterSnapshot.objects.values_list("facility__number", "status"))

    assert found == {
        **dict.fromkeys(year_starts.ACCEPTED, "accepted"),
        **dict.fromkeys(year_starts.WAITING, "submitted"),
        year_starts.RETURNED: "returned",
    }
