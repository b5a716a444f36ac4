"""
Choosing a password: with a code from the mail (招待・再設定), or knowing the old one.

The code is no login: after choosing the password, id, password and the six-digit code are asked for as ever (R14).
"""

import re
import secrets
import unicodedata
from datetime import timedelta
from uuid import uuid4

from django.contrib import auth
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import lockout, sessions
from accounts.events import AccountEvent
from accounts.lockout import counted_name, normalise
from accounts.models import PasswordTicket, TicketPurpose, User, ticket_hash
from accounts.operations import people
from accounts.operations.codes import database_now
from accounts.operations.login import who
from audit.record import NOBODY, Outcome, Who, record, record_apart
from jobs import mail
from pages.wareki import moment_words

# Without 0/O, 1/I/L and U/V: read aloud and typed from paper without a slip. 12 letters of 29 are 58 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
LENGTH = 12
LIFETIME = {TicketPurpose.INVITATION: timedelta(days=7), TicketPurpose.RESET: timedelta(hours=24)}
TEXT = """{opening}

ID: {login_id}
設定コード: {code}

次の画面を開き、IDと設定コードを入力して、パスワードを決めてください。
{address}

設定コードは{until}まで、1回だけ使えます。
パスワードを決めたあとは、ID・パスワードと、このメールアドレスに届く確認コードでログインします。

このメールの内容をほかの人に教えないでください。職員が設定コードをお聞きすることはありません。
心当たりがないときは、すぐに市の担当課へご連絡ください。
"""
OPENING = {
    TicketPurpose.INVITATION: "はぐくみ請求のアカウントが登録されました。パスワードを決めると、使い始められます。",
    TicketPurpose.RESET: "はぐくみ請求のパスワードを決め直すための設定コードです。ご連絡を受けて、市が送りました。",
}
CHANGED = """はぐくみ請求のパスワードが設定されました。

アカウント: {login_id}

心当たりがないときは、すぐに市の担当課へご連絡ください。
"""
CODE_REFUSED = (
    "IDまたは設定コードが違うか、設定コードの期限が切れています。"
    "メールの内容を確かめてください。使えないときは、市の担当課に新しい設定コードを頼んでください。"
)
CURRENT_REFUSED = "いまのパスワードが違います。もう一度入力してください。"


class TicketRefused(Exception):
    """Id and code do not fit, or the code is over: never said which."""


class CurrentPasswordRefused(Exception):
    """The present password was wrong."""


def plain_code(typed: str) -> str:
    """ＡＢＣＤ-ｅｆｇｈ jkmn is ABCDEFGHJKMN: any width, case, spaces and hyphens."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", typed).upper())


def send_ticket(user: User, purpose: TicketPurpose, *, site: str, by: Who) -> PasswordTicket:
    """
    Mail a code with which the account's person chooses a password; an earlier one ends.

    ``site``: the address of the entrance the person uses (scheme and host).

    :raises jobs.outbox.OutsideTransaction: no transaction is open.
    """
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    people.end_tickets(user)
    now = database_now()
    ticket_id, code = uuid4(), "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    ticket = PasswordTicket.objects.create(
        id=ticket_id,
        user=user,
        purpose=purpose,
        code_hash=ticket_hash(ticket_id, code),
        created_at=now,
        expires_at=now + LIFETIME[purpose],
    )
    mail.send_later(
        to=user.address,
        subject=f"【はぐくみ請求】{purpose.label}",
        text=TEXT.format(
            opening=OPENING[purpose],
            login_id=user.login_id,
            code="-".join(re.findall(r".{4}", code)),
            address=f"{site}{reverse('accounts:choose_password')}",
            until=moment_words(timezone.localtime(ticket.expires_at)),
        ),
        expires_at=ticket.expires_at,
        key=people.mail_key(ticket.pk),
    )
    record(
        AccountEvent.TICKET_SENT,
        by=by,
        on=user,
        municipality_id=user.realm_id,
        detail={"purpose": purpose.value},
    )
    return ticket


def choose(login_id: str, code: str, password: str) -> User:
    """
    Use up the ticket and give the account its password; counted failures of the id are forgotten.

    :raises django.core.exceptions.ValidationError: the password is too weak; nothing was tried.
    :raises TicketRefused: see there; the try is counted.
    """
    # The same check for an id that does not exist: the answer must not tell.
    validate_password(password, User(login_id=normalise(login_id)))
    with transaction.atomic():
        user = (
            User.objects.select_for_update(of=("self",))
            .filter(login_id=normalise(login_id), is_active=True)
            .first()
        )
        fits = user is not None and PasswordTicket.objects.use_up(user, plain_code(code))
        if user is not None and fits:
            _set(user, password)
            lockout.unlock(user.login_id)
            record(AccountEvent.PASSWORD_CHOSEN, by=who(user), on=user, municipality_id=user.realm_id)
            return user
    known = User.objects.filter(login_id=normalise(login_id)).first()
    record_apart(
        AccountEvent.PASSWORD_CODE_REFUSED,
        by=NOBODY,
        on=known,
        municipality_id=known.realm_id if known else None,
        detail={"login_id": known.login_id} if known else {"login_id_hash": counted_name(login_id)[:12]},
        outcome=Outcome.REFUSED,
    )
    raise TicketRefused(CODE_REFUSED)


def change(request: HttpRequest, user: User, *, current: str, password: str) -> None:
    """
    Change one's own password. Every other login ends, this one goes on.

    :raises CurrentPasswordRefused: wrong, or locked out after too many (then ``request.axes_locked_out`` is set).
    :raises django.core.exceptions.ValidationError: the new password is too weak.
    """
    with transaction.atomic():
        found = auth.authenticate(request, login_id=user.login_id, password=current)
    if found is None or found.pk != user.pk:
        record_apart(
            AccountEvent.PASSWORD_CHANGE_REFUSED,
            by=who(user),
            on=user,
            municipality_id=user.realm_id,
            outcome=Outcome.REFUSED,
        )
        raise CurrentPasswordRefused(CURRENT_REFUSED)
    with transaction.atomic():
        locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        _set(locked, password)
        record(AccountEvent.PASSWORD_CHANGED, by=who(user), on=user, municipality_id=user.realm_id)
        locked.refresh_from_db()
        auth.update_session_auth_hash(request, locked)
        sessions.begin(request.session, locked)


def _set(user: User, password: str) -> None:
    people.set_password(user, password)
    mail.send_later(
        to=user.address,
        subject="【はぐくみ請求】パスワードが設定されました",
        text=CHANGED.format(login_id=user.login_id),
    )
