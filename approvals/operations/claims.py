"""
Deciding on claims, by two different people: 担当, then 係長 (or 課長).

A decision carries the hash of what was shown: what nobody saw is never approved. The claim's row is locked first; the
database's own constraints decide between two people who press at the same moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from approvals import permissions
from approvals.events import ReviewEvent
from approvals.models import Decision, Step, Verdict
from approvals.permissions import UnderReview
from audit.record import record
from claims.models import Claim, ClaimLine
from claims.operations import review
from claims.queries.comparison import compare_claims, previous_claim_of
from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound

LONGEST_REASON = 2000
NOT_AS_SHOWN = "画面を開いたあとに内容が変わりました。いまの内容を確認してから、もう一度決定してください。"
MEANWHILE = "ほかの人が先に決定しました。いまの状態を確認してください。"
NOT_THERE = "この市の請求として見つかりません。一覧を開き直してください。"
HAS_CHANGED = "前回の承認内容と変わっています。1件ずつ確認してください。"
NO_REASON = "差し戻しの理由を入力してください。施設が読んで直せるように書きます。"


@dataclass
class BulkResult:
    """What became of a bulk approval: the approved claims, and for each other one why not."""

    approved: list[UUID] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)


@operation(ReviewEvent.DECIDED)
def approve(claim_id: UUID, *, shown_hash: str, by: Actor, at: datetime) -> Claim:
    """
    Approve the open step; with the second step the claim is approved for good.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    :raises NotAllowed: not this person, not this step, not as shown, or decided meanwhile.
    """
    return _approve(claim_id, shown_hash, by, at, in_bulk=False)


@operation(ReviewEvent.DECIDED)
def return_to_facility(claim_id: UUID, *, shown_hash: str, reason: str, by: Actor, at: datetime) -> Claim:
    """
    Send the claim back with a reason the facility can act on.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    :raises NotAllowed: not this person, not this step, not as shown, or decided meanwhile.
    :raises ProblemsFound: no reason, or too long a one.
    """
    subject = _locked(claim_id)
    permissions.decide(by, subject)
    _require_shown(subject.claim, shown_hash)
    reason = reason.strip()
    if not reason:
        raise ProblemsFound([NO_REASON])
    if len(reason) > LONGEST_REASON:
        raise ProblemsFound([f"理由は{LONGEST_REASON}字までで入力してください。"])
    _decide(subject, Verdict.RETURNED, by, at, reason=reason)
    review.return_to_facility(subject.claim, reason=reason, by=by, at=at)
    return subject.claim


@operation(ReviewEvent.BULK_DECIDED)
def approve_unchanged(choices: Sequence[tuple[UUID, str]], *, by: Actor, at: datetime) -> BulkResult:
    """
    Approve the claims among ``choices`` (id, shown hash) that do not differ from the last approved month.

    Whether a claim is unchanged is found out here under its lock, never believed. Each claim is judged for itself: one
    that cannot be approved does not hold up the others. A claim named twice is judged once.
    """
    result = BulkResult()
    # In one order for everybody: two people whose lists are sorted differently must not wait for each other's locks.
    for claim_id, shown_hash in sorted(dict(choices).items()):
        try:
            with transaction.atomic():
                claim = Claim.objects.select_for_update(of=("self",)).filter(pk=claim_id).first()
                if claim is None:
                    raise NotAllowed(NOT_THERE)
                if not is_unchanged(claim):
                    raise NotAllowed(HAS_CHANGED)
                _approve(claim_id, shown_hash, by, at, in_bulk=True)
        except NotAllowed as refusal:
            result.refused[claim_id] = str(refusal)
        else:
            result.approved.append(claim_id)
    record(
        ReviewEvent.BULK_DECIDED,
        by=by,
        rows={"claim": result.approved},
        detail={"refused": {str(claim_id): why for claim_id, why in result.refused.items()}},
    )
    return result


def is_unchanged(claim: Claim) -> bool:
    """Every line has the amount of the last approved month, as many children, and nothing has changed under it."""
    before = previous_claim_of(claim)
    if before is None or claim.is_correction or not claim.facility.lives_in(claim.service_month):
        return False
    if claim.counts_corrected_at is not None or claim.terms_changed_at is not None:
        return False
    if claim.rate_book != before.rate_book:
        return False
    lines = list(ClaimLine.objects.filter(claim__in=[claim, before]))
    compared = compare_claims(
        [line for line in lines if line.claim_id == claim.pk],
        [line for line in lines if line.claim_id == before.pk],
    )
    return claim.child_total == before.child_total and not any(row.has_changed for row in compared)


def _approve(claim_id: UUID, shown_hash: str, by: Actor, at: datetime, *, in_bulk: bool) -> Claim:
    subject = _locked(claim_id)
    permissions.decide(by, subject)
    _require_shown(subject.claim, shown_hash)
    _decide(subject, Verdict.APPROVED, by, at, in_bulk=in_bulk)
    if subject.step is Step.SECOND:
        review.approve(subject.claim, by=by, at=at)
    else:
        review.note_first_decision(subject.claim, at=at)
    return subject.claim


def _locked(claim_id: UUID) -> UnderReview:
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim_id)
    return UnderReview(claim, tuple(Decision.objects.filter(claim=claim).order_by("step")))


def _require_shown(claim: Claim, shown_hash: str) -> None:
    if claim.content_hash != shown_hash:
        raise NotAllowed(NOT_AS_SHOWN)


def _decide(
    subject: UnderReview,
    verdict: Verdict,
    by: Actor,
    at: datetime,
    *,
    reason: str = "",
    in_bulk: bool = False,
) -> None:
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                municipality_id=subject.claim.municipality_id,
                facility_id=subject.claim.facility_id,
                claim=subject.claim,
                step=subject.step,
                verdict=verdict,
                reason=reason,
                content_hash=subject.claim.content_hash,
                in_bulk=in_bulk,
                decided_at=at,
                decided_by=by.user_id,
                decided_by_role=by.duty,
            )
    except IntegrityError as race:
        raise NotAllowed(MEANWHILE) from race
    record(
        ReviewEvent.DECIDED,
        by=by,
        on=decision,
        rows={"claim": [subject.claim.pk], "decision": [decision.pk]},
        detail={
            "step": int(subject.step),
            "verdict": str(verdict),
            "content_hash": subject.claim.content_hash,
            "in_bulk": in_bulk,
        },
    )
