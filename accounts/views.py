"""The pages of the door: password, code, logging out."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import held_forms, lockout
from accounts.forms import ChangePasswordForm, ChoosePasswordForm, CodeForm, LoginForm, NewPasswordForm
from accounts.models import CodeState, User
from accounts.operations import codes, login, passwords
from accounts.operations.codes import Attempt, CodeNotSent
from accounts.places import safe_path

ATTEMPT = "login_attempt"
# In these states another code from the mailbox can still be right.
STILL_TYPED = frozenset({CodeState.OPEN, CodeState.REPLACED})
TOO_OLD = (
    "画面を長い間開いていたか、別の画面でログインしたため、送信できませんでした。もう一度入力してください。"
)
LOGGED_OUT = "ログアウトしました。"
CHOSEN = "パスワードを決めました。IDとパスワードでログインしてください。"
CHANGED = "パスワードを変更しました。ほかの端末でのログインは、すべて終わりました。"
SENT_AGAIN = "新しい確認コードを送りました。前のコードは使えません。"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """First step: id and password. Says the same for a wrong password and for an id that does not exist."""
    if _is_signed_in(request):
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method != "POST":
        return _show_login(request, LoginForm(initial={"next": _next(request)}))
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _show_login(request, form, status=422)
    try:
        attempt = login.begin(
            request,
            login_id=form.cleaned_data["login_id"],
            password=form.cleaned_data["password"],
            next_path=_next(request),
        )
    except (login.PasswordRefused, CodeNotSent) as refusal:
        return _show_login(request, form, [str(refusal)], status=422)
    request.session.cycle_key()
    request.session[ATTEMPT] = attempt.as_dict()
    return redirect("accounts:code")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code_page(request: HttpRequest) -> HttpResponse:
    """Second step: the code from the mail."""
    if _is_signed_in(request):
        return redirect(settings.LOGIN_REDIRECT_URL)
    attempt = _attempt(request)
    if attempt is None:
        return _start_over(request)
    if request.method != "POST":
        return _show_code(request, attempt, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show_code(request, attempt, form, status=422)
    try:
        user = login.complete(request, attempt, form.cleaned_data["code"])
    except login.AttemptEnded:
        return _start_over(request)
    except login.CodeRefused as refusal:
        # The page of an ended code says it all in its heading.
        problems = [str(refusal)] if refusal.state in STILL_TYPED else []
        return _show_code(request, attempt, CodeForm(), problems, status=422)
    request.session.pop(ATTEMPT, None)
    waiting = held_forms.page_waiting_for(request, user.pk)
    return redirect(waiting or attempt.next or settings.LOGIN_REDIRECT_URL)


@never_cache
@require_POST
def resend_code(request: HttpRequest) -> HttpResponse:
    """Send another code."""
    attempt = _attempt(request)
    if attempt is None:
        return _start_over(request)
    try:
        attempt = login.send_again(attempt)
    except login.AttemptEnded:
        return _start_over(request)
    except CodeNotSent as refusal:
        return _show_code(request, attempt, CodeForm(), [str(refusal)], status=422)
    request.session[ATTEMPT] = attempt.as_dict()
    messages.success(request, SENT_AGAIN)
    return redirect("accounts:code")


@never_cache
@sensitive_post_parameters("code", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest) -> HttpResponse:
    """First password, or a new one instead of a forgotten one, with the code from the mail."""
    if _is_signed_in(request):
        return redirect("accounts:change_password")
    form = ChoosePasswordForm(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            passwords.choose(typed["login_id"], typed["code"], typed["password"])
        except passwords.TicketRefused as refusal:
            problems = [str(refusal)]
        except ValidationError as weak:
            form.add_error("password", weak)
        else:
            messages.success(request, CHOSEN)
            return redirect("accounts:login")
    return _show_password(request, "accounts/choose_password.html", form, problems)


@never_cache
@sensitive_post_parameters("current", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """One's own password; every other login ends."""
    if not _is_signed_in(request):
        return redirect(f"{reverse('accounts:login')}?next={reverse('accounts:change_password')}")
    user = cast(User, request.user)
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            passwords.change(request, user, current=typed["current"], password=typed["password"])
        except passwords.CurrentPasswordRefused as refusal:
            form.add_error("current", str(refusal))
        except ValidationError as weak:
            form.add_error("password", weak)
        else:
            messages.success(request, CHANGED)
            return redirect(settings.LOGIN_REDIRECT_URL)
    return _show_password(request, "accounts/change_password.html", form, [])


