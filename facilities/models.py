"""Municipalities, corporations, facilities and their dated profile; who may act for whom."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce, Now

from facilities.actors import SECTIONS, Role
from facilities.periods import ServiceMonth, first_day_only
from facilities.schedule import Step, first_schedule
from facilities.scope import current_scope
from facilities.tenancy import FacilityOwned, MunicipalityOwned
from vault import seal, seals, unseal

LONGEST_REASON = 200


class FacilityKind(models.TextChoices):
    """Facility types (施設類型) under the codes of the pricing contract."""

    KINDERGARTEN = "kindergarten", "幼稚園"
    NURSERY = "nursery", "保育所"
    CERTIFIED_KODOMOEN = "certified_kodomoen", "認定こども園"
    SMALL_A = "small_a", "小規模保育事業A型"
    SMALL_B = "small_b", "小規模保育事業B型"
    SMALL_C = "small_c", "小規模保育事業C型"
    HOME_BASED = "home_based", "家庭的保育事業"
    WORKPLACE = "workplace", "事業所内保育事業"
    HOME_VISITING = "home_visiting", "居宅訪問型保育事業"


class Ownership(models.TextChoices):
    """Public facilities have their amount set by the city itself (告示第16条) and do not claim by the table."""

    PRIVATE = "private", "私立"
    PUBLIC = "public", "公立"


class Municipality(models.Model):
    """A city, town or ward (市区町村): the tenant. Code and name are public; the row has no tenant policy."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.CharField("市区町村コード", max_length=6, unique=True)
    name = models.CharField("名称", max_length=40)
    # The days of the city's months: see ``facilities.schedule``. Beside the row, because every page needs it.
    schedule = models.JSONField("月の日程", default=first_schedule)

    objects: ClassVar[models.Manager["Municipality"]] = models.Manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="municipality_code_is_six_digits", condition=Q(code__regex=r"^[0-9]{6}$")
            ),
            # «Has rules» is said: without them the second comparison is unknown, and a CHECK lets the unknown pass.
            models.CheckConstraint(
                name="municipality_has_a_rule_for_every_step",
                condition=Q(schedule__has_key="rules")
                & Q(schedule__rules__has_keys=[str(step) for step in Step]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Corporation(MunicipalityOwned):
    """Who runs facilities (設置主体): a corporation, or the municipality itself."""

    # A sole proprietor (個人事業主) has none.
    corporate_number = models.CharField("法人番号", max_length=13, blank=True)
    name = models.CharField("名称", max_length=100)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="corporation_in_municipality"),
            models.UniqueConstraint(
                fields=["municipality", "corporate_number"],
                name="corporate_number_once_a_city",
                condition=~Q(corporate_number=""),
            ),
            models.CheckConstraint(
                name="corporate_number_is_13_digits_or_none",
                condition=Q(corporate_number__regex=r"^([0-9]{13})?$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_same(self, number: str, name: str) -> bool:
        """Whether these words mean this corporation: by its number; a sole proprietor, who has none, by the name."""
        return number == self.corporate_number and (bool(number) or name == self.name)


class CorporationName(MunicipalityOwned):
    """
    A corporation's name from a day on (名称変更); without a day, from the beginning. The corporation's own row holds
    today's.

    A corporation that was never renamed has none of these. A corrected one stays, withdrawn.
    """

    corporation = models.ForeignKey(Corporation, on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField("変更日", null=True, blank=True)
    name = models.CharField("名称", max_length=100)
    withdrawn_at = models.DateTimeField("取消日時", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["corporation", "from_day"],
                name="one_name_of_a_corporation_a_day",
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
            ),
        ]
        ordering = (F("from_day").asc(nulls_first=True),)

    def __str__(self) -> str:
        return self.name


class FacilityManager(models.Manager["Facility"]):
    """The facilities in scope."""

    def get_queryset(self) -> models.QuerySet["Facility"]:
        opened = current_scope()
        rows = super().get_queryset().filter(municipality=opened.municipality_id)
        return rows if opened.facility_ids is None else rows.filter(pk__in=opened.facility_ids)


class Facility(models.Model):
    """A childcare facility (施設・事業所)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    number = models.CharField("事業所番号", max_length=13)
    name = models.CharField("施設名", max_length=100)
    kind = models.CharField("施設類型", max_length=20, choices=FacilityKind.choices)
    ownership = models.CharField("公私区分", max_length=10, choices=Ownership.choices)
    corporation = models.ForeignKey(Corporation, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField("認可年月日")
    # The last day it is run (廃止日); with a change of type or corporation, the day before its successor opens.
    closed_on = models.DateField("廃止日", null=True, blank=True)
    predecessor = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    postal_code = models.CharField("郵便番号", max_length=8)
    location = models.CharField("所在地", max_length=200)

    objects: ClassVar[FacilityManager] = FacilityManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="facility_in_municipality"),
            models.UniqueConstraint(fields=["municipality", "number"], name="facility_number_once_a_city"),
            models.CheckConstraint(
                name="facility_number_is_13_digits", condition=Q(number__regex=r"^[0-9]{13}$")
            ),
            models.CheckConstraint(
                name="facility_closes_after_it_opens",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def lives_in(self, month: ServiceMonth) -> bool:
        """Whether it is run on any day of the month."""
        has_opened = ServiceMonth.of(self.opened_on) <= month
        return has_opened and (self.closed_on is None or self.closed_on >= month.first_day)

    @property
    def is_public(self) -> bool:
        """Counts are kept, but nothing is claimed by the table."""
        return self.ownership == Ownership.PUBLIC


class FacilityDetail(FacilityOwned):
    """
    Name, address and 公私 from a day on (名称・所在地の変更). The facility's own row holds what is true today.

    A facility whose details never changed has none of these. A row that was corrected or cancelled stays, withdrawn:
    the record names the rows, and the rows keep the values.
    """

    from_day = models.DateField("変更日")
    name = models.CharField("施設名", max_length=100)
    postal_code = models.CharField("郵便番号", max_length=8)
    location = models.CharField("所在地", max_length=200)
    ownership = models.CharField("公私区分", max_length=10, choices=Ownership.choices)
    withdrawn_at = models.DateTimeField("取消日時", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["facility", "from_day"],
                name="one_change_of_details_a_day",
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
        ordering = ("facility", "from_day")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.from_day:%Y-%m-%d}"


class Suspension(FacilityOwned):
    """Months in which a facility rests (休園): nothing is expected of it. Periods of one facility never overlap."""

    from_month = models.DateField("休園開始月")
    to_month = models.DateField("休園終了月", null=True, blank=True)
    reason = models.CharField("理由", max_length=200)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="suspension_begins_on_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="suspension_ends_after_it_begins",
                condition=Q(to_month__isnull=True)
                | (first_day_only("to_month") & Q(to_month__gte=F("from_month"))),
            ),
        ]
        ordering = ("facility", "from_month")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.from_month:%Y-%m}–"


class FacilityProfile(FacilityOwned):
    """
    What held for a facility from one month to another (年度プロフィール): capacities, region, 加算率.

    ``to_month`` empty means until further notice. Periods of one facility never overlap (exclusion constraint).
    """

    from_month = models.DateField("適用開始月")
    to_month = models.DateField("適用終了月", null=True, blank=True)
    approved_capacity = models.PositiveSmallIntegerField("認可定員")
    capacity_1 = models.PositiveSmallIntegerField("1号利用定員", null=True, blank=True)
    capacity_23 = models.PositiveSmallIntegerField("2・3号利用定員", null=True, blank=True)
    region_percent = models.PositiveSmallIntegerField("地域区分(%)")
    base_percent = models.PositiveSmallIntegerField("区分1 基礎分(%)", null=True, blank=True)
    wage_percent = models.PositiveSmallIntegerField("区分2 賃金改善分(%)", null=True, blank=True)
    # Last year's, or a guess for a new facility, until this year's are certified (認定).
    rates_are_provisional = models.BooleanField("加算率は仮", default=False)
    # The certificate (認定書) these rates stand in, as far as it was typed.
    certificate_number = models.CharField("認定番号", max_length=40, blank=True)
    certified_on = models.DateField("認定日", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="profile_begins_on_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="profile_ends_after_it_begins",
                condition=Q(to_month__isnull=True)
                | (first_day_only("to_month") & Q(to_month__gte=F("from_month"))),
            ),
            models.CheckConstraint(
                name="profile_region_is_a_class",
                condition=Q(region_percent__in=[0, 3, 6, 10, 12, 15, 16, 20]),
            ),
            models.CheckConstraint(
                name="profile_rates_are_given_together",
                condition=Q(base_percent__isnull=True, wage_percent__isnull=True)
                # Each «is given» is said: a comparison with NULL is unknown, and a CHECK lets the unknown pass.
                | Q(
                    base_percent__isnull=False,
                    wage_percent__isnull=False,
                    base_percent__range=(2, 12),
                    wage_percent__range=(4, 7),
                ),
            ),
            models.CheckConstraint(
                name="profile_provisional_rates_are_given",
                condition=Q(rates_are_provisional=False) | Q(base_percent__isnull=False),
            ),
            models.CheckConstraint(
                name="profile_has_a_capacity",
                condition=Q(capacity_1__isnull=False, capacity_1__gte=1)
                | Q(capacity_23__isnull=False, capacity_23__gte=1),
            ),
            models.CheckConstraint(
                name="profile_capacity_lies_within_the_approved_one",
                condition=Q(capacity_23__isnull=True, approved_capacity__gte=F("capacity_1"))
                | Q(capacity_1__isnull=True, approved_capacity__gte=F("capacity_23"))
                | Q(
                    capacity_1__isnull=False,
                    capacity_23__isnull=False,
                    approved_capacity__gte=F("capacity_1") + F("capacity_23"),
                ),
            ),
            models.CheckConstraint(
                name="profile_certificate_is_of_certified_rates",
                condition=Q(certificate_number="", certified_on__isnull=True)
                | Q(base_percent__isnull=False, rates_are_provisional=False),
            ),
        ]
        ordering = ("facility", "from_month")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.from_month:%Y-%m}–"

    @property
    def capacity(self) -> int:
        """利用定員 of all grades together."""
        return (self.capacity_1 or 0) + (self.capacity_23 or 0)


class Branch(FacilityOwned):
    """A branch (分園) of a facility from one month to another. Its capacity is part of the facility's."""

    name = models.CharField("分園の名称", max_length=100)
    postal_code = models.CharField("郵便番号", max_length=8)
    location = models.CharField("所在地", max_length=200)
    capacity = models.PositiveSmallIntegerField("分園の利用定員")
    from_month = models.DateField("開始月")
    to_month = models.DateField("終了月", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="branch_begins_on_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="branch_ends_after_it_begins",
                condition=Q(to_month__isnull=True)
                | (first_day_only("to_month") & Q(to_month__gte=F("from_month"))),
            ),
            models.CheckConstraint(name="branch_has_a_capacity", condition=Q(capacity__gte=1)),
        ]
        ordering = ("facility", "from_month")

    def __str__(self) -> str:
        return self.name


class YearRoll(MunicipalityOwned):
    """One carrying of the profiles into a fiscal year (年度更新). A year may have several: some come later."""

    fiscal_year = models.PositiveSmallIntegerField("年度")
    carried = models.PositiveSmallIntegerField("引き継いだ施設")
    keeps_rates = models.BooleanField("加算率を仮の率として引き継ぐ")
    rolled_at = models.DateTimeField("実行日時")
    rolled_by = models.UUIDField("実行した人")

    class Meta:
        ordering = ("-rolled_at",)

    def __str__(self) -> str:
        return f"{self.fiscal_year}"


class GrantedItem(FacilityOwned):
    """
    One 加算 or 減算 that holds for a facility from one month to another (適用中の加算・減算).

    ``options`` are those of the pricing contract (variant, extra_staff, headcount_a …). Set by the administrator
    until applications grant them.
    """

    code = models.CharField("加算コード", max_length=40)
    certification = models.CharField("認定", max_length=2, default="", blank=True)
    options = models.JSONField("条件", default=dict, blank=True)
    from_month = models.DateField("適用開始月")
    to_month = models.DateField("適用終了月", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="grant_begins_on_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="grant_ends_after_it_begins",
                condition=Q(to_month__isnull=True)
                | (first_day_only("to_month") & Q(to_month__gte=F("from_month"))),
            ),
        ]
        ordering = ("facility", "code", "from_month")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.code}"


