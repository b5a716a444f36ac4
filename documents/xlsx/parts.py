"""
The parts of a workbook around its sheets: which sheets there are, the texts they share, the styles of their numbers.

Parts are fed to the parser piece by piece; no tree of them is ever built. ECMA-376 part 1, 18.2, 18.4 and 18.8.
"""

import posixpath
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pyexpat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from documents.xlsx.formats import Style, style_of

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
DOCUMENT = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
DAMAGES = (
    ExpatError,
    BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    ArithmeticError,
    LookupError,
    NotImplementedError,
)
PIECE = 256 * 1024
# A name with its attributes: longer ones would be read again from their beginning with every piece.
LONGEST_TAG = 1024 * 1024
LONGEST_TEXT = 32_767
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NO_MEMORY = 1


class Refused(Exception):
    """The workbook is not taken: ``why`` (damaged, macros, size, sheets, rows, columns, cells, text) and where."""

    def __init__(self, why: str, row: int = 0, column: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.row = row
        self.column = column


@dataclass
class Budget:
    """What may still be read: elements, cells, characters of text."""

    elements: int
    cells: int
    text: int

    def spend_text(self, letters: int) -> None:
        """:raises Refused: there are more characters in all than may be."""
        self.text -= letters
        if self.text < 0:
            raise Refused("text")


@dataclass(frozen=True)
class SheetPart:
    """One sheet: its title, whether people see it, and its part."""

    title: str
    hidden: bool
    name: str


@dataclass
class Book:
    """What the sheets rest on."""

    sheets: list[SheetPart] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    is_1904: bool = False


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def feed(package: ZipFile, name: str, start: Start, end: End | None = None, text: End | None = None) -> None:
    """
    Have the part read; names of elements carry their namespace ("namespace name").

    :raises Refused: it defines entities of its own, or has a tag longer than any that people make.
    """
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = PIECE
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    given = 0
    try:
        with package.open(name) as part:
            while piece := part.read(PIECE):
                parser.Parse(piece, False)
                given += len(piece)
                if given - parser.CurrentByteIndex > LONGEST_TAG:
                    raise Refused("damaged")
            parser.Parse(b"", True)
    except ExpatError as problem:
        if problem.code == _NO_MEMORY:
            raise MemoryError from problem
        raise


def _refuse_doctype(*_: object) -> None:
    raise Refused("damaged")


def unescaped(text: str) -> str:
    """The text with what Excel could not write as it is (_x000D_); what no text may hold (_x0000_) stays spelt out."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in "\t\n\r" or character.isprintable() else found[0]


def open_book(package: ZipFile, budget: Budget, most_sheets: int) -> Book:
    """
    Everything of the workbook but its sheets' cells.

    :raises Refused: it is an .xlsm by its own words, or has too many sheets or texts.
    """
    names = set(package.namelist())
    if "[Content_Types].xml" in names:
        _refuse_macros(package, budget)
    book = Book()
    targets: dict[str, str] = {}
    others: dict[str, str] = {}

    def relationship(name: str, about: dict[str, str]) -> None:
        _spend(budget)
        if name != f"{RELATIONSHIPS} Relationship" or about.get("TargetMode") == "External":
            return
        part = posixpath.normpath(posixpath.join("/xl", about["Target"])).lstrip("/")
        kind = about["Type"].rpartition("/")[2]
        if kind == "worksheet":
            targets[about["Id"]] = part
        elif part in names:
            others[kind] = part

    def workbook(name: str, about: dict[str, str]) -> None:
        _spend(budget)
        space, _, tag = name.rpartition(" ")
        if space not in MAIN:
            return
        if tag == "workbookPr":
            book.is_1904 = about.get("date1904", "") in ("1", "true", "on")
        elif tag == "sheet":
            ids = (about[f"{space} id"] for space in DOCUMENT if f"{space} id" in about)
            # What is no sheet of cells (a chart, a dialogue) is none of ours.
            if (part := targets.get(next(ids, ""))) is not None:
                hidden = about.get("state", "visible") != "visible"
                book.sheets.append(SheetPart(unescaped(about["name"]), hidden, part))
                if len(book.sheets) > most_sheets:
                    raise Refused("sheets")

    feed(package, "xl/_rels/workbook.xml.rels", relationship)
    feed(package, "xl/workbook.xml", workbook)
    if not book.sheets or any(sheet.name not in names for sheet in book.sheets):
        raise Refused("damaged")
    if "sharedStrings" in others:
        book.texts = _texts(package, others["sharedStrings"], budget)
    if "styles" in others:
        book.styles = _styles(package, others["styles"], budget)
    return book


def _spend(budget: Budget) -> None:
    budget.elements -= 1
    if budget.elements < 0:
        raise Refused("size")


def _refuse_macros(package: ZipFile, budget: Budget) -> None:
    def content_type(name: str, about: dict[str, str]) -> None:
        _spend(budget)
        kind = about.get("ContentType", "").lower()
        if name.startswith(CONTENT_TYPES) and ("macroenabled" in kind or "vbaproject" in kind):
            raise Refused("macros")

    feed(package, "[Content_Types].xml", content_type)


class TextGatherer:
    """Gathers the text of one item: what stands in ``t``, without its reading aid (``rPh``, ふりがな)."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.letters = 0
        self.is_open = False

    def add(self, text: str) -> None:
        """Keep the text, up to the most that a cell can hold."""
        if self.letters <= LONGEST_TEXT:
            self.pieces.append(text)
            self.letters += len(text)

    def taken(self) -> str:
        """The text so far; the next item begins."""
        text = "".join(self.pieces)[:LONGEST_TEXT]
        self.pieces, self.letters, self.is_open = [], 0, False
        return unescaped(text)


def _texts(package: ZipFile, part: str, budget: Budget) -> list[str]:
    texts: list[str] = []
    gatherer = TextGatherer()
    aid = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal aid
        _spend(budget)
        tag = name.rpartition(" ")[2]
        if tag == "rPh":
            aid += 1
        elif tag == "t":
            gatherer.is_open = not aid

    def end(name: str) -> None:
        nonlocal aid
        tag = name.rpartition(" ")[2]
        if tag == "t":
            gatherer.is_open = False
        elif tag == "rPh":
            aid -= 1
        elif tag == "si":
            texts.append(gatherer.taken())
            budget.spend_text(len(texts[-1]))

    def text(words: str) -> None:
        if gatherer.is_open:
            gatherer.add(words)

    feed(package, part, start, end, text)
    return texts


def _styles(package: ZipFile, part: str, budget: Budget) -> list[Style]:
    own: dict[int, str] = {}
    numbers: list[int] = []
    is_cells = False

    def start(name: str, about: dict[str, str]) -> None:
        nonlocal is_cells
        _spend(budget)
        space, _, tag = name.rpartition(" ")
        if space not in MAIN:
            return
        if tag == "numFmt" and not numbers:
            own.setdefault(int(about["numFmtId"]), about["formatCode"][:LONGEST_TEXT])
        elif tag == "cellXfs":
            is_cells = True
        elif tag == "xf" and is_cells:
            numbers.append(int(about.get("numFmtId", "0")))

    def end(name: str) -> None:
        nonlocal is_cells
        if name.rpartition(" ")[2] == "cellXfs":
            is_cells = False

    feed(package, part, start, end)
    known = {number: style_of(number, own) for number in set(numbers)}
    return [known[number] for number in numbers]
