"""
One sheet's XML as places in its bytes: rows, cells, merged blocks, and the elements around them.

Nothing is built from it but numbers, so that a sheet can be written again with single cells replaced and everything
else as it was. ECMA-376 part 1, 18.3.
"""

from dataclasses import dataclass, field

from documents.packs.package import Element, NotSpliceable, Walker
from documents.packs.template import Area
from documents.xlsx.parts import MAIN, Refused
from documents.xlsx.sheets import COLUMNS, LAST_ROW

_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Formula:
    """
    The formula of a cell. ``kind``: normal, array, shared, dataTable; ``reference``: the block it covers, if it says
    so; ``shared``: the number under which others share it.
    """

    kind: str
    text: str
    reference: str
    shared: str
    element: Element


@dataclass(frozen=True, slots=True)
class CellXml:
    """A cell's place in the bytes; ``style`` is its index as written."""

    column: int
    element: Element
    style: str
    formula: Formula | None
    value: Element | None


@dataclass(slots=True)
class RowXml:
    """A row's place in the bytes, its cells by column from left to right."""

    number: int
    element: Element
    cells: dict[int, CellXml]


@dataclass(frozen=True, slots=True)
class ColumnsXml:
    """Columns that are alike: from the first to the last, their width in letters (None: the sheet's), their style."""

    first: int
    last: int
    width: float | None
    is_hidden: bool
    style: str


@dataclass(slots=True)
class SheetXml:
    """
    A sheet. ``around`` are the children of its root by their tags, in their order (``sheetData`` among them).
    """

    content: bytes
    data: Element
    rows: dict[int, RowXml]
    merged: list[Area]
    around: list[Element]
    columns: list[ColumnsXml] = field(default_factory=list)

    def named(self, tag: str) -> Element | None:
        """The child of the root with this tag in the main namespace."""
        return next((one for one in self.around if one.tag.partition(" ")[2] == tag), None)

    def style_at(self, row: int, column: int) -> str:
        """The style a cell has that is not written yet: its row's, or its column's."""
        if (found := self.rows.get(row)) is not None:
            about = found.element.about
            if is_true(about.get("customFormat")) and "s" in about:
                return about["s"]
        return next((one.style for one in self.columns if one.first <= column <= one.last), "")


def read_sheet(content: bytes) -> SheetXml:
    """
    :raises NotSpliceable: it has no cells' element, or an order that no program writes.
    :raises ExpatError: it is no XML.
    """
    reader = _Reader(content)
    Walker(content, opened=reader.opened, closed=reader.closed).walk()
    if reader.data is None:
        raise NotSpliceable
    return SheetXml(content, reader.data, reader.rows, reader.merged, reader.around, reader.columns)


def is_true(written: str | None) -> bool:
    """Whether an attribute says yes."""
    return written in ("1", "true", "on")


def area_of(reference: str) -> Area:
    """
    ``$A$5:F34`` as a block.

    :raises NotSpliceable: it is none.
    """
    corners = [(place.rstrip(_DIGITS), place) for place in reference.replace("$", "").split(":")]
    if len(corners) > 2:
        raise NotSpliceable
    try:
        places = [(int(place[len(letters) :]), COLUMNS[letters]) for letters, place in corners]
    except (Refused, ValueError) as wrong:
        raise NotSpliceable from wrong
    return Area(*places[0], *places[-1])


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.data: Element | None = None
        self.rows: dict[int, RowXml] = {}
        self.merged: list[Area] = []
        self.around: list[Element] = []
        self.columns: list[ColumnsXml] = []
        self._content = content
        self._row = self._column = 0
        self._cells: dict[int, CellXml] = {}
        self._formula: Formula | None = None
        self._value: Element | None = None

    def opened(self, name: str, about: dict[str, str], _start: int) -> None:
        space, _, tag = name.rpartition(" ")
        if space not in MAIN:
            return
        if tag == "row":
            number = int(about["r"]) if "r" in about else self._row + 1
            if not self._row < number <= LAST_ROW:
                raise NotSpliceable
            self._row, self._column, self._cells = number, 0, {}
        elif tag == "c":
            place = about.get("r")
            column = self._column + 1 if place is None else COLUMNS[place.rstrip(_DIGITS)]
            if column <= self._column:
                raise NotSpliceable
            self._column = column
            self._formula = self._value = None

    def closed(self, element: Element, text: str, path: tuple[str, ...]) -> None:
        space, _, tag = element.tag.rpartition(" ")
        if len(path) == 1:
            self.around.append(element)
        if space not in MAIN:
            return
        about = element.about
        if tag == "f" and len(path) == 4:
            self._formula = Formula(
                about.get("t", "normal"), text, about.get("ref", ""), about.get("si", ""), element
            )
        elif tag in ("v", "is") and len(path) == 4:
            self._value = element
        elif tag == "c" and len(path) == 3:
            self._cells[self._column] = CellXml(
                self._column, element, about.get("s", ""), self._formula, self._value
            )
        elif tag == "row" and len(path) == 2:
            self.rows[self._row] = RowXml(self._row, element, self._cells)
        elif tag == "sheetData" and len(path) == 1:
            self.data = element
        elif tag == "mergeCell":
            self.merged.append(area_of(about["ref"]))
        elif tag == "col":
            width = about.get("width")
            self.columns.append(
                ColumnsXml(
                    int(about["min"]),
                    int(about["max"]),
                    None if width is None else float(width),
                    is_true(about.get("hidden")),
                    about.get("style", ""),
                )
            )
