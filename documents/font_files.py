"""
A city's own characters (外字): their outlines taken out of a TrueType file, and a font written anew from nothing else.

What was uploaded is never handed to the text engine: no programs of glyphs, no rules of layout, no bitmaps, no names.
Only characters of private use are taken, for whatever else is written means the same everywhere. Pure.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.basePen import DecomposingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from documents.packs.typeface import is_private

LARGEST: Final = 5_000_000
FAMILY: Final = "City Characters"
TRUETYPE: Final = (b"\x00\x01\x00\x00", b"true")
# The area of private use of the basic plane has 6,400 places; a Japanese EUDC file uses 1,880 of them at most.
MOST_CHARACTERS: Final = 6_400
MOST_GLYPHS: Final = 65_535
MOST_TABLES: Final = 64
MOST_GROUPS: Final = 10_000
MOST_POINTS_OF_ONE: Final = 5_000
MOST_POINTS: Final = 1_000_000
DEEPEST: Final = 4
NEEDED: Final = frozenset({"head", "maxp", "hhea", "hmtx", "cmap", "loca", "glyf"})
# Windows: the whole of Unicode, then its basic plane; then Unicode's own numbering. Formats that are read.
TABLES_OF_CHARACTERS: Final = ((3, 10), (0, 4), (0, 6), (3, 1), (0, 3))
SEGMENTS, GROUPS = 4, 12

NO_FONT: Final = "外字のフォントとして読めません。TrueTypeのファイル（.tte、.ttf）を選んでください。"
COLLECTION: Final = (
    "複数の書体が入ったファイル（.ttc）です。外字だけのファイル（.tte、.ttf）を選んでください。"
)
NO_OUTLINES: Final = "TrueTypeの輪郭がないフォントです。TrueType形式（.tte、.ttf）で保存し直してください。"
NO_CHARACTERS: Final = (
    "外字（私用領域の文字）が1つも入っていません。外字エディターで作ったファイルか確認してください。"
)
TOO_MANY: Final = f"外字が多すぎます（{MOST_CHARACTERS:,}字まで）。使う文字だけのファイルにしてください。"
TOO_COMPLEX: Final = "輪郭が複雑すぎる文字（{}）があります。その文字を作り直すか、除いてください。"
TOO_LARGE: Final = (
    f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。使う文字だけのファイルにしてください。"
)


class FontRefused(Exception):
    """The file is not taken; the message says what to do."""


@dataclass(frozen=True, slots=True)
class CharactersRead:
    """The font written anew, and the characters it draws in their order."""

    content: bytes
    characters: tuple[str, ...]


def read_characters(content: bytes) -> CharactersRead:
    """
    The private characters of a TrueType file as a font of our own making. The same file gives the same bytes.

    :raises FontRefused: it is no such file, has none, or more than is taken.
    """
    _judge_outside(content)
    try:
        with TTFont(io.BytesIO(content), lazy=True) as font:
            font.setGlyphOrder([f"g{number}" for number in range(_glyph_count(font))])
            glyphs = {code: name for code, name in _characters(font).items() if is_private(chr(code))}
            if not glyphs:
                raise FontRefused(NO_CHARACTERS)
            if len(glyphs) > MOST_CHARACTERS:
                raise FontRefused(TOO_MANY)
            return CharactersRead(_written(font, glyphs), tuple(chr(code) for code in sorted(glyphs)))
    except FontRefused:
        raise
    except Exception as damaged:
        # Whatever a broken file makes the library stumble over.
        raise FontRefused(NO_FONT) from damaged


def spoken(character: str) -> str:
    """How an administrator names it: its number, for its shape only the font knows."""
    return f"U+{ord(character):04X}"


def _judge_outside(content: bytes) -> None:
    """What can be told before the library touches it: how large, which kind, which tables, how many characters."""
    if len(content) > LARGEST:
        raise FontRefused(TOO_LARGE)
    if content[:4] == b"ttcf":
        raise FontRefused(COLLECTION)
    if content[:4] == b"OTTO":
        raise FontRefused(NO_OUTLINES)
    if content[:4] not in TRUETYPE or len(content) < 12:
        raise FontRefused(NO_FONT)
    (count,) = struct.unpack_from(">H", content, 4)
    if count > MOST_TABLES or len(content) < 12 + 16 * count:
        raise FontRefused(NO_FONT)
    names = {content[12 + 16 * place : 16 + 16 * place].decode("latin-1") for place in range(count)}
    if NEEDED - names:
        raise FontRefused(NO_FONT if "glyf" in names else NO_OUTLINES)


def _glyph_count(font: TTFont) -> int:
    # Read by hand: the library would believe whatever number of metrics or points the tables announce.
    count: int = struct.unpack_from(">H", _table(font, "maxp"), 4)[0]
    return min(count, MOST_GLYPHS)


def _table(font: TTFont, name: str) -> bytes:
    tables: Any = font.reader
    content: bytes = tables[name]
    return content


def _characters(font: TTFont) -> dict[int, str]:
    """Character codes to names of glyphs, of the best table there is."""
    table = _table(font, "cmap")
    _, count = struct.unpack_from(">HH", table)
    found: dict[tuple[int, int], int] = {}
    for place in range(min(count, MOST_TABLES)):
        platform, encoding, offset = struct.unpack_from(">HHL", table, 4 + 8 * place)
        found.setdefault((platform, encoding), offset)
    for kind in TABLES_OF_CHARACTERS:
        if kind in found:
            (written_as,) = struct.unpack_from(">H", table, found[kind])
            if written_as == GROUPS:
                return dict(_groups(table, found[kind]))
            if written_as == SEGMENTS:
                return dict(_segments(table, found[kind]))
    return {}


def _groups(table: bytes, offset: int) -> Iterator[tuple[int, str]]:
    """Format 12: runs of characters. Nothing is believed before it is counted."""
    (count,) = struct.unpack_from(">L", table, offset + 12)
    if count > MOST_GROUPS:
        raise FontRefused(TOO_MANY)
    total = 0
    for place in range(count):
        first, last, glyph = struct.unpack_from(">LLL", table, offset + 16 + 12 * place)
        total += last - first + 1
        if last < first or total > MOST_GLYPHS:
            raise FontRefused(NO_FONT)
        yield from ((first + step, f"g{glyph + step}") for step in range(last - first + 1))


def _segments(table: bytes, offset: int) -> Iterator[tuple[int, str]]:
    """Format 4: segments of the basic plane."""
    (doubled,) = struct.unpack_from(">H", table, offset + 6)
    count = doubled // 2
    ends, starts, deltas, ranges = (
        offset + 14 + extra + doubled * place for place, extra in ((0, 0), (1, 2), (2, 2), (3, 2))
    )
    total = 0
    for place in range(count):
        (last,) = struct.unpack_from(">H", table, ends + 2 * place)
        (first,) = struct.unpack_from(">H", table, starts + 2 * place)
        (delta,) = struct.unpack_from(">H", table, deltas + 2 * place)
        at = ranges + 2 * place
        (reach,) = struct.unpack_from(">H", table, at)
        total += max(0, last - first + 1)
        if total > MOST_GLYPHS + 1:
            raise FontRefused(NO_FONT)
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if reach:
                (glyph,) = struct.unpack_from(">H", table, at + reach + 2 * (code - first))
            if glyph := (glyph + delta) & 0xFFFF if glyph or not reach else 0:
                yield code, f"g{glyph}"


def _written(font: TTFont, characters: dict[int, str]) -> bytes:
    """A font of nothing but the outlines and widths of these characters."""
    head: Any = font["head"]
    em: int = head.unitsPerEm
    if not 16 <= em <= 16_384:
        raise FontRefused(NO_FONT)
    shapes: Any = font.getGlyphSet()
    glyphs: dict[str, Any] = {".notdef": TTGlyphPen(None).glyph()}
    metrics: dict[str, tuple[int, int]] = {".notdef": (em, 0)}
    names: dict[int, str] = {}
    left = MOST_POINTS
    for code, source in sorted(characters.items()):
        name = names[code] = f"u{code:X}"
        pen = _Counted(shapes, min(left, MOST_POINTS_OF_ONE), chr(code))
        shapes[source].draw(pen)
        left -= pen.points
        glyphs[name] = pen.target.glyph()
        metrics[name] = (max(0, min(int(shapes[source].width), 4 * em)), 0)
    # The library has no types.
    built: Any = FontBuilder(em, isTTF=True)  # type: ignore[no-untyped-call]
    built.setupGlyphOrder([".notdef", *names.values()])
    built.setupCharacterMap(names)
    built.setupGlyf(glyphs)
    table: Any = built.font["glyf"]
    built.setupHorizontalMetrics(
        {
            name: (wide, table[name].xMin if table[name].numberOfContours else 0)
            for name, (wide, _) in metrics.items()
        }
    )
    built.setupHorizontalHeader(ascent=round(em * 0.88), descent=-round(em * 0.12))
    built.setupNameTable(
        {
            "familyName": FAMILY,
            "styleName": "Regular",
            "uniqueFontIdentifier": FAMILY,
            "fullName": FAMILY,
            "psName": "CityCharacters",
        }
    )
    built.setupOS2(sTypoAscender=round(em * 0.88), sTypoDescender=-round(em * 0.12), fsType=0)
    built.setupPost(keepGlyphNames=False)
    made: Any = built.font
    made["head"].created = made["head"].modified = 0
    made.recalcTimestamp = False
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


class _Counted(DecomposingPen):
    """Draws into a new glyph, composed ones taken apart, and counts while it does."""

    def __init__(self, glyphs: Any, most: int, character: str) -> None:
        super().__init__(glyphs)  # type: ignore[no-untyped-call]
        self.target: Any = TTGlyphPen(None)
        self.points = 0
        self._most, self._character, self._depth = most, character, 0

    def _count(self, points: int) -> None:
        self.points += points
        if self.points > self._most:
            raise FontRefused(TOO_COMPLEX.format(spoken(self._character)))

    def moveTo(self, pt: Any) -> None:  # noqa: N802  the library's name
        """A contour begins."""
        self._count(1)
        self.target.moveTo(pt)

    def lineTo(self, pt: Any) -> None:  # noqa: N802
        """A straight line."""
        self._count(1)
        self.target.lineTo(pt)

    def qCurveTo(self, *points: Any) -> None:  # noqa: N802
        """A curve of TrueType."""
        self._count(len(points))
        self.target.qCurveTo(*points)

    def closePath(self) -> None:  # noqa: N802
        """A contour ends."""
        self.target.closePath()

    def endPath(self) -> None:  # noqa: N802
        """A contour ends open."""
        self.target.endPath()

    def addComponent(self, glyphName: str, transformation: Any) -> None:  # noqa: N802, N803
        """Another glyph within this one; each counts, however little it draws."""
        self._count(1)
        self._depth += 1
        if self._depth > DEEPEST:
            raise FontRefused(TOO_COMPLEX.format(spoken(self._character)))
        super().addComponent(glyphName, transformation)  # type: ignore[no-untyped-call]
        self._depth -= 1
