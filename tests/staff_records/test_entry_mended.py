"""Two screens, two years and two people at once: what an entry sheet must not do to a roster."""

from datetime import date

import pytest

from facilities.rules import ProblemsFound
from person_keys import store
from staff_records.entry_checking import check_rows
from staff_records.entry_summary import summary_of
from staff_records.models import EntryRow, EntrySheet, StaffChange, StaffMember
from staff_records.opening import open_to_show
from staff_records.operations.entries import RowEdit, Source, open_sheet, save_rows
from tests.cast import Nursery, make_city, make_facility
from tests.staff_records.entry_stage import (
    AT,
    DAY,
    apply,
    begin,
    change_row,
    correct_address,
    member_row,
    name_everybody,
    roster,
    type_rows,
)
from tests.staff_records.stage import BIRTH, add_member
from tests.staff_records.year_stage import accepted, add_teacher


@pytest.fixture
def sakura(db: None) -> Nursery:
    return make_facility(make_city())


# ---------------------------------------------------------------- a row removed by one screen and typed on by another


@pytest.mark.parametrize("worker_was_first", [False, True])
def test_who_types_on_in_a_removed_row_has_it_again_and_the_sheet_opens(sakura, run_jobs, worker_was_first):
    typed = RowEdit("token/members/new-1", "members", member_row())
    with sakura.open():
        sheet = begin(sakura)
        first = save_rows(sheet.pk, [typed], by=sakura.actor, at=AT).rows[typed.row].pk
        removal = RowEdit(first, "members", shown_version=1, is_removed=True)
        save_rows(sheet.pk, [removal], by=sakura.actor, at=AT)
    if worker_was_first:
        run_jobs()

    on = RowEdit(typed.row, "members", member_row(address="青葉市中央1番"))
    with sakura.open():
        save_rows(sheet.pk, [on], by=sakura.actor, at=AT)
        assert not save_rows(sheet.pk, [on], by=sakura.actor, at=AT).has_changed
    run_jobs()

    with sakura.open():
        row = EntryRow.objects.get()
        assert (row.pk == first) is not worker_was_first
        assert apply(sakura, sheet).hired == 1
        assert roster()[0].details[0].address == "青葉市中央1番"
        name_everybody()
    run_jobs()
    city = sakura.city.municipality.pk
    assert store.destroyed_among([first, row.pk], municipality_id=city) == {first, row.pk}


# ---------------------------------------------------------------- somebody who is there under another number


def test_who_is_on_the_roster_is_not_hired_again_under_another_number(sakura):
    with sakura.open():
        add_member(sakura, 3, name="髙橋　一子", birth_date=BIRTH)
        sheet = begin(sakura)
        type_rows(sakura, sheet, member_row(number="12", name="高橋　一子", birth_date=f"{BIRTH}"))

        with pytest.raises(ProblemsFound, match=r"職員番号に3を入力"):
            apply(sakura, sheet)

        name_everybody()
        assert StaffMember.objects.count() == 1


# ---------------------------------------------------------------- what colleagues put right meanwhile


def test_a_copied_row_does_not_bring_back_what_a_colleague_has_put_right(sakura):
    with sakura.open():
        member = add_member(sakura)
        sheet = begin(sakura, Source.COPIED)
        correct_address(sakura, member, "青葉市中央5番")
        change_row(sakura, EntryRow.objects.get(), {"days_a_month": "18"})

        apply(sakura, sheet)

        (found,) = roster()
        assert [row.address for row in found.details] == ["青葉市中央5番"]
        assert found.spans[-1].days_a_month == 18


def test_a_cell_that_both_have_changed_is_told_and_may_say_what_stands(sakura):
    with sakura.open():
        member = add_member(sakura)
        sheet = begin(sakura, Source.COPIED)
        correct_address(sakura, member, "青葉市中央5番")
        change_row(sakura, EntryRow.objects.get(), {"address": "青葉市中央9番"})

        with pytest.raises(ProblemsFound, match=r"写したあとに、名簿のこの欄が変更") as refused:
            apply(sakura, sheet)
        assert "中央" not in str(refused.value)

        name_everybody()
        change_row(sakura, EntryRow.objects.get(), {"address": "青葉市中央5番 "})
        assert apply(sakura, sheet).changed == 0


