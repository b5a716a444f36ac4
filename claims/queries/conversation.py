"""What facility and city have said to each other about a month's claim, with the reasons of returns between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from claims.models import Claim, ClaimRemark


@dataclass(frozen=True)
class Said:
    """One thing said; ``heading`` says what it was. ``row_id`` is the remark's, or the returned claim's."""

    at: datetime
    by_city: bool
    heading: str
    text: str
    row_id: UUID


def conversation(versions: Iterable[Claim]) -> tuple[Said, ...]:
    """Everything said about these versions of one claim, the oldest first: one query."""
    versions = list(versions)
    number = {claim.pk: claim.version for claim in versions}
    said = [
        Said(
            remark.said_at,
            remark.by_city,
            f"{'市' if remark.by_city else '施設'}（第{number[remark.claim_id]}版）",
            remark.text,
            remark.pk,
        )
        for remark in ClaimRemark.objects.filter(claim__in=number)
    ]
    said += [
        Said(claim.returned_at, True, f"差し戻しの理由（第{claim.version}版）", claim.return_reason, claim.pk)
        for claim in versions
        if claim.returned_at is not None
    ]
    said += [
        Said(
            claim.drafted_at,
            False,
            f"過誤調整の理由（第{claim.version}版）",
            claim.correction_reason,
            claim.pk,
        )
        for claim in versions
        if claim.correction_reason
    ]
    return tuple(sorted(said, key=lambda one: one.at))
