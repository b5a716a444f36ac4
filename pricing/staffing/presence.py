"""
The teachers who are there, in 常勤換算, against those who are required (§8.2, §8.4).

Who counts is a matter of the job, the licence, leave and 専任; everyone left out stands under a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from pricing.staffing.jobs import JOBS, NURSES, NURSES_LIKE_TEACHERS
from pricing.staffing.refusals import NotCountable
from pricing.staffing.roundings import number_words, round_up
from pricing.staffing.teachers import RequiredTeachers
from pricing.staffing.working_time import FullTimeEquivalent, Hours, WorkingTime, full_time_equivalent

ON_LEAVE: Final = "休職中（産休・育休など）のため"
DEDICATED: Final = "専任の主任・主幹などのため"
NO_LICENCE: Final = "保育士・教諭の資格がないため"
HOURS_UNKNOWN: Final = "兼務で、保育にあたる時間が分からないため"
NURSE_TOO_MANY: Final = f"看護師・准看護師は{NURSES_LIKE_TEACHERS}人までのため"
NURSE_NOT_HERE: Final = "看護師・准看護師を保育士とみなさない施設のため"


@dataclass(frozen=True, slots=True)
class Worker:
    """
    One member of staff in one month.

    ``monthly_hours``: hours of caring work; None: those of the contract. ``concurrent``: 兼務, so only these
    hours count, also of a 常勤. ``dedicated``: a 専任 主任 or 主幹, who does not care for children.
    """

    job: str
    working_time: WorkingTime
    monthly_hours: Hours | None
    on_leave: bool
    licensed: bool
    concurrent: bool = False
    dedicated: bool = False


class LeftOut(NamedTuple):
    """So many persons who do not count, and why."""

    reason: str
    persons: int


@dataclass(frozen=True, slots=True)
class PresentTeachers:
    """常勤 as persons, the others by their hours; ``value`` is the sum, exact."""

    regular: int
    part_time: FullTimeEquivalent | None
    value: Fraction
    left_out: tuple[LeftOut, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The way as lines of Japanese; nobody is named."""
        part_time = () if self.part_time is None else (f"短時間・兼務の職員 {self.part_time.words}",)
        total = f"保育にあたる人数 {number_words(self.value)}人"
        if self.part_time is not None:
            total = (
                f"保育にあたる人数 {self.regular} ＋ {number_words(self.part_time.value)} = "
                f"{number_words(self.value)}人"
            )
        return (
            f"常勤の職員 {self.regular}人",
            *part_time,
            total,
            *(f"数えない職員 {persons}人（{reason}）" for reason, persons in self.left_out),
        )


@dataclass(frozen=True, slots=True)
class StaffingGap:
    """必要, 実際 and 差; ``missing`` are whole persons, 0 when there are enough."""

    required: int
    present: Fraction
    difference: Fraction
    missing: int
    notes: tuple[str, ...]

    @property
    def enough(self) -> bool:
        return self.difference >= 0

    @property
    def steps(self) -> tuple[str, ...]:
        sign = "−" if self.difference < 0 else "＋" if self.difference > 0 else ""
        verdict = "足りています" if self.enough else f"{self.missing}人足りません（1人未満の端数は切上げ）"
        return (
            f"必要な人数 {self.required}人",
            f"実際の人数 {number_words(self.present)}人",
            f"差 {sign}{number_words(abs(self.difference))}人: {verdict}",
            *self.notes,
        )


@dataclass(frozen=True, slots=True)
class QualifiedShare:
    """保育士 among the 保育従事者, both in 常勤換算, as an exact percent."""

    qualified: Fraction
    carers: Fraction
    percent: Fraction

    @property
    def steps(self) -> tuple[str, ...]:
        return (
            f"保育士 {number_words(self.qualified)}人 ÷ 保育従事者 {number_words(self.carers)}人 = "
            f"{number_words(self.percent)}％",
        )


def present_teachers(
    workers: Iterable[Worker],
    full_time_hours: Hours,
    *,
    with_unlicensed: bool = False,
    nurse_counts: bool = True,
) -> PresentTeachers:
    """
    The teachers and 保育士 who are there; ``full_time_hours`` are the month's hours of a 常勤.

    ``with_unlicensed``: all 保育従事者 of a 小規模B型 and the like. ``nurse_counts``: a nurse may stand for a
    保育士 here, which a 幼稚園 does not know [K].

    :raises NotCountable: an unknown job, or hours no month has.
    """
    counted, left_out = _sorted_out(
        workers, full_time_hours, with_unlicensed=with_unlicensed, nurse_counts=nurse_counts
    )
    regular, part_time = _summed(counted, full_time_hours)
    value = regular + (Fraction(0) if part_time is None else part_time.value)
    return PresentTeachers(regular, part_time, value, left_out)


