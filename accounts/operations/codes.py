"""
One-time codes (R14): six digits by mail, valid once, for ten minutes, for the login attempt that asked for them.

The library's e-mail device keeps codes readable and, called directly, accepted one code up to seven times in
parallel. Here only a keyed hash is stored, over the code's id and the digits, and ``LoginCode.objects.consume`` uses
it up in a single UPDATE. The database's clock decides when a code ends.
"""

import re
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.events import AccountEvent
from accounts.models import CodeState, EmailCodeDevice, LoginCode, User, attempt_hash, code_hash
from accounts.operations import people
from audit.record import Outcome, Who, record, record_apart
from jobs import mail
from pages.wareki import time_words

# A password counts as just typed for as long as its last possible code lives, and a little longer.
ATTEMPT_LIFETIME = timedelta(minutes=45)
SUBJECT = "【はぐくみ請求】ログイン用の確認コードのお知らせ"
TEXT = """はぐくみ請求へのログイン用の確認コードです。

確認コード： {digits}

ログインの画面に入力してください。{until}まで、1回だけ使えます。
このコードをほかの人に教えないでください。職員がコードをお聞きすることはありません。

心当たりがないときは、パスワードを知られているおそれがあります。
コードは使わずに、すぐに市の担当課へご連絡ください。
"""


class CodeNotSent(Exception):
    """A limit keeps a further code from being sent; the text says until when."""


@dataclass(frozen=True)
class Attempt:
    """A login between its two steps. Kept in the session; ``secret`` is what the codes are bound to."""

    user_id: str
    epoch: int
    secret: str
    code_id: str
    began: float
    next: str = ""

    @property
    def is_too_old(self) -> bool:
        """The password was typed too long ago."""
        return timezone.now().timestamp() - self.began > ATTEMPT_LIFETIME.total_seconds()

    def as_dict(self) -> dict[str, Any]:
        """For the session."""
        return asdict(self)


def new_secret() -> str:
    """The secret of a login attempt, 256 bits."""
    return secrets.token_urlsafe(32)


def plain_digits(typed: str) -> str:
    """Full-width digits and any spaces or hyphens are fine: １２３ ４５６ is 123456."""
    return re.sub(r"[\s\-\u200b-\u200d\u2060\ufeff]", "", unicodedata.normalize("NFKC", typed))


def send_code(user: User, secret: str, *, by: Who) -> LoginCode:
    """
    Send a new code for the attempt of ``secret``; earlier codes of the attempt end with it.

    :raises CodeNotSent: too soon after the last one, or too many for this attempt or this hour.
    """
    try:
        with transaction.atomic():
            return _send(user, secret, by)
    except CodeNotSent as limit:
        record_apart(
            AccountEvent.CODE_NOT_SENT,
            by=by,
            on=user,
            municipality_id=user.realm_id,
            detail={"reason": str(limit)},
            outcome=Outcome.REFUSED,
        )
        raise


def _send(user: User, secret: str, by: Who) -> LoginCode:
    # The lock makes the counts below true however many requests arrive at once.
    device = EmailCodeDevice.objects.select_for_update(of=("self",)).get(user=user)
    mine = attempt_hash(secret)
    now = database_now()
    _check_limits(device, mine, now)
    LoginCode.objects.filter(
        device=device, attempt_hash=mine, used_at__isnull=True, replaced_at__isnull=True
    ).update(replaced_at=now)
    code_id, digits = uuid4(), f"{secrets.randbelow(10**6):06d}"
    code = LoginCode.objects.create(
        id=code_id,
        device=device,
        attempt_hash=mine,
        code_hash=code_hash(code_id, digits),
        created_at=now,
        expires_at=now + settings.LOGIN_CODE_LIFETIME,
    )
    until = time_words(timezone.localtime(code.expires_at))
    mail.send_later(
        to=user.address,
        subject=SUBJECT,
        text=TEXT.format(digits=digits, until=until),
        expires_at=code.expires_at,
        key=people.mail_key(code.pk),
    )
    record(
        AccountEvent.CODE_SENT,
        by=by,
        on=user,
        municipality_id=user.realm_id,
        detail={"login_code": str(code.pk)},
    )
    return code


def _check_limits(device: EmailCodeDevice, mine: bytes, now: datetime) -> None:
    within_hour = list(
        LoginCode.objects.filter(device=device, created_at__gt=now - timedelta(hours=1))
        .order_by("-created_at")
        .values_list("created_at", flat=True)[: settings.LOGIN_CODES_PER_HOUR]
    )
    if len(within_hour) >= settings.LOGIN_CODES_PER_HOUR:
        again = timezone.localtime(within_hour[-1] + timedelta(hours=1, minutes=1))
        raise CodeNotSent(
            f"確認コードを送れる回数（1時間に{settings.LOGIN_CODES_PER_HOUR}回）に達しました。"
            f"{time_words(again)}以降に、もう一度お試しください。"
        )
    of_attempt = LoginCode.objects.filter(device=device, attempt_hash=mine).order_by("-created_at")
    if len(of_attempt) >= settings.LOGIN_CODES_PER_ATTEMPT:
        raise CodeNotSent(
            f"1回のログインで送れるコードは{settings.LOGIN_CODES_PER_ATTEMPT}回までです。"
            "「はじめからやり直す」を押して、ログインし直してください。"
        )
    if of_attempt:
        wait = (of_attempt[0].created_at + settings.LOGIN_CODE_RESEND_AFTER - now).total_seconds()
        if wait > 0:
            raise CodeNotSent(
                f"コードは送信したばかりです。あと{int(wait) + 1}秒ほど待ってから、もう一度押してください。"
            )


def state_of(attempt: Attempt) -> tuple[CodeState, LoginCode | None]:
    """How the attempt's code stands now, by the database's clock."""
    code = LoginCode.objects.filter(pk=UUID(attempt.code_id)).first()
    if code is None:
        return CodeState.GONE, None
    return code.state(database_now()), code


def masked(address: str) -> str:
    """m***@example.jp: enough to recognise one's own mailbox, not enough to learn somebody else's."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}***@{host}"


def bound_token(attempt: Attempt, digits: str) -> str:
    """The token the device verifies: a code is worth nothing without the attempt that asked for it."""
    return f"{attempt.code_id}.{attempt.secret}.{digits}"


def database_now() -> datetime:
    """The database's clock: one for all web hosts, and not the start of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return cast(datetime, now)
