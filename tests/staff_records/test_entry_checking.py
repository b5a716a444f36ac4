"""An entry sheet against the roster: who is meant, who is there already, what changes, what cannot be."""

from datetime import date
from time import perf_counter

import pytest

from audit.record import record
from staff_records.checked_rows import CheckedSheet
from staff_records.columns import TABLES
from staff_records.differences import Effect
from staff_records.entry_checking import check_rows
from staff_records.models import EntryRow, EntrySheet, MonthlyHours, StaffChange, StaffMember
from staff_records.operations.entries import RowEdit, Source, open_sheet, save_rows
from staff_records.values import Earlier, Licenced
from staff_records.words import Ending, Proof
from staff_records.writing import Writer, locked
from staff_records.writing_rows import terms_value
from tests.cast import Nursery, make_city, make_facility
from tests.staff_records.entry_stage import (
    AT,
    DAY,
    apply,
    begin,
    change_row,
    member_row,
    name_everybody,
    roster,
    type_rows,
)
from tests.staff_records.nasty import NASTY
from tests.staff_records.stage import BIRTH, add_member

TODAY = date(2026, 4, 10)


@pytest.fixture
def sakura(db):
    place = make_facility(make_city())
    with place.open():
        yield place


def look() -> CheckedSheet:
    """The open sheet, looked at and recorded."""
    checked = check_rows(EntrySheet.objects.get(), list(EntryRow.objects.all()), today=TODAY)
    record("staff.entry_checked", rows=checked.named)
    return checked


def problems(checked: CheckedSheet) -> list[tuple[int, str]]:
    return [(row.line, problem.field) for row in checked.rows for problem in row.problems]


def writer(nursery: Nursery) -> Writer:
    return Writer(nursery.actor.user_id, AT, TODAY)


def test_the_same_person_twice_is_told_at_both_rows(sakura):
    sheet = begin(sakura)
    type_rows(sakura, sheet, member_row(), member_row(kana="わかば たろう", birth_date="1990-04-01"))

    checked = look()

    assert problems(checked) == [(1, "name"), (2, "name")]
    assert "2行目と氏名・生年月日が同じ" in checked.rows[0].problems[0].message


def test_one_number_twice_is_told_at_both_rows(sakura):
    sheet = begin(sakura)
    type_rows(sakura, sheet, member_row(number="5"), member_row(number="０５", name="あか　べに"))

    assert problems(look()) == [(1, "number"), (2, "number")]


def test_who_is_on_the_roster_already_is_told_which_number_to_use(sakura):
    add_member(sakura, 3, name="髙橋　一子", birth_date=BIRTH)
    sheet = begin(sakura)
    type_rows(sakura, sheet, member_row(name="高橋　一子", birth_date=f"{BIRTH}"))

    (row,) = look().rows

    assert row.effect is Effect.REFUSED
    assert "職員番号に3を入力" in row.problem_at["name"]


def test_a_number_of_somebody_else_does_not_overwrite_that_person(sakura):
    add_member(sakura, 1)
    sheet = begin(sakura)
    type_rows(sakura, sheet, member_row(number="1"))

    (row,) = look().rows

    assert "別の職員の番号" in row.problem_at["number"]
    assert row.changes == ()


def test_the_number_of_a_copied_row_stays(sakura):
    add_member(sakura, 1)
    begin(sakura, Source.COPIED)
    change_row(sakura, EntryRow.objects.get(), {"number": "8"})

    assert "1に戻してください" in look().rows[0].problem_at["number"]


def test_rows_of_other_tables_find_their_person(sakura):
    add_member(sakura, 1)
    add_member(sakura, 2, name="同名　花子", birth_date=date(1980, 1, 1))
    add_member(sakura, 3, name="同名　花子", birth_date=date(1981, 1, 1))
    sheet = begin(sakura)
    type_rows(sakura, sheet, member_row(number="９"))
    hours = {"month": "R8.3", "worked_hours": "80"}
    type_rows(
        sakura,
        sheet,
        {"number": "1", **hours},
        {"name": "青葉　花子", **hours, "month": "R8.2"},
        {"name": "若葉　太郎", **hours},
        {"number": "9", **hours, "month": "R8.2"},
        {"name": "同名　花子", **hours},
        {"name": "不明　花子", **hours},
        {"number": "77", **hours},
        {"number": "1", "name": "不明　花子", **hours, "month": "R8.1"},
        table="hours",
    )

    checked = look()

    assert problems(checked) == [(5, "number"), (6, "name"), (7, "number"), (8, "name")]
    rows = checked.of("hours")
    assert [row.found.member.number for row in rows[:2] if row.found] == [1, 1]
    assert rows[2].new is rows[3].new is checked.of("members")[0]


