"""
Samples (見本) of what prefecture and city ask for: applications and reports of their additions.

The real forms are unknown to us: fields are those of the item packs, the pattern is that of subsidies (交付申請書).
"""

from collections.abc import Sequence
from typing import Any, Final

from deploy.forms.item_parts import (
    CENTRE,
    NUMBER,
    SMALL,
    TEXT,
    ItemSheet,
    applied,
    columns_of,
    field,
    whose,
)
from deploy.forms.item_totals import general, summary
from deploy.forms.layout import C, Form, Look, V, head, plain
from deploy.forms.parts import addressee, clerk, submitter
from documents.packs.manifest import Family

PREFECTURE, CITY = "prefecture", "city"
SOURCE: Final = {
    PREFECTURE: "見本。県の要綱と様式は未確認のため、補助金の交付申請書の形にならった当システムの見本の様式です。",
    CITY: "見本。市の要綱と様式は未確認のため、補助金の交付申請書の形にならった当システムの見本の様式です。",
}

PEOPLE_ROWS: Final = 25
SHEETS: Final = 'concat(page.number, "枚目／全", page.count, "枚")'


def forms() -> list[Form]:
    """All of them."""
    return [
        summary(
            "prefecture_summary",
            "県の加算 申請書（総括表）",
            Family.PREFECTURE,
            PREFECTURE,
            SOURCE[PREFECTURE],
        ),
        summary("city_summary", "市の加算 申請書（総括表）", Family.CITY, CITY, SOURCE[CITY]),
        teacher_pay(),
        teacher_pay_report(),
        extra_staff(),
        extra_staff_report(),
        monthly_allowance(),
        monthly_allowance_report(),
        materials(),
        general(
            "prefecture_sheet",
            "県の加算 申請書・実績報告書",
            Family.PREFECTURE,
            SOURCE[PREFECTURE],
            "prefecture/*|prefecture/report/*",
        ),
        general(
            "city_sheet",
            "市の加算 申請書・実績報告書",
            Family.CITY,
            SOURCE[CITY],
            "city/*|city/report/*",
        ),
    ]


def _begun(code: str, title: str, family: str, key: str, amount: str, sentence: str) -> ItemSheet:
    """To whom, from whom, the sentence, the amount."""
    made = ItemSheet(code, f"{title}【見本】", family, key, name="申請書", source=SOURCE[family])
    sheet = made.sheet
    look = Look(box="none", align="right")
    sheet.line(
        plain("【見本】", 20, size=9),
        V("paper_day", "提出日", "application.submitted_on", 16, "date", look=look),
        height=6,
    )
    addressee(sheet)
    submitter(sheet)
    sheet.gap(4)
    sheet.line(
        V(
            "title",
            "表題",
            f'concat(application.fiscal_year, "　{title}")',
            36,
            look=Look(box="none", size=14, bold=True, align="center"),
        ),
        height=10,
    )
    sheet.line(plain(sentence, 36, size=10), height=7)
    sheet.gap(2)
    own = field(family, key, amount)
    sheet.line(
        head(own["label"], 12, size=10),
        V(
            amount,
            own["label"],
            f"answers.{amount}",
            24,
            "yen_mark",
            look=Look(size=15, bold=True, align="center"),
        ),
        height=12,
    )
    sheet.gap(2)
    whose(sheet)
    applied(sheet)
    return made


def _shares(made: ItemSheet) -> None:
    made.section("負担の内訳（円未満の端数は市の負担）")
    parts: list[Any] = []
    for key, label, source in (
        ("prefecture_yen", "県の負担（円）", "application.prefecture_yen"),
        ("city_yen", "市の負担（円）", "application.city_yen"),
    ):
        parts += [head(label, 9, size=8.5), V(key, label, source, 9, look=NUMBER)]
    made.sheet.line(*parts, height=7)


