"""
Values of the dictionary into a form: every field and row as it is written, cell by cell, sheet by sheet. Pure.

Rows beyond a table's block go on on a further sheet made from the same one; nothing is left out silently.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import formulas
from documents.dictionary import Row, Values
from documents.packs.filled import Filled, FilledCell, FilledSheet, FormProblem, Marks
from documents.packs.formatting import DIGITS, NotWritable, Written, boxes, written
from documents.packs.manifest import Direction, FormColumn, FormField, FormTable, Manifest, Overflow
from documents.packs.manifest_reading import PAGE
from documents.packs.places import NoSuchPlace, area_of
from documents.packs.template import Area, Place, Template, TemplateSheet
from formulas import NotComputable, Value

LONGEST_TITLE: Final = 31
MOST_SHEETS: Final = 200
NOTHING: Final = Written(None, "")


def fill(
    manifest: Manifest, template: Template | None, values: Values, *, title: str, marks: Marks
) -> Filled:
    """
    The form with these values; what cannot be written stands in its ``problems``, each at its cell.

    ``template`` is None for a pack without a workbook.
    """
    return _Filling(manifest, template, values).whole(title, marks)


def is_for(manifest: Manifest, values: Values) -> bool:
    """Whether there is such a form for the subject of these values; unknown is no."""
    return not manifest.when or _holds(manifest.when, values, manifest) is True


def wanted_names(manifest: Manifest) -> frozenset[str]:
    """The groups and tables of the dictionary that a pack speaks of."""
    names = {name for _, text in manifest.sources() for name in formulas.read(text).names}
    return frozenset(names | {table.each for table in manifest.tables})


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a table: their values by column key, and as they are written."""

    values: Sequence[Row]
    texts: Sequence[Mapping[str, Written]]


