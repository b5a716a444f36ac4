"""One cell of a form: what is written beside it, what stands in it, and what may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from openpyxl.utils import get_column_letter

from documents.dictionary import KIND_LABELS, Entry, Kind, Table, Vocabulary
from documents.packs.formatting import FORMATS
from documents.packs.labels import Labels, Neighbours, plain
from documents.packs.manifest import Direction, FormColumn, FormField, FormTable, Manifest
from documents.packs.places import NoSuchPlace, address_of, area_of
from documents.packs.template import Area, Place, Template, TemplateSheet

SUGGESTED, RECENT = 5, 6
NEAR: Final = 0.45
SAME: Final = 2.0
# In what order formats are offered: by what they are for.
FORMAT_GROUPS: Final = (
    ("文字", frozenset({Kind.TEXT})),
    ("数・金額", frozenset({Kind.WHOLE, Kind.NUMBER, Kind.YEN})),
    ("日付・年月", frozenset({Kind.DATE, Kind.MONTH})),
    ("はい・いいえ", frozenset({Kind.YES_NO})),
)


@dataclass(frozen=True)
class Choice:
    """One name that may stand in a cell."""

    name: str
    entry: Entry
    owner: str

    @property
    def kind_words(self) -> str:
        """What it is, with its unit."""
        unit = f"（{self.entry.unit}）" if self.entry.unit else ""
        return f"{KIND_LABELS[self.entry.kind]}{unit}"


@dataclass(frozen=True)
class ChoiceGroup:
    """Names that belong together; ``is_open`` where a search found them."""

    label: str
    choices: Sequence[Choice]
    is_open: bool = False


@dataclass(frozen=True)
class CellPanel:
    """
    What the page shows beside the picture for a chosen cell.

    ``standing`` is the field that stands there; ``table`` the block it lies in, with ``column`` and whether the cell is
    ``in_first_row``. ``block`` is the block that would become rows, ``best`` the name that is called just like what is
    written beside the cell.
    """

    place: Place
    address: str
    beside: Neighbours
    printed: str
    formula: str
    standing: FormField | None = None
    standing_at: str = ""
    table: FormTable | None = None
    column: FormColumn | None = None
    in_first_row: bool = False
    first_row_cell: str = ""
    block: str = ""
    best: str = ""
    suggested: Sequence[Choice] = field(default_factory=tuple)
    recent: Sequence[Choice] = field(default_factory=tuple)
    groups: Sequence[ChoiceGroup] = field(default_factory=tuple)

    @property
    def is_column(self) -> bool:
        """The form asks for a column of a table."""
        return self.table is not None and self.in_first_row

    @property
    def now(self) -> FormField | FormColumn | None:
        """What stands there."""
        return self.column if self.is_column else self.standing

    @property
    def is_calculated(self) -> bool:
        """What stands there is no plain name."""
        if self.now is None:
            return False
        names = {choice.name for group in self.groups for choice in group.choices}
        return self.now.source not in names

    @property
    def usual_label(self) -> str:
        """What a new field would be called: the words beside the cell."""
        return self.now.label if self.now else self.beside.words


def panel_for(
    place: Place,
    manifest: Manifest,
    template: Template,
    vocabulary: Vocabulary,
    *,
    words: str = "",
    until: Place | None = None,
) -> CellPanel:
    """
    The panel of a cell; ``words`` narrow the names, ``until`` is the other end of a block that is being chosen.

    :raises NoSuchPlace: the workbook has no such cell.
    """
    sheet, area = area_of(address_of(place), template)
    labels = Labels(sheet)
    own = labels.covering(area.top, area.left)
    if own is not None:
        place = Place(sheet.title, own.row, own.column)
    table = _table_at(place, manifest, template)
    column, is_first, first_cell = None, False, ""
    if table is not None:
        _, block = area_of(table.at, template)
        line = place.row - block.top
        is_first = table.direction is Direction.DOWN and line < table.lines
        letter = get_column_letter(place.column)
        column = next(
            (one for one in table.columns if is_first and one.at == letter and one.line == line), None
        )
        first_cell = Place(sheet.title, block.top + line % table.lines, place.column).address
    beside = labels.beside(place.row, place.column)
    if table is not None:
        _, block = area_of(table.at, template)
        beside = Neighbours("", labels.above(block.top, place.column))
    choices = _row_choices(table, vocabulary) if is_first and table else _choices(vocabulary)
    found = _searched(choices, words)
    standing, standing_at = _standing(place, manifest, template)
    suggested, best = _suggested(choices, beside)
    now = column if is_first else standing
    hidden = now.source if now and now.source not in {one.name for one in suggested} else ""
    return CellPanel(
        place=place,
        address=address_of(place),
        beside=beside,
        printed=str(own.value) if own is not None and own.value is not None else "",
        formula=own.formula if own is not None else "",
        standing=standing,
        standing_at=standing_at,
        table=table,
        column=column,
        in_first_row=is_first,
        first_row_cell=first_cell,
        block=_block_words(sheet, place, until, labels),
        suggested=suggested if not words else (),
        best=best,
        recent=_recent(choices, manifest) if not words and not is_first else (),
        groups=[
            ChoiceGroup(owner, mine, bool(words) or any(one.name == hidden for one in mine))
            for owner in dict.fromkeys(one.owner for one in found)
            for mine in [[one for one in found if one.owner == owner]]
        ],
    )


def format_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The formats as they are offered, by what they are for."""
    return [
        (label, [(one.name, one.label) for one in FORMATS.values() if one.kinds & kinds])
        for label, kinds in FORMAT_GROUPS
    ]