def _people(
    made: ItemSheet, title: str, columns: Sequence[tuple[str, int, str]], *, total: str, name: int = 8
) -> None:
    """A sheet of its own for the people: one row each, the page's and the whole sum."""
    own = field(made.family, made.key, "staff")
    sheet = made.form.sheet("明細", columns=36)
    sheet.line(
        V("list_year", "年度", "application.fiscal_year", 12, look=Look(box="none")),
        V("list_sheets", "枚数", SHEETS, 24, look=Look(box="none", align="right", size=8.5)),
        height=6,
    )
    sheet.title(title, size=13, height=9)
    sheet.line(
        head("施設名", 6, size=8.5),
        V("list_facility", "施設名", "facility.name", 16, look=TEXT),
        head("事業所番号", 5, size=8.5),
        V("list_number", "事業所番号", "facility.number", 9, look=TEXT),
    )
    sheet.gap(2)
    sheet.table(
        "staff",
        own["label"],
        "answers_staff",
        (
            C("number", "No", "number", 2, look=CENTRE),
            C("name", "氏名", "row_name", name, look=TEXT),
            *columns_of(own, columns, job=SMALL),
        ),
        rows=PEOPLE_ROWS,
        height=7.2,
        head_height=9,
    )
    last = columns[-1][1]
    sheet.line(
        head("この用紙の計（円）", 36 - last, size=8.5),
        V(
            "list_page_yen",
            "この用紙の計",
            f"sum(staff_page.{columns[-1][0]})",
            last,
            formula=f"SUM({{staff.{columns[-1][0]}}})",
            look=NUMBER,
        ),
    )
    sheet.line(
        head("合計（円）", 36 - last, size=8.5), V("list_yen", "合計", f"answers.{total}", last, look=NUMBER)
    )
    sheet.gap(2)
    sheet.note("※ 氏名は職員名簿のとおりです。消去された職員は「1人目」のように番号で載ります。", height=4.5)


def teacher_pay() -> Form:
    """県: 保育士処遇改善."""
    made = _begun(
        "prefecture_pay",
        "保育士処遇改善 交付申請書",
        PREFECTURE,
        "teacher_pay",
        "applied_yen",
        "次のとおり、補助金の交付を申請します。対象の保育士は明細のとおりです。",
    )
    made.section("補助の見込み")
    made.row("total_yen")
    made.ticked("payment")
    _shares(made)
    clerk(made.sheet)
    form = made.done()
    _people(
        made,
        "対象の保育士の明細",
        (
            ("job", 8, ""),
            ("teacher", 4, "circle"),
            ("regular", 3, "circle"),
            ("months", 4, ""),
            ("yen", 7, ""),
        ),
        total="total_yen",
    )
    return form


def teacher_pay_report() -> Form:
    """県: its report."""
    made = _begun(
        "prefecture_pay_report",
        "保育士処遇改善 実績報告書",
        PREFECTURE,
        "teacher_pay_report",
        "return_yen",
        "次のとおり、補助金の実績を報告します。払った額は明細のとおりです。",
    )
    made.section("交付申請額と実績")
    made.row("applied_yen")
    made.row("paid_yen")
    made.long("reason", height=30)
    _shares(made)
    made.papers(2)
    made.sheet.gap(2)
    clerk(made.sheet)
    form = made.done("返還する額は、交付申請額から、払った額の合計（千円未満切捨て）を引いた額です。")
    _people(
        made,
        "払った額の明細",
        (
            ("job", 7, ""),
            ("teacher", 3, "circle"),
            ("regular", 3, "circle"),
            ("months", 3, ""),
            ("paid", 5, ""),
            ("yen", 6, ""),
        ),
        total="paid_yen",
        name=7,
    )
    return form


def extra_staff() -> Form:
    """県: 配置改善."""
    made = _begun(
        "prefecture_staff",
        "職員の配置改善 交付申請書",
        PREFECTURE,
        "extra_staff",
        "applied_yen",
        "次のとおり、補助金の交付を申請します。",
    )
    made.section("職員の配置")
    made.row("teachers", "required")
    made.row("above", "months", formulas={"above": "{teachers}-{required}"})
    _shares(made)
    made.sheet.gap(2)
    clerk(made.sheet)
    return made.done()


