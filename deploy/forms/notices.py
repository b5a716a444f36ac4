"""What the city gives out of a claim: 支給決定通知書, 返戻通知書, 差額通知書, 支払通知書."""

from dataclasses import replace
from typing import Final

from deploy.forms.claim_sheets import (
    AMOUNT,
    COLUMNS,
    FREE,
    TOTAL,
    day_and_number,
    long_text,
    named_amounts,
    page,
    says,
    to_facility,
)
from deploy.forms.layout import C, Form, Look, Sheet, V, head
from deploy.forms.parts import layout_note
from documents.packs.manifest import Family, Issuer

TEXT: Final = Look(size=10)
MIDDLE: Final = Look(size=10, align="center")
# Of few children the sum is a family's fee, which the city's section does not see: it is told on the request alone.
HIDDEN: Final = "claim.charge_reveals_family"
NOT_OFFICIAL: Final = "この様式は見本です。公式の様式ではありません。"
NO_CHARGE_SHOWN: Final = (
    "利用者負担額と差し引き後の額は、児童が少なく家庭の負担額が分かるため、載せていません。"
    "請求書でご確認ください。"
)


def forms() -> list[Form]:
    """All of them."""
    return [decision_notice(), return_notice(), difference_notice(), payment_notice()]


def _form(code: str, title: str, source: str, of: str) -> Form:
    return Form(
        code,
        "2015",
        says(code, title, source, of=of, issuer=Issuer.CITY, family=Family.NOTICE),
    )


def lead_of(before: str, after: str) -> str:
    """The sentence above a notice: of which month and benefit it speaks."""
    return f'concat("{before}", form.month_words, "の", claim.benefit, "{after}")'


def _top(sheet: Sheet, day: str, title: str, lead: str) -> None:
    day_and_number(sheet, day)
    to_facility(sheet)
    sheet.gap(4)
    sheet.title("　".join(title), size=17, height=13)
    sheet.line(V("lead", "本文", lead, COLUMNS, look=replace(FREE, size=10)), height=13)
    sheet.gap(2)
    sheet.line(
        head("施設名", 6, size=9),
        V("facility_name", "施設名", "facility.name", 16, look=TEXT),
        head("事業所番号", 6, size=9),
        V("facility_number", "事業所番号", "facility.number", 10, look=MIDDLE),
        height=8.5,
    )
    sheet.line(
        head("対象年月", 6, size=9),
        V("month", "対象年月", "form.month", 16, "month", look=TEXT),
        head("費用の種類", 6, size=9),
        V("benefit", "費用の種類", "claim.benefit", 10, look=MIDDLE),
        height=8.5,
    )


def _amounts(sheet: Sheet, total_words: str) -> None:
    """Official price less the charge; both left out where the charge would tell what a family pays."""
    named_amounts(
        sheet,
        (
            ("total", "公定価格の合計", "claim.total_yen"),
            ("charge", "利用者負担額（差引）", f'"" if {HIDDEN} else 0 - claim.charge_yen'),
        ),
        total=(
            "payable",
            total_words,
            f'"" if {HIDDEN} else total + charge',
            'IF({charge}="","",{total}+{charge})',
        ),
    )
    note = f'"{NO_CHARGE_SHOWN}" if {HIDDEN} else ""'
    sheet.line(
        V("hidden_note", "利用者負担額を載せない理由", note, COLUMNS, look=replace(FREE, size=8)), height=6
    )


def _sections(sheet: Sheet) -> None:
    sheet.section("内訳")
    sheet.table(
        "rows",
        "内訳",
        "claim_sections",
        [
            C("section", "区分", "section_label", 14, look=MIDDLE),
            C("items", "項目の数", "item_count", 6, look=AMOUNT),
            C("yen", "金額（円）", "amount_yen", 18, look=AMOUNT),
        ],
        rows=3,
        height=8.5,
        head_height=6.5,
    )


