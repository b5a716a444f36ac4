"""Numbers that are kept are always those of today: whatever happens to a roster, its facility or the program."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from fractions import Fraction
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from facilities import keeping
from facilities.actors import Role
from facilities.models import FacilityKind, FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from person_keys.router import KEY_STORE
from pricing.staffing import AverageExperience
from staff_records import tasks
from staff_records.figures.numbers import Asked, Numbers
from staff_records.figures.presence import Counted
from staff_records.keeping import READ_BY_ROSTERS, numbers_of, rosters_read
from staff_records.models import EarlierEmployment, KeptNumbers, StaffMember
from staff_records.operations import erasing, months, papers, people, seeing, terms, work_rules
from staff_records.queries.overview import CityStaff, OverviewQuestion, OverviewRow, city_staff
from staff_records.queries.rosters import rosters
from staff_records.values import Detail, Earlier, Identity, Licenced, Terms, Trained
from staff_records.words import Beginning, Ending, Leave, Licence, Proof
from tests.asked import MOST, asked_by
from tests.cast import APRIL, JUNE, MAY, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.full import fill
from tests.staff_records.staffed import PART_TIME, Somebody, give_roster
from vault import CannotUnseal, unseal

AT = timezone.now()
EARLIER = ("kindergarten", date(2016, 4, 1), date(2020, 3, 31))
TERMS = Terms("nursery_teacher", True, Decimal(8), Decimal(20))
LEADERS = {"treatment_3": {"headcount_a": 1, "headcount_b": 1}}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    """With a roster of four and the children of June."""
    place = make_facility(city, items=LEADERS)
    give_counts(place)
    give_roster(
        place,
        Somebody(earlier=((*EARLIER, Proof.RECEIVED),)),
        Somebody(**PART_TIME, worked={JUNE.first_day: 64}),
        Somebody(trainings=(("infants", 15, date(2025, 8, 1)),)),
        Somebody(leave=Leave.CHILDCARE),
    )
    return place


def look(city: City, month: ServiceMonth = JUNE) -> CityStaff:
    with city.open(Role.OFFICER):
        return city_staff(OverviewQuestion(month))


def computed(city: City, month: ServiceMonth = JUNE) -> CityStaff:
    """The same without anything kept; what was kept before stays kept."""
    with city.open(Role.OFFICER):
        held = list(KeptNumbers.objects.all())
        KeptNumbers.objects.all().delete()
        found = city_staff(OverviewQuestion(month))
        KeptNumbers.objects.all().delete()
        KeptNumbers.objects.bulk_create(held)
    return found


def row_of(found: CityStaff, place: Nursery) -> OverviewRow:
    return next(row for row in found.everything if row.facility == place.facility)


@contextmanager
def opening() -> Iterator[list[str]]:
    """Whether anybody's key is asked for: who computes must."""
    with CaptureQueriesContext(connections[KEY_STORE]) as asked:
        seen: list[str] = []
        yield seen
    seen += [one["sql"] for one in asked.captured_queries if "person_keys" in one["sql"]]


# ---------------------------------------------------------------- what is kept answers


def test_a_second_look_opens_nobody_and_says_the_same(city: City, sakura: Nursery) -> None:
    with opening() as first:
        before = look(city)
    with opening() as second:
        again = look(city)

    assert (len(first), len(second)) == (1, 0)
    assert before == again == computed(city)
    row = row_of(again, sakura)
    assert (row.staff.counted.regular, row.staff.counted.part_time, row.staff.counted.on_leave) == (3, 1, 1)
    assert row.average is not None
    assert row.staff.present_words


def test_every_month_and_year_has_its_own(city: City, sakura: Nursery) -> None:
    asked = (ServiceMonth(2026, 3), APRIL, MAY, JUNE)
    alone = {month: computed(city, month) for month in asked}

    for _ in range(2):
        assert {month: look(city, month) for month in asked} == alone

    averages = {month: row_of(alone[month], sakura).average for month in asked}
    assert averages[APRIL] == averages[JUNE] != averages[ServiceMonth(2026, 3)]


