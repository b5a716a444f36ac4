"""What the conditions say of a month, kept so that lists of all facilities answer at once."""

from typing import ClassVar

from django.db import models

from facilities.models import Kept
from facilities.periods import first_day_only
from vault import seals


@seals("content_sealed")
class KeptFindings(Kept):
    """
    What the conditions said of a facility's month (加算の確認の結果), kept until anything they ask of has changed
    (``claims.queries.kept_findings``).
    """

    class Meta(Kept.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "month"], name="findings_kept_once_a_month"),
            models.CheckConstraint(name="findings_of_a_first_day", condition=first_day_only("month")),
        ]
