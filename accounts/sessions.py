"""
What a session remembers about its login, and how long it lasts (ASVS 7.3): thirty idle minutes, twelve hours at most.

``epoch`` is the account's ``session_epoch`` at login. Raising it on the account ends every session at the next request.
"""

from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User

LAST_SEEN, BEGAN, EPOCH = "last_seen", "began", "epoch"
REWRITE_AFTER_SECONDS = 60


def begin(session: Any, user: User) -> None:
    """The login is complete: idle time and age are counted from here."""
    now = timezone.now().timestamp()
    session[LAST_SEEN], session[BEGAN], session[EPOCH] = now, now, user.session_epoch


def why_ended(session: Any, user: User) -> str:
    """``idle``, ``old`` or ``superseded`` (the account was changed or stopped); the empty text while it lasts."""
    now = timezone.now().timestamp()
    last_seen = float(session.get(LAST_SEEN, 0))
    if int(session.get(EPOCH, -1)) != user.session_epoch:
        return "superseded"
    if now - last_seen > settings.SESSION_IDLE_LIMIT.total_seconds():
        return "idle"
    return "old" if now - float(session.get(BEGAN, 0)) > settings.SESSION_COOKIE_AGE else ""


def seen(session: Any) -> None:
    """Somebody is there; written at most once a minute, so that reading pages does not write."""
    now = timezone.now().timestamp()
    if now - float(session.get(LAST_SEEN, 0)) > REWRITE_AFTER_SECONDS:
        session[LAST_SEEN] = now
