"""
An entry sheet becomes the roster: all rows or none, checked again while everybody it is about is locked.

What happened is reported to the city as dated changes; the record names everybody who was touched.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.utils import timezone

from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from staff_records.checked_rows import CheckedRow, CheckedSheet
from staff_records.differences import (
    DETAILS,
    IDENTITY,
    KINDERGARTEN,
    NURSERY,
    TERMS,
    Effect,
    is_higher,
    licenced_of,
)
from staff_records.dossiers import Dossier
from staff_records.entry_checking import check_rows
from staff_records.events import StaffEvent
from staff_records.holding import hold_facility
from staff_records.models import (
    EarlierEmployment,
    EntryRow,
    MonthlyHours,
    Qualification,
    RosterSnapshot,
    Training,
    Wage,
)
from staff_records.operations.acting import take_back_reports
from staff_records.operations.entries import close, locked_sheet
from staff_records.operations.people import LEAVINGS
from staff_records.problems import FieldProblems
from staff_records.rows import MemberEntry, SideEntry
from staff_records.states import EntryStatus, SnapshotStatus
from staff_records.values import Earlier, Licenced, Paid, Terms, Trained, Worked
from staff_records.words import Beginning, ChangeKind, Ending
from staff_records.writing import Writer
from staff_records.writing_rows import (
    kindergarten_of,
    nursery_of,
    standing_day,
    terms_value,
)

CHANGED_SINCE = "確認の画面を開いたあとに、入力表が変更されました。いまの内容をもう一度確かめてください。"
ROSTER_CHANGED = (
    "確認の画面を開いたあとに、ほかの画面で名簿が変更されました。いまの内容をもう一度確かめてください。"
)
NOTHING = "反映する行がありません。職員を入力してから、反映してください。"


@dataclass
class Applied:
    """What happened: how many people were hired, have left, have changed; how many rows of the other tables.

    ``kept``: people a file would have changed who stay as they are, because they were changed here since.
    """

    hired: int = 0
    left: int = 0
    changed: int = 0
    sides: int = 0
    kept: int = 0
    touched: set[UUID] = field(default_factory=set)


@operation(StaffEvent.ENTRY_APPLIED)
def apply_sheet(
    sheet_id: UUID,
    *,
    shown_version: int,
    shown_people: str | None = None,
    choices: Mapping[UUID, bool] | None = None,
    overwriting: Collection[UUID] = (),
    by: Actor,
    at: datetime,
) -> Applied:
    """
    Make the sheet the roster. ``choices``: row → whether what it changes was wrong from the beginning.
    ``overwriting``: rows of an older file that go before what has changed here since; the others leave it as it is.
    ``shown_people``: ``CheckedSheet.people_hash`` of what was shown; None where nothing was.

    :raises EntrySheet.DoesNotExist: no such sheet of this facility.
    :raises NotAllowed: another facility's, or applied or thrown away already.
    :raises ProblemsFound: sheet or people are no longer what was shown; a row has a problem; there is nothing to apply.
    """
    sheet = locked_sheet(sheet_id, by=by)
    if sheet.version != shown_version:
        raise ProblemsFound([CHANGED_SINCE])
    facility = hold_facility(sheet.facility_id)
    rows = list(EntryRow.objects.filter(sheet=sheet))
    for row in rows:
        row.is_correction = (choices or {}).get(row.pk, row.is_correction)
    today = timezone.localdate(at)
    checked = check_rows(sheet, rows, today=today, lock=True)
    _require_whole(checked)
    if shown_people is not None and shown_people != checked.people_hash:
        raise ProblemsFound([ROSTER_CHANGED])
    for one in checked.rows:
        one.is_kept = one.is_stale and one.row.pk not in overwriting
    applying = _Applying(Writer(by.user_id, at, today), facility, checked)
    applied = applying.apply()
    applied.kept = len({one.found.member.pk for one in checked.rows if one.is_kept and one.found is not None})
    close(sheet, EntryStatus.APPLIED, at=at)
    named = checked.named
    record(
        StaffEvent.ENTRY_APPLIED,
        by=by,
        on=sheet,
        rows={
            "staff_member": applied.touched,
            "compared": named["staff_member"] - applied.touched,
            "entry_row": named["entry_row"],
        },
        detail={
            "hired": applied.hired,
            "left": applied.left,
            "changed": applied.changed,
            "rows": applied.sides,
            "kept": applied.kept,
        },
    )
    return applied


def sentences_of(checked: CheckedSheet) -> list[str]:
    """Every problem of the sheet with the place where it stands."""
    return [
        f"{row.place} {row.heading(problem.field)}：{problem.message}"
        for row in checked.rows
        for problem in row.problems
    ]


def _require_whole(checked: CheckedSheet) -> None:
    if problems := sentences_of(checked):
        raise ProblemsFound(problems)
    if not checked.with_effect(Effect.NEW, Effect.CHANGED, Effect.SAME):
        raise ProblemsFound([NOTHING])


class _Applying:
    """The rows of one sheet on their way into the roster."""

    def __init__(self, writer: Writer, facility: Facility, checked: CheckedSheet) -> None:
        self.writer, self.facility, self.checked = writer, facility, checked
        self.day = checked.sheet.day
        self.fiscal_year = ServiceMonth.of(self.day).fiscal_year
        self.done = Applied()
        self.hired: set[UUID] = set()
        given = {row.who.number for row in checked.of("members") if row.who.number is not None}
        self.next_number = max({self.writer.next_number(facility) - 1, *given}) + 1

    def apply(self) -> Applied:
        """Everybody in 職員名簿, then the rows about them."""
        for row in self.checked.rows:
            if row.effect is Effect.NEW or row.effect is Effect.CHANGED:
                with _told_at(row):
                    if row.row.table == "members":
                        self._member(row)
                    else:
                        self._side(row)
        return self.done

    # ------------------------------------------------------------ 職員名簿

    def _member(self, row: CheckedRow) -> None:
        entry, standing = row.entry, row.standing
        if not isinstance(entry, MemberEntry):
            return
        if row.found is None or not isinstance(standing, MemberEntry):
            row.found = self._hire(entry)
        elif row.is_hired_again:
            self._hire_again(row, row.found, entry, standing)
        else:
            self._change(row, row.found, entry, standing)
        self.done.touched.add(row.found.member.pk)

    def _hire(self, entry: MemberEntry) -> Dossier:
        number = entry.number
        if number is None:
            number, self.next_number = self.next_number, self.next_number + 1
        found = self.writer.hire(
            self.facility,
            entry.identity,
            entry.detail,
            entry.terms,
            first_day=entry.hired_on,
            number=number,
        )
        for value in licenced_of(entry):
            self.writer.add_qualification(found, value)
        self.hired.add(found.member.pk)
        self._hired(found, entry)
        return found

    def _hired(self, found: Dossier, entry: MemberEntry) -> None:
        """Who is new, and perhaps has left already: of earlier years the city only hears who lacks on its roster."""
        is_here = entry.left_on is None or not self._is_earlier(entry.left_on)
        if not self._is_earlier(entry.hired_on) or (is_here and self.is_accepted):
            self.writer.report(found, ChangeKind.HIRED, day=entry.hired_on)
        self.done.hired += 1
        if entry.left_on is not None:
            self._end(found, entry.left_on, is_told=is_here)

    def _is_earlier(self, day: date) -> bool:
        """
        Before the sheet's fiscal year: who was there then, or no more, the roster of the year start tells, which the
        city accepts as a whole.
        """
        return ServiceMonth.of(day).fiscal_year < self.fiscal_year

    @cached_property
    def is_accepted(self) -> bool:
        """The city has accepted the roster of the sheet's fiscal year: what it did not tell must be reported."""
        accepted = RosterSnapshot.objects.filter(facility=self.facility, status=SnapshotStatus.ACCEPTED)
        return accepted.filter(fiscal_year=self.fiscal_year).exists()

    def _hire_again(self, row: CheckedRow, found: Dossier, entry: MemberEntry, standing: MemberEntry) -> None:
        self.writer.take_back_up(found, entry.terms, first_day=entry.hired_on, beginning=Beginning.HIRED)
        self._hired(found, entry)
        fields = {change.column for change in row.changes}
        self._corrected(found, self._put_right(row, found, entry, fields), self.day)
        self._qualifications(found, entry, standing, fields)

    def _change(self, row: CheckedRow, found: Dossier, entry: MemberEntry, standing: MemberEntry) -> None:
        fields = {change.column for change in row.changes}
        self.done.changed += 1
        wrong = self._put_right(row, found, entry, fields)
        since = self.day
        if "hired_on" in fields:
            first = next(span for span in found.spans if span.first_day == standing.hired_on)
            self.writer.correct_span(found, first, terms_value(first), first_day=entry.hired_on)
            wrong.add("hired_on")
            since = min(since, entry.hired_on, standing.hired_on)
        if fields & TERMS:
            if row.is_correction:
                since = min(since, self._correct_terms(found, entry.terms))
                wrong |= fields & TERMS
            else:
                self._change_terms(found, entry.terms, standing.terms, fields & TERMS)
        if "left_on" in fields:
            if entry.left_on is None:
                if self._take_back_leaving(found, standing.left_on):
                    wrong.add("left_on")
                    since = min(since, standing.left_on or since)
                self.writer.stay(found)
            else:
                ending = Ending(found.spans[-1].ending or Ending.LEFT)
                was_seen = self._take_back_leaving(found, standing.left_on)
                is_told = was_seen or not self._is_earlier(entry.left_on) or self.is_accepted
                self._end(found, entry.left_on, ending=ending, is_told=is_told)
        self._qualifications(found, entry, standing, fields)
        self._corrected(found, wrong, since)

    def _put_right(self, row: CheckedRow, found: Dossier, entry: MemberEntry, fields: set[str]) -> set[str]:
        """Who somebody is, and name and address; the columns that were wrong."""
        wrong = fields & IDENTITY
        if wrong:
            self.writer.set_identity(found, entry.identity)
        if fields & DETAILS:
            stands = found.detail_on(self.day)
            if row.is_correction:
                self.writer.correct_detail(found, stands, entry.detail)
                wrong |= fields & DETAILS
            elif stands.from_day == self.day:
                self.writer.correct_detail(found, stands, entry.detail)
                self.writer.report(found, ChangeKind.DETAILS, day=self.day, fields=fields & DETAILS)
            else:
                self.writer.add_detail(found, entry.detail, from_day=self.day)
                self.writer.report(found, ChangeKind.DETAILS, day=self.day, fields=fields & DETAILS)
        return wrong

    def _correct_terms(self, found: Dossier, terms: Terms) -> date:
        span = found.employment_on(standing_day(found, self.day))
        if span is None:
            raise ValueError("nobody is on a roster without a span of work")
        self.writer.correct_span(found, span, terms)
        return span.first_day

    def _change_terms(self, found: Dossier, terms: Terms, before: Terms, fields: set[str]) -> None:
        beginning, kind = Beginning.CHANGED, ChangeKind.TERMS
        if terms.leave and not before.leave:
            beginning, kind = Beginning.LEAVE, ChangeKind.LEAVE
        elif before.leave and not terms.leave:
            beginning, kind = Beginning.RETURNED, ChangeKind.RETURNED
        self.writer.change_terms(found, terms, from_day=self.day, beginning=beginning)
        self.writer.report(found, kind, day=self.day, fields=fields)

    def _end(
        self, found: Dossier, last_day: date, *, ending: Ending = Ending.LEFT, is_told: bool = True
    ) -> None:
        self.writer.end_work(found, last_day=last_day, ending=ending)
        if is_told:
            self.writer.report(found, LEAVINGS[ending], day=last_day, fields=["left_on"])
        self.done.left += 1

    def _take_back_leaving(self, found: Dossier, day: date | None) -> bool:
        """What was reported of a leaving on ``day`` is withdrawn; whether the city has to hear that it was wrong."""
        if day is None:
            return False
        was_seen = take_back_reports(found, LEAVINGS.values(), day, at=self.writer.at)
        return was_seen or (self._is_earlier(day) and self.is_accepted)

    def _qualifications(
        self, found: Dossier, entry: MemberEntry, standing: MemberEntry, fields: set[str]
    ) -> None:
        for columns, row, value, before in (
            (NURSERY, nursery_of(found), entry.nursery, standing.nursery),
            (KINDERGARTEN, kindergarten_of(found), entry.kindergarten, standing.kindergarten),
        ):
            if value is None or not fields & columns:
                continue
            is_new = row is None or before is None
            if columns is KINDERGARTEN and before is not None and value.licence != before.licence:
                is_new = is_higher(value.licence, before.licence)
            if is_new or row is None:
                self._qualified(found, value)
            else:
                self.writer.correct_qualification(found, row, value)
                self._corrected(found, fields & columns, self.day)

    def _qualified(self, found: Dossier, value: Licenced) -> None:
        self.writer.add_qualification(found, value)
        if found.member.pk not in self.hired:
            self.writer.report(found, ChangeKind.QUALIFIED, day=value.obtained_on or self.day)

    def _corrected(self, found: Dossier, fields: set[str], day: date) -> None:
        if fields and found.member.pk not in self.hired:
            self.writer.report(found, ChangeKind.CORRECTED, day=day, fields=fields)

    # ------------------------------------------------------------ the other tables

    def _side(self, row: CheckedRow) -> None:
        found = row.found or (row.new.found if row.new else None)
        if found is None or not isinstance(row.entry, SideEntry):
            raise ValueError("a row without a person has a problem and is never applied")
        fields = {change.column for change in row.changes}
        match row.entry.value, row.side:
            case Licenced() as value, None:
                self._qualified(found, value)
            case Licenced() as value, Qualification() as side:
                self.writer.correct_qualification(found, side, value)
                self._corrected(found, fields, value.obtained_on or self.day)
            case Earlier() as value, side:
                if isinstance(side, EarlierEmployment):
                    self.writer.correct_earlier(found, side, value)
                else:
                    self.writer.add_earlier(found, value)
                if found.member.pk not in self.hired:
                    self.writer.report(found, ChangeKind.EARLIER, day=self.day, fields=fields)
            case Trained() as value, None:
                self.writer.add_training(found, value)
                if found.member.pk not in self.hired:
                    self.writer.report(found, ChangeKind.TRAINED, day=value.finished_on)
            case Trained() as value, Training() as side:
                self.writer.correct_training(found, side, value)
                self._corrected(found, fields, value.finished_on)
            case Worked() as value, side:
                self._worked(found, value, side if isinstance(side, MonthlyHours) else None)
            case Paid() as value, side:
                self._paid(found, value, side if isinstance(side, Wage) else None)
        self.done.sides += 1
        self.done.touched.add(found.member.pk)

    def _worked(self, found: Dossier, value: Worked, side: MonthlyHours | None) -> None:
        row = side or MonthlyHours.of(found.member, month=value.month)
        row.hours = value.hours
        row.entered_at, row.entered_by = self.writer.at, self.writer.by
        row.save()
        self.writer.touch(found)

    def _paid(self, found: Dossier, value: Paid, side: Wage | None) -> None:
        row = side or Wage.of(found.member, month=value.month)
        row.base_yen, row.allowance_yen = value.base_yen, value.allowance_yen
        row.post_allowance_yen, row.bonus_yen = value.post_allowance_yen, value.bonus_yen
        row.entered_at, row.entered_by = self.writer.at, self.writer.by
        row.save()
        self.writer.touch(found)


@contextmanager
def _told_at(row: CheckedRow) -> Iterator[None]:
    """What the roster itself refuses is told with the row it came from."""
    try:
        yield
    except FieldProblems as refused:
        raise ProblemsFound(
            [f"{row.place} {row.heading(one.field)}：{one.message}" for one in refused.found]
        ) from None
