"""The words books and claims share: facility types, child classes, units and item codes."""

from __future__ import annotations

from typing import Final

FACILITY_TYPES: Final = {
    "kindergarten": "幼稚園",
    "nursery": "保育所",
    "certified_kodomoen": "認定こども園",
    "small_a": "小規模保育A型",
    "small_b": "小規模保育B型",
    "small_c": "小規模保育C型",
    "home_based": "家庭的保育",
    "workplace": "事業所内保育",
    "home_visiting": "居宅訪問型保育",
}

# The eight 地域区分 as percents of the price (20/100 … その他).
REGION_PERCENTS: Final = (20, 16, 15, 12, 10, 6, 3, 0)

CERTIFICATIONS: Final = ("1", "2", "3")
SYSTEMS: Final = {"1": "1号", "23": "2・3号"}


def system_of(certification: str) -> str:
    """The certification system a child is priced in: 1号 has a table of its own, 2号 and 3号 share one."""
    return "1" if certification == "1" else "23"


# In the order of the official tables: the oldest first.
AGE_CLASSES: Final = {
    "4plus": "4歳以上児",
    "3": "3歳児",
    "3mid": "満3歳児",
    "2": "2歳児",
    "1": "1歳児",
    "12": "1・2歳児",
    "0": "乳児",
}

HOURS: Final = {"standard": "標準時間", "short": "短時間", "education": "教育標準時間"}

UNITS: Final = {
    "child_month": "月・子ども1人",
    "child_day": "日・子ども1人",
    "child_march": "3月・子ども1人",
    "child_month_per_weekday": "月・子ども1人・週1日あたり",
    "facility_month": "月・施設",
    "facility_march": "3月・施設",
    "headcount_month": "月・職員1人",
    "percent": "割合",
}
MARCH_UNITS: Final = frozenset({"child_march", "facility_march"})
FACILITY_UNITS: Final = frozenset({"facility_month", "facility_march", "headcount_month"})

BOOK_STATUSES: Final = ("official", "provisional", "sample")

ITEM_LABELS: Final = {
    "base": "基本分単価",
    "treatment_1_2": "処遇改善等加算 区分1・2",
    "treatment_3": "処遇改善等加算 区分3",
    "treatment_i": "処遇改善等加算Ⅰ",
    "treatment_ii": "処遇改善等加算Ⅱ",
    "treatment_iii": "処遇改善等加算Ⅲ",
    "vice_principal": "副園長・教頭配置",
    "age1_staffing": "1歳児配置改善",
    "age3_staffing": "3歳児配置改善",
    "age4plus_staffing": "4歳以上児配置改善",
    "under_age3_intake": "満3歳児対応加配",
    "lecturer": "講師配置",
    "team_teaching": "チーム保育加配",
    "team_childcare": "チーム保育推進",
    "bus": "通園送迎",
    "meals": "給食実施",
    "external_audit": "外部監査費",
    "side_dish_exemption": "副食費徴収免除",
    "below_staffing": "年齢別配置基準を下回る場合",
    "no_safety_plan": "安全計画未策定",
    "no_management_report": "経営情報未報告",
    "over_capacity": "定員恒常的超過",
    "chief_teacher": "主幹教諭等専任",
    "chief_nursery_teacher": "主任保育士専任",
    "parenting_support": "子育て支援活動費",
    "special_support": "療育支援",
    "office_staff": "事務職員配置／雇上費",
    "guidance_enrichment": "指導充実加配",
    "office_workload": "事務負担対応加配",
    "climate": "冷暖房費",
    "stakeholder_evaluation": "施設関係者評価",
    "snow": "除雪費",
    "ash": "降灰除去費",
    "facility_strengthening": "施設機能強化推進費",
    "school_transition": "小学校接続",
    "nutrition": "栄養管理",
    "third_party_evaluation": "第三者評価受審",
    "ict": "保育ICT推進",
    "holiday_care": "休日保育",
    "night_care": "夜間保育",
    "depreciation": "減価償却費",
    "rent": "賃借料",
    "elderly_employment": "高齢者等活躍促進",
    "qualified_staff": "資格保有者",
    "disability_care": "障害児保育",
    "branch": "分園",
    "no_director": "施設長未配置",
    "saturday_closure": "土曜閉所",
    "no_partner_facility": "連携施設なし",
    "delivered_meals_penalty": "食事の搬入",
    "no_dedicated_chief": "主幹教諭等の専任化により子育て支援の取組を実施していない場合",
    "class_organisation": "学級編制調整加配",
    "home_care_assistant": "家庭的保育補助者",
    "home_care_support": "家庭的保育支援",
    "employee_slot": "従業員枠の調整",
    "mid_month": "途中入退所の日割",
}


def region_words(percent: int) -> str:
    """10/100地域; その他地域 is the one of 0 percent."""
    return f"{percent}/100地域" if percent else "その他地域"
