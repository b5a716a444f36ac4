"""The days of the months: shown to everybody, set by the administrator, taken along as a calendar file."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe
from icalendar import Calendar, Event

from audit.record import record
from facilities import permissions
from facilities.calendar_days import calendar_days
from facilities.events import FacilityEvent
from facilities.forms.schedule import ClosingDayForm, ExceptionForm, RulesForm
from facilities.models import Municipality
from facilities.open_tasks import open_tasks
from facilities.operations import schedule as operations
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, own_facility
from facilities.rules import NotAllowed, ProblemsFound, sentences
from facilities.schedule import LEAST_DAYS, CitySchedule, Deadline, Step, Tight
from facilities.scope import scope
from pages import wareki

# What a facility has to do itself; the other steps are the city's.
FACILITY_STEPS = (Step.CONFIRM, Step.CLAIM, Step.PAY)
MONTHS = 12
FEEDS = {"facility": FACILITY_STEPS, "city": tuple(Step)}
SIGNER = Signer(sep="~", salt="facilities.calendar_feed")
IDS = {name: f"id_{name}_%s" for name in ("rules", "closing", "exception")}
Forms = dict[str, forms.Form]


@require_GET
def facility_schedule(request: TenantRequest, facility_number: str) -> HttpResponse:
    """What a facility has still to do, of whatever month, and its coming months."""
    found = _coming(_schedule(request))
    facility = own_facility(request)
    tasks = open_tasks(facility)
    rows_read: dict[str, list[UUID]] = defaultdict(list)
    for task in tasks:
        rows_read[task.row_kind].append(task.row_id)
    record(FacilityEvent.SCHEDULE_SHOWN, rows=rows_read)
    rows = [(month, [each for each in row if each.step in FACILITY_STEPS]) for month, row in found]
    return render(
        request,
        "facilities/facility_schedule.html",
        {
            "rows": rows,
            "tasks": tasks,
            "steps": FACILITY_STEPS,
            "more_days": calendar_days(request.membership.municipality),
            "today": _today(),
            "feed": _feed_address(request, "facility"),
        },
    )


@require_GET
def facility_calendar(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The same as a calendar file."""
    return _calendar(request, f"はぐくみ請求　{own_facility(request).name}", FACILITY_STEPS)


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """
    The same for a calendar program that subscribes: no login, the address itself is the secret.

    It tells the city's days and nothing of any facility; a wrong address answers like one that does not exist.
    """
    code, kind = _opened(token)
    city = Municipality.objects.filter(code=code).first()
    if city is None:
        raise Http404
    with scope(city.pk, ()):
        written = _written(city, f"はぐくみ請求　{city.name}", FEEDS[kind])
    response = HttpResponse(written, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_GET
def city_schedule(request: TenantRequest) -> HttpResponse:
    """A year of months; the administrator finds the forms beside."""
    return _page(request)


@require_GET
def city_calendar(request: TenantRequest) -> HttpResponse:
    """All steps as a calendar file."""
    return _calendar(request, f"はぐくみ請求　{request.membership.municipality.name}", tuple(Step))


@require_POST
def set_rules(request: TenantRequest) -> HttpResponse:
    """The day of every step; with 「変えたあとの日を見る」 only shown, not set."""
    form = RulesForm(request.POST, schedule=_schedule(request), auto_id=IDS["rules"])
    if "preview" in request.POST and form.is_valid():
        return _preview(request, form)
    return _act(
        request,
        "rules",
        form,
        lambda: operations.set_rules(form.rules(), by=request.actor, at=timezone.now()),
        "毎月の日程を変えました。",
    )


@require_POST
def add_closing_day(request: TenantRequest) -> HttpResponse:
    """A day of rest."""
    form = ClosingDayForm(request.POST, auto_id=IDS["closing"])
    return _act(
        request,
        "closing",
        form,
        lambda: operations.add_closing_day(
            form.cleaned_data["day"], form.cleaned_data["name"], by=request.actor, at=timezone.now()
        ),
        "閉庁日を登録しました。",
    )


@require_POST
def remove_closing_day(request: TenantRequest, day: str) -> HttpResponse:
    """Open after all."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    return _act(
        request,
        "none",
        forms.Form(request.POST),
        lambda: operations.remove_closing_day(chosen, by=request.actor, at=timezone.now()),
        "閉庁日を消しました。",
    )


@require_POST
def set_exception(request: TenantRequest) -> HttpResponse:
    """Another day for one step of one month."""
    form = ExceptionForm(request.POST, auto_id=IDS["exception"])
    return _act(
        request,
        "exception",
        form,
        lambda: operations.set_exception(
            form.cleaned_data["month"],
            Step(form.cleaned_data["step"]),
            form.cleaned_data["day"],
            form.cleaned_data["reason"],
            by=request.actor,
            at=timezone.now(),
        ),
        "この月だけの日を登録しました。",
    )


@require_POST
def remove_exception(request: TenantRequest, month: ServiceMonth, step: str) -> HttpResponse:
    """The usual day again."""
    if step not in Step.values:
        raise Http404
    return _act(
        request,
        "none",
        forms.Form(request.POST),
        lambda: operations.remove_exception(month, Step(step), by=request.actor, at=timezone.now()),
        "いつもの日に戻しました。",
    )


def _act(
    request: TenantRequest, name: str, form: forms.Form, operation: Callable[[], object], done: str
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, {name: form})
    try:
        operation()
    except (NotAllowed, ProblemsFound) as refusal:
        problems = sentences(refusal)
        return _page(request, {name: form}, problems)
    messages.success(request, done)
    return redirect("facilities:schedule")


def _preview(request: TenantRequest, form: RulesForm) -> HttpResponse:
    """The same page with the days as they would be."""
    try:
        tried = operations.try_rules(
            _schedule(request), form.rules(), by=request.actor, today=timezone.localdate()
        )
    except (NotAllowed, ProblemsFound) as refusal:
        problems = sentences(refusal)
        return _page(request, {"rules": form}, problems)
    return _page(request, {"rules": form}, tried=tried)


def _page(
    request: TenantRequest,
    bound: Forms | None = None,
    problems: list[str] | None = None,
    *,
    tried: CitySchedule | None = None,
) -> HttpResponse:
    schedule = _schedule(request)
    year = ServiceMonth.of(_today()).fiscal_year
    try:
        year = int(request.GET.get("year", year))
    except ValueError:
        raise Http404 from None
    if not 2015 <= year <= 2099:
        raise Http404
    months = [ServiceMonth(year, 4).plus(number) for number in range(MONTHS)]
    record(FacilityEvent.SCHEDULE_SHOWN, detail={"year": year})
    shown: Forms = {
        "rules": RulesForm(schedule=schedule, auto_id=IDS["rules"]),
        "closing": ClosingDayForm(auto_id=IDS["closing"]),
        "exception": ExceptionForm(auto_id=IDS["exception"]),
        **(bound or {}),
    }
    context = {
        "rows": [(month, schedule.month(month)) for month in months],
        "tight": _tight(schedule, months),
        "tried": _coming(tried)[1:] if tried else [],
        "tried_tight": _tight(tried, operations.months_tried(_today())) if tried else [],
        "steps": list(Step),
        "feed": _feed_address(request, "city"),
        "year": year,
        "year_words": wareki.fiscal_year_words(year),
        "today": _today(),
        "closing_days": sorted(schedule.closing_days.items()),
        "exceptions": [
            (ServiceMonth.parse(month), Step(step), day, reason)
            for (month, step), (day, reason) in sorted(schedule.exceptions.items())
        ],
        "forms": shown,
        "bound_form": next(iter(bound.values())) if bound and not tried else None,
        "opened": next(iter(bound), "") if bound else "",
        "can_set_up": permissions.set_up_facilities.allows(request.actor, None),
        "problems": problems or [],
    }
    return render(request, "facilities/schedule.html", context, status=422 if bound and not tried else 200)


def _tight(schedule: CitySchedule, months: list[ServiceMonth]) -> list[str]:
    """Where somebody will have too little time, a sentence for each step; what is over is not told."""
    found: dict[tuple[Step, Step], list[Tight]] = defaultdict(list)
    for month in months:
        for each in schedule.tight(month):
            if each.later.day >= _today():
                found[each.earlier.step, each.later.step].append(each)
    return [
        f"{earlier.label}から{later.label}まで、開庁日が{LEAST_DAYS}日ありません：{_months_words(times)}"
        for (earlier, later), times in found.items()
    ]


def _months_words(times: list[Tight]) -> str:
    named = "、".join(
        f"{wareki.month_words(each.later.month.first_day)}分（{each.days}日）" for each in times[:MONTHS]
    )
    return f"{named} ほか{len(times) - MONTHS}か月" if len(times) > MONTHS else named


def _calendar(request: TenantRequest, name: str, steps: tuple[Step, ...]) -> HttpResponse:
    record(FacilityEvent.CALENDAR_TAKEN)
    written = _written(request.membership.municipality, name, steps)
    response = HttpResponse(written, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="hagukumi.ics"'
    return response


def _written(city: Municipality, name: str, steps: tuple[Step, ...]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Hagukumi//schedule//JA")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for month, row in _coming(CitySchedule.of(city)):
        for deadline in row:
            if deadline.step in steps:
                calendar.add_component(_event(deadline, month, city.code))
    for one in calendar_days(city):
        calendar.add_component(_entry(f"{city.code}-{one.name}", one.day, one.words))
    return bytes(calendar.to_ical())


def _feed_address(request: TenantRequest, kind: str) -> str:
    """The address to subscribe to, of this city and this audience."""
    token = feed_token(request.membership.municipality.code, kind)
    return request.build_absolute_uri(reverse("portal:calendar_feed", args=[token]))


def feed_token(code: str, kind: str) -> str:
    """What the address of a city's feed ends with; ``kind`` is one of ``FEEDS``."""
    return SIGNER.sign(f"{code}-{kind}")


def _opened(token: str) -> tuple[str, str]:
    """
    The city's code and the kind of feed.

    :raises Http404: nobody here has made this address.
    """
    try:
        code, kind = SIGNER.unsign(token).split("-")
    except (BadSignature, ValueError):
        raise Http404 from None
    if kind not in FEEDS:
        raise Http404
    return code, kind


def _event(deadline: Deadline, month: ServiceMonth, city: str) -> Event:
    # The city pays on a day; everything else is due by one.
    what = "支払日" if deadline.step == Step.PAY else f"{deadline.step.label}の締切"
    words = f"{wareki.month_words(month.first_day)}分　{what}"
    event = _entry(f"{city}-{month}-{deadline.step}", deadline.day, words)
    if deadline.why:
        event.add("description", deadline.why)
    return event


def _entry(name: str, day: date, words: str) -> Event:
    """A whole day. Its id stays: taken again, a moved day moves in the calendar."""
    event = Event()
    event.add("uid", f"{name}@hagukumi")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", words)
    return event


def _coming(schedule: CitySchedule) -> list[tuple[ServiceMonth, list[Deadline]]]:
    """Last month, this one and the ten after it."""
    first = ServiceMonth.of(_today()).plus(-1)
    return [(month, schedule.month(month)) for month in (first.plus(number) for number in range(MONTHS))]


def _schedule(request: TenantRequest) -> CitySchedule:
    return CitySchedule.of(request.membership.municipality)


def _today() -> date:
    return timezone.localdate()
