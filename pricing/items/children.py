"""加算 priced by the child: staffing by age, assigned staff, running costs of every child."""

from __future__ import annotations

from pricing import rules
from pricing.claim import ItemClaim
from pricing.conditions.children import (
    capacity,
    class_organisation_capacity,
    disabled_children,
    exempt_children,
    home_care_size,
)
from pricing.conditions.declaring import at_least, excludes, fits_variant, implies, needs, no, requires, yes
from pricing.conditions.place import (
    HALF_PERCENT,
    climate_kind,
    depreciation_kind,
    no_subsidy_or_renovated,
    rent_kind,
)
from pricing.conditions.service import meal_kind
from pricing.conditions.staffing import (
    both_treatment_parts,
    experienced,
    extra_staff_at_most,
    extra_teachers_suffice,
    ict_functions,
    qualified_share,
    teachers_suffice,
    within_team_teaching_limit,
)
from pricing.money import floor10_of_days
from pricing.problems import InputProblems, Problem
from pricing.quote import Line, Part, Step
from pricing.wording import yen
from pricing.working import (
    Entry,
    Working,
    conditions,
    item,
    line,
    per_child,
    price_step,
    rule_step,
    total_step,
)

WITH_AGE3_STAFFING = "with_age3_staffing"
WITHOUT_AGE3_STAFFING = "without_age3_staffing"
# 1歳児配置改善: [K] a public tool also names that the use of the money is made known to staff; the notice decides.
AGE1_EXPERIENCE_YEARS = 10
AGE1_ICT_FUNCTIONS = 2
TEAM_EXPERIENCE_YEARS = 12
# [K] 小規模B型: the share of 保育士 (pricing.md §4.4: 保育士比率 3/4).
QUALIFIED_PERCENT_OF_SMALL_B = 75

# [K] 事業所内保育 up to this 利用定員 is priced as 小規模A・B (pricing.md §4.4).
LARGEST_SMALL_WORKPLACE = 19


