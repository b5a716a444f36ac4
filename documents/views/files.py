"""Ordering, watching and downloading the forms of one subject: the same for a facility and the city."""

from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from documents import operations, permissions, queries
from documents.addresses import address
from documents.dictionary import NoSuchSubject
from documents.events import DocumentEvent
from documents.in_force import NoSuchForm
from documents.models import Document
from facilities.requests import TenantRequest, require
from facilities.rules import NotAllowed


@require_POST
def order(request: TenantRequest, subject: str, subject_id: UUID, facility_number: str = "") -> HttpResponse:
    """Order the chosen forms of a subject, without any chosen all that can be made; then back to the page."""
    require(request, permissions.order)
    try:
        codes = request.POST.getlist("form") or _wanted(subject, subject_id)
        with transaction.atomic():
            for code in codes:
                operations.order(code, subject, subject_id, by=request.actor, at=timezone.now())
    except (NoSuchForm, NoSuchSubject, ObjectDoesNotExist):
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "作成を始めました。できあがると、ダウンロードできます。")
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect(address(request.actor, request.membership.facility, "list"))


def _wanted(subject: str, subject_id: UUID) -> list[str]:
    return [form.code for form in queries.panel_for(subject, subject_id).wanted]


@require_GET
def papers(request: TenantRequest, subject: str, subject_id: UUID, facility_number: str = "") -> HttpResponse:
    """The forms of a subject as a page of its own, for browsers that do not fetch the panel into another one."""
    side = "facility" if request.actor.is_facility else "city"
    panel = _panel(request, subject, subject_id)
    context = {
        "panel": panel,
        "back": request.get_full_path(),
        "layout_name": f"layouts/{side}.html",
        "breadcrumbs": [
            ("帳票", address(request.actor, request.membership.facility, "list")),
            ("帳票の印刷", None),
        ],
    }
    return render(request, "documents/papers.html", context)


@require_GET
def progress(
    request: TenantRequest, subject: str, subject_id: UUID, facility_number: str = ""
) -> HttpResponse:
    """The panel alone, asked for again and again while something is on its way."""
    panel = _panel(request, subject, subject_id)
    return render(request, "documents/panel.html", {"panel": panel, "back": request.GET.get("back", "")})


def _panel(request: TenantRequest, subject: str, subject_id: UUID) -> queries.Panel:
    require(request, permissions.order)
    try:
        panel = queries.panel_for(subject, subject_id)
    except (NoSuchSubject, ObjectDoesNotExist):
        raise Http404 from None
    record(DocumentEvent.PROGRESS_SHOWN, rows={"document": panel.row_ids})
    if not panel.forms:
        raise Http404
    return panel


@require_GET
def download(request: TenantRequest, document_id: UUID, facility_number: str = "") -> HttpResponse:
    """The file as an attachment; in one piece, because its record must be committed first."""
    document = get_object_or_404(Document, pk=document_id)
    require(request, permissions.order)
    try:
        content = operations.content_of(document, by=request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        record(DocumentEvent.LISTED, on=document)
        return redirect(address(request.actor, request.membership.facility, "list"))
    response = HttpResponse(content, content_type=operations.MEDIA_TYPES[document.format])  # type: ignore[index]
    fallback = f"{document.facility.number}_{document.month:%Y-%m}.{document.format}"
    response["Content-Disposition"] = (
        f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(document.file_name)}"
    )
    response["Content-Length"] = str(len(content))
    response["Cache-Control"] = "no-store"
    return response
