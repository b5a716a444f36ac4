"""
The teachers who are there on the first day of a month, in 常勤換算, and the share of 保育士 (§8.2, §8.4).

What the roster does not tell is taken from nowhere: without the hours of a 常勤 there is no 常勤換算, and whether a
主任 is 専任 is told by what the city has granted, or by whoever asks.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from pricing.staffing import (
    PresentTeachers,
    QualifiedShare,
    StaffingRefused,
    Worker,
    present_teachers,
    qualified_percent,
)
from pricing.staffing.dates import date_words
from pricing.staffing.roundings import number_words, persons_words
from pricing.staffing.teachers import WORKPLACE_SMALL_MAX_CAPACITY
from staff_records.figures.people import Person, Roster, Span
from staff_records.words import Concurrence, Licence

CHIEFS = frozenset({"chief_teacher", "chief_nursery_teacher"})
# Granted items that pay for a 主任 or 主幹 without a class.
DEDICATED_BY_GRANT = frozenset({"chief_teacher", "chief_nursery_teacher"})
NO_DEDICATED_CHIEF = "no_dedicated_chief"
# [K] Two 主幹教諭等 of a こども園 are in its base price, one 主任 elsewhere.
DEDICATED_CHIEFS_OF_KODOMOEN = 2
NURSERY_LICENCES = frozenset({Licence.NURSERY_TEACHER, Licence.REGIONAL_NURSERY_TEACHER})
KINDERGARTEN_LICENCES = frozenset(
    {Licence.KINDERGARTEN_SPECIAL, Licence.KINDERGARTEN_1, Licence.KINDERGARTEN_2}
)
# What is tried where the facility has not said it: never taken for an answer.
TRIED_FULL_TIME_HOURS = Decimal(160)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many are there by what the roster calls them; ``teachers`` in 常勤換算, None where it cannot be said."""

    regular: int
    part_time: int
    on_leave: int
    teachers: Fraction | None

    @property
    def staff(self) -> int:
        """Everybody on the roster, on leave or not."""
        return self.regular + self.part_time


@dataclass(frozen=True)
class Presence:
    """
    One facility on the first day of a month.

    ``full_time_hours``: as the facility has registered them; None: nobody has said, and ``teachers`` is computed with
    ``tried_hours``. ``share``: only of types where not every 保育従事者 must be a 保育士. Persons are counted by what
    the roster calls them.
    """

    month: ServiceMonth
    full_time_hours: Decimal | None
    tried_hours: Decimal
    teachers: PresentTeachers
    share: QualifiedShare | None
    regular: int
    part_time: int
    on_leave: int
    dedicated: int

    @property
    def counted(self) -> Counted:
        """The numbers alone."""
        return Counted(self.regular, self.part_time, self.on_leave, self.value)

    @property
    def staff(self) -> int:
        """Everybody on the roster, on leave or not."""
        return self.counted.staff

    @property
    def is_known(self) -> bool:
        """Whether the number of teachers can be said: nobody counts by hours, or the hours of a 常勤 are known."""
        return self.full_time_hours is not None or self.teachers.part_time is None

    @property
    def value(self) -> Fraction | None:
        """The teachers in 常勤換算; None where it cannot be said."""
        return self.teachers.value if self.is_known else None

    @property
    def words(self) -> str:
        """常勤12人＋非常勤の常勤換算1.6人."""
        if self.teachers.part_time is None:
            return f"常勤{self.teachers.regular}人"
        if not self.is_known:
            return f"常勤{self.teachers.regular}人と、時間で数える職員{self.teachers.part_time.persons}人"
        return (
            f"常勤{self.teachers.regular}人＋非常勤の常勤換算{persons_words(self.teachers.part_time.value)}人"
        )

    @property
    def question(self) -> str:
        """What the facility is asked where the hours of a 常勤 are not registered; empty otherwise."""
        if self.is_known:
            return ""
        return (
            "常勤の月の所定時間が登録されていないので、常勤換算を計算できません。"
            f"{number_words(Fraction(self.tried_hours))}時間のときは{persons_words(self.teachers.value)}人です。"
            "就業規則の時間を登録してください。"
        )

    @property
    def steps(self) -> tuple[str, ...]:
        """The way as lines of Japanese; nobody is named."""
        beginning = f"{date_words(self.month.first_day)}現在の職員名簿から"
        chiefs = (
            (
                f"専任の主任・主幹として{self.dedicated}人を除いています（専任の加算の登録、または施設の回答から）",
            )
            if self.dedicated
            else ()
        )
        if not self.is_known:
            left_out = (f"数えない職員 {persons}人（{reason}）" for reason, persons in self.teachers.left_out)
            return (beginning, self.words, self.question, *left_out, *chiefs)
        return (beginning, *self.teachers.steps, *(self.share.steps if self.share else ()), *chiefs)


