"""
Every rounding of the staffing rules, each with its name; exact fractions or integers in, never a float.

One-decimal numbers are integer tenths, as in ``pricing.money``.
"""

from __future__ import annotations

from fractions import Fraction


def truncate_to_tenths(children: int | Fraction, ratio: int) -> int:
    """F1: 子どもの数 ÷ 配置基準, 小数点第2位以下切捨て, in tenths (§8.2)."""
    return int(Fraction(children) * 10 // ratio)


def round_half_up(value: Fraction) -> int:
    """小数点以下四捨五入 of a number that is not negative: a half goes up (§8.2, §8.3)."""
    return int((value * 2 + 1) // 2)


def round_tenths_half_up(tenths: int) -> int:
    """小数点第1位を四捨五入: 85 tenths are 9, 84 are 8 (§8.2)."""
    return (tenths + 5) // 10


def round_up_to_persons(children: int, ratio: int) -> int:
    """1人に満たない端数は1人: where a person may look after so many children and no more (§8.1 C)."""
    return -(-children // ratio)


def round_up(value: Fraction) -> int:
    """1人に満たない端数は1人: of a shortage, which is not negative."""
    return int(-(-value // 1))


def round_months_to_years(months: Fraction) -> int:
    """6か月以上切上げ、6か月未満切捨て (§8.4)."""
    return int((months + 6) // 12)


def tenths_words(tenths: int) -> str:
    """``23`` → 2.3, ``50`` → 5.0: staffing sheets always show the decimal."""
    sign = "−" if tenths < 0 else ""
    whole, rest = divmod(abs(tenths), 10)
    return f"{sign}{whole}.{rest}"


def cut_to_hundredths(value: Fraction) -> Fraction:
    """常勤換算 for the eye: 小数点第3位以下切捨て, so that nobody is told of more people than are there."""
    return Fraction(int(value * 100 // 1), 100)


def raise_to_hundredths(value: Fraction) -> Fraction:
    """A shortage of people for the eye: 小数点第3位以下切上げ, beside a number that is cut; none disappears."""
    return Fraction(-int(-value * 100 // 1), 100)


def persons_words(value: int | Fraction) -> str:
    """
    A number of people as it is shown: ``Fraction(929, 60)`` → 15.48. The exact one is ``number_words`` in the steps.

    Nothing is decided with it: what is required is compared with the exact value.
    """
    return number_words(cut_to_hundredths(Fraction(value)))


def number_words(value: int | Fraction) -> str:
    """``17`` → 17, ``Fraction(35, 2)`` → 17.5, ``Fraction(52, 3)`` → 17.33… (cut, and said so)."""
    exact = Fraction(value)
    whole, hundredths = divmod(int(exact * 100 // 1), 100)
    if exact == whole:
        return str(whole)
    more = "" if exact * 100 == whole * 100 + hundredths else "…"
    decimals = f"{hundredths:02d}" if more else f"{hundredths:02d}".rstrip("0")
    return f"{whole}.{decimals}{more}"
