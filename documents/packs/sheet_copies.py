"""
Sheets made from another one of the workbook: the parts that hang on it are copied under names of their own.

What a sheet may share with others (pictures) it shares; what must be one of a kind gets a new number and name.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from documents.packs.edits import Edits
from documents.packs.package import Element, Package, Relation, Walker
from documents.packs.references import Renaming
from documents.packs.sheet_xml import SheetXml
from documents.xlsx.parts import RELATIONSHIPS

SHARED = frozenset(("image", "pivotCacheDefinition"))
COPIED = frozenset(
    (
        *("drawing", "vmlDrawing", "comments", "printerSettings", "table", "ctrlProp"),
        *("chart", "chartUserShapes", "chartStyle", "chartColorStyle", "themeOverride", "pivotTable"),
        *(
            "diagramData",
            "diagramLayout",
            "diagramQuickStyle",
            "diagramColors",
            "diagramDrawing",
            "customProperty",
        ),
    )
)
WORDS = {
    "threadedComment": "スレッド形式のコメント",
    "slicer": "スライサー",
    "timeline": "タイムライン",
}
_NUMBERED = re.compile(r"(.*?)(\d*)(\.[^./]+)")
# What programs that edit together tell sheets and tables by; nobody must have it twice.
_UID = re.compile(rb"\s[\w.-]+:uid=(?:\"\{[^\"]*\}\"|'\{[^']*\}')")


class CannotBeCopied(Exception):
    """Something hangs on the sheet that a workbook may have only once. The message is a sentence."""


class Copies:
    """Gathers new parts of a package: their bytes, their content types."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._types = package.content_types()
        self.parts: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self._names = {name.casefold() for name in package.files}
        self._tables: set[str] | None = None
        self._table_number = 0

    def around(self, part: str, title: str, new_title: str) -> tuple[str, Renaming]:
        """
        A name for the copy of a sheet's part, and how its formulas are to be renamed; what hangs on it is copied.

        :raises CannotBeCopied: it has what cannot be copied.
        """
        relations = self._package.relations_of(part)
        for one in relations.values():
            if not one.is_external and one.kind not in SHARED | COPIED | {"hyperlink"}:
                words = WORDS.get(one.kind, one.kind)
                raise CannotBeCopied(
                    f"行が入りきりませんが、シート「{title}」には続きのシートに写せないもの（{words}）があります。"
                    "様式の行を増やすか、それを消してください。"
                )
        tables = {}
        for one in relations.values():
            if one.kind == "table" and one.target in self._package.files:
                name = self._table_name(one.target)
                tables[name.casefold()] = self._new_table_name(name)
        renaming = Renaming(title, new_title, tables)
        name = self._new_name(part)
        self._copy_around(part, name, renaming)
        self._add_type(part, name)
        return name, renaming

    def _copy_around(self, part: str, name: str, renaming: Renaming) -> None:
        """Copies of all that a sheet's part points to, and of what hangs on that; parts may point to each other."""
        copied = {part: name}
        waiting = [part]
        for owner in waiting:
            relations = self._package.relations_of(owner).values()
            for one in relations:
                target = one.target
                if one.kind not in COPIED or target not in self._package.files or target in copied:
                    continue
                copied[target] = self._new_name(target)
                waiting.append(target)
                self.parts[copied[target]] = self._content(one, renaming)
                self._add_type(target, copied[target])
            self._add_relations(copied[owner], relations, copied)

    def _content(self, relation: Relation, renaming: Renaming) -> bytes:
        content = self._package.files[relation.target]
        if relation.kind == "table":
            return self._table(content, renaming)
        return _renamed(content, renaming) if relation.kind in ("chart", "ctrlProp", "drawing") else content

    def _add_relations(self, name: str, relations: Iterable[Relation], targets: Mapping[str, str]) -> None:
        lines = []
        for one in relations:
            target = one.target if one.is_external else f"/{targets.get(one.target, one.target)}"
            mode = ' TargetMode="External"' if one.is_external else ""
            lines.append(
                f"<Relationship Id={quoteattr(one.id)} Type={quoteattr(one.type)} "
                f"Target={quoteattr(target)}{mode}/>"
            )
        if lines:
            folder, file = posixpath.split(name)
            self.parts[f"{folder}/_rels/{file}.rels"] = (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
                f'<Relationships xmlns="{RELATIONSHIPS}">{"".join(lines)}</Relationships>'
            ).encode()

    def _add_type(self, part: str, name: str) -> None:
        if part in self._types:
            self.types[name] = self._types[part]

    def _new_name(self, part: str) -> str:
        """sheet1.xml → sheet4.xml, the first number that is free."""
        found = _NUMBERED.fullmatch(part)
        stem, ending = (found[1], found[3]) if found is not None else (part, "")
        number = 1
        while f"{stem}{number}{ending}".casefold() in self._names:
            number += 1
        name = f"{stem}{number}{ending}"
        self._names.add(name.casefold())
        return name

    def _table_name(self, part: str) -> str:
        name = ""

        def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
            nonlocal name
            if not path:
                name = element.about["displayName"]

        Walker(self._package.files[part], closed=closed).walk()
        return name

    def _new_table_name(self, name: str) -> str:
        """Of its own in the whole workbook, among tables and defined names."""
        if self._tables is None:
            self._tables = {one.name.casefold() for one in self._package.names}
            for part, kind in self._types.items():
                if kind.endswith(".table+xml") and part in self._package.files:
                    self._tables.add(self._table_name(part).casefold())
        number = 2
        while f"{name}_{number}".casefold() in self._tables:
            number += 1
        self._tables.add(f"{name}_{number}".casefold())
        return f"{name}_{number}"

    def _table(self, content: bytes, renaming: Renaming) -> bytes:
        """A table with a number and names of its own."""
        content = _UID.sub(b"", content)
        edits = Edits(content)
        self._table_number = self._table_number or self._last_table_number()
        self._table_number += 1

        def closed(element: Element, text: str, path: tuple[str, ...]) -> None:
            if not path:
                name = renaming.tables[element.about["displayName"].casefold()]
                own = {"id": str(self._table_number), "name": name, "displayName": name}
                edits.set_attributes(element, own)
            elif (new := renaming.formula(text)) != text and element.tag.endswith("Formula"):
                edits.text(element, escape(new).encode())

        Walker(content, closed=closed).walk()
        return edits.done()

    def _last_table_number(self) -> int:
        numbers = [0]

        def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
            if not path:
                numbers.append(int(element.about["id"]))

        for part, kind in self._types.items():
            if kind.endswith(".table+xml") and part in self._package.files:
                Walker(self._package.files[part], closed=closed).walk()
        return max(numbers)


