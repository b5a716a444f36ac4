"""The facility's other papers of a month: 児童数確認票, 過誤申立書, 法定代理受領額のお知らせ."""

from dataclasses import replace

from deploy.forms.claim_sheets import (
    AMOUNT,
    ASKED_FOR,
    COLUMNS,
    FREE,
    MIDDLE,
    TEXT,
    TOTAL,
    day_and_number,
    long_text,
    page,
    says,
    whose,
)
from deploy.forms.layout import C, Form, L, Look, V, head, plain
from deploy.forms.parts import clerk, layout_note, submitter
from documents.packs.manifest import FormColumn

NOT_OFFICIAL = "この様式は見本です。公式の様式ではありません。"
NETTED = (
    "certified_kodomoen",
    "kindergarten",
    "small_a",
    "small_b",
    "small_c",
    "home_based",
    "workplace",
    "home_visiting",
)


HOURS = (("education", "教育標準時間"), ("standard", "標準時間"), ("short", "短時間"))


def forms() -> list[Form]:
    """All of them."""
    return [child_count_sheet(), correction_notice(), proxy_receipt_notice()]


def child_count_sheet() -> Form:
    """The counts of a month by age and hours, beside the month before, with boxes to tick."""
    form = Form(
        "child_count_sheet",
        "2015",
        says(
            "child_count_sheet",
            "児童数確認票",
            "福岡市の利用児童数確認票にあたる紙の項目をまねました。",
            of=ASKED_FOR,
            prints_drafts=True,
        ),
    )
    sheet = page(form, "児童数確認票")
    sheet.title("児　童　数　確　認　票", size=16, height=12)
    whose(sheet)
    sheet.line(
        head("請求先", 4, size=8),
        V("payer", "請求先", "claim.payer_name", 13, look=TEXT),
        head("利用定員", 4, size=8),
        V("capacity", "利用定員", "claim.capacity_words", 17, look=TEXT),
        height=6,
    )
    sheet.gap(4)
    sheet.section("1　初日在籍児童数")
    sheet.table(
        "rows",
        "児童数",
        "claim_child_rows",
        [
            C("place", "認定", "certification_words", 4, look=MIDDLE),
            C("age", "年齢", "age_words", 5, look=MIDDLE),
            C("education", "教育\n標準時間", "education", 3, look=AMOUNT),
            C("standard", "標準時間", "standard", 3, look=AMOUNT),
            C("short", "短時間", "short", 3, look=AMOUNT),
            C(
                "people",
                "計",
                "(education if known(education) else 0) + (standard if known(standard) else 0)"
                " + (short if known(short) else 0)",
                4,
                formula='IF({age}="","",SUM({education},{standard},{short}))',
                look=replace(AMOUNT, bold=True),
            ),
            C("before", "前月", "before", 4, look=AMOUNT),
            C(
                "difference",
                "増減",
                "people - before",
                4,
                formula='IF({before}="","",{people}-{before})',
                look=AMOUNT,
            ),
            C("entered", "途中\n入所", "entered", 3, look=AMOUNT),
            C("left", "途中\n退所", "left", 3, look=AMOUNT),
            C("ticked", "確認", '"☐"', 2, look=MIDDLE),
        ],
        rows=11,
        height=8,
        head_height=10,
        besides=[
            FormColumn(f"{column}_or_0", words, f"{column} if known({column}) else 0")
            for column, words in HOURS
        ],
    )
    bold = replace(AMOUNT, bold=True)
    sheet.line(
        head("計", 9, size=9, bold=True),
        *(
            V(
                f"sum_{column}",
                f"{words}の計",
                f"sum(rows_page.{column}_or_0)",
                3,
                formula=f"SUM({{rows.{column}}})",
                look=bold,
            )
            for column, words in HOURS
        ),
        V("sum_total", "初日在籍の計", "sum(rows_page.people)", 4, formula="SUM({rows.people})", look=bold),
        V("sum_before", "前月の計", "claim_count_before.total", 4, look=bold),
        V(
            "sum_difference",
            "増減の計",
            "sum_total - sum_before",
            4,
            formula='IF({sum_before}="","",{sum_total}-{sum_before})',
            look=bold,
        ),
        V(
            "sum_entered",
            "途中入所の計",
            "sum(rows_page.entered)",
            3,
            formula="SUM({rows.entered})",
            look=bold,
        ),
        V("sum_left", "途中退所の計", "sum(rows_page.left)", 3, formula="SUM({rows.left})", look=bold),
        L("", 2),
        height=8,
    )
    sheet.line(
        head("施設全体（ほかの市区町村の児童を含む）", 18, size=8.5),
        V("enrolled", "施設全体の初日在籍", "claim.enrolled_children", 4, look=bold),
        L(
            "途中入所の児童は、初日在籍に入りません。途中退所の児童は入っています。",
            16,
            look=replace(TEXT, size=7.5),
        ),
        height=7.5,
    )
    sheet.gap(4)
    sheet.section("2　途中入退所")
    sheet.table(
        "movers",
        "途中入退所",
        "claim_movers",
        [
            C("kind", "区分", "movement", 8, look=MIDDLE),
            C("place", "認定・年齢・時間", "label", 16, look=TEXT),
            C("days", "在籍日数（日）", "days", 7, look=AMOUNT),
            C("people", "人数（人）", "count", 7, look=AMOUNT),
        ],
        rows=5,
        height=7,
        head_height=6,
    )
    sheet.gap(4)
    sheet.line(
        head("児童数が届いた日", 7, size=8.5),
        V("arrived_on", "児童数が届いた日", "claim.counts_arrived_on", 12, "date", look=MIDDLE),
        head("確認した日", 7, size=8.5),
        V("confirmed_on", "確認した日", "claim.counts_confirmed_on", 12, "date", look=MIDDLE),
        height=7,
    )
    sheet.line(
        head("確認した人", 7, size=8.5),
        V(
            "confirmed_by",
            "確認した人",
            "claim.counts_confirmed_by_city",
            12,
            words=("市（施設に代わって）", "施設"),
            look=MIDDLE,
        ),
        head("確認者の署名", 7, size=8.5),
        L("", 12),
        height=9,
    )
    layout_note(sheet, NOT_OFFICIAL)
    return form


