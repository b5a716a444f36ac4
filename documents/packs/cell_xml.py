"""
What is put into a cell, as XML. A text stays a text, whatever it begins like.

ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.96 (v) and 22.9.2.19 (characters that XML has not).
"""

import re
from datetime import date, datetime
from fractions import Fraction
from xml.sax.saxutils import escape

from documents.packs.filled import CellContent
from documents.xlsx.formats import FIRST_DAY, FIRST_DAY_1904, LEAP_DAY_1900

# A fraction that does not end, such as a third, is rounded to so many places: more than any form shows.
DECIMAL_PLACES = 10
# Excel keeps fifteen digits of a number and makes the others zeros, without a word.
EXCEL_DIGITS = 15
LONGEST_TEXT = 32_767
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What Excel would read as a character that it could not write (_x000D_); the line itself is written that way.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_BREAK = re.compile("\r\n?")


class CannotBeKept(Exception):
    """A workbook cannot keep this content. The message is a sentence that says what to do."""


def text_of(written: str) -> str:
    """
    The text as a workbook keeps it: breaks of lines are LF.

    :raises CannotBeKept: it is too long, or has characters that no XML may have.
    """
    text = _BREAK.sub("\n", written)
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_TEXT:
        raise CannotBeKept(f"長すぎます（Excelの1つのセルは{LONGEST_TEXT:,}字まで）。短くしてください。")
    if found := _UNWRITABLE.search(text):
        raise CannotBeKept(f"Excelに書けない文字（U+{ord(found[0]):04X}）が入っています。消してください。")
    return text


def writable(text: str) -> str:
    """The text without the characters that no XML may have; for what is no value of a form (its title)."""
    return _UNWRITABLE.sub("", text)


def escaped(text: str) -> str:
    """A text as it stands inside an element."""
    return escape(_LOOKS_ESCAPED.sub("_x005F_", text))


def number_text(value: int | Fraction) -> str:
    """
    The number in decimals: all of them where they end, else rounded to ``DECIMAL_PLACES``.

    :raises CannotBeKept: a whole number has more digits than Excel keeps.
    """
    if value.denominator == 1:
        whole = str(value.numerator)
        if len(whole.strip("-").rstrip("0")) > EXCEL_DIGITS:
            raise CannotBeKept(
                f"{EXCEL_DIGITS}桁を超える数をExcelは正しく持てません。様式の項目を文字にしてください。"
            )
        return whole
    rest, places = value.denominator, 0
    for factor in (2, 5):
        count = 0
        while rest % factor == 0:
            rest //= factor
            count += 1
        places = max(places, count)
    if rest != 1:
        places = DECIMAL_PLACES
    scaled = round(Fraction(value) * 10**places)
    sign, digits = "-" if scaled < 0 else "", str(abs(scaled)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else str(scaled)


def serial_of(day: date, *, is_1904: bool) -> int | None:
    """The number of a day as the workbook counts them; None before its first."""
    first = FIRST_DAY_1904 if is_1904 else FIRST_DAY
    days = (date(day.year, day.month, day.day) - first.date()).days
    if is_1904:
        return days if days >= 0 else None
    # Excel believes in a 29 February 1900: days before it count one less.
    days -= days <= LEAP_DAY_1900
    return days if days > 0 else None


def value_xml(
    content: CellContent, text: str, *, as_result: bool, is_day: bool, is_1904: bool, prefix: str
) -> tuple[str, str]:
    """
    The type of a cell and the XML inside it; empty for none. ``as_result``: what a formula comes to.

    A day is a number where ``is_day`` says that the cell shows it as one, else the text that paper shows.

    :raises CannotBeKept: the workbook cannot keep it.
    """
    if isinstance(content, bool):
        return "b", f"<{prefix}v>{int(content)}</{prefix}v>"
    if isinstance(content, date) and not isinstance(content, datetime):
        serial = serial_of(content, is_1904=is_1904) if is_day else None
        content = text if serial is None else serial
    if isinstance(content, int | Fraction):
        return "", f"<{prefix}v>{number_text(content)}</{prefix}v>"
    if content is None or content == "":
        return ("str", f"<{prefix}v></{prefix}v>") if as_result and content == "" else ("", "")
    assert isinstance(content, str), "a cell holds no moments"
    kept = escaped(text_of(content))
    if as_result:
        return "str", f"<{prefix}v>{kept}</{prefix}v>"
    return "inlineStr", f'<{prefix}is><{prefix}t xml:space="preserve">{kept}</{prefix}t></{prefix}is>'
