"""The demo, seeded once for all tests about it."""

from collections.abc import Iterator
from typing import Any

import pytest

from audit.record import SYSTEM, Context, context
from facilities.models import Municipality
from facilities.scope import scope
from portal.demo import cast
from tests.seeded_house import SeededHouse


@pytest.fixture(scope="package")
def seeded(django_db_setup: None, seeded_house: SeededHouse, django_db_blocker: Any) -> Iterator[SeededHouse]:
    """The tests of this folder work with the demo's databases; each takes back what it does."""
    with django_db_blocker.unblock(), seeded_house.connected():
        yield seeded_house


@pytest.fixture
def city(seeded: SeededHouse, db: None) -> Iterator[Municipality]:
    """The demo city, its scope open."""
    own = Municipality.objects.get(code=cast.CITY_CODE)
    with context(Context(who=SYSTEM, municipality_id=own.pk)), scope(own.pk, None):
        yield own
