"""
Applications of 公定価格の加算・減算: the totalled sheet (総括表) and a sheet for each item (個票).

Fields follow the sheets of 福岡市 (令和5年度); rows are those of the item packs.
"""

from deploy.forms.item_parts import (
    CENTRE,
    COLUMNS,
    FIRST_YEAR,
    FUKUOKA,
    HEAD,
    NOT_OFFICIAL,
    NUMBER,
    TEXT,
    ItemSheet,
    columns_of,
    field,
    says,
    whose,
)
from deploy.forms.item_totals import general, summary
from deploy.forms.layout import C, Form, L, V, head, plain
from documents.packs.manifest import Family

PRICE = "price"
SUMMARY = f"公定価格加算・調整項目届出の総括表の形（福岡市 令和5年度）にならったもの。{NOT_OFFICIAL}"
# The items that have a sheet of their own; every other one has the general sheet.


def forms() -> list[Form]:
    """All of them."""
    return [
        summary("price_summary", "公定価格 加算・調整 適用申請書（総括表）", Family.PRICE, "price", SUMMARY),
        holiday(),
        depreciation(),
        rent(),
        team(),
        director(),
        saturday(),
        *chiefs(),
        office(),
        special_support(),
        nutrition(),
        elderly(),
        strengthening(),
        general("price_sheet", "公定価格 加算・調整 個票", Family.PRICE, FUKUOKA, "price/*"),
    ]


# ---------------------------------------------------------------- one item


def holiday() -> Form:
    """個票1."""
    made = ItemSheet(
        "price_sheet_holiday", "公定価格 個票1（休日保育加算）", PRICE, "holiday_care", name="個票1"
    )
    made.heading("個票1", "個票1　休日保育加算")
    made.section("1　要件")
    made.asked("open", "staff", "meals", "need")
    made.section("2　利用の見込み（ほかの施設の子どもを含む延べ利用数）")
    made.months("by_month", "users", "利用数（人）")
    made.section("3　単価の区分")
    made.row("variant")
    return made.done("休日は、日曜日、国民の祝日、年末年始です。")


def depreciation() -> Form:
    """個票2."""
    made = ItemSheet(
        "price_sheet_depreciation", "公定価格 個票2（減価償却費加算）", PRICE, "depreciation", name="個票2"
    )
    made.heading("個票2", "個票2　減価償却費加算")
    made.section("1　建物と費用")
    made.row("owned_percent")
    made.asked("cost", "rent", "subsidy")
    made.section("2　国庫補助を受けた建物の老朽改修（補助を受けていなければ空欄）")
    made.row("renovation_yen", "floor_area")
    made.yes_no_row("renovation_subsidised")
    made.yes_no_row("renovated")
    made.section("3　所在地と区分")
    made.yes_no_row("urban")
    made.row("variant")
    made.papers()
    return made.done("賃借料加算と一緒には受けられません。")


def rent() -> Form:
    """個票3."""
    made = ItemSheet("price_sheet_rent", "公定価格 個票3（賃借料加算）", PRICE, "rent", name="個票3")
    made.heading("個票3", "個票3　賃借料加算")
    made.section("1　要件")
    made.row("rented_percent")
    made.asked("paid", "balance", "depreciation")
    made.section("2　所在地と区分")
    made.ticked("area")
    made.yes_no_row("urban")
    made.row("variant")
    made.papers()
    return made.done("減価償却費加算と一緒には受けられません。")


def team() -> Form:
    """個票4."""
    made = ItemSheet(
        "price_sheet_team", "公定価格 個票4（チーム保育推進加算）", PRICE, "team_childcare", name="個票4"
    )
    made.heading("個票4", "個票4　チーム保育推進加算")
    made.section("1　職員の配置")
    made.row("capacity", "experience")
    made.row("teachers", "required")
    made.row("headroom", "extra_staff", formulas={"headroom": "{teachers}-{required}"})
    made.yes_no_row("age4plus")
    made.section("2　チーム保育の取組")
    made.long("activities", height=38)
    made.section("3　加配する職員にかかる費用と加算の使いみち")
    made.row("planned_yen")
    made.ticked("uses", height=10)
    made.papers()
    return made.done("4歳以上児配置改善加算と一緒には受けられません。")


