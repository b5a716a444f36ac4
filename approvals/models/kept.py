"""How what was sent compares with what is known by now, kept so that the inbox answers at once."""

from typing import ClassVar

from django.db import models

from facilities.models import Kept
from facilities.periods import first_day_only
from vault import seals


@seals("content_sealed")
class KeptComparisons(Kept):
    """
    Of the applications of a facility and fiscal year that wait, which values are known otherwise by now (登録との比較),
    kept under April of the year until anything they are compared with has changed (``approvals.items.registers``).
    """

    class Meta(Kept.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "month"], name="comparisons_kept_once_a_year"),
            models.CheckConstraint(name="comparisons_of_a_first_day", condition=first_day_only("month")),
        ]
