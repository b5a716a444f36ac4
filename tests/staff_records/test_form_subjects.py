"""What a roster tells the data dictionary: everything it promises, of the roster as it was sent, and who was read."""

from datetime import date
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.dictionary import Kind, subject_of
from facilities.actors import Role
from facilities.models import GrantedItem
from facilities.rules import NotAllowed
from person_keys.store import destroy
from staff_records.models import StaffMember
from staff_records.operations import year_start
from staff_records.words import Proof
from tests.cast import APRIL, MAY, give_counts, make_city, make_facility
from tests.record import events_of
from tests.staff_records.staffed import PART_TIME, Somebody, give_roster
from tests.staff_records.year_stage import AT, YEAR, accepted, add_teacher, rename, send

ROSTER = subject_of("roster")
EVERYTHING = frozenset({"roster", "roster_figures", "roster_people", "roster_trainings", "roster_leadership"})
PLAIN = {
    Kind.TEXT: str,
    Kind.WHOLE: int,
    Kind.NUMBER: (int, Fraction),
    Kind.YEN: int,
    Kind.DATE: date,
    Kind.MONTH: date,
    Kind.YES_NO: bool,
}
LEADER = Somebody(
    post="specialist",
    numbered=True,
    hired_on=date(2015, 4, 1),
    earlier=(
        ("nursery", date(2012, 4, 1), date(2015, 3, 31), Proof.RECEIVED),
        ("nursery", date(2010, 4, 1), date(2012, 3, 31), Proof.NONE),
    ),
    trainings=(
        ("infants", 15, date(2025, 7, 1)),
        ("early_education", 15, date(2025, 8, 1)),
        ("disability", 15, date(2024, 8, 1)),
        ("food_allergy", 15, date(2023, 8, 1)),
    ),
)
PART_TIMER = Somebody(**PART_TIME, numbered=True, hired_on=date(2025, 6, 1))


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


def told(nursery, snapshot, wanted=EVERYTHING):
    with nursery.open():
        return ROSTER.values(snapshot.pk, wanted)


def erase(nursery, number):
    with nursery.open():
        gone = StaffMember.objects.get(number=number)
        destroy([gone.pk], municipality_id=gone.municipality_id, at=timezone.now())
        StaffMember.objects.filter(pk=gone.pk).update(left_year=YEAR, erased_at=timezone.now())


def facts(nursery, snapshot):
    with nursery.open():
        return ROSTER.facts(snapshot.pk)


def test_every_entry_is_given_and_of_its_kind(sakura):
    give_roster(sakura, LEADER, PART_TIMER)
    values = told(sakura, accepted(sakura))

    vocabulary = ROSTER.describe("", YEAR)
    for group in vocabulary.groups:
        assert set(values[group.name]) == {entry.name for entry in group.entries}
    for table in vocabulary.tables:
        assert values[table.name], table.name
        for row in values[table.name]:
            assert set(row) == {entry.name for entry in table.columns}
    for name, entry in vocabulary.full_names():
        owner, _, member = name.partition(".")
        rows = values[owner] if isinstance(values[owner], list) else [values[owner]]
        found = [row[member] for row in rows if row[member] is not None]
        assert all(isinstance(value, PLAIN[entry.kind]) for value in found), name
        assert entry.kind is Kind.YES_NO or not any(isinstance(value, bool) for value in found), name


def test_only_what_is_asked_for_is_told(sakura):
    give_roster(sakura, LEADER)
    assert set(told(sakura, accepted(sakura), frozenset({"roster"}))) == {"roster"}


def test_experience_is_parted_as_the_sheet_has_it(sakura):
    give_roster(sakura, LEADER, PART_TIMER)
    values = told(sakura, accepted(sakura))

    leader, part_timer = values["roster_people"]
    assert (leader["here"], leader["here_years"], leader["here_rest"]) == (132, 11, 0)
    assert (leader["elsewhere"], leader["total"], leader["experience"]) == (36, 168, "14年0か月")
    assert leader["counts"] is True
    assert leader["why_not"] is None
    assert leader["is_new"] is False
    assert part_timer["counts"] is False
    assert part_timer["counted_months"] == 0
    assert "1日6時間以上" in part_timer["why_not"]
    assert part_timer["is_new"] is True
    roster = values["roster"]
    assert (roster["counted"], roster["left_out"], roster["total_months"]) == (1, 1, 168)
    assert sum(row["counted_months"] for row in values["roster_people"]) == roster["total_months"]
    assert (roster["average_whole_years"], roster["average_rest"], roster["average_years"]) == (14, 0, 14)
    assert roster["rounding"] == "6か月未満なので切捨て"


