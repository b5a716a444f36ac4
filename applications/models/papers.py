"""Sheets that come on paper."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from applications.models.cases import ApplicationVersion
from applications.paper_numbers import in_groups
from applications.states import PAPER_TRANSITIONS, PaperStatus
from facilities.tenancy import FacilityOwned
from facilities.transitions import check_transition

WAITED_FOR = (PaperStatus.DUE, PaperStatus.ANNOUNCED)
LONGEST_REMARK = 300
LONGEST_PLACE = 100


class Paper(FacilityOwned):
    """
    One sheet an application still needs on paper (紙の書類, R11): due, announced, received, checked, filed where.

    ``number`` stands on the cover sheet and in its barcode; it tells nothing but the row. Never the sheet's content.
    ``remark`` says why it is not needed, or why it was set back.
    """

    version = models.ForeignKey(ApplicationVersion, on_delete=models.PROTECT, related_name="papers")
    paper_key = models.CharField("書類", max_length=40)
    title = models.CharField("書類の名前", max_length=60)
    number = models.CharField("受付番号", max_length=13)
    has_children = models.BooleanField("児童の氏名がある", default=False)
    status = models.CharField("状態", max_length=12, choices=PaperStatus.choices, default=PaperStatus.DUE)
    due_on = models.DateField("提出期限")
    announced_at = models.DateTimeField("送付の連絡", null=True)
    received_at = models.DateTimeField("受付日時", null=True)
    received_by = models.UUIDField("受け付けた人", null=True)
    checked_at = models.DateTimeField("確認日時", null=True)
    checked_by = models.UUIDField("確認した人", null=True)
    filed_at = models.CharField("保管場所", max_length=100, default="", blank=True)
    remark = models.CharField("メモ", max_length=300, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "number"], name="paper_number_once_a_city"),
            models.UniqueConstraint(fields=["version", "paper_key"], name="paper_once_a_version"),
            models.CheckConstraint(name="paper_number_is_digits", condition=Q(number__regex=r"^[0-9]{13}$")),
            models.CheckConstraint(
                name="paper_that_is_not_needed_says_why",
                condition=~Q(status=PaperStatus.NOT_NEEDED) | ~Q(remark=""),
            ),
            models.CheckConstraint(
                name="paper_status_and_times_agree",
                condition=Q(status__in=[PaperStatus.DUE, PaperStatus.NOT_NEEDED], received_at__isnull=True)
                | Q(status=PaperStatus.ANNOUNCED, announced_at__isnull=False, received_at__isnull=True)
                | Q(
                    status=PaperStatus.RECEIVED,
                    received_at__isnull=False,
                    received_by__isnull=False,
                    checked_at__isnull=True,
                )
                | Q(
                    status=PaperStatus.CHECKED,
                    received_at__isnull=False,
                    received_by__isnull=False,
                    checked_at__isnull=False,
                    checked_by__isnull=False,
                ),
            ),
        ]
        ordering = ("due_on", "number")

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """The city does not have it yet, and wants it."""
        return self.status in WAITED_FOR

    @property
    def number_words(self) -> str:
        """The number as people read it."""
        return in_groups(self.number)

    def move_to(self, status: PaperStatus) -> None:
        """:raises TransitionNotAllowed: it does not follow the present one."""
        check_transition(PAPER_TRANSITIONS, self.status, status)
        self.status = status
