"""Forms made by hand, without a workbook: a few lines a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from documents.packs.filled import CellContent, Filled, FilledCell, FilledSheet, Marks
from documents.packs.template import (
    Area,
    Line,
    Look,
    PageSetup,
    Place,
    Side,
    Template,
    TemplateCell,
    TemplateSheet,
)

BOX = {side: Line("thin") for side in Side}
UPRIGHT, NONE = PageSetup(), Marks()
PLAIN = Look(size=10)
BOXED = Look(size=10, lines=BOX, vertical="center")
HEAD = replace(BOXED, fill="eeeeee", horizontal="center")
FINAL = Marks("", "131016-2604-0012", "https://seikyu.example.jp/k/131016-2604-0012")


def cell(
    address: str, value: Any = None, look: Look = PLAIN, rows: int = 1, columns: int = 1, **more: Any
) -> TemplateCell:
    """One cell of a template."""
    at = Place.of("", address)
    return TemplateCell(at.row, at.column, replace(look, **more) if more else look, value, "", rows, columns)


def sheet(
    cells: Sequence[TemplateCell],
    *,
    title: str = "様式",
    widths: Sequence[float] = (20.0,) * 8,
    heights: Sequence[float] = (8.0,) * 12,
    page: PageSetup = UPRIGHT,
    **more: Any,
) -> TemplateSheet:
    """A sheet that begins in A1."""
    return TemplateSheet(
        title,
        Area(1, 1, len(heights), len(widths)),
        tuple(widths),
        tuple(heights),
        {(one.row, one.column): one for one in cells},
        page,
        **more,
    )


def filled(
    template: Template,
    values: Mapping[str, str | tuple[CellContent, str] | FilledCell] | None = None,
    *,
    marks: Marks = NONE,
) -> Filled:
    """The form with texts in the cells of its first sheet."""
    cells = {}
    for address, value in (values or {}).items():
        at = Place.of("", address)
        if isinstance(value, str):
            value = FilledCell(value, value)
        elif isinstance(value, tuple):
            value = FilledCell(*value)
        cells[at.row, at.column] = value
    sheets = [
        FilledSheet(one.title, one.title, cells if one is template.sheets[0] else {})
        for one in template.sheets
    ]
    return Filled("委託費請求書", sheets, marks=marks)


def every_look() -> tuple[Template, Filled]:
    """A page with everything a cell can look like."""
    mincho = replace(BOXED, font="ＭＳ 明朝")
    lines = ("hair", "thin", "dotted", "dashed", "medium", "double", "thick", "mediumDashed")
    cells = [
        cell("A1", "委託費請求書（様式第1号）", size=18, bold=True, horizontal="center", columns=8),
        cell("A2", "左の空いたセルへはみ出す長い説明の文字です（折り返さない）"),
        cell("H2", "右から左へはみ出す説明", horizontal="right"),
        cell("D3", "中央から両側へはみ出す説明の文字", horizontal="center"),
        cell("A4", "施設名", HEAD),
        cell("B4", None, BOXED, columns=3),
        cell("E4", "設置者", HEAD, bold=True),
        cell("F4", None, replace(mincho, wraps=True), columns=3),
        cell("A5", "請求額", HEAD),
        cell("B5", None, replace(BOXED, number_format="#,##0"), columns=3),
        cell("E5", 1234567, replace(mincho, number_format='#,##0"円"'), columns=2),
        cell("G5", True, BOXED),
        cell("H5", "赤い字", BOXED, colour="c00000", underline=True, italic=True),
        cell("A6", "縦書きー（一）、。", BOXED, rotation=255, rows=4, horizontal="center"),
        cell("B6", "九十度に回す", BOXED, rotation=90, rows=4),
        cell("C6", "逆に回す", BOXED, rotation=180, rows=4),
        cell("D6", "上", BOXED, vertical="top"),
        cell("E6", "中", BOXED, vertical="center"),
        cell("F6", "下", replace(BOXED, vertical="")),
        cell("G6", "均等", BOXED, horizontal="distributed"),
        cell("H6", "住所地", BOXED, horizontal="distributed"),
        cell("D7", "字下げ", BOXED, indent=2, columns=2),
        cell("F7", "右字下げ", BOXED, indent=2, horizontal="right", columns=3),
        cell("D8", "折り返す様式の長い文字を二行に分けて書く", BOXED, wraps=True, columns=2, size=9),
        cell("F8", "一行目\n二行目", BOXED, wraps=True, columns=3, size=9),
        cell("D9", "選択範囲内で中央", BOXED, horizontal="centerContinuous"),
        cell("E9", None, BOXED, horizontal="centerContinuous"),
        cell("F9", None, BOXED, horizontal="centerContinuous"),
        cell("G9", "☐ はい ☑ いいえ", BOXED, columns=2),
        *(
            cell(
                f"{'ABCDEFGH'[place]}10",
                style,
                Look(
                    size=8, horizontal="center", vertical="center", lines={side: Line(style) for side in Side}
                ),
            )
            for place, style in enumerate(lines)
        ),
        cell("A11", "地色", fill="fff2cc", columns=2),
        cell("C11", "白抜き", fill="1f4e79", colour="ffffff", bold=True, columns=2),
        cell("E11", "明朝の太字", font="ＭＳ 明朝", bold=True, columns=2),
        cell("G11", "半角ｶﾅとABC", columns=2),
    ]
    template = Template((sheet(cells, heights=(12.0, *(8.0,) * 11)),))
    values: dict[str, str | tuple[CellContent, str] | FilledCell] = {
        "B4": "若葉の森こども園",
        "F4": "社会福祉法人若葉の森福祉会　理事長　𠮷野　葛\U000e0100子",
        "B5": (12345678, "12,345,678"),
    }
    return template, filled(template, values, marks=FINAL)
