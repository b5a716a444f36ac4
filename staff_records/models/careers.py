"""What somebody does, may do, has done and is paid."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facilities.periods import first_day_only
from staff_records.person_rows import MemberRow
from staff_records.sealed import optional_day, optional_text, optional_yen, sealed_day
from staff_records.words import Beginning, Concurrence, Ending, Leave, Licence, Post, Proof


class Employment(MemberRow):
    """
    A span of work at this facility under the same terms (雇用), both days included; without a last day it goes on.

    Spans of one person at one facility never overlap (the operations lock the member and look: days are sealed). Spans
    that follow each other day by day are one employment; 採用日 is the first day of the first one. ``leave``: on the
    roster, not at work. ``job`` is a code of ``pricing.staffing.jobs.JOBS``.
    """

    first_day = sealed_day("開始日")
    last_day = optional_day("終了日")
    beginning = models.CharField("始まり", max_length=12, choices=Beginning.choices)
    ending = models.CharField("終わり", max_length=12, choices=Ending.choices, default="", blank=True)
    job = models.CharField("職種", max_length=40)
    title = models.CharField("職名", max_length=40, default="", blank=True)
    post = models.CharField("職位", max_length=12, choices=Post.choices, default="", blank=True)
    is_regular = models.BooleanField("常勤")
    hours_a_day = models.DecimalField("1日の勤務時間", max_digits=4, decimal_places=2)
    days_a_month = models.DecimalField("月の勤務日数", max_digits=3, decimal_places=1)
    # As the contract says; empty: hours a day × days a month.
    hours_a_month = models.DecimalField("月の勤務時間", max_digits=5, decimal_places=2, null=True)
    leave = models.CharField("休業", max_length=12, choices=Leave.choices, default="", blank=True)
    concurrence = models.CharField("兼務", max_length=16, choices=Concurrence.choices, default="", blank=True)
    entered_at = models.DateTimeField("登録日時")
    entered_by = models.UUIDField("登録した人")
    withdrawn_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="work_hours_are_of_a_day", condition=Q(hours_a_day__gte=0, hours_a_day__lte=24)
            ),
            models.CheckConstraint(
                name="work_days_are_of_a_month", condition=Q(days_a_month__gte=0, days_a_month__lte=31)
            ),
            models.CheckConstraint(
                name="work_hours_are_of_a_month",
                condition=Q(hours_a_month__isnull=True) | Q(hours_a_month__gte=0, hours_a_month__lte=744),
            ),
            models.CheckConstraint(name="work_has_a_job", condition=~Q(job="")),
            models.CheckConstraint(
                name="work_that_ends_has_a_last_day",
                condition=Q(ending="") | Q(last_day_sealed__isnull=False),
            ),
        ]
        ordering = ("member", "entered_at")

    def __str__(self) -> str:
        return f"{self.job} of {self.member_id}"


class Qualification(MemberRow):
    """A qualification with its number (資格・免許)."""

    licence = models.CharField("資格", max_length=30, choices=Licence.choices)
    number = optional_text("登録番号")
    obtained_on = optional_day("登録日・取得日")
    # The city has seen the certificate (写し).
    checked_at = models.DateTimeField("写しの確認日時", null=True)
    checked_by = models.UUIDField("確認した人", null=True)
    entered_at = models.DateTimeField("登録日時")
    entered_by = models.UUIDField("登録した人")
    withdrawn_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="qualification_checked_by_somebody",
                condition=Q(checked_at__isnull=True, checked_by__isnull=True)
                | Q(checked_at__isnull=False, checked_by__isnull=False),
            ),
        ]
        ordering = ("member", "entered_at")

    def __str__(self) -> str:
        return f"{self.licence} of {self.member_id}"


class EarlierEmployment(MemberRow):
    """
    Work elsewhere before (前歴). ``workplace`` is a code of ``pricing.staffing.career.WORKPLACES``.

    ``is_long_enough``: 1日6時間以上かつ月20日以上; unknown until somebody has seen the certificate (在職証明).
    """

    workplace = models.CharField("勤務先の種別", max_length=40)
    employer = optional_text("勤務先の名称")
    first_day = sealed_day("開始日")
    last_day = sealed_day("終了日")
    is_long_enough = models.BooleanField("1日6時間以上かつ月20日以上", null=True)
    proof = models.CharField("在職証明", max_length=12, choices=Proof.choices, default=Proof.NONE)
    proof_changed_at = models.DateTimeField("証明の更新日時", null=True)
    proof_changed_by = models.UUIDField("証明を更新した人", null=True)
    entered_at = models.DateTimeField("登録日時")
    entered_by = models.UUIDField("登録した人")
    withdrawn_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        ordering = ("member", "entered_at")

    def __str__(self) -> str:
        return f"{self.workplace} of {self.member_id}"


class Training(MemberRow):
    """A finished training (研修). ``field`` is a code of ``pricing.staffing.TRAINING_FIELDS``."""

    field = models.CharField("分野", max_length=30)
    title = models.CharField("研修名", max_length=100, default="", blank=True)
    organiser = models.CharField("実施機関", max_length=100, default="", blank=True)
    hours = models.DecimalField("時間", max_digits=5, decimal_places=2)
    management_hours = models.DecimalField("うちマネジメント", max_digits=5, decimal_places=2, default=0)
    finished_on = sealed_day("修了日")
    is_in_house = models.BooleanField("園内研修", default=False)
    entered_at = models.DateTimeField("登録日時")
    entered_by = models.UUIDField("登録した人")
    withdrawn_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="training_has_hours", condition=Q(hours__gt=0, hours__lte=999)),
            models.CheckConstraint(
                name="management_is_part_of_the_training",
                condition=Q(management_hours__gte=0, management_hours__lte=models.F("hours")),
            ),
        ]
        ordering = ("member", "entered_at")

    def __str__(self) -> str:
        return f"{self.field} of {self.member_id}"


class MonthlyHours(MemberRow):
    """Hours really worked in a month, for the 常勤換算 of those who are not 常勤 (月の勤務実績)."""

    month = models.DateField("月")
    hours = models.DecimalField("勤務時間", max_digits=5, decimal_places=2)
    entered_at = models.DateTimeField("登録日時")
    entered_by = models.UUIDField("登録した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "month"], name="hours_once_a_month"),
            models.CheckConstraint(name="hours_of_a_first_day", condition=first_day_only("month")),
            models.CheckConstraint(
                name="worked_hours_are_of_a_month", condition=Q(hours__gte=0, hours__lte=744)
            ),
        ]
        ordering = ("member", "month")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} of {self.member_id}"


class Wage(MemberRow):
    """What was paid for a month, in yen (賃金), where 賃金改善 needs it."""

    month = models.DateField("月")
    base_yen = optional_yen("基本給")
    allowance_yen = optional_yen("手当")
    post_allowance_yen = optional_yen("うち役職手当")
    bonus_yen = optional_yen("賞与・一時金")
    entered_at = models.DateTimeField("登録日時")
    entered_by = models.UUIDField("登録した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "month"], name="wage_once_a_month"),
            models.CheckConstraint(name="wage_of_a_first_day", condition=first_day_only("month")),
        ]
        ordering = ("member", "month")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} of {self.member_id}"
