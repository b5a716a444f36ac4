"""加算 priced by the facility and divided by the month's first-day children (D3, D4, D9)."""

from __future__ import annotations

from pricing import rules
from pricing.claim import ItemClaim
from pricing.conditions.children import capacity, special_support_kind
from pricing.conditions.declaring import fits_variant, implies, needs, no, requires, yes
from pricing.conditions.programmes import (
    OF_CARE,
    OF_CARE_WORDS,
    OF_KINDERGARTEN,
    OF_KINDERGARTEN_WORDS,
    chief_of_kodomoen,
    programmes,
    strengthening_programmes,
)
from pricing.conditions.service import (
    HOLIDAY_TIERS_UP_TO,
    dietitian_kind,
    elderly_tier,
    evaluation_kind,
    holiday_tier,
    not_evaluated_lately,
    since_treatment_iii,
    transition_kind,
)
from pricing.conditions.staffing import ict_functions
from pricing.quote import Line, Step
from pricing.rules import FIRST_MONTH_OF_TREATMENT_III, Rule
from pricing.wording import yen
from pricing.working import (
    Entry,
    Working,
    conditions,
    item,
    per_facility,
    price_step,
    row_words,
    shared_among_children,
)

CHIEF_PROGRAMMES = 2
ICT_FUNCTIONS_NEEDED = 4
# [K] 利用定員 of a 幼稚園 from which 事務職員配置, and 指導充実 and 事務負担対応, are granted; in no source of ours.
OFFICE_STAFF_CAPACITY = 91
LARGE_KINDERGARTEN_CAPACITY = 271

