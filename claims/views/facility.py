"""
The facility's pages: child counts, the month's facts, claims.

The addresses of buttons answer GET with the page the button stands on: after an expired login the browser comes back
to the address it was sending to.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import held_forms
from audit.record import record
from claims import form_subjects, permissions
from claims.closing import is_closed
from claims.composing import children_of
from claims.events import ClaimEvent, ConfirmationEvent
from claims.forms import DisputeForm, FactsForm
from claims.models import Claim, CountSheet
from claims.operations import confirming, conversation, drafting, submitting
from claims.operations import facts as facts_operations
from claims.queries import facility as queries
from claims.wording import month_words, price_bands
from facilities.models import Municipality
from facilities.periods import ServiceMonth
from facilities.requests import UNREADABLE, Crumbs, TenantRequest, own_facility, page_status, typed_texts
from facilities.rules import NotAllowed, ProblemsFound, sentences

# ---------------------------------------------------------------- child counts


@require_GET
def count_list(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The months whose counts have come."""
    sheets = queries.count_months(own_facility(request))
    record(ConfirmationEvent.LISTED, rows={"sheet": [sheet.pk for sheet in sheets]})
    return render(request, "claims/facility/count_list.html", {"sheets": sheets})


@require_GET
def count_page(request: TenantRequest, facility_number: str, month: ServiceMonth) -> HttpResponse:
    """One month's counts."""
    return _count_page(request, month)


@require_http_methods(["GET", "POST"])
def confirm_counts(request: TenantRequest, facility_number: str, month: ServiceMonth) -> HttpResponse:
    """Confirm the month's counts; then on to the facts that are still needed, or to the claim."""
    if request.method == "GET":
        return _count_page(request, month)
    try:
        sheet_id, version = UUID(request.POST.get("sheet", "")), int(request.POST.get("version", ""))
    except ValueError:
        return _count_page(request, month, problems=[UNREADABLE])
    try:
        done = confirming.confirm(sheet_id, shown_version=version, by=request.actor, at=timezone.now())
    except CountSheet.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _count_page(request, month, problems=sentences(refusal))
    messages.success(request, f"{month_words(month)}の児童数を確認しました。")
    if done.drafted is None:
        return redirect("claims:count_page", facility_number, month)
    if done.drafted.missing:
        return redirect("claims:facts_page", facility_number, month)
    own = [claim for claim in done.drafted.claims if not claim.outside]
    if own:
        return redirect("claims:claim_page", facility_number, own[0].pk)
    return redirect("claims:claim_list", facility_number)


@require_http_methods(["GET", "POST"])
def dispute_counts(request: TenantRequest, facility_number: str, month: ServiceMonth) -> HttpResponse:
    """Say which cells differ, which classes did not come, and why. The button for more lines sends nothing yet."""
    facility, own = own_facility(request), request.membership.municipality
    sheet = queries.current_sheet(facility, month)
    if sheet is None:
        raise Http404
    cells = queries.disputable_cells(facility, own, sheet)
    typed = request.POST if request.method == "POST" else _typed_before_login(request)
    form = DisputeForm(
        typed, cells=cells, own_code=own.code, initial={"sheet": sheet.pk, "version": sheet.version}
    )
    problems: list[str] = []
    status = page_status(request)
    if request.method == "POST" and "more" in request.POST:
        form = DisputeForm.with_more_lines(request.POST.dict(), cells=cells, own_code=own.code)
        status = 200
    elif request.method == "POST" and form.is_valid():
        try:
            confirming.dispute(
                form.cleaned_data["sheet"],
                form.marked,
                shown_version=form.cleaned_data["version"],
                by=request.actor,
                at=timezone.now(),
            )
        except CountSheet.DoesNotExist:
            raise Http404 from None
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
        else:
            messages.success(request, "相違を申し出ました。市の回答をお待ちください。")
            return redirect("claims:count_page", facility_number, month)
    record(ConfirmationEvent.SHOWN, on=sheet, rows={"sheet": [sheet.pk]}, detail={"month": str(month)})
    context = {
        "month": month,
        "sheet": sheet,
        "own": own,
        "form": form,
        "problems": problems,
        "may_dispute": permissions.dispute.allows(request.actor, sheet),
        "breadcrumbs": [
            *_count_crumbs(request, month, link=True),
            ("人数が違うとき", None),
        ],
    }
    return render(request, "claims/facility/dispute_page.html", context, status=status)


