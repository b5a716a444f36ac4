"""Fonts of 外字 as small as they come, good and bad."""

import io
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen


def square(size: int = 800) -> Any:
    """A full square: easy to find on paper."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    pen.lineTo((100, size))
    pen.lineTo((100 + size, size))
    pen.lineTo((100 + size, 0))
    pen.closePath()
    return pen.glyph()


def composed(*names: str) -> Any:
    """A glyph made of others."""
    pen = TTGlyphPen(dict.fromkeys(names))
    for name in names:
        pen.addComponent(name, (1, 0, 0, 1, 0, 0))
    return pen.glyph()


def eudc(
    characters: dict[int, str] | None = None, glyphs: dict[str, Any] | None = None, *, width: int = 1000
) -> bytes:
    """A TrueType file with these characters; two private ones and an ordinary one unless told otherwise."""
    drawn = {"square": square(), "small": square(400), **(glyphs or {})}
    characters = characters or {0xE000: "square", 0xE001: "small", 0x82E5: "square"}
    built = FontBuilder(1000, isTTF=True)
    built.setupGlyphOrder([".notdef", *drawn])
    built.setupCharacterMap(characters)
    built.setupGlyf({".notdef": TTGlyphPen(None).glyph(), **drawn})
    built.setupHorizontalMetrics(dict.fromkeys([".notdef", *drawn], (width, 0)))
    built.setupHorizontalHeader(ascent=880, descent=-120)
    built.setupNameTable({"familyName": "EUDC", "styleName": "Regular"})
    built.setupOS2()
    built.setupPost()
    written = io.BytesIO()
    built.save(written)
    return written.getvalue()
