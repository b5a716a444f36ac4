"""What somebody has on paper: 資格, 前歴と在職証明, 研修."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import ProblemsFound
from staff_records.by_column import (
    earlier_columns,
    earlier_of,
    licenced_columns,
    trained_columns,
    trained_of,
)
from staff_records.events import StaffEvent
from staff_records.models import EarlierEmployment, Qualification, StaffMember, Training
from staff_records.operations.acting import NOTHING_DIFFERS, differing, done, opened, take_back_reports
from staff_records.problems import FieldProblem, FieldProblems
from staff_records.values import Earlier, Licenced, Trained
from staff_records.words import ChangeKind, Licence, Proof
from staff_records.writing_rows import licenced_value

Row = TypeVar("Row", Qualification, EarlierEmployment, Training)
# What somebody has once. 「その他」 may be several.
ONCE = frozenset(Licence) - {Licence.OTHER}
TYPED_PROOFS = frozenset({Proof.NONE, Proof.REQUESTED, Proof.RECEIVED})
THERE_ALREADY = "この資格は登録されています。番号や日付は「訂正」で直してください。"


# ---------------------------------------------------------------- qualifications


@operation(StaffEvent.QUALIFIED)
def qualify(member_id: UUID, value: Licenced, *, shown_version: int, by: Actor, at: datetime) -> StaffMember:
    """
    A qualification somebody has obtained.

    :raises FieldProblems: there already, or an impossible day.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    if value.licence in ONCE and any(row.licence == value.licence for row in found.qualifications):
        raise FieldProblems([FieldProblem("licence", THERE_ALREADY)])
    writer.add_qualification(found, value)
    day = value.obtained_on or writer.today
    change = writer.report(found, ChangeKind.QUALIFIED, day=day, fields=["licence"])
    done(StaffEvent.QUALIFIED, found, by=by, change=change, fields=["licence"])
    return found.member


