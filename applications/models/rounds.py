"""The six entry rounds of a year, and where the city has opened one again."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from facilities.tenancy import FacilityOwned, MunicipalityOwned

FIRST_ROUND, LAST_ROUND = 1, 6


class EntryRound(MunicipalityOwned):
    """One entry round (入力の回) of a fiscal year, as the city has set it (R3). It may end after the fiscal year."""

    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("回")
    name = models.CharField("名前", max_length=40)
    opens_on = models.DateField("開始日")
    closes_on = models.DateField("締切日")
    set_at = models.DateTimeField("設定日時")
    set_by = models.UUIDField("設定した人", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["municipality", "fiscal_year", "number"], name="each_entry_round_once_a_year"
            ),
            models.CheckConstraint(
                name="entry_round_is_one_of_six", condition=Q(number__range=(FIRST_ROUND, LAST_ROUND))
            ),
            models.CheckConstraint(
                name="entry_round_opens_before_it_closes", condition=Q(closes_on__gte=F("opens_on"))
            ),
        ]
        ordering = ("fiscal_year", "number")

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.number}"


class RoundReopening(FacilityOwned):
    """The city opens a round for one facility until another day (再開), with a reason the facility reads."""

    entry_round = models.ForeignKey(EntryRound, on_delete=models.PROTECT, related_name="reopenings")
    until = models.DateField("入力できる最後の日")
    reason = models.CharField("理由", max_length=300)
    opened_at = models.DateTimeField("再開した日時")
    opened_by = models.UUIDField("再開した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="reopening_has_a_reason", condition=~Q(reason="")),
        ]
        ordering = ("-opened_at",)

    def __str__(self) -> str:
        return f"{self.facility_id} {self.entry_round_id} {self.until}"
