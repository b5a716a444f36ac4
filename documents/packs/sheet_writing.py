"""
A sheet's XML with values in its cells: what is filled is written anew, everything else stays byte for byte.

What formulas came to in the template is no longer true and is left out, so that no program shows it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from xml.sax.saxutils import escape

from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from documents.packs.cell_xml import CannotBeKept, value_xml
from documents.packs.edits import Edits, with_attributes
from documents.packs.filled import FilledCell, FilledSheet, FormProblem
from documents.packs.plan import Plan, SheetPlan
from documents.packs.references import Renaming
from documents.packs.sheet_xml import Formula
from documents.packs.template import Place
from documents.xlsx.sheets import LAST_COLUMN, LAST_ROW

_SPANS = re.compile(r"(\d+):(\d+)")


class SheetWriter:
    """Writes one sheet of a filled form; ``renaming`` where it is a copy of the template's sheet."""

    def __init__(self, plan: Plan, sheet: SheetPlan, filled: FilledSheet, renaming: Renaming | None) -> None:
        self._plan = plan
        self._sheet = sheet
        self._xml = sheet.xml
        self._filled = filled
        self._renaming = renaming
        self._prefix = sheet.xml.data.prefix
        self.edits = Edits(sheet.xml.content)
        self.problems: list[FormProblem] = []
        # Shared formulas whose first cell is filled: the others say theirs themselves.
        self._broken = {
            number
            for number, places in sheet.shared.items()
            if (first := filled.cells.get(places[0])) is not None and not first.keeps_formula
        }

    def write(self) -> None:
        """Make the changes; afterwards ``edits`` and ``problems`` have them."""
        by_row: dict[int, dict[int, bytes]] = defaultdict(dict)
        for (row, column), cell in self._filled.cells.items():
            try:
                by_row[row][column] = self._cell(row, column, cell)
            except CannotBeKept as wrong:
                place = Place(self._filled.title, row, column)
                self.problems.append(FormProblem(place, "", str(wrong)))
        if self.problems:
            return
        self._put(by_row)
        self._refresh()
        self._widen(by_row)
        if self._renaming is not None:
            self._rename_around(self._renaming.formula)

    def _cell(self, row: int, column: int, filled: FilledCell) -> bytes:
        """The whole element of a filled cell."""
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            raise CannotBeKept("シートの端の外です。様式の項目のセルを直してください。")
        known = self._sheet.cell(row, column)
        formula = known.formula if known is not None and filled.keeps_formula else None
        self._require_place(row, column, formula)
        style = known.style if known is not None else self._xml.style_at(row, column)
        kind, inner = value_xml(
            filled.content,
            filled.text,
            as_result=formula is not None,
            is_day=int(style or "0") in self._plan.day_styles,
            is_1904=self._plan.package.is_1904,
            prefix=self._prefix,
        )
        attributes = f' r="{_address((row, column))}"'
        attributes += f' s="{style}"' if style else ""
        attributes += f' t="{kind}"' if kind else ""
        said = b""
        if known is not None and formula is not None:
            attributes += f' cm="{known.metadata}"' if known.metadata else ""
            said = self._formula((row, column), formula) or self._xml.content[formula.start : formula.end]
        if not said and not inner:
            return f"<{self._prefix}c{attributes}/>".encode()
        return f"<{self._prefix}c{attributes}>".encode() + said + f"{inner}</{self._prefix}c>".encode()

    def _require_place(self, row: int, column: int, kept: Formula | None) -> None:
        """:raises CannotBeKept: the cell is a part of something that would break."""
        if (first := self._sheet.covered.get((row, column))) is not None:
            raise CannotBeKept(f"結合されたセルの一部です。左上のセル（{_address(first)}）を選んでください。")
        if any(heading.holds(row, column) for heading in self._sheet.headings):
            raise CannotBeKept("テーブルの見出しは書き換えられません。その下のセルを選んでください。")
        for block in self._sheet.blocks:
            if (
                block.holds(row, column)
                and kept is None
                and block.address != f"{get_column_letter(column)}{row}"
            ):
                raise CannotBeKept(
                    f"配列数式（{block.address}）の一部なので書き込めません。"
                    "様式の数式をふつうの数式に直すか、数式を残してください。"
                )

    def _formula(self, place: tuple[int, int], formula: Formula) -> bytes | None:
        """The formula's element where it must be written otherwise."""
        text = formula.text
        if formula.kind == "shared" and formula.shared in self._broken:
            text = self._own_formula(place, formula)
            opening, closing = f"<{self._prefix}f>".encode(), f"</{self._prefix}f>".encode()
        else:
            raw = self._xml.content[formula.start : formula.end]
            opening, _, rest = raw.partition(b">")
            opening, closing = opening + b">", rest[rest.rfind(b"<") :]
        if self._renaming is not None:
            text = self._renaming.formula(text)
        if text == formula.text:
            return None
        return opening + escape(text).encode() + closing

    def _own_formula(self, place: tuple[int, int], formula: Formula) -> str:
        """What the cell's formula would be if it shared none."""
        first = self._sheet.shared[formula.shared][0]
        master = self._sheet.cell(*first)
        assert master is not None
        assert master.formula is not None
        if first == place:
            return master.formula.text
        translator = Translator(f"={master.formula.text}", origin=_address(first))
        return str(translator.translate_formula(_address(place))).removeprefix("=")

    def _put(self, by_row: dict[int, dict[int, bytes]]) -> None:
        rows = self._xml.rows
        numbers = sorted(rows)
        new_rows: dict[int, list[bytes]] = defaultdict(list)
        at = 0
        for number in sorted(by_row):
            cells = by_row[number]
            if number in rows:
                self._put_into_row(number, cells)
                continue
            while at < len(numbers) and numbers[at] < number:
                at += 1
            opening = f'<{self._prefix}row r="{number}">'.encode()
            row = opening + b"".join(cells[one] for one in sorted(cells)) + f"</{self._prefix}row>".encode()
            new_rows[at].append(row)
        for place, written in new_rows.items():
            if place < len(numbers):
                start = rows[numbers[place]].element.start
                self.edits.replace(start, start, b"".join(written))
            else:
                self.edits.insert_into(self._xml.data, b"".join(written))

    def _put_into_row(self, number: int, cells: dict[int, bytes]) -> None:
        row = self._xml.rows[number]
        element = row.element
        known = sorted(row.cells)
        new: dict[int, list[bytes]] = defaultdict(list)
        at = 0
        for column in sorted(cells):
            if (cell := row.cells.get(column)) is not None:
                self.edits.replace(cell.start, cell.end, cells[column])
                continue
            while at < len(known) and known[at] < column:
                at += 1
            new[at].append(cells[column])
        last = b"".join(new.pop(len(known), []))
        for place, written in new.items():
            start = row.cells[known[place]].start
            self.edits.replace(start, start, b"".join(written))
        opening = self._xml.content[element.start : element.inner]
        wider = _wider_spans(opening, element.about.get("spans", ""), cells)
        if element.is_empty_tag:
            self.edits.replace(
                element.start,
                element.end,
                wider[:-2].rstrip() + b">" + last + f"</{element.prefix}row>".encode(),
            )
            return
        if wider != opening:
            self.edits.replace(element.start, element.inner, wider)
        if last:
            self.edits.replace(element.inner_end, element.inner_end, last)

    def _refresh(self) -> None:
        """Without the results of formulas that nobody filled."""
        for place in self._sheet.stale:
            if place in self._filled.cells:
                continue
            cell = self._sheet.cell(*place)
            assert cell is not None
            if cell.kind != "n":
                opening = self._xml.content[cell.start : cell.inner]
                self.edits.replace(cell.start, cell.inner, with_attributes(opening, {"t": None}))
            if cell.value is not None:
                self.edits.replace(*cell.value, b"")
            if cell.formula is not None and (said := self._formula(place, cell.formula)) is not None:
                self.edits.replace(cell.formula.start, cell.formula.end, said)

    def _widen(self, by_row: dict[int, dict[int, bytes]]) -> None:
        """The block that the sheet says it uses, with what was filled beyond it."""
        dimension, used = self._xml.named("dimension"), self._xml.dimension
        if dimension is None or used is None or not by_row:
            return
        columns = [column for cells in by_row.values() for column in cells]
        wider = used._replace(
            top=min(used.top, *by_row),
            left=min(used.left, *columns),
            bottom=max(used.bottom, *by_row),
            right=max(used.right, *columns),
        )
        if wider != used:
            self.edits.set_attributes(dimension, {"ref": wider.address})

    def _rename_around(self, renamed: Callable[[str], str]) -> None:
        for one in self._xml.formulas:
            if (text := renamed(one.text)) != one.text:
                self.edits.text(one.element, escape(text).encode())
        for link in self._xml.links:
            location = link.about.get("location")
            if location is not None and (text := renamed(location)) != location:
                self.edits.set_attributes(link, {"location": text})


def _address(place: tuple[int, int]) -> str:
    return f"{get_column_letter(place[1])}{place[0]}"


def _wider_spans(opening: bytes, spans: str, columns: Iterable[int]) -> bytes:
    """A row's start tag that says where its cells stand, with those that were filled."""
    found = _SPANS.fullmatch(spans)
    if found is None:
        return opening
    first, last = int(found[1]), int(found[2])
    wider = f"{min(first, *columns)}:{max(last, *columns)}"
    return opening if wider == spans else with_attributes(opening, {"spans": wider})
