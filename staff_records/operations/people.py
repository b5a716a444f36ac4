"""Who comes, who goes, who is called what: 採用, 退職, 氏名・住所, and what was wrong about it."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.rules import ProblemsFound
from staff_records import permissions
from staff_records.dossiers import Dossier
from staff_records.events import StaffEvent
from staff_records.holding import hold_facility
from staff_records.models import StaffDetail, StaffMember
from staff_records.opening import open_to_compute, open_to_show
from staff_records.operations.acting import (
    NOTHING_DIFFERS,
    differing,
    done,
    opened,
    require_near,
    require_work,
    take_back_reports,
    writer_of,
)
from staff_records.problems import FieldProblem, FieldProblems
from staff_records.typed.names import folded_name
from staff_records.values import Detail, Identity, Terms
from staff_records.words import Beginning, ChangeKind, Ending

ARRIVALS = {Beginning.HIRED: ChangeKind.HIRED, Beginning.TRANSFERRED: ChangeKind.MOVED_IN}
LEAVINGS = {Ending.LEFT: ChangeKind.LEFT, Ending.TRANSFERRED: ChangeKind.MOVED_OUT}
THERE_ALREADY = (
    "氏名と生年月日が同じ人が、職員名簿にいます（職員番号{number}）。"
    "戻ってきた人は、その人の画面の「もう一度採用する」で登録してください。"
)


def hire(
    facility: Facility,
    identity: Identity,
    detail: Detail,
    terms: Terms,
    *,
    first_day: date,
    beginning: Beginning,
    by: Actor,
    at: datetime,
) -> StaffMember:
    """
    Somebody new. Whose names were compared stays on record also when it is refused.

    :raises NotAllowed: another facility's roster.
    :raises FieldProblems: impossible days, or the person is on the roster already.
    """
    if permissions.keep.allows(by, StaffMember(facility=facility)):
        _require_new(facility, identity, detail)
    return _hire(facility, identity, detail, terms, first_day=first_day, beginning=beginning, by=by, at=at)


@operation(StaffEvent.HIRED)
def _hire(
    facility: Facility,
    identity: Identity,
    detail: Detail,
    terms: Terms,
    *,
    first_day: date,
    beginning: Beginning,
    by: Actor,
    at: datetime,
) -> StaffMember:
    permissions.keep(by, StaffMember(facility=facility))
    writer = writer_of(by, at)
    require_near(first_day, "hired_on", today=writer.today)
    number = writer.next_number(facility)
    found = writer.hire(
        facility, identity, detail, terms, first_day=first_day, number=number, beginning=beginning
    )
    change = writer.report(found, ARRIVALS[beginning], day=first_day)
    done(StaffEvent.HIRED, found, by=by, change=change)
    return found.member


@operation(StaffEvent.LEFT)
def leave(
    member_id: UUID, *, last_day: date, ending: Ending, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Somebody leaves after ``last_day``; a leaving that stands already gets another day.

    :raises ProblemsFound: nobody at work, before the last span begins, further ahead than a year.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    require_work(found)
    require_near(last_day, "left_on", today=writer.today)
    before = found.left_on(writer.today)
    if before is not None:
        take_back_reports(found, LEAVINGS.values(), before, at=at)
    writer.end_work(found, last_day=last_day, ending=ending)
    change = writer.report(found, LEAVINGS[ending], day=last_day, fields=["left_on"])
    done(StaffEvent.LEFT, found, by=by, change=change, fields=["left_on"])
    return found.member


@operation(StaffEvent.UNDONE)
def stay(member_id: UUID, *, shown_version: int, by: Actor, at: datetime) -> StaffMember:
    """
    Take a leaving back.

    :raises ProblemsFound: nobody has left.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    require_work(found)
    day = found.left_on(writer.today)
    if day is None:
        raise ProblemsFound(["退職の登録がありません。画面を開き直してください。"])
    was_seen = take_back_reports(found, LEAVINGS.values(), day, at=at)
    writer.stay(found)
    change = writer.report(found, ChangeKind.CORRECTED, day=day, fields=["left_on"]) if was_seen else None
    done(StaffEvent.UNDONE, found, by=by, change=change, fields=["left_on"])
    return found.member


