"""
A roster as plain values: every sealed day is opened once, so that figures may ask as often as they like.

Nobody is named here; ``Person`` comes from a dossier that was opened for computing or for showing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from facilities.periods import ServiceMonth
from pricing.staffing import EarlierService, Service, Training, WorkingTime
from staff_records.dossiers import Dossier
from staff_records.models import Employment, MonthlyHours, WorkRules
from staff_records.words import PROVED


@dataclass(frozen=True, slots=True)
class Span:
    """A span of work under the same terms, both days included; ``hours_a_month``: hours of the contract."""

    first: date
    last: date | None
    working_time: WorkingTime
    hours_a_month: Decimal
    job: str
    post: str
    is_regular: bool
    on_leave: bool
    concurrence: str

    @classmethod
    def of(cls, row: Employment) -> "Span":
        """The row's terms; without hours a month in the contract, hours a day × days."""
        return cls(
            first=row.first_day,
            last=row.last_day,
            working_time=WorkingTime(row.hours_a_day, row.days_a_month, all_set_hours=row.is_regular),
            hours_a_month=row.hours_a_day * row.days_a_month
            if row.hours_a_month is None
            else row.hours_a_month,
            job=row.job,
            post=row.post,
            is_regular=row.is_regular,
            on_leave=bool(row.leave),
            concurrence=row.concurrence,
        )

    def holds(self, day: date) -> bool:
        """Whether ``day`` lies in it."""
        return self.first <= day and (self.last is None or self.last >= day)

    @property
    def service(self) -> Service:
        """As careers are counted."""
        return Service(self.first, self.last, self.working_time, self.job, self.on_leave)


@dataclass(frozen=True, slots=True)
class Person:
    """One member with everything figures need. ``worked``: hours really worked by month."""

    member_id: UUID
    number: int
    spans: tuple[Span, ...]
    licences: tuple[tuple[str, date | None], ...] = ()
    earlier: tuple[EarlierService, ...] = ()
    trainings: tuple[Training, ...] = ()
    worked: Mapping[date, Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Dossier, worked: Mapping[date, Decimal]) -> "Person":
        """From an opened dossier."""
        return cls(
            member_id=found.member.pk,
            number=found.member.number,
            spans=tuple(sorted(map(Span.of, found.employments), key=lambda span: span.first)),
            licences=tuple((row.licence, row.obtained_on) for row in found.qualifications),
            earlier=tuple(
                EarlierService(
                    row.first_day, row.last_day, row.workplace, row.is_long_enough, row.proof in PROVED
                )
                for row in found.earlier
            ),
            trainings=tuple(
                Training(row.field, row.hours, row.management_hours, row.finished_on, row.is_in_house)
                for row in found.trainings
            ),
            worked=worked,
        )

    def span_on(self, day: date) -> Span | None:
        """The terms that hold on ``day``; none where nobody is there."""
        return next((span for span in self.spans if span.holds(day)), None)

    def holds_licence(self, licences: Iterable[str], day: date) -> bool:
        """Whether one of ``licences`` was obtained by ``day``; without its day it is taken to be."""
        wanted = frozenset(licences)
        return any(licence in wanted and (since is None or since <= day) for licence, since in self.licences)


@dataclass(frozen=True, slots=True)
class Roster:
    """One facility's people, and the hours a month its rules set for 常勤, by the month they begin in, oldest first."""

    people: tuple[Person, ...] = ()
    full_time: tuple[tuple[date, Decimal], ...] = ()

    @classmethod
    def of(
        cls, found: Sequence[Dossier], hours: Iterable[MonthlyHours], rules: Iterable[WorkRules]
    ) -> "Roster":
        """From opened dossiers of one facility and the rows beside them."""
        worked: dict[UUID, dict[date, Decimal]] = {}
        for row in hours:
            worked.setdefault(row.member_id, {})[row.month] = row.hours
        return cls(
            tuple(Person.of(one, worked.get(one.member.pk, {})) for one in found),
            tuple(sorted((rule.from_month, rule.full_time_hours) for rule in rules)),
        )

    def full_time_hours(self, month: ServiceMonth) -> Decimal | None:
        """所定時間 of a 常勤 in ``month``; None where the facility has not said."""
        before = [hours for begins, hours in self.full_time if begins <= month.first_day]
        return before[-1] if before else None

    def there_on(self, day: date) -> tuple[tuple[Person, Span], ...]:
        """Everybody on the roster on ``day``, at work or on leave, with the terms of the day."""
        found = ((person, person.span_on(day)) for person in self.people)
        return tuple((person, span) for person, span in found if span is not None)
