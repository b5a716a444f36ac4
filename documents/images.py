"""
Pictures as they are kept: decoded and written anew, so that nothing but the pixels stays (no EXIF, no place, no name).

A picture that would unpack to more than ``MOST_PIXELS`` is refused by its header, before anything is decoded.
"""

import io
import warnings
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from facilities.rules import ProblemsFound

# A page scanned at 600 dpi has 35 million.
MOST_PIXELS: Final = 40_000_000
QUALITY: Final = 90
DAMAGED = "画像として開けません。もう一度撮るか読み取り直して、PNGかJPEGで保存してください。"
TOO_MANY_PIXELS = (
    f"画像の縦横が大きすぎます（{MOST_PIXELS // 10000:,}万画素まで）。小さくして保存し直してください。"
)
KEPT_MODES: Final = {"PNG": {"1", "L", "LA", "RGB", "RGBA"}, "JPEG": {"L", "RGB"}}


def only_pixels(content: bytes, file_format: str) -> bytes:
    """
    The picture alone, turned as it is to be seen. ``file_format`` is PNG or JPEG, as the content says.

    :raises ProblemsFound: it has too many pixels, or is none.
    """
    try:
        with warnings.catch_warnings():
            # Ours is the smaller limit, and told below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=(file_format,))
        if picture.width * picture.height > MOST_PIXELS:
            raise ProblemsFound([TOO_MANY_PIXELS])
        shown = ImageOps.exif_transpose(picture)
        if shown.mode not in KEPT_MODES[file_format]:
            shown = shown.convert("RGBA" if shown.mode in {"P", "PA"} and file_format == "PNG" else "RGB")
        # A new picture knows nothing of the old one's chunks, profiles and comments.
        plain = Image.new(shown.mode, shown.size)
        plain.paste(shown)
        written = io.BytesIO()
        if file_format == "JPEG":
            plain.save(written, "JPEG", quality=QUALITY)
        else:
            plain.save(written, "PNG")
    except Image.DecompressionBombError as bomb:
        raise ProblemsFound([TOO_MANY_PIXELS]) from bomb
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as damaged:
        raise ProblemsFound([DAMAGED]) from damaged
    return written.getvalue()