def presence_of(
    roster: Roster, kind: str, month: ServiceMonth, *, capacity_23: int | None, dedicated: int
) -> Presence:
    """
    Who is there on the first day of ``month`` at a facility of ``kind``.

    ``dedicated``: so many 主任 or 主幹 are 専任 (``dedicated_chiefs``); those who work most are taken to be.
    """
    day = month.first_day
    there = roster.there_on(day)
    registered = roster.full_time_hours(month)
    tried = registered or _usual_hours(span for _, span in there)
    workers = [_worker(person, span, day, kind) for person, span in there]
    chiefs = sorted(
        (place for place, worker in enumerate(workers) if worker.job in CHIEFS and not worker.on_leave),
        key=lambda place: not workers[place].working_time.is_regular,
    )[:dedicated]
    for place in chiefs:
        workers[place] = replace(workers[place], dedicated=True)
    unlicensed = carers_without_licence(kind, capacity_23)
    nurse = kind != FacilityKind.KINDERGARTEN
    return Presence(
        month=month,
        full_time_hours=registered,
        tried_hours=tried,
        teachers=present_teachers(workers, tried, with_unlicensed=unlicensed, nurse_counts=nurse),
        share=_share(workers, tried, nurse_counts=nurse) if unlicensed else None,
        regular=sum(span.is_regular for _, span in there),
        part_time=sum(not span.is_regular for _, span in there),
        on_leave=sum(span.on_leave for _, span in there),
        dedicated=len(chiefs),
    )


def dedicated_chiefs(kind: str, codes: Collection[str], answer: bool | None = None) -> int:
    """
    How many 主任 or 主幹 are 専任, by the granted items and, where it is given, the facility's answer.

    A こども園 has them in its base price unless the deduction is registered [K].
    """
    if answer is False or NO_DEDICATED_CHIEF in codes:
        return 0
    if kind == FacilityKind.CERTIFIED_KODOMOEN:
        return DEDICATED_CHIEFS_OF_KODOMOEN
    return 1 if answer or DEDICATED_BY_GRANT & set(codes) else 0


def carers_without_licence(kind: str, capacity_23: int | None) -> bool:
    """Whether 保育従事者 without a licence count among the required: 小規模B型 and small 事業所内保育 (§8.1)."""
    if kind == FacilityKind.WORKPLACE:
        return capacity_23 is not None and capacity_23 <= WORKPLACE_SMALL_MAX_CAPACITY
    return kind == FacilityKind.SMALL_B


def is_licensed(person: Person, kind: str, day: date) -> bool:
    """保育士 or 教諭 as ``kind`` asks for. [K] A こども園 takes either."""
    wanted: frozenset[Licence] = {
        FacilityKind.KINDERGARTEN: KINDERGARTEN_LICENCES,
        FacilityKind.CERTIFIED_KODOMOEN: KINDERGARTEN_LICENCES | NURSERY_LICENCES,
    }.get(FacilityKind(kind), NURSERY_LICENCES)
    return person.holds_licence(wanted, day)


def _worker(person: Person, span: Span, day: date, kind: str) -> Worker:
    """[K] Who has another job in the house counts by hours really worked; who works elsewhere, also by the contract."""
    worked = person.worked.get(day)
    hours: Decimal | None = span.hours_a_month if worked is None else worked
    if worked is None and span.concurrence == Concurrence.OTHER_JOB:
        hours = None
    return Worker(
        job=span.job,
        working_time=span.working_time,
        monthly_hours=hours,
        on_leave=span.on_leave,
        licensed=is_licensed(person, kind, day),
        concurrent=bool(span.concurrence),
    )


def _usual_hours(spans: Iterable[Span]) -> Decimal:
    """The contract most 常勤 have, to try with."""
    found = Counter(span.hours_a_month for span in spans if span.is_regular and span.hours_a_month)
    return found.most_common(1)[0][0] if found else TRIED_FULL_TIME_HOURS


def _share(workers: list[Worker], full_time_hours: Decimal, *, nurse_counts: bool) -> QualifiedShare | None:
    try:
        return qualified_percent(workers, full_time_hours, nurse_counts=nurse_counts)
    except StaffingRefused:
        return None
