"""常勤 or not, and the 常勤換算 of those who are not (§8.2, §8.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from pricing.staffing.refusals import NotCountable
from pricing.staffing.roundings import number_words

REGULAR_HOURS_A_DAY: Final = 6
REGULAR_DAYS_A_MONTH: Final = 20

Hours = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """What a contract says: hours a day, days a month, and whether these are all hours the rules set."""

    hours_a_day: Hours
    days_a_month: Hours
    all_set_hours: bool = False

    @property
    def long_enough(self) -> bool:
        """1日6時間以上かつ月20日以上: who works less does not count for 平均経験年数 (§8.4)."""
        return self.hours_a_day >= REGULAR_HOURS_A_DAY and self.days_a_month >= REGULAR_DAYS_A_MONTH

    @property
    def is_regular(self) -> bool:
        """常勤: 所定時間の全て, or 1日6時間以上かつ月20日以上 (§8.4)."""
        return self.all_set_hours or self.long_enough

    def problems(self, whose: str) -> list[str]:
        """A sentence for each figure no contract can have; ``whose`` begins it."""
        found = []
        if not _is_number(self.hours_a_day) or not 0 <= self.hours_a_day <= 24:
            found.append(f"{whose}1日の勤務時間は0から24までの数で入力してください。")
        if not _is_number(self.days_a_month) or not 0 <= self.days_a_month <= 31:
            found.append(f"{whose}1か月の勤務日数は0から31までの数で入力してください。")
        return found


@dataclass(frozen=True, slots=True)
class FullTimeEquivalent:
    """常勤換算, exact: no source says to which decimal it is cut, so the caller's form decides."""

    persons: int
    total_hours: Fraction
    full_time_hours: Fraction
    value: Fraction

    @property
    def words(self) -> str:
        return (
            f"{self.persons}人の勤務時間 {number_words(self.total_hours)}時間 ÷ "
            f"常勤の所定時間 {number_words(self.full_time_hours)}時間 = {number_words(self.value)}人"
        )


def full_time_equivalent(monthly_hours: Iterable[Hours], full_time_hours: Hours) -> FullTimeEquivalent:
    """
    常勤換算: the month's hours of all 短時間職員 together ÷ the hours the rules set for 常勤 (§8.2).

    :raises NotCountable: hours that are no number, negative, or more than a month has.
    """
    hours = tuple(monthly_hours)
    problems = [
        f"{place}人目の月の勤務時間は0から744までの数で入力してください。"
        for place, value in enumerate(hours, start=1)
        if not _is_number(value) or not 0 <= value <= 744
    ]
    if not _is_number(full_time_hours) or not 0 < full_time_hours <= 744:
        problems.append("常勤の月の所定時間は0より大きく744までの数で入力してください。")
    if problems:
        raise NotCountable(problems)
    total = sum((Fraction(value) for value in hours), start=Fraction(0))
    full_time = Fraction(full_time_hours)
    return FullTimeEquivalent(len(hours), total, full_time, Fraction(total, full_time))


def _is_number(value: object) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int | Fraction) and not isinstance(value, bool)
