"""加算算定対象人数 of 区分3 (until 令和6年度 加算Ⅱ), and to whom it was paid."""

from dataclasses import replace

from deploy.forms.layout import C, Form, L, Look, Part, Sheet, V, head
from deploy.forms.parts import SHEETS, known, layout_note, unit
from deploy.forms.treatment_parts import (
    BIG,
    FUKUOKA,
    LAST_YEAR_OF_BEFORE,
    MIDDLE,
    NOTE,
    NUMBER,
    SMALL,
    place,
    says,
    top,
)


def forms() -> list[Form]:
    """All of them."""
    return [headcounts(), headcounts_before(), leaders_report()]


AGES = (
    ("r4", "4歳以上児", "answers.n4", "25 if answers.age4plus else 30", ""),
    ("r3", "3歳児（満3歳児を含む）", "answers.n3 + answers.n3mid", "15 if answers.age3 else 20", ""),
    (
        "r12",
        "1・2歳児",
        "answers.n1 + answers.n2",
        '"5・6" if answers.age1 else 6',
        "1歳児配置改善加算があるときは、1歳児5人・2歳児6人で別に算出",
    ),
    ("r0", "0歳児", "answers.n0", "3", ""),
)
FLAGS = (
    ("age4plus", "4歳以上児配置改善加算"),
    ("age3", "3歳児配置改善加算"),
    ("age1", "1歳児配置改善加算"),
    ("chief", "主任保育士専任加算"),
    ("office", "事務職員配置・雇上費加算"),
    ("holiday", "休日保育加算"),
    ("team", "チーム保育推進加算"),
    ("nutrition", "栄養管理加算"),
)


def headcounts() -> Form:
    """From 令和7年度: 人数A and B of 区分3."""
    form = Form(
        "treatment_headcounts",
        "2025",
        says(
            "treatment_headcounts",
            "加算算定対象人数 算定表（区分3）",
            "treatment_3",
            "加算算定対象人数の様式（加算Ⅱ）を区分3に読み替えた。"
            f"b〜gと利用定員の行の人数は未確認で、施設が入力した合計を載せる。{FUKUOKA}",
        ),
    )
    sheet = form.sheet("算定表", columns=60)
    top(
        sheet,
        "加算算定対象人数　算定表（区分3）",
        "処遇改善等加算（区分3）の加算算定対象人数の認定を、次のとおり申請します。",
    )
    _headcounts(sheet)
    return form


def headcounts_before() -> Form:
    """Until 令和6年度: 人数A and B of 加算Ⅱ, and the headcount of 加算Ⅲ."""
    form = Form(
        "treatment_headcounts",
        "2023",
        says(
            "treatment_headcounts",
            "加算算定対象人数等認定申請書（加算Ⅱ・Ⅲ）",
            "treatment_3",
            f"加算算定対象人数の様式（加算Ⅱ・Ⅲ）。b〜gと利用定員の行の人数、加算Ⅲの増減の行は未確認。{FUKUOKA}",
            from_year=2023,
            to_year=LAST_YEAR_OF_BEFORE,
        ),
    )
    sheet = form.sheet("申請書", columns=60)
    top(
        sheet,
        "加算算定対象人数等認定申請書",
        "処遇改善等加算Ⅱの加算算定対象人数の認定を、次のとおり申請します。",
    )
    _headcounts(sheet)
    return form


def _headcounts(sheet: Sheet) -> None:
    sheet.line(
        head("適用開始月", 9, size=8.5),
        V("from_month", "適用開始月", "application.from_month", 21, "month"),
        head("利用定員", 9, size=8.5),
        V("capacity_words", "利用定員", "facility.capacity_words", 21),
    )
    sheet.gap(2)
    sheet.section("1　適用を受ける加算")
    for start in range(0, len(FLAGS), 2):
        parts: list[Part] = []
        for key, label in FLAGS[start : start + 2]:
            parts += [L(label, 22), V(key, label, f"answers.{key}", 8, "have", look=MIDDLE)]
        sheet.line(*parts, height=6)
    sheet.gap(2)
    sheet.section("2　年齢別の児童数（12か月の平均）から算出する職員数")
    sheet.line(
        head("年齢", 16, size=8.5),
        head("児童数（人）", 12, size=8.5),
        head("配置基準（人）", 10, size=8.5),
        head("算出（人）", 10, size=8.5),
        head("備考", 12, size=8.5),
    )
    for key, label, count, ratio, note in AGES:
        divisor = 6 if key == "r12" else f"{key}_ratio"
        result = f"floor({key}_count / {divisor}, 1/10)"
        formula = known(f"ROUNDDOWN({{{key}_count}}/{{{key}_ratio}},1)", f"{key}_count")
        if key == "r12":
            result = (
                f"floor(answers.n1 / 5, 1/10) + floor(answers.n2 / 6, 1/10) if answers.age1 else {result}"
            )
            formula = ""
        sheet.line(
            L(label, 16),
            V(f"{key}_count", f"{label}の児童数", count, 12, look=NUMBER),
            V(f"{key}_ratio", f"{label}の配置基準", ratio, 10, look=NUMBER),
            V(f"{key}_result", f"{label}から算出", result, 10, formula=formula, look=NUMBER),
            L(note, 12, look=Look(size=6.5)),
            height=7.5 if note else 6.5,
        )
    total = "{r4_result}+{r3_result}+{r12_result}+{r0_result}"
    keys = ("r4_result", "r3_result", "r12_result", "r0_result")
    sheet.line(
        head("年齢別配置の計（a）", 38, size=8.5),
        V("by_age", "年齢別配置の人数（a）", "answers.by_age", 10, formula=known(total, *keys), look=NUMBER),
        L("小数点第2位以下切捨て", 12, look=Look(size=7)),
    )
    sheet.line(
        head("年齢別配置のほかに加える人数（b〜gと利用定員の行）", 38, size=8.5),
        V("other", "年齢別配置のほかに加える人数", "answers.other", 10, look=NUMBER),
        L("通知の計算表による", 12, look=Look(size=7)),
    )
    sheet.gap(2)
    sheet.section("3　加算算定対象人数")
    sheet.line(
        head("基礎の職員数", 20, size=8.5),
        head("人数A（基礎の職員数×1/3）", 20, size=8.5),
        head("人数B（基礎の職員数×1/5）", 20, size=8.5),
    )
    sheet.line(
        V(
            "base_number",
            "基礎の職員数",
            "answers.number",
            14,
            formula=known("ROUND(ROUND({by_age},0)+{other},0)", "by_age", "other"),
            look=BIG,
        ),
        unit("人", 6),
        V(
            "headcount_a",
            "人数A",
            "answers.headcount_a",
            14,
            formula=known("MAX(ROUND({base_number}/3,0),1)", "base_number"),
            look=BIG,
        ),
        unit("人", 6),
        V(
            "headcount_b",
            "人数B",
            "answers.headcount_b",
            14,
            formula=known("MAX(ROUND({base_number}/5,0),1)", "base_number"),
            look=BIG,
        ),
        unit("人", 6),
        height=10,
    )
    layout_note(sheet, "※ 基礎の職員数、人数A・Bは、小数点以下を四捨五入します（人数A・Bは最低1人）。")
    layout_note(
        sheet,
        "※ 対象の職員は「対象職員名簿」、研修は「研修受講歴」を添えてください（職員名簿の帳票にあります）。",
    )


