"""Notices (お知らせ) from the city to its facilities: what was sent to whom, and who has read it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from documents.attachments import AttachmentKind
from facilities.models import FacilityKind
from facilities.scope import current_scope
from facilities.tenancy import CityOwnedManager, FacilityOwned, MunicipalityOwned
from facilities.transitions import check_transition
from portal.states import NOTICE_TRANSITIONS, NoticeStatus
from vault import seals

TITLE_LENGTH = 100
TEXT_LENGTH = 4000
REASON_LENGTH = 200


class Audience(models.TextChoices):
    """To whom a notice goes (対象)."""

    ALL = "all", "すべての施設"
    KINDS = "kinds", "施設類型を選ぶ"
    FACILITIES = "facilities", "施設を選ぶ"


class GivenManager(CityOwnedManager[Any]):
    """
    Rows of the city for the whole city; for a facility only those that were given to it.

    A draft was given to nobody. ``reference`` is the column that names the notice.
    """

    def __init__(self, reference: str = "pk") -> None:
        super().__init__()
        self.reference = reference

    def get_queryset(self) -> models.QuerySet[Any]:
        rows = super().get_queryset()
        facility_ids = current_scope().facility_ids
        if facility_ids is None:
            return rows
        given = NoticeTarget.objects.filter(notice=OuterRef(self.reference), facility__in=facility_ids)
        return rows.filter(Exists(given))


class Notice(MunicipalityOwned):
    """
    One notice (お知らせ). A draft may change; what was sent never does, it can only be withdrawn.

    Which facilities a sent notice went to are its ``NoticeTarget`` rows; ``kinds`` and ``chosen`` (ids as text) are
    what its writer asked for.
    """

    title = models.CharField("件名", max_length=TITLE_LENGTH)
    text = models.CharField("本文", max_length=TEXT_LENGTH)
    audience = models.CharField("対象", max_length=10, choices=Audience.choices)
    kinds = models.JSONField("施設類型", default=list, blank=True)
    chosen = models.JSONField("施設", default=list, blank=True)
    is_urgent = models.BooleanField("すぐにメールで知らせる", default=False)
    status = models.CharField("状態", max_length=10, choices=NoticeStatus.choices, default=NoticeStatus.DRAFT)
    # Counts every change of the draft, attachments included: only what was shown is sent.
    version = models.PositiveIntegerField("版", default=1)
    saved_at = models.DateTimeField("保存日時")
    saved_by = models.UUIDField("保存した人")
    sent_at = models.DateTimeField("送信日時", null=True)
    sent_by = models.UUIDField("送信した人", null=True)
    withdrawn_at = models.DateTimeField("取り下げ日時", null=True)
    withdrawn_by = models.UUIDField("取り下げた人", null=True)
    withdrawal_reason = models.CharField("取り下げの理由", max_length=REASON_LENGTH, default="", blank=True)

    objects: ClassVar[GivenManager] = GivenManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["municipality", "id"], name="notice_in_municipality"),
            models.CheckConstraint(name="notice_has_title_and_text", condition=~Q(title="") & ~Q(text="")),
            models.CheckConstraint(
                name="notice_is_for_somebody",
                condition=Q(audience=Audience.ALL, kinds=[], chosen=[])
                | (Q(audience=Audience.KINDS, chosen=[]) & ~Q(kinds=[]))
                | (Q(audience=Audience.FACILITIES, kinds=[]) & ~Q(chosen=[])),
            ),
            models.CheckConstraint(
                name="notice_is_sent_at_a_time_by_a_person",
                condition=Q(status=NoticeStatus.DRAFT, sent_at__isnull=True, sent_by__isnull=True)
                | Q(
                    status__in=[NoticeStatus.SENT, NoticeStatus.WITHDRAWN],
                    sent_at__isnull=False,
                    sent_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="notice_is_withdrawn_with_a_reason",
                condition=Q(
                    status__in=[NoticeStatus.DRAFT, NoticeStatus.SENT],
                    withdrawn_at__isnull=True,
                    withdrawn_by__isnull=True,
                    withdrawal_reason="",
                )
                | (
                    Q(
                        status=NoticeStatus.WITHDRAWN,
                        withdrawn_at__isnull=False,
                        withdrawn_by__isnull=False,
                    )
                    & ~Q(withdrawal_reason="")
                ),
            ),
        ]
        ordering = ("-saved_at",)

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"

    @property
    def is_draft(self) -> bool:
        """Nobody outside the city's staff has seen it."""
        return self.status == NoticeStatus.DRAFT

    @property
    def is_sent(self) -> bool:
        """It holds: facilities read it."""
        return self.status == NoticeStatus.SENT

    @property
    def is_withdrawn(self) -> bool:
        """It holds no longer: facilities see that it was taken back, and why."""
        return self.status == NoticeStatus.WITHDRAWN

    @property
    def audience_words(self) -> str:
        """To whom, as its writer asked."""
        if self.audience == Audience.KINDS:
            return "・".join(FacilityKind(kind).label for kind in self.kinds)
        if self.audience == Audience.FACILITIES:
            return f"選んだ{len(self.chosen)}施設"
        return str(Audience.ALL.label)

    def move_to(self, status: NoticeStatus) -> None:
        """:raises TransitionNotAllowed: ``status`` does not follow."""
        check_transition(NOTICE_TRANSITIONS, self.status, status)
        self.status = status


class NoticeTarget(FacilityOwned):
    """One facility a notice was sent to (宛先). Written when it is sent; a facility opened later gets no old ones."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="targets")
    # The day on which the facility's accounts were told of it in the daily mail.
    told_on = models.DateField("メールで知らせた日", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["notice", "facility"], name="notice_once_a_facility"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["facility"], name="notice_not_told_yet", condition=Q(told_on__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.facility_id}"


class NoticeReading(FacilityOwned):
    """That a person of a facility has opened a notice, and when for the first time (既読). It stays."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_read_at = models.DateTimeField("最初に読んだ日時")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["notice", "facility", "user"], name="notice_is_read_once_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.user_id}"


@seals("content_sealed", holds_files=True)
class NoticeAttachment(MunicipalityOwned):
    """
    A file of a notice (添付ファイル), sealed to this very row.

    ``file_name`` ends as its content says, whatever it was called.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField("種類", max_length=4, choices=AttachmentKind.choices)
    file_name = models.CharField("ファイル名", max_length=120)
    size_bytes = models.PositiveIntegerField("大きさ")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    content_sealed = models.BinaryField("内容")
    added_at = models.DateTimeField("添付日時")

    objects: ClassVar[GivenManager] = GivenManager("notice")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="notice_attachment_holds_something", condition=Q(size_bytes__gte=1)),
        ]
        ordering = ("added_at", "id")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def place(self) -> str:
        """Where the content is sealed to."""
        return f"portal_noticeattachment|content|{self.municipality_id}|{self.notice_id}|{self.pk}"
