"""
Writing a roster, row by row: the steps that operations are made of. Nothing here asks who may, and nothing is recorded.

A member is locked first (``locked``), so that two people cannot write two spans over each other. Everything is checked
against the whole record before it is saved. Each step leaves the dossier as it is then.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Max

from facilities.models import Facility
from facilities.periods import ServiceMonth
from jobs import outbox
from staff_records import checks, finding
from staff_records.carrying import carried, said_together
from staff_records.dossiers import A_DAY, Dossier, Purpose, dossiers
from staff_records.holding import hold_facility, hold_members
from staff_records.models import (
    EarlierEmployment,
    Employment,
    Qualification,
    StaffChange,
    StaffDetail,
    StaffMember,
    Training,
)
from staff_records.opening import with_new_key
from staff_records.overlapping import LOOK_FOR_OVERLAPS
from staff_records.problems import FieldProblem, FieldProblems, require_none
from staff_records.values import Detail, Earlier, Identity, Licenced, Terms, Trained
from staff_records.words import Beginning, ChangeKind, Ending
from staff_records.writing_rows import terms_value

# The day of these is the last one somebody is there.
LAST_DAYS = frozenset({ChangeKind.LEFT, ChangeKind.MOVED_OUT})
# These change what was true on 1 April, and with it the rates of the whole year.
OF_THE_YEAR = frozenset({ChangeKind.EARLIER, ChangeKind.CORRECTED, ChangeKind.WITHDRAWN})


def locked(member_ids: Collection[UUID]) -> list[Dossier]:
    """These members with everything about them, locked until the transaction ends, in the order of the roster."""
    return dossiers(hold_members(StaffMember.objects.filter(pk__in=member_ids)), Purpose.SHOW)


def first_month_of(kind: ChangeKind, day: date) -> ServiceMonth:
    """
    The first month whose claims a change on ``day`` can change: that of the first 1st on which it is true (pricing §5);
    what changes the roster of 1 April, from that April on.
    """
    if kind in OF_THE_YEAR:
        return ServiceMonth(ServiceMonth.of(day).fiscal_year, 4)
    since = day + A_DAY if kind in LAST_DAYS else day
    month = ServiceMonth.of(since)
    return month if since.day == 1 else month.plus(1)


@dataclass(frozen=True)
class Writer:
    """Who writes, and when; ``today`` is the day in Japan. One writer for one act."""

    by: UUID
    at: datetime
    today: date
    # The facilities for which somebody will look, after the act, who works elsewhere too.
    _looked_after: set[UUID] = field(default_factory=set, init=False, repr=False, compare=False)

    def next_number(self, facility: Facility) -> int:
        """The next free 職員番号; the facility stays locked until the transaction ends."""
        hold_facility(facility.pk)
        # A number is never given twice, not even after its member was erased.
        rows = StaffMember.with_erased.filter(facility=facility)
        return (rows.aggregate(most=Max("number"))["most"] or 0) + 1

    def hire(
        self,
        facility: Facility,
        identity: Identity,
        detail: Detail,
        terms: Terms,
        *,
        first_day: date,
        number: int,
        person_id: UUID | None = None,
        beginning: Beginning = Beginning.HIRED,
        last_day: date | None = None,
        ending: str = "",
    ) -> Dossier:
        """
        A new member of staff; with a last day, the first of several spans.

        :raises FieldProblems: an impossible birth date or first day.
        """
        require_none(checks.identity(identity, today=self.today))
        member = StaffMember(
            municipality_id=facility.municipality_id,
            facility=facility,
            number=number,
            entered_at=self.at,
            entered_by=self.by,
            changed_at=self.at,
            changed_by=self.by,
        )
        if person_id is not None:
            member.person_id = person_id
        with_new_key([member])
        member.birth_date, member.sex = identity.birth_date, identity.sex
        member.save(force_insert=True)
        found = Dossier(member)
        self.add_detail(found, detail, from_day=None)
        self.add_span(
            found, terms, first_day=first_day, beginning=beginning, last_day=last_day, ending=ending
        )
        return found

    def set_identity(self, found: Dossier, identity: Identity) -> None:
        """
        Put birth date or sex right.

        :raises FieldProblems: an impossible birth date, or one that does not fit the spans of work.
        """
        require_none(checks.identity(identity, today=self.today))
        require_none(checks.spans(found.employments, identity.birth_date))
        found.member.birth_date, found.member.sex = identity.birth_date, identity.sex
        self.touch(found)

    def add_detail(self, found: Dossier, detail: Detail, *, from_day: date | None) -> StaffDetail:
        """Name and address from a day on; without a day, from the beginning."""
        row = StaffDetail.of(found.member, from_day=from_day, **asdict(detail), **self._entered)
        row.save(force_insert=True)
        found.details.append(row)
        self.touch(found)
        return row

    def correct_detail(self, found: Dossier, row: StaffDetail, detail: Detail) -> None:
        """Put right what was written wrongly; it holds from the same day on."""
        for name, value in asdict(detail).items():
            setattr(row, name, value)
        row.save()
        self.touch(found)

    def change_terms(self, found: Dossier, terms: Terms, *, from_day: date, beginning: Beginning) -> None:
        """
        Other terms from a day on; the span that holds the day ends the day before; one that begins on it is put right.
        The spans after it take over what they do not say themselves (``carrying``).

        :raises FieldProblems: nobody is at work on the day.
        """
        held = found.employment_on(from_day)
        if held is None:
            raise FieldProblems(
                [FieldProblem("hired_on", "この日には勤務していません。変更日を確かめてください。")]
            )
        if held.first_day == from_day:
            held.beginning = said_together(Beginning(held.beginning), beginning)
            self.correct_span(found, held, terms)
            return
        self._carry(found, held, terms, after=from_day)
        last_day, ending = held.last_day, held.ending
        held.last_day, held.ending = from_day - A_DAY, ""
        held.save()
        self.add_span(found, terms, first_day=from_day, beginning=beginning, last_day=last_day, ending=ending)

    def correct_span(
        self, found: Dossier, span: Employment, terms: Terms, *, first_day: date | None = None
    ) -> None:
        """
        Put right the terms of a span, or its first day; what the spans after it have from it is put right with it.

        :raises FieldProblems: the span would overlap another one.
        """
        self._carry(found, span, terms, after=span.first_day)
        for name, value in asdict(terms).items():
            setattr(span, name, value)
        if first_day is not None:
            span.first_day = first_day
        require_none(checks.spans(found.employments, found.member.birth_date))
        span.save()
        self.touch(found)

    def end_work(self, found: Dossier, *, last_day: date, ending: Ending) -> None:
        """
        Somebody leaves: the last span ends on ``last_day``.

        :raises FieldProblems: before the span begins.
        """
        span = found.spans[-1]
        span.last_day, span.ending = last_day, ending
        require_none(checks.spans(found.employments, found.member.birth_date))
        span.save()
        self.touch(found)

    def stay(self, found: Dossier) -> None:
        """Take a leaving back: the last span goes on."""
        span = found.spans[-1]
        span.last_day, span.ending = None, ""
        span.save()
        self.touch(found)

    def take_back_up(self, found: Dossier, terms: Terms, *, first_day: date, beginning: Beginning) -> None:
        """
        Somebody who had left is employed again.

        :raises FieldProblems: before the last span has ended.
        """
        self.add_span(found, terms, first_day=first_day, beginning=beginning)

    def add_span(
        self,
        found: Dossier,
        terms: Terms,
        *,
        first_day: date,
        beginning: Beginning,
        last_day: date | None = None,
        ending: str = "",
    ) -> None:
        """
        One more span of work, which may have ended already.

        :raises FieldProblems: it would overlap another one.
        """
        row = Employment.of(
            found.member,
            first_day=first_day,
            last_day=last_day,
            beginning=beginning,
            ending=ending,
            **asdict(terms),
            **self._entered,
        )
        require_none(checks.spans([*found.employments, row], found.member.birth_date))
        row.save(force_insert=True)
        found.employments.append(row)
        self.touch(found)

    def add_qualification(self, found: Dossier, value: Licenced) -> Qualification:
        """:raises FieldProblems: an impossible day."""
        require_none(checks.licenced(value, found.member.birth_date, today=self.today))
        row = Qualification.of(found.member, **asdict(value), **self._entered)
        row.save(force_insert=True)
        found.qualifications.append(row)
        self.touch(found)
        return row

    def correct_qualification(self, found: Dossier, row: Qualification, value: Licenced) -> None:
        """Another number or day; the city looks at the copy again. :raises FieldProblems: an impossible day."""
        require_none(checks.licenced(value, found.member.birth_date, today=self.today))
        for name, wanted in asdict(value).items():
            setattr(row, name, wanted)
        row.checked_at = row.checked_by = None
        row.save()
        self.touch(found)

    def add_earlier(self, found: Dossier, value: Earlier) -> EarlierEmployment:
        """:raises FieldProblems: impossible days."""
        require_none(checks.earlier(value, found.member.birth_date, today=self.today))
        row = EarlierEmployment.of(
            found.member, **asdict(value), proof_changed_at=self.at, proof_changed_by=self.by, **self._entered
        )
        row.save(force_insert=True)
        found.earlier.append(row)
        self.touch(found)
        return row

    def correct_earlier(self, found: Dossier, row: EarlierEmployment, value: Earlier) -> None:
        """:raises FieldProblems: impossible days."""
        require_none(checks.earlier(value, found.member.birth_date, today=self.today))
        if row.proof != value.proof:
            row.proof_changed_at, row.proof_changed_by = self.at, self.by
        for name, wanted in asdict(value).items():
            setattr(row, name, wanted)
        row.save()
        self.touch(found)

    def add_training(self, found: Dossier, value: Trained) -> Training:
        """:raises FieldProblems: not finished yet, or more management than hours."""
        require_none(checks.trained(value, today=self.today))
        row = Training.of(found.member, **asdict(value), **self._entered)
        row.save(force_insert=True)
        found.trainings.append(row)
        self.touch(found)
        return row

    def correct_training(self, found: Dossier, row: Training, value: Trained) -> None:
        """:raises FieldProblems: not finished yet, or more management than hours."""
        require_none(checks.trained(value, today=self.today))
        for name, wanted in asdict(value).items():
            setattr(row, name, wanted)
        row.save()
        self.touch(found)

    def withdraw(
        self, found: Dossier, row: StaffDetail | Qualification | EarlierEmployment | Training
    ) -> None:
        """Take back a row that was entered by mistake; it stays, withdrawn."""
        row.withdrawn_at = self.at
        row.save(update_fields=["withdrawn_at"])
        groups: Sequence[list[Any]] = (found.details, found.qualifications, found.earlier, found.trainings)
        next(rows for rows in groups if row in rows).remove(row)
        self.touch(found)

    def withdraw_span(self, found: Dossier, span: Employment) -> None:
        """
        Take back a span that was entered by mistake; the one it went on with goes on to its end, and so do its terms in
        the spans that have them from the one taken back.

        Of who was hired again the leaving before stands as it was reported.
        """
        before = found.goes_on_from(span)
        if before is not None:
            self._carry(found, span, terms_value(before), after=span.first_day)
            before.last_day, before.ending = span.last_day, span.ending
            before.save()
        span.withdrawn_at = self.at
        span.save(update_fields=["withdrawn_at"])
        found.employments.remove(span)
        self.touch(found)

    def _carry(self, found: Dossier, span: Employment, terms: Terms, *, after: date) -> None:
        """The terms of ``span`` become ``terms``: what the spans that begin after the day have from it."""
        later = [row for row in found.spans if row.first_day > after]
        said = [(Beginning(row.beginning), terms_value(row)) for row in later]
        for row, wanted in zip(later, carried(terms_value(span), terms, said), strict=True):
            if wanted != terms_value(row):
                for name, value in asdict(wanted).items():
                    setattr(row, name, value)
                row.save()

    def withdraw_member(self, found: Dossier, reason: str) -> None:
        """
        Somebody should never have been entered: on no roster any more, found by nobody, and nobody's second post.

        The rows stay as they are. The record ends with the retention period after this fiscal year.
        """
        self.touch(found)
        member = found.member
        member.withdrawn_at, member.withdrawn_by, member.withdrawal_reason = self.at, self.by, reason
        member.left_year = ServiceMonth.of(self.today).fiscal_year
        # The person may be entered here again, or taken over from another roster.
        member.person_id = uuid4()
        member.save()
        finding.forget([member.pk])

    def report(
        self, found: Dossier, kind: ChangeKind, *, day: date, fields: Iterable[str] = ()
    ) -> StaffChange:
        """What the city is told: a dated change of this kind (``fields``: codes of columns, no values)."""
        row = StaffChange.of(
            found.member,
            kind=kind,
            day=day,
            from_month=first_month_of(kind, day).first_day,
            fields=sorted(fields),
            reported_at=self.at,
            reported_by=self.by,
        )
        row.save(force_insert=True)
        return row

    def touch(self, found: Dossier) -> None:
        """
        The record has changed: count it, note in which fiscal year somebody has left, let the person be found as the
        record is now, and ask for a look whether the person works elsewhere at the same time.
        """
        found.__dict__.pop("spans", None)
        found.__dict__.pop("_dated_details", None)
        member = found.member
        left_on = found.left_on(self.today)
        member.left_year = None if left_on is None else ServiceMonth.of(left_on).fiscal_year
        member.version += 1
        member.changed_at, member.changed_by = self.at, self.by
        member.save()
        finding.refresh([found])
        self._ask_for_a_look(member)

    def _ask_for_a_look(self, member: StaffMember) -> None:
        """Once for an act, however many people it writes about: the job looks at the whole roster."""
        if member.facility_id not in self._looked_after:
            self._looked_after.add(member.facility_id)
            outbox.add(
                LOOK_FOR_OVERLAPS, municipality_id=member.municipality_id, facility_id=member.facility_id
            )

    @property
    def _entered(self) -> dict[str, object]:
        return {"entered_at": self.at, "entered_by": self.by}
