"""
The demo in databases of its own, seeded once for everything that looks at it: the house of the browser tests, and the
tests about the demo itself. A minute of computing each time it is not done twice.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core.management import call_command
from django.db import connections

from claims.models import Claim, ClaimLine
from claims.operations.later import REDRAFT_MONTH
from facilities.models import GrantedItem, Municipality
from facilities.operations.profiles import PROFILE_CHANGED
from facilities.scope import scope
from jobs.models import Job
from portal.demo import applications
from portal.servers import APPLICATION_ROLE, DATABASE, KEY_STORE, Postgres
from tests.environment import VAR
from tests.ready_cluster import copy, lay_down

NAMES = {"default": DATABASE, "keys": KEY_STORE}
WORK = (PROFILE_CHANGED, REDRAFT_MONTH)


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


@dataclass
class SeededHouse:
    """Its folder, with nobody in it; what applications have found when they were seeded, and what they have left."""

    var: Path
    around_applications: list[Money] = field(default_factory=list)

    def seed(self) -> None:
        """Once. With the secrets of this process, so that it can read what is sealed."""
        self.var.mkdir(mode=0o700)
        shutil.copy2(VAR / "secrets.env", self.var)
        lay_down(Postgres(self.var))
        with (
            self.connected() as postgres,
            patch.object(applications, "play", self._watched(applications.play)),
        ):
            postgres.prepare()
            call_command("seed_demo", stdout=StringIO())

    def copy_to(self, var: Path) -> None:
        """For a house that will live and change."""
        var.mkdir(mode=0o700)
        shutil.copy2(self.var / "secrets.env", var)
        copy(Postgres(self.var).folder, Postgres(var).folder)

    @contextmanager
    def connected(self) -> Iterator[Postgres]:
        """Its server runs, and Django works with its databases."""
        postgres = Postgres(self.var, durable=False)
        before = {connection.alias: dict(connection.settings_dict) for connection in connections.all()}
        postgres.start()
        try:
            for alias, name in NAMES.items():
                connections[alias].close()
                connections[alias].settings_dict.update(
                    {"HOST": str(postgres.socket_folder), "USER": APPLICATION_ROLE, "NAME": name}
                )
            yield postgres
        finally:
            for alias in NAMES:
                connections[alias].close()
                connections[alias].settings_dict.update(before[alias])
            postgres.stop()

    def _watched(self, play: Callable[..., None]) -> Callable[..., None]:
        def watched(city: Municipality, *people: Any) -> None:
            self.around_applications = [Money.now(city)]
            play(city, *people)
            self.around_applications.append(Money.now(city))

        return watched
