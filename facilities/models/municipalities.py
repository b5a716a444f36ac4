"""The tenant, and the corporations in it."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from facilities.periods import ServiceMonth
from facilities.schedule import Step, first_schedule
from facilities.tenancy import MunicipalityOwned


class Municipality(models.Model):
    """A city, town or ward (市区町村): the tenant. Code and name are public; the row has no tenant policy."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.CharField("市区町村コード", max_length=6, unique=True)
    name = models.CharField("名称", max_length=40)
    # The days of the city's months: see ``facilities.schedule``. Beside the row, because every page needs it.
    schedule = models.JSONField("月の日程", default=first_schedule)

    objects: ClassVar[models.Manager["Municipality"]] = models.Manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="municipality_code_is_six_digits", condition=Q(code__regex=r"^[0-9]{6}$")
            ),
            # «Has rules» is said: without them the second comparison is unknown, and a CHECK lets the unknown pass.
            models.CheckConstraint(
                name="municipality_has_a_rule_for_every_step",
                condition=Q(schedule__has_key="rules")
                & Q(schedule__rules__has_keys=[str(step) for step in Step]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Corporation(MunicipalityOwned):
    """Who runs facilities (設置主体): a corporation, or the municipality itself."""

    # A sole proprietor (個人事業主) has none.
    corporate_number = models.CharField("法人番号", max_length=13, blank=True)
    name = models.CharField("名称", max_length=100)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="corporation_in_municipality"),
            models.UniqueConstraint(
                fields=["municipality", "corporate_number"],
                name="corporate_number_once_a_city",
                condition=~Q(corporate_number=""),
            ),
            models.CheckConstraint(
                name="corporate_number_is_13_digits_or_none",
                condition=Q(corporate_number__regex=r"^([0-9]{13})?$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_same(self, number: str, name: str) -> bool:
        """Whether these words mean this corporation: by its number; a sole proprietor, who has none, by the name."""
        return number == self.corporate_number and (bool(number) or name == self.name)


class CorporationName(MunicipalityOwned):
    """
    A corporation's name from a day on (名称変更); without a day, from the beginning. The corporation's own row holds
    today's.

    A corporation that was never renamed has none of these. A corrected one stays, withdrawn.
    """

    corporation = models.ForeignKey(Corporation, on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField("変更日", null=True, blank=True)
    name = models.CharField("名称", max_length=100)
    withdrawn_at = models.DateTimeField("取消日時", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["corporation", "from_day"],
                name="one_name_of_a_corporation_a_day",
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
            ),
        ]
        ordering = (F("from_day").asc(nulls_first=True),)

    def __str__(self) -> str:
        return self.name


def name_in(corporation: Corporation, month: ServiceMonth) -> str:
    """The corporation's name on the month's first day."""
    names = CorporationName.objects.filter(corporation=corporation, withdrawn_at__isnull=True)
    before = [row.name for row in names if row.from_day is None or row.from_day <= month.first_day]
    return before[-1] if before else corporation.name
