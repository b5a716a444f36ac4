"""
One sheet's XML as places in its bytes: rows, cells, merged blocks, and the elements around them.

Nothing is built from it but numbers, so that a sheet can be written again with single cells replaced and everything
else as it was. ECMA-376 part 1, 18.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from documents.packs.package import Element, NotSpliceable, Walker
from documents.packs.template import Area
from documents.xlsx.parts import MAIN, Refused
from documents.xlsx.sheets import COLUMNS, LAST_ROW

MARKS = tuple(f"{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer"))
_DIGITS = "0123456789"
_DATA = tuple(f"{space} sheetData" for space in MAIN)


@dataclass(frozen=True, slots=True)
class Text:
    """An element that holds nothing but a text: a formula, a header, a footer."""

    element: Element
    text: str


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
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CellXml:
    """
    A cell's place in the bytes, its start tag up to ``inner``; ``style`` and ``kind`` (s, n, str …) as written.
    ``value`` is the place of its kept value, ``metadata`` the number of what else Excel keeps about it (``cm``).
    """

    column: int
    start: int
    inner: int
    end: int
    style: str
    kind: str
    formula: Formula | None
    value: tuple[int, int] | None
    metadata: str


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
    A sheet. ``around`` are the children of its root in their order (``sheetData`` among them), ``views`` how it is
    looked at, ``formulas`` those outside of cells (conditional formats, validations, sparklines), ``links`` what leads
    somewhere when clicked, ``marks`` the texts of headers and footers by their tags.
    """

    content: bytes
    root: Element
    data: Element
    rows: dict[int, RowXml] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    around: list[Element] = field(default_factory=list)
    columns: list[ColumnsXml] = field(default_factory=list)
    views: list[Element] = field(default_factory=list)
    formulas: list[Text] = field(default_factory=list)
    links: list[Element] = field(default_factory=list)
    marks: dict[str, Text] = field(default_factory=dict)

    def named(self, tag: str) -> Element | None:
        """The child of the root with this tag in the main namespace."""
        return next((one for one in self.around if one.tag.partition(" ")[2] == tag), None)

    def cells(self) -> Iterator[CellXml]:
        """Every cell that is written, row by row."""
        return (cell for row in self.rows.values() for cell in row.cells.values())

    @property
    def dimension(self) -> Area | None:
        """The block that it says it uses."""
        found = self.named("dimension")
        return None if found is None else area_of(found.about["ref"])

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
    reader = _Reader()
    Walker(content, opened=reader.opened, closed=reader.closed).walk()
    if reader.root is None or reader.data is None:
        raise NotSpliceable
    return SheetXml(
        content,
        reader.root,
        reader.data,
        reader.rows,
        reader.merged,
        reader.around,
        reader.columns,
        reader.views,
        reader.formulas,
        reader.links,
        reader.marks,
    )


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
    if not all(1 <= row <= LAST_ROW for row, _ in places):
        raise NotSpliceable
    return Area(*places[0], *places[-1])


class _Reader:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.data: Element | None = None
        self.rows: dict[int, RowXml] = {}
        self.merged: list[Area] = []
        self.around: list[Element] = []
        self.columns: list[ColumnsXml] = []
        self.views: list[Element] = []
        self.formulas: list[Text] = []
        self.links: list[Element] = []
        self.marks: dict[str, Text] = {}
        self._row = self._column = 0
        self._cells: dict[int, CellXml] = {}
        self._formula: Formula | None = None
        self._value: tuple[int, int] | None = None

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
        depth = len(path)
        if depth == 0:
            self.root = element
        elif depth == 1:
            self.around.append(element)
        if depth > 1 and path[1] in _DATA:
            if space in MAIN:
                self._closed_in_data(tag, element, text, depth)
        elif tag in ("formula", "formula1", "formula2", "f"):
            self.formulas.append(Text(element, text))
        elif space in MAIN:
            self._closed_around(tag, element, text, depth)

    def _closed_in_data(self, tag: str, element: Element, text: str, depth: int) -> None:
        about = element.about
        if tag == "f" and depth == 4:
            kind, reference, shared = about.get("t", "normal"), about.get("ref", ""), about.get("si", "")
            self._formula = Formula(kind, text, reference, shared, element.start, element.end)
        elif tag in ("v", "is") and depth == 4:
            self._value = (element.start, element.end)
        elif tag == "c" and depth == 3:
            self._cells[self._column] = CellXml(
                self._column,
                element.start,
                element.inner,
                element.end,
                about.get("s", ""),
                about.get("t", "n"),
                self._formula,
                self._value,
                about.get("cm", ""),
            )
        elif tag == "row" and depth == 2:
            self.rows[self._row] = RowXml(self._row, element, self._cells)

    def _closed_around(self, tag: str, element: Element, text: str, depth: int) -> None:
        about = element.about
        if tag == "sheetData" and depth == 1:
            self.data = element
        elif tag == "mergeCell":
            self.merged.append(area_of(about["ref"]))
        elif tag == "sheetView":
            self.views.append(element)
        elif tag == "hyperlink":
            self.links.append(element)
        elif tag in MARKS and depth == 2:
            self.marks[tag] = Text(element, text)
        elif tag == "col" and depth == 2:
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
