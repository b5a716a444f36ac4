"""加算 priced by the facility and divided by the month's first-day children (D3, D4, D9)."""

from __future__ import annotations

from pricing import rules
from pricing.claim import ItemClaim
from pricing.quote import Line, Step
from pricing.rules import Rule
from pricing.wording import yen
from pricing.working import (
    Entry,
    Working,
    item,
    per_facility,
    price_step,
    row_words,
    shared_among_children,
)

# 年間延べ利用数: fourteen tiers, 70 apart.
HOLIDAY_TIERS = {
    **{f"up_to_{most}": f"年間延べ{most:,}人以下" for most in range(210, 1051, 70)},
    "over_1050": "年間延べ1,051人以上",
}


@item("holiday_care", "facility_month", variants=HOLIDAY_TIERS)
def holiday_care(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """休日保育: one of 14 tiers of yearly use; stands before 定員超過, so D7 multiplies its unit."""
    return per_facility(work, entry, asked)


@item("chief_teacher", "facility_month")
def chief_teacher(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """主幹教諭等専任."""
    return per_facility(work, entry, asked)


@item("chief_nursery_teacher", "facility_month")
def chief_nursery_teacher(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """主任保育士専任."""
    return per_facility(work, entry, asked)


@item("parenting_support", "facility_month")
def parenting_support(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """子育て支援活動費."""
    return per_facility(work, entry, asked)


@item("special_support", "facility_month", variants={"a": "A", "b": "B", "c": "C", "d": "D"})
def special_support(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """療育支援 A–D."""
    return per_facility(work, entry, asked)


@item("special_support", "facility_month", variants={"a": "A", "b": "B"})
def special_support_a_b(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """療育支援 of a nursery, which has A and B only."""
    return per_facility(work, entry, asked)


@item("office_staff", "facility_month")
def office_staff(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """事務職員配置 (幼稚園), 事務職員雇上費 (保育所)."""
    return per_facility(work, entry, asked)


@item("guidance_enrichment", "facility_month")
def guidance_enrichment(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """指導充実加配."""
    return per_facility(work, entry, asked)


@item("office_workload", "facility_month")
def office_workload(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """事務負担対応加配."""
    return per_facility(work, entry, asked)


@item("treatment_3", "headcount_month", options=("headcount_a", "headcount_b"))
def treatment_3(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """処遇改善等加算 区分3: the prices of 人数A and 人数B, together divided by N (D4)."""
    return _by_headcounts(work, entry, asked, rules.TREATMENT_3)


@item("treatment_ii", "headcount_month", options=("headcount_a", "headcount_b"))
def treatment_ii(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """処遇改善等加算Ⅱ (H29–R6): as 区分3 with its own prices (D13)."""
    return _by_headcounts(work, entry, asked, rules.HEADCOUNTS)


@item("treatment_iii", "headcount_month", options=("headcount",))
def treatment_iii(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """処遇改善等加算Ⅲ (October 2022 – R6): the price × 加算Ⅲ算定対象人数, divided by N (D13)."""
    row = work.system_row("treatment_iii", "headcount_month")
    persons = asked.number("headcount")
    total = row.amount * persons
    steps = [
        price_step(work, entry, row),
        Step(
            "施設の額",
            f"{yen(row.amount)} × {persons}人 = {yen(total)}",
            "total",
            ({"price_yen": row.amount, "headcount": persons}, total),
        ),
    ]
    return shared_among_children(
        work, entry, total, f"{yen(total)} ", f"対象 {persons}人", steps, rules.HEADCOUNTS, row
    )


def _by_headcounts(work: Working, entry: Entry, asked: ItemClaim, rule: Rule) -> Line:
    row_a = work.system_row(entry.item.code, "headcount_month", "a")
    row_b = work.system_row(entry.item.code, "headcount_month", "b")
    a, b = asked.number("headcount_a"), asked.number("headcount_b")
    total = row_a.amount * a + row_b.amount * b
    steps = [
        Step(
            "単価",
            f"A {yen(row_a.amount)}・B {yen(row_b.amount)}（月・職員1人） {row_words(work, entry, row_a)}",
            "prices",
            (work.table.values_of(row_a), work.table.values_of(row_b)),
        ),
        Step(
            "施設の額",
            f"{yen(row_a.amount)} × {a}人 + {yen(row_b.amount)} × {b}人 = {yen(total)}",
            "total",
            (
                {
                    "price_a_yen": row_a.amount,
                    "headcount_a": a,
                    "price_b_yen": row_b.amount,
                    "headcount_b": b,
                },
                total,
            ),
        ),
    ]
    summary = f"人数A {a}・人数B {b}"
    return shared_among_children(work, entry, total, f"{yen(total)} ", summary, steps, rule, row_a)


@item("nutrition", "facility_month", variants={"a": "A（配置）", "b": "B（兼務）", "c": "C（嘱託）"})
def nutrition(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """栄養管理: A 配置, B 兼務, C 嘱託."""
    return per_facility(work, entry, asked)


@item("stakeholder_evaluation", "facility_march", variants={"a": "A", "b": "B"})
def stakeholder_evaluation(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """施設関係者評価, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)


@item("ash", "facility_march")
def ash(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """降灰除去費, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)


@item(
    "elderly_employment",
    "facility_march",
    variants={
        "400_to_799": "年間400〜799時間",
        "800_to_1199": "年間800〜1,199時間",
        "1200_or_more": "年間1,200時間以上",
    },
)
def elderly_employment(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """高齢者等活躍促進: by the year's hours of work, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)


@item("facility_strengthening", "facility_march", options=("spent_yen",))
def facility_strengthening(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """施設機能強化推進費: what was spent, up to the row, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH, limit_yen=asked.number("spent_yen"))


@item("school_transition", "facility_march", variants={"partial": "一部", "full": "全部"})
def school_transition(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """小学校接続, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)


@item("third_party_evaluation", "facility_march")
def third_party_evaluation(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """第三者評価受審, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)


@item("ict", "facility_march")
def ict(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """保育ICT推進 (from R8), with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)
