"""The administrator's page of API tokens: made, shown once, listed, revoked."""

import base64
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audit.record import record
from facilities import permissions, queries
from facilities.events import FacilityEvent
from facilities.forms.api_tokens import ApiTokenForm
from facilities.models import ApiToken
from facilities.operations import api_tokens as operations
from facilities.requests import TenantRequest, page_status, require
from facilities.rules import NotAllowed, ProblemsFound
from vault import CannotUnseal, seal, unseal

SESSION_KEY = "new_api_token"


@require_http_methods(["GET", "POST"])
def api_tokens(request: TenantRequest) -> HttpResponse:
    """The list, the form, and (once, right after it was made) a new token itself."""
    require(request, permissions.manage_api_tokens)
    if request.method == "GET":
        return _page(request, ApiTokenForm(initial=ApiTokenForm.initial_for(timezone.localdate())))
    form = ApiTokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    typed = form.cleaned_data
    try:
        _, text = operations.create(
            typed["label"],
            scopes=typed["scopes"],
            expires_on=typed["expires_on"],
            by=request.actor,
            at=timezone.now(),
        )
    except (NotAllowed, ProblemsFound) as refusal:
        return _page(request, form, problems=str(refusal).splitlines())
    # Sealed until the next page shows it: the token itself never lies in the database.
    request.session[SESSION_KEY] = base64.b64encode(seal(text.encode(), bound_to=_place(request))).decode()
    return redirect("facilities:api_tokens")


@require_POST
def revoke_api_token(request: TenantRequest, token_id: UUID) -> HttpResponse:
    """Let it open nothing any more."""
    if not ApiToken.objects.filter(pk=token_id).exists():
        raise Http404
    require(request, permissions.manage_api_tokens)
    try:
        token = operations.revoke(token_id, by=request.actor, at=timezone.now())
    except NotAllowed as refusal:
        return _page(request, ApiTokenForm(), problems=[str(refusal)])
    messages.success(request, f"「{token.label}」を取り消しました。このトークンはもう使えません。")
    return redirect("facilities:api_tokens")


def _page(request: TenantRequest, form: ApiTokenForm, *, problems: list[str] | None = None) -> HttpResponse:
    listed = queries.api_token_list(timezone.now())
    record(FacilityEvent.API_TOKENS_LISTED, rows={"token": [one.token.pk for one in listed]})
    context = {
        "listed": listed,
        "form": form,
        "problems": problems or [],
        "new_token": _new_token(request) if request.method == "GET" else "",
        "breadcrumbs": [("アカウント", reverse("facilities:accounts")), ("APIトークン", None)],
    }
    return render(request, "facilities/api_tokens.html", context, status=page_status(request))


def _new_token(request: TenantRequest) -> str:
    """The token that was just made; given once."""
    sealed = request.session.pop(SESSION_KEY, "")
    if not sealed:
        return ""
    try:
        return unseal(base64.b64decode(sealed), bound_to=_place(request)).decode()
    except CannotUnseal:
        return ""


def _place(request: TenantRequest) -> str:
    return f"session|{SESSION_KEY}|{request.actor.municipality_id}|{request.user.pk}"
