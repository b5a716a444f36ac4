"""
Keeping accounts. These acts ask no permission: the rooms above own the rule who may (only the city's administrator).
"""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.db.models import F
from django.utils import timezone

from accounts.models import EmailCodeDevice, LoginCode, PasswordTicket, User
from jobs import mail, outbox

CHANGED = """はぐくみ請求のメールアドレスが変更されました。

アカウント: {login_id}

心当たりがないときは、すぐに市の担当課へご連絡ください。
"""


def create_user(
    *, login_id: str, name: str, address: str, password: str | None, realm_id: UUID | None
) -> User:
    """
    A new account with its mail device. Without a password nobody can log in until one is chosen with a ticket.

    :raises django.core.exceptions.ValidationError: the password is too weak.
    """
    user = User(login_id=login_id, realm_id=realm_id)
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    user.name, user.address = name, address
    user.save()
    EmailCodeDevice.objects.create(user=user, name="mail", confirmed=True)
    return user


def set_address(user: User, address: str) -> None:
    """Register another address: every login and open code ends; both addresses are told."""
    before = user.address
    user.address = address
    user.save(update_fields=["address_sealed"])
    end_sessions(user)
    for told in dict.fromkeys(known for known in (before, address) if known):
        text = CHANGED.format(login_id=user.login_id)
        mail.send_later(to=told, subject="【はぐくみ請求】メールアドレスが変更されました", text=text)


def set_first_address(user: User, address: str) -> None:
    """The address of an account that nobody has used yet: nobody needs to be told but the invited person."""
    user.address = address
    user.save(update_fields=["address_sealed"])


def set_password(user: User, password: str) -> None:
    """
    Give the account another password; every login and open code ends.

    :raises django.core.exceptions.ValidationError: the password is too weak.
    """
    validate_password(password, user)
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "password_changed_at"])
    end_sessions(user)


def disable(user: User) -> None:
    """Stop the account: its sessions end with their next request, its open codes at once."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)


def enable(user: User) -> None:
    """Let a stopped account log in again."""
    user.is_active = True
    user.save(update_fields=["is_active"])


def close_first_steps(user: User, at: datetime) -> None:
    """Remember, for every device, that this person has put the first steps away; the first time counts."""
    if user.first_steps_closed_at is None:
        user.first_steps_closed_at = at
        user.save(update_fields=["first_steps_closed_at"])


def end_sessions(user: User) -> None:
    """End every login of the account and take back its open codes, those still waiting to be mailed as well."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    codes = LoginCode.objects.filter(device__user=user, used_at__isnull=True)
    outbox.cancel([mail_key(code.pk) for code in codes])
    codes.delete()
    end_tickets(user)


def end_tickets(user: User) -> None:
    """Take back an open password ticket, and its mail if that still waits."""
    tickets = PasswordTicket.objects.filter(user=user, used_at__isnull=True, replaced_at__isnull=True)
    outbox.cancel([mail_key(ticket.pk) for ticket in tickets])
    tickets.update(replaced_at=timezone.now())


def mail_key(code_id: UUID) -> str:
    """The outbox key of the mail that carries a code, so that it can be taken back."""
    return f"accounts.code {code_id}"
