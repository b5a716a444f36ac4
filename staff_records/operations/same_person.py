"""
One person on several rosters of a corporation: found, added with everything known, moved, kept the same.

Entered once: identity, name, qualifications, training and earlier work come along, and the time at the other facility
becomes earlier work that the roster itself proves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.record import record
from facilities.actors import Actor, Role
from facilities.models import Facility, FacilityKind, Membership
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from pricing.staffing.working_time import REGULAR_DAYS_A_MONTH, REGULAR_HOURS_A_DAY
from staff_records import finding, permissions
from staff_records.dossiers import A_DAY, Dossier
from staff_records.events import StaffEvent
from staff_records.models import StaffDetail, StaffMember
from staff_records.operations.acting import require_near, take_back_reports
from staff_records.operations.people import LEAVINGS
from staff_records.problems import FieldProblem, FieldProblems
from staff_records.queries import elsewhere
from staff_records.same_corporation import record_shown_elsewhere, rosters_of_its_corporation
from staff_records.values import Earlier, Identity, Licenced, Terms, Trained
from staff_records.words import Beginning, ChangeKind, Concurrence, Ending, Proof
from staff_records.writing import Writer, locked
from staff_records.writing_rows import detail_value

# 前歴の勤務先 by the type of a facility; 地域型保育 has one word for all of its types.
WORKPLACES: Final[Mapping[str, str]] = {
    FacilityKind.KINDERGARTEN: "kindergarten",
    FacilityKind.NURSERY: "nursery",
    FacilityKind.CERTIFIED_KODOMOEN: "certified_kodomoen",
}
_FIELDS: Final = {kind: [each.name for each in fields(kind)] for kind in (Earlier, Trained)}
NOT_FOUND = "この方は見つかりませんでした。ふりがなと生年月日を入力して、もう一度探してください。"


@dataclass(frozen=True)
class Arrival:
    """
    Who begins here, from when and with which terms; found by ``kana`` and ``birth_date`` as ``member_id``.

    ``moves``: 異動, the person leaves the other facility; otherwise 兼務, the person goes on at both, or 採用 of
    somebody who had left the other one before.
    """

    member_id: UUID
    kana: str
    birth_date: date
    first_day: date
    terms: Terms
    moves: bool


@dataclass(frozen=True)
class Arrived:
    """Who is on this roster now; ``is_still_there``: moves, and the other roster does not say yet that work ends."""

    here: Dossier
    is_still_there: bool


def look_up(facility: Facility, *, kana: str, birth_date: date, by: Actor) -> list[Dossier]:
    """
    Somebody at the other facilities of the corporation, named on the record of each.

    Both kana and birth date are needed: whoever looks knows the person, and nobody leafs through other rosters.

    :raises NotAllowed: not this facility's own clerk.
    """
    permissions.keep(by, permissions.RosterOf(facility.pk))
    with rosters_of_its_corporation(facility):
        return _look_up(facility, kana, birth_date, by)


def on_both(facility: Facility, *, by: Actor, today: date) -> list[elsewhere.OnBoth]:
    """
    Who works here and at another facility of the corporation, and what the other roster says differently.

    :raises NotAllowed: not this facility's own clerk.
    """
    permissions.keep(by, permissions.RosterOf(facility.pk))
    with rosters_of_its_corporation(facility):
        found = elsewhere.people_on_both(facility, today=today)
        record_shown_elsewhere(
            facility, (one.there for one in found), by=by, event=StaffEvent.SHOWN_TO_OTHER_FACILITY
        )
    return found


def add(facility: Facility, arrival: Arrival, *, by: Actor, at: datetime) -> Arrived:
    """
    Put somebody of another facility of the corporation on this roster, with everything known.

    Who moves, and whose other roster the same clerk keeps, leaves it the day before; otherwise that facility reports
    it itself. Who was looked up stays on the record of both facilities when it is refused.

    :raises NotAllowed: not this facility's own clerk; nobody was found; the person is on this roster already.
    :raises FieldProblems: an impossible first day.
    """
    if permissions.keep.allows(by, permissions.RosterOf(facility.pk)):
        look_up(facility, kana=arrival.kana, birth_date=arrival.birth_date, by=by)
    act = operation(StaffEvent.MOVED if arrival.moves else StaffEvent.HIRED)(_add)
    return act(arrival.member_id, facility, arrival, by=by, at=at)


def _add(member_id: UUID, facility: Facility, arrival: Arrival, *, by: Actor, at: datetime) -> Arrived:
    """``member_id`` is whom it is aimed at, so that a refusal names the person who was opened."""
    permissions.keep(by, permissions.RosterOf(facility.pk))
    writer = _writer(by, at)
    require_near(arrival.first_day, "first_day", today=writer.today)
    with rosters_of_its_corporation(facility):
        number = writer.next_number(facility)
        found = finding.of_identity(arrival.kana, arrival.birth_date).exclude(facility=facility)
        if not found.filter(pk=member_id).exists():
            raise NotAllowed(NOT_FOUND)
        (there,) = locked([member_id])
        _require_not_here(facility, there)
        here = _hire(writer, facility, there, arrival, number)
        bring_papers(writer, here, there)
        for spell in time_there(there, there.member.facility, before=arrival.first_day):
            writer.add_earlier(here, spell)
        kind = ChangeKind.MOVED_IN if arrival.moves else ChangeKind.HIRED
        writer.report(here, kind, day=arrival.first_day)
        event = StaffEvent.MOVED if arrival.moves else StaffEvent.HIRED
        record(event, by=by, on=here.member, rows={"staff_member": [here.member.pk]})
        record_shown_elsewhere(facility, [there], by=by, event=StaffEvent.TAKEN_TO_OTHER_FACILITY)
        if arrival.moves and keeps_roster_of(by, there.member.facility_id):
            _leave(writer, there, arrival.first_day, by=by)
    return Arrived(here, arrival.moves and not there.has_left(arrival.first_day))


def take_over_detail(
    facility: Facility, member_id: UUID, other_id: UUID, *, by: Actor, at: datetime
) -> Dossier:
    """
    Write down here what the other roster says of the same person: name, kana, address, birth date.

    Whose record was opened stays on record of the other facility when it is refused.

    :raises NotAllowed: not this facility's own clerk; not the same person; nothing newer there.
    :raises FieldProblems: a birth date that does not fit the spans here.
    """
    try:
        return _take_over_detail(member_id, other_id, facility, by=by, at=at)
    except (NotAllowed, ProblemsFound):
        if permissions.keep.allows(by, permissions.RosterOf(facility.pk)):
            _record_looked_at(facility, member_id, other_id, by=by)
        raise


@operation(StaffEvent.DETAILS_CHANGED)
def _take_over_detail(
    member_id: UUID, other_id: UUID, facility: Facility, *, by: Actor, at: datetime
) -> Dossier:
    permissions.keep(by, permissions.RosterOf(facility.pk))
    writer = _writer(by, at)
    with rosters_of_its_corporation(facility):
        if not _are_same_person(facility, member_id, other_id):
            raise NotAllowed(NOT_FOUND)
        found = {one.member.pk: one for one in locked([member_id, other_id])}
        here, there = found[member_id], found[other_id]
        record_shown_elsewhere(facility, [there], by=by, event=StaffEvent.SHOWN_TO_OTHER_FACILITY)
        record(StaffEvent.DETAILS_CHANGED, by=by, on=here.member, rows={"staff_member": [here.member.pk]})
        both = elsewhere.compared(here, there, today=writer.today)
        if not both.may_be_taken_over:
            raise NotAllowed("取り込むことはありません。画面を読み直してください。")
        theirs = there.detail_on(writer.today)
        _write_detail(writer, here, theirs)
        if here.member.birth_date != there.member.birth_date or there.member.sex:
            sex = there.member.sex or here.member.sex
            writer.set_identity(here, Identity(there.member.birth_date, sex))
        writer.report(
            here,
            ChangeKind.DETAILS if theirs.from_day else ChangeKind.CORRECTED,
            day=theirs.from_day or writer.today,
            fields=[one.field for one in both.differences],
        )
    return here


def keeps_roster_of(by: Actor, facility_id: UUID) -> bool:
    """Whether the acting person is a clerk of that facility, too. The person's own memberships are always readable."""
    mine = Membership.own.filter(user_id=by.user_id, duty=Role.FACILITY, ended_at__isnull=True)
    return mine.filter(facility=facility_id).exists()


