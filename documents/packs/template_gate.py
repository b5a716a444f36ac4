"""
Which workbooks may be the layout of a form: none that acts when it is opened, or asks anybody for anything.

The gates of every uploaded workbook come first (``documents.inspection``, the confined reader): only what they let
through is unpacked here.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from zipfile import ZipFile

from documents.confinement import read_apart, task
from documents.inspection import MACROS, Unreadable, living, refuse_old_container, require_workbook
from documents.packs.package import Package
from documents.packs.sheet_xml import SheetXml
from documents.packs.template import Area
from documents.reading import FileRefused, Problem, refusal_of

MOST_BYTES_INSIDE = 20 * 1024 * 1024
MOST_SHEETS = 30
# Beside the printed area a form may keep lists to choose from.
MOST_SHEET_ROWS = 5_000
MOST_SHEET_COLUMNS = 500
MOST_CELLS = 100_000
MOST_ELEMENTS = 600_000
MOST_MERGED_PLACES = 200_000

LINKS = (
    "ほかのブックへのリンクがあります。Excelの「データ」→「リンクの編集」で「リンクの解除」をして、"
    "保存し直してください。"
)
OBJECTS = (
    "別のファイルや部品（埋め込みオブジェクト・ActiveX）が入っています。"
    "それらを消して、.xlsxで保存し直してください。フォームのチェックボックスは使えます。"
)
CONNECTIONS = (
    "外部のデータへの接続があります。Excelの「データ」→「クエリと接続」で消して、保存し直してください。"
)
# Functions that fetch from the net or from programs; the line is how DDE is written in a cell.
_REACHING = re.compile(
    r"(?<![\w.])(WEBSERVICE|RTD|IMAGE|STOCKHISTORY|CALL|REGISTER(?:\.ID)?|SQL\.REQUEST|CUBE[A-Z]+)\s*\(|\|\s*'?",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def require_template(content: bytes) -> list[list[Area]]:
    """
    The merged blocks of each sheet of cells, as the confined reader found them.

    :raises FileRefused: it is no workbook, acts or reaches out, is too large, or is damaged.
    """
    what = task(
        only_first=False,
        sheets=MOST_SHEETS,
        rows=MOST_SHEET_ROWS,
        columns=MOST_SHEET_COLUMNS,
        cells=MOST_CELLS,
    )
    merged: list[list[Area]] = []
    title = ""
    try:
        refuse_old_container(content)
        require_workbook(content, most_bytes=MOST_BYTES_INSIDE)
        for first, *rest in read_apart(content, replace(what, elements=MOST_ELEMENTS)):
            if first == "sheet":
                title = rest[0]
            elif first == "around":
                merged.append([Area(*block) for block in rest[0]])
                if sum(places_of(block) for block in merged[-1]) > MOST_MERGED_PLACES:
                    words = f"シート「{title}」は結合されたセルが多すぎます。セルの結合を解いてください。"
                    raise Unreadable(words)
            elif first == "refused":
                raise FileRefused([_refusal(*rest)])
    except Unreadable as unreadable:
        raise FileRefused([Problem(str(unreadable))]) from None
    if problems := list(_acting(content)):
        raise FileRefused(problems)
    return merged


def reaching_problems(package: Package, sheets: Sequence[tuple[str, SheetXml]]) -> Iterator[Problem]:
    """Parts that lead out of the workbook without a click, and formulas and names that ask programs or the net."""
    parts = (
        part.replace("_rels/", "").removesuffix(".rels") for part in package.files if part.endswith(".rels")
    )
    outside = {one.kind for part in parts for one in package.relations_of(part).values() if one.is_external}
    if outside - {"hyperlink"}:
        yield Problem(LINKS)
    for title, sheet in sheets:
        for row in sheet.rows.values():
            for cell in row.cells.values():
                if cell.formula is not None and (found := _reaches(cell.formula.text)):
                    place = Area(row.number, cell.column, row.number, cell.column).address
                    yield Problem(
                        f"シート「{title}」{place}：外から値を取る数式（{found}）は使えません。値か別の数式にしてください。"
                    )
        if any(_reaches(one.text) for one in sheet.formulas):
            yield Problem(
                f"シート「{title}」：条件付き書式か入力規則に、外から値を取る数式があります。消してください。"
            )
    for name in package.names:
        if found := _reaches(name.refers_to):
            yield Problem(f"名前「{name.name}」：外から値を取る数式（{found}）は使えません。消してください。")


def name_problems(package: Package) -> Iterator[Problem]:
    """Names and titles that stand twice, which Excel calls damaged and nobody could tell apart."""
    titles = Counter(one.title.casefold() for one in package.sheets)
    for one in package.sheets:
        if titles.pop(one.title.casefold(), 1) > 1:
            yield Problem(f"シート「{one.title}」が2つ以上あります。シートの名前を変えてください。")
    counted = Counter((one.name.casefold(), one.scope) for one in package.names)
    shown = {(one.name.casefold(), one.scope): one.name for one in package.names}
    for key, count in counted.items():
        if count > 1:
            yield Problem(
                f"名前「{shown[key]}」が2つ以上定義されています。「数式」→「名前の管理」で1つだけ残してください。"
            )


def places_of(block: Area) -> int:
    """How many cells a block has."""
    return (block.bottom - block.top + 1) * (block.right - block.left + 1)


def _acting(content: bytes) -> Iterator[Problem]:
    with ZipFile(io.BytesIO(content)) as package:
        found = living(package)
    if found.macros:
        yield Problem(MACROS)
    if found.objects:
        yield Problem(OBJECTS)
    if found.links:
        yield Problem(LINKS)
    if found.connections:
        yield Problem(CONNECTIONS)


def _reaches(formula: str) -> str:
    """The function that asks outside, as it is written; empty for none."""
    found = _REACHING.search(_QUOTED.sub("", formula.replace("_xlfn.", "").replace("_xlws.", "")))
    return "" if found is None else (found[1] or "DDE").upper()


def _refusal(why: str, title: str, _row: int, _column: int) -> Problem:
    match why:
        case "sheets":
            return Problem(f"シートが多すぎます（{MOST_SHEETS}枚まで）。要らないシートを消してください。")
        case "rows" | "columns" | "cells":
            return Problem(
                f"シート「{title}」は大きすぎます（{MOST_SHEET_ROWS:,}行{MOST_SHEET_COLUMNS}列、"
                f"入力{MOST_CELLS:,}セルまで）。要らない行と列を消してください。"
            )
    return refusal_of(why)
