"""The steps of writing a roster: checked against the whole record, dated, never overwritten."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from audit.record import record
from staff_records.models import StaffMember
from staff_records.problems import FieldProblems
from staff_records.values import Detail, Terms
from staff_records.words import Beginning, ChangeKind, Ending
from staff_records.writing import Writer, first_month_of, locked
from tests.cast import make_city, make_facility
from tests.staff_records.stage import HIRED, add_member

FULL = Terms("nursery_teacher", True, Decimal(8), Decimal(20))
SHORT = Terms("nursery_teacher", False, Decimal(5), Decimal(16))
TODAY = date(2026, 6, 10)


@pytest.fixture
def hanako(db):
    sakura = make_facility(make_city())
    with sakura.open():
        member = add_member(sakura)
        (found,) = locked([member.pk])
        record("staff.shown", rows={"staff_member": [member.pk]})
        yield found, Writer(by=sakura.actor.user_id, at=timezone.now(), today=TODAY)


def test_other_terms_begin_on_their_day_and_the_span_before_ends_the_day_before(hanako):
    found, writer = hanako
    day = date(2026, 5, 1)

    writer.change_terms(found, SHORT, from_day=day, beginning=Beginning.CHANGED)

    assert [(span.first_day, span.last_day, span.is_regular) for span in found.spans] == [
        (HIRED, date(2026, 4, 30), True),
        (day, None, False),
    ]
    assert found.hired_on(day) == HIRED


def test_who_is_hired_again_has_a_new_first_day(hanako):
    found, writer = hanako
    writer.end_work(found, last_day=date(2025, 3, 31), ending=Ending.LEFT)
    assert StaffMember.objects.get().left_year == 2024

    writer.take_back_up(found, FULL, first_day=date(2026, 4, 1), beginning=Beginning.HIRED)

    assert found.hired_on(TODAY) == date(2026, 4, 1)
    assert StaffMember.objects.get().left_year is None


@pytest.mark.parametrize(
    ("first_day", "words"),
    [(HIRED + timedelta(days=30), "重なって"), (date(2000, 4, 1), "15歳に")],
)
def test_an_impossible_span_is_refused_and_nothing_is_saved(hanako, first_day, words):
    found, writer = hanako

    with pytest.raises(FieldProblems, match=words):
        writer.take_back_up(found, FULL, first_day=first_day, beginning=Beginning.HIRED)

    assert len(found.employments) == 1


def test_a_new_name_holds_from_its_day_on(hanako):
    found, writer = hanako

    writer.add_detail(found, Detail("若葉　花子", "わかば　はなこ", "青葉"), from_day=date(2026, 5, 10))

    assert found.detail_on(date(2026, 5, 9)).name == "青葉　花子"
    assert found.detail_on(date(2026, 5, 10)).name == "若葉　花子"


@pytest.mark.parametrize(
    ("kind", "day", "month"),
    [
        (ChangeKind.HIRED, date(2026, 5, 1), "2026-05"),
        (ChangeKind.HIRED, date(2026, 5, 2), "2026-06"),
        # On the last day of May somebody is still there; on 1 June nobody is.
        (ChangeKind.LEFT, date(2026, 5, 31), "2026-06"),
        (ChangeKind.LEFT, date(2026, 5, 30), "2026-06"),
        (ChangeKind.LEAVE, date(2026, 5, 1), "2026-05"),
        (ChangeKind.EARLIER, date(2026, 11, 25), "2026-04"),
        (ChangeKind.RETURNED, date(2026, 12, 15), "2027-01"),
    ],
)
def test_a_change_counts_from_a_month_on(kind, day, month):
    assert str(first_month_of(kind, day)) == month
