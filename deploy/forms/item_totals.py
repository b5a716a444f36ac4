"""Sheets for any item: the totalled sheet of a family (総括表), and the general sheet of one item."""

from dataclasses import replace
from typing import Any, Final

from deploy.forms.item_parts import (
    CENTRE,
    COLUMNS,
    FIRST_YEAR,
    HEAD,
    NOT_OFFICIAL,
    NUMBER,
    SMALL,
    TEXT,
    applied,
    papers,
    says,
    whose,
)
from deploy.forms.layout import C, Form, Look, Sheet, V, head, plain
from deploy.forms.parts import addressee, clerk, submitter
from documents.packs.manifest import Family

MIDDLE: Final = Look(size=8, align="center")
ASKS: Final = Look(head=True, align="center", size=8)


def summary(code: str, title: str, family: Family, of: str, source: str) -> Form:
    """総括表: every item the facility may apply for, with what was sent of it."""
    manifest = says(code, title, family, source, subject="application_year", of=of)
    form = Form(code, str(FIRST_YEAR), manifest)
    sheet = form.sheet("総括表", columns=45, margin=12)
    top_of_summary(sheet, title)
    sheet.table(
        "items",
        "加算・減算の項目",
        "year_items",
        (
            C("number", "No", "number", 2, look=CENTRE),
            C("item", "加算・調整の項目", "item", 15, look=SMALL),
            C("wanted", "申請の有無", "wanted_words", 6, look=MIDDLE),
            C("months", "適用年月", "months_words", 6, look=MIDDLE),
            C("variant", "加算の内容", "variant", 9, look=Look(size=7.5)),
            C("has_papers", "添付", "has_papers", 2, "circle", look=CENTRE),
            C("change_month", "変更年月", "change_month", 5, "short_date", look=MIDDLE),
        ),
        rows=26,
        height=6.6,
        head_height=7,
    )
    counts(sheet)
    sheet.gap(1)
    for text in (
        "「添付」は、紙で提出する書類がある項目です。変更年月は、承認された内容を変更する項目だけに載ります。",
        f"提出していない項目は、申請の有無が空欄です。{NOT_OFFICIAL}",
    ):
        sheet.note(f"※ {text}", height=4.2, size=7.5)
    return form


def top_of_summary(sheet: Sheet, title: str) -> None:
    """To whom, what, from whom."""
    look = Look(box="none", align="right")
    sheet.line(
        plain("", 10),
        V("paper_day", "提出日", "year.submitted_on", sheet.columns - 10, "date", look=look),
        height=5,
    )
    addressee(sheet)
    sheet.line(
        V(
            "title",
            "表題",
            f'concat(year.fiscal_year, "　{title}")',
            sheet.columns,
            look=Look(box="none", size=14, bold=True, align="center"),
        ),
        height=9,
    )
    submitter(sheet, label_span=7, value_span=22, size=8.5)
    sheet.gap(1.5)
    sheet.line(
        head("施設類型", 6, size=8.5),
        V("facility_kind", "施設類型", "facility.kind", 12, look=TEXT),
        head("利用定員", 6, size=8.5),
        V("facility_capacity", "利用定員", "facility.capacity_words", 21, look=TEXT),
    )
    clerk(sheet, label_span=6)
    sheet.gap(1.5)


def counts(sheet: Sheet) -> None:
    """How many items there are, and which sheet of how many this is."""
    sheet.gap(1.5)
    parts: list[Any] = []
    for key, label, source in (
        ("count_items", "項目の数", "year.items"),
        ("count_answered", "提出済み", "year.answered"),
        ("count_wanted", "うち申請・該当", "year.wanted"),
    ):
        parts += [head(label, 8, size=8.5), V(key, label, source, 4, look=NUMBER)]
    pages = 'concat(page.number, "枚目／全", page.count, "枚")'
    parts.append(V("pages", "枚数", pages, 9, look=replace(CENTRE, size=8)))
    sheet.line(*parts, height=6)


def general(
    code: str,
    title: str,
    family: Family,
    source: str,
    of: str,
) -> Form:
    """Any item without a sheet of its own: its fields one below the other, as its pack has them."""
    form = Form(code, str(FIRST_YEAR), says(code, title, family, source, of=of, when="application.wanted"))
    sheet = form.sheet("内容", columns=COLUMNS)
    look = Look(box="none", align="right")
    sheet.line(
        V("family", "区分", "application.family", 18, look=Look(box="none")),
        V("paper_day", "提出日", "application.submitted_on", COLUMNS - 18, "date", look=look),
        height=6,
    )
    name = V(
        "item", "項目", "application.item", COLUMNS, look=Look(box="none", size=14, bold=True, align="center")
    )
    sheet.line(name, height=10)
    whose(sheet)
    applied(sheet, V("applied_question", "聞き方", "application.question", HEAD, look=ASKS))
    sheet.gap(2)
    sheet.section("内容")
    sheet.table(
        "answers",
        "申請の内容",
        "application_answers",
        (
            C("label", "欄", "label", 15, look=Look(size=8.5)),
            C("words", "内容", "words", 21, look=Look(size=8.5)),
        ),
        rows=20,
        height=7.5,
        head_height=6,
    )
    sheet.gap(2)
    sheet.section("添付する書類（紙で提出）")
    papers(sheet, 2)
    sheet.gap(2)
    pages = 'concat(page.number, "枚目／全", page.count, "枚")'
    sheet.line(
        plain(f"※ {NOT_OFFICIAL}", COLUMNS - 8, size=8),
        V("pages", "枚数", pages, 8, look=Look(box="none", size=8, align="right")),
        height=5,
    )
    return form
