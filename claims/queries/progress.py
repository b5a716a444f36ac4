"""
How far each facility is in a month: one definition for the map, the city's home, the closing and its hindrances.

A facility is in one state. What was submitted says more than its counts, a draft says less. A 過誤調整 that is still a
draft leaves its facility «approved» and is counted apart; once it was sent, it is the facility's claim.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from asking import together
from claims.closing import closing_of
from claims.models import Claim, CountSheet
from claims.states import ClaimStatus, SheetStatus
from facilities.periods import ServiceMonth

# In the order of the legend: what is done first, what hangs last. The keys are the heat map's.
STATES = {
    "approved": "承認",
    "first": "一次承認",
    "submitted": "審査待ち",
    "returned": "差し戻し",
    "draft": "未提出",
    "disputed": "相違の回答待ち",
    "waiting": "児童数の確認待ち",
    "none": "児童数なし",
    "obstacle": "請求を作れない",
    "resting": "休園中",
    "public": "請求対象外",
}
# What keeps a month open, in the order in which it is done.
TO_DO = ("waiting", "disputed", "draft", "returned", "submitted", "first")
IN_HAND = (SheetStatus.WAITING, SheetStatus.DISPUTED)
OPEN = (ClaimStatus.DRAFT, ClaimStatus.RETURNED, ClaimStatus.SUBMITTED)


def state_of(
    sheet_status: str | None, claim: Claim | None, *, is_public: bool = False, has_obstacle: bool = False
) -> str:
    """One of ``STATES``, by the status of the month's counts and the facility's current claim to its own city."""
    if claim is not None and claim.status == ClaimStatus.SUBMITTED:
        return "first" if claim.first_decided_at else "submitted"
    if claim is not None and not claim.is_draft:
        return claim.status
    if sheet_status is None:
        return "none"
    if sheet_status in IN_HAND:
        return sheet_status
    if claim is not None:
        return "draft"
    # Confirmed, and nothing was drafted: it is public, has no children of this city, or something stands in the way.
    return "obstacle" if has_obstacle and not is_public else "public"


@dataclass
class FacilityClaims:
    """A facility's claims of one month to its own city, by what they are."""

    current: Claim | None = None
    corrected: Claim | None = None
    correction_begun: bool = False


def claims_by_facility(claims: Iterable[Claim]) -> dict[tuple[date, UUID], FacilityClaims]:
    """
    By month and facility: the current claim; the approved one that it corrects, if it is a 過誤調整; and whether a
    過誤調整 is being drafted beside it. ``claims`` are those that were not superseded.
    """
    found: dict[tuple[date, UUID], FacilityClaims] = defaultdict(FacilityClaims)
    for claim in sorted(claims, key=lambda each: each.version):
        own = found[claim.month, claim.facility_id]
        if claim.is_correction and claim.is_draft:
            own.correction_begun = True
            continue
        if claim.is_correction:
            own.corrected = own.current
        own.current = claim
    return found


@dataclass
class MonthProgress:
    """
    Facilities of a month by what is still to do (keys of ``TO_DO``). What their state does not show is counted apart:
    過誤調整 that are being drafted, and corrected counts that wait beside a claim that was sent.
    """

    month: ServiceMonth
    states: Counter[str] = field(default_factory=Counter)
    corrections_begun: int = 0
    counts_beside: int = 0
    # How many facilities have something to do that is no 過誤調整: that has no day of its own and keeps no month open.
    without_corrections: int = 0

    @property
    def submitted(self) -> int:
        """Claims that wait for a decision of either step."""
        return self.states["submitted"] + self.states["first"]

    @property
    def needs_words(self) -> bool:
        """Closing over these wants a note that says why."""
        waiting = sum(self.states[state] for state in ("waiting", "disputed", "draft", "returned"))
        return bool(waiting or self.corrections_begun or self.counts_beside)

    @property
    def to_do(self) -> list[tuple[str, str, int]]:
        """(state, its words, facilities), of states in which there are any."""
        return [(state, STATES[state], self.states[state]) for state in TO_DO if self.states[state]]


def unfinished_months() -> list[MonthProgress]:
    """
    The months in which facilities or the city still have something to do, the oldest first: one query.

    A closed month is finished.
    """
    return unfinished_of(*together(*unfinished_asked()))


def unfinished_asked() -> tuple[QuerySet[Any], QuerySet[Any]]:
    """What ``unfinished_of`` wants to know, for one message."""
    return _asked(CountSheet.objects.exclude(closing_of("month")), Claim.objects.exclude(closing_of("month")))


def unfinished_of(in_hand: Iterable[Any], open_claims: Iterable[Claim]) -> list[MonthProgress]:
    """The unfinished months, the oldest first; as ``unfinished_asked`` were answered."""
    found = _progress(in_hand, open_claims)
    return [found[month] for month in sorted(found) if found[month].states]


def progress_of(month: ServiceMonth) -> MonthProgress:
    """One month, closed or not: one query."""
    sheets = CountSheet.objects.filter(month=month.first_day)
    found = _progress(*together(*_asked(sheets, Claim.objects.filter(month=month.first_day))))
    return found.get(month.first_day, MonthProgress(month))


def _asked(sheets: QuerySet[Any], claims: QuerySet[Any]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """What is finished is not read: approved claims only where counts wait beside them."""
    in_hand = sheets.filter(status__in=IN_HAND)
    beside = in_hand.filter(facility=OuterRef("facility"), month=OuterRef("month"))
    open_claims = (
        claims.filter(Q(status__in=OPEN) | Exists(beside), outside=False)
        .exclude(status=ClaimStatus.SUPERSEDED)
        .only("facility_id", "month", "status", "version", "corrects_id", "first_decided_at")
    )
    return in_hand.values_list("month", "facility_id", "status"), open_claims


def _progress(in_hand: Iterable[Any], open_claims: Iterable[Claim]) -> dict[date, MonthProgress]:
    waiting = {(month, facility): status for month, facility, status in in_hand}
    by_facility = claims_by_facility(open_claims)
    found: dict[date, MonthProgress] = {}
    for key in waiting.keys() | by_facility.keys():
        month, own = key[0], by_facility.get(key, FacilityClaims())
        progress = found.setdefault(month, MonthProgress(ServiceMonth.of(month)))
        progress.corrections_begun += own.correction_begun
        if own.current is None and key not in waiting:
            continue
        state = state_of(waiting.get(key, SheetStatus.CONFIRMED), own.current)
        progress.counts_beside += key in waiting and state not in IN_HAND
        if state in TO_DO:
            progress.states[state] += 1
            progress.without_corrections += own.current is None or not own.current.is_correction
    return found