@never_cache
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session, and what the browser has kept of it."""
    login.end(request)
    messages.success(request, LOGGED_OUT)
    response = redirect("accounts:login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@never_cache
@require_POST
def keep_alive(request: HttpRequest) -> HttpResponse:
    """The person is still there (asked by the idle warning). 401 when the login is gone."""
    return HttpResponse(status=204 if _is_signed_in(request) else 401)


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Too many wrong passwords (called by django-axes): one sentence, the same whether the id exists or not."""
    until = lockout.locked_until(request, credentials) or timezone.now() + settings.AXES_COOLOFF_TIME
    seconds = max(int((until - timezone.now()).total_seconds()), 1)
    page = render(request, "accounts/locked_out.html", {"until": until}, status=429)
    page["Retry-After"] = str(seconds)
    page["Cache-Control"] = "no-store"
    return page


def form_too_old(request: HttpRequest) -> HttpResponse | None:
    """
    For the CSRF failure page: the same step of the login again, fresh, with a sentence; None on other pages.

    A login page left open while another tab logs in has an outdated token through nobody's fault.
    """
    view_name = request.resolver_match.view_name if request.resolver_match else ""
    if view_name not in {"accounts:login", "accounts:code", "accounts:resend_code"}:
        return None
    if _is_signed_in(request):
        return redirect(settings.LOGIN_REDIRECT_URL)
    attempt = _attempt(request)
    if view_name == "accounts:login" or attempt is None:
        return _show_login(request, LoginForm(initial={"next": _next(request)}), [TOO_OLD], status=403)
    return _show_code(request, attempt, CodeForm(), [TOO_OLD], status=403)


def _is_signed_in(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and user.is_verified()  # type: ignore[attr-defined]


def _next(request: HttpRequest) -> str:
    return safe_path(request, request.POST.get("next") or request.GET.get("next", ""))


def _attempt(request: HttpRequest) -> Attempt | None:
    kept = request.session.get(ATTEMPT)
    attempt = Attempt(**kept) if kept else None
    return None if attempt is None or attempt.is_too_old else attempt


def _start_over(request: HttpRequest) -> HttpResponse:
    request.session.pop(ATTEMPT, None)
    messages.warning(request, login.STARTED_OVER)
    return redirect("accounts:login")


def _show_login(
    request: HttpRequest, form: LoginForm, problems: list[str] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "problems": problems or [],
        # Led here from another page, and nothing else says why. The same for everybody: no session tells who came.
        "is_led_here": not form.is_bound and bool(form.initial.get("next")) and not get_messages(request),
    }
    page = render(request, "accounts/login.html", context, status=status)
    page["Cache-Control"] = "no-store"
    return page


def _show_password(
    request: HttpRequest, template: str, form: NewPasswordForm, problems: list[str]
) -> HttpResponse:
    refused = form.is_bound and (bool(problems) or not form.is_valid())
    page = render(request, template, {"form": form, "problems": problems}, status=422 if refused else 200)
    page["Cache-Control"] = "no-store"
    return page


def _show_code(
    request: HttpRequest,
    attempt: Attempt,
    form: CodeForm,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    state, code = codes.state_of(attempt)
    user = User.objects.filter(pk=UUID(attempt.user_id)).first()
    if code is None or user is None:
        return _start_over(request)
    context = {
        "form": form,
        "problems": problems or [],
        "code": code,
        "state": state.value,
        "address": codes.masked(user.address),
        "minutes": int(settings.LOGIN_CODE_LIFETIME.total_seconds() // 60),
        "wait_seconds": int(settings.LOGIN_CODE_RESEND_AFTER.total_seconds()),
        "login_url": reverse("accounts:login"),
    }
    template = "accounts/code.html" if state in STILL_TYPED else "accounts/code_ended.html"
    page = render(request, template, context, status=status)
    page["Cache-Control"] = "no-store"
    return page