def test_a_day_that_passes_changes_nothing(city: City, sakura: Nursery, monkeypatch: Any) -> None:
    before = look(city)
    for day in (date(2026, 4, 1), date(2027, 4, 1), date(2030, 2, 28)):
        monkeypatch.setattr(timezone, "localdate", lambda *_, day=day: day)
        monkeypatch.setattr(timezone, "now", lambda day=day: AT.replace(year=day.year, month=day.month))

        with opening() as asked:
            assert look(city) == before == computed(city)
        assert len(asked) == 1, "asked by computing anew only"


def test_whoever_has_no_roster_costs_nothing_and_is_said_so(city: City, sakura: Nursery) -> None:
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")

    row = row_of(look(city), sumire)

    assert not row.has_roster
    assert row == row_of(computed(city), sumire)
    with city.open():
        assert {kept.facility_id for kept in KeptNumbers.objects.all()} == {sakura.facility.pk}


# ---------------------------------------------------------------- every act makes them stale

Act = Callable[[Nursery, dict[int, StaffMember]], object]


def member_act(act: Callable[..., object], number: int, *values: Any, **named: Any) -> Act:
    def acting(place: Nursery, members: dict[int, StaffMember]) -> object:
        one = members[number]
        with place.open() as by:
            return act(one.pk, *values, **named, shown_version=one.version, by=by, at=AT)

    return acting


def hire(place: Nursery, _: object) -> object:
    detail = Detail(name="新任　花子", kana="しんにん　はなこ")
    with place.open() as by:
        return people.hire(
            place.facility,
            Identity(date(1999, 5, 5)),
            detail,
            TERMS,
            first_day=date(2026, 4, 1),
            beginning=Beginning.HIRED,
            by=by,
            at=AT,
        )


def set_rules(place: Nursery, _: object) -> object:
    with place.open() as by:
        return work_rules.set_work_rules(place.facility, MAY, Decimal(150), by=by, at=AT)


def check_proof(place: Nursery, members: dict[int, StaffMember]) -> object:

    with place.city.open(Role.OFFICER) as by:
        row = EarlierEmployment.objects.get(member=members[1])
        return seeing.check_proof(members[1], row.pk, by=by, at=AT)


FULL_TIME = Terms("nursery_teacher", True, Decimal(8), Decimal(20))
ACTS: dict[str, Act] = {
    "hired": hire,
    "left": member_act(people.leave, 1, last_day=date(2026, 5, 31), ending=Ending.LEFT),
    "terms": member_act(terms.change, 2, FULL_TIME, from_day=date(2026, 5, 1)),
    "leave": member_act(terms.begin_leave, 1, Leave.CHILDCARE, from_day=date(2026, 5, 1)),
    "back": member_act(terms.come_back_to_work, 4, from_day=date(2026, 5, 1)),
    "earlier": member_act(
        papers.add_earlier,
        1,
        Earlier("nursery", date(2013, 4, 1), date(2015, 3, 31), is_long_enough=True, proof=Proof.RECEIVED),
    ),
    "trained": member_act(papers.train, 1, Trained("infants", Decimal(60), date(2026, 3, 1))),
    "qualified": member_act(
        papers.qualify, 2, Licenced(Licence.KINDERGARTEN_1, "平二三第1号", date(2011, 3, 31))
    ),
    "hours": member_act(months.set_hours, 2, JUNE.first_day, Decimal(120)),
    "rules": set_rules,
    "proof": check_proof,
}
# What these change is none of the numbers of this roster: the stamp does not know that, and need not.
SAME_NUMBERS = {"qualified", "trained", "proof"}


@pytest.mark.parametrize("name", ACTS)
def test_after_every_act_the_next_look_computes_anew(city: City, sakura: Nursery, name: str) -> None:
    before = look(city)
    with sakura.open():
        members = {one.number: one for one in StaffMember.objects.all()}

    ACTS[name](sakura, members)

    with opening() as asked:
        after = look(city)
    assert len(asked) == 1
    assert after == computed(city)
    if name not in SAME_NUMBERS:
        assert after != before


def test_all_of_them_one_after_the_other_with_looks_between(city: City, sakura: Nursery) -> None:
    for name, act in ACTS.items():
        with sakura.open():
            members = {one.number: one for one in StaffMember.objects.all()}
        if name in {"leave", "back", "terms", "hired", "hours", "rules", "qualified"}:
            act(sakura, members)
        for month in (APRIL, JUNE):
            assert look(city, month) == computed(city, month), name


