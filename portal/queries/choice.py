"""The facilities a person acts for, each with what waits there for the person."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from claims.models import Claim, CountSheet
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Role
from facilities.models import Membership
from facilities.scope import scope


@dataclass(frozen=True)
class Choice:
    """One facility; months whose counts wait for it, drafts for its own city, claims that came back."""

    membership: Membership
    counts: int
    drafts: int
    returned: int

    @property
    def has_nothing_to_do(self) -> bool:
        """Nothing waits."""
        return not (self.counts or self.drafts or self.returned)


def choices_of(user_id: UUID) -> list[Choice]:
    """All of them by number: three queries, and two more for each further city (a person has one as a rule)."""
    mine = list(
        Membership.own.filter(user_id=user_id, ended_at__isnull=True, duty=Role.FACILITY)
        .select_related("facility", "municipality")
        .order_by("facility__number")
    )
    waiting = _waiting(mine)
    return [
        Choice(
            membership,
            waiting[membership.facility_id, SheetStatus.WAITING],
            waiting[membership.facility_id, ClaimStatus.DRAFT],
            waiting[membership.facility_id, ClaimStatus.RETURNED],
        )
        for membership in mine
    ]


def _waiting(memberships: Sequence[Membership]) -> Counter[tuple[UUID | None, str]]:
    """
    How many rows of each kind, by facility and status.

    The door has opened the scope of one facility; here the person's own facilities are opened, city by city.
    """
    facilities: dict[UUID, list[UUID]] = defaultdict(list)
    for membership in memberships:
        if membership.facility_id is not None:
            facilities[membership.municipality_id].append(membership.facility_id)
    found: Counter[tuple[UUID | None, str]] = Counter()
    for municipality_id, own in facilities.items():
        with scope(municipality_id, own):
            sheets = CountSheet.objects.filter(status=SheetStatus.WAITING)
            claims = Claim.objects.filter(status__in=[ClaimStatus.DRAFT, ClaimStatus.RETURNED], outside=False)
            for rows in (sheets, claims):
                grouped = rows.order_by().values_list("facility_id", "status").annotate(n=Count("pk"))
                for facility_id, status, number in grouped:
                    found[facility_id, status] += number
    return found
