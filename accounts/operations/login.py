"""Logging in: the password begins an attempt, the code ends it."""

import secrets
from dataclasses import dataclass
from uuid import UUID

import django_otp
from django.contrib import auth
from django.http import HttpRequest
from django.utils import timezone

from accounts.events import AccountEvent
from accounts.models import EmailCodeDevice, User
from accounts.operations import codes
from audit.record import Outcome, Who, record_apart
from vault import keyed_hash

ATTEMPT = "login_attempt"
BACKEND = "accounts.backends.AccountBackend"


@dataclass(frozen=True)
class Attempt:
    """A login between password and code, kept in the session that began it."""

    user_id: UUID
    secret: str
    code_id: UUID


def begin(request: HttpRequest, user: User) -> None:
    """
    The password was right: a new session, a new attempt, a code on its way.

    :raises TooManyCodes: no code can be sent now.
    """
    held = request.session.get("held_form")
    request.session.flush()
    if held:
        request.session["held_form"] = held
    secret = secrets.token_urlsafe(32)
    _record(AccountEvent.PASSWORD_ACCEPTED, user)
    sent = codes.send_code(user, attempt_secret=secret)
    request.session[ATTEMPT] = {"user": str(user.pk), "secret": secret, "code": str(sent.code_id)}
    request.session.set_expiry(15 * 60)
    _record(AccountEvent.CODE_SENT, user)


def attempt_of(request: HttpRequest) -> Attempt | None:
    """The attempt this session is in."""
    kept = request.session.get(ATTEMPT)
    return Attempt(UUID(kept["user"]), kept["secret"], UUID(kept["code"])) if kept else None


def send_again(request: HttpRequest, attempt: Attempt) -> None:
    """
    Another code for the same attempt; the one before is over.

    :raises TooManyCodes: not now.
    """
    user = User.objects.get(pk=attempt.user_id, is_active=True)
    sent = codes.send_code(user, attempt_secret=attempt.secret)
    request.session[ATTEMPT] = {"user": str(user.pk), "secret": attempt.secret, "code": str(sent.code_id)}
    _record(AccountEvent.CODE_SENT, user)


def finish(request: HttpRequest, attempt: Attempt, code: str) -> bool:
    """Use up the code; True when the person is now signed in. The session's key changes once more."""
    device = EmailCodeDevice.objects.select_related("user").get(user_id=attempt.user_id)
    user = device.user
    if not user.is_active or not device.verify_token(
        codes.bound_token(attempt.code_id, attempt.secret, code)
    ):
        _record(AccountEvent.CODE_REFUSED, user, Outcome.REFUSED)
        return False
    held = request.session.get("held_form")
    del request.session[ATTEMPT]
    auth.login(request, user, backend=BACKEND)
    django_otp.login(request, device)  # type: ignore[no-untyped-call]
    now = timezone.now().timestamp()
    request.session.set_expiry(0)
    request.session.update({"last_seen": now, "began": now, "epoch": user.session_epoch})
    if held:
        request.session["held_form"] = held
    _record(AccountEvent.LOGGED_IN, user)
    return True


def leave(request: HttpRequest) -> None:
    """End this login."""
    if isinstance(request.user, User):
        _record(AccountEvent.LOGGED_OUT, request.user)
    auth.logout(request)


def record_refused_password(login_id: str) -> None:
    """
    A wrong password. An id nobody has may be a password typed into the wrong field: only its hash is kept.
    """
    user = User.objects.filter(login_id=login_id).first()
    if user is not None:
        _record(AccountEvent.PASSWORD_REFUSED, user, Outcome.REFUSED)
        return
    unknown = keyed_hash(login_id, purpose="unknown login id").hex()[:16]
    record_apart(AccountEvent.PASSWORD_REFUSED, detail={"unknown_id": unknown}, outcome=Outcome.REFUSED)


def record_lockout(login_id: str) -> None:
    """Somebody is locked out."""
    user = User.objects.filter(login_id=login_id).first()
    if user is not None:
        _record(AccountEvent.LOCKED_OUT, user, Outcome.REFUSED)


def _record(event: AccountEvent, user: User, outcome: Outcome = Outcome.DONE) -> None:
    who = Who(id=str(user.pk), label=user.login_id, role="ログイン")
    record_apart(event, by=who, municipality_id=user.realm_id, outcome=outcome)