def _foot(sheet: Sheet) -> None:
    sheet.gap(4)
    sheet.line(
        head("担当", 6, size=9),
        V("section_name", "担当", 'concat(city.name, "　こども施設運営課")', 32, look=TEXT),
        height=8.5,
    )
    layout_note(sheet, NOT_OFFICIAL)


def decision_notice() -> Form:
    """The claim was approved: what was decided."""
    form = _form(
        "decision_notice",
        "支給決定通知書",
        "市町村の給付費（委託費）支給決定通知書にふつうある項目をまねました。",
        "first|correction",
    )
    sheet = page(form, "支給決定通知書")
    _top(
        sheet,
        "claim.approved_on",
        "支給決定通知書",
        lead_of("請求のあった", "について、次のとおり支給を決定したので、通知します。"),
    )
    sheet.line(
        head("請求の管理番号", 6, size=8),
        V("claim_number", "請求の管理番号", "form.control_number", 16, look=TEXT),
        head("請求日", 6, size=9),
        V("submitted_on", "請求日", "claim.submitted_on", 10, "date", look=MIDDLE),
        height=8.5,
    )
    sheet.line(
        head("決定日", 6, size=9),
        V("approved_on", "決定日", "claim.approved_on", 16, "date", look=TEXT),
        head("初日在籍", 6, size=9),
        V("children", "初日在籍", 'concat(claim.first_day_children, "人")', 10, look=MIDDLE),
        height=8.5,
    )
    sheet.gap(4)
    _amounts(sheet, "支給決定額")
    sheet.gap(3)
    _sections(sheet)
    sheet.gap(3)
    sheet.line(
        head("支払予定日", 6, size=9),
        V("payment_day", "支払予定日", "claim.payment_day", 32, "date", look=TEXT),
        height=8.5,
    )
    _foot(sheet)
    return form


def return_notice() -> Form:
    """The claim came back: why, and what to do."""
    form = _form(
        "return_notice",
        "返戻通知書",
        "市町村の返戻（差し戻し）通知書にふつうある項目をまねました。",
        "returned",
    )
    sheet = page(form, "返戻通知書")
    _top(
        sheet,
        "claim.returned_on",
        "返戻通知書",
        lead_of("請求のあった", "は、次の理由により返戻します。直して、もう一度提出してください。"),
    )
    sheet.line(
        head("請求の管理番号", 6, size=8),
        V("claim_number", "請求の管理番号", "form.control_number", 16, look=TEXT),
        head("請求日", 6, size=9),
        V("submitted_on", "請求日", "claim.submitted_on", 10, "date", look=MIDDLE),
        height=8.5,
    )
    sheet.line(
        head("返戻日", 6, size=9),
        V("returned_on", "返戻日", "claim.returned_on", 16, "date", look=TEXT),
        head("版", 6, size=9),
        V("version", "版", 'concat("第", claim.version, "版")', 10, look=MIDDLE),
        height=8.5,
    )
    sheet.line(
        head("請求額（公定価格）", 6, size=8),
        V(
            "total",
            "請求額（公定価格）",
            "claim.total_yen",
            16,
            "yen_words",
            look=replace(AMOUNT, align="left"),
        ),
        head("初日在籍", 6, size=9),
        V("children", "初日在籍", 'concat(claim.first_day_children, "人")', 10, look=MIDDLE),
        height=8.5,
    )
    sheet.gap(4)
    long_text(sheet, "reason", "返戻の理由", "claim.return_reason", height=80)
    _foot(sheet)
    return form