def director() -> Form:
    """個票5."""
    made = ItemSheet(
        "price_sheet_director", "公定価格 個票5（施設長の配置）", PRICE, "no_director", name="個票5"
    )
    made.heading("個票5", "個票5　施設長（管理者）の配置")
    made.section("施設長（管理者）の要件")
    made.asked("experienced", "dedicated", "paid")
    return made.done("どれかが「いいえ」のときは、施設長を配置していない場合の減算に該当します。")


def saturday() -> Form:
    """個票6: days are typed in the months' facts; the sheet itself is filled by hand where the city asks for it."""
    title = "公定価格 個票6（土曜日に閉所する日）"
    manifest = says(
        "price_sheet_saturday",
        title,
        Family.PRICE,
        FUKUOKA,
        subject="application_year",
        of="price",
        facility_types=(
            "nursery",
            "certified_kodomoen",
            "small_a",
            "small_b",
            "small_c",
            "home_based",
            "workplace",
        ),
    )
    form = Form("price_sheet_saturday", str(FIRST_YEAR), manifest)
    sheet = form.sheet("個票6", columns=COLUMNS)
    sheet.line(plain("個票6", 20, size=9), height=6)
    sheet.title("個票6　土曜日に閉所する日", size=14, height=10)
    sheet.line(
        head("年度", HEAD, size=8.5), V("year_words", "年度", "year.fiscal_year", COLUMNS - HEAD, look=TEXT)
    )
    whose(sheet)
    sheet.gap(2)
    sheet.section("閉所する土曜日と理由（閉所する日に○、理由の欄にAまたはBを書いてください）")
    weeks = ("第1土曜日", "第2土曜日", "第3土曜日", "第4土曜日", "第5土曜日")
    sheet.line(head("月", 6), *(head(week, 6, size=8.5) for week in weeks), height=7)
    sheet.line(head("", 6), *(head(word, 3, size=8) for _ in weeks for word in ("閉所", "理由")), height=6)
    for number in range(12):
        month = (number + 3) % 12 + 1
        sheet.line(head(f"{month}月", 6, size=9), *(L("", 3, look=CENTRE) for _ in range(10)), height=9)
    sheet.gap(2)
    sheet.note(
        "理由A：利用する子どもがいない（希望がない）　　理由B：ほかの施設と共同で保育する", height=5, size=9
    )
    sheet.note(
        f"※ 加算・減算の計算には、毎月の「月の実績」に入力した閉所の日数を使います。{NOT_OFFICIAL}",
        height=4.5,
    )
    return form


def chiefs() -> list[Form]:
    """個票7 of nurseries and kindergartens, and the notice of kodomoen."""
    found = []
    for code, key, title, programmes in (
        (
            "price_sheet_chief",
            "chief_nursery_teacher",
            "主任保育士専任加算",
            ("extended_care", "temporary_care", "sick_child_care"),
        ),
        (
            "price_sheet_chief_teacher",
            "chief_teacher",
            "主幹教諭等専任加算",
            ("temporary_care_kindergarten", "temporary_care", "school_link"),
        ),
    ):
        made = ItemSheet(code, f"公定価格 個票7（{title}）", PRICE, key, name="個票7")
        made.heading("個票7", f"個票7　{title}")
        made.section("1　専任と代替")
        made.asked("dedicated", "substitute")
        made.row("person")
        made.section("2　実施している事業")
        made.asked(*programmes)
        made.row("infants" if key == "chief_nursery_teacher" else "age3mid", height=7)
        made.row("disabled")
        made.row("programmes")
        found.append(made.done("対象の事業を2つ以上実施していることが必要です。"))
    made = ItemSheet(
        "price_sheet_no_chief",
        "公定価格 個票7（主幹教諭等の専任化）",
        PRICE,
        "no_dedicated_chief",
        name="個票7",
    )
    made.heading("個票7", "個票7　主幹教諭等の専任化")
    made.section("専任化の要件")
    made.asked("dedicated", "substitute", "programmes")
    found.append(made.done("どれかが「いいえ」のときは、専任化をしていない場合の減算に該当します。"))
    return found


