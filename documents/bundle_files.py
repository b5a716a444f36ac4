"""
The file of a bundle: a zip with a folder for each facility (or month), or one PDF with bookmarks.

Documents are read one by one. What is missing stands in a text inside the zip, or on the first page of the PDF.
"""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any, Final, cast
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.utils.html import escape
from pypdf import PdfReader, PdfWriter

from documents import rendering
from documents.bundle_models import Packing
from documents.bundle_parts import MOST_BYTES, PartsFile, TooLarge, store_part
from documents.models import Bundle, BundleItem, Document
from documents.printables import NOT_IN_FILE_NAMES
from documents.stored import DocumentDamaged, opened, problems_of
from facilities.rules import NotAllowed
from pages import wareki
from vault import CannotUnseal

MISSING_FILE: Final = "入っていない帳票.txt"
MISSING_TITLE: Final = "入っていない帳票"
ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
UTF8_BOM: Final = "\ufeff"
# A merged PDF is held in memory while it is made.
MOST_MERGED_BYTES: Final = 120 * 1024 * 1024
FAILED: Final = "作成できませんでした。"
DAMAGED: Final = "保存されている内容が壊れています。もう一度作ってください。"


@dataclass
class PutTogether:
    """What became of it: which documents are in it, how many are not, its size and SHA-256."""

    document_ids: list[UUID] = field(default_factory=list)
    missing: int = 0
    size: int = 0
    content_hash: str = ""


@dataclass(frozen=True)
class _Missing:
    item: BundleItem
    reason: str

    def __str__(self) -> str:
        item = self.item
        return f"{item.about_number} {item.about_name}　{item.title}（{item.format}）：{self.reason}"


def put_together(bundle: Bundle) -> PutTogether:
    """
    Make the file and store it, part by part.

    :raises TooLarge: nobody could handle it.
    """
    file = PartsFile(partial(store_part, bundle))
    made = PutTogether()
    missing = _zip(bundle, file, made) if bundle.packing == Packing.ZIP else _merged(bundle, file, made)
    file.settle(everything=True)
    made.missing, made.size, made.content_hash = len(missing), file.size, file.content_hash
    return made


def _contents(bundle: Bundle, missing: list[_Missing]) -> Iterator[tuple[BundleItem, Document, bytes]]:
    """Item by item with its content; what has none is told to ``missing``."""
    for item in bundle.items.order_by("position"):
        document = Document.objects.filter(pk=item.document_id).first() if item.document_id else None
        if document is None or document.ready_at is None:
            missing.append(_Missing(item, item.refusal or _why(document)))
            continue
        try:
            content = opened(document)
        except NotAllowed as erased:
            missing.append(_Missing(item, str(erased)))
        except (DocumentDamaged, CannotUnseal):
            missing.append(_Missing(item, DAMAGED))
        else:
            yield item, document, content


def _why(document: Document | None) -> str:
    try:
        problems = problems_of(document) if document is not None else []
    except (NotAllowed, CannotUnseal):
        problems = []
    return " ".join([FAILED, *problems])


def _zip(bundle: Bundle, file: PartsFile, made: PutTogether) -> list[_Missing]:
    missing: list[_Missing] = []
    taken: set[str] = set()
    with ZipFile(cast(IO[bytes], file), "w", ZIP_STORED) as packed:
        for item, document, content in _contents(bundle, missing):
            name = _free(f"{_folder(bundle, item, document)}/{document.file_name}", taken)
            # Both formats are compressed inside: a second time costs time and gains nothing.
            packed.writestr(ZipInfo(name, ZIP_EPOCH), content, ZIP_STORED)
            made.document_ids.append(document.pk)
            file.settle()
        if missing:
            text = UTF8_BOM + "".join(f"{one}\r\n" for one in missing)
            packed.writestr(ZipInfo(MISSING_FILE, ZIP_EPOCH), text.encode(), ZIP_STORED)
    return missing


def _folder(bundle: Bundle, item: BundleItem, document: Document) -> str:
    """A facility's own bundle goes by months, the city's by facilities."""
    if bundle.about_id is not None:
        return f"{wareki.fiscal_year_words(_fiscal_year(bundle))}_{document.month:%m}月"
    return f"{item.about_number}_{item.about_name}".translate(NOT_IN_FILE_NAMES)


def _fiscal_year(bundle: Bundle) -> int:
    return bundle.first_month.year - (bundle.first_month.month < 4)


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered where it is taken."""
    stem, dot, ending = name.rpartition(".")
    free, number = name, 2
    while free in taken:
        free, number = f"{stem} ({number}){dot}{ending}", number + 1
    taken.add(free)
    return free


def _merged(bundle: Bundle, file: PartsFile, made: PutTogether) -> list[_Missing]:
    """Bookmarks by facility, below them its forms. pypdf keeps no tags: the single files are the accessible ones."""
    missing: list[_Missing] = []
    writer = PdfWriter()
    writer.add_metadata({"/Title": bundle.title, "/Producer": "はぐくみ請求"})
    parent: Any = None
    parent_id: UUID | None = None
    size = 0
    for item, document, content in _contents(bundle, missing):
        size += len(content)
        if size > min(MOST_MERGED_BYTES, MOST_BYTES):
            raise TooLarge
        first = len(writer.pages)
        writer.append(PdfReader(io.BytesIO(content)), import_outline=False)
        # Else it would keep every reader in memory to the end.
        writer.reset_translation()
        if item.about_id != parent_id:
            parent = writer.add_outline_item(
                title=f"{item.about_name}（{item.about_number}）", page_number=first
            )
            parent_id = item.about_id
        writer.add_outline_item(title=document.title, page_number=first, parent=parent)
        made.document_ids.append(document.pk)
    if missing:
        page = rendering.pdf_of_html(_missing_page(bundle, missing), identifier=f"{bundle.pk}-{bundle.round}")
        writer.merge(0, PdfReader(io.BytesIO(page)), outline_item=MISSING_TITLE, import_outline=False)
    writer.write(cast(IO[bytes], file))
    return missing


def _missing_page(bundle: Bundle, missing: list[_Missing]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one.item.about_number)}</td><td>{escape(one.item.about_name)}</td>"
        f"<td>{escape(one.item.title)}</td><td>{escape(_drawable(one.reason))}</td></tr>"
        for one in missing
    )
    return (
        f'<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{MISSING_TITLE}</title><style>'
        '@page{size:A4;margin:18mm}body{font:9pt/1.6 "Noto Sans JP"}h1{font-size:14pt}'
        "table{border-collapse:collapse;width:100%}th,td{border:.5pt solid #666;padding:1mm 1.5mm;text-align:left;"
        "vertical-align:top}thead{display:table-header-group}</style></head><body>"
        f"<h1>{MISSING_TITLE}</h1><p>{escape(bundle.title)}　{len(missing)}件</p>"
        "<table><thead><tr><th>事業所番号</th><th>施設</th><th>帳票</th><th>理由</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>"
    )


def _drawable(text: str) -> str:
    """Characters no font has (外字) as 〓: a reason may quote them."""
    return "".join("〓" if unicodedata.category(one) in {"Co", "Cn"} else one for one in text)
