"""The sheets that papers of a claim are made of: 内訳書 by price, 計算の根拠, and what stands at their top and foot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from deploy.forms.layout import YEN, C, Form, L, Look, Sheet, V, head
from documents.packs.manifest import Family, Issuer, Manifest

COLUMNS: Final = 38
# Sorts of claims by which money is asked for; returned ones are none.
ASKED_FOR: Final = "first|correction|outside"
MARGIN: Final = 10
# Below stand the control number and the QR code.
FOOT_MM: Final = 22
TEXT: Final = Look(size=8.5)
SMALL: Final = Look(size=8)
MIDDLE: Final = Look(size=8.5, align="center")
AMOUNT: Final = Look(size=9, align="right", number_format=YEN)
TINY_AMOUNT: Final = Look(size=8.5, align="right", number_format=YEN)
TOTAL: Final = Look(size=10, bold=True, align="right", number_format=YEN)
FREE: Final = Look(box="none", size=9)
IMITATES: Final = "公的な様式そのものではなく、項目と配置をまねた見本です。"


@dataclass(frozen=True)
class Regime:
    """A time of 処遇改善等加算: its years, and what the sheets call it."""

    first: int
    last: int
    treatment: str

    @property
    def folder(self) -> str:
        """The year's folder."""
        return str(self.first)


NOW: Final = Regime(2025, 0, "処遇改善等加算\n区分1・2")
BEFORE: Final = Regime(2015, 2024, "処遇改善等加算\nⅠ")
REGIMES: Final = (NOW, BEFORE)


@dataclass(frozen=True)
class Rows:
    """
    How many rows the blocks of a 内訳書 have: base prices, additions, deductions. ``height`` is a base price's; items
    have names that may take two lines.
    """

    base: int
    additions: int
    deductions: int
    height: float = 4.4
    item_height: float = 5.2


def says(
    code: str,
    title: str,
    source: str,
    *,
    regime: Regime = Regime(2015, 0, ""),
    types: Sequence[str] = (),
    of: str = "",
    issuer: Issuer = Issuer.FACILITY,
    family: Family = Family.MONTHLY,
    prints_drafts: bool = False,
) -> Manifest:
    """What a paper of a claim says of itself, besides fields and tables."""
    return Manifest(
        code=code,
        title=title,
        family=family,
        subject="claim",
        from_year=regime.first,
        to_year=regime.last,
        source=f"{source}{IMITATES}",
        official=False,
        fields=(),
        facility_types=tuple(types),
        issuer=issuer,
        of=of,
        prints_drafts=prints_drafts,
    )


def page(form: Form, title: str, *, landscape: bool = False) -> Sheet:
    """A sheet with room below for what stands on every paper, and the price mark at its top."""
    sheet = form.sheet(title, columns=COLUMNS, landscape=landscape, margin=MARGIN)
    sheet.sheet.page_margins.bottom = FOOT_MM / 25.4
    look = Look(box="none", size=9, bold=True, align="center")
    sheet.line(
        V(
            "mark",
            "単価の印",
            'concat(form.mark, "　", claim.price_words)',
            COLUMNS,
            look=look,
        ),
        height=5,
    )
    return sheet


def whose(sheet: Sheet) -> None:
    """Facility, number and month of a further sheet, and which of several it is."""
    sheet.line(
        head("施設名", 4, size=8),
        V("place_name", "施設名", "facility.name", 13, look=TEXT),
        head("事業所番号", 4, size=8),
        V("place_number", "事業所番号", "facility.number", 6, look=MIDDLE),
        head("対象年月", 4, size=8),
        V("place_month", "対象年月", "form.month", 7, "month", look=MIDDLE),
        height=5.5,
    )


def breakdown(
    form: Form, title: str, sheet_title: str, rows: Rows, regime: Regime, *, system: str = ""
) -> None:
    """
    A 内訳書: base price and treatment of each class side by side, additions, deductions, each with its sum.

    ``system`` (1, 23): of a 認定こども園 only what belongs to it; its keys carry it.
    """
    mine = f"_{system}" if system else ""
    only = f' and system == "{system}"' if system else ""
    sheet = page(form, sheet_title)
    sheet.title(title, size=13, height=8)
    whose(sheet)
    sheet.gap(1.5)
    _base(sheet, mine, f'system == "{system}"' if system else "", rows, regime)
    sheet.gap(1.5)
    _lines(
        sheet,
        f"additions{mine}",
        "加算",
        f'section == "addition" and block != "treatment"{only}',
        rows.additions,
        rows.item_height,
    )
    sheet.gap(1.5)
    _lines(
        sheet,
        f"deductions{mine}",
        "減算・調整",
        f'section == "deduction"{only}',
        rows.deductions,
        rows.item_height,
    )
    sheet.gap(1.5)
    _foot(sheet, mine)


