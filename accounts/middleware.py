"""How long a session lasts: thirty idle minutes, twelve hours at most, and not beyond the account's last change."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User

REWRITE_AFTER_SECONDS = 60


class SessionLimitsMiddleware:
    """Ends sessions that are too old; pages of signed-in people are never kept by a cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            now = timezone.now().timestamp()
            last_seen = float(request.session.get("last_seen", 0))
            began = float(request.session.get("began", last_seen))
            idle = now - last_seen > settings.SESSION_IDLE_LIMIT.total_seconds()
            if idle or now - began > settings.SESSION_COOKIE_AGE or self._superseded(request, user):
                request.expired_user_id = user.pk if idle else None  # type: ignore[attr-defined]
                auth.logout(request)
            elif now - last_seen > REWRITE_AFTER_SECONDS:
                request.session["last_seen"] = now
        response = self.get_response(request)
        if isinstance(user, User) and "Cache-Control" not in response.headers:
            response["Cache-Control"] = "no-store"
        return response

    def _superseded(self, request: HttpRequest, user: User) -> bool:
        """The account's sessions were ended since this one began (address changed, stopped, password changed)."""
        return int(request.session.get("epoch", user.session_epoch)) != user.session_epoch
