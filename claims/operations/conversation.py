"""Facility and city write to each other about a claim (やりとり), instead of telephoning."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from audit.record import record
from claims import permissions
from claims.events import ClaimEvent
from claims.models import Claim, ClaimRemark
from claims.wording import month_words
from facilities.actors import Actor
from facilities.operating import operation
from facilities.queries import mailboxes
from facilities.rules import ProblemsFound
from jobs import mail

LONGEST_REMARK = 1000


@operation(ClaimEvent.REMARKED)
def remark(claim_id: UUID, *, text: str, by: Actor, at: datetime) -> ClaimRemark:
    """
    Say something about a claim. The facility learns of the city's words by mail; the city sees the facility's in its
    list. A remark is never changed or taken back.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    :raises NotAllowed: neither the facility itself nor a reviewer.
    :raises ProblemsFound: nothing said, or too much.
    """
    claim = Claim.objects.select_related("facility").get(pk=claim_id)
    permissions.remark(by, claim)
    text = text.strip()
    if not text:
        raise ProblemsFound(["伝えたいことを入力してください。"])
    if len(text) > LONGEST_REMARK:
        raise ProblemsFound([f"{LONGEST_REMARK}字までで入力してください。"])
    said: ClaimRemark = ClaimRemark.objects.create(
        municipality_id=claim.municipality_id,
        facility_id=claim.facility_id,
        claim=claim,
        by_city=not by.is_facility,
        text=text,
        said_at=at,
        said_by=by.user_id,
    )
    record(
        ClaimEvent.REMARKED,
        by=by,
        on=said,
        rows={"remark": [said.pk], "claim": [claim.pk]},
        detail={"month": str(claim.service_month)},
    )
    if said.by_city:
        _tell_facility(claim)
    return said


def _tell_facility(claim: Claim) -> None:
    words = month_words(claim.service_month)
    for account in mailboxes([claim.facility_id]):
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】請求について市から連絡があります（{words}）",
            text=(
                f"{claim.facility.name}　{words}\n\n{words}の請求について、市から連絡があります。"
                "ログインしてご確認ください。\n"
                f"{settings.SITE_URL}/f/{claim.facility.number}/claims/{claim.pk}/\n"
            ),
        )
