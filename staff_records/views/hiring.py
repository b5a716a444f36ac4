"""Somebody new on the roster."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import held_forms
from audit.record import record
from facilities.requests import TenantRequest, own_facility, page_status
from facilities.rules import NotAllowed, ProblemsFound, sentences
from staff_records.events import StaffEvent
from staff_records.forms.people import HireForm
from staff_records.operations import people
from staff_records.problems import FieldProblems
from staff_records.views.roster import roster_crumbs
from staff_records.words import Beginning


@require_http_methods(["GET", "POST"])
def new(request: TenantRequest, facility_number: str) -> HttpResponse:
    """採用: who, what they do, from which day."""
    facility = own_facility(request)
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    form = HireForm(typed, today=timezone.localdate(), shown={"beginning": Beginning.HIRED})
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            member = people.hire(
                facility,
                form.identity(),
                form.detail(),
                form.terms(),
                first_day=form.cleaned_data["hired_on"],
                beginning=Beginning(form.cleaned_data["beginning"]),
                by=request.actor,
                at=timezone.now(),
            )
        except FieldProblems as refusal:
            form.add_problems(refusal.found)
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
        else:
            messages.success(request, "採用を登録しました。市に届け出ます。資格や前歴も登録してください。")
            for doubt in form.doubts:
                messages.warning(request, doubt)
            return redirect("staff:person", facility_number, member.pk)
    record(StaffEvent.NEW_SHOWN)
    context = {
        "form": form,
        "problems": problems,
        "facility": facility,
        "breadcrumbs": [*roster_crumbs(facility_number), ("採用", None)],
    }
    return render(request, "staff_records/new.html", context, status=page_status(request))
