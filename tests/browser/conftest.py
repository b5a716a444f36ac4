"""The running system, once for all browser tests, and browsers for one test each."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.running import Stack, Visitor, visiting
from tests.seeded_house import SeededHouse


@pytest.fixture(scope="session")
def stack(seeded_house: SeededHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The demo city, seeded, with web, worker and beat."""
    var: Path = tmp_path_factory.mktemp("stack") / "var"
    seeded_house.copy_to(var)
    running = Stack.start(var)
    yield running
    running.stop()


@pytest.fixture
def come(stack: Stack) -> Iterator[Callable[..., Visitor]]:
    """Calling it brings one more person with a browser; ``javascript=False`` turns that off."""
    with visiting(stack) as arrive:
        yield arrive
