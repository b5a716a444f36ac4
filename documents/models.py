"""Paper out: documents ordered, rendered by the worker, stored sealed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from documents.pack_models import FormPack, FormPackStep, FormWorkbook
from facilities.tenancy import FacilityOwned
from vault import seals

__all__ = ["Document", "FormPack", "FormPackStep", "FormWorkbook", "Format"]


class Format(models.TextChoices):
    """File formats."""

    PDF = "pdf", "PDF"
    XLSX = "xlsx", "Excel"


@seals("content_sealed", holds_files=True)
class Document(FacilityOwned):
    """
    One rendered form in one format (帳票).

    ``subject_id`` names what it shows (a claim version); documents do not know what a claim is. The content is sealed
    to this very row and belongs to its facility: a file moved to another row does not open.
    """

    form = models.CharField("様式", max_length=40)
    format = models.CharField("形式", max_length=4, choices=Format.choices)
    subject_id = models.UUIDField("対象")
    month = models.DateField("対象年月")
    title = models.CharField("表題", max_length=120)
    file_name = models.CharField("ファイル名", max_length=120)
    ordered_at = models.DateTimeField("依頼日時")
    ordered_by = models.UUIDField("依頼者")
    job_id = models.UUIDField("処理")
    ready_at = models.DateTimeField("完成日時", null=True)
    content_sealed = models.BinaryField("内容", null=True)
    content_hash = models.CharField("内容のハッシュ", max_length=64, default="", blank=True)
    size_bytes = models.PositiveIntegerField("大きさ", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject_id", "form", "format"], name="document_once_a_subject"),
            models.CheckConstraint(
                name="document_is_ready_when_it_has_content",
                condition=Q(
                    ready_at__isnull=True,
                    content_sealed__isnull=True,
                    size_bytes__isnull=True,
                    content_hash="",
                )
                | (
                    Q(ready_at__isnull=False, content_sealed__isnull=False, size_bytes__isnull=False)
                    & ~Q(content_hash="")
                ),
            ),
        ]
        ordering = ("-month", "form", "format")

    def __str__(self) -> str:
        return self.file_name

    @property
    def place(self) -> str:
        """Where the content is sealed to."""
        return f"documents_document|content|{self.municipality_id}|{self.facility_id}|{self.pk}"
