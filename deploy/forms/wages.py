"""賃金改善計画書 and 賃金改善実績報告書 from 令和7年度."""

from dataclasses import replace

from deploy.forms.layout import C, Form, L, Look, Sheet, V, head
from deploy.forms.parts import SHEETS, amount, known, layout_note, page_sum, verdict
from deploy.forms.treatment_parts import FUKUOKA, MIDDLE, NOTE, SMALL, place, says, top
from documents.packs.manifest import FormColumn

YEN = Look(size=8.5, align="right", number_format="#,##0")


def forms() -> list[Form]:
    """All of them."""
    return [plan(), report()]


def plan() -> Form:
    """A plan is asked of facilities only that are new to the addition."""
    form = Form(
        "wage_plan",
        "2025",
        says(
            "wage_plan",
            "賃金改善計画書（新しく加算を受ける施設）",
            "wage_plan",
            f"賃金改善計画書の形を、令和7年度からの区分に読み替えた。{FUKUOKA}",
        ),
    )
    sheet = form.sheet("計画書", columns=60)
    top(sheet, "賃金改善計画書", "処遇改善等加算による賃金改善の計画を、次のとおり提出します。")
    sheet.section("1　加算の見込額")
    amount(sheet, "expected_yen", "区分2と区分3の加算見込額", "answers.expected_yen")
    amount(
        sheet,
        "planned_yen",
        "特定加算見込額",
        "answers.planned_yen",
        mark="A",
        note="千円未満切捨て",
        formula=known("ROUNDDOWN({expected_yen},-3)", "expected_yen"),
        bold=True,
    )
    sheet.gap(2)
    sheet.section("2　賃金改善の見込額")
    amount(sheet, "paid_yen", "支払う賃金の見込み（年額）", "answers.paid_yen", mark="①")
    amount(sheet, "starting_yen", "起点になる賃金の水準（年額）", "answers.starting_yen", mark="②")
    amount(sheet, "insurance_yen", "改善に伴う事業主負担の増加", "answers.insurance_yen", mark="③")
    amount(
        sheet,
        "improved_yen",
        "賃金改善の見込額",
        "answers.improved_yen",
        mark="B",
        note="①－②＋③",
        formula=known(
            "{paid_yen}-{starting_yen}+{insurance_yen}", "paid_yen", "starting_yen", "insurance_yen"
        ),
        bold=True,
    )
    sheet.gap(2)
    sheet.section("3　確認")
    verdict(
        sheet,
        "is_enough",
        "特定加算見込額（A）が、賃金改善の見込額（B）を超えていない（A≦B）。",
        "answers.planned_yen <= answers.improved_yen",
        known('IF({planned_yen}<={improved_yen},"適","否")', "planned_yen", "improved_yen"),
    )
    sheet.gap(2)
    sheet.section("4　改善の方法")
    sheet.line(V("method", "改善の方法", "answers.method", 60, look=Look(top=True)), height=45)
    layout_note(
        sheet,
        "※ 令和7年度から、計画書が要るのは新しく加算を受ける施設だけです。ほかは誓約書です。",
    )
    return form


def report() -> Form:
    """What was received against what was paid, person by person."""
    form = Form(
        "wage_report",
        "2025",
        says(
            "wage_report",
            "賃金改善実績報告書",
            "report/wage_report",
            "賃金改善実績報告書と賃金改善明細の形に、令和7年度からの前年度との比較と2分の1の要件を入れた。"
            f"区分2の額の出し方は未確認。{FUKUOKA}",
            embeds_workbook=True,
        ),
    )
    sheet = form.sheet("報告書", columns=60)
    top(sheet, "賃金改善実績報告書", "処遇改善等加算による賃金改善の実績を、次のとおり報告します。")
    _received(sheet)
    _improved(sheet)
    _checks(sheet)
    _details(form)
    return form


def _received(sheet: Sheet) -> None:
    sheet.section("1　賃金改善に充てる額", height=6)
    amount(sheet, "received_12_yen", "区分1・2の加算額", "answers.received_12_yen", height=5.8)
    amount(sheet, "category_2_yen", "うち、区分2の加算額", "answers.category_2_yen", mark="①", height=5.8)
    amount(sheet, "category_3_yen", "区分3の加算額", "answers.category_3_yen", mark="②", height=5.8)
    amount(sheet, "carried_yen", "前年度から繰り越した額", "answers.carried_yen", mark="③", height=5.8)
    amount(
        sheet,
        "due_yen",
        "賃金改善に充てる額",
        "answers.due_yen",
        mark="A",
        note="①＋②＋③",
        formula=known("{category_2_yen}+{category_3_yen}+{carried_yen}", "category_2_yen", "carried_yen"),
        bold=True,
    )


