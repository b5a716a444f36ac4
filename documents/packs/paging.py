"""
Which rows and columns of a sheet stand on which page, and how much smaller: as Excel's page setup says. Pure.

Pages go down, then over. Lengths are millimetres.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from documents.packs.template import PageSetup, TemplateSheet

# Upright, width and height; B are the sizes of JIS.
PAPERS: Final = {
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "B4": (257.0, 364.0),
    "B5": (182.0, 257.0),
    "Letter": (215.9, 279.4),
    "Legal": (215.9, 355.6),
}
# A sheet that goes over its page by less has been made for it: widths in Excel hang on the machine's fonts.
NEARLY: Final = 1.03
LEAST_SCALE: Final = 0.1
ROUNDING_MM: Final = 0.1
# So that a table that is as high as its page does not go over it by a thousandth.
AIR_MM: Final = 0.4


@dataclass(frozen=True, slots=True)
class Margins:
    """Of a page, in millimetres."""

    top: float
    right: float
    bottom: float
    left: float


@dataclass(frozen=True, slots=True)
class PagePart:
    """What stands on one page: its rows and columns that show, ``titles`` of them repeated from the sheet's top."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    titles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Paged:
    """A sheet on its pages. ``scale`` makes all its lengths, its type included, smaller."""

    width: float
    height: float
    margins: Margins
    scale: float
    parts: tuple[PagePart, ...]


def paper_of(page: PageSetup) -> tuple[float, float]:
    """Width and height of the paper as it lies; A4 for one we do not know."""
    wide, high = PAPERS.get(page.paper, PAPERS["A4"])
    return (high, wide) if page.landscape else (wide, high)


def paged(sheet: TemplateSheet, least: Margins) -> Paged:
    """
    The sheet on its pages. ``least`` are the margins that what stands around the form needs: where the template's are
    narrower, the form gets a little smaller instead of taking more pages.
    """
    page, (width, height) = sheet.page, paper_of(sheet.page)
    own = Margins(page.margin_top, page.margin_right, page.margin_bottom, page.margin_left)
    room_wide, room_high = width - own.left - own.right, height - own.top - own.bottom
    rows = _showing(sheet.area.top, sheet.heights)
    columns = _showing(sheet.area.left, sheet.widths)
    titles = _titles(sheet, rows)
    scale = _scale(sheet, room_wide, room_high)
    down = _chunks(
        [(row, sheet.heights[row - sheet.area.top] * scale) for row in rows],
        room_high,
        # A sheet that is fitted to a number of pages goes by them, not by its breaks.
        () if sheet.page.fit_high else sheet.breaks,
        sum(sheet.heights[row - sheet.area.top] for row in titles) * scale,
        titles[-1] if titles else 0,
    )
    over = _chunks(
        [(column, sheet.widths[column - sheet.area.left] * scale) for column in columns], room_wide
    )
    parts = tuple(
        PagePart(chunk, across, titles if titles and chunk[0] > titles[-1] else ())
        for across in over
        for chunk in down
    )
    margins = Margins(*(max(pair) for pair in zip(_of(own), _of(least), strict=True)))
    return Paged(width, height, margins, scale * _squeeze(sheet, parts, scale, width, height, margins), parts)


def _showing(first: int, lengths: Sequence[float]) -> tuple[int, ...]:
    return tuple(first + place for place, length in enumerate(lengths) if length > 0)


def _titles(sheet: TemplateSheet, rows: Sequence[int]) -> tuple[int, ...]:
    if sheet.title_rows is None:
        return ()
    first, last = sheet.title_rows
    return tuple(row for row in rows if first <= row <= last)


def _scale(sheet: TemplateSheet, room_wide: float, room_high: float) -> float:
    """What the page setup says; a sheet that is fitted is never made larger."""
    page, wide, high = sheet.page, sum(sheet.widths), sum(sheet.heights)
    if not page.fit_wide and not page.fit_high:
        scale = page.scale / 100
        # A whole page that is nearly full stays one.
        for length, room in ((wide, room_wide), (high, room_high)):
            if room < length * scale <= room * NEARLY and not sheet.breaks:
                scale = min(scale, room / length)
        return scale
    factors = [1.0]
    if page.fit_wide:
        factors.append(room_wide * page.fit_wide / wide)
    if page.fit_high:
        factors.append(room_high * page.fit_high / high)
    return max(LEAST_SCALE, min(factors))


def _chunks(
    lengths: Sequence[tuple[int, float]],
    room: float,
    breaks: Sequence[int] = (),
    repeated: float = 0,
    after: int = 0,
) -> list[tuple[int, ...]]:
    """
    Numbers that stand on a page together, one after the other until it is full or a break comes. ``repeated`` is the
    room that title rows take on pages that begin behind the row ``after``. Whatever is longer than a page has its own.
    """
    chunks: list[list[int]] = [[]]
    used = 0.0
    for number, length in lengths:
        chunk = chunks[-1]
        # The row of a break may be hidden.
        is_broken = bool(chunk) and any(chunk[-1] <= row < number for row in breaks)
        if chunk and (used + length > room + ROUNDING_MM or is_broken):
            chunk = []
            chunks.append(chunk)
            used = repeated if number > after else 0.0
        chunk.append(number)
        used += length
    return [tuple(chunk) for chunk in chunks if chunk]


def _squeeze(
    sheet: TemplateSheet,
    parts: Sequence[PagePart],
    scale: float,
    width: float,
    height: float,
    margins: Margins,
) -> float:
    """How much smaller everything gets so that each part stands within the margins it really has."""
    factor = 1.0
    for part in parts:
        wide = sum(sheet.widths[column - sheet.area.left] for column in part.columns) * scale
        high = sum(sheet.heights[row - sheet.area.top] for row in (*part.titles, *part.rows)) * scale
        factor = min(
            factor,
            (width - margins.left - margins.right - AIR_MM) / wide,
            (height - margins.top - margins.bottom - AIR_MM) / high,
        )
    return factor


def _of(margins: Margins) -> tuple[float, float, float, float]:
    return margins.top, margins.right, margins.bottom, margins.left
