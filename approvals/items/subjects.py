"""A version under review: its route, the decisions made so far, and in whose place somebody may decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from applications.definitions import Item
from applications.models import ApplicationVersion
from applications.packs_in_force import pack_of
from applications.states import VersionStatus
from approvals.items.routes import Route, route_for, step_words
from approvals.models import Delegation, ItemDecision, ReviewRoute
from facilities.models import Membership


@dataclass(frozen=True)
class ItemUnderReview:
    """
    A version with the decisions made on it so far.

    ``route``: the roles in order; as they stood when the first step was decided. ``delegations`` are those that hold
    today.
    """

    version: ApplicationVersion
    route: Route
    decisions: tuple[ItemDecision, ...]
    delegations: tuple[Delegation, ...] = ()

    @property
    def step(self) -> int:
        """The step that is open, from 1; past the last one when every step is decided."""
        return len(self.decisions) + 1

    @property
    def is_waiting(self) -> bool:
        """Somebody has to decide."""
        return self.version.status == VersionStatus.SUBMITTED and self.step <= len(self.route.steps)

    @property
    def is_last_step(self) -> bool:
        """The open step is the one that approves for good."""
        return self.step == len(self.route.steps)

    @property
    def role(self) -> str:
        """The role of the open step; of the last one when all are decided."""
        return self.route.steps[min(self.step, len(self.route.steps)) - 1]

    @property
    def step_words(self) -> str:
        """「2/3 係長」."""
        return f"{min(self.step, len(self.route.steps))}/{len(self.route.steps)} {step_words(self.role)}"

    def places_for(self, user_id: UUID) -> list[UUID]:
        """
        In whose place the person may take the open step: never of somebody who has decided on the version already,
        for then their word would count twice.
        """
        decided = {decision.decided_by for decision in self.decisions}
        decided |= {decision.on_behalf_of for decision in self.decisions if decision.on_behalf_of}
        return [
            row.from_user
            for row in self.delegations
            if row.to_user == user_id and row.role == self.role and row.from_user not in decided
        ]


def delegations_on(day: date) -> QuerySet[Delegation]:
    """Those that hold on the day, of people who are still in office in the role they delegate."""
    rows: QuerySet[Delegation] = Delegation.objects.filter(
        from_day__lte=day, to_day__gte=day, ended_at__isnull=True
    )
    in_office = Membership.objects.filter(
        user=OuterRef("from_user"), user__is_active=True, duty=OuterRef("role"), ended_at__isnull=True
    )
    return rows.filter(Exists(in_office)).order_by("set_at")


def under_review(
    version: ApplicationVersion,
    item: Item | None,
    *,
    own: Sequence[ReviewRoute],
    decisions: Sequence[ItemDecision],
    delegations: Sequence[Delegation] = (),
) -> ItemUnderReview:
    """``decisions`` are the version's, in the order of their steps; ``own`` the city's routes."""
    route = route_for(version.application, item, version.amount_yen, own)
    if decisions:
        route = Route(tuple(decisions[0].route), route.certifier, route.is_usual)
    return ItemUnderReview(version, route, tuple(decisions), tuple(delegations))


def item_of_version(version: ApplicationVersion) -> Item | None:
    """The item as it was filled in; None where its pack cannot be read any more."""
    return pack_of(version.pack).by_key.get(version.application.item_key)
