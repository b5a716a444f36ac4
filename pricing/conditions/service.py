"""Conditions on what the facility does in the month or the year: tiers, kinds, closed days, what March settles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from pricing.conditions.answers import Answer, all_hold, ask, decide, fails
from pricing.conditions.declaring import Case, yes
from pricing.month import Month, fiscal_year_words
from pricing.rules import FIRST_MONTH_OF_TREATMENT_III

# 年間延べ利用数: fourteen tiers, 70 apart.
HOLIDAY_TIERS_UP_TO: Final = tuple(range(210, 1051, 70))
# 年間の雇用時間 (forms.md §6 個票10): the least hours of each tier.
ELDERLY_TIERS: Final = ((1200, "1200_or_more"), (800, "800_to_1199"), (400, "400_to_799"))
# 5年に一度 (pricing.md §6 [S1][S3]); [K] counted in fiscal years.
EVALUATION_EVERY_YEARS: Final = 5
_DIETITIANS: Final = {"placed": "a", "shared": "b", "contracted": "c"}
_SATURDAY: Final = 5


def in_march(case: Case) -> Answer:
    """A March item (D9)."""
    return decide(case.facts.month.is_march, "3月分の請求でだけ請求できます。")


def since_treatment_iii(case: Case) -> Answer:
    """処遇改善等加算Ⅲ began within a fiscal year."""
    first = FIRST_MONTH_OF_TREATMENT_III
    return decide(case.facts.month >= first, f"{first.words}分からの加算です。")


def meal_kind(case: Case) -> tuple[str, ...] | Answer:
    """施設内調理 or 外部搬入."""
    style = case.facts.meal_style
    if style is None:
        return ask("meal_style")
    return fails("給食を実施していません。") if style == "none" else (style,)


def holiday_tier(case: Case) -> tuple[str, ...] | Answer:
    """One of 14 tiers of yearly use."""
    users = case.facts.holiday_users
    if users is None:
        return ask("holiday_users")
    if users == 0:
        return fails("休日保育の利用がありません。")
    return next(((f"up_to_{most}",) for most in HOLIDAY_TIERS_UP_TO if users <= most), ("over_1050",))


def elderly_tier(case: Case) -> tuple[str, ...] | Answer:
    """高齢者等活躍促進: the tier of the year's hours."""
    hours = case.facts.elderly_hours
    if hours is None:
        return ask("elderly_hours")
    found = next(((tier,) for least, tier in ELDERLY_TIERS if hours >= least), None)
    return found or fails(f"年間の雇用時間は{hours}時間で、{ELDERLY_TIERS[-1][0]}時間に足りません。")


def dietitian_kind(case: Case) -> tuple[str, ...] | Answer:
    """栄養管理: A 配置, B 兼務, C 嘱託."""
    dietitian = case.facts.dietitian
    if dietitian is None:
        return ask("dietitian")
    return (_DIETITIANS[dietitian],) if dietitian in _DIETITIANS else fails("栄養士がいません。")


def transition_kind(case: Case) -> tuple[str, ...] | Answer:
    """小学校接続: ⅰ分掌 and ⅱ交流 for a part, with ⅲ接続課程 the whole (pricing.md §6)."""
    both = all_hold(
        [
            yes("transition_duty", "小学校との接続を担当する職員を決めていません。")(case),
            yes("transition_exchange", "小学校の子どもと交流していません。")(case),
        ]
    )
    if both.verdict != "holds":
        return both
    if case.facts.transition_curriculum is None and case.asked.variant == "full":
        return ask("transition_curriculum")
    return ("full", "partial") if case.facts.transition_curriculum else ("partial",)


def evaluation_kind(case: Case) -> tuple[str, ...] | Answer:
    """施設関係者評価: [K] A together with 公開保育, B without."""
    if case.facts.open_class is None:
        return ask("open_class")
    return ("a",) if case.facts.open_class else ("b",)


def not_evaluated_lately(case: Case) -> Answer:
    """第三者評価受審: once in five fiscal years."""
    before = case.facts.third_party_years
    if before is None:
        return ask("third_party_years")
    recent = [year for year in before if 0 < case.facts.fiscal_year - year < EVALUATION_EVERY_YEARS]
    return decide(
        not recent,
        f"{EVALUATION_EVERY_YEARS}年に一度の加算です。{fiscal_year_words(max(recent, default=0))}にも受けています。",
    )


def saturday_kind(case: Case) -> tuple[str, ...] | Answer:
    """土曜閉所: one, two, three or more, or every Saturday of the month."""
    closed = case.facts.closed_saturdays
    if closed is None:
        return ask("closed_saturdays")
    if closed == 0:
        return fails("閉所した土曜日がないので、この減算は要りません。")
    if closed >= saturdays(case.facts.month):
        return ("all",)
    return (str(closed),) if closed < 3 else ("3_or_more",)


def saturdays(month: Month) -> int:
    """How many Saturdays the month has."""
    first = date(month.year, month.month, 1)
    day = first + timedelta(days=(_SATURDAY - first.weekday()) % 7)
    return sum((day + timedelta(days=7 * week)).month == month.month for week in range(5))
