"""What holds for months: the profile of a facility, and items that are granted."""

from typing import ClassVar, TypeVar

from django.db import models
from django.db.models import F, Q

from facilities.models.facilities import Suspension
from facilities.periods import ServiceMonth, first_day_only
from facilities.tenancy import FacilityOwned, MunicipalityOwned

LONGEST_REASON = 200


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

    ``options`` are those of the pricing contract (variant, extra_staff, headcount_a …). ``reason``: the application
    that was approved, or why the administrator has set it without one.
    """

    code = models.CharField("加算コード", max_length=40)
    certification = models.CharField("認定", max_length=2, default="", blank=True)
    options = models.JSONField("条件", default=dict, blank=True)
    from_month = models.DateField("適用開始月")
    to_month = models.DateField("適用終了月", null=True, blank=True)
    reason = models.CharField("根拠", max_length=LONGEST_REASON, default="", blank=True)

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


Dated = TypeVar("Dated", FacilityProfile, GrantedItem, Suspension)


def holding_in(rows: models.QuerySet[Dated], month: ServiceMonth) -> models.QuerySet[Dated]:
    """The dated rows (profiles, granted items) that hold in ``month``."""
    return rows.filter(
        Q(to_month__isnull=True) | Q(to_month__gte=month.first_day), from_month__lte=month.first_day
    )
