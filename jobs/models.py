"""The transactional outbox: work that must happen after an act is a row of the act's own transaction."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from vault import seals


class Lane(models.TextChoices):
    """Who waits for it. A worker takes turns between the lanes: a bundle of hundreds keeps nobody waiting."""

    USUAL = "celery", "通常"
    BULK = "bulk", "まとめて"


@seals("payload_sealed")
class Job(models.Model):
    """
    One thing to do (処理待ち): a mail to send, a document to render.

    ``args`` holds ids only; what is personal lives sealed in ``payload_sealed`` and is emptied once it was used or
    has expired. There is no tenant policy on this table: a handler opens the scope its ids name.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.TextField("種類")
    key = models.TextField("重複防止", null=True, unique=True)
    args = models.JSONField("引数", default=dict)
    payload_sealed = models.BinaryField("中身", null=True)
    lane = models.CharField(
        "列", max_length=10, choices=Lane.choices, default=Lane.USUAL, db_default=Lane.USUAL
    )
    created_at = models.DateTimeField("受付", auto_now_add=True)
    due_at = models.DateTimeField("開始予定")
    expires_at = models.DateTimeField("期限", null=True)
    attempts = models.PositiveSmallIntegerField("試行", default=0)
    started_at = models.DateTimeField("開始", null=True)
    done_at = models.DateTimeField("完了", null=True)
    failed_at = models.DateTimeField("断念", null=True)
    last_error = models.TextField("最後の誤り", default="", blank=True)

    objects: ClassVar[models.Manager["Job"]] = models.Manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="job_ends_once", condition=Q(done_at__isnull=True) | Q(failed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="job_payload_is_emptied_at_the_end",
                condition=Q(payload_sealed__isnull=True) | Q(done_at__isnull=True, failed_at__isnull=True),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                F("due_at"), name="job_waiting", condition=Q(done_at__isnull=True, failed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def place(self) -> str:
        """Where the payload is sealed to."""
        return f"jobs_job|payload|{self.pk}"