def _improved(sheet: Sheet) -> None:
    sheet.section("2　賃金改善の実績額", height=6.5)
    amount(sheet, "gain_yen", "賃金の改善額の合計（明細の⑪）", "answers.gain_yen", mark="④", height=5.8)
    amount(
        sheet,
        "monthly_gain_yen",
        "うち、基本給と毎月の手当（明細の⑩）",
        "answers.monthly_gain_yen",
        mark="⑤",
        height=5.8,
    )
    amount(sheet, "insurance_yen", "前年度の法定福利費の総額", "answers.insurance_yen", mark="⑥", height=5.8)
    amount(sheet, "payroll_yen", "前年度の賃金の総額", "answers.payroll_yen", mark="⑦", height=5.8)
    amount(
        sheet,
        "employer_yen",
        "改善に伴う事業主負担の増加",
        "answers.employer_yen",
        mark="⑧",
        note="④×⑥÷⑦（円未満切捨て）",
        formula=known(
            "INT({gain_yen}*{insurance_yen}/{payroll_yen})", "gain_yen", "insurance_yen", "payroll_yen"
        ),
        height=5.8,
    )
    amount(
        sheet,
        "paid_out_yen",
        "同じ法人のほかの施設へ拠出した額",
        "answers.paid_out_yen",
        mark="⑨",
        height=5.8,
    )
    amount(
        sheet,
        "paid_in_yen",
        "同じ法人のほかの施設から受け入れた額",
        "answers.paid_in_yen",
        mark="⑩",
        height=5.8,
    )
    amount(
        sheet,
        "improved_yen",
        "賃金改善の実績額",
        "answers.improved_yen",
        mark="B",
        note="④＋⑧＋⑨－⑩",
        formula=known(
            "{gain_yen}+{employer_yen}+{paid_out_yen}-{paid_in_yen}",
            "gain_yen",
            "employer_yen",
            "paid_out_yen",
            "paid_in_yen",
        ),
        bold=True,
    )


def _checks(sheet: Sheet) -> None:
    sheet.section("3　確認", height=6.5)
    verdict(
        sheet,
        "is_enough",
        "賃金改善に充てる額（A）が、賃金改善の実績額（B）を超えていない（A≦B）。「否」のときは残額があります。",
        "answers.due_yen <= answers.improved_yen",
        known('IF({due_yen}<={improved_yen},"適","否")', "due_yen", "improved_yen"),
    )
    half = "answers.category_2_yen + (answers.category_3_yen if known(answers.category_3_yen) else 0)"
    verdict(
        sheet,
        "half_in_base",
        "区分2と区分3（①＋②）の2分の1以上を、基本給か毎月の手当（⑤）で改善した。",
        f"answers.monthly_gain_yen * 2 >= {half}",
        known(
            'IF({monthly_gain_yen}*2>={category_2_yen}+{category_3_yen},"適","否")',
            "monthly_gain_yen",
            "category_2_yen",
        ),
    )
    verdict(sheet, "tells_staff", "改善の内容をすべての職員に知らせた。", "answers.tells_staff", "")
    sheet.section("4　残額", height=6.5)
    amount(
        sheet,
        "rest_yen",
        "翌年度に賃金として払う額",
        "answers.rest_yen",
        mark="C",
        note="A－B（0円を下回るときは0円）",
        formula=known("MAX({due_yen}-{improved_yen},0)", "due_yen", "improved_yen"),
        bold=True,
    )
    sheet.line(
        head("残額が出た理由", 12, size=8.5),
        V("rest_reason", "残額が出た理由", "answers.rest_reason", 30, look=Look(size=8.5, top=True)),
        head("払う月", 6, size=8.5),
        V("rest_paid_by", "残額を払う月", "answers.rest_paid_by", 12, "month", look=MIDDLE),
        height=11,
    )


