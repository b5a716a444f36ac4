"""The year-start roster is typed, carried on, changed and becomes the roster: all of it or nothing."""

from datetime import date
from decimal import Decimal

import pytest

from facilities.rules import NotAllowed, ProblemsFound
from person_keys import store
from staff_records.models import EntryRow, EntrySheet, MonthlyHours, StaffChange, StaffMember, Wage
from staff_records.operations.entries import AlreadyOpen, RowEdit, Source, discard, open_sheet, save_rows
from staff_records.operations.entry_applying import apply_sheet
from staff_records.states import EntryStatus
from tests.cast import make_city, make_facility
from tests.record import events_of
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
from tests.staff_records.stage import add_member


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


def test_a_typed_roster_becomes_the_roster(sakura, run_jobs):
    with sakura.open():
        sheet = begin(sakura)
        ids = type_rows(
            sakura,
            sheet,
            member_row(),
            member_row(number="０７", name="髙﨑　𠮷子", kana="タカサキ　ヨシコ", birth_date="1988/2/29"),
        )
        type_rows(
            sakura,
            sheet,
            {"name": "若葉　太郎", "workplace": "幼稚園", "first_day": "H24.4.1", "last_day": "R5.3.31"},
            table="earlier",
        )
        type_rows(sakura, sheet, {"number": "7", "month": "R8.3", "base_yen": "210,000"}, table="wages")

        done = apply(sakura, sheet)

        assert (done.hired, done.changed, done.sides) == (2, 0, 2)
        yoshiko, taro = roster()
        assert (yoshiko.member.number, taro.member.number) == (7, 8)
        assert yoshiko.detail_on(DAY).name == "髙﨑　𠮷子"
        assert taro.detail_on(DAY).kana == "わかば　たろう"
        assert taro.spans[0].hours_a_day == Decimal("7.75")
        assert taro.qualifications[0].number == "千葉県-012345"
        assert taro.earlier[0].last_day == date(2023, 3, 31)
        assert Wage.objects.get().member_id == yoshiko.member.pk
        assert not StaffChange.objects.exists()  # both were there when the fiscal year began
        assert not EntryRow.objects.exists()
        assert EntrySheet.objects.get().status == EntryStatus.APPLIED

    run_jobs()
    assert store.destroyed_among(ids, municipality_id=sakura.city.municipality.pk) == set(ids)


def test_the_record_names_everybody_who_was_touched(sakura):
    with sakura.open():
        member = add_member(sakura)
        sheet = begin(sakura, Source.COPIED)
        type_rows(sakura, sheet, member_row())
        apply(sakura, sheet)
        new = StaffMember.objects.exclude(pk=member.pk).get()

    (applied,) = events_of(sakura.city, "staff.entry_applied")
    assert applied.object_id == str(sheet.pk)
    assert applied.rows["staff_member"] == [str(new.pk)]
    assert applied.rows["compared"] == [str(member.pk)]
    assert "若葉" not in str([(event.rows, event.detail) for event in events_of(sakura.city)])


def test_last_years_roster_carried_on_unchanged_changes_nothing(sakura):
    with sakura.open():
        member = add_member(sakura)
        sheet = begin(sakura, Source.COPIED)

        done = apply(sakura, sheet)

        assert (done.hired, done.left, done.changed) == (0, 0, 0)
        assert StaffMember.objects.get().version == member.version
        assert not StaffChange.objects.exists()


@pytest.mark.parametrize(("is_correction", "kinds"), [(False, {"terms", "details"}), (True, {"corrected"})])
def test_a_changed_row_holds_from_the_day_on_or_was_wrong_from_the_beginning(sakura, is_correction, kinds):
    with sakura.open():
        add_member(sakura)
        sheet = begin(sakura, Source.COPIED)
        row = EntryRow.objects.get()
        change_row(sakura, row, {"days_a_month": "16", "regular": "非常勤", "address": "青葉市中央9番"})

        apply(sakura, sheet, {row.pk: is_correction})

        (found,) = roster()
        assert len(found.spans) == (1 if is_correction else 2)
        assert found.spans[-1].days_a_month == 16
        assert found.spans[-1].first_day == (date(2020, 4, 1) if is_correction else DAY)
        assert found.hired_on(DAY) == date(2020, 4, 1)
        assert len(found.details) == (1 if is_correction else 2)
        assert set(StaffChange.objects.values_list("kind", flat=True)) == kinds


def test_who_leaves_and_who_is_away(sakura):
    with sakura.open():
        add_member(sakura, 1)
        add_member(sakura, 2, name="みどり　二郎", kana="みどり　じろう", birth_date=date(1980, 1, 1))
        sheet = begin(sakura, Source.COPIED)
        first, second = EntryRow.objects.all()
        change_row(sakura, first, {"left_on": "R8.4.30"})
        change_row(sakura, second, {"leave": "育休"})

        done = apply(sakura, sheet)

        assert (done.left, done.changed) == (1, 2)
        assert set(StaffChange.objects.values_list("kind", flat=True)) == {"left", "leave"}
        assert StaffMember.objects.get(number=1).left_year == 2026


