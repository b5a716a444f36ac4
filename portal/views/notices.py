"""The city's notices: the list, writing, confirming and sending, who has read, withdrawing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from audit.record import record
from documents.attachments import MOST, TOO_LARGE, as_download
from documents.exports import asked_charset, csv_file
from documents.uploads import is_too_large
from facilities.requests import Crumbs, TenantRequest, page_status, require
from facilities.rules import NotAllowed, ProblemsFound, sentences
from portal import permissions
from portal.events import NoticeEvent
from portal.forms import AttachForm, NoticeForm, SendForm, WithdrawForm
from portal.models import Notice, NoticeAttachment
from portal.operations import notices as operations
from portal.queries.notices import (
    SHOWN,
    NoticeQuestion,
    ReceiptQuestion,
    attachments_of,
    facilities_of_today,
    notices_of_city,
    reached,
    receipts_of,
)
from portal.states import NoticeStatus

COLUMNS = ["事業所番号", "施設名", "施設類型", "状態", "最初に読んだ日時", "読んだアカウント"]
HEADINGS = (("number", "事業所番号"), ("name", "施設"), ("kind", "類型"), ("read", "最初に読んだ日時"))
NOT_SHOWN = "送る前の確認の画面を開き直して、内容を確認してから送ってください。"


@require_GET
def notices(request: TenantRequest) -> HttpResponse:
    """Every notice of the city, newest first; by state and words."""
    require(request, permissions.see_notices)
    asked = NoticeQuestion.of(request.GET)
    page = notices_of_city(asked)
    record(NoticeEvent.LISTED, rows={"notice": [notice.pk for notice in page]}, detail={"query": asked.query})
    context = {"page": page, "asked": asked, "states": NoticeStatus.choices}
    return render(request, "portal/notices/city_list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    """A new draft; files are added on its page."""
    require(request, permissions.see_notices)
    if request.method == "GET":
        return _form_page(request, _form())
    form = _form(request.POST)
    if not form.is_valid():
        return _form_page(request, form)
    try:
        notice = operations.draft(form.values(), by=request.actor, at=timezone.now())
    except (NotAllowed, ProblemsFound) as problem:
        return _form_page(request, form, problem=problem)
    messages.success(request, "下書きを保存しました。まだ送っていません。")
    return redirect("notices:notice_page", notice.pk)


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, notice_id: UUID) -> HttpResponse:
    """Change a draft. What was sent is shown instead."""
    notice = _notice(request, notice_id)
    if request.method == "GET":
        if not notice.is_draft:
            return _page(request, notice)
        return _form_page(request, _form(initial=NoticeForm.initial_from(notice)), notice)
    form = _form(request.POST)
    if not form.is_valid():
        return _form_page(request, form, notice)
    try:
        operations.change(
            notice_id,
            form.values(),
            shown_version=form.cleaned_data["version"] or 0,
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as problem:
        return _form_page(request, form, notice, problem)
    messages.success(request, "下書きを保存しました。まだ送っていません。")
    return redirect("notices:notice_page", notice_id)


@require_GET
def notice_page(request: TenantRequest, notice_id: UUID) -> HttpResponse:
    """One notice: what it says, and who has read it."""
    return _page(request, _notice(request, notice_id))


@require_http_methods(["GET", "POST"])
def send(request: TenantRequest, notice_id: UUID) -> HttpResponse:
    """What happens when it is sent, and sending it."""
    notice = _notice(request, notice_id)
    if request.method == "GET":
        return _send_page(request, notice) if notice.is_draft else _page(request, notice)
    form = SendForm(request.POST)
    try:
        if not form.is_valid():
            raise ProblemsFound([NOT_SHOWN])
        operations.send(
            notice_id,
            shown_version=form.cleaned_data["version"],
            shown_reach=form.cleaned_data["reach"],
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as problem:
        page = _send_page if notice.is_draft else _page
        return page(request, notice, problem)
    messages.success(request, f"お知らせを{form.cleaned_data['reach']:,}施設に送りました。")
    return redirect("notices:notice_page", notice_id)


@require_http_methods(["GET", "POST"])
def withdraw(request: TenantRequest, notice_id: UUID) -> HttpResponse:
    """Take back what was sent, with a reason."""
    notice = _notice(request, notice_id)
    if request.method == "GET":
        return _withdraw_page(request, notice, WithdrawForm()) if notice.is_sent else _page(request, notice)
    form = WithdrawForm(request.POST)
    try:
        # Who may not is told so before the fields are looked at.
        permissions.withdraw(request.actor, notice)
        if not form.is_valid():
            return _withdraw_page(request, notice, form)
        operations.withdraw(
            notice_id, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now()
        )
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, notice, problem)
    messages.success(request, "お知らせを取り下げました。施設には、取り下げたことと理由が表示されます。")
    return redirect("notices:notice_page", notice_id)


@require_POST
def delete(request: TenantRequest, notice_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    notice = _notice(request, notice_id)
    return _act(
        request,
        notice,
        lambda: operations.delete(notice_id, by=request.actor),
        "下書きを消しました。",
        reverse("notices:notices"),
    )


@require_POST
def attach(request: TenantRequest, notice_id: UUID) -> HttpResponse:
    """One file more for a draft."""
    notice = _notice(request, notice_id)
    form = AttachForm(request.POST, request.FILES)
    if is_too_large(request):
        form.errors["file"] = form.error_class([TOO_LARGE])
    if not form.is_valid():
        return _page(request, notice, attach_form=form)
    upload = form.cleaned_data["file"]
    try:
        operations.attach(
            notice_id, upload.read(), file_name=upload.name, by=request.actor, at=timezone.now()
        )
    except ProblemsFound as found:
        for problem in found.problems:
            form.add_error("file", problem)
        return _page(request, notice, attach_form=form)
    except NotAllowed as refusal:
        return _page(request, notice, refusal)
    messages.success(request, "ファイルを添付しました。")
    return redirect("notices:notice_page", notice_id)


@require_POST
def detach(request: TenantRequest, notice_id: UUID, attachment_id: UUID) -> HttpResponse:
    """One file less."""
    notice = _notice(request, notice_id)
    return _act(
        request,
        notice,
        lambda: operations.detach(notice_id, attachment_id, by=request.actor),
        "ファイルを外しました。",
        reverse("notices:notice_page", args=[notice_id]),
    )


@require_GET
def download(request: TenantRequest, notice_id: UUID, attachment_id: UUID) -> HttpResponse:
    """A file, to save."""
    _notice(request, notice_id)
    attachment = get_object_or_404(NoticeAttachment, pk=attachment_id, notice=notice_id)
    content = operations.content_of(attachment, by=request.actor)
    return as_download(attachment.file_name, attachment.kind, content)


@require_GET
def receipts(request: TenantRequest, notice_id: UUID) -> HttpResponse:
    """Who has read it and who has not, as CSV: all, whatever the page shows."""
    notice = _notice(request, notice_id)
    found = receipts_of(notice, ReceiptQuestion())
    record(
        NoticeEvent.RECEIPTS_EXPORTED,
        on=notice,
        rows={"notice": [notice.pk], "facility": [row.facility.pk for row in found.rows]},
    )
    rows = (
        [
            row.facility.number,
            row.facility.name,
            row.facility.get_kind_display(),
            "既読" if row.is_read else "未読",
            f"{timezone.localtime(row.first_read_at):%Y-%m-%d %H:%M}" if row.first_read_at else "",
            row.readers,
        ]
        for row in found.rows
    )
    return csv_file(
        f"お知らせの既読_{timezone.localdate():%Y%m%d}.csv", COLUMNS, rows, charset=asked_charset(request)
    )


def _act(
    request: TenantRequest, notice: Notice, act: Callable[[], object], words: str, then: str
) -> HttpResponse:
    try:
        act()
    except NoticeAttachment.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, notice, problem)
    messages.success(request, words)
    return redirect(then)


def _page(
    request: TenantRequest,
    notice: Notice,
    problem: NotAllowed | ProblemsFound | None = None,
    *,
    attach_form: AttachForm | None = None,
) -> HttpResponse:
    attachments = attachments_of(notice)
    asked = ReceiptQuestion.of(request.GET)
    found = None if notice.is_draft else receipts_of(notice, asked)
    record(
        NoticeEvent.SHOWN,
        on=notice,
        rows={
            "notice": [notice.pk],
            "attachment": [attachment.pk for attachment in attachments],
            "facility": [row.facility.pk for row in found.rows] if found else [],
        },
    )
    context: dict[str, Any] = {
        "notice": notice,
        "attachments": attachments,
        "reach": len(reached(notice, timezone.localdate())) if notice.is_draft else None,
        "receipts": found,
        "asked": asked,
        "shown": SHOWN.items(),
        "headings": [(label, *asked.heading(name)) for name, label in HEADINGS],
        "people": _people(notice),
        "attach_form": attach_form or AttachForm(),
        "may_attach": notice.is_draft and len(attachments) < MOST,
        "problems": sentences(problem) if problem else [],
        "breadcrumbs": _breadcrumbs(notice.title),
    }
    return render(request, "portal/notices/city_page.html", context, status=page_status(request))


def _form_page(
    request: TenantRequest,
    form: NoticeForm,
    notice: Notice | None = None,
    problem: NotAllowed | ProblemsFound | None = None,
) -> HttpResponse:
    choices = form.fields["chosen"].choices  # type: ignore[attr-defined]
    record(
        NoticeEvent.FORM_SHOWN,
        on=notice,
        rows={"facility": [facility_id for _, fold in choices for facility_id, _ in fold]},
    )
    context = {
        "form": form,
        "notice": notice,
        "problems": sentences(problem) if problem else [],
        "breadcrumbs": _breadcrumbs("下書きを直す" if notice else "新しいお知らせ"),
    }
    return render(request, "portal/notices/form.html", context, status=page_status(request))


def _send_page(
    request: TenantRequest, notice: Notice, problem: NotAllowed | ProblemsFound | None = None
) -> HttpResponse:
    attachments, facilities = attachments_of(notice), reached(notice, timezone.localdate())
    record(
        NoticeEvent.SHOWN,
        on=notice,
        rows={
            "notice": [notice.pk],
            "attachment": [attachment.pk for attachment in attachments],
            "facility": [facility.pk for facility in facilities],
        },
    )
    context = {
        "notice": notice,
        "attachments": attachments,
        "facilities": facilities,
        "form": SendForm(initial={"version": notice.version, "reach": len(facilities)}),
        "problems": sentences(problem) if problem else [],
        "breadcrumbs": [*_breadcrumbs(notice.title, notice), ("送る前の確認", None)],
    }
    return render(request, "portal/notices/send.html", context, status=page_status(request))


def _withdraw_page(request: TenantRequest, notice: Notice, form: WithdrawForm) -> HttpResponse:
    record(NoticeEvent.SHOWN, on=notice, rows={"notice": [notice.pk]})
    context = {
        "notice": notice,
        "form": form,
        "breadcrumbs": [*_breadcrumbs(notice.title, notice), ("取り下げ", None)],
    }
    return render(request, "portal/notices/withdraw.html", context, status=page_status(request))


def _form(typed: Any = None, **kwargs: Any) -> NoticeForm:
    return NoticeForm(typed, facilities=facilities_of_today(timezone.localdate()), **kwargs)


def _notice(request: TenantRequest, notice_id: UUID) -> Notice:
    """Of a POST locked, so that a refusal shows what it was refused for."""
    require(request, permissions.see_notices)
    rows = Notice.objects.all()
    if request.method == "POST":
        rows = rows.select_for_update(of=("self",))
    notice: Notice = get_object_or_404(rows, pk=notice_id)
    return notice


def _people(notice: Notice) -> dict[str, str]:
    """Login ids of those who saved, sent and withdrew it."""
    ids = {"saved": notice.saved_by, "sent": notice.sent_by, "withdrawn": notice.withdrawn_by}
    known = dict(User.objects.filter(pk__in=filter(None, ids.values())).values_list("pk", "login_id"))
    return {act: known.get(user_id, "") if user_id else "" for act, user_id in ids.items()}


def _breadcrumbs(here: str, notice: Notice | None = None) -> Crumbs:
    page = reverse("notices:notice_page", args=[notice.pk]) if notice else None
    return [("お知らせ", reverse("notices:notices")), (here, page)]
