"""Attached files: what they are by their content, what is kept of them, their names, and how they are handed out."""

import io
import re
import unicodedata
import zlib
from zipfile import BadZipFile, ZipFile

from django.conf import settings
from django.db import models
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from documents.images import only_pixels
from documents.inspection import Unreadable, living
from documents.pdf_files import require_plain_pdf
from documents.scanning import require_clean
from facilities.rules import ProblemsFound


class AttachmentKind(models.TextChoices):
    """What may be attached, under the name a file of its kind ends with."""

    PDF = "pdf", "PDF"
    PNG = "png", "PNG画像"
    JPEG = "jpg", "JPEG画像"
    XLSX = "xlsx", "Excelブック"


# Of one notice.
MOST = 3
PICTURES = {AttachmentKind.PNG: "PNG", AttachmentKind.JPEG: "JPEG"}
MEDIA_TYPES = {
    AttachmentKind.PDF: "application/pdf",
    AttachmentKind.PNG: "image/png",
    AttachmentKind.JPEG: "image/jpeg",
    AttachmentKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENDINGS = {
    AttachmentKind.PDF: ("pdf",),
    AttachmentKind.PNG: ("png",),
    AttachmentKind.JPEG: ("jpg", "jpeg"),
    AttachmentKind.XLSX: ("xlsx",),
}
BEGINNINGS = (
    (b"%PDF-", AttachmentKind.PDF),
    (b"\x89PNG\r\n\x1a\n", AttachmentKind.PNG),
    (b"\xff\xd8\xff", AttachmentKind.JPEG),
)
PACKED = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0"
LONGEST_STEM = 80

EMPTY = "ファイルが空です。中身のあるファイルを選んでください。"
TOO_LARGE = (
    f"ファイルが大きすぎます（1つ{settings.UPLOAD_LIMIT_BYTES // 1024 // 1024}MBまで）。"
    "小さくするか、分けて添付してください。"
)
NOT_TAKEN = "この種類のファイルは添付できません。PDF、PNG・JPEGの画像、Excelブック（.xlsx）を選んでください。"
OLD_OR_LOCKED = (
    "古い形式か、パスワードのかかったファイルです。パスワードを外し、.xlsxかPDFで保存し直してください。"
)
DAMAGED = "Excelブックとして開けません。Excelで開いて、.xlsx形式で保存し直してください。"
HAS_MACROS = "マクロの入ったExcelブックは添付できません。マクロなしの.xlsxで保存し直してください。"
HAS_OBJECTS = (
    "別のファイルや部品（埋め込みオブジェクト・ActiveX）の入ったExcelブックは添付できません。"
    "それらを消して、.xlsxで保存し直してください。"
)


def kind_of(content: bytes) -> AttachmentKind:
    """
    What a file is, by its content; its name is not asked.

    :raises ProblemsFound: it is empty, too large, or nothing that may be attached.
    """
    if not content:
        raise ProblemsFound([EMPTY])
    if len(content) > settings.UPLOAD_LIMIT_BYTES:
        raise ProblemsFound([TOO_LARGE])
    for beginning, kind in BEGINNINGS:
        if content.startswith(beginning):
            if kind is AttachmentKind.PDF:
                _require_plain_pdf(content)
            return kind
    if content.startswith(COMPOUND):
        raise ProblemsFound([OLD_OR_LOCKED])
    if not content.startswith(PACKED):
        raise ProblemsFound([NOT_TAKEN])
    _require_plain_workbook(content)
    return AttachmentKind.XLSX


def taken_in(content: bytes) -> tuple[AttachmentKind, bytes]:
    """
    What the file is, and what is kept of it: of a picture nothing but its pixels.

    :raises ProblemsFound: it may not be attached, is infected, or cannot be scanned now.
    """
    kind = kind_of(content)
    require_clean(content)
    if kind in PICTURES:
        content = only_pixels(content, PICTURES[kind])
    return kind, content


def _require_plain_pdf(content: bytes) -> None:
    try:
        require_plain_pdf(content)
    except Unreadable as refused:
        raise ProblemsFound([str(refused)]) from refused


def _require_plain_workbook(content: bytes) -> None:
    """A workbook without macros and without anything that starts something."""
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            if "xl/workbook.xml" not in (name.casefold() for name in packed.namelist()):
                raise ProblemsFound([NOT_TAKEN])
            found = living(packed)
    except (
        BadZipFile,
        KeyError,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        zlib.error,
    ) as damaged:
        raise ProblemsFound([DAMAGED]) from damaged
    if found.macros:
        raise ProblemsFound([HAS_MACROS])
    # Links to other workbooks are harmless, those that start a program are not.
    if found.objects or found.controls or found.starting:
        raise ProblemsFound([HAS_OBJECTS])


def safe_name(name: str, kind: AttachmentKind) -> str:
    """The file's name without what could mislead, ending as its content says: a.exe becomes a.exe.pdf."""
    plain = "".join(
        character if unicodedata.category(character)[0] != "C" else " "
        for character in unicodedata.normalize("NFC", name)
    )
    plain = re.sub(r'[\\/:*?"<>|\s]+', " ", plain).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or ending.lower() not in ENDINGS[kind]:
        stem = plain
    return f"{stem[:LONGEST_STEM].strip(' .') or '添付ファイル'}.{kind}"


def as_download(name: str, kind: str, content: bytes) -> HttpResponse:
    """The file to save, never to show: it was written by others."""
    response = HttpResponse(content, content_type=MEDIA_TYPES[AttachmentKind(kind)])
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Length"] = str(len(content))
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
