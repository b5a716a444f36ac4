"""もしもの試算: children and items changed, both sides beside each other. Nothing is stored."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import held_forms
from audit.record import record
from claims.events import ClaimEvent
from claims.queries.what_if import NothingToStartFrom, newest_standing
from claims.what_if import CannotCompute, Outcome, Standing, try_out
from claims.what_if_form import WhatIfForm
from facilities.models import Facility
from facilities.requests import TenantRequest, own_facility


@dataclass(frozen=True)
class Tried:
    """What a page of either audience shows: the form, the outcome when it was asked for, or why there is none."""

    standing: Standing | None = None
    form: WhatIfForm | None = None
    outcome: Outcome | None = None
    barred: str = ""

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """The rows shown, for the record."""
        if self.standing is None or self.form is None:
            return {}
        used = self.standing.ingredients
        return {
            "sheet": [used.sheet.pk],
            "profile": [self.standing.profile.pk],
            "granted_item": self.form.grant_ids,
        }

    @property
    def month(self) -> str:
        """The month that is changed, for the record."""
        return str(self.standing.month) if self.standing else ""

    def context(self) -> dict[str, Any]:
        """For the template that both audiences share."""
        return {
            "tried": self,
            "standing": self.standing,
            "form": self.form,
            "outcome": self.outcome,
            "sample_prices": self.standing is not None and self.standing.is_sample_priced,
        }


@require_http_methods(["GET", "POST"])
def what_if(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The facility's newest confirmed month, as it is and as it would be."""
    facility = own_facility(request)
    tried = try_with(request, facility)
    record(ClaimEvent.WHAT_IF_SHOWN, on=facility, rows=tried.row_ids, detail={"month": tried.month})
    context = tried.context() | {
        "breadcrumbs": [
            ("請求", reverse("claims:claim_list", args=[facility.number])),
            ("もしもの試算", None),
        ],
    }
    return render(request, "claims/facility/what_if.html", context, status=answer_status(request, tried))


def try_with(request: TenantRequest, facility: Facility) -> Tried:
    """The form as it was sent, or with the month as it is; what pricing refuses is said at its field."""
    try:
        standing = newest_standing(facility)
    except NothingToStartFrom as refusal:
        return Tried(barred=str(refusal))
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    form = WhatIfForm(typed, standing=standing)
    outcome = None
    if form.is_bound and form.is_valid():
        try:
            outcome = try_out(standing, form.scenario())
        except CannotCompute as refusal:
            form.refuse(refusal)
    return Tried(standing, form, outcome)


def answer_status(request: TenantRequest, tried: Tried) -> int:
    """A form that comes back without an outcome was not accepted."""
    return 422 if request.method == "POST" and tried.outcome is None else 200
