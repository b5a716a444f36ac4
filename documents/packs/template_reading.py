"""
The sheets of a form's workbook as plain values.

The file passes the gates of every uploaded workbook first (``documents.inspection``, the confined reader). What
openpyxl then loads is a smaller package (``slim``): cells, styles and page, nothing that hangs on a sheet.
"""

from collections import Counter
from pyexpat import ExpatError
from typing import Any

from documents.inspection import NO_WORKBOOK
from documents.packs.colours import Colours
from documents.packs.package import NotSpliceable, Package
from documents.packs.plan import made_plan
from documents.packs.sheet_reading import MOST_COLUMNS, MOST_ROWS, REFERENCE, AreaTooLarge, SheetReader
from documents.packs.sheet_xml import area_of
from documents.packs.slim import loaded
from documents.packs.template import Area, Template
from documents.packs.template_gate import name_problems, reaching_problems, require_template
from documents.reading import FileRefused, Problem
from documents.xlsx.parts import Refused

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
    merged = require_template(content)
    try:
        plan = made_plan(content)
        package = plan.package
        entries = [entry for entry in package.sheets if entry.part]
        if not len(merged) == len(entries) == len({entry.part for entry in entries}):
            raise NotSpliceable
        sheets = [plan.sheets[entry.title].xml for entry in entries]
        workbook: Any = loaded(package, sheets)
        theme = package.part_of_kind("theme")
        theme_xml = package.files[theme] if theme else b""
        reader = SheetReader(workbook, Colours(theme_xml, workbook._colors))
        titled = [(entry.title, sheet) for entry, sheet in zip(entries, sheets, strict=True)]
        problems = [*name_problems(package), *reaching_problems(package, titled)]
        read = []
        for place, (entry, sheet) in enumerate(zip(entries, sheets, strict=True)):
            scope = package.sheets.index(entry)
            own = {one.name: one.refers_to for one in package.names if one.scope == scope}
            try:
                read.append(reader.sheet(place, entry.title, sheet, own, is_hidden=entry.is_hidden))
            except AreaTooLarge:
                problems.append(Problem(_too_large(entry.title)))
    except _DAMAGES as damaged:
        raise FileRefused([Problem(NO_WORKBOOK)]) from damaged
    if all(entry.is_hidden for entry in entries):
        problems.append(Problem(NO_SHEET))
    if problems:
        raise FileRefused(problems)
    return Template(tuple(read), _names(package, {sheet.title for sheet in read}))


def _too_large(title: str) -> str:
    return (
        f"シート「{title}」は印刷する範囲が大きすぎます（{MOST_ROWS:,}行{MOST_COLUMNS}列まで）。"
        "Excelの「ページレイアウト」→「印刷範囲」で設定し直してください。"
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
