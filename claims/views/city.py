"""
The city's pages of child counts: bringing them in, how far each month is, and answering disputes.

The addresses of buttons answer GET with the page the button stands on: after an expired login the browser comes back
to the address it was sending to.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import held_forms
from audit.record import record
from claims import permissions
from claims.closing import is_closed
from claims.events import ClosingEvent, ImportEvent
from claims.forms import AnswerForm, CountsForm, UploadForm
from claims.models import CountDispute, CountImport, CountSheet, DropRefusal, FileKind
from claims.operations import answers, confirming, counts_by_hand, counts_import, drop_folder
from claims.operations import closing as closing_operations
from claims.queries import closings, correcting
from claims.queries import imports as queries
from claims.queries.deadlines import own_deadline
from claims.queries.mappings import saved_mappings
from claims.queries.progress import progress_of
from claims.views import uploading
from claims.wording import month_words
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.requests import UNREADABLE, TenantRequest, page_status, require, typed_texts
from facilities.rules import NotAllowed, ProblemsFound
from facilities.schedule import Step

KINDS = (
    ("", "すべて"),
    ("changed", "変わる施設"),
    ("new", "新しい施設"),
    ("unchanged", "変わらない施設"),
    ("big", "前月との変動が大きい施設"),
)
STATES = (
    ("", "すべて"),
    ("disputed", "相違の回答待ち"),
    ("none", "届いていない"),
    ("waiting", "確認待ち"),
    ("confirmed", "確認済み"),
    ("resting", "休園中"),
)
COLUMNS = (
    ("number", "施設", ""),
    ("status", "状態", ""),
    ("children", "児童数", "number"),
    ("difference", "前月との差", "number"),
)
COUNTS = "児童数"


# ---------------------------------------------------------------- upload, preview, accept


@require_http_methods(["GET", "POST"])
def imports(request: TenantRequest) -> HttpResponse:
    """Months, history, and the form to bring in a file. Sending a file leads to its preview."""
    saved = saved_mappings(FileKind.COUNTS)
    if request.method == "GET":
        return _imports(request, UploadForm(mappings=saved))
    form = UploadForm(request.POST, request.FILES, mappings=saved)
    upload = uploading.taken(request, form, FileKind.COUNTS)
    if upload.imported is not None:
        return redirect("counts:import_page", upload.imported.pk)
    return _imports(request, form, upload)


@require_GET
def import_page(request: TenantRequest, import_id: UUID) -> HttpResponse:
    """What the file would do; later, what it did."""
    return _import_page(request, import_id)


@require_http_methods(["GET", "POST"])
def accept(request: TenantRequest, import_id: UUID) -> HttpResponse:
    """Store what was previewed."""
    if request.method == "GET":
        return _import_page(request, import_id)
    try:
        imported = counts_import.accept(import_id, by=request.actor, at=timezone.now())
    except CountImport.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _import_page(request, import_id, problems=[str(refusal)])
    changed = imported.summary["new"] + imported.summary["changed"]
    if changed:
        messages.success(request, f"児童数を取り込みました。{changed}施設にメールでお知らせします。")
    else:
        messages.info(request, "取り込みました。前と同じ人数のため、変わった施設はありません。")
    return redirect("counts:import_page", import_id)


@require_http_methods(["GET", "POST"])
def discard(request: TenantRequest, import_id: UUID) -> HttpResponse:
    """Take nothing from this file."""
    if request.method == "GET":
        return _import_page(request, import_id)
    try:
        counts_import.discard(import_id, by=request.actor, at=timezone.now())
    except CountImport.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _import_page(request, import_id, problems=[str(refusal)])
    messages.info(request, "取込をやめました。児童数は変わっていません。")
    return redirect("counts:imports")


@require_POST
def dismiss_refusal(request: TenantRequest, refusal_id: UUID) -> HttpResponse:
    """Take the notice of a refused file of the folder off the page."""
    try:
        seen = drop_folder.dismiss(refusal_id, by=request.actor)
    except DropRefusal.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        return _imports(request, UploadForm(), problems=[str(refusal)])
    return redirect("charges:imports" if seen.kind == FileKind.CHARGES else "counts:imports")


def _imports(
    request: TenantRequest,
    form: UploadForm,
    upload: uploading.Upload = uploading.NOTHING,
    *,
    problems: Sequence[str] = (),
) -> HttpResponse:
    require(request, permissions.see_counts)
    view = queries.imports_view()
    record(
        ImportEvent.LISTED,
        rows={
            "import": [listed.imported.pk for listed in view.imports],
            "draft": [upload.draft.pk] if upload.draft else [],
            "refusal": [refused.pk for refused in view.refusals],
        },
    )
    said = uploading.shown(upload, FileKind.COUNTS)
    context = {
        **said,
        "view": view,
        "form": form,
        "problems": [*said["problems"], *problems],
        "may_bring_in": permissions.bring_in_counts.allows(request.actor, None),
        "may_see_charges": permissions.see_charges.allows(request.actor, None),
    }
    return render(request, "claims/city/imports.html", context, status=page_status(request))


def _import_page(
    request: TenantRequest, import_id: UUID, *, problems: list[str] | None = None
) -> HttpResponse:
    require(request, permissions.see_counts)
    words = request.GET.get("words", "").strip()
    show = _one_of(request.GET.get("show", ""), KINDS)
    try:
        view = queries.import_view(import_id, request.membership.municipality, show=show, words=words)
    except CountImport.DoesNotExist:
        raise Http404 from None
    imported = view.listed.imported
    record(ImportEvent.PREVIEW_SHOWN, on=imported, rows=view.row_ids)
    is_late = imported.expires_at <= timezone.now()
    context = {
        "view": view,
        "imported": imported,
        "is_late": view.is_open and is_late,
        "may_decide": view.is_open
        and not is_late
        and permissions.bring_in_counts.allows(request.actor, imported),
        "kinds": KINDS,
        "show": show,
        "words": words,
        "problems": problems or [],
        "breadcrumbs": [(COUNTS, reverse("counts:imports")), ("取込の内容", None)],
    }
    return render(request, "claims/city/import_page.html", context, status=page_status(request))


# ---------------------------------------------------------------- months and facilities


@require_GET
def month(request: TenantRequest, month: ServiceMonth) -> HttpResponse:
    """Every facility of the month."""
    require(request, permissions.see_counts)
    words = request.GET.get("words", "").strip()
    status = _one_of(request.GET.get("status", ""), STATES)
    sort = request.GET.get("sort", "")
    sort = sort if sort in queries.SORTS else "number"
    view = queries.month_view(month, status=status, words=words, sort=sort)
    record(ImportEvent.MONTH_SHOWN, rows=view.row_ids, detail={"month": str(month)})
    context = {
        "view": view,
        "month": month,
        "last_month": month.plus(-1),
        "next_month": month.plus(1) if month.first_day <= timezone.localdate() else None,
        "states": [
            (value, label, view.states[value] if value else view.facilities) for value, label in STATES
        ],
        "may_see_charges": permissions.see_charge_totals.allows(request.actor, None),
        "columns": COLUMNS,
        "descending": queries.DESCENDING,
        "status": status,
        "words": words,
        "sort": sort,
        "breadcrumbs": [(COUNTS, reverse("counts:imports")), (month_words(month), None)],
    }
    return render(request, "claims/city/month.html", context)


@require_GET
def facility(request: TenantRequest, month: ServiceMonth, facility_number: str) -> HttpResponse:
    """One facility's month: counts, versions, disputes."""
    return _facility_page(request, month, facility_number)


