"""
Nothing typed is lost when the login has expired: the form waits, sealed, until the same person is back.

``hold`` keeps the fields of a POST that arrived without a login; ``take`` gives them once to the page they came from,
after a login by the very person whose session had expired. Nobody else gets them. Files are never kept (R12).
"""

import base64
import json
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict, UnreadablePostError

from accounts.places import safe_path
from vault import CannotUnseal, seal, unseal

SESSION_KEY = "held_form"
LARGEST = 64 * 1024
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "form_token", "password", "code"})
NOT_DONE = (
    "ログインしていなかったため、送信した内容は処理していません。"
    "ログインしたあと、画面を確かめて、もう一度操作してください。"
)
TOO_LARGE = (
    "ログインの有効期限が切れていたため、送信した内容は処理していません。"
    "入力が大きすぎるため、保管もできませんでした。お手数ですが、もう一度入力してください。"
)
RESTORED = "ログインの有効期限が切れたため、入力内容を保管していました。確認してもう一度送信してください。"


def hold(request: HttpRequest) -> None:
    """
    Keep what was typed, for the person whose session has just expired.

    Without such a person (logged out in another tab) nothing is kept, and the login page says that nothing was done;
    it says so, too, when there is more than a session may hold.
    """
    expired_user: UUID | None = getattr(request, "expired_user_id", None)
    if request.method != "POST":
        return
    if expired_user is None:
        # Only for a browser that has been here before: strangers' posts make no session.
        if settings.CSRF_COOKIE_NAME in request.COOKIES:
            messages.warning(request, NOT_DONE)
        return
    try:
        fields = request.POST.copy()
    except (SuspiciousOperation, BadRequest, UnreadablePostError):
        messages.warning(request, TOO_LARGE)  # or cut off: nothing that could be shown again
        return
    for name in NEVER_KEPT & set(fields):
        del fields[name]
    typed = fields.urlencode()
    if not typed:
        return
    if len(typed) > LARGEST:
        messages.warning(request, TOO_LARGE)
        return
    path = page_of(request)
    kept = json.dumps({"path": path, "fields": typed}).encode()
    request.session[SESSION_KEY] = {
        "user": str(expired_user),
        "path": path,
        "sealed": base64.b64encode(seal(kept, bound_to=f"held_form|{expired_user}")).decode("ascii"),
    }


def take(request: HttpRequest) -> QueryDict | None:
    """What this person had typed on this page before the login expired; given once, with a sentence that says so."""
    held = request.session.get(SESSION_KEY)
    if not held or held["path"] != request.path or held["user"] != str(request.user.pk):
        return None
    del request.session[SESSION_KEY]
    try:
        kept = json.loads(unseal(base64.b64decode(held["sealed"]), bound_to=f"held_form|{request.user.pk}"))
    except CannotUnseal:
        return None
    messages.warning(request, RESTORED)
    return QueryDict(kept["fields"])


def page_waiting_for(request: HttpRequest, user_id: UUID) -> str:
    """The page whose form waits for this person, or the empty text. A form of somebody else is dropped here."""
    held = request.session.get(SESSION_KEY)
    if not held:
        return ""
    if held["user"] != str(user_id):
        del request.session[SESSION_KEY]
        return ""
    return str(held["path"])


def page_of(request: HttpRequest) -> str:
    """The page the form stands on: where the browser came from, when that is one of ours; else the address itself."""
    came_from = safe_path(request, request.META.get("HTTP_REFERER", ""))
    return urlsplit(came_from).path or request.path
