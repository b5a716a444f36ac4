"""The administrators' page of retention: how many are past it, asking, confirming. No name stands on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from facilities.requests import TenantRequest, page_status, require
from facilities.rules import NotAllowed, ProblemsFound
from staff_records import permissions
from staff_records.events import RetentionEvent
from staff_records.models import Erasure
from staff_records.models.retention import MOST_YEARS
from staff_records.operations import erasing
from staff_records.queries.retention import retention as asked_retention

YEARS = f"1から{MOST_YEARS}までの数字で入力してください。"
NOT_CHECKED = "内容を確かめたら、チェックを入れてから押してください。"


class RuleForm(forms.Form):
    """For how long records are kept."""

    years = forms.IntegerField(
        label="退職した年度のあと、保存する年度数",
        min_value=1,
        max_value=MOST_YEARS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": YEARS, "invalid": YEARS, "min_value": YEARS, "max_value": YEARS},
    )


class AskForm(forms.Form):
    """That what was shown be erased."""

    persons = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": erasing.OTHER_PEOPLE})


class ConfirmForm(forms.Form):
    """The tick of the other administrator: there is no way back."""

    understood = forms.BooleanField(
        label="消した記録は、市でも元に戻せないことを確かめました", error_messages={"required": NOT_CHECKED}
    )


@require_GET
def retention(request: TenantRequest) -> HttpResponse:
    """How many are past the period, what waits, what was done."""
    require(request, permissions.erase)
    return _page(request)


@require_POST
def set_rule(request: TenantRequest) -> HttpResponse:
    """Another period."""
    require(request, permissions.erase)
    form = RuleForm(request.POST)
    return _act(
        request,
        {"rule_form": form},
        lambda: erasing.set_rule(form.cleaned_data["years"], by=request.actor, at=timezone.now()),
        "保存期間を変えました。",
    )


@require_POST
def ask(request: TenantRequest) -> HttpResponse:
    """Ask that everybody past the period be erased."""
    require(request, permissions.erase)
    form = AskForm(request.POST)
    return _act(
        request,
        {"ask_form": form},
        lambda: erasing.ask(
            form.cleaned_data["persons"], by=request.actor, at=timezone.now(), today=timezone.localdate()
        ),
        "消去を依頼しました。もう1人の市の管理者が確認すると、消去が始まります。",
    )


@require_POST
def confirm(request: TenantRequest, erasure_id: UUID) -> HttpResponse:
    """The other administrator's yes."""
    _require_known(request, erasure_id)
    form = ConfirmForm(request.POST)
    return _act(
        request,
        {"confirm_form": form},
        lambda: erasing.confirm(erasure_id, by=request.actor, at=timezone.now()),
        "確認しました。消去を始めます。終わると、この画面に「消去済み」と表示します。",
    )


@require_POST
def withdraw(request: TenantRequest, erasure_id: UUID) -> HttpResponse:
    """Let it be."""
    _require_known(request, erasure_id)
    return _act(
        request,
        {},
        lambda: erasing.withdraw(erasure_id, by=request.actor, at=timezone.now()),
        "消去の依頼を取りやめました。記録はそのままです。",
    )


def _require_known(request: TenantRequest, erasure_id: UUID) -> None:
    if not Erasure.objects.filter(pk=erasure_id).exists():
        raise Http404
    require(request, permissions.erase)


def _act(
    request: TenantRequest, sent: dict[str, forms.Form], act: Callable[[], Any], done: str
) -> HttpResponse:
    if not all(form.is_valid() for form in sent.values()):
        return _page(request, sent)
    try:
        act()
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, sent, str(refusal).splitlines())
    messages.success(request, done)
    return redirect("staff_city:retention")


def _page(
    request: TenantRequest, sent: dict[str, forms.Form] | None = None, problems: list[str] | None = None
) -> HttpResponse:
    typed = sent or {}
    found = asked_retention(timezone.localdate())
    erasures = [one.erasure.pk for one in (*([found.open] if found.open else []), *found.ended)]
    record(
        RetentionEvent.SHOWN,
        rows={"facility": {one.facility_id for one in found.past}, "erasure": erasures},
        detail={"persons": found.persons},
    )
    context = {
        "found": found,
        "rule_form": RuleForm(initial={"years": found.years}),
        "ask_form": AskForm(initial={"persons": found.persons}),
        "confirm_form": ConfirmForm(),
        "is_own": found.open is not None and found.open.erasure.requested_by == request.actor.user_id,
        "failed": next((form for form in typed.values() if form.errors), None),
        "problems": problems or [],
        "breadcrumbs": [("アカウント", reverse("facilities:accounts")), ("職員の記録の保存期間", None)],
        **typed,
    }
    return render(request, "staff_records/retention.html", context, status=page_status(request))
