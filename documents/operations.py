"""Ordering a form, rendering it in the worker, and handing it out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit.record import Outcome, record
from documents import permissions
from documents.bundle_parts import forget
from documents.dictionary import subject_of
from documents.events import DocumentEvent
from documents.in_force import NoSuchForm
from documents.making import FormUnfit, made
from documents.models import Bundle, ControlNumber, Document, Format
from documents.packs.filled import FormProblem
from documents.packs.manifest import Issuer
from documents.printables import Printable, printable
from documents.stored import hold, hold_problems, names_people, opened, rows_of
from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import NotAllowed
from jobs import outbox
from jobs.models import Job, Lane
from person_keys import store as person_keys

RENDER = "documents.render"
MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


ONLY_CITY = "この通知は、市が作成します。"
NOT_FINAL = "内容が確定する前には、この帳票は作れません。"
GONE = "この帳票は、いまの内容や施設類型では使いません。"
REPLACED = "内容か様式が新しくなりました。新しい内容の帳票を使ってください。"


class GivenOutByCity(NotAllowed):
    """The city's paper, which it has not made of this content."""


class ControlNumberTaken(Exception):
    """A room gave two subjects the same control number."""


@dataclass(frozen=True)
class _Asked:
    """What is asked for: whose it is, and what its documents are called."""

    subject: str
    subject_id: UUID
    form: str
    facility_id: UUID
    month: date
    title: str
    stem: str
    formats: tuple[str, ...]
    edition: str = ""
    pack_hash: str = ""
    control_number: str = ""
    is_draft: bool = False


@operation(DocumentEvent.ORDERED)
def order(form_code: str, subject_code: str, subject_id: UUID, *, by: Actor, at: datetime) -> list[Document]:
    """
    Ask for a form of a subject in each of its formats. What is there or under way is not made twice; what failed is
    tried anew.

    :raises NoSuchForm: no such form of this subject.
    :raises NoSuchSubject: nobody registered this kind of subject.
    :raises NotAllowed: the subject must not be printed (yet) or by this person, or is not in scope.
    """
    permissions.order(by, None)
    return place(form_code, subject_code, subject_id, by=by, at=at)


def place(
    form_code: str,
    subject_code: str,
    subject_id: UUID,
    *,
    by: Actor,
    at: datetime,
    formats: Collection[str] = (),
    bundle_id: UUID | None = None,
) -> list[Document]:
    """
    As ``order``, within the caller's transaction and permission: ``formats`` only, if any are named. What a bundle asks
    for is final, and lets other work pass.

    :raises NoSuchForm, NoSuchSubject, NotAllowed: as ``order``.
    """
    # Two orders of a subject queue, and the second finds what the first one made.
    _hold("order", [subject_id])
    asked = _asked(form_code, subject_code, subject_id, by)
    if bundle_id is not None and asked.is_draft:
        raise NotAllowed(NOT_FINAL)
    documents = [
        _ordered(asked, Format(one), by=by, at=at, bundle_id=bundle_id)
        for one in asked.formats
        if not formats or one in formats
    ]
    for document in documents[:1]:
        _give(document, at=at)
    record(
        DocumentEvent.ORDERED,
        by=by,
        rows={"document": [document.pk for document in documents], "subject": [subject_id]},
        detail={"form": form_code},
        facility_id=asked.facility_id,
    )
    return documents


def _asked(form_code: str, subject_code: str, subject_id: UUID, by: Actor) -> _Asked:
    subject_of(subject_code).may_order(by, subject_id)
    found = printable(form_code, subject_code, subject_id)
    if by.is_facility and found.pack.manifest.issuer is Issuer.CITY and not _is_there(found):
        raise GivenOutByCity(ONLY_CITY)
    if found.is_draft and not found.pack.manifest.prints_drafts:
        raise NotAllowed(NOT_FINAL)
    return _Asked(
        subject_code,
        subject_id,
        form_code,
        found.facts.facility_id,
        found.month,
        found.title,
        found.file_stem,
        found.formats,
        found.edition,
        found.pack.content_hash,
        found.control_number,
        found.is_draft,
    )


def _is_there(found: Printable) -> bool:
    same = Document.objects.filter(subject_id=found.subject_id, form=found.code, edition=found.edition)
    return same.filter(pack_hash=found.pack.content_hash, ready_at__isnull=False).exists()


def _ordered(
    asked: _Asked, file_format: Format, *, by: Actor, at: datetime, bundle_id: UUID | None
) -> Document:
    """The document of one format; with a job, unless it is there or under way. The subject is locked by now."""
    document: Document | None = (
        Document.objects.select_for_update(of=("self",))
        .filter(
            subject_id=asked.subject_id,
            form=asked.form,
            format=file_format,
            edition=asked.edition,
            pack_hash=asked.pack_hash,
        )
        .first()
    )
    if document is None:
        document = Document(
            municipality_id=by.municipality_id,
            facility_id=asked.facility_id,
            form=asked.form,
            format=file_format,
            subject=asked.subject,
            subject_id=asked.subject_id,
            edition=asked.edition,
            pack_hash=asked.pack_hash,
            control_number=asked.control_number,
            is_draft=asked.is_draft,
            month=asked.month,
            title=asked.title,
            file_name=f"{asked.stem}.{file_format}",
            ordered_at=at,
            ordered_by=by.user_id,
            bundle_id=bundle_id,
        )
    elif document.ready_at is not None or not _has_failed(document):
        if bundle_id is None and document.ready_at is None:
            _hurry(document)
        return document
    document.failed_at, document.problems_sealed = None, None
    document.job_id = outbox.add(
        RENDER,
        document_id=document.pk,
        municipality_id=by.municipality_id,
        facility_id=asked.facility_id,
        lane=Lane.USUAL if bundle_id is None else Lane.BULK,
    ).pk
    document.save()
    return document


