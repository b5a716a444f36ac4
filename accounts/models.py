"""People who log in, and the one-time codes they log in with."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import connection, models
from django.db.models import Q
from django_otp.models import Device, DeviceManager

from vault import keyed_hash, seal, seals, unseal

LOGIN_ID = r"^[a-z0-9][a-z0-9._-]{2,31}$"


class UserManager(BaseUserManager["User"]):
    """Looks accounts up by their login id."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login_id=username)


@seals("name_sealed", place="name_place")
@seals("address_sealed", place="address_place")
class User(AbstractBaseUser):
    """
    One account (アカウント). Name and mail address are sealed; only the city may change the address (R14).

    ``realm_id`` is the municipality whose auditors read this account's log. A plain id: accounts know no municipality.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    login_id = models.CharField("ID", max_length=32, unique=True)
    name_sealed = models.BinaryField("氏名")
    address_sealed = models.BinaryField("メールアドレス")
    is_active = models.BooleanField("有効", default=True)
    realm_id = models.UUIDField("記録の所属", null=True)
    created_at = models.DateTimeField("登録日時", auto_now_add=True)
    session_epoch = models.PositiveIntegerField("ログインの世代", default=0)
    password_changed_at = models.DateTimeField("パスワード変更日時", null=True)
    # Of the person, not of a membership: who has seen the first steps has seen them in every facility.
    first_steps_closed_at = models.DateTimeField("はじめての方への案内を閉じた日時", null=True)

    objects: ClassVar[UserManager] = UserManager()
    # The account's second factors, where it was read with them (``backends.AccountBackend.get_user``).
    devices: Sequence["EmailCodeDevice"] = ()

    USERNAME_FIELD = "login_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="login_id_is_plain_ascii", condition=Q(login_id__regex=LOGIN_ID))
        ]

    def __str__(self) -> str:
        return self.login_id

    def __repr__(self) -> str:
        return f"<User {self.pk}>"

    @property
    def name(self) -> str:
        """The person's name, opened."""
        return unseal(self.name_sealed, bound_to=self.name_place).decode()

    @name.setter
    def name(self, value: str) -> None:
        self.name_sealed = seal(value.encode(), bound_to=self.name_place)

    @property
    def address(self) -> str:
        """The registered mail address, opened."""
        return unseal(self.address_sealed, bound_to=self.address_place).decode()

    @address.setter
    def address(self, value: str) -> None:
        self.address_sealed = seal(value.encode(), bound_to=self.address_place)

    @property
    def name_place(self) -> str:
        """Where the name is sealed to."""
        return f"accounts_user|name|{self.pk}"

    @property
    def address_place(self) -> str:
        """Where the address is sealed to."""
        return f"accounts_user|address|{self.pk}"

    @property
    def email(self) -> str:
        """Django's name for the address."""
        return self.address


class EmailCodeDevice(Device):
    """
    The second factor: a six-digit code sent to the registered address (メールの確認コード).

    The library's own e-mail device keeps the code readable and accepts it several times when posted in parallel.
    This one stores a keyed hash per code, bound to the login attempt that asked for it, and consumes it in a single
    UPDATE. See ``accounts.operations.codes``.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    objects: ClassVar[DeviceManager] = DeviceManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user"], name="one_code_device_per_user")
        ]

    def __str__(self) -> str:
        return f"device {self.pk}"

    @property
    def persistent_id(self) -> str:
        """The library reads the part after the stroke as an integer: that of the UUID."""
        return f"{self._meta.label_lower}/{self.pk.int}"

    def verify_token(self, token: str) -> bool:
        """
        Consume ``token``: ``<login code id>.<secret of the attempt>.<six digits>``. True exactly once.

        A bare six-digit code never verifies: it must come with the attempt that asked for it.
        """
        return LoginCode.objects.consume(device=self, token=token)

    def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        """Tries are limited per code in the consuming UPDATE."""
        return True, None


class CodeState(StrEnum):
    """How a code stands."""

    OPEN = "open"
    USED = "used"
    REPLACED = "replaced"
    EXHAUSTED = "exhausted"
    EXPIRED = "expired"
    GONE = "gone"


def attempt_hash(secret: str) -> bytes:
    """What is kept of a login attempt's secret."""
    return keyed_hash(secret, purpose="login attempt")


def code_hash(code_id: UUID, digits: str) -> bytes:
    """What is kept of a code; its id makes equal codes look different."""
    return keyed_hash(f"{code_id}:{digits}", purpose="login code")


CONSUME = """
UPDATE accounts_logincode
SET tries = tries + 1, used_at = CASE WHEN code_hash = %s THEN clock_timestamp() END
WHERE id = %s AND device_id = %s AND attempt_hash = %s AND tries < %s
  AND used_at IS NULL AND replaced_at IS NULL AND expires_at > clock_timestamp()
RETURNING used_at IS NOT NULL
"""


