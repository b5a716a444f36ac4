"""
A PostgreSQL cluster with all databases migrated, made once and copied by every test process.

Migrating from nothing costs each process fifteen seconds of computing, copying a fifth of one. The cluster is kept
below ``var/`` until what it was made of changes; ``tests/browser/test_first_day.py`` still goes the whole way.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg

from portal.servers import DATABASE, KEY_STORE, OWNER_ROLE, Postgres

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "ready-cluster"
IMPORTED = re.compile(r"^\s*(?:from|import) ([\w.]+)(?: import (\w+))?", re.MULTILINE)


def lay_down(postgres: Postgres) -> None:
    """Before its first start: the server's folder, its databases and those of tests at the newest migration."""
    with _locked(fcntl.LOCK_SH):
        ready = _place(postgres)
        if ready.exists():
            copy(ready, postgres.folder)
            return
    with _locked(fcntl.LOCK_EX):
        ready = _place(postgres)
        if not ready.exists():  # another process may have been first
            _make(ready)
        copy(ready, postgres.folder)


def _place(postgres: Postgres) -> Path:
    return KEPT / f"{_digest(postgres.binaries)}.ready"


def _digest(binaries: Path) -> str:
    """Of everything a migrated cluster depends on: the month, too, because the record is divided by months."""
    files = {ROOT / "requirements.lock", ROOT / "portal" / "servers.py", Path(__file__).resolve()}
    waiting = set(ROOT.glob("*/migrations/*.py"))
    while waiting:
        file = waiting.pop()
        files.add(file)
        waiting |= _own_imports(file) - files
    digest = hashlib.sha256(f"{date.today():%Y-%m} {binaries}".encode())
    for file in sorted(files):
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:24]


def _own_imports(file: Path) -> set[Path]:
    """The files of the project that a file imports."""
    found = set()
    for module, name in IMPORTED.findall(file.read_text(encoding="utf-8")):
        place = ROOT / module.replace(".", "/")
        found |= {place.with_suffix(".py"), place / "__init__.py", place / f"{name}.py"}
    return {path for path in found if path.is_file()}


@contextmanager
def _locked(how: int) -> Iterator[None]:
    """Nobody copies while somebody makes or clears away; the lock goes with the process that held it."""
    KEPT.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, how)
        yield


def _make(ready: Path) -> None:
    """Under another name until it is whole; what is of no use any more goes."""
    for old in KEPT.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    var = Path(tempfile.mkdtemp(prefix="hgk"))
    postgres = Postgres(var, durable=False)
    try:
        postgres.start()
        postgres.prepare()
        _migrate(postgres)
        postgres.stop()
        unfinished = ready.with_suffix(".unfinished")
        copy(postgres.folder, unfinished)
        unfinished.rename(ready)
    finally:
        postgres.stop()
        shutil.rmtree(var, ignore_errors=True)


def _migrate(postgres: Postgres) -> None:
    """As the owner, as a real start does."""
    from django.db import connections
    from django.test.utils import setup_databases

    for connection in connections.all():
        connection.settings_dict.update({"HOST": str(postgres.socket_folder), "USER": OWNER_ROLE})
    before = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    for connection, name, _ in before:
        connection.close()
        connection.settings_dict["NAME"] = name
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as server:
        for name in (DATABASE, KEY_STORE):
            server.execute(f"DROP DATABASE {name}")
            server.execute(f"CREATE DATABASE {name} OWNER {OWNER_ROLE} TEMPLATE test_{name}")


def copy(source: Path, target: Path) -> None:
    """With owners and modes: PostgreSQL asks for both."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)
