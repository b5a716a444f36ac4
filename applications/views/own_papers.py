"""A facility's papers: what must come on paper, covers to print, «sent»."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications.events import PaperEvent
from applications.form_papers import COVER_FORM
from applications.operations import papers as operations
from applications.queries.papers import PaperRow, rows_of, shown_papers
from applications.states import PaperStatus
from audit.record import record
from documents import operations as documents
from documents.queries import progress_by_subject
from facilities.requests import TenantRequest, own_facility, page_status
from facilities.rules import NotAllowed, ProblemsFound, sentences

MOST_COVERS = 30
TOO_MANY_COVERS = f"一度に作れる表紙は{MOST_COVERS}枚までです。分けて選んでください。"


@require_GET
def papers(request: TenantRequest, facility_number: str) -> HttpResponse:
    """What is still to be sent first, then what has come."""
    return _page(request)


@require_http_methods(["GET", "POST"])
def announce(request: TenantRequest, facility_number: str) -> HttpResponse:
    """«We have sent these.»"""
    if request.method == "GET":
        return _page(request)
    facility = own_facility(request)
    try:
        sent = operations.announce(facility.pk, _chosen(request), by=request.actor, at=timezone.now())
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, sentences(refusal))
    messages.success(request, f"{len(sent)}枚の書類を送ったことを、市に知らせました。")
    return redirect("applications:papers", facility_number)


@require_http_methods(["GET", "POST"])
def covers(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Make the covers of the chosen papers; those that are there are not made twice."""
    if request.method == "GET":
        return _page(request)
    chosen = _chosen(request)
    if not chosen:
        return _page(request, [operations.NOTHING_CHOSEN])
    if len(chosen) > MOST_COVERS:
        return _page(request, [TOO_MANY_COVERS])
    try:
        with transaction.atomic():
            for paper_id in chosen:
                documents.order(COVER_FORM, "paper", paper_id, by=request.actor, at=timezone.now())
            record(PaperEvent.COVERS_ORDERED, by=request.actor, rows={"paper": chosen})
    except NotAllowed as refusal:
        return _page(request, [str(refusal)])
    messages.success(request, "表紙の作成を始めました。できあがると、「表紙」の欄からダウンロードできます。")
    return redirect("applications:papers", facility_number)


def _page(request: TenantRequest, problems: Sequence[str] = ()) -> HttpResponse:
    facility = own_facility(request)
    today = timezone.localdate()
    rows = rows_of(shown_papers().filter(facility=facility).order_by("due_on", "number"), today)
    made = progress_by_subject([row.paper.pk for row in rows], COVER_FORM)
    documents_shown = [one.document.pk for found in made.values() for one in found]
    record(
        PaperEvent.LISTED,
        rows={"paper": [row.paper.pk for row in rows], "document": documents_shown},
    )
    chosen = set(_chosen(request))
    busy = any(one.state in {"waiting", "started"} for found in made.values() for one in found)
    context = {
        "facility": facility,
        "waited": [(row, made.get(row.paper.pk, [])) for row in rows if row.paper.is_open],
        "others": [(row, made.get(row.paper.pk, [])) for row in rows if not row.paper.is_open],
        "overdue": sum(row.is_overdue for row in rows),
        "chosen": chosen,
        "is_busy": busy,
        "may_announce": any(_may_be_announced(row) for row in rows),
        "problems": list(problems),
        "breadcrumbs": [("申請", f"/f/{facility.number}/applications/"), ("紙の書類", None)],
    }
    return render(request, "applications/papers_own.html", context, status=page_status(request))


def _may_be_announced(row: PaperRow) -> bool:
    return row.paper.status == PaperStatus.DUE


def _chosen(request: TenantRequest) -> list[UUID]:
    """The ticked papers; nonsense is none, and another facility's is refused by who acts on it."""
    found = []
    for text in request.POST.getlist("paper"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
