"""
研修 towards a leader of 区分3 (forms §4): fields, hours, 園内研修, and what a fiscal year asks for.

A 保育所 and the 地域型 ask for fields of 15 hours each, a 幼稚園 and a 認定こども園 for hours in all
(3府省連名通知 令和3年9月2日, as 小山市 and 横浜市 publish it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal

from pricing.staffing.roundings import number_words

Rank = Literal["A", "B"]

# One field is 15 hours; A has four of them (60 hours), B one.
HOURS_A_FIELD: Final = 15
FIELDS_A: Final = 4
FIELDS_B: Final = 1
# マネジメント is one of the four of a 副主任保育士, and 15 of the 60 hours of a 中核リーダー.
MANAGEMENT: Final = "management"
MANAGEMENT_HOURS: Final = 15
# 園内研修 that counts on the こども園 sheet (forms §4). [K] The same for a 幼稚園.
IN_HOUSE_HOURS_A: Final = 15
IN_HOUSE_HOURS_B: Final = 4
# [K] A 保育所 and the 地域型: so much of each field.
IN_HOUSE_HOURS_A_FIELD: Final = 4

# Fields asked for by fiscal year, growing with it (通知 of 令和3年9月2日); nothing was asked before.
FIELDS_BY_YEAR: Final[Mapping[Rank, Mapping[int, int]]] = MappingProxyType(
    {"A": {2023: 1, 2024: 2, 2025: 3, 2026: FIELDS_A}, "B": {2024: FIELDS_B}}
)
# From 令和7年度 a training that is expected to finish within the year counts (forms §5); before, what was
# finished when the year began: 賃金改善を受ける月の前月まで (小山市), taken for April [K].
EXPECTED_FINISH_FISCAL_YEAR: Final = 2025

NO_HOURS: Final = Fraction(0)

# Types that ask for hours in all; the others for fields.
SCHOOLS: Final = frozenset({"kindergarten", "certified_kodomoen"})


@dataclass(frozen=True, slots=True)
class TrainingField:
    """分野 of the 研修受講歴 (forms §4); ``special``: one of the 専門分野別研修, which make a 保育所 leader."""

    mark: str
    label: str
    special: bool

    @property
    def words(self) -> str:
        return f"{self.mark}{self.label}"


# [K] ⑧ is for those who come back to the work; it makes no leader of a 保育所.
TRAINING_FIELDS: Final[Mapping[str, TrainingField]] = MappingProxyType(
    {
        "infants": TrainingField("①", "乳児保育", True),
        "early_education": TrainingField("②", "幼児教育", True),
        "disability": TrainingField("③", "障害児保育", True),
        "food_allergy": TrainingField("④", "食育・アレルギー対応", True),
        "health_safety": TrainingField("⑤", "保健衛生・安全対策", True),
        "parent_support": TrainingField("⑥", "保護者支援・子育て支援", True),
        MANAGEMENT: TrainingField("⑦", "マネジメント", False),
        "practice": TrainingField("⑧", "保育実践", False),
    }
)


@dataclass(frozen=True, slots=True)
class Training:
    """
    A finished, or planned, training: ``field`` is a key of ``TRAINING_FIELDS``.

    ``management_hours``: うちマネジメント, part of ``hours``; of the field マネジメント all hours are.
    """

    field: str
    hours: int | Decimal | Fraction
    management_hours: int | Decimal | Fraction
    finished_on: date
    in_house: bool

    @property
    def management(self) -> Fraction:
        return Fraction(self.hours if self.field == MANAGEMENT else self.management_hours)


@dataclass(frozen=True, slots=True)
class HoursMissing:
    """``field`` None: any field that is left, or hours of any field."""

    field: str | None
    hours: Fraction

    @property
    def words(self) -> str:
        where = "ほかの分野" if self.field is None else TRAINING_FIELDS[self.field].words
        return f"{where} あと{number_words(self.hours)}時間"


@dataclass(frozen=True, slots=True)
class Trained:
    """What the trainings come to for a rank."""

    asked: int
    missing: tuple[HoursMissing, ...]
    over: Fraction


def _fields_asked(rank: Rank, fiscal_year: int) -> int:
    return max((fields for year, fields in FIELDS_BY_YEAR[rank].items() if year <= fiscal_year), default=0)


@dataclass(frozen=True, slots=True)
class TrainingHours:
    """
    Hours by field, of 園外 and of 園内研修; fields without hours do not stand there.

    うちマネジメント is time of マネジメント and not of the field it stands in [K].
    """

    outside: Mapping[str, Fraction]
    in_house: Mapping[str, Fraction]

    @classmethod
    def of(cls, finished: Iterable[Training]) -> TrainingHours:
        sums: dict[bool, dict[str, Fraction]] = {False: {}, True: {}}
        for one in finished:
            by_field = sums[one.in_house]
            management = one.management
            for field, hours in ((MANAGEMENT, management), (one.field, Fraction(one.hours) - management)):
                if hours:
                    by_field[field] = by_field.get(field, NO_HOURS) + hours
        return cls(sums[False], sums[True])


def trained_for(
    rank: Rank,
    hours: TrainingHours,
    fiscal_year: int,
    kind: str,
    *,
    manages: bool | None,
    duty_field: str | None,
) -> Trained:
    """The way with the fewest hours missing; ``manages`` None: with マネジメント or without."""
    asked = _fields_asked(rank, fiscal_year)
    complete = rank == "A" and asked == FIELDS_A
    # [K] マネジメント is asked for when all four fields are, not in the years before.
    managing: tuple[bool, ...] = (False,)
    if complete:
        managing = (True, False) if manages is None else (manages,)
    return min(
        (_way(rank, hours, asked, kind, duty_field, manages=one, complete=complete) for one in managing),
        key=lambda way: sum(missing.hours for missing in way.missing),
    )


def _way(
    rank: Rank,
    hours: TrainingHours,
    asked: int,
    kind: str,
    duty_field: str | None,
    *,
    manages: bool,
    complete: bool,
) -> Trained:
    if kind in SCHOOLS:
        cap = IN_HOUSE_HOURS_A if rank == "A" else IN_HOUSE_HOURS_B
        return _in_all(hours, asked, cap, manages=manages)
    if rank == "B":
        return _by_field(hours, asked, duty_field, management_may=False)
    return _by_field(hours, asked, MANAGEMENT if manages else None, management_may=not complete)


def _in_all(hours: TrainingHours, asked: int, cap: int, *, manages: bool) -> Trained:
    """A 幼稚園 or こども園: hours of any field together, of them マネジメント where the post manages."""
    in_house = sum(hours.in_house.values(), start=NO_HOURS)
    most = Fraction(cap)
    counted = sum(hours.outside.values(), start=NO_HOURS) + min(in_house, most)
    short = max(asked * HOURS_A_FIELD - counted, NO_HOURS)
    management = hours.outside.get(MANAGEMENT, NO_HOURS) + min(hours.in_house.get(MANAGEMENT, NO_HOURS), most)
    of_management = max(MANAGEMENT_HOURS - management, NO_HOURS) if manages else NO_HOURS
    missing = [HoursMissing(MANAGEMENT, of_management)] if of_management else []
    if short > of_management:
        missing.append(HoursMissing(None, short - of_management))
    return Trained(asked, tuple(missing), max(in_house - most, NO_HOURS))


def _by_field(hours: TrainingHours, asked: int, fixed: str | None, *, management_may: bool) -> Trained:
    """A 保育所 or 地域型: so many fields of 15 hours each, ``fixed`` among them."""
    counted = dict(hours.outside)
    over = NO_HOURS
    for field, in_house in hours.in_house.items():
        allowed = min(in_house, Fraction(IN_HOUSE_HOURS_A_FIELD))
        counted[field] = counted.get(field, NO_HOURS) + allowed
        over += in_house - allowed
    open_fields = [
        field
        for field, known in TRAINING_FIELDS.items()
        if field != fixed and (known.special or (management_may and field == MANAGEMENT))
    ]
    best = sorted(open_fields, key=lambda field: counted.get(field, NO_HOURS), reverse=True)
    chosen = ([fixed] if fixed is not None and asked else []) + best
    missing = [
        HoursMissing(field if field in counted or field == fixed else None, HOURS_A_FIELD - done)
        for field in chosen[:asked]
        if (done := counted.get(field, NO_HOURS)) < HOURS_A_FIELD
    ]
    return Trained(asked, tuple(missing), over)


def training_problems(trainings: Iterable[Training]) -> list[str]:
    """A sentence for everything no training can have."""
    problems = []
    for place, one in enumerate(trainings, start=1):
        if one.field not in TRAINING_FIELDS:
            problems.append(f"研修の{place}行目の分野が一覧にありません。")
        if not _is_hours(one.hours) or not _is_hours(one.management_hours):
            problems.append(f"研修の{place}行目の時間は0以上の数で入力してください。")
        elif one.management_hours > one.hours:
            problems.append(f"研修の{place}行目のマネジメントの時間が、研修の時間を超えています。")
    return problems


def _is_hours(value: object) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value >= 0
    return isinstance(value, int | Fraction) and not isinstance(value, bool) and value >= 0