@conditions(
    needs(
        "staff",
        "副園長または教頭を置いている",
        yes("vice_principal", "副園長または教頭を置いていません。"),
        source="pricing.md §4.2（名称による）",
        mark="K",
    ),
)
@item("vice_principal", "child_month")
def vice_principal(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """副園長・教頭配置: every child of 1号; in the table of a 認定こども園 too [K] (pricing.md §4.3)."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "teachers",
        "3歳児15人に1人の配置を満たしている",
        teachers_suffice,
        source="pricing.md §6、§8.2 [S1][S3]",
    ),
)
@item("age3_staffing", "child_month", ages=("3",), in_closure=True)
def age3_staffing(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """3歳児配置改善 (15:1): 3-year-olds, not 満3歳児 (D10)."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "teachers",
        "4歳以上児25人に1人の配置を満たしている",
        teachers_suffice,
        source="pricing.md §6、§8.2 [S1][S2]",
    ),
    excludes("team_teaching", source="pricing.md §6", mark="K", types=("kindergarten", "certified_kodomoen")),
    excludes("team_childcare", source="pricing.md §6", mark="K", types=("nursery", "certified_kodomoen")),
)
@item("age4plus_staffing", "child_month", ages=("4plus",), in_closure=True)
def age4plus_staffing(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """4歳以上児配置改善 (25:1)."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "teachers", "1歳児5人に1人の配置を満たしている", teachers_suffice, source="pricing.md §6、§8.2 [S32]"
    ),
    needs(
        "treatment_parts",
        "処遇改善等加算の区分1と区分2の認定を受けている",
        both_treatment_parts,
        source="pricing.md §6 [S32]; sample2.webstep.jp/?p=500 (2025-04-04)",
    ),
    requires("treatment_3", source="pricing.md §6 [S32]; sample2.webstep.jp/?p=500 (2025-04-04)"),
    needs(
        "ict",
        f"ICTの{AGE1_ICT_FUNCTIONS}つ以上の機能（登降園管理を含む）を使っている",
        ict_functions(AGE1_ICT_FUNCTIONS, attendance=True),
        source="pricing.md §6 [S32]; sample2.webstep.jp/?p=500 (2025-04-04)",
    ),
    needs(
        "experience",
        f"職員の平均経験年数が{AGE1_EXPERIENCE_YEARS}年以上である",
        experienced(AGE1_EXPERIENCE_YEARS),
        source="pricing.md §6; sample2.webstep.jp/?p=500 (2025-04-04)",
        mark="K",
    ),
)
@item("age1_staffing", "child_month", ages=("1",), in_closure=True)
def age1_staffing(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """
    1歳児配置改善 (5:1): 1-year-olds only, which is why counts are kept by single year (D14).

    [K] which types have it beside 保育所 and こども園, and ten years of experience (pricing.md §4.4, §6).
    """
    return per_child(work, entry, asked, rule=rules.ONE_YEAR_OLDS)


@conditions(
    needs(
        "teachers",
        "満3歳児6人に1人の配置を満たしている",
        teachers_suffice,
        source="pricing.md §4.2、§8",
        mark="K",
    ),
)
@item(
    "under_age3_intake",
    "child_month",
    ages=("3mid",),
    variants={WITH_AGE3_STAFFING: "3歳児配置改善あり", WITHOUT_AGE3_STAFFING: "3歳児配置改善なし"},
    chosen_variant=True,
)
def under_age3_intake(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """満3歳児対応加配: 満3歳児; the price depends on whether 3歳児配置改善 is claimed too (D10)."""
    return per_child(work, entry, asked, rule=rules.UNDER_AGE_3, variant=intake_variant(work.asked))


def intake_variant(asked: dict[str, ItemClaim]) -> str:
    """Which of the two prices of 満3歳児対応加配 holds."""
    return WITH_AGE3_STAFFING if "age3_staffing" in asked else WITHOUT_AGE3_STAFFING


@conditions(
    needs(
        "capacity",
        "1号の利用定員が35人以下または121人以上である",
        capacity("1", lambda persons: 0 < persons <= 35 or persons >= 121, "35人以下または121人以上"),
        source="pricing.md §4.2 [S1]",
        fixed=True,
    ),
    needs(
        "staff",
        "講師を置いている",
        yes("lecturer", "講師配置の対象になる講師を置いていません。"),
        source="pricing.md §4.2（名称による）",
        mark="K",
    ),
)
@item("lecturer", "child_month")
def lecturer(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """講師配置: every child; the table has it for 利用定員 up to 35 and from 121."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "teachers", "必要な教諭を超えて加配の人数がいる", extra_teachers_suffice, source="pricing.md §6 [S1]"
    ),
    needs(
        "limit",
        "加配の人数が利用定員ごとの上限以内である",
        within_team_teaching_limit,
        source="pricing.md §6",
        mark="U",
    ),
)
@item("team_teaching", "child_month", options=("extra_staff",))
def team_teaching(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """チーム保育加配: every child, once for each 加配 person."""
    staff = asked.number("extra_staff")
    return per_child(work, entry, asked, times=staff, times_words=f"加配{staff}人")


@conditions(
    needs(
        "teachers",
        "必要な保育士を超えて加配の人数がいる",
        extra_teachers_suffice,
        source="pricing.md §6 [S3]、forms.md §6 個票4",
    ),
    needs(
        "experience",
        f"職員の平均経験年数が{TEAM_EXPERIENCE_YEARS}年以上である",
        experienced(TEAM_EXPERIENCE_YEARS),
        source="pricing.md §6 [S3]",
    ),
    needs(
        "limit",
        "加配が1人、利用定員121人以上では2人までである",
        extra_staff_at_most(1, 2, 121),
        source="pricing.md §6 [S3]",
        fixed=True,
    ),
)
@item("team_childcare", "child_month", options=("extra_staff",))
def team_childcare(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """チーム保育推進: every child, once for each 加配 person."""
    staff = asked.number("extra_staff")
    return per_child(work, entry, asked, times=staff, times_words=f"加配{staff}人")


@conditions(
    needs(
        "service",
        "通園送迎を実施している",
        yes("school_bus", "通園送迎を実施していません。"),
        source="pricing.md §4.2 [S1]",
    ),
)
@item("bus", "child_month")
def bus(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """通園送迎: every child."""
    return per_child(work, entry, asked)


@conditions(
    fits_variant("給食の形態が合っている", meal_kind, source="pricing.md §4.2 [S1]"),
)
@item(
    "meals",
    "child_month_per_weekday",
    variants={"in_house": "施設内調理", "delivered": "外部搬入"},
    options=("weekdays",),
)
def meals(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """給食実施: every child, the price of one weekday × weekdays with meals (D5)."""
    days = asked.number("weekdays")
    return per_child(work, entry, asked, rule=rules.MEALS, times=days, times_words=f"週{days}日")


@conditions(
    needs(
        "audited",
        "今年度に外部監査を受けている",
        yes("external_audit", "今年度、外部監査を受けていません。"),
        source="pricing.md §4.2 [S1]",
    ),
)
@item("external_audit", "child_march")
def external_audit(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """外部監査費: every child, with the March claim (D9)."""
    return per_child(work, entry, asked, rule=rules.MARCH)


@conditions(
    needs(
        "night",
        "夜間保育所（夜間保育を行う事業所）として認められている",
        yes("night_care", "夜間保育所（夜間保育を行う事業所）として認められていません。"),
        source="pricing.md §6 [S2]",
    ),
)
@item("night_care", "child_month", in_closure=True)
def night_care(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """夜間保育: every child, by age where the table has ages."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "share",
        f"保育従事者の{QUALIFIED_PERCENT_OF_SMALL_B}％以上が保育士である",
        qualified_share(QUALIFIED_PERCENT_OF_SMALL_B),
        source="pricing.md §4.4",
        mark="K",
        types=("small_b", "workplace"),
    ),
    needs(
        "capacity",
        f"利用定員が{LARGEST_SMALL_WORKPLACE}人以下である",
        capacity(
            "23", lambda persons: persons <= LARGEST_SMALL_WORKPLACE, f"{LARGEST_SMALL_WORKPLACE}人以下"
        ),
        source="pricing.md §4.4",
        mark="K",
        types=("workplace",),
        fixed=True,
    ),
    needs(
        "staff",
        "保育士などの資格を持つ者が保育にあたっている",
        yes("qualified_staff", "資格を持つ者が保育にあたっていません。"),
        source="pricing.md §4.4 [S4]",
        types=("small_c", "home_based", "home_visiting"),
    ),
)
@item("qualified_staff", "child_month")
def qualified_staff(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """
    資格保有者: every child of a 小規模B・C型, 家庭的保育 or 居宅訪問型 with qualified staff (pricing.md §4.4).

    Also of a 事業所内保育 up to 19 定員, which §4.4 prices as 小規模A・B [K].
    """
    return per_child(work, entry, asked)


@conditions(
    needs(
        "disabled",
        "障害児がいて、請求の人数がその人数以内である",
        disabled_children,
        source="pricing.md §4.4 [S6]",
    ),
    needs(
        "staff",
        "障害児2人に1人の保育従事者を置いている",
        yes("disability_care_staffed", "障害児2人に1人の保育従事者を置いていません。"),
        source="pricing.md §4.4",
        mark="K",
    ),
)
@item("disability_care", "child_month", optional=("children",))
def disability_care(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """
    障害児保育 of 地域型保育: every child with a disability, by age where the table has ages.

    Who they are stands in the counts (``ChildClass.disabled``), so that 定員超過 and 日割 see them. Where one price
    holds for all and nothing looks back at the units of a class, their number may be given with the item instead.

    :raises InputProblems: the number alone does not say which of several prices.
    """
    if asked.children is None:
        targets = [group for group in work.classes if group.disabled]
        return per_child(work, entry, asked, targets=targets, target_words="障害児")
    rows = {
        id(row): row
        for row in (work.child_row("disability_care", "child_month", group) for group in work.classes)
    }
    if len(rows) > 1:
        message = (
            "年齢により単価が異なります。人数は、子どもの数の disabled（うち障害児数）で入力してください。"
        )
        raise InputProblems([Problem(asked.path("children"), message)])
    row = next(iter(rows.values()))
    treatment = work.treatment(row)
    unit, children = row.amount + treatment.yen, asked.children
    amount = unit * children
    steps = [
        price_step(work, entry, row),
        *treatment.steps,
        Step(
            "金額",
            f"{yen(unit)} × {children}人 = {yen(amount)}",
            "amount",
            (unit, children, amount),
        ),
        rule_step(rules.PER_CHILD),
    ]
    reason = f"障害児{children}人に、1人あたり{yen(unit)}を掛けました。"
    parts = [Part(None, None, unit, children, amount)]
    return line(work, entry, amount, parts, f"障害児 {children}人", reason, steps, rules.PER_CHILD, row)


@conditions(
    needs(
        "capacity",
        "1号と2号の利用定員が36〜300人である",
        class_organisation_capacity,
        source="pricing.md §4.3",
        mark="K",
        fixed=True,
    ),
    needs(
        "teachers",
        "学級編制調整の1人を含めて必要な保育教諭がいる",
        teachers_suffice,
        source="pricing.md §4.3",
        mark="K",
    ),
)
@item("class_organisation", "child_month", ages=("4plus", "3", "3mid"))
def class_organisation(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """学級編制調整加配 of a 認定こども園 with 1号・2号 定員 36–300: children of 3 and more [K], pricing.md §4.3."""
    return per_child(work, entry, asked)


@conditions(
    fits_variant("子どもの数が区分に合っている", home_care_size, source="pricing.md §4.4 [S4]"),
    needs(
        "staff",
        "家庭的保育補助者を置いている",
        yes("home_care_assistants", "家庭的保育補助者を置いていません。"),
        source="pricing.md §4.4 [S4]",
    ),
)
@item("home_care_assistant", "child_month", variants={"up_to_3": "3人以下", "4_or_more": "4人以上"})
def home_care_assistant(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """家庭的保育補助者 of 小規模C型 and 家庭的保育: every child, by the number of children [K], pricing.md §4.4."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "support",
        "家庭的保育支援者の支援を受けている",
        yes("home_care_support", "家庭的保育支援者の支援を受けていません。"),
        source="pricing.md §4.4（名称による）",
        mark="K",
    ),
)
@item("home_care_support", "child_month")
def home_care_support(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """家庭的保育支援 of the same: every child (H27 35,320 + 350 × 率, heading inferred) [K], pricing.md §4.4."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "owned",
        "建物の半分以上が自己所有である",
        at_least("owned_percent", HALF_PERCENT, "自己所有が建物の50％に足りません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票2",
    ),
    needs(
        "cost",
        "建物の整備・改修の費用を負担している",
        yes("construction_cost", "建物の整備・改修の費用を負担していません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票2",
    ),
    needs(
        "subsidy",
        "国庫補助を受けていない（または補助のない一定額以上の老朽改修をした）",
        no_subsidy_or_renovated,
        source="pricing.md §6 [S3]、forms.md §6 個票2",
    ),
    fits_variant(
        "標準・都市部の区分が合っている", depreciation_kind, source="pricing.md §6 [S3]", fixed=True
    ),
    excludes("rent", source="pricing.md §6 [S3]、forms.md §6 個票2・3"),
)
@item("depreciation", "child_month", variants={"standard": "標準", "urban": "都市部"})
def depreciation(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """減価償却費: every child, 標準 or 都市部."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "rented",
        "建物の半分以上を賃借している",
        at_least("rented_percent", HALF_PERCENT, "賃借が建物の50％に足りません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票3",
    ),
    needs(
        "paid",
        "賃借料を支払っている",
        yes("rent_paid", "賃借料を支払っていません。"),
        source="pricing.md §6 [S3]、forms.md §6 個票3",
    ),
    needs(
        "subsidy",
        "賃借料の国庫補助の残額がない",
        no("subsidy_balance", "賃借料の国庫補助の残額があります。"),
        source="pricing.md §6 [S3]、forms.md §6 個票3",
    ),
    fits_variant("地域と標準・都市部の区分が合っている", rent_kind, source="pricing.md §6 [S3]", fixed=True),
)
@item(
    "rent",
    "child_month",
    variants={
        "a_standard": "A地域・標準",
        "a_urban": "A地域・都市部",
        "b_standard": "B地域・標準",
        "b_urban": "B地域・都市部",
        "c_standard": "C地域・標準",
        "c_urban": "C地域・都市部",
        "d_standard": "D地域・標準",
        "d_urban": "D地域・都市部",
    },
)
def rent(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """賃借料: every child, by area A–D and 標準 or 都市部."""
    return per_child(work, entry, asked)


@conditions(
    fits_variant("所在地の級地が合っている", climate_kind, source="pricing.md §6 [S1][S2]", fixed=True),
)
@item(
    "climate",
    "child_month",
    variants={
        "1": "1級地",
        "2": "2級地",
        "3": "3級地",
        "4": "4級地",
        "transitional": "激変緩和",
        "other": "その他地域",
    },
)
def climate(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """冷暖房費: every child, by 級地."""
    return per_child(work, entry, asked)


@conditions(
    needs(
        "region",
        "豪雪地帯にある",
        yes("snow_region", "所在地は豪雪地帯ではありません。"),
        source="pricing.md §6 [S1]",
        fixed=True,
    ),
)
@item("snow", "child_march")
def snow(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """除雪費: every child, with the March claim (D9)."""
    return per_child(work, entry, asked, rule=rules.MARCH)


@conditions(
    needs(
        "exempt_1",
        "免除される1号の子どもがいて、請求の人数がその人数以内である",
        exempt_children("1"),
        source="pricing.md §6 [S33]",
    ),
    implies(
        "meals",
        "副食費の免除を請求しているので、給食を実施しているはずです。給食実施も請求できないか確かめてください。",
        source="pricing.md §4.2 [S1]",
        mark="K",
    ),
)
@item("side_dish_exemption", "child_day", options=("children", "days"))
def side_dishes_by_day(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """副食費徴収免除 of 1号: price × exempt children × days with meals, at most 20 (D6)."""
    row = work.system_row("side_dish_exemption", "child_day")
    children, days = asked.number("children"), asked.number("days")
    quantity = children * days
    amount = row.amount * quantity
    steps = [
        price_step(work, entry, row),
        Step(
            "金額",
            f"{yen(row.amount)} × {children}人 × {days}日 = {yen(amount)}",
            "amount",
            (row.amount, quantity, amount),
        ),
        rule_step(rules.SIDE_DISHES),
    ]
    reason = f"徴収が免除される{children}人の{days}日分に、1日{yen(row.amount)}を掛けました。"
    parts = [Part(None, None, row.amount, quantity, amount, f"{children}人 × {days}日")]
    summary = f"対象 {children}人・{days}日"
    return line(work, entry, amount, parts, summary, reason, steps, rules.SIDE_DISHES, row)


@conditions(
    needs(
        "exempt_2",
        "免除される2号の子どもがいて、請求の人数がその人数以内である",
        exempt_children("2"),
        source="pricing.md §6 [S2][S33]",
    ),
)
@item("side_dish_exemption", "child_month", options=("children",))
def side_dishes_by_month(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """副食費徴収免除 of 2号: price × exempt children a month (D6)."""
    row = work.table.price("side_dish_exemption", "child_month", certification="2")
    children = asked.number("children")
    amount = row.amount * children
    steps = [
        price_step(work, entry, row),
        Step(
            "金額",
            f"{yen(row.amount)} × {children}人 = {yen(amount)}",
            "amount",
            (row.amount, children, amount),
        ),
        rule_step(rules.SIDE_DISHES),
    ]
    reason = f"徴収が免除される{children}人に、1か月{yen(row.amount)}を掛けました。"
    parts = [Part(None, None, row.amount, children, amount)]
    return line(work, entry, amount, parts, f"対象 {children}人", reason, steps, rules.SIDE_DISHES, row)


@item("mid_month", "child_day", "addition")
def mid_month(work: Working, entry: Entry, asked: ItemClaim) -> Line:
    """
    途中入退所の日割: the sum of the child's units × days ÷ 20 (1号) or 25 (2・3号), floored (D11) [K].

    Facility items count with their unit; March items and side dishes do not. Days beyond the standard ones are a
    whole month. It stands last, so the sum has everything.
    """
    standard = rules.DAYS_OF_MONTH[work.system]
    parts: list[Part] = []
    steps: list[Step] = []
    amount = 0
    for group in work.classes:
        if not group.days:
            continue
        whole, days, count = group.unit_so_far, min(group.days, standard), group.movers
        unit = floor10_of_days(whole, days, standard)
        part = Part(group.age_class, group.hours, unit, count, unit * count, group.note)
        parts.append(part)
        amount += part.amount_yen
        words = (
            f"{yen(whole)} × {days}日 ÷ {standard}日 → 10円未満切捨てで{yen(unit)}、"
            f"× {count}人 = {yen(part.amount_yen)}"
        )
        signed = [f"{'−' if term < 0 else '+'} {label} {yen(abs(term))}" for label, term in group.made_of]
        terms = " ".join(signed).removeprefix("+ ")
        made_of = tuple([{"label": label, "unit_yen": term} for label, term in group.made_of])
        label = f"{group.words} 1か月の単価"
        steps.append(Step(label, f"{terms} = {yen(whole)}", "composition", (made_of, whole)))
        steps.append(Step(group.words, words, "by_days", (whole, days, standard, part)))
    steps.append(total_step(amount))
    steps.append(rule_step(rules.BY_DAYS))
    movers = sum([group.movers for group in work.classes])
    reason = f"月の途中に入退所した{movers}人は、1か月の単価の合計を日数で割り振りました（10円未満切捨て）。"
    return line(work, entry, amount, parts, f"途中入退所 {movers}人", reason, steps, rules.BY_DAYS)
