"""処遇改善等加算: 加算率等認定申請書 with 職員表 and キャリアパス, and 誓約書."""

from dataclasses import replace

from deploy.forms.layout import C, Form, L, Look, V, head, plain
from deploy.forms.parts import RIGHT, SHEETS, known, layout_note, unit, verdict
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
from documents.packs.manifest import FormColumn


def forms() -> list[Form]:
    """All of them."""
    return [rates(), rates_before(), pledge()]


# ---------------------------------------------------------------- 加算率の認定


def rates() -> Form:
    """From 令和7年度: 区分1 and 区分2."""
    form = Form(
        "treatment_rates",
        "2025",
        says(
            "treatment_rates",
            "加算率等認定申請書（区分1・区分2）",
            "rate_certification",
            f"加算率認定申請書とキャリアパス要件届出書（加算Ⅰ）を、区分1・2に読み替えた。{FUKUOKA}",
        ),
    )
    _rates(
        form,
        "処遇改善等加算　加算率等認定申請書",
        "処遇改善等加算（区分1・区分2）の加算率の認定を、次のとおり申請します。",
        ("区分1（基礎分）", "区分2（賃金改善分）"),
    )
    return form


def rates_before() -> Form:
    """Until 令和6年度: 加算Ⅰ with 基礎分 and 賃金改善要件分."""
    form = Form(
        "treatment_rates",
        "2023",
        says(
            "treatment_rates",
            "加算率認定申請書（処遇改善等加算Ⅰ）",
            "rate_certification",
            f"加算率認定申請書（職員表付き）とキャリアパス要件届出書a〜e。{FUKUOKA}",
            from_year=2023,
            to_year=LAST_YEAR_OF_BEFORE,
        ),
    )
    _rates(
        form,
        "処遇改善等加算Ⅰ　加算率認定申請書",
        "処遇改善等加算Ⅰの加算率の認定を、次のとおり申請します。",
        ("基礎分", "賃金改善要件分"),
        asks_improvement=True,
    )
    return form


def _rates(
    form: Form, title: str, sentence: str, parts: tuple[str, str], *, asks_improvement: bool = False
) -> None:
    sheet = form.sheet("申請書", columns=60)
    top(sheet, title, sentence)
    sheet.section("1　施設")
    sheet.line(
        head("施設類型", 9, size=8.5),
        V("facility_kind", "施設類型", "facility.kind", 21),
        head("公私の別", 9, size=8.5),
        V("ownership", "公私区分", "facility.ownership", 21),
    )
    sheet.line(
        head("利用定員", 9, size=8.5),
        V("capacity", "利用定員", "answers.capacity", 15, look=RIGHT),
        unit("人", 6),
        head("地域区分", 9, size=8.5),
        V("region", "地域区分", "answers.region", 15, look=RIGHT),
        unit("／100", 6),
    )
    sheet.gap(2)
    sheet.section("2　職員の平均経験年数（4月1日現在）")
    sheet.line(
        *(
            head(words, 15, size=8.5)
            for words in ("合計人数（A）", "経験の合計（B）", "平均（B÷A）", "平均経験年数")
        )
    )
    sheet.line(
        V("counted", "平均に入る職員（A）", "answers.counted", 11, look=BIG),
        unit("人", 4),
        V("total_months", "経験の合計（B）", "answers.total_months", 11, look=BIG),
        unit("か月", 4),
        V(
            "average_months",
            "平均（B÷A・月数）",
            "answers.average_months",
            11,
            look=BIG,
            formula=known("ROUNDDOWN({total_months}/{counted},4)", "total_months", "counted"),
        ),
        unit("か月", 4),
        V("average_years", "平均経験年数", "answers.average_years", 11, look=BIG),
        unit("年", 4),
        height=9,
    )
    sheet.note(
        "平均は、6か月以上を切り上げ、6か月未満を切り捨てます。職員ごとの内訳は「職員表」のとおりです。"
    )
    sheet.gap(1)
    sheet.section("3　加算率")
    first, second = parts
    sheet.line(head(first, 20, size=9), head(second, 20, size=9), head("加算率の合計", 20, size=9))
    sheet.line(
        V("base_percent", first, "answers.base_percent", 14, look=BIG),
        unit("％", 6),
        V("wage_percent", second, "answers.wage_percent", 14, look=BIG),
        unit("％", 6),
        V(
            "total_percent",
            "加算率の合計",
            "answers.total_percent",
            14,
            look=BIG,
            formula=known("{base_percent}+{wage_percent}", "base_percent", "wage_percent"),
        ),
        unit("％", 6),
        height=9,
    )
    if asks_improvement:
        sheet.line(
            head("賃金改善要件分", 20, size=9),
            V("improves", "賃金改善要件分", "answers.improves", 20, words=("適", "否"), look=BIG),
            L("賃金改善計画書のとおり", 20, look=MIDDLE),
            height=7.5,
        )
    sheet.line(
        head("キャリアパス要件", 20, size=9),
        V("career_path", "キャリアパス要件", "answers.career_path", 20, words=("適", "否"), look=BIG),
        L("届出書のとおり", 20, look=MIDDLE),
        height=7.5,
    )
    sheet.gap(2)
    sheet.section("4　ほかの施設から受け入れた職員（同じ設置者で、前の年度の途中に移った職員がいるとき）")
    sheet.line(
        *(head(words, span, size=8.5) for words, span in (("都道府県", 15), ("市町村", 15), ("施設名", 30)))
    )
    for _ in range(2):
        sheet.line(L("", 15), L("", 15), L("", 30), height=7)
    layout_note(sheet, "※ 4は登録していないため、該当するときは手で書いてください。")
    _staff_sheet(form)
    _career_path_sheet(form)