def test_a_month_twice_is_told(sakura):
    add_member(sakura, 1)
    sheet = begin(sakura)
    hours = {"number": "1", "month": "R8.3", "worked_hours": "80"}
    type_rows(sakura, sheet, hours, {**hours, "month": "2026/3", "worked_hours": "90"}, table="hours")

    checked = look()

    assert problems(checked) == [(2, "month")]
    assert "1行目と同じ" in checked.rows[1].problems[0].message


def test_an_end_before_the_beginning_and_spans_over_each_other_are_told(sakura):
    add_member(sakura, 1, last_day=date(2022, 3, 31))
    (found,) = locked([StaffMember.objects.get().pk])
    writer(sakura).end_work(found, last_day=date(2022, 3, 31), ending=Ending.LEFT)
    writer(sakura).take_back_up(
        found, terms_value(found.spans[0]), first_day=date(2024, 4, 1), beginning=found.spans[0].beginning
    )
    sheet = begin(sakura)
    type_rows(sakura, sheet, {"number": "1", "hired_on": "R3.4.1"})

    assert problems(look()) == [(1, "hired_on")]


def test_an_empty_cell_takes_away_but_never_a_qualification(sakura):
    member = add_member(sakura, 1)
    (found,) = locked([member.pk])
    writer(sakura).add_qualification(found, Licenced("nursery_teacher", "千葉県-1", date(2012, 4, 1)))
    begin(sakura, Source.COPIED)
    row = EntryRow.objects.get()

    change_row(sakura, row, {"address": "", "postal_code": "", "nursery_number": "", "nursery_date": ""})

    (checked,) = look().rows
    assert {change.column for change in checked.changes} >= {"address", "postal_code"}
    assert "消せません" in checked.problem_at["nursery_number"]


def test_a_higher_licence_is_another_one_and_a_wrong_number_is_put_right(sakura):
    member = add_member(sakura, 1)
    (found,) = locked([member.pk])
    writer(sakura).add_qualification(found, Licenced("kindergarten_2", "平二〇第1号", date(2012, 4, 1)))
    writer(sakura).add_qualification(found, Licenced("nursery_teacher", "千葉県-1", date(2012, 4, 1)))
    begin(sakura, Source.COPIED)
    change_row(
        sakura,
        EntryRow.objects.get(),
        {
            "kindergarten_licence": "一種",
            "kindergarten_number": "令七第2号",
            "kindergarten_date": "R7.4.1",
            "nursery_number": "千葉県-000001",
        },
    )

    apply(sakura, EntrySheet.objects.get())

    (found,) = roster()
    assert sorted((row.licence, row.number) for row in found.qualifications) == [
        ("kindergarten_1", "令七第2号"),
        ("kindergarten_2", "平二〇第1号"),
        ("nursery_teacher", "千葉県-000001"),
    ]
    assert sorted(StaffChange.objects.values_list("kind", flat=True)) == ["corrected", "qualified"]


def test_what_the_city_has_checked_stays_checked_as_long_as_it_is_the_same_work(sakura):
    member = add_member(sakura, 1)
    (found,) = locked([member.pk])
    work = Earlier("nursery", date(2015, 4, 1), date(2020, 3, 31), "みどり保育園", True, Proof.CHECKED)
    writer(sakura).add_earlier(found, work)
    sheet = begin(sakura)
    row = {"number": "1", "workplace": "保育所", "first_day": "H27.4.1", "last_day": "R2.3.31"}
    (row_id,) = type_rows(sakura, sheet, {**row, "proof": "依頼中"}, table="earlier")
    assert look().rows[0].effect is Effect.SAME

    change_row(sakura, EntryRow.objects.get(pk=row_id), {"last_day": "R2.2.29"})
    apply(sakura, sheet)

    (found,) = roster()
    assert len(found.earlier) == 1
    assert (found.earlier[0].last_day, found.earlier[0].proof) == (date(2020, 2, 29), Proof.RECEIVED)
    assert found.earlier[0].employer == "みどり保育園"


def test_a_changed_licence_of_the_other_table_is_put_right_and_a_new_one_is_added(sakura):
    member = add_member(sakura, 1)
    (found,) = locked([member.pk])
    writer(sakura).add_qualification(found, Licenced("nurse", "", date(2012, 4, 1)))
    sheet = begin(sakura)
    type_rows(
        sakura,
        sheet,
        {"number": "1", "licence": "看護師", "licence_number": "12345"},
        {"number": "1", "licence": "調理師"},
        table="qualifications",
    )

    apply(sakura, sheet)

    (found,) = roster()
    assert sorted(
        (row.licence, row.number, row.obtained_on) for row in found.qualifications if row.number
    ) == [("nurse", "12345", date(2012, 4, 1))]
    assert len(found.qualifications) == 2


