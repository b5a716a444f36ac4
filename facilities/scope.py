"""
The open scope: which municipality, and which of its facilities, the running code may see.

Middleware opens one for a request, a task opens its own, anything else raises ``UnscopedQuery``. The scope is told
to PostgreSQL with SET LOCAL inside the transaction, where row-level security is the second wall; nothing of it
survives into the next user of the connection.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from asking import Statement

WHOLE_CITY = "*"


class UnscopedQuery(Exception):
    """A tenant's rows were asked for without an open scope."""


@dataclass(frozen=True)
class Scope:
    """One municipality and its facilities; ``facility_ids`` None means the whole city, never every city."""

    municipality_id: UUID
    facility_ids: frozenset[UUID] | None

    @property
    def whole_city(self) -> bool:
        """True when every facility of the municipality is in scope."""
        return self.facility_ids is None


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope:
    """
    The open scope.

    :raises UnscopedQuery: none is open.
    """
    opened = _current.get()
    if opened is None:
        raise UnscopedQuery("open facilities.scope first")
    return opened


@contextmanager
def scope(
    municipality_id: UUID, facilities: Iterable[UUID] | None, *, savepoint: bool = True
) -> Iterator[Scope]:
    """
    Open a scope in a transaction of its own (a savepoint inside another one).

    ``facilities`` None is the whole city. Work is committed when the block ends without error. With
    ``savepoint=False`` the scope shares the surrounding transaction to its end (the middleware's way).
    """
    opened = Scope(municipality_id, None if facilities is None else frozenset(facilities))
    before = _current.get()
    outermost = not connection.in_atomic_block
    token = _current.set(opened)
    try:
        with transaction.atomic(savepoint=savepoint):
            _tell_database(opened)
            yield opened
            if savepoint and not outermost and not connection.needs_rollback:
                _tell_database(before)
    finally:
        _current.reset(token)


def acting_user(user_id: UUID) -> Statement:
    """
    Until the transaction ends, PostgreSQL shows this user's own memberships, whatever the scope.

    The one thing that must be readable before a scope exists; nothing else is.
    """
    return "SELECT set_config('app.user', %s, true)", [str(user_id)]


def tell_acting_user(user_id: UUID) -> None:
    """Tell PostgreSQL who acts, see ``acting_user``."""
    with connection.cursor() as cursor:
        cursor.execute(*acting_user(user_id))


def _tell_database(opened: Scope | None) -> None:
    if opened is None:
        municipality, facilities = "", ""
    else:
        municipality = str(opened.municipality_id)
        facilities = (
            WHOLE_CITY if opened.facility_ids is None else ",".join(sorted(map(str, opened.facility_ids)))
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.municipality', %s, true), set_config('app.facilities', %s, true)",
            [municipality, facilities],
        )
