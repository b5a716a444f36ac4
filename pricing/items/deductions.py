"""減算・調整: what takes away from the units before it."""

from __future__ import annotations

from pricing import rules
from pricing.claim import ItemClaim
from pricing.conditions.children import branch_children, constantly_over_capacity
from pricing.conditions.declaring import any_of, fits_variant, needs, no, yes
from pricing.conditions.service import saturday_kind
from pricing.conditions.staffing import teachers_fall_short
from pricing.quote import Line, Step
from pricing.rules import Rule
from pricing.working import (
    Entry,
    Group,
    Working,
    conditions,
    item,
    kept_percent_of_units,
    line,
    per_child,
    per_facility,
    percent_of_unit,
    percent_step,
    rule_step,
    total_step,
)


@conditions(
    needs(
        "shortage", "年齢別配置基準の教諭が足りない", teachers_fall_short, source="pricing.md §6 [S1][S11]"
    ),
)
@item("below_staffing", "child_month", "deduction", optional=("headcount",))
def below_staffing(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """年齢別配置基準を下回る場合: every child, once for each missing teacher (one unless told)."""
    missing = 1 if asked.headcount is None else asked.headcount
    return per_child(work, entry, asked, times=missing, times_words=f"不足{missing}人")


@conditions(
    needs("children", "分園の子どもがいる", branch_children, source="pricing.md §6 [S2]"),
)
@item("branch", "percent", "deduction")
def branch(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """分園: a percent of base + 処遇改善分 of the branch's children (D15)."""
    row = work.system_row("branch", "percent")
    targets = [group for group in work.classes if group.branch]
    return percent_of_unit(
        work, entry, row, _base_unit, BASE_WORDS, rules.BRANCH, targets=targets, target_words="分園の子ども"
    )


@conditions(
    needs(
        "missing",
        "施設長（管理者）の従事経験・専従・給与のいずれかの要件を欠く",
        any_of(
            no("director_experienced", ""),
            no("director_dedicated", ""),
            no("director_paid", ""),
            otherwise="施設長（管理者）の要件を満たしているので、この減算は要りません。",
        ),
        source="pricing.md §6 [S3][S13]、forms.md §6 個票5",
    ),
)
@item("no_director", "child_month", "deduction")
def no_director(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """施設長（管理者）未配置: −(amount + 処遇改善分) of every child (D15)."""
    return per_child(work, entry, asked, rule=rules.CLOSURES)


@conditions(
    needs(
        "no_partner",
        "連携施設を設定していない",
        no("partner_facility", "連携施設を設定しているので、この減算は要りません。"),
        source="pricing.md §4.4 [S6]",
    ),
)
@item("no_partner_facility", "child_month", "deduction")
def no_partner_facility(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """連携施設を設定しない場合 of 地域型保育: −(amount + 処遇改善分) of every child (pricing.md §4.4)."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "from_elsewhere",
        "食事を、連携施設など認められた所以外から搬入している",
        yes("meals_from_elsewhere", "自園調理または認められた所からの搬入なので、この減算は要りません。"),
        source="pricing.md §4.4",
        mark="K",
    ),
)
@item("delivered_meals_penalty", "percent", "deduction")
def delivered_meals_penalty(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """食事の搬入が自園調理・連携施設等以外 of 地域型保育: a percent of base + 処遇改善分 [K] (pricing.md §4.4)."""
    # The tables of 地域型保育 have children of 3号 only, and a book may say so in this row.
    row = work.table.price("delivered_meals_penalty", "percent", certification="3")
    return percent_of_unit(work, entry, row, _base_unit, BASE_WORDS, rules.DELIVERED_MEALS)


@conditions(
    needs(
        "missing",
        "主幹教諭等の専任、代替の職員、子育て支援の事業のいずれかを欠く",
        any_of(
            no("chief_dedicated", ""),
            no("chief_substitute", ""),
            no("kodomoen_chief_programmes", ""),
            otherwise="主幹教諭等を専任させて子育て支援に取り組んでいるので、この減算は要りません。",
        ),
        source="pricing.md §4.3",
        mark="K",
    ),
)
@item("no_dedicated_chief", "facility_month", "deduction")
def no_dedicated_chief(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """主幹教諭等の専任化なし of a 認定こども園 (D17): a facility's price taken off (D3)."""
    return per_facility(work, entry, asked, rule=rules.WHOLE_FACILITY)


@conditions(
    fits_variant(
        "閉所した土曜日の数が区分に合っている",
        saturday_kind,
        source="pricing.md §6 [S2][S3]、forms.md §6 個票6",
    ),
)
@item(
    "saturday_closure",
    "percent",
    "deduction",
    variants={"1": "閉所1日", "2": "閉所2日", "3_or_more": "閉所3日以上", "all": "すべて閉所"},
)
def saturday_closure(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """
    土曜閉所: a percent of base, age staffing and night care, each with 処遇改善分 (D15).

    From R2 [K] (pricing.md §9); what stood before it no source tells [U].
    """
    row = work.system_row("saturday_closure", "percent", asked.variant)
    return percent_of_unit(work, entry, row, _closure_unit, "対象の単価の合計", rules.CLOSURES)


@conditions(
    needs(
        "no_plan",
        "安全計画を策定していない",
        no("safety_plan", "安全計画を策定しているので、この減算は要りません。"),
        source="pricing.md §6 [S1][S23]",
    ),
)
@item("no_safety_plan", "percent", "deduction")
def no_safety_plan(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """安全計画未策定 (from R8): a percent of base + 処遇改善分 (D8)."""
    return _percent_of_base(work, entry, rules.PERCENT_DEDUCTION)


@conditions(
    needs(
        "no_report",
        "経営情報を報告していない",
        no("management_report", "経営情報を報告しているので、この減算は要りません。"),
        source="pricing.md §6 [S1][S23]",
    ),
)
@item("no_management_report", "percent", "deduction")
def no_management_report(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """経営情報未報告 (from R8): a percent of base + 処遇改善分 (D8)."""
    return _percent_of_base(work, entry, rules.PERCENT_DEDUCTION)


BASE_WORDS = "基本分と処遇改善分の合計"


def _percent_of_base(work: Working, entry: Entry, rule: Rule) -> Line:
    row = work.system_row(entry.item.code, "percent")
    return percent_of_unit(work, entry, row, _base_unit, BASE_WORDS, rule)


def _base_unit(group: Group) -> int:
    return group.base_unit


def _closure_unit(group: Group) -> int:
    return group.closure_unit


@conditions(
    needs(
        "years", "利用定員を恒常的に超過している", constantly_over_capacity, source="pricing.md §5 [S9][S10]"
    ),
)
@item("over_capacity", "percent", "deduction")
def over_capacity(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """定員恒常的超過: each class keeps its unit sum × 調整率, floored; the rest is taken off (D7, D16)."""
    capacity = work.claim.capacity.of(work.system)
    row = work.table.over_capacity(work.system, work.enrolled, capacity)
    if row is None:
        reason = f"初日在籍{work.enrolled}人は利用定員の区分の範囲内なので、減算はありません。"
        steps = [Step("金額", "0円", "amount", (0, 0, 0)), rule_step(rules.OVER_CAPACITY_ROW)]
        return line(work, entry, 0, [], "超過なし", reason, steps, rules.OVER_CAPACITY_ROW)
    rate = row.amount
    amount, parts, of_classes = kept_percent_of_units(work, entry, rate, work.classes)
    steps = [
        percent_step(work, entry, row),
        *of_classes,
        total_step(amount),
        rule_step(rules.OVER_CAPACITY),
    ]
    reason = (
        f"初日在籍{work.enrolled}人の調整率{rate}/100を、定員超過より前の1人あたりの額の合計に掛け、"
        "10円未満を切り捨てた額との差を減らしました。"
    )
    return line(work, entry, amount, parts, f"調整率 {rate}/100", reason, steps, rules.OVER_CAPACITY, row)


@item("employee_slot", "percent", "deduction")
def employee_slot(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """
    従業員枠の調整 of 事業所内保育: its children keep 84 percent of all their units [K] (pricing.md §4.4).

    It comes by itself where such children are counted, after every other item. Its rate is a rule, not a row.
    """
    rate = rules.EMPLOYEE_SLOT_PERCENT
    targets = [group for group in work.classes if group.employee_slot]
    amount, parts, of_classes = kept_percent_of_units(work, entry, rate, targets)
    rate_step = Step("割合", f"{rate}%（従業員枠の子どもの単価）", "rate", (rate,))
    steps = [rate_step, *of_classes, total_step(amount), rule_step(rules.EMPLOYEE_SLOT)]
    reason = f"従業員枠の子どもは、1人あたりの額の合計に{rate}/100を掛け、10円未満を切り捨てた額との差を減らしました。"
    return line(work, entry, amount, parts, f"従業員枠 {rate}/100", reason, steps, rules.EMPLOYEE_SLOT)
