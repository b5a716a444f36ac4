"""Numbers of rosters that are kept so that the city's table of all facilities answers at once."""

from typing import ClassVar

from django.db import models

from facilities.models import Kept
from facilities.periods import first_day_only
from vault import seals


@seals("content_sealed")
class KeptNumbers(Kept):
    """What a roster came to in a month (名簿の集計), kept until the roster changes (``staff_records.keeping``)."""

    class Meta(Kept.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "month"], name="numbers_kept_once_a_month"),
            models.CheckConstraint(name="numbers_of_a_first_day", condition=first_day_only("month")),
        ]
