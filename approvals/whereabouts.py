"""What a facility is told of where its applications are: the step in words, and remarks at fields. Nobody is named."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from applications.models import ApplicationVersion
from applications.states import VersionStatus
from applications.whereabouts import Whereabouts, tells
from approvals.items.routes import step_words
from approvals.items.subjects import ItemUnderReview, item_of_version, under_review
from approvals.models import Certifier, ItemDecision, RateCertificate, ReviewRoute, Verdict

# What the facility has still to send is not in the city.
SENT = frozenset(VersionStatus) - {VersionStatus.DRAFT, VersionStatus.DISCARDED}


@tells
def in_review(versions: Sequence[ApplicationVersion]) -> Mapping[UUID, Whereabouts]:
    """Three queries, and one for each pack that is not at hand."""
    sent = [version for version in versions if version.status in SENT]
    if not sent:
        return {}
    decisions: dict[UUID, list[ItemDecision]] = defaultdict(list)
    for decision in ItemDecision.objects.filter(version__in=sent).order_by("step"):
        decisions[decision.version_id].append(decision)
    routes = tuple(ReviewRoute.objects.all())
    certificates = {row.version_id: row for row in RateCertificate.objects.filter(version__in=sent)}
    return {
        version.pk: _told(
            under_review(version, item_of_version(version), own=routes, decisions=decisions[version.pk]),
            certificates.get(version.pk),
        )
        for version in sent
    }


def _told(subject: ItemUnderReview, certificate: RateCertificate | None) -> Whereabouts:
    steps, status = len(subject.route.steps), subject.version.status
    if subject.is_waiting:
        role = step_words(subject.role)
        words = f"市の審査中です（{steps}段階のうち{subject.step}段階目・{role}）。"
        return Whereabouts(subject.step, steps, role, words)
    if status == VersionStatus.RETURNED:
        last = subject.decisions[-1] if subject.decisions else None
        remarks = last.remarks if last is not None and last.verdict == Verdict.RETURNED else {}
        return Whereabouts(
            0, steps, "", "市から差し戻されました。理由を確認し、直して提出してください。", remarks
        )
    return Whereabouts(0, steps, "", _approved_words(status, certificate))


def _approved_words(status: str, certificate: RateCertificate | None) -> str:
    if status != VersionStatus.APPROVED:
        return "新しい版に置き換わりました。"
    if certificate is None:
        return "承認されました。"
    if certificate.certified_at is not None:
        return "承認され、加算率が認定されました。"
    if certificate.certifier == Certifier.PREFECTURE and certificate.forwarded_on is not None:
        return "承認され、県の認定を待っています。認定までは、仮の加算率で計算します。"
    return "承認されました。認定までは、仮の加算率で計算します。"
