"""Files of the core system: what they brought, and how their columns are read."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from claims.states import ImportStatus
from facilities.tenancy import MunicipalityOwned
from vault import seals


class FileKind(models.TextChoices):
    """What a file of the core system brings (ファイルの種類)."""

    COUNTS = "counts", "児童数"
    CHARGES = "charges", "利用者負担額"


def filled_together(*fields: str) -> Q:
    """Constraint condition: all of ``fields`` are filled, or none is."""
    return Q(**{f"{field}__isnull": True for field in fields}) | Q(
        **{f"{field}__isnull": False for field in fields}
    )


def import_constraints(name: str) -> list[models.BaseConstraint]:
    """The rules of every ``FileImport``, each under the import's own ``name``."""
    return [
        models.UniqueConstraint(fields=["municipality", "id"], name=f"{name}_in_municipality"),
        models.CheckConstraint(
            name=f"{name}_preview_only_while_previewed",
            condition=Q(status=ImportStatus.PREVIEWED) | Q(preview_sealed__isnull=True),
        ),
        models.CheckConstraint(
            name=f"{name}_decision_has_time_and_person",
            condition=Q(
                status__in=[ImportStatus.PREVIEWED, ImportStatus.EXPIRED],
                decided_at__isnull=True,
                decided_by__isnull=True,
            )
            | Q(
                status__in=[ImportStatus.ACCEPTED, ImportStatus.DISCARDED],
                decided_at__isnull=False,
                decided_by__isnull=False,
            ),
        ),
    ]


@seals("preview_sealed", holds_files=True)
class FileImport(MunicipalityOwned):
    """
    One uploaded file of the core system.

    The file itself is never kept: only its hash, and until accepted what it says, sealed, with an expiry.
    """

    kind: ClassVar[FileKind]

    file_hash = models.CharField("ファイルのハッシュ", max_length=64)
    encoding = models.CharField("文字コード", max_length=10)
    # The name it had then: a mapping may be renamed or deleted, what was read by it stays true.
    mapping_name = models.CharField("列の対応", max_length=60, default="", blank=True)
    # Who sent it when no person did: the folder, or the label of an API token.
    sender = models.CharField("届いたところ", max_length=80, default="", blank=True)
    months = models.JSONField("対象年月", default=list)
    status = models.CharField(
        "状態", max_length=10, choices=ImportStatus.choices, default=ImportStatus.PREVIEWED
    )
    summary = models.JSONField("件数", default=dict)
    preview_sealed = models.BinaryField("内容", null=True)
    uploaded_at = models.DateTimeField("アップロード日時")
    uploaded_by = models.UUIDField("アップロードした人")
    expires_at = models.DateTimeField("期限")
    decided_at = models.DateTimeField("取込・取りやめ日時", null=True)
    decided_by = models.UUIDField("取込・取りやめた人", null=True)

    class Meta:
        abstract = True
        ordering = ("-uploaded_at",)

    def __str__(self) -> str:
        return f"{self.status} {self.uploaded_at:%Y-%m-%d %H:%M}"

    @property
    def place(self) -> str:
        """Where the preview is sealed to."""
        return f"{self._meta.db_table}|preview|{self.municipality_id}|{self.pk}"


class CountImport(FileImport):
    """One uploaded file of child counts (児童数の取込)."""

    kind = FileKind.COUNTS

    layout = models.CharField("形式", max_length=4, choices=[("long", "縦型"), ("wide", "横型")])

    class Meta(FileImport.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = import_constraints("count_import")


class DropRefusal(MunicipalityOwned):
    """
    A file of the folder that was refused (受け付けられなかったファイル), with its first problems.

    The file itself is gone. No problem quotes what could be a person's; after a month the notice is deleted.
    """

    # Empty: nobody could tell from its headings.
    kind = models.CharField(
        "ファイルの種類", max_length=8, choices=FileKind.choices, default=FileKind.COUNTS, blank=True
    )
    file_hash = models.CharField("ファイルのハッシュ", max_length=64, blank=True)
    arrived_at = models.DateTimeField("読み込んだ日時")
    problem_count = models.PositiveIntegerField("直すところ（件）")
    problems = models.JSONField("直すところ")
    expires_at = models.DateTimeField("期限")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "file_hash"], name="drop_refusal_once_a_file"),
            models.CheckConstraint(name="drop_refusal_says_why", condition=Q(problem_count__gte=1)),
            models.CheckConstraint(
                name="drop_refusal_kind_is_known", condition=Q(kind__in=["", *FileKind.values])
            ),
        ]
        ordering = ("-arrived_at",)

    def __str__(self) -> str:
        return f"{self.arrived_at:%Y-%m-%d %H:%M}"


class ColumnMapping(MunicipalityOwned):
    """
    How a file with other headings is read (列の対応): see ``claims.mapping.Correspondence``.

    ``headings`` are all headings of the file it was made from; a file with the same ones is read by it.
    """

    kind = models.CharField("ファイルの種類", max_length=8, choices=FileKind.choices, default=FileKind.COUNTS)
    name = models.CharField("名前", max_length=60)
    headings = models.JSONField("見出し")
    fields = models.JSONField("列")
    constants = models.JSONField("決まった値", default=dict, blank=True)
    values = models.JSONField("コードの意味", default=dict, blank=True)
    made_at = models.DateTimeField("作成日時")
    made_by = models.UUIDField("作成者")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "name"], name="column_mapping_name_once_a_city"),
            models.CheckConstraint(name="column_mapping_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="column_mapping_kind_is_known", condition=Q(kind__in=FileKind.values)
            ),
        ]
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


@seals("content_sealed")
class MappingDraft(MunicipalityOwned):
    """
    A column mapping that is being made (作成中の列の対応).

    Of the file only its headings and the codes of coded columns wait here, sealed and for a while; never a count.
    """

    kind = models.CharField("ファイルの種類", max_length=8, choices=FileKind.choices, default=FileKind.COUNTS)
    content_sealed = models.BinaryField("見出しとコード")
    made_at = models.DateTimeField("作成日時")
    made_by = models.UUIDField("作成者")
    expires_at = models.DateTimeField("期限")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="mapping_draft_expires_after_it_is_made",
                condition=Q(expires_at__gt=models.F("made_at")),
            ),
            models.CheckConstraint(name="mapping_draft_kind_is_known", condition=Q(kind__in=FileKind.values)),
        ]
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"

    @property
    def place(self) -> str:
        """Where the content is sealed to."""
        return f"claims_mappingdraft|content|{self.municipality_id}|{self.pk}"


class ChargeImport(FileImport):
    """One uploaded file of user charges (利用者負担額の取込)."""

    kind = FileKind.CHARGES

    class Meta(FileImport.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = import_constraints("charge_import")
