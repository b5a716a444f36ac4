"""A facility's home: where the month stands, and the one next thing to do."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone

from applications.queries.wheel import RoundState, wheels
from asking import together
from claims.closing import closing_of
from claims.expecting import Expectation
from claims.models import Claim, CountDispute, CountSheet, Obstacle
from claims.queries.deadlines import own_days
from claims.queries.expected import expectation_of
from claims.queries.facility import payer_names
from claims.states import ClaimStatus, SheetStatus
from facilities.models import Facility, Municipality
from facilities.periods import ServiceMonth
from facilities.schedule import Step
from staff_records.queries.news import YearRosterState, newest_roster_status, year_roster_state
from staff_records.queries.risks import AtRisk, changes_touching

State = Literal["done", "now", "attention", "later"]


@dataclass(frozen=True)
class Month:
    """Everything the home page says about one month."""

    month: ServiceMonth
    sheet: CountSheet
    children: int
    children_before: int | None
    claims: list[Claim]
    payers: dict[str, str]
    obstacle: Obstacle | None
    due: date
    confirm_by: date
    today: date
    is_closed: bool

    @property
    def own_claim(self) -> Claim | None:
        """The claim to the facility's own municipality."""
        return next((claim for claim in self.claims if not claim.outside), None)

    @property
    def claims_with_payers(self) -> list[tuple[Claim, str]]:
        """Each claim with the name of the municipality that pays it."""
        return [(claim, self.payers[claim.payer_code]) for claim in self.claims]

    @property
    def children_difference(self) -> int | None:
        """Compared with the month before."""
        return None if self.children_before is None else self.children - self.children_before

    @property
    def counts_state(self) -> State:
        """The first step: child counts."""
        if self.sheet.status == SheetStatus.CONFIRMED:
            return "done"
        return "later" if self.sheet.status == SheetStatus.DISPUTED else "now"

    @property
    def is_confirm_late(self) -> bool:
        """The day of confirming is over, and the facility has neither confirmed nor asked."""
        return self.sheet.status == SheetStatus.WAITING and self._is_over(self.confirm_by)

    @property
    def is_claim_late(self) -> bool:
        """The day of claiming is over, and the facility could have claimed."""
        may_claim = self.obstacle is None and self.sheet.status != SheetStatus.DISPUTED
        return (
            self.has_claim_deadline and may_claim and self.claim_state != "done" and self._is_over(self.due)
        )

    @property
    def has_claim_deadline(self) -> bool:
        """A 過誤調整 has no day of its own."""
        return self.own_claim is None or not self.own_claim.is_correction

    def _is_over(self, day: date) -> bool:
        return not self.is_closed and day < self.today

    @property
    def claim_state(self) -> State:
        """The second step: the claim."""
        claim = self.own_claim
        if claim is not None and claim.status == ClaimStatus.RETURNED:
            return "attention"
        if claim is not None and claim.status in {ClaimStatus.SUBMITTED, ClaimStatus.APPROVED}:
            return "done"
        return "now" if self.counts_state == "done" and claim is not None else "later"

    @property
    def review_state(self) -> State:
        """The third step: the city's review."""
        claim = self.own_claim
        if claim is not None and claim.status == ClaimStatus.APPROVED:
            return "done"
        return "later"


IN_HAND = (SheetStatus.WAITING, SheetStatus.DISPUTED)


@dataclass(frozen=True)
class Home:
    """
    The newest month, other months' counts that wait for the facility or for an answer, what came back from the city,
    earlier months not sent, and disputes that were answered. Claims know ``month_is_closed``.

    ``at_risk``: changes on the roster that count from this month on or later; ``expected``: what those of later months
    do to additions. ``year_roster``: this year's, on its way to the city.
    """

    current: Month | None
    waiting: list[CountSheet]
    returned: list[Claim]
    unsent: list[Claim]
    answered: list[CountDispute]
    at_risk: tuple[AtRisk, ...] = ()
    expected: Expectation | None = None
    year_roster: YearRosterState | None = None
    wheel: tuple[RoundState, ...] = ()

    @property
    def has_urgent(self) -> bool:
        """Whether something of an earlier month, or that came back, waits for the facility."""
        return bool(self.returned or self.waiting or self.unsent or self.answered)


