"""A facility reads what the city has sent to it. Opening a notice leaves a receipt."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.record import record
from documents.attachments import as_download
from facilities.requests import TenantRequest, own_facility
from portal.events import NoticeEvent
from portal.models import Notice, NoticeAttachment
from portal.operations import notices as operations
from portal.queries.notices import ON_A_PAGE, NoticeQuestion, attachments_of, notices_of_facility
from portal.states import NoticeStatus


@require_GET
def notices(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Unread ones first; searched by words."""
    facility, asked = own_facility(request), NoticeQuestion.of(request.GET)
    found = notices_of_facility(facility.pk, request.actor.user_id, asked.words)
    page = Paginator(found, ON_A_PAGE).get_page(asked.page)
    record(NoticeEvent.LISTED, rows={"notice": [notice.pk for notice in page]})
    context = {"facility": facility, "page": page, "asked": asked}
    return render(request, "portal/notices/facility_list.html", context)


@require_GET
def notice_page(request: TenantRequest, facility_number: str, notice_id: UUID) -> HttpResponse:
    """One notice with its files. Of a withdrawn one only that, when and why."""
    facility = own_facility(request)
    notice: Notice = get_object_or_404(Notice, pk=notice_id)
    attachments = attachments_of(notice) if notice.is_sent else []
    if notice.is_sent:
        operations.read(notice.pk, by=request.actor, at=timezone.now())
    record(
        NoticeEvent.SHOWN,
        on=notice,
        rows={"notice": [notice.pk], "attachment": [attachment.pk for attachment in attachments]},
    )
    context = {
        "facility": facility,
        "notice": notice,
        "attachments": attachments,
        "breadcrumbs": [
            ("お知らせ", reverse("facility_notices:notices", args=[facility_number])),
            (notice.title, None),
        ],
    }
    return render(request, "portal/notices/facility_page.html", context)


@require_GET
def download(
    request: TenantRequest, facility_number: str, notice_id: UUID, attachment_id: UUID
) -> HttpResponse:
    """A file of a notice that holds, to save."""
    attachment = get_object_or_404(
        NoticeAttachment, pk=attachment_id, notice=notice_id, notice__status=NoticeStatus.SENT
    )
    content = operations.content_of(attachment, by=request.actor)
    return as_download(attachment.file_name, attachment.kind, content)