def _staff_sheet(form: Form) -> None:
    """Everybody of the application with ア, イ and ウ."""
    sheet = form.sheet("職員表", columns=60)
    place(sheet, "職員表（経験年数の算定）")
    sheet.line(
        head("番号", 4, 2, size=8.5),
        head("氏名", 14, 2, size=8.5),
        head("職種", 10, 2, size=8.5),
        head("常勤", 4, 2, size=8.5),
        *(head(words, 8, size=7.5) for words in ("ア 現施設", "イ 他施設", "ウ 合計")),
        head("平均に\n入る", 4, 2, size=8),
        height=5.5,
    )
    sheet.line(*(head(words, 4, size=8) for words in ("年", "月", "年", "月", "年", "月")), height=5.5)
    months = (("here", "here"), ("elsewhere", "elsewhere"), ("all", "all"))
    parted = []
    for key, name in months:
        label = {"here": "ア", "elsewhere": "イ", "all": "ウ"}[key]
        parted += [
            C(f"{key}_years", f"{label} 年", f"floor({name} / 12, 1)", 4, look=NUMBER),
            C(f"{key}_rest", f"{label} 月", f"{name} - 12 * floor({name} / 12, 1)", 4, look=NUMBER),
        ]
    sheet.table(
        "staff",
        "職員",
        "answers_staff",
        (
            C("place", "番号", "number", 4, "plain", look=MIDDLE),
            C("name", "氏名", "row_name", 14, look=Look(size=9)),
            C("job", "職種", "job", 10, look=SMALL),
            C("regular", "常勤", "regular", 4, "circle", look=MIDDLE),
            *parted,
            C("counts", "平均に入る", "counts", 4, "circle", look=MIDDLE),
        ),
        rows=30,
        height=6.4,
        headings=False,
        besides=(
            FormColumn("elsewhere", "イの月数", "all - here"),
            FormColumn("counted_months", "平均に入る月数", "(all if counts else 0) if known(counts) else 0"),
        ),
    )
    sheet.line(
        head("この表の計", 18, size=8.5),
        V(
            "page_counted",
            "この表の平均に入る職員",
            "count(staff_page.counts)",
            10,
            formula='COUNTIF({staff.counts},"○")',
            look=NUMBER,
        ),
        unit("人", 4),
        plain("", 8),
        V(
            "page_months",
            "この表の経験の合計（月数）",
            "sum(staff_page.counted_months)",
            12,
            formula='SUMIF({staff.counts},"○",{staff.all_years})*12+SUMIF({staff.counts},"○",{staff.all_rest})',
            look=NUMBER,
        ),
        unit("か月", 8),
    )
    sheet.line(
        head("合計（A・B）", 18, size=8.5),
        V("all_counted", "平均に入る職員（A）", "answers.counted", 10, look=replace(NUMBER, bold=True)),
        unit("人", 4),
        plain("", 8),
        V("all_months", "経験の合計（B）", "answers.total_months", 12, look=replace(NUMBER, bold=True)),
        unit("か月", 8),
    )
    sheet.line(V("page_words", "枚数", SHEETS, 60, look=NOTE), height=5)
    layout_note(
        sheet,
        "※ 市が受理した4月1日の職員名簿によります。"
        "勤務開始日・旧姓・新規採用等は「職員名簿・経験年数算定表」にあります。",
    )


