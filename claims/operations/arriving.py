"""
Files that no person has chosen (届いたファイル): from the folder or by the API.

They become previews like those of the page and wait for the enrolment section, which is told by mail. Nothing is
accepted by itself. The same file again, while its preview waits, is that preview.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from audit.record import Who, record
from claims.mapping import typed_month
from claims.models import FileImport, FileKind
from claims.operations import telling
from claims.operations.intakes import INTAKES
from claims.queries.mappings import AS_FOUND, HowToRead
from claims.states import ImportStatus
from facilities.scope import current_scope


@dataclass(frozen=True)
class Arrived:
    """What a file became; ``is_new`` is false when it had arrived before and still waits."""

    imported: FileImport
    is_new: bool


def arrive(
    content: bytes, *, kind: FileKind, by: Who, at: datetime, sender: str, how: HowToRead = AS_FOUND
) -> Arrived:
    """
    Preview a file of this kind and tell the enrolment section.

    The scope is the whole city, the transaction the caller's.

    No ``@operation``: what ``preview`` records of a refused file must outlive the refusal.

    :raises NotAllowed: whoever sends it may not.
    :raises FileRefused: see the ``preview`` of the kind.
    """
    intake = INTAKES[kind]
    intake.may_send(by)
    one_after_the_other()
    waiting = _waiting(intake.model, content, how, at)
    if waiting is not None:
        record(intake.arrived, by=by, on=waiting, rows={"import": [waiting.pk]}, detail={"repeated": True})
        return Arrived(waiting, is_new=False)
    imported = intake.preview(content, by=by, at=at, how=how, sender=sender)
    telling.tell_of_preview(imported)
    record(intake.arrived, by=by, on=imported, rows={"import": [imported.pk]}, detail={"repeated": False})
    return Arrived(imported, is_new=True)


def one_after_the_other() -> None:
    """The same file twice at once arrives one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"arrivals of {current_scope().municipality_id}"]
        )


def _waiting(model: type[FileImport], content: bytes, how: HowToRead, at: datetime) -> FileImport | None:
    """A preview of the same bytes; where a month was typed with them, of the same month."""
    same = model.objects.filter(
        file_hash=hashlib.sha256(content).hexdigest(), status=ImportStatus.PREVIEWED, expires_at__gt=at
    )
    if how.month:
        same = same.filter(months=[typed_month(how.month)])
    waiting: FileImport | None = same.first()
    return waiting
