"""The city's side of conversations about applications: who waits, one conversation, files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from applications import permissions
from applications.definitions import Item
from applications.events import TalkEvent
from applications.models import Application, ApplicationVersion, EvidenceFile, Remark
from applications.operations import evidence, talking
from applications.packs_in_force import item_in_force, item_of
from applications.queries.beside import beside
from applications.queries.talk import talked_about
from applications.states import VersionStatus
from applications.views.talk import read_uuid
from audit.record import record
from documents.attachments import as_download
from facilities.requests import TenantRequest, page_status, require, typed_texts
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import fiscal_year_words

SHOWN = {"waiting": "市が読む・答えるもの", "asked": "施設の回答待ち", "all": "すべて"}


@require_GET
def questions(request: TenantRequest) -> HttpResponse:
    """Every conversation; what the city has to read or to answer first."""
    require(request, permissions.read_in_city)
    asked = request.GET.get("show", "")
    asked = asked if asked in SHOWN else "all"
    words = request.GET.get("words", "").strip()[:60]
    everything = talked_about(for_city=True)
    rows = [
        row
        for row in everything
        if (asked != "waiting" or row.is_waiting)
        and (asked != "asked" or row.unanswered)
        and (
            not words
            or words in row.facility.name
            or words in row.facility.number
            or words in row.application.label
        )
    ]
    record(TalkEvent.LISTED, rows={"application": [row.application.pk for row in rows]})
    counts = {
        "waiting": sum(row.is_waiting for row in everything),
        "asked": sum(bool(row.unanswered) for row in everything),
        "all": len(everything),
    }
    context = {
        "rows": rows,
        "shown": [(key, label, counts[key]) for key, label in SHOWN.items()],
        "asked": asked,
        "words": words,
        "has_any": bool(everything),
        "breadcrumbs": [("申請", reverse("item_review:inbox")), ("質問と回答", None)],
    }
    return render(request, "applications/questions.html", context)


@require_GET
def conversation(request: TenantRequest, application_id: UUID) -> HttpResponse:
    """One application's conversation, with papers and files."""
    return _page(request, application_id)


@require_http_methods(["GET", "POST"])
def say(request: TenantRequest, application_id: UUID) -> HttpResponse:
    """A question, an answer, or a word to the facility."""
    if request.method == "GET":
        return _page(request, application_id)
    require(request, permissions.read_in_city)
    try:
        said = talking.say(
            application_id,
            text=request.POST.get("text", ""),
            field_key=request.POST.get("field_key", ""),
            wants_answer=request.POST.get("wants_answer") == "1",
            answers=read_uuid(request.POST.get("answers", "")),
            by=request.actor,
            at=timezone.now(),
        )
    except Application.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, application_id, sentences(refusal))
    words = "質問を送りました。" if said.wants_answer else "施設に伝えました。"
    messages.success(request, f"{words}施設にはメールでもお知らせします。")
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("application_talk:conversation", application_id)


@require_GET
def download(request: TenantRequest, evidence_id: UUID) -> HttpResponse:
    """A file of a version that was sent, to save."""
    require(request, permissions.read_in_city)
    found = EvidenceFile.objects.exclude(version__status__in=(VersionStatus.DRAFT, VersionStatus.DISCARDED))
    file = get_object_or_404(found, pk=evidence_id)
    content = evidence.content_of(file, by=request.actor)
    return as_download(file.file_name, file.kind, content)


def beside_for_city(
    request: TenantRequest,
    application: Application,
    versions: Sequence[ApplicationVersion],
    item: Item | None,
) -> dict[str, Any]:
    """Papers, files and conversation for a page of the city, which has read them with it."""
    found = beside(application, versions, item, for_city=True, today=timezone.localdate())
    may_talk = permissions.read_in_city.allows(request.actor, None)
    if found.application is not None and may_talk and any(one.is_new for one in found.talk.said):
        talking.read(found.application.pk, by=request.actor, at=timezone.now())
    return {
        "beside": found,
        "may_talk": may_talk,
        "talk_typed": typed_texts(request, "text", "field_key", "wants_answer", "answers"),
    }


def _page(request: TenantRequest, application_id: UUID, problems: Sequence[str] = ()) -> HttpResponse:
    require(request, permissions.read_in_city)
    application = get_object_or_404(Application.objects.select_related("facility"), pk=application_id)
    versions = list(
        ApplicationVersion.objects.filter(application=application)
        .exclude(status__in=(VersionStatus.DRAFT, VersionStatus.DISCARDED))
        .select_related("application", "pack")
        .defer("content_sealed")
        .order_by("-number")
    )
    # A facility may ask before it sends anything; what it keeps to itself is no page of the city.
    if not versions and not Remark.objects.filter(application=application).exists():
        raise Http404
    try:
        item = item_of(versions[0].pack, application.item_key) if versions else item_in_force(application)
    except KeyError:
        item = None
    shown = beside_for_city(request, application, versions, item)
    record(
        TalkEvent.SHOWN,
        on=application,
        rows={
            "application": [application.pk],
            "application_version": [one.pk for one in versions],
            **shown["beside"].row_ids,
        },
    )
    context = {
        **shown,
        "application": application,
        "facility": application.facility,
        "versions": versions,
        "year_words": fiscal_year_words(application.fiscal_year),
        "problems": list(problems),
        "breadcrumbs": [
            ("質問と回答", reverse("application_talk:questions")),
            (f"{application.facility.name}　{application.label}", None),
        ],
    }
    return render(request, "applications/conversation.html", context, status=page_status(request))
