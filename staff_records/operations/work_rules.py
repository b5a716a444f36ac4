"""The hours a month that a facility's rules set for 常勤: what 常勤換算 divides by."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.periods import ServiceMonth
from staff_records import permissions
from staff_records.events import StaffEvent
from staff_records.holding import hold_facility
from staff_records.models import WorkRules
from staff_records.problems import FieldProblem, FieldProblems

HOURS_OF_A_MONTH = 744


@operation(StaffEvent.WORK_RULES_SET)
def set_work_rules(
    facility: Facility, from_month: ServiceMonth, full_time_hours: Decimal, *, by: Actor, at: datetime
) -> WorkRules:
    """
    From ``from_month`` on a 常勤 works ``full_time_hours`` a month; said again for the same month, it is put right.

    :raises NotAllowed: not the facility itself.
    :raises FieldProblems: hours no month has.
    """
    hold_facility(facility.pk)
    rows = WorkRules.objects.filter(facility=facility, from_month=from_month.first_day)
    rule = rows.first() or WorkRules(
        municipality_id=facility.municipality_id, facility=facility, from_month=from_month.first_day
    )
    permissions.keep(by, rule)
    if not 0 < full_time_hours <= HOURS_OF_A_MONTH:
        raise FieldProblems(
            [
                FieldProblem(
                    "full_time_hours",
                    f"常勤の月の所定時間は0より大きく{HOURS_OF_A_MONTH}以下の数で入力してください。",
                )
            ]
        )
    before = rule.full_time_hours
    rule.full_time_hours, rule.saved_at, rule.saved_by = full_time_hours, at, by.user_id
    rule.save()
    _recorded(rule, by, before=before, now=full_time_hours)
    return rule


@operation(StaffEvent.WORK_RULES_SET)
def remove_work_rules(rule_id: UUID, *, by: Actor) -> None:
    """
    Take hours back that were entered for the wrong month; those before hold on.

    :raises NotAllowed: not the facility itself.
    :raises WorkRules.DoesNotExist: not in scope.
    """
    rule = WorkRules.objects.select_for_update(of=("self",)).get(pk=rule_id)
    permissions.keep(by, rule)
    _recorded(rule, by, before=rule.full_time_hours, now=None)
    rule.delete()


def _recorded(rule: WorkRules, by: Actor, *, before: Decimal | None, now: Decimal | None) -> None:
    record(
        StaffEvent.WORK_RULES_SET,
        by=by,
        on=rule,
        rows={"work_rules": [rule.pk]},
        detail={
            "from_month": str(ServiceMonth.of(rule.from_month)),
            "hours_before": None if before is None else str(before),
            "hours": None if now is None else str(now),
        },
    )
