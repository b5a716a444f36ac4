"""
A mapping carried onto an altered workbook: what stands where it stood, what seems to have moved, what is gone. Pure.

A place fits when the same cell has the same texts beside it. One that does not is taken off, so that nothing is
printed into a wrong cell, and kept as lost; where its label is found elsewhere, that is proposed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from openpyxl.utils import column_index_from_string, get_column_letter

from documents.packs.editing import NoSuchKey, move_place, table_of
from documents.packs.labels import Labels, Neighbours, plain
from documents.packs.manifest import Direction, FormColumn, FormField, FormTable, Manifest
from documents.packs.places import NoSuchPlace, address_of, area_of
from documents.packs.template import Area, Place, Template, TemplateSheet

MOST_LOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Lost:
    """
    A place of the earlier workbook that the present one does not have.

    ``table`` is empty for a field; for a table's block ``key`` is its key, too, and ``columns`` are the headings of its
    columns by their letters. ``left`` and ``above`` are the texts that stood beside it; ``right`` the letter or row of
    a column.
    """

    key: str
    words: str
    at: str
    left: str = ""
    above: str = ""
    table: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_table(self) -> bool:
        """A whole block."""
        return bool(self.table)

    @property
    def name(self) -> str:
        """For the form that settles it."""
        return f"{self.table}|{self.key}|{self.at}"

    def as_plain(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "key": self.key,
            "words": self.words,
            "at": self.at,
            "left": self.left,
            "above": self.above,
            "table": self.table,
            "headings": dict(self.headings),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Lost":
        """Back from how it is kept."""
        return cls(**kept)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lost place, and where it seems to stand now: ``now`` is empty where nothing like it is found."""

    lost: Lost
    now: str = ""
    columns: Mapping[str, str] | None = None

    @property
    def words(self) -> str:
        """For the list of what no longer fits."""
        label = f"（{self.lost.left or self.lost.above}）" if self.lost.left or self.lost.above else ""
        before = f"前の{self.lost.at}{label}"
        if self.now == self.lost.at:
            return (
                f"{before}のまわりの見出しが、新しい様式で変わりました。"
                "同じセルのままでよいか確かめてください。"
            )
        if self.now:
            return f"{before}は、新しい様式では{self.now}に移ったようです。"
        return f"{before}に当たるところが、新しい様式に見つかりません。"


@dataclass(frozen=True, slots=True)
class Carried:
    """The manifest as far as it fits, and what does not."""

    manifest: Manifest
    lost: tuple[Lost, ...]


def carry(manifest: Manifest, before: Template, now: Template) -> Carried:
    """What of the mapping still fits when ``before`` is replaced by ``now``."""
    looking = _Looking(before, now)
    lost: list[Lost] = []
    fields = []
    for one in manifest.fields:
        kept = []
        for at in one.at:
            gone = looking.lost_field(one, at)
            if gone is None:
                kept.append(at)
            else:
                lost.append(gone)
        fields.append(replace(one, at=tuple(kept)))
    tables = []
    for table in manifest.tables:
        gone = looking.lost_table(table) if table.at else None
        if gone is not None:
            lost.append(gone)
            table = replace(table, at="")
        tables.append(table)
    return Carried(replace(manifest, fields=tuple(fields), tables=tuple(tables)), tuple(lost[:MOST_LOST]))


def proposals(lost: Iterable[Lost], manifest: Manifest, now: Template) -> list[Proposal]:
    """
    For each lost place where it seems to stand now; nothing is proposed twice, nor where something stands already.
    """
    looking = _Looking(now, now)
    taken = {at for one in manifest.fields for at in one.at}
    found = []
    for one in lost:
        proposal = looking.proposed_table(one, manifest) if one.is_table else looking.proposed(one, taken)
        if proposal.now and not one.is_table:
            taken.add(proposal.now)
        found.append(proposal)
    return found