def difference_notice() -> Form:
    """A correction was approved: what is paid more, or given back."""
    form = _form(
        "difference_notice",
        "差額通知書",
        "市町村の過誤調整（差額）の通知書にふつうある項目をまねました。",
        "correction",
    )
    sheet = page(form, "差額通知書")
    _top(
        sheet,
        "claim.approved_on",
        "差額通知書",
        lead_of("", "の過誤調整により、差額が次のとおり決まったので、通知します。"),
    )
    sheet.line(
        head("訂正前の管理番号", 6, size=7.5),
        V("number_before", "訂正前の管理番号", "claim_before.control_number", 16, look=TEXT),
        head("決定日", 6, size=9),
        V("approved_on", "決定日", "claim.approved_on", 10, "date", look=MIDDLE),
        height=8.5,
    )
    sheet.gap(4)
    rows = (
        ("after", "訂正後の公定価格の合計", "claim.total_yen"),
        ("before", "訂正前の公定価格の合計（差引）", "0 - claim_before.total_yen"),
    )
    named_amounts(sheet, rows, total=("difference", "差額", "after + before", "{after}+{before}"))
    sheet.line(
        head("差額の扱い", 14, size=9),
        V(
            "treatment_of_difference",
            "差額の扱い",
            '"追加でお支払いします" if difference > 0 else "返還をお願いします" if difference < 0 else "差額なし"',
            24,
            look=Look(size=10),
        ),
        height=8,
    )
    sheet.note("利用者負担額は訂正の前後で同じに差し引くため、差し引いた後の額の差も、この差額と同じです。")
    sheet.gap(2)
    long_text(sheet, "reason", "過誤調整の理由", "claim.correction_reason", height=14)
    sheet.gap(3)
    sheet.section("差のある項目")
    sheet.table(
        "rows",
        "差のある項目",
        "claim_differences",
        [
            C("item", "項目", "label", 17, look=TEXT),
            C("before_yen", "訂正前（円）", "before_yen", 7, look=AMOUNT),
            C("after_yen", "訂正後（円）", "after_yen", 7, look=AMOUNT),
            C(
                "difference",
                "差（円）",
                "after_yen - before_yen",
                7,
                formula='IF({item}="","",{after_yen}-{before_yen})',
                look=AMOUNT,
            ),
        ],
        rows=8,
        height=6,
        head_height=6.5,
        where="has_changed",
    )
    sheet.line(
        head("このシートの差の計", 31, size=9),
        V(
            "page_difference",
            "このシートの差の計",
            "sum(rows_page.difference)",
            7,
            formula="SUM({rows.difference})",
            look=replace(AMOUNT, bold=True),
        ),
        height=6.5,
    )
    _foot(sheet)
    return form


def payment_notice() -> Form:
    """When so much will be paid. There is no settlement yet: it is the planned day, and nobody says it was paid."""
    form = _form(
        "payment_notice",
        "支払通知書",
        "市町村の支払通知書にふつうある項目をまねました。支払日は市の日程による予定日で、支払いの記録ではありません。",
        "first|correction",
    )
    sheet = page(form, "支払通知書")
    _top(
        sheet,
        "claim.approved_on",
        "支払通知書",
        lead_of("", "を、次のとおりお支払いする予定なので、通知します。"),
    )
    sheet.line(
        head("支払予定日", 6, size=9, bold=True),
        V("payment_day", "支払予定日", "claim.payment_day", 16, "date", look=replace(TOTAL, align="left")),
        head("支払方法", 6, size=9),
        V("method", "支払方法", '"口座振込"', 10, look=MIDDLE),
        height=9,
    )
    sheet.line(
        head("請求の管理番号", 6, size=8),
        V("claim_number", "請求の管理番号", "form.control_number", 16, look=TEXT),
        head("決定日", 6, size=9),
        V("approved_on", "決定日", "claim.approved_on", 10, "date", look=MIDDLE),
        height=8.5,
    )
    sheet.gap(4)
    _amounts(sheet, "支払予定額")
    sheet.gap(3)
    _sections(sheet)
    sheet.gap(2)
    sheet.note("支払予定日は、市の日程によるものです。振込の手続きにより、変わることがあります。")
    _foot(sheet)
    return form
