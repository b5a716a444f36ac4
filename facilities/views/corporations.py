"""The city's page of a corporation (設置主体): the facilities it runs, its names, and its number put right."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from facilities import permissions, queries
from facilities.events import FacilityEvent
from facilities.forms.corporations import CorporateNumberForm, CorporationNameForm
from facilities.models import Corporation, CorporationName
from facilities.operations import corporations as operations
from facilities.requests import TenantRequest, require
from facilities.rules import NotAllowed, ProblemsFound, sentences

# Both forms stand on one page: each has ids of its own.
NAME_IDS, NUMBER_IDS = "id_name_%s", "id_number_%s"


@require_GET
def corporation_page(request: TenantRequest, corporation_id: UUID) -> HttpResponse:
    """One corporation: its facilities and its names."""
    return _page(request, _corporation(corporation_id))


@require_POST
def rename(request: TenantRequest, corporation_id: UUID) -> HttpResponse:
    """Another name from a day on."""
    form = CorporationNameForm(request.POST, auto_id=NAME_IDS)

    def act(corporation: Corporation) -> CorporationName:
        typed = form.cleaned_data
        return operations.rename(
            corporation.pk, typed["name"], from_day=typed["from_day"], by=request.actor, at=timezone.now()
        )

    return _act(request, corporation_id, "name", form, act, "設置主体の名称を変更しました。")


@require_POST
def correct_number(request: TenantRequest, corporation_id: UUID) -> HttpResponse:
    """A 法人番号 that was left out or mistyped."""
    form = CorporateNumberForm(request.POST, auto_id=NUMBER_IDS)

    def act(corporation: Corporation) -> Corporation:
        number = form.cleaned_data["corporate_number"]
        return operations.correct_number(corporation.pk, number, by=request.actor, at=timezone.now())

    return _act(request, corporation_id, "number", form, act, "法人番号を直しました。")


def _corporation(corporation_id: UUID) -> Corporation:
    found: Corporation = get_object_or_404(Corporation.objects.all(), pk=corporation_id)
    return found


def _act(
    request: TenantRequest,
    corporation_id: UUID,
    name: str,
    form: forms.Form,
    operation: Callable[[Corporation], Corporation | CorporationName],
    done: str,
) -> HttpResponse:
    corporation = _corporation(corporation_id)
    if not form.is_valid():
        return _page(request, corporation, name, form)
    try:
        result = operation(corporation)
    except (NotAllowed, ProblemsFound) as refusal:
        problems = sentences(refusal)
        return _page(request, _corporation(corporation_id), name, form, problems)
    messages.success(request, done)
    # One that was written twice goes on as the other.
    return redirect(
        "facilities:corporation_page", result.pk if isinstance(result, Corporation) else corporation_id
    )


def _page(
    request: TenantRequest,
    corporation: Corporation,
    opened: str = "",
    bound: forms.Form | None = None,
    problems: list[str] | None = None,
) -> HttpResponse:
    require(request, permissions.see_facilities)
    view = queries.corporation_view(corporation)
    record(FacilityEvent.CORPORATION_SHOWN, on=corporation, rows=view.row_ids(corporation))
    shown = {
        "name": CorporationNameForm(auto_id=NAME_IDS, initial={"name": corporation.name}),
        "number": CorporateNumberForm(
            auto_id=NUMBER_IDS, initial={"corporate_number": corporation.corporate_number}
        ),
        **({opened: bound} if bound is not None else {}),
    }
    context = {
        "corporation": corporation,
        "view": view,
        "forms": shown,
        "bound_form": bound,
        "opened": opened,
        "can_set_up": permissions.set_up_facilities.allows(request.actor, corporation),
        "problems": problems or [],
        "breadcrumbs": [("施設", reverse("facilities:facilities")), (corporation.name, None)],
    }
    return render(request, "facilities/corporation_page.html", context, status=422 if bound else 200)
