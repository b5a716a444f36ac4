"""
What a condition may ask about a facility's month. Every fact that is not known is ``None`` and has its question.

Facts come in as plain values: from the claim, from staff records, from what the facility and the city have entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final, get_type_hints

from pricing.claim import Capacity, ChildClass, ItemClaim, Treatment
from pricing.month import Month

# [K] The four functions of 保育ICT推進 and 1歳児配置改善 (sample2.webstep.jp/?p=500, 2025-04-04).
ATTENDANCE: Final = "attendance"
ICT_FUNCTIONS: Final = {
    ATTENDANCE: "登降園管理",
    "records": "計画・記録",
    "contact": "保護者連絡",
    "payment": "キャッシュレス決済",
}

MEAL_STYLES: Final = {"in_house": "施設内調理", "delivered": "外部搬入", "none": "実施なし"}
DIETITIANS: Final = {"placed": "配置", "shared": "兼務", "contracted": "嘱託", "none": "なし"}


@dataclass(frozen=True, slots=True)
class YearOfOccupancy:
    """One past fiscal year of a system: whether every month was above the 利用定員, and the year's 平均在所率."""

    fiscal_year: int
    always_over: bool
    average_percent: int | Fraction


@dataclass(frozen=True, slots=True)
class Renovation:
    """老朽改修 of a building: what it cost, the floor area in ㎡, and whether a subsidy paid for it."""

    cost_yen: int
    floor_area: int | Fraction
    subsidised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    One facility in one month.

    ``claimed`` holds the items of the claim with their options; what comes by itself need not be among them. A known
    ``capacity`` without a system says that there is no such 利用定員. What may be unknown carries its question.
    Kinds are keys of ``MEAL_STYLES``, ``DIETITIANS`` and ``ICT_FUNCTIONS``; 級地 and area are variants of their items.
    """

    facility_type: str
    month: Month
    claimed: tuple[ItemClaim, ...] = ()

    capacity: Annotated[Capacity | None, "利用定員（1号、2・3号）は何人ですか。"] = None
    capacity_from_age3: Annotated[int | None, "2号の利用定員は何人ですか。"] = None
    children: Annotated[
        tuple[ChildClass, ...] | None, "月の初日に在籍する子どもは、認定・年齢・時間別に何人ですか。"
    ] = None
    disabled_children: Annotated[int | None, "月の初日に在籍する障害児は何人ですか。"] = None
    special_allowance_children: Annotated[
        int | None, "月の初日に在籍する特別児童扶養手当の支給対象の子どもは何人ですか。"
    ] = None
    exempt_children_1: Annotated[int | None, "副食費の徴収が免除される1号の子どもは何人ですか。"] = None
    exempt_children_2: Annotated[int | None, "副食費の徴収が免除される2号の子どもは何人ですか。"] = None
    occupancy_1: Annotated[
        tuple[YearOfOccupancy, ...] | None,
        "1号の過去の年度は、毎月利用定員を超えていましたか。各年度の平均在所率は何％ですか。",
    ] = None
    occupancy_23: Annotated[
        tuple[YearOfOccupancy, ...] | None,
        "2・3号の過去の年度は、毎月利用定員を超えていましたか。各年度の平均在所率は何％ですか。",
    ] = None

    # Staff. ``teachers``: 常勤換算 of those who care for children; without 施設長, 専任の主任・主幹, 講師, 補助者.
    teachers: Annotated[int | Fraction | None, "保育にあたる教諭・保育士は、常勤換算で何人ですか。"] = None
    average_experience_months: Annotated[int | Fraction | None, "職員の平均経験年数は何年何か月ですか。"] = (
        None
    )
    vice_principal: Annotated[bool | None, "副園長または教頭を置いていますか。"] = None
    lecturer: Annotated[bool | None, "講師配置の対象になる非常勤講師を置いていますか。"] = None
    guidance_lecturer: Annotated[bool | None, "指導充実のための非常勤講師を、ほかに置いていますか。"] = None
    team_teaching_limit: Annotated[
        int | None, "この利用定員で認められるチーム保育加配は何人までですか（通知の表）。"
    ] = None
    chief_dedicated: Annotated[bool | None, "主任保育士・主幹教諭等を専任させていますか。"] = None
    chief_substitute: Annotated[
        bool | None, "専任の主任・主幹に代わる常勤の保育士・教諭を置いていますか。"
    ] = None
    special_support_assistant: Annotated[bool | None, "主任・主幹を補助する者を置いていますか。"] = None
    office_staff: Annotated[bool | None, "事務職員を置いていますか（兼務・委託を含む）。"] = None
    extra_office_staff: Annotated[bool | None, "事務職員配置の職員のほかに事務職員を置いていますか。"] = None
    dietitian: Annotated[str | None, "栄養士は、配置・兼務・嘱託のどれですか。"] = None
    dietitian_advice: Annotated[bool | None, "栄養士が献立・アレルギー・食育の助言をしていますか。"] = None
    qualified_percent: Annotated[int | Fraction | None, "保育従事者のうち保育士は何％ですか。"] = None
    qualified_staff: Annotated[bool | None, "保育士などの資格を持つ者が保育にあたっていますか。"] = None
    disability_care_staffed: Annotated[bool | None, "障害児2人につき1人の保育従事者を置いていますか。"] = None
    home_care_assistants: Annotated[bool | None, "家庭的保育補助者を置いていますか。"] = None
    home_care_support: Annotated[bool | None, "家庭的保育支援者の支援を受けていますか。"] = None
    director_experienced: Annotated[
        bool | None, "施設長（管理者）は2年以上の従事経験などの要件を満たしていますか。"
    ] = None
    director_dedicated: Annotated[bool | None, "施設長（管理者）は常に運営管理に専従していますか。"] = None
    director_paid: Annotated[
        bool | None, "施設長（管理者）の給与は委託費・給付費から支払われていますか。"
    ] = None

    # 処遇改善.
    treatment: Annotated[Treatment | None, "処遇改善等加算の加算率（基礎分・賃金改善分）は何％ですか。"] = (
        None
    )
    career_path: Annotated[bool | None, "キャリアパス要件を満たしていますか。"] = None
    treatment_3_granted: Annotated[
        bool | None, "処遇改善等加算 区分3（令和6年度まではⅡ）の認定を受けていますか。"
    ] = None
    treatment_iii_granted: Annotated[bool | None, "処遇改善等加算Ⅲの認定を受けていますか。"] = None

    # Programmes and what the facility offers.
    extended_care: Annotated[bool | None, "延長保育を実施していますか。"] = None
    temporary_care_general: Annotated[bool | None, "一時預かり（一般型）を実施していますか。"] = None
    sick_child_care: Annotated[bool | None, "病児保育を実施していますか。"] = None
    temporary_care_kindergarten: Annotated[bool | None, "一時預かり（幼稚園型）を実施していますか。"] = None
    school_link: Annotated[bool | None, "小学校との連携・接続に継続して取り組んでいますか。"] = None
    kodomoen_chief_programmes: Annotated[
        bool | None, "主幹教諭等の専任化に必要な子育て支援の事業を、通知が定める数だけ実施していますか。"
    ] = None
    parenting_activities: Annotated[bool | None, "子育て相談や地域の子育て支援の活動をしていますか。"] = None
    school_bus: Annotated[bool | None, "通園送迎を実施していますか。"] = None
    meal_style: Annotated[str | None, "給食は、施設内調理・外部搬入・実施なしのどれですか。"] = None
    meals_from_elsewhere: Annotated[
        bool | None, "食事を、連携施設など認められた所以外から搬入していますか。"
    ] = None
    holiday_open: Annotated[
        bool | None, "日曜・祝日を含め、年間を通じて開所していますか（共同実施を含む）。"
    ] = None
    holiday_staff: Annotated[bool | None, "休日に、対象の子どもに応じた保育士を置いていますか。"] = None
    holiday_meals: Annotated[bool | None, "休日に、間食または給食を提供していますか。"] = None
    holiday_need: Annotated[bool | None, "対象の子どもは、休日の保育を常に必要としていますか。"] = None
    holiday_users: Annotated[int | None, "休日保育の年間延べ利用数は何人ですか。"] = None
    night_care: Annotated[bool | None, "夜間保育所（夜間保育を行う事業所）として認められていますか。"] = None
    closed_saturdays: Annotated[
        int | None, "利用希望のある土曜日のうち、閉所したのは何日ですか（共同保育の日、当日の取消しを除く）。"
    ] = None
    partner_facility: Annotated[bool | None, "連携施設を設定していますか。"] = None
    ict_functions: Annotated[
        frozenset[str] | None,
        "ICTのどの機能を使っていますか（登降園管理、計画・記録、保護者連絡、キャッシュレス決済）。",
    ] = None
    ict_responsible: Annotated[bool | None, "ICT活用の責任者を決めていますか。"] = None
    published_on_search: Annotated[bool | None, "「ここdeサーチ」でICTの活用状況を公表していますか。"] = None
    safety_plan: Annotated[bool | None, "安全計画を策定していますか。"] = None
    management_report: Annotated[bool | None, "経営情報を報告していますか。"] = None

    # Building and place.
    owned_percent: Annotated[int | Fraction | None, "建物の床面積のうち、自己所有は何％ですか。"] = None
    rented_percent: Annotated[int | Fraction | None, "建物の床面積のうち、賃借は何％ですか。"] = None
    construction_cost: Annotated[bool | None, "建物の整備・改修の費用を負担していますか。"] = None
    rent_paid: Annotated[bool | None, "建物の賃借料を支払っていますか。"] = None
    state_subsidy: Annotated[bool | None, "建物の整備に国庫補助を受けましたか。"] = None
    renovation: Annotated[
        Renovation | None,
        "老朽改修をしたときは、その費用・延べ面積・補助の有無はどうですか（していなければ0円）。",
    ] = None
    subsidy_balance: Annotated[bool | None, "賃借料について、国庫補助の残額がありますか。"] = None
    urban: Annotated[bool | None, "所在地は都市部にあたりますか。"] = None
    rent_area: Annotated[str | None, "賃借料の地域はA〜Dのどれですか。"] = None
    climate_zone: Annotated[str | None, "冷暖房費の級地はどれですか。"] = None
    snow_region: Annotated[bool | None, "所在地は豪雪地帯ですか。"] = None
    ash_region: Annotated[bool | None, "所在地は降灰防除地域に指定されていますか。"] = None

    # What is settled with the March claim.
    external_audit: Annotated[bool | None, "今年度、外部監査を受けましたか。"] = None
    stakeholder_evaluation: Annotated[
        bool | None, "今年度、施設関係者評価を実施して結果を公表しましたか。"
    ] = None
    open_class: Annotated[bool | None, "施設関係者評価を、公開保育と組み合わせて実施しましたか。"] = None
    disaster_work: Annotated[bool | None, "施設の防災対策を計画し、そのための支出をしましたか。"] = None
    transition_duty: Annotated[bool | None, "小学校との接続を担当する職員を園務分掌で決めていますか。"] = None
    transition_exchange: Annotated[bool | None, "授業や行事などで小学校の子どもと交流していますか。"] = None
    transition_curriculum: Annotated[bool | None, "小学校との接続を見通した教育課程を編成していますか。"] = (
        None
    )
    third_party_evaluation: Annotated[bool | None, "今年度、第三者評価を受審しましたか。"] = None
    third_party_published: Annotated[bool | None, "第三者評価の結果を公表していますか。"] = None
    third_party_years: Annotated[frozenset[int] | None, "この加算を前に受けたのは何年度ですか。"] = None
    elderly_hours: Annotated[int | None, "高齢者等の年間の雇用時間は合計で何時間ですか。"] = None
    elderly_other_grant: Annotated[bool | None, "その高齢者等について、ほかの補助金を受けていますか。"] = None

    @property
    def fiscal_year(self) -> int:
        """The year whose table holds."""
        return self.month.fiscal_year


QUESTIONS: Final[dict[str, str]] = {
    name: hint.__metadata__[0]
    for name, hint in get_type_hints(Facts, include_extras=True).items()
    if hasattr(hint, "__metadata__")
}