def settle(manifest: Manifest, proposal: Proposal) -> Manifest:
    """
    The proposal accepted.

    :raises NoSuchKey: the field or table is gone meanwhile, or nothing was proposed.
    """
    if not proposal.now:
        raise NoSuchKey(proposal.lost.key)
    if not proposal.lost.is_table:
        return move_place(manifest, proposal.lost.key, "", proposal.now)
    own = table_of(manifest, proposal.lost.table)
    moved = proposal.columns or {}
    columns = tuple(replace(one, at=moved.get(one.at, one.at)) for one in own.columns)
    settled = replace(own, at=proposal.now, columns=columns)
    return replace(manifest, tables=tuple(settled if one is own else one for one in manifest.tables))


def still_lost(lost: Sequence[Lost], before: Manifest, now: Manifest) -> list[Lost]:
    """
    What is left after a change of the manifest: without what is no part of it any more, and without one lost place of
    each field that has found another.
    """
    found = Counter(
        {
            one.key: len(one.at) - len(before.by_key[one.key].at)
            for one in now.fields
            if one.key in before.by_key
        }
    )
    tables = {one.key: one for one in now.tables}
    left = []
    for one in lost:
        if one.is_table:
            if one.table in tables and not tables[one.table].at:
                left.append(one)
        elif one.key in now.by_key:
            if found[one.key] > 0:
                found[one.key] -= 1
            else:
                left.append(one)
    return left


