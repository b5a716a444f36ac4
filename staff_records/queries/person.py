"""Everything about one person: who, since when, with which papers, and what has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from accounts.models import User
from pricing.staffing import TRAINING_FIELDS
from pricing.staffing.career import WORKPLACES
from pricing.staffing.dates import age_on, duration_words, whole_months
from pricing.staffing.jobs import JOBS
from staff_records.columns import TABLES
from staff_records.dossiers import A_DAY, Dossier, Purpose, dossiers
from staff_records.flags import Flag, flags_of
from staff_records.models import (
    EarlierEmployment,
    Employment,
    MonthlyHours,
    StaffChange,
    StaffDetail,
    StaffMember,
    Training,
    Wage,
)
from staff_records.opening import open_to_show
from staff_records.words import PROVED, Beginning, ChangeKind, Concurrence, Ending, Leave, Post, Sex

MONTHS_SHOWN = 24
HEADINGS = {
    column.code: column.heading for table in reversed(list(TABLES.values())) for column in table.columns
}


@dataclass(frozen=True)
class SpanView:
    """A span of work in words."""

    row: Employment
    is_now: bool
    is_first: bool
    may_be_withdrawn: bool

    @property
    def title(self) -> str:
        """採用, 休業の開始（育児休業）."""
        beginning = Beginning(self.row.beginning).label
        return f"{beginning}（{Leave(self.row.leave).label}）" if self.row.leave else beginning

    @property
    def job_words(self) -> str:
        """職種・職名・職位."""
        post = Post(self.row.post).label if self.row.post else ""
        job = JOBS[self.row.job].label if self.row.job in JOBS else self.row.job
        return "・".join(words for words in (job, self.row.title, post) if words)

    @property
    def hours_words(self) -> str:
        """常勤　1日8時間・月20日."""
        row = self.row
        regular = "常勤" if row.is_regular else "非常勤"
        month = f"（月{_plain(row.hours_a_month)}時間）" if row.hours_a_month is not None else ""
        also = f"　兼務：{Concurrence(row.concurrence).label}" if row.concurrence else ""
        return f"{regular}　1日{_plain(row.hours_a_day)}時間・月{_plain(row.days_a_month)}日{month}{also}"

    @property
    def ending_words(self) -> str:
        """退職."""
        return Ending(self.row.ending).label if self.row.ending else ""


@dataclass(frozen=True)
class EarlierView:
    """Earlier work in words."""

    row: EarlierEmployment

    @property
    def workplace_words(self) -> str:
        """勤務先の種別."""
        place = WORKPLACES.get(self.row.workplace)
        return place.label if place else self.row.workplace

    @property
    def is_proved(self) -> bool:
        """Whether 在職証明 or the roster itself proves it."""
        return self.row.proof in PROVED

    @property
    def months_words(self) -> str:
        """How long, in words."""
        return duration_words(whole_months(self.row.first_day, self.row.last_day + A_DAY))


@dataclass(frozen=True)
class TrainingView:
    """A training in words."""

    row: Training

    @property
    def field_words(self) -> str:
        """分野."""
        found = TRAINING_FIELDS.get(self.row.field)
        return found.label if found else self.row.field


@dataclass(frozen=True)
class Happened:
    """One line of the history: what, of which day, who said so and when."""

    kind: str
    day: date
    fields: tuple[str, ...]
    by: str
    at: datetime
    is_withdrawn: bool
    seen_at: datetime | None

    @property
    def fields_words(self) -> str:
        """The columns that changed, by their headings."""
        return "・".join(HEADINGS.get(code, code) for code in self.fields)


@dataclass(frozen=True)
class Person:
    """One member as of ``today``, opened for showing: whoever asks names them in an event."""

    dossier: Dossier
    today: date
    hours: Sequence[MonthlyHours]
    history: Sequence[Happened]

    @property
    def member(self) -> StaffMember:
        """Who."""
        return self.dossier.member

    @property
    def detail(self) -> StaffDetail:
        """Name and address of today."""
        return self.dossier.detail_on(self.today)

    @property
    def details(self) -> list[StaffDetail]:
        """Names and addresses over time, the newest first."""
        return sorted(self.dossier.details, key=lambda row: row.from_day or date.min, reverse=True)

    @property
    def age(self) -> int:
        """満年齢 today."""
        return age_on(self.member.birth_date, self.today)

    @property
    def sex_words(self) -> str:
        """As far as it was said."""
        return Sex(self.member.sex).label if self.member.sex else ""

    @cached_property
    def held(self) -> Employment | None:
        """The span of today."""
        return self.dossier.employment_on(self.today)

    @cached_property
    def last(self) -> Employment | None:
        """The span that counts for what can be done: today's, else the one to come, else the last one."""
        spans = self.dossier.spans
        coming = [span for span in spans if span.first_day > self.today]
        return self.held or (coming[0] if coming else spans[-1] if spans else None)

    @property
    def hired_on(self) -> date | None:
        """採用日 of the employment of today, or of the last one."""
        return self.dossier.hired_on(self.last.first_day) if self.last else None

    @property
    def left_on(self) -> date | None:
        """The last day, of who has left or is to leave."""
        return self.dossier.left_on(self.today)

    @property
    def has_left(self) -> bool:
        """Not there any more."""
        return self.left_on is not None and self.left_on < self.today

    @property
    def gone_words(self) -> str:
        """退職 or 転出, of whoever is not there any more."""
        return Ending(self.last.ending or Ending.LEFT).state if self.last and self.has_left else ""

    @property
    def months_words(self) -> str:
        """勤続 up to today or the last day, in words."""
        if self.hired_on is None or self.hired_on > self.today:
            return ""
        last = min(self.today, self.left_on or date.max)
        return duration_words(whole_months(self.hired_on, last + A_DAY))

    @property
    def flags(self) -> list[Flag]:
        """What to notice today."""
        return list(flags_of(self.dossier, self.held, self.today)) if self.held else []

    @property
    def spans(self) -> list[SpanView]:
        """Spans of work, the newest first."""
        rows = self.dossier.spans
        return [
            SpanView(row, row is self.held, place == 0, len(rows) > 1 and place > 0)
            for place, row in reversed(list(enumerate(rows)))
        ]

    @property
    def span(self) -> SpanView | None:
        """The span that counts, in words."""
        return SpanView(self.last, self.last is self.held, False, False) if self.last else None

    @property
    def earlier(self) -> list[EarlierView]:
        """Earlier work, the newest first."""
        rows = sorted(self.dossier.earlier, key=lambda row: row.first_day, reverse=True)
        return [EarlierView(row) for row in rows]

    @property
    def trainings(self) -> list[TrainingView]:
        """Trainings, the newest first."""
        rows = sorted(self.dossier.trainings, key=lambda row: row.finished_on, reverse=True)
        return [TrainingView(row) for row in rows]