def test_a_number_and_what_has_changed_is_enough(sakura):
    with sakura.open():
        add_member(sakura)
        sheet = begin(sakura)
        type_rows(
            sakura, sheet, {"number": "1", "nursery_number": "千葉県-000123", "nursery_date": "H23.4.1"}
        )

        apply(sakura, sheet)

        (found,) = roster()
        assert found.qualifications[0].number == "千葉県-000123"
        assert found.detail_on(DAY).address == "青葉市みどり1丁目2番3号"
        assert StaffChange.objects.get().kind == "qualified"


def test_who_had_left_is_hired_again_under_the_same_number(sakura):
    with sakura.open():
        add_member(sakura)
        leaving = begin(sakura)
        type_rows(sakura, leaving, {"number": "1", "left_on": "2026-03-31"})
        apply(sakura, leaving)
        sheet = begin(sakura)
        type_rows(sakura, sheet, {"number": "1", "hired_on": "2026-04-01", "days_a_month": "10"})

        done = apply(sakura, sheet)

        assert done.hired == 1
        (found,) = roster()
        assert [span.first_day for span in found.spans] == [date(2020, 4, 1), date(2026, 4, 1)]
        assert found.hired_on(DAY) == date(2026, 4, 1)


def test_hours_and_wages_of_a_month_are_put_right_in_their_row(sakura):
    with sakura.open():
        add_member(sakura)
        for hours, yen in (("80", "100000"), ("92.5", "120000")):
            sheet = begin(sakura)
            type_rows(sakura, sheet, {"number": "1", "month": "2026/3", "worked_hours": hours}, table="hours")
            type_rows(sakura, sheet, {"number": "1", "month": "R8.3", "base_yen": yen}, table="wages")
            assert apply(sakura, sheet).sides == 2

        assert MonthlyHours.objects.get().hours == Decimal("92.5")
        assert Wage.objects.count() == 1


def test_one_wrong_row_and_nothing_is_applied_and_nothing_is_lost(sakura):
    with sakura.open():
        sheet = begin(sakura)
        type_rows(sakura, sheet, member_row(), member_row(name="二番　花子", birth_date="H2.2.30"))

        with pytest.raises(ProblemsFound, match=r"2行目 生年月日：その日はありません"):
            apply(sakura, sheet)

        assert not StaffMember.objects.exists()
        assert EntryRow.objects.count() == 2
        name_everybody()
        assert EntrySheet.objects.get().status == EntryStatus.OPEN


def test_applying_twice_does_nothing_twice(sakura):
    with sakura.open():
        sheet = begin(sakura)
        type_rows(sakura, sheet, member_row())
        apply(sakura, sheet)

        with pytest.raises(NotAllowed, match="すでに名簿に反映"):
            apply(sakura, sheet)

        assert StaffMember.objects.count() == 1


def test_what_was_not_shown_is_not_applied(sakura):
    with sakura.open():
        sheet = begin(sakura)
        type_rows(sakura, sheet, member_row())
        shown = EntrySheet.objects.get().version
        type_rows(sakura, sheet, member_row(name="二番　花子", birth_date="H3.3.3"))

        with pytest.raises(ProblemsFound, match="確認の画面を開いたあとに"):
            apply_sheet(sheet.pk, shown_version=shown, by=sakura.actor, at=AT)


def test_one_sheet_at_a_time_and_a_discarded_one_leaves_nothing(sakura, run_jobs):
    with sakura.open():
        sheet = begin(sakura)
        (row,) = type_rows(sakura, sheet, member_row())
        with pytest.raises(AlreadyOpen):
            open_sheet(sakura.facility, day=DAY, source=Source.TYPED, by=sakura.actor, at=AT)

        discard(sheet.pk, by=sakura.actor, at=AT)

        assert not EntryRow.objects.exists()
        begin(sakura)
        with pytest.raises(NotAllowed, match="取りやめ"):
            save_rows(sheet.pk, [RowEdit("new-1", "members", {"name": "あ"})], by=sakura.actor, at=AT)
    run_jobs()
    assert store.destroyed_among([row], municipality_id=sakura.city.municipality.pk) == {row}


def test_another_facility_cannot_touch_the_sheet(sakura):
    sumire = make_facility(sakura.city, "すみれ保育園", number="1299900000902")
    with sakura.open():
        sheet = begin(sakura)
    with sumire.open(), pytest.raises(EntrySheet.DoesNotExist):
        save_rows(sheet.pk, [], by=sumire.actor, at=AT)
    with sakura.city.open() as administrator, pytest.raises(NotAllowed, match="その施設の担当者だけ"):
        apply_sheet(sheet.pk, shown_version=1, by=administrator, at=AT)
