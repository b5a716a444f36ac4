"""Reports of 公定価格の加算 (実績): the totalled sheet, a sheet for each, a general one for those of new packs."""

from deploy.forms.item_parts import CENTRE, FIRST_YEAR, NOT_OFFICIAL, NUMBER, SMALL, TEXT, ItemSheet, says
from deploy.forms.item_totals import counts, general, top_of_summary
from deploy.forms.layout import C, Form
from documents.packs.manifest import Family

PRICE = "price"
REPORT = f"加算の実績の様式の形（福岡市 令和5年度）にならったもの。{NOT_OFFICIAL}"


def forms() -> list[Form]:
    """All of them."""
    return [
        results(),
        holiday_result(),
        team_result(),
        elderly_result(),
        strengthening_result(),
        general("price_result", "公定価格 加算 実績報告書", Family.PRICE, REPORT, "price/report/*"),
    ]


def results() -> Form:
    """実績 総括: every report of the year."""
    title = "公定価格 加算 実績報告書（総括表）"
    manifest = says(
        "price_results", title, Family.PRICE, REPORT, subject="application_year", of="price/report"
    )
    form = Form("price_results", str(FIRST_YEAR), manifest)
    sheet = form.sheet("実績総括表", columns=45, margin=12)
    top_of_summary(sheet, title)
    sheet.table(
        "items",
        "実績報告の項目",
        "year_items",
        (
            C("number", "No", "number", 2, look=CENTRE),
            C("item", "加算の実績", "item", 14, look=TEXT),
            C("wanted", "実績の有無", "wanted_words", 8, look=CENTRE),
            C("amount", "残額・返還額（円）", "amount_yen", 7, look=NUMBER),
            C("state", "状態", "state", 5, look=CENTRE),
            C("remarks", "備考\n（添付する書類）", "papers", 9, look=SMALL),
        ),
        rows=12,
        height=8,
        head_height=9,
    )
    counts(sheet)
    sheet.gap(1)
    sheet.note(f"※ 報告していない項目は、実績の有無が空欄です。{NOT_OFFICIAL}", height=4.2, size=7.5)
    return form


def _result(code: str, title: str, key: str) -> ItemSheet:
    made = ItemSheet(code, f"公定価格 加算 実績（{title}）", PRICE, key, name="実績", source=REPORT)
    made.heading("実績", f"{title}　実績報告書")
    return made


def holiday_result() -> Form:
    """休日保育."""
    made = _result("price_result_holiday", "休日保育加算", "holiday_care_report")
    made.section("1　見込みと実績（延べ利用数）")
    made.months("users_by_month", "users", "利用数（人）")
    made.row("planned_users", "difference", formulas={"difference": "{users}-{planned_users}"})
    made.section("2　利用した子ども（実人数）")
    made.row("persons", "from_elsewhere")
    made.section("3　加算額")
    made.row("granted_yen")
    return made.done("延べ利用数には、ほかの施設の子どもを含みます。")


def team_result() -> Form:
    """チーム保育推進."""
    made = _result("price_result_team", "チーム保育推進加算", "team_childcare_report")
    made.section("1　加算額と実支出額")
    made.row("granted_yen", "planned_yen")
    made.row("spent_yen", "rest_yen", formulas={"rest_yen": "MAX({granted_yen}-{spent_yen},0)"})
    made.section("2　残額が出た理由と使いみち（残額がなければ空欄）")
    made.long("rest_reason", height=45)
    made.long("rest_use", height=45)
    return made.done()


def elderly_result() -> Form:
    """高齢者等活躍促進."""
    made = _result("price_result_elderly", "高齢者等活躍促進加算", "elderly_employment_report")
    made.section("1　雇用時間")
    made.row("hours")
    made.section("2　加算額と実支出額")
    made.row("granted_yen")
    made.row("spent_yen", "rest_yen", formulas={"rest_yen": "MAX({granted_yen}-{spent_yen},0)"})
    made.section("3　残額が出た理由（残額がなければ空欄）")
    made.long("rest_reason", height=45)
    return made.done()


def strengthening_result() -> Form:
    """施設機能強化推進費."""
    made = _result("price_result_strengthening", "施設機能強化推進費加算", "facility_strengthening_report")
    made.section("1　加算額と実支出額")
    made.row("planned_yen", "granted_yen")
    made.row("spent_yen", "rest_yen", formulas={"rest_yen": "MAX({granted_yen}-{spent_yen},0)"})
    made.section("2　見込みと違った理由（違わなければ空欄）")
    made.long("reason", height=45)
    made.papers()
    return made.done()
