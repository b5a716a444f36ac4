"""賃金改善計画書 and 賃金改善実績報告書 until 令和6年度, with ①…⑪ of the account and ①…⑯ of each person."""

from dataclasses import replace

from deploy.forms.layout import C, Form, L, Look, Part, Sheet, V, head
from deploy.forms.parts import SHEETS, amount, known, layout_note, page_sum, verdict
from deploy.forms.treatment_parts import (
    FUKUOKA,
    LAST_YEAR_OF_BEFORE,
    MIDDLE,
    NOTE,
    SMALL,
    place,
    says,
    top,
)
from documents.packs.manifest import FormColumn

YEN = Look(size=7.5, align="right", number_format="#,##0")
FIRST_YEAR = 2023


def forms() -> list[Form]:
    """All of them."""
    return [plan(), report()]


def _form(code: str, title: str, item: str, source: str) -> Form:
    said = says(code, title, item, f"{source}{FUKUOKA}", from_year=FIRST_YEAR, to_year=LAST_YEAR_OF_BEFORE)
    return Form(code, f"{FIRST_YEAR}", said)


def plan() -> Form:
    """①=②+⑪, ②=③−④−⑤−⑥−⑦, ⑦=⑧+⑨−⑩, and whether it is enough."""
    form = _form("wage_plan", "賃金改善計画書（処遇改善等加算Ⅰ）", "wage_plan", "賃金改善計画書（①〜⑪）。")
    sheet = form.sheet("計画書", columns=60)
    top(sheet, "賃金改善計画書（処遇改善等加算Ⅰ）", "加算による賃金改善の計画を、次のとおり提出します。")
    sheet.section("1　加算の見込額", height=6)
    sheet.line(
        head("新規事由", 12, size=8.5),
        V("is_new", "新規事由", "answers.is_new", 18, "have", look=MIDDLE),
        head("賃金改善要件分の率", 14, size=8.5),
        V("percent", "賃金改善要件分の率", "answers.percent", 12, look=Look(align="right")),
        L("％", 4, look=MIDDLE),
    )
    sheet.line(
        head("実施期間", 12, size=8.5),
        V("from_month", "実施期間の始まり", "answers.from_month_of_plan", 18, "month", look=MIDDLE),
        L("から", 6, look=MIDDLE),
        V("to_month", "実施期間の終わり", "answers.to_month_of_plan", 18, "month", look=MIDDLE),
        L("まで", 6, look=MIDDLE),
    )
    _rows(
        sheet,
        ("", "expected_yen", "加算見込額", "", ""),
        ("", "specific_yen", "うち、新規事由による額", "", ""),
        (
            "A",
            "planned_yen",
            "特定加算見込額",
            "千円未満切捨て",
            known("ROUNDDOWN({specific_yen},-3)", "specific_yen"),
        ),
    )
    sheet.section("2　賃金改善等見込額", height=6.5)
    _rows(
        sheet,
        ("③", "paid_yen", "支払賃金の見込額", "", ""),
        ("④", "carried_yen", "うち、前年度の残額の支払い", "", ""),
        ("⑤", "ii_yen", "うち、加算Ⅱの新規事由による改善", "", ""),
        ("⑥", "iii_yen", "うち、加算Ⅲによる改善", "", ""),
        ("⑧", "base_level_yen", "基準年度の賃金水準", "", ""),
        ("⑨", "revision_yen", "人件費の改定分", "", ""),
        ("⑩", "before_yen", "基準年度の加算Ⅲなど", "", ""),
        ("⑦", "starting_yen", "起点賃金水準", "⑧＋⑨－⑩", _sum("base_level_yen revision_yen", "before_yen")),
        (
            "②",
            "wage_gain_yen",
            "賃金改善の見込額",
            "③－④－⑤－⑥－⑦",
            _sum("paid_yen", "carried_yen ii_yen iii_yen starting_yen"),
        ),
        ("⑪", "insurance_yen", "事業主負担の増加の見込額", "", ""),
        ("①", "improved_yen", "賃金改善等見込額", "②＋⑪", _sum("wage_gain_yen insurance_yen", "")),
    )
    sheet.section("3　ほかの施設との拠出・受入れ（同じ法人）", height=6.5)
    _rows(
        sheet,
        ("", "paid_out_yen", "拠出の見込額", "", ""),
        ("", "paid_in_yen", "受入れの見込額", "", ""),
        ("", "balance_yen", "差引き", "受入れ－拠出", _sum("paid_in_yen", "paid_out_yen")),
    )
    sheet.section("4　確認（A≦B）", height=6.5)
    _checks(
        sheet,
        "新規事由があるとき：特定加算見込額（A） ≦ 賃金改善等見込額（①）",
        "新規事由がないとき：起点賃金水準（⑦） ≦ 賃金の見込額（③－④－⑤－⑥）",
        enough=("planned_yen", "improved_yen"),
        kept="wage_gain_yen",
    )
    sheet.section("5　改善の方法", height=6.5)
    sheet.line(V("method", "改善の方法", "answers.method", 60, look=Look(size=8.5, top=True)), height=14)
    return form


