"""The city's own characters (外字) as papers are printed with them."""

from functools import lru_cache
from typing import Final

from documents.models import CityFont
from documents.pack_states import FormPackState
from documents.packs.typeface import Face, face_of
from documents.rendering import OwnFont

KEPT: Final = 8


def own_font() -> OwnFont | None:
    """The released font of the city in scope; None where it has none. One query, its content only once a process."""
    found = CityFont.objects.filter(state=FormPackState.RELEASED).values_list("pk", "content_hash").first()
    return _font(*found) if found is not None else None


def face(font: OwnFont | None) -> Face | None:
    """Its widths and glyphs."""
    return _face(font) if font is not None else None


def font_of(row: CityFont) -> OwnFont:
    """Of one that is looked at, released or not."""
    return OwnFont(bytes(row.content), row.content_hash)


@lru_cache(KEPT)
def _font(pk: object, content_hash: str) -> OwnFont:
    # Whoever has its key has just seen it in their scope, and its content never changes.
    return OwnFont(bytes(CityFont.objects.values_list("content", flat=True).get(pk=pk)), content_hash)


@lru_cache(KEPT)
def _face(font: OwnFont) -> Face:
    return face_of(font.content)
