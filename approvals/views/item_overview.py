"""Who has sent what: facilities × families of a round, and a reminder to those from whom something is missing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications.operations import reminding
from applications.permissions import set_rounds
from approvals import permissions
from approvals.events import ItemEvent
from approvals.items.overview import STATES, Overview, OverviewQuestion, overview
from audit.record import record
from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, require
from facilities.rules import NotAllowed, ProblemsFound
from pages.wareki import fiscal_year_words


@require_GET
def overview_page(request: TenantRequest) -> HttpResponse:
    """The round of the day, or the one asked for."""
    return _page(request)


@require_POST
def remind(request: TenantRequest) -> HttpResponse:
    """Write to the chosen facilities from which something is missing."""
    require(request, permissions.look_at_items)
    found = _found(request)
    chosen = set(request.POST.getlist("facility"))
    rows = [row for row in found.everything if str(row.facility.pk) in chosen and row.needs_reminding]
    try:
        told = reminding.remind_now(
            request.membership.municipality,
            [row.facility.pk for row in rows],
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, problem=problem)
    if told.told:
        messages.success(request, f"{told.told}施設に催促のメールを送ります。")
    if told.already:
        messages.warning(
            request,
            f"{told.already}施設には送りません。きょうの催促をすでに送ったか、メールアドレスの確認がまだの施設です。",
        )
    return redirect(f"{reverse('item_review:overview')}?{found.asked.query}")


def _page(request: TenantRequest, problem: NotAllowed | ProblemsFound | None = None) -> HttpResponse:
    require(request, permissions.look_at_items)
    found = _found(request)
    record(ItemEvent.OVERVIEW_SHOWN, rows=found.row_ids, detail={"query": found.asked.query})
    this = ServiceMonth.of(timezone.localdate()).fiscal_year
    chosen = request.POST.getlist("facility") if request.method == "POST" else []
    context = {
        "overview": found,
        "asked": found.asked,
        "chosen": chosen,
        "states": STATES.items(),
        "kinds": FacilityKind.choices,
        "years": [(year, fiscal_year_words(year)) for year in range(this + 1, this - 4, -1)],
        "may_remind": set_rounds.allows(request.actor, None),
        "problems": getattr(problem, "problems", [str(problem)]) if problem else [],
        "breadcrumbs": [("申請", reverse("item_review:inbox")), ("提出の状況", None)],
    }
    return render(request, "approvals/items/overview.html", context, status=422 if problem else 200)


def _found(request: TenantRequest) -> Overview:
    sent = request.GET if request.method == "GET" else request.POST
    now = timezone.now()
    return overview(OverviewQuestion.of(sent, now), request.membership.municipality, now)