def test_a_name_that_paper_cannot_show_is_doubted_until_it_is_registered(sakura):
    rare, rarer = "\U00031350山　花子", "\U00031350川　花子"
    with sakura.open():
        add_member(sakura, name=rare)
        sheet = begin(sakura, Source.COPIED)

        def doubts() -> list[str]:
            checked = check_rows(sheet, list(EntryRow.objects.all()), today=AT.date())
            name_everybody()
            return list(summary_of(checked).doubts)

        assert doubts() == []

        change_row(sakura, EntryRow.objects.get(), {"name": rarer})
        (words,) = doubts()
        assert "氏名：「\U00031350」は印刷用の字体にないため" in words


def test_a_file_that_changes_who_was_changed_after_its_day_asks_for_a_second_look(sakura):
    with sakura.open():
        member = add_member(sakura)
        correct_address(sakura, member, "青葉市中央5番")
        row = ("members", 2, {"number": "1", "address": "青葉市みどり1丁目2番3号"})
        sheet = open_sheet(
            sakura.facility, day=DAY, source=Source.IMPORTED, rows=[row], by=sakura.actor, at=AT
        )
        checked = check_rows(sheet, list(EntryRow.objects.all()), today=AT.date())
        name_everybody()

        assert "職員番号1は、" in summary_of(checked).doubts[0]
        assert EntrySheet.objects.get().day == DAY


# ---------------------------------------------------------------- what the city was told


def leaving(nursery: Nursery, day: str) -> None:
    """Say in a sheet of its own when number 1 leaves."""
    sheet = begin(nursery, Source.COPIED)
    change_row(nursery, EntryRow.objects.get(), {"left_on": day})
    apply(nursery, sheet)


def told() -> list[str]:
    """What the city has been told and still holds."""
    return sorted(StaffChange.objects.filter(withdrawn_at=None).values_list("kind", flat=True))


@pytest.mark.parametrize(("was_seen", "kinds"), [(False, []), (True, ["corrected"])])
def test_a_leaving_that_is_emptied_takes_its_report_back(sakura, was_seen, kinds):
    with sakura.open():
        add_member(sakura)
        leaving(sakura, "R8.6.30")
        assert told() == ["left"]
        if was_seen:
            StaffChange.objects.update(seen_at=AT, seen_by=sakura.actor.user_id)

        leaving(sakura, "")

        assert told() == kinds


def test_a_leaving_on_another_day_is_told_once(sakura):
    with sakura.open():
        add_member(sakura)
        leaving(sakura, "R8.6.30")
        leaving(sakura, "R8.7.31")

        assert told() == ["left"]
        change = StaffChange.objects.get(withdrawn_at=None)
        open_to_show([change])
        name_everybody()
        assert change.day == date(2026, 7, 31)


def test_who_came_or_left_before_the_year_is_no_news(sakura):
    with sakura.open():
        add_member(sakura)
        sheet = begin(sakura)
        type_rows(
            sakura,
            sheet,
            {"number": "1", "left_on": "R7.9.30"},
            member_row(name="若葉　次郎"),
            member_row(name="若葉　三郎", left_on="R8.3.31"),
            member_row(name="若葉　四郎", left_on="R8.4.30"),
            member_row(name="若葉　五郎", hired_on="R8.4.1"),
        )

        assert apply(sakura, sheet).left == 3

        assert told() == ["hired", "left"]


def test_after_the_year_start_was_accepted_who_lacked_on_it_is_news(sakura):
    with sakura.open():
        add_teacher(sakura)
    accepted(sakura)
    with sakura.open():
        sheet = begin(sakura)
        type_rows(
            sakura,
            sheet,
            {"number": "1", "left_on": "R8.3.31"},
            member_row(name="若葉　次郎"),
            member_row(name="若葉　三郎", left_on="R8.3.31"),
        )

        apply(sakura, sheet)

        assert told() == ["hired", "left"]
        assert StaffChange.objects.get(kind="left").member.number == 1
