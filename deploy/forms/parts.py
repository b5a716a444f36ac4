"""What stands on nearly every form: to whom it goes, from whom it comes, who answers questions."""

from deploy.forms.layout import L, Look, Sheet, V, head, plain

PLAIN = Look(box="none")
RIGHT = Look(align="right")
# How many sheets rows went on to.
SHEETS = 'concat(page.number, "枚目／全", page.count, "枚")'


def unit(text: str, span: int) -> L:
    """人, 円, か月 beside a number, in a box of its own."""
    return L(text, span, look=Look(size=8.5, align="center"))


def known(formula: str, *keys: str) -> str:
    """A formula of a workbook that stays empty until every one of ``keys`` is known, as ours does."""
    cells = ",".join(f"{{{key}}}" for key in keys)
    return f'IF(COUNT({cells})<{len(keys)},"",{formula})'


def page_sum(column: str, *, may_be_open: bool = False) -> str:
    """The sum of a column of ``staff`` on its sheet, empty until everybody's is known; else what is open is nothing."""
    cells = f"{{staff.{column}}}"
    return f"SUM({cells})" if may_be_open else f'IF(COUNT({cells})<COUNTA({{staff.name}}),"",SUM({cells}))'


def amount(
    sheet: Sheet,
    key: str,
    label: str,
    source: str,
    *,
    mark: str = "",
    span: int = 14,
    words: str = "円",
    note: str = "",
    formula: str = "",
    bold: bool = False,
    height: float = 6.5,
) -> None:
    """A row of an account: its mark (①), what it is, the number with its unit, and a remark."""
    marks, units = 3, 4
    remark = 16
    look = Look(align="right", bold=bold, size=10)
    sheet.line(
        L(mark, marks, look=Look(align="center", head=True)),
        L(label, sheet.columns - marks - span - units - remark, look=Look(bold=bold)),
        V(key, label, source, span, "number", formula=formula, look=look),
        unit(words, units),
        L(note, remark, look=Look(size=7.5)),
        height=height,
    )


def verdict(sheet: Sheet, key: str, label: str, source: str, formula: str) -> None:
    """A check: what must hold, and whether it does (適 or 否)."""
    span = 10
    sheet.line(
        L(label, sheet.columns - span, look=Look(size=8.5)),
        V(
            key,
            label,
            source,
            span,
            words=("適", "否"),
            formula=formula,
            look=Look(align="center", bold=True),
        ),
    )


def day_of_paper(sheet: Sheet, source: str = "form.day") -> None:
    """The date at the right edge."""
    look = Look(box="none", align="right", size=9.5)
    sheet.line(plain("", sheet.columns - 14), V("paper_day", "日付", source, 14, "date", look=look), height=6)


def addressee(sheet: Sheet) -> None:
    """To the mayor."""
    look = Look(box="none", size=11)
    sheet.line(
        V("addressee", "あて名", 'concat(city.mayor, "　様")', sheet.columns // 2, look=look), height=8
    )


def submitter(sheet: Sheet, *, label_span: int = 6, value_span: int = 14, size: float = 9) -> None:
    """
    設置主体, 代表者, 施設, 所在地 in a block on the right.

    What the facility has not entered stays empty, to be written by hand.
    """
    before = sheet.columns - label_span - value_span
    look = Look(size=size)
    rows = (
        ("submitter_corporation", "設置主体", "corporation.name"),
        ("submitter_representative", "代表者", "contact.representative_words"),
        ("submitter_name", "施設名", "facility.name"),
        ("submitter_number", "事業所番号", "facility.number"),
        ("submitter_location", "所在地", 'concat("〒", facility.postal_code, "　", facility.location)'),
    )
    for key, label, source in rows:
        sheet.line(
            plain("", before),
            head(label, label_span, size=8.5),
            V(key, label, source, value_span, look=look),
            height=7.5 if key == "submitter_location" else 6,
        )


def clerk(sheet: Sheet, *, label_span: int = 6) -> None:
    """担当者 and telephone in one row."""
    rest = sheet.columns - 2 * label_span
    left = rest * 3 // 5
    sheet.line(
        head("担当者", label_span, size=8.5),
        V("clerk_name", "担当者", "contact.person", left),
        head("電話番号", label_span, size=8.5),
        V("clerk_phone", "電話番号", "contact.phone", rest - left),
    )


def layout_note(sheet: Sheet, text: str) -> None:
    """Small print below a block: what is meant, or that the layout is our own."""
    sheet.line(L(text, sheet.columns, look=Look(box="none", size=7.5)), height=5.5)
