"""
The sheets of a form as HTML: for paper one table a page, for the browser one table a sheet whose cells can be chosen.

Where a text stands and how large is decided here, by our fonts' widths (``fitting``): the paper and the picture in the
browser are the same. A value never goes beyond its cell: it wraps, it shrinks, or is a problem with its place.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import Final

from documents.packs.filled import Filled, FormProblem
from documents.packs.furniture import furniture, margins_for
from documents.packs.grid import Box, Grid
from documents.packs.lettering import Lettering, Words
from documents.packs.paging import Paged, PagePart, paged
from documents.packs.styles import Styles, classes
from documents.packs.template import Place, Template
from documents.packs.typeface import Face

PIXELS_A_MM: Final = 96 / 25.4


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
        on = paged(sheet, margins_for(filled.marks))
        grid = Grid(sheet, one, on.scale)
        lettering = Lettering(grid, styles, own)
        drawer = _Sheet(grid, lettering, on, styles, link_of, marked or {}, is_first)
        if screen:
            sheets.append(drawer.for_screen())
        else:
            around.append(_page_rule(number, on))
            sheets += drawer.for_paper(number)
        problems += lettering.problems
        notes += lettering.notes
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


@dataclass
class _Sheet:
    grid: Grid
    lettering: Lettering
    on: Paged
    styles: Styles
    link_of: Callable[[Place], str | None] | None
    marked: Mapping[Place, Collection[Mark]]
    is_first: bool
    _written: set[tuple[int, int]] = field(default_factory=set)

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
        name = escape(self.grid.filled.title)
        table = self._table(PagePart(rows, columns))
        return f'<section class="fs" data-sheet="{name}" aria-label="{name}">{table}</section>'

    def _table(self, part: PagePart) -> str:
        wide = sum(self.grid.wide(column) for column in part.columns)
        where = "margin:0 auto" if self.grid.sheet.page.centred and self.styles.pixels is None else "margin:0"
        own = self.styles.name(f"width:{self.styles.length(wide)};{where}")
        columns = "".join(
            f"<col{classes([self.styles.name(f'width:{self.styles.length(self.grid.wide(column))}')])}>"
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
        for at_row, row in enumerate(rows):
            cells = []
            place = 0
            while place < len(columns):
                if (row, columns[place]) in taken:
                    place += 1
                    continue
                empty = 0 if self.styles.pixels is not None else self._empty_run(row, columns, place, taken)
                if empty > 1:
                    high = self._height(self.grid.high(row))
                    cells.append(f'<td colspan="{empty}"{classes([high])}></td>')
                    place += empty
                    continue
                box = self.grid.box(rows, at_row, columns, place)
                if box.rows > 1:
                    taken.update(
                        (rows[at_row + down], columns[place + over])
                        for down in range(1, box.rows)
                        for over in range(box.columns)
                    )
                cells.append(self._cell(box, columns, is_repeated))
                place += box.columns
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return f"<{tag}>{''.join(lines)}</{tag}>"

    # ------------------------------------------------------------ cells

    def _cell(self, box: Box, columns: Sequence[int], is_repeated: bool) -> str:
        cell, at = box.cell, (box.cell.row, box.cell.column)
        place = Place(self.grid.filled.title, *at)
        words = Words()
        if is_repeated or at not in self._written:
            self._written.add(at)
            words = self.lettering.words(box, place, columns)
        look = self.styles.look(cell.look, self.grid.horizontal(cell), self.grid.scale)
        names = [look, self._height(box.high), *words.classes, *sorted(self.marked.get(place, ()))]
        inside = words.html
        if self.link_of is not None and (address := self.link_of(place)) is not None:
            spoken = escape(f"{place.address} {self.grid.text(cell)}".strip())
            inside = f'<a class="fa" href="{escape(address)}" aria-label="{spoken}">{inside}</a>'
        if at == self.grid.title and self.styles.pixels is None and inside:
            tag = "h1" if self.is_first else "h2"
            inside = f"<{tag}>{inside}</{tag}>"
        span = (f' rowspan="{box.rows}"' if box.rows > 1 else "") + (
            f' colspan="{box.columns}"' if box.columns > 1 else ""
        )
        tag, scope = ("th", f' scope="{self.grid.scope(cell)}"') if self.grid.is_head(cell) else ("td", "")
        return f'<{tag}{scope}{span}{classes(names)} data-cell="{place.address}">{inside}</{tag}>'

    def _empty_run(
        self, row: int, columns: Sequence[int], place: int, taken: Collection[tuple[int, int]]
    ) -> int:
        """How many cells from a place on have nothing to show."""
        end = place
        while (
            end < len(columns) and (row, columns[end]) not in taken and self.grid.is_bare(row, columns[end])
        ):
            end += 1
        return end - place

    def _height(self, mm: float) -> str:
        """
        The class of a cell's height. Each cell has one, and no row: where a row has a height of its own, WeasyPrint
        70.0 takes all of a merged cell for its last row.
        """
        return self.styles.name(f"height:{self.styles.length(mm)}")
