"""Child counts of a facility's month, and what it says of them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from claims.models.imports import CountImport, filled_together
from claims.states import SheetStatus
from facilities.periods import ServiceMonth, first_day_only
from facilities.tenancy import FacilityOwned

PAYER_CODE = r"^[0-9]{6}$"


class Certification(models.TextChoices):
    """認定区分."""

    C1 = "1", "1号"
    C2 = "2", "2号"
    C3 = "3", "3号"


class Age(models.TextChoices):
    """Class age on the day before the fiscal year (年齢区分の元になる年齢); 満3歳 is a class of its own."""

    A0 = "0", "0歳"
    A1 = "1", "1歳"
    A2 = "2", "2歳"
    A3_MID = "3mid", "満3歳"
    A3 = "3", "3歳"
    A4 = "4", "4歳"
    A5 = "5", "5歳"


class Hours(models.TextChoices):
    """保育必要量."""

    EDUCATION = "education", "教育標準時間"
    STANDARD = "standard", "標準時間"
    SHORT = "short", "短時間"


class Movement(models.TextChoices):
    """Entered or left in the middle of the month (途中入退所); such children are priced by days."""

    NONE = "", "なし"
    ENTERED = "in", "途中入所"
    LEFT = "out", "途中退所"


class CountSheet(FacilityOwned):
    """
    The child counts of one facility and month, in one version (児童数表).

    A corrected file makes a new version; the old one is kept as superseded, so that old / new / difference shows.
    """

    month = models.DateField("対象年月")
    version = models.PositiveSmallIntegerField("版")
    status = models.CharField("状態", max_length=10, choices=SheetStatus.choices, default=SheetStatus.WAITING)
    # None: the enrolment section entered the counts by hand and nothing had come before.
    source = models.ForeignKey(CountImport, on_delete=models.PROTECT, related_name="sheets", null=True)
    arrived_at = models.DateTimeField("届いた日時")
    entered_by = models.UUIDField("訂正した人", null=True)
    entered_reason = models.CharField("訂正の理由", max_length=500, default="", blank=True)
    confirmed_at = models.DateTimeField("確認日時", null=True)
    confirmed_by = models.UUIDField("確認者", null=True)
    # Filled when the city has confirmed for a facility that did not answer.
    on_behalf_reason = models.CharField("代わりに確認した理由", max_length=500, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="count_sheet_in_municipality"),
            models.UniqueConstraint(fields=["facility", "month", "version"], name="count_sheet_version_once"),
            models.UniqueConstraint(
                fields=["facility", "month"],
                name="one_current_count_sheet",
                condition=~Q(status=SheetStatus.SUPERSEDED),
            ),
            models.CheckConstraint(
                name="count_sheet_month_is_a_first_day", condition=first_day_only("month")
            ),
            models.CheckConstraint(
                name="count_sheet_confirmation_has_time_and_person",
                condition=filled_together("confirmed_at", "confirmed_by"),
            ),
            models.CheckConstraint(
                name="count_sheet_confirmed_when_it_says_so",
                condition=(Q(status=SheetStatus.CONFIRMED) & Q(confirmed_at__isnull=False))
                | (Q(status__in=[SheetStatus.WAITING, SheetStatus.DISPUTED]) & Q(confirmed_at__isnull=True))
                | Q(status=SheetStatus.SUPERSEDED),
            ),
            models.CheckConstraint(
                name="count_sheet_by_hand_has_person_and_reason",
                condition=(Q(entered_by__isnull=True, entered_reason="") & Q(source__isnull=False))
                | (Q(entered_by__isnull=False) & ~Q(entered_reason="")),
            ),
            models.CheckConstraint(
                name="count_sheet_on_behalf_is_confirmed",
                condition=Q(on_behalf_reason="") | Q(confirmed_at__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["municipality", "month"], name="count_sheet_month")
        ]
        ordering = ("-month", "-version")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.month:%Y-%m} v{self.version}"

    @property
    def service_month(self) -> ServiceMonth:
        """The month as the field counts it."""
        return ServiceMonth.of(self.month)


class ChildCount(FacilityOwned):
    """How many children of one cell were there on the first day (初日在籍数). Never a child's name (R12)."""

    sheet = models.ForeignKey(CountSheet, on_delete=models.CASCADE, related_name="counts")
    payer_code = models.CharField("居住市区町村コード", max_length=6)
    certification = models.CharField("認定区分", max_length=1, choices=Certification.choices)
    age = models.CharField("年齢", max_length=4, choices=Age.choices)
    hours = models.CharField("保育必要量", max_length=10, choices=Hours.choices)
    branch = models.BooleanField("分園", default=False)
    employee_slot = models.BooleanField("従業員枠", default=False)
    movement = models.CharField("途中入退所", max_length=3, choices=Movement.choices, default="", blank=True)
    days = models.PositiveSmallIntegerField("日数", null=True, blank=True)
    count = models.PositiveSmallIntegerField("初日在籍数")
    disabled_count = models.PositiveSmallIntegerField("うち障害児数", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=[
                    "sheet",
                    "payer_code",
                    "certification",
                    "age",
                    "hours",
                    "branch",
                    "employee_slot",
                    "movement",
                    "days",
                ],
                name="child_count_cell_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="child_count_payer_is_a_code", condition=Q(payer_code__regex=PAYER_CODE)
            ),
            models.CheckConstraint(
                name="child_count_is_plausible", condition=Q(count__gte=0, count__lte=999)
            ),
            models.CheckConstraint(
                name="child_count_certification_and_hours_agree",
                condition=Q(certification="1", hours="education")
                | Q(certification__in=["2", "3"], hours__in=["standard", "short"]),
            ),
            models.CheckConstraint(
                name="child_count_movement_has_days",
                condition=Q(movement="", days__isnull=True)
                | (~Q(movement="") & Q(days__gte=0, days__lte=31)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certification}号 {self.age} {self.hours}: {self.count}"


class CountDispute(FacilityOwned):
    """A cell the facility marked as different (相違の申し出), and the enrolment section's answer."""

    sheet = models.ForeignKey(CountSheet, on_delete=models.CASCADE, related_name="disputes")
    payer_code = models.CharField("居住市区町村コード", max_length=6)
    certification = models.CharField("認定区分", max_length=1, choices=Certification.choices)
    age = models.CharField("年齢", max_length=4, choices=Age.choices)
    hours = models.CharField("保育必要量", max_length=10, choices=Hours.choices)
    counted = models.PositiveSmallIntegerField("届いた人数")
    claimed = models.PositiveSmallIntegerField("施設の人数")
    reason = models.TextField("理由")
    raised_at = models.DateTimeField("申し出日時")
    raised_by = models.UUIDField("申し出た人")
    outcome = models.CharField(
        "回答の区分",
        max_length=10,
        default="",
        blank=True,
        choices=[("stands", "届いた人数が正しい"), ("corrected", "人数を訂正する")],
    )
    answer = models.TextField("回答", default="", blank=True)
    answered_at = models.DateTimeField("回答日時", null=True)
    answered_by = models.UUIDField("回答者", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="dispute_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="dispute_payer_is_a_code", condition=Q(payer_code__regex=PAYER_CODE)),
            models.CheckConstraint(
                name="dispute_certification_and_hours_agree",
                condition=Q(certification="1", hours="education")
                | Q(certification__in=["2", "3"], hours__in=["standard", "short"]),
            ),
            models.CheckConstraint(
                name="dispute_answer_is_whole",
                condition=Q(outcome="", answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (
                    Q(
                        outcome__in=["stands", "corrected"],
                        answered_at__isnull=False,
                        answered_by__isnull=False,
                    )
                    & ~Q(answer="")
                ),
            ),
            models.UniqueConstraint(
                fields=["sheet", "payer_code", "certification", "age", "hours"],
                name="one_open_dispute_a_cell",
                condition=Q(outcome=""),
            ),
        ]
        ordering = ("raised_at",)

    def __str__(self) -> str:
        return f"{self.certification}号 {self.age} {self.hours}: {self.counted} → {self.claimed}"
