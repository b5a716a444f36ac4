"""What is written beside a cell of a form: by it a cell is found again when the form was altered. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from documents.packs.template import TemplateCell, TemplateSheet

LONGEST = 60


class Neighbours(NamedTuple):
    """The texts nearest to the left of a cell and above it; empty for none."""

    left: str
    above: str

    @property
    def words(self) -> str:
        """The one a person would call the cell by."""
        return self.left or self.above

    def are_those_of(self, other: "Neighbours") -> bool:
        """Whether they say the same, however it is written."""
        return (plain(self.left), plain(self.above)) == (plain(other.left), plain(other.above))


def plain(text: str) -> str:
    """Without blanks, line ends and ways of writing: 「氏　名」 is 「氏名」."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


class Labels:
    """The texts of one sheet, asked for by the cells they stand beside."""

    def __init__(self, sheet: TemplateSheet) -> None:
        self.sheet = sheet

    def beside(self, row: int, column: int) -> Neighbours:
        """What stands left of the cell, in its row, and above it, in its column; nearest first."""
        return Neighbours(
            _text(self._met((row, place) for place in range(column - 1, self.sheet.area.left - 1, -1))),
            self.above(row, column),
        )

    def above(self, row: int, column: int) -> str:
        """The nearest text above: the heading of a table's column."""
        return _text(self._met((place, column) for place in range(row - 1, self.sheet.area.top - 1, -1)))

    def saying(self, words: str) -> list[TemplateCell]:
        """The cells in which this is printed, however it is written, from the top."""
        return self._by_words.get(plain(words), [])

    def covering(self, row: int, column: int) -> TemplateCell | None:
        """The cell of this place, or the merged block over it."""
        return self._covers.get((row, column))

    def _met(self, places: Iterable[tuple[int, int]]) -> Iterator[TemplateCell]:
        for place in places:
            if (cell := self._covers.get(place)) is not None:
                yield cell

    @cached_property
    def _covers(self) -> dict[tuple[int, int], TemplateCell]:
        return {
            (row, column): cell
            for cell in self.sheet.cells.values()
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)
        }

    @cached_property
    def _by_words(self) -> dict[str, list[TemplateCell]]:
        found: dict[str, list[TemplateCell]] = {}
        for _, cell in sorted(self.sheet.cells.items()):
            if isinstance(cell.value, str) and plain(cell.value):
                found.setdefault(plain(cell.value), []).append(cell)
        return found


def _text(cells: Iterable[TemplateCell]) -> str:
    for cell in cells:
        if isinstance(cell.value, str) and plain(cell.value):
            return " ".join(cell.value.split())[:LONGEST]
    return ""
