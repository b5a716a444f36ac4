"""The city's pages: looking for somebody on all rosters, and people who seem to work in two places at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import held_forms
from audit.record import record
from facilities.requests import TenantRequest, page_status, require
from facilities.rules import NotAllowed, ProblemsFound
from staff_records import permissions
from staff_records.events import StaffEvent
from staff_records.finding_forms import ClearForm, SearchForm
from staff_records.models import OverlapFlag
from staff_records.operations import overlaps as operations
from staff_records.queries import overlaps as queries
from staff_records.queries.search import MOST_SHOWN, Findings, people_named


@require_http_methods(["GET", "POST"])
def search(request: TenantRequest) -> HttpResponse:
    """
    Look for somebody by kana. Always a POST, answered on the spot: no name stands in an address or a log.
    """
    require(request, permissions.read_in_city)
    today = timezone.localdate()
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    form = SearchForm(typed, today=today)
    if request.method == "GET" or not form.is_valid():
        record(StaffEvent.SEARCH_SHOWN)
        return _search_page(request, form, None, status=page_status(request))
    found = people_named(form.cleaned_data["kana"], form.cleaned_data["birth_date"], today=today)
    record(
        StaffEvent.SEARCHED,
        rows={"staff_member": [one.member.pk for one in found.opened]},
        detail={"has_more": found.has_more},
    )
    return _search_page(request, form, found)


@require_GET
def overlaps(request: TenantRequest) -> HttpResponse:
    """People who seem to work in two places at once: both sides of each."""
    return _overlaps(request)


@require_http_methods(["GET", "POST"])
def clear_overlap(request: TenantRequest, pair_id: UUID) -> HttpResponse:
    """Say that one of them is in order, and why."""
    require(request, permissions.read_in_city)
    if not OverlapFlag.objects.filter(pair_id=pair_id).exists():
        raise Http404
    if request.method == "GET":
        return _overlaps(request, pair_id, held_forms.take(request))
    form = ClearForm(request.POST)
    if not form.is_valid():
        return _overlaps(request, pair_id, request.POST)
    try:
        operations.clear(pair_id, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now())
    except operations.NothingToClear as refused:
        return _overlaps(request, pair_id, request.POST, problems=[str(refused)])
    except (NotAllowed, ProblemsFound) as refused:
        return _overlaps(request, pair_id, request.POST, problems=str(refused).splitlines())
    messages.success(request, "確認済みにしました。")
    return redirect("staff_city:overlaps")


def _search_page(
    request: TenantRequest, form: SearchForm, found: Findings | None, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "bound": form if form.is_bound else None,
        "found": found,
        "most": MOST_SHOWN,
        "breadcrumbs": [("職員", reverse("staff_city:overview")), ("職員を探す", None)],
    }
    return render(request, "staff_records/city/search.html", context, status=status)


def _overlaps(
    request: TenantRequest, pair_id: UUID | None = None, typed: Any = None, problems: list[str] | None = None
) -> HttpResponse:
    require(request, permissions.read_in_city)
    today = timezone.localdate()
    waiting, history = queries.waiting_pairs(today), queries.pairs_of_history(today)
    flags = [side.flag for pair in [*waiting, *history] for side in pair.sides]
    record(
        StaffEvent.OVERLAPS_SHOWN,
        rows={
            "overlap": [flag.pk for flag in flags],
            "staff_member": {flag.member_id for flag in flags},
        },
    )
    forms = [
        (pair, ClearForm(typed if pair.pair_id == pair_id else None, auto_id=f"p{pair.pair_id.hex[:12]}_%s"))
        for pair in waiting
    ]
    context = {
        "waiting": forms,
        "history": history,
        "bound": next((form for pair, form in forms if form.is_bound), None),
        "problems": problems or [],
        "may_clear": permissions.decide.allows(request.actor, None),
        "breadcrumbs": [("職員", reverse("staff_city:overview")), ("二重の雇用の確認", None)],
    }
    return render(
        request,
        "staff_records/city/overlaps.html",
        context,
        status=page_status(request),
    )
