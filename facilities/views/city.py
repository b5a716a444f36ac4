"""The city's view of its facilities: the list, one facility's page, and setting what holds from when."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from asking import together
from audit.record import record
from facilities import permissions
from facilities.doors import doors_of
from facilities.events import FacilityEvent
from facilities.forms.items import EndGrantForm, GrantForm, item_label, option_words
from facilities.forms.profiles import CertifyForm, ProfileForm
from facilities.models import (
    Facility,
    FacilityKind,
    FacilityProfile,
    GrantedItem,
    ItemEnding,
    Membership,
    Suspension,
    holding_in,
)
from facilities.operations import profiles
from facilities.periods import ServiceMonth
from facilities.queries import FACILITY_STATES, colleagues, facility_rows, facility_state
from facilities.requests import TenantRequest, facility_or_404, require
from facilities.rules import NotAllowed, ProblemsFound
from facilities.views.changes import ended_or_undone, show_as_typed
from pages.wareki import month_words

# Several forms stand on one page and ask for months: each has ids of its own.
PROFILE_IDS, CERTIFY_IDS, GRANT_IDS = "id_profile_%s", "id_certify_%s", "id_grant_%s"


@require_GET
def facilities(request: TenantRequest) -> HttpResponse:
    """All facilities with what holds this month; searched by name, number or corporation, by type and state."""
    require(request, permissions.see_facilities)
    words, kind = request.GET.get("words", "").strip(), request.GET.get("kind", "")
    state = request.GET.get("state", "")
    month = ServiceMonth.of(timezone.localdate())
    found = facility_rows(month, words=words, kind=kind)
    apart = Counter(row.state for row in found if not row.is_run_in(month))
    rows = [row for row in found if state not in FACILITY_STATES or row.state == state]
    record(FacilityEvent.LISTED, rows={"facility": [row.facility.pk for row in rows]})
    context = {
        "rows": rows,
        "words": words,
        "kind": kind,
        "kinds": FacilityKind.choices,
        "state": state,
        "states": FACILITY_STATES.items(),
        "run": len(found) - apart.total(),
        "apart": [(label, apart[name]) for name, label in FACILITY_STATES.items() if apart[name]],
        "month": month,
        "can_set_up": permissions.set_up_facilities.allows(request.actor, None),
    }
    return render(request, "facilities/facilities.html", context)


@require_GET
def facility_page(request: TenantRequest, number: str) -> HttpResponse:
    """One facility: its profile through time, its 加算, its accounts. Asked for a month, the form begins with it."""
    return _page(request, _facility(number))


@require_POST
def set_profile(request: TenantRequest, number: str) -> HttpResponse:
    """A new profile from a month on, or another value of one that is there."""
    facility = _facility(number)
    form = ProfileForm(request.POST, kind=facility.kind, auto_id=PROFILE_IDS)
    if not form.is_valid():
        return _page(request, facility, profile_form=form)
    try:
        profile = profiles.set_profile(
            facility.pk,
            form.values(),
            from_month=form.cleaned_data["from_month"],
            by=request.actor,
            at=timezone.now(),
        )
    except profiles.NoRoomForBranches as refusal:
        form.add_error(refusal.field, refusal.problems)
        return _page(request, facility, profile_form=form)
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, facility, profile_form=form, problem=problem)
    until = (
        f"{month_words(profile.to_month)}分まで適用されます。その後のプロフィールは変わりません。"
        if profile.to_month
        else ""
    )
    messages.success(request, f"年度プロフィールを設定しました。{until}")
    return redirect("facilities:facility_page", number)


@require_POST
def undo_profile(request: TenantRequest, number: str, profile_id: UUID) -> HttpResponse:
    """Take away a profile that has not begun."""
    facility = _facility(number)
    get_object_or_404(FacilityProfile, pk=profile_id, facility=facility)
    try:
        profiles.undo_profile(profile_id, by=request.actor, at=timezone.now())
    except FacilityProfile.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, facility, problem=problem)
    messages.success(request, "年度プロフィールを取り消しました。")
    return redirect("facilities:facility_page", number)


@require_POST
def certify_rates(request: TenantRequest, number: str) -> HttpResponse:
    """The 加算率 of a certificate, from a month on."""
    facility = _facility(number)
    form = CertifyForm(request.POST, auto_id=CERTIFY_IDS)
    if not form.is_valid():
        return _page(request, facility, certify_form=form)
    try:
        changed = profiles.certify_rates(
            facility.pk,
            form.rates(),
            from_month=form.cleaned_data["from_month"],
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, facility, certify_form=form, problem=problem)
    messages.success(request, f"加算率の認定を、{len(changed)}件のプロフィールに登録しました。")
    return redirect("facilities:facility_page", number)


@require_POST
def grant_item(request: TenantRequest, number: str) -> HttpResponse:
    """A 加算 or 減算 from a month on."""
    facility = _facility(number)
    form = _grant_form(facility, request.POST)
    if not form.is_valid():
        return _page(request, facility, grant_form=form)
    try:
        profiles.grant_item(
            facility.pk,
            form.chosen.entry.item.code,
            form.options(),
            certification=form.chosen.certification,
            from_month=form.cleaned_data["from_month"],
            to_month=form.cleaned_data["to_month"],
            reason=form.cleaned_data["reason"],
            by=request.actor,
            at=timezone.now(),
        )
    except profiles.DecidedAbove as refusal:
        form.add_error("reason", refusal.problems[0])
        return _page(request, facility, grant_form=form)
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, facility, grant_form=form, problem=problem)
    first = form.cleaned_data["from_month"]
    messages.success(request, f"加算・減算を、{month_words(first.first_day)}分から設定しました。")
    return redirect("facilities:facility_page", number)


@require_POST
def end_item(request: TenantRequest, number: str, granted_id: UUID) -> HttpResponse:
    """The last month of a 加算 or 減算."""
    facility = _facility(number)
    granted = get_object_or_404(GrantedItem, pk=granted_id, facility=facility)
    form = EndGrantForm(ended_or_undone(request.POST, granted.from_month))
    if not form.is_valid():
        return _page(request, facility, end_form=form, ended=granted_id)
    last_month = form.cleaned_data["last_month"]
    try:
        profiles.end_item(
            granted_id,
            last_month=last_month,
            reason=form.cleaned_data["reason"],
            by=request.actor,
            at=timezone.now(),
        )
    except GrantedItem.DoesNotExist:
        raise Http404 from None
    except profiles.ReasonNeeded as refusal:
        form.add_error("reason", refusal.problems[0])
        return _page(request, facility, end_form=form, ended=granted_id)
    except ProblemsFound as refusal:
        form.add_error("last_month", "".join(refusal.problems))
        return _page(request, facility, end_form=form, ended=granted_id)
    except NotAllowed as problem:
        return _page(request, facility, problem=problem)
    held = last_month >= ServiceMonth.of(granted.from_month)
    messages.success(
        request,
        "加算・減算の終わりを登録しました。" if held else "加算・減算の設定を取り消しました。",
    )
    return redirect("facilities:facility_page", number)


@require_POST
def undo_item(request: TenantRequest, number: str, granted_id: UUID) -> HttpResponse:
    """Take away a 加算 or 減算 that has not begun."""
    facility = _facility(number)
    get_object_or_404(GrantedItem, pk=granted_id, facility=facility)
    try:
        profiles.undo_item(granted_id, by=request.actor, at=timezone.now())
    except GrantedItem.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, facility, problem=problem)
    messages.success(request, "加算・減算の設定を取り消しました。")
    return redirect("facilities:facility_page", number)


def _facility(number: str) -> Facility:
    return facility_or_404(number, "corporation")


def _grant_form(facility: Facility, typed: Any = None, asked: str = "") -> GrantForm:
    fiscal_year = ServiceMonth.of(timezone.localdate()).fiscal_year
    return GrantForm(typed, kind=facility.kind, fiscal_year=fiscal_year, asked=asked, auto_id=GRANT_IDS)


def _profile_form(
    facility: Facility, history: list[FacilityProfile], asked: ServiceMonth | None, month: ServiceMonth
) -> ProfileForm:
    """With what holds in the month that is asked for, or now."""
    shown = asked or month
    held = next((row for row in history if row.from_month <= shown.first_day), None)
    if held is not None and held.to_month is not None and held.to_month < shown.first_day:
        held = None
    initial = ProfileForm.initial_from(held) | ({"from_month": str(asked)} if asked else {})
    return ProfileForm(initial=initial, kind=facility.kind, auto_id=PROFILE_IDS)


def _month_or_none(text: str) -> ServiceMonth | None:
    try:
        return ServiceMonth.parse(text)
    except ValueError:
        return None


def _page(
    request: TenantRequest,
    facility: Facility,
    *,
    profile_form: ProfileForm | None = None,
    certify_form: CertifyForm | None = None,
    grant_form: GrantForm | None = None,
    end_form: EndGrantForm | None = None,
    ended: UUID | None = None,
    problem: NotAllowed | ProblemsFound | None = None,
) -> HttpResponse:
    require(request, permissions.see_facilities)
    month = ServiceMonth.of(timezone.localdate())
    history, granted, endings, accounts, rests = together(
        FacilityProfile.objects.filter(facility=facility).order_by("-from_month"),
        GrantedItem.objects.filter(facility=facility).order_by("code", "-from_month"),
        ItemEnding.objects.filter(facility=facility),
        Membership.objects.filter(facility=facility, ended_at__isnull=True)
        .select_related("user")
        .order_by("slot"),
        holding_in(Suspension.objects.filter(facility=facility), month),
    )
    people = colleagues({row.ended_by for row in endings}, request.actor)
    if end_form is not None:
        show_as_typed(end_form, request.POST)
        for name, field in end_form.fields.items():
            field.widget.attrs["id"] = f"{name.replace('_', '-')}-{ended}"
    asked = _month_or_none(
        profile_form.data.get("from_month", "") if profile_form else request.GET.get("month", "")
    )
    record(
        FacilityEvent.SHOWN,
        on=facility,
        facility_id=facility.pk,
        rows={
            "profile": [row.pk for row in history],
            "granted_item": [row.pk for row in granted],
            "membership": [row.pk for row in accounts],
            "item_ending": [row.pk for row in endings],
            "user": people,
        },
    )
    problems = getattr(problem, "problems", [str(problem)]) if problem else []
    forms = [profile_form, certify_form, grant_form, end_form]
    context = {
        "facility": facility,
        "state": facility_state(facility, timezone.localdate(), is_resting=bool(rests)),
        "history": history,
        "granted": [
            (
                row,
                item_label(row.code, facility.kind, row.certification),
                option_words(row.code, facility.kind, row.options),
            )
            for row in granted
        ],
        "accounts": accounts,
        "doors": doors_of(request.actor, facility),
        "month": month,
        "today": timezone.localdate(),
        "asked": asked,
        "later": [row for row in reversed(history) if row.from_month > (asked or month).first_day],
        "can_set_up": permissions.set_up_facilities.allows(request.actor, facility),
        "profile_form": profile_form or _profile_form(facility, history, asked, month),
        "certify_form": certify_form or CertifyForm(auto_id=CERTIFY_IDS),
        "grant_form": grant_form or _grant_form(facility, asked=request.GET.get("item", "")),
        "end_form": end_form or EndGrantForm(initial={"last_month": str(month)}),
        "ended": ended,
        "endings": [
            (row, item_label(row.code, facility.kind, row.certification), people.get(row.ended_by, ""))
            for row in endings
        ],
        "bound_form": next((form for form in forms if form is not None), None),
        "problems": problems,
        "breadcrumbs": [("施設", reverse("facilities:facilities")), (facility.name, None)],
    }
    refused = bool(problems) or any(form is not None and not form.is_valid() for form in forms)
    return render(request, "facilities/facility_page.html", context, status=422 if refused else 200)
