"""
What stands on every page around a form: its page number, where it comes from, and what it is worth.

The band (下書き, 見本・支払不可) lies pale across the page behind the form and stands once more in the top margin. The
QR code leads an authorised reader to the very version; its number stands beside it in type. All is in the margins.
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

import segno

from documents.packs.filled import Marks
from documents.packs.paging import Margins

OURS: Final = "はぐくみ請求"
QR_MM: Final = 16
# A hair between form and code; what a printer needs at the edge of the paper.
GAP_MM: Final = 1.5
EDGE_MM: Final = 4
NUMBER_MM: Final = 10.0
BAND_MM: Final = 10.0
# As large as a few characters can be, and all of them together across the page.
BAND_PT: Final = 130
BAND_ALL_PT: Final = 540
QR_MARGIN_MM: Final = QR_MM + GAP_MM + EDGE_MM


@dataclass(frozen=True, slots=True)
class Furniture:
    """Markup for the beginning of a page's body, and its rules."""

    html: str
    css: str


def margins_for(marks: Marks) -> Margins:
    """What the furniture needs at least."""
    return Margins(
        BAND_MM if marks.band else 0,
        EDGE_MM,
        QR_MARGIN_MM if marks.check_address else NUMBER_MM,
        EDGE_MM,
    )


def furniture(marks: Marks) -> Furniture:
    """For any page of ours, be it drawn from sheets or from a template of HTML."""
    aside = f"{QR_MM + 2}mm" if marks.check_address else "0"
    small = 'font:7pt "Noto Sans JP";color:#444;vertical-align:bottom;white-space:nowrap'
    number = f"管理番号 {marks.control_number}" if marks.control_number else ""
    css = [
        f"@page{{@bottom-left{{content:{_quoted(number)};{small};padding-bottom:{EDGE_MM}mm}}"
        f'@bottom-center{{content:counter(page) " / " counter(pages);font:8pt "Noto Sans JP";'
        f"vertical-align:bottom;padding-bottom:{EDGE_MM}mm}}"
        f"@bottom-right{{content:{_quoted(OURS)};{small};padding:0 {aside} {EDGE_MM}mm 0}}"
        + (
            f'@top-center{{content:{_quoted(marks.band)};font:700 10pt "Noto Sans JP";color:#8b3200;'
            "vertical-align:middle}"
            if marks.band
            else ""
        )
        + "}"
    ]
    html = []
    if marks.band:
        css.append(
            ".fb{position:fixed;z-index:-1;left:0;right:0;top:50%;margin:-25mm 0 0;text-align:center;"
            f'font:700 {min(BAND_PT, BAND_ALL_PT // len(marks.band))}pt/50mm "Noto Sans JP";height:50mm;'
            "white-space:nowrap;color:#ececec;transform:rotate(-35deg)}"
        )
        html.append(f'<p class="fb">{escape(marks.band)}</p>')
    if marks.check_address:
        # Each fixed by itself: what is placed within a fixed box is, on pages of several sizes, drawn where the last
        # page has it.
        css.append(
            f".fq{{position:fixed;right:0;bottom:-{QR_MM + GAP_MM}mm;width:{QR_MM}mm;height:{QR_MM}mm}}"
            f".fq svg{{display:block;width:{QR_MM}mm;height:{QR_MM}mm}}"
            f".fn{{position:fixed;right:{QR_MM + 2}mm;bottom:-{QR_MM + GAP_MM}mm;height:{QR_MM}mm;margin:0;"
            'font:6.5pt/1.2 "Noto Sans JP";color:#444;white-space:nowrap}'
        )
        html.append(
            f'<div class="fq">{qr_svg(marks.check_address, marks.control_number)}</div>'
            f'<p class="fn">{escape(marks.control_number)}</p>'
        )
    return Furniture("".join(html), "\n".join(css))


@lru_cache(maxsize=16)
def qr_svg(address: str, number: str) -> str:
    """The QR code as one stroked path, with words for those who do not see it. Its quiet zone is part of it."""
    code = segno.make(address, error="m", micro=False)
    quiet = 2
    side = code.symbol_size(border=quiet)[0]
    path = []
    for row, modules in enumerate(code.matrix, start=quiet):
        column = 0
        while column < len(modules):
            run = 0
            while column + run < len(modules) and modules[column + run]:
                run += 1
            if run:
                path.append(f"M{column + quiet} {row}.5h{run}")
            column += run + 1
    words = f"確認用の二次元コード（管理番号 {number}）" if number else "確認用の二次元コード"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img">'
        f'<title>{escape(words)}</title><path stroke="#000" d="{"".join(path)}"/></svg>'
    )


def _quoted(text: str) -> str:
    """As a string of CSS that no text can leave, neither its quotes nor the style element."""
    return (
        '"'
        + "".join(f"\\{ord(character):x} " if character in '"\\<>\n\r\f' else character for character in text)
        + '"'
    )
