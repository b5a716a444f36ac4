"""One world for all questions of this folder, and everybody's answers from it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.access.shared import lasting_world
from tests.access.sweep import Sweep
from tests.access.world import World


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once. Ask with ``undone()``."""
    yield from lasting_world(django_db_blocker)


@pytest.fixture(scope="package")
def sweep(world: World) -> Sweep:
    """What everybody gets everywhere."""
    return Sweep(world)
