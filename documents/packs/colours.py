"""
Colours of a workbook as rrggbb: of its theme with tints, indexed, written out.

ECMA-376 part 1, 18.8.3 and 18.8.19.
"""

import colorsys
import re
from collections.abc import Sequence
from typing import Any

from openpyxl.styles.colors import COLOR_INDEX

# The order in which indexes count: light and dark stand the other way round than in the theme's XML.
_ORDER = ("lt1", "dk1", "lt2", "dk2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
_OFFICE = (
    *("ffffff", "000000", "e7e6e6", "44546a", "4472c4", "ed7d31"),
    *("a5a5a5", "ffc000", "5b9bd5", "70ad47", "0563c1", "954f72"),
)
_SLOT = re.compile(
    r"<(?:\w+:)?(dk1|lt1|dk2|lt2|accent[1-6]|hlink|folHlink)>\s*"
    r"<(?:\w+:)?(?:srgbClr\s[^>]*?val|sysClr\s[^>]*?lastClr)=[\"']([0-9A-Fa-f]{6})[\"']",
)
_LINE_OF_SYSTEM, _GROUND_OF_SYSTEM = 64, 65
_SIX = re.compile(r"[0-9A-Fa-f]{6}")


class Colours:
    """What the colours of one workbook come to; ``theme`` is its theme's XML, ``indexed`` its palette (aarrggbb)."""

    def __init__(self, theme: bytes = b"", indexed: Sequence[str] = COLOR_INDEX) -> None:
        written = {name: colour.lower() for name, colour in _SLOT.findall(theme.decode("utf-8", "replace"))}
        self._theme = tuple(written.get(name, usual) for name, usual in zip(_ORDER, _OFFICE, strict=True))
        self._indexed = tuple(indexed)

    def rgb(self, colour: Any) -> str:
        """An openpyxl colour as rrggbb; empty for none, for automatic, and for what cannot be told."""
        if colour is None:
            return ""
        match colour.type:
            case "rgb":
                found = _six(colour.rgb)
            case "theme":
                found = self._theme[colour.theme] if 0 <= colour.theme < len(self._theme) else ""
            case "indexed":
                found = self._of_index(colour.indexed)
            case _:
                return ""
        return tinted(found, colour.tint) if found and colour.tint else found

    def _of_index(self, index: int) -> str:
        if index in (_LINE_OF_SYSTEM, _GROUND_OF_SYSTEM):
            return "000000" if index == _LINE_OF_SYSTEM else "ffffff"
        return _six(self._indexed[index]) if 0 <= index < len(self._indexed) else ""


def tinted(colour: str, tint: float) -> str:
    """The colour made lighter (0 to 1) or darker (-1 to 0), in hue, lightness and saturation as 18.8.19 says."""
    hue, lightness, saturation = colorsys.rgb_to_hls(
        *(int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    )
    lightness = lightness * (1 + tint) if tint < 0 else lightness * (1 - tint) + tint
    rgb = colorsys.hls_to_rgb(hue, min(max(lightness, 0.0), 1.0), saturation)
    return "".join(f"{round(part * 255):02x}" for part in rgb)


def mixed(front: str, back: str, part: float) -> str:
    """``part`` of the front colour over the back one: what a pattern of dots comes to from afar."""
    pairs = ((int(front[at : at + 2], 16), int(back[at : at + 2], 16)) for at in (0, 2, 4))
    return "".join(f"{round(one * part + other * (1 - part)):02x}" for one, other in pairs)


def _six(written: object) -> str:
    text = str(written)[-6:].lower()
    return text if _SIX.fullmatch(text) else ""