def home_of(facility: Facility, municipality: Municipality) -> Home:
    """
    Seven queries at most, however many months there are; where changes of later months wait, what they do is expected
    in fifteen or so more.
    """
    sheets = _sheets(facility)
    # Of the newest month everything that counts, of earlier ones what the facility has still in hand. A 過誤調整 stands
    # before the approved claim it corrects.
    wanted = Q(status__in=[ClaimStatus.RETURNED, ClaimStatus.DRAFT])
    if sheets:
        wanted |= Q(month=sheets[0].month) & ~Q(status=ClaimStatus.SUPERSEDED)
    found, obstacles = together(
        Claim.objects.filter(wanted, facility=facility)
        .annotate(month_is_closed=closing_of("month"))
        .order_by("-month", "outside", "payer_code", "-version"),
        Obstacle.objects.filter(facility=facility, month__in=[sheet.month for sheet in sheets[:1]]),
    )
    open_claims = [claim for claim in found if claim.status in {ClaimStatus.RETURNED, ClaimStatus.DRAFT}]
    returned = [claim for claim in open_claims if claim.status == ClaimStatus.RETURNED]
    wheel = _wheel(facility, municipality)
    if not sheets:
        return Home(None, [], returned, [], [], wheel=wheel)
    newest = sheets[0]
    month = ServiceMonth.of(newest.month)
    days = own_days([facility.pk], month, municipality)[facility.pk]
    before = next((sheet for sheet in sheets[1:] if ServiceMonth.of(sheet.month) == month.plus(-1)), None)
    claims = [claim for claim in found if claim.month == newest.month]
    current = Month(
        month=month,
        sheet=newest,
        children=newest.children or 0,
        children_before=(before.children or 0) if before else None,
        claims=claims,
        payers=payer_names({claim.payer_code for claim in claims}, municipality),
        obstacle=next(iter(obstacles), None),
        due=days[Step.CLAIM],
        confirm_by=days[Step.CONFIRM],
        today=timezone.localdate(),
        is_closed=newest.month_is_closed,
    )
    # Corrected counts hide behind newer months; in a closed month nothing can be done about them.
    waiting = [
        sheet for sheet in reversed(sheets[1:]) if sheet.status in IN_HAND and not sheet.month_is_closed
    ]
    disputes = CountDispute.objects.filter(sheet=newest).exclude(outcome="").order_by("-answered_at")
    answered = list(disputes) if newest.was_answered else []
    unsent = [
        claim for claim in open_claims if claim.is_draft and not claim.outside and claim.month != newest.month
    ]
    at_risk = (
        ()
        if facility.is_public
        else changes_touching(month, [facility.pk], and_later=True).get(facility.pk, ())
    )
    year_roster = year_roster_state(
        facility, ServiceMonth.of(timezone.localdate()).fiscal_year, newest.roster_status
    )
    to_come = any(one.from_month > month for one in at_risk)
    expected = expectation_of(facility) if to_come else None
    return Home(current, waiting, returned, unsent, answered, at_risk, expected, year_roster, wheel)


def _wheel(facility: Facility, municipality: Municipality) -> tuple[RoundState, ...]:
    """The rounds of the fiscal year that have items for the facility: one query."""
    now = timezone.now()
    year = ServiceMonth.of(timezone.localdate(now)).fiscal_year
    rounds = wheels(municipality, [facility], year, now)[facility.pk]
    return tuple(state for state in rounds if state.items)


def _sheets(facility: Facility) -> list[Any]:
    """The two newest months' counts, and those of any month that wait for the facility or an answer; newest first."""
    sheets = CountSheet.objects.filter(facility=facility).exclude(status=SheetStatus.SUPERSEDED)
    newest = sheets.order_by("-month").values("pk")[:2]
    return list(
        sheets.filter(Q(status__in=IN_HAND) | Q(pk__in=newest))
        .annotate(
            children=Sum("counts__count"),
            month_is_closed=closing_of("month"),
            roster_status=newest_roster_status(ServiceMonth.of(timezone.localdate()).fiscal_year),
            was_answered=Exists(CountDispute.objects.filter(sheet=OuterRef("pk")).exclude(outcome="")),
        )
        .order_by("-month")
    )
