"""Who works in two places at once: found over the whole city, told to each facility without the other."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from facilities.actors import Role
from facilities.rules import NotAllowed
from staff_records.models import OverlapFlag, SearchToken, StaffDetail, StaffMember
from staff_records.operations import overlaps
from staff_records.operations.overlaps import NothingToClear
from staff_records.overlapping import overlaps as days_in_common
from staff_records.overlapping import pair_of
from staff_records.queries.overlaps import flags_of
from staff_records.values import Identity, Licenced
from staff_records.words import Ending, Licence
from tests.approvals.test_four_eyes import at_once
from tests.cast import City, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.rosters import (
    FULL,
    PART,
    hire,
    of_another_corporation,
    of_the_same_corporation,
    writing,
)
from tests.staff_records.stage import HIRED

A_DAY = timedelta(days=1)
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))
SPANS = st.lists(
    st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 40)), st.booleans(), st.sampled_from(["", "sick"])),
    max_size=3,
)


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture
def sakura(city):
    return make_facility(city)


@pytest.fixture
def sumire(city, sakura):
    return of_another_corporation(city)


def flags(city: City) -> list[OverlapFlag]:
    with city.open():
        return list(OverlapFlag.objects.order_by("facility__number"))


class Days:
    """A span of work whose days stand open."""

    def __init__(self, first_day, last_day, is_regular=True, leave=""):
        self.first_day, self.last_day = first_day, last_day
        self.is_regular, self.leave = is_regular, leave

    def at_work_on(self, day):
        return not self.leave and self.first_day <= day and (self.last_day is None or self.last_day >= day)


@given(here=SPANS, there=SPANS)
def test_days_in_common_are_the_days_on_which_both_say_at_work(here, there):
    mine, theirs = (
        [
            Days(first, None if length is None else first + timedelta(days=length), regular, leave)
            for first, length, regular, leave in spans
        ]
        for spans in (here, there)
    )
    found = list(days_in_common(mine, theirs))

    for offset in range(120):
        day = date(2026, 1, 1) + timedelta(days=offset)
        both = any(span.at_work_on(day) for span in mine) and any(span.at_work_on(day) for span in theirs)
        assert both is any(
            one.first_day <= day and (one.last_day is None or one.last_day >= day) for one in found
        )


@pytest.mark.parametrize(
    ("left_on", "begins_on", "overlaps_at_all"),
    [
        (None, date(2026, 4, 1), True),
        (date(2026, 4, 1), date(2026, 4, 1), True),
        (date(2026, 3, 31), date(2026, 4, 1), False),
        (date(2030, 3, 31), date(2026, 4, 1), True),
    ],
)
def test_who_leaves_the_day_before_works_in_one_place(
    city, sakura, sumire, run_jobs, left_on, begins_on, overlaps_at_all
):
    hire(sakura, last_day=left_on)
    hire(sumire, first_day=begins_on)

    run_jobs()

    assert len(flags(city)) == (2 if overlaps_at_all else 0)


def test_each_side_has_a_flag_and_they_are_one_pair(city, sakura, sumire, run_jobs):
    hire(sakura)
    hire(sumire)

    run_jobs()

    one, other = flags(city)
    assert (one.facility_id, other.facility_id) == (sakura.facility.pk, sumire.facility.pk)
    assert one.pair_id == other.pair_id
    assert [(flag.same_corporation, flag.both_regular) for flag in (one, other)] == [(False, True)] * 2


def test_leave_is_no_work(city, sakura, sumire, run_jobs):
    hire(sakura, leave="childcare")
    hire(sumire)

    run_jobs()

    assert flags(city) == []


def test_two_part_time_posts_are_told_from_two_full_time_ones(city, sakura, sumire, run_jobs):
    hire(sakura)
    hire(sumire, terms=PART)

    run_jobs()

    assert {flag.both_regular for flag in flags(city)} == {False}


def test_the_same_name_of_another_birth_date_is_somebody_else(city, sakura, sumire, run_jobs):
    hire(sakura)
    hire(sumire, birth=date(1991, 4, 2))

    run_jobs()

    assert flags(city) == []


def test_the_same_registration_number_is_the_same_person_whatever_the_name(city, sakura, sumire, run_jobs):
    mine, theirs = hire(sakura), hire(sumire, ("若葉　華子", "わかば　はなこ"), birth=date(1990, 4, 3))
    for nursery, found, number in ((sakura, mine, "千葉県-012345"), (sumire, theirs, "千葉県　第12345号")):
        with writing(nursery, found) as (again, writer):
            writer.add_qualification(again, Licenced(Licence.NURSERY_TEACHER, number))

    run_jobs()

    assert len(flags(city)) == 2


def test_one_person_id_is_one_person_even_with_a_mistaken_birth_date(city, sakura, run_jobs):
    momiji = of_the_same_corporation(city)
    mine = hire(sakura)
    hire(momiji, birth=date(1990, 4, 3), person_id=mine.member.person_id)

    run_jobs()

    assert [flag.same_corporation for flag in flags(city)] == [True, True]


def test_a_flag_ends_when_one_of_them_leaves_and_stands_again_when_it_holds_again(
    city, sakura, sumire, run_jobs
):
    mine = hire(sakura)
    hire(sumire, first_day=date(2026, 4, 1))
    run_jobs()
    with writing(sakura, mine) as (found, writer):
        writer.end_work(found, last_day=date(2026, 3, 31), ending=Ending.LEFT)
    run_jobs()
    assert all(flag.ended_at for flag in flags(city))

    with writing(sakura, mine) as (found, writer):
        writer.stay(found)
    run_jobs()

    assert [flag.ended_at for flag in flags(city)] == [None, None]
    assert len(flags(city)) == 2


def test_a_birth_date_put_right_ends_the_flag(city, sakura, sumire, run_jobs):
    mine = hire(sakura)
    hire(sumire)
    run_jobs()
    with writing(sakura, mine) as (found, writer):
        writer.set_identity(found, Identity(date(1988, 1, 5)))

    run_jobs()

    assert all(flag.ended_at for flag in flags(city))


def test_looking_twice_changes_nothing(city, sakura, sumire, run_jobs):
    hire(sakura)
    hire(sumire)
    run_jobs()
    before = [(flag.pk, flag.found_at) for flag in flags(city)]

    with city.open():
        overlaps.look(at=timezone.now())
        overlaps.look(sakura.facility.pk, at=timezone.now())

    assert [(flag.pk, flag.found_at) for flag in flags(city)] == before


# ---------------------------------------------------------------- what a facility may know


def test_a_facility_learns_that_there_is_another_place_and_neither_which_nor_who(
    city, sakura, sumire, run_jobs
):
    hire(sakura)
    theirs = hire(sumire, ("青葉　華子", "あおば　はなこ"))
    run_jobs()

    page = sign_in(sakura.clerk).get("/f/1299900000901/staff/find/").content.decode()

    assert "市内のほかの施設" in page
    assert "ほかの勤務先があるかを本人に確かめて" in page
    for secret in ("すみれ", "青葉　華子", "1299900000902", "ほかの会", str(theirs.member.pk)):
        assert secret not in page
    with sakura.open():
        (flag,) = flags_of(sakura.facility)
    assert (flag.same_corporation, flag.both_regular, flag.is_cleared) == (False, True, False)


def test_by_sql_too_a_facility_sees_its_own_flag_and_nothing_of_the_other_roster(
    city, sakura, sumire, run_jobs
):
    hire(sakura)
    theirs = hire(sumire)
    run_jobs()

    with sakura.open(), connection.cursor() as cursor:
        for table in ("overlapflag", "staffmember", "staffdetail", "employment", "searchtoken"):
            cursor.execute(f"SELECT DISTINCT facility_id FROM staff_records_{table}")
            assert cursor.fetchall() == [(sakura.facility.pk,)], table
        cursor.execute("SELECT count(*) FROM staff_records_staffmember WHERE id = %s", [theirs.member.pk])
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "UPDATE staff_records_overlapflag SET both_regular = false WHERE facility_id = %s",
            [sumire.facility.pk],
        )
        assert cursor.rowcount == 0


def test_the_record_of_a_facility_does_not_name_the_other_one(city, sakura, sumire, run_jobs):
    hire(sakura)
    theirs = hire(sumire)
    run_jobs()

    own = [event for event in events_of(city) if event.facility_id == sakura.facility.pk]

    words = str([(event.rows, event.detail, event.object_id) for event in own])
    assert str(theirs.member.pk) not in words
    assert str(sumire.facility.pk) not in words


# ---------------------------------------------------------------- the city


def test_the_city_sees_both_sides_and_clears_with_a_reason(city, sakura, sumire, run_jobs):
    hire(sakura)
    hire(sumire, ("青葉　華子", "あおば　はなこ"), terms=PART)
    run_jobs()
    officer = sign_in(city.people[Role.OFFICER])
    pair = flags(city)[0].pair_id

    page = officer.get("/c/staff/overlaps/").content.decode()
    for words in (
        "さくら保育園",
        "すみれ保育園",
        "青葉　花子",
        "青葉　華子",
        "令和2年4月1日",
        "1日4時間・月10日",
    ):
        assert words in page
    refused = officer.post(f"/c/staff/overlaps/{pair}/clear/", {"reason": ""})
    assert refused.status_code == 422
    answer = officer.post(f"/c/staff/overlaps/{pair}/clear/", {"reason": "両園の契約を確認しました。"})

    assert answer.status_code == 302
    after = officer.get("/c/staff/overlaps/").content.decode()
    assert "確認を待っている重なりはありません" in after
    assert "両園の契約を確認しました。" in after
    facility = sign_in(sakura.clerk).get("/f/1299900000901/staff/find/").content.decode()
    assert "市が確認済み" in facility
    assert "両園" not in facility
    assert {event.facility_id for event in events_of(city, "staff.overlap_cleared")} == {
        sakura.facility.pk,
        sumire.facility.pk,
    }
    assert "両園" not in str([event.detail for event in events_of(city)])


def test_what_is_cleared_stays_cleared_until_both_are_full_time(city, sakura, sumire, run_jobs):
    hire(sakura)
    theirs = hire(sumire, terms=PART)
    run_jobs()
    with city.open(Role.OFFICER) as officer:
        overlaps.clear(flags(city)[0].pair_id, reason="確認しました。", by=officer, at=timezone.now())
    with writing(sumire, theirs) as (found, writer):
        writer.correct_span(found, found.spans[0], PART, first_day=HIRED + A_DAY)
    run_jobs()
    assert all(flag.cleared_at for flag in flags(city))

    with writing(sumire, theirs) as (found, writer):
        writer.correct_span(found, found.spans[0], FULL)
    run_jobs()

    assert [(flag.cleared_at, flag.cleared_reason, flag.both_regular) for flag in flags(city)] == [
        (None, "", True)
    ] * 2


def test_nobody_clears_twice_and_only_the_operations_section_clears(city, sakura, sumire, run_jobs):
    hire(sakura)
    hire(sumire)
    run_jobs()
    pair = flags(city)[0].pair_id
    with city.open() as administrator, pytest.raises(NotAllowed):
        overlaps.clear(pair, reason="確認", by=administrator, at=timezone.now())
    with city.open(Role.CHIEF) as chief:
        overlaps.clear(pair, reason="確認", by=chief, at=timezone.now())

        with pytest.raises(NothingToClear):
            overlaps.clear(pair, reason="確認", by=chief, at=timezone.now())


def test_the_page_of_ten_costs_as_much_as_of_two(city, sakura, sumire, run_jobs):
    officer = sign_in(city.people[Role.OFFICER])
    costs = []
    for number in range(10):
        who = (f"青葉　{'花' * (number + 1)}", f"あおば　{'はな' * (number + 1)}")
        hire(sakura, who)
        hire(sumire, who)
        if number in {1, 9}:
            run_jobs()
            with CaptureQueriesContext(connection) as queries:
                page = officer.get("/c/staff/overlaps/").content.decode()
            assert page.count("<section") >= number + 1
            costs.append(len(queries))

    assert costs[0] == costs[1]


# ---------------------------------------------------------------- many at once, and many people


def closing_its_connections(act):
    """An act of a thread of its own; the key store has a connection, too."""

    def run():
        try:
            return act()
        finally:
            connections.close_all()

    return run


@pytest.mark.django_db(transaction=True)
def test_two_facilities_that_write_at_once_end_with_one_pair():
    from jobs.running import run_due

    city = make_city()
    sakura = make_facility(city)
    sumire = of_another_corporation(city)

    at_once([closing_its_connections(partial(hire, place)) for place in (sakura, sumire)])
    at_once([closing_its_connections(run_due) for _ in range(3)])
    run_due()

    found = flags(city)
    assert len(found) == 2
    assert {flag.pair_id for flag in found} == {pair_of(found[0].member_id, found[1].member_id)}
    assert not any(flag.ended_at for flag in found)


def test_the_whole_city_is_looked_through_in_a_constant_number_of_queries(city, sakura, sumire):
    costs = []
    for number in range(8):
        who = (f"青葉　{'花' * (number + 1)}", f"あおば　{'はな' * (number + 1)}")
        hire(sakura, who)
        hire(sumire, who)
        if number in {1, 7}:
            with city.open(), CaptureQueriesContext(connection) as queries:
                overlaps.look(at=timezone.now())
            costs.append(len(queries))
    with city.open():
        assert OverlapFlag.objects.count() == 16
        assert SearchToken.objects.exists()
        assert StaffDetail.objects.count() == StaffMember.objects.count() == 16

    # The lock, persons, tokens, members, five of the dossiers, two stores' settings, flags, their writing, the event.
    assert max(costs) <= 16
