"""Two screens, two years and two people at once: what an entry sheet must not do to a roster."""

import pytest

from facilities.rules import ProblemsFound
from person_keys import store
from staff_records.models import EntryRow, StaffMember
from staff_records.operations.entries import RowEdit, save_rows
from tests.cast import Nursery, make_city, make_facility
from tests.staff_records.entry_stage import (
    AT,
    apply,
    begin,
    member_row,
    name_everybody,
    roster,
    type_rows,
)
from tests.staff_records.stage import BIRTH, add_member


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