def test_a_leaving_is_taken_back_by_an_emptied_cell(sakura):
    member = add_member(sakura, 1)
    (found,) = locked([member.pk])
    writer(sakura).end_work(found, last_day=date(2026, 6, 30), ending=Ending.LEFT)
    sheet = begin(sakura, Source.COPIED)
    row = EntryRow.objects.get()
    change_row(sakura, row, {"left_on": ""})

    apply(sakura, sheet)

    assert StaffMember.objects.get().left_year is None
    assert not StaffChange.objects.exists()


def test_what_changes_of_who_is_not_there_that_day_is_put_right(sakura):
    member = add_member(sakura, 1)
    (found,) = locked([member.pk])
    writer(sakura).end_work(found, last_day=date(2025, 3, 31), ending=Ending.LEFT)
    sheet = begin(sakura)
    type_rows(sakura, sheet, {"number": "1", "days_a_month": "15"})

    apply(sakura, sheet)

    (found,) = roster()
    assert [(span.days_a_month, span.last_day) for span in found.spans] == [(15, date(2025, 3, 31))]
    assert StaffChange.objects.get().kind == "corrected"


def test_the_number_of_who_was_erased_is_given_to_nobody_else(sakura):
    member = add_member(sakura, 4)
    (found,) = locked([member.pk])
    writer(sakura).end_work(found, last_day=date(2020, 5, 31), ending=Ending.LEFT)
    StaffMember.objects.filter(pk=member.pk).update(erased_at=AT)
    sheet = begin(sakura)
    (row,) = type_rows(sakura, sheet, member_row(number="4"))
    assert "前にいた職員" in look().rows[0].problem_at["number"]

    change_row(sakura, EntryRow.objects.get(pk=row), {"number": ""})
    apply(sakura, sheet)

    assert StaffMember.objects.get().number == 5
    name_everybody()


def test_empty_rows_are_passed_over(sakura):
    sheet = begin(sakura)
    type_rows(sakura, sheet, member_row())
    change_row(sakura, EntryRow.objects.get(), dict.fromkeys(member_row(), ""))

    assert [row.effect for row in look().rows] == [Effect.EMPTY]


def test_rows_of_a_file_become_the_sheet(sakura):
    rows = [
        ("members", 4, {**member_row(), "unknown": "x"}),
        ("members", 5, {"name": " "}),
        ("hours", 2, {"name": "若葉　太郎", "month": "R8.3", "worked_hours": "80:30"}),
    ]
    sheet = open_sheet(
        sakura.facility,
        day=DAY,
        source=Source.IMPORTED,
        rows=rows,
        file_hash="0" * 64,
        by=sakura.actor,
        at=AT,
    )

    assert [(row.table, row.line) for row in EntryRow.objects.order_by("place")] == [
        ("members", 4),
        ("hours", 2),
    ]
    assert apply(sakura, sheet).hired == 1
    assert str(MonthlyHours.objects.get().hours) == "80.50"


@pytest.mark.parametrize("text", NASTY)
def test_whatever_a_file_brings_is_kept_and_refused_at_its_cell(sakura, text):
    rows = [
        (code, 1, {column.code: text for column in table.columns} | {"number": "1"})
        for code, table in TABLES.items()
    ]
    open_sheet(sakura.facility, day=DAY, source=Source.IMPORTED, rows=rows, by=sakura.actor, at=AT)

    assert all(row.effect in {Effect.REFUSED, Effect.EMPTY} for row in look().rows)


def test_sixty_rows_are_saved_and_checked_well_within_a_second(sakura):
    for number in range(1, 61):
        add_member(sakura, number, birth_date=date(1970, 1, 1).replace(year=1930 + number))
    sheet = begin(sakura, Source.COPIED)
    rows = list(EntryRow.objects.all())
    edits = [RowEdit(row.pk, row.table, {"title": "主任", "days_a_month": "19"}, row.version) for row in rows]

    began = perf_counter()
    save_rows(sheet.pk, edits, by=sakura.actor, at=AT)
    saved = perf_counter()
    checked = look()
    done = perf_counter()

    assert len(checked.with_effect(Effect.CHANGED)) == 60
    assert saved - began < 1
    assert done - saved < 1
