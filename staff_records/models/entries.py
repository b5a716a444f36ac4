"""What is being typed, pasted or imported, before it becomes the roster."""

from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from facilities.tenancy import FacilityOwned
from staff_records.person_rows import PersonRow
from staff_records.sealed import optional_text
from staff_records.states import EntryStatus


class EntrySheet(FacilityOwned):
    """
    A table in which a roster is typed (入力表): kept as typed until all of it becomes the roster, or is thrown away.

    ``day``: the day as of which the rows are true. ``source``: typed, copied or imported; no name of a file is kept, it
    could be a person's. ``exported_at``: when our own workbook was written that the rows come from; what has changed
    here since is not overwritten without being asked for. One open sheet a facility.
    """

    day = models.DateField("基準日")
    source = models.CharField("もと", max_length=20)
    file_hash = models.CharField("ファイルのハッシュ", max_length=64, default="", blank=True)
    exported_at = models.DateTimeField("ファイルを書き出した日時", null=True)
    status = models.CharField("状態", max_length=10, choices=EntryStatus.choices, default=EntryStatus.OPEN)
    version = models.PositiveIntegerField("版", default=1)
    opened_at = models.DateTimeField("開始日時")
    opened_by = models.UUIDField("開始した人")
    saved_at = models.DateTimeField("保存日時")
    saved_by = models.UUIDField("保存した人")
    closed_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "facility", "id"], name="sheet_in_facility"),
            models.UniqueConstraint(
                fields=["facility"], name="one_open_entry_sheet", condition=Q(status=EntryStatus.OPEN)
            ),
            models.CheckConstraint(
                name="entry_sheet_is_closed_with_its_time",
                condition=Q(status=EntryStatus.OPEN, closed_at__isnull=True)
                | (~Q(status=EntryStatus.OPEN) & Q(closed_at__isnull=False)),
            ),
        ]
        ordering = ("-opened_at",)

    def __str__(self) -> str:
        return f"{self.facility_id} {self.day:%Y-%m-%d}"


class EntryRow(PersonRow):
    """
    One row of an entry sheet: the texts as typed, as a JSON object by column, sealed.

    ``table`` says which table of ``columns.TABLES`` it belongs to, ``place`` its order there, ``line`` where it
    stood in a file. A row about somebody on the roster is sealed under that member's key, any other under a key of its
    own, which is destroyed with the sheet.
    """

    sheet = models.ForeignKey(EntrySheet, on_delete=models.PROTECT, related_name="+")
    table = models.CharField("表", max_length=20)
    place = models.PositiveIntegerField("順")
    line = models.PositiveIntegerField("ファイルの行", null=True)
    member = models.ForeignKey(
        "staff_records.StaffMember", on_delete=models.PROTECT, related_name="+", null=True
    )
    texts = optional_text("入力した内容")
    # What was copied from the roster, as ``texts``: only a cell that differs from it was typed.
    copied = optional_text("写した内容")
    # What the row changes of somebody who is there holds from the sheet's day on, or was wrong from the beginning.
    is_correction = models.BooleanField("入力の誤りの訂正", default=False)
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        ordering = ("sheet", "table", "place")

    def __str__(self) -> str:
        return f"{self.table} {self.place} of {self.sheet_id}"

    @property
    def key_id(self) -> UUID:
        """The member's key, or the row's own."""
        return self.member_id or self.pk

    @classmethod
    def under_keys(cls, key_ids: Collection[UUID]) -> Q:
        """The members' rows, and the rows themselves."""
        return Q(member__in=key_ids) | Q(member__isnull=True, pk__in=key_ids)