class ItemEnding(FacilityOwned):
    """
    That the last month of a granted item was set, moved, or the item taken away: by whom, when and why (終了の記録).

    It stands without the item, because what was taken away is not there any more. Never changed.
    """

    # No foreign key: the row it is about may be gone.
    granted_item = models.UUIDField("加算・減算の設定")
    code = models.CharField("加算コード", max_length=40)
    certification = models.CharField("認定", max_length=2, default="", blank=True)
    from_month = models.DateField("適用開始月")
    before = models.DateField("前の適用終了月", null=True)
    # Empty: it was taken away as if it had never held.
    after = models.DateField("新しい適用終了月", null=True)
    reason = models.CharField("理由", max_length=LONGEST_REASON, default="", blank=True)
    ended_by = models.UUIDField("登録した人")
    ended_at = models.DateTimeField("登録日時")

    class Meta:
        ordering = ("-ended_at",)

    def __str__(self) -> str:
        return f"{self.facility_id} {self.code}"


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


class FacilityImportStatus(models.TextChoices):
    """An uploaded list of facilities."""

    PREVIEWED = "previewed", "確認待ち"
    ACCEPTED = "accepted", "取込済み"
    DISCARDED = "discarded", "取りやめ"
    EXPIRED = "expired", "期限切れ"


