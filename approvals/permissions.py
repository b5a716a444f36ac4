"""Who may look at claims, and who decides which step."""

from dataclasses import dataclass
from uuid import UUID

from applications.permissions import read_in_city
from applications.states import VersionStatus
from approvals.items.routes import step_words
from approvals.items.subjects import ItemUnderReview
from approvals.models import Decision, Step
from claims.models import Claim
from claims.permissions import see_claims
from claims.states import ClaimStatus
from facilities.actors import OPERATIONS_ROLES, Actor, Role
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


@rule
def look_at_items(actor: Actor, _: None) -> None:
    """The pages of applications: the operations section, and the administrator, who sets routes."""
    if actor.duty is not Role.ADMINISTRATOR:
        read_in_city(actor, None)


@rule
def decide_item(actor: Actor, subject: ItemUnderReview) -> None:
    """Approve or return in the open step: its role or who acts in its place, never twice the same person."""
    status = VersionStatus(subject.version.status)
    if status != VersionStatus.SUBMITTED:
        raise NotAllowed(f"この申請は「{status.label}」です。審査の対象ではありません。")
    if subject.version.submitted_by == actor.user_id:
        raise NotAllowed("ご自分が提出した申請は決定できません。")
    given = [decision.decided_by for decision in subject.decisions]
    given += [decision.on_behalf_of for decision in subject.decisions if decision.on_behalf_of]
    if actor.user_id in given:
        raise NotAllowed("同じ申請を1人で2回決定することはできません。別の人が審査してください。")
    if actor.duty not in OPERATIONS_ROLES or (
        actor.duty != subject.role and not subject.places_for(actor.user_id)
    ):
        words = step_words(subject.role)
        raise NotAllowed(f"いまは「{words}」の段階です。ご自分の役割では決定できません。")


def in_whose_place(actor: Actor, subject: ItemUnderReview) -> UUID | None:
    """Of whom the open step would be decided; None in one's own role. Ask ``decide_item`` first."""
    if actor.duty == subject.role:
        return None
    return subject.places_for(actor.user_id)[0]


@rule
def certify_rates(actor: Actor, _: None) -> None:
    """Record that rates went to the prefecture, and its certificate: the operations section."""
    if actor.duty not in OPERATIONS_ROLES:
        raise NotAllowed("加算率の進達と認定を記録できるのは、こども施設運営課の担当者だけです。")


@rule
def set_routes(actor: Actor, _: None) -> None:
    """Set which roles decide: administrators."""
    if actor.duty is not Role.ADMINISTRATOR:
        raise NotAllowed("審査の経路を設定できるのは、市の管理者だけです。")


@rule
def delegate(actor: Actor, from_user: UUID) -> None:
    """Let somebody decide in one's own place, and end it: oneself, or an administrator for somebody."""
    if actor.duty is Role.ADMINISTRATOR:
        return
    if actor.duty not in OPERATIONS_ROLES or actor.user_id != from_user:
        raise NotAllowed("代理を設定できるのは、本人か市の管理者だけです。")
