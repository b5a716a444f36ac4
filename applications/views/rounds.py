"""The city's page of a year's six rounds: their days, which facilities stand where, opening one again."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications import permissions
from applications.events import ApplicationEvent
from applications.operations import rounds
from applications.queries.wheel import SPOKE_LABELS, TONES, RoundState, Spoke, wheels
from applications.reading import ROUNDS
from applications.rounds import rounds_of
from audit.record import record
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.requests import UNREADABLE, TenantRequest, facility_or_404, page_status, require, typed_texts
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import NotADate, fiscal_year_words, parse_date

FIRST_YEAR, LAST_YEAR = 2015, 2099
NO_DAY = "開始日・締切日を、年月日で入力してください（例：R8.4.30）。"
NO_UNTIL = "入力できる最後の日を、年月日で入力してください（例：R8.5.29）。"


@dataclass(frozen=True)
class Row:
    """One facility with its rounds."""

    facility: Facility
    states: list[RoundState]


@require_GET
def year(request: TenantRequest) -> HttpResponse:
    """The year asked for, or the present one."""
    return _page(request)


@require_http_methods(["GET", "POST"])
def set_round(request: TenantRequest, fiscal_year: int, round_number: int) -> HttpResponse:
    """Other days for one round, for all facilities."""
    if request.method == "GET":
        return _page(request, fiscal_year)
    require(request, permissions.read_in_city)
    _require_round(fiscal_year, round_number)
    try:
        opens_on, closes_on = (parse_date(request.POST.get(name, "")) for name in ("opens_on", "closes_on"))
    except NotADate:
        return _page(request, fiscal_year, [NO_DAY], opened=round_number)
    try:
        first, last = (
            date.fromisoformat(request.POST.get(name, "")) for name in ("shown_opens", "shown_closes")
        )
    except ValueError:
        return _page(request, fiscal_year, [UNREADABLE], opened=round_number)
    try:
        rounds.set_round(
            fiscal_year,
            round_number,
            name=request.POST.get("name", ""),
            opens_on=opens_on,
            closes_on=closes_on,
            shown=(first, last),
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, fiscal_year, sentences(refusal), opened=round_number)
    messages.success(request, f"第{round_number}回の日程を設定しました。")
    return redirect(f"{reverse('entry_rounds:year')}?year={fiscal_year}")


@require_http_methods(["GET", "POST"])
def reopen(request: TenantRequest, fiscal_year: int, round_number: int, facility_number: str) -> HttpResponse:
    """One facility may send in this round until another day."""
    require(request, permissions.read_in_city)
    _require_round(fiscal_year, round_number)
    facility = facility_or_404(facility_number)
    if request.method == "GET":
        return _reopening(request, facility, fiscal_year, round_number)
    try:
        until = parse_date(request.POST.get("until", ""))
    except NotADate:
        return _reopening(request, facility, fiscal_year, round_number, [NO_UNTIL])
    try:
        rounds.reopen(
            facility.pk,
            fiscal_year=fiscal_year,
            number=round_number,
            until=until,
            reason=request.POST.get("reason", ""),
            by=request.actor,
            at=timezone.now(),
            today=timezone.localdate(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _reopening(request, facility, fiscal_year, round_number, sentences(refusal))
    messages.success(request, f"{facility.name}の第{round_number}回を再開しました。")
    return redirect(f"{reverse('entry_rounds:year')}?year={fiscal_year}")


def _page(
    request: TenantRequest,
    fiscal_year: int | None = None,
    problems: list[str] | None = None,
    *,
    opened: int = 0,
) -> HttpResponse:
    require(request, permissions.read_in_city)
    fiscal_year = _year_of(request) if fiscal_year is None else fiscal_year
    _require_round(fiscal_year, 1)
    municipality = request.membership.municipality
    wanted, words = request.GET.get("state", ""), request.GET.get("words", "").strip()
    number = int(text) if (text := request.GET.get("round", "")) in {"1", "2", "3", "4", "5", "6"} else 0
    facilities = [
        facility
        for facility in Facility.objects.filter(municipality=municipality).order_by("number")
        if _lives_in_year(facility, fiscal_year)
    ]
    states = wheels(municipality, facilities, fiscal_year, timezone.now())
    rows = [
        Row(facility, states[facility.pk])
        for facility in facilities
        if words in facility.name or words in facility.number
    ]
    shown = [row for row in rows if not wanted or _has(row, wanted, number)]
    record(
        ApplicationEvent.ROUNDS_SHOWN,
        rows={"facility": [row.facility.pk for row in shown]},
        detail={"fiscal_year": fiscal_year},
    )
    context = {
        "fiscal_year": fiscal_year,
        "words": fiscal_year_words(fiscal_year),
        "rounds": [
            (own, _counts([states[facility.pk][place] for facility in facilities]))
            for place, own in enumerate(rounds_of(municipality, fiscal_year))
        ],
        "rows": shown,
        "total": len(rows),
        "choices": [(spoke.value, label) for spoke, label in SPOKE_LABELS.items()],
        "asked": {"state": wanted, "round": number, "words": words},
        "may_set": permissions.set_rounds.allows(request.actor, None),
        "opened": opened,
        "typed": typed_texts(request, "name", "opens_on", "closes_on") if opened else {},
        "problems": problems or [],
        "today": timezone.localdate(),
        "breadcrumbs": [("申請", reverse("item_review:inbox")), ("入力の回", None)],
    }
    return render(request, "applications/rounds.html", context, status=page_status(request))


def _reopening(
    request: TenantRequest,
    facility: Facility,
    fiscal_year: int,
    number: int,
    problems: list[str] | None = None,
) -> HttpResponse:
    states = wheels(request.membership.municipality, [facility], fiscal_year, timezone.now())[facility.pk]
    state = next(state for state in states if state.standing.round.number == number)
    record(
        ApplicationEvent.ROUNDS_SHOWN, rows={"facility": [facility.pk]}, detail={"fiscal_year": fiscal_year}
    )
    context = {
        "facility": facility,
        "fiscal_year": fiscal_year,
        "words": fiscal_year_words(fiscal_year),
        "state": state,
        "typed": typed_texts(request, "until", "reason"),
        "may_set": permissions.set_rounds.allows(request.actor, None),
        "problems": problems or [],
        "breadcrumbs": [
            ("申請", reverse("item_review:inbox")),
            ("入力の回", f"{reverse('entry_rounds:year')}?year={fiscal_year}"),
            (f"{facility.name}　第{number}回の再開", None),
        ],
    }
    return render(request, "applications/reopen.html", context, status=page_status(request))


def _counts(states: list[RoundState]) -> list[tuple[str, str, int]]:
    """How many facilities stand where in a round, without those it does not concern."""
    found = [
        (TONES[spoke], label, sum(state.spoke == spoke for state in states))
        for spoke, label in SPOKE_LABELS.items()
        if spoke is not Spoke.NOTHING
    ]
    return [one for one in found if one[2]]


def _has(row: Row, wanted: str, number: int) -> bool:
    return any(state.spoke == wanted and number in {0, state.standing.round.number} for state in row.states)


def _lives_in_year(facility: Facility, fiscal_year: int) -> bool:
    """Opened before the year ends and not closed before it begins."""
    return facility.opened_on < date(fiscal_year + 1, 4, 1) and (
        facility.closed_on is None or facility.closed_on >= date(fiscal_year, 4, 1)
    )


def _year_of(request: TenantRequest) -> int:
    text = request.GET.get("year", "")
    if not text:
        return ServiceMonth.of(timezone.localdate()).fiscal_year
    if not text.isascii() or not text.isdecimal() or len(text) != len(str(LAST_YEAR)):
        raise Http404
    return int(text)


def _require_round(fiscal_year: int, number: int) -> None:
    """:raises Http404: no such year or round."""
    if not FIRST_YEAR <= fiscal_year <= LAST_YEAR or number not in ROUNDS:
        raise Http404