def time_there(found: Dossier, facility: Facility, *, before: date) -> list[Earlier]:
    """
    The work at ``facility`` up to the day before ``before``, as earlier work elsewhere that the roster proves.

    Spans that follow each other and are alike for 経験年数 are one. Leave is part of being employed.
    """
    rows: list[Earlier] = []
    for span in found.spans:
        if span.first_day >= before:
            continue
        last_day = min(span.last_day or date.max, before - A_DAY)
        is_long_enough = span.hours_a_day >= REGULAR_HOURS_A_DAY and span.days_a_month >= REGULAR_DAYS_A_MONTH
        last = rows[-1] if rows else None
        if last and last.last_day + A_DAY == span.first_day and last.is_long_enough == is_long_enough:
            rows[-1] = replace(last, last_day=last_day)
            continue
        rows.append(
            Earlier(
                workplace=WORKPLACES.get(facility.kind, "community_childcare"),
                first_day=span.first_day,
                last_day=last_day,
                employer=facility.name,
                is_long_enough=is_long_enough,
                proof=Proof.ROSTER,
            )
        )
    return rows


def _look_up(facility: Facility, kana: str, birth_date: date, by: Actor) -> list[Dossier]:
    found = elsewhere.people_elsewhere(facility, kana, birth_date)
    record(StaffEvent.LOOKED_UP, by=by, on=facility, rows={"staff_member": [one.member.pk for one in found]})
    record_shown_elsewhere(facility, found, by=by, event=StaffEvent.SHOWN_TO_OTHER_FACILITY)
    return found


