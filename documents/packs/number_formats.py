"""
Numbers and days as a Japanese Excel shows them: the codes of its formats, and what a value becomes in one.

ECMA-376 part 1, 18.8.30 and 18.8.31; 和暦 (``g``, ``e``), 曜日 (``aaa``) and 漢数字 (``[DBNum1]``) as Excel has them in
Japanese. Numbers are rounded as Excel rounds what it shows: half away from zero. Formats of fractions (``# ?/?``)
show the number as it is. No floats: a float is taken for the fifteen digits that Excel keeps of it.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, localcontext
from fractions import Fraction

from documents.packs.format_sections import CANNOT_BE_SHOWN, Moment, Section
from documents.xlsx.formats import FIRST_DAY, FIRST_DAY_1904, LEAP_DAY_1900, SECONDS

Number = int | float | Decimal | Fraction

EXCEL_DIGITS = 15
# Of numbers that do not end, as many digits as any number and any format have together.
PRECISION = 1_000
MOST_DIGITS = 308
# What a Japanese Excel has built in where the standard leaves it to the language, or says otherwise (18.8.30).
BUILT_IN = {
    5: '"¥"#,##0;"¥"\\-#,##0',
    6: '"¥"#,##0;[Red]"¥"\\-#,##0',
    7: '"¥"#,##0.00;"¥"\\-#,##0.00',
    8: '"¥"#,##0.00;[Red]"¥"\\-#,##0.00',
    14: "yyyy/m/d",
    22: "yyyy/m/d h:mm",
    27: "[$-411]ge.m.d",
    28: '[$-411]ggge"年"m"月"d"日"',
    29: '[$-411]ggge"年"m"月"d"日"',
    30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"',
    33: 'h"時"mm"分"ss"秒"',
    34: 'yyyy"年"m"月"',
    35: 'm"月"d"日"',
    36: "[$-411]ge.m.d",
    37: "#,##0;\\-#,##0",
    38: "#,##0;[Red]\\-#,##0",
    39: "#,##0.00;\\-#,##0.00",
    40: "#,##0.00;[Red]\\-#,##0.00",
    41: '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* \\-#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    50: "[$-411]ge.m.d",
    51: '[$-411]ggge"年"m"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: '[$-411]ggge"年"m"月"d"日"',
    55: 'yyyy"年"m"月"',
    56: 'm"月"d"日"',
    57: "[$-411]ge.m.d",
    58: '[$-411]ggge"年"m"月"d"日"',
}


_SECTION = re.compile(r'(?:"[^"]*"?|\\.|\[[^\]]*\]|[_*].|[^;])*', re.DOTALL)
_COMPARED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<=": Decimal.__le__,
    ">=": Decimal.__ge__,
    "<": Decimal.__lt__,
    ">": Decimal.__gt__,
    "=": Decimal.__eq__,
    "<>": Decimal.__ne__,
}


def code_of(number: int, own: str) -> str:
    """The code of a number format: what a Japanese Excel has built in, or its own words."""
    return BUILT_IN.get(number, own)


def is_day_format(code: str) -> bool:
    """Whether a number in this format is shown as a day or a time."""
    return Section.read(_sections(code)[0]).is_day


def printed_number(
    value: Number | date | time | str | bool | None, number_format: str, *, is_1904: bool = False
) -> str:
    """
    What a cell shows of its value: 1234.5 in ``#,##0`` is 1,235; 46357 in ``ggge"年"m"月"d"日"`` is 令和8年12月1日.

    A number that no day has is ######## in a format of days. A text shows as it is, or as the text part of the format
    (``@"様"``) says.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    sections = [Section.read(code) for code in _sections(number_format or "General")]
    if isinstance(value, str):
        return sections[3].text(value) if len(sections) > 3 else _as_text(sections[-1], value)
    with localcontext(prec=PRECISION):
        number = _serial(value, is_1904) if isinstance(value, date | time) else _decimal(value)
        section, is_signed = _chosen(sections, number)
        if section is None or number.adjusted() >= MOST_DIGITS:
            return CANNOT_BE_SHOWN
        if section.is_day:
            return Moment.shown(section, number, is_1904)
        minus = "-" if is_signed and number < 0 else ""
        shown = section.number(abs(number))
        return minus + shown if minus and re.search("[1-9〇-九壱-拾０-９]", shown) else shown


def _as_text(section: "Section", value: str) -> str:
    return (
        section.text(value)
        if any(kind == "sign" and words == "@" for kind, words in section.tokens)
        else value
    )


def _sections(code: str) -> list[str]:
    sections, at = [], 0
    while True:
        found = _SECTION.match(code, at)
        assert found is not None
        sections.append(found[0])
        at = found.end() + 1
        if at > len(code):
            return sections


def _decimal(value: Number) -> Decimal:
    if isinstance(value, float):
        return Decimal(f"{value:.{EXCEL_DIGITS}g}")
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(value)


def _serial(value: date | time, is_1904: bool) -> Decimal:
    """The number a day stands for."""
    if isinstance(value, time):
        at, days = value, 0
    else:
        at = value.time() if isinstance(value, datetime) else time()
        first = FIRST_DAY_1904 if is_1904 else FIRST_DAY
        days = (date(value.year, value.month, value.day) - first.date()).days
        if not is_1904 and days <= LEAP_DAY_1900:
            days -= 1
    seconds = at.hour * 3600 + at.minute * 60 + at.second + Decimal(at.microsecond) / 1_000_000
    return days + seconds / SECONDS


def _chosen(sections: list["Section"], value: Decimal) -> tuple["Section | None", bool]:
    """The part of the format that counts for this value, and whether a minus is still to be written."""
    numbers = sections[:3]
    if not any(one.condition for one in numbers):
        if len(numbers) == 1:
            return numbers[0], True
        if len(numbers) == 2 or value != 0:
            return (numbers[1], False) if value < 0 else (numbers[0], True)
        return numbers[2], False
    for at, one in enumerate(numbers):
        if one.condition is None:
            # Without a condition of its own the second part is for what is negative, the last for the rest.
            if at == 0 and value <= 0 and len(numbers) > 1:
                continue
            if at == 1 and len(numbers) > 2 and value >= 0:
                continue
            return one, True
        sign, limit = one.condition
        if _COMPARED[sign](value, limit):
            return one, not (sign in ("<", "<=") and limit <= 0)
    return None, False
