"""
What approved 過誤調整 leave to be settled: what was approved before, what is approved now, and the difference.

What was paid stays as it was paid. Until payments are made here, whoever pays takes the differences from this list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from claims.models import OFFICIAL_WORDS, Claim
from facilities.periods import ServiceMonth

SHORTEST_YEAR, LONGEST_YEAR = 2015, 2999


@dataclass(frozen=True)
class DifferenceQuestion:
    """Which differences: the fiscal year of the claims' months (None: every year), and words of name or number."""

    year: int | None
    words: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> "DifferenceQuestion":
        """From the address; a year that cannot be is no year."""
        text = sent.get("year", "")
        year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else None
        if year is not None and not SHORTEST_YEAR <= year <= LONGEST_YEAR:
            year = None
        return cls(year, sent.get("words", "").strip()[:60])

    @property
    def is_filtered(self) -> bool:
        """Not simply everything."""
        return self.year is not None or bool(self.words)


@dataclass(frozen=True)
class Difference:
    """An approved correction and the approved claim whose place it has taken; amounts in yen."""

    claim: Claim
    replaced: Claim

    @property
    def yen(self) -> int:
        """New less old; negative where the facility was paid too much."""
        return self.claim.total_yen - self.replaced.total_yen

    @property
    def prices(self) -> str:
        """Which prices both amounts were computed with: a mark where one of them is not official."""
        marks = dict.fromkeys(each.price_mark for each in (self.claim, self.replaced) if each.price_mark)
        return "・".join(marks) or OFFICIAL_WORDS


@dataclass(frozen=True)
class Differences:
    """The list, the newest approval first."""

    rows: list[Difference]
    years: list[int]

    @property
    def total_yen(self) -> int:
        """To be paid on top in all; negative: to be taken back."""
        return sum(row.yen for row in self.rows)

    def row_ids(self) -> dict[str, list[UUID]]:
        """What is shown, for the record."""
        return {"claim": [row.claim.pk for row in self.rows]}


def differences(asked: DifferenceQuestion) -> Differences:
    """The own city's approved corrections: two queries, however many."""
    approved = Claim.objects.filter(corrects__isnull=False, approved_at__isnull=False, outside=False)
    years = sorted(
        {ServiceMonth.of(month).fiscal_year for month in approved.values_list("month", flat=True)},
        reverse=True,
    )
    found = approved.select_related("facility", "corrects").defer("snapshot", "corrects__snapshot")
    if asked.year is not None:
        found = found.filter(month__gte=date(asked.year, 4, 1), month__lt=date(asked.year + 1, 4, 1))
    rows = [Difference(claim, claim.corrects) for claim in found.order_by("-approved_at", "facility__number")]
    if asked.words:
        rows = [
            row for row in rows if asked.words in f"{row.claim.facility.number} {row.claim.facility.name}"
        ]
    return Differences(rows, years)