def _count_page(
    request: TenantRequest, month: ServiceMonth, *, problems: list[str] | None = None
) -> HttpResponse:
    facility = own_facility(request)
    view = queries.counts_of(facility, request.membership.municipality, month)
    closed = is_closed(month)
    record(ConfirmationEvent.SHOWN, on=view.sheet, rows=view.row_ids, detail={"month": str(month)})
    context = {
        "month": month,
        "view": view,
        "is_public": facility.is_public,
        "is_closed": closed,
        "may_confirm": view.sheet is not None
        and not closed
        and permissions.confirm.allows(request.actor, view.sheet),
        "may_dispute": view.sheet is not None
        and not closed
        and permissions.dispute.allows(request.actor, view.sheet),
        "problems": problems or [],
        "breadcrumbs": _count_crumbs(request, month),
    }
    return render(request, "claims/facility/count_page.html", context, status=page_status(request))


# ---------------------------------------------------------------- facts


@require_http_methods(["GET", "POST"])
def facts_page(request: TenantRequest, facility_number: str, month: ServiceMonth) -> HttpResponse:
    """The month's few facts: show, and save."""
    facility = own_facility(request)
    view = queries.facts_of(facility, month, request.actor)
    typed = request.POST if request.method == "POST" else _typed_before_login(request)
    form = FactsForm(typed, asked=view.asked, month=month, initial=queries.facts_to_begin_with(view))
    problems: list[str] = []
    saved_elsewhere = None
    if request.method == "POST" and form.is_valid():
        try:
            result = facts_operations.save(
                facility,
                month,
                form.values,
                shown_version=form.cleaned_data["version"],
                by=request.actor,
                at=timezone.now(),
            )
        except facts_operations.SavedElsewhere as refusal:
            problems, saved_elsewhere = refusal.problems, refusal.saved
            form = FactsForm(
                {**request.POST.dict(), "version": refusal.saved.version}, asked=view.asked, month=month
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
            # Somebody may have sent the claim in the meantime: what bars the form now is shown now.
            view = queries.facts_of(facility, month, request.actor)
        else:
            messages.success(request, f"{month_words(month)}の実績を保存しました。")
            own = [claim for claim in result.claims if not claim.outside] if result else []
            if own:
                return redirect("claims:claim_page", facility_number, own[0].pk)
            return redirect("claims:facts_page", facility_number, month)
    record(ClaimEvent.FACTS_SHOWN, rows=view.row_ids, detail={"month": str(month)})
    not_saved = queries.saved_beside_typed(view, request.POST.dict(), view.saved) if view.barred else []
    if view.barred:  # what is shown is what is saved, never what was typed
        form = FactsForm(None, asked=view.asked, month=month, initial=queries.facts_to_begin_with(view))
    context = {
        "month": month,
        "view": view,
        "form": form,
        "problems": problems,
        "not_saved": not_saved if request.method == "POST" else [],
        "comparison": queries.saved_beside_typed(view, request.POST.dict(), saved_elsewhere),
        "breadcrumbs": [*_count_crumbs(request, month, link=True), ("月の実績", None)],
    }
    return render(request, "claims/facility/facts_page.html", context, status=page_status(request))


# ---------------------------------------------------------------- claims


@require_GET
def claim_list(request: TenantRequest, facility_number: str) -> HttpResponse:
    """All months and their claims."""
    return _claim_list(request)


@require_GET
def claim_page(request: TenantRequest, facility_number: str, claim_id: UUID) -> HttpResponse:
    """One claim, line by line, and what can be done with it."""
    return _claim_page(request, claim_id)


@require_http_methods(["GET", "POST"])
def submit(request: TenantRequest, facility_number: str, claim_id: UUID) -> HttpResponse:
    """Send the claim to the city."""
    if request.method == "GET":
        return _claim_page(request, claim_id)
    try:
        claim = submitting.submit(
            claim_id,
            shown_hash=request.POST.get("shown_hash", ""),
            declared=request.POST.get("declared") == "on",
            by=request.actor,
            at=timezone.now(),
        )
    except Claim.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _claim_page(request, claim_id, problems=sentences(refusal))
    if claim.outside:
        messages.success(request, "内容を確定しました。「請求書を作る」で、請求書を作れます。")
    else:
        messages.success(request, "市に提出しました。審査の結果は、メールとこの画面でお知らせします。")
    return redirect("claims:claim_page", facility_number, claim_id)


@require_http_methods(["GET", "POST"])
def withdraw(request: TenantRequest, facility_number: str, claim_id: UUID) -> HttpResponse:
    """Take the claim back."""
    if request.method == "GET":
        return _claim_page(request, claim_id)
    try:
        submitting.withdraw(claim_id, by=request.actor, at=timezone.now())
    except Claim.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _claim_page(request, claim_id, problems=sentences(refusal))
    messages.success(request, "請求を取り下げました。内容を確認して、もう一度提出してください。")
    return redirect("claims:claim_page", facility_number, claim_id)


@require_http_methods(["GET", "POST"])
def correct(request: TenantRequest, facility_number: str, claim_id: UUID) -> HttpResponse:
    """Answer a returned claim with a new version."""
    if request.method == "GET":
        return _claim_page(request, claim_id)
    try:
        new = submitting.correct(claim_id, by=request.actor, at=timezone.now())
    except Claim.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _claim_page(request, claim_id, problems=sentences(refusal))
    messages.success(request, f"修正版（第{new.version}版）を作りました。内容を確認して、提出してください。")
    return redirect("claims:claim_page", facility_number, new.pk)


@require_http_methods(["GET", "POST"])
def open_correction(request: TenantRequest, facility_number: str, claim_id: UUID) -> HttpResponse:
    """Begin a 過誤調整 of an approved claim; on to the month's facts or the new version."""
    if request.method == "GET":
        return _claim_page(request, claim_id)
    try:
        new = submitting.open_correction(
            claim_id, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now()
        )
    except Claim.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _claim_page(request, claim_id, problems=sentences(refusal))
    messages.success(
        request,
        f"過誤の訂正（第{new.version}版）を作りました。月の実績を直すか、内容を確認して提出してください。",
    )
    return redirect("claims:claim_page", facility_number, new.pk)


@require_http_methods(["GET", "POST"])
def drop_correction(request: TenantRequest, facility_number: str, claim_id: UUID) -> HttpResponse:
    """Give the correction up; back to the approved claim."""
    if request.method == "GET":
        return _claim_page(request, claim_id)
    try:
        approved = submitting.drop_correction(claim_id, by=request.actor, at=timezone.now())
    except Claim.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _claim_page(request, claim_id, problems=sentences(refusal))
    messages.info(request, "過誤の訂正を取りやめました。承認済みの請求は変わっていません。")
    return redirect("claims:claim_page", facility_number, approved.pk)


@require_http_methods(["GET", "POST"])
def remark(request: TenantRequest, facility_number: str, claim_id: UUID) -> HttpResponse:
    """Write to the city about this claim."""
    if request.method == "GET":
        return _claim_page(request, claim_id)
    try:
        conversation.remark(claim_id, text=request.POST.get("text", ""), by=request.actor, at=timezone.now())
    except Claim.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _claim_page(request, claim_id, problems=sentences(refusal))
    messages.success(request, "市に伝えました。市の審査の画面に表示されます。")
    return redirect("claims:claim_page", facility_number, claim_id)


@require_http_methods(["GET", "POST"])
def claim_recalculate(request: TenantRequest, facility_number: str, month: ServiceMonth) -> HttpResponse:
    """Compute the month's drafts again from what holds now."""
    if request.method == "GET":
        return _claim_list(request)
    try:
        result = drafting.recalculate(own_facility(request), month, by=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        return _claim_list(request, problems=[str(refusal)])
    messages.success(request, f"{month_words(month)}の請求を計算し直しました。")
    own = [claim for claim in result.claims if not claim.outside]
    if own:
        return redirect("claims:claim_page", facility_number, own[0].pk)
    return redirect("claims:claim_list", facility_number)


def _claim_list(request: TenantRequest, *, problems: list[str] | None = None) -> HttpResponse:
    facility = own_facility(request)
    months = queries.claims_by_month(facility, request.membership.municipality)
    shown = [listed.claim for month in months for listed in month.claims]
    record(ClaimEvent.LISTED, rows={"claim": [claim.pk for claim in shown]})
    context = {
        "months": months,
        "is_public": facility.is_public,
        **price_bands(shown),
        "problems": problems or [],
    }
    return render(request, "claims/facility/claim_list.html", context, status=page_status(request))


def _claim_page(request: TenantRequest, claim_id: UUID, *, problems: list[str] | None = None) -> HttpResponse:
    own: Municipality = request.membership.municipality
    try:
        view = queries.claim_view(claim_id, own)
    except Claim.DoesNotExist:
        raise Http404 from None
    claim = view.claim
    record(ClaimEvent.SHOWN, on=claim, rows=view.row_ids, detail={"content_hash": claim.content_hash})
    closed = view.is_closed
    due: date | None = (
        queries.due_date(own_facility(request), claim.service_month, own)
        if claim.is_draft and not claim.outside
        else None
    )
    first_day, entered = children_of(claim)
    context: dict[str, Any] = {
        "view": view,
        "claim": claim,
        "subject": form_subjects.CODE,
        "back": request.path,
        "month": claim.service_month,
        "is_closed": closed,
        "may_submit": (claim.outside or not closed) and permissions.submit.allows(request.actor, claim),
        "may_withdraw": permissions.withdraw.allows(request.actor, claim),
        "may_correct": not closed and permissions.correct.allows(request.actor, claim),
        "may_open_correction": not closed
        and view.correction is None
        and not claim.outside
        and permissions.open_correction.allows(request.actor, claim),
        "may_drop_correction": permissions.drop_correction.allows(request.actor, claim),
        "typed": typed_texts(request, "reason", "text"),
        "due_date": due,
        "first_day": first_day,
        "entered": entered,
        "is_late": due is not None and timezone.localdate() > due,
        **price_bands([claim, view.previous]),
        "problems": problems or [],
        "targets": {submitting.UNDECLARED: "declared"},
        "undeclared": submitting.UNDECLARED if submitting.UNDECLARED in (problems or []) else "",
        "breadcrumbs": [
            ("請求", reverse("claims:claim_list", args=[own_facility(request).number])),
            (month_words(claim.service_month), None),
        ],
    }
    return render(request, "claims/facility/claim_page.html", context, status=page_status(request))


# ---------------------------------------------------------------- shared


def _typed_before_login(request: TenantRequest) -> QueryDict | None:
    """What was typed here when the login expired, shown again to the same person."""
    return held_forms.take(request)


def _count_crumbs(request: TenantRequest, month: ServiceMonth, *, link: bool = False) -> Crumbs:
    number = own_facility(request).number
    here = reverse("claims:count_page", args=[number, month]) if link else None
    return [("児童数", reverse("claims:count_list", args=[number])), (month_words(month), here)]
