"""
Files that come by the folder (フォルダから届くファイル): read like those of the page, decided on by people.

What is read waits as a preview for the enrolment section; nothing is accepted by itself. What is refused leaves its
problems for a month. The file is taken away in both cases, after this has been committed: a run that is killed in
between finds the same file again and does nothing twice.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from audit.record import SYSTEM, record
from claims import permissions
from claims.drops import Drop
from claims.events import ImportEvent
from claims.models import CountImport, DropRefusal
from claims.operations import counts_import, telling
from claims.states import ImportStatus
from documents.reading import FileRefused, Problem
from facilities.actors import Actor
from facilities.operating import operation
from facilities.scope import current_scope

SENDER = "フォルダ"


@operation(ImportEvent.DROP_READ)
def take_in(drop: Drop, *, at: datetime) -> CountImport | DropRefusal:
    """
    Preview one file of the folder and tell the enrolment section. The scope is the whole city.

    The same file again, while its preview waits, is that preview.
    """
    _one_after_the_other()
    file_hash = hashlib.sha256(drop.content).hexdigest() if drop.content is not None else ""
    waiting = _waiting(file_hash, at)
    if waiting is not None:
        record(ImportEvent.DROP_READ, on=waiting, rows={"import": [waiting.pk]}, detail={"repeated": True})
        return waiting
    try:
        if drop.content is None:
            raise FileRefused([Problem(counts_import.TOO_LARGE)])
        imported = counts_import.preview(drop.content, by=SYSTEM, at=at, sender=SENDER)
    except FileRefused as refusal:
        return _keep_refusal(refusal, file_hash, key=drop.key, at=at)
    telling.tell_of_preview(imported)
    record(ImportEvent.DROP_READ, on=imported, rows={"import": [imported.pk]}, detail={"repeated": False})
    return imported


@operation(ImportEvent.DROP_REFUSAL_SEEN)
def dismiss(refusal_id: UUID, *, by: Actor) -> None:
    """
    Take the notice of a refused file off the page.

    :raises DropRefusal.DoesNotExist: not one of the open scope.
    :raises NotAllowed: only the enrolment section.
    """
    refusal = DropRefusal.objects.select_for_update().get(pk=refusal_id)
    permissions.bring_in_counts(by, None)
    record(ImportEvent.DROP_REFUSAL_SEEN, by=by, on=refusal, rows={"refusal": [refusal.pk]})
    refusal.delete()


def empty_expired_refusals(*, at: datetime) -> int:
    """Delete the scope's notices whose time is over; returns how many. Harmless to repeat."""
    ended = list(DropRefusal.objects.select_for_update(skip_locked=True).filter(expires_at__lte=at))
    if ended:
        record(ImportEvent.DROP_REFUSALS_EXPIRED, rows={"refusal": [row.pk for row in ended]})
        DropRefusal.objects.filter(pk__in=[row.pk for row in ended]).delete()
    return len(ended)


def _one_after_the_other() -> None:
    """Two workers that find the same file read it one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"drops of {current_scope().municipality_id}"]
        )


def _waiting(file_hash: str, at: datetime) -> CountImport | None:
    waiting: CountImport | None = CountImport.objects.filter(
        file_hash=file_hash, status=ImportStatus.PREVIEWED, expires_at__gt=at
    ).first()
    return waiting


def _keep_refusal(refusal: FileRefused, file_hash: str, *, key: str, at: datetime) -> DropRefusal:
    """The same file refused once more keeps one notice, with what is wrong with it now."""
    row, _ = DropRefusal.objects.update_or_create(
        municipality_id=current_scope().municipality_id,
        file_hash=file_hash,
        defaults={
            "arrived_at": at,
            "problem_count": len(refusal.problems),
            "problems": [[one.line, one.column, one.message] for one in refusal.listed],
            "expires_at": at + settings.DROP_REFUSAL_LIFETIME,
        },
    )
    telling.tell_of_refused_drop(row, key=key)
    record(
        ImportEvent.DROP_READ,
        on=row,
        rows={"refusal": [row.pk]},
        detail={"file_hash": file_hash, "problems": row.problem_count},
    )
    kept: DropRefusal = row
    return kept