def office() -> Form:
    """個票7 of clerks."""
    made = ItemSheet(
        "price_sheet_office",
        "公定価格 個票7（事務職員配置・雇上費加算）",
        PRICE,
        "office_staff",
        name="個票7",
    )
    made.heading("個票7", "個票7　事務職員配置加算・事務職員雇上費加算")
    made.section("1　事務職員の配置")
    made.asked("placed")
    made.section("2　実施している事業（保育所）")
    made.asked("extended_care", "temporary_care", "sick_child_care")
    made.row("infants")
    made.row("disabled")
    made.section("3　利用定員（幼稚園）")
    made.row("capacity")
    return made.done(
        "保育所は対象の事業を1つ以上実施していることが必要です。施設の類型に当たらない欄は空欄です。"
    )


def special_support() -> Form:
    """個票8."""
    made = ItemSheet(
        "price_sheet_support", "公定価格 個票8（療育支援加算）", PRICE, "special_support", name="個票8"
    )
    made.heading("個票8", "個票8　療育支援加算")
    made.section("1　職員")
    made.asked("dedicated", "assistant")
    made.section("2　対象の子ども（人数だけを書きます）")
    made.row("disabled")
    made.row("allowance")
    made.section("3　区分")
    made.ticked("variant")
    made.papers()
    return made.done("子どもの氏名は書きません。対象の子どもを確かめる書類は、紙で提出します。")


def nutrition() -> Form:
    """個票9."""
    made = ItemSheet(
        "price_sheet_nutrition", "公定価格 個票9（栄養管理加算）", PRICE, "nutrition", name="個票9"
    )
    made.heading("個票9", "個票9　栄養管理加算")
    made.section("1　栄養士")
    made.ticked("dietitian", height=9)
    made.row("person")
    made.long("duties", height=14)
    made.asked("advice")
    made.section("2　区分")
    made.ticked("variant")
    made.papers()
    return made.done("配置がA、兼務がB、嘱託がCです。")


def elderly() -> Form:
    """個票10."""
    made = ItemSheet(
        "price_sheet_elderly",
        "公定価格 個票10（高齢者等活躍促進加算）",
        PRICE,
        "elderly_employment",
        name="個票10",
    )
    made.heading("個票10", "個票10　高齢者等活躍促進加算")
    made.section("1　対象の人")
    own = field(PRICE, "elderly_employment", "persons")
    made.sheet.table(
        "persons",
        own["label"],
        "answers_persons",
        (
            C("number", "No", "number", 2, look=CENTRE),
            *columns_of(own, (("person", 11, ""), ("who", 7, ""), ("duties", 16, ""))),
        ),
        rows=10,
        head_height=6,
    )
    made.section("2　雇用時間（全員の合計）")
    made.months("by_month", "hours", "時間")
    made.yes_no_row("other_grant")
    made.section("3　実施している事業")
    made.asked("extended_care", "temporary_care", "sick_child_care")
    made.row("infants")
    made.row("disabled")
    made.section("4　区分")
    made.ticked("variant")
    return made.done("年間の雇用時間が400時間以上のときに申請できます。")


def strengthening() -> Form:
    """個票11."""
    made = ItemSheet(
        "price_sheet_strengthening",
        "公定価格 個票11（施設機能強化推進費加算）",
        PRICE,
        "facility_strengthening",
        name="個票11",
    )
    made.heading("個票11", "個票11　施設機能強化推進費加算")
    made.section("1　取組")
    made.asked("disaster_work")
    made.section("2　取組の内容と費用")
    own = field(PRICE, "facility_strengthening", "works")
    made.sheet.table(
        "works",
        own["label"],
        "answers_works",
        (
            C("number", "No", "number", 2, look=CENTRE),
            *columns_of(
                own,
                (("month", 6, "month"), ("what", 15, ""), ("account", 7, ""), ("yen", 6, "")),
                month=CENTRE,
            ),
        ),
        rows=20,
        height=6,
        head_height=8,
    )
    for part in (
        V(
            "page_yen",
            "この用紙の計",
            "sum(works_page.yen)",
            6,
            formula="SUM({works.yen})",
            look=NUMBER,
        ),
        made.value("total_yen", 6),
        made.value("planned_yen", 6),
    ):
        made.sheet.line(head(f"{part.label}（円）", 30, size=8.5), part, height=6.5)
    return made.done("実際に支出した額は、3月の月の実績で入力します。")
