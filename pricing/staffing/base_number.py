"""
The staff number N behind 処遇改善等加算Ⅱ, Ⅲ and 区分3 (§8.3; forms §4), of a 保育所.

The rows of the sheet are sourced (福岡市, 令和5年度), the weights are not. So the weights of a year
come from the caller, all of them, with where they are from; nothing here has a default.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from pricing.month import fiscal_year_words
from pricing.staffing.children import AGE_LABELS, ChildrenByAge
from pricing.staffing.refusals import NotCountable, RuleUnknown
from pricing.staffing.roundings import round_half_up, round_tenths_half_up, tenths_words
from pricing.staffing.teachers import AgeTerm, age_terms, improvement_problems, ratios_for
from pricing.staffing.years import year_problems
from pricing.vocabulary import FACILITY_TYPES

# Ⅱ began in 平成29年度, 区分3 followed it in 令和7年度; Ⅲ was paid from October of 令和4年度 to 令和6年度 (§9).
TREATMENT_II_FISCAL_YEAR: Final = 2017
TREATMENT_III_FISCAL_YEARS: Final = (2022, 2024)

HEADCOUNT_A_DIVISOR: Final = 3
HEADCOUNT_B_DIVISOR: Final = 5
# [K] 人数A and 人数B are at least one person (§7.1).
HEADCOUNT_LEAST: Final = 1


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """利用定員に基づく職員数: from ``low`` to ``high`` (None: and more) so many tenths of a person."""

    low: int
    high: int | None
    tenths: int


@dataclass(frozen=True, slots=True)
class BaseNumberWeights:
    """
    The weights of rows b–g and of the capacity row for one fiscal year, in tenths of a person.

    The specification does not know them [U]: take them from the year's official sheet, and say in
    ``source`` which. Row f has no weight: it is the number of チーム保育 persons itself.
    """

    fiscal_year: int
    source: str
    standard_time_tenths: int
    chief_tenths: int
    office_tenths: int
    holiday_tenths: int
    nutrition_tenths: int
    capacity_rows: tuple[CapacityRow, ...]


@dataclass(frozen=True, slots=True)
class TreatmentIIIWeights:
    """The rows only Ⅲ has, in tenths of a person; what 分園 and 施設長未配置 take away is given positive [U]."""

    special_support_tenths: int
    night_care_tenths: int
    branch_tenths: int
    no_director_tenths: int


@dataclass(frozen=True, slots=True)
class BaseNumberFacts:
    """What the sheet asks to be ticked; ``team_persons`` is the number of row f (0: not claimed)."""

    standard_time: bool
    chief: bool
    office: bool
    holiday: bool
    nutrition_a: bool
    team_persons: int


@dataclass(frozen=True, slots=True)
class TreatmentIIIFacts:
    """What only the sheet of Ⅲ asks."""

    special_support: bool
    night_care: bool
    branch: bool
    no_director: bool


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of the sheet that counted."""

    label: str
    tenths: int


@dataclass(frozen=True, slots=True)
class BaseNumber:
    """N, and the 人数A and 人数B that follow; the way in ``terms`` and ``rows``."""

    fiscal_year: int
    terms: tuple[AgeTerm, ...]
    rows: tuple[SheetRow, ...]
    sum_tenths: int
    number: int
    headcount_a: int
    headcount_b: int
    source: str

    @property
    def steps(self) -> tuple[str, ...]:
        return (
            *_sheet_steps(self.terms, self.rows, self.sum_tenths, self.number),
            f"人数A {self.number} ÷ {HEADCOUNT_A_DIVISOR} → 四捨五入（最低{HEADCOUNT_LEAST}人）で"
            f"{self.headcount_a}人",
            f"人数B {self.number} ÷ {HEADCOUNT_B_DIVISOR} → 四捨五入（最低{HEADCOUNT_LEAST}人）で"
            f"{self.headcount_b}人",
            f"係数の出所 {self.source}",
        )


@dataclass(frozen=True, slots=True)
class HeadcountIII:
    """加算Ⅲ算定対象人数, with its way."""

    fiscal_year: int
    terms: tuple[AgeTerm, ...]
    rows: tuple[SheetRow, ...]
    sum_tenths: int
    headcount: int
    source: str

    @property
    def steps(self) -> tuple[str, ...]:
        return (
            *_sheet_steps(self.terms, self.rows, self.sum_tenths, self.headcount),
            f"係数の出所 {self.source}",
        )