@pytest.mark.parametrize("model", READ_BY_ROSTERS)
def test_a_row_of_any_table_that_comes_changes_or_goes_is_another_stamp(
    city: City, sakura: Nursery, model: Any
) -> None:
    """Whoever writes, and however: a roster's rows are the stamp."""
    seen = set()

    def stamp() -> None:
        with city.open():
            versions = keeping.versions_of(keeping.row_versions(rosters_read()))
        parts = versions[sakura.facility.pk]
        assert parts not in seen
        seen.add(parts)

    stamp()
    with sakura.open():
        row = model.objects.order_by("pk").first()
        column = next(name for name in ("entered_at", "saved_at") if hasattr(row, name))
        model.objects.filter(pk=row.pk).update(**{column: getattr(row, column)})
    stamp()
    if model is not StaffMember:
        with sakura.open():
            model.objects.filter(pk=row.pk).delete()
        stamp()
        with sakura.open():
            row.save(force_insert=True)
        stamp()
    else:
        give_roster(sakura, Somebody())
        stamp()
        with sakura.open():
            StaffMember.objects.filter(pk=row.pk).update(left_year=2025, erased_at=AT)
        stamp()


def test_rosters_read_nothing_that_is_not_in_the_stamp(city: City, sakura: Nursery) -> None:
    with city.open(), CaptureQueriesContext(connection) as asked:
        rosters(2026, months=[JUNE])

    tables = {table for one in asked for table in re.findall(r'(?:FROM|JOIN) "([a-z_]+)"', one["sql"])}
    assert tables == {model._meta.db_table for model in READ_BY_ROSTERS}


def test_another_capacity_type_or_chief_is_another_stamp(city: City) -> None:
    place = make_facility(city, kind=FacilityKind.WORKPLACE, capacity=19)
    give_roster(place, Somebody(licences=()), Somebody(job="chief_nursery_teacher"), Somebody())
    found = [look(city)]

    with city.open():
        FacilityProfile.objects.filter(facility=place.facility).update(approved_capacity=20, capacity_23=20)
    found.append(look(city))
    with city.open():
        GrantedItem.objects.create(
            municipality=city.municipality,
            facility=place.facility,
            code="chief_nursery_teacher",
            from_month=APRIL.first_day,
        )
    found.append(look(city))

    assert found[-1] == computed(city)
    teachers = [row_of(one, place).staff.counted.teachers for one in found]
    assert teachers == [Fraction(3), Fraction(2), Fraction(1)]


def test_what_stands_beside_the_roster_is_not_kept(city: City, sakura: Nursery) -> None:
    look(city)
    with city.open():
        FacilityProfile.objects.filter(facility=sakura.facility).update(base_percent=2, wage_percent=4)
        GrantedItem.objects.filter(code="treatment_3").update(options={"headcount_a": 3, "headcount_b": 3})

    with opening() as asked:
        row = row_of(look(city), sakura)

    assert not asked
    assert (row.comparison.base_percent, row.leaders.headcount_a) == (2, 3)


def test_another_program_computes_anew(city: City, sakura: Nursery, monkeypatch: Any) -> None:
    look(city)
    monkeypatch.setattr(keeping, "program", lambda *_: "another")

    with opening() as asked:
        look(city)

    assert len(asked) == 1


# ---------------------------------------------------------------- two at once


def asked_and_versions(city: City) -> tuple[Any, Any]:
    with city.open():
        versions = keeping.versions_of(keeping.row_versions(rosters_read()))

        return {facility_id: Asked(FacilityKind.NURSERY, JUNE, 90, 0) for facility_id in versions}, versions


def test_who_computed_while_somebody_wrote_leaves_nothing_stale_behind(city: City, sakura: Nursery) -> None:
    """One has read the stamp, another changes the roster and looks, and only then the first one keeps its numbers."""
    slow_asked, slow_versions = asked_and_versions(city)
    give_roster(sakura, Somebody(), Somebody())
    quick = look(city)

    with city.open():
        numbers_of(slow_asked, slow_versions, [], JUNE)  # kept under the stamp of before

    with opening() as asked:
        assert look(city) == quick == computed(city)
    assert len(asked) == 2, "the look and the computing beside it"


