"""
From values to paper: HTML to PDF with WeasyPrint, workbooks to bytes with openpyxl.

The renderer reads no file and no address: styles stand in the template, fonts come through our own fontconfig file.
The same values give the same bytes, so that a document's hash means something.
"""

import io
import os
import re
import zipfile
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from openpyxl import Workbook

from documents.fonts import fontconfig_file

# Before the text engine is loaded: only our own fonts, whatever the machine has.
os.environ["FONTCONFIG_FILE"] = str(fontconfig_file(settings.VAR_DIR))

import weasyprint
from weasyprint.urls import URLFetcher

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


class NothingIsFetched(Exception):
    """A template asked for a file or an address."""


class RefusingFetcher(URLFetcher):
    """Refuses every address: a template that asks for one could print somebody's file (SSRF)."""

    def fetch(self, url: str, *args: Any, **kwargs: Any) -> Any:
        """:raises NothingIsFetched: always."""
        raise NothingIsFetched("documents fetch nothing")


def pdf(template: str, values: dict[str, Any], *, identifier: str) -> bytes:
    """A tagged PDF (PDF/UA-1) with embedded, subset fonts."""
    html = render_to_string(template, values)
    fetcher = RefusingFetcher(allowed_protocols=())  # type: ignore[no-untyped-call]
    document = weasyprint.HTML(string=html, url_fetcher=fetcher)  # type: ignore[no-untyped-call]
    content: bytes = document.write_pdf(  # type: ignore[no-untyped-call]
        pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode("ascii"), full_fonts=False
    )
    return content


def xlsx(workbook: Workbook, *, made_at: datetime) -> bytes:
    """The workbook's bytes, the same for the same content."""
    workbook.properties.creator = "はぐくみ請求"
    workbook.properties.created = workbook.properties.modified = made_at.replace(tzinfo=None, microsecond=0)
    written = io.BytesIO()
    workbook.save(written)
    steady = io.BytesIO()
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                # The library writes the present moment over what it was told.
                content = MODIFIED.sub(rf"\g<1>{made_at:%Y-%m-%dT%H:%M:%SZ}\g<2>".encode(), content)
            target.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content, zipfile.ZIP_DEFLATED)
    return steady.getvalue()
