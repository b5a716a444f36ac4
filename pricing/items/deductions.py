"""減算・調整: what takes away from the units before it."""

from __future__ import annotations

from pricing import rules
from pricing.claim import ItemClaim
from pricing.money import floor10_of_percent
from pricing.quote import Line, Part, Step
from pricing.wording import exact_yen, yen
from pricing.working import Entry, Working, item, line, per_child, percent_of_unit, percent_step


@item("below_staffing", "child_month", "deduction", optional=("headcount",))
def below_staffing(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """年齢別配置基準を下回る場合: every child, once for each missing teacher (one unless told)."""
    missing = 1 if asked.headcount is None else asked.headcount
    return per_child(work, entry, asked, times=missing, times_words=f"不足{missing}人")


@item("no_director", "child_month", "deduction")
def no_director(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """施設長未配置: −(amount + 処遇改善分) of every child (D15)."""
    return per_child(work, entry, asked, rule=rules.CLOSURES)


@item(
    "saturday_closure",
    "percent",
    "deduction",
    variants={"1": "閉所1日", "2": "閉所2日", "3_or_more": "閉所3日以上", "all": "すべて閉所"},
)
def saturday_closure(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """土曜閉所: a percent of base, age staffing and night care, each with 処遇改善分 (D15)."""
    row = work.system_row("saturday_closure", "percent", asked.variant)
    return percent_of_unit(
        work, entry, row, lambda group: group.closure_unit, "対象の単価の合計", rules.CLOSURES
    )


@item("no_safety_plan", "percent", "deduction")
def no_safety_plan(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """安全計画未策定 (from R8): a percent of base + 処遇改善分 (D8)."""
    return _percent_of_base(work, entry)


@item("no_management_report", "percent", "deduction")
def no_management_report(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """経営情報未報告 (from R8): a percent of base + 処遇改善分 (D8)."""
    return _percent_of_base(work, entry)


def _percent_of_base(work: Working, entry: Entry) -> Line:
    row = work.system_row(entry.item.code, "percent")
    return percent_of_unit(
        work, entry, row, lambda group: group.base_unit, "基本分と処遇改善分の合計", rules.PERCENT_DEDUCTION
    )


@item("over_capacity", "percent", "deduction")
def over_capacity(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """定員恒常的超過: each class keeps its unit sum × 調整率, floored; the rest is taken off (D7, D16)."""
    row = work.table.over_capacity(work.system, work.enrolled)
    if row is None:
        reason = f"初日在籍{work.enrolled}人は利用定員の区分の範囲内なので、減算はありません。"
        steps = [Step("金額", "0円"), Step("根拠", rules.OVER_CAPACITY_ROW.words)]
        return line(work, entry, 0, [], "超過なし", reason, steps, rules.OVER_CAPACITY_ROW)
    rate = row.amount
    parts: list[Part] = []
    steps = [percent_step(work, entry, row)]
    amount = 0
    for group in work.groups:
        whole = group.unit_so_far
        kept = floor10_of_percent(whole, rate)
        part = Part(group.age_class, group.hours, kept - whole, group.count, (kept - whole) * group.count)
        parts.append(part)
        amount += part.amount_yen
        steps.append(
            Step(
                group.words,
                f"{yen(whole)} × {rate}% = {exact_yen(whole * rate, 100)} → 10円未満切捨てで{yen(kept)}、"
                f"（{yen(kept)} − {yen(whole)}）× {group.count}人 = {yen(part.amount_yen)}",
            )
        )
    steps.append(Step("金額", f"合計 {yen(amount)}"))
    steps.append(Step("根拠", rules.OVER_CAPACITY.words))
    reason = (
        f"初日在籍{work.enrolled}人の調整率{rate}/100を、定員超過より前の1人あたりの額の合計に掛け、"
        "10円未満を切り捨てた額との差を減らしました。"
    )
    return line(work, entry, amount, parts, f"調整率 {rate}/100", reason, steps, rules.OVER_CAPACITY, row)