def _record_looked_at(facility: Facility, member_id: UUID, other_id: UUID, *, by: Actor) -> None:
    """After a refusal was rolled back: whom the other facility's roster was opened for, if it came to that."""
    with rosters_of_its_corporation(facility), transaction.atomic():
        if _are_same_person(facility, member_id, other_id):
            there = Dossier(StaffMember.objects.get(pk=other_id))
            record_shown_elsewhere(facility, [there], by=by, event=StaffEvent.SHOWN_TO_OTHER_FACILITY)


def _are_same_person(facility: Facility, member_id: UUID, other_id: UUID) -> bool:
    """One person, on this roster and on another one of the corporation. Nobody is opened."""
    rows = StaffMember.objects.filter(pk__in=[member_id, other_id], erased_at__isnull=True)
    found = {row.pk: row for row in rows}
    here, there = found.get(member_id), found.get(other_id)
    if here is None or there is None or here.person_id != there.person_id:
        return False
    return bool(here.facility_id == facility.pk and there.facility_id != facility.pk)


def _require_not_here(facility: Facility, there: Dossier) -> None:
    here = StaffMember.objects.filter(facility=facility)
    same = here.filter(person_id=there.member.person_id)
    for kana in {row.kana for row in there.details}:
        same = same | (finding.of_identity(kana, there.member.birth_date) & here)
    number = same.values_list("number", flat=True).first()
    if number is not None:
        raise NotAllowed(
            f"この方は、この施設の名簿に職員番号{number}で登録されています。"
            "もう一度採用したときは、職員名簿で採用日を登録してください。"
        )


def _hire(writer: Writer, facility: Facility, there: Dossier, arrival: Arrival, number: int) -> Dossier:
    terms = arrival.terms
    if not arrival.moves and there.is_there_on(arrival.first_day):
        terms = replace(terms, concurrence=terms.concurrence or Concurrence.OTHER_FACILITY)
    return writer.hire(
        facility,
        Identity(there.member.birth_date, there.member.sex),
        detail_value(there.detail_on(writer.today)),
        terms,
        first_day=arrival.first_day,
        number=number,
        person_id=there.member.person_id,
        beginning=Beginning.TRANSFERRED if arrival.moves else Beginning.HIRED,
    )


def bring_papers(writer: Writer, here: Dossier, there: Dossier) -> None:
    """Qualifications, training and earlier work, with what the city has found of them."""
    for licence in there.qualifications:
        row = writer.add_qualification(here, Licenced(licence.licence, licence.number, licence.obtained_on))
        if licence.checked_at:  # the same city has seen the same certificate
            row.checked_at, row.checked_by = licence.checked_at, licence.checked_by
            row.save(update_fields=["checked_at", "checked_by"])
    for training in there.trainings:
        writer.add_training(here, Trained(**{name: getattr(training, name) for name in _FIELDS[Trained]}))
    for before in there.earlier:
        writer.add_earlier(here, Earlier(**{name: getattr(before, name) for name in _FIELDS[Earlier]}))


def _leave(writer: Writer, there: Dossier, first_day: date, *, by: Actor) -> None:
    """End the work at the other facility the day before, unless its roster says already that it ends."""
    last = there.spans[-1]
    if last.last_day is not None and last.last_day < first_day:
        return
    if last.first_day >= first_day:
        raise FieldProblems(
            [
                FieldProblem(
                    "first_day", "元の施設でこの日より後に始まる勤務があります。開始日を確かめてください。"
                )
            ]
        )
    if last.last_day is not None:
        take_back_reports(there, LEAVINGS.values(), last.last_day, at=writer.at)
    writer.end_work(there, last_day=first_day - A_DAY, ending=Ending.TRANSFERRED)
    writer.report(there, ChangeKind.MOVED_OUT, day=first_day - A_DAY)
    record(StaffEvent.MOVED, by=by, on=there.member, rows={"staff_member": [there.member.pk]})


def _write_detail(writer: Writer, here: Dossier, theirs: StaffDetail) -> None:
    mine, wanted = here.detail_on(writer.today), detail_value(theirs)
    if detail_value(mine) == wanted:
        return
    if mine.from_day == theirs.from_day:
        writer.correct_detail(here, mine, wanted)
    else:
        writer.add_detail(here, wanted, from_day=theirs.from_day)


def _writer(by: Actor, at: datetime) -> Writer:
    return Writer(by=by.user_id, at=at, today=timezone.localdate(at))