def base_number(
    facility_type: str,
    fiscal_year: int,
    children: ChildrenByAge,
    capacity: int,
    *,
    claimed: Collection[str],
    facts: BaseNumberFacts,
    weights: BaseNumberWeights | None,
) -> BaseNumber:
    """
    N, 人数A and 人数B for Ⅱ (〜R6) or 区分3 (R7〜).

    ``children`` are monthly averages; they are not rounded before the division [K]. ``claimed`` as for
    ``required_teachers``. A branch fills a sheet of its own, which is not known here.

    :raises RuleUnknown: another facility type, a year without this 加算, or weights that are not given.
    :raises NotCountable: figures that cannot be so.
    """
    if fiscal_year < TREATMENT_II_FISCAL_YEAR:
        first = fiscal_year_words(TREATMENT_II_FISCAL_YEAR)
        raise RuleUnknown([f"人数A・人数Bは処遇改善等加算Ⅱの始まった{first}からです。"])
    known = _require_weights(facility_type, fiscal_year, weights)
    terms, rows = _sheet(fiscal_year, children, capacity, claimed=claimed, facts=facts, weights=known)
    sum_tenths = sum(row.tenths for row in rows)
    number = round_tenths_half_up(sum_tenths)
    return BaseNumber(
        fiscal_year=fiscal_year,
        terms=terms,
        rows=rows,
        sum_tenths=sum_tenths,
        number=number,
        headcount_a=_headcount(number, HEADCOUNT_A_DIVISOR),
        headcount_b=_headcount(number, HEADCOUNT_B_DIVISOR),
        source=known.source,
    )


def headcount_iii(
    facility_type: str,
    fiscal_year: int,
    children: ChildrenByAge,
    capacity: int,
    *,
    claimed: Collection[str],
    facts: BaseNumberFacts,
    facts_iii: TreatmentIIIFacts,
    weights: BaseNumberWeights | None,
    weights_iii: TreatmentIIIWeights | None,
) -> HeadcountIII:
    """
    加算Ⅲ算定対象人数: the sheet of N with 療育支援 and 夜間 added, 分園 and 施設長未配置 taken off.

    :raises RuleUnknown: another facility type, a year without Ⅲ, or weights that are not given.
    :raises NotCountable: figures that cannot be so.
    """
    first, last = TREATMENT_III_FISCAL_YEARS
    if not first <= fiscal_year <= last:
        raise RuleUnknown(
            [f"処遇改善等加算Ⅲは{fiscal_year_words(first)}（10月）から{fiscal_year_words(last)}までです。"]
        )
    known = _require_weights(facility_type, fiscal_year, weights)
    if weights_iii is None:
        raise RuleUnknown(
            ["処遇改善等加算Ⅲの療育支援・夜間保育・分園・施設長未配置の係数が与えられていません。"]
        )
    _require_not_negative(
        {
            "療育支援": weights_iii.special_support_tenths,
            "夜間保育": weights_iii.night_care_tenths,
            "分園": weights_iii.branch_tenths,
            "施設長未配置": weights_iii.no_director_tenths,
        }
    )
    terms, rows = _sheet(fiscal_year, children, capacity, claimed=claimed, facts=facts, weights=known)
    rows += tuple(
        SheetRow(label, tenths)
        for ticked, label, tenths in (
            (facts_iii.special_support, "療育支援加算", weights_iii.special_support_tenths),
            (facts_iii.night_care, "夜間保育加算", weights_iii.night_care_tenths),
            (facts_iii.branch, "分園の場合", -weights_iii.branch_tenths),
            (facts_iii.no_director, "施設長を配置していない場合", -weights_iii.no_director_tenths),
        )
        if ticked
    )
    sum_tenths = sum(row.tenths for row in rows)
    if sum_tenths < 0:
        raise NotCountable(["処遇改善等加算Ⅲの職員数の合計が0より小さくなりました。係数を確かめてください。"])
    return HeadcountIII(fiscal_year, terms, rows, sum_tenths, round_tenths_half_up(sum_tenths), known.source)


