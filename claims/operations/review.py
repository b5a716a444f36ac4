"""
What the city decides about a claim: states, times, the record, and a mail to the facility.

Only ``approvals.operations`` may import this module (an import contract): nobody approves around the four eyes.
Every function takes a claim that the caller has locked, inside the caller's transaction.
"""

from datetime import datetime

from django.conf import settings

from audit.record import record
from claims.events import ClaimEvent
from claims.models import Claim
from claims.operations.later import redraft_later
from claims.states import ClaimStatus
from claims.wording import month_words
from facilities.actors import Actor
from facilities.queries import mailboxes
from jobs import mail


def note_first_decision(claim: Claim, *, at: datetime) -> None:
    """From now on the facility cannot withdraw the claim. Harmless when it was noted before."""
    if claim.first_decided_at is not None:
        return
    claim.first_decided_at = at
    claim.save(update_fields=["first_decided_at"])
    record(ClaimEvent.FIRST_DECIDED, on=claim)


def approve(claim: Claim, *, by: Actor, at: datetime) -> None:
    """
    The last step has approved the claim: its content stays as it is for ever.

    A correction takes the place of the version it corrects, which keeps its content and its approval as history. Where
    counts or terms have changed while the claim was here, its own correction is drafted afterwards.

    :raises TransitionNotAllowed: the claim is not submitted.
    """
    if claim.corrects_id is not None:
        replaced: Claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim.corrects_id)
        replaced.move_to(ClaimStatus.SUPERSEDED)
        replaced.save(update_fields=["status"])
        record(ClaimEvent.REPLACED, by=by, on=replaced, rows={"claim": [replaced.pk, claim.pk]})
    claim.move_to(ClaimStatus.APPROVED)
    claim.first_decided_at = claim.first_decided_at or at
    claim.approved_at, claim.approved_by = at, by.user_id
    claim.save(update_fields=["status", "first_decided_at", "approved_at", "approved_by"])
    record(
        ClaimEvent.APPROVED,
        by=by,
        on=claim,
        rows={"claim": [claim.pk]},
        detail={
            "month": str(claim.service_month),
            "total_yen": claim.total_yen,
            "content_hash": claim.content_hash,
        },
    )
    if claim.counts_corrected_at is not None or claim.terms_changed_at is not None:
        redraft_later(claim.facility_id, claim.service_month)
    _tell_facility(claim, "請求が承認されました", "の請求が承認されました。請求書を作成できます。")


def return_to_facility(claim: Claim, *, reason: str, by: Actor, at: datetime) -> None:
    """
    Send the claim back with a reason; the facility answers with a new version.

    :raises TransitionNotAllowed: the claim is not submitted.
    """
    claim.move_to(ClaimStatus.RETURNED)
    claim.first_decided_at = claim.first_decided_at or at
    claim.returned_at, claim.returned_by, claim.return_reason = at, by.user_id, reason
    claim.save(update_fields=["status", "first_decided_at", "returned_at", "returned_by", "return_reason"])
    record(
        ClaimEvent.RETURNED,
        by=by,
        on=claim,
        rows={"claim": [claim.pk]},
        detail={"month": str(claim.service_month), "content_hash": claim.content_hash},
    )
    _tell_facility(
        claim, "請求が差し戻されました", "の請求が差し戻されました。理由を確認して、修正版を作ってください。"
    )


def _tell_facility(claim: Claim, subject: str, sentence: str) -> None:
    """A mail to each of the facility's accounts. It carries no amount, no reason and no person's name."""
    words = month_words(claim.service_month)
    for account in mailboxes([claim.facility_id]):
        assert account.facility is not None, "a facility account has a facility"
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】{subject}（{words}）",
            text=(
                f"{account.facility.name}　{words}\n\n{words}{sentence}\nログインしてご確認ください。\n"
                f"{settings.SITE_URL}/f/{account.facility.number}/claims/{claim.pk}/\n"
            ),
        )
