"""Approved claims as the city's other systems read them: what is stored, page by page, computed never again."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from claims.models import Claim
from claims.states import ClaimStatus
from facilities.models import Facility
from facilities.periods import ServiceMonth

MOST_A_PAGE = 50


class UnknownClaim(Exception):
    """There is no such approved claim to go on after."""


@dataclass(frozen=True)
class ApprovedPage:
    """Claims with their facility and lines, and the claim after which the next page begins; None on the last one."""

    claims: list[Claim]
    next_after: UUID | None


def approved_page(
    month: ServiceMonth, *, facility: Facility | None, all_versions: bool, after: UUID | None
) -> ApprovedPage:
    """
    The month's approved claims to the own city, in the order of their approval: at most three queries.

    ``all_versions``: also those that a 過誤調整 has taken the place of. What is approved between two pages stands at
    the end, so that whoever reads on misses nothing.

    :raises UnknownClaim: ``after`` is no claim of this month.
    """
    asked = Claim.objects.filter(month=month.first_day, outside=False, approved_at__isnull=False)
    if facility is not None:
        asked = asked.filter(facility=facility)
    found = asked if all_versions else asked.filter(status=ClaimStatus.APPROVED)
    if after is not None:
        # Also one that was replaced since its page was read.
        last = asked.filter(pk=after).values_list("approved_at", flat=True).first()
        if last is None:
            raise UnknownClaim(after)
        found = found.filter(Q(approved_at__gt=last) | Q(approved_at=last, pk__gt=after))
    found = found.select_related("facility").prefetch_related("lines").order_by("approved_at", "pk")
    claims = list(found[: MOST_A_PAGE + 1])
    page = claims[:MOST_A_PAGE]
    return ApprovedPage(page, page[-1].pk if len(claims) > MOST_A_PAGE else None)
