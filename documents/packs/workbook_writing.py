"""
The parts of a workbook around its sheets, as far as filling changes them: what sheets there are, what the names mean,
that a program has to compute, who made it and when.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from documents.packs.cell_xml import writable
from documents.packs.edits import Edits, with_attributes
from documents.packs.package import WORKBOOK, WORKBOOK_RELATIONS, DefinedName, Element, Package, Walker
from documents.packs.references import Renaming
from documents.xlsx.parts import CONTENT_TYPES, RELATIONSHIPS

CREATOR = "はぐくみ請求"
CONTENT_TYPES_PART = "[Content_Types].xml"
_BEFORE_CALC = ("sheets", "functionGroups", "externalReferences", "definedNames")
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_CORE_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"


@dataclass(frozen=True, slots=True)
class NewSheet:
    """A sheet to stand behind the one at place ``behind`` (from 0) and behind those that were already put there."""

    behind: int
    part: str
    renaming: Renaming


class WorkbookWriter:
    """Changes of one package; ``changed`` are its other parts by name, ``dropped`` those that go."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.changed: dict[str, bytes] = {}
        self.dropped: set[str] = set()
        self._workbook = Edits(package.files[WORKBOOK])
        self._types: dict[str, str] = {}
        self._relations: list[tuple[str, str, str]] = []
        self._root_relations: list[tuple[str, str, str]] = []

    def write(
        self,
        new: Sequence[NewSheet],
        types: Mapping[str, str],
        *,
        computes: bool,
        title: str,
        made_at: datetime,
    ) -> None:
        """Make the changes; ``types`` are the content types of further parts."""
        self._types |= types
        if new:
            self._add_sheets(new)
            self._forget_titles()
        if computes:
            self._ask_to_compute()
        self._drop_order_of_computing()
        self._say_who_made_it(title, made_at)
        self.changed[WORKBOOK] = self._workbook.done()
        self._write_relations(WORKBOOK_RELATIONS, self._relations)
        self._write_relations("_rels/.rels", self._root_relations)
        self._write_types()

    def _add_sheets(self, new: Sequence[NewSheet]) -> None:
        package = self._package
        number = max(one.number for one in package.sheets)
        written = package.files[WORKBOOK]
        behind: dict[int, list[bytes]] = {}
        for at, sheet in enumerate(new, 1):
            original = package.sheets[sheet.behind]
            opening = written[original.element.start : original.element.end]
            identity = f"sheetCopy{at}"
            name = re.search(rb"[\w.-]+:id(?=\s*=)", opening)
            assert name is not None, "a sheet of cells has a relation"
            own = {"name": sheet.renaming.new, "sheetId": str(number + at), name[0].decode(): identity}
            behind.setdefault(sheet.behind, []).append(with_attributes(opening, own))
            kind = package.relations[original.relation].type
            self._relations.append((identity, kind, f"/{sheet.part}"))
        for place, entries in behind.items():
            end = package.sheets[place].element.end
            self._workbook.replace(end, end, b"".join(entries))
        self._move_names(new, _shifted(len(package.sheets), new))
        self._move_views(_shifted(len(package.sheets), new))

    def _move_names(self, new: Sequence[NewSheet], shifted: Sequence[int]) -> None:
        """Names that one sheet has: counted as the sheets stand now, and once more for each copy."""
        written = self._package.files[WORKBOOK]
        seen: dict[int, int] = {}
        copies: dict[int, list[tuple[int, Renaming]]] = {}
        for sheet in new:
            seen[sheet.behind] = seen.get(sheet.behind, 0) + 1
            place = shifted[sheet.behind] + seen[sheet.behind]
            copies.setdefault(sheet.behind, []).append((place, sheet.renaming))
        for name in self._package.names:
            if name.scope is None or name.scope >= len(shifted):
                continue
            element = name.element
            opening = written[element.start : element.inner]
            rest = written[element.inner : element.end]
            pieces = [with_attributes(opening, {"localSheetId": str(shifted[name.scope])}) + rest]
            pieces += [
                _copied_name(name, opening, written, place, renaming)
                for place, renaming in copies.get(name.scope, ())
            ]
            self._workbook.replace(element.start, element.end, b"".join(pieces))

    def _move_views(self, shifted: Sequence[int]) -> None:
        for view in self._package.views:
            moved = {
                name: str(shifted[int(view.about[name])])
                for name in ("activeTab", "firstSheet")
                if view.about.get(name, "").isdecimal() and int(view.about[name]) < len(shifted)
            }
            if moved:
                self._workbook.set_attributes(view, moved)

    def _forget_titles(self) -> None:
        """The list of titles that a program wrote for others to show is no longer true."""
        part = self._package.root_part("extended-properties")
        if not part:
            return
        edits = Edits(self._package.files[part])

        def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
            if len(path) == 1 and element.tag.rpartition(" ")[2] in ("TitlesOfParts", "HeadingPairs"):
                edits.drop(element)

        Walker(self._package.files[part], closed=closed).walk()
        self.changed[part] = edits.done()

    def _ask_to_compute(self) -> None:
        elements = self._package.elements
        known = elements.get("calcPr")
        if known is not None:
            self._workbook.set_attributes(known, {"fullCalcOnLoad": "1"})
            return
        last = max((elements[one] for one in _BEFORE_CALC if one in elements), key=lambda one: one.end)
        self._workbook.replace(last.end, last.end, f'<{last.prefix}calcPr fullCalcOnLoad="1"/>'.encode())

    def _drop_order_of_computing(self) -> None:
        """The order in which formulas were computed names cells that may have none any more; it is made anew."""
        self.dropped |= {one.target for one in self._package.relations.values() if one.kind == "calcChain"}

    def _say_who_made_it(self, title: str, made_at: datetime) -> None:
        if made_at.tzinfo is not None:
            made_at = made_at.astimezone(UTC)
        moment = f"{made_at:%Y-%m-%dT%H:%M:%SZ}"
        part = self._package.root_part("core-properties")
        if not part:
            part = "docProps/core.xml"
            self._root_relations.append(("coreProperties", _CORE_RELATION, part))
            self._types[part] = _CORE_TYPE
        self.changed[part] = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<cp:coreProperties xmlns:cp="{_CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<dc:title>{escape(writable(title))}</dc:title><dc:creator>{CREATOR}</dc:creator>"
            f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
            f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified></cp:coreProperties>'
        ).encode()

    def _write_relations(self, part: str, added: Sequence[tuple[str, str, str]]) -> None:
        content = self._package.files[part]
        edits = Edits(content)
        changes = bool(added)

        def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
            nonlocal changes
            if element.tag == f"{RELATIONSHIPS} Relationship":
                if part == WORKBOOK_RELATIONS and element.about["Type"].endswith("/calcChain"):
                    edits.drop(element)
                    changes = True
            elif not path:
                lines = (
                    f"<{element.prefix}Relationship Id={quoteattr(one)} Type={quoteattr(kind)} "
                    f"Target={quoteattr(target)}/>"
                    for one, kind, target in added
                )
                edits.insert_into(element, "".join(lines).encode())

        Walker(content, closed=closed).walk()
        if changes:
            self.changed[part] = edits.done()

    def _write_types(self) -> None:
        content = self._package.files[CONTENT_TYPES_PART]
        edits = Edits(content)
        changes = bool(self._types)

        def closed(element: Element, _text: str, path: tuple[str, ...]) -> None:
            nonlocal changes
            if element.tag == f"{CONTENT_TYPES} Override":
                if element.about.get("PartName", "").lstrip("/") in self.dropped:
                    edits.drop(element)
                    changes = True
            elif not path:
                lines = (
                    f"<{element.prefix}Override PartName={quoteattr(f'/{part}')} ContentType={quoteattr(kind)}/>"
                    for part, kind in self._types.items()
                )
                edits.insert_into(element, "".join(lines).encode())

        Walker(content, closed=closed).walk()
        if changes:
            self.changed[CONTENT_TYPES_PART] = edits.done()


def _shifted(count: int, new: Sequence[NewSheet]) -> list[int]:
    """Where each of the sheets stands once the new ones are there."""
    return [place + sum(one.behind < place for one in new) for place in range(count)]


def _copied_name(name: DefinedName, opening: bytes, written: bytes, place: int, renaming: Renaming) -> bytes:
    element = name.element
    text = escape(renaming.formula(name.refers_to)).encode()
    return (
        with_attributes(opening, {"localSheetId": str(place)})
        + text
        + written[element.inner_end : element.end]
    )
