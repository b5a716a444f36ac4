"""One world for a whole file of questions; each question is taken back."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from tests.access.world import World, make_world


def lasting_world(django_db_blocker: Any) -> Iterator[World]:
    """For a module's fixture: the world, inside a transaction that never commits. Ask with ``undone()``."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)