def _renamed(content: bytes, renaming: Renaming) -> bytes:
    """A chart, a drawing or a control whose references to its own sheet mean the copy."""
    edits = Edits(content)

    def closed(element: Element, text: str, path: tuple[str, ...]) -> None:
        if element.tag.endswith(" f") and (new := renaming.formula(text)) != text:
            edits.text(element, escape(new).encode())
        about = {
            name: renaming.formula(element.about[name])
            for name in ("fmlaLink", "fmlaRange", "fmlaTxbx", "textlink")
            if name in element.about
        }
        if about and any(element.about[name] != value for name, value in about.items()):
            edits.set_attributes(element, about)

    Walker(content, closed=closed).walk()
    return edits.done()


def make_its_own(xml: SheetXml, edits: Edits) -> None:
    """Without what may be said of one sheet only: that it is in front, what macros call it, its number."""
    for view in xml.views:
        if "tabSelected" in view.about:
            edits.set_attributes(view, {"tabSelected": None})
    properties = xml.named("sheetPr")
    if properties is not None and "codeName" in properties.about:
        edits.set_attributes(properties, {"codeName": None})
    uid = _UID.search(xml.content, xml.root.start, xml.root.inner)
    if uid is not None:
        edits.replace(uid.start(), uid.end(), b"")
