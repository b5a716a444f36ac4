"""平均経験年数 (§8.4; the sheet of the 加算率認定申請, forms §3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from pricing.staffing.refusals import NotCountable
from pricing.staffing.roundings import number_words, round_months_to_years
from pricing.staffing.working_time import WorkingTime


@dataclass(frozen=True, slots=True)
class Experience:
    """
    One member of staff who is there on 1 April, in whole months.

    ``months_elsewhere`` is the 通算 of other employers that count; which do (保育所, 幼稚園, 認可外, 病院, …)
    the notice says [K], so whoever reads the certificates decides.
    """

    months_here: int
    months_elsewhere: int
    working_time: WorkingTime

    @property
    def months(self) -> int:
        return self.months_here + self.months_elsewhere


@dataclass(frozen=True, slots=True)
class AverageExperience:
    """合計人数A, 合計年月B and B ÷ A = C of the sheet; ``years`` is C rounded as the rate table wants it."""

    persons: int
    left_out: int
    total_months: int
    average_months: Fraction
    years: int

    @property
    def steps(self) -> tuple[str, ...]:
        """The way as lines of Japanese; nobody is named."""
        whole = int(self.average_months // 12)
        rest = self.average_months - 12 * whole
        rounded = "6か月以上なので切上げ" if rest >= 6 else "6か月未満なので切捨て"
        out = f"（1日6時間未満または月20日未満の{self.left_out}人を除く）" if self.left_out else ""
        years, months = divmod(self.total_months, 12)
        return (
            f"対象の職員 {self.persons}人{out}",
            f"経験年数の合計 {years}年{months}か月",
            f"{years}年{months}か月 ÷ {self.persons}人 = {whole}年{number_words(rest)}か月",
            f"{rounded}、平均経験年数 {self.years}年",
        )


def average_experience(staff: Iterable[Experience]) -> AverageExperience:
    """
    The average over everyone who works at least 6 hours a day and 20 days a month.

    :raises NotCountable: nobody counts, or a figure is none.
    """
    everybody = tuple(staff)
    problems = [
        sentence
        for place, one in enumerate(everybody, start=1)
        for sentence in _problems(f"{place}人目の", one)
    ]
    if problems:
        raise NotCountable(problems)
    counted = [one for one in everybody if one.working_time.long_enough]
    if not counted:
        raise NotCountable(["平均経験年数の対象になる職員（1日6時間以上かつ月20日以上）がいません。"])
    total = sum(one.months for one in counted)
    average = Fraction(total, len(counted))
    return AverageExperience(
        persons=len(counted),
        left_out=len(everybody) - len(counted),
        total_months=total,
        average_months=average,
        years=round_months_to_years(average),
    )


def _problems(whose: str, one: Experience) -> list[str]:
    figures = {"この施設": one.months_here, "ほかの施設": one.months_elsewhere}
    found = [
        f"{whose}{where}での経験月数は0以上の整数で入力してください。"
        for where, months in figures.items()
        if isinstance(months, bool) or not isinstance(months, int) or months < 0
    ]
    return found + one.working_time.problems(whose)
