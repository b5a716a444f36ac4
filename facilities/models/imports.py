"""A list of facilities on its way in."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facilities.periods import first_day_only
from facilities.tenancy import MunicipalityOwned
from vault import seals


class FacilityImportStatus(models.TextChoices):
    """An uploaded list of facilities."""

    PREVIEWED = "previewed", "確認待ち"
    ACCEPTED = "accepted", "取込済み"
    DISCARDED = "discarded", "取りやめ"
    EXPIRED = "expired", "期限切れ"


@seals("lines_sealed")
class FacilityImport(MunicipalityOwned):
    """
    One uploaded list of facilities (施設一覧の取込). Until it is accepted its lines wait sealed, with an expiry.

    ``from_month`` is the month the profiles of the list begin to hold.
    """

    status = models.CharField(
        "状態", max_length=10, choices=FacilityImportStatus.choices, default=FacilityImportStatus.PREVIEWED
    )
    from_month = models.DateField("適用開始月")
    file_hash = models.CharField("ファイルのハッシュ", max_length=64)
    summary = models.JSONField("件数", default=dict)
    lines_sealed = models.BinaryField("内容", null=True)
    uploaded_at = models.DateTimeField("アップロード日時")
    uploaded_by = models.UUIDField("アップロードした人")
    expires_at = models.DateTimeField("期限")
    decided_at = models.DateTimeField("取込・取りやめ日時", null=True)
    decided_by = models.UUIDField("取込・取りやめた人", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="facility_import_begins_on_a_first_day", condition=first_day_only("from_month")
            ),
            models.CheckConstraint(
                name="facility_import_lines_only_while_previewed",
                condition=Q(status=FacilityImportStatus.PREVIEWED) | Q(lines_sealed__isnull=True),
            ),
            models.CheckConstraint(
                name="facility_import_decision_has_time_and_person",
                condition=Q(
                    status__in=[FacilityImportStatus.PREVIEWED, FacilityImportStatus.EXPIRED],
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | Q(
                    status__in=[FacilityImportStatus.ACCEPTED, FacilityImportStatus.DISCARDED],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
        ]
        ordering = ("-uploaded_at",)

    def __str__(self) -> str:
        return f"{self.uploaded_at:%Y-%m-%d} {self.status}"

    @property
    def place(self) -> str:
        """Where the lines are sealed to."""
        return f"facilities_facilityimport|lines|{self.municipality_id}|{self.pk}"
