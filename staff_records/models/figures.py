"""Numbers of rosters that are kept so that the city's table of all facilities answers at once."""

from typing import ClassVar

from django.db import models

from facilities.periods import first_day_only
from facilities.tenancy import FacilityOwned
from vault import seals


@seals("content_sealed")
class KeptNumbers(FacilityOwned):
    """
    What a roster came to in a month (名簿の集計), kept until the roster changes.

    ``stamp`` says of which roster, terms and program: kept numbers count only while it is the stamp of today
    (``staff_records.keeping``). The numbers are sealed: the average of one teacher is that teacher's working life.
    """

    month = models.DateField("月")
    stamp = models.CharField("何から計算したか", max_length=64)
    content_sealed = models.BinaryField("集計")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "month"], name="numbers_kept_once_a_month"),
            models.CheckConstraint(name="numbers_of_a_first_day", condition=first_day_only("month")),
        ]
        ordering = ("facility", "month")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} of {self.facility_id}"

    @property
    def place(self) -> str:
        """Where the numbers are bound to: also to the stamp, so that they open under no other."""
        place = f"{self.municipality_id}|{self.facility_id}|{self.month}|{self.stamp}"
        return f"staff_records_keptnumbers|content|{place}"
