"""利用者負担額: what families are charged."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from claims.models.counts import PAYER_CODE
from claims.models.imports import ChargeImport, filled_together
from facilities.periods import ServiceMonth, first_day_only
from facilities.tenancy import FacilityOwned

# The fees of a thousand children in the highest national class: no facility's month comes near.
MOST_CHARGE_YEN = 99_999_999


class UserCharge(FacilityOwned):
    """
    What families of one municipality are charged for a month at a facility (利用者負担額), together, in one version.

    ``charge_yen`` is what that city has set, ``national_charge_yen`` the national ceiling (国基準), with which the city
    claims from prefecture and state. ``exempt_2`` and ``exempt_1`` are children without a side-dish fee (副食費免除).
    A corrected file supersedes the row and keeps it. A row of one or two children reveals a family's fee: see
    ``permissions.see_charges`` before showing one.
    """

    month = models.DateField("対象年月")
    payer_code = models.CharField("居住市区町村コード", max_length=6)
    version = models.PositiveSmallIntegerField("版")
    charge_yen = models.PositiveIntegerField("利用者負担額合計")
    national_charge_yen = models.PositiveIntegerField("国基準利用者負担額合計")
    exempt_2 = models.PositiveSmallIntegerField("副食費免除人数2号")
    exempt_1 = models.PositiveSmallIntegerField("副食費免除人数1号")
    source = models.ForeignKey(ChargeImport, on_delete=models.PROTECT, related_name="charges")
    arrived_at = models.DateTimeField("届いた日時")
    # Both empty: the row stands. The import may have brought a new version, or a file without this row.
    superseded_at = models.DateTimeField("差し替え日時", null=True)
    superseded_in = models.ForeignKey(
        ChargeImport, on_delete=models.PROTECT, related_name="superseded", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["facility", "month", "payer_code", "version"], name="user_charge_version_once"
            ),
            models.UniqueConstraint(
                fields=["facility", "month", "payer_code"],
                name="one_current_user_charge",
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="user_charge_month_is_a_first_day", condition=first_day_only("month")
            ),
            models.CheckConstraint(
                name="user_charge_payer_is_a_code", condition=Q(payer_code__regex=PAYER_CODE)
            ),
            models.CheckConstraint(name="user_charge_version_begins_at_one", condition=Q(version__gte=1)),
            models.CheckConstraint(
                name="user_charge_is_plausible",
                condition=Q(charge_yen__gte=0, charge_yen__lte=MOST_CHARGE_YEN),
            ),
            models.CheckConstraint(
                name="user_charge_ceiling_is_plausible",
                condition=Q(national_charge_yen__gte=0, national_charge_yen__lte=MOST_CHARGE_YEN),
            ),
            models.CheckConstraint(
                name="user_charge_exemptions_are_plausible",
                condition=Q(exempt_2__gte=0, exempt_2__lte=999, exempt_1__gte=0, exempt_1__lte=999),
            ),
            models.CheckConstraint(
                name="user_charge_superseded_by_an_import",
                condition=filled_together("superseded_at", "superseded_in"),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["municipality", "month"], name="user_charge_month")
        ]
        ordering = ("-month", "payer_code", "-version")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.month:%Y-%m} {self.payer_code} v{self.version}"

    @property
    def service_month(self) -> ServiceMonth:
        """The month as the field counts it."""
        return ServiceMonth.of(self.month)
