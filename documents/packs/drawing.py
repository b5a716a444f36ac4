"""
The sheets of a form as HTML: for paper one table a page, for the browser one table a sheet whose cells can be chosen.

Where a text stands and how large is decided here, by our fonts' widths (``fitting``): the paper and the picture in the
browser are the same. A value never goes beyond its cell: it wraps, it shrinks, or is a problem with its place.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from html import escape
from typing import Final

from documents.packs.filled import Filled, FilledCell, FilledSheet, FormProblem
from documents.packs.fitting import ONE_LINE, SMALLEST, Fit, Type, capacity, fitted, text_width
from documents.packs.furniture import furniture, margins_for
from documents.packs.number_formats import printed_number
from documents.packs.paging import Paged, PagePart, paged
from documents.packs.styles import UPRIGHT, Styles, below, classes, paddings
from documents.packs.template import Look, Place, Template, TemplateCell, TemplateSheet
from documents.packs.typeface import Face, Family, clusters, drawable, family_of, glyphless

PIXELS_A_MM: Final = 96 / 25.4
# What the lines around a cell take of it, half of each.
OF_LINES_MM: Final = 0.25
PLAIN: Final = Look()
# A form says what it is at its top, in its largest type.
ROWS_OF_TITLE: Final = 10
SIZE_OF_TITLE: Final = 12
LONGEST_LABEL: Final = 20
ALONG: Final = "ー〜～―…‥－（）()「」『』【】〔〕［］｛｝〈〉《》＝→"
IN_THE_CORNER: Final = "、。，．"


class Mark(StrEnum):
    """What a cell of the picture is to whoever maps it."""

    MAPPED = "is-mapped"
    WRONG = "is-wrong"
    CHOSEN = "is-chosen"


@dataclass(frozen=True, slots=True)
class Drawing:
    """
    A drawn form. ``html`` is the body's content and ``css`` all its rules; ``page`` is both as a whole page.

    ``problems`` make it unfit to be handed out: a value that does not fit, a character that no font can draw.
    ``notes`` are of the template alone: words of it that do not fit and are cut as Excel cuts them.
    """

    title: str
    html: str
    css: str
    problems: Sequence[FormProblem]
    notes: Sequence[FormProblem]

    @property
    def page(self) -> str:
        """A whole page for the renderer."""
        return (
            f'<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{escape(self.title)}</title>'
            f"<style>{self.css}</style></head><body>{self.html}</body></html>"
        )


def drawn(
    template: Template,
    filled: Filled,
    *,
    screen: bool = False,
    link_of: Callable[[Place], str | None] | None = None,
    marked: Mapping[Place, Collection[Mark]] | None = None,
    own: Face | None = None,
) -> Drawing:
    """
    Every printed sheet of the form.

    ``screen`` gives it in pixels, without pages and what stands around them; there ``link_of`` makes a cell a link and
    ``marked`` says what it is. ``own`` is the city's font of 外字. Places are of the form's sheets (名簿 (2)).
    """
    styles = Styles(PIXELS_A_MM if screen else None)
    sheets, problems, notes, around = [], [], [], []
    is_first = True
    for number, one in enumerate(filled.sheets):
        sheet = template.sheet(one.template)
        if sheet is None or sheet.is_hidden or not any(sheet.widths) or not any(sheet.heights):
            continue
        drawer = _Sheet(
            sheet, one, paged(sheet, margins_for(filled.marks)), styles, link_of, marked or {}, own, is_first
        )
        if screen:
            sheets.append(drawer.for_screen())
        else:
            around.append(_page_rule(number, drawer.on))
            sheets += drawer.for_paper(number)
        problems += drawer.problems
        notes += drawer.notes
        is_first = False
    beside = None if screen else furniture(filled.marks)
    css = styles.text()
    if beside is not None:
        css = f"{beside.css}\n{css}body{{margin:0}}\n" + "\n".join(around)
    return Drawing(
        filled.title,
        f'<div class="fd">{beside.html if beside else ""}{"".join(sheets)}</div>',
        css,
        tuple(problems),
        tuple(notes),
    )


def _page_rule(number: int, on: Paged) -> str:
    edges = on.margins
    return (
        f"@page s{number}{{size:{on.width:g}mm {on.height:g}mm;"
        f"margin:{edges.top:g}mm {edges.right:g}mm {edges.bottom:g}mm {edges.left:g}mm}}"
        f".s{number}{{page:s{number};break-before:page}}"
    )


@dataclass(frozen=True, slots=True)
class _Box:
    """A cell as it stands on a page: its size there in millimetres, and over how many rows and columns it goes."""

    cell: TemplateCell
    row: int
    column: int
    rows: int
    columns: int
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class _Words:
    """What is written into a cell: markup, and the classes its cell needs for it."""

    html: str = ""
    classes: tuple[str, ...] = ()


@dataclass
class _Sheet:
    sheet: TemplateSheet
    filled: FilledSheet
    on: Paged
    styles: Styles
    link_of: Callable[[Place], str | None] | None
    marked: Mapping[Place, Collection[Mark]]
    own: Face | None
    is_first: bool
    problems: list[FormProblem] = field(default_factory=list)
    notes: list[FormProblem] = field(default_factory=list)
    _covered: dict[tuple[int, int], TemplateCell] = field(default_factory=dict)
    _written: set[tuple[int, int]] = field(default_factory=set)
    _title: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for cell in self.sheet.cells.values():
            whole = self._continued(cell)
            for row in range(cell.row, cell.row + whole.rows):
                for column in range(cell.column, cell.column + whole.columns):
                    is_own = row == cell.row and cell.column <= column < cell.column + cell.columns
                    if is_own or whole is not cell or (row, column) not in self.sheet.cells:
                        self._covered[row, column] = whole
        self._title = self._title_place()

    # ------------------------------------------------------------ pages

    def for_paper(self, number: int) -> Iterator[str]:
        """A section for each page."""
        for part in self.on.parts:
            yield f'<section class="s{number}">{self._table(part)}</section>'

    def for_screen(self) -> str:
        """All of the sheet as one table, as large as in the program that made it."""
        self.styles.pixels = PIXELS_A_MM / self.on.scale
        rows = tuple(
            row for part in self.on.parts for row in part.rows if part.columns == self.on.parts[0].columns
        )
        columns = tuple(dict.fromkeys(column for part in self.on.parts for column in part.columns))
        name = escape(self.filled.title)
        table = self._table(PagePart(rows, columns))
        return f'<section class="fs" data-sheet="{name}" aria-label="{name}">{table}</section>'

    def _table(self, part: PagePart) -> str:
        wide = sum(self._wide(column) for column in part.columns)
        where = "margin:0 auto" if self.sheet.page.centred and self.styles.pixels is None else "margin:0"
        own = self.styles.name(f"width:{self.styles.length(wide)};{where}")
        columns = "".join(
            f"<col{classes([self.styles.name(f'width:{self.styles.length(self._wide(column))}')])}>"
            for column in part.columns
        )
        head = self._body("thead", part.titles, part.columns, is_repeated=True)
        body = self._body("tbody", part.rows, part.columns, is_repeated=False)
        return f"<table{classes([own])}><colgroup>{columns}</colgroup>{head}{body}</table>"

    def _body(self, tag: str, rows: Sequence[int], columns: Sequence[int], *, is_repeated: bool) -> str:
        if not rows:
            return ""
        taken: set[tuple[int, int]] = set()
        lines = []
        for at, row in enumerate(rows):
            cells = []
            place = 0
            while place < len(columns):
                column = columns[place]
                if (row, column) in taken:
                    place += 1
                    continue
                empty = 0 if self.styles.pixels is not None else self._empty_run(row, columns[place:], taken)
                if empty > 1:
                    cells.append(f'<td colspan="{empty}"{classes([self._height(self._high(row))])}></td>')
                    place += empty
                    continue
                box = self._box(row, column, rows[at:], columns[place:])
                for down in range(box.rows):
                    taken.update((rows[at + down], columns[place + over]) for over in range(box.columns))
                cells.append(self._cell(box, columns, is_repeated))
                place += box.columns
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return f"<{tag}>{''.join(lines)}</{tag}>"

    # ------------------------------------------------------------ cells

    def _cell(self, box: _Box, columns: Sequence[int], is_repeated: bool) -> str:
        cell, at = box.cell, (box.cell.row, box.cell.column)
        place = Place(self.filled.title, *at)
        words = _Words()
        if is_repeated or at not in self._written:
            self._written.add(at)
            words = self._words(box, place, columns)
        look = self.styles.look(cell.look, self._horizontal(cell), self.on.scale)
        names = [look, self._height(box.high), *words.classes, *sorted(self.marked.get(place, ()))]
        inside = words.html
        if self.link_of is not None and (address := self.link_of(place)) is not None:
            spoken = escape(f"{place.address} {self._text(cell)}".strip())
            inside = f'<a class="fa" href="{escape(address)}" aria-label="{spoken}">{inside}</a>'
        if at == self._title and self.styles.pixels is None and inside:
            tag = "h1" if self.is_first else "h2"
            inside = f"<{tag}>{inside}</{tag}>"
        span = (f' rowspan="{box.rows}"' if box.rows > 1 else "") + (
            f' colspan="{box.columns}"' if box.columns > 1 else ""
        )
        tag, scope = ("th", f' scope="{self._scope(cell)}"') if self._is_head(cell) else ("td", "")
        return f'<{tag}{scope}{span}{classes(names)} data-cell="{place.address}">{inside}</{tag}>'

    def _words(self, box: _Box, place: Place, columns: Sequence[int]) -> _Words:
        cell = box.cell
        value = self.filled.cells.get((cell.row, cell.column))
        text = drawable(self._text(cell))
        if not text:
            return _Words()
        self._judge_characters(text, place)
        size = cell.look.size * self.on.scale
        box = replace(
            box, wide=box.wide - OF_LINES_MM, high=box.high - OF_LINES_MM - below(cell.look, self.on.scale)
        )
        kind = self._kind(cell.look)
        if cell.look.rotation == UPRIGHT:
            return self._upright(text, size, box, place, value)
        if cell.look.rotation and 45 < _degrees(cell.look.rotation) % 180 < 135:
            return self._turned(text, size, kind, box, place, value)
        left, right = paddings(cell.look, self._horizontal(cell), self.on.scale)
        wide = box.wide - left - right
        before, after = (0.0, 0.0) if value is not None or cell.look.wraps else self._spill(box, columns)
        fit = self._fit(text, wide + before + after, box.high, size, kind, cell, value)
        if fit is None:
            fit = self._too_much(text, wide, box.high, size, kind, cell, value, place)
            return _Words(_broken(fit.lines), (self.styles.type(fit.size, fit.leading), "fx"))
        names = [self.styles.type(fit.size, fit.leading)]
        html = _broken(fit.lines)
        if cell.look.horizontal == "distributed" and len(fit.lines) == 1 and len(clusters(text)) > 1:
            free = wide - text_width(text, fit.size, kind)
            if free > 0:
                names.append(self.styles.spaced(free / (len(clusters(text)) - 1)))
        elif (
            text_width(text, fit.size, kind) > wide
            and len(fit.lines) == 1
            and (before or self._horizontal(cell) != "left")
        ):
            reach = self.styles.name(f"margin:0 {self.styles.length(-after)} 0 {self.styles.length(-before)}")
            html = f"<div{classes([reach])}>{html}</div>"
        return _Words(html, tuple(names))

    def _fit(
        self,
        text: str,
        wide: float,
        high: float,
        size: float,
        kind: Type,
        cell: TemplateCell,
        value: FilledCell | None,
    ) -> Fit | None:
        """
        Words of the template may shrink, for our fonts are a little wider than those it was made with; a value that
        does not stand on one line wraps where that makes it larger, for on paper it must not run into the next cell.
        """
        shrinks = value is None or value.shrinks or cell.look.shrinks
        wraps = cell.look.wraps and not cell.look.shrinks
        plain = fitted(text, wide, high, size, kind=kind, wraps=wraps, shrinks=shrinks)
        if value is None or wraps or (plain is not None and plain.size == size):
            return plain
        other = fitted(text, wide, high, size, kind=kind, wraps=True, shrinks=shrinks)
        if plain is None or other is None:
            return plain or other
        return other if other.size > plain.size else plain

    def _too_much(
        self,
        text: str,
        wide: float,
        high: float,
        size: float,
        kind: Type,
        cell: TemplateCell,
        value: FilledCell | None,
        place: Place,
    ) -> Fit:
        """Say that it does not fit, and show what can be shown."""
        label = self._label(cell)
        named = f"「{label}」の欄" if label else "欄"
        if value is None:
            sentence = "様式の文字が欄に入りきりません。欄を広げるか、文字を小さくしてください。"
            self.notes.append(FormProblem(place, "", sentence))
        else:
            most = capacity(wide, high, size, wraps=True, shrinks=value.shrinks or cell.look.shrinks)
            cure = f"おおよそ{most}字までにするか、欄を広げてください。" if most else "欄を広げてください。"
            self.problems.append(FormProblem(place, "", f"{named}に入りきりません。{cure}"))
        least = min(size, SMALLEST)
        shown = fitted(text, wide, 10_000, least, kind=kind, wraps=True, shrinks=False)
        if shown is None:
            return Fit(least, (text,), ONE_LINE)
        count = max(1, int(high / (shown.height_mm / len(shown.lines))))
        return replace(shown, lines=shown.lines[:count])

    def _upright(self, text: str, size: float, box: _Box, place: Place, value: FilledCell | None) -> _Words:
        """縦書き: one character under the other, those that lie along the line turned."""
        parts = [part for part in clusters(text) if not part.isspace()]
        stack = "\n".join("字" for _ in parts)
        fit = fitted(stack, box.wide, box.high, size, wraps=False, shrinks=True)
        tight = min(size, box.high / (len(parts) * ONE_LINE) / (25.4 / 72), box.wide / (25.4 / 72))
        if fit is None or fit.size < tight:
            fit = Fit(tight, tuple(parts), ONE_LINE)
        if fit.size < min(size, SMALLEST) - 0.01:
            self._too_much(text, box.wide, box.high, size, Type(), box.cell, value, place)
            fit = Fit(
                min(size, SMALLEST),
                tuple(parts[: max(1, int(box.high / (SMALLEST * ONE_LINE * 25.4 / 72)))]),
                ONE_LINE,
            )
            parts = list(fit.lines)
        return _Words(
            "<br>".join(_stacked(part) for part in parts), (self.styles.type(fit.size, fit.leading),)
        )

    def _turned(
        self, text: str, size: float, kind: Type, box: _Box, place: Place, value: FilledCell | None
    ) -> _Words:
        """A text that runs up or down the cell."""
        fit = fitted(text, box.high, box.wide, size, kind=kind, wraps=box.cell.look.wraps, shrinks=True)
        if fit is None:
            fit = self._too_much(text, box.high, box.wide, size, kind, box.cell, value, place)
        turned = self.styles.turned(box.wide, box.high, -_degrees(box.cell.look.rotation))
        size_class = self.styles.type(fit.size, fit.leading)
        return _Words(f"<div{classes([turned])}><span>{_broken(fit.lines)}</span></div>", (size_class,))

    def _judge_characters(self, text: str, place: Place) -> None:
        missing = glyphless(text, self.own)
        if missing:
            named = "".join(f"「{one}」" for one in missing)
            self.problems.append(
                FormProblem(
                    place,
                    "",
                    f"{named}は、印刷に使うフォントにない文字です。別の文字に直すか、市の外字フォントに加えてください。",
                )
            )

    # ------------------------------------------------------------ what stands where

    def _box(self, row: int, column: int, rows: Sequence[int], columns: Sequence[int]) -> _Box:
        """The cell at the place, as far as it goes on this page."""
        cell = self._covered.get((row, column)) or TemplateCell(row, column, PLAIN)
        down = _leading(rows, cell.area.bottom)
        over = _leading(columns, cell.area.right)
        return _Box(
            cell,
            row,
            column,
            len(down),
            len(over),
            sum(map(self._wide, over)),
            sum(map(self._high, down)),
        )

    def _empty_run(self, row: int, columns: Sequence[int], taken: Collection[tuple[int, int]]) -> int:
        """How many cells from here on have nothing to show."""
        count = 0
        for column in columns:
            if (row, column) in taken or not self._is_bare(row, column):
                break
            count += 1
        return count

    def _is_bare(self, row: int, column: int) -> bool:
        cell = self._covered.get((row, column))
        if cell is None:
            return (row, column) not in self.filled.cells
        return (
            cell.rows == cell.columns == 1
            and not cell.look.lines
            and not cell.look.fill
            and not self._text(cell)
        )

    def _spill(self, box: _Box, columns: Sequence[int]) -> tuple[float, float]:
        """How far words of the template may reach to the left and right over empty cells, as in Excel."""
        place = columns.index(box.column)
        horizontal = self._horizontal(box.cell)
        before = self._free(box.row, columns[:place][::-1]) if horizontal != "left" else 0.0
        after = self._free(box.row, columns[place + box.columns :]) if horizontal != "right" else 0.0
        if horizontal == "center":
            before = after = min(before, after)
        return before, after

    def _free(self, row: int, columns: Sequence[int]) -> float:
        free = 0.0
        for column in columns:
            cell = self._covered.get((row, column))
            at = (cell.row, cell.column) if cell is not None else (row, column)
            if at in self.filled.cells or (cell is not None and (self._text(cell) or cell.columns > 1)):
                break
            free += self._wide(column)
        return free

    def _continued(self, cell: TemplateCell) -> TemplateCell:
        """選択範囲内で中央: the empty cells behind that are aligned like it belong to it."""
        if cell.look.horizontal != "centerContinuous" or not self._text(cell):
            return cell
        last = cell.column + cell.columns
        while (
            (following := self.sheet.cells.get((cell.row, last))) is not None
            and following.look.horizontal == "centerContinuous"
            and not self._text(following)
        ):
            last += following.columns
        return replace(cell, columns=last - cell.column)

    def _text(self, cell: TemplateCell) -> str:
        value = self.filled.cells.get((cell.row, cell.column))
        return value.text if value is not None else _printed(cell)

    def _horizontal(self, cell: TemplateCell) -> str:
        """Left, right or center; where the template says nothing, as the kind of value says."""
        said = cell.look.horizontal
        if said in ("right", "center"):
            return said
        if said == "centerContinuous" or cell.look.rotation:
            return "center"
        if said in ("", "general"):
            value = self.filled.cells.get((cell.row, cell.column))
            content = value.content if value is not None else cell.value
            if isinstance(content, bool):
                return "center"
            if content is not None and not isinstance(content, str):
                return "right"
        return "left"

    def _kind(self, look: Look) -> Type:
        family = family_of(look.font)
        return Type(Family.SANS if look.bold else family, look.bold, self.own)

    def _is_head(self, cell: TemplateCell) -> bool:
        """A word of the template on a ground or in bold says what stands beside or below it."""
        is_word = isinstance(cell.value, str) and (cell.row, cell.column) not in self.filled.cells
        if not is_word or not self._text(cell).strip() or (cell.row, cell.column) == self._title:
            return False
        return cell.look.bold or cell.look.fill not in ("", "ffffff")

    def _scope(self, cell: TemplateCell) -> str:
        beside = self._covered.get((cell.row, cell.area.right + 1))
        is_last = cell.area.right >= self.sheet.area.right
        return "col" if is_last or (beside is not None and self._is_head(beside)) else "row"

    def _label(self, cell: TemplateCell) -> str:
        """The words of the template that stand left of a cell, or above it."""
        beside = ((cell.row, column) for column in range(cell.column - 1, self.sheet.area.left - 1, -1))
        above = ((row, cell.column) for row in range(cell.row - 1, self.sheet.area.top - 1, -1))
        for places in (beside, above):
            for place in places:
                found = self._covered.get(place)
                if found is not None and (found.row, found.column) not in self.filled.cells:
                    words = "".join(self._text(found).split())
                    if words and isinstance(found.value, str):
                        return words[:LONGEST_LABEL]
        return ""

    def _title_place(self) -> tuple[int, int] | None:
        """The cell with the largest type of the first rows."""
        last = self.sheet.area.top + ROWS_OF_TITLE
        named = [
            cell
            for cell in self.sheet.cells.values()
            if cell.row < last
            and cell.look.size >= SIZE_OF_TITLE
            and isinstance(cell.value, str)
            and self._text(cell)
        ]
        largest = max(named, key=lambda cell: (cell.look.size, -cell.row, -cell.column), default=None)
        return (largest.row, largest.column) if largest is not None else None

    def _height(self, mm: float) -> str:
        """
        The class of a cell's height. Each cell has one, and no row: where a row has a height of its own, WeasyPrint takes
        all of a merged cell for its last row (70.0).
        """
        return self.styles.name(f"height:{self.styles.length(mm)}")

    def _wide(self, column: int) -> float:
        return self.sheet.widths[column - self.sheet.area.left] * self.on.scale

    def _high(self, row: int) -> float:
        return self.sheet.heights[row - self.sheet.area.top] * self.on.scale


def _leading(numbers: Sequence[int], last: int) -> list[int]:
    """Those at the beginning that are not behind ``last``."""
    found = []
    for number in numbers:
        if number > last:
            break
        found.append(number)
    return found


def _degrees(rotation: int) -> int:
    """Against the clock; the format counts 91 to 180 the other way."""
    return rotation if rotation <= 90 else 90 - rotation


def _printed(cell: TemplateCell) -> str:
    """What the template itself prints in a cell."""
    value = Decimal(str(cell.value)) if isinstance(cell.value, float) else cell.value
    return printed_number(value, cell.look.number_format)


def _broken(lines: Sequence[str]) -> str:
    return "<br>".join(escape(line) for line in lines)


def _stacked(part: str) -> str:
    if part[0] in ALONG:
        return f'<span class="fv">{escape(part)}</span>'
    if part[0] in IN_THE_CORNER:
        return f'<span class="fp">{escape(part)}</span>'
    return escape(part)
