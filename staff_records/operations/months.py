"""What somebody worked and was paid in a month: 月の勤務時間, 賃金. The city is not told: forms quote them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from facilities.actors import Actor
from facilities.operating import operation
from facilities.periods import ServiceMonth
from staff_records.events import StaffEvent
from staff_records.models import MonthlyHours, StaffMember, Wage
from staff_records.operations.acting import done, opened
from staff_records.problems import FieldProblem, FieldProblems

AMOUNTS = ("base_yen", "allowance_yen", "post_allowance_yen", "bonus_yen")


@operation(StaffEvent.HOURS_SET)
def set_hours(
    member_id: UUID, month: date, hours: Decimal, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Hours worked in a month; said again they replace what was there.

    :raises FieldProblems: a month that has not begun.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    _require_begun(month, writer.today)
    MonthlyHours.objects.update_or_create(
        member=found.member,
        month=month,
        defaults={"hours": hours, "entered_at": at, "entered_by": by.user_id},
        create_defaults={
            "municipality_id": found.member.municipality_id,
            "facility_id": found.member.facility_id,
            "hours": hours,
            "entered_at": at,
            "entered_by": by.user_id,
        },
    )
    writer.touch(found)
    done(StaffEvent.HOURS_SET, found, by=by, detail={"month": str(ServiceMonth.of(month))})
    return found.member


@operation(StaffEvent.WAGES_SET)
def set_wages(
    member_id: UUID,
    month: date,
    amounts: Mapping[str, int | None],
    *,
    shown_version: int,
    by: Actor,
    at: datetime,
) -> StaffMember:
    """
    What was paid for a month, in yen by the names of ``AMOUNTS``; said again it replaces what was there.

    :raises FieldProblems: a month that has not begun, no amount at all, more 役職手当 than 手当.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    _require_begun(month, writer.today)
    if all(amounts.get(name) is None for name in AMOUNTS):
        raise FieldProblems(
            [FieldProblem("base_yen", "金額をどれか1つは入力してください。0でも入力できます。")]
        )
    if (amounts.get("post_allowance_yen") or 0) > (amounts.get("allowance_yen") or 0):
        raise FieldProblems(
            [
                FieldProblem(
                    "post_allowance_yen", "役職手当は手当の内数です。手当より大きい金額は入力できません。"
                )
            ]
        )
    row = Wage.objects.filter(member=found.member, month=month).first()
    if row is None:
        row = Wage.of(found.member, month=month, entered_at=at, entered_by=by.user_id)
    else:
        assert found.member.opened is not None, "a locked member is open"
        row.open_with(found.member.opened)
    for name in AMOUNTS:
        setattr(row, name, amounts.get(name))
    row.entered_at, row.entered_by = at, by.user_id
    row.save()
    writer.touch(found)
    done(StaffEvent.WAGES_SET, found, by=by, detail={"month": str(ServiceMonth.of(month))})
    return found.member


def _require_begun(month: date, today: date) -> None:
    if month > today:
        raise FieldProblems([FieldProblem("month", "まだ始まっていない月です。月を確かめてください。")])
