"""Children by the age that counts for staffing: 満年齢 on the day before the fiscal year began."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Final

AGE_LABELS: Final = {
    "age4plus": "4歳以上児",
    "age3": "3歳児",
    "age3mid": "満3歳児",
    "age2": "2歳児",
    "age1": "1歳児",
    "age0": "乳児",
}

_CARE: Final = ("age4plus", "age3", "age2", "age1", "age0")
_UNDER_3: Final = ("age2", "age1", "age0")

# Which ages a type takes. 地域型 are 3号 only (§3); how older children of a 特例給付 count is not known.
AGES_TAKEN: Final = {
    "kindergarten": ("age4plus", "age3", "age3mid"),
    "nursery": _CARE,
    "certified_kodomoen": ("age4plus", "age3", "age3mid", "age2", "age1", "age0"),
    "small_a": _UNDER_3,
    "small_b": _UNDER_3,
    "small_c": _UNDER_3,
    "home_based": _UNDER_3,
    "workplace": _UNDER_3,
    "home_visiting": _UNDER_3,
}


@dataclass(frozen=True, slots=True)
class ChildrenByAge:
    """
    All children of the facility, whoever pays for them: 1–3号 of a こども園 together, and the
    従業員枠 of a 事業所内保育. Whole children of a day, or fractions of a monthly average.
    """

    age4plus: int | Fraction = 0
    age3: int | Fraction = 0
    age3mid: int | Fraction = 0
    age2: int | Fraction = 0
    age1: int | Fraction = 0
    age0: int | Fraction = 0

    def of(self, age: str) -> int | Fraction:
        """The children of ``age``, a key of ``AGE_LABELS``."""
        found: int | Fraction = getattr(self, age)
        return found

    @property
    def total(self) -> int | Fraction:
        return sum((self.of(field.name) for field in fields(self)), start=0)

    def problems(self, *, whole: bool) -> list[str]:
        """A sentence for each count that is no number of children; ``whole`` refuses fractions."""
        kinds: tuple[type, ...] = (int,) if whole else (int, Fraction)
        wanted = "0以上の整数" if whole else "0以上の整数か分数"
        return [
            f"{label}の人数は{wanted}で入力してください。"
            for age, label in AGE_LABELS.items()
            if isinstance(self.of(age), bool) or not isinstance(self.of(age), kinds) or self.of(age) < 0
        ]
