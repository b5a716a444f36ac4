"""
What every test stands on: an own PostgreSQL and Valkey, migrations as the owner, tests as the application role.

Nothing of the machine is used and nothing outside it is reachable. Each parallel test process has its own servers.
"""

import re
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from portal.servers import APPLICATION_ROLE, OWNER_ROLE, Postgres, Valkey
from tests.environment import VAR
from tests.ready_cluster import lay_down

if TYPE_CHECKING:
    from tests.seeded_house import SeededHouse

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


# How long an example takes says how busy the machine is, and nothing about the law.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


# What one process does from beginning to end, because it stands on something dear: a running house, the seeded demo,
# everybody's answers. (Marks of groups are lost between pytest 9 and xdist 3.8: both processes seeded both.)
TOGETHER = {
    "tests/browser/": "the demo",
    "tests/portal/demo/": "the demo",
    "tests/access/": "the answers",
}
# What takes long begins first, or one process would wait for it at the end; then whatever has the most tests.
LONG = (
    "the demo",
    "the answers",
    "tests/staff_records/test_replacing_keys.py",
    "tests/approvals/test_bulk.py",
    "tests/approvals/test_item_bulk.py",
    "tests/person_keys/test_rotation.py",
    "tests/staff_records/test_whole_city.py",
    "tests/applications/test_year.py",
    "tests/pages/test_in_browser.py",
)


def _place(nodeid: str) -> str:
    """What is dealt out as one: a file, for what its tests share is made once then, or folders of ``TOGETHER``."""
    return next(
        (place for folder, place in TOGETHER.items() if nodeid.startswith(folder)), nodeid.split("::")[0]
    )


class Together(LoadScopeScheduling):
    """One place after the other for whichever process is free, in the order of the items."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return _place(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """How tests are dealt out to the processes."""
    return Together(config, log)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "stack: needs the whole running system (real servers, worker, browser)"
    )


@pytest.fixture(scope="session")
def servers(django_db_blocker: Any) -> Iterator[tuple[Postgres, Valkey]]:
    """A throw-away PostgreSQL and Valkey of this test process."""
    postgres, valkey = Postgres(VAR, durable=False), Valkey(VAR)
    with django_db_blocker.unblock():
        lay_down(postgres)
    postgres.start()
    postgres.prepare()
    valkey.start()
    yield postgres, valkey
    valkey.stop()
    postgres.stop()
    shutil.rmtree(VAR, ignore_errors=True)


@pytest.fixture(scope="session")
def seeded_house(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> "SeededHouse":
    """The demo, seeded. Nobody works in it: ask for a copy, or be ``connected()`` and take back what you do."""
    from tests.seeded_house import SeededHouse

    house = SeededHouse(tmp_path_factory.mktemp("seeded") / "var")
    with django_db_blocker.unblock():
        house.seed()
    return house


@pytest.fixture(scope="session")
def django_db_setup(servers: tuple[Postgres, Valkey], django_db_blocker: Any) -> Iterator[None]:
    """Migrated by the owner, used by the role production serves with: it owns nothing, row security binds it."""
    from celery import current_app
    from django.conf import settings
    from django.db import connections

    postgres, valkey = servers
    settings.CELERY_BROKER_URL = valkey.url
    current_app.conf.broker_url = valkey.url
    with django_db_blocker.unblock():
        for connection in connections.all():
            connection.close()
            own = {"HOST": str(postgres.socket_folder), "USER": APPLICATION_ROLE}
            name = f"test_{settings.DATABASES[connection.alias]['NAME']}"
            connection.settings_dict.update({**own, "NAME": name})
            connection.ops.execute_sql_flush = partial(_empty_as_owner, connection.alias)
        yield
        for connection in connections.all():
            connection.close()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Every test that may use the database may use the key store, too: pages of staff need both."""
    for item in items:
        asked = item.get_closest_marker("django_db")
        by_fixture = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        if asked or by_fixture:
            options = dict(asked.kwargs) if asked else {}
            options.setdefault("transaction", "transactional_db" in by_fixture)
            item.add_marker(pytest.mark.django_db(databases=["default", "keys"], **options), append=False)
    yield
    if hasattr(config, "workerinput"):
        _longest_first(
            items
        )  # after Django's order by what a test does to the database, which stays inside a place


def _longest_first(items: list[pytest.Item]) -> None:
    """The order of dealing out; inside a place the order stays."""
    tests = Counter(_place(item.nodeid) for item in items)

    def rank(item: pytest.Item) -> tuple[int, int, str]:
        place = _place(item.nodeid)
        known = next((number for number, long in enumerate(LONG) if place.startswith(long)), len(LONG))
        return known, -tests[place], place

    items.sort(key=rank)


def _empty_as_owner(alias: str, statements: list[str]) -> None:
    """Tests that commit (two people at once) are emptied by the owner; the record refuses even that and stays."""
    import psycopg
    from django.db import connections

    values = connections[alias].settings_dict
    with psycopg.connect(host=values["HOST"], user=OWNER_ROLE, dbname=values["NAME"]) as own:
        for statement in statements:
            tables = [
                name for name in re.findall(r'"([^"]+)"', statement) if not name.startswith("audit_event")
            ]
            own.execute(f"TRUNCATE {', '.join(tables)}")


@pytest.fixture
def as_owner() -> Callable[[str], None]:
    """Run SQL as the owner role in a connection of its own (what a wrongly privileged person would try)."""
    import psycopg
    from django.db import connection

    def run(sql: str) -> None:
        values = connection.settings_dict
        with psycopg.connect(host=values["HOST"], user=OWNER_ROLE, dbname=values["NAME"]) as own:
            own.execute(sql)

    return run


@pytest.fixture
def run_jobs(db: None) -> Callable[[], int]:
    """Do everything that waits in the outbox, in this process, with the real handlers."""
    from jobs.running import run_due

    return run_due


@pytest.fixture(autouse=True)
def mail_folder(tmp_path: Path, settings: Any) -> Path:
    """Each test has its own mail folder."""
    settings.MAIL_FOLDER = tmp_path / "mail"
    settings.EMAIL_BACKEND = "jobs.mail_folder.FolderBackend"
    return settings.MAIL_FOLDER


class NetworkRefused(Exception):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only loopback and unix sockets are reachable from tests."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:
            raise NetworkRefused(str(address))
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


class _Undefined(str):
    """A template that uses an undefined variable fails the test that rendered it."""

    def __contains__(self, part: object) -> bool:
        return part == "%s" or super().__contains__(part)  # type: ignore[operator]

    def __mod__(self, variable: Any) -> str:
        raise AssertionError(f"undefined template variable: {variable}")


@pytest.fixture(autouse=True, scope="session")
def undefined_template_variables_fail() -> Iterator[None]:
    from django.template import engines

    engine = engines["django"].engine  # type: ignore[attr-defined]
    before, engine.string_if_invalid = engine.string_if_invalid, _Undefined("%s")
    yield
    engine.string_if_invalid = before
