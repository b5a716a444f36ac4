"""
A template taken apart once: where every cell of it stands, which of its values are stale, which cells show days.

All that filling needs again and again; 172 forms of one template cost one such plan.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock

from documents.packs.package import Element, NotSpliceable, Package, SheetEntry, Walker
from documents.packs.sheet_xml import CellXml, SheetXml, area_of, read_sheet
from documents.packs.template import Area
from documents.packs.zip_parts import PackedPart, packed_parts
from documents.xlsx.formats import style_of
from documents.xlsx.parts import MAIN

# Each cell of a plan costs half a kilobyte: 50 MB of plans in a process, some forty forms of ours.
MOST_KEPT_CELLS = 100_000


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """
    A sheet and what its formulas mean for whoever fills it: ``shared`` the cells that share a formula, the one that
    says it first; ``blocks`` of array formulas and data tables; ``stale`` the cells whose kept result is no longer
    true once anything is filled in. ``covered``: the first cell of the merged block that hides a cell. ``headings`` of
    tables, which must say what the table says.
    """

    entry: SheetEntry
    xml: SheetXml
    shared: dict[str, list[tuple[int, int]]]
    blocks: list[Area]
    stale: list[tuple[int, int]]
    covered: dict[tuple[int, int], tuple[int, int]]
    headings: list[Area]

    def cell(self, row: int, column: int) -> CellXml | None:
        """The cell as it is written, if it is."""
        found = self.xml.rows.get(row)
        return None if found is None else found.cells.get(column)


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A template: its parts, its sheets of cells by title, the styles that show numbers as days, how many cells it has.
    """

    package: Package
    packed: dict[str, PackedPart]
    sheets: dict[str, SheetPlan]
    day_styles: frozenset[int]
    cells: int

    @property
    def has_formulas(self) -> bool:
        """Whether a program has anything to compute when it opens the workbook."""
        return any(sheet.stale for sheet in self.sheets.values())


class Plans:
    """Plans that were made, the latest used of them as far as they are allowed. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[bytes, Plan] = OrderedDict()

    def of(self, template: bytes) -> Plan:
        """
        The template taken apart, by whoever needed it last.

        :raises NotSpliceable, ExpatError, Refused, KeyError, ValueError: it is none that ``read_template`` would read.
        """
        with self._lock:
            if (kept := self._kept.get(template)) is not None:
                self._kept.move_to_end(template)
                return kept
        plan = made_plan(template)
        with self._lock:
            self._kept[template] = plan
            while self.cells > MOST_KEPT_CELLS:
                self._kept.popitem(last=False)
        return plan

    @property
    def cells(self) -> int:
        """How many cells the kept plans have together."""
        return sum(plan.cells for plan in self._kept.values())


def made_plan(template: bytes) -> Plan:
    """
    The template taken apart.

    :raises NotSpliceable, ExpatError, Refused, KeyError, ValueError: it is damaged.
    """
    package = Package(template)
    sheets = {
        entry.title: _sheet_plan(package, entry, read_sheet(package.files[entry.part]))
        for entry in package.sheets
        if entry.part
    }
    cells = sum(len(row.cells) for sheet in sheets.values() for row in sheet.xml.rows.values())
    return Plan(package, packed_parts(template), sheets, _day_styles(package), cells)


def _sheet_plan(package: Package, entry: SheetEntry, xml: SheetXml) -> SheetPlan:
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
    headings = list(_headings(package, entry))
    return SheetPlan(entry, xml, dict(shared), blocks, stale, covered, headings)


def _headings(package: Package, entry: SheetEntry) -> Iterator[Area]:
    """The first rows of the sheet's tables."""
    found: list[Mapping[str, str]] = []

    def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
        if not path:
            found.append(element.about)

    for one in package.relations_of(entry.part).values():
        if one.kind == "table" and one.target in package.files:
            Walker(package.files[one.target], closed=closed).walk()
    for about in found:
        if not about.get("displayName") or not about.get("id", "").isdecimal() or "ref" not in about:
            raise NotSpliceable
        if about.get("headerRowCount", "1") != "0":
            whole = area_of(about["ref"])
            yield whole._replace(bottom=whole.top)


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