@operation(StaffEvent.HIRED)
def come_back(
    member_id: UUID,
    terms: Terms,
    *,
    first_day: date,
    beginning: Beginning,
    shown_version: int,
    by: Actor,
    at: datetime,
) -> StaffMember:
    """
    Somebody who had left is employed again.

    :raises FieldProblems: still at work on that day.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    require_near(first_day, "hired_on", today=writer.today)
    writer.take_back_up(found, terms, first_day=first_day, beginning=beginning)
    change = writer.report(found, ARRIVALS[beginning], day=first_day)
    done(StaffEvent.HIRED, found, by=by, change=change)
    return found.member


@operation(StaffEvent.CORRECTED)
def correct_identity(
    member_id: UUID, identity: Identity, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Put birth date or sex right.

    :raises FieldProblems: an impossible birth date.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    member = found.member
    fields = differing({"birth_date": member.birth_date, "sex": member.sex}, asdict(identity))
    if not fields:
        raise ProblemsFound([NOTHING_DIFFERS])
    writer.set_identity(found, identity)
    change = writer.report(found, ChangeKind.CORRECTED, day=writer.today, fields=fields)
    done(StaffEvent.CORRECTED, found, by=by, change=change, fields=fields)
    return member


@operation(StaffEvent.DETAILS_CHANGED)
def change_details(
    member_id: UUID, detail: Detail, *, from_day: date, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Another name or address from a day on; the same day again puts it right.

    :raises ProblemsFound: nothing differs, further ahead than a year.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    require_near(from_day, "from_day", today=writer.today)
    held = found.detail_on(from_day)
    fields = differing(_texts(held), asdict(detail))
    if not fields:
        raise ProblemsFound([NOTHING_DIFFERS])
    if held.from_day == from_day:
        writer.correct_detail(found, held, detail)
    else:
        writer.add_detail(found, detail, from_day=from_day)
    change = writer.report(found, ChangeKind.DETAILS, day=from_day, fields=fields)
    done(StaffEvent.DETAILS_CHANGED, found, by=by, change=change, fields=fields)
    return found.member


@operation(StaffEvent.CORRECTED)
def correct_detail(
    member_id: UUID, row_id: UUID, detail: Detail, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    Put a name or an address right that was written wrongly.

    :raises StaffDetail.DoesNotExist: no such row of this member.
    :raises ProblemsFound: nothing differs.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    row = _detail(found, row_id)
    fields = differing(_texts(row), asdict(detail))
    if not fields:
        raise ProblemsFound([NOTHING_DIFFERS])
    writer.correct_detail(found, row, detail)
    change = writer.report(found, ChangeKind.CORRECTED, day=row.from_day or writer.today, fields=fields)
    done(StaffEvent.CORRECTED, found, by=by, change=change, fields=fields)
    return found.member


@operation(StaffEvent.UNDONE)
def withdraw_detail(
    member_id: UUID, row_id: UUID, *, shown_version: int, by: Actor, at: datetime
) -> StaffMember:
    """
    A change of name or address was entered by mistake; what held before holds on.

    :raises StaffDetail.DoesNotExist: no such row of this member.
    :raises ProblemsFound: it is the first one.
    """
    found, writer = opened(member_id, shown_version=shown_version, by=by, at=at)
    row = _detail(found, row_id)
    if row.from_day is None:
        raise ProblemsFound(["はじめの氏名・住所は取り消せません。「訂正」で直してください。"])
    was_seen = take_back_reports(found, [ChangeKind.DETAILS], row.from_day, at=at)
    writer.withdraw(found, row)
    change = (
        writer.report(found, ChangeKind.CORRECTED, day=row.from_day, fields=["name", "address"])
        if was_seen
        else None
    )
    done(StaffEvent.UNDONE, found, by=by, change=change)
    return found.member


def _texts(row: StaffDetail) -> dict[str, str]:
    return {name: getattr(row, name) for name in Detail.__dataclass_fields__}


def _detail(found: Dossier, row_id: UUID) -> StaffDetail:
    row = next((row for row in found.details if row.pk == row_id), None)
    if row is None:
        raise StaffDetail.DoesNotExist
    return row


def _require_new(facility: Facility, identity: Identity, detail: Detail) -> None:
    """
    Nobody of this name and day of birth is on the roster. Names are opened only of those born on the day.

    :raises FieldProblems: somebody is.
    """
    hold_facility(facility.pk)
    members = list(StaffMember.objects.filter(facility=facility, erased_at__isnull=True))
    open_to_compute(members)
    born = {member.pk: member for member in members if member.birth_date == identity.birth_date}
    if not born:
        return
    names = list(StaffDetail.objects.filter(member__in=born, withdrawn_at__isnull=True))
    open_to_show(names)
    record(StaffEvent.COMPARED, rows={"staff_member": born})
    wanted = folded_name(detail.name)
    same = next((row for row in names if folded_name(row.name) == wanted), None)
    if same is not None:
        words = THERE_ALREADY.format(number=born[same.member_id].number)
        raise FieldProblems([FieldProblem("name", words)])
