"""
A workbook as the zip it is: its parts as bytes, its sheets and names, and where in ``xl/workbook.xml`` they stand.

Only packages that passed ``documents.inspection`` and the confined reader come here. ECMA-376 parts 1 (18.2) and 2.
"""

import io
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pyexpat import ParserCreate
from zipfile import ZipFile

from documents.xlsx.parts import CONTENT_TYPES, DOCUMENT, MAIN, RELATIONSHIPS, unescaped

WORKBOOK = "xl/workbook.xml"
WORKBOOK_RELATIONS = "xl/_rels/workbook.xml.rels"
# No program writes deeper or longer parts; each element costs time, and its depth once more.
MOST_DEPTH = 200
MOST_ELEMENTS = 1_000_000
# Attribute values may hold ``>``; a tag ends at the first one outside of quotes.
_TAG = re.compile(rb"<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")


class NotSpliceable(Exception):
    """The XML is sound, but written in a way that cannot be changed piece by piece."""


@dataclass(frozen=True, slots=True)
class Relation:
    """
    Where a part points to: ``target`` is a part's name, or an address where ``is_external``; ``kind`` is the last word
    of its ``type``.
    """

    id: str
    type: str
    kind: str
    target: str
    is_external: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """An element in its part's bytes: from ``start`` to ``end``; its content from ``inner`` to ``inner_end``."""

    tag: str
    about: Mapping[str, str]
    start: int
    inner: int
    inner_end: int
    end: int
    prefix: str = ""

    @property
    def is_empty_tag(self) -> bool:
        """Whether it is written as ``<a/>``."""
        return self.inner == self.end


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A name of the workbook, or of the sheet at place ``scope`` (from 0)."""

    name: str
    scope: int | None
    refers_to: str
    element: Element


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it; ``part`` is its XML, empty for what is no sheet of cells."""

    title: str
    number: int
    relation: str
    part: str
    is_hidden: bool
    element: Element


class Walker:
    """
    Walks through a part's XML and tells elements with their place in its bytes.

    ``opened`` hears of each start tag, ``closed`` of each whole element; texts of an element are gathered for
    ``closed`` (without those of its children).
    """

    def __init__(
        self,
        content: bytes,
        *,
        opened: Callable[[str, dict[str, str], int], None] | None = None,
        closed: Callable[[Element, str, tuple[str, ...]], None],
    ) -> None:
        self._content = content
        self._opened = opened
        self._closed = closed
        self._elements = 0
        self._open: list[tuple[str, dict[str, str], int, int, list[str]]] = []
        self._parser = ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.XmlDeclHandler = _require_utf8
        self._parser.StartDoctypeDeclHandler = _refuse_doctype

    def walk(self) -> None:
        """
        Walk through all of it.

        :raises NotSpliceable: it is not UTF-8, has entities of its own, or is deeper or longer than any program writes.
        :raises ExpatError: it is no XML.
        """
        if self._content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise NotSpliceable
        self._parser.Parse(self._content, True)

    def _start(self, name: str, about: dict[str, str]) -> None:
        start = self._parser.CurrentByteIndex
        tag = _TAG.match(self._content, start)
        self._elements += 1
        if tag is None or len(self._open) >= MOST_DEPTH or self._elements > MOST_ELEMENTS:
            raise NotSpliceable
        if self._opened is not None:
            self._opened(name, about, start)
        self._open.append((name, about, start, tag.end(), []))

    def _end(self, name: str) -> None:
        name, about, start, inner, texts = self._open.pop()
        if self._content[inner - 2 : inner] == b"/>":
            inner_end = end = inner
        else:
            inner_end = self._parser.CurrentByteIndex
            end = self._content.index(b">", inner_end) + 1
        raw = re.split(rb"[\s/>]", self._content[start + 1 : inner], maxsplit=1)[0].decode()
        prefix = raw.rpartition(":")[0]
        element = Element(name, about, start, inner, inner_end, end, f"{prefix}:" if prefix else "")
        self._closed(element, "".join(texts), tuple(one[0] for one in self._open))

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1][4].append(text)


def _require_utf8(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise NotSpliceable


def _refuse_doctype(*_: object) -> None:
    raise NotSpliceable


class Package:
    """The parts of a workbook in the order of its zip, and what ``xl/workbook.xml`` says."""

    def __init__(self, content: bytes) -> None:
        with ZipFile(io.BytesIO(content)) as packed:
            self.files: dict[str, bytes] = {
                name: packed.read(name) for name in packed.namelist() if not name.endswith("/")
            }
        self.relations = self.relations_of(WORKBOOK)
        self.sheets: list[SheetEntry] = []
        self.names: list[DefinedName] = []
        self.elements: dict[str, Element] = {}
        self.views: list[Element] = []
        self.is_1904 = False
        Walker(self.files[WORKBOOK], closed=self._read_workbook).walk()

    def relations_of(self, part: str) -> dict[str, Relation]:
        """What a part points to, by id."""
        folder, name = posixpath.split(part)
        content = self.files.get(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, Relation] = {}
        if content is None:
            return found

        def closed(element: Element, _text: str, _path: tuple[str, ...]) -> None:
            about = element.about
            if element.tag != f"{RELATIONSHIPS} Relationship":
                return
            is_external = about.get("TargetMode") == "External"
            target = about["Target"]
            if not is_external:
                target = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
            kind = about["Type"].rpartition("/")[2]
            found[about["Id"]] = Relation(about["Id"], about["Type"], kind, target, is_external)

        Walker(content, closed=closed).walk()
        return found

    def part_of_kind(self, kind: str) -> str:
        """The part that the workbook points to as its styles, theme, sharedStrings …; empty for none."""
        return next(
            (
                one.target
                for one in self.relations.values()
                if one.kind == kind and not one.is_external and one.target in self.files
            ),
            "",
        )

    def root_part(self, kind: str) -> str:
        """The part that the whole package points to as its core-properties …; empty for none."""
        found = (one.target for one in self.relations_of("").values() if one.kind == kind)
        return next((target for target in found if target in self.files), "")

    def content_types(self) -> dict[str, str]:
        """The content type of each part that has one of its own."""
        found: dict[str, str] = {}

        def closed(element: Element, _text: str, _path: tuple[str, ...]) -> None:
            about = element.about
            if element.tag == f"{CONTENT_TYPES} Override" and {"PartName", "ContentType"} <= about.keys():
                found[about["PartName"].lstrip("/")] = about["ContentType"]

        Walker(self.files["[Content_Types].xml"], closed=closed).walk()
        return found

    def _read_workbook(self, element: Element, text: str, path: tuple[str, ...]) -> None:
        space, _, tag = element.tag.rpartition(" ")
        if space not in MAIN:
            return
        about = element.about
        if len(path) == 1:
            self.elements[tag] = element
        if tag == "workbookView":
            self.views.append(element)
        elif tag == "workbookPr":
            self.is_1904 = about.get("date1904", "") in ("1", "true", "on")
        elif tag == "sheet" and len(path) == 2:
            relation = next((about[f"{one} id"] for one in DOCUMENT if f"{one} id" in about), "")
            target = self.relations.get(relation)
            is_cells = target is not None and target.kind == "worksheet"
            self.sheets.append(
                SheetEntry(
                    unescaped(about["name"]),
                    int(about["sheetId"]),
                    relation,
                    target.target if target is not None and is_cells else "",
                    about.get("state", "visible") != "visible",
                    element,
                )
            )
        elif tag == "definedName":
            scope = about.get("localSheetId")
            self.names.append(
                DefinedName(about["name"], None if scope is None else int(scope), text.strip(), element)
            )
