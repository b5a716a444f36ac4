"""
What our fonts can draw, and how wide: read from the font files once in a process, kept small (about 200 KB a face).

Widths are in em: multiplied by the size of the type they are lengths.
"""

import io
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Final

from fontTools.ttLib import TTFont

from documents.fonts import FOLDER

VARIANTS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
PRIVATE: Final = (range(0xE000, 0xF900), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE))
# Nothing is drawn for them: line ends, tabs, joiners and marks of direction.
UNSEEN: Final = frozenset("\n\r\t\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u00ad")
# Boxes to tick that no font of ours has: they are drawn with signs that it has (``lettering``).
COMPOSED: Final = frozenset("☐☑✔")
LAST_CODE: Final = 0x110000
VARIANT_TABLE: Final = (0, 5)
MARK_FORMAT: Final = 14


class Family(StrEnum):
    """What we print with. Serif has no bold: emphasis is the gothic's."""

    SANS = "Noto Sans JP"
    SERIF = "Noto Serif JP"


@dataclass(frozen=True, slots=True)
class Face:
    """
    One font file. ``known`` is a bit for each character, ``widths`` those that are not one em wide, ``variants`` the
    pairs of character and selector (IVS) it has a glyph for, sorted, as ``character << 32 | selector``.
    """

    known: bytes
    widths: Mapping[int, float]
    variants: Sequence[int]

    def draws(self, cluster: str) -> bool:
        """Whether it has a glyph for the character, with its selector where it has one."""
        code = ord(cluster[0])
        if not self.known[code >> 3] >> (code & 7) & 1:
            return False
        if len(cluster) == 1:
            return True
        pair = code << 32 | ord(cluster[1])
        place = bisect_left(self.variants, pair)
        return place < len(self.variants) and self.variants[place] == pair


def face_of(content: bytes) -> Face:
    """
    A face from the bytes of a font file.

    :raises Exception: of fontTools, for what is no font; our own files and released ones never do.
    """
    with TTFont(io.BytesIO(content), lazy=True) as font:
        # Names of glyphs are not needed, and asking for them would read all the outlines.
        font.setGlyphOrder([f"g{number}" for number in range(font["maxp"].numGlyphs)])
        head: Any = font["head"]
        tables: Any = font["cmap"]
        em, advances = head.unitsPerEm, font["hmtx"].metrics
        glyphs: dict[int, str] = tables.getBestCmap() or {}
        marks = tables.getcmap(*VARIANT_TABLE)
        selected = marks.uvsDict if marks is not None and marks.format == MARK_FORMAT else {}
        bits = bytearray(LAST_CODE >> 3)
        for code in glyphs:
            bits[code >> 3] |= 1 << (code & 7)
        return Face(
            bytes(bits),
            {code: advances[glyph][0] / em for code, glyph in glyphs.items() if advances[glyph][0] != em},
            array("Q", sorted(code << 32 | mark for mark, pairs in selected.items() for code, _ in pairs)),
        )


@cache
def _own(name: str) -> Face:
    return face_of((FOLDER / name).read_bytes())


def faces(family: Family, bold: bool) -> Iterator[Face]:
    """In the order in which a character is looked for; the later ones are not even read where the first has it."""
    if bold:
        yield _own("NotoSansJP-Bold.otf")
    elif family is Family.SERIF:
        yield _own("NotoSerifJP-Regular.otf")
    yield _own("NotoSansJP-Regular.otf")
    if family is Family.SANS or bold:
        yield _own("NotoSerifJP-Regular.otf")


def family_of(font_name: str) -> Family:
    """What stands for a font of a workbook: Mincho for Mincho, gothic for everything else."""
    is_serif = any(word in font_name for word in ("明朝", "Mincho", "mincho", "Serif", "Times", "教科書"))
    return Family.SERIF if is_serif else Family.SANS


def clusters(text: str) -> list[str]:
    """The characters of a text, each with its selector where it has one (葛󠄀 is one)."""
    found: list[str] = []
    for character in text:
        if found and len(found[-1]) == 1 and _is_selector(character):
            found[-1] += character
        else:
            found.append(character)
    return found


def width(cluster: str, family: Family, bold: bool, own: Face | None = None) -> float:
    """
    Of one character in em, 0 for what is not drawn; a character nobody has counts as one em. ``own`` is the city's.
    """
    if own is not None and own.draws(cluster[0]) and is_private(cluster):
        return own.widths.get(ord(cluster[0]), 1.0)
    return _width(cluster[0], family, bold)


@lru_cache(maxsize=8192)
def _width(character: str, family: Family, bold: bool) -> float:
    if character in UNSEEN:
        return 0.0
    found = next((face for face in faces(family, bold) if face.draws(character)), None)
    return found.widths.get(ord(character), 1.0) if found is not None else 1.0


def is_private(cluster: str) -> bool:
    """Whether it is a character of private use (外字): what it is, only the city knows."""
    code = ord(cluster[0])
    return any(code in block for block in PRIVATE)


def glyphless(text: str, own: Face | None = None, *, composes: bool = True) -> list[str]:
    """
    The characters (with their selectors) that none of our fonts can draw, each once, in their order.

    ``own`` is the city's font of 外字, ``composes`` whether boxes to tick are put together on paper. A variant that no
    font has counts as well: its plain form is another character on paper. Characters of private use are the city's
    alone.
    """
    missing: dict[str, None] = {}
    for cluster in clusters(text):
        if (
            cluster[0] not in UNSEEN
            and not (composes and cluster in COMPOSED)
            and not _is_drawn(cluster, own)
        ):
            missing[cluster] = None
    return list(missing)


def _is_drawn(cluster: str, own: Face | None) -> bool:
    if own is not None and own.draws(cluster):
        return True
    return not is_private(cluster) and any(face.draws(cluster) for face in faces(Family.SANS, False))


def _is_selector(character: str) -> bool:
    code = ord(character)
    return any(code in block for block in VARIANTS)