def _hurry(document: Document) -> None:
    """Somebody waits for what a bundle asked for: it goes with other work, and stays when the bundle is cancelled."""
    document.bundle_id = None
    document.save(update_fields=["bundle_id"])
    transaction.on_commit(partial(outbox.carry, document.job_id))


def _give(document: Document, *, at: datetime) -> None:
    """
    Remember which subject the document's control number stands for.

    :raises ControlNumberTaken: it stands for another one.
    """
    if not document.control_number:
        return
    given, _ = ControlNumber.objects.get_or_create(
        municipality_id=document.municipality_id,
        number=document.control_number,
        defaults={
            "facility_id": document.facility_id,
            "subject": document.subject,
            "subject_id": document.subject_id,
            "given_at": at,
        },
    )
    if given.subject_id != document.subject_id:
        raise ControlNumberTaken(f"{document.subject} {document.subject_id}")


def render(document_id: UUID) -> None:
    """
    Render and store one document; called by the worker inside the document's scope. Harmless when it is there, and
    when it was destroyed meanwhile. Where the form cannot be made as its data are, the document says why.
    """
    named = Document.objects.filter(pk=document_id).values_list("subject_id", "subject").first()
    if named is not None and names_people(named[1]):
        _hold("document", [named[0]])
    document = Document.objects.select_for_update(of=("self",)).filter(pk=document_id).first()
    if document is None or document.ready_at is not None or document.failed_at is not None:
        return
    try:
        content = _content_of_now(document)
    except FormUnfit as unfit:
        _refuse(document, unfit.problems)
        return
    hold(document, content)
    document.ready_at = timezone.now()
    document.save()
    record(
        DocumentEvent.RENDERED,
        on=document,
        rows=rows_of(document),
        detail={
            "content_hash": document.content_hash,
            "bytes": document.size_bytes,
            "form": document.form,
            "pack_hash": document.pack_hash,
        },
    )


def _content_of_now(document: Document) -> bytes:
    """
    The file as the subject and its pack are at this moment; what was replaced since the order stands in the row.

    :raises FormUnfit: it cannot be made, or there is another document of the newer content already.
    """
    try:
        found = printable(document.form, document.subject, document.subject_id)
    except NoSuchForm:
        raise FormUnfit([FormProblem(None, "", GONE)]) from None
    if (document.edition, document.pack_hash) != (found.edition, found.pack.content_hash):
        _become(document, found)
    if found.is_draft and not found.pack.manifest.prints_drafts:
        raise FormUnfit([FormProblem(None, "", NOT_FINAL)])
    return made(found, Format(document.format))


def _become(document: Document, found: Printable) -> None:
    """:raises FormUnfit: the newer content has a document of its own."""
    newer = Document.objects.filter(
        subject_id=document.subject_id,
        form=document.form,
        format=document.format,
        edition=found.edition,
        pack_hash=found.pack.content_hash,
    )
    if newer.exists():
        raise FormUnfit([FormProblem(None, "", REPLACED)])
    document.edition, document.pack_hash = found.edition, found.pack.content_hash
    document.control_number, document.is_draft = found.control_number, found.is_draft
    document.title, document.file_name = found.title, f"{found.file_stem}.{document.format}"
    _give(document, at=timezone.now())


def _refuse(document: Document, problems: Sequence[FormProblem]) -> None:
    document.failed_at = timezone.now()
    hold_problems(document, problems)
    document.save()
    record(
        DocumentEvent.NOT_RENDERED,
        on=document,
        rows=rows_of(document),
        detail={"form": document.form, "problems": len(problems), "pack_hash": document.pack_hash},
        outcome=Outcome.FAILED,
    )


def content_of(document: Document, *, by: Actor) -> bytes:
    """
    The file, checked against its hash, and recorded as handed out.

    :raises NotAllowed: not ready yet, or somebody in it was erased.
    :raises DocumentDamaged: the content is not what was rendered.
    """
    if document.content_sealed is None:
        raise NotAllowed("この帳票はまだできていません。完成してからダウンロードしてください。")
    content = opened(document)
    record(
        DocumentEvent.DOWNLOADED,
        by=by,
        on=document,
        rows=rows_of(document),
        detail={"content_hash": document.content_hash},
    )
    return content


def destroy(subject_ids: Collection[UUID], subject_code: str, *, at: datetime) -> list[UUID]:
    """
    Make the documents of these subjects unreadable everywhere, backups included: their keys first, then the rows.

    For subjects that name people; whoever calls it records why. Bundles that hold them go, too. Returns the ids of the
    documents. One of these subjects
    that is rendered at the moment is waited for; one rendered later shows what the caller's transaction leaves.
    """
    _hold("document", subject_ids)
    found = Document.objects.filter(subject_id__in=subject_ids, subject=subject_code)
    for city in set(found.values_list("municipality_id", flat=True)):
        own = list(found.filter(municipality=city).values_list("pk", flat=True))
        person_keys.destroy(own, municipality_id=city, at=at)
    ids = list(found.values_list("pk", flat=True))
    forget(Bundle.objects.filter(items__document_id__in=ids), at=at)
    found.delete()
    return ids


def _hold(what: str, subject_ids: Collection[UUID]) -> None:
    """
    Wait for whoever does the same with one of these subjects, until the transaction ends.

    Rows would not do between rendering a subject and destroying what names its people: a document may be ordered and
    rendered while an erasure that has not seen it is under way.
    """
    with connection.cursor() as cursor:
        for subject_id in sorted(set(subject_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{what} {subject_id}"])


def _has_failed(document: Document) -> bool:
    if document.failed_at is not None:
        return True
    return Job.objects.filter(pk=document.job_id, failed_at__isnull=False).exists()
