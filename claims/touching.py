"""What counts and claims say to a change that reaches back: the months in which they are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from claims.models import Claim, CountSheet
from claims.states import ClaimStatus, SheetStatus
from facilities.periods import ServiceMonth
from facilities.touching import Months, TouchedMonth, tells

# A draft is computed anew by itself, and an older version is history: nobody has said anything in them.
SAID = (ClaimStatus.SUBMITTED, ClaimStatus.RETURNED, ClaimStatus.APPROVED)


@tells
def counts_and_claims(facility_id: UUID, months: Months) -> Sequence[TouchedMonth]:
    """Months with counts, and how many claims were submitted, returned or approved in each. Two queries."""
    within = Q(facility=facility_id, month__gte=months.first.first_day)
    if months.last is not None:
        within &= Q(month__lte=months.last.first_day)
    sheets = CountSheet.objects.filter(within).exclude(status=SheetStatus.SUPERSEDED)
    counts = {ServiceMonth.of(sheet.month): SheetStatus(sheet.status).label for sheet in sheets}
    claims: dict[ServiceMonth, Counter[str]] = defaultdict(Counter)
    claimed_at: dict[ServiceMonth, datetime] = {}
    said = Claim.objects.filter(within, status__in=SAID).order_by("submitted_at")
    for month, status, submitted_at in said.values_list("month", "status", "submitted_at"):
        claims[ServiceMonth.of(month)][status] += 1
        claimed_at[ServiceMonth.of(month)] = submitted_at
    return [
        TouchedMonth(
            month,
            (
                *([f"児童数 {counts[month]}"] if month in counts else []),
                *(
                    f"請求 {status.label} {claims[month][status]}件"
                    for status in SAID
                    if claims[month][status]
                ),
            ),
            has_claims=bool(claims[month]),
            claimed_at=claimed_at.get(month),
        )
        for month in sorted({*counts, *claims})
    ]
