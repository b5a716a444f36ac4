"""The append-only record. Text only, no foreign keys: the record never interferes with live rows."""

from typing import ClassVar
from uuid import UUID

from django.db import models


class Event(models.Model):
    """
    One read or one write (操作・アクセスの記録).

    The table is partitioned by month and append-only (see migration 0001); rows are written by
    ``audit.record.record`` with plain SQL, so that no RETURNING asks for the right to read.
    """

    id = models.UUIDField(primary_key=True)
    number = models.BigIntegerField("通し番号", editable=False)
    at = models.DateTimeField("日時")
    request_id = models.UUIDField("要求")
    municipality_id = models.UUIDField("市", null=True)
    facility_id = models.UUIDField("施設", null=True)
    actor_id = models.TextField("利用者ID")
    actor_label = models.TextField("利用者")
    actor_role = models.TextField("役割")
    address = models.TextField("接続元")
    entrance = models.TextField("入口")
    event = models.TextField("できごと")
    object_type = models.TextField("対象の種類")
    object_id = models.TextField("対象")
    rows = models.JSONField("表示・変更した行")
    detail = models.JSONField("内容")
    outcome = models.TextField("結果")

    objects: ClassVar[models.Manager["Event"]] = models.Manager()

    class Meta:
        db_table = "audit_event"
        managed = False
        ordering = ("-at", "-number")

    def __str__(self) -> str:
        return f"{self.event} {self.at:%Y-%m-%d %H:%M:%S}"

    @property
    def shown_ids(self) -> set[UUID]:
        """Every row id of the event, whatever its kind."""
        return {UUID(row) for ids in self.rows.values() for row in ids}
