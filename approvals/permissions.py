"""Who may look at claims, and who decides which step."""

from dataclasses import dataclass

from approvals.models import Decision, Step
from claims.models import Claim
from claims.permissions import see_claims
from claims.states import ClaimStatus
from facilities.actors import Actor, Role
from facilities.rules import NotAllowed, rule

# 担当 decides first; then 係長, or 課長 in their place.
DECIDES = {
    Step.FIRST: frozenset({Role.OFFICER}),
    Step.SECOND: frozenset({Role.CHIEF, Role.MANAGER}),
}


@dataclass(frozen=True)
class UnderReview:
    """A claim with the decisions made on it so far."""

    claim: Claim
    decisions: tuple[Decision, ...]

    @property
    def step(self) -> Step:
        """The step that is open."""
        return Step.SECOND if self.decisions else Step.FIRST


# The pages of this room are for whoever sees the city's claims.
look = see_claims


@rule
def decide(actor: Actor, subject: UnderReview) -> None:
    """Approve or return in the open step: the right role, and never twice the same person."""
    if subject.claim.outside:
        raise NotAllowed("管外の請求は、この市では審査しません。")
    if subject.claim.status != ClaimStatus.SUBMITTED:
        raise NotAllowed(
            f"この請求は「{ClaimStatus(subject.claim.status).label}」です。審査の対象ではありません。"
        )
    if any(decision.decided_by == actor.user_id for decision in subject.decisions):
        raise NotAllowed("同じ請求を1人で2回決定することはできません。別の人が審査してください。")
    if actor.duty not in DECIDES[subject.step]:
        raise NotAllowed(f"いまは{subject.step.label}です。ご自分の役割では決定できません。")