def correction_notice() -> Form:
    """What the facility says when an approved claim was wrong: both amounts, the difference, and why."""
    form = Form(
        "correction_notice",
        "2015",
        says(
            "correction_notice",
            "過誤申立書",
            "横浜市などの過誤申立書の項目（訂正前・訂正後・差額・理由）をまねました。",
            of="correction",
            prints_drafts=True,
        ),
    )
    sheet = page(form, "過誤申立書")
    day_and_number(sheet, "claim.submitted_on")
    sheet.line(
        V("addressee", "あて名", 'concat(claim.addressee, "　様")', 18, look=replace(FREE, size=12)), height=8
    )
    submitter(sheet, label_span=5, value_span=17)
    sheet.gap(3)
    sheet.title("過　誤　申　立　書", size=17, height=12)
    lead = (
        'concat(form.month_words, "の", claim.benefit, "の請求に誤りがあったため、次のとおり申し立てます。")'
    )
    sheet.line(V("lead", "本文", lead, COLUMNS, look=replace(FREE, size=9.5)), height=8)
    sheet.line(
        head("訂正する請求", 8, size=8.5),
        V("number_before", "訂正前の管理番号", "claim_before.control_number", 16, look=MIDDLE),
        head("承認日", 4, size=8.5),
        V("approved_before", "訂正前の承認日", "claim_before.approved_on", 10, "date", look=MIDDLE),
        height=7,
    )
    sheet.gap(2)
    sheet.line(
        head("", 8),
        head("訂正前", 10, size=8.5),
        head("訂正後", 10, size=8.5),
        head("差", 10, size=8.5),
        height=6.5,
    )
    for key, words, before, after in (
        ("children", "初日在籍（人）", "claim_before.first_day_children", "claim.first_day_children"),
        ("total", "公定価格（円）", "claim_before.total_yen", "claim.total_yen"),
    ):
        look = TOTAL if key == "total" else AMOUNT
        sheet.line(
            head(words, 8, size=8.5),
            V(f"{key}_before", f"訂正前の{words}", before, 10, look=look),
            V(f"{key}_after", f"訂正後の{words}", after, 10, look=look),
            V(
                f"{key}_difference",
                f"差（{words}）",
                f"{key}_after - {key}_before",
                10,
                formula=f"{{{key}_after}}-{{{key}_before}}",
                look=look,
            ),
            height=8,
        )
    sheet.line(
        head("差額の扱い", 8, size=8.5),
        V(
            "treatment_of_difference",
            "差額の扱い",
            '"追加で受け取る額" if total_difference > 0 else "返還する額" if total_difference < 0 else "差額なし"',
            30,
            look=TEXT,
        ),
        height=7,
    )
    sheet.gap(3)
    long_text(sheet, "reason", "申立ての理由", "claim.correction_reason", height=20)
    sheet.gap(3)
    sheet.section("差のある項目")
    sheet.table(
        "rows",
        "差のある項目",
        "claim_differences",
        [
            C("section", "区分", "section_label", 4, look=MIDDLE),
            C("item", "項目", "label", 16, look=TEXT),
            C("before", "訂正前（円）", "before_yen", 6, look=AMOUNT),
            C("after", "訂正後（円）", "after_yen", 6, look=AMOUNT),
            C(
                "difference",
                "差（円）",
                "after_yen - before_yen",
                6,
                formula='IF({item}="","",{after}-{before})',
                look=AMOUNT,
            ),
        ],
        rows=12,
        height=5.8,
        head_height=6.5,
        where="has_changed",
    )
    sheet.line(
        head("このシートの差の計", 32, size=8.5),
        V(
            "page_difference",
            "このシートの差の計",
            "sum(rows_page.difference)",
            6,
            formula="SUM({rows.difference})",
            look=replace(AMOUNT, bold=True),
        ),
        height=6.5,
    )
    sheet.gap(2)
    clerk(sheet, label_span=4)
    layout_note(sheet, NOT_OFFICIAL)
    return form


