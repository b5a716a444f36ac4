"""The door: ID and password, then the code of the mail."""

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import CodeForm, LoginForm
from accounts.lockout import normalise
from accounts.models import User
from accounts.operations import codes
from accounts.operations import login as operations

WRONG = "IDかパスワードが違います。もう一度入力してください。"
LOCKED = (
    "ログインの失敗が続いたため、しばらくログインできません。15分ほど待ってから、もう一度お試しください。"
    "パスワードを忘れたときは、市の管理者へご連絡ください。"
)
CODE_WRONG = "確認コードが違います。メールに書かれた6桁の数字を入力してください（あと{left}回入力できます）。"
CODE_OVER = "この確認コードは使えなくなりました。「新しいコードを送る」を押してください。"
NEXT = "login_next"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """First step. Whether the id exists is told to nobody."""
    if isinstance(request.user, User):
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = LoginForm(request.POST or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        login_id = normalise(form.cleaned_data["login_id"])
        user = auth.authenticate(request, login_id=login_id, password=form.cleaned_data["password"])
        if isinstance(user, User):
            try:
                return _begin(request, user)
            except codes.TooManyCodes as later:
                problems = [str(later)]
        elif not getattr(request, "axes_locked_out", False):
            operations.record_refused_password(login_id)
            problems = [WRONG]
    context = {
        "form": form,
        "problems": problems,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return _page(request, "accounts/login.html", context, refused=request.method == "POST")


def _begin(request: HttpRequest, user: User) -> HttpResponse:
    wanted = request.POST.get("next", "")
    operations.begin(request, user)
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
        request.session[NEXT] = wanted
    return redirect("accounts:code")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Second step: the code that was mailed to the registered address."""
    attempt = operations.attempt_of(request)
    if attempt is None:
        return redirect(settings.LOGIN_REDIRECT_URL if isinstance(request.user, User) else "accounts:login")
    form = CodeForm(request.POST or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        wanted = request.session.get(NEXT)
        if operations.finish(request, attempt, form.cleaned_data["code"]):
            request.session.pop(NEXT, None)
            return redirect(_destination(request, wanted))
        left = codes.tries_left(attempt.code_id)
        problems = [CODE_WRONG.format(left=left) if left else CODE_OVER]
    return _code_page(request, attempt, form, problems)


@never_cache
@require_POST
def resend_code(request: HttpRequest) -> HttpResponse:
    """Another code; the one before is over."""
    attempt = operations.attempt_of(request)
    if attempt is None:
        return redirect("accounts:login")
    try:
        operations.send_again(request, attempt)
    except codes.TooManyCodes as later:
        return _code_page(request, attempt, CodeForm(), [str(later)], refused=True)
    return redirect("accounts:code")


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Leave; what the browser kept of our pages is cleared."""
    operations.leave(request)
    response = redirect("accounts:login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
def keep_alive(request: HttpRequest) -> HttpResponse:
    """The person is still there."""
    if not isinstance(request.user, User):
        return HttpResponse(status=401)
    request.session["last_seen"] = timezone.now().timestamp()
    return HttpResponse(status=204)


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any) -> HttpResponse:
    """One honest message, the same whether the account exists or not."""
    operations.record_lockout(
        normalise((credentials or {}).get("login_id") or request.POST.get("login_id", ""))
    )
    context = {"form": LoginForm(), "problems": [LOCKED], "next": ""}
    return render(request, "accounts/login.html", {"side": "plain", **context}, status=429)


def masked(address: str) -> str:
    """m***@example.jp: enough to know the mailbox, too little to learn the address."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}"


def _destination(request: HttpRequest, wanted: str | None) -> str:
    held = request.session.get("held_form")
    if held and held["user"] == str(request.user.pk):
        return str(held["path"])
    return wanted or settings.LOGIN_REDIRECT_URL


def _code_page(
    request: HttpRequest,
    attempt: operations.Attempt,
    form: CodeForm,
    problems: list[str],
    *,
    refused: bool | None = None,
) -> HttpResponse:
    user = User.objects.filter(pk=attempt.user_id).first()
    context = {
        "form": form,
        "problems": problems,
        "address": masked(user.address) if user else "",
        "is_over": codes.tries_left(attempt.code_id) == 0,
    }
    was_refused = request.method == "POST" if refused is None else refused
    return _page(request, "accounts/code.html", context, refused=was_refused)


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, refused: bool) -> HttpResponse:
    return render(request, template, {"side": "plain", **context}, status=422 if refused else 200)
