"""
Marks of a document in a sheet's head and foot: the control number below, 「下書き」 or 「見本」 above.

What the template has there stays. ECMA-376 part 1, 18.3.1.36 (headerFooter) and 18.3.1.46 (its codes).
"""

import re
from xml.sax.saxutils import escape

from documents.packs.edits import Edits
from documents.packs.filled import Marks
from documents.packs.sheet_xml import SheetXml, is_true

# Excel calls a workbook damaged that has more in one head or foot, codes included.
LONGEST = 255
TOO_LONG = (
    "ヘッダーかフッターが長すぎて、管理番号や「下書き」を書き足せません。"
    "様式の「ページ設定」→「ヘッダー/フッター」の文字を減らしてください。"
)
_SECTION = re.compile(r"&([LCR])")
# ``&&`` is a sign and begins no code.
_PIECE = re.compile(r"&&|&[LCR]|[^&]+|&", re.DOTALL)
_BEFORE = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr"),
    *("sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate"),
    *("customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations"),
    *("hyperlinks", "printOptions", "pageMargins", "pageSetup"),
)
_ORDER = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")


class TooLong(Exception):
    """The head or foot has no room for the marks."""


def mark(xml: SheetXml, edits: Edits, marks: Marks) -> None:
    """
    Write the marks onto every page of the sheet.

    :raises TooLong: what stands there already leaves no room.
    """
    if not marks.band and not marks.control_number:
        return
    element = xml.named("headerFooter")
    about = {} if element is None else element.about
    which = ["odd"]
    which += ["even"] if is_true(about.get("differentOddEven")) else []
    which += ["first"] if is_true(about.get("differentFirst")) else []
    texts = {tag: one.text for tag, one in xml.marks.items()}
    for one in which:
        if marks.band:
            texts[f"{one}Header"] = _header(texts.get(f"{one}Header", ""), marks.band)
        if marks.control_number:
            texts[f"{one}Footer"] = _footer(texts.get(f"{one}Footer", ""), marks.control_number)
    if any(len(text) > LONGEST for text in texts.values()):
        raise TooLong
    prefix = xml.data.prefix
    inner = "".join(
        f"<{prefix}{tag}>{escape(texts[tag])}</{prefix}{tag}>" for tag in _ORDER if texts.get(tag)
    )
    if element is None:
        place = max(one.end for one in xml.around if one.tag.partition(" ")[2] in _BEFORE)
        edits.replace(place, place, f"<{prefix}headerFooter>{inner}</{prefix}headerFooter>".encode())
    elif element.is_empty_tag:
        edits.insert_into(element, inner.encode())
    else:
        edits.text(element, inner.encode())


def _header(written: str, band: str) -> str:
    parts = _sections(written)
    parts["C"] = _added(parts["C"], band)
    return _joined(parts)


def _footer(written: str, control_number: str) -> str:
    words = f"管理番号 {control_number}"
    if not written:
        return _joined({"L": words.replace("&", "&&"), "C": "&P / &N", "R": "はぐくみ請求"})
    parts = _sections(written)
    parts["L"] = _added(parts["L"], words)
    return _joined(parts)


def _added(written: str, words: str) -> str:
    """Below what stands there."""
    words = words.replace("&", "&&")
    return f"{written}\n{words}" if written else words


def _sections(written: str) -> dict[str, str]:
    """Left, centre and right; what says nothing of it stands in the centre."""
    parts = {"L": "", "C": "", "R": ""}
    current = "C"
    for piece in _PIECE.findall(written):
        if found := _SECTION.fullmatch(piece):
            current = found[1]
        else:
            parts[current] += piece
    return parts


def _joined(parts: dict[str, str]) -> str:
    return "".join(f"&{name}{text}" for name, text in parts.items() if text)
