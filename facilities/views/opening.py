"""The administrator's page that opens one facility by hand (開設)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from audit.record import record
from facilities import permissions
from facilities.events import FacilityEvent
from facilities.forms.opening import OpenFacilityForm
from facilities.operations import opening
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, require
from facilities.rules import ProblemsFound


@require_http_methods(["GET", "POST"])
def facility_new(request: TenantRequest) -> HttpResponse:
    """The form of a new facility; sent, it leads to the facility."""
    require(request, permissions.set_up_facilities)
    if request.method == "POST":
        form = OpenFacilityForm(request.POST)
    else:
        form = OpenFacilityForm(initial={"from_month": ServiceMonth.of(timezone.localdate())})
    problems: list[str] = []
    if form.is_bound and form.is_valid():
        try:
            facility = opening.open_facility(
                form.line(),
                from_month=form.cleaned_data["from_month"],
                by=request.actor,
                at=timezone.now(),
            )
        except ProblemsFound as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "施設を開設しました。加算率と加算を設定してください。")
            return redirect("facilities:facility_page", facility.number)
    record(FacilityEvent.OPENING_SHOWN)
    context = {
        "form": form,
        "problems": problems,
        "breadcrumbs": [("施設", reverse("facilities:facilities")), ("開設", None)],
    }
    refused = form.is_bound and (bool(problems) or not form.is_valid())
    return render(request, "facilities/facility_new.html", context, status=422 if refused else 200)
