"""
A claim version with everything that forms show of it: two queries, and one where its prices are a book of the city.

What it says is in ``form_values``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Subquery

from asking import together
from claims.charges import Amounts
from claims.models import ChildCount, Claim, ClaimLine, CountSheet
from claims.net import Net, charge_of, net_of
from claims.queries.terms import provisional_rates
from claims.states import SheetStatus
from facilities.models import Municipality
from rate_books.in_force import title_and_source_of


@dataclass(frozen=True)
class ClaimRead:
    """
    One version. ``payer_name``: empty where the municipality is not known here; ``charged``: the user charge and what
    stands beside it; ``book_title`` and ``book_source`` of the prices; ``earlier``: the payer's counts of the month
    before, None where nothing has come.
    """

    claim: Claim
    net: Net
    charged: Amounts
    payer_name: str
    rates_are_provisional: bool
    book_title: str
    book_source: str
    lines: Sequence[ClaimLine]
    lines_before: Sequence[ClaimLine]
    counts: Sequence[ChildCount]
    earlier: Sequence[ChildCount] | None

    @property
    def kind(self) -> str:
        """The facility type it was computed for."""
        kind: str = self.claim.snapshot["facility_type"]
        return kind

    @property
    def own_counts(self) -> list[ChildCount]:
        """Those of the claim's payer."""
        return [row for row in self.counts if row.payer_code == self.claim.payer_code]


def charge_columns() -> dict[str, Subquery]:
    """To annotate a claim with: its current user charge."""
    return {"charge_yen": charge_of("charge_yen"), "charge_id": charge_of("pk")}


def read_claim(claim_id: UUID) -> ClaimRead:
    """:raises Claim.DoesNotExist: not a claim of the open scope."""
    found = Claim.objects.select_related("municipality", "sheet", "corrects", "facility")
    names = Municipality.objects.filter(code=OuterRef("payer_code"))
    claim = found.annotate(
        has_provisional_rates=provisional_rates(),
        payer_name=Subquery(names.values("name")[:1]),
        national_charge_yen=charge_of("national_charge_yen"),
        exempt_2=charge_of("exempt_2"),
        exempt_1=charge_of("exempt_1"),
        **charge_columns(),
    ).get(pk=claim_id)
    before = CountSheet.objects.filter(
        facility=claim.facility_id, month=claim.service_month.plus(-1).first_day
    ).exclude(status=SheetStatus.SUPERSEDED)
    lines = ClaimLine.objects.filter(claim__in=[one for one in (claim.pk, claim.corrects_id) if one])
    counts = ChildCount.objects.filter(count__gt=0)
    all_lines, own_counts, sheets, earlier = together(
        lines.order_by("claim", "position"),
        counts.filter(sheet=claim.sheet_id),
        before,
        counts.filter(sheet__in=before.values("pk"), payer_code=claim.payer_code),
    )
    title, source = title_and_source_of(claim.rate_book, claim.rate_book_hash)
    charged = (claim.charge_yen, claim.national_charge_yen, claim.exempt_2, claim.exempt_1)
    return ClaimRead(
        claim=claim,
        net=net_of(claim, charge_yen=claim.charge_yen, charge_id=claim.charge_id),
        charged=Amounts(*(one or 0 for one in charged)),
        payer_name=claim.payer_name or "",
        rates_are_provisional=claim.has_provisional_rates,
        book_title=title,
        book_source=source,
        lines=[line for line in all_lines if line.claim_id == claim.pk],
        lines_before=[line for line in all_lines if line.claim_id != claim.pk],
        counts=own_counts,
        earlier=earlier if sheets else None,
    )