def _details(form: Form) -> None:
    """明細: one row a person, every number of the account in it."""
    sheet = form.sheet("明細", columns=120, landscape=True, paper="A3", margin=10)
    place(sheet, "賃金改善明細（職員ごと）")
    sheet.line(
        *(
            head(words, span, 3, size=8.5)
            for words, span in (("番号", 4), ("氏名", 12), ("職種", 9), ("常勤", 4), ("在籍\n月数", 4))
        ),
        head("前年度の賃金（円）", 28, size=8.5),
        head("今年度の賃金（円）", 28, size=8.5),
        head("給与の改定による\n増加（円）", 7, 2, size=7),
        head("改善額（円）", 14, size=8.5),
        head("備考", 10, 3, size=8.5),
        height=6,
    )
    year = ("基本給", "手当", "賞与", "計")
    gains = ("基本給と手当", "合計")
    sheet.line(*(head(words, 7, size=8) for words in (*year, *year, *gains)), height=6)
    marks = ("①", "②", "③", "④\n①＋②＋③", "⑤", "⑥", "⑦", "⑧\n⑤＋⑥＋⑦", "⑨", "⑩\n⑤＋⑥－①－②－⑨", "⑪\n⑧－④－⑨")
    sheet.line(*(head(words, 7, size=6.5) for words in marks), height=7.5)
    paid = "{last_base},{last_allowance}", "{base},{allowance}"
    sheet.table(
        "staff",
        "職員ごとの賃金",
        "answers_staff",
        (
            C("place", "番号", "number", 4, "plain", look=MIDDLE),
            C("name", "氏名", "row_name", 12, look=Look(size=9)),
            C("job", "職種", "job", 9, look=SMALL),
            C("regular", "常勤", "regular", 4, "circle", look=MIDDLE),
            C("months", "在籍月数", "months", 4, look=MIDDLE),
            C("last_base", "① 前年度の基本給", "last_base", 7, look=YEN),
            C("last_allowance", "② 前年度の手当", "last_allowance", 7, look=YEN),
            C("last_bonus", "③ 前年度の賞与", "last_bonus", 7, look=YEN),
            C(
                "last_total",
                "④ 前年度の計",
                "last_base + last_allowance + last_bonus",
                7,
                formula=_when_paid(f"SUM({paid[0]},{{last_bonus}})", f"{paid[0]},{{last_bonus}}", 3),
                look=YEN,
            ),
            C("base", "⑤ 今年度の基本給", "base", 7, look=YEN),
            C("allowance", "⑥ 今年度の手当", "allowance", 7, look=YEN),
            C("bonus", "⑦ 今年度の賞与", "bonus", 7, look=YEN),
            C(
                "total",
                "⑧ 今年度の計",
                "base + allowance + bonus",
                7,
                formula=_when_paid(f"SUM({paid[1]},{{bonus}})", f"{paid[1]},{{bonus}}", 3),
                look=YEN,
            ),
            C("revision", "⑨ 給与の改定による増加", "revision", 7, look=YEN),
            C(
                "monthly_gain",
                "⑩ 基本給と手当の改善額",
                "monthly_gain",
                7,
                formula=_when_paid(
                    "{base}+{allowance}-{last_base}-{last_allowance}-{revision}", f"{paid[0]},{paid[1]}", 4
                ),
                look=YEN,
            ),
            C(
                "gain",
                "⑪ 改善額",
                "gain",
                7,
                formula=_when_paid("{total}-{last_total}-{revision}", "{total},{last_total}", 2),
                look=YEN,
            ),
            C("remark", "備考", "remark", 10, look=SMALL),
        ),
        rows=28,
        height=7,
        headings=False,
        besides=(FormColumn("revision_or_0", "⑨（なければ0）", "revision if known(revision) else 0"),),
    )
    sums = (
        ("last_base", "①"),
        ("last_allowance", "②"),
        ("last_bonus", "③"),
        ("last_total", "④"),
        ("base", "⑤"),
        ("allowance", "⑥"),
        ("bonus", "⑦"),
        ("total", "⑧"),
        ("revision", "⑨"),
        ("monthly_gain", "⑩"),
        ("gain", "⑪"),
    )
    parts = [
        V(
            f"page_{key}",
            f"この表の{mark}の計",
            "sum(staff_page.revision_or_0)" if key == "revision" else f"sum(staff_page.{key})",
            7,
            formula=page_sum(key, may_be_open=key == "revision"),
            look=YEN,
        )
        for key, mark in sums
    ]
    sheet.line(head("この表の計", 33, size=8.5), *parts, L("", 10))
    sheet.line(
        head("合計", 33, size=8.5),
        L("", 63),
        V("all_monthly_gain", "⑩の合計", "answers.monthly_gain_yen", 7, look=replace(YEN, bold=True)),
        V("all_gain", "⑪の合計", "answers.gain_yen", 7, look=replace(YEN, bold=True)),
        L("", 10),
    )
    sheet.line(V("page_words", "枚数", SHEETS, 120, look=NOTE), height=5)
    layout_note(
        sheet,
        "※ 年度の途中で入った職員や辞めた職員は、同じ期間で比べた額です。"
        "改善が特に多い、少ない、またはない職員は、備考に理由を書きます。",
    )


def _when_paid(formula: str, cells: str, count: int) -> str:
    """Empty in rows without anybody, and until every amount is there."""
    return f'IF(COUNT({cells})<{count},"",{formula})'
