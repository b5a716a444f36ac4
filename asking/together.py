"""
One round trip for several querysets.

PostgreSQL takes several statements in one message (the simple protocol, which Django's client-side cursors speak) and
answers each. Outside a transaction they are one: what a first statement sets for the transaction
(``set_config(…, true)``) holds for the others and for nobody after them.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

Statement = tuple[str, Sequence[Any]]


def together(
    *asked: QuerySet[Any], before: Statement | None = None, using: str = DEFAULT_DB_ALIAS
) -> list[list[Any]]:
    """
    The rows of each queryset, asked in one round trip, in the order of the querysets.

    ``before``: a statement (SQL and its parameters) that runs first in the same message and whose answer nobody wants.
    A queryset that can have no rows (``pk__in=[]``) is not sent. Scopes and filters are those of the querysets: nothing
    is asked that the querysets would not ask themselves. What ``prefetch_related`` adds is asked afterwards, as ever.

    They share a message, not a snapshot: rows may change between two of them, as between two queries.
    """
    compilers = [one.query.chain().get_compiler(using=using) for one in asked]
    statements: list[Statement] = [] if before is None else [before]
    sent = []
    for compiler in compilers:
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            continue
        statements.append((sql, parameters))
        sent.append(compiler)
    found: dict[int, list[Any]] = {}
    if statements:
        with connections[using].cursor() as cursor:
            cursor.execute(
                "; ".join(sql for sql, _ in statements), [one for _, values in statements for one in values]
            )
            for place, compiler in enumerate(sent):
                if place or before is not None:
                    cursor.nextset()
                width = compiler.col_count if compiler.has_extra_select else None
                found[id(compiler)] = [row[:width] for row in cursor.fetchall()]
    return [
        _answered(one, compiler, found.get(id(compiler), []))
        for one, compiler in zip(asked, compilers, strict=True)
    ]


def _answered(asked: QuerySet[Any], compiler: Any, rows: list[Any]) -> list[Any]:
    """What the queryset makes of these rows: it finds its answer there instead of asking."""
    if not rows:
        return []
    compiler.execute_sql = lambda *_, **__: [rows]
    answered = asked.using(compiler.using)
    answered.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    return list(answered)