@operation(StaffEvent.CORRECTED)
def correct_qualification(
    member_id: UUID, row_id: UUID, value: Licenced, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Another number, day or kind; the city looks at the copy again.

    :raises Qualification.DoesNotExist: no such row of this member.
    :raises ProblemsFound: nothing differs, there already, or an impossible day.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    row = _row(found.qualifications, row_id, Qualification)
    fields = differing(licenced_columns(licenced_value(row)), licenced_columns(value))
    if not fields:
        raise ProblemsFound([NOTHING_DIFFERS])
    others = [other for other in found.qualifications if other is not row]
    if value.licence in ONCE and any(other.licence == value.licence for other in others):
        raise FieldProblems([FieldProblem("licence", THERE_ALREADY)])
    day = min((day for day in (row.obtained_on, value.obtained_on) if day), default=writer.today)
    writer.correct_qualification(found, row, value)
    change = writer.report(found, ChangeKind.CORRECTED, day=day, fields=fields)
    done(StaffEvent.CORRECTED, found, by=by, change=change, fields=fields)
    return found.member


# ---------------------------------------------------------------- earlier work


@operation(StaffEvent.EARLIER_SET)
def add_earlier(
    member_id: UUID, value: Earlier, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Work elsewhere before.

    :raises FieldProblems: impossible days.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    writer.add_earlier(found, value)
    change = writer.report(found, ChangeKind.EARLIER, day=writer.today, fields=["workplace", "proof"])
    done(StaffEvent.EARLIER_SET, found, by=by, change=change, fields=["workplace", "proof"])
    return found.member


@operation(StaffEvent.EARLIER_SET)
def change_earlier(
    member_id: UUID, row_id: UUID, value: Earlier, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Earlier work put right, or its proof has come. What the city had checked it looks at again when days change.

    :raises EarlierEmployment.DoesNotExist: no such row of this member.
    :raises ProblemsFound: nothing differs, or impossible days.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    row = _row(found.earlier, row_id, EarlierEmployment)
    # A form that says again what the city has checked changes nothing.
    fields = differing(earlier_columns(typed_proof(row)), earlier_columns(value))
    if not fields:
        raise ProblemsFound([NOTHING_DIFFERS])
    writer.correct_earlier(found, row, value)
    change = writer.report(found, ChangeKind.EARLIER, day=writer.today, fields=fields)
    done(StaffEvent.EARLIER_SET, found, by=by, change=change, fields=fields)
    return found.member


# ---------------------------------------------------------------- training


@operation(StaffEvent.TRAINED)
def train(member_id: UUID, value: Trained, *, shown_version: int, by: Actor, at: datetime) -> StaffMember:
    """
    A finished training.

    :raises FieldProblems: not finished yet, no hours, or more management than hours.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    _require_hours(value)
    writer.add_training(found, value)
    change = writer.report(found, ChangeKind.TRAINED, day=value.finished_on, fields=["field"])
    done(StaffEvent.TRAINED, found, by=by, change=change, fields=["field"])
    return found.member


@operation(StaffEvent.CORRECTED)
def correct_training(
    member_id: UUID, row_id: UUID, value: Trained, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    A training put right.

    :raises Training.DoesNotExist: no such row of this member.
    :raises ProblemsFound: nothing differs, not finished yet, no hours, or more management than hours.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    _require_hours(value)
    row = _row(found.trainings, row_id, Training)
    fields = differing(trained_columns(trained_of(row)), trained_columns(value))
    if not fields:
        raise ProblemsFound([NOTHING_DIFFERS])
    day = min(row.finished_on, value.finished_on)
    writer.correct_training(found, row, value)
    change = writer.report(found, ChangeKind.CORRECTED, day=day, fields=fields)
    done(StaffEvent.CORRECTED, found, by=by, change=change, fields=fields)
    return found.member


# ---------------------------------------------------------------- taking back


@operation(StaffEvent.UNDONE)
def withdraw_qualification(
    member_id: UUID, row_id: UUID, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """A qualification was entered by mistake. :raises Qualification.DoesNotExist: no such row of this member."""
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    row = _row(found.qualifications, row_id, Qualification)
    day = row.obtained_on or writer.today
    take_back_reports(found, [ChangeKind.QUALIFIED], day, at=at)
    writer.withdraw(found, row)
    # The city counts with a qualification from its entry on, whether it has seen the report or not.
    change = writer.report(found, ChangeKind.CORRECTED, day=day, fields=["licence"])
    done(StaffEvent.UNDONE, found, by=by, change=change, fields=["licence"])
    return found.member


@operation(StaffEvent.UNDONE)
def withdraw_earlier(
    member_id: UUID, row_id: UUID, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """Earlier work was entered by mistake. :raises EarlierEmployment.DoesNotExist: no such row of this member."""
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    writer.withdraw(found, _row(found.earlier, row_id, EarlierEmployment))
    change = writer.report(found, ChangeKind.EARLIER, day=writer.today, fields=["workplace"])
    done(StaffEvent.UNDONE, found, by=by, change=change, fields=["workplace"])
    return found.member


@operation(StaffEvent.UNDONE)
def withdraw_training(
    member_id: UUID, row_id: UUID, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """A training was entered by mistake. :raises Training.DoesNotExist: no such row of this member."""
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    row = _row(found.trainings, row_id, Training)
    day: date = row.finished_on
    was_seen = take_back_reports(found, [ChangeKind.TRAINED], day, at=at)
    writer.withdraw(found, row)
    change = writer.report(found, ChangeKind.CORRECTED, day=day, fields=["field"]) if was_seen else None
    done(StaffEvent.UNDONE, found, by=by, change=change, fields=["field"])
    return found.member


def typed_proof(row: EarlierEmployment) -> Earlier:
    """Earlier work as a form shows it: what the city has checked is received, as far as the facility can say."""
    value = earlier_of(row)
    return value if value.proof in TYPED_PROOFS else Earlier(**{**vars(value), "proof": Proof.RECEIVED})


def _row(rows: Sequence[Row], row_id: UUID, model: type[Row]) -> Row:
    row = next((row for row in rows if row.pk == row_id), None)
    if row is None:
        raise model.DoesNotExist
    return row


def _require_hours(value: Trained) -> None:
    if value.hours <= 0:
        raise FieldProblems(
            [FieldProblem("training_hours", "研修の時間を0より大きい数字で入力してください。")]
        )