@seals("lines_sealed")
class FacilityImport(MunicipalityOwned):
    """
    One uploaded list of facilities (施設一覧の取込). Until it is accepted its lines wait sealed, with an expiry.

    ``from_month`` is the month the profiles of the list begin to hold.
    """

    status = models.CharField(
        "状態", max_length=10, choices=FacilityImportStatus.choices, default=FacilityImportStatus.PREVIEWED
    )
    from_month = models.DateField("適用開始月")
    file_hash = models.CharField("ファイルのハッシュ", max_length=64)
    summary = models.JSONField("件数", default=dict)
    lines_sealed = models.BinaryField("内容", null=True)
    uploaded_at = models.DateTimeField("アップロード日時")
    uploaded_by = models.UUIDField("アップロードした人")
    expires_at = models.DateTimeField("期限")
    decided_at = models.DateTimeField("取込・取りやめ日時", null=True)
    decided_by = models.UUIDField("取込・取りやめた人", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="facility_import_begins_on_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="facility_import_lines_only_while_previewed",
                condition=Q(status=FacilityImportStatus.PREVIEWED) | Q(lines_sealed__isnull=True),
            ),
            models.CheckConstraint(
                name="facility_import_decision_has_time_and_person",
                condition=Q(
                    status__in=[FacilityImportStatus.PREVIEWED, FacilityImportStatus.EXPIRED],
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | Q(
                    status__in=[FacilityImportStatus.ACCEPTED, FacilityImportStatus.DISCARDED],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
        ]
        ordering = ("-uploaded_at",)

    def __str__(self) -> str:
        return f"{self.uploaded_at:%Y-%m-%d} {self.status}"

    @property
    def place(self) -> str:
        """Where the lines are sealed to."""
        return f"facilities_facilityimport|lines|{self.municipality_id}|{self.pk}"


class ApiToken(MunicipalityOwned):
    """
    The key of another system of the city (APIトークン), for what it was made for and for a year at most.

    Only a keyed hash of the token is here. ``window_…`` counts the calls of the current minute.
    """

    label = models.CharField("名前", max_length=60)
    token_hash = models.BinaryField("トークンのハッシュ", max_length=32, unique=True)
    scopes = models.JSONField("できること")
    made_at = models.DateTimeField("作成日時")
    made_by = models.UUIDField("作成者")
    expires_at = models.DateTimeField("有効期限")
    revoked_at = models.DateTimeField("取消日時", null=True)
    revoked_by = models.UUIDField("取り消した人", null=True)
    last_used_at = models.DateTimeField("最後に使った日時", null=True)
    window_began_at = models.DateTimeField("数え始めた日時", null=True)
    window_calls = models.PositiveIntegerField("呼び出しの数", default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="api_token_has_a_label", condition=~Q(label="")),
            models.CheckConstraint(
                name="api_token_lives_a_year_at_most",
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + timedelta(days=366)),
            ),
            models.CheckConstraint(
                name="api_token_revocation_has_time_and_person",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return self.label


class SentForm(models.Model):
    """
    One form that was sent and answered with a redirect: sending it again repeats nothing, it leads to the same page.

    The same token with another content is another act, judged by its operation.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    token = models.UUIDField()
    user_id = models.UUIDField()
    content_hash = models.BinaryField()
    location = models.TextField(default="")
    sent_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager["SentForm"]] = models.Manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user_id", "token", "content_hash"], name="form_is_sent_once")
        ]

    def __str__(self) -> str:
        return str(self.token)


Dated = TypeVar("Dated", FacilityProfile, GrantedItem, Suspension)


def holding_in(rows: models.QuerySet[Dated], month: ServiceMonth) -> models.QuerySet[Dated]:
    """The dated rows (profiles, granted items) that hold in ``month``."""
    return rows.filter(
        Q(to_month__isnull=True) | Q(to_month__gte=month.first_day), from_month__lte=month.first_day
    )


def standing_details() -> models.QuerySet[FacilityDetail]:
    """The details that were neither corrected nor cancelled, oldest first."""
    return FacilityDetail.objects.filter(withdrawn_at__isnull=True).order_by("from_day")


def details_on(facility: Facility, day: date) -> FacilityDetail | Facility:
    """The name, address and 公私 that held on ``day``; of a facility whose details never changed, its own."""
    return holding_on(list(standing_details().filter(facility=facility)), day) or facility


def holding_on(details: Sequence[FacilityDetail], day: date) -> FacilityDetail | None:
    """Which of a facility's ``details``, oldest first, held on ``day``; before all of them, the first."""
    before = [row for row in details if row.from_day <= day]
    return before[-1] if before else (details[0] if details else None)


def name_on(day: Any, *, facility: str = "pk") -> Coalesce:
    """
    For a query: the name that ``details_on`` gives, of the facility in the column ``facility``, on ``day``.

    ``day``: a date, or ``OuterRef`` of a column.
    """
    details = FacilityDetail.objects.filter(facility=OuterRef(facility), withdrawn_at__isnull=True)
    before = details.filter(from_day__lte=day).order_by("-from_day").values("name")[:1]
    first = details.order_by("from_day").values("name")[:1]
    own = "name" if facility == "pk" else f"{facility}__name"
    return Coalesce(models.Subquery(before), models.Subquery(first), F(own))


def is_public_in(facility: Facility, month: ServiceMonth) -> bool:
    """Whether nothing was claimed by the table in ``month``: who owned it on the first day counts, as with children."""
    return details_on(facility, month.first_day).ownership == Ownership.PUBLIC


def public_in(month: ServiceMonth) -> set[UUID]:
    """The scope's facilities of which nothing was claimed in ``month``: two queries."""
    details: dict[UUID, list[FacilityDetail]] = {}
    for row in standing_details():
        details.setdefault(row.facility_id, []).append(row)
    return {
        facility.pk
        for facility in Facility.objects.all()
        if (holding_on(details.get(facility.pk, []), month.first_day) or facility).ownership
        == Ownership.PUBLIC
    }


def name_in(corporation: Corporation, month: ServiceMonth) -> str:
    """The corporation's name on the month's first day."""
    names = CorporationName.objects.filter(corporation=corporation, withdrawn_at__isnull=True)
    before = [row.name for row in names if row.from_day is None or row.from_day <= month.first_day]
    return before[-1] if before else corporation.name
