"""Months and years as the field counts them: the service month and the fiscal year April–March."""

import re
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

from django.db import models


@total_ordering
@dataclass(frozen=True)
class ServiceMonth:
    """The month a claim is for (対象月)."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "ServiceMonth":
        """The month that holds ``day``."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "ServiceMonth":
        """
        From ``2026-06``, as it stands in URLs and in the pricing contract.

        :raises ValueError: anything else.
        """
        match = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
        if match is None:
            raise ValueError(f"not a service month: {text!r}")
        return cls(int(match[1]), int(match[2]))

    @property
    def first_day(self) -> date:
        """The day on which children are counted (初日)."""
        return date(self.year, self.month, 1)

    @property
    def fiscal_year(self) -> int:
        """April to March (年度)."""
        return self.year if self.month >= 4 else self.year - 1

    @property
    def is_march(self) -> bool:
        """The month in which yearly items are claimed."""
        return self.month == 3

    def plus(self, months: int) -> "ServiceMonth":
        """``months`` later (or earlier)."""
        count = self.year * 12 + self.month - 1 + months
        return ServiceMonth(count // 12, count % 12 + 1)

    def __lt__(self, other: "ServiceMonth") -> bool:
        return (self.year, self.month) < (other.year, other.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


class ServiceMonthConverter:
    """``<month:month>`` in URLs: 2026-06."""

    regex = r"20[0-9]{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> ServiceMonth:
        return ServiceMonth.parse(value)

    def to_url(self, value: ServiceMonth) -> str:
        return str(value)


def first_day_only(field: str) -> models.Q:
    """Constraint condition: a month is stored as its first day."""
    return models.Q(**{f"{field}__day": 1})