def staffing_gap(required: RequiredTeachers, present: Fraction) -> StaffingGap:
    """
    What is missing or to spare; ``present``: teachers in 常勤換算.

    [K] Persons missing are rounded up, since a part of a person is none of a 配置.

    家庭的保育補助者 are required beside the number and are not compared here.
    """
    difference = present - required.total
    beside = (f"ほかに家庭的保育補助者{required.assistants}人が必要です。",) if required.assistants else ()
    return StaffingGap(
        required=required.total,
        present=present,
        difference=difference,
        missing=round_up(-difference) if difference < 0 else 0,
        notes=(*beside, *required.notes),
    )


def qualified_percent(
    workers: Iterable[Worker], full_time_hours: Hours, *, nurse_counts: bool = True
) -> QualifiedShare:
    """
    保育従事者のうち保育士の割合, of 小規模B型 and the like. [K] In 常勤換算; the one nurse counts as a 保育士.

    :raises NotCountable: nobody cares for children, an unknown job, or hours no month has.
    """
    counted, _ = _sorted_out(workers, full_time_hours, with_unlicensed=True, nurse_counts=nurse_counts)
    qualified = [worker for worker in counted if worker.licensed or worker.job in NURSES]
    carers, of_them = (_value(some, full_time_hours) for some in (counted, qualified))
    if not carers:
        raise NotCountable(["保育にあたる職員がいないので、保育士の割合は計算できません。"])
    return QualifiedShare(of_them, carers, Fraction(of_them * 100, carers))


def _sorted_out(
    workers: Iterable[Worker], full_time_hours: Hours, *, with_unlicensed: bool, nurse_counts: bool
) -> tuple[list[Worker], tuple[LeftOut, ...]]:
    everybody = tuple(workers)
    _require_countable(everybody, full_time_hours)
    counted, nurses, reasons = [], [], []
    for worker in everybody:
        reason = _why_not(worker, with_unlicensed=with_unlicensed, nurse_counts=nurse_counts)
        if reason:
            reasons.append(reason)
        elif worker.job in NURSES and not worker.licensed:
            nurses.append(worker)
        else:
            counted.append(worker)
    # Of several nurses the one who is there most stands for a 保育士.
    nurses.sort(key=lambda nurse: _value([nurse], full_time_hours), reverse=True)
    counted += nurses[:NURSES_LIKE_TEACHERS]
    reasons += [NURSE_TOO_MANY] * len(nurses[NURSES_LIKE_TEACHERS:])
    return counted, tuple(LeftOut(reason, reasons.count(reason)) for reason in sorted(set(reasons)))


def _why_not(worker: Worker, *, with_unlicensed: bool, nurse_counts: bool) -> str:
    """The first reason that holds, or nothing."""
    job = JOBS[worker.job]
    cares = job.cares or (with_unlicensed and job.helps)
    nurse = worker.job in NURSES and not worker.licensed
    return next(
        (
            reason
            for holds, reason in (
                (not cares, f"{job.label}は保育にあたる人数に入れないため"),
                (worker.on_leave, ON_LEAVE),
                (worker.dedicated, DEDICATED),
                (nurse and not nurse_counts, NURSE_NOT_HERE),
                (job.licensed and not worker.licensed and not with_unlicensed, NO_LICENCE),
                (worker.concurrent and worker.monthly_hours is None, HOURS_UNKNOWN),
            )
            if holds
        ),
        "",
    )


def _counts_as_one(worker: Worker) -> bool:
    return worker.working_time.is_regular and not worker.concurrent


def _hours(worker: Worker) -> Fraction:
    """[K] Without the month's hours those of the contract: hours a day × days a month."""
    if worker.monthly_hours is not None:
        return Fraction(worker.monthly_hours)
    return Fraction(worker.working_time.hours_a_day) * Fraction(worker.working_time.days_a_month)


def _summed(workers: Iterable[Worker], full_time_hours: Hours) -> tuple[int, FullTimeEquivalent | None]:
    everybody = tuple(workers)
    hours = [_hours(worker) for worker in everybody if not _counts_as_one(worker)]
    part_time = full_time_equivalent(hours, full_time_hours) if hours else None
    return len(everybody) - len(hours), part_time


def _value(workers: Iterable[Worker], full_time_hours: Hours) -> Fraction:
    regular, part_time = _summed(workers, full_time_hours)
    return regular + (Fraction(0) if part_time is None else part_time.value)


def _require_countable(workers: tuple[Worker, ...], full_time_hours: Hours) -> None:
    problems = []
    hours = []
    for place, worker in enumerate(workers, start=1):
        whose = f"{place}人目の"
        if worker.job not in JOBS:
            problems.append(f"{whose}職種が一覧にありません。")
        problems += worker.working_time.problems(whose)
        hours.append(0 if worker.monthly_hours is None else worker.monthly_hours)
    try:
        full_time_equivalent(hours, full_time_hours)
    except NotCountable as refusal:
        problems += refusal.sentences
    if problems:
        raise NotCountable(problems)