def _rows(sheet: Sheet, *rows: tuple[str, str, str, str, str]) -> None:
    for mark, key, label, note, formula in rows:
        source = f"answers.{key}" if key != "balance_yen" else "answers.paid_in_yen - answers.paid_out_yen"
        amount(
            sheet, key, label, source, mark=mark, note=note, formula=formula, bold=bool(formula), height=5.6
        )


def _checks(sheet: Sheet, with_reason: str, without: str, *, enough: tuple[str, str], kept: str) -> None:
    """One of two checks holds, by whether there is a 新規事由; the other one stays empty."""
    needed, reached = enough
    for key, words, source, formula in (
        (
            "is_enough",
            with_reason,
            f'("適" if answers.{needed} <= answers.{reached} else "否") if answers.is_new else ""',
            known(f'IF({{is_new}}="有",IF({{{needed}}}<={{{reached}}},"適","否"),"")', needed, reached),
        ),
        (
            "keeps_level",
            without,
            f'"" if answers.is_new else ("適" if answers.{kept} >= 0 else "否")',
            known(f'IF({{is_new}}="無",IF({{{kept}}}>=0,"適","否"),"")', kept),
        ),
    ):
        sheet.line(
            L(words, 50, look=Look(size=8.5)),
            V(key, words, source, 10, formula=formula, look=Look(align="center", bold=True)),
        )


def report() -> Form:
    """What was paid against the level it began with, person by person in ① to ⑯."""
    form = _form(
        "wage_report",
        "賃金改善実績報告書（処遇改善等加算Ⅰ）",
        "report/wage_report",
        "賃金改善実績報告書と賃金改善明細（①〜⑯）。",
    )
    sheet = form.sheet("報告書", columns=60)
    top(sheet, "賃金改善実績報告書（処遇改善等加算Ⅰ）", "加算による賃金改善の実績を、次のとおり報告します。")
    sheet.section("1　加算の実績額")
    sheet.line(
        head("新規事由", 12, size=8.5),
        V("is_new", "新規事由", "answers.is_new", 18, "have", look=MIDDLE),
        L("", 30),
    )
    _rows(
        sheet,
        ("", "received_i_yen", "加算Ⅰの加算額", "", ""),
        ("", "received_ii_yen", "加算Ⅱの加算額", "", ""),
        ("", "received_iii_yen", "加算Ⅲの加算額", "", ""),
        ("A", "specific_yen", "特定加算実績額（新規事由による額）", "", ""),
    )
    sheet.gap(2)
    sheet.section("2　賃金改善等実績総額")
    _rows(
        sheet,
        ("③", "paid_yen", "支払賃金の総額（明細の⑫）", "", ""),
        ("⑦", "starting_yen", "起点賃金水準の総額（明細の⑧）", "", ""),
        ("②", "gain_yen", "賃金改善実績額（明細の⑯）", "", ""),
        ("⑪", "insurance_yen", "事業主負担の増加額", "", ""),
        ("①", "improved_yen", "賃金改善等実績総額", "②＋⑪", _sum("gain_yen insurance_yen", "")),
    )
    sheet.gap(2)
    sheet.section("3　ほかの施設との拠出・受入れ（同じ法人）")
    _rows(
        sheet,
        ("", "paid_out_yen", "拠出した額", "", ""),
        ("", "paid_in_yen", "受け入れた額", "", ""),
        ("", "balance_yen", "差引き", "受入れ－拠出", _sum("paid_in_yen", "paid_out_yen")),
    )
    sheet.gap(2)
    sheet.section("4　確認（A≦B）")
    _checks(
        sheet,
        "新規事由があるとき：特定加算実績額（A） ≦ 賃金改善等実績総額（①）",
        "新規事由がないとき：起点賃金水準 ≦ 支払った賃金（②が0円以上）",
        enough=("specific_yen", "improved_yen"),
        kept="gain_yen",
    )
    verdict(sheet, "tells_staff", "改善の内容をすべての職員に知らせた。", "answers.tells_staff", "")
    sheet.gap(2)
    sheet.section("5　支払残額")
    _rows(sheet, ("", "rest_yen", "翌年度に払う額", "千円未満切捨て", ""))
    sheet.line(
        head("払う月", 12, size=8.5),
        V("rest_paid_by", "残額を払う月", "answers.rest_paid_by", 18, "month", look=MIDDLE),
        L("", 30),
    )
    _details(form)
    return form


