"""A file with a roster on its way into an entry sheet, and what a facility's own files call our columns."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from facilities.tenancy import FacilityOwned
from staff_records.models.entries import EntrySheet
from vault import seals


@seals("file_sealed", place="file_place", holds_files=True)
@seals("told_sealed", place="told_place")
class RosterImport(FacilityOwned):
    """
    A file of a roster (取り込むファイル).

    A file with other headings waits here, sealed and for a day, while somebody says which column is which. Once its
    rows are in an entry sheet the file is gone; what stays, sealed and for as long as the sheet is open, is where its
    cells stood, so that a problem can be found in the file, and what was left out of it.
    """

    day = models.DateField("基準日")
    file_hash = models.CharField("ファイルのハッシュ", max_length=64)
    file_sealed = models.BinaryField("ファイル", null=True)
    told_sealed = models.BinaryField("読み取り方")
    sheet = models.ForeignKey(EntrySheet, on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField("選んだ日時")
    made_by = models.UUIDField("選んだ人")
    expires_at = models.DateTimeField("期限")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sheet"], name="one_import_an_entry_sheet"),
            models.CheckConstraint(
                name="roster_file_waits_or_is_in_a_sheet",
                condition=Q(sheet__isnull=True, file_sealed__isnull=False)
                | Q(sheet__isnull=False, file_sealed__isnull=True),
            ),
        ]
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.facility_id} {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def file_place(self) -> str:
        """Where the file is bound to."""
        return self.place_of("file")

    @property
    def told_place(self) -> str:
        """Where what was told of it is bound to."""
        return self.place_of("told")

    def place_of(self, column: str) -> str:
        """Where a sealed column is bound to."""
        return f"staff_records_rosterimport|{column}|{self.municipality_id}|{self.pk}"


class RosterMapping(FacilityOwned):
    """
    Which columns of a facility's own file are which of ours (列の対応): headings and words of choices, nobody's values.

    ``columns`` is their heading → our column or part of one, ``meanings`` our column → their word → our choice.
    ``headings_hash`` is of all their headings: the same file is recognised by it.
    """

    table = models.CharField("表", max_length=20)
    columns = models.JSONField("列")
    meanings = models.JSONField("言葉の意味", default=dict, blank=True)
    headings_hash = models.CharField("見出しのハッシュ", max_length=64)
    made_at = models.DateTimeField("保存日時")
    made_by = models.UUIDField("保存した人")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["facility", "headings_hash"], name="roster_mapping_once_a_layout"
            ),
        ]
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.table} {self.made_at:%Y-%m-%d}"
