"""
From HTML to paper: PDF with WeasyPrint.

The renderer reads no file and no address: styles stand in the template, fonts come through our own fontconfig file.
The same values give the same bytes, so that a document's hash means something.
"""

import io
import mimetypes
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from documents.font_files import FAMILY as OWN_FAMILY
from documents.fonts import fontconfig_file

# Before the text engine is loaded: only our own fonts, whatever the machine has.
os.environ["FONTCONFIG_FILE"] = str(fontconfig_file(settings.VAR_DIR))

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

# Else the machine's own list of types would decide what a workbook inside a paper is.
mimetypes.add_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")

UNIVERSAL = "pdf/ua-1"
ARCHIVAL = "pdf/a-3a"
DOCUMENTS_A_CONFIGURATION = 500
MOST_CONFIGURATIONS = 4
OWN_FONT_ADDRESS = "hagukumi:characters"
OWN_FONT_RULE = f'@font-face{{font-family:"{OWN_FAMILY}";src:url({OWN_FONT_ADDRESS})}}'
# A file inside a paper bears no moment of its own, or the same paper would never be the same bytes.
FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)


class NothingIsFetched(Exception):
    """A template asked for a file or an address."""


class RefusingFetcher(URLFetcher):
    """Refuses every address: a template that asks for one could print somebody's file (SSRF)."""

    def fetch(self, url: str, *args: Any, **kwargs: Any) -> Any:
        """:raises NothingIsFetched: always."""
        raise NothingIsFetched("documents fetch nothing")


@dataclass(frozen=True)
class OwnFont:
    """The city's own characters: a font of ``font_files``, and its hash."""

    content: bytes
    content_hash: str


class OneFontFetcher(URLFetcher):
    """Answers the one address that our own rule asks for, with the city's font; refuses all others."""

    def __init__(self, font: OwnFont) -> None:
        super().__init__(allowed_protocols=())  # type: ignore[no-untyped-call]
        self._font = font

    def fetch(self, url: str, *args: Any, **kwargs: Any) -> Any:
        """:raises NothingIsFetched: any other address."""
        if url != OWN_FONT_ADDRESS:
            raise NothingIsFetched("documents fetch nothing")
        return URLFetcherResponse(url, self._font.content)  # type: ignore[no-untyped-call]


class _Fonts(threading.local):
    """
    What the text engine knows of fonts, one for each thread: made anew for every document, it would cost 14 ms and
    never give back 200 KB. It keeps what it has measured, so it is made anew after many documents all the same.
    """

    def __init__(self) -> None:
        self.documents = 0
        self.known: dict[str, Any] = {}

    def now(self, own: OwnFont | None) -> Any:
        """For the next document; of a city with characters of its own one that has them."""
        if self.documents % DOCUMENTS_A_CONFIGURATION == 0:
            self.known.clear()
        self.documents += 1
        key = own.content_hash if own is not None else ""
        if key not in self.known:
            if len(self.known) >= MOST_CONFIGURATIONS:
                self.known.clear()
            self.known[key] = FontConfiguration()  # type: ignore[no-untyped-call]
            if own is not None:
                weasyprint.CSS(  # type: ignore[no-untyped-call]
                    string=OWN_FONT_RULE, font_config=self.known[key], url_fetcher=OneFontFetcher(own)
                )
        return self.known[key]


_fonts = _Fonts()


@dataclass(frozen=True)
class Attached:
    """A file inside a PDF: what the paper was made from (``Source``), or belongs to it."""

    name: str
    content: bytes
    words: str
    relationship: str = "Source"


def pdf_of_html(
    html: str,
    *,
    identifier: str,
    variant: str = UNIVERSAL,
    attachments: Sequence[Attached] = (),
    own_font: OwnFont | None = None,
) -> bytes:
    """
    A tagged PDF of a page, with embedded, subset fonts: PDF/UA-1, or ``ARCHIVAL`` (PDF/A-3a) where files go with it.

    The same page gives the same bytes. Nothing is fetched: whatever the page asks for, fails. Characters that no font
    of the page has are taken from ``own_font``.

    :raises NothingIsFetched: the page asks for a file or an address.
    """
    fetcher = RefusingFetcher(allowed_protocols=())  # type: ignore[no-untyped-call]
    document = weasyprint.HTML(string=html, url_fetcher=fetcher)  # type: ignore[no-untyped-call]
    content: bytes = document.write_pdf(  # type: ignore[no-untyped-call]
        pdf_variant=variant,
        pdf_identifier=identifier.encode("ascii"),
        full_fonts=False,
        font_config=_fonts.now(own_font),
        finisher=_name_files_once,
        attachments=[_attachment(one, fetcher) for one in attachments] or None,
    )
    return content


def _name_files_once(document: Any, made: Any) -> None:
    """WeasyPrint 70.0 says of a file of an archival paper twice that it belongs to it."""
    if "AF" in made.catalog:
        made.catalog["AF"][:] = dict.fromkeys(made.catalog["AF"])


def _attachment(one: Attached, fetcher: RefusingFetcher) -> Any:
    return weasyprint.Attachment(  # type: ignore[no-untyped-call]
        file_obj=io.BytesIO(one.content),
        url_fetcher=fetcher,
        name=one.name,
        description=one.words,
        relationship=one.relationship,
        created=FIRST_DAY,
        modified=FIRST_DAY,
    )
