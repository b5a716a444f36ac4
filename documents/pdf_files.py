"""
Does an attached PDF carry more than pages: scripts, programs it would start, files inside?

It is not read as a PDF. The names of such things must stand in the file in clear or in a packed stream of objects; both
are looked through, bounded in what is unpacked. A PDF with a password cannot be looked through and is refused. Pure.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Final

from documents.inspection import Unreadable

# PDF 32000-1 7.5.5: the end stands in the last kilobyte; what scanners write behind it is some lines longer.
TAIL: Final = 4096
MOST_UNPACKED: Final = 50 * 1024 * 1024
CHUNK: Final = 64 * 1024
# How far before a stream its dictionary is looked for.
DICTIONARY: Final = 1024
STREAM: Final = re.compile(rb"stream\r?\n")
# 12.6.4 actions that run or send something, 7.11.4 files inside, 13.6 and 13.7 what plays, XFA forms. Names so long
# that they stand in no packed picture by chance.
ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|Launch|GoToE|EmbeddedFiles?|RichMedia|Rendition|SubmitForm|ImportData)(?![A-Za-z0-9])"
    rb"|/XFA\s*(?:\[|\d+\s+\d+\s+R)"
)
LOCKED: Final = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")

NO_PDF = "PDFとして開けません。もう一度PDFで保存し直してください。"
HAS_ACTIVE = (
    "プログラム（JavaScriptなど）や別のファイルが入ったPDFは添付できません。"
    "「印刷」からPDFに保存し直してください。"
)
IS_LOCKED = (
    "パスワードや制限のかかったPDFは中を確かめられないため、添付できません。外して保存し直してください。"
)
TOO_MUCH = "PDFの中身が大きすぎます。ページを分けて添付してください。"


def require_plain_pdf(content: bytes) -> None:
    """
    :raises Unreadable: it has no end, has a password, unpacks to too much, or carries what is more than pages.
    """
    if b"%%EOF" not in content[-TAIL:] or b"startxref" not in content[-TAIL:]:
        raise Unreadable(NO_PDF)
    if LOCKED.search(content):
        raise Unreadable(IS_LOCKED)
    for piece in chain([content], _objects(content)):
        if ACTIVE.search(ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), piece)):
            raise Unreadable(HAS_ACTIVE)


def _objects(content: bytes) -> Iterator[bytes]:
    """
    What is packed and holds objects, not pictures or fonts: streams whose dictionary says so.

    :raises Unreadable: all of it is more than may be unpacked.
    """
    left = MOST_UNPACKED
    for start in STREAM.finditer(content):
        before = content[max(0, start.start() - DICTIONARY) : start.start()].rpartition(b"endobj")[2]
        if b"ObjStm" not in ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), before):
            continue
        unpacked = _unpacked(content, start.end(), left)
        left -= len(unpacked)
        if left < 0:
            raise Unreadable(TOO_MUCH)
        yield unpacked


def _unpacked(content: bytes, start: int, most: int) -> bytes:
    """The stream from ``start`` on, up to its end or damage; one byte more than ``most`` where it is longer."""
    unpacking, found = zlib.decompressobj(), bytearray()
    while not unpacking.eof and start < len(content) and len(found) <= most:
        try:
            found += unpacking.decompress(content[start : start + CHUNK], most + 1 - len(found))
        except zlib.error:
            break
        start += CHUNK
    return bytes(found)
