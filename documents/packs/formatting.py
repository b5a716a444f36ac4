"""
How values are written on a form (書式): by name, as paper shows them and as the workbook keeps them. Pure.

Roundings have names of their own; none happens by itself.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from documents.dictionary import Kind
from documents.packs.filled import CellContent
from formulas import Value
from pages import wareki

THOUSAND: Final = 1000
NUMBERS: Final = frozenset({Kind.WHOLE, Kind.NUMBER, Kind.YEN})
DAYS: Final = frozenset({Kind.DATE, Kind.MONTH})


class NotWritable(Exception):
    """The value cannot be written in this format. The message says why."""


@dataclass(frozen=True, slots=True)
class Format:
    """
    One way of writing: ``content`` is what a workbook's cell gets, ``text`` what stands on paper.

    ``kinds`` it is meant for; ``label`` for whoever maps cells.
    """

    name: str
    label: str
    kinds: frozenset[Kind]
    content: Callable[[Value], CellContent]
    text: Callable[[Value], str]


@dataclass(frozen=True, slots=True)
class Written:
    """A value as it is written. Nothing (None) is an empty cell."""

    content: CellContent
    text: str


def _number(value: Value) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise NotWritable("数ではないため、この書式では書けません。")
    return Fraction(value)


def _day(value: Value) -> date:
    if not isinstance(value, date):
        raise NotWritable("日付ではないため、この書式では書けません。")
    return value


def _truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise NotWritable("「はい・いいえ」ではないため、この書式では書けません。")
    return value


def _kept(value: Value) -> CellContent:
    number = _number(value)
    return number.numerator if number.denominator == 1 else number


def grouped(number: Fraction | int) -> str:
    """``1,234``, ``-1,234``, ``12.5``; fractions are half-up at the fourth place (小数第5位を四捨五入)."""
    if Fraction(number).denominator == 1:
        return f"{int(number):,}".replace("-", "−")
    exact = Decimal(Fraction(number).numerator) / Decimal(Fraction(number).denominator)
    shown = exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP).normalize()
    return f"{shown:,f}".replace("-", "−")


def floor_to_thousand(number: Fraction) -> int:
    """千円未満切捨て, in yen; of less than nothing towards nothing."""
    size = abs(number) // THOUSAND * THOUSAND
    return int(size if number >= 0 else -size)


def half_width_kana(text: str) -> str:
    """半角カナ: hiragana and full-width kana, letters and signs as half-width ones; small kana stay small."""
    return "".join(
        _HALF_WIDTH.get(one, one) for one in unicodedata.normalize("NFKC", text).translate(_KATAKANA)
    )


_KATAKANA: Final = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_HALF_WIDTH: Final[Mapping[str, str]] = {
    unicodedata.normalize("NFKC", half): half
    for half in (
        *(chr(code) for code in range(0xFF61, 0xFFA0)),
        *(f"{chr(code)}ﾞ" for code in (*range(0xFF76, 0xFF85), *range(0xFF8A, 0xFF8F), 0xFF73)),
        *(f"{chr(code)}ﾟ" for code in range(0xFF8A, 0xFF8F)),
    )
    if len(unicodedata.normalize("NFKC", half)) == 1
}


def _month_words(value: Value) -> str:
    return wareki.month_words(_day(value))


def _format(
    name: str,
    label: str,
    kinds: frozenset[Kind],
    text: Callable[[Value], str],
    content: Callable[[Value], CellContent] | None = None,
) -> Format:
    return Format(name, label, kinds, content or text, text)


_ALL: Final = (
    _format("text", "そのまま", frozenset({Kind.TEXT}), lambda value: f"{value}"),
    _format("half_kana", "半角カナ", frozenset({Kind.TEXT}), lambda value: half_width_kana(f"{value}")),
    _format("number", "数（3桁ごとのコンマ）", NUMBERS, lambda value: grouped(_number(value)), _kept),
    _format(
        "plain", "数（コンマなし）", NUMBERS, lambda value: grouped(_number(value)).replace(",", ""), _kept
    ),
    _format("yen_mark", "金額（¥付き）", NUMBERS, lambda value: f"¥{grouped(_number(value))}", _kept),
    _format("yen_words", "金額（円付き）", NUMBERS, lambda value: f"{grouped(_number(value))}円"),
    _format(
        "floor_thousand",
        "千円未満切捨て（円）",
        NUMBERS,
        lambda value: grouped(floor_to_thousand(_number(value))),
        lambda value: floor_to_thousand(_number(value)),
    ),
    _format(
        "in_thousands",
        "千円単位（千円未満切捨て）",
        NUMBERS,
        lambda value: grouped(floor_to_thousand(_number(value)) // THOUSAND),
        lambda value: floor_to_thousand(_number(value)) // THOUSAND,
    ),
    _format("percent", "％付き", NUMBERS, lambda value: f"{grouped(_number(value))}%"),
    _format("date", "令和8年4月1日", DAYS, lambda value: wareki.day_words(_day(value))),
    _format("short_date", "R8.4.1", DAYS, lambda value: wareki.short_date_words(_day(value))),
    _format(
        "western_date",
        "2026/4/1",
        DAYS,
        lambda value: f"{_day(value):%Y}/{_day(value).month}/{_day(value).day}",
    ),
    _format("month", "令和8年4月", DAYS, _month_words),
    _format(
        "month_number",
        "月だけ（4）",
        DAYS,
        lambda value: f"{_day(value).month}",
        lambda value: _day(value).month,
    ),
    _format(
        "circle", "○（はいのとき）", frozenset({Kind.YES_NO}), lambda value: "○" if _truth(value) else ""
    ),
    _format("check", "☑・☐", frozenset({Kind.YES_NO}), lambda value: "☑" if _truth(value) else "☐"),
    _format("have", "有・無", frozenset({Kind.YES_NO}), lambda value: "有" if _truth(value) else "無"),
    _format(
        "digits",
        "1桁ずつの欄（¥付き）",
        NUMBERS,
        lambda value: f"¥{grouped(_number(value)).replace(',', '')}",
    ),
)
FORMATS: Final[Mapping[str, Format]] = {one.name: one for one in _ALL}
DIGITS: Final = "digits"
USUAL: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "text",
    Kind.WHOLE: "number",
    Kind.NUMBER: "number",
    Kind.YEN: "number",
    Kind.DATE: "date",
    Kind.MONTH: "month",
    Kind.YES_NO: "have",
}


def kind_of(value: Value) -> Kind:
    """What a value is, where nothing says it."""
    if isinstance(value, bool):
        return Kind.YES_NO
    if isinstance(value, int):
        return Kind.WHOLE
    if isinstance(value, Fraction):
        return Kind.NUMBER
    return Kind.DATE if isinstance(value, date) else Kind.TEXT


def written(value: Value, name: str, words: tuple[str, str] | None = None) -> Written:
    """
    The value in the format of this name; without one as its kind is usually written. ``words``: for yes and no.

    :raises NotWritable: the value is of another kind.
    """
    if value is None or value == "":
        return Written(None, "")
    if words is not None:
        said = words[0] if _truth(value) else words[1]
        return Written(said or None, said)
    chosen = FORMATS[name or USUAL[kind_of(value)]]
    content = chosen.content(value)
    return Written(None if content == "" else content, chosen.text(value))


def boxes(text: str, count: int) -> list[str] | None:
    """The characters in ``count`` boxes, right-aligned; None where there are more than boxes."""
    return list(text.rjust(count)) if len(text) <= count else None
