"""
A template taken apart once: where every cell of it stands, which of its values are stale, which cells show days.

All that filling needs again and again; 172 forms of one template cost one such plan.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from documents.packs.package import Element, Package, SheetEntry, Walker
from documents.packs.sheet_xml import CellXml, SheetXml, area_of, read_sheet
from documents.packs.template import Area
from documents.packs.zip_parts import PackedPart, packed_parts
from documents.xlsx.formats import style_of
from documents.xlsx.parts import MAIN

# Plans hold the whole template; larger ones than any form of ours are taken apart each time.
MOST_KEPT = 12
LARGEST_KEPT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """
    A sheet and what its formulas mean for whoever fills it: ``shared`` the cells that share a formula, the one that
    says it first; ``blocks`` of array formulas and data tables; ``stale`` the cells whose kept result is no longer
    true once anything is filled in. ``covered``: the first cell of the merged block that hides a cell.
    """

    entry: SheetEntry
    xml: SheetXml
    shared: dict[str, list[tuple[int, int]]]
    blocks: list[Area]
    stale: list[tuple[int, int]]
    covered: dict[tuple[int, int], tuple[int, int]]

    def cell(self, row: int, column: int) -> CellXml | None:
        """The cell as it is written, if it is."""
        found = self.xml.rows.get(row)
        return None if found is None else found.cells.get(column)


@dataclass(frozen=True, slots=True)
class Plan:
    """A template: its parts, its sheets of cells by title, and the styles that show numbers as days."""

    package: Package
    packed: dict[str, PackedPart]
    sheets: dict[str, SheetPlan]
    day_styles: frozenset[int]

    @property
    def has_formulas(self) -> bool:
        """Whether a program has anything to compute when it opens the workbook."""
        return any(sheet.stale for sheet in self.sheets.values())


def plan_of(template: bytes) -> Plan:
    """
    The template taken apart.

    :raises NotSpliceable, ExpatError, KeyError, ValueError: it is none that ``read_template`` would read.
    """
    return _kept_plan(template) if len(template) <= LARGEST_KEPT else _made_plan(template)


def _made_plan(template: bytes) -> Plan:
    package = Package(template)
    sheets = {
        entry.title: _sheet_plan(entry, read_sheet(package.files[entry.part]))
        for entry in package.sheets
        if entry.part
    }
    return Plan(package, packed_parts(template), sheets, _day_styles(package))


_kept_plan = lru_cache(maxsize=MOST_KEPT)(_made_plan)


def _sheet_plan(entry: SheetEntry, xml: SheetXml) -> SheetPlan:
    shared: dict[str, list[tuple[int, int]]] = defaultdict(list)
    blocks: list[Area] = []
    stale: list[tuple[int, int]] = []
    for row in xml.rows.values():
        for column, cell in row.cells.items():
            formula = cell.formula
            if formula is None:
                if any(block.holds(row.number, column) for block in blocks):
                    stale.append((row.number, column))
                continue
            stale.append((row.number, column))
            if formula.kind == "shared":
                # Whoever says the formula, and for which block, stands first; the others only point to it.
                alike = shared[formula.shared]
                alike.insert(0 if formula.reference else len(alike), (row.number, column))
            elif formula.kind in ("array", "dataTable") and formula.reference:
                blocks.append(area_of(formula.reference))
    covered = {
        (row, column): (block.top, block.left)
        for block in xml.merged
        for row in range(block.top, block.bottom + 1)
        for column in range(block.left, block.right + 1)
        if (row, column) != (block.top, block.left)
    }
    return SheetPlan(entry, xml, dict(shared), blocks, stale, covered)


def _day_styles(package: Package) -> frozenset[int]:
    """The cell styles whose number format shows days."""
    part = package.part_of_kind("styles")
    own: dict[int, str] = {}
    numbers: list[int] = []

    def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
        space, _, tag = element.tag.rpartition(" ")
        about = element.about
        if space not in MAIN:
            return
        if tag == "numFmt" and path[1:] == (f"{space} numFmts",):
            own.setdefault(int(about["numFmtId"]), about["formatCode"])
        elif tag == "xf" and path[1:] == (f"{space} cellXfs",):
            numbers.append(int(about.get("numFmtId", "0")))

    if part:
        Walker(package.files[part], closed=closed).walk()
    return frozenset(style for style, number in enumerate(numbers) if style_of(number, own).kind == "d")
