"""A facility's page «ほかの施設の職員»: people of the corporation's other rosters, and flags of double employment."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import held_forms
from audit.record import record
from facilities.models import Facility
from facilities.requests import TenantRequest, own_facility, page_status
from facilities.rules import NotAllowed, ProblemsFound
from staff_records import permissions
from staff_records.dossiers import Dossier, Purpose, dossiers
from staff_records.events import StaffEvent
from staff_records.finding_forms import ArrivalForm, SearchForm, TakeOverForm, arrival_form
from staff_records.models import StaffMember
from staff_records.operations import same_person
from staff_records.problems import FieldProblems
from staff_records.queries.overlaps import Flag, flags_of
from staff_records.queries.search import Person, person
from staff_records.views.roster import roster_crumbs

MOVED_ELSEWHERE = "元の施設の名簿に勤務が残っています。元の施設で転出を登録してもらってください。"


@require_http_methods(["GET", "POST"])
def find(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Look for somebody at the other facilities of the corporation; the answer stands on the page itself."""
    facility = _kept_roster(request)
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    form = SearchForm(typed, today=timezone.localdate(), needs_birth_date=True)
    # What was typed before the login expired is shown, and not looked for: that takes a press on the button.
    if request.method == "GET" or not form.is_valid():
        return _page(request, facility, form, status=page_status(request))
    return _page(request, facility, form, found=_looked_up(request, facility, form), is_answer=True)


@require_http_methods(["GET", "POST"])
def add_found(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Put somebody who was found on this roster."""
    facility, today = _kept_roster(request), timezone.localdate()
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    search = SearchForm(typed, today=today, needs_birth_date=True)
    if request.method == "GET":
        return _page(request, facility, search)
    form = ArrivalForm(request.POST, today=today)
    problems: list[str] = []
    if form.is_valid():
        try:
            added = same_person.add(facility, form.arrival(), by=request.actor, at=timezone.now())
        except FieldProblems as refused:
            for one in refused.found:
                form.add_error("first_day", one.message)
        except (NotAllowed, ProblemsFound) as refused:
            problems = str(refused).splitlines()
        else:
            member = added.here.member
            messages.success(request, f"職員番号{member.number}で名簿に登録しました。")
            if added.is_still_there:
                messages.info(request, MOVED_ELSEWHERE)
            return redirect("staff:person", facility.number, member.pk)
    if not search.is_valid():
        return _page(request, facility, search, status=422)
    found = _looked_up(request, facility, search)
    return _page(
        request, facility, search, found=found, is_answer=True, refused=form, problems=problems, status=422
    )


@require_http_methods(["GET", "POST"])
def take_over(request: TenantRequest, facility_number: str) -> HttpResponse:
    """Write down here what the other roster says of the same person."""
    facility = _kept_roster(request)
    search = SearchForm(None, today=timezone.localdate(), needs_birth_date=True)
    if request.method == "GET":
        return _page(request, facility, search)
    form = TakeOverForm(request.POST)
    if not form.is_valid():
        return _page(request, facility, search, problems=[same_person.NOT_FOUND], status=422)
    try:
        same_person.take_over_detail(
            facility,
            form.cleaned_data["member"],
            form.cleaned_data["other"],
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refused:
        return _page(request, facility, search, problems=str(refused).splitlines(), status=422)
    messages.success(request, "ほかの施設の名簿の内容を取り込みました。")
    return redirect("staff:find", facility.number)


def _kept_roster(request: TenantRequest) -> Facility:
    facility = own_facility(request)
    if not permissions.keep.allows(request.actor, permissions.RosterOf(facility.pk)):
        raise PermissionDenied
    return facility


def _looked_up(request: TenantRequest, facility: Facility, form: SearchForm) -> list[Dossier]:
    return same_person.look_up(
        facility,
        kana=form.cleaned_data["kana"],
        birth_date=form.cleaned_data["birth_date"],
        by=request.actor,
    )


def _page(
    request: TenantRequest,
    facility: Facility,
    search: SearchForm,
    *,
    found: list[Dossier] | None = None,
    is_answer: bool = False,
    refused: ArrivalForm | None = None,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    flags = _flags(facility)
    both = same_person.on_both(facility, by=request.actor, today=today)
    record(
        StaffEvent.FIND_SHOWN,
        on=facility,
        rows={
            "overlap": [flag.flag_id for flag, _ in flags],
            "staff_member": [
                *(one.member.pk for _, one in flags),
                *(row.member.pk for one in both for row in (one.here, one.there)),
            ],
        },
    )
    results = [_result(one, search, refused, today) for one in found or []]
    context = {
        "search": search,
        "is_answer": is_answer,
        "results": results,
        "bound": refused if refused is not None else search if search.is_bound else None,
        "problems": problems or [],
        "both": both,
        "flags": [(flag, one.detail_on(today).name, one.member) for flag, one in flags],
        "breadcrumbs": [*roster_crumbs(facility.number), ("ほかの施設の職員", None)],
    }
    return render(request, "staff_records/facility/find.html", context, status=status)


def _flags(facility: Facility) -> list[tuple[Flag, Dossier]]:
    flags = flags_of(facility)
    members = StaffMember.objects.filter(pk__in=[flag.member_id for flag in flags], erased_at__isnull=True)
    opened = {one.member.pk: one for one in dossiers(members, Purpose.SHOW)}
    return [(flag, opened[flag.member_id]) for flag in flags if flag.member_id in opened]


def _result(
    found: Dossier, search: SearchForm, refused: ArrivalForm | None, today: date
) -> tuple[Person, ArrivalForm]:
    given: dict[str, Any] = search.cleaned_data
    is_this_one = refused is not None and str(found.member.pk) == str(refused.data.get("member"))
    form = arrival_form(
        found,
        given["kana"],
        given["birth_date"],
        today=today,
        refused=refused if is_this_one else None,
    )
    return person(found, today), form
