"""Work that no person does: in a city's scope, with the system itself on the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from audit.record import SYSTEM, Context, context
from facilities.scope import scope


@contextmanager
def whole_city(
    municipality_id: UUID, *, facility_id: UUID | None = None, entrance: str = "worker"
) -> Iterator[Context]:
    """
    A transaction that sees all of a city, recorded as done by the system.

    ``facility_id`` is what the record says the work is about, not a limit of what is seen.
    """
    opened = Context(who=SYSTEM, entrance=entrance, municipality_id=municipality_id, facility_id=facility_id)
    with context(opened), scope(municipality_id, None):
        yield opened
