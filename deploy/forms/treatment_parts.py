"""What forms of an application of 処遇改善等加算 have in common."""

from dataclasses import replace

from deploy.forms.layout import Look, Sheet, V, head, plain
from deploy.forms.parts import addressee, clerk, day_of_paper, submitter
from documents.packs.manifest import Family, Manifest

OWN_LAYOUT = "公式の様式（別紙様式1〜9）の番号と欄の位置は未確認のため、当システムの見本の様式です。"
FUKUOKA = "福岡市 令和5年度の様式の形による。"
SMALL = Look(size=8)
MIDDLE = Look(size=8.5, align="center")
NUMBER = Look(size=8.5, align="right")
BIG = Look(size=11, bold=True, align="center")
NOTE = Look(box="none", size=8.5, align="right")
TEXT = Look(box="none", size=10)
LAST_YEAR_OF_BEFORE = 2024
FIRST_YEAR_OF_CATEGORIES = 2025


def says(code: str, title: str, item: str, source: str, **more: object) -> Manifest:
    """A form of an application of this item, for everybody who applies; printed before it is approved, too."""
    usual = Manifest(
        code=code,
        title=title,
        family=Family.TREATMENT,
        subject="application",
        of=f"treatment/{item}",
        from_year=FIRST_YEAR_OF_CATEGORIES,
        when="application.wanted",
        source=source + OWN_LAYOUT,
        official=False,
        prints_drafts=True,
        fields=(),
    )
    return replace(usual, **more)  # type: ignore[arg-type]


def top(sheet: Sheet, title: str, sentence: str) -> None:
    """The year, the title, the day, to whom and from whom, and what is asked."""
    sheet.line(
        V("year", "年度", "application.fiscal_year", sheet.columns // 2, look=TEXT),
        V(
            "kind_words",
            "当初・変更",
            'concat("（", application.kind_words, "）")',
            sheet.columns - sheet.columns // 2,
            look=replace(TEXT, align="right"),
        ),
    )
    sheet.title(title, size=15, height=11)
    day_of_paper(sheet, "application.submitted_on")
    addressee(sheet)
    sheet.gap(2)
    submitter(sheet, label_span=9, value_span=28)
    clerk(sheet, label_span=9)
    sheet.gap(2)
    sheet.line(plain(sentence, sheet.columns, size=10), height=9)


def place(sheet: Sheet, title: str) -> None:
    """On a further sheet: the title, and whose it is."""
    sheet.title(title, size=13, height=9)
    sheet.line(
        head("施設名", 9, size=8.5),
        V("place_name", "施設名", "facility.name", sheet.columns // 2 - 9),
        head("事業所番号", 9, size=8.5),
        V("place_number", "事業所番号", "facility.number", sheet.columns - sheet.columns // 2 - 9),
    )
    sheet.gap(2)