def _base(sheet: Sheet, mine: str, where: str, rows: Rows, regime: Regime) -> None:
    key = f"base{mine}"
    sheet.line(
        head("基本分", 2, rows=rows.base + 2, size=8.5, upright=True),
        head("年齢区分", 9, size=8),
        head("人数", 3, size=8),
        head("基本分\n単価（円）", 5, size=7.5),
        head("基本分（円）", 5, size=8),
        head(f"{regime.treatment}\n単価（円）", 5, size=6.5),
        head(f"{regime.treatment}（円）", 5, size=6.5),
        head("計（円）", 4, size=8),
        height=9.5,
    )
    sheet.table(
        key,
        "基本分",
        "claim_base_rows",
        [
            C("subject", "年齢区分", "subject", 9, look=TEXT),
            C("people", "人数", "quantity", 3, look=TINY_AMOUNT),
            C("unit", "基本分単価", "unit_yen", 5, look=TINY_AMOUNT),
            C(
                "yen",
                "基本分",
                "unit_yen * quantity",
                5,
                formula='IF({unit}="","",{unit}*{people})',
                look=TINY_AMOUNT,
            ),
            C("treatment_unit", "処遇改善の単価", "treatment_unit_yen", 5, look=TINY_AMOUNT),
            C(
                "treatment",
                "処遇改善",
                "treatment_unit_yen * quantity",
                5,
                formula='IF({treatment_unit}="","",{treatment_unit}*{people})',
                look=TINY_AMOUNT,
            ),
            C(
                "both",
                "計",
                "(unit_yen + treatment_unit_yen) * quantity",
                4,
                formula='IF({unit}="","",{yen}+{treatment})',
                look=TINY_AMOUNT,
            ),
        ],
        rows=rows.base,
        height=rows.height,
        indent=2,
        headings=False,
        where=where,
    )
    sums = [
        (f"base_people{mine}", "people", 3),
        ("", "", 5),
        (f"base_yen{mine}", "yen", 5),
        ("", "", 5),
        (f"treatment_yen{mine}", "treatment", 5),
        (f"base_sum{mine}", "both", 4),
    ]
    sheet.line(
        head("小計", 9, size=8.5),
        *(
            V(
                name,
                f"基本分の小計（{column}）",
                f"sum({key}_page.{column})",
                span,
                formula=f"SUM({{{key}.{column}}})",
                look=replace(TINY_AMOUNT, bold=True),
            )
            if name
            else L("", span)
            for name, column, span in sums
        ),
        height=5.2,
    )


def _lines(sheet: Sheet, key: str, words: str, where: str, count: int, height: float) -> None:
    sheet.line(
        head(words, 2, rows=count + 2, size=8.5, upright=True),
        head("番号", 2, size=7.5),
        head("項目", 13, size=8),
        head("対象", 8, size=8),
        head("単価（円）", 5, size=8),
        head("数", 3, size=8),
        head("金額（円）", 5, size=8),
        height=5.5,
    )
    sheet.table(
        key,
        words,
        "claim_lines",
        [
            C("place", "番号", 'number if is_first else ""', 2, look=MIDDLE),
            C("item", "項目", 'label if is_first else "〃"', 13, look=TEXT),
            C("subject", "対象", "subject", 8, look=TEXT),
            C("unit", "単価", "unit_yen", 5, look=TINY_AMOUNT),
            C("times", "数", "quantity", 3, look=TINY_AMOUNT),
            C(
                "yen",
                "金額",
                "unit_yen * quantity if known(unit_yen) else 0",
                5,
                formula='IF({subject}="","",{unit}*{times})',
                look=TINY_AMOUNT,
            ),
        ],
        rows=count,
        height=height,
        indent=2,
        headings=False,
        where=where,
    )
    sheet.line(
        head("小計", 31, size=8.5),
        V(
            f"{key}_yen",
            f"{words}の小計",
            f"sum({key}_page.yen)",
            5,
            formula=f"SUM({{{key}.yen}})",
            look=replace(TINY_AMOUNT, bold=True),
        ),
        height=5.2,
    )


