"""外字: only outlines come in, written anew; what is broken or meant badly is refused with what to do."""

import io
import struct

import pytest
from fontTools.ttLib import TTFont

from documents.font_files import (
    COLLECTION,
    LARGEST,
    NO_CHARACTERS,
    NO_FONT,
    NO_OUTLINES,
    TOO_LARGE,
    FontRefused,
    read_characters,
)
from documents.packs.fitting import Type, text_width
from documents.packs.typeface import face_of, glyphless
from tests.documents.eudc import composed, eudc, square


def refusal(content: bytes) -> str:
    with pytest.raises(FontRefused) as refused:
        read_characters(content)
    return str(refused.value)


def test_only_private_characters_and_their_outlines_come_in() -> None:
    read = read_characters(eudc())
    font = TTFont(io.BytesIO(read.content))

    assert read.characters == ("\ue000", "\ue001")
    assert sorted(font.getBestCmap()) == [0xE000, 0xE001]
    assert set(font.keys()) - {"GlyphOrder"} == {
        "head", "hhea", "maxp", "OS/2", "hmtx", "cmap", "loca", "glyf", "name", "post",
    }  # fmt: skip
    assert font["glyf"][font.getBestCmap()[0xE000]].numberOfContours == 1
    assert "EUDC" not in str(font["name"].getDebugName(1))


def test_the_same_file_gives_the_same_font() -> None:
    assert read_characters(eudc()) == read_characters(eudc())


def test_its_characters_have_glyphs_and_widths() -> None:
    face = face_of(read_characters(eudc(width=500)).content)

    assert glyphless("山\ue000田\ue002", face) == ["\ue002"]
    assert text_width("\ue000", 10, Type(own=face)) == pytest.approx(text_width("字", 10) / 2)


def test_composed_glyphs_are_taken_apart() -> None:
    read = read_characters(eudc({0xE000: "both"}, {"both": composed("square", "small")}))
    glyphs = TTFont(io.BytesIO(read.content))["glyf"]
    (name,) = set(glyphs.glyphs) - {".notdef"}

    assert glyphs[name].numberOfContours == 2


def test_a_glyph_within_glyphs_within_glyphs_or_of_countless_parts_is_refused() -> None:
    parts = "abcdefg"
    deep = {one: composed(next_one) for one, next_one in zip(parts, [*parts[1:], "square"], strict=True)}
    layers = {"l0": composed(*["square"] * 11)}
    for level in range(1, 4):
        layers[f"l{level}"] = composed(*[f"l{level - 1}"] * 11)

    assert "U+E000" in refusal(eudc({0xE000: "a"}, deep))
    assert "U+E000" in refusal(eudc({0xE000: "l3"}, layers))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", NO_FONT),
        (b"MZ not a font", NO_FONT),
        (b"ttcf" + bytes(40), COLLECTION),
        (b"OTTO" + bytes(40), NO_OUTLINES),
        (b"\x00\x01\x00\x00" + struct.pack(">H", 60_000) + bytes(40), NO_FONT),
        (b"\x00\x01\x00\x00" + bytes(LARGEST), TOO_LARGE),
        (eudc({0x82E5: "square"}), NO_CHARACTERS),
        (eudc()[: len(eudc()) // 3], NO_FONT),
    ],
)
def test_what_is_no_font_of_characters_is_refused_with_what_to_do(content: bytes, sentence: str) -> None:
    assert refusal(content) == sentence


def test_a_table_that_announces_all_of_unicode_is_not_believed() -> None:
    good = eudc({0x100000: "square", 0xE000: "square"})
    group = struct.pack(">LL", 0x100000, 0x100000)
    assert group in good

    assert refusal(good.replace(group, struct.pack(">LL", 0, 0xFFFFFFFF))) == NO_FONT


def test_a_broken_byte_anywhere_is_refused_or_harmless() -> None:
    good, refused = eudc(), 0
    for place in range(0, len(good), 7):
        broken = good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]
        try:
            read = read_characters(broken)
        except FontRefused:
            refused += 1
        else:
            assert read.characters
            assert len(read.content) < 20_000
    assert refused


def test_a_square_is_a_square() -> None:
    face = face_of(read_characters(eudc({0xF8FF: "own"}, {"own": square(600)})).content)

    assert face.draws("\uf8ff")
    assert not face.draws("\ue000")
