"""
加算率の根拠: what the accepted roster of a claim's year comes to, beside the rates the claim was computed with.

The city has accepted the roster and certifies the rates; whether the two agree is shown, and changes no claim.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import ExtractMonth, ExtractYear, JSONObject
from django.db.models.lookups import LessThan

from claims.models import Claim
from staff_records.models import RosterSnapshot
from staff_records.roster_figures import RosterFigures
from staff_records.states import SnapshotStatus

# The lines whose amount the rates decide.
RATE_LINES: Final = frozenset({"treatment_1_2", "treatment_i"})


@dataclass(frozen=True)
class RateBasis:
    """The accepted roster (``day``, ``version``), its figures, and the claim's rates in percent."""

    snapshot_id: UUID
    day: date
    version: int
    figures: RosterFigures
    base_percent: int | None
    wage_percent: int | None

    @property
    def agrees(self) -> bool:
        """Whether the roster gives the rates the claim was computed with."""
        return (self.figures.base_percent, self.figures.wage_percent) == (
            self.base_percent,
            self.wage_percent,
        )


def accepted_roster() -> Subquery:
    """To annotate a claim with: the accepted roster of its fiscal year as an object, None while there is none."""
    month = OuterRef("month")
    year = ExtractYear(month) - Case(When(Q(LessThan(ExtractMonth(month), 4)), then=1), default=0)
    rows = RosterSnapshot.objects.filter(
        facility=OuterRef("facility"), fiscal_year=year, status=SnapshotStatus.ACCEPTED
    )
    kept = JSONObject(id=F("pk"), day=F("day"), version=F("version"), figures=F("figures"))
    return Subquery(rows.values(kept=kept)[:1])


def basis_of(claim: Claim, kept: dict[str, Any] | None) -> RateBasis | None:
    """What the claim's page says of its rates; None without an accepted roster."""
    if kept is None:
        return None
    rates = claim.snapshot.get("treatment", {})
    return RateBasis(
        UUID(kept["id"]),
        date.fromisoformat(kept["day"]),
        kept["version"],
        RosterFigures.of_json(kept["figures"]),
        rates.get("base_percent"),
        rates.get("wage_percent"),
    )