def _foot(sheet: Sheet, mine: str) -> None:
    """The sheet's own sum, what other sheets of the same rows hold, and both together."""
    here = f"base_sum{mine} + additions{mine}_yen + deductions{mine}_yen"
    label = {"": "公定価格の合計", "_1": "1号の合計", "_23": "2・3号の合計"}[mine]
    sheet.line(
        head("このシートの計", 8, size=8.5),
        V(
            f"here{mine}",
            "このシートの計",
            here,
            8,
            formula="+".join(f"{{{one}}}" for one in here.split(" + ")),
            look=AMOUNT,
        ),
        head("ほかのシートの計", 8, size=8.5),
        V(
            f"elsewhere{mine}",
            "ほかのシートの計",
            f"{total_of(mine)} - here{mine} if page.count > 1 else 0",
            14,
            look=AMOUNT,
        ),
        height=6,
    )
    sheet.line(
        head(label, 24, size=9.5, bold=True),
        V(
            f"whole{mine}",
            label,
            f"here{mine} + elsewhere{mine}",
            14,
            formula=f"{{here{mine}}}+{{elsewhere{mine}}}",
            look=TOTAL,
        ),
        height=7,
    )


def total_of(mine: str) -> str:
    """A formula for everything of a 内訳書, on however many sheets."""
    return f"sum(base{mine}.both) + sum(additions{mine}.yen) + sum(deductions{mine}.yen)"


def reasons(form: Form) -> None:
    """計算の根拠: each item with the steps of its price and where it is from, over as many sheets as it takes."""
    sheet = page(form, "計算の根拠")
    sheet.title("計算の根拠", size=13, height=8)
    whose(sheet)
    book = 'concat("単価表　", claim.rate_book, "　番号 ", claim.rate_book_id)'
    sheet.line(V("book", "単価表", book, COLUMNS, look=replace(FREE, size=8)), height=5)
    source = 'concat("出典：", claim.rate_book_source)'
    sheet.line(V("book_source", "単価表の出典", source, COLUMNS, look=replace(FREE, size=8)), height=5)
    sheet.table(
        "steps",
        "計算の根拠",
        "claim_steps",
        [
            C("item", "項目", "item_label", 6, look=replace(SMALL, size=7.5, bold=True)),
            C("step", "段", "label", 6, look=replace(SMALL, size=7.5)),
            C("text", "計算", "text", 23, look=replace(SMALL, size=7.5)),
            C("yen", "金額（円）", "item_yen", 3, look=replace(TINY_AMOUNT, size=7.5)),
        ],
        rows=55,
        height=4.1,
        head_height=5,
    )


def hand_line(label: str, span: int) -> tuple[L, L]:
    """A label with an empty box beside it, to be written into by hand."""
    return head(label, 4, size=8), L("", span - 4)


def day_and_number(sheet: Sheet, day: str) -> None:
    """At the right: the paper's number and its day; empty while there is none."""
    look = replace(FREE, align="right")
    sheet.line(
        L("", COLUMNS - 16, look=FREE),
        V("number", "管理番号", 'concat("番号　", form.control_number)', 16, look=look),
        height=5,
    )
    sheet.line(L("", COLUMNS - 16, look=FREE), V("paper_day", "日付", day, 16, "date", look=look), height=6)


def to_facility(sheet: Sheet) -> None:
    """A notice of the city: to the corporation and its facility, from the mayor."""
    sheet.line(
        V("to_corporation", "設置主体", "corporation.name", 24, look=replace(FREE, size=10.5)), height=6.5
    )
    name = 'concat(facility.name, "　様")'
    sheet.line(V("to_facility", "施設名", name, 24, look=replace(FREE, size=12)), height=8)
    look = replace(FREE, align="right", size=11)
    sheet.line(L("", COLUMNS - 18, look=FREE), V("from_mayor", "市長", "city.mayor", 18, look=look), height=8)
    sheet.line(L("", COLUMNS - 18, look=FREE), L("（公印省略）", 18, look=replace(look, size=8.5)), height=5)


def named_amounts(
    sheet: Sheet, rows: Sequence[tuple[str, str, str]], *, total: tuple[str, str, str, str]
) -> None:
    """Rows of an amount each (key, label, source), and their sum with its formula; across the middle of the sheet."""
    for key, words, source in rows:
        sheet.line(
            head(words, 14, size=9),
            V(key, words, source, 18, look=replace(AMOUNT, size=10.5)),
            L("円", 6, look=MIDDLE),
            height=8,
        )
    key, words, source, formula = total
    sheet.line(
        head(words, 14, size=10, bold=True),
        V(key, words, source, 18, formula=formula, look=replace(TOTAL, size=13)),
        L("円", 6, look=MIDDLE),
        height=10,
    )


def long_text(sheet: Sheet, key: str, label: str, source: str, *, height: float) -> None:
    """A heading with a large box below it, for what somebody wrote."""
    sheet.line(head(label, COLUMNS, size=9), height=6.5)
    sheet.line(V(key, label, source, COLUMNS, look=Look(size=9.5, top=True)), height=height)
