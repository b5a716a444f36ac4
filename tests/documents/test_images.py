"""Pictures: only pixels stay, and bombs are refused by their header."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image, PngImagePlugin

from documents.attachments import AttachmentKind, taken_in
from documents.images import DAMAGED, MOST_PIXELS, TOO_MANY_PIXELS, only_pixels
from facilities.rules import ProblemsFound

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def photograph(orientation: int = 1) -> bytes:
    """A JPEG with a maker, a place and a comment."""
    picture = Image.new("RGB", (40, 20), "white")
    picture.paste("red", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "SECRETCAMERA", orientation
    exif.get_ifd(GPS)[2] = (35.0, 40.0, 0.0)
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif, comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE" * 20)
    return written.getvalue()


def drawing(mode: str = "RGBA") -> bytes:
    """A PNG with words in its chunks."""
    picture = Image.new("RGB", (30, 30), "blue").convert(mode)
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "SECRETAUTHOR")
    words.add_itxt("XML:com.adobe.xmp", "SECRETXMP")
    written = io.BytesIO()
    picture.save(written, "PNG", pnginfo=words)
    return written.getvalue() + b"SECRETTAIL"


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def test_a_photograph_loses_everything_but_its_pixels():
    before = photograph()
    assert b"SECRETCAMERA" in before
    assert b"SECRETCOMMENT" in before

    kind, kept = taken_in(before)

    assert kind is AttachmentKind.JPEG
    assert b"SECRET" not in kept
    picture = opened(kept)
    assert not picture.getexif()
    assert "icc_profile" not in picture.info
    assert picture.size == (40, 20)
    assert picture.getpixel((5, 5))[0] > 240 > picture.getpixel((5, 5))[1]  # type: ignore[index]


def test_a_picture_taken_upright_stays_upright():
    picture = opened(only_pixels(photograph(orientation=6), "JPEG"))

    assert picture.size == (20, 40)
    assert not picture.getexif()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_drawing_loses_the_words_in_its_chunks(mode):
    before = drawing(mode)
    assert b"SECRETAUTHOR" in before

    kept = only_pixels(before, "PNG")

    assert b"SECRET" not in kept
    assert opened(kept).size == (30, 30)
    assert opened(kept).convert("RGB").getpixel((3, 3)) == opened(before).convert("RGB").getpixel((3, 3))


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises more than it has."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))

    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 10_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(MOST_PIXELS // 1000 + 1, 1000), (60_000, 60_000), (2_000_000_000, 2)])
def test_a_bomb_is_refused_before_anything_is_decoded(size, monkeypatch):
    def never(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(Image.Image, "load", never)
    began = time.process_time()
    with pytest.raises(ProblemsFound) as refused:
        only_pixels(bomb(*size), "PNG")

    assert refused.value.problems == [TOO_MANY_PIXELS]
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "content", [b"\xff\xd8\xff\xe0 x", photograph()[:200], drawing()[:60], b"\x89PNG\r\n\x1a\n x"]
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(ProblemsFound) as refused:
        only_pixels(content, "JPEG" if content.startswith(b"\xff") else "PNG")
    assert refused.value.problems == [DAMAGED]


def test_the_name_of_the_format_is_no_way_to_another_decoder():
    with pytest.raises(ProblemsFound):
        only_pixels(drawing(), "JPEG")