def extra_staff_report() -> Form:
    """県: its report."""
    made = _begun(
        "prefecture_staff_report",
        "職員の配置改善 実績報告書",
        PREFECTURE,
        "extra_staff_report",
        "return_yen",
        "次のとおり、補助金の実績を報告します。",
    )
    made.section("月ごとの人件費")
    made.months_of_yen("paid_by_month", "paid_yen")
    made.section("交付申請額")
    made.row("applied_yen")
    _shares(made)
    made.sheet.gap(2)
    clerk(made.sheet)
    return made.done("返還する額は、交付申請額から、人件費の合計（千円未満切捨て）を引いた額です。")


def monthly_allowance() -> Form:
    """市: 月額手当."""
    made = _begun(
        "city_allowance",
        "保育士への月額手当 申請書",
        CITY,
        "monthly_allowance",
        "applied_yen",
        "次のとおり、月額手当の補助を申請します。対象の保育士は明細のとおりです。",
    )
    made.section("人件費率")
    made.row("personnel_yen", "income_yen")
    made.row("ratio", formulas={"ratio": "ROUNDDOWN({personnel_yen}*100/{income_yen},0)"})
    made.section("手当の見込み")
    made.row("persons", "total_yen")
    made.papers(2)
    made.sheet.gap(2)
    clerk(made.sheet)
    form = made.done("月額は、この施設の勤続年数と人件費率で決まります。")
    _people(
        made,
        "対象の保育士の明細",
        (
            ("job", 6, ""),
            ("teacher", 3, "circle"),
            ("regular", 3, "circle"),
            ("years", 3, ""),
            ("months", 3, ""),
            ("monthly_yen", 4, ""),
            ("yen", 5, ""),
        ),
        total="total_yen",
        name=7,
    )
    return form


def monthly_allowance_report() -> Form:
    """市: its report."""
    made = _begun(
        "city_allowance_report",
        "保育士への月額手当 実績報告書",
        CITY,
        "monthly_allowance_report",
        "return_yen",
        "次のとおり、月額手当の実績を報告します。払った額は明細のとおりです。",
    )
    made.section("申請した額と実績")
    made.row("applied_yen", "paid_yen")
    made.row("persons")
    made.long("reason", height=30)
    made.papers(2)
    made.sheet.gap(2)
    clerk(made.sheet)
    form = made.done("返還する額は、申請した額から、払った額の合計を引いた額です。")
    _people(
        made,
        "払った手当の明細",
        (("job", 8, ""), ("months", 4, ""), ("paid_yen", 6, ""), ("yen", 7, "")),
        total="paid_yen",
        name=9,
    )
    return form


def materials() -> Form:
    """市: 教材費."""
    made = _begun(
        "city_materials",
        "教材費の補助 申請書",
        CITY,
        "materials",
        "applied_yen",
        "次のとおり、教材費の補助を申請します。",
    )
    made.section("年齢ごとの子どもの数と額")
    own = field(CITY, "materials", "classes")
    made.sheet.table(
        "classes",
        own["label"],
        "answers_classes",
        columns_of(own, (("label", 14, ""), ("children", 10, ""), ("yen", 12, ""))),
        rows=8,
    )
    made.sheet.line(
        head("計", 14),
        V(
            "children",
            "子どもの数の計",
            "sum(classes_page.children)",
            10,
            formula="SUM({classes.children})",
            look=NUMBER,
        ),
        V("classes_yen", "額の計", "sum(classes_page.yen)", 12, formula="SUM({classes.yen})", look=NUMBER),
    )
    made.sheet.gap(2)
    clerk(made.sheet)
    return made.done("子どもの氏名は書きません。子どもの数は、確認した児童数です。")