DEDICATED_CHIEF_OF_KODOMOEN = needs(
    "dedicated_chief",
    "主幹教諭等を専任させ、子育て支援に取り組んでいる",
    chief_of_kodomoen,
    source="pricing.md §4.3、§6",
    mark="K",
    types=("certified_kodomoen",),
)
SPECIAL_SUPPORT = (
    requires("chief_nursery_teacher", source="pricing.md §6 [S3]、forms.md §6 個票8", types=("nursery",)),
    requires("chief_teacher", source="pricing.md §6 [S3]", mark="K", types=("kindergarten",)),
    DEDICATED_CHIEF_OF_KODOMOEN,
    needs(
        "assistant",
        "主任・主幹を補助する者を置いている",
        yes("special_support_assistant", "主任・主幹を補助する者を置いていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票8",
    ),
    fits_variant(
        "対象の子どもが区分に合っている",
        special_support_kind,
        source="pricing.md §6 [S3]、forms.md §6 個票8",
        mark="U",
    ),
)

HOLIDAY_TIERS = {
    **{f"up_to_{most}": f"年間延べ{most:,}人以下" for most in HOLIDAY_TIERS_UP_TO},
    "over_1050": "年間延べ1,051人以上",
}


@conditions(
    needs(
        "open",
        "日曜・祝日を含め、年間を通じて開所している（共同実施を含む）",
        yes("holiday_open", "日曜・祝日を含めた年間の開所をしていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票1",
    ),
    needs(
        "staff",
        "対象の子どもに応じた保育士を置いている",
        yes("holiday_staff", "休日に、対象の子どもに応じた保育士を置いていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票1",
    ),
    needs(
        "meals",
        "休日に間食または給食を提供している",
        yes("holiday_meals", "休日に間食も給食も提供していません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票1",
    ),
    needs(
        "need",
        "対象の子どもが休日の保育を常に必要としている",
        yes("holiday_need", "対象の子どもは休日の保育を常には必要としていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票1",
    ),
    fits_variant("年間延べ利用数の区分が合っている", holiday_tier, source="pricing.md §6 [S3]"),
)
@item("holiday_care", "facility_month", variants=HOLIDAY_TIERS)
def holiday_care(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """休日保育: one of 14 tiers of yearly use; stands before 定員超過, so D7 multiplies its unit."""
    return per_facility(work, entry, asked)


@conditions(
    needs(
        "dedicated",
        "主幹教諭等を専任させている",
        yes("chief_dedicated", "主幹教諭等を専任させていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票7",
        mark="K",
    ),
    needs(
        "substitute",
        "代わりの教諭を置いている",
        yes("chief_substitute", "代わりの教諭を置いていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票7",
        mark="K",
    ),
    needs(
        "programmes",
        f"対象の事業を{CHIEF_PROGRAMMES}つ以上実施している",
        programmes(CHIEF_PROGRAMMES, OF_KINDERGARTEN, OF_KINDERGARTEN_WORDS),
        source="pricing.md §6 [S3]、forms.md §6 個票7",
        mark="K",
    ),
)
@item("chief_teacher", "facility_month")
def chief_teacher(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """主幹教諭等専任."""
    return per_facility(work, entry, asked)


@conditions(
    needs(
        "dedicated",
        "主任保育士を専任させている",
        yes("chief_dedicated", "主任保育士を専任させていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票7",
    ),
    needs(
        "substitute",
        "代わりの常勤の保育士を置いている",
        yes("chief_substitute", "代わりの常勤の保育士を置いていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票7",
    ),
    needs(
        "programmes",
        f"対象の事業を{CHIEF_PROGRAMMES}つ以上実施している",
        programmes(CHIEF_PROGRAMMES, OF_CARE, OF_CARE_WORDS),
        source="pricing.md §6 [S3]、forms.md §6 個票7",
    ),
    implies(
        "office_staff",
        "主任保育士専任の事業を2つ以上実施しているので、事務職員雇上費の事業の要件も満たしています。",
        source="pricing.md §6 [S3]",
    ),
)
@item("chief_nursery_teacher", "facility_month")
def chief_nursery_teacher(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """主任保育士専任."""
    return per_facility(work, entry, asked)


@conditions(
    requires("chief_teacher", source="pricing.md §4.2", mark="K", types=("kindergarten",)),
    DEDICATED_CHIEF_OF_KODOMOEN,
    needs(
        "activities",
        "子育て相談や地域の子育て支援の活動をしている",
        yes("parenting_activities", "子育て支援の活動をしていません。"),
        source="pricing.md §4.2（名称による）",
        mark="K",
    ),
)
@item("parenting_support", "facility_month")
def parenting_support(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """子育て支援活動費 of a 幼稚園; of a 認定こども園 for its 1号 [K] (pricing.md §4.3)."""
    return per_facility(work, entry, asked)


@conditions(
    *SPECIAL_SUPPORT,
)
@item("special_support", "facility_month", variants={"a": "A", "b": "B", "c": "C", "d": "D"})
def special_support(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """療育支援 A–D."""
    return per_facility(work, entry, asked)


@conditions(
    *SPECIAL_SUPPORT,
)
@item("special_support", "facility_month", variants={"a": "A", "b": "B"})
def special_support_a_b(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """療育支援 of a nursery, which has A and B only."""
    return per_facility(work, entry, asked)


@conditions(
    needs(
        "staff",
        "事務職員を置いている（兼務・委託を含む）",
        yes("office_staff", "事務職員を置いていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票7",
    ),
    needs(
        "programmes",
        "対象の事業を1つ以上実施している",
        programmes(1, OF_CARE, OF_CARE_WORDS),
        source="pricing.md §6 [S3]、forms.md §6 個票7",
        types=("nursery",),
    ),
    needs(
        "capacity",
        f"利用定員が{OFFICE_STAFF_CAPACITY}人以上である",
        capacity("1", lambda persons: persons >= OFFICE_STAFF_CAPACITY, f"{OFFICE_STAFF_CAPACITY}人以上"),
        source="一般知識（資料に記載なし）",
        mark="K",
        types=("kindergarten",),
        fixed=True,
    ),
)
@item("office_staff", "facility_month")
def office_staff(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """事務職員配置 (幼稚園, 認定こども園 1号 [K]), 事務職員雇上費 (保育所)."""
    return per_facility(work, entry, asked)


@conditions(
    needs(
        "capacity",
        f"利用定員が{LARGE_KINDERGARTEN_CAPACITY}人以上である",
        capacity(
            "1",
            lambda persons: persons >= LARGE_KINDERGARTEN_CAPACITY,
            f"{LARGE_KINDERGARTEN_CAPACITY}人以上",
        ),
        source="一般知識（資料に記載なし）",
        mark="K",
        fixed=True,
    ),
    needs(
        "staff",
        "指導充実のための非常勤講師を置いている",
        yes("guidance_lecturer", "指導充実のための非常勤講師を置いていません。"),
        source="pricing.md §4.2（名称による）",
        mark="K",
    ),
)
@item("guidance_enrichment", "facility_month")
def guidance_enrichment(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """指導充実加配 of a 幼稚園; of a 認定こども園 for its 1号 [K] (pricing.md §4.3)."""
    return per_facility(work, entry, asked)


@conditions(
    needs(
        "capacity",
        f"利用定員が{LARGE_KINDERGARTEN_CAPACITY}人以上である",
        capacity(
            "1",
            lambda persons: persons >= LARGE_KINDERGARTEN_CAPACITY,
            f"{LARGE_KINDERGARTEN_CAPACITY}人以上",
        ),
        source="一般知識（資料に記載なし）",
        mark="K",
        fixed=True,
    ),
    requires("office_staff", source="pricing.md §4.2（名称による）", mark="K"),
    needs(
        "staff",
        "事務職員配置の職員のほかに事務職員を置いている",
        yes("extra_office_staff", "事務職員配置の職員のほかに事務職員を置いていません。"),
        source="pricing.md §4.2（名称による）",
        mark="K",
    ),
)
@item("office_workload", "facility_month")
def office_workload(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """事務負担対応加配 of a 幼稚園; of a 認定こども園 for its 1号 [K] (pricing.md §4.3)."""
    return per_facility(work, entry, asked)


@conditions(
    needs(
        "granted",
        "処遇改善等加算 区分3の認定を受けている",
        yes("treatment_3_granted", "処遇改善等加算 区分3の認定を受けていません。"),
        source="pricing.md §7",
    ),
)
@item("treatment_3", "headcount_month", options=("headcount_a", "headcount_b"))
def treatment_3(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """処遇改善等加算 区分3: the prices of 人数A and 人数B, together divided by N (D4)."""
    return _by_headcounts(work, entry, asked, rules.TREATMENT_3)


@conditions(
    needs(
        "granted",
        "処遇改善等加算Ⅱの認定を受けている",
        yes("treatment_3_granted", "処遇改善等加算Ⅱの認定を受けていません。"),
        source="pricing.md §7",
    ),
)
@item("treatment_ii", "headcount_month", options=("headcount_a", "headcount_b"))
def treatment_ii(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """処遇改善等加算Ⅱ (H29–R6): as 区分3 with its own prices (D13)."""
    return _by_headcounts(work, entry, asked, rules.HEADCOUNTS)


@conditions(
    needs(
        "granted",
        "処遇改善等加算Ⅲの認定を受けている",
        yes("treatment_iii_granted", "処遇改善等加算Ⅲの認定を受けていません。"),
        source="pricing.md §7",
    ),
    needs(
        "since_october",
        f"{FIRST_MONTH_OF_TREATMENT_III.words}分以後の請求である",
        since_treatment_iii,
        source="pricing.md §9 [S20]",
        mark="K",
        fixed=True,
    ),
)
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


DIETITIAN_ADVICE = needs(
    "advice",
    "栄養士が献立・アレルギー・食育の助言をしている",
    yes("dietitian_advice", "栄養士が献立・アレルギー・食育の助言をしていません。"),
    source="pricing.md §6 [S3]、forms.md §6 個票9",
)


@conditions(
    fits_variant(
        "栄養士の配置・兼務・嘱託が区分に合っている",
        dietitian_kind,
        source="pricing.md §6 [S1][S3]、forms.md §6 個票9",
    ),
    DIETITIAN_ADVICE,
)
@item("nutrition", "facility_month", variants={"a": "A（配置）", "b": "B（兼務）", "c": "C（嘱託）"})
def nutrition(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """栄養管理: A 配置, B 兼務, C 嘱託 (from R2 [K], pricing.md §9)."""
    return per_facility(work, entry, asked)


@conditions(DIETITIAN_ADVICE)
@item("nutrition", "facility_month")
def nutrition_of_one_price(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """栄養管理 until R1: one price, before A, B and C [K] (pricing.md §9)."""
    return per_facility(work, entry, asked)


@conditions(
    needs(
        "evaluated",
        "今年度に施設関係者評価を実施し、結果を公表している",
        yes("stakeholder_evaluation", "今年度、施設関係者評価を実施して公表していません。"),
        source="pricing.md §4.2 [S1]",
    ),
    fits_variant(
        "公開保育と組み合わせたか否かが区分に合っている", evaluation_kind, source="pricing.md §4.2", mark="K"
    ),
)
@item("stakeholder_evaluation", "facility_march", variants={"a": "A", "b": "B"})
def stakeholder_evaluation(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """施設関係者評価 of a 幼稚園; of a 認定こども園 for its 1号 [K] (pricing.md §4.3); with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)


@conditions(
    needs(
        "region",
        "降灰防除地域にある",
        yes("ash_region", "所在地は降灰防除地域ではありません。"),
        source="pricing.md §6 [S1]",
        fixed=True,
    ),
)
@item("ash", "facility_march")
def ash(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """降灰除去費, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)


@conditions(
    fits_variant(
        "年間の雇用時間の区分が合っている", elderly_tier, source="pricing.md §6 [S3]、forms.md §6 個票10"
    ),
    needs(
        "programmes",
        "対象の事業を1つ以上実施している",
        programmes(1, OF_CARE, OF_CARE_WORDS),
        source="pricing.md §6 [S3]、forms.md §6 個票10",
    ),
    needs(
        "no_other_grant",
        "ほかの補助金の対象になっていない",
        no("elderly_other_grant", "その高齢者等について、ほかの補助金を受けています。"),
        source="pricing.md §6 [S3]、forms.md §6 個票10",
    ),
)
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


@conditions(
    needs(
        "spending",
        "防災対策を計画し、支出している",
        yes("disaster_work", "防災対策の計画または支出がありません。"),
        source="pricing.md §6 [S1][S3]、forms.md §6 個票11",
    ),
    needs(
        "programmes",
        "対象の事業を実施している",
        strengthening_programmes,
        source="pricing.md §6 [S3]",
        mark="U",
    ),
)
@item("facility_strengthening", "facility_march", options=("spent_yen",))
def facility_strengthening(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """施設機能強化推進費: what was spent, up to the row, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH, limit_yen=asked.number("spent_yen"))


@conditions(
    fits_variant("小学校との接続の取組が区分に合っている", transition_kind, source="pricing.md §6 [S1][S3]"),
)
@item("school_transition", "facility_march", variants={"partial": "一部", "full": "全部"})
def school_transition(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """小学校接続, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)


@conditions(
    needs(
        "evaluated",
        "今年度に第三者評価を受審している",
        yes("third_party_evaluation", "今年度、第三者評価を受審していません。"),
        source="pricing.md §6 [S1][S3]",
    ),
    needs(
        "published",
        "評価の結果を公表している",
        yes("third_party_published", "第三者評価の結果を公表していません。"),
        source="pricing.md §6 [S1][S3]",
    ),
    needs(
        "once_in_five_years",
        "前に受けてから5年度たっている",
        not_evaluated_lately,
        source="pricing.md §6 [S1][S3]",
        mark="K",
        fixed=True,
    ),
)
@item("third_party_evaluation", "facility_march")
def third_party_evaluation(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """第三者評価受審, with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)


@conditions(
    needs(
        "functions",
        f"ICTの{ICT_FUNCTIONS_NEEDED}つの機能を使っている",
        ict_functions(ICT_FUNCTIONS_NEEDED, attendance=False),
        source="pricing.md §6 [S1][S23]",
    ),
    needs(
        "responsible",
        "ICT活用の責任者を決めている",
        yes("ict_responsible", "ICT活用の責任者を決めていません。"),
        source="pricing.md §6 [S1][S23]",
    ),
    needs(
        "published",
        "「ここdeサーチ」で公表している",
        yes("published_on_search", "「ここdeサーチ」で公表していません。"),
        source="pricing.md §6 [S1][S23]",
    ),
)
@item("ict", "facility_march")
def ict(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """保育ICT推進 (from R8), with the March claim."""
    return per_facility(work, entry, asked, rule=rules.MARCH)
