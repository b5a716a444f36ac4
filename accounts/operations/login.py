"""
Logging in: the password opens a login attempt, the code sent by mail completes it.

Refusals commit what they count (axes rows, tries of a code, events): nothing of them is ever rolled back.
"""

from dataclasses import replace
from uuid import UUID

import django_otp
from django.conf import settings
from django.contrib import auth
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import sessions
from accounts.events import AccountEvent
from accounts.lockout import counted_name, normalise
from accounts.models import CodeState, EmailCodeDevice, User
from accounts.operations import codes
from accounts.operations.codes import Attempt
from audit.record import NOBODY, Outcome, Who, record, record_apart

BACKEND = "accounts.backends.AccountBackend"
# First number of the advisory lock of one login id; the second one is derived from the id.
LOCK = 0x10617
REFUSED = "IDまたはパスワードが違います。もう一度入力してください。"
STARTED_OVER = "ログインの手続きが途中で終わりました。はじめからやり直してください。"


class PasswordRefused(Exception):
    """Id and password do not fit, or the account is stopped or locked: never said which."""


class CodeRefused(Exception):
    """The code was not accepted. ``state`` says whether the next try can succeed."""

    def __init__(self, sentence: str, state: CodeState) -> None:
        super().__init__(sentence)
        self.state = state


class AttemptEnded(Exception):
    """The attempt is over: too old, or the account was changed meanwhile."""


def who(user: User) -> Who:
    """The account as the record names it."""
    return Who(id=str(user.pk), label=user.login_id, role="")


def begin(request: HttpRequest, *, login_id: str, password: str, next_path: str = "") -> Attempt:
    """
    Check the password and send the first code.

    :raises PasswordRefused: wrong, stopped or locked out (then ``request.axes_locked_out`` is set).
    :raises accounts.operations.codes.CodeNotSent: the hour's codes are used up.
    """
    with transaction.atomic():
        _one_at_a_time(login_id)
        user = auth.authenticate(request, login_id=login_id, password=password)
    if not isinstance(user, User):
        _record_refusal(request, login_id)
        raise PasswordRefused(REFUSED)
    with transaction.atomic():
        record(AccountEvent.PASSWORD_ACCEPTED, by=who(user), on=user, municipality_id=user.realm_id)
    secret = codes.new_secret()
    code = codes.send_code(user, secret, by=who(user))
    return Attempt(
        user_id=str(user.pk),
        epoch=user.session_epoch,
        secret=secret,
        code_id=str(code.pk),
        began=timezone.now().timestamp(),
        next=next_path,
    )


def send_again(attempt: Attempt) -> Attempt:
    """
    Send another code; the earlier one ends.

    :raises AttemptEnded: the attempt is too old, or the account was changed or stopped.
    :raises accounts.operations.codes.CodeNotSent: a limit says when the next one may be sent.
    """
    user = _user_of(attempt)
    code = codes.send_code(user, attempt.secret, by=who(user))
    return replace(attempt, code_id=str(code.pk))


def complete(request: HttpRequest, attempt: Attempt, digits: str) -> User:
    """
    Use up the code and log in. Of any number of parallel calls with the right code exactly one succeeds.

    :raises CodeRefused: wrong, used, replaced, expired, or tried too often.
    :raises AttemptEnded: the attempt is too old, or the account was changed or stopped.
    """
    with transaction.atomic():
        user = _user_of(attempt, lock=True)
        device = EmailCodeDevice.objects.get(user=user)
        # The library's function, not the device's method: it locks the device and checks whose it is.
        token = codes.bound_token(attempt, digits)
        if django_otp.verify_token(user, device.persistent_id, token) is not None:  # type: ignore[no-untyped-call]
            auth.login(request, user, backend=BACKEND)
            django_otp.login(request, device)  # type: ignore[no-untyped-call]
            sessions.begin(request.session, user)
            record(AccountEvent.LOGGED_IN, by=who(user), on=user, municipality_id=user.realm_id)
            return user
    state, code = codes.state_of(attempt)
    record_apart(
        AccountEvent.CODE_REFUSED,
        by=NOBODY,
        on=user,
        municipality_id=user.realm_id,
        detail={"login_code": attempt.code_id, "state": state.value},
        outcome=Outcome.REFUSED,
    )
    left = settings.LOGIN_CODE_TRIES - code.tries if code else 0
    raise CodeRefused(_sentence(state, left), state)


def end(request: HttpRequest) -> None:
    """Log out."""
    user = request.user
    if isinstance(user, User):
        with transaction.atomic():
            record(AccountEvent.LOGGED_OUT, by=who(user), on=user, municipality_id=user.realm_id)
    auth.logout(request)


def _one_at_a_time(login_id: str) -> None:
    """
    Passwords of one id are checked one after the other, until the end of the transaction.

    Otherwise sixty parallel guesses would all be checked before the first failure is counted.
    """
    key = int(counted_name(login_id)[:7], 16)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, key])


def _record_refusal(request: HttpRequest, login_id: str) -> None:
    locked = getattr(request, "axes_locked_out", False)
    event = AccountEvent.LOCKED_OUT if locked else AccountEvent.PASSWORD_REFUSED
    user = User.objects.filter(login_id=normalise(login_id)).first()
    # An unknown id may be a password typed into the wrong field: only a hash of it is kept.
    detail = {"login_id": user.login_id} if user else {"login_id_hash": counted_name(login_id)[:12]}
    record_apart(
        event,
        by=NOBODY,
        on=user,
        municipality_id=user.realm_id if user else None,
        detail=detail,
        outcome=Outcome.REFUSED,
    )


def _user_of(attempt: Attempt, *, lock: bool = False) -> User:
    rows = User.objects.select_for_update(of=("self",)) if lock else User.objects.all()
    user = rows.filter(pk=UUID(attempt.user_id), is_active=True, session_epoch=attempt.epoch).first()
    if user is None or attempt.is_too_old:
        raise AttemptEnded(STARTED_OVER)
    return user


def _sentence(state: CodeState, left: int) -> str:
    return {
        CodeState.OPEN: f"確認コードが違います。メールのコードを確かめて、もう一度入力してください（あと{left}回）。",
        CodeState.EXHAUSTED: "間違いが続いたため、この確認コードは使えなくなりました。新しいコードを送ってください。",
        CodeState.EXPIRED: "確認コードの有効期限が切れました。新しいコードを送ってください。",
        CodeState.REPLACED: "前のコードは使えません。最新のメールのコードを入力してください。",
        CodeState.USED: "この確認コードは使用済みです。",
        CodeState.GONE: STARTED_OVER,
    }[state]
