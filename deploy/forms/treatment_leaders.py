"""To whom 区分3 was paid."""

from dataclasses import replace

from deploy.forms.layout import C, Form, Look, V, head
from deploy.forms.parts import SHEETS, known, layout_note, unit
from deploy.forms.treatment_parts import (
    BIG,
    FUKUOKA,
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
    return [leaders_report()]


def leaders_report() -> Form:
    """Whom 区分3 was paid to, how much and for how many months."""
    form = Form(
        "treatment_3_report",
        "2025",
        says(
            "treatment_3_report",
            "区分3 配分実績報告書",
            "report/treatment_3_report",
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
