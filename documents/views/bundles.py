"""A bundle on its way: watching, cancelling, trying again, downloading. The same for a facility and the city."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from documents import bundle_operations, bundle_queries, permissions
from documents.addresses import address
from documents.bundle_models import Packing
from documents.events import DocumentEvent
from documents.models import Bundle
from facilities.requests import TenantRequest, require
from facilities.rules import NotAllowed

MEDIA_TYPES = {Packing.ZIP: "application/zip", Packing.PDF: "application/pdf"}


@require_GET
def bundle_page(request: TenantRequest, bundle_id: UUID, facility_number: str = "") -> HttpResponse:
    """How far it is, what is missing and why."""
    return _shown(request, bundle_id, "documents/bundle.html")


@require_GET
def progress(request: TenantRequest, bundle_id: UUID, facility_number: str = "") -> HttpResponse:
    """The card alone, asked for again and again while it is being made."""
    return _shown(request, bundle_id, "documents/_bundle.html")


@require_POST
def cancel(request: TenantRequest, bundle_id: UUID, facility_number: str = "") -> HttpResponse:
    """Stop making it."""
    require(request, permissions.order)
    try:
        bundle_operations.cancel(bundle_id, by=request.actor, at=timezone.now())
    except Bundle.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "束の作成を取りやめました。")
    return redirect(address(request.actor, request.membership.facility, "bundle", bundle_id))


@require_POST
def retry(request: TenantRequest, bundle_id: UUID, facility_number: str = "") -> HttpResponse:
    """Try again what has failed."""
    require(request, permissions.order)
    try:
        bundle_operations.retry(bundle_id, by=request.actor, at=timezone.now())
    except Bundle.DoesNotExist:
        raise Http404 from None
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "入っていない帳票を、もう一度作っています。")
    return redirect(address(request.actor, request.membership.facility, "bundle", bundle_id))


@require_GET
def download(request: TenantRequest, bundle_id: UUID, facility_number: str = "") -> HttpResponse:
    """The file; in one piece, because its record must be committed first."""
    require(request, permissions.order)
    bundle = get_object_or_404(Bundle, pk=bundle_id)
    try:
        content = bundle_operations.content_of(bundle, by=request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        record(DocumentEvent.BUNDLES_SHOWN, rows={"bundle": [bundle.pk]})
        return redirect(address(request.actor, request.membership.facility, "bundle", bundle_id))
    response = HttpResponse(content, content_type=MEDIA_TYPES[Packing(bundle.packing)])
    response["Content-Disposition"] = content_disposition_header(True, bundle.file_name)
    response["Content-Length"] = str(len(content))
    response["Cache-Control"] = "no-store"
    return response


def _shown(request: TenantRequest, bundle_id: UUID, template: str) -> HttpResponse:
    require(request, permissions.order)
    bundle = get_object_or_404(Bundle.objects.select_related("about"), pk=bundle_id)
    [view] = bundle_queries.bundle_views([bundle])
    reasons = bundle_queries.reasons_of(bundle) if view.ended else []
    record(
        DocumentEvent.BUNDLES_SHOWN,
        rows={"bundle": [bundle.pk], "bundle_item": [one.item.pk for one in reasons]},
        facility_id=bundle.about_id,
    )
    side = "facility" if request.actor.is_facility else "city"
    context = {
        "view": view,
        "bundle": bundle,
        "reasons": reasons,
        "layout_name": f"layouts/{side}.html",
        "breadcrumbs": [
            ("帳票", address(request.actor, request.membership.facility, "list")),
            (bundle.title, None),
        ],
    }
    return render(request, template, context)