CAREER_PATH = (
    (
        "a",
        "terms",
        "職員の職位、職責または職務内容などに応じた勤務条件などの要件（賃金に関するものを含む）を定めている。",
    ),
    ("b", "wages", "職位、職責または職務内容などに応じた賃金体系（臨時の一時金などを除く）を定めている。"),
    ("c", "told", "aとbを就業規則などの書面で整備し、すべての職員に知らせている。"),
    ("d", "goals", "職員の職務内容などを踏まえ、職員と意見を交換しながら、資質の向上の目標を定めている。"),
)


def _career_path_sheet(form: Form) -> None:
    """a to e of キャリアパス要件."""
    sheet = form.sheet("キャリアパス要件", columns=60)
    place(sheet, "キャリアパス要件届出書")
    sheet.line(plain("次の要件に適合していることを届け出ます。", 60, size=10), height=7)
    sheet.line(head("", 4), head("要件", 44, size=9), head("適・否", 12, size=9))
    for mark, key, words in CAREER_PATH:
        sheet.line(
            L(mark, 4, look=MIDDLE),
            L(words, 44),
            V(key, f"キャリアパス要件{mark}", f"answers.{key}", 12, words=("適", "否"), look=BIG),
            height=12,
        )
    sheet.line(
        L("e", 4, 2, look=MIDDLE),
        head("dの目標のための研修、または資格の取得への支援の内容", 56, size=9),
    )
    sheet.line(
        V("support", "研修・資格の取得の支援の内容", "answers.support", 56, look=Look(top=True)), height=60
    )
    sheet.gap(3)
    verdict(
        sheet,
        "meets",
        "aからdまでのすべてに適合している。",
        "answers.terms and answers.wages and answers.told and answers.goals",
        "",
    )
    layout_note(
        sheet,
        "※ 就業規則、賃金規程の写しなど、届け出の内容が分かる書類を添えてください。要件の文は要約です。",
    )


# ---------------------------------------------------------------- 誓約書


def pledge() -> Form:
    """From 令和7年度, instead of a plan."""
    form = Form(
        "wage_pledge",
        "2025",
        says(
            "wage_pledge",
            "賃金改善に関する誓約書",
            "pledge",
            "令和7年度からの誓約書。公式の文言は未確認で、一本化の解説による要約。",
        ),
    )
    sheet = form.sheet("誓約書", columns=60)
    top(
        sheet,
        "賃金改善に関する誓約書",
        "処遇改善等加算（区分1・区分2・区分3）を受けるにあたり、次のことを誓約します。",
    )
    sheet.line(head("", 4), head("誓約する事項", 48, size=9), head("誓約", 8, size=9))
    for number, (key, words) in enumerate(PLEDGES, start=1):
        sheet.line(
            L(f"{number}", 4, look=MIDDLE),
            L(words, 48, look=Look(size=10)),
            V(key, words, f"answers.{key}", 8, words=("✓", ""), look=Look(size=14, align="center")),
            height=13,
        )
    sheet.gap(4)
    sheet.line(plain("誓約に反したときは、加算の全部または一部の返還に応じます。", 60, size=10), height=8)
    layout_note(
        sheet,
        "※ 誓約の文は、公式の誓約書の文言ではありません。公式の様式が示されたら、そちらを使ってください。",
    )
    return form


PLEDGES = (
    ("pays_all", "加算の額に相当する額の全部を、職員の賃金の改善に確実に充てること。"),
    ("keeps_level", "前年度の賃金の水準を下げないこと。"),
    (
        "half_in_base",
        "区分2と区分3による改善の額の2分の1以上を、基本給または毎月決まって払う手当で改善すること。",
    ),
    ("most_a_month", "区分3による改善は、1人につき月額4万円までの範囲で配分すること。"),
    ("tells_staff", "賃金の改善の内容を、すべての職員に知らせること。"),
)