def _require_weights(
    facility_type: str, fiscal_year: int, weights: BaseNumberWeights | None
) -> BaseNumberWeights:
    if facility_type not in FACILITY_TYPES:
        raise NotCountable([f"「{facility_type}」という施設類型はありません。"])
    unknown = year_problems(fiscal_year, "加算対象人数の基礎となる職員数")
    if facility_type != "nursery":
        unknown.append(
            f"{FACILITY_TYPES[facility_type]}の加算対象人数の基礎となる職員数の数え方は確かめられていません。"
        )
    if weights is None:
        unknown.append(
            "標準時間・主任専任・事務職員・休日保育・栄養管理の係数と、"
            "利用定員に基づく職員数の表が与えられていません。"
        )
    elif weights.fiscal_year != fiscal_year:
        unknown.append(
            f"与えられた係数は{fiscal_year_words(weights.fiscal_year)}のもので、"
            f"{fiscal_year_words(fiscal_year)}の係数ではありません。"
        )
    if unknown or weights is None:
        raise RuleUnknown(unknown)
    _require_not_negative(
        {
            "標準時間": weights.standard_time_tenths,
            "主任専任": weights.chief_tenths,
            "事務職員": weights.office_tenths,
            "休日保育": weights.holiday_tenths,
            "栄養管理": weights.nutrition_tenths,
            **{f"利用定員{row.low}人から": row.tenths for row in weights.capacity_rows},
        }
    )
    return weights


def _require_not_negative(tenths: dict[str, int]) -> None:
    wrong = [
        f"{label}の係数は0以上の整数（0.1人を1とする）で入力してください。"
        for label, value in tenths.items()
        if isinstance(value, bool) or not isinstance(value, int) or value < 0
    ]
    if wrong:
        raise NotCountable(wrong)


def _sheet(
    fiscal_year: int,
    children: ChildrenByAge,
    capacity: int,
    *,
    claimed: Collection[str],
    facts: BaseNumberFacts,
    weights: BaseNumberWeights,
) -> tuple[tuple[AgeTerm, ...], tuple[SheetRow, ...]]:
    problems = children.problems(whole=False)
    if not problems and children.age3mid:
        problems.append(f"保育所に{AGE_LABELS['age3mid']}はいません。0人で入力してください。")
    problems += improvement_problems("nursery", fiscal_year, claimed)
    if isinstance(capacity, bool) or not isinstance(capacity, int) or capacity <= 0:
        problems.append("利用定員は1以上の整数で入力してください。")
    team = facts.team_persons
    if isinstance(team, bool) or not isinstance(team, int) or team < 0:
        problems.append("チーム保育推進加算の人数は0以上の整数で入力してください。")
    if problems:
        raise NotCountable(problems)

    terms = age_terms("nursery", children, ratios_for(claimed))
    subtotal = round_tenths_half_up(sum(term.tenths for term in terms))
    rows = [SheetRow("a 年齢別配置基準による職員数", subtotal * 10)]
    rows += [
        SheetRow(label, tenths)
        for ticked, label, tenths in (
            (facts.standard_time, "b 保育標準時間認定の児童", weights.standard_time_tenths),
            (facts.chief, "c 主任保育士専任加算", weights.chief_tenths),
            (facts.office, "d 事務職員雇上費加算", weights.office_tenths),
            (facts.holiday, "e 休日保育加算", weights.holiday_tenths),
            (team > 0, "f チーム保育推進加算", team * 10),
            (facts.nutrition_a, "g 栄養管理加算（A：配置）", weights.nutrition_tenths),
        )
        if ticked
    ]
    rows.append(SheetRow("利用定員に基づく職員数", _capacity_tenths(weights, capacity)))
    return terms, tuple(rows)


def _capacity_tenths(weights: BaseNumberWeights, capacity: int) -> int:
    found = [
        row
        for row in weights.capacity_rows
        if row.low <= capacity and (row.high is None or capacity <= row.high)
    ]
    if not found:
        raise RuleUnknown([f"利用定員{capacity}人に基づく職員数の行が、与えられた表にありません。"])
    if len(found) > 1:
        raise NotCountable([f"利用定員{capacity}人に基づく職員数の行が、与えられた表に二つ以上あります。"])
    return found[0].tenths


def _headcount(number: int, divisor: int) -> int:
    return max(round_half_up(Fraction(number, divisor)), HEADCOUNT_LEAST)


def _sheet_steps(
    terms: tuple[AgeTerm, ...], rows: tuple[SheetRow, ...], sum_tenths: int, number: int
) -> tuple[str, ...]:
    return (
        *(term.words for term in terms),
        *(f"{row.label} {tenths_words(row.tenths)}" for row in rows),
        f"合計 {tenths_words(sum_tenths)} → 1人未満の端数は四捨五入で{number}人",
    )