DETAILS = (
    ("last_base", "基本給", "①", "last_base"),
    ("last_allowance", "手当", "②", "last_allowance"),
    ("last_post", "うち\n役職手当", "", "last_post"),
    ("last_bonus", "賞与", "③", "last_bonus"),
    ("last_total", "小計", "④\n①＋②＋③", "last_total"),
    ("revision_guide", "改定の\n目安額", "④×⑤", "revision_guide"),
    ("revision", "改定の\n実費", "⑥", "revision"),
    ("before", "基準年度\nの加算Ⅲ等", "⑦", "before"),
    ("starting", "起点賃金\n水準", "⑧\n④＋⑥－⑦", "starting"),
    ("base", "基本給", "⑨", "base"),
    ("allowance", "手当", "⑩", "allowance"),
    ("post", "うち\n役職手当", "", "post"),
    ("bonus", "賞与", "⑪", "bonus"),
    ("total", "計", "⑫\n⑨＋⑩＋⑪", "total"),
    ("carried", "うち前年\n度の残額", "⑬", "carried"),
    ("ii", "うち加算\nⅡの新規", "⑭", "ii"),
    ("iii", "うち\n加算Ⅲ", "⑮", "iii"),
    ("gain", "改善額", "⑯", "gain"),
)
# Formulas of a row, by column; with the cells that must be there.
FORMULAS = {
    "last_total": (
        "SUM({last_base},{last_allowance},{last_bonus})",
        "{last_base},{last_allowance},{last_bonus}",
        3,
    ),
    "starting": ("{last_total}+{revision}-{before}", "{last_total}", 1),
    "total": ("SUM({base},{allowance},{bonus})", "{base},{allowance},{bonus}", 3),
    "gain": ("{total}-{carried}-{ii}-{iii}-{starting}", "{total},{starting}", 2),
}
# Amounts that may be left open; sums take them for nothing.
OPEN = ("last_post", "revision", "before", "post", "carried", "ii", "iii")


