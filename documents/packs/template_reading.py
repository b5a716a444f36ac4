"""
The sheets of a form's workbook as plain values.

The file passes the gates of every uploaded workbook first (``documents.inspection``, the confined reader). What
openpyxl then loads is a smaller package (``slim``): cells, styles and page, nothing that hangs on a sheet.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pyexpat import ExpatError
from typing import Any

from documents.confinement import read_apart, task
from documents.inspection import NO_WORKBOOK, Unreadable, refuse_old_container, require_workbook
from documents.packs.colours import Colours
from documents.packs.package import NotSpliceable, Package
from documents.packs.sheet_reading import REFERENCE, SheetReader, places_of
from documents.packs.sheet_xml import area_of, read_sheet
from documents.packs.slim import loaded
from documents.packs.template import Area, Template
from documents.reading import FileRefused, Problem, refusal_of
from documents.xlsx.parts import Refused

MOST_BYTES_INSIDE = 20 * 1024 * 1024
MOST_SHEETS = 30
MOST_ROWS = 2_000
MOST_COLUMNS = 200
# Beside the printed area a form may keep lists to choose from.
MOST_SHEET_ROWS = 5_000
MOST_SHEET_COLUMNS = 500
MOST_CELLS = 100_000
MOST_ELEMENTS = 600_000
MOST_MERGED_PLACES = 200_000

NO_SHEET = "表のシートがありません。様式のシートがあるExcelブックを選んでください。"
_DAMAGES = (
    ExpatError,
    NotSpliceable,
    Refused,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
)


def read_template(content: bytes) -> Template:
    """
    The sheets of an .xlsx, with the defined names of their cells and blocks.

    A name that only a sheet knows stands under its own name where no other has it, else under ``sheet!name``.

    :raises FileRefused: it is no workbook, could act or reach out when opened, is too large, or is damaged.
    """
    merged = _judged(content)
    try:
        package = Package(content)
        entries = [entry for entry in package.sheets if entry.part]
        if len(merged) != len(entries):
            raise NotSpliceable
        sheets = [read_sheet(package.files[entry.part]) for entry in entries]
        workbook: Any = loaded(package, sheets)
        theme = package.part_of_kind("theme")
        theme_xml = package.files[theme] if theme else b""
        reader = SheetReader(workbook, Colours(theme_xml, workbook._colors))
        problems = [*_twice_named(package)]
        read = []
        for place, (entry, sheet) in enumerate(zip(entries, sheets, strict=True)):
            scope = package.sheets.index(entry)
            own = {one.name: one.refers_to for one in package.names if one.scope == scope}
            read.append(reader.sheet(place, entry.title, sheet, own, is_hidden=entry.is_hidden))
    except _DAMAGES as damaged:
        raise FileRefused([Problem(NO_WORKBOOK)]) from damaged
    problems += [
        Problem(
            f"シート「{sheet.title}」は印刷する範囲が大きすぎます（{MOST_ROWS:,}行{MOST_COLUMNS}列まで）。"
            "印刷範囲を設定し直してください。"
        )
        for sheet in read
        if len(sheet.heights) > MOST_ROWS or len(sheet.widths) > MOST_COLUMNS
    ]
    if not any(not sheet.is_hidden for sheet in read):
        problems.append(Problem(NO_SHEET))
    if problems:
        raise FileRefused(problems)
    return Template(tuple(read), _names(package, {sheet.title for sheet in read}))


def _judged(content: bytes) -> list[list[Area]]:
    """The merged blocks of each sheet of cells, as the confined reader found them."""
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
    return merged


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


def _twice_named(package: Package) -> Iterator[Problem]:
    counted = Counter((one.name.casefold(), one.scope) for one in package.names)
    shown = {(one.name.casefold(), one.scope): one.name for one in package.names}
    for key, count in counted.items():
        if count > 1:
            yield Problem(
                f"名前「{shown[key]}」が2つ以上定義されています。「数式」→「名前の管理」で1つだけ残してください。"
            )


def _names(package: Package, titles: set[str]) -> dict[str, tuple[str, Area]]:
    found: dict[str, tuple[str, Area]] = {}
    known = Counter(one.name.casefold() for one in package.names)
    for one in package.names:
        if one.name.startswith("_xlnm."):
            continue
        referred = REFERENCE.fullmatch(one.refers_to)
        if referred is None:
            continue
        title = (referred[1] or referred[2]).replace("''", "'")
        try:
            block = area_of(referred[3])
        except NotSpliceable:
            continue
        if title in titles:
            is_alone = one.scope is None or known[one.name.casefold()] == 1
            found[one.name if is_alone else f"{title}!{one.name}"] = (title, block)
    return found
