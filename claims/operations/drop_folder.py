"""
Files that come by the folder (フォルダから届くファイル): read like those of the page, decided on by people.

Of which kind a file is say its headings, or the column mapping made for them. What is read waits as a preview for the
enrolment section; nothing is accepted by itself. What is refused leaves its problems for a month. The file is taken
away in both cases, after this has been committed: a run that is killed in between finds the same file again and does
nothing twice.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings

from audit.record import SYSTEM, Outcome, record
from claims import permissions
from claims.drops import Drop
from claims.events import ImportEvent
from claims.models import DropRefusal, FileImport, FileKind
from claims.operations import telling
from claims.operations.arriving import arrive, one_after_the_other
from claims.queries.mappings import kind_in
from documents.reading import FileRefused, Problem, read_csv
from facilities.actors import Actor
from facilities.operating import operation
from facilities.scope import current_scope

SENDER = "フォルダ"
TOO_LARGE = (
    f"ファイルが大きすぎます（{settings.UPLOAD_LIMIT_BYTES // 1024 // 1024}MBまで）。"
    "児童数か利用者負担額だけのファイルか確認し、月ごとに分けてください。"
)


@operation(ImportEvent.DROP_REFUSED)
def take_in(drop: Drop, *, at: datetime) -> FileImport | DropRefusal:
    """Preview one file of the folder as what it is, or keep why it was refused. The scope is the whole city."""
    kind: FileKind | None = None
    try:
        if drop.content is None:
            raise FileRefused([Problem(TOO_LARGE)])
        kind = kind_in(read_csv(drop.content))
        return arrive(drop.content, kind=kind, by=SYSTEM, at=at, sender=SENDER).imported
    except FileRefused as refusal:
        return _keep_refusal(refusal, drop, kind, at=at)


@operation(ImportEvent.DROP_REFUSAL_SEEN)
def dismiss(refusal_id: UUID, *, by: Actor) -> DropRefusal:
    """
    Take the notice of a refused file off the page; returns what it was.

    :raises DropRefusal.DoesNotExist: not one of the open scope.
    :raises NotAllowed: only the enrolment section.
    """
    refusal: DropRefusal = DropRefusal.objects.select_for_update().get(pk=refusal_id)
    permissions.BRINGING_IN[refusal.kind or FileKind.COUNTS](by, None)
    record(ImportEvent.DROP_REFUSAL_SEEN, by=by, on=refusal, rows={"refusal": [refusal.pk]})
    refusal.delete()
    return refusal


def empty_expired_refusals(*, at: datetime) -> int:
    """Delete the scope's notices whose time is over; returns how many. Harmless to repeat."""
    ended = list(DropRefusal.objects.select_for_update(skip_locked=True).filter(expires_at__lte=at))
    if ended:
        record(ImportEvent.DROP_REFUSALS_EXPIRED, rows={"refusal": [row.pk for row in ended]})
        DropRefusal.objects.filter(pk__in=[row.pk for row in ended]).delete()
    return len(ended)


def _keep_refusal(refusal: FileRefused, drop: Drop, kind: FileKind | None, *, at: datetime) -> DropRefusal:
    """The same file refused once more keeps one notice, with what is wrong with it now."""
    one_after_the_other()
    file_hash = hashlib.sha256(drop.content).hexdigest() if drop.content is not None else ""
    row, _ = DropRefusal.objects.update_or_create(
        municipality_id=current_scope().municipality_id,
        file_hash=file_hash,
        defaults={
            "kind": kind or "",
            "arrived_at": at,
            "problem_count": len(refusal.problems),
            "problems": [[one.line, one.column, one.message] for one in refusal.listed],
            "expires_at": at + settings.DROP_REFUSAL_LIFETIME,
        },
    )
    telling.tell_of_refused_drop(row, key=drop.key)
    record(
        ImportEvent.DROP_REFUSED,
        on=row,
        rows={"refusal": [row.pk]},
        detail={"file_hash": file_hash, "kind": row.kind, "problems": row.problem_count},
        outcome=Outcome.REFUSED,
    )
    kept: DropRefusal = row
    return kept
