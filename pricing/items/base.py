"""基本分単価 and its 処遇改善分: the two lines every claim has."""

from __future__ import annotations

from pricing import rules
from pricing.books import PriceRow
from pricing.claim import ItemClaim
from pricing.quote import Line, Part, Step
from pricing.vocabulary import AGE_CLASSES, UNITS
from pricing.wording import yen
from pricing.working import Entry, Group, Working, item, line, row_words, treatment_arithmetic


@item("base", "child_month", "base")
def base(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """基本分単価: the price of each age class and hours × its children (D2, D10, D14)."""
    parts: list[Part] = []
    steps: list[Step] = []
    amount = 0
    row: PriceRow | None = None
    for group in work.groups:
        row = work.base_row(group)
        unit, count = row.amount, group.count
        cost = unit * count
        amount += cost
        _note_base(group, unit)
        parts.append(Part(group.age_class, group.hours, unit, count, cost))
        steps.append(Step(group.words, f"{yen(unit)} × {count}人 = {cost:,}円"))
    if row is not None:
        steps.insert(
            0, Step("単価", f"年齢と時間の区分ごと（{UNITS[row.unit]}） {row_words(work, entry, row)}")
        )
    rule = rules.PER_CHILD
    if any(group.age_class == "3mid" for group in work.groups):
        rule = rules.UNDER_AGE_3
    steps.append(Step("金額", f"合計 {yen(amount)}"))
    steps.append(Step("根拠", rule.words))
    reason = f"初日在籍の子ども{work.count}人について、年齢と時間の区分ごとの単価に人数を掛けた合計です。"
    ages: dict[str, int] = {}
    for group in work.groups:
        ages[group.age_class] = ages.get(group.age_class, 0) + group.count
    summary = "・".join([f"{AGE_CLASSES[age]} {count}人" for age, count in ages.items()])
    return line(work, entry, amount, parts, summary, reason, steps, rule, row)


@item("treatment_1_2", "child_month", "base")
def treatment_1_2(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """処遇改善等加算 区分1・2: F10(yen × (a + b + c)) of the base row × its children (D1)."""
    parts: list[Part] = []
    steps: list[Step] = []
    amount = 0
    row: PriceRow | None = None
    for group in work.groups:
        row = work.base_row(group)
        unit, count = work.treatment(row), group.count
        cost = unit * count
        amount += cost
        _note_base(group, unit)
        parts.append(Part(group.age_class, group.hours, unit, count, cost))
        words = treatment_arithmetic(work, row, unit)
        steps.append(Step(group.words, f"{words}、× {count}人 = {cost:,}円"))
    if row is not None:
        steps.insert(0, Step("単価", f"基本分単価の行の処遇改善分 {row_words(work, entry, row)}"))
    steps.append(Step("金額", f"合計 {yen(amount)}"))
    steps.append(Step("根拠", rules.TREATMENT.words))
    rates = work.claim.treatment
    reason = (
        f"基礎分{rates.base_percent}%・賃金改善分{rates.wage_percent}%と単価表の率の合計を処遇改善分の単価に掛け、"
        f"10円未満を切り捨てて、子ども{work.count}人分を合計しました。"
    )
    summary = f"基礎分 {rates.base_percent}%・賃金改善分 {rates.wage_percent}%"
    return line(work, entry, amount, parts, summary, reason, steps, rules.TREATMENT, row)


def _note_base(group: Group, unit: int) -> None:
    group.base_unit += unit
    group.closure_unit += unit
    group.unit_so_far += unit