@dataclass
class _Filling:
    manifest: Manifest
    template: Template | None
    values: Values
    problems: list[FormProblem] = field(default_factory=list)

    def whole(self, title: str, marks: Marks) -> Filled:
        rows = {table.key: self._rows(table) for table in self.manifest.tables}
        everything: dict[str, Any] = {**self.values, **{key: found.values for key, found in rows.items()}}
        sheets: list[FilledSheet] = []
        if self.template is not None:
            taken: set[str] = {sheet.title for sheet in self.template.sheets}
            for sheet in self.template.sheets:
                sheets += self._sheets(sheet, rows, everything, taken)
        first_page = {PAGE: {"number": 1, "count": 1}}
        shown = self._fields(
            {**everything, **first_page, **{f"{key}_page": one.values for key, one in rows.items()}}
        )
        return Filled(
            title=title,
            sheets=sheets,
            texts={key: one.text for key, one in shown.items()},
            tables={
                key: [{name: one.text for name, one in row.items()} for row in found.texts]
                for key, found in rows.items()
            },
            marks=marks,
            problems=list(dict.fromkeys(self.problems)),
        )

    # ------------------------------------------------------------ values

    def _rows(self, table: FormTable) -> _Rows:
        given = self.values.get(table.each) or ()
        if isinstance(given, Mapping):
            self._say(None, table.key, f"「{table.label}」の元（{table.each}）は表ではありません。")
            given = ()
        values: list[Row] = []
        texts: list[Mapping[str, Written]] = []
        for number, row in enumerate(given, start=1):
            if table.where and _holds(table.where, {**self.values, **row}, self.manifest) is not True:
                continue
            named = {"number": number, **row}
            found = self._evaluated(table.columns, named, f"「{table.label}」の{len(values) + 1}行目の")
            values.append(found)
            texts.append(
                {
                    column.key: self._written(found[column.key], column, f"{table.key}.{column.key}")
                    for column in table.columns
                }
            )
        return _Rows(values, texts)

    def _fields(self, names: Mapping[str, Any]) -> dict[str, Written]:
        found = self._evaluated(self.manifest.fields, names, "")
        return {one.key: self._written(found[one.key], one, one.key) for one in self.manifest.fields}

    def _evaluated(
        self, keyed: Sequence[FormField] | Sequence[FormColumn], names: Mapping[str, Any], where: str
    ) -> dict[str, Value]:
        """Every one's value; each after those it needs (a pack whose calculation goes round is never read)."""
        # What a row has of its own is meant before a column of the same name.
        by_key = {one.key: one for one in keyed}
        found: dict[str, Value] = {}
        own = {**self.values, **names}

        def value_of(key: str) -> Value:
            if key in found:
                return found[key]
            one = by_key[key]
            formula = formulas.read(one.source)
            needed = {name: value_of(name) for name in formula.names & by_key.keys() - own.keys() - {key}}
            try:
                found[key] = formula.of({**own, **needed}, self.manifest.tables_of_numbers)
            except NotComputable as wrong:
                self._say(None, key, f"{where}「{one.label}」を計算できません。{wrong}")
                found[key] = None
            return found[key]

        for key in by_key:
            value_of(key)
        return found

    def _written(self, value: Value, one: FormField | FormColumn, key: str) -> Written:
        try:
            return written(value, one.format, one.words)
        except NotWritable as wrong:
            self._say(self._place(one), key, f"「{one.label}」：{wrong}")
            return NOTHING

    def _place(self, one: FormField | FormColumn) -> Place | None:
        if self.template is None or not isinstance(one, FormField) or not one.at:
            return None
        try:
            sheet, area = area_of(one.at[0], self.template)
        except NoSuchPlace:
            return None
        return Place(sheet.title, area.top, area.left)

    # ------------------------------------------------------------ sheets

    def _sheets(
        self, sheet: TemplateSheet, rows: Mapping[str, _Rows], names: Mapping[str, Any], taken: set[str]
    ) -> list[FilledSheet]:
        """The sheet, and as many more of it as its tables need."""
        assert self.template is not None, "asked for each sheet of a template"
        blocks = [
            (table, area, _room(table, area))
            for table in self.manifest.tables
            for area in self._block(table, sheet)
        ]
        count = max([1, *(-(-len(rows[table.key].values) // room) for table, _, room in blocks)])
        if count > MOST_SHEETS:
            self._say(
                None, sheet.title, f"「{sheet.title}」が{MOST_SHEETS}枚を超えます。行を減らしてください。"
            )
            count = MOST_SHEETS
        for table, area, room in blocks:
            if table.overflow is Overflow.REFUSE and len(rows[table.key].values) > room:
                self._say(
                    Place(sheet.title, area.top, area.left),
                    table.key,
                    f"「{table.label}」は{room}行までの様式ですが、{len(rows[table.key].values)}行あります。"
                    "様式の行を増やすか、続きのシートを使う様式にしてください。",
                )
        return [self._sheet(sheet, page, count, blocks, rows, names, taken) for page in range(count)]

    def _sheet(
        self,
        sheet: TemplateSheet,
        page: int,
        count: int,
        blocks: Sequence[tuple[FormTable, Area, int]],
        rows: Mapping[str, _Rows],
        names: Mapping[str, Any],
        taken: set[str],
    ) -> FilledSheet:
        rooms = {table.key: room for table, _, room in blocks}
        here = {
            f"{key}_page": found.values[page * rooms[key] : (page + 1) * rooms[key]]
            if key in rooms
            else found.values
            for key, found in rows.items()
        }
        shown = self._fields({**names, PAGE: {"number": page + 1, "count": count}, **here})
        cells: dict[tuple[int, int], FilledCell] = {}
        for one in self.manifest.fields:
            for at in one.at:
                cells.update(self._cells(one, at, sheet, shown[one.key]))
        for table, area, room in blocks:
            for place, row in enumerate(rows[table.key].texts[page * room : (page + 1) * room]):
                for column in table.columns:
                    if column.at:
                        where = _cell_of(table, column, area, place)
                        cells[where] = self._cell(sheet, where, row[column.key])
        title = sheet.title if not page else _further(sheet.title, page + 1, taken)
        return FilledSheet(sheet.title, title, cells)

    def _block(self, table: FormTable, sheet: TemplateSheet) -> Iterable[Area]:
        if not table.at:
            return
        assert self.template is not None, "asked for each sheet of a template"
        try:
            own, area = area_of(table.at, self.template)
        except NoSuchPlace as wrong:
            self._say(None, table.key, f"「{table.label}」：{wrong}")
            return
        if own.title == sheet.title:
            yield area

    def _cells(
        self, one: FormField, at: str, sheet: TemplateSheet, shown: Written
    ) -> Mapping[tuple[int, int], FilledCell]:
        assert self.template is not None, "asked for each sheet of a template"
        try:
            own, area = area_of(at, self.template)
        except NoSuchPlace as wrong:
            self._say(None, one.key, f"「{one.label}」：{wrong}")
            return {}
        if own.title != sheet.title:
            return {}
        if one.format != DIGITS:
            return {(area.top, area.left): self._cell(sheet, (area.top, area.left), shown)}
        places = box_places(sheet, area)
        parted = boxes(shown.text, len(places))
        if parted is None:
            self._say(
                Place(sheet.title, area.top, area.left),
                one.key,
                f"「{one.label}」は{len(places)}けたの欄に入りません（{shown.text}）。欄を増やしてください。",
            )
            return {}
        return {
            place: FilledCell(int(one_box) if one_box.isdecimal() else one_box, one_box)
            for place, one_box in zip(places, parted, strict=True)
            if one_box.strip()
        }

    def _cell(self, sheet: TemplateSheet, where: tuple[int, int], shown: Written) -> FilledCell:
        own = sheet.cells.get(where)
        return FilledCell(shown.content, shown.text, keeps_formula=own is not None and bool(own.formula))

    def _say(self, place: Place | None, key: str, sentence: str) -> None:
        self.problems.append(FormProblem(place, key, sentence))


def box_places(sheet: TemplateSheet, area: Area) -> list[tuple[int, int]]:
    """The cells of a row of boxes, merged ones once."""
    places = []
    column = area.left
    while column <= area.right:
        own = sheet.cells.get((area.top, column))
        places.append((area.top, column))
        column += own.columns if own is not None else 1
    return places


def _room(table: FormTable, area: Area) -> int:
    """How many rows a block holds."""
    size = area.bottom - area.top + 1 if table.direction is Direction.DOWN else area.right - area.left + 1
    return max(size // table.lines, 1)


def _cell_of(table: FormTable, column: FormColumn, area: Area, place: int) -> tuple[int, int]:
    from_start = place * table.lines + column.line
    if table.direction is Direction.DOWN:
        return area.top + from_start, column_number(column.at)
    return int(column.at), area.left + from_start


def column_number(letters: str) -> int:
    """A 1, B 2, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _further(title: str, number: int, taken: set[str]) -> str:
    """``名簿 (2)``, not longer than a sheet's title may be, and nobody else's."""
    ending = f" ({number})"
    further = f"{title[: LONGEST_TITLE - len(ending)]}{ending}"
    while further in taken:
        ending = f"{ending}続"
        further = f"{title[: LONGEST_TITLE - len(ending)]}{ending}"
    taken.add(further)
    return further


def _holds(text: str, names: Mapping[str, Any], manifest: Manifest) -> bool | None:
    try:
        return formulas.read(text).holds(names, manifest.tables_of_numbers)
    except NotComputable:
        return None
