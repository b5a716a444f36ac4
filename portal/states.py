"""Statuses of a notice and the allowed next ones."""

from django.db import models

from facilities.transitions import Transitions


class NoticeStatus(models.TextChoices):
    """A notice of the city."""

    DRAFT = "draft", "下書き"
    SENT = "sent", "送信済み"
    WITHDRAWN = "withdrawn", "取り下げ"


NOTICE_TRANSITIONS: Transitions = {
    NoticeStatus.DRAFT: frozenset({NoticeStatus.SENT}),
    NoticeStatus.SENT: frozenset({NoticeStatus.WITHDRAWN}),
    NoticeStatus.WITHDRAWN: frozenset(),
}
