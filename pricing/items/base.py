"""基本分単価 and its 処遇改善分: the two lines every claim has."""

from __future__ import annotations

from pricing import rules
from pricing.books import PriceRow
from pricing.claim import ItemClaim
from pricing.conditions.declaring import needs
from pricing.conditions.staffing import career_path
from pricing.quote import Line, Part, Step
from pricing.rules import Rule
from pricing.vocabulary import AGE_CLASSES
from pricing.wording import yen
from pricing.working import (
    Entry,
    Group,
    Working,
    conditions,
    item,
    line,
    part_of,
    prices_step,
    rule_step,
    total_step,
)


@item("base", "child_month", "base")
def base(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """基本分単価: the price of each age class and hours × its children (D2, D10, D14)."""
    parts: list[Part] = []
    steps: list[Step] = []
    amount = 0
    rows: list[PriceRow] = []
    ages: dict[str, int] = {}
    for group in work.classes:
        row = work.base_row(group)
        unit, count = row.amount, group.count
        _note_base(entry, group, unit)
        if not count:
            continue
        rows.append(row)
        part = part_of(group, unit)
        amount += part.amount_yen
        parts.append(part)
        ages[group.age_class] = ages.get(group.age_class, 0) + count
        words = f"{yen(unit)} × {count}人 = {part.amount_yen:,}円"
        steps.append(Step(group.words, words, "class", (unit, None, 1, part)))
    rows = rows or [work.base_row(group) for group in work.classes]
    if rows:
        steps.insert(0, prices_step(work, entry, rows))
    rule = rules.PER_CHILD
    if any(group.age_class == "3mid" for group in work.classes):
        rule = rules.UNDER_AGE_3
    steps.append(total_step(amount))
    steps.append(rule_step(rule))
    reason = f"初日在籍の子ども{work.count}人について、年齢と時間の区分ごとの単価に人数を掛けた合計です。"
    summary = "・".join([f"{AGE_CLASSES[age]} {count}人" for age, count in ages.items()])
    return line(
        work, entry, amount, parts, summary or "子ども 0人", reason, steps, rule, rows[0] if rows else None
    )


@conditions(
    needs(
        "career_path",
        "キャリアパス要件を満たしている",
        career_path,
        source="pricing.md §7.2、§9 [S18]",
        since=2026,
    ),
)
@item("treatment_1_2", "child_month", "base")
def treatment_1_2(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """処遇改善等加算 区分1・2 (from R7): F10(yen × (a + b + c)) of the base row × its children (D1)."""
    rates = work.claim.treatment
    reason = (
        f"基礎分{rates.base_percent}%・賃金改善分{rates.wage_percent}%と単価表の率の合計を処遇改善分の単価に掛け、"
        f"10円未満を切り捨てて、子ども{work.count}人分を合計しました。"
    )
    summary = f"基礎分 {rates.base_percent}%・賃金改善分 {rates.wage_percent}%"
    return _treatment_of_the_base(work, entry, rules.TREATMENT, reason, summary)


@item("treatment_i", "child_month", "base")
def treatment_i(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """処遇改善等加算Ⅰ (until R6): F10(yen × 加算率) of the base row × its children (D13)."""
    rates = work.claim.treatment
    rate = rates.base_percent + rates.wage_percent
    reason = (
        f"加算率{rate}%（基礎分{rates.base_percent}%・賃金改善要件分{rates.wage_percent}%）を処遇改善分の単価に掛け、"
        f"10円未満を切り捨てて、子ども{work.count}人分を合計しました。"
    )
    summary = f"加算率 {rate}%"
    return _treatment_of_the_base(work, entry, rules.TREATMENT_BY_RATE, reason, summary)


def _treatment_of_the_base(work: Working, entry: Entry, rule: Rule, reason: str, summary: str) -> Line:
    parts: list[Part] = []
    steps: list[Step] = []
    amount = 0
    rows: list[PriceRow] = []
    for group in work.classes:
        row = work.base_row(group)
        treatment, count = work.treatment(row), group.count
        _note_base(entry, group, treatment.yen)
        if not count:
            continue
        rows.append(row)
        part = part_of(group, treatment.yen)
        amount += part.amount_yen
        parts.append(part)
        words = f"{treatment.words}、× {count}人 = {part.amount_yen:,}円"
        steps.append(Step(group.words, words, "class", (row.amount, treatment.numbers, 1, part)))
    rows = rows or [work.base_row(group) for group in work.classes]
    if rows:
        steps.insert(0, prices_step(work, entry, rows, "基本分単価の行の処遇改善分"))
    steps.append(total_step(amount))
    steps.append(rule_step(rule))
    return line(work, entry, amount, parts, summary, reason, steps, rule, rows[0] if rows else None)


def _note_base(entry: Entry, group: Group, unit: int) -> None:
    group.base_unit += unit
    group.closure_unit += unit
    group.unit_so_far += unit
    if group.days and unit:
        group.made_of.append((entry.label, unit))
