"""
A zip whose parts are copied as they were packed: only what changed is packed anew, and the same parts give the same
bytes. PKWARE APPNOTE 4.3; no file is longer than a form's workbook may be, so nothing of zip64 is needed.
"""

import io
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION = 20
_UTF8 = 0x800
# 1 January 1980, the first day a zip knows.
_NO_TIME, _FIRST_DAY = 0, 0x21
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class PackedPart:
    """A part as it stands in a zip: ``data`` is packed by ``method`` (stored or deflated)."""

    data: bytes
    method: int
    checksum: int
    size: int


def packed_part(content: bytes) -> PackedPart:
    """The content, deflated."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = packer.compress(content) + packer.flush()
    return PackedPart(data, ZIP_DEFLATED, zlib.crc32(content), len(content))


def packed_parts(content: bytes) -> dict[str, PackedPart]:
    """The parts of a zip as they are packed in it, in their order."""
    found = {}
    with ZipFile(io.BytesIO(content)) as package:
        for entry in package.infolist():
            if entry.is_dir():
                continue
            assert entry.compress_type in (ZIP_STORED, ZIP_DEFLATED), "the gates let nothing else through"
            # The names here and in the table of contents may differ in what follows them.
            named, extra = struct.unpack_from("<2H", content, entry.header_offset + 26)
            start = entry.header_offset + _LOCAL.size + named + extra
            data = content[start : start + entry.compress_size]
            found[entry.filename] = PackedPart(data, entry.compress_type, entry.CRC, entry.file_size)
    return found


def zipped(parts: Mapping[str, PackedPart]) -> bytes:
    """The zip of the parts, in their order."""
    pieces: list[bytes] = []
    listed: list[bytes] = []
    at = 0
    for name, part in parts.items():
        raw = name.encode()
        flags = 0 if name.isascii() else _UTF8
        about = (part.method, _NO_TIME, _FIRST_DAY, part.checksum, len(part.data), part.size, len(raw), 0)
        local = _LOCAL.pack(b"PK\3\4", _VERSION, flags, *about) + raw
        listed.append(_CENTRAL.pack(b"PK\1\2", _VERSION, _VERSION, flags, *about, 0, 0, 0, 0, at) + raw)
        pieces += (local, part.data)
        at += len(local) + len(part.data)
    contents = b"".join(listed)
    end = _END.pack(b"PK\5\6", 0, 0, len(parts), len(parts), len(contents), at, 0)
    return b"".join([*pieces, contents, end])
