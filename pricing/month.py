"""The month a claim is for. It is always passed in: nothing here asks a clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, e.g. ``Month(2026, 6)``."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """
        ``"2026-06"`` → ``Month(2026, 6)``.

        :raises ValueError: any other shape.
        """
        found = _MONTH.fullmatch(text)
        if found is None or found[1] == "0000":
            raise ValueError(f"not a month: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @property
    def is_march(self) -> bool:
        return self.month == 3

    @property
    def fiscal_year(self) -> int:
        """April to March."""
        return self.year if self.month >= 4 else self.year - 1

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def words(self) -> str:
        """``Month(2026, 6)`` → 令和8年6月."""
        begins = REIWA_BEGINS if self >= REIWA_BEGINS else HEISEI_BEGINS
        era = "令和" if begins is REIWA_BEGINS else "平成"
        year = self.year - begins.year + 1
        return f"{era}{'元' if year == 1 else year}年{self.month}月"


def first_month_met_on(day: date) -> Month:
    """
    The first month of an item whose condition is met on ``day``: on the 1st that month, later the next [K].

    途中開始 (pricing.md §5).
    """
    if day.day == 1:
        return Month(day.year, day.month)
    return Month(day.year, day.month + 1) if day.month < 12 else Month(day.year + 1, 1)


HEISEI_BEGINS, REIWA_BEGINS = Month(1989, 1), Month(2019, 5)


def fiscal_year_words(fiscal_year: int) -> str:
    """``2018`` → 平成30年度, ``2019`` → 令和元年度, ``2026`` → 令和8年度."""
    if fiscal_year < 2019:
        return f"平成{fiscal_year - 1988}年度"
    return "令和元年度" if fiscal_year == 2019 else f"令和{fiscal_year - 2018}年度"