class _Looking:
    """Both workbooks with the texts of their sheets."""

    def __init__(self, before: Template, now: Template) -> None:
        self.before, self.now = before, now
        self._labels: dict[tuple[bool, str], Labels] = {}

    def lost_field(self, one: FormField, at: str) -> Lost | None:
        """None where the place fits."""
        was = self._where(at, self.before)
        if was is None:
            return Lost(one.key, one.label, at) if self._where(at, self.now) is None else None
        beside = self._beside(False, *was)
        new = self._where(at, self.now)
        if new is not None and at in self.now.names:
            return None  # a name of the workbook goes with its cell
        if new is not None and new[1] == was[1] and self._fits(beside, *new):
            return None
        return Lost(one.key, one.label, at, beside.left, beside.above)

    def _fits(self, beside: Neighbours, sheet: TemplateSheet, area: Area) -> bool:
        is_first = (own := self._of(True, sheet).covering(area.top, area.left)) is None or (
            own.row,
            own.column,
        ) == (area.top, area.left)
        return is_first and self._beside(True, sheet, area).are_those_of(beside)

    def lost_table(self, table: FormTable) -> Lost | None:
        """None where block and headings are as they were."""
        was, new = self._where(table.at, self.before), self._where(table.at, self.now)
        if was is None:
            return None if new is not None else Lost(table.key, table.label, table.at, table=table.key)
        headings = self._headings(False, table, *was)
        if new is not None and new[1] == was[1]:
            here = self._headings(True, table, *new)
            if {at: plain(words) for at, words in here.items()} == {
                at: plain(words) for at, words in headings.items()
            }:
                return None
        first = next((words for words in headings.values() if words), "")
        return Lost(table.key, table.label, table.at, above=first, table=table.key, headings=headings)

    def proposed(self, lost: Lost, taken: set[str]) -> Proposal:
        """Where the text beside a lost cell stands now: on the sheet of its name first."""
        title = _sheet_title(lost.at)
        by_sheet = sorted(self.now.sheets, key=lambda sheet: sheet.title != title)
        for words, step in ((lost.left, (0, 1)), (lost.above, (1, 0))):
            for sheet in by_sheet if words else ():
                places = [
                    place
                    for label in self._of(True, sheet).saying(words)
                    if (place := self._beyond(sheet, label.area, step)) is not None
                ]
                free = [place for place in places if address_of(place) not in taken]
                exact = [
                    place
                    for place in free
                    if self._of(True, sheet)
                    .beside(place.row, place.column)
                    .are_those_of(Neighbours(lost.left, lost.above))
                ]
                # Two cells of one label: neither is proposed rather than the wrong one.
                if len(chosen := exact or free) == 1:
                    return Proposal(lost, address_of(chosen[0]))
        return Proposal(lost)

    def proposed_table(self, lost: Lost, manifest: Manifest) -> Proposal:
        """The block moved with its headings: down and up, and each column on its own."""
        try:
            table = table_of(manifest, lost.table)
        except NoSuchKey:
            return Proposal(lost)
        old = _area(lost.at)
        headings = {at: words for at, words in lost.headings.items() if words}
        if old is None or not headings or table.direction is Direction.ACROSS:
            return Proposal(lost)
        title = _sheet_title(lost.at)
        for sheet in sorted(self.now.sheets, key=lambda one: one.title != title):
            moved: dict[str, str] = {}
            tops: set[int] = set()
            for at, words in headings.items():
                labels = self._of(True, sheet).saying(words)
                nearest = min(
                    labels,
                    key=lambda cell: (abs(cell.column - column_index_from_string(at)), cell.row),
                    default=None,
                )
                if nearest is not None:
                    moved[at] = get_column_letter(nearest.column)
                    tops.add(nearest.area.bottom + 1)
            if len(moved) == len(headings) and tops:
                top = max(tops)
                letters = [column_index_from_string(at) for at in moved.values()]
                area = Area(
                    top,
                    min(letters),
                    min(top + old.bottom - old.top, sheet.area.bottom),
                    max([*letters, min(letters) + old.right - old.left]),
                )
                area = area._replace(right=min(area.right, sheet.area.right))
                first = address_of(Place(sheet.title, area.top, area.left))
                now = f"{first.rpartition('!')[0]}!{area.address}"
                return Proposal(lost, now, moved)
        return Proposal(lost)

    def _beyond(self, sheet: TemplateSheet, label: Area, step: tuple[int, int]) -> Place | None:
        """The cell right of a label, or below it, that has no text of its own."""
        labels = self._of(True, sheet)
        row, column = (label.top, label.right + 1) if step[1] else (label.bottom + 1, label.left)
        while sheet.area.holds(row, column):
            cell = labels.covering(row, column)
            if cell is None or not isinstance(cell.value, str) or not plain(cell.value):
                return Place(sheet.title, *((cell.row, cell.column) if cell else (row, column)))
            if step[1]:
                return None
            row = cell.area.bottom + 1
        return None

    def _headings(self, is_new: bool, table: FormTable, sheet: TemplateSheet, area: Area) -> dict[str, str]:
        labels = self._of(is_new, sheet)
        placed: list[FormColumn] = [one for one in table.columns if one.at and not one.line]
        if table.direction is Direction.ACROSS:
            return {one.at: labels.beside(int(one.at), area.left).left for one in placed}
        return {one.at: labels.above(area.top, column_index_from_string(one.at)) for one in placed}

    def _beside(self, is_new: bool, sheet: TemplateSheet, area: Area) -> Neighbours:
        return self._of(is_new, sheet).beside(area.top, area.left)

    def _of(self, is_new: bool, sheet: TemplateSheet) -> Labels:
        key = (is_new, sheet.title)
        if key not in self._labels:
            self._labels[key] = Labels(sheet)
        return self._labels[key]

    @staticmethod
    def _where(at: str, template: Template) -> tuple[TemplateSheet, Area] | None:
        try:
            return area_of(at, template)
        except NoSuchPlace:
            return None


def _sheet_title(at: str) -> str:
    title = at.rpartition("!")[0]
    return title[1:-1].replace("''", "'") if title.startswith("'") else title


def _area(at: str) -> Area | None:
    from_, _, to = at.rpartition("!")[2].replace("$", "").partition(":")
    try:
        first = Place.of("", from_)
        last = Place.of("", to or from_)
    except ValueError:
        return None
    return Area(first.row, first.column, last.row, last.column)
