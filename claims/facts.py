"""
The month's few facts that only the facility knows: which of them are asked of whom, and what they mean to pricing.

A fact is asked when an item that holds for the facility this month needs it (pricing.md §4.5 D5, D6, D9), and
土曜閉所 wherever the official table has that deduction (D15).
"""

from calendar import SATURDAY, monthrange
from collections.abc import Iterable
from dataclasses import dataclass

from claims.models import Claim, MonthlyFacts
from facilities.periods import ServiceMonth
from pricing.rule_sets import TABLES, claimable_entry
from pricing.vocabulary import MARCH_UNITS

SATURDAY_CLOSURE = "saturday_closure"


@dataclass(frozen=True)
class Fact:
    """One question: the column of ``MonthlyFacts``, its words, unit and ceiling, and the pricing option it answers."""

    name: str
    label: str
    question: str
    hint: str
    unit: str
    most: int
    option: str = ""


MEAL_DAYS = Fact(
    "meal_days_a_week",
    "給食の実施日数",
    "給食は週に何日ありましたか",
    "0から5の整数で入力します。給食がなかった月は0です。",
    "日／週",
    5,
    "weekdays",
)
SIDE_DISH_DAYS = Fact(
    "side_dish_days",
    "副食費の免除日数",
    "副食費の免除は何日分ですか",
    "給食を出した日のうち、免除の対象になる日数です。20日が上限です。",
    "日",
    20,
    "days",
)
SATURDAYS = Fact(
    "saturday_closures",
    "土曜日の閉所日数",
    "土曜日に何日閉所しましたか",
    "閉所した土曜日の数です。閉所がなかった月は0です。ほかの施設と共同で保育した日は数えません。",
    "日",
    5,
)
SPENT = Fact(
    "strengthening_spent_yen",
    "施設機能強化推進費の支出額",
    "施設機能強化推進費として、年度内にいくら支出しましたか",
    "税込みの合計額です。上限を超えた分は請求できません。",
    "円",
    99_999_999,
    "spent_yen",
)
# Not asked of the facility: it comes with the counts, or does not (``missing`` of a claim names it).
DISABLED_COUNTS = "disabled_counts"
DISABILITY_CARE = "disability_care"
WORDS_OF_COUNTS = {
    DISABLED_COUNTS: "うち障害児数（届いた児童数にありません。市の担当課へ連絡してください）",
}
FACTS = (MEAL_DAYS, SIDE_DISH_DAYS, SATURDAYS, SPENT)
BY_NAME = {fact.name: fact for fact in FACTS}
_BY_OPTION = {fact.option: fact for fact in FACTS if fact.option}


def is_of_march(kind: str, code: str, certification: str = "") -> bool:
    """Whether the item is one of those that hold in March only (D9); an unknown code is none of them."""
    entry = claimable_entry(kind, code, certification)
    return entry is not None and entry.item.unit in MARCH_UNITS


def holds_in_season(kind: str, code: str, month: ServiceMonth) -> bool:
    """March items hold in March only (D9). An unknown code holds: pricing will say what is wrong with it."""
    return month.is_march or not is_of_march(kind, code)


def facts_of_item(kind: str, code: str, certification: str = "") -> dict[str, Fact]:
    """
    The options of the item that the month's facts answer, by their name in the pricing contract.

    ``certification`` (1 or 23): in which of the two tables of a 認定こども園, which may ask differently.
    """
    entry = claimable_entry(kind, code, certification)
    if entry is None:
        return {}
    return {option: _BY_OPTION[option] for option in entry.item.options if option in _BY_OPTION}


def has_saturday_deduction(kind: str) -> bool:
    """Whether the type's table knows 土曜閉所."""
    return claimable_entry(kind, SATURDAY_CLOSURE) is not None


def facts_asked(kind: str, granted: Iterable[tuple[str, str]], month: ServiceMonth) -> tuple[Fact, ...]:
    """The questions for a facility of ``kind`` to which ``granted`` items (code, certification) hold in ``month``."""
    asked = {
        fact
        for code, certification in granted
        if holds_in_season(kind, code, month)
        for fact in facts_of_item(kind, code, certification).values()
    }
    if has_saturday_deduction(kind):
        asked.add(SATURDAYS)
    return tuple(fact for fact in FACTS if fact in asked)


def answer(facts: MonthlyFacts | None, fact: Fact) -> int | None:
    """What the facility entered; None when it has not."""
    if facts is None:
        return None
    value: int | None = getattr(facts, fact.name)
    return value


def given(facts: MonthlyFacts | None) -> dict[str, int]:
    """Everything the facility has entered, by name."""
    return {fact.name: value for fact in FACTS if (value := answer(facts, fact)) is not None}


def waits(claim: Claim, code: str, certification: str = "") -> bool:
    """The item is not in this draft because the fact it needs is not given yet."""
    if not claim.missing or not claim.is_draft:
        return False
    if code == SATURDAY_CLOSURE:
        return SATURDAYS.name in claim.missing
    if code == DISABILITY_CARE:
        return DISABLED_COUNTS in claim.missing
    kind = claim.snapshot["facility_type"]
    asked = facts_of_item(kind, code, certification if len(TABLES[kind]) > 1 else "").values()
    return any(fact.name in claim.missing for fact in asked)


def saturdays_in(month: ServiceMonth) -> int:
    """How many Saturdays the month has: four or five."""
    days = monthrange(month.year, month.month)[1]
    return sum(1 for day in range(1, days + 1) if month.first_day.replace(day=day).weekday() == SATURDAY)


def closure_variant(closures: int, month: ServiceMonth) -> str:
    """
    The variant of 土曜閉所 for so many closed Saturdays (1, 2, 3 or more, all); "" when none was closed.

    Closed on every Saturday of the month counts as «all», however many there were.
    """
    if closures == 0:
        return ""
    if closures >= saturdays_in(month):
        return "all"
    return str(closures) if closures < 3 else "3_or_more"
