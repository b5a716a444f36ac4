"""
A facility under a new number (引継ぎ) takes its predecessor's roster over, in one act, while its own is still empty.

Everybody who is there on the predecessor's last day comes along: identity, name and address, qualifications, training,
earlier work, and what was announced for later. There it ends as 異動（転出）. Under the same corporation the employment
goes on, so the spans themselves are carried; another corporation is a new employer, and the time before is earlier work
that the roster proves.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from pages.wareki import date_words
from staff_records import permissions
from staff_records.dossiers import A_DAY, Dossier, Purpose, dossiers, not_gone_before, show
from staff_records.events import StaffEvent
from staff_records.holding import hold_facility, hold_members
from staff_records.models import Employment, StaffMember
from staff_records.operations.acting import take_back_reports, writer_of
from staff_records.operations.people import LEAVINGS
from staff_records.operations.same_person import bring_papers, time_there
from staff_records.operations.terms import REPORTS, reported_of
from staff_records.same_corporation import roster_of_its_predecessor
from staff_records.values import Identity
from staff_records.words import Beginning, ChangeKind, Ending
from staff_records.writing import Writer
from staff_records.writing_rows import detail_value, terms_value

NO_PREDECESSOR = "この施設には、前の事業所番号がありません。職員は、名簿の入力で登録してください。"
NOT_EMPTY = (
    "この施設の名簿には、すでに職員が登録されています。引き継げるのは、名簿が空のときだけです。"
    "残りの職員は、名簿の入力で登録してください。"
)
NOT_OPEN_YET = "名簿は、{day}から引き継げます。その日になってから、もう一度押してください。"
NOBODY_THERE = "前の事業所番号の最後の日に在籍していた職員がいません。職員は、名簿の入力で登録してください。"


@dataclass(frozen=True)
class Offer:
    """The predecessor whose roster can be taken over; ``opens``: the day from which, while it lies ahead."""

    number: str
    name: str
    opens: date | None


def offered(facility: Facility, *, today: date) -> Offer | None:
    """
    What the page of this facility offers; nobody is opened. Few queries, and none without a predecessor.

    It is told before the opening day, too: whoever types everybody again until then can take nobody over any more.
    """
    if facility.predecessor_id is None or _has_roster(facility):
        return None
    with roster_of_its_predecessor(facility) as before:
        if before is None or not _perhaps_there(before, facility.opened_on - A_DAY).exists():
            return None
        return Offer(before.number, before.name, facility.opened_on if today < facility.opened_on else None)


@operation(StaffEvent.ROSTER_SUCCEEDED)
def succeed(facility: Facility, *, by: Actor, at: datetime) -> int:
    """
    Take the predecessor's roster over; how many people came along. Both rosters are written, or neither is.

    :raises NotAllowed: not this facility's own clerk.
    :raises ProblemsFound: no predecessor, not opened yet, the own roster is not empty, nobody was there.
    """
    permissions.keep(by, permissions.RosterOf(facility.pk))
    writer, last_day = writer_of(by, at), facility.opened_on - A_DAY
    if writer.today < facility.opened_on:
        raise ProblemsFound([NOT_OPEN_YET.format(day=date_words(facility.opened_on))])
    hold_facility(facility.pk)
    if _has_roster(facility):
        raise ProblemsFound([NOT_EMPTY])
    with roster_of_its_predecessor(facility) as before:
        if before is None:
            raise ProblemsFound([NO_PREDECESSOR])
        rows = hold_members(_perhaps_there(before, last_day))
        going = [one for one in dossiers(rows, Purpose.COMPUTE) if _goes_along(one, last_day)]
        if not going:
            raise ProblemsFound([NOBODY_THERE])
        show(going)
        arrived = [_take_over(writer, facility, before, there) for there in going]
        for there in going:
            _hand_over(writer, there, last_day, at=at)
        record(
            StaffEvent.ROSTER_SUCCEEDED,
            by=by,
            on=facility,
            facility_id=facility.pk,
            rows={"staff_member": [one.member.pk for one in arrived]},
            detail={"taken_from": before.number},
        )
        record(
            StaffEvent.ROSTER_HANDED_OVER,
            by=by,
            on=before,
            facility_id=before.pk,
            rows={"staff_member": [one.member.pk for one in going]},
            detail={"handed_to": facility.number},
        )
    return len(arrived)


def _has_roster(facility: Facility) -> bool:
    return StaffMember.with_erased.filter(facility=facility).exists()


def _perhaps_there(before: Facility, last_day: date) -> QuerySet[StaffMember]:
    rows = StaffMember.objects.filter(facility=before, erased_at__isnull=True)
    return rows.filter(not_gone_before(ServiceMonth.of(last_day).fiscal_year))


def _goes_along(there: Dossier, last_day: date) -> bool:
    """There on the last day, and does not retire with it."""
    held = there.employment_on(last_day)
    return held is not None and not (held.last_day == last_day and held.ending == Ending.LEFT)


def _take_over(writer: Writer, facility: Facility, before: Facility, there: Dossier) -> Dossier:
    """Somebody of the predecessor on this roster, under the same 職員番号."""
    opened_on, same = facility.opened_on, facility.corporation_id == before.corporation_id
    held = there.employment_on(opened_on - A_DAY)
    assert held is not None, "who was not there does not come along"
    later = [span for span in there.spans if span.first_day > held.first_day]
    if not same and held.last_day == opened_on - A_DAY and not held.ending:
        held, later = later[0], later[1:]  # other terms from the first day on
    earlier = [span for span in there.spans if span.first_day < held.first_day] if same else []
    spans = [*earlier, held, *later]
    here: Dossier | None = None
    for span in spans:
        last_day, ending = _end_of(span, opened_on)
        begins_here = span is held and not same
        first_day = opened_on if begins_here else span.first_day
        beginning = Beginning.TRANSFERRED if begins_here else Beginning(span.beginning)
        terms = terms_value(span)
        if here is not None:
            writer.add_span(
                here, terms, first_day=first_day, beginning=beginning, last_day=last_day, ending=ending
            )
            continue
        here = writer.hire(
            facility,
            Identity(there.member.birth_date, there.member.sex),
            detail_value(there.detail_on(writer.today)),
            terms,
            first_day=first_day,
            number=there.member.number,
            person_id=there.member.person_id,
            beginning=beginning,
            last_day=last_day,
            ending=ending,
        )
    assert here is not None, "there is a span at least"
    bring_papers(writer, here, there)
    for spell in [] if same else time_there(there, before, before=opened_on):
        writer.add_earlier(here, spell)
    writer.report(here, ChangeKind.MOVED_IN, day=opened_on)
    for span in later:
        if span.first_day >= opened_on:
            writer.report(here, REPORTS[Beginning(span.beginning)], day=span.first_day)
    left_on = here.left_on(writer.today)
    if left_on is not None:
        writer.report(here, LEAVINGS[Ending(here.spans[-1].ending)], day=left_on, fields=["left_on"])
    return here


def _end_of(span: Employment, opened_on: date) -> tuple[date | None, str]:
    """How a span ends here: one that the predecessor has ended already as 転出 on its last day goes on."""
    if span.last_day == opened_on - A_DAY and span.ending == Ending.TRANSFERRED:
        return None, ""
    return span.last_day, span.ending


def _hand_over(writer: Writer, there: Dossier, last_day: date, *, at: datetime) -> None:
    """At the predecessor: whatever was to come is this facility's now, and everybody has moved on the last day."""
    left_on = there.left_on(writer.today)
    if left_on == last_day:  # as 転出: its clerk has reported it
        return
    if left_on is not None:
        take_back_reports(there, LEAVINGS.values(), left_on, at=at)
    for span in reversed([span for span in there.spans if span.first_day > last_day]):
        take_back_reports(there, reported_of(Beginning(span.beginning)), span.first_day, at=at)
        writer.withdraw_span(there, span)
    writer.end_work(there, last_day=last_day, ending=Ending.TRANSFERRED)
    writer.report(there, ChangeKind.MOVED_OUT, day=last_day, fields=["left_on"])
