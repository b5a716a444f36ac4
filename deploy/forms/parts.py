"""What stands on nearly every form: to whom it goes, from whom it comes, who answers questions."""

from deploy.forms.layout import L, Look, Sheet, V, head, plain

PLAIN = Look(box="none")


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
    """Says that the layout is our own."""
    sheet.line(L(text, sheet.columns, look=Look(box="none", size=7.5, top=True)), height=5)
