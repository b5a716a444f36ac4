"""A facility's year start: look at the roster as of 1 April, send it, take it back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from audit.record import record
from documents.queries import panel_for
from facilities.middleware import not_found_unless
from facilities.periods import ServiceMonth
from facilities.requests import UNREADABLE, TenantRequest, own_facility, page_status
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import fiscal_year_words
from staff_records.events import StaffEvent
from staff_records.form_subjects import SUBJECT
from staff_records.models import RosterSnapshot
from staff_records.operations import year_start
from staff_records.operations.rounds import is_asked
from staff_records.queries.year_start import STATES, facility_year
from staff_records.views.roster import roster_crumbs

FIRST_YEAR = 2015


@require_GET
def year_now(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The newest year's."""
    return _page(request, _this_year())


@require_GET
def year(request: TenantRequest, facility_number: str, fiscal_year: int) -> HttpResponse:
    """One year's."""
    return _page(request, fiscal_year)


@require_http_methods(["GET", "POST"])
def submit(request: TenantRequest, facility_number: str, fiscal_year: int) -> HttpResponse:
    """Send the roster as of 1 April."""
    if request.method == "GET":
        return _page(request, fiscal_year)
    require_year(fiscal_year)
    try:
        sent = year_start.submit(
            own_facility(request),
            fiscal_year,
            shown_hash=request.POST.get("shown_hash", ""),
            declared=request.POST.get("declared") == "on",
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, fiscal_year, problems=sentences(refusal))
    messages.success(
        request,
        f"職員名簿（第{sent.version}版）を市に提出しました。結果は、メールとこの画面でお知らせします。",
    )
    return redirect("staff:year", facility_number, fiscal_year)


@require_http_methods(["GET", "POST"])
def withdraw(request: TenantRequest, facility_number: str, fiscal_year: int) -> HttpResponse:
    """Take it back while the city has not decided."""
    if request.method == "GET":
        return _page(request, fiscal_year)
    try:
        snapshot_id = UUID(request.POST.get("snapshot", ""))
    except ValueError:
        return _page(request, fiscal_year, problems=[UNREADABLE])
    try:
        year_start.withdraw(snapshot_id, by=request.actor, at=timezone.now())
    except RosterSnapshot.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, fiscal_year, problems=sentences(refusal))
    messages.success(request, "職員名簿の提出を取り下げました。名簿を直して、もう一度提出してください。")
    return redirect("staff:year", facility_number, fiscal_year)


def require_year(fiscal_year: int) -> None:
    """:raises Http404: a year before the system of today, or one that has no roster yet."""
    not_found_unless(FIRST_YEAR <= fiscal_year <= _this_year() + 1)


def _page(request: TenantRequest, fiscal_year: int, *, problems: list[str] | None = None) -> HttpResponse:
    require_year(fiscal_year)
    facility, today = own_facility(request), timezone.localdate()
    view = facility_year(facility, fiscal_year, request.membership.municipality, today=today)
    panel = panel_for(SUBJECT, view.printable.pk) if view.printable else None
    rows = view.row_ids | ({"document": panel.row_ids} if panel else {})
    record(StaffEvent.YEAR_SHOWN, on=facility, rows=rows, detail={"fiscal_year": fiscal_year})
    asked = is_asked(facility, fiscal_year) or bool(view.versions)
    undeclared = year_start.UNDECLARED if year_start.UNDECLARED in (problems or []) else ""
    targets = {problem.sentence: problem.anchor for problem in view.problems}
    context = {
        "view": view,
        "tone": STATES[view.state][0],
        "state_words": STATES[view.state][1],
        "panel": panel,
        "back": request.path,
        "today": today,
        "has_begun": view.day <= today,
        "is_asked": asked,
        "is_late": asked and view.state in {"missing", "returned"} and today > view.due,
        "problems": problems or [],
        "targets": {**targets, year_start.UNDECLARED: "declared"},
        "undeclared": undeclared,
        "years": [
            (each, fiscal_year_words(each))
            for each in (fiscal_year - 1, fiscal_year + 1)
            if FIRST_YEAR <= each <= _this_year()
        ],
        "breadcrumbs": [
            *roster_crumbs(facility.number),
            (f"{view.words}の提出", None),
        ],
    }
    return render(request, "staff_records/year.html", context, status=page_status(request))


def _this_year() -> int:
    return ServiceMonth.of(timezone.localdate()).fiscal_year
