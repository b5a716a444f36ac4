"""
What the city pays of a claim: 委託費 in full, every other benefit less what families pay (利用者負担額).

The claim's total is the official price; the charge comes from the core system by itself and may be corrected without
the claim. Nothing is stored here: whoever shows or prints a claim asks.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from claims.models import Claim, UserCharge
from facilities.models import FacilityKind

# Families of 2号 children who turned three this year still pay as for 3号; all others pay nothing since October 2019.
TURNED_THREE = ("2", "12")


class NetKind(StrEnum):
    """Why so much is paid."""

    ENTRUSTED = "entrusted"
    NOBODY_CHARGED = "nobody_charged"
    MISSING = "missing"
    NETTED = "netted"


@dataclass(frozen=True)
class Net:
    """
    The official price, what is taken off, and what is left; in yen.

    ``charge_id`` names the row the charge stands in. Of a MISSING charge nothing is known, so nothing is payable yet.
    """

    kind: NetKind
    total_yen: int
    charge_yen: int = 0
    charge_id: UUID | None = None

    @property
    def payable_yen(self) -> int | None:
        """What the city pays; None while the charge has not come."""
        return None if self.kind is NetKind.MISSING else self.total_yen - self.charge_yen


def charge_of(column: str) -> Subquery:
    """For a query over claims: ``column`` of their current user charge, in the same query."""
    current = UserCharge.objects.filter(
        facility=OuterRef("facility"),
        month=OuterRef("month"),
        payer_code=OuterRef("payer_code"),
        superseded_at__isnull=True,
    )
    return Subquery(current.values(column)[:1])


def net_of(claim: Claim, *, charge_yen: int | None, charge_id: UUID | None) -> Net:
    """
    What is paid of the claim (支援法附則6条; pricing.md §2).

    A charge that came is taken off, also where the counts know no child that can be charged; where there is none of
    these either, there is nothing to wait for.
    """
    kind = claim.snapshot["facility_type"]
    if kind == FacilityKind.NURSERY:
        return Net(NetKind.ENTRUSTED, claim.total_yen)
    if charge_yen is not None:
        return Net(NetKind.NETTED, claim.total_yen, charge_yen, charge_id)
    if any(_is_charged(child, claim.payer_code) for child in claim.snapshot["children"]):
        return Net(NetKind.MISSING, claim.total_yen)
    return Net(NetKind.NOBODY_CHARGED, claim.total_yen)


def _is_charged(child: dict[str, Any], payer_code: str) -> bool:
    if not child["count"] or child.get("payer", payer_code) != payer_code:
        return False
    certification = child["certification"]
    return certification == "3" or (certification == "2" and child["age_class"] in TURNED_THREE)