def person_of(member_id: UUID, *, today: date, facility_id: UUID | None = None) -> Person:
    """
    One person of the scope (of ``facility_id`` in the city's), with everything, also one whose entry was withdrawn. A
    constant number of queries.

    :raises StaffMember.DoesNotExist: nobody in scope, or erased.
    """
    rows = StaffMember.with_withdrawn.select_related("facility")
    if facility_id is not None:
        rows = rows.filter(facility=facility_id)
    (found,) = dossiers([rows.get(pk=member_id)], Purpose.SHOW)
    hours = list(MonthlyHours.objects.filter(member=member_id).order_by("-month")[:MONTHS_SHOWN])
    return Person(found, today, hours, _history(found.member))


def wages_of(member: StaffMember) -> list[Wage]:
    """What was paid, the newest month first, opened for showing."""
    rows = list(Wage.objects.filter(member=member).order_by("-month")[:MONTHS_SHOWN])
    open_to_show(rows)
    return rows


def _history(member: StaffMember) -> list[Happened]:
    rows = list(StaffChange.objects.filter(member=member).order_by("-reported_at"))
    open_to_show(rows)
    people = dict(User.objects.filter(pk__in={row.reported_by for row in rows}).values_list("pk", "login_id"))
    return [
        Happened(
            ChangeKind(row.kind).label,
            row.day,
            tuple(row.fields),
            people.get(row.reported_by, ""),
            row.reported_at,
            row.withdrawn_at is not None,
            row.seen_at,
        )
        for row in rows
    ]


def _plain(number: object) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
