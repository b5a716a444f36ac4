"""A facility submits a claim, takes it back before the first decision, and corrects what was returned."""

from datetime import datetime
from uuid import UUID

from audit.record import record
from claims import checks, permissions
from claims.closing import require_open
from claims.composing import CannotDraft, compose, gather
from claims.events import ClaimEvent
from claims.models import Claim, CountSheet
from claims.operations.drafting import DraftResult, draft, redraft_if_confirmed
from claims.operations.facts import give_back
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound

UNDECLARED = "内容に相違ないことを確認して、チェックを入れてください。"
CHANGED = "画面を開いたあとに内容が変わりました。いまの内容をもう一度ご確認ください。"
OUTDATED = (
    "登録内容（定員・加算・単価表など）が変わっています。「計算し直す」を押して、新しい内容をご確認ください。"
)


@operation(ClaimEvent.SUBMITTED)
def submit(claim_id: UUID, *, shown_hash: str, declared: bool, by: Actor, at: datetime) -> Claim:
    """
    Send the claim to the city; one to another municipality is fixed, so that its paper can be made.

    A closed month concerns the own city only.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    :raises NotAllowed: the actor may not submit this claim now.
    :raises ProblemsFound: something must be put right first, all of it at once.
    """
    claim = _locked(claim_id)
    permissions.submit(by, claim)
    if not claim.outside:
        require_open(claim.service_month)
    _require_ready(claim, shown_hash=shown_hash, declared=declared)
    claim.move_to(ClaimStatus.SUBMITTED)
    claim.submitted_at, claim.submitted_by = at, by.user_id
    claim.save(update_fields=["status", "submitted_at", "submitted_by"])
    _record(ClaimEvent.SUBMITTED, claim, by)
    return claim


@operation(ClaimEvent.WITHDRAWN)
def withdraw(claim_id: UUID, *, by: Actor, at: datetime) -> Claim:
    """
    Take a submitted claim back; it is a draft again, computed from what holds now.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    :raises NotAllowed: not submitted, or the city has begun to decide.
    """
    claim = _locked_with_month(claim_id)
    permissions.withdraw(by, claim)
    claim.move_to(ClaimStatus.DRAFT)
    claim.submitted_at = claim.submitted_by = claim.terms_changed_at = None
    claim.save(update_fields=["status", "submitted_at", "submitted_by", "terms_changed_at"])
    _record(ClaimEvent.WITHDRAWN, claim, by)
    redraft_if_confirmed(claim.facility, claim.service_month, by=by, at=at)
    return claim


@operation(ClaimEvent.CORRECTED)
def correct(claim_id: UUID, *, by: Actor, at: datetime) -> Claim:
    """
    Answer a returned claim with a new version, drafted from the counts and facts that hold now.

    A claim to another municipality that was fixed is replaced in the same way: its paper may have been sent.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    :raises NotAllowed: the claim is neither returned nor a fixed one to another municipality, or its counts are not
        confirmed.
    :raises ProblemsFound: no new version can be made.
    """
    claim = _locked_with_month(claim_id)
    permissions.correct(by, claim)
    claim.move_to(ClaimStatus.SUPERSEDED)
    claim.save(update_fields=["status"])
    # A returned correction is answered with a correction of the same approved version, for the same reason.
    again = {claim.payer_code: (claim.corrects, claim.correction_reason)} if claim.corrects else {}
    result = draft(claim.facility, claim.service_month, correcting=again, by=by, at=at)
    new = _drafted_for(claim.payer_code, result)
    if new is None:
        words = result.obstacle.message if result.obstacle else "この市区町村に請求する子どもがいません。"
        raise ProblemsFound([f"修正版を作成できません。{words}"])
    _record(ClaimEvent.CORRECTED, new, by)
    return new


