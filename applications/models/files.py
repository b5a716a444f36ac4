"""Files of applications."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from applications.models.cases import ApplicationVersion
from documents.attachments import AttachmentKind
from facilities.tenancy import FacilityOwned
from vault import seal, unseal
from vault.columns import seals


@seals("name_sealed", place="name_place")
@seals("content_sealed", holds_files=True)
class EvidenceFile(FacilityOwned):
    """
    A file that proves what an application says (添付ファイル), sealed to this very row; so is its name, for files are
    called after people (在職証明_…).

    Added and taken away while its version is a draft; what was sent stays with the version it was sent with.
    """

    version = models.ForeignKey(ApplicationVersion, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField("種類", max_length=4, choices=AttachmentKind.choices)
    name_sealed = models.BinaryField("ファイル名")
    size_bytes = models.PositiveIntegerField("大きさ")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    content_sealed = models.BinaryField("内容")
    added_at = models.DateTimeField("添付日時")
    added_by = models.UUIDField("添付した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "content_hash"], name="the_same_evidence_once_a_version"
            ),
            models.CheckConstraint(
                name="evidence_holds_something",
                condition=Q(size_bytes__gte=1, content_hash__regex=r"^[0-9a-f]{64}$"),
            ),
        ]
        ordering = ("added_at", "id")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def place(self) -> str:
        """Where the content is sealed to."""
        return f"applications_evidencefile|content|{self.municipality_id}|{self.facility_id}|{self.pk}"

    @property
    def name_place(self) -> str:
        """Where the name is sealed to."""
        return f"applications_evidencefile|name|{self.municipality_id}|{self.facility_id}|{self.pk}"

    @property
    def file_name(self) -> str:
        """The name it was attached with, as far as it may be kept."""
        name: str = unseal(self.name_sealed, bound_to=self.name_place).decode()
        return name

    @file_name.setter
    def file_name(self, name: str) -> None:
        self.name_sealed = seal(name.encode(), bound_to=self.name_place)