def test_half_a_year_is_rounded_up_and_shown_before(sakura):
    give_roster(
        sakura,
        Somebody(numbered=True, hired_on=date(2020, 4, 1)),
        Somebody(numbered=True, hired_on=date(2021, 4, 1)),
    )
    roster = told(sakura, accepted(sakura))["roster"]
    assert (roster["total_months"], roster["average_months"]) == (132, 66)
    assert (roster["average_whole_years"], roster["average_rest"]) == (5, 6)
    assert (roster["average_years"], roster["rounding"]) == (6, "6か月以上なので切上げ")


def test_full_time_equivalents_are_exact_and_unknown_without_the_hours_of_a_regular(sakura):
    give_roster(sakura, LEADER, PART_TIMER, full_time_hours=None)
    snapshot = accepted(sakura)
    values = told(sakura, snapshot)
    assert [row["full_time_equivalent"] for row in values["roster_people"]] == [1, None]
    assert values["roster"]["full_time_equivalent"] is None
    assert values["roster"]["full_time_equivalent_regular"] == 1
    before = facts(sakura, snapshot).edition

    give_roster(sakura)  # the hours of a 常勤 alone: 160
    values = told(sakura, snapshot)
    assert values["roster_people"][1]["full_time_equivalent"] == Fraction(64, 160)
    assert values["roster"]["full_time_equivalent"] == Fraction(7, 5)
    assert facts(sakura, snapshot).edition != before


def test_leaders_and_their_trainings(sakura):
    give_roster(sakura, LEADER, PART_TIMER)
    with sakura.open():
        GrantedItem.objects.create(
            municipality_id=sakura.facility.municipality_id,
            facility=sakura.facility,
            code="treatment_3",
            from_month=APRIL.first_day,
            options={"headcount_a": 3, "headcount_b": 2},
        )
    values = told(sakura, accepted(sakura))

    (leader,) = values["roster_leadership"]
    assert (leader["post"], leader["post_rank"], leader["is_a"]) == ("専門リーダー", "A", True)
    assert (leader["training_hours"], leader["fields"]) == (60, "①②③④")
    assert leader["meets_conditions"] is True
    assert leader["hours_missing"] is None
    figures = values["roster_figures"]
    assert (figures["candidates_a"], figures["candidates_b"]) == (1, 0)
    assert (figures["headcount_a"], figures["headcount_b"]) == (3, 2)
    assert (figures["leaders_a"], figures["leaders_b"]) == (1, 0)
    assert {(row["field"], row["hours"], row["finished_year"]) for row in values["roster_trainings"]} == {
        ("①乳児保育", 15, "令和7年度"),
        ("②幼児教育", 15, "令和7年度"),
        ("③障害児保育", 15, "令和6年度"),
        ("④食育・アレルギー対応", 15, "令和5年度"),
    }
    assert values["roster_people"][0]["hours_infants"] == 15
    assert values["roster_people"][0]["hours_management"] is None


def test_required_teachers_stand_beside_those_who_are_there(sakura):
    give_roster(sakura, *[Somebody(numbered=True)] * 3)
    snapshot = accepted(sakura)
    figures = told(sakura, snapshot)["roster_figures"]
    assert (figures["required"], figures["present"], figures["difference"]) == (None, 3, None)
    before = facts(sakura, snapshot).edition

    give_counts(sakura, APRIL, (("3", "0", "standard", 3), ("2", "5", "standard", 30)))

    figures = told(sakura, snapshot)["roster_figures"]
    assert figures["difference"] == figures["present"] - figures["required"]
    assert facts(sakura, snapshot).edition != before


def test_who_is_on_leave_is_there_and_leads_nobody(sakura):
    give_roster(sakura, Somebody(numbered=True), Somebody(**{**vars(LEADER), "leave": "childcare"}))
    values = told(sakura, accepted(sakura))
    assert values["roster"]["on_leave"] == 1
    assert values["roster"]["full_time_equivalent"] == 1
    assert values["roster_leadership"][0]["meets_conditions"] is None
    assert values["roster_figures"]["candidates_a"] == 0
    assert values["roster_figures"]["present"] == 1


def test_the_age_is_of_the_day_and_the_names_are_those_that_were_sent(sakura):
    with sakura.open():
        add_teacher(sakura, 1, birth_date=date(1990, 4, 1), former_name="柿﨑")
        add_teacher(sakura, 2, birth_date=date(1990, 4, 2))
        add_teacher(sakura, 3, birth_date=date(1990, 4, 3))
    snapshot = accepted(sakura)
    with sakura.open():
        rename(sakura, StaffMember.objects.get(number=1), "あとから　かえた")

    rows = told(sakura, snapshot)["roster_people"]

    assert [row["age"] for row in rows] == [36, 35, 35]
    assert rows[0]["name_words"] == "青葉　花子（柿﨑）"
    assert rows[0]["address_words"] == "〒272-0001　青葉市みどり1丁目2番3号"
    assert rows[0]["licence_words"] == "保育士 千葉県-000001"


