"""One claim under review: what differs first, then approve or return."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from approvals import permissions, queries
from approvals.events import ReviewEvent
from approvals.forms import InboxQuestion
from approvals.operations import claims as operations
from approvals.permissions import UnderReview
from audit.record import record
from claims import permissions as claim_permissions
from claims.form_subjects import CODE, is_final
from claims.models import Claim
from claims.operations import conversation
from claims.wording import price_bands
from documents import permissions as document_permissions
from facilities.forms.items import item_label
from facilities.requests import TenantRequest, require, typed_texts
from facilities.rules import NotAllowed, ProblemsFound


@require_GET
def review_page(request: TenantRequest, claim_id: UUID) -> HttpResponse:
    """The difference from the last approved month first; unchanged lines folded."""
    return _page(request, claim_id)


@require_POST
def approve(request: TenantRequest, claim_id: UUID) -> HttpResponse:
    """Approve what was shown, then on to the next waiting claim."""
    try:
        claim = operations.approve(
            claim_id, shown_hash=request.POST.get("shown_hash", ""), by=request.actor, at=timezone.now()
        )
    except Claim.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, claim_id, problem=problem)
    messages.success(request, f"{claim.facility.name} の請求を承認しました。")
    return _to_the_next(request, claim)


@require_POST
def return_to_facility(request: TenantRequest, claim_id: UUID) -> HttpResponse:
    """Send it back with a reason."""
    try:
        claim = operations.return_to_facility(
            claim_id,
            shown_hash=request.POST.get("shown_hash", ""),
            reason=request.POST.get("reason", ""),
            by=request.actor,
            at=timezone.now(),
        )
    except Claim.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, claim_id, problem=problem)
    messages.success(request, f"{claim.facility.name} に差し戻しました。施設にメールでお知らせします。")
    return _to_the_next(request, claim)


@require_POST
def remark(request: TenantRequest, claim_id: UUID) -> HttpResponse:
    """Write to the facility about this claim, without deciding."""
    try:
        said = conversation.remark(
            claim_id, text=request.POST.get("text", ""), by=request.actor, at=timezone.now()
        )
    except Claim.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, claim_id, problem=problem)
    messages.success(request, f"{said.claim.facility.name} に伝えました。メールでお知らせします。")
    return redirect("approvals:review_page", claim_id)


def _page(
    request: TenantRequest,
    claim_id: UUID,
    *,
    problem: NotAllowed | ProblemsFound | None = None,
) -> HttpResponse:
    require(request, permissions.look)
    try:
        view = queries.review_view(claim_id)
    except Claim.DoesNotExist:
        raise Http404 from None
    record(
        ReviewEvent.CLAIM_SHOWN,
        on=view.claim,
        rows=view.row_ids,
        detail={"content_hash": view.claim.content_hash},
    )
    subject = UnderReview(
        view.claim,
        tuple(made.decision for made in view.decisions if made.decision.claim_id == view.claim.pk),
    )
    may_decide, why_not = True, ""
    try:
        permissions.decide(request.actor, subject)
    except NotAllowed as refusal:
        may_decide, why_not = False, str(refusal)
    typed = typed_texts(request, "reason", "text")
    kind = view.claim.facility.kind
    asked = _asked(request, view.claim)
    previous, following = _neighbours(request, asked, claim_id)
    context = {
        "view": view,
        "previous": previous,
        "following": following,
        "claim": view.claim,
        "step": subject.step,
        "may_decide": may_decide,
        "why_not": why_not,
        "problems": getattr(problem, "problems", [str(problem)]) if problem else [],
        "reason": typed["reason"],
        "typed": typed,
        "may_remark": claim_permissions.remark.allows(request.actor, view.claim),
        "papers_of": CODE if _may_print(request, view.claim) else "",
        "granted": [(row, item_label(row.code, kind)) for row in view.granted],
        "asked": asked,
        **price_bands([view.claim, view.before]),
        "breadcrumbs": [
            ("審査", f"{reverse('approvals:inbox')}?{asked.query}"),
            (view.facility_name, None),
        ],
    }
    return render(request, "approvals/review_page.html", context, status=422 if problem else 200)


def _may_print(request: TenantRequest, claim: Claim) -> bool:
    """Notices and requests are there once it is decided."""
    return is_final(claim) and document_permissions.order.allows(request.actor, None)


def _neighbours(
    request: TenantRequest, asked: InboxQuestion, claim_id: UUID
) -> tuple[Claim | None, Claim | None]:
    """The claims before and after this one in the list it was opened from; none where it is not in the list."""
    if asked.month is None:
        return None, None
    found = queries.inbox(
        asked.month,
        duty=request.actor.duty,
        user_id=request.actor.user_id,
        state=asked.state,
        kind=asked.kind,
        words=asked.words,
        sort=asked.sort,
        mine=asked.mine,
    )
    claims = [row.claim for row in found.rows if row.claim]
    place = next((place for place, claim in enumerate(claims) if claim.pk == claim_id), None)
    if place is None:
        return None, None
    return (claims[place - 1] if place else None), (claims[place + 1] if place + 1 < len(claims) else None)


def _asked(request: TenantRequest, claim: Claim) -> InboxQuestion:
    """The list that the claim was opened from; whoever came another way goes on in the claim's month."""
    sent = request.GET if request.method == "GET" else request.POST
    return replace(InboxQuestion.of(sent, lambda: None), month=claim.service_month)


def _to_the_next(request: TenantRequest, claim: Claim) -> HttpResponse:
    """The next claim of the month that waits for this person under the same filter; without one, its list."""
    asked = _asked(request, claim)
    found = queries.inbox(
        claim.service_month,
        duty=request.actor.duty,
        user_id=request.actor.user_id,
        kind=asked.kind,
        words=asked.words,
        sort=asked.sort,
        mine=True,
    )
    following = next((row.claim for row in found.rows if row.claim and row.claim.pk != claim.pk), None)
    if following is not None:
        return redirect(f"{reverse('approvals:review_page', args=[following.pk])}?{asked.query}")
    return redirect(f"{reverse('approvals:inbox')}?{asked.query}")
