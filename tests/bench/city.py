"""The demo city, opened for measuring."""

from collections.abc import Iterator
from contextlib import contextmanager

from audit.record import SYSTEM, Context, context
from facilities.models import Municipality
from facilities.scope import scope


@contextmanager
def open_city() -> Iterator[Municipality]:
    """Scope and record of the whole demo city, acting as the system."""
    city = Municipality.objects.get(code="129999")
    with context(Context(who=SYSTEM, entrance="bench", municipality_id=city.pk)), scope(city.pk, None):
        yield city