# ---------------------------------------------------------------- 区分3の配分


def leaders_report() -> Form:
    """Whom 区分3 was paid to, how much and for how many months."""
    form = Form(
        "treatment_3_report",
        "2025",
        says(
            "treatment_3_report",
            "区分3 配分実績報告書",
            "treatment_3_report",
            f"加算Ⅱの対象職員名簿と配分の形。月4万円までの配分は令和7年度の解説。{FUKUOKA}",
        ),
    )
    sheet = form.sheet("報告書", columns=60)
    top(sheet, "処遇改善等加算（区分3）配分実績報告書", "区分3の配分を、次のとおり報告します。")
    sheet.line(
        *(
            head(words, 20, size=8.5)
            for words in ("区分3の加算額（A）", "配分した額の合計（B）", "残額（A－B）")
        )
    )
    sheet.line(
        V("granted_yen", "区分3の加算額（A）", "answers.granted_yen", 15, look=replace(BIG, align="right")),
        unit("円", 5),
        V("paid_yen", "配分した額の合計（B）", "answers.paid_yen", 15, look=replace(BIG, align="right")),
        unit("円", 5),
        V(
            "rest_yen",
            "残額（A－B）",
            "answers.rest_yen",
            15,
            formula=known("MAX({granted_yen}-{paid_yen},0)", "granted_yen", "paid_yen"),
            look=replace(BIG, align="right"),
        ),
        unit("円", 5),
        height=9,
    )
    sheet.line(
        head("人数A", 10, size=8.5),
        V("headcount_a", "人数A", "answers.headcount_a", 6, look=NUMBER),
        unit("人", 4),
        head("人数B", 10, size=8.5),
        V("headcount_b", "人数B", "answers.headcount_b", 6, look=NUMBER),
        unit("人", 4),
        head("配分した人数", 10, size=8.5),
        V("persons", "配分した人数", "answers.persons", 6, look=NUMBER),
        unit("人", 4),
    )
    sheet.line(
        head("残額が出た理由\nと払う月", 10, size=8.5),
        V("rest_reason", "残額が出た理由と払う月", "answers.rest_reason", 50, look=Look(top=True)),
        height=20,
    )
    own = form.sheet("職員ごとの配分", columns=60)
    place(own, "職員ごとの配分")
    own.table(
        "staff",
        "職員ごとの配分",
        "answers_staff",
        (
            C("place", "番号", "number", 4, "plain", look=MIDDLE),
            C("name", "氏名", "row_name", 15, look=Look(size=9)),
            C("job", "職種", "job", 10, look=SMALL),
            C("post", "職位", "post", 11, look=SMALL),
            C("monthly_yen", "月の額（円）", "monthly_yen", 8, look=NUMBER),
            C("months", "月数", "months", 4, look=NUMBER),
            C(
                "paid",
                "払った額（円）",
                "paid_yen",
                8,
                formula="IF(COUNT({monthly_yen},{months})<2,0,{monthly_yen}*{months})",
                look=NUMBER,
            ),
        ),
        rows=32,
        where="known(monthly_yen)",
    )
    own.line(
        head("この表の計", 52, size=8.5),
        V(
            "page_paid",
            "この表の払った額",
            "sum(staff_page.paid)",
            8,
            formula="SUM({staff.paid})",
            look=NUMBER,
        ),
    )
    own.line(V("page_words", "枚数", SHEETS, 60, look=NOTE), height=5)
    layout_note(own, "※ 額を払った職員だけを載せています。")
    return form
