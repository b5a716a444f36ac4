"""The facility's page of what its roster comes to: experience, 加算率, teachers, leaders; and the hours of a 常勤."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import held_forms
from audit.record import record
from documents.exports import asked_charset, csv_file
from facilities.models import Facility
from facilities.requests import TenantRequest, own_facility
from facilities.rules import NotAllowed, ProblemsFound
from pages.wareki import fiscal_year_words
from staff_records.events import StaffEvent
from staff_records.models import WorkRules
from staff_records.operations import work_rules
from staff_records.queries.figures import FacilityFigures, Named, figures_of, names_on
from staff_records.queries.overview import asked_month, month_choices
from staff_records.sheet import COLUMNS, sheet_lines
from staff_records.views.roster import roster_crumbs
from staff_records.work_rules_form import WorkRulesForm


@require_GET
def figures(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The fiscal year of a month; without one in the address, of today."""
    facility = own_facility(request)
    return _page(request, facility, WorkRulesForm(held_forms.take(request)))


@require_GET
def figures_export(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The sheet of experience as CSV, one line a person."""
    return sheet_file(request, own_facility(request))


@require_POST
def set_work_rules(request: TenantRequest, facility_number: str) -> HttpResponse:
    """The hours of a 常勤 from a month on."""
    facility = own_facility(request)
    form = WorkRulesForm(request.POST)
    problems: list[str] = []
    if form.is_valid():
        try:
            work_rules.set_work_rules(
                facility,
                form.cleaned_data["from_month"],
                form.cleaned_data["full_time_hours"],
                by=request.actor,
                at=timezone.now(),
            )
        except NotAllowed as refusal:
            problems = [str(refusal)]
        except ProblemsFound as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "常勤の月の所定時間を保存しました。常勤換算を計算し直しました。")
            return redirect(reverse("staff:figures", args=[facility.number]))
    return _page(request, facility, form, problems, status=422)


@require_POST
def remove_work_rules(request: TenantRequest, facility_number: str, rule_id: UUID) -> HttpResponse:
    """Hours that were entered for a wrong month."""
    facility = own_facility(request)
    try:
        work_rules.remove_work_rules(rule_id, by=request.actor)
    except WorkRules.DoesNotExist:
        raise Http404 from None
    messages.success(request, "常勤の月の所定時間を取り消しました。")
    return redirect(reverse("staff:figures", args=[facility.number]))


def shown(request: TenantRequest, facility: Facility, event: StaffEvent) -> dict[str, Any]:
    """The figures with the names on them, recorded: what pages and files of both audiences show."""
    found = figures_of(facility, asked_month(request.GET.get("month", "")))
    names = names_on(found)
    record(
        event,
        on=facility,
        facility_id=facility.pk,
        rows=found.row_ids,
        detail={"month": str(found.month)},
    )
    return {
        "facility": facility,
        "figures": found,
        "year": fiscal_year_words(found.fiscal_year),
        "months": month_choices(found.month),
        "people": [(one, names[one.member_id]) for one in found.experience.people],
        "candidates": [(one, names[one.member_id]) for one in found.leaders.eligible],
        "no_candidates": [(one, names[one.member_id]) for one in found.leaders.of_other_jobs],
    }


def sheet_file(request: TenantRequest, facility: Facility) -> HttpResponse:
    """The sheet as CSV: UTF-8 with BOM, or CP932."""
    context = shown(request, facility, StaffEvent.FIGURES_EXPORTED)
    found: FacilityFigures = context["figures"]
    people: list[tuple[Any, Named]] = context["people"]
    return csv_file(
        f"平均経験年数_{facility.number}_{found.fiscal_year}.csv",
        COLUMNS,
        sheet_lines(found, people),
        charset=asked_charset(request),
    )


def _page(
    request: TenantRequest,
    facility: Facility,
    form: WorkRulesForm,
    problems: list[str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = shown(request, facility, StaffEvent.FIGURES_SHOWN) | {
        "form": form,
        "problems": problems or [],
        "export": reverse("staff:figures_export", args=[facility.number]),
        "breadcrumbs": [
            *roster_crumbs(facility.number),
            ("人数と経験年数", None),
        ],
    }
    return render(request, "staff_records/facility/figures.html", context, status=status)
