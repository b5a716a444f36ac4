"""What a claim was computed with (請求の根拠), for pages and paper: its own snapshot, not what is registered now."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from claims.facts import FACTS, Fact
from claims.models import Claim
from facilities.models import FacilityProfile


@dataclass(frozen=True)
class Terms:
    """Capacities in children, region and rates in percent; whether the month's rates are provisional as they stand."""

    capacity_1: int | None
    capacity_23: int | None
    region_percent: int
    base_percent: int
    wage_percent: int
    rates_are_provisional: bool


def provisional_rates() -> Exists:
    """For a query over claims: whether the rates registered for the claim's month are provisional."""
    profiles = FacilityProfile.objects.filter(
        Q(to_month__isnull=True) | Q(to_month__gte=OuterRef("month")),
        facility=OuterRef("facility"),
        from_month__lte=OuterRef("month"),
        rates_are_provisional=True,
    )
    return Exists(profiles)


def terms_of(claim: Claim, *, provisional: bool) -> Terms:
    """
    From the claim's snapshot; ``provisional`` as ``provisional_rates`` has found it.

    Rates that were certified since are no longer provisional, whatever the claim was computed with.
    """
    snapshot = claim.snapshot
    return Terms(
        capacity_1=snapshot["capacity"].get("1"),
        capacity_23=snapshot["capacity"].get("23"),
        region_percent=snapshot["region_percent"],
        base_percent=snapshot["treatment"]["base_percent"],
        wage_percent=snapshot["treatment"]["wage_percent"],
        rates_are_provisional=provisional,
    )


def facts_in(claim: Claim) -> list[tuple[Fact, int]]:
    """The month's facts it was computed with, in their order."""
    return [(fact, claim.facts[fact.name]) for fact in FACTS if fact.name in claim.facts]
