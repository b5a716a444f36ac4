"""Ordering a form, rendering it in the worker, and handing it out."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from audit.record import record
from documents import rendering
from documents.events import DocumentEvent
from documents.forms import form_of
from documents.models import Document, Format
from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import NotAllowed
from jobs import outbox
from jobs.models import Job
from person_keys import store as person_keys
from person_keys.models import Owner
from vault import seal, unseal

RENDER = "documents.render"
MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class DocumentDamaged(Exception):
    """The stored content is not what was rendered. Never handed out."""


@operation(DocumentEvent.ORDERED)
def order(form_code: str, subject_id: UUID, *, by: Actor, at: datetime) -> list[Document]:
    """
    Ask for a form in each of its formats. What is there or under way is not made twice; what failed is tried anew.

    :raises NoSuchForm: no such form.
    :raises NotAllowed: the subject must not be printed (yet), or is not in scope.
    """
    form = form_of(form_code)
    form.may_order(by, subject_id)
    if by.facility_id is None:
        raise NotAllowed("帳票を作成できるのは施設だけです。")
    heading = form.heading(subject_id)
    documents = []
    for file_format in map(Format, form.formats):
        document = (
            Document.objects.select_for_update(of=("self",))
            .filter(subject_id=subject_id, form=form_code, format=file_format)
            .first()
        )
        if document is None:
            document = Document(
                municipality_id=by.municipality_id,
                facility_id=by.facility_id,
                form=form_code,
                format=file_format,
                subject_id=subject_id,
                month=heading.month,
                title=heading.title,
                file_name=f"{heading.file_stem}.{file_format}",
                ordered_at=at,
                ordered_by=by.user_id,
            )
        elif document.ready_at is not None or not _has_failed(document):
            documents.append(document)
            continue
        document.job_id = outbox.add(
            RENDER,
            document_id=document.pk,
            municipality_id=by.municipality_id,
            facility_id=by.facility_id,
        ).pk
        document.save()
        documents.append(document)
    record(
        DocumentEvent.ORDERED,
        by=by,
        rows={"document": [document.pk for document in documents], "subject": [subject_id]},
        detail={"form": form_code},
    )
    return documents


def render(document_id: UUID) -> None:
    """
    Render and store one document; called by the worker inside the document's scope. Harmless when it is there, and
    when it was destroyed meanwhile.
    """
    named = Document.objects.filter(pk=document_id).values_list("subject_id", "form").first()
    if named is not None and form_of(named[1]).names_people:
        _hold_subjects([named[0]])
    document = Document.objects.select_for_update(of=("self",)).filter(pk=document_id).first()
    if document is None or document.ready_at is not None:
        return
    form = form_of(document.form)
    values = form.values(document.subject_id)
    if document.format == Format.PDF:
        content = rendering.pdf(form.html_template, values, identifier=f"{document.subject_id}")
    else:
        assert form.workbook is not None, "only a form with a workbook is ordered as one"
        content = rendering.xlsx(form.workbook(values), made_at=values["made_at"])
    if form.names_people:
        # Within the seal every document has: whoever has lost either key reads nothing.
        keys = person_keys.make([document.pk], municipality_id=document.municipality_id, owner=Owner.DOCUMENT)
        inner = keys[document.pk].seal(content, bound_to=document.place)
        document.content_sealed = seal(inner, bound_to=document.place)
    else:
        document.content_sealed = seal(content, bound_to=document.place)
    document.content_hash = hashlib.sha256(content).hexdigest()
    document.size_bytes = len(content)
    document.ready_at = timezone.now()
    document.save(update_fields=["content_sealed", "content_hash", "size_bytes", "ready_at"])
    record(
        DocumentEvent.RENDERED,
        on=document,
        rows=_rows(document),
        detail={"content_hash": document.content_hash, "bytes": document.size_bytes},
    )


def content_of(document: Document, *, by: Actor) -> bytes:
    """
    The file, checked against its hash, and recorded as handed out.

    :raises NotAllowed: not ready yet, or somebody in it was erased.
    :raises DocumentDamaged: the content is not what was rendered.
    """
    if document.content_sealed is None:
        raise NotAllowed("この帳票はまだできていません。完成してからダウンロードしてください。")
    content = _opened(document)
    if hashlib.sha256(content).hexdigest() != document.content_hash:
        raise DocumentDamaged(str(document.pk))
    record(
        DocumentEvent.DOWNLOADED,
        by=by,
        on=document,
        rows=_rows(document),
        detail={"content_hash": document.content_hash},
    )
    return content


def destroy(subject_ids: Collection[UUID], form_code: str, *, at: datetime) -> list[UUID]:
    """
    Make the documents of these subjects unreadable everywhere, backups included: their keys first, then the rows.

    For forms that name people; whoever calls it records why. Returns the ids of the documents. One of these subjects
    that is rendered at the moment is waited for; one rendered later shows what the caller's transaction leaves.
    """
    _hold_subjects(subject_ids)
    found = Document.objects.filter(subject_id__in=subject_ids, form=form_code)
    for city in set(found.values_list("municipality_id", flat=True)):
        own = list(found.filter(municipality=city).values_list("pk", flat=True))
        person_keys.destroy(own, municipality_id=city, at=at)
    ids = list(found.values_list("pk", flat=True))
    found.delete()
    return ids


def _hold_subjects(subject_ids: Collection[UUID]) -> None:
    """
    Rendering a subject and destroying what names its people wait for each other until the transaction ends.

    Rows would not do: a document may be ordered and rendered while an erasure that has not seen it is under way.
    """
    with connection.cursor() as cursor:
        for subject_id in sorted(set(subject_ids)):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"document {subject_id}"]
            )


def _opened(document: Document) -> bytes:
    assert document.content_sealed is not None, "whoever asks has looked"
    content = unseal(document.content_sealed, bound_to=document.place)
    if not form_of(document.form).names_people:
        return content
    try:
        keys = person_keys.rings([document.pk], municipality_id=document.municipality_id)
    except person_keys.KeyDestroyed as gone:
        raise NotAllowed("保存期間が過ぎたため、この帳票は消去されました。") from gone
    return keys[document.pk].unseal(content, bound_to=document.place)


def _rows(document: Document) -> dict[str, Iterable[UUID]]:
    people = form_of(document.form).people(document.subject_id)
    return {"document": [document.pk], "subject": [document.subject_id], **people}


def _has_failed(document: Document) -> bool:
    return Job.objects.filter(pk=document.job_id, failed_at__isnull=False).exists()
