"""
What a file is, told from its first bytes and from its table of contents, before anything in it is unpacked or read.
"""

import io
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile

# Table of contents of a workbook: some fifty parts; a picture or a drawing is one more.
MOST_ENTRIES = 2_000
MOST_DIRECTORY_BYTES = 256 * 1024
MOST_ENTRY_BYTES = 80 * 1024 * 1024
# Rows of a form pack to a tenth or a fiftieth; what packs to a thousandth says nothing.
MOST_RATIO = 200
SMALL_ENTRY_BYTES = 1024 * 1024

PACKED = b"PK\x03\x04"
OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_WORKBOOK = (
    "Excelブックとして開けません。Excelで開いて、パスワードを外し、.xlsx形式で保存し直してください。"
)
TOO_LARGE_INSIDE = "ブックの中身が大きすぎます。必要な行だけのブックにしてください。"
_SAVE_AS = (
    "Excelで開いて「名前を付けて保存」を選び、"
    "ファイルの種類を「Excelブック（*.xlsx）」にして保存し直してください。"
)
MACROS = f"マクロの入ったブックは使えません。{_SAVE_AS}"
BINARY = f"バイナリ形式（.xlsb）のブックは読めません。{_SAVE_AS}"
OLD_WORKBOOK = f"古い形式（.xls）のブックは読めません（xls → xlsx で保存）。{_SAVE_AS}"
LOCKED = (
    "パスワードがかかっているため読めません。Excelで開いて、「ファイル」→「情報」→「ブックの保護」で"
    "パスワードを外し、保存し直してください。"
)

# The list of a workbook's parts is a few kilobytes; a hostile one may unpack to gigabytes.
MOST_OF_PARTS = 1024 * 1024
_MACROS = (b"vbaproject", b"macroenabled", b"macrosheet")
# Other files inside, and controls that are programs; those of forms (check boxes) only show and keep a choice.
_OBJECTS = ("xl/embeddings/", "xl/activex/")
_CONTROLS = "xl/ctrlprops/"
_LINKS = "externallinks/"
_STARTING = (b"ddelink", b"olelink")
_CONNECTIONS = ("xl/connections.xml", "xl/querytables/", "xl/webextensions/")

_END = b"PK\x05\x06"
_END_BYTES = 22
_COMMENT_BYTES = 65_535
_ENCRYPTED = 0x1


class Unreadable(Exception):
    """The file is not read. The message is the sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Living:
    """
    What in a workbook acts or reaches out: ``macros``; ``objects`` (other files inside, ActiveX); ``controls`` of
    forms; ``links`` to other workbooks, of which those ``starting`` something (DDE, OLE); ``connections`` to data.
    """

    macros: bool
    objects: bool
    controls: bool
    links: bool
    starting: bool
    connections: bool


def living(package: ZipFile) -> Living:
    """
    What acts in a workbook, by its list of parts: macros may be called anything, the list says what they are.

    :raises KeyError: it has no such list.
    :raises BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError: it is damaged, or has a password.
    """
    names = package.namelist()
    lowered = [name.casefold() for name in names]
    said = _beginning(package, "[Content_Types].xml")
    links = [name for name in names if _LINKS in name.casefold()]
    return Living(
        macros=any("vbaproject" in name or "macrosheets/" in name for name in lowered)
        or any(word in said for word in _MACROS),
        objects=any(name.startswith(_OBJECTS) for name in lowered),
        controls=any(name.startswith(_CONTROLS) for name in lowered),
        links=bool(links),
        starting=any(word in _beginning(package, name) for name in links for word in _STARTING),
        connections=any(name.startswith(_CONNECTIONS) for name in lowered),
    )


def _beginning(package: ZipFile, name: str) -> bytes:
    """Of a part, without the NULs of UTF-16; what it is stands in its first lines."""
    with package.open(name) as part:
        return part.read(MOST_OF_PARTS).replace(b"\0", b"").lower()


def refuse_old_container(content: bytes) -> None:
    """
    Tell what stands in a file of the kind that Office wrote before 2007, and writes for a password.

    :raises Unreadable: it is such a file, whatever it holds.
    """
    if not content.startswith(OLD_CONTAINER[:4]):
        return
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable(LOCKED)
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        raise Unreadable(OLD_WORKBOOK)
    raise Unreadable(NO_WORKBOOK)


def require_workbook(content: bytes, *, most_bytes: int) -> None:
    """
    A workbook (.xlsx) by its table of contents: without macros and passwords, with at most ``most_bytes`` unpacked.

    Links to other files are no reason to refuse: what they point to is never opened.

    :raises Unreadable: it is none, or unpacks to more than it may.
    """
    if not content.startswith(PACKED) or _directory_bytes(content) > MOST_DIRECTORY_BYTES:
        raise Unreadable(NO_WORKBOOK)
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
    except (BadZipFile, LargeZipFile, ValueError, NotImplementedError, OSError) as damaged:
        raise Unreadable(NO_WORKBOOK) from damaged
    names = {entry.filename for entry in entries}
    lowered = {name.lower() for name in names}
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in lowered):
        raise Unreadable(MACROS)
    if "xl/workbook.bin" in lowered:
        raise Unreadable(BINARY)
    if "xl/workbook.xml" not in names or len(names) != len(entries) or len(entries) > MOST_ENTRIES:
        raise Unreadable(NO_WORKBOOK)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable(LOCKED)
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise Unreadable(NO_WORKBOOK)
    if sum(entry.file_size for entry in entries) > most_bytes or any(
        entry.file_size > MOST_ENTRY_BYTES
        or (entry.file_size > SMALL_ENTRY_BYTES and entry.file_size > MOST_RATIO * entry.compress_size)
        for entry in entries
    ):
        raise Unreadable(TOO_LARGE_INSIDE)


def _directory_bytes(content: bytes) -> int:
    """How long the table of contents says it is; reading a long one would already cost."""
    place = content.rfind(_END, max(0, len(content) - _END_BYTES - _COMMENT_BYTES))
    if place < 0 or place + _END_BYTES > len(content):
        raise Unreadable(NO_WORKBOOK)
    return int.from_bytes(content[place + 12 : place + 16], "little")
