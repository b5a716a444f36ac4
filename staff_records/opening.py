"""
Opening rows about persons: the one way to their sealed values, and the audit point (R17).

``open_to_show`` says that the values will be seen by whoever acts: until an event names these members, no page leaves
and no task ends (``audit.record.Context.require_named``). ``open_to_compute`` gives days only, for figures in which
nobody is named. Either costs one query to the key store, however many rows. ``show_opened`` turns the second into the
first, for those among many who turn out to be shown.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from audit.record import current_context
from facilities.scope import current_scope
from person_keys import store
from staff_records.person_rows import PersonRow
from staff_records.sealed import NotOpened, Opened

Row = TypeVar("Row", bound=PersonRow)


def open_to_show(*groups: Iterable[Row]) -> None:
    """
    Open these rows for people to see or change what is in them.

    :raises KeyDestroyed: somebody among them was erased.
    """
    current_context().unnamed.update(map(str, _open(groups, may_show=True)))


def open_readable(rows: Sequence[Row]) -> list[Row]:
    """Of these rows open to show whose can be read, and return them: not those of whoever was erased. One query."""
    if not rows:
        return []
    rings = store.rings(
        {row.key_id for row in rows}, municipality_id=current_scope().municipality_id, but_destroyed=True
    )
    readable = [row for row in rows if row.key_id in rings]
    for row in readable:
        row.open_with(Opened(rings[row.key_id], may_show=True))
    current_context().unnamed.update(str(row.key_id) for row in readable)
    return readable


def show_opened(*groups: Iterable[Row]) -> None:
    """
    Rows that this act has opened for figures are shown after all: with the keys they were opened with, no query.

    :raises NotOpened: one of them is not open.
    """
    rows = [row for group in groups for row in group]
    for row in rows:
        if row.opened is None:
            raise NotOpened(row._meta.label_lower)
        row.open_with(Opened(row.opened.ring, may_show=True))
    current_context().unnamed.update(str(row.key_id) for row in rows)


def open_to_compute(*groups: Iterable[Row]) -> None:
    """
    Open these rows for figures: days only, names stay closed.

    :raises KeyDestroyed: somebody among them was erased.
    """
    _open(groups, may_show=False)


def with_new_key(rows: Sequence[Row]) -> None:
    """Make keys for rows that stand for new persons, and open them. Whoever makes them records that."""
    made = store.make([row.key_id for row in rows], municipality_id=current_scope().municipality_id)
    for row in rows:
        row.open_with(Opened(made[row.key_id], may_show=True))


def _open(groups: Iterable[Iterable[Row]], *, may_show: bool) -> set[UUID]:
    rows = [row for group in groups for row in group]
    if not rows:
        return set()
    rings = store.rings({row.key_id for row in rows}, municipality_id=current_scope().municipality_id)
    for row in rows:
        row.open_with(Opened(rings[row.key_id], may_show=may_show))
    return set(rings)
