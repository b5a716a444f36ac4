"""The month a claim is for. It is always passed in: nothing here asks a clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
        return f"{self.year}年{self.month}月"
