"""Bundles of documents: what was asked for, item by item, and the file in parts."""

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from facilities.actors import Role
from facilities.scope import current_scope
from vault import seals


class Packing(models.TextChoices):
    """What a bundle becomes."""

    ZIP = "zip", "ZIP（施設ごとのフォルダー）"
    PDF = "pdf", "1つのPDF（しおり付き）"


class BundleManager(models.Manager[Any]):
    """A facility's own bundles; in the city's scope those of the city itself, too."""

    def get_queryset(self) -> models.QuerySet[Any]:
        opened = current_scope()
        rows = super().get_queryset().filter(municipality=opened.municipality_id)
        return rows if opened.facility_ids is None else rows.filter(facility__in=opened.facility_ids)


class BundleOwned(models.Model):
    """A row of the facility that ordered its bundle, or of the city alone (``facility`` None)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    municipality = models.ForeignKey("facilities.Municipality", on_delete=models.PROTECT, related_name="+")
    facility = models.ForeignKey("facilities.Facility", on_delete=models.PROTECT, related_name="+", null=True)

    objects: ClassVar[BundleManager] = BundleManager()

    class Meta:
        abstract = True


class Bundle(BundleOwned):
    """
    帳票の束: documents of some forms, months and facilities as one file.

    ``forms`` are codes, empty for every form; ``about`` is the facility it is about, None for all. ``round`` counts how
    often it was put together: once more after failed documents were tried again. ``names_people``: sealed under a key
    of its own as well, which goes with those it names.
    """

    title = models.CharField("名前", max_length=120)
    packing = models.CharField("まとめ方", max_length=4, choices=Packing.choices)
    forms = models.JSONField("様式", default=list)
    formats = models.JSONField("形式", default=list)
    first_month = models.DateField("最初の月")
    last_month = models.DateField("最後の月")
    about = models.ForeignKey(
        "facilities.Facility", on_delete=models.PROTECT, related_name="+", null=True, verbose_name="施設"
    )
    ordered_at = models.DateTimeField("依頼日時")
    ordered_by = models.UUIDField("依頼者")
    job_id = models.UUIDField("処理", null=True)
    ordered_as = models.CharField("依頼者の役割", max_length=20, choices=Role.choices)
    round = models.PositiveIntegerField("回", default=1)
    names_people = models.BooleanField("氏名がある", default=False)
    listed_at = models.DateTimeField("中身が決まった日時", null=True)
    cancelled_at = models.DateTimeField("取りやめた日時", null=True)
    ready_at = models.DateTimeField("完成日時", null=True)
    refusal = models.CharField("作れない理由", max_length=200, default="", blank=True)
    missing = models.PositiveIntegerField("入っていない帳票", default=0)
    content_hash = models.CharField("内容のハッシュ", max_length=64, default="", blank=True)
    size_bytes = models.PositiveBigIntegerField("大きさ", null=True)
    expires_at = models.DateTimeField("期限")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="bundle_in_municipality"),
            models.CheckConstraint(
                name="bundle_is_ready_when_it_has_content",
                condition=Q(ready_at__isnull=True, size_bytes__isnull=True, content_hash="")
                | (Q(ready_at__isnull=False, size_bytes__isnull=False, refusal="") & ~Q(content_hash="")),
            ),
            models.CheckConstraint(
                name="bundle_ends_once", condition=Q(ready_at__isnull=True) | Q(cancelled_at__isnull=True)
            ),
            models.CheckConstraint(
                name="bundle_months_are_in_order", condition=Q(first_month__lte=models.F("last_month"))
            ),
        ]
        ordering = ("-ordered_at",)

    def __str__(self) -> str:
        return self.title

    @property
    def file_name(self) -> str:
        """What it is saved as."""
        return f"{self.title}.{self.packing}"


class BundleItem(BundleOwned):
    """
    One document a bundle shall hold. ``about_number`` and ``about_name`` are its facility's; ``refusal`` why it is not
    ordered. ``document_id`` names a ``Document`` once it was ordered: its row may be gone again.
    """

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField("順")
    about_id = models.UUIDField("施設")
    about_number = models.CharField("事業所番号", max_length=13)
    about_name = models.CharField("施設名", max_length=100)
    subject = models.CharField("対象の種類", max_length=40)
    subject_id = models.UUIDField("対象")
    form = models.CharField("様式", max_length=40)
    title = models.CharField("様式の名前", max_length=60)
    format = models.CharField("形式", max_length=4)
    document_id = models.UUIDField("帳票", null=True)
    refusal = models.CharField("入らない理由", max_length=200, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["bundle", "position"], name="bundle_item_once"),
            models.CheckConstraint(
                name="bundle_item_is_ordered_or_refused",
                condition=Q(document_id__isnull=True) | Q(refusal=""),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["document_id"], name="bundle_item_document")
        ]
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.about_number} {self.title}"


@seals("content_sealed", holds_files=True)
class BundlePart(BundleOwned):
    """A piece of a bundle's file, sealed to its row: no row holds more than ``bundle_files.PART_BYTES``."""

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField("番号")
    content_sealed = models.BinaryField("内容")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["bundle", "number"], name="bundle_part_once"),
        ]
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.bundle_id} {self.number}"

    @property
    def place(self) -> str:
        """Where the content is sealed to."""
        return f"documents_bundlepart|content|{self.municipality_id}|{self.bundle_id}|{self.number}"