def test_who_was_erased_is_counted_and_not_shown(sakura):
    give_roster(sakura, *[Somebody(numbered=True)] * 3)
    snapshot = accepted(sakura)
    before = facts(sakura, snapshot)
    erase(sakura, 2)

    values = told(sakura, snapshot)

    assert [row["staff_number"] for row in values["roster_people"]] == [1, 3]
    assert (values["roster"]["persons"], values["roster"]["erased"]) == (3, 1)
    assert values["roster"]["erased_words"] == "ほかの1人は、保存期間が過ぎたため消去されました。"
    assert values["roster"]["full_time_equivalent"] is None
    assert values["roster_figures"]["present"] is None
    assert facts(sakura, snapshot).edition != before.edition


def test_two_rosters_of_a_year_each_tell_their_own(sakura):
    give_roster(sakura, Somebody(numbered=True))
    first = accepted(sakura)
    give_roster(sakura, Somebody(numbered=True))
    second = accepted(sakura)

    assert len(told(sakura, first)["roster_people"]) == 1
    assert len(told(sakura, second)["roster_people"]) == 2
    assert told(sakura, first)["roster"]["state"] == "旧版"
    assert facts(sakura, first).control_number != facts(sakura, second).control_number
    assert [facts(sakura, one).suffix for one in (first, second)] == ["_第1版", "_第2版"]
    with sakura.city.open(Role.OFFICER):
        assert ROSTER.find("", None, APRIL, MAY) == [(sakura.facility.pk, second.pk)]
        assert ROSTER.find("", [sakura.facility.pk], MAY, MAY) == []
        assert next(one.subject_id for one in ROSTER.examples("", YEAR)) == second.pk


def test_a_decision_is_another_edition_and_looking_is_none(sakura):
    give_roster(sakura, Somebody(numbered=True))
    snapshot = send(sakura)
    sent, again = facts(sakura, snapshot), facts(sakura, snapshot)
    assert sent == again
    assert sent.is_final
    with sakura.city.open(Role.OFFICER) as officer:
        year_start.accept(snapshot.pk, shown_hash=snapshot.content_hash, by=officer, at=AT)
    assert facts(sakura, snapshot).edition != sent.edition
    assert told(sakura, snapshot)["roster"]["accepted_on"] == date(2026, 4, 3)


def test_whose_lines_were_read_is_on_record(sakura):
    give_roster(sakura, Somebody(numbered=True), Somebody(numbered=True))
    snapshot = accepted(sakura)
    erase(sakura, 2)

    told(sakura, snapshot)

    (event,) = events_of(sakura.city, "staff.snapshot_printed")
    with sakura.open():
        kept = StaffMember.objects.get(number=1)
        assert ROSTER.people(snapshot.pk) == {"staff_member": [kept.pk]}
    assert event.rows["staff_member"] == [str(kept.pk)]
    assert event.rows["roster_snapshot"] == [str(snapshot.pk)]


def test_it_costs_the_same_however_many_people(sakura):
    give_roster(sakura, LEADER)
    first = accepted(sakura)
    give_roster(sakura, *[LEADER] * 12)
    second = accepted(sakura)

    def cost(snapshot):
        with sakura.open(), CaptureQueriesContext(connection) as asked:
            ROSTER.facts(snapshot.pk)
            ROSTER.values(snapshot.pk, EVERYTHING)
        return len(asked)

    assert cost(first) == cost(second) <= 16


def test_who_may_order_it(sakura):
    give_roster(sakura, Somebody(numbered=True))
    snapshot = send(sakura)
    sumire = make_facility(sakura.city, "すみれ保育園", number="1299900000902")
    with sakura.open() as clerk:
        ROSTER.may_order(clerk, snapshot.pk)
        assert ROSTER.page(clerk, snapshot.pk).endswith(f"/staff/year/{YEAR}/")
    with sakura.city.open(Role.OFFICER) as officer:
        ROSTER.may_order(officer, snapshot.pk)
        assert f"/{YEAR}/" in ROSTER.page(officer, snapshot.pk)
    with sakura.city.open(Role.ENROLMENT) as stranger:
        assert ROSTER.page(stranger, snapshot.pk) == ""
        with pytest.raises(NotAllowed, match="運営課"):
            ROSTER.may_order(stranger, snapshot.pk)
    with sumire.open() as stranger:
        assert ROSTER.page(stranger, snapshot.pk) == ""
        with pytest.raises(NotAllowed, match="見つかりません"):
            ROSTER.may_order(stranger, snapshot.pk)
    with sakura.open() as clerk:
        year_start.withdraw(snapshot.pk, by=clerk, at=AT)
        with pytest.raises(NotAllowed, match="市に提出したあと"):
            ROSTER.may_order(clerk, snapshot.pk)