def _guessed(labels: Labels, sheet: TemplateSheet, place: Place) -> Area:
    """
    The empty cells that seem to be rows of a table, from the chosen first one: to the right while there are headings
    above and frames, down while there are frames and nothing is printed.
    """

    def is_free(row: int, column: int) -> bool:
        cell = labels.covering(row, column)
        return cell is not None and bool(cell.look.lines) and not isinstance(cell.value, str)

    right = place.column
    while (
        right + 1 <= sheet.area.right
        and is_free(place.row, right + 1)
        and labels.covering(place.row - 1, right + 1) is not None
        and labels.above(place.row, right + 1)
    ):
        right += 1
    bottom = place.row
    while bottom + 1 <= sheet.area.bottom and all(
        is_free(bottom + 1, column) for column in range(place.column, right + 1)
    ):
        bottom += 1
    return Area(place.row, place.column, bottom, right)


def _block_words(sheet: TemplateSheet, place: Place, until: Place | None, labels: Labels) -> str:
    if until is not None and until.sheet == place.sheet:
        area = Area(
            min(place.row, until.row),
            min(place.column, until.column),
            max(place.row, until.row),
            max(place.column, until.column),
        )
    else:
        area = _guessed(labels, sheet, place)
    first = address_of(Place(sheet.title, area.top, area.left))
    return f"{first.rpartition('!')[0]}!{area.address}"


def _table_at(place: Place, manifest: Manifest, template: Template) -> FormTable | None:
    for table in manifest.tables:
        if not table.at:
            continue
        try:
            sheet, area = area_of(table.at, template)
        except NoSuchPlace:
            continue
        if sheet.title == place.sheet and area.holds(place.row, place.column):
            return table
    return None


def _standing(place: Place, manifest: Manifest, template: Template) -> tuple[FormField | None, str]:
    """The field of a cell, and how its manifest writes the cell."""
    for one in manifest.fields:
        for at in one.at:
            try:
                sheet, area = area_of(at, template)
            except NoSuchPlace:
                continue
            if (sheet.title, area.top, area.left) == place:
                return one, at
    return None, ""


def _choices(vocabulary: Vocabulary) -> list[Choice]:
    return [
        Choice(f"{group.name}.{entry.name}", entry, group.label)
        for group in vocabulary.groups
        for entry in group.entries
    ]


def _row_choices(table: FormTable, vocabulary: Vocabulary) -> list[Choice]:
    own: Table | None = vocabulary.table(table.each)
    if own is None:
        return []
    number = Entry("number", "行の番号", Kind.WHOLE, "1から順の番号。")
    entries = [*own.columns]
    if all(entry.name != "number" for entry in entries):
        entries.append(number)
    return [Choice(entry.name, entry, own.label) for entry in entries] + _choices(vocabulary)


def _searched(choices: Iterable[Choice], words: str) -> list[Choice]:
    wanted = [plain(word) for word in words.split()]
    return [
        one
        for one in choices
        if all(word in plain(f"{one.owner}{one.entry.label}{one.name}{one.entry.meaning}") for word in wanted)
    ]


def _suggested(choices: Sequence[Choice], beside: Neighbours) -> tuple[list[Choice], str]:
    """Names whose labels are like what is written beside the cell, and the one that is just that."""
    texts = [plain(text) for text in beside if plain(text)]
    if not texts:
        return [], ""
    rated = [(max(_likeness(text, plain(one.entry.label)) for text in texts), one) for one in choices]
    near = sorted(
        ((rate, one) for rate, one in rated if rate >= NEAR), key=lambda pair: pair[0], reverse=True
    )
    best = near[0][1].name if near and near[0][0] >= SAME else ""
    return [one for _, one in near[:SUGGESTED]], best


def _likeness(one: str, other: str) -> float:
    if one == other:
        return SAME
    inside = 0.5 if len(other) > 1 and (one in other or other in one) else 0.0
    return SequenceMatcher(None, one, other).ratio() + inside


def _recent(choices: Sequence[Choice], manifest: Manifest) -> list[Choice]:
    by_name = {one.name: one for one in choices}
    sources = dict.fromkeys(one.source for one in reversed(manifest.fields))
    return [by_name[source] for source in sources if source in by_name][:RECENT]
