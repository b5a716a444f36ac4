"""Paper out: documents ordered, rendered by the worker, stored sealed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from documents.bundle_models import Bundle, BundleItem, BundlePart
from documents.contact_models import FormContact
from documents.font_models import CityFont
from documents.pack_models import FormPack, FormPackStep, FormWorkbook
from facilities.tenancy import FacilityOwned
from vault import seals

__all__ = [
    "Bundle",
    "BundleItem",
    "BundlePart",
    "CityFont",
    "ControlNumber",
    "Document",
    "FormContact",
    "FormPack",
    "FormPackStep",
    "FormWorkbook",
    "Format",
]


class Format(models.TextChoices):
    """File formats."""

    PDF = "pdf", "PDF"
    XLSX = "xlsx", "Excel"


@seals("problems_sealed", place="problems_place")
@seals("content_sealed", holds_files=True)
class Document(FacilityOwned):
    """
    One rendered form in one format (帳票).

    ``subject`` and ``subject_id`` name what it shows (a claim version); documents do not know what a claim is.
    ``edition`` says which of its contents, ``pack_hash`` which pack rendered it (both empty for what was printed before
    there were packs). The content is sealed to this very row and belongs to its facility: a file moved to another row
    does not open. Where the form could not be made as its data are, ``problems_sealed`` says why.
    """

    form = models.CharField("様式", max_length=40)
    format = models.CharField("形式", max_length=4, choices=Format.choices)
    subject = models.CharField("対象の種類", max_length=40)
    subject_id = models.UUIDField("対象")
    edition = models.CharField("内容の版", max_length=64, default="", blank=True)
    pack_hash = models.CharField("様式のハッシュ", max_length=64, default="", blank=True)
    control_number = models.CharField("管理番号", max_length=60, default="", blank=True)
    is_draft = models.BooleanField("下書き", default=False)
    month = models.DateField("対象年月")
    title = models.CharField("表題", max_length=120)
    file_name = models.CharField("ファイル名", max_length=120)
    ordered_at = models.DateTimeField("依頼日時")
    ordered_by = models.UUIDField("依頼者")
    job_id = models.UUIDField("処理")
    # The bundle that alone asked for it: it is not made any more when the bundle is cancelled.
    bundle_id = models.UUIDField("束", null=True)
    ready_at = models.DateTimeField("完成日時", null=True)
    content_sealed = models.BinaryField("内容", null=True)
    content_hash = models.CharField("内容のハッシュ", max_length=64, default="", blank=True)
    size_bytes = models.PositiveIntegerField("大きさ", null=True)
    failed_at = models.DateTimeField("作成できなかった日時", null=True)
    problems_sealed = models.BinaryField("作成できない理由", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subject_id", "form", "format", "edition", "pack_hash"],
                name="document_once_an_edition",
            ),
            models.CheckConstraint(
                name="document_draft_has_no_control_number",
                condition=Q(is_draft=False) | Q(control_number=""),
            ),
            models.CheckConstraint(
                name="document_failed_says_why",
                condition=Q(failed_at__isnull=True, problems_sealed__isnull=True)
                | Q(failed_at__isnull=False, problems_sealed__isnull=False, ready_at__isnull=True),
            ),
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
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["municipality", "month", "form"], name="document_of_a_month"),
        ]
        ordering = ("-month", "form", "format")

    def __str__(self) -> str:
        return self.file_name

    @property
    def place(self) -> str:
        """Where the content is sealed to."""
        return f"documents_document|content|{self.municipality_id}|{self.facility_id}|{self.pk}"

    @property
    def problems_place(self) -> str:
        """Where the reasons are sealed to."""
        return f"documents_document|problems|{self.municipality_id}|{self.facility_id}|{self.pk}"


class ControlNumber(FacilityOwned):
    """
    Which content a control number (管理番号) on paper stands for: one subject of the city, whatever forms show it.

    Written when a final form of it is ordered first; it stays when its documents are gone.
    """

    number = models.CharField("管理番号", max_length=60)
    subject = models.CharField("対象の種類", max_length=40)
    subject_id = models.UUIDField("対象")
    given_at = models.DateTimeField("付番日時")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "number"], name="control_number_once_a_city"),
            models.CheckConstraint(name="control_number_is_there", condition=~Q(number="")),
        ]

    def __str__(self) -> str:
        return self.number
