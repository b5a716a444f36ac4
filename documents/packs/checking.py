"""
Is a form pack sound? Every problem at once, each at its cell or field, with what to do; and what is worth a look.

Names against the dictionary, places against the workbook, formats against kinds, and made-up values through filling and
drawing. Pure.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Final

import formulas
from documents.dictionary import Entry, Kind
from documents.packs.drawing import drawn
from documents.packs.filled import FormProblem, Marks
from documents.packs.filling import box_places, column_number, fill
from documents.packs.findings import Findings, Known
from documents.packs.formatting import DIGITS, FORMATS
from documents.packs.labels import Labels
from documents.packs.manifest import Direction, FormColumn, FormField, FormTable, Manifest
from documents.packs.manifest_reading import PAGE
from documents.packs.places import NoSuchPlace, area_of
from documents.packs.samples import sample_values
from documents.packs.splicing import CannotSplice, spliced
from documents.packs.template import Area, Place, Template, TemplateSheet
from documents.packs.template_features import features

PAGE_NAMES: Final = ("number", "count")
ROW_NUMBER: Final = "number"
NAMED: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?")
MOST_FINDINGS: Final = 300
MOST_SAMPLE_ROWS: Final = 60
MADE_AT: Final = datetime(2026, 4, 1, tzinfo=UTC)


def problems_of(
    manifest: Manifest,
    template: Template | None,
    known: Known,
    *,
    workbook: bytes | None = None,
    has_html: bool = False,
) -> Findings:
    """
    Whether forms can be printed with the pack. Made-up values are drawn, and put into the ``workbook``, only where
    everything else is sound.
    """
    checking = _Checking(manifest, template, known, workbook, has_html)
    checking.run()
    return Findings(
        tuple(dict.fromkeys(checking.problems))[:MOST_FINDINGS],
        tuple(dict.fromkeys(checking.remarks))[:MOST_FINDINGS],
    )


@dataclass
class _Checking:
    manifest: Manifest
    template: Template | None
    known: Known
    workbook: bytes | None
    has_html: bool
    problems: list[FormProblem] = field(default_factory=list)
    remarks: list[FormProblem] = field(default_factory=list)
    _labels: dict[str, Labels] = field(default_factory=dict)
    _standing: dict[Place, list[str]] = field(default_factory=dict)

    def run(self) -> None:
        self._head()
        if self.known.own is not None:
            self._names()
            self._kinds()
            self._people()
        self._places()
        self._twice()
        self._placeless()
        self._formulas_of_the_sheet()
        if self.workbook is not None:
            self.remarks += [FormProblem(None, "", sentence) for sentence in features(self.workbook)]
        if not self.problems and self.known.own is not None:
            self._samples()

    # ------------------------------------------------------------ what it is

    def _head(self) -> None:
        subject = self.manifest.subject
        if self.known.own is None:
            self._say(None, "", f"帳票の対象「{subject}」はありません。{_hint(subject, self.known.subjects)}")
        elif self.manifest.of and self.known.sorts:
            for of in self.manifest.of.split("|"):
                if not any(replace(self.manifest, of=of).closeness(sort) for sort in self.known.sorts):
                    self._say(None, "", f"対象の種類「{of}」はありません。{_hint(of, self.known.sorts)}")
        for kind in self.manifest.facility_types:
            if kind not in self.known.facility_types:
                self._say(
                    None, "", f"施設類型「{kind}」はありません。{_hint(kind, self.known.facility_types)}"
                )
        if self.template is None and not self.has_html:
            self._say(None, "", "様式のブックがありません。様式のExcelブックを読み込んでください。")
        if not self.manifest.fields and not self.manifest.tables:
            self._say(
                None,
                "",
                "どの欄にもまだ何も割り当てていません。図のセルを選んで、入れるものを決めてください。",
            )

    # ------------------------------------------------------------ names

    def _names(self) -> None:
        manifest, vocabulary = self.manifest, self.known.vocabulary
        if manifest.when:
            self._formula(manifest.when, None, "", "様式を使う条件", {}, {})
        columns_of = {one.key: {column.key for column in one.columns} for one in manifest.tables}
        rows = {**columns_of, **{f"{key}_page": keys for key, keys in columns_of.items()}}
        plain = {one.key for one in manifest.fields}
        for one in manifest.fields:
            self._formula(one.source, self._first_place(one), one.key, f"「{one.label}」", plain, rows)
        for table in manifest.tables:
            place = self._table_place(table)
            own = vocabulary.table(table.each)
            if own is None:
                there = [one.name for one in vocabulary.tables]
                self._say(
                    place,
                    table.key,
                    f"「{table.label}」の元の表「{table.each}」はありません。{_hint(table.each, there)}",
                )
                continue
            if not table.columns:
                self._say(
                    place,
                    table.key,
                    f"「{table.label}」に列がありません。1行目のセルを選んで、列を決めてください。",
                )
            in_row = {entry.name for entry in own.columns}
            if table.where:
                self._formula(table.where, place, table.key, f"「{table.label}」の行を選ぶ条件", in_row, {})
            for column in table.columns:
                others = {one.key for one in table.columns if one is not column}
                names = {*in_row, ROW_NUMBER, *others}
                what = f"「{table.label}」の列「{column.label}」"
                where = self._column_place(table, column)
                self._formula(column.source, where, f"{table.key}.{column.key}", what, names, {})
        taken = {group.name for group in vocabulary.groups} | {one.name for one in vocabulary.tables}
        for key in [*(one.key for one in manifest.fields), *columns_of]:
            if key in taken:
                self._say(
                    None, key, f"欄の名前「{key}」は、データ項目の名前と同じです。別の名前にしてください。"
                )

    def _formula(
        self,
        text: str,
        place: Place | None,
        key: str,
        what: str,
        plain: Collection[str],
        rows: Mapping[str, Collection[str]],
    ) -> None:
        """``plain``: names with a value of their own; ``rows``: names of rows with their columns."""
        vocabulary = self.known.vocabulary
        found = formulas.read(text)
        asked = {name for name, _ in found.columns}
        for name in sorted(found.names - asked):
            if name in plain or vocabulary.table(name) or name in rows:
                continue
            if vocabulary.group(name) is not None:
                self._say(
                    place,
                    key,
                    f"{what}：「{name}」はデータのまとまりです。「{name}.」に続けて項目を選んでください。",
                )
            else:
                self._unknown(place, key, what, name, plain)
        for name, member in sorted(found.columns):
            if name == PAGE and member in PAGE_NAMES:
                continue
            if name in rows:
                if member not in rows[name]:
                    self._unknown(
                        place, key, what, f"{name}.{member}", [f"{name}.{one}" for one in rows[name]]
                    )
            elif vocabulary.entry(f"{name}.{member}") is None:
                self._unknown(place, key, what, f"{name}.{member}", plain)

    def _unknown(self, place: Place | None, key: str, what: str, name: str, plain: Collection[str]) -> None:
        names = [*plain, *(full for full, _ in self.known.vocabulary.full_names())]
        self._say(place, key, f"{what}：データ項目「{name}」はありません。{_hint(name, names)}")

    # ------------------------------------------------------------ kinds

    def _kinds(self) -> None:
        for one in self.manifest.fields:
            entry = self._entry(one.source, "")
            self._kind(one, entry, self._first_place(one), one.key)
        for table in self.manifest.tables:
            for column in table.columns:
                entry = self._entry(column.source, table.each)
                self._kind(column, entry, self._column_place(table, column), f"{table.key}.{column.key}")

    def _entry(self, source: str, table: str) -> Entry | None:
        """The entry that is shown as it is; None for a calculation."""
        name = source.strip()
        if not NAMED.fullmatch(name):
            return None
        if "." not in name:
            return self.known.vocabulary.entry(f"{table}.{name}") if table else None
        return self.known.vocabulary.entry(name)

    def _kind(self, one: FormField | FormColumn, entry: Entry | None, place: Place | None, key: str) -> None:
        if entry is None:
            return
        if one.words is not None and entry.kind is not Kind.YES_NO:
            self._say(
                place, key, f"「{one.label}」：「はい・いいえ」の文字は、はい・いいえの項目にだけ使えます。"
            )
        elif one.format and entry.kind not in FORMATS[one.format].kinds:
            chosen = FORMATS[one.format]
            fitting = "、".join(other.label for other in FORMATS.values() if entry.kind in other.kinds)
            self._say(
                place,
                key,
                f"「{one.label}」：書式「{chosen.label}」は「{entry.label}」に使えません。使えるのは：{fitting}",
            )

    def _people(self) -> None:
        if self.known.names_people or self.known.own is None:
            return
        own = {name: entry for name, entry in self.known.own.full_names() if entry.is_personal}
        by_table = {table.each: table for table in self.manifest.tables}
        for path, text in self.manifest.sources():
            formula = formulas.read(text)
            spoken = {f"{name}.{member}" for name, member in formula.columns}
            if path.startswith("table["):
                table = self.manifest.tables[int(path[6 : path.index("]")])]
                spoken |= {f"{table.each}.{name}" for name in formula.names}
            for name in sorted(spoken & own.keys()):
                place = (
                    self._table_place(by_table[name.split(".")[0]])
                    if name.split(".")[0] in by_table
                    else None
                )
                self._say(
                    place,
                    "",
                    f"「{own[name].label}」（{name}）は個人の情報です。この対象の帳票には載せられません。欄から外してください。",
                )

    # ------------------------------------------------------------ places

    def _places(self) -> None:
        if self.template is None:
            return
        for one in self.manifest.fields:
            for at in one.at:
                found = self._area(at, one.key, f"「{one.label}」")
                if found is None:
                    continue
                sheet, area = found
                if one.format == DIGITS:
                    for row, column in box_places(sheet, area):
                        self._stands(sheet, row, column, f"「{one.label}」")
                elif self._is_first(sheet, area, one.key, f"「{one.label}」"):
                    self._stands(sheet, area.top, area.left, f"「{one.label}」")
        for table in self.manifest.tables:
            if table.at:
                found = self._area(table.at, table.key, f"「{table.label}」")
                if found is not None:
                    self._block(table, *found)

    def _area(self, at: str, key: str, what: str) -> tuple[TemplateSheet, Area] | None:
        assert self.template is not None, "asked for with a workbook only"
        try:
            return area_of(at, self.template)
        except NoSuchPlace as wrong:
            titles = "・".join(sheet.title for sheet in self.template.sheets)
            self._say(None, key, f"{what}：{wrong}シートは {titles} です。セルを選び直してください。")
            return None

    def _is_first(self, sheet: TemplateSheet, area: Area, key: str, what: str) -> bool:
        own = self._of(sheet).covering(area.top, area.left)
        if own is None or (own.row, own.column) == (area.top, area.left):
            return True
        place = Place(sheet.title, area.top, area.left)
        self._say(place, key, f"{what}：結合したセルの途中です。左上の{own.address}にしてください。")
        return False

    def _block(self, table: FormTable, sheet: TemplateSheet, area: Area) -> None:
        place = Place(sheet.title, area.top, area.left)
        down = table.direction is Direction.DOWN
        size = area.bottom - area.top + 1 if down else area.right - area.left + 1
        if size % table.lines:
            self._say(
                place,
                table.key,
                f"「{table.label}」の範囲{area.address}は{size}{'行' if down else '列'}で、"
                f"1件{table.lines}{'行' if down else '列'}では割り切れません。範囲か行数を直してください。",
            )
        for column in table.columns:
            if not column.at:
                continue
            what = f"「{table.label}」の列「{column.label}」"
            if column.at.isdigit() == down:
                self._say(place, f"{table.key}.{column.key}", f"{what}：1行目のセルを選び直してください。")
                continue
            number = column_number(column.at) if down else int(column.at)
            first, last = (area.left, area.right) if down else (area.top, area.bottom)
            if not first <= number <= last:
                self._say(
                    place,
                    f"{table.key}.{column.key}",
                    f"{what}：{column.at}は、表の範囲{area.address}の外です。範囲を広げるか、列を選び直してください。",
                )
                continue
            for start in range(0, size - size % table.lines, table.lines):
                row, over = (
                    (area.top + start + column.line, number)
                    if down
                    else (number, area.left + start + column.line)
                )
                if not self._is_first(sheet, Area(row, over, row, over), f"{table.key}.{column.key}", what):
                    break
                self._stands(sheet, row, over, what)

    def _stands(self, sheet: TemplateSheet, row: int, column: int, what: str) -> None:
        self._standing.setdefault(Place(sheet.title, row, column), []).append(what)

    def _twice(self) -> None:
        told: Counter[tuple[str, ...]] = Counter()
        for place, whats in sorted(self._standing.items()):
            if len(whats) > 1 and not told[tuple(whats)]:
                told[tuple(whats)] += 1
                self._say(place, "", f"{'と'.join(whats)}が同じセルに入ります。どちらかを外してください。")

    def _placeless(self) -> None:
        if self.has_html or self.template is None:
            return
        spoken = {name for _, text in self.manifest.sources() for name in formulas.read(text).names}
        for one in self.manifest.fields:
            if not one.at and one.key not in spoken:
                self._say(
                    None,
                    one.key,
                    f"「{one.label}」の場所が決まっていません。セルを選ぶか、欄を外してください。",
                )
        for table in self.manifest.tables:
            if not table.at and not {table.key, f"{table.key}_page"} & spoken:
                self._say(
                    None,
                    table.key,
                    f"「{table.label}」の範囲が決まっていません。範囲を選ぶか、表を外してください。",
                )

    def _formulas_of_the_sheet(self) -> None:
        for sheet in self.template.sheets if self.template is not None else ():
            for _, cell in sorted(sheet.cells.items()):
                place = Place(sheet.title, cell.row, cell.column)
                if cell.formula and sheet.area.holds(*place[1:]) and place not in self._standing:
                    self.remarks.append(
                        FormProblem(
                            place,
                            "",
                            "ブックの計算式のセルに、何も割り当てていません。PDFでは空になります。"
                            "同じ値になる項目を割り当ててください（計算式はExcelに残ります）。",
                        )
                    )

    # ------------------------------------------------------------ made-up values

    def _samples(self) -> None:
        for is_long in (False, True):
            rows = min(max(map(self._room, self.manifest.tables), default=1), MOST_SAMPLE_ROWS)
            values = sample_values(self.known.vocabulary, rows=rows + 1 if is_long else rows, is_long=is_long)
            filled = fill(self.manifest, self.template, values, title=self.manifest.title, marks=Marks())
            found = [one for one in filled.problems if not is_long or "行までの様式" not in one.sentence]
            drawing = drawn(self.template, filled, screen=True) if self.template is not None else None
            if drawing is not None:
                found += drawing.problems
                if not is_long:
                    self.remarks += drawing.notes
            if self.workbook is not None:
                try:
                    spliced(self.workbook, filled, made_at=MADE_AT)
                except CannotSplice as wrong:
                    found += wrong.problems
            if is_long and not self.problems:
                self.remarks += [_sample_words(one, "長い値のとき") for one in _once_a_column(found)]
            elif not is_long:
                self.problems += [_sample_words(one, "短い見本でも") for one in _once_a_column(found)]

    def _room(self, table: FormTable) -> int:
        if not table.at or self.template is None:
            return 1
        try:
            _, area = area_of(table.at, self.template)
        except NoSuchPlace:
            return 1
        down = table.direction is Direction.DOWN
        size = area.bottom - area.top + 1 if down else area.right - area.left + 1
        return max(size // table.lines, 1)

    # ------------------------------------------------------------ where

    def _first_place(self, one: FormField) -> Place | None:
        return self._place(one.at[0]) if one.at else None

    def _table_place(self, table: FormTable) -> Place | None:
        return self._place(table.at) if table.at else None

    def _column_place(self, table: FormTable, column: FormColumn) -> Place | None:
        place = self._table_place(table)
        if place is None or not column.at:
            return place
        if table.direction is Direction.DOWN and not column.at.isdigit():
            return place._replace(row=place.row + column.line, column=column_number(column.at))
        if table.direction is Direction.ACROSS and column.at.isdigit():
            return place._replace(row=int(column.at), column=place.column + column.line)
        return place

    def _place(self, at: str) -> Place | None:
        if self.template is None:
            return None
        try:
            sheet, area = area_of(at, self.template)
        except NoSuchPlace:
            return None
        return Place(sheet.title, area.top, area.left)

    def _of(self, sheet: TemplateSheet) -> Labels:
        if sheet.title not in self._labels:
            self._labels[sheet.title] = Labels(sheet)
        return self._labels[sheet.title]

    def _say(self, place: Place | None, key: str, sentence: str) -> None:
        self.problems.append(FormProblem(place, key, sentence))


def _hint(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, sorted(set(names)), n=1, cutoff=0.6)
    return f"「{near[0]}」ではありませんか。" if near else "データ項目の一覧から選んでください。"


def _once_a_column(problems: Iterable[FormProblem]) -> Iterator[FormProblem]:
    """Of rows that have the same fault, the first."""
    told: set[tuple[str, int, str]] = set()
    for one in problems:
        if one.place is not None:
            same = (one.place.sheet, one.place.column, one.sentence)
            if same in told:
                continue
            told.add(same)
        yield one


def _sample_words(problem: FormProblem, words: str) -> FormProblem:
    return FormProblem(problem.place, problem.key, f"{words}、{problem.sentence}")
