"""The city's year start: which rosters have come, one of them against last year's, accepting and returning."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from audit.record import record
from documents.queries import panel_for
from facilities.requests import UNREADABLE, TenantRequest, facility_or_404, page_status, require, typed_texts
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import NotADate, fiscal_year_words, parse_date
from staff_records import permissions
from staff_records.events import StaffEvent
from staff_records.form_subjects import PRINTED, SUBJECT
from staff_records.models import RosterSnapshot
from staff_records.operations import rounds, year_start
from staff_records.queries.year_city import CityQuestion, city_year
from staff_records.queries.year_start import STATES, review_year
from staff_records.states import SnapshotStatus
from staff_records.views.year_facility import require_year

MOST_TOGETHER = 500
NOTHING_CHOSEN = "受理する名簿を選んでください。"
NO_DAY = "提出期限を、年月日で入力してください（例：R8.4.10）。"


@require_GET
def year(request: TenantRequest, fiscal_year: int) -> HttpResponse:
    """All facilities of the city."""
    return _list(request, fiscal_year)


@require_http_methods(["GET", "POST"])
def accept_together(request: TenantRequest, fiscal_year: int) -> HttpResponse:
    """Accept the chosen ones; those that need a look of their own stay."""
    if request.method == "GET":
        return _list(request, fiscal_year)
    require(request, permissions.read_in_city)
    try:
        choices = [_choice(text) for text in request.POST.getlist("snapshot")[:MOST_TOGETHER]]
    except ValueError:
        return _list(request, fiscal_year, problems=[UNREADABLE])
    if not choices:
        return _list(request, fiscal_year, problems=[NOTHING_CHOSEN])
    try:
        result = year_start.accept_together(choices, by=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        return _list(request, fiscal_year, problems=[str(refusal)])
    if result.accepted:
        messages.success(
            request, f"{len(result.accepted)}施設の職員名簿を受理しました。施設にメールでお知らせします。"
        )
    if result.refused:
        why = list(dict.fromkeys(result.refused.values()))
        words = [f"{len(result.refused)}施設の名簿は受理していません。", *why]
        return _list(request, fiscal_year, problems=words)
    return redirect("staff_city:year", fiscal_year)


@require_http_methods(["GET", "POST"])
def set_due(request: TenantRequest, fiscal_year: int) -> HttpResponse:
    """Until when the rosters of the year are due."""
    if request.method == "GET":
        return _list(request, fiscal_year)
    require(request, permissions.read_in_city)
    require_year(fiscal_year)
    try:
        due_on = parse_date(request.POST.get("due_on", ""))
        shown = date.fromisoformat(request.POST.get("shown_due", ""))
    except NotADate:
        return _list(request, fiscal_year, problems=[NO_DAY])
    except ValueError:
        return _list(request, fiscal_year, problems=[UNREADABLE])
    try:
        rounds.set_due(fiscal_year, due_on, shown_due=shown, by=request.actor, at=timezone.now())
    except (NotAllowed, ProblemsFound) as refusal:
        return _list(request, fiscal_year, problems=sentences(refusal))
    messages.success(request, "提出期限を設定しました。")
    return redirect("staff_city:year", fiscal_year)


@require_GET
def year_page(request: TenantRequest, fiscal_year: int, facility_number: str) -> HttpResponse:
    """One facility's: the difference first."""
    return _review(request, fiscal_year, facility_number)


@require_http_methods(["GET", "POST"])
def accept(request: TenantRequest, fiscal_year: int, facility_number: str) -> HttpResponse:
    """Accept what is shown."""
    if request.method == "GET":
        return _review(request, fiscal_year, facility_number)
    return _decided(request, fiscal_year, facility_number, is_accepted=True)


@require_http_methods(["GET", "POST"])
def return_to_facility(request: TenantRequest, fiscal_year: int, facility_number: str) -> HttpResponse:
    """Send it back with a reason."""
    if request.method == "GET":
        return _review(request, fiscal_year, facility_number)
    return _decided(request, fiscal_year, facility_number, is_accepted=False)


