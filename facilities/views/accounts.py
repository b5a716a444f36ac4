"""The administrator's pages of accounts: who may log in, and to which address the codes go."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.record import record
from facilities import permissions
from facilities.events import FacilityEvent
from facilities.forms import AddressForm
from facilities.models import AddressRegistration, Membership
from facilities.operations import accounts as operations
from facilities.queries import accounts as all_accounts
from facilities.requests import TenantRequest
from facilities.rules import NotAllowed, ProblemsFound


@require_GET
def accounts(request: TenantRequest) -> HttpResponse:
    """Every account of the city."""
    if not permissions.manage_accounts.allows(request.actor, None):
        raise PermissionDenied
    words = request.GET.get("words", "").strip()
    rows = list(all_accounts(words=words))
    record(FacilityEvent.ACCOUNTS_LISTED, rows={"membership": [row.pk for row in rows]})
    return render(request, "facilities/accounts.html", {"rows": rows, "words": words})


@require_GET
def account_page(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """One account with its registered address and the registrations so far."""
    return _page(request, _membership(membership_id))


@require_POST
def register_address(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """Register a notified address."""
    membership = _membership(membership_id)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, membership, form=form)
    try:
        operations.register_address(
            membership.pk,
            form.cleaned_data["address"],
            notification_number=form.cleaned_data["notification_number"],
            notified_on=form.cleaned_data["notified_on"],
            by=request.actor,
            at=timezone.localtime(),
        )
    except (NotAllowed, ProblemsFound) as problem:
        return _page(request, membership, form=form, problem=problem)
    messages.success(request, "メールアドレスを登録しました。前と新しいアドレスの両方にお知らせを送ります。")
    return redirect("facilities:account_page", membership_id)


@require_POST
def disable(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """Stop an account."""
    membership = _membership(membership_id)
    try:
        operations.disable(membership.pk, by=request.actor, at=timezone.now())
    except NotAllowed as problem:
        return _page(request, membership, problem=problem)
    messages.success(request, "アカウントを停止しました。ログイン中の画面もすぐに使えなくなります。")
    return redirect("facilities:account_page", membership_id)


@require_POST
def enable(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """Let a stopped account log in again."""
    membership = _membership(membership_id)
    try:
        operations.enable(membership.pk, by=request.actor, at=timezone.now())
    except NotAllowed as problem:
        return _page(request, membership, problem=problem)
    messages.success(request, "アカウントを再開しました。")
    return redirect("facilities:account_page", membership_id)


def _membership(membership_id: UUID) -> Membership:
    found: Membership = get_object_or_404(
        Membership.objects.select_related("user", "facility"), pk=membership_id
    )
    return found


def _page(
    request: TenantRequest,
    membership: Membership,
    *,
    form: AddressForm | None = None,
    problem: NotAllowed | ProblemsFound | None = None,
) -> HttpResponse:
    if not permissions.manage_accounts.allows(request.actor, membership):
        raise PermissionDenied
    membership.user.refresh_from_db()
    registrations = list(AddressRegistration.objects.filter(user=membership.user))
    record(
        FacilityEvent.ACCOUNT_SHOWN,
        on=membership,
        facility_id=membership.facility_id,
        rows={"membership": [membership.pk], "registration": [row.pk for row in registrations]},
    )
    problems = getattr(problem, "problems", [str(problem)]) if problem else []
    title = membership.facility.name if membership.facility else membership.get_duty_display()
    context = {
        "membership": membership,
        "registrations": registrations,
        "form": form or AddressForm(initial=AddressForm.initial_for(timezone.localdate())),
        "bound_form": form,
        "problems": problems,
        "is_myself": membership.user_id == request.actor.user_id,
        "breadcrumbs": [("アカウント", reverse("facilities:accounts")), (title, None)],
    }
    refused = bool(problems) or (form is not None and not form.is_valid())
    return render(request, "facilities/account_page.html", context, status=422 if refused else 200)
