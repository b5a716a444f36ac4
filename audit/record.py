"""
Writing the record: one row for each read and each write (R17).

A *context* says who is acting, from where and in which request; middleware, tasks and commands open one.
``record`` adds one event to it, in the caller's transaction: an act and its event are committed together.
``record_apart`` is for refusals, which must survive the rollback of what they refused.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Model


class Outcome(StrEnum):
    """How the act ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class NoAuditContext(Exception):
    """Something was about to be recorded without saying who acts: open a context first."""


class ShownUnnamed(Exception):
    """Personal values were opened to be shown, and no event names whose they are."""


@dataclass(frozen=True)
class Who:
    """The acting person (or the system itself). Label and role are words for the auditor, kept as text."""

    id: str
    label: str
    role: str


SYSTEM = Who(id="system", label="自動処理", role="システム")
NOBODY = Who(id="", label="", role="ログイン前")


@dataclass
class Context:
    """
    Who acts, from where, within which request. ``recorded`` counts the events written so far.

    ``unnamed`` holds the ids of rows whose personal values were opened to be shown, until an event names them.
    """

    who: Who
    address: str = ""
    entrance: str = ""
    municipality_id: UUID | None = None
    facility_id: UUID | None = None
    request_id: UUID = field(default_factory=uuid4)
    recorded: int = 0
    unnamed: set[str] = field(default_factory=set)

    def require_named(self) -> None:
        """:raises ShownUnnamed: opened values would be shown without a record of whose they were."""
        if self.unnamed:
            raise ShownUnnamed(f"{len(self.unnamed)} rows")


_current: ContextVar[Context | None] = ContextVar("audit_context", default=None)


@contextmanager
def context(opened: Context) -> Iterator[Context]:
    """
    Let everything inside be recorded under ``opened``.

    :raises ShownUnnamed: at its end, see ``Context.require_named``.
    """
    token = _current.set(opened)
    try:
        yield opened
        opened.require_named()
    finally:
        _current.reset(token)


def current_context() -> Context:
    """
    The open context.

    :raises NoAuditContext: none is open.
    """
    opened = _current.get()
    if opened is None:
        raise NoAuditContext("open audit.record.context(…) before acting")
    return opened


INSERT = """
INSERT INTO audit_event (id, request_id, municipality_id, facility_id, actor_id, actor_label, actor_role,
                         address, entrance, event, object_type, object_id, rows, detail, outcome)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s)
"""


def record(
    event: str,
    *,
    by: Who | None = None,
    on: Model | None = None,
    rows: Mapping[str, Iterable[UUID | str]] | None = None,
    detail: Mapping[str, Any] | None = None,
    outcome: Outcome = Outcome.DONE,
    municipality_id: UUID | None = None,
    facility_id: UUID | None = None,
) -> None:
    """
    Write one event.

    ``event`` is ``area.past-tense`` from the room's ``events.py``; ``rows`` maps a kind of row to the ids that
    were shown or changed; ``detail`` holds ids, months, amounts, hashes: never names or free text of people.
    The time is the database's (``clock_timestamp()``), so that a wrong clock on a web host cannot bend it.

    :raises NoAuditContext: none is open.
    """
    opened = current_context()
    who = by or opened.who
    if municipality_id is None:
        municipality_id = getattr(on, "municipality_id", None) or opened.municipality_id
    if facility_id is None:
        facility_id = getattr(on, "facility_id", None) or opened.facility_id
    shown = {kind: sorted({str(row) for row in ids}) for kind, ids in (rows or {}).items()}
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                uuid4(),
                opened.request_id,
                municipality_id,
                facility_id,
                who.id,
                who.label,
                who.role,
                opened.address,
                opened.entrance,
                event,
                on._meta.label_lower if on is not None else "",
                str(on.pk) if on is not None else "",
                json.dumps(shown),
                json.dumps(detail or {}, cls=DjangoJSONEncoder, ensure_ascii=False),
                outcome.value,
            ],
        )
    opened.recorded += 1
    for ids in shown.values():
        opened.unnamed.difference_update(ids)


def record_apart(event: str, **arguments: Any) -> None:
    """
    As ``record``, in a transaction of its own. Call it after the refused act has been rolled back.

    :raises NoAuditContext: none is open.
    """
    with transaction.atomic():
        record(event, **arguments)
