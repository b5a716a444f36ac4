"""
Every rounding the official price knows, each with its name.

Yen are integers, percents are integers, rates with one decimal are integer tenths.
Floors go toward minus infinity, so a negative amount is never rounded toward zero.
"""

from __future__ import annotations


def floor10(yen: int) -> int:
    """10円未満切捨て: down to a multiple of ten yen."""
    return yen // 10 * 10


def floor10_of_share(total_yen: int, persons: int) -> int:
    """
    A facility's total divided by its children, each share floored to ten yen (D3, D4).

    :raises ValueError: there is nobody to divide by.
    """
    if persons <= 0:
        raise ValueError("a share needs at least one person")
    return total_yen // (10 * persons) * 10


def floor10_of_percent(yen: int, percent: int) -> int:
    """So many percent of an amount, floored to ten yen (D7, D8, D15)."""
    return yen * percent // 1000 * 10


def floor10_of_days(unit_yen: int, days: int, days_of_month: int) -> int:
    """日割: a month's unit × days of care ÷ the month's standard days, floored to ten yen (D11)."""
    return unit_yen * days // (10 * days_of_month) * 10


def floor10_of_rate(treatment_yen: int, rate_tenths: int) -> int:
    """The treatment amount: the row's 処遇改善 yen × rate, floored to ten yen (D1)."""
    return treatment_yen * rate_tenths // 100 * 10
