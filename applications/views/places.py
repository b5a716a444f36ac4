"""The administrators' page of what holds of the places of facilities (地域の設定): said once a year for all of them."""

from collections.abc import Callable, Sequence
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications import permissions
from applications.events import PlaceEvent
from applications.operations import places as operations
from applications.place_facts import BY_FACT, QUESTIONS
from applications.queries.places import places_of
from applications.views.shared import asked_year, known_year, this_year
from audit.record import record
from facilities.models import Facility
from facilities.requests import UNREADABLE, TenantRequest, facility_or_404, page_status, require
from facilities.rules import NotAllowed, ProblemsFound, sentences
from pages.wareki import fiscal_year_words

PREFIX: Final = "place-"
NO_FACILITY: Final = "例外にする施設を選んでください。"
NO_VALUE: Final = "この施設で違う項目と内容を選んでください。"


@require_GET
def year(request: TenantRequest) -> HttpResponse:
    """The year asked for, or the present one."""
    return _page(request, asked_year(request))


@require_http_methods(["GET", "POST"])
def say(request: TenantRequest, fiscal_year: int) -> HttpResponse:
    """What holds in the whole city."""
    if request.method == "GET":
        return _page(request, known_year(fiscal_year))
    require(request, permissions.say_places)
    try:
        values = {
            question.fact: question.kept(request.POST.get(f"{PREFIX}{question.fact}", ""))
            for question in QUESTIONS
        }
    except KeyError:
        return _page(request, known_year(fiscal_year), [UNREADABLE])

    def act() -> str:
        changed = operations.say(
            fiscal_year, values, shown=request.POST.get("shown", ""), by=request.actor, at=timezone.now()
        )
        return f"{len(changed)}項目を登録しました。" if changed else "変わったところはありません。"

    return _act(request, fiscal_year, act)


@require_http_methods(["GET", "POST"])
def carry_over(request: TenantRequest, fiscal_year: int) -> HttpResponse:
    """What held in the year before."""
    if request.method == "GET":
        return _page(request, known_year(fiscal_year))
    require(request, permissions.say_places)

    def act() -> str:
        count = operations.carry_over(fiscal_year, by=request.actor, at=timezone.now())
        return f"前の年度から{count}件を引き継ぎました。違うところは直してください。"

    return _act(request, fiscal_year, act)


@require_http_methods(["GET", "POST"])
def make_exception(request: TenantRequest, fiscal_year: int) -> HttpResponse:
    """What holds of one facility; empty takes its exception back."""
    if request.method == "GET":
        return _page(request, known_year(fiscal_year))
    require(request, permissions.say_places)
    number = request.POST.get("facility", "")
    fact, _, text = request.POST.get("said", "").partition("=")
    is_withdrawn = "withdraw" in request.POST
    try:
        value = None if is_withdrawn else BY_FACT[fact].kept(text)
    except KeyError:
        value = None
    problems = [] if number else [NO_FACILITY]
    if value is None and not is_withdrawn:
        problems.append(NO_VALUE)
    if problems:
        return _page(request, known_year(fiscal_year), problems)
    facility = facility_or_404(number)

    def act() -> str:
        operations.make_exception(
            facility.pk, fiscal_year=fiscal_year, fact=fact, value=value, by=request.actor, at=timezone.now()
        )
        return f"{facility.name}の例外を{'取り消しました' if value is None else '登録しました'}。"

    return _act(request, fiscal_year, act)


def _act(request: TenantRequest, fiscal_year: int, act: Callable[[], str]) -> HttpResponse:
    known_year(fiscal_year)
    try:
        done = act()
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, fiscal_year, sentences(refusal))
    messages.success(request, done)
    return redirect(f"{reverse('places:year')}?year={fiscal_year}")


def _page(request: TenantRequest, fiscal_year: int, problems: Sequence[str] = ()) -> HttpResponse:
    require(request, permissions.say_places)
    view = places_of(fiscal_year)
    facilities = list(Facility.objects.filter(closed_on__isnull=True).order_by("number"))
    record(
        PlaceEvent.SHOWN,
        rows={"place": [row.pk for row in view.rows], "facility": [one.pk for one in facilities]},
        detail={"fiscal_year": fiscal_year},
    )
    years = sorted({fiscal_year, this_year(), this_year() + 1}, reverse=True)
    context = {
        "view": view,
        "asked": [
            (one, f"{PREFIX}{one.question.fact}", request.POST.get(f"{PREFIX}{one.question.fact}", one.text))
            for one in view.asked
        ],
        "facilities": facilities,
        "values": [
            (question.label, [(f"{question.fact}={key}", label) for key, label in question.choices.items()])
            for question in QUESTIONS
        ],
        "fiscal_year": fiscal_year,
        "year_words": fiscal_year_words(fiscal_year),
        "before_words": fiscal_year_words(fiscal_year - 1),
        "years": [(one, fiscal_year_words(one)) for one in years],
        "typed": request.POST if problems else {},
        "problems": list(problems),
        "breadcrumbs": [("申請様式", reverse("item_packs:packs")), ("地域の設定", None)],
    }
    return render(request, "applications/places.html", context, status=page_status(request))
