"""What documents themselves tell of every subject: the facility, its corporation, the city, and the form's own."""

from datetime import date

from documents.dictionary import Entry, Facts, Group, Kind, Row, Values, Vocabulary
from facilities.models import Facility, FacilityProfile, details_on, name_in
from pages import wareki
from pricing.vocabulary import region_words

FACILITY = Group(
    "facility",
    "施設",
    (
        Entry("number", "事業所番号", Kind.TEXT, "13桁の番号。頭の0も残ります。"),
        Entry("name", "施設名", Kind.TEXT, "帳票の日に使っていた名前。"),
        Entry("kind", "施設類型", Kind.TEXT, "保育所、認定こども園など。"),
        Entry(
            "kind_code",
            "施設類型のコード",
            Kind.TEXT,
            "nursery、certified_kodomoen など。式の条件に使います。",
        ),
        Entry("ownership", "公私区分", Kind.TEXT, "公立または私立。"),
        Entry("postal_code", "郵便番号", Kind.TEXT, "ハイフンの入った7桁。"),
        Entry("location", "所在地", Kind.TEXT, "帳票の日の所在地。"),
        Entry("opened_on", "認可年月日", Kind.DATE, "認可された日。"),
        Entry("approved_capacity", "認可定員", Kind.WHOLE, "その月の認可定員。", "人"),
        Entry("capacity_1", "利用定員（1号）", Kind.WHOLE, "その月の1号の利用定員。なければ空。", "人"),
        Entry(
            "capacity_23", "利用定員（2・3号）", Kind.WHOLE, "その月の2・3号の利用定員。なければ空。", "人"
        ),
        Entry("capacity_words", "利用定員（文）", Kind.TEXT, "「1号 15人　2・3号 90人」の形。"),
        Entry("region", "地域区分", Kind.TEXT, "「10/100地域」の形。"),
        Entry("region_percent", "地域区分（％）", Kind.WHOLE, "その月の地域区分。", "％"),
        Entry("base_percent", "加算率 区分1（基礎分）", Kind.WHOLE, "その月に使う率。", "％"),
        Entry("wage_percent", "加算率 区分2（賃金改善分）", Kind.WHOLE, "その月に使う率。", "％"),
        Entry("rates_are_provisional", "加算率は仮", Kind.YES_NO, "認定の前で、仮の率を使っているか。"),
    ),
)
CORPORATION = Group(
    "corporation",
    "設置主体",
    (
        Entry("name", "設置主体の名称", Kind.TEXT, "帳票の月に使っていた名前。"),
        Entry("number", "法人番号", Kind.TEXT, "13桁。登録がなければ空。"),
    ),
)
CITY = Group(
    "city",
    "市",
    (
        Entry("name", "市の名称", Kind.TEXT, "「青葉台市」の形。"),
        Entry("mayor", "あて名", Kind.TEXT, "「青葉台市長」の形。"),
        Entry("code", "市区町村コード", Kind.TEXT, "6桁。"),
    ),
)
CONTACT = Group(
    "contact",
    "様式に載せる事項",
    (
        Entry(
            "representative_title", "代表者の職名", Kind.TEXT, "施設が一度だけ入力します。", is_personal=True
        ),
        Entry("representative", "代表者の氏名", Kind.TEXT, "施設が一度だけ入力します。", is_personal=True),
        Entry(
            "representative_words",
            "代表者（職名と氏名）",
            Kind.TEXT,
            "「理事長　氏名」の形。",
            is_personal=True,
        ),
        Entry("corporation_postal_code", "設置主体の郵便番号", Kind.TEXT, "施設が一度だけ入力します。"),
        Entry("corporation_location", "設置主体の所在地", Kind.TEXT, "施設が一度だけ入力します。"),
        Entry("department", "担当者の部署", Kind.TEXT, "施設が一度だけ入力します。"),
        Entry("person", "担当者の氏名", Kind.TEXT, "施設が一度だけ入力します。", is_personal=True),
        Entry("phone", "電話番号", Kind.TEXT, "施設が一度だけ入力します。", is_personal=True),
    ),
)
FORM = Group(
    "form",
    "帳票",
    (
        Entry("title", "様式の名前", Kind.TEXT, "様式の表題。"),
        Entry("control_number", "管理番号", Kind.TEXT, "確定した帳票の番号。下書きでは空。"),
        Entry("day", "帳票の日", Kind.DATE, "施設や市の名前をいつの時点で載せるか。"),
        Entry("month", "対象年月", Kind.MONTH, "帳票の月。"),
        Entry("month_words", "対象年月（文）", Kind.TEXT, "「令和8年6月分」の形。"),
        Entry("fiscal_year", "年度", Kind.TEXT, "「令和8年度」の形。"),
        Entry("period", "対象の期間（文）", Kind.TEXT, "月または年度。帳票の対象が決めます。"),
        Entry("mark", "単価の印", Kind.TEXT, "「見本・支払不可」「暫定」。正式な単価なら空。"),
        Entry("is_draft", "下書き", Kind.YES_NO, "まだ確定していない内容か。"),
    ),
)
COMMON = Vocabulary((FORM, FACILITY, CORPORATION, CITY, CONTACT))


def common_values(facts: Facts, *, title: str, wanted: frozenset[str], contact: Row) -> Values:
    """The values of ``COMMON``; ``contact`` as the facility entered it. At most four queries."""
    found: dict[str, Row] = {"form": _form(facts, title), "contact": contact}
    facility = Facility.objects.select_related("corporation", "municipality").get(pk=facts.facility_id)
    if "facility" in wanted:
        found["facility"] = _facility(facility, facts.day)
    if "corporation" in wanted:
        corporation = facility.corporation
        found["corporation"] = {
            "name": name_in(corporation, facts.month),
            "number": corporation.corporate_number or None,
        }
    city = facility.municipality
    found["city"] = {"name": city.name, "mayor": f"{city.name}長", "code": city.code}
    return found


def _form(facts: Facts, title: str) -> Row:
    month = facts.month
    return {
        "title": title,
        "control_number": facts.control_number if facts.is_final else None,
        "day": facts.day,
        "month": month.first_day,
        "month_words": f"{wareki.month_words(month.first_day)}分",
        "fiscal_year": wareki.fiscal_year_words(month.fiscal_year),
        "period": facts.period_words or f"{wareki.month_words(month.first_day)}分",
        "mark": facts.price_mark or None,
        "is_draft": not facts.is_final,
    }


def _facility(facility: Facility, day: date) -> Row:
    held = details_on(facility, day)
    profile = (
        FacilityProfile.objects.filter(facility=facility, from_month__lte=day).order_by("-from_month").first()
    )
    capacities = (
        []
        if profile is None
        else [
            f"{words} {count}人"
            for words, count in (("1号", profile.capacity_1), ("2・3号", profile.capacity_23))
            if count
        ]
    )
    return {
        "number": facility.number,
        "name": held.name,
        "kind": facility.get_kind_display(),
        "kind_code": facility.kind,
        "ownership": held.get_ownership_display(),
        "postal_code": held.postal_code,
        "location": held.location,
        "opened_on": facility.opened_on,
        "approved_capacity": profile and profile.approved_capacity,
        "capacity_1": profile and profile.capacity_1,
        "capacity_23": profile and profile.capacity_23,
        "capacity_words": "　".join(capacities) or None,
        "region": profile and region_words(profile.region_percent),
        "region_percent": profile and profile.region_percent,
        "base_percent": profile and profile.base_percent,
        "wage_percent": profile and profile.wage_percent,
        "rates_are_provisional": profile and profile.rates_are_provisional,
    }
