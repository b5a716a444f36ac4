"""What holds of the place of facilities (地域の設定): the city says it once a year, and where one lies elsewhere."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facilities.tenancy import FacilityOwned, MunicipalityOwned


class SaidOfPlace(models.Model):
    """One word of the city. A later one ends it and stands beside it: nothing that was said is changed."""

    fiscal_year = models.PositiveSmallIntegerField("年度")
    fact = models.CharField("項目", max_length=40)
    value = models.JSONField("内容")
    is_carried = models.BooleanField("前年度から引き継いだ", default=False)
    said_at = models.DateTimeField("登録日時")
    said_by = models.UUIDField("登録した人")
    ended_at = models.DateTimeField("終えた日時", null=True)
    ended_by = models.UUIDField("終えた人", null=True)

    class Meta:
        abstract = True


class PlaceFact(SaidOfPlace, MunicipalityOwned):
    """What holds in the whole city in a fiscal year."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["municipality", "fiscal_year", "fact"],
                name="one_place_fact_holds_a_year",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="ended_place_fact_says_by_whom",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]
        ordering = ("fiscal_year", "fact", "said_at")

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.fact}"


class PlaceException(SaidOfPlace, FacilityOwned):
    """What holds of one facility that lies elsewhere."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["facility", "fiscal_year", "fact"],
                name="one_place_exception_holds_a_year",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="ended_place_exception_says_by_whom",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]
        ordering = ("facility", "fiscal_year", "fact", "said_at")

    def __str__(self) -> str:
        return f"{self.facility_id} {self.fiscal_year} {self.fact}"
