"""
One-time codes by mail (R14): six digits, ten minutes, once, for the login attempt that asked for it.

The database's clock decides when a code is over, so that a wrong clock on a web host neither lengthens nor shortens it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from accounts.models import EmailCodeDevice, LoginCode, User
from jobs import mail
from vault import keyed_hash

DIGITS = 6
SUBJECT = "【はぐくみ請求】ログインの確認コード"
TEXT = """はぐくみ請求のログインの確認コードです。

    {code}

コードは10分間、1回だけ使えます。ログインの画面に入力してください。
このコードをほかの人に教えないでください。
心当たりがないときは、このメールを消して、市の担当課へご連絡ください。
"""


class TooManyCodes(Exception):
    """No further code now. The message says when to try again."""


@dataclass(frozen=True)
class SentCode:
    """A code on its way: its id, and the seconds until another may be asked for."""

    code_id: UUID
    resend_after: int


def attempt_hash(secret: str) -> bytes:
    """What is kept of a login attempt's secret."""
    return keyed_hash(secret, purpose="login attempt")


def code_hash(code_id: UUID, code: str) -> bytes:
    """What is kept of a code; its id makes equal codes look different."""
    return keyed_hash(f"{code_id}:{code}", purpose="login code")


@transaction.atomic
def send_code(user: User, *, attempt_secret: str) -> SentCode:
    """
    Make a new code for this attempt and put its mail into the outbox; the attempt's earlier code is over.

    :raises TooManyCodes: sent a moment ago, or too often for this attempt or within the hour.
    """
    # The device's row is the queue: limits hold however many requests ask at once.
    device = EmailCodeDevice.objects.select_for_update(of=("self",)).get(user=user)
    now = _database_now()
    attempt = attempt_hash(attempt_secret)
    recent = LoginCode.objects.filter(device=device, created_at__gt=now - timedelta(hours=1))
    of_attempt = [code for code in recent if bytes(code.attempt_hash) == attempt]
    if len(recent) >= settings.LOGIN_CODES_PER_HOUR:
        raise TooManyCodes(
            "確認コードを何度も送ったため、しばらく送れません。1時間ほど待ってからお試しください。"
        )
    if len(of_attempt) >= settings.LOGIN_CODES_PER_ATTEMPT:
        raise TooManyCodes("確認コードの再送は3回までです。はじめからログインし直してください。")
    if of_attempt and max(code.created_at for code in of_attempt) > now - settings.LOGIN_CODE_RESEND_AFTER:
        raise TooManyCodes("確認コードは送ったばかりです。1分ほど待ってから、もう一度押してください。")
    LoginCode.objects.filter(device=device, used_at__isnull=True, replaced_at__isnull=True).update(
        replaced_at=now
    )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    code_id = uuid4()
    expires_at = now + settings.LOGIN_CODE_LIFETIME
    LoginCode.objects.create(
        id=code_id,
        device=device,
        attempt_hash=attempt,
        code_hash=code_hash(code_id, code),
        created_at=now,
        expires_at=expires_at,
    )
    mail.send_later(to=user.address, subject=SUBJECT, text=TEXT.format(code=code), expires_at=expires_at)
    return SentCode(code_id, int(settings.LOGIN_CODE_RESEND_AFTER.total_seconds()))


def bound_token(code_id: UUID, attempt_secret: str, code: str) -> str:
    """The token the device verifies: a code is worth nothing without the attempt that asked for it."""
    return f"{code_id}.{attempt_secret}.{code}"


def tries_left(code_id: UUID) -> int:
    """How often this code may still be tried; 0 when it is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tries FROM accounts_logincode WHERE id = %s AND used_at IS NULL AND replaced_at IS NULL "
            "AND expires_at > clock_timestamp()",
            [code_id],
        )
        found = cursor.fetchone()
    return max(settings.LOGIN_CODE_TRIES - found[0], 0) if found else 0


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return cast(datetime, now)
