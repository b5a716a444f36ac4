"""Ends sessions that are too old, idle too long, or older than the account's last change."""

from collections.abc import Callable
from typing import Any

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.middleware import OTPMiddleware

from accounts import sessions
from accounts.events import AccountEvent
from accounts.models import User
from accounts.operations.login import who
from accounts.places import client_address
from audit.record import Context, context, record_apart

EXPIRED = "ログインの有効期限が切れました。もう一度ログインしてください。"
# For whoever held the login, whatever the city or another device has changed; which of them, a stranger need not know.
ENDED = (
    "パスワードかメールアドレスが変わったか、アカウントが停止されたため、ログインが終わりました。"
    "もう一度ログインできないときは、市の担当課にご連絡ください。"
)


class SecondFactorMiddleware(OTPMiddleware):
    """
    The library's, with the device that was read with the account instead of another question at every request.

    A session's device must be one of the account's own and confirmed; an account read otherwise has none.
    """

    def _verify_user_sync(self, request: Any, user: Any) -> Any:
        self._init_user_fields(user)  # type: ignore[no-untyped-call]  # the library has no types
        if user.is_authenticated:
            held = request.session.get(DEVICE_ID_SESSION_KEY)
            own = next((device for device in user.devices if device.persistent_id == held), None)
            user.otp_device = self._finalize_device(request, user, own)  # type: ignore[no-untyped-call]
        return user


class SessionLimitsMiddleware:
    """
    Stands after the one-time code middleware and before the tenant's door.

    A stopped account is nobody from the next request on: ``AccountBackend.get_user`` no longer finds it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asked before the user: Django empties a session whose password has changed without a word.
        had_login = auth.SESSION_KEY in request.session
        user = request.user
        signed_in = isinstance(user, User)
        if isinstance(user, User):
            if reason := sessions.why_ended(request.session, user):
                _end(request, user, reason)
            else:
                sessions.seen(request.session)
        elif had_login:
            request.session.flush()  # a session of a stopped account, or from before a password change
            messages.warning(request, ENDED)
        response = self.get_response(request)
        if signed_in and "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store"
        return response


def _end(request: HttpRequest, user: User, reason: str) -> None:
    # Whose form it is that may be arriving right now: see held_forms.
    request.expired_user_id = user.pk  # type: ignore[attr-defined]
    acting = Context(who=who(user), address=client_address(request), municipality_id=user.realm_id)
    with context(acting):
        record_apart(AccountEvent.SESSION_EXPIRED, on=user, detail={"reason": reason})
    auth.logout(request)
    messages.warning(request, ENDED if reason == "superseded" else EXPIRED)
