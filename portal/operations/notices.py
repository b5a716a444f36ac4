"""
Notices (お知らせ): written, shown before they are sent, sent once, withdrawn with a reason, read.

What is sent is what was shown on the page of confirmation: the draft's version and the number of facilities come back
with the act.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from audit.record import record
from documents.attachments import MOST, safe_name, taken_in
from facilities.actors import Actor
from facilities.models import Facility, FacilityKind
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from jobs import outbox
from portal import permissions
from portal.events import NoticeEvent
from portal.models import (
    REASON_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Audience,
    Notice,
    NoticeAttachment,
    NoticeReading,
    NoticeTarget,
)
from portal.queries.notices import reached
from portal.states import NoticeStatus
from vault import seal, unseal

TELL_AT_ONCE = "portal.tell_of_notice"
NO_TITLE = f"件名を1字から{TITLE_LENGTH}字までで入力してください。"
NO_TEXT = f"本文を1字から{TEXT_LENGTH:,}字までで入力してください。"
NO_AUDIENCE = "対象を選んでください。"
NO_KIND = "施設類型を1つ以上選んでください。"
NO_FACILITY = "施設を1つ以上、一覧から選んでください。"
NO_REASON = f"取り下げの理由を1字から{REASON_LENGTH}字までで入力してください。施設にも表示されます。"
NOBODY = "このお知らせが届く施設がありません。対象を選び直してください。"
TOO_MANY = f"添付できるファイルは{MOST}つまでです。先に、どれかを外してください。"
OVERTAKEN = "画面を開いたあとに、ほかの人がこの下書きを変えました。画面を開き直して、内容を確認してください。"
OTHER_REACH = "確認のあとに、届く施設の数が変わりました。画面を開き直して、もう一度確認してください。"


class AttachmentDamaged(Exception):
    """The stored content is not what was attached. Never handed out."""


@dataclass(frozen=True)
class NoticeValues:
    """What the writer says. ``kinds`` and ``chosen`` count only for their own audience."""

    title: str
    text: str
    audience: str
    kinds: tuple[str, ...] = ()
    chosen: tuple[UUID, ...] = ()
    is_urgent: bool = False


@operation(NoticeEvent.DRAFTED)
def draft(values: NoticeValues, *, by: Actor, at: datetime) -> Notice:
    """
    Keep a new draft.

    :raises NotAllowed: only the city's staff.
    :raises ProblemsFound: something is missing or too long; all of it at once.
    """
    permissions.write_notices(by, None)
    notice = Notice(municipality_id=by.municipality_id)
    _fill(notice, values, by=by, at=at)
    notice.save(force_insert=True)
    _record(NoticeEvent.DRAFTED, notice, by)
    return notice


@operation(NoticeEvent.CHANGED)
def change(notice_id: UUID, values: NoticeValues, *, shown_version: int, by: Actor, at: datetime) -> Notice:
    """
    Let a draft say something else.

    :raises Notice.DoesNotExist: not a notice of the open scope.
    :raises NotAllowed: only the city's staff; it is no draft any more, or somebody else has changed it since.
    :raises ProblemsFound: something is missing or too long; all of it at once.
    """
    notice = _locked(notice_id)
    permissions.change(by, notice)
    _require_shown(notice, shown_version)
    _fill(notice, values, by=by, at=at)
    _save_changed(notice)
    _record(NoticeEvent.CHANGED, notice, by)
    return notice


@operation(NoticeEvent.ATTACHED)
def attach(notice_id: UUID, content: bytes, *, file_name: str, by: Actor, at: datetime) -> NoticeAttachment:
    """
    Add a file to a draft. Of a picture only the pixels are kept: 172 facilities need not know where it was taken.

    :raises Notice.DoesNotExist: not a notice of the open scope.
    :raises NotAllowed: only the city's staff, only to a draft.
    :raises ProblemsFound: there are enough already, or the file is nothing that may be attached.
    """
    notice = _locked(notice_id)
    permissions.change(by, notice)
    if NoticeAttachment.objects.filter(notice=notice).count() >= MOST:
        raise ProblemsFound([TOO_MANY])
    kind, kept = taken_in(content)
    attachment = NoticeAttachment(
        municipality_id=notice.municipality_id,
        notice=notice,
        kind=kind,
        file_name=safe_name(file_name, kind),
        size_bytes=len(kept),
        content_hash=hashlib.sha256(kept).hexdigest(),
        added_at=at,
    )
    attachment.content_sealed = seal(kept, bound_to=attachment.place)
    attachment.save(force_insert=True)
    _save_changed(notice)
    record(
        NoticeEvent.ATTACHED,
        by=by,
        on=attachment,
        rows={"notice": [notice.pk], "attachment": [attachment.pk]},
        detail={"bytes": attachment.size_bytes, "content_hash": attachment.content_hash},
    )
    return attachment


@operation(NoticeEvent.DETACHED)
def detach(notice_id: UUID, attachment_id: UUID, *, by: Actor) -> Notice:
    """
    Take a file off a draft.

    :raises Notice.DoesNotExist: not a notice of the open scope.
    :raises NoticeAttachment.DoesNotExist: not one of its files.
    :raises NotAllowed: only the city's staff, only from a draft.
    """
    notice = _locked(notice_id)
    attachment = NoticeAttachment.objects.defer("content_sealed").get(pk=attachment_id, notice=notice)
    permissions.change(by, notice)
    attachment.delete()
    _save_changed(notice)
    record(
        NoticeEvent.DETACHED,
        by=by,
        on=notice,
        rows={"notice": [notice.pk], "attachment": [attachment_id]},
        detail={"content_hash": attachment.content_hash},
    )
    return notice


@operation(NoticeEvent.SENT)
def send(notice_id: UUID, *, shown_version: int, shown_reach: int, by: Actor, at: datetime) -> Notice:
    """
    Send a draft to the facilities it is for; from now on it never changes, and neither does who got it.

    :raises Notice.DoesNotExist: not a notice of the open scope.
    :raises NotAllowed: only the city's staff; it was sent already, or is no longer what was shown.
    :raises ProblemsFound: it would reach nobody.
    """
    notice = _locked(notice_id)
    permissions.send(by, notice)
    _require_shown(notice, shown_version)
    facilities = reached(notice, timezone.localtime(at).date())
    if not facilities:
        raise ProblemsFound([NOBODY])
    if len(facilities) != shown_reach:
        raise NotAllowed(OTHER_REACH)
    NoticeTarget.objects.bulk_create(
        NoticeTarget(municipality_id=notice.municipality_id, notice=notice, facility=facility)
        for facility in facilities
    )
    notice.move_to(NoticeStatus.SENT)
    notice.sent_at, notice.sent_by = at, by.user_id
    notice.save(update_fields=["status", "sent_at", "sent_by"])
    record(
        NoticeEvent.SENT,
        by=by,
        on=notice,
        rows={"notice": [notice.pk], "facility": [facility.pk for facility in facilities]},
        detail={
            "version": notice.version,
            "audience": notice.audience,
            "is_urgent": notice.is_urgent,
            "reach": len(facilities),
        },
    )
    if notice.is_urgent:
        outbox.add(TELL_AT_ONCE, municipality_id=notice.municipality_id, notice_id=notice.pk)
    return notice


@operation(NoticeEvent.WITHDRAWN)
def withdraw(notice_id: UUID, *, reason: str, by: Actor, at: datetime) -> Notice:
    """
    Take back what was sent. Facilities see that, and why; its text and files are no longer shown to them.

    :raises Notice.DoesNotExist: not a notice of the open scope.
    :raises NotAllowed: only the city's staff; it is a draft, or was withdrawn already.
    :raises ProblemsFound: without a reason, or with one that is too long.
    """
    notice = _locked(notice_id)
    permissions.withdraw(by, notice)
    reason = reason.strip()
    if not 1 <= len(reason) <= REASON_LENGTH:
        raise ProblemsFound([NO_REASON])
    notice.move_to(NoticeStatus.WITHDRAWN)
    notice.withdrawn_at, notice.withdrawn_by, notice.withdrawal_reason = at, by.user_id, reason
    notice.save(update_fields=["status", "withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    _record(NoticeEvent.WITHDRAWN, notice, by)
    return notice


@operation(NoticeEvent.DELETED)
def delete(notice_id: UUID, *, by: Actor) -> None:
    """
    Throw a draft away, with its files.

    :raises Notice.DoesNotExist: not a notice of the open scope.
    :raises NotAllowed: only the city's staff; what was sent stays.
    """
    notice = _locked(notice_id)
    permissions.delete(by, notice)
    _record(NoticeEvent.DELETED, notice, by)
    NoticeAttachment.objects.filter(notice=notice).delete()
    notice.delete()


@operation(NoticeEvent.READ)
def read(notice_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    A person of a facility has opened a notice. Kept and recorded the first time; harmless to repeat.

    :raises Notice.DoesNotExist: it was not sent to this facility.
    :raises NotAllowed: only facilities read notices; it was withdrawn.
    """
    notice = Notice.objects.get(pk=notice_id)
    permissions.read(by, notice)
    assert by.facility_id is not None, "a facility's actor has a facility"
    mine = NoticeReading.objects.filter(notice=notice, facility=by.facility_id, user=by.user_id)
    if mine.exists():
        return
    # The same person in two windows: the first one counts.
    NoticeReading.objects.bulk_create(
        [
            NoticeReading(
                municipality_id=notice.municipality_id,
                notice=notice,
                facility_id=by.facility_id,
                user_id=by.user_id,
                first_read_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    _record(NoticeEvent.READ, notice, by)


def content_of(attachment: NoticeAttachment, *, by: Actor) -> bytes:
    """
    The file, checked against its hash, and recorded as handed out.

    :raises AttachmentDamaged: the content is not what was attached.
    """
    content = unseal(attachment.content_sealed, bound_to=attachment.place)
    if hashlib.sha256(content).hexdigest() != attachment.content_hash:
        raise AttachmentDamaged(str(attachment.pk))
    record(
        NoticeEvent.ATTACHMENT_TAKEN,
        by=by,
        on=attachment,
        rows={"notice": [attachment.notice_id], "attachment": [attachment.pk]},
        detail={"content_hash": attachment.content_hash},
    )
    return content


def _locked(notice_id: UUID) -> Notice:
    notice: Notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    return notice


def _require_shown(notice: Notice, shown_version: int) -> None:
    if notice.version != shown_version:
        raise NotAllowed(OVERTAKEN)


def _save_changed(notice: Notice) -> None:
    notice.version += 1
    notice.save()


def _record(event: NoticeEvent, notice: Notice, by: Actor) -> None:
    record(event, by=by, on=notice, rows={"notice": [notice.pk]}, detail={"version": notice.version})


def _fill(notice: Notice, values: NoticeValues, *, by: Actor, at: datetime) -> None:
    title, text = " ".join(values.title.split()), values.text.replace("\r\n", "\n").strip()
    kinds = sorted(set(values.kinds)) if values.audience == Audience.KINDS else []
    chosen = sorted(set(values.chosen)) if values.audience == Audience.FACILITIES else []
    problems = []
    if not 1 <= len(title) <= TITLE_LENGTH:
        problems.append(NO_TITLE)
    if not 1 <= len(text) <= TEXT_LENGTH:
        problems.append(NO_TEXT)
    if values.audience not in Audience.values:
        problems.append(NO_AUDIENCE)
    if values.audience == Audience.KINDS and not (kinds and set(kinds) <= set(FacilityKind.values)):
        problems.append(NO_KIND)
    if values.audience == Audience.FACILITIES and not _are_facilities(chosen):
        problems.append(NO_FACILITY)
    if problems:
        raise ProblemsFound(problems)
    notice.title, notice.text, notice.audience = title, text, values.audience
    notice.kinds, notice.chosen = kinds, [str(facility_id) for facility_id in chosen]
    notice.is_urgent = values.is_urgent
    notice.saved_at, notice.saved_by = at, by.user_id


def _are_facilities(chosen: list[UUID]) -> bool:
    """Some, and all of the city in scope."""
    return bool(chosen) and Facility.objects.filter(pk__in=chosen).count() == len(chosen)
