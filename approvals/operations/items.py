"""
Deciding on applications, by two people or more along the route: approve, return, approve together what is unchanged.

A decision carries the hash of what was shown: what nobody saw is never approved. Facility and version are locked
first, in this order, as whoever fills an application in locks them; the database's own constraints and triggers decide
between two people who press at the same moment. What follows from the last approval happens in the same transaction
(``effects``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.models import ApplicationVersion
from applications.operations import review
from approvals import permissions
from approvals.events import ItemEvent
from approvals.items.comparing import SEALED, before_of, is_same
from approvals.items.holding import Stake, own_stake
from approvals.items.noticing import approved_versions, eyes_for, notice_all, packs_of
from approvals.items.subjects import ItemUnderReview, delegations_on, item_of_version, under_review
from approvals.models import Delegation, ItemDecision, ReviewRoute, Verdict
from approvals.models.items import LONGEST_REASON
from approvals.operations.effects import Certificate, take_effect
from approvals.operations.telling import tell_of_approval_later, tell_of_return
from asking import together
from audit.record import record
from claims.queries.kept_findings import newest_months
from documents.personal_data import NAMES_A_CHILD, names_a_child
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound

NOT_AS_SHOWN = "画面を開いたあとに内容が変わりました。いまの内容を確認してから、もう一度決定してください。"
MEANWHILE = "ほかの人が先に決定しました。いまの状態を確認してください。"
NOT_THERE = "この市の申請として見つかりません。一覧を開き直してください。"
HAS_CHANGED = "前回の承認内容と変わっています。1件ずつ確認してください。"
AVOIDS_DEDUCTION = "減算に当てはまらないという回答です。1件ずつ確認してください。"
HAS_FLAGS = "注意の印があります。1件ずつ確認してください。"
NO_REASON = "差し戻しの理由を入力してください。施設が読んで直せるように書きます。"
LONGEST_REMARK = 500
MOST_TOGETHER = 500


@dataclass
class BulkResult:
    """What became of a bulk approval: the approved versions, and for each other one why not."""

    approved: list[UUID] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)


@operation(ItemEvent.DECIDED)
def approve(
    version_id: UUID,
    *,
    shown_hash: str,
    certificate: Certificate | None = None,
    by: Actor,
    at: datetime,
) -> ApplicationVersion:
    """
    Approve the open step; with the last one the version is approved for good and takes effect.

    ``certificate``: what the city itself certifies with the last step of an application for 加算率.

    :raises ApplicationVersion.DoesNotExist: not a version of the open scope.
    :raises NotAllowed: not this person, not this step, not as shown, or decided meanwhile.
    :raises ProblemsFound: what it grants cannot hold, or its certificate is not whole.
    """
    return _approve(_locked(version_id, at), shown_hash, by, at, certificate=certificate)


@operation(ItemEvent.DECIDED)
def return_to_facility(
    version_id: UUID,
    *,
    shown_hash: str,
    reason: str,
    remarks: Mapping[str, str] | None = None,
    by: Actor,
    at: datetime,
) -> ApplicationVersion:
    """
    Send the version back with a reason, and a remark at each field that shall be put right.

    :raises ApplicationVersion.DoesNotExist: not a version of the open scope.
    :raises NotAllowed: not this person, not this step, not as shown, or decided meanwhile.
    :raises ProblemsFound: no reason, or too long a one; a remark at no field, or too long a one; something of a child.
    """
    subject = _locked(version_id, at)
    permissions.decide_item(by, subject)
    _require_shown(subject.version, shown_hash)
    labels = _labels_of(subject.version)
    said = {key: text.strip() for key, text in (remarks or {}).items() if text.strip()}
    problems = list(_reason_problems(reason.strip(), said, labels))
    if problems:
        raise ProblemsFound(problems)
    _decide(subject, Verdict.RETURNED, by, at, reason=reason.strip(), remarks=said)
    words = [reason.strip(), *(f"「{labels[key]}」：{text}" for key, text in said.items())]
    review.return_to_facility(subject.version, reason="\n".join(words), by=by, at=at)
    tell_of_return(subject.version)
    return subject.version


@operation(ItemEvent.BULK_DECIDED)
def approve_unchanged(choices: Sequence[tuple[UUID, str]], *, by: Actor, at: datetime) -> BulkResult:
    """
    Approve those of ``choices`` (id, shown hash) of which nothing strikes: as they were approved before, or a «no» to
    what was never held.

    Found out here, never believed: what strikes is asked once for all, each version is compared, and what it
    gives up asked, under its lock. Each is judged for itself; one that cannot be approved does not hold up the others.
    One named twice is judged once.
    """
    result = BulkResult()
    warned = _warned_of([version_id for version_id, _ in choices])
    # In one order for everybody: two people whose lists are sorted differently must not wait for each other's locks.
    rows = ApplicationVersion.objects.filter(pk__in=[version_id for version_id, _ in choices])
    order = {
        pk: place for place, pk in enumerate(rows.order_by("facility", "pk").values_list("pk", flat=True))
    }
    shared = _Shared.read(at)
    for version_id, shown_hash in sorted(dict(choices).items(), key=lambda one: order.get(one[0], -1)):
        try:
            with transaction.atomic():
                if version_id not in order:
                    raise NotAllowed(NOT_THERE)
                subject = _locked(version_id, at, shared)
                permissions.decide_item(by, subject)
                _require_shown(subject.version, shown_hash)
                _require_together(subject.version)
                if warned.get(version_id) != subject.version.content_hash:
                    raise NotAllowed(HAS_FLAGS)
                _approve(subject, shown_hash, by, at, in_bulk=True)
        except NotAllowed as refusal:
            result.refused[version_id] = str(refusal)
        except ProblemsFound as refusal:
            result.refused[version_id] = "　".join(refusal.problems)
        else:
            result.approved.append(version_id)
    record(
        ItemEvent.BULK_DECIDED,
        by=by,
        rows={"application_version": result.approved},
        detail={"refused": {str(version_id): why for version_id, why in result.refused.items()}},
    )
    return result


@dataclass(frozen=True)
class _Shared:
    """What is the same for all versions of one act."""

    routes: tuple[ReviewRoute, ...]
    delegations: tuple[Delegation, ...]

    @classmethod
    def read(cls, at: datetime) -> "_Shared":
        """Two queries."""
        return cls(tuple(ReviewRoute.objects.all()), tuple(delegations_on(timezone.localdate(at))))


def _locked(version_id: UUID, at: datetime, shared: _Shared | None = None) -> ItemUnderReview:
    facility_id = ApplicationVersion.objects.values_list("facility_id", flat=True).get(pk=version_id)
    Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    version = (
        ApplicationVersion.objects.select_for_update(of=("self",))
        .select_related("application", "facility", "pack")
        .get(pk=version_id)
    )
    shared = shared or _Shared.read(at)
    decisions = list(ItemDecision.objects.filter(version=version).order_by("step"))
    return under_review(
        version,
        item_of_version(version),
        own=shared.routes,
        decisions=decisions,
        delegations=shared.delegations,
    )


def _approve(
    subject: ItemUnderReview,
    shown_hash: str,
    by: Actor,
    at: datetime,
    *,
    certificate: Certificate | None = None,
    in_bulk: bool = False,
) -> ApplicationVersion:
    permissions.decide_item(by, subject)
    _require_shown(subject.version, shown_hash)
    _decide(subject, Verdict.APPROVED, by, at, in_bulk=in_bulk)
    if subject.is_last_step:
        review.approve(subject.version, by=by, at=at)
        take_effect(subject, certificate=certificate, by=by, at=at)
        tell_of_approval_later(subject.version, at=at)
    else:
        review.note_first_decision(subject.version, at=at)
    return subject.version


def _require_shown(version: ApplicationVersion, shown_hash: str) -> None:
    if version.content_hash != shown_hash:
        raise NotAllowed(NOT_AS_SHOWN)


def _require_together(version: ApplicationVersion) -> None:
    """:raises NotAllowed: it is neither as before nor a «no» that gives up nothing."""
    stake = own_stake(version)
    if stake in {Stake.HELD, Stake.REPORT}:
        raise NotAllowed(HAS_FLAGS)
    if stake is not Stake.NOTHING and not is_same(version, before_of(version)):
        raise NotAllowed(AVOIDS_DEDUCTION if stake is Stake.DEDUCTION else HAS_CHANGED)


def _decide(
    subject: ItemUnderReview,
    verdict: Verdict,
    by: Actor,
    at: datetime,
    *,
    reason: str = "",
    remarks: Mapping[str, str] | None = None,
    in_bulk: bool = False,
) -> None:
    version, place = subject.version, permissions.in_whose_place(by, subject)
    try:
        with transaction.atomic():
            decision = ItemDecision.objects.create(
                municipality_id=version.municipality_id,
                facility_id=version.facility_id,
                version=version,
                step=subject.step,
                route=list(subject.route.steps),
                role=subject.role,
                verdict=verdict,
                reason=reason,
                remarks=dict(remarks or {}),
                content_hash=version.content_hash,
                in_bulk=in_bulk,
                decided_at=at,
                decided_by=by.user_id,
                decided_by_role=by.duty,
                on_behalf_of=place,
            )
    except IntegrityError as race:
        raise NotAllowed(MEANWHILE) from race
    record(
        ItemEvent.DECIDED,
        by=by,
        on=decision,
        rows={"application_version": [version.pk], "decision": [decision.pk]},
        detail={
            "item": version.application.item_key,
            "review_step": subject.step,
            "role": subject.role,
            "verdict": str(verdict),
            "content_hash": version.content_hash,
            "in_bulk": in_bulk,
            "on_behalf_of": str(place or ""),
            # At which fields, never what was said there.
            "fields": sorted(remarks or {}),
        },
    )


def _labels_of(version: ApplicationVersion) -> dict[str, str]:
    item = item_of_version(version)
    return {own.key: own.label for own in item.fields} if item else {}


def _reason_problems(reason: str, remarks: Mapping[str, str], labels: Mapping[str, str]) -> list[str]:
    problems = []
    if not reason:
        problems.append(NO_REASON)
    if len(reason) > LONGEST_REASON:
        problems.append(f"理由は{LONGEST_REASON}字までで入力してください。")
    if any(map(names_a_child, (reason, *remarks.values()))):
        problems.append(NAMES_A_CHILD)
    if set(remarks) - set(labels):
        problems.append("この様式にない欄への指摘があります。画面を開き直してください。")
    problems += [
        f"「{labels[key]}」への指摘は{LONGEST_REMARK}字までで入力してください。"
        for key, text in remarks.items()
        if key in labels and len(text) > LONGEST_REMARK
    ]
    return problems


def _warned_of(version_ids: Sequence[UUID]) -> dict[UUID, str]:
    """
    Of the versions of which nothing strikes: the hash they were looked at with. Three messages for all, and those of
    the rooms where rows have changed since the last look.
    """
    rows = ApplicationVersion.objects.filter(pk__in=version_ids)
    versions, packs, months = together(
        rows.select_related("application", "facility").defer(*SEALED), packs_of(rows), newest_months()
    )
    years = {version.application.fiscal_year for version in versions}
    eyes = eyes_for(versions, packs, months)
    found = notice_all(versions, approved_versions(years | {year - 1 for year in years}), eyes)
    return {one.version.pk: one.version.content_hash for one in found if one.risk == 0}
