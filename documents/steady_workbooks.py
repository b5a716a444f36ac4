"""Workbooks made from nothing (lists, shipped layouts) as bytes that say nothing of the moment they were written in."""

import io
import re
import zipfile
from datetime import datetime
from typing import Final

from openpyxl import Workbook

CREATOR: Final = "はぐくみ請求"
ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def steady(book: Workbook, *, made_at: datetime) -> bytes:
    """The same workbook, made at the same time, gives the same bytes."""
    book.properties.creator = CREATOR
    book.properties.created = book.properties.modified = made_at.replace(tzinfo=None, microsecond=0)
    written, found = io.BytesIO(), io.BytesIO()
    book.save(written)
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                # The library writes the present moment over what it was told.
                content = MODIFIED.sub(rf"\g<1>{made_at:%Y-%m-%dT%H:%M:%SZ}\g<2>".encode(), content)
            target.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content, zipfile.ZIP_DEFLATED)
    return found.getvalue()
