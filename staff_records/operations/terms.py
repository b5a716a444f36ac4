"""How somebody works, from which day: 勤務条件の変更, 休業, 復帰, and what was wrong about it."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import ProblemsFound
from staff_records.by_column import terms_columns
from staff_records.carrying import GOES_ON
from staff_records.dossiers import A_DAY, Dossier
from staff_records.events import StaffEvent
from staff_records.models import Employment, StaffMember
from staff_records.operations.acting import (
    NOTHING_DIFFERS,
    differing,
    done,
    opened,
    require_near,
    take_back_reports,
)
from staff_records.operations.people import LEAVINGS
from staff_records.problems import FieldProblem, FieldProblems
from staff_records.values import Terms
from staff_records.words import Beginning, ChangeKind, Leave
from staff_records.writing_rows import terms_value

# What the city was told when a span began like this.
REPORTS = {
    Beginning.HIRED: ChangeKind.HIRED,
    Beginning.TRANSFERRED: ChangeKind.MOVED_IN,
    Beginning.CHANGED: ChangeKind.TERMS,
    Beginning.LEAVE: ChangeKind.LEAVE,
    Beginning.RETURNED: ChangeKind.RETURNED,
}
NOT_THEN = "この日には勤務していません。日付を確かめてください。"


@operation(StaffEvent.TERMS_CHANGED)
def change(
    member_id: UUID, terms: Terms, *, from_day: date, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Other terms from a day on; a leave that holds then goes on, and what was entered for later days stays.

    :raises FieldProblems: not at work on the day, or further ahead than a year.
    :raises ProblemsFound: nothing differs.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    require_near(from_day, "from_day", today=writer.today)
    held = _held(found, from_day)
    wanted = replace(terms, leave=held.leave)
    fields = differing(terms_columns(terms_value(held)), terms_columns(wanted))
    if not fields:
        raise ProblemsFound([NOTHING_DIFFERS])
    writer.change_terms(found, wanted, from_day=from_day, beginning=Beginning.CHANGED)
    change = writer.report(found, ChangeKind.TERMS, day=from_day, fields=fields)
    done(StaffEvent.TERMS_CHANGED, found, by=by, change=change, fields=fields)
    return found.member


@operation(StaffEvent.LEAVE_BEGAN)
def begin_leave(
    member_id: UUID, leave: Leave, *, from_day: date, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    On leave from a day on, under the same terms; another kind of leave may follow one.

    :raises FieldProblems: not at work on the day, on this leave already, or further ahead than a year.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    require_near(from_day, "from_day", today=writer.today)
    held = _held(found, from_day)
    if held.leave == leave:
        raise FieldProblems([FieldProblem("leave", "この日はすでに同じ休業に入っています。")])
    terms = replace(terms_value(held), leave=leave)
    writer.change_terms(found, terms, from_day=from_day, beginning=Beginning.LEAVE)
    change = writer.report(found, ChangeKind.LEAVE, day=from_day, fields=["leave"])
    done(StaffEvent.LEAVE_BEGAN, found, by=by, change=change, fields=["leave"])
    return found.member


@operation(StaffEvent.RETURNED)
def come_back_to_work(
    member_id: UUID, *, from_day: date, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Back at work under the terms of before.

    :raises FieldProblems: not on leave on the day, or further ahead than a year.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    require_near(from_day, "from_day", today=writer.today)
    held = _held(found, from_day)
    if not held.leave:
        raise FieldProblems(
            [FieldProblem("from_day", "この日は休業中ではありません。日付を確かめてください。")]
        )
    terms = replace(terms_value(held), leave="")
    writer.change_terms(found, terms, from_day=from_day, beginning=Beginning.RETURNED)
    change = writer.report(found, ChangeKind.RETURNED, day=from_day, fields=["leave"])
    done(StaffEvent.RETURNED, found, by=by, change=change, fields=["leave"])
    return found.member


@operation(StaffEvent.CORRECTED)
def correct_span(
    member_id: UUID,
    row_id: UUID,
    terms: Terms,
    *,
    first_day: date,
    shown_version: int,
    by: Actor,
    at: datetime,
) -> StaffMember:
    """
    Put a span right that was written wrongly: its terms, or its first day. A span it goes on with ends the day before.

    :raises Employment.DoesNotExist: no such span of this member.
    :raises FieldProblems: it would overlap another span, or begin before one is old enough.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    require_near(first_day, "hired_on", today=writer.today)
    span = _span(found, row_id)
    before = {**terms_columns(terms_value(span)), "hired_on": span.first_day}
    wanted = replace(terms, leave=span.leave)
    fields = differing(before, {**terms_columns(wanted), "hired_on": first_day})
    if not fields:
        raise ProblemsFound([NOTHING_DIFFERS])
    earlier_day = min(span.first_day, first_day)
    followed = found.goes_on_from(span)
    if followed is not None:
        followed.last_day = first_day - A_DAY
    writer.correct_span(found, span, wanted, first_day=first_day)
    if followed is not None:
        followed.save()
    change = writer.report(found, ChangeKind.CORRECTED, day=earlier_day, fields=fields)
    done(StaffEvent.CORRECTED, found, by=by, change=change, fields=fields)
    return found.member


@operation(StaffEvent.UNDONE)
def withdraw_span(
    member_id: UUID, row_id: UUID, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    A span was entered by mistake: what it went on with goes on, a leaving before it stands; a leaving that ended it is
    taken back with it. The city hears of it when it had seen a report.

    :raises Employment.DoesNotExist: no such span of this member.
    :raises ProblemsFound: it is the only one.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    span = _span(found, row_id)
    if len(found.spans) == 1:
        raise ProblemsFound(["採用の期間は取り消せません。「訂正」で日付や勤務条件を直してください。"])
    day = span.first_day
    was_seen = take_back_reports(found, reported_of(Beginning(span.beginning)), day, at=at)
    if span.ending and span.last_day is not None and found.goes_on_from(span) is None:
        was_seen |= take_back_reports(found, LEAVINGS.values(), span.last_day, at=at)
    writer.withdraw_span(found, span)
    change = writer.report(found, ChangeKind.CORRECTED, day=day, fields=["hired_on"]) if was_seen else None
    done(StaffEvent.UNDONE, found, by=by, change=change, fields=["hired_on"])
    return found.member


def _held(found: Dossier, day: date) -> Employment:
    held = found.employment_on(day)
    if held is None:
        raise FieldProblems([FieldProblem("from_day", NOT_THEN)])
    return held


def reported_of(beginning: Beginning) -> set[ChangeKind]:
    """What the city may have been told of a span's first day: leave and other terms of one day are one span."""
    return {REPORTS[beginning], *(REPORTS[one] for one in GOES_ON)}


def _span(found: Dossier, row_id: UUID) -> Employment:
    row = next((row for row in found.spans if row.pk == row_id), None)
    if row is None:
        raise Employment.DoesNotExist
    return row
