"""The administrator's guided page of a new fiscal year (年度更新)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from audit.record import record
from facilities import permissions
from facilities.events import FacilityEvent
from facilities.operations import years as operations
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, require
from facilities.rules import NotAllowed, ProblemsFound
from facilities.schedule import CitySchedule
from facilities.years import year_view, year_with_work
from pages import wareki

FIRST_YEAR, LAST_YEAR = 2015, 2099
STATES = {"": "すべて", "carry": "引き継ぐ", "set": "設定済み", "none": "プロフィールなし"}


@require_GET
def newest(request: TenantRequest) -> HttpResponse:
    """The year that has work: this one while something is left of it, then the next."""
    require(request, permissions.see_facilities)
    record(FacilityEvent.YEAR_SHOWN)
    return redirect("facilities:year", year_with_work(ServiceMonth.of(timezone.localdate())))


@require_GET
def year(request: TenantRequest, year: int) -> HttpResponse:
    """What goes on, what changes, what is missing, and the year's days."""
    return _page(request, year)


@require_http_methods(["GET", "POST"])
def roll(request: TenantRequest, year: int) -> HttpResponse:
    """Carry the profiles into the year."""
    if request.method == "GET":
        return _page(request, year)
    try:
        done = operations.roll(
            year, keep_rates=request.POST.get("rates") == "keep", by=request.actor, at=timezone.localtime()
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, year, problems=str(refusal).splitlines())
    messages.success(
        request, f"{done.carried}施設のプロフィールを{wareki.fiscal_year_words(year)}に引き継ぎました。"
    )
    return redirect("facilities:year", year)


def _page(request: TenantRequest, year: int, *, problems: list[str] | None = None) -> HttpResponse:
    require(request, permissions.see_facilities)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    view = year_view(year)
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    rows = [row for row in view.rows if not state or row.plan.state == state]
    record(FacilityEvent.YEAR_SHOWN, rows={"facility": [row.plan.facility.pk for row in rows]})
    schedule = CitySchedule.of(request.membership.municipality)
    context = {
        "year": year,
        "year_words": wareki.fiscal_year_words(year),
        "view": view,
        "rows": rows,
        "state": state,
        "states": [(value, words, view.count(value)) for value, words in STATES.items()],
        "april": operations.first_month(year),
        "deadlines": schedule.month(operations.first_month(year)),
        "may_roll": permissions.set_up_facilities.allows(request.actor, None),
        "why_not": operations.why_not(year, timezone.localdate()),
        "has_next": year < operations.last_year(timezone.localdate()),
        "problems": problems or [],
        "breadcrumbs": [("施設", reverse("facilities:facilities")), ("年度更新", None)],
    }
    status = 422 if problems else 200
    return render(request, "facilities/year.html", context, status=status)
