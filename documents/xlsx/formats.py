"""
What a cell's number format says about its number: that it is a day, a duration, or digits with leading zeros.

Number formats: ECMA-376 part 1, 18.8.30 and 18.8.31. Days are told from numbers as openpyxl tells them, which writes
the workbooks of this product, and by the formats that a Japanese Excel has built in (27–36, 50–58: 和暦 and 年月日).
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

BUILT_IN = {
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    **dict.fromkeys((*range(27, 32), *range(34, 37), *range(50, 59)), "yyyy/m/d"),
    32: "h:mm",
    33: "h:mm:ss",
}
FIRST_DAY = datetime(1899, 12, 30)
FIRST_DAY_1904 = datetime(1904, 1, 1)
# Excel believes in a 29 February 1900: numbers before it are a day further.
LEAP_DAY_1900 = 60
SECONDS = 86_400

_NOT_SHOWN = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
_DAY = re.compile(r"(?<![_\\])[dmhysDMHYS]")
_DURATION = re.compile(r"\[hh?\]|\[mm?\]|\[ss?\]", re.IGNORECASE)
_SECTIONS = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])+')
_PIECE = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|[_*].|([0#?])|([-() ]|[^\x00-\x7f])|(.)', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)([0-9]{1,15})\]")
_COMPARED = {
    "<=": int.__le__,
    ">=": int.__ge__,
    "<>": int.__ne__,
    "<": int.__lt__,
    ">": int.__gt__,
    "=": int.__eq__,
}


@dataclass(frozen=True)
class Style:
    """How a cell shows its number: ``kind`` n (number), d (day or time) or u (duration), and the format's code."""

    kind: str = "n"
    code: str = ""


def style_of(number: int, own: dict[int, str]) -> Style:
    """The style of a number format: one of the workbook's own, or a built-in one."""
    code = own.get(number, BUILT_IN.get(number, ""))
    first = code.split(";")[0]
    if not _DAY.search(_NOT_SHOWN.sub("", first)):
        return Style("n", code)
    return Style("u" if _DURATION.search(first) else "d", code)


def day_of(value: float, is_1904: bool) -> tuple[str, str]:
    """
    Kind and text of a number that is shown as a day: d and 2026-04-01 (with its time, if any), or t and 12:30:00.

    :raises ArithmeticError, ValueError: no day has this number.
    """
    day, fraction = divmod(value, 1)
    rest = timedelta(milliseconds=round(fraction * SECONDS * 1000))
    if 0 <= value < 1 and rest.days == 0:
        return "t", (datetime.min + rest).time().isoformat()
    if 0 < value < LEAP_DAY_1900 and not is_1904:
        day += 1
    at = (FIRST_DAY_1904 if is_1904 else FIRST_DAY) + timedelta(days=day) + rest
    return "d", at.date().isoformat() if at.time() == time() else at.isoformat(sep=" ")


def duration_of(value: float) -> tuple[str, str]:
    """The duration as Python writes it, and as a person does: 160:00 (hours and minutes)."""
    length = timedelta(days=value)
    if length.microseconds:
        length = timedelta(seconds=length.total_seconds() // 1, microseconds=round(length.microseconds, -3))
    minutes = round(length.total_seconds() / 60)
    return str(length), f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"


def shown(value: int, code: str) -> str:
    """
    What a whole number shows as in a format that fills up with zeros or puts signs between digits, else nothing.

    000000 → 000123; the postal code of a Japanese Excel → 123-4567.
    """
    if value < 0:
        return ""
    section = _section(value, code)
    pieces: list[tuple[str, bool]] = []
    for quoted, escaped, digit, sign, other in _PIECE.findall(section):
        if other:
            return ""
        if digit:
            pieces.append((digit, True))
        elif words := quoted or escaped or sign:
            pieces.append((words, False))
    places = [at for at, (_, is_digit) in enumerate(pieces) if is_digit]
    if not places:
        return ""
    is_parted = any(not is_digit for _, is_digit in pieces[places[0] : places[-1]])
    if not is_parted and sum(pieces[at][0] == "0" for at in places) < 2:
        return ""
    digits = str(value) if value else ""
    for at in reversed(places):
        sign = pieces[at][0]
        digit, digits = (digits[-1:], digits[:-1]) if at != places[0] else (digits, "")
        pieces[at] = (digit or {"0": "0", "?": " "}.get(sign, ""), True)
    return "".join(words for words, _ in pieces)


def _section(value: int, code: str) -> str:
    """The part of the code that counts for this value: by its condition, or the first one."""
    sections = _SECTIONS.findall(code)
    if not _CONDITION.search(code):
        return sections[0] if sections else ""
    for section in sections:
        condition = _CONDITION.search(section)
        if condition is None or _COMPARED[condition[1]](value, int(condition[2])):
            return str(section)
    return ""
