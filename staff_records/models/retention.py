"""How long records of people are kept, and their erasure by two administrators."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from facilities.tenancy import FacilityOwned, MunicipalityOwned
from staff_records.states import ErasureStatus

USUAL_YEARS = 5
MOST_YEARS = 30


class RetentionRule(MunicipalityOwned):
    """For how many fiscal years after the year of leaving a city keeps the records (保存期間). Without a row: five."""

    years = models.PositiveSmallIntegerField("保存する年度数", default=USUAL_YEARS)
    changed_at = models.DateTimeField("変更日時")
    changed_by = models.UUIDField("変更した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality"], name="one_retention_rule_a_city"),
            models.CheckConstraint(
                name="records_are_kept_for_years", condition=Q(years__gte=1, years__lte=MOST_YEARS)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.years}"


class Erasure(MunicipalityOwned):
    """
    An erasure one administrator asks for and another one confirms (消去の依頼).

    Of whoever left in ``through_year`` or before. ``persons`` is how many were shown to both; who they are stands in
    the lines.
    """

    through_year = models.SmallIntegerField("退職年度（この年度まで）")
    persons = models.PositiveIntegerField("人数")
    status = models.CharField(
        "状態", max_length=10, choices=ErasureStatus.choices, default=ErasureStatus.WAITING
    )
    requested_at = models.DateTimeField("依頼日時")
    requested_by = models.UUIDField("依頼した人")
    confirmed_at = models.DateTimeField("確認日時", null=True)
    confirmed_by = models.UUIDField("確認した人", null=True)
    # Nobody's key is there any more; or it was withdrawn.
    ended_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="erasure_in_city"),
            models.UniqueConstraint(
                fields=["municipality"],
                name="one_erasure_at_a_time",
                condition=Q(status__in=[ErasureStatus.WAITING, ErasureStatus.CONFIRMED]),
            ),
            models.CheckConstraint(name="erasure_is_of_somebody", condition=Q(persons__gte=1)),
            models.CheckConstraint(
                name="erasure_is_confirmed_by_somebody_else",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_by=F("requested_by"))
                ),
            ),
            models.CheckConstraint(
                name="erasure_status_and_times_agree",
                condition=Q(status=ErasureStatus.WAITING, confirmed_at__isnull=True, ended_at__isnull=True)
                | Q(status=ErasureStatus.WITHDRAWN, confirmed_at__isnull=True, ended_at__isnull=False)
                | Q(status=ErasureStatus.CONFIRMED, confirmed_at__isnull=False, ended_at__isnull=True)
                | Q(status=ErasureStatus.DONE, confirmed_at__isnull=False, ended_at__isnull=False),
            ),
        ]
        ordering = ("-requested_at",)

    def __str__(self) -> str:
        return f"{self.through_year} {self.status}"


class ErasureLine(FacilityOwned):
    """One member of an erasure. ``was_kept``: was employed again meanwhile, or left later than was thought."""

    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, related_name="lines")
    member = models.ForeignKey("staff_records.StaffMember", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField("処理日時", null=True)
    was_kept = models.BooleanField("消去しなかった", default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["erasure", "member"], name="once_in_an_erasure"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.erasure_id}"