@operation(ClaimEvent.CORRECTION_OPENED)
def open_correction(claim_id: UUID, *, reason: str, by: Actor, at: datetime) -> Claim:
    """
    Begin a 過誤調整: a new version beside the approved one, whose facts the facility may correct until it sends it.

    The approved claim stays as it was paid; with the approval of the correction the new version takes its place and
    the difference becomes due.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    :raises NotAllowed: the claim is not approved, is being corrected already, the month is closed, or its counts are
        not confirmed.
    :raises ProblemsFound: no reason, or no new version can be made.
    """
    claim = _locked_with_month(claim_id)
    permissions.open_correction(by, claim)
    require_open(claim.service_month)
    if any(other.is_open for other in Claim.objects.filter(corrects=claim)):
        raise NotAllowed("この請求は、すでに訂正を始めています。「ほかの版」から開いてください。")
    reason = reason.strip()
    if problems := checks.problems_of_reason(reason):
        raise ProblemsFound(problems)
    correcting = {claim.payer_code: (claim, reason)}
    result = draft(claim.facility, claim.service_month, correcting=correcting, by=by, at=at)
    new = _drafted_for(claim.payer_code, result)
    if new is None:
        words = result.obstacle.message if result.obstacle else ""
        raise ProblemsFound([f"訂正を始められません。{words}"])
    _record(ClaimEvent.CORRECTION_OPENED, new, by)
    return new


@operation(ClaimEvent.CORRECTION_DROPPED)
def drop_correction(claim_id: UUID, *, by: Actor, at: datetime) -> Claim:
    """
    Give up a correction that was begun; the approved claim stands, and with it the facts it was computed with.

    Returns the approved claim.

    :raises Claim.DoesNotExist: not a claim of the open scope.
    :raises NotAllowed: not a draft, a closed month, or counts or terms have changed: then a correction is needed.
    """
    claim = _locked_with_month(claim_id)
    permissions.drop_correction(by, claim)
    require_open(claim.service_month)
    assert claim.corrects is not None, "the rule has asked"
    if claim.corrects.counts_corrected_at is not None:
        raise NotAllowed("児童数が訂正されているため、取りやめられません。内容を確認して提出してください。")
    if claim.corrects.terms_changed_at is not None:
        raise NotAllowed("登録内容が変わっているため、取りやめられません。内容を確認して提出してください。")
    claim.move_to(ClaimStatus.SUPERSEDED)
    claim.save(update_fields=["status"])
    _record(ClaimEvent.CORRECTION_DROPPED, claim, by)
    give_back(claim.corrects, by=by, at=at)
    redraft_if_confirmed(claim.facility, claim.service_month, by=by, at=at)
    return claim.corrects


def _drafted_for(payer_code: str, result: DraftResult) -> Claim | None:
    return next((claim for claim in result.claims if claim.payer_code == payer_code and claim.is_draft), None)


def _locked(claim_id: UUID) -> Claim:
    claim: Claim = (
        Claim.objects.select_for_update(of=("self",))
        .select_related("facility", "sheet", "corrects")
        .get(pk=claim_id)
    )
    return claim


def _locked_with_month(claim_id: UUID) -> Claim:
    """The month's count sheet first, then the claim: the order in which drafting locks."""
    place = Claim.objects.values("facility_id", "month").get(pk=claim_id)
    sheets = CountSheet.objects.select_for_update(of=("self",)).filter(**place)
    sheets.exclude(status=SheetStatus.SUPERSEDED).first()
    return _locked(claim_id)


def _require_ready(claim: Claim, *, shown_hash: str, declared: bool) -> None:
    """:raises ProblemsFound: everything that stands in the way."""
    problems = [hindrance.sentence for hindrance in checks.before_submission(claim)]
    if claim.content_hash != shown_hash:
        problems.append(CHANGED)
    elif not problems and not _is_up_to_date(claim):
        problems.append(OUTDATED)
    if not declared:
        problems.append(UNDECLARED)
    if problems:
        raise ProblemsFound(problems)


def _is_up_to_date(claim: Claim) -> bool:
    """Computing the claim now gives the same content: no profile, grant or rate book has changed underneath it."""
    try:
        compositions = compose(gather([claim.sheet], claim.service_month)[claim.facility_id])
    except CannotDraft:
        return False
    now = next((found for found in compositions if found.payer_code == claim.payer_code), None)
    return now is not None and now.content_hash == claim.content_hash and now.missing == claim.missing


def _record(event: ClaimEvent, claim: Claim, by: Actor) -> None:
    record(
        event,
        by=by,
        on=claim,
        rows={"claim": [claim.pk]},
        detail={
            "month": str(claim.service_month),
            "version": claim.version,
            "total_yen": claim.total_yen,
            "content_hash": claim.content_hash,
        },
    )
