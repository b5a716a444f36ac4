"""What a facility says of its month and its year."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facilities.periods import first_day_only
from facilities.tenancy import FacilityOwned


class MonthlyFacts(FacilityOwned):
    """The month's few facts that only the facility knows (月の実績). Empty means not entered yet or not asked."""

    month = models.DateField("対象年月")
    meal_days_a_week = models.PositiveSmallIntegerField("給食の実施日数（週）", null=True, blank=True)
    side_dish_days = models.PositiveSmallIntegerField("副食費免除の日数", null=True, blank=True)
    saturday_closures = models.PositiveSmallIntegerField("土曜日の閉所日数", null=True, blank=True)
    strengthening_spent_yen = models.PositiveIntegerField("施設機能強化推進費の支出額", null=True, blank=True)
    version = models.PositiveSmallIntegerField("版", default=1)
    saved_at = models.DateTimeField("保存日時")
    saved_by = models.UUIDField("保存者")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "month"], name="facts_once_a_month"),
            models.CheckConstraint(name="facts_month_is_a_first_day", condition=first_day_only("month")),
            models.CheckConstraint(
                name="facts_meal_days_fit_a_week",
                condition=Q(meal_days_a_week__isnull=True)
                | Q(meal_days_a_week__gte=0, meal_days_a_week__lte=5),
            ),
            models.CheckConstraint(
                name="facts_side_dish_days_have_a_ceiling",
                condition=Q(side_dish_days__isnull=True) | Q(side_dish_days__lte=20),
            ),
            models.CheckConstraint(
                name="facts_saturdays_fit_a_month",
                condition=Q(saturday_closures__isnull=True) | Q(saturday_closures__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.month:%Y-%m}"


class ConditionAnswers(FacilityOwned):
    """
    What a facility has answered of the conditions for one fiscal year (加算の条件への回答).

    It advises; nothing is paid by it. ``answers`` maps names of ``pricing.conditions.facts`` to what was answered
    (``claims.answers``). What was answered before is on record.
    """

    fiscal_year = models.PositiveSmallIntegerField("年度")
    answers = models.JSONField("回答", default=dict)
    version = models.PositiveSmallIntegerField("版", default=1)
    saved_at = models.DateTimeField("保存日時")
    saved_by = models.UUIDField("保存者")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="condition_answers_in_municipality"),
            models.UniqueConstraint(fields=["facility", "fiscal_year"], name="condition_answers_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.fiscal_year}"