def proxy_receipt_notice() -> Form:
    """What a facility tells families: how much of the benefit it received in their place, by class, without names."""
    form = Form(
        "proxy_receipt_notice",
        "2015",
        says(
            "proxy_receipt_notice",
            "法定代理受領額のお知らせ",
            "施設が保護者に出す法定代理受領の通知の項目をまねました。氏名はなく、年齢区分ごとの額です。",
            types=NETTED,
            of="first|correction",
        ),
    )
    sheet = page(form, "お知らせ")
    day = replace(FREE, align="right")
    sheet.line(
        plain("", COLUMNS - 14), V("paper_day", "日付", "claim.approved_on", 14, "date", look=day), height=6
    )
    sheet.line(L("保護者　各位", 20, look=replace(FREE, size=12)), height=8)
    name = replace(FREE, align="right", size=10.5)
    sheet.line(
        plain("", 12), V("from_corporation", "設置主体", "corporation.name", 26, look=name), height=6.5
    )
    sheet.line(plain("", 12), V("from_facility", "施設名", "facility.name", 26, look=name), height=6.5)
    sheet.gap(3)
    sheet.title("法定代理受領額のお知らせ", size=17, height=13)
    lead = (
        'concat(form.month_words, "の", claim.benefit, "について、子ども・子育て支援法により、保護者の皆さまに代わって"'
        ', claim.payer_name, "から次のとおり受領しますので、お知らせします。")'
    )
    sheet.line(V("lead", "本文", lead, COLUMNS, look=replace(FREE, size=10)), height=13)
    sheet.section("1　年齢区分ごとの費用の額（公定価格）")
    sheet.table(
        "rows",
        "年齢区分ごとの額",
        "claim_classes",
        [
            C("place", "認定・年齢区分", "label", 16, look=Look(size=9.5)),
            C("people", "児童数（人）", "children", 6, look=AMOUNT),
            C("each", "1人あたり（円）", "per_child_yen", 8, look=AMOUNT),
            C("yen", "計（円）", "amount_yen", 8, look=AMOUNT),
        ],
        rows=14,
        height=7.2,
        head_height=7.5,
    )
    sheet.line(
        head("このシートの計", 30, size=8.5),
        V(
            "page_yen",
            "このシートの計",
            "sum(rows_page.yen)",
            8,
            formula="SUM({rows.yen})",
            look=replace(AMOUNT, bold=True),
        ),
        height=7,
    )
    notes = (
        "・「1人あたり」は、その区分のすべての児童に共通の月額です。",
        "・「区分に分けない額」は、副食費の免除など、一部の児童だけに係る額です。",
    )
    for note in notes:
        sheet.note(note)
    sheet.gap(3)
    sheet.section("2　施設が代わりに受領する額")
    rows = (
        ("total", "費用の額（公定価格）の合計", "claim.total_yen", ""),
        ("charge", "利用者負担額（保育料）の合計", "0 - claim.charge_yen", ""),
        ("received", "代わりに受領する額", "total + charge", "{total}+{charge}"),
    )
    for key, words, source, formula in rows:
        is_last = bool(formula)
        sheet.line(
            head(words, 20, size=9.5, bold=is_last),
            V(key, words, source, 14, formula=formula, look=replace(TOTAL if is_last else AMOUNT, size=11)),
            L("円", 4, look=MIDDLE),
            height=8.5,
        )
    sheet.gap(3)
    sheet.line(
        head("お問い合わせ", 6, size=8.5),
        V("clerk_name", "担当者", "contact.person", 14, look=TEXT),
        head("電話番号", 5, size=8.5),
        V("clerk_phone", "電話番号", "contact.phone", 13, look=TEXT),
        height=7,
    )
    layout_note(sheet, NOT_OFFICIAL)
    return form