def _details(form: Form) -> None:
    """明細: one row a person."""
    sheet = form.sheet("明細", columns=164, landscape=True, paper="A3", margin=8)
    place(sheet, "賃金改善明細（職員ごと）")
    who = (
        ("番号", 4),
        ("氏名", 12),
        ("Ⅰ", 2),
        ("Ⅱ", 2),
        ("Ⅲ", 2),
        ("職種", 8),
        ("常勤", 3),
        ("経験\n年数", 3),
        ("常勤\n換算", 4),
        ("役員\n兼務", 3),
    )
    sheet.line(
        *(head(words, span, 3, size=7.5) for words, span in who),
        head("起点となる賃金（円）", 30, size=8.5),
        head("改定率\n⑤（％）", 4, 3, size=6.5),
        head("改定・基準年度の加算（円）", 24, size=8),
        head("今年度の賃金（円）", 30, size=8.5),
        head("うち（円）", 18, size=8),
        head("改善額\n（円）", 6, 2, size=7.5),
        head("備考", 9, 3, size=7.5),
        height=6,
    )
    sheet.line(*(head(label, 6, size=7) for _, label, _, _ in DETAILS[:-1]), height=8)
    sheet.line(*(head(mark, 6, size=6.5) for _, _, mark, _ in DETAILS), height=7)
    sheet.table(
        "staff",
        "職員ごとの賃金",
        "answers_staff",
        (
            C("place", "番号", "number", 4, "plain", look=MIDDLE),
            C("name", "氏名", "row_name", 12, look=Look(size=8.5)),
            C("by_i", "改善実施Ⅰ", "by_i", 2, "circle", look=MIDDLE),
            C("by_ii", "改善実施Ⅱ", "by_ii", 2, "circle", look=MIDDLE),
            C("by_iii", "改善実施Ⅲ", "by_iii", 2, "circle", look=MIDDLE),
            C("job", "職種", "job", 8, look=SMALL),
            C("regular", "常勤", "regular", 3, words=("常", "非"), look=MIDDLE),
            C("experience", "経験年数", "experience", 3, look=MIDDLE),
            C("equivalent", "常勤換算", "equivalent", 4, look=MIDDLE),
            C("officer", "法人役員との兼務", "officer", 3, "circle", look=MIDDLE),
            *_amounts(DETAILS[:5]),
            C("revision_percent", "⑤ 改定率", "revision_percent", 4, look=MIDDLE),
            *_amounts(DETAILS[5:]),
            C("remark", "備考", "remark", 9, look=Look(size=7)),
        ),
        rows=28,
        height=7,
        headings=False,
        besides=tuple(
            FormColumn(f"{key}_or_0", f"{key}（なければ0）", f"{key} if known({key}) else 0") for key in OPEN
        ),
    )
    sums: list[Part] = [head("この表の計", 43, size=8.5)]
    for key, label, mark, _ in DETAILS:
        if key == "revision_guide":
            sums.append(L("", 4))
        sums.append(
            V(
                f"page_{key}",
                f"この表の{mark.partition(chr(10))[0] or label.replace(chr(10), '')}の計（{key}）",
                f"sum(staff_page.{key}{'_or_0' if key in OPEN else ''})",
                6,
                formula=page_sum(key, may_be_open=key in OPEN),
                look=YEN,
            )
        )
    sheet.line(*sums, L("", 9))
    sheet.line(
        head("合計", 43, size=8.5),
        L("", 6 * 17 + 4),
        V("all_gain", "⑯の合計", "answers.gain_yen", 6, look=replace(YEN, bold=True)),
        L("", 9),
    )
    sheet.line(V("page_words", "枚数", SHEETS, 164, look=NOTE), height=5)
    layout_note(
        sheet,
        "※ 非常勤も含めたすべての職員です。⑯＝⑫－⑬－⑭－⑮－⑧。年度の途中で入った、または辞めた職員と、"
        "改善が特に多い、少ない、またはない職員は、備考に理由を書きます。",
    )


def _amounts(wanted: tuple[tuple[str, str, str, str], ...]) -> list[C]:
    found = []
    for key, label, mark, source in wanted:
        formula, cells, count = FORMULAS.get(key, ("", "", 0))
        whole = f'IF(COUNT({cells})<{count},"",{formula})' if formula else ""
        words = f"{mark.partition(chr(10))[0]} {label.replace(chr(10), '')}".strip()
        found.append(C(key, words, source, 6, formula=whole, look=YEN))
    return found


def _sum(plus: str, minus: str) -> str:
    """Sums and differences of other rows."""
    added, taken = plus.split(), minus.split()
    formula = "+".join(f"{{{key}}}" for key in added) + "".join(f"-{{{key}}}" for key in taken)
    return known(formula, *added, *taken)
