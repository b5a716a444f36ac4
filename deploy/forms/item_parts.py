"""
What stands on sheets of application items (個票): whose it is, what is applied for, answers as they are asked.

Types, labels and choices are read from the item packs that come with the product, so that a sheet and its item never
say two things.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from deploy.forms.layout import C, Form, L, Look, Part, Sheet, V, head, plain
from documents.packs.manifest import Family, Manifest

FOLDER: Final = Path(__file__).resolve().parents[2] / "applications" / "packs" / "2026"
FIRST_YEAR: Final = 2024
COLUMNS: Final = 36
HEAD: Final = 6
# Millimetres: a column, a character of a label, a row whose label takes two lines.
COLUMN: Final = 5
EM: Final = 3
TWO_LINES: Final = 9.5
NUMBER: Final = Look(size=9, align="right", number_format="#,##0")
DECIMAL: Final = Look(size=9, align="right")
CENTRE: Final = Look(size=9, align="center")
TEXT: Final = Look(size=9)
SMALL: Final = Look(size=8)
NOT_OFFICIAL: Final = "市の公式の様式ではなく、当システムの見本の様式です。"
FUKUOKA: Final = f"公定価格の加算の個票の形（福岡市 令和5年度）にならったもの。{NOT_OFFICIAL}"


@cache
def item(family: str, key: str) -> Mapping[str, Any]:
    """The item as its pack describes it."""
    pack = tomllib.loads((FOLDER / f"{family}.toml").read_text(encoding="utf-8"))
    found: Mapping[str, Any] = next(one for one in pack["item"] if one["key"] == key)
    return found


def sort_of(family: str, key: str) -> str:
    """How the dictionary calls applications of the item: reports stand apart."""
    return f"{family}/{'report/' if item(family, key).get('stage') == 'report' else ''}{key}"


def field(family: str, key: str, name: str) -> Mapping[str, Any]:
    """One field of it."""
    found: Mapping[str, Any] = next(one for one in item(family, key)["field"] if one["key"] == name)
    return found


def says(code: str, title: str, family: Family, source: str, **more: Any) -> Manifest:
    """What every manifest here says: not official, drafts can be printed."""
    return Manifest(
        code=code,
        title=title,
        family=family,
        from_year=FIRST_YEAR,
        source=source,
        official=False,
        fields=(),
        **{"subject": "application", "prints_drafts": True, **more},
    )


class ItemSheet:
    """One sheet of one item while it is drawn."""

    def __init__(
        self, code: str, title: str, family: str, key: str, *, name: str, source: str = FUKUOKA
    ) -> None:
        self.family, self.key = family, key
        manifest = says(
            code,
            title,
            Family(family),
            source,
            of=sort_of(family, key),
            when="application.wanted",
            facility_types=tuple(item(family, key)["types"]),
        )
        self.form = Form(code, str(FIRST_YEAR), manifest)
        self.sheet = self.form.sheet(name, columns=COLUMNS)

    def heading(self, words: str, title: str) -> None:
        """Which sheet it is, when it was sent, whose it is and what is applied for."""
        opening(self.sheet, words, title)
        applied(self.sheet)

    def label(self, name: str) -> str:
        """What the field is called, with its unit."""
        own = field(self.family, self.key, name)
        unit = own.get("unit") or ("円" if own["kind"] == "yen" else "")
        return f"{own['label']}（{unit}）" if unit else str(own["label"])

    def section(self, text: str) -> None:
        """A heading, after a small gap."""
        self.sheet.gap(2)
        self.sheet.section(text, height=6.5)

    def asked(self, *names: str, height: float = 7) -> None:
        """Questions with yes and no as boxes to tick, numbered."""
        for number, name in enumerate(names, start=1):
            own = field(self.family, self.key, name)
            self.sheet.line(
                L(f"{number}", 2, look=CENTRE),
                L(own["label"], COLUMNS - 11, look=TEXT),
                V(name, own["label"], yes_no(f"answers.{name}"), 9, look=CENTRE),
                height=height,
            )

    def ticked(self, name: str, *, height: float = 7, label: str = "") -> None:
        """A field of choices: every choice with a box, the chosen ticked."""
        own = field(self.family, self.key, name)
        choices = own["choices"]
        said = [tick(f"answers.{name}_{choice}", words) for choice, words in choices.items()]
        self.sheet.line(
            head(label or own["label"], HEAD + 3, size=8.5),
            V(name, own["label"], f'concat({", ".join(said)}, "")', COLUMNS - HEAD - 3, look=TEXT),
            height=height,
        )

    def value(self, name: str, span: int, format: str = "", formula: str = "", look: Look | None = None) -> V:
        """The box of a field."""
        own = field(self.family, self.key, name)
        usual = {"yen": NUMBER, "whole": NUMBER, "decimal": DECIMAL}.get(own["kind"], TEXT)
        return V(name, own["label"], f"answers.{name}", span, format, formula=formula, look=look or usual)

    def row(self, *names: str, height: float = 7, formulas: Mapping[str, str] | None = None) -> None:
        """Fields side by side, each with its label on the left; a lone number stands at the right."""
        each = COLUMNS // len(names)
        parts: list[Part] = []
        for name in names:
            is_number = field(self.family, self.key, name)["kind"] in {"yen", "whole", "decimal"}
            label = (COLUMNS - 9 if is_number else HEAD + 3) if len(names) == 1 else each - 7
            text = self.label(name)
            height = max(height, TWO_LINES if len(text) * EM > label * COLUMN - 2 else height)
            parts += [
                head(text, label, size=8.5),
                self.value(name, each - label, formula=(formulas or {}).get(name, "")),
            ]
        self.sheet.line(*parts, height=height)

    def yes_no_row(self, *names: str, height: float = 7) -> None:
        """Yes and no of fields side by side."""
        each = COLUMNS // len(names)
        parts: list[Part] = []
        for name in names:
            own = field(self.family, self.key, name)
            parts += [
                head(own["label"], each - 9, size=8.5),
                V(name, own["label"], yes_no(f"answers.{name}"), 9, look=CENTRE),
            ]
        self.sheet.line(*parts, height=height)

    def long(self, name: str, *, height: float = 30) -> None:
        """A text of several lines."""
        own = field(self.family, self.key, name)
        self.sheet.line(
            head(own["label"], HEAD + 3, size=8.5),
            V(name, own["label"], f"answers.{name}", COLUMNS - HEAD - 3, look=TEXT),
            height=height,
        )

    def months(self, name: str, total: str, heading: str) -> None:
        """Twelve months from April, and what they come to."""
        own, sum_of = field(self.family, self.key, name), field(self.family, self.key, total)
        small = Look(size=8.5, align="right", number_format="#,##0")
        sum_box = V(
            total, sum_of["label"], f"answers.{total}", 8, formula=f"SUM({{{name}.value}})", look=NUMBER
        )
        self.sheet.across(
            name,
            own["label"],
            f"answers_{name}",
            (
                C("month", "月", "month", 2, "month_number", label="月"),
                C("value", heading, "value", 2, label=own["label"], look=small),
            ),
            count=12,
            head_span=4,
            span=2,
            height=7,
            beside=(head("計", 8, size=8.5), sum_box),
        )

    def months_of_yen(self, name: str, total: str) -> None:
        """Twelve months one below the other, where amounts do not fit into narrow boxes."""
        own, sum_of = field(self.family, self.key, name), field(self.family, self.key, total)
        self.sheet.table(
            name,
            own["label"],
            f"answers_{name}",
            (
                C("month", "月", "month", 12, "month", look=CENTRE),
                C("value", f"{own['label']}（円）", "value", 12, look=NUMBER),
            ),
            rows=12,
            height=6,
            head_height=6,
        )
        self.sheet.line(
            head(f"{sum_of['label']}（円）", 12, size=8.5),
            V(total, sum_of["label"], f"answers.{total}", 12, formula=f"SUM({{{name}.value}})", look=NUMBER),
        )

    def papers(self, rows: int = 3) -> None:
        """The sheets that come on paper."""
        self.section("添付する書類（紙で提出）")
        papers(self.sheet, rows)

    def done(self, *notes: str) -> Form:
        """The small print, and the form."""
        self.sheet.gap(2)
        for text in (*notes, NOT_OFFICIAL):
            self.sheet.note(f"※ {text}", height=4.5)
        return self.form


def opening(sheet: Sheet, words: str, title: str) -> None:
    """Which sheet, the day it was sent, the title, whose it is."""
    sheet.line(
        plain(words, 20, size=9),
        V(
            "paper_day",
            "提出日",
            "application.submitted_on",
            sheet.columns - 20,
            "date",
            look=Look(box="none", align="right"),
        ),
        height=6,
    )
    sheet.title(title, size=14, height=10)
    whose(sheet)


def whose(sheet: Sheet) -> None:
    """Facility, number, type and capacity in two rows."""
    half = sheet.columns // 2
    sheet.line(
        head("施設名", HEAD, size=8.5),
        V("facility_name", "施設名", "facility.name", half - HEAD + 4, look=TEXT),
        head("事業所番号", HEAD - 1, size=8.5),
        V("facility_number", "事業所番号", "facility.number", sheet.columns - half - HEAD - 3, look=TEXT),
    )
    sheet.line(
        head("施設類型", HEAD, size=8.5),
        V("facility_kind", "施設類型", "facility.kind", half - HEAD + 4, look=TEXT),
        head("利用定員", HEAD - 1, size=8.5),
        V(
            "facility_capacity",
            "利用定員",
            "facility.capacity_words",
            sheet.columns - half - HEAD - 3,
            look=TEXT,
        ),
    )


def applied(sheet: Sheet, asks: Part | None = None) -> None:
    """Whether it is applied for, from when, and what it changes of what was approved; ``asks`` names the first box."""
    half = sheet.columns // 2
    left, right = half - HEAD + 4, sheet.columns - half - HEAD - 3
    sheet.line(
        asks or head("申請の有無", HEAD, size=8.5),
        V("applied_wanted", "申請の有無", "application.wanted_words", left, look=TEXT),
        head("適用年月", HEAD - 1, size=8.5),
        V("applied_months", "適用年月", "application.months_words", right, look=TEXT),
    )
    sheet.line(
        head("申請の種別", HEAD, size=8.5),
        V("applied_kind", "申請の種別", "application.kind_words", left, look=TEXT),
        head("変更年月", HEAD - 1, size=8.5),
        V("applied_change_month", "変更年月", "application.change_month", right, "month", look=TEXT),
    )
    sheet.line(
        head("変更した欄", HEAD, size=8.5),
        V("applied_changes", "変更した欄", "application.changed_fields", sheet.columns - HEAD, look=SMALL),
    )


def papers(sheet: Sheet, rows: int = 3) -> None:
    """The sheets that come on paper, with the number of each cover."""
    sheet.table(
        "papers",
        "添付する書類",
        "application_papers",
        (
            C("title", "書類の名前", "title", sheet.columns - 20),
            C("due", "提出期限", "due_on", 8, "date", look=CENTRE),
            C("receipt", "受付番号（表紙の番号）", "number", 12, look=CENTRE),
        ),
        rows=rows,
        head_height=6,
    )


def yes_no(name: str) -> str:
    """``☑ はい　☐ いいえ``; both empty where nobody has answered."""
    answered = f'("☑ はい　☐ いいえ" if {name} else "☐ はい　☑ いいえ")'
    return f'{answered} if known({name}) else "☐ はい　☐ いいえ"'


def tick(name: str, words: str) -> str:
    """``☑ 職員の賃金の改善　`` as a part of ``concat``."""
    return f'("☑ {words}　" if known({name}) and {name} else "☐ {words}　")'


def columns_of(own: Mapping[str, Any], wanted: Sequence[tuple[str, int, str]], **looks: Look) -> list[C]:
    """Columns of a table by key, width and format, headed as the item's pack calls them."""
    by_key = {column["key"]: column for column in own["column"]}
    found = []
    for key, span, format in wanted:
        column = by_key[key]
        unit = column.get("unit") or ("円" if column["kind"] == "yen" else "")
        usual = NUMBER if column["kind"] in {"yen", "whole", "decimal"} else TEXT
        if column["kind"] == "yes_no":
            usual = CENTRE
        found.append(
            C(
                key,
                f"{column['label']}\n（{unit}）" if unit else column["label"],
                key,
                span,
                format,
                label=column["label"],
                look=looks.get(key, usual),
            )
        )
    return found
