"""The facility's page 加算の確認: what it claims and may not, what it could claim, what is missing, and its answers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import held_forms
from audit.record import record
from claims import permissions
from claims.answers_form import AnswersForm
from claims.events import ClaimEvent
from claims.operations import condition_answers as answering
from claims.queries.additions import Checked, additions_of
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, own_facility, page_status
from facilities.rules import ProblemsFound
from pages.wareki import fiscal_year_words
from staff_records.queries.risks import changes_touching


@require_GET
def additions(request: TenantRequest, facility_number: str) -> HttpResponse:
    """
    One month under the conditions; without a month in the address, the newest that has counts.

    A month to come is shown as it is expected with the newest counts.
    """
    facility = own_facility(request)
    view = additions_of(facility, asked_month(request))
    record(ClaimEvent.ADDITIONS_SHOWN, on=facility, rows=view.row_ids, detail=view.recorded)
    context = {
        "view": view,
        "checked": view.checked,
        "is_public": facility.is_public,
        "staff_changes": changes_touching(view.month, [facility.pk]).get(facility.pk, ())
        if view.checked and view.month and view.checked.ingredients.roster and not view.is_expected
        else (),
        "breadcrumbs": [("請求", reverse("claims:claim_list", args=[facility.number])), ("加算の確認", None)],
    }
    return render(request, "claims/facility/additions.html", context)


@require_http_methods(["GET", "POST"])
def condition_answers(request: TenantRequest, facility_number: str, month: ServiceMonth) -> HttpResponse:
    """The questions that the month's conditions leave open, and those answered before, for the fiscal year."""
    facility = own_facility(request)
    if not permissions.answer_conditions.allows(request.actor, facility):
        raise PermissionDenied
    view = additions_of(facility, month)
    if view.checked is None or view.is_expected:
        raise Http404
    typed = request.POST if request.method == "POST" else held_forms.take(request)
    form = _answers_form(view.checked, typed)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            answering.save(
                facility,
                month.fiscal_year,
                form.values(),
                shown_version=form.cleaned_data["shown_version"],
                by=request.actor,
                at=timezone.now(),
            )
        except ProblemsFound as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "回答を保存しました。加算の条件を、もう一度確かめました。")
            return redirect(f"{reverse('claims:additions', args=[facility.number])}?month={month}")
    return _answers_page(request, facility, view.checked, form, problems)


def _answers_form(checked: Checked, typed: object) -> AnswersForm:
    saved = checked.ingredients.answers
    return AnswersForm(
        typed,
        questions=checked.questions,
        kept=saved.answers if saved else {},
        version=saved.version if saved else 0,
    )


def _answers_page(
    request: TenantRequest, facility: Facility, checked: Checked, form: AnswersForm, problems: list[str]
) -> HttpResponse:
    month = checked.ingredients.month
    record(
        ClaimEvent.ANSWERS_SHOWN,
        on=facility,
        rows={"condition_answers": [checked.ingredients.answers.pk] if checked.ingredients.answers else []},
        detail={"month": str(month)},
    )
    back = f"{reverse('claims:additions', args=[facility.number])}?month={month}"
    context = {
        "checked": checked,
        "month": month,
        "year": fiscal_year_words(month.fiscal_year),
        "form": form,
        "problems": problems,
        "back": back,
        "breadcrumbs": [
            ("請求", reverse("claims:claim_list", args=[facility.number])),
            ("加算の確認", back),
            ("条件への回答", None),
        ],
    }
    return render(request, "claims/facility/condition_answers.html", context, status=page_status(request))


def asked_month(request: TenantRequest) -> ServiceMonth | None:
    """The month in the address; nonsense there means «not asked»."""
    try:
        return ServiceMonth.parse(request.GET.get("month", ""))
    except ValueError:
        return None
