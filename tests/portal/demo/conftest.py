"""The demo, seeded once for all tests about it."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from audit.record import SYSTEM, Context, context
from facilities.models import Municipality
from facilities.scope import scope
from person_keys.router import KEY_STORE
from portal.demo import cast


@pytest.fixture(scope="package")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo, seeded; gone after these tests."""
    with django_db_blocker.unblock(), transaction.atomic(), transaction.atomic(using=KEY_STORE):
        call_command("seed_demo", "--if-empty", stdout=StringIO())
        # Every test ends by checking what is deferred: here once, or each would check the whole demo anew.
        for connection in connections.all():
            connection.check_constraints()
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=KEY_STORE)


@pytest.fixture
def city(seeded: None, db: None) -> Iterator[Municipality]:
    """The demo city, its scope open."""
    own = Municipality.objects.get(code=cast.CITY_CODE)
    with context(Context(who=SYSTEM, municipality_id=own.pk)), scope(own.pk, None):
        yield own
