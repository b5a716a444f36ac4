"""
One sheet, from its XML to plain rows, as it streams by. ECMA-376 part 1, 18.3.

A row goes out as ``[number, hidden, cells]``, a cell as ``[column, kind, value]`` or, where there is more to say,
``[column, kind, value, is formula, as shown]``. Kinds: s text, n number, d day, t time, u duration, b truth, e error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zipfile import ZipFile

from documents.xlsx.formats import Style, day_of, duration_of, shown
from documents.xlsx.parts import MAIN, Book, Budget, Refused, SheetPart, TextGatherer, feed

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
MOST_MERGED = 20_000
MOST_COLUMN_GROUPS = LAST_COLUMN
_TAGS = {
    f"{space} {tag}": tag
    for space in MAIN
    for tag in ("row", "c", "v", "f", "is", "t", "rPh", "mergeCell", "col")
}
_PLAIN = Style()


@dataclass(frozen=True)
class Size:
    """The last row and column that may hold anything."""

    rows: int
    columns: int


class Columns(dict[str, int]):
    """Column numbers by their letters; A is 1."""

    def __missing__(self, letters: str) -> int:
        number = 0
        if not (0 < len(letters) <= 3 and letters.isascii() and letters.isalpha() and letters.isupper()):
            raise Refused("damaged")
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        if number > LAST_COLUMN:
            raise Refused("damaged")
        self[letters] = number
        return number


COLUMNS = Columns()
_DIGITS = "0123456789"


class SheetReader:
    """Reads one sheet and hands each row on that holds anything."""

    def __init__(self, book: Book, budget: Budget, size: Size, give: Callable[[list[Any]], None]) -> None:
        self._book = book
        self._budget = budget
        self._size = size
        self._give = give
        self._row = 0
        self._column = 0
        self._row_hidden = False
        self._cells: list[list[Any]] = []
        self._type = "n"
        self._style = 0
        self._is_formula = False
        self._in_cell = False
        self._aid = 0
        self._value: TextGatherer | None = None
        self._gatherer = TextGatherer()
        self.merged: list[list[int]] = []
        self.hidden_columns: list[list[int]] = []

    def read(self, package: ZipFile, sheet: SheetPart) -> None:
        """
        Read the sheet's part.

        :raises Refused: it is damaged, or holds more than it may.
        """
        feed(package, sheet.name, self._start, self._end, self._text)

    def _start(self, name: str, about: dict[str, str]) -> None:
        budget = self._budget
        budget.elements -= 1
        if budget.elements < 0:
            raise Refused("size")
        tag = _TAGS.get(name)
        if tag is None:
            return
        if tag == "c":
            self._begin_cell(about)
        elif tag == "v":
            self._value = self._gatherer if self._type != "inlineStr" else None
        elif tag == "row":
            self._begin_row(about)
        elif tag == "f":
            self._is_formula = True
        elif tag == "t":
            self._value = (
                self._gatherer if self._in_cell and self._type == "inlineStr" and not self._aid else None
            )
        elif tag == "rPh":
            self._aid += 1
        elif tag == "mergeCell":
            self._merge(about["ref"])
        elif tag == "col" and about.get("hidden") in ("1", "true"):
            if len(self.hidden_columns) >= MOST_COLUMN_GROUPS:
                raise Refused("damaged")
            self.hidden_columns.append([int(about["min"]), int(about["max"])])

    def _end(self, name: str) -> None:
        tag = _TAGS.get(name)
        if tag is None:
            return
        if tag in ("v", "t"):
            self._value = None
        elif tag == "c":
            self._finish_cell()
        elif tag == "row":
            if self._cells:
                self._give([self._row, self._row_hidden, self._cells])
        elif tag == "rPh":
            self._aid -= 1

    def _text(self, text: str) -> None:
        if self._value is not None and self._in_cell:
            self._value.add(text)

    def _begin_row(self, about: dict[str, str]) -> None:
        number = int(about["r"]) if "r" in about else self._row + 1
        if not self._row < number <= LAST_ROW:
            raise Refused("damaged")
        self._row, self._column, self._cells = number, 0, []
        self._row_hidden = about.get("hidden") in ("1", "true")

    def _begin_cell(self, about: dict[str, str]) -> None:
        place = about.get("r")
        column = self._column + 1 if place is None else COLUMNS[place.rstrip(_DIGITS)]
        if not self._column < column <= LAST_COLUMN or not self._row:
            raise Refused("damaged")
        self._column = column
        self._type = about.get("t", "n")
        self._style = int(about.get("s", "0"))
        self._is_formula, self._in_cell, self._aid = False, True, 0

    def _finish_cell(self) -> None:
        self._in_cell = False
        raw = self._gatherer.taken() if self._gatherer.pieces else ""
        if not raw and not self._is_formula:
            return
        # A formula whose result is an empty text was computed (t="str"); one without a result was not.
        nothing = "s" if self._type == "str" else "n"
        kind, value, display = self._read(raw) if raw else (nothing, "", "")
        if not value.strip() and not self._is_formula:
            return
        if self._row > self._size.rows:
            raise Refused("rows", self._row, self._column)
        if self._column > self._size.columns:
            raise Refused("columns", self._row, self._column)
        self._budget.cells -= 1
        if self._budget.cells < 0:
            raise Refused("cells", self._row, self._column)
        self._budget.spend_text(len(value))
        cell: list[Any] = [self._column, kind, value]
        if self._is_formula or display:
            cell += [self._is_formula, display]
        self._cells.append(cell)

    def _read(self, raw: str) -> tuple[str, str, str]:
        """Kind, value, and how it is shown where that differs."""
        match self._type:
            case "s":
                place = int(raw)
                if place < 0:
                    raise Refused("damaged")
                return "s", self._book.texts[place], ""
            case "n":
                return self._read_number(raw)
            case "str" | "inlineStr":
                return "s", raw, ""
            case "b":
                return "b", str(bool(int(raw))), ""
            case "d":
                return *_written_day(raw), ""
            case "e":
                return "e", raw, ""
        raise Refused("damaged")

    def _read_number(self, raw: str) -> tuple[str, str, str]:
        # As openpyxl tells whole numbers from others: 1.0 and 1E+2 are numbers with a fraction until looked at.
        number = float(raw) if "." in raw or "E" in raw or "e" in raw else int(raw)
        styles = self._book.styles
        style = styles[self._style] if 0 <= self._style < len(styles) else _PLAIN
        try:
            if style.kind == "d":
                kind, text = day_of(number, self._book.is_1904)
                return kind, text, ""
            if style.kind == "u":
                text, display = duration_of(number)
                return "u", text, display
        except (ArithmeticError, ValueError):
            return "e", "#VALUE!", ""
        if style.code and number == number // 1:
            return "n", raw, shown(int(number), style.code)
        return "n", raw, ""

    def _merge(self, reference: str) -> None:
        corners = [(place.rstrip(_DIGITS), place) for place in reference.replace("$", "").split(":")]
        if len(corners) != 2 or len(self.merged) >= MOST_MERGED:
            raise Refused("damaged")
        (left, top), (right, bottom) = (
            (COLUMNS[letters], int(place[len(letters) :])) for letters, place in corners
        )
        self.merged.append([top, left, bottom, right])


def _written_day(raw: str) -> tuple[str, str]:
    """Kind and text of a day that is written out (ISO 8601), as strict workbooks do."""
    if ":" in raw and "-" not in raw:
        return "t", time.fromisoformat(raw).replace(tzinfo=None).isoformat()
    at = datetime.fromisoformat(raw).replace(tzinfo=None)
    return "d", at.date().isoformat() if at.time() == time() else at.isoformat(sep=" ")