def _decided(
    request: TenantRequest, fiscal_year: int, facility_number: str, *, is_accepted: bool
) -> HttpResponse:
    require(request, permissions.read_in_city)
    facility = facility_or_404(facility_number, "municipality")
    try:
        snapshot_id = UUID(request.POST.get("snapshot", ""))
    except ValueError:
        return _review(request, fiscal_year, facility_number, problems=[UNREADABLE])
    shown_hash, now = request.POST.get("shown_hash", ""), timezone.now()
    try:
        if is_accepted:
            year_start.accept(snapshot_id, shown_hash=shown_hash, by=request.actor, at=now)
        else:
            reason = request.POST.get("reason", "")
            year_start.return_to_facility(
                snapshot_id, shown_hash=shown_hash, reason=reason, by=request.actor, at=now
            )
    except RosterSnapshot.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as refusal:
        return _review(request, fiscal_year, facility_number, problems=sentences(refusal))
    done = "受理しました" if is_accepted else "差し戻しました"
    messages.success(request, f"{facility.name}の職員名簿を{done}。施設にメールでお知らせします。")
    return redirect("staff_city:year", fiscal_year)


def _list(request: TenantRequest, fiscal_year: int, *, problems: list[str] | None = None) -> HttpResponse:
    require(request, permissions.read_in_city)
    require_year(fiscal_year)
    asked = CityQuestion.of(request.GET)
    found = city_year(fiscal_year, request.membership.municipality, asked)
    record(StaffEvent.YEAR_LISTED, rows=found.row_ids, detail={"fiscal_year": fiscal_year})
    context = {
        "found": found,
        "asked": asked,
        "words": fiscal_year_words(fiscal_year),
        "may_decide": permissions.decide.allows(request.actor, None),
        "may_set_round": permissions.set_round.allows(request.actor, None),
        "due_typed": request.POST.get("due_on", ""),
        "problems": problems or [],
        "breadcrumbs": [
            ("職員", reverse("staff_city:overview")),
            (f"{fiscal_year_words(fiscal_year)}の職員名簿の提出", None),
        ],
    }
    return render(request, "staff_records/year_city.html", context, status=page_status(request))


def _review(
    request: TenantRequest, fiscal_year: int, facility_number: str, *, problems: list[str] | None = None
) -> HttpResponse:
    require(request, permissions.read_in_city)
    require_year(fiscal_year)
    facility = facility_or_404(facility_number, "municipality")
    view = review_year(facility, fiscal_year)
    printable = view.snapshot if view.snapshot is not None and view.snapshot.status in PRINTED else None
    panel = panel_for(SUBJECT, printable.pk) if printable else None
    record(
        StaffEvent.YEAR_SHOWN,
        on=facility,
        facility_id=facility.pk,
        rows=view.row_ids | ({"document": panel.row_ids} if panel else {}),
        detail={"fiscal_year": fiscal_year},
    )
    waits = view.snapshot is not None and view.snapshot.status == SnapshotStatus.SUBMITTED
    context = {
        "view": view,
        "panel": panel,
        "back": request.path,
        "facility": facility,
        "fiscal_year": fiscal_year,
        "words": fiscal_year_words(fiscal_year),
        "tone": STATES[view.state][0],
        "state_words": STATES[view.state][1],
        "is_asked": rounds.is_asked(facility, fiscal_year),
        "may_decide": waits and permissions.decide.allows(request.actor, None),
        "typed": typed_texts(request, "reason"),
        "problems": problems or [],
        "targets": {year_start.NO_REASON: "reason"},
        "breadcrumbs": [
            ("職員", reverse("staff_city:overview")),
            (
                f"{fiscal_year_words(fiscal_year)}の職員名簿の提出",
                reverse("staff_city:year", args=[fiscal_year]),
            ),
            (facility.name, None),
        ],
    }
    return render(request, "staff_records/year_review.html", context, status=page_status(request))


def _choice(text: str) -> tuple[UUID, str]:
    snapshot_id, _, shown_hash = text.partition(":")
    return UUID(snapshot_id), shown_hash
