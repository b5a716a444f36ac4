"""When the rosters of a year are due."""

from typing import ClassVar

from django.db import models

from facilities.tenancy import MunicipalityOwned


class RosterRound(MunicipalityOwned):
    """The day by which the rosters as of 1 April are due (提出期限), where the city has chosen one."""

    fiscal_year = models.PositiveSmallIntegerField("年度")
    due_on = models.DateField("提出期限")
    set_at = models.DateTimeField("設定日時")
    set_by = models.UUIDField("設定した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "fiscal_year"], name="one_roster_round_a_year"),
        ]
        ordering = ("-fiscal_year",)

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.due_on:%Y-%m-%d}"
