"""
Golden pictures: a paper beside the picture of it that somebody has looked at.

``GOLDEN=write`` writes the pictures: look at every one before it is committed. Where a paper differs, its new picture
and the difference stand in ``var/golden/``.
"""

import os
import subprocess
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageChops, ImageFilter

FOLDER = Path(__file__).parent / "golden"
DOTS_PER_INCH = 60
GREYS = 16
# What another rasteriser or font engine moves by a hair is blurred away; what is left counts where it is seen.
BLUR = 1.0
SEEN = 32
INKED = 230
TOLERATED = 0.005
MOST_BYTES = 30 * 1024


def assert_looks_like(name: str, content: bytes, *, page: int = 1) -> None:
    """The page of the PDF looks like ``golden/<name>.png``."""
    picture = picture_of(content, page=page)
    path = FOLDER / f"{name}.png"
    if os.environ.get("GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_bytes(_png(picture))
        return
    assert path.exists(), f"{path} is not there: GOLDEN=write makes it"
    assert path.stat().st_size <= MOST_BYTES, f"{path} is larger than {MOST_BYTES} bytes"
    with Image.open(path) as golden:
        share, difference = compared(picture, golden.convert("L"))
    if share > TOLERATED:
        failed = Path(settings.BASE_DIR) / "var" / "golden"
        failed.mkdir(parents=True, exist_ok=True)
        picture.save(failed / f"{name}.png")
        difference.save(failed / f"{name}-difference.png")
        raise AssertionError(f"{name}: {share:.2%} of the picture differs; see {failed}")


def picture_of(content: bytes, *, page: int = 1) -> Image.Image:
    """One page in greys."""
    drawn = subprocess.run(
        ["pdftoppm", "-gray", "-r", str(DOTS_PER_INCH), "-f", str(page), "-l", str(page), "-"],
        input=content,
        capture_output=True,
        check=True,
    )
    return Image.open(BytesIO(drawn.stdout)).convert("L")


def compared(one: Image.Image, other: Image.Image) -> tuple[float, Image.Image]:
    """
    How much differs, as a share of what is inked on either, and where; all of it where the sizes differ.

    Of the whole page a missing word would be nothing.
    """
    if one.size != other.size:
        return 1.0, one
    blurred = [each.filter(ImageFilter.GaussianBlur(BLUR)) for each in (one, other)]
    difference = ImageChops.difference(*blurred)
    inked = sum(ImageChops.darker(*blurred).histogram()[:INKED])
    return sum(difference.histogram()[SEEN:]) / max(inked, 1), difference


def _png(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.quantize(GREYS).save(written, "PNG", optimize=True)
    return written.getvalue()
