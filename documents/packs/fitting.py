"""
Does a text fit into a cell, at which size of type, and where do its lines end? Pure but for the fonts' widths.

Lines end by the rules of Japanese setting: between any two characters of Japanese, never within a word of Latin
letters or a number, nothing that closes at the start of a line, nothing that opens at its end (禁則). Lengths are
millimetres, sizes points.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from documents.packs.typeface import Face, Family, clusters, width

MM_PER_POINT: Final = 25.4 / 72
# Below this nobody reads a printed form; a template that is printed smaller itself keeps its size.
SMALLEST: Final = 6.0
STEP: Final = 0.5
# One line may be as high as its type; several need air.
ONE_LINE: Final = 1.05
LEADING: Final = 1.2
# Lengths come out of a spreadsheet's own units: a hair more is not too much.
SLACK_MM: Final = 0.05

NOT_FIRST: Final = frozenset(
    "、。，．,.・：；:;！？!?）)］]｝}」』】〕〉》〗〙”’〟ー―〜～々ゝゞヽヾ"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ゛゜ﾞﾟｰ､｡｣･ｧｨｩｪｫｬｭｮｯ％%‰℃"
)
NOT_LAST: Final = frozenset("（(［[｛{「『【〔〈《〖〘“‘〝｢￥¥＄$№＃#")
OF_NUMBERS: Final = frozenset("0123456789.,-+%¥/△▲−() ")


@dataclass(frozen=True, slots=True)
class Type:
    """What a text is set with."""

    family: Family = Family.SANS
    bold: bool = False
    own: Face | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """How a text stands in its cell: the size of type, its lines, and how many em each is high."""

    size: float
    lines: tuple[str, ...]
    leading: float

    @property
    def height_mm(self) -> float:
        """All lines together."""
        return len(self.lines) * self.leading * self.size * MM_PER_POINT


def text_width(text: str, size_pt: float, kind: Type = Type()) -> float:
    """How wide a text is on one line."""
    em = sum(width(part, kind.family, kind.bold, kind.own) for part in clusters(text))
    return em * size_pt * MM_PER_POINT


def fitted(
    text: str,
    width_mm: float,
    height_mm: float,
    size_pt: float,
    *,
    kind: Type = Type(),
    wraps: bool,
    shrinks: bool,
    smallest: float = SMALLEST,
) -> Fit | None:
    """
    How the text fits into a space of this width and height, with the largest type; None when it does not even with the
    smallest one.

    A type that is smaller than ``smallest`` from the beginning stays as it is. With ``shrinks`` off, only ``size_pt``
    will do. Lines that the text itself ends are kept, whether it ``wraps`` or not.
    """
    units = [_units(line, kind) for line in text.replace("\r\n", "\n").split("\n")]
    least = min(size_pt, smallest)
    size = size_pt
    while True:
        lines = _lines(units, (width_mm + SLACK_MM) / (size * MM_PER_POINT), wraps, size <= least)
        if lines is not None:
            fit = Fit(size, lines, ONE_LINE if len(lines) == 1 else LEADING)
            if fit.height_mm <= height_mm + SLACK_MM:
                return fit
        if not shrinks or size <= least:
            return None
        size = max(least, size - STEP)


def capacity(width_mm: float, height_mm: float, size_pt: float, *, wraps: bool, shrinks: bool) -> int:
    """About how many Japanese characters fit, for the sentence that says so."""
    size = min(size_pt, SMALLEST) if shrinks else size_pt
    em = size * MM_PER_POINT
    across = int((width_mm + SLACK_MM) / em)
    down = int((height_mm + SLACK_MM) / (LEADING * em)) if wraps else 1
    return max(across, 0) * max(down, 1)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A run that stands together on a line. ``wide`` is all of it in em, ``seen`` what is left without its blanks."""

    parts: tuple[str, ...]
    widths: tuple[float, ...]
    wide: float
    seen: float

    @classmethod
    def of(cls, parts: Sequence[str], kind: Type) -> "_Unit":
        widths = tuple(width(part, kind.family, kind.bold, kind.own) for part in parts)
        seen = len(parts)
        while seen and parts[seen - 1] == " ":
            seen -= 1
        return cls(tuple(parts), widths, sum(widths), sum(widths[:seen]))

    @property
    def text(self) -> str:
        return "".join(self.parts)


def _units(line: str, kind: Type) -> list[_Unit]:
    units: list[list[str]] = []
    before = ""
    for cluster in clusters(line):
        if units and not _may_end_between(before, cluster):
            units[-1].append(cluster)
        else:
            units.append([cluster])
        before = cluster
    return [_Unit.of(unit, kind) for unit in units]


def _may_end_between(before: str, after: str) -> bool:
    if after[0] in NOT_FIRST or before[0] in NOT_LAST or after == " ":
        return False
    return before == " " or not (_is_western(before[0]) and _is_western(after[0]))


def _is_western(character: str) -> bool:
    """Whether it is part of a word: letters and digits that are narrow by nature, and what stands among them."""
    return unicodedata.east_asian_width(character) in ("Na", "N")


def _lines(
    paragraphs: Sequence[Sequence[_Unit]], room: float, wraps: bool, is_last_resort: bool
) -> tuple[str, ...] | None:
    """The lines in so many em of room; None when a word is wider. Only the last resort splits one."""
    if not wraps:
        if any(sum(unit.wide for unit in units) > room for units in paragraphs):
            return None
        return tuple("".join(unit.text for unit in units) for units in paragraphs)
    lines: list[str] = []
    for units in paragraphs:
        line, used = "", 0.0
        for unit in units:
            if line and used + unit.seen > room:
                lines.append(line.rstrip(" "))
                line, used = "", 0.0
            if unit.seen <= room:
                line, used = line + unit.text, used + unit.wide
                continue
            # A number is never split: half of it would be another number.
            if not is_last_resort or OF_NUMBERS.issuperset(unit.text):
                return None
            for part, wide in zip(unit.parts, unit.widths, strict=True):
                if wide > room:
                    return None
                if used + wide > room:
                    lines.append(line)
                    line, used = "", 0.0
                line, used = line + part, used + wide
        lines.append(line.rstrip(" "))
    return tuple(lines)
