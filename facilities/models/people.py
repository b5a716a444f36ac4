"""Who may act for a city or a facility."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from facilities.actors import SECTIONS, Role
from facilities.models.facilities import Facility
from facilities.tenancy import MunicipalityOwned
from vault import seal, seals, unseal


class OwnMemberships(models.Manager["Membership"]):
    """
    Unscoped at this level: the middleware asks for the acting user's memberships before a scope exists.

    PostgreSQL still answers with the rows of ``app.user`` only.
    """


class RegistrationStatus(models.TextChoices):
    """A registered address."""

    WAITING = "waiting", "確認待ち"
    CONFIRMED = "confirmed", "確認済み"
    WITHDRAWN = "withdrawn", "取り下げ"


class Membership(MunicipalityOwned):
    """
    Under which role an account acts, and for a facility account in which of its two slots (R15).

    At most two accounts per facility: the slot is 1 or 2 and unique while the membership lasts.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    duty = models.CharField("役割", max_length=20, choices=Role.choices)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    slot = models.PositiveSmallIntegerField("枠", null=True, blank=True)
    began_at = models.DateTimeField("開始", db_default=Now())
    ended_at = models.DateTimeField("終了", null=True, blank=True)
    # Once a year the city asks whether this person is still there (年度の在籍確認).
    reconfirmed_on = models.DateField("在籍確認日", null=True, blank=True)

    own: ClassVar[OwnMemberships] = OwnMemberships()

    class Meta:
        default_manager_name = "objects"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="membership_facility_role_has_facility_and_slot",
                condition=Q(duty=Role.FACILITY, facility__isnull=False, slot__isnull=False, slot__in=[1, 2])
                | (~Q(duty=Role.FACILITY) & Q(facility__isnull=True, slot__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["facility", "slot"],
                name="at_most_two_accounts_per_facility",
                condition=Q(ended_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["facility", "user"], name="one_slot_per_account", condition=Q(ended_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["municipality", "user"],
                name="one_city_role_per_account",
                condition=Q(ended_at__isnull=True, facility__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.duty}"

    @property
    def section(self) -> str:
        """The city's section (課) of this role; a facility's account has none."""
        found = SECTIONS.get(Role(self.duty))
        return str(found.label) if found else ""


@seals("address_sealed", place="address_place")
class AddressRegistration(MunicipalityOwned):
    """
    One registration of an account's mail address: by one administrator, confirmed by another (R14, four eyes).

    For a facility's account on its notification (届出). The address is sealed and emptied once it is decided.
    With a ``facility`` the account's own address is registered for that facility too: its person serves both (兼務).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        "状態", max_length=10, choices=RegistrationStatus.choices, default=RegistrationStatus.WAITING
    )
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="追加する施設",
    )
    address_sealed = models.BinaryField("メールアドレス", null=True)
    notification_number = models.CharField("届出番号", max_length=40, blank=True)
    notified_on = models.DateField("届出日", null=True, blank=True)
    registered_at = models.DateTimeField("登録日時")
    registered_by = models.UUIDField("登録者")
    decided_at = models.DateTimeField("確認日時", null=True)
    decided_by = models.UUIDField("確認者", null=True)
    # A city's first administrator has nobody beside her: she may confirm the second administrator alone.
    is_sole = models.BooleanField("1人の管理者による", default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user"],
                name="one_waiting_address",
                condition=Q(status=RegistrationStatus.WAITING, facility__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["user", "facility"],
                name="another_facility_waits_once",
                condition=Q(status=RegistrationStatus.WAITING),
            ),
            models.CheckConstraint(
                name="another_facility_has_its_notification_and_two_people",
                condition=Q(facility__isnull=True)
                | Q(~Q(notification_number=""), notified_on__isnull=False, is_sole=False),
            ),
            models.CheckConstraint(
                name="address_is_confirmed_by_another_person",
                condition=~Q(status=RegistrationStatus.CONFIRMED)
                | Q(is_sole=True)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("registered_by"))),
            ),
            models.CheckConstraint(
                name="address_is_kept_only_while_it_waits",
                condition=Q(status=RegistrationStatus.WAITING, address_sealed__isnull=False)
                | (~Q(status=RegistrationStatus.WAITING) & Q(address_sealed__isnull=True)),
            ),
        ]
        ordering = ("-registered_at",)

    def __str__(self) -> str:
        return f"{self.notification_number} {self.registered_at:%Y-%m-%d}"

    @property
    def address(self) -> str:
        """The waiting address, opened; empty once it is decided."""
        if self.address_sealed is None:
            return ""
        return unseal(self.address_sealed, bound_to=self.address_place).decode()

    @address.setter
    def address(self, value: str) -> None:
        self.address_sealed = seal(value.encode(), bound_to=self.address_place)

    @property
    def address_place(self) -> str:
        """Where the address is sealed to."""
        return f"facilities_addressregistration|address|{self.pk}"
