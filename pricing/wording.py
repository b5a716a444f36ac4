"""Numbers and child classes in the Japanese of explanations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pricing.vocabulary import AGE_CLASSES, HOURS


# The same prices come back in every claim of a city; the cache is bounded, so memory stays flat.
@lru_cache(maxsize=32_768)
def yen(amount: int) -> str:
    """``1234`` → 1,234円; a minus is a real minus sign."""
    return f"{amount:,}円" if amount >= 0 else f"−{-amount:,}円"


def tenths(value: int) -> str:
    """``75`` → 7.5, ``20`` → 2."""
    whole, rest = divmod(value, 10)
    return f"{whole}.{rest}" if rest else str(whole)


def exact_yen(numerator: int, denominator: int) -> str:
    """A quotient with one decimal, cut not rounded: what stands before 10円未満切捨て."""
    tenths_of_yen = numerator * 10 // denominator
    whole, rest = tenths_of_yen // 10, tenths_of_yen % 10
    return f"{whole:,}.{rest}円" if rest else f"{whole:,}円"


def class_words(age_class: str, hours: str) -> str:
    """4歳以上児（短時間）; 1号 has one kind of hours, so it is not said."""
    age = AGE_CLASSES[age_class]
    return age if hours == "education" else f"{age}（{HOURS[hours]}）"


def part_words(part: Mapping[str, Any]) -> str:
    """The class of a stored part: 4歳以上児（短時間）［分園］."""
    words = class_words(part["age_class"], part["hours"])
    note = part.get("note")
    return f"{words}［{note}］" if note else words


def treatment_words(
    treatment_yen: int, base_percent: int, wage_percent: int, c_tenths: int, result: int
) -> str:
    """``1,240円 ×（10 + 6 + 7.5）= 29,140円 → 10円未満切捨てで29,140円``."""
    rate = f"{base_percent} + {wage_percent}"
    if c_tenths:
        rate = f"{rate} + {tenths(c_tenths)}"
    exact = exact_yen(treatment_yen * (10 * (base_percent + wage_percent) + c_tenths), 10)
    return f"{yen(treatment_yen)} ×（{rate}）= {exact} → 10円未満切捨てで{yen(result)}"
