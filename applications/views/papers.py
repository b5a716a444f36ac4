"""The city's papers: scanning, the list, one paper's acts, export."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications import permissions
from applications.definitions import FAMILY_LABELS, Family
from applications.events import PaperEvent
from applications.models import Paper
from applications.operations import papers as operations
from applications.queries.papers import (
    ON_A_PAGE,
    SORTS,
    STATES,
    PaperQuestion,
    PaperRow,
    city_papers,
    count_by_state,
    rows_of,
)
from audit.record import record
from documents.exports import asked_charset, csv_file
from facilities.models import FacilityKind
from facilities.requests import TenantRequest, page_status, require, typed_texts
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import fiscal_year_words

COLUMNS = [
    "受付番号",
    "年度",
    "事業所番号",
    "施設名",
    "区分",
    "項目",
    "書類",
    "提出期限",
    "状態",
    "送付の連絡",
    "受付日時",
    "確認日時",
    "保管場所",
    "メモ",
]


@require_GET
def papers(request: TenantRequest) -> HttpResponse:
    """What has not come yet, the earliest day first; or what was asked for."""
    return _page(request)


@require_http_methods(["GET", "POST"])
def receive(request: TenantRequest) -> HttpResponse:
    """Receive what was scanned, typed or ticked."""
    if request.method == "GET":
        return _page(request)
    require(request, permissions.keep_papers)
    text = "\n".join([request.POST.get("numbers", ""), *request.POST.getlist("number")])
    try:
        received = operations.receive(text, by=request.actor, at=timezone.now())
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, sentences(refusal))
    first = received[0]
    words = f"{first.facility.name}「{first.title}」" if len(received) == 1 else f"{len(received)}枚の書類"
    messages.success(request, f"{words}を受け付けました。")
    return redirect(f"{reverse('papers:papers')}?{_asked(request).query}")


@require_http_methods(["GET", "POST"])
def check(request: TenantRequest, paper_id: UUID) -> HttpResponse:
    """In order, and filed."""
    return _act(
        request,
        paper_id,
        lambda: operations.check(
            paper_id, filed_at=request.POST.get("filed_at", ""), by=request.actor, at=timezone.now()
        ),
        "書類を確認済みにしました。",
    )


@require_http_methods(["GET", "POST"])
def refile(request: TenantRequest, paper_id: UUID) -> HttpResponse:
    """Filed somewhere else."""
    return _act(
        request,
        paper_id,
        lambda: operations.file_elsewhere(
            paper_id, filed_at=request.POST.get("filed_at", ""), by=request.actor
        ),
        "保管場所を変えました。",
    )


@require_http_methods(["GET", "POST"])
def set_back(request: TenantRequest, paper_id: UUID) -> HttpResponse:
    """One step back, with a reason."""
    return _act(
        request,
        paper_id,
        lambda: operations.set_back(
            paper_id,
            shown_status=request.POST.get("shown_status", ""),
            reason=request.POST.get("reason", ""),
            by=request.actor,
        ),
        "1つ前の状態に戻しました。",
    )


@require_http_methods(["GET", "POST"])
def spare(request: TenantRequest, paper_id: UUID) -> HttpResponse:
    """Not needed, with a reason."""
    return _act(
        request,
        paper_id,
        lambda: operations.spare(paper_id, reason=request.POST.get("reason", ""), by=request.actor),
        "「提出不要」にしました。",
    )


@require_GET
def paper(request: TenantRequest, paper_id: UUID) -> HttpResponse:
    """One paper, with what can be done."""
    return _paper_page(request, paper_id)


@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The filtered list as CSV, all of it."""
    require(request, permissions.keep_papers)
    asked = PaperQuestion.of(request.GET)
    rows = rows_of(city_papers(asked, timezone.localdate()), timezone.localdate())
    record(PaperEvent.EXPORTED, rows={"paper": [row.paper.pk for row in rows]}, detail={"query": asked.query})
    return csv_file(
        f"紙の書類_{timezone.localdate():%Y%m%d}.csv",
        COLUMNS,
        (_cells(row) for row in rows),
        charset=asked_charset(request),
    )


def _act(request: TenantRequest, paper_id: UUID, act: Callable[[], object], words: str) -> HttpResponse:
    if request.method == "GET":
        return _paper_page(request, paper_id)
    require(request, permissions.keep_papers)
    try:
        act()
    except Paper.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _paper_page(request, paper_id, sentences(refusal))
    messages.success(request, words)
    return redirect("papers:paper", paper_id)


def _paper_page(request: TenantRequest, paper_id: UUID, problems: Sequence[str] = ()) -> HttpResponse:
    require(request, permissions.keep_papers)
    found = (
        Paper.objects.select_related("facility", "version__application")
        .defer("version__content_sealed")
        .filter(pk=paper_id)
        .first()
    )
    if found is None:
        raise Http404
    record(PaperEvent.LISTED, on=found, rows={"paper": [found.pk]})
    context = {
        "row": PaperRow(found, timezone.localdate()),
        "paper": found,
        "application": found.version.application,
        "year_words": fiscal_year_words(found.version.application.fiscal_year),
        "may_set_back": found.status in operations.BACK,
        "typed": typed_texts(request, "filed_at", "reason"),
        "problems": list(problems),
        "breadcrumbs": [("紙の書類", reverse("papers:papers")), (found.title, None)],
    }
    return render(request, "applications/paper.html", context, status=page_status(request))


def _page(request: TenantRequest, problems: Sequence[str] = ()) -> HttpResponse:
    require(request, permissions.keep_papers)
    asked, today = _asked(request), timezone.localdate()
    page = Paginator(city_papers(asked, today), ON_A_PAGE).get_page(asked.page)
    rows = rows_of(page.object_list, today)
    record(PaperEvent.LISTED, rows={"paper": [row.paper.pk for row in rows]}, detail={"query": asked.query})
    counts = count_by_state(today)
    context = {
        "rows": rows,
        "page": page,
        "asked": asked,
        "states": [(state, words, counts[state]) for state, words in STATES.items()],
        "overdue": counts["overdue"],
        "has_any": bool(counts["all"]),
        "families": FAMILY_LABELS.items(),
        "kinds": FacilityKind.choices,
        "sorts": SORTS.items(),
        "may_receive": any(row.paper.is_open for row in rows),
        "ticked": set(request.POST.getlist("number")),
        "typed": typed_texts(request, "numbers"),
        "problems": list(problems),
        "breadcrumbs": [("申請", reverse("item_review:inbox")), ("紙の書類", None)],
    }
    return render(request, "applications/papers.html", context, status=page_status(request))


def _asked(request: HttpRequest) -> PaperQuestion:
    return PaperQuestion.of(request.GET if request.method == "GET" else request.POST)


def _cells(row: PaperRow) -> list[object]:
    """One line of the export."""
    paper, application = row.paper, row.paper.version.application
    moments = (paper.announced_at, paper.received_at, paper.checked_at)
    return [
        paper.number_words,
        fiscal_year_words(application.fiscal_year),
        paper.facility.number,
        paper.facility.name,
        FAMILY_LABELS[Family(application.family)],
        application.label,
        paper.title,
        paper.due_on.isoformat(),
        row.words,
        *(f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "" for at in moments),
        paper.filed_at,
        paper.remark,
    ]
