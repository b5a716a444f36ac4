"""What somebody was paid: opened by a click of its own, with an event of its own."""

from typing import Any
from uuid import UUID

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
from staff_records.forms.papers import WagesForm
from staff_records.operations import months
from staff_records.problems import FieldProblems
from staff_records.queries.person import wages_of
from staff_records.views.roster import person_crumbs, person_or_404


@require_http_methods(["GET", "POST"])
def wages(request: TenantRequest, facility_number: str, member_id: UUID) -> HttpResponse:
    """The months that were registered, and the form for one more."""
    facility = own_facility(request)
    person = person_or_404(member_id)
    if person.member.withdrawn_at is not None:
        record(StaffEvent.SHOWN, on=person.member, rows={"staff_member": [member_id]})
        return redirect("staff:person", facility_number, member_id)
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    form = WagesForm(typed, today=person.today, version=person.member.version)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            months.set_wages(
                member_id,
                form.cleaned_data["month"],
                {name: form.cleaned_data[name] for name in months.AMOUNTS},
                shown_version=form.shown_version,
                by=request.actor,
                at=timezone.now(),
            )
        except FieldProblems as refusal:
            form.add_problems(refusal.found)
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
            person = person_or_404(member_id)
            data: dict[str, Any] = {**request.POST.dict(), "version": person.member.version}
            form = WagesForm(data, today=person.today, version=person.member.version)
        else:
            messages.success(request, "賃金を登録しました。")
            return redirect("staff:wages", facility_number, member_id)
    found = wages_of(person.member)
    record(
        StaffEvent.WAGES_SHOWN,
        on=person.member,
        rows={"staff_member": [member_id]},
        detail={"months": [f"{row.month:%Y-%m}" for row in found]},
    )
    context = {
        "person": person,
        "wages": found,
        "form": form,
        "problems": problems,
        "facility": facility,
        "breadcrumbs": [*person_crumbs(facility_number, person), ("賃金", None)],
    }
    return render(request, "staff_records/wages.html", context, status=page_status(request))
