"""The demo, seeded once for all tests about it; with what applications have found, and what they have left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from audit.record import SYSTEM, Context, context
from claims.models import Claim, ClaimLine
from claims.operations.later import REDRAFT_MONTH
from facilities.models import GrantedItem, Municipality
from facilities.operations.profiles import PROFILE_CHANGED
from facilities.scope import scope
from jobs.models import Job
from person_keys.router import KEY_STORE
from portal.demo import applications, cast


@dataclass(frozen=True)
class Money:
    """Everything about claims and what is granted, and the work that waits for the worker."""

    claims: list[tuple[Any, ...]]
    lines: list[tuple[Any, ...]]
    granted: list[tuple[Any, ...]]
    work: list[tuple[Any, ...]]

    @classmethod
    def now(cls, city: Municipality) -> "Money":
        with scope(city.pk, None):
            return cls(
                list(Claim.objects.order_by("pk").values_list()),
                list(ClaimLine.objects.order_by("pk").values_list()),
                list(GrantedItem.objects.order_by("pk").values_list()),
                list(Job.objects.filter(kind__in=WORK).order_by("pk").values_list("pk", "kind")),
            )


AROUND_APPLICATIONS: list[Money] = []
WORK = (PROFILE_CHANGED, REDRAFT_MONTH)


def _played(play: Callable[..., None]) -> Callable[..., None]:
    def watched(city: Municipality, *people: Any) -> None:
        AROUND_APPLICATIONS[:] = [Money.now(city)]
        play(city, *people)
        AROUND_APPLICATIONS.append(Money.now(city))

    return watched


@pytest.fixture(scope="package")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo, seeded; gone after these tests."""
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        transaction.atomic(using=KEY_STORE),
        patch.object(applications, "play", _played(applications.play)),
    ):
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
