"""Writing tokens over older ones while others work on the same rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connections, router

# Compare and set: what is no longer what was read stays.
WRITE = """
UPDATE {table} AS kept SET {column} = fresh.token
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS fresh (id, before, token)
WHERE kept.id = fresh.id AND kept.{column} = fresh.before
RETURNING kept.id
"""


def write_tokens(model: type[Any], column: str, fresh: Sequence[tuple[UUID, bytes, bytes]]) -> set[UUID]:
    """
    Write (row, token as read, new token) and give the rows that were written; one statement for all of them.

    A row whose token somebody else has written in between is left as it is, and not among them.
    """
    if not fresh:
        return set()
    with connections[router.db_for_write(model)].cursor() as cursor:
        cursor.execute(
            WRITE.format(table=model._meta.db_table, column=column),
            [list(values) for values in zip(*fresh, strict=True)],
        )
        return {pk for (pk,) in cursor.fetchall()}