@pytest.mark.django_db(transaction=True)
def test_two_who_keep_at_once_both_answer(transactional_db: None) -> None:
    city = make_city()
    for number in range(4):
        place = make_facility(city, f"第{number}園", number=f"139990000090{number}")
        give_roster(place, Somebody(), Somebody(**PART_TIME))
    together, found = Barrier(4), []

    def looking() -> None:
        try:
            together.wait(10)
            found.append(look(city))
        finally:
            connections.close_all()

    threads = [Thread(target=looking) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(found) == 4
    assert all(one == found[0] for one in found)
    with opening() as asked:
        assert look(city) == found[0]
    assert not asked


# ---------------------------------------------------------------- sealed, and gone with whom it is about


def test_kept_numbers_open_in_their_place_only_and_say_nothing_in_clear(city: City, sakura: Nursery) -> None:
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    give_roster(sumire, Somebody())
    look(city)

    with city.open():
        first, second = KeptNumbers.objects.order_by("pk")
        for row in (first, second):
            assert b"average" not in bytes(row.content_sealed)
            assert "average" in unseal(row.content_sealed, bound_to=row.place).decode()
        first.content_sealed = second.content_sealed
        with pytest.raises(CannotUnseal):
            unseal(first.content_sealed, bound_to=first.place)
        second.stamp = "0" * 64
        with pytest.raises(CannotUnseal):
            unseal(second.content_sealed, bound_to=second.place)


def test_numbers_go_with_whoever_is_erased(city: City) -> None:

    place = make_facility(city)
    with place.open():
        fill(place, 1)
    look(city)
    with city.open():
        assert KeptNumbers.objects.exists()

        member = StaffMember.objects.get()
        erasing._empty([member.pk], at=AT)

        assert not KeptNumbers.objects.exists()


def test_numbers_of_years_nobody_looks_at_are_thrown_away_once_a_week(
    city: City, sakura: Nursery, monkeypatch: Any
) -> None:
    for month in (ServiceMonth(2025, 3), ServiceMonth(2025, 4), JUNE):
        look(city, month)
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 6, 10))

    for _ in range(2):
        tasks.sweep_keys()

    with city.open():
        assert {str(ServiceMonth.of(row.month)) for row in KeptNumbers.objects.all()} == {
            "2025-04",
            "2026-06",
        }
    (event,) = events_of(city, "staff.numbers_forgotten")
    assert event.detail == {"rows": 1}


# ---------------------------------------------------------------- what it costs


def test_the_page_asks_the_same_of_few_and_many_kept_or_not(city: City, sakura: Nursery) -> None:
    officer = sign_in(city.people[Role.OFFICER])
    address = "/c/staff/?month=2026-06"

    def costs() -> tuple[int, int]:
        with city.open():
            KeptNumbers.objects.all().delete()
        return asked_by(officer, address), asked_by(officer, address)

    few = costs()
    for number in range(12):
        place = make_facility(city, f"第{number}園", number=f"13999000009{number:02}")
        give_counts(place)
        give_roster(place, Somebody(), Somebody(**PART_TIME))

    assert costs() == few
    assert few[0] <= MOST
    assert few[1] == 7, "the door and the event are five"


# ---------------------------------------------------------------- as text and back

fractions = st.fractions(min_value=0, max_value=500)
averages = st.builds(
    AverageExperience,
    persons=st.integers(1, 99),
    left_out=st.integers(0, 99),
    total_months=st.integers(0, 9999),
    average_months=fractions,
    years=st.integers(0, 60),
)
counts = st.integers(0, 200)
numbers = st.builds(
    Numbers,
    people=counts,
    counted=st.builds(
        Counted, regular=counts, part_time=counts, on_leave=counts, teachers=st.none() | fractions
    ),
    average=st.none() | averages,
    a=counts,
    b=counts,
)


@given(numbers)
def test_numbers_come_back_as_they_were(kept: Numbers) -> None:
    assert Numbers.of_text(kept.as_text()) == kept
