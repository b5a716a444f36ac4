"""The administrator's page of a facility's changes (異動): name and address, resting, closing, a new number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from facilities import permissions, queries
from facilities.events import FacilityEvent
from facilities.forms.changes import BranchForm, CloseForm, DetailForm, SuccessorForm, SuspendForm
from facilities.forms.fields import MonthField
from facilities.forms.items import EndItemForm
from facilities.forms.opening import NumberForm
from facilities.models import Branch, Facility, FacilityDetail, Suspension
from facilities.operations import branches, opening
from facilities.operations import changes as operations
from facilities.periods import ServiceMonth
from facilities.requests import TenantRequest, facility_or_404, require
from facilities.rules import NotAllowed, ProblemsFound, sentences
from facilities.touching import Months, TouchedMonth, touched

LOOK_FIRST = (
    "すでに児童数や請求のある月にかかります。下の月を確かめて、チェックを入れてもう一度押してください。"
)
# Where a sentence of an operation belongs in its form.
FIELDS = {
    ("close", operations.CLOSES_BEFORE_OPENING): "closed_on",
    ("suspend", operations.OUT_OF_ORDER): "to_month",
    ("suspend", operations.OVERLAPS): "from_month",
    ("suspend", operations.NOT_RUN): "from_month",
    ("end", operations.OVERLAPS): "last_month",
    ("end", operations.NOT_RUN): "last_month",
    ("end", branches.OVERLAPS): "last_month",
    ("end", branches.NOT_RUN): "last_month",
    ("branch", branches.NOT_RUN): "from_month",
    ("branch", branches.TWICE): "name",
    ("successor", opening.NUMBER_TAKEN): "number",
    ("successor", operations.SUCCEEDS_TOO_EARLY): "from_month",
    ("number", opening.NUMBER_TAKEN): "number",
    ("detail", operations.CHANGES_BEFORE_OPENING): "from_day",
}
Reach = Callable[[Facility], Months]
Forms = dict[str, forms.Form]


@dataclass(frozen=True)
class Asked:
    """What somebody must have seen before the form is taken; ``value`` says which months, so that others ask again."""

    form: str
    months: list[TouchedMonth]

    @property
    def value(self) -> str:
        """What a tick sends."""
        return ",".join(str(found.month) for found in self.months)


# Several forms stand on one page and ask for the same things: each has ids of its own.
IDS = {
    name: f"id_{name}_%s" for name in ("detail", "suspend", "end", "close", "successor", "branch", "number")
}


@require_GET
def changes(request: TenantRequest, number: str) -> HttpResponse:
    """What has changed and what will, and the forms to register more."""
    return _page(request, _facility(number))


@require_POST
def change_details(request: TenantRequest, number: str) -> HttpResponse:
    """Another name or address from a day on."""
    registered = {"postal_code": _facility(number).postal_code}
    form = DetailForm(request.POST, auto_id=IDS["detail"], initial=registered)
    return _act(
        request,
        number,
        "detail",
        form,
        lambda facility: operations.change_details(
            facility.pk,
            form.values(),
            from_day=form.cleaned_data["from_day"],
            by=request.actor,
            at=timezone.localtime(),
        ),
        "名称・所在地の変更を登録しました。",
    )


@require_POST
def cancel_details(request: TenantRequest, number: str, detail_id: UUID) -> HttpResponse:
    """A change of name or address does not come."""
    get_object_or_404(FacilityDetail.objects.all(), pk=detail_id, facility__number=number)
    return _act(
        request,
        number,
        "cancel",
        forms.Form(request.POST),
        lambda facility: operations.cancel_details(detail_id, by=request.actor, at=timezone.now()),
        "登録した変更を取り消しました。",
    )


@require_POST
def suspend(request: TenantRequest, number: str) -> HttpResponse:
    """Let the facility rest."""
    form = SuspendForm(request.POST, auto_id=IDS["suspend"])
    return _act(
        request,
        number,
        "suspend",
        form,
        lambda facility: operations.suspend(
            facility.pk, **form.cleaned_data, by=request.actor, at=timezone.now()
        ),
        "休園を登録しました。",
        reach=lambda facility: Months(form.cleaned_data["from_month"], form.cleaned_data["to_month"]),
    )


@require_POST
def end_suspension(request: TenantRequest, number: str, suspension_id: UUID) -> HttpResponse:
    """The last month of a rest."""
    rest = get_object_or_404(Suspension.objects.all(), pk=suspension_id, facility__number=number)
    form = EndItemForm(ended_or_undone(request.POST, rest.from_month), auto_id=IDS["end"])
    return _act(
        request,
        number,
        "end",
        form,
        lambda facility: operations.end_suspension(
            suspension_id, last_month=form.cleaned_data["last_month"], by=request.actor, at=timezone.now()
        ),
        "休園を取り消しました。" if "undo" in request.POST else "休園の終わりを登録しました。",
        reach=lambda facility: _reach_of_end(rest, form.cleaned_data["last_month"]),
        row=suspension_id,
    )


@require_POST
def open_branch(request: TenantRequest, number: str) -> HttpResponse:
    """A branch from a month on."""
    form = BranchForm(request.POST, auto_id=IDS["branch"])
    return _act(
        request,
        number,
        "branch",
        form,
        lambda facility: branches.open_branch(
            facility.pk,
            form.values(),
            from_month=form.cleaned_data["from_month"],
            by=request.actor,
            at=timezone.now(),
        ),
        "分園を登録しました。",
        reach=lambda facility: Months(form.cleaned_data["from_month"]),
    )


@require_POST
def end_branch(request: TenantRequest, number: str, branch_id: UUID) -> HttpResponse:
    """The last month of a branch."""
    branch = get_object_or_404(Branch.objects.all(), pk=branch_id, facility__number=number)
    form = EndItemForm(ended_or_undone(request.POST, branch.from_month), auto_id=IDS["end"])
    return _act(
        request,
        number,
        "end",
        form,
        lambda facility: branches.end_branch(
            branch_id, last_month=form.cleaned_data["last_month"], by=request.actor, at=timezone.now()
        ),
        "分園を取り消しました。" if "undo" in request.POST else "分園の終わりを登録しました。",
        reach=lambda facility: _reach_of_end(branch, form.cleaned_data["last_month"]),
        row=branch_id,
    )


@require_POST
def close(request: TenantRequest, number: str) -> HttpResponse:
    """The last day."""
    form = CloseForm(request.POST, auto_id=IDS["close"])
    return _act(
        request,
        number,
        "close",
        form,
        lambda facility: operations.close(
            facility.pk, closed_on=form.cleaned_data["closed_on"], by=request.actor, at=timezone.now()
        ),
        "廃止を登録しました。廃止までの月の請求は、これまでどおり行えます。",
        reach=lambda facility: Months(ServiceMonth.of(form.cleaned_data["closed_on"]).plus(1)),
    )


@require_POST
def undo_closing(request: TenantRequest, number: str) -> HttpResponse:
    """It goes on after all."""
    form = forms.Form(request.POST)
    return _act(
        request,
        number,
        "undo",
        form,
        lambda facility: operations.undo_closing(facility.pk, by=request.actor, at=timezone.now()),
        "廃止を取り消しました。",
    )


@require_POST
def succeed(request: TenantRequest, number: str) -> HttpResponse:
    """A new number."""
    form = SuccessorForm(request.POST, auto_id=IDS["successor"])
    return _act(
        request,
        number,
        "successor",
        form,
        lambda facility: operations.succeed(
            facility.pk,
            form.values(),
            from_month=form.cleaned_data["from_month"],
            carry_accounts=form.cleaned_data["carry_accounts"],
            by=request.actor,
            at=timezone.now(),
        ),
        "新しい事業所番号に引き継ぎました。新しい施設の年度プロフィールと加算を設定してください。",
        reach=lambda facility: Months(form.cleaned_data["from_month"]),
    )


@require_POST
def undo_succession(request: TenantRequest, number: str) -> HttpResponse:
    """It keeps its number."""
    return _act(
        request,
        number,
        "undo",
        forms.Form(request.POST),
        lambda facility: operations.undo_succession(facility.pk, by=request.actor, at=timezone.now()),
        "引継ぎを取り消しました。新しい事業所番号の施設は、なくなりました。",
    )


@require_POST
def correct_number(request: TenantRequest, number: str) -> HttpResponse:
    """A mistyped number, put right."""
    form = NumberForm(request.POST, auto_id=IDS["number"])
    return _act(
        request,
        number,
        "number",
        form,
        lambda facility: opening.correct_number(
            facility.pk, form.cleaned_data["number"], by=request.actor, at=timezone.now()
        ),
        "事業所番号を直しました。",
    )


def _facility(number: str) -> Facility:
    return facility_or_404(number, "corporation", "predecessor")


def ended_or_undone(sent: QueryDict, first_day: date) -> QueryDict:
    """What was sent; with the button that undoes, the month before the first one, in which nothing ever held."""
    if "undo" not in sent:
        return sent
    changed = sent.copy()
    changed["last_month"] = str(ServiceMonth.of(first_day).plus(-1))
    return changed


def show_as_typed(form: forms.Form, sent: QueryDict) -> None:
    """Shown again, the form has the month that was typed, whatever the button that undoes made of it."""
    if "undo" in sent:
        form.data = sent


def _reach_of_end(row: Suspension | Branch, last: ServiceMonth) -> Months:
    """The months in which a row holds before or after, but not both."""
    before = ServiceMonth.of(row.to_month) if row.to_month else None
    return Months.between(before, max(last, ServiceMonth.of(row.from_month).plus(-1)))


def _act(
    request: TenantRequest,
    number: str,
    name: str,
    form: forms.Form,
    operation: Callable[[Facility], object],
    done: str,
    *,
    reach: Reach | None = None,
    row: UUID | None = None,
) -> HttpResponse:
    """
    Let a form do its operation, and show the page again with what must be put right.

    ``reach``: the months it changes; work done in them is shown first. ``row``: which of several like forms it is.
    """
    facility = _facility(number)
    if not form.is_valid():
        return _page(request, facility, {name: form}, row=row)
    may = permissions.set_up_facilities.allows(request.actor, facility)
    found = touched(facility.pk, reach(facility)) if reach is not None and may else []
    asked = Asked(name, found)
    if found and request.POST.get("touches") != asked.value:
        return _page(request, facility, {name: form}, [LOOK_FIRST], asked=asked, row=row)
    try:
        result = operation(facility)
    except (NotAllowed, ProblemsFound) as refusal:
        return _refused(request, number, name, form, refusal, row)
    messages.success(request, done)
    if isinstance(result, Facility) and result.number != number:
        return redirect("facilities:facility_page", result.number)
    return redirect("facilities:facility_changes", number)


def _refused(
    request: TenantRequest,
    number: str,
    name: str,
    form: forms.Form,
    refusal: NotAllowed | ProblemsFound,
    row: UUID | None,
) -> HttpResponse:
    """Each sentence at its field, where it has one."""
    problems = []
    for sentence in sentences(refusal):
        if (field := FIELDS.get((name, sentence))) is not None:
            form.add_error(field, sentence)
        else:
            problems.append(sentence)
    return _page(request, _facility(number), {name: form}, problems, row=row)


def _offer_until(form: forms.Form, last: ServiceMonth) -> None:
    """The browser offers no month after this one."""
    for field in form.fields.values():
        if isinstance(field, MonthField):
            field.widget.attrs["max"] = str(last)


def _page(
    request: TenantRequest,
    facility: Facility,
    bound: Forms | None = None,
    problems: list[str] | None = None,
    *,
    asked: Asked | None = None,
    row: UUID | None = None,
) -> HttpResponse:
    require(request, permissions.see_facilities)
    view = queries.changes_of(facility)
    record(FacilityEvent.CHANGES_SHOWN, on=facility, facility_id=facility.pk, rows=view.row_ids)
    month = ServiceMonth.of(timezone.localdate())
    shown: Forms = {
        "detail": DetailForm(
            auto_id=IDS["detail"],
            initial={
                "from_day": timezone.localdate(),
                "name": facility.name,
                "postal_code": facility.postal_code,
                "location": facility.location,
                "ownership": facility.ownership,
            },
        ),
        "number": NumberForm(auto_id=IDS["number"]),
        "suspend": SuspendForm(auto_id=IDS["suspend"]),
        "close": CloseForm(auto_id=IDS["close"]),
        "branch": BranchForm(auto_id=IDS["branch"]),
        "successor": SuccessorForm(
            auto_id=IDS["successor"],
            initial={
                "name": facility.name,
                "kind": facility.kind,
                "corporation": facility.corporation.name,
                "corporate_number": facility.corporation.corporate_number,
                "carry_accounts": True,
            },
        ),
        **(bound or {}),
    }
    if row is not None:
        show_as_typed(shown["end"], request.POST)
        shown["end"].fields["last_month"].widget.attrs["id"] = f"end-{row}"
    if facility.closed_on is not None:
        for name in ("suspend", "branch"):
            _offer_until(shown[name], ServiceMonth.of(facility.closed_on))
    context = {
        "facility": facility,
        "state": queries.facility_state(facility, timezone.localdate(), is_resting=view.rests_in(month)),
        "view": view,
        "forms": shown,
        "asks": asked,
        "targets": {LOOK_FIRST: "id_touches"},
        # Of the forms that end a rest or a branch, the one that was sent, with its field's id.
        "ended": row,
        "bound_form": next(iter(bound.values()), None) if bound else None,
        "opened": next(iter(bound), "") if bound else "",
        "month": month,
        "can_set_up": permissions.set_up_facilities.allows(request.actor, facility),
        "problems": problems or [],
        "breadcrumbs": [
            ("施設", reverse("facilities:facilities")),
            (facility.name, reverse("facilities:facility_page", args=[facility.number])),
            ("異動", None),
        ],
    }
    return render(request, "facilities/facility_changes.html", context, status=422 if bound else 200)
