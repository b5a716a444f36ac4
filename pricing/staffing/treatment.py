"""加算率 from 平均経験年数 (§7.1 until 令和6年度, §7.2 from 令和7年度)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pricing.month import fiscal_year_words
from pricing.staffing.refusals import NotCountable, RuleUnknown
from pricing.staffing.years import year_problems

# [K] 基礎分 (§7.1, §7.2): 2% below one year, one more for each whole year, 12% from ten years on.
BASE_PERCENT_BELOW_ONE_YEAR: Final = 2
BASE_PERCENT_MOST: Final = 12
# [K] 賃金改善要件分／賃金改善分: one more from eleven years on (§7.1).
WAGE_STEP_YEARS: Final = 11


@dataclass(frozen=True, slots=True)
class WageRule:
    """
    賃金改善要件分 from a fiscal year until the next rule begins.

    ``career_path_percent`` is lost without キャリアパス要件; None: what is lost is not known.
    """

    first_fiscal_year: int
    percent: int
    career_path_percent: int | None


# [K] §7.1, §7.2. 平成28・30年度 keep the rule of the year before: the specification names no change.
WAGE_RULES: Final = (
    WageRule(2015, 3, 1),
    WageRule(2017, 5, None),
    WageRule(2019, 6, None),
    WageRule(2020, 6, 2),
)
# キャリアパス is a condition of 区分1 from 令和8年度 on (§7.2): without it there is no rate.
CAREER_PATH_REQUIRED_FISCAL_YEAR: Final = 2026
UNIFIED_FISCAL_YEAR: Final = 2025


@dataclass(frozen=True, slots=True)
class TreatmentRates:
    """``a`` and ``b`` of the price formula, whole percents, each with its reason."""

    base_percent: int
    wage_percent: int
    base_reason: str
    wage_reason: str


def treatment_rates(average_years: int, fiscal_year: int, *, career_path: bool) -> TreatmentRates:
    """
    The percents of a facility granted both parts: 基礎分 and 賃金改善要件分 (区分1 and 区分2 from R7).

    ``average_years`` is rounded already (``AverageExperience.years``).

    :raises NotCountable: no number of years, or no キャリアパス where it is a condition.
    :raises RuleUnknown: the year's table, or what is lost without キャリアパス, is not known here.
    """
    if isinstance(average_years, bool) or not isinstance(average_years, int) or average_years < 0:
        raise NotCountable(["平均経験年数は0以上の整数で入力してください。"])
    if unknown := year_problems(fiscal_year, "加算率"):
        raise RuleUnknown(unknown)
    year = fiscal_year_words(fiscal_year)
    if not career_path and fiscal_year >= CAREER_PATH_REQUIRED_FISCAL_YEAR:
        raise NotCountable(
            [f"{year}はキャリアパス要件が区分1の必須の要件です。満たさない場合の加算率はありません。"]
        )
    rule = max(
        (rule for rule in WAGE_RULES if rule.first_fiscal_year <= fiscal_year),
        key=lambda rule: rule.first_fiscal_year,
    )
    if not career_path and rule.career_path_percent is None:
        raise RuleUnknown([f"{year}にキャリアパス要件を満たさない場合の減る率は確かめられていません。"])

    base = min(BASE_PERCENT_BELOW_ONE_YEAR + average_years, BASE_PERCENT_MOST)
    wage = rule.percent + (average_years >= WAGE_STEP_YEARS)
    lost = 0 if career_path else rule.career_path_percent or 0
    unified = fiscal_year >= UNIFIED_FISCAL_YEAR
    return TreatmentRates(
        base_percent=base,
        wage_percent=wage - lost,
        base_reason=f"{year}の{'区分1 基礎分' if unified else '基礎分'}: 平均経験年数{average_years}年で{base}%",
        wage_reason=_wage_reason(year, average_years, wage, lost, unified=unified),
    )


def _wage_reason(year: str, average_years: int, wage: int, lost: int, *, unified: bool) -> str:
    part = "区分2 賃金改善分" if unified else "賃金改善要件分"
    band = f"{WAGE_STEP_YEARS}年以上" if average_years >= WAGE_STEP_YEARS else f"{WAGE_STEP_YEARS}年未満"
    reason = f"{year}の{part}: 平均経験年数{band}で{wage}%"
    return f"{reason}、キャリアパス要件を満たさないため{lost}%を減じて{wage - lost}%" if lost else reason
