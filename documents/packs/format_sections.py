"""
The parts of a number format, and a number, a day or a text in one of them.

A value's sign is not a part's business: numbers come without it.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from documents.xlsx.formats import FIRST_DAY, FIRST_DAY_1904, LEAP_DAY_1900, SECONDS
from pages.wareki import WEEKDAYS, era_of

# Eleven characters are what General shows at most.
GENERAL_WIDTH = 11
SMALLEST_PLAIN = Decimal("0.0001")
CANNOT_BE_SHOWN = "#" * 8
# No program shows a day after 31 December 9999.
DAYS_UNTIL_10000 = 2_958_466

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<filled>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/標準)|(?P<noon>AM/PM|am/pm|A/P|a/p)|(?P<power>E[+-])"
    r"|(?P<day>y+|m+|d+|h+|s+(?:\.0+)?|g+|e+|a{3,4}|r{1,2})|(?P<digit>[0#?])|(?P<sign>[.,%/@])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?[0-9.]+)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_KANJI = {"1": "〇一二三四五六七八九", "2": "零壱弐参四伍六七八九", "3": "０１２３４５６７８９"}
_PLACES = {"1": ("十百千", "万億兆京"), "2": ("拾百阡", "萬億兆京"), "3": ("十百千", "万億兆京")}


def _plain(value: Decimal) -> str:
    """A number that is not negative as General shows it."""
    if value == value.to_integral_value() and value < 10**GENERAL_WIDTH:
        return f"{int(value)}"
    if SMALLEST_PLAIN <= value < 10 ** (GENERAL_WIDTH - 1):
        places = max(GENERAL_WIDTH - 1 - len(str(int(value))), 0)
        return _rounded(value, places).rstrip("0").rstrip(".")
    power = value.adjusted()
    mantissa = _rounded(value.scaleb(-power), 5)
    if mantissa.startswith("10"):
        power, mantissa = power + 1, "1"
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}E{'-' if power < 0 else '+'}{abs(power):02d}"


def _rounded(value: Decimal, places: int) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"


def _in_kanji(number: int, style: str) -> str:
    """123 as 百二十三, in style 2 壱百弐拾参, in style 3 １百２十３."""
    digits, (small, large) = _KANJI[style], _PLACES[style]
    if number == 0:
        return digits[0]
    words = ""
    for group in range(len(large), -1, -1):
        four = number // 10 ** (4 * group) % 10_000
        if not four:
            continue
        for place in range(3, -1, -1):
            digit = four // 10**place % 10
            if digit:
                one = "" if digit == 1 and place and style == "1" else digits[digit]
                words += one + (small[place - 1] if place else "")
        words += large[group - 1] if group else ""
    return words


@dataclass(frozen=True)
class Section:
    """One part of a format: its tokens as (kind, words), its condition, the digits it writes (``[DBNum1]``: 1)."""

    tokens: list[tuple[str, str]]
    condition: tuple[str, Decimal] | None
    digits: str
    is_day: bool

    @classmethod
    def read(cls, code: str) -> "Section":
        tokens: list[tuple[str, str]] = []
        condition, digits = None, ""
        for found in _TOKEN.finditer(code):
            kind = found.lastgroup or "quoted"
            words = found[kind] or ""
            if kind == "bracket":
                if compared := _CONDITION.fullmatch(words):
                    condition = (compared[1], Decimal(compared[2]))
                elif words[:5].lower() == "dbnum":
                    digits = words[5:6] if words[5:6] in _KANJI else ""
                elif words.startswith("$"):
                    tokens.append(("quoted", words[1:].partition("-")[0]))
                elif _ELAPSED.fullmatch(words):
                    tokens.append(("elapsed", words.lower()))
            elif kind != "filled":
                tokens.append((kind, words))
        is_day = any(kind in ("day", "elapsed", "noon") for kind, _ in tokens) and not any(
            kind == "general" for kind, _ in tokens
        )
        return cls(tokens, condition, digits, is_day)

    def text(self, value: str) -> str:
        """A text as this part shows it."""
        return "".join(
            value if (kind, words) == ("sign", "@") else _literal(kind, words) for kind, words in self.tokens
        )

    def spelt(self, digits: str) -> str:
        """Digits as this part writes them."""
        return digits.translate(str.maketrans("0123456789", _KANJI[self.digits])) if self.digits else digits

    def number(self, value: Decimal) -> str:
        """A number that is not negative as this part shows it."""
        kinds = [kind for kind, _ in self.tokens]
        if (
            "general" in kinds
            or ("sign", "@") in self.tokens
            or ("digit" in kinds and ("sign", "/") in self.tokens)
        ):
            is_whole = value == value.to_integral_value()
            shown = _in_kanji(int(value), self.digits) if self.digits and is_whole else _plain(value)
            whole = [
                shown if kind == "general" or (kind, words) == ("sign", "@") else _literal(kind, words)
                for kind, words in self.tokens
                if kind not in ("digit",) and (kind, words) != ("sign", "/")
            ]
            return "".join(whole) if "general" in kinds or ("sign", "@") in self.tokens else shown
        if "digit" not in kinds:
            return "".join(words if kind == "sign" else _literal(kind, words) for kind, words in self.tokens)
        if "power" in kinds:
            return self._scientific(value)
        return self._fixed(self.tokens, value)

    def _fixed(self, tokens: list[tuple[str, str]], value: Decimal) -> str:
        places = [at for at, (kind, _) in enumerate(tokens) if kind == "digit"]
        point = next((at for at, one in enumerate(tokens) if one == ("sign", ".")), len(tokens))
        whole, rest = [at for at in places if at < point], [at for at in places if at > point]
        value *= 100 ** sum(one == ("sign", "%") for one in tokens)
        commas = [at for at, one in enumerate(tokens) if one == ("sign", ",") and whole and at > whole[0]]
        is_grouped = any(at < (whole[-1] if whole else 0) for at in commas)
        after = whole[-1] + 1 if whole else point
        while after in commas:
            value /= 1000
            after += 1
        digits, _, decimals = _rounded(value, len(rest)).partition(".")
        digits = digits.lstrip("0")
        shown: dict[int, str] = {}
        count = 0
        for at in reversed(whole):
            taken = digits if at == whole[0] else digits[-1:]
            digits = digits[: len(digits) - len(taken)]
            taken = taken or {"0": "0", "?": " "}.get(tokens[at][1], "")
            grouped = ""
            for digit in reversed(taken):
                if is_grouped and count and count % 3 == 0 and digit != " ":
                    grouped = "," + grouped
                grouped = self.spelt(digit) + grouped
                count += 1
            shown[at] = grouped
        kept = len(decimals.rstrip("0"))
        for place, at in enumerate(rest):
            if place < kept or tokens[at][1] == "0":
                shown[at] = self.spelt(decimals[place])
                kept = max(kept, place)
            else:
                shown[at] = " " if tokens[at][1] == "?" else ""
        return "".join(
            shown[at]
            if at in shown
            else ("" if words == "," and at in commas else words)
            if kind == "sign"
            else _literal(kind, words)
            for at, (kind, words) in enumerate(tokens)
        )

    def _scientific(self, value: Decimal) -> str:
        at = next(place for place, (kind, _) in enumerate(self.tokens) if kind == "power")
        front, back = self.tokens[:at], self.tokens[at + 1 :]
        point = next((place for place, one in enumerate(front) if one == ("sign", ".")), len(front))
        step = max(sum(kind == "digit" for kind, _ in front[:point]), 1)
        places = sum(kind == "digit" for kind, _ in front[point:])
        power = value.adjusted() // step * step if value else 0
        if Decimal(_rounded(value.scaleb(-power), places)) >= 10**step:
            power += step
        sign = "-" if power < 0 else "+" if self.tokens[at][1].endswith("+") else ""
        return f"{self._fixed(front, value.scaleb(-power))}E{sign}{self._fixed(back, Decimal(abs(power)))}"


def _literal(kind: str, words: str) -> str:
    return " " if kind == "space" else words if kind in ("quoted", "escaped", "other") else ""


@dataclass(frozen=True)
class Moment:
    """A serial taken apart; ``day`` is 0 and ``on`` the first for what Excel shows as 1900/1/0."""

    value: Decimal
    on: date
    day: int
    hour: int
    minute: int
    second: Decimal
    is_half_day: bool

    @classmethod
    def shown(cls, section: Section, value: Decimal, is_1904: bool) -> str:
        """The number as a day, time or duration."""
        fraction = max(
            (
                len(words) - words.find(".") - 1
                for kind, words in section.tokens
                if kind == "day" and "." in words
            ),
            default=0,
        )
        is_elapsed = any(kind == "elapsed" for kind, _ in section.tokens)
        if value < 0 and is_elapsed:
            return "-" + cls.shown(section, -value, is_1904)
        end = DAYS_UNTIL_10000 - ((FIRST_DAY_1904 - FIRST_DAY).days if is_1904 else 0)
        if not 0 <= value < end:
            return CANNOT_BE_SHOWN
        unit = Decimal(1).scaleb(-(fraction or 3))
        seconds = (value * SECONDS).quantize(unit, ROUND_HALF_UP)
        days, rest = divmod(seconds, SECONDS)
        if days >= end:
            return CANNOT_BE_SHOWN
        on, day = _day(int(days), is_1904)
        hour, minutes = divmod(rest, 3600)
        minute, second = divmod(minutes, 60)
        half = any(kind == "noon" for kind, _ in section.tokens)
        moment = cls(seconds, on, day, int(hour), int(minute), second, half)
        return "".join(moment._token(section, at) for at in range(len(section.tokens)))

    def _token(self, section: Section, at: int) -> str:
        kind, words = section.tokens[at]
        if kind == "sign":
            return words
        if kind == "digit":
            return ""
        if kind == "noon":
            return words.split("/")[self.hour >= 12]
        if kind == "elapsed":
            whole = int(self.value / {"h": 3600, "m": 60, "s": 1}[words[0]])
            return f"{whole:0{len(words)}d}"
        if kind != "day":
            return _literal(kind, words)
        words = words.lower()
        if words[0] == "m" and _is_minute(section.tokens, at):
            return section.spelt(f"{self.minute:0{min(len(words), 2)}d}")
        shown = self._part(words)
        if section.digits in ("1", "2") and shown.isdecimal() and len(shown) < 3 and words[0] != "y":
            return _in_kanji(int(shown), section.digits)
        return section.spelt(shown)

    def _part(self, words: str) -> str:
        many = len(words)
        match words[0]:
            case "y":
                return f"{self.on.year}" if many > 2 else f"{self.on.year % 100:02d}"
            case "m":
                if many > 2:
                    name = calendar.month_name[self.on.month]
                    return name[:3] if many == 3 else name if many == 4 else name[0]
                return f"{self.on.month:0{many}d}"
            case "d":
                if many > 2:
                    name = calendar.day_name[self.on.weekday()]
                    return name[:3] if many == 3 else name
                return f"{self.day:0{many}d}"
            case "a":
                return WEEKDAYS[self.on.weekday()] + ("曜日" if many > 3 else "")
            case "g":
                era = era_of(self.on)
                return era.letter if many == 1 else era.name[0] if many == 2 else era.name
            case "e":
                return f"{era_of(self.on).year_of(self.on):0{min(many, 2)}d}"
            case "r":
                era = era_of(self.on)
                return f"{era.name if many == 2 else ''}{era.year_of(self.on):02d}"
            case "h":
                hour = (self.hour % 12 or 12) if self.is_half_day else self.hour
                return f"{hour:0{min(many, 2)}d}"
        whole, _, places = words.partition(".")
        second = int(self.second)
        shown = f"{second:0{min(len(whole), 2)}d}"
        if places:
            part = int((self.second - second).scaleb(len(places)))
            shown += f".{part:0{len(places)}d}"
        return shown


def _day(days: int, is_1904: bool) -> tuple[date, int]:
    """The day of a serial, and what Excel shows as its number: it believes in a 29 February 1900 and a 0 January."""
    if is_1904:
        on = FIRST_DAY_1904.date() + timedelta(days=days)
        return on, on.day
    if days == 0:
        return date(1900, 1, 1), 0
    if days == LEAP_DAY_1900:
        return date(1900, 2, 28), 29
    on = FIRST_DAY.date() + timedelta(days=days + (days < LEAP_DAY_1900))
    return on, on.day


def _is_minute(tokens: list[tuple[str, str]], at: int) -> bool:
    """An m between hours and seconds is a minute, else a month."""
    if len(tokens[at][1]) > 2:
        return False
    parts = [place for place, (kind, _) in enumerate(tokens) if kind in ("day", "elapsed")]
    own = parts.index(at)
    before = tokens[parts[own - 1]][1][0].lower() if own else ""
    after = tokens[parts[own + 1]][1][0].lower() if own + 1 < len(parts) else ""
    return before == "h" or after == "s"