def ticket_hash(ticket_id: UUID, code: str) -> bytes:
    """What is kept of the code of a password ticket."""
    return keyed_hash(f"{ticket_id}:{code}", purpose="password ticket")


class LoginCodeManager(models.Manager["LoginCode"]):
    """Codes, and the one way to use one up."""

    def consume(self, *, device: EmailCodeDevice, token: str) -> bool:
        """
        True for exactly one of any number of calls with the right token.

        Counting the try, comparing, and using up is a single UPDATE: whoever comes second finds the code used, and the
        sixth guess finds no try left, however many arrive at once.
        """
        parts = token.split(".")
        if len(parts) != 3:
            return False
        try:
            code_id = UUID(parts[0])
        except ValueError:
            return False
        hashes = code_hash(code_id, parts[2]), attempt_hash(parts[1])
        with connection.cursor() as cursor:
            cursor.execute(CONSUME, [hashes[0], code_id, device.pk, hashes[1], settings.LOGIN_CODE_TRIES])
            row = cursor.fetchone()
        return bool(row and row[0])


class LoginCode(models.Model):
    """One six-digit code (確認コード): valid once, for ten minutes, for the attempt that asked for it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    device = models.ForeignKey(EmailCodeDevice, on_delete=models.CASCADE, related_name="codes")
    attempt_hash = models.BinaryField("ログイン操作")
    code_hash = models.BinaryField("コード")
    created_at = models.DateTimeField("発行日時")
    expires_at = models.DateTimeField("期限")
    tries = models.PositiveSmallIntegerField("試行", default=0)
    used_at = models.DateTimeField("使用日時", null=True)
    replaced_at = models.DateTimeField("再発行により無効", null=True)

    objects: ClassVar[LoginCodeManager] = LoginCodeManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="login_code_tries_are_limited", condition=Q(tries__lte=5)),
            models.CheckConstraint(
                name="login_code_ends_once", condition=Q(used_at__isnull=True) | Q(replaced_at__isnull=True)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["device", "created_at"], name="login_code_recent")
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"

    def state(self, now: datetime) -> CodeState:
        """How the code stands at ``now`` (the database's clock)."""
        if self.used_at is not None:
            return CodeState.USED
        if self.replaced_at is not None:
            return CodeState.REPLACED
        if self.tries >= settings.LOGIN_CODE_TRIES:
            return CodeState.EXHAUSTED
        return CodeState.OPEN if self.expires_at > now else CodeState.EXPIRED


class TicketPurpose(models.TextChoices):
    """Why somebody may choose a password."""

    INVITATION = "invitation", "利用開始のご案内"
    RESET = "reset", "パスワードの再設定"


TICKET_TRIES = 10
CONSUME_TICKET = """
UPDATE accounts_passwordticket
SET tries = tries + 1, used_at = CASE WHEN code_hash = %s THEN clock_timestamp() END
WHERE id = %s AND tries < %s AND used_at IS NULL AND replaced_at IS NULL AND expires_at > clock_timestamp()
RETURNING used_at IS NOT NULL
"""


class PasswordTicketManager(models.Manager["PasswordTicket"]):
    """Tickets, and the one way to use one up."""

    def use_up(self, user: User, code: str) -> bool:
        """True for exactly one of any number of calls with the right code; every call counts as a try."""
        ticket_id = (
            self.filter(user=user, used_at__isnull=True, replaced_at__isnull=True)
            .values_list("pk", flat=True)
            .first()
        )
        if ticket_id is None:
            return False
        with connection.cursor() as cursor:
            cursor.execute(CONSUME_TICKET, [ticket_hash(ticket_id, code), ticket_id, TICKET_TRIES])
            row = cursor.fetchone()
        return bool(row and row[0])


class PasswordTicket(models.Model):
    """
    One chance to choose a password with the code from the mail (設定コード): once, for some days, ten tries.

    Only a keyed hash of the code is kept. A newer ticket, another address or stopping the account ends it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField("目的", max_length=12, choices=TicketPurpose.choices)
    code_hash = models.BinaryField("コード")
    created_at = models.DateTimeField("発行日時")
    expires_at = models.DateTimeField("期限")
    tries = models.PositiveSmallIntegerField("試行", default=0)
    used_at = models.DateTimeField("使用日時", null=True)
    replaced_at = models.DateTimeField("無効にした日時", null=True)

    objects: ClassVar[PasswordTicketManager] = PasswordTicketManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user"],
                name="one_open_password_ticket",
                condition=Q(used_at__isnull=True, replaced_at__isnull=True),
            ),
            models.CheckConstraint(name="ticket_tries_are_limited", condition=Q(tries__lte=TICKET_TRIES)),
            models.CheckConstraint(
                name="ticket_ends_once", condition=Q(used_at__isnull=True) | Q(replaced_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"ticket {self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be used at ``now``."""
        return (
            self.used_at is None
            and self.replaced_at is None
            and self.tries < TICKET_TRIES
            and self.expires_at > now
        )
