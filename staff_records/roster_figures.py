"""
What a roster as of a day comes to: persons, by job, 平均経験年数 and the 加算率 it gives. Nobody is named.

The arithmetic is ``pricing.staffing``'s; careers are counted as ``figures`` count them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Self

from pricing.staffing import (
    JOBS,
    Career,
    NotCountable,
    StaffingRefused,
    WorkingTime,
    roster_average,
    treatment_rates,
)
from staff_records.dossiers import Dossier
from staff_records.figures.experience import career_of
from staff_records.figures.people import Person, Span
from staff_records.standing import Standing, standing_on


@dataclass(frozen=True)
class JobCount:
    """How many of one job: ``regular`` 常勤, ``part_time`` 非常勤."""

    job: str
    regular: int
    part_time: int

    @property
    def label(self) -> str:
        """The job in words."""
        return JOBS[self.job].label if self.job in JOBS else self.job


@dataclass(frozen=True)
class RosterFigures:
    """
    The figures of a roster.

    ``counted`` persons have ``total_months`` of experience together, ``average_years`` is their average as the rate
    table wants it; ``base_percent`` and ``wage_percent`` are what it gives where キャリアパス is met. All None, with
    ``refused`` saying why, where they cannot be computed.
    """

    persons: int = 0
    regular: int = 0
    part_time: int = 0
    on_leave: int = 0
    jobs: tuple[JobCount, ...] = ()
    counted: int | None = None
    total_months: int | None = None
    average_years: int | None = None
    base_percent: int | None = None
    wage_percent: int | None = None
    steps: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def total_words(self) -> str:
        """合計年月 in words."""
        if self.total_months is None:
            return ""
        years, months = divmod(self.total_months, 12)
        return f"{years}年{months}か月"

    def as_json(self) -> dict[str, Any]:
        """For keeping with the snapshot."""
        return asdict(self)

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> Self:
        """From what was kept; what else stands there is left out."""
        values = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        values["jobs"] = tuple(JobCount(**one) for one in values.get("jobs", ()))
        values["steps"], values["refused"] = tuple(values.get("steps", ())), tuple(values.get("refused", ()))
        return cls(**values)


def roster_on(found: Iterable[Dossier], day: date, fiscal_year: int) -> tuple[list[Standing], RosterFigures]:
    """Everybody of these who is there on ``day``, in their order with their experience, and the figures of all."""
    standings, careers, spans = [], [], []
    refused: list[str] = []
    for one in found:
        person = Person.of(one, {})
        span = person.span_on(day)
        if span is None:
            continue
        standing = standing_on(one, day)
        spans.append(span)
        try:
            career = career_of(person, day)
        except NotCountable as refusal:
            refused += [f"職員番号{one.member.number}：{sentence}" for sentence in refusal.sentences]
        else:
            careers.append((career, span.working_time, span.job))
            standing = replace(
                standing,
                months_here=career.months_here,
                months_elsewhere=career.months_elsewhere,
                counts=span.working_time.long_enough,
            )
        standings.append(standing)
    return standings, _figures(spans, careers, refused, fiscal_year)


def _figures(
    spans: Sequence[Span],
    careers: Sequence[tuple[Career, WorkingTime, str]],
    refused: Sequence[str],
    fiscal_year: int,
) -> RosterFigures:
    regular = Counter(span.job for span in spans if span.is_regular)
    part_time = Counter(span.job for span in spans if not span.is_regular)
    order = {job: place for place, job in enumerate(JOBS)}
    jobs = sorted(regular.keys() | part_time.keys(), key=lambda job: order.get(job, len(order)))
    figures = RosterFigures(
        persons=len(spans),
        regular=regular.total(),
        part_time=part_time.total(),
        on_leave=sum(span.on_leave for span in spans),
        jobs=tuple(JobCount(job, regular[job], part_time[job]) for job in jobs),
    )
    if refused:
        return replace(figures, refused=tuple(refused))
    try:
        average = roster_average(careers)
        figures = replace(
            figures,
            counted=average.persons,
            total_months=average.total_months,
            average_years=average.years,
            steps=average.steps,
        )
        rates = treatment_rates(average.years, fiscal_year, career_path=True)
    except StaffingRefused as refusal:
        return replace(figures, refused=refusal.sentences)
    return replace(
        figures,
        base_percent=rates.base_percent,
        wage_percent=rates.wage_percent,
        steps=(*average.steps, rates.base_reason, rates.wage_reason),
    )
