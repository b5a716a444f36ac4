"""The administrator's pages of accounts: who may log in, and to which address the codes go."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import lockout
from audit.record import record
from facilities import permissions, queries
from facilities.actors import Role
from facilities.events import FacilityEvent
from facilities.forms.accounts import (
    AddressForm,
    ClerkForm,
    OfficialForm,
    PersonForm,
    RoleForm,
    SecondFacilityForm,
)
from facilities.models import AddressRegistration, Facility, Membership
from facilities.operations import accounts as operations
from facilities.periods import ServiceMonth
from facilities.queries import AccountQuestion
from facilities.requests import TenantRequest, require
from facilities.rules import NotAllowed, ProblemsFound, sentences

Refusal = NotAllowed | ProblemsFound
REGISTERED = "登録しました。ほかの管理者が確認すると、メールアドレスが有効になります。"
ADDRESS_CONFIRMED = (
    "メールアドレスを確認しました。新しいアカウントには利用開始のご案内を、"
    "変更のときは前と新しいアドレスにお知らせを送ります。"
)
REGISTERED_ALONE = (
    "登録しました。ほかに利用中の管理者がいないため、2人目の管理者は、あなたが確認できます。"
    "この画面でアドレスを確かめて、「アドレスを確認した」を押してください。"
)
FACILITY_ADDED = "登録しました。ほかの管理者が確認すると、本人がこの施設も開けるようになります。"
FACILITY_CONFIRMED = "施設の担当の追加を確認しました。本人にメールで知らせます。"


# ---------------------------------------------------------------- the list


@require_GET
def accounts(request: TenantRequest) -> HttpResponse:
    """Every account of the city, and the addresses that wait for a second administrator."""
    return _list(request, AccountQuestion.of(request.GET))


@require_POST
def reconfirm(request: TenantRequest) -> HttpResponse:
    """Note that the chosen people are still there."""
    require(request, permissions.manage_accounts)
    asked = AccountQuestion.of(request.POST)
    try:
        chosen = [UUID(value) for value in request.POST.getlist("membership")]
        count = operations.reconfirm(chosen, by=request.actor, at=timezone.localtime())
    except ValueError:
        return _list(request, asked, problems=["一覧を読み取れませんでした。画面を開き直してください。"])
    except (NotAllowed, ProblemsFound) as refusal:
        return _list(request, asked, problems=sentences(refusal))
    messages.success(request, f"{count}件の在籍を確認済みにしました。")
    return redirect(f"{reverse('facilities:accounts')}?{asked.query}")


@require_http_methods(["GET", "POST"])
def account_new(request: TenantRequest) -> HttpResponse:
    """Register a new person of a facility or of the city."""
    require(request, permissions.manage_accounts)
    of_city = _is_for_the_city(request)
    typed = request.POST if request.method == "POST" else None
    facilities = [] if of_city else list(Facility.objects.order_by("number"))
    form: ClerkForm | OfficialForm
    if of_city:
        form = OfficialForm(typed, initial={"duty": request.GET.get("duty", "")})
    else:
        proposed = queries.proposed_account(request.GET.get("facility", ""), facilities)
        form = ClerkForm(typed, facilities=facilities, initial=proposed)
    problems: list[str] = []
    if form.is_bound and form.is_valid():
        try:
            membership = operations.create_account(
                form.chosen_duty(),
                form.facility_id(),
                login_id=form.cleaned_data["login_id"],
                name=form.cleaned_data["name"],
                notified=form.notification(),
                by=request.actor,
                at=timezone.localtime(),
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
        else:
            sole = membership.duty == Role.ADMINISTRATOR and operations.founds_the_four_eyes(
                membership, request.actor
            )
            messages.success(request, REGISTERED_ALONE if sole else REGISTERED)
            return redirect("facilities:account_page", membership.pk)
    record(FacilityEvent.NEW_ACCOUNT_SHOWN, rows={"facility": [facility.pk for facility in facilities]})
    context = {
        "form": form,
        "problems": problems,
        "breadcrumbs": [("アカウント", reverse("facilities:accounts")), ("登録", None)],
    }
    refused = form.is_bound and (bool(problems) or not form.is_valid())
    return render(request, "facilities/account_new.html", context, status=422 if refused else 200)


# ---------------------------------------------------------------- one account


@require_GET
def account_page(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """One account with its registered address and the registrations so far."""
    return _page(request, _membership(membership_id))


@require_POST
def register_address(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """Register a notified address."""
    membership = _membership(membership_id)
    require(request, permissions.manage_accounts)
    form = AddressForm(request.POST, is_facility=membership.facility_id is not None)
    if not form.is_valid():
        return _page(request, membership, form=form)
    try:
        operations.register_address(
            membership.pk, form.notification(), by=request.actor, at=timezone.localtime()
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, membership, form=form, refusal=refusal)
    messages.success(request, REGISTERED)
    return redirect("facilities:account_page", membership_id)


@require_POST
def confirm_address(request: TenantRequest, registration_id: UUID) -> HttpResponse:
    """The second pair of eyes."""
    registration = _registration(registration_id)
    done = ADDRESS_CONFIRMED if registration.facility_id is None else FACILITY_CONFIRMED
    return _decide(request, registration, operations.confirm_address, done)


@require_POST
def withdraw_address(request: TenantRequest, registration_id: UUID) -> HttpResponse:
    """Take a waiting address back."""
    registration = _registration(registration_id)
    return _decide(request, registration, operations.withdraw_address, "登録を取り下げました。")


@require_POST
def send_password_code(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """Invite again, or help after a forgotten password."""
    return _act(
        request,
        membership_id,
        operations.send_password_code,
        "設定コードを、登録済みのメールアドレスに送りました。",
    )


@require_POST
def unlock(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """End the pause after wrong passwords."""
    return _act(request, membership_id, operations.unlock, "ロックを解除しました。すぐにログインできます。")


@require_POST
def disable(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """Stop an account."""
    return _act(
        request,
        membership_id,
        partial(operations.disable, leaves_one=_knows_it_leaves_one(request)),
        "アカウントを停止しました。ログイン中の画面もすぐに使えなくなります。",
    )


@require_POST
def enable(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """Let a stopped account log in again."""
    return _act(request, membership_id, operations.enable, "アカウントを再開しました。")


@require_POST
def change_role(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """Another role for a person of the city."""
    membership = _membership(membership_id)
    require(request, permissions.manage_accounts)
    form = RoleForm(request.POST, duty=membership.duty)
    if not form.is_valid():
        return _page(request, membership, role_form=form)
    try:
        changed = operations.change_role(
            membership.pk,
            form.duty(),
            by=request.actor,
            at=timezone.localtime(),
            leaves_one=_knows_it_leaves_one(request),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, membership, role_form=form, refusal=refusal)
    messages.success(
        request, "役割を変えました。本人のログインはすべて終わり、次のログインから新しい役割になります。"
    )
    return redirect("facilities:account_page", changed.pk)


@require_POST
def end_account(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """Free the slot or role."""
    membership = _membership(membership_id)
    try:
        operations.end_account(
            membership.pk,
            by=request.actor,
            at=timezone.now(),
            leaves_one=_knows_it_leaves_one(request),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, membership, refusal=refusal)
    messages.success(request, "担当を終了しました。これまでの記録は残ります。")
    return redirect("facilities:accounts")


@require_http_methods(["GET", "POST"])
def hand_over(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """A successor takes over."""
    membership = _membership(membership_id)
    require(request, permissions.manage_accounts)
    is_facility = membership.facility_id is not None
    form = PersonForm(
        request.POST if request.method == "POST" else None,
        is_facility=is_facility,
        initial={"notified_on": timezone.localdate()} if is_facility else {},
    )
    problems: list[str] = []
    if form.is_bound and form.is_valid():
        try:
            successor = operations.hand_over(
                membership.pk,
                login_id=form.cleaned_data["login_id"],
                name=form.cleaned_data["name"],
                notified=form.notification(),
                by=request.actor,
                at=timezone.localtime(),
                leaves_one=_knows_it_leaves_one(request),
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
        else:
            messages.success(request, f"引き継ぎました。{REGISTERED}")
            return redirect("facilities:account_page", successor.pk)
    record(
        FacilityEvent.ACCOUNT_SHOWN,
        on=membership,
        facility_id=membership.facility_id,
        rows={"membership": [membership.pk]},
    )
    context = {
        "membership": membership,
        "form": form,
        "problems": problems,
        "leaves_one": _leaves_one(membership),
        "breadcrumbs": [
            ("アカウント", reverse("facilities:accounts")),
            (membership.user.login_id, reverse("facilities:account_page", args=[membership.pk])),
            ("引継ぎ", None),
        ],
    }
    refused = form.is_bound and (bool(problems) or not form.is_valid())
    return render(request, "facilities/hand_over.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
def add_facility(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """The person serves another facility too."""
    membership = get_object_or_404(
        Membership.objects.select_related("user", "facility"), pk=membership_id, facility__isnull=False
    )
    require(request, permissions.manage_accounts)
    served = Membership.objects.filter(user=membership.user_id, ended_at__isnull=True)
    others = list(Facility.objects.exclude(pk__in=served.values("facility_id")).order_by("number"))
    if request.method == "POST":
        form = SecondFacilityForm(request.POST, facilities=others)
    else:
        form = SecondFacilityForm(facilities=others, initial={"notified_on": timezone.localdate()})
    problems: list[str] = []
    if form.is_bound and form.is_valid():
        try:
            operations.add_facility(
                membership.pk,
                form.facility_id(),
                number=form.cleaned_data["notification_number"],
                notified_on=form.cleaned_data["notified_on"],
                by=request.actor,
                at=timezone.localtime(),
            )
        except (NotAllowed, ProblemsFound) as refusal:
            problems = sentences(refusal)
        else:
            messages.success(request, FACILITY_ADDED)
            return redirect("facilities:account_page", membership.pk)
    record(
        FacilityEvent.ACCOUNT_SHOWN,
        on=membership,
        facility_id=membership.facility_id,
        rows={"membership": [membership.pk], "facility": [facility.pk for facility in others]},
    )
    context = {
        "membership": membership,
        "form": form,
        "problems": problems,
        "breadcrumbs": [
            ("アカウント", reverse("facilities:accounts")),
            (membership.user.login_id, reverse("facilities:account_page", args=[membership.pk])),
            ("施設の追加", None),
        ],
    }
    refused = form.is_bound and (bool(problems) or not form.is_valid())
    return render(request, "facilities/account_add_facility.html", context, status=422 if refused else 200)


# ---------------------------------------------------------------- shared


def _act(
    request: TenantRequest, membership_id: UUID, operation: Callable[..., object], done: str
) -> HttpResponse:
    membership = _membership(membership_id)
    try:
        operation(membership.pk, by=request.actor, at=timezone.localtime())
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, membership, refusal=refusal)
    messages.success(request, done)
    return redirect("facilities:account_page", membership_id)


def _decide(
    request: TenantRequest, registration: AddressRegistration, operation: Callable[..., object], done: str
) -> HttpResponse:
    membership = get_object_or_404(
        Membership.objects.select_related("user", "facility").order_by("-began_at"),
        user=registration.user_id,
        ended_at__isnull=True,
    )
    try:
        operation(registration.pk, by=request.actor, at=timezone.localtime())
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, membership, refusal=refusal)
    messages.success(request, done)
    return redirect("facilities:account_page", membership.pk)


def _is_for_the_city(request: TenantRequest) -> bool:
    """Whose account it is: said by the address; a form sent without it says it by its role."""
    if asked := request.GET.get("for", ""):
        return asked == "city"
    return request.POST.get("duty", Role.FACILITY) != Role.FACILITY


def _fiscal_year() -> int:
    return ServiceMonth.of(timezone.localdate()).fiscal_year


def _leaves_one(membership: Membership) -> bool:
    """Whether ending this account leaves one administrator: then the page asks first."""
    if membership.duty != Role.ADMINISTRATOR or membership.ended_at is not None:
        return False
    return queries.leaves_one_administrator(membership.user_id, queries.acting_administrators())


def _knows_it_leaves_one(request: TenantRequest) -> bool:
    return request.POST.get("leaves_one") == "1"


def _registration(registration_id: UUID) -> AddressRegistration:
    found: AddressRegistration = get_object_or_404(AddressRegistration.objects.all(), pk=registration_id)
    return found


def _membership(membership_id: UUID) -> Membership:
    found: Membership = get_object_or_404(
        Membership.objects.select_related("user", "facility"), pk=membership_id
    )
    return found


def _list(request: TenantRequest, asked: AccountQuestion, problems: list[str] | None = None) -> HttpResponse:
    require(request, permissions.manage_accounts)
    found = queries.account_list(asked, _fiscal_year())
    # The names of these people are shown, as on the page of each.
    record(
        FacilityEvent.ACCOUNTS_LISTED,
        rows={
            "membership": [row.pk for row in found.rows],
            "registration": [row.pk for row, _ in found.waiting],
        },
    )
    context = {
        "found": found,
        "rows": found.rows,
        "asked": asked,
        "states": queries.ACCOUNT_STATES.items(),
        "problems": problems or [],
    }
    return render(request, "facilities/accounts.html", context, status=422 if problems else 200)


def _page(
    request: TenantRequest,
    membership: Membership,
    *,
    form: AddressForm | None = None,
    role_form: RoleForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    require(request, permissions.manage_accounts)
    membership.refresh_from_db(fields=["ended_at"])
    user = membership.user
    user.refresh_from_db()
    view = queries.account_view(membership)
    record(
        FacilityEvent.ACCOUNT_SHOWN,
        on=membership,
        facility_id=membership.facility_id,
        rows={
            "membership": [membership.pk, *(row.pk for row in [*view.others, *view.former])],
            "registration": [row.pk for row in view.registrations],
            "event": [act.event.pk for act in view.acts],
            "user": view.people,
        },
    )
    alone = operations.founds_the_four_eyes(membership, request.actor)
    sent: forms.Form | None = form or role_form
    is_facility = membership.facility_id is not None
    title = membership.facility.name if membership.facility else membership.get_duty_display()
    initial = AddressForm.initial_for(timezone.localdate()) if is_facility else {}
    context = {
        "membership": membership,
        "view": view,
        "form": form or AddressForm(initial=initial, is_facility=is_facility),
        "role_form": role_form or RoleForm(duty=membership.duty),
        "bound_form": sent,
        "problems": sentences(refusal) if refusal else [],
        "is_myself": membership.user_id == request.actor.user_id,
        "leaves_one": _leaves_one(membership),
        "me": request.actor.user_id,
        # Only the city's second administrator is confirmed by who registered her.
        "confirms_alone": alone,
        "is_only_administrator": alone or not operations.has_colleague(request.actor),
        "has_closed": queries.has_closed(membership, timezone.localdate()),
        "is_unconfirmed": queries.is_unconfirmed(membership, queries.year_began(_fiscal_year())),
        "is_locked": lockout.is_locked(user.login_id),
        "breadcrumbs": [("アカウント", reverse("facilities:accounts")), (title, None)],
    }
    refused = refusal is not None or (sent is not None and not sent.is_valid())
    return render(request, "facilities/account_page.html", context, status=422 if refused else 200)