@require_http_methods(["GET", "POST"])
def confirm_on_behalf(request: TenantRequest, month: ServiceMonth, facility_number: str) -> HttpResponse:
    """Confirm for a facility that has not answered in time, with a reason."""
    if request.method == "GET":
        return _facility_page(request, month, facility_number)
    try:
        sheet_id, version = UUID(request.POST.get("sheet", "")), int(request.POST.get("version", ""))
    except ValueError:
        return _facility_page(request, month, facility_number, problems=[UNREADABLE])
    try:
        done = confirming.confirm_on_behalf(
            sheet_id,
            reason=request.POST.get("reason", ""),
            shown_version=version,
            by=request.actor,
            at=timezone.now(),
        )
    except CountSheet.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _facility_page(request, month, facility_number, problems=str(refusal).splitlines())
    messages.success(
        request, f"{done.sheet.facility.name}に代わって確認しました。施設にメールでお知らせします。"
    )
    return redirect("counts:facility", month, facility_number)


@require_http_methods(["GET", "POST"])
def correct(request: TenantRequest, month: ServiceMonth, facility_number: str) -> HttpResponse:
    """Correct one facility's counts without a file; late children (途中入退所) with their days."""
    require(request, permissions.see_counts)
    own = request.membership.municipality
    try:
        editing = correcting.counts_to_correct(facility_number, own, month)
    except Facility.DoesNotExist:
        raise Http404 from None
    require(request, permissions.bring_in_counts)
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    form = CountsForm(typed, editing=editing, own_code=own.code)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            sheet = counts_by_hand.correct_counts(
                editing.facility.pk,
                month,
                form.cells,
                shown_version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                by=request.actor,
                at=timezone.now(),
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems = str(refusal).splitlines()
        else:
            messages.success(
                request, f"児童数を訂正しました（第{sheet.version}版）。施設にメールでお知らせします。"
            )
            return redirect("counts:facility", month, facility_number)
    record(
        ImportEvent.CORRECTION_SHOWN,
        on=editing.sheet or editing.facility,
        rows={"sheet": [editing.sheet.pk]} if editing.sheet else {"facility": [editing.facility.pk]},
        detail={"month": str(month)},
        facility_id=editing.facility.pk,
    )
    context = {
        "month": month,
        "facility": editing.facility,
        "name": editing.name,
        "sheet": editing.sheet,
        "form": form,
        "problems": problems,
        "is_closed": is_closed(month),
        "breadcrumbs": [
            (COUNTS, reverse("counts:imports")),
            (month_words(month), reverse("counts:month", args=[month])),
            (editing.name, reverse("counts:facility", args=[month, facility_number])),
            ("人数の訂正", None),
        ],
    }
    return render(request, "claims/city/correct.html", context, status=page_status(request))


def _facility_page(
    request: TenantRequest, month: ServiceMonth, facility_number: str, *, problems: list[str] | None = None
) -> HttpResponse:
    require(request, permissions.see_counts)
    try:
        shown = queries.facility_counts(facility_number, request.membership.municipality, month)
    except Facility.DoesNotExist:
        raise Http404 from None
    record(
        ImportEvent.FACILITY_SHOWN,
        on=shown.view.sheet or shown.facility,
        rows=shown.row_ids,
        detail={"month": str(month)},
        facility_id=shown.facility.pk,
    )
    may_answer = permissions.bring_in_counts.allows(request.actor, None)
    closed, sheet = is_closed(month), shown.view.sheet
    deadline = own_deadline(sheet, Step.CONFIRM, request.membership.municipality) if sheet else None
    open_ids = {dispute.pk for dispute in shown.view.disputes if not dispute.outcome} if may_answer else set()
    context = {
        "month": month,
        "facility": shown.facility,
        "name": shown.name,
        "view": shown.view,
        "versions": shown.versions,
        "disputes": [
            (dispute, AnswerForm(dispute=dispute) if dispute.pk in open_ids else None)
            for dispute in shown.view.disputes
        ],
        "problems": problems or [],
        "is_closed": closed,
        "may_correct": may_answer and not closed,
        "may_confirm": sheet is not None
        and not closed
        and permissions.confirm_on_behalf.allows(request.actor, sheet),
        "deadline": deadline,
        "is_late": deadline is not None and timezone.localdate() > deadline,
        "typed": typed_texts(request, "reason"),
        "breadcrumbs": [
            (COUNTS, reverse("counts:imports")),
            (month_words(month), reverse("counts:month", args=[month])),
            (shown.name, None),
        ],
    }
    return render(request, "claims/city/facility.html", context, status=page_status(request))


# ---------------------------------------------------------------- closing a month


@require_GET
def closing(request: TenantRequest, month: ServiceMonth) -> HttpResponse:
    """Whether the month is closed, what of it is unfinished, and when it was closed and opened before."""
    return _closing(request, month)


@require_http_methods(["GET", "POST"])
def close_month(request: TenantRequest, month: ServiceMonth) -> HttpResponse:
    """Close it."""
    if request.method == "GET":
        return _closing(request, month)
    try:
        closing_operations.close(
            month, note=request.POST.get("note", ""), by=request.actor, at=timezone.now()
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _closing(request, month, problems=str(refusal).splitlines())
    messages.success(request, f"{month_words(month)}を締めました。")
    return redirect("counts:closing", month)


@require_http_methods(["GET", "POST"])
def reopen_month(request: TenantRequest, month: ServiceMonth) -> HttpResponse:
    """Open it again."""
    if request.method == "GET":
        return _closing(request, month)
    try:
        closing_operations.reopen(
            month, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now()
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _closing(request, month, problems=str(refusal).splitlines())
    messages.success(request, f"{month_words(month)}の締めを解除しました。")
    return redirect("counts:closing", month)


def _closing(
    request: TenantRequest, month: ServiceMonth, *, problems: list[str] | None = None
) -> HttpResponse:
    require(request, permissions.see_closing)
    history = closings.closings_of(month)
    record(
        ClosingEvent.SHOWN,
        rows={"closing": [listed.closing.pk for listed in history]},
        detail={"month": str(month)},
    )
    context = {
        "month": month,
        "history": history,
        "is_closed": any(listed.closing.reopened_at is None for listed in history),
        "unfinished": progress_of(month),
        "may_review": permissions.see_claims.allows(request.actor, None),
        "may_close": permissions.close_month.allows(request.actor, None),
        "problems": problems or [],
        "typed": typed_texts(request, "reason", "note"),
        "breadcrumbs": [
            (COUNTS, reverse("counts:imports")),
            (month_words(month), reverse("counts:month", args=[month])),
            ("月の締め", None),
        ],
    }
    return render(request, "claims/city/closing.html", context, status=page_status(request))


# ---------------------------------------------------------------- disputes


@require_GET
def disputes(request: TenantRequest) -> HttpResponse:
    """What facilities say differs, and waits for an answer."""
    return _disputes(request)


@require_http_methods(["GET", "POST"])
def answer(request: TenantRequest, dispute_id: UUID) -> HttpResponse:
    """Answer one of them. With the last answer of a sheet, the facility gets its counts back."""
    dispute = CountDispute.objects.select_related("facility", "sheet").filter(pk=dispute_id).first()
    if dispute is None:
        raise Http404
    if request.method == "GET":
        return _disputes(request, answered=dispute, typed=held_forms.take(request))
    form = AnswerForm(request.POST, dispute=dispute)
    if not form.is_valid():
        return _disputes(request, answered=dispute, typed=request.POST)
    try:
        answers.answer(
            dispute_id,
            outcome=form.cleaned_data["outcome"],
            text=form.cleaned_data["text"],
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _disputes(request, answered=dispute, typed=request.POST, problems=str(refusal).splitlines())
    messages.success(request, f"{dispute.facility.name}に回答しました。")
    return redirect("counts:disputes")


def _disputes(
    request: TenantRequest,
    *,
    answered: CountDispute | None = None,
    typed: Any = None,
    problems: list[str] | None = None,
) -> HttpResponse:
    require(request, permissions.see_counts)
    waiting = queries.disputes_waiting(request.membership.municipality)
    record(ImportEvent.DISPUTES_LISTED, rows={"dispute": [one.dispute.pk for one in waiting]})
    forms = {
        one.dispute.pk: AnswerForm(
            typed if answered is not None and one.dispute.pk == answered.pk else None, dispute=one.dispute
        )
        for one in waiting
    }
    context = {
        "waiting": [(one, forms[one.dispute.pk]) for one in waiting],
        "bound": None if answered is None or typed is None else AnswerForm(typed, dispute=answered),
        "may_answer": permissions.bring_in_counts.allows(request.actor, None),
        "problems": problems or [],
        "breadcrumbs": [(COUNTS, reverse("counts:imports")), ("相違の申し出", None)],
    }
    return render(request, "claims/city/disputes.html", context, status=page_status(request))


# ---------------------------------------------------------------- shared


def _one_of(value: str, choices: tuple[tuple[str, str], ...]) -> str:
    return value if value in dict(choices) else ""
