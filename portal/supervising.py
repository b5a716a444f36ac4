"""
Starting, watching and stopping what ``manage.py up`` runs: servers first, then web, worker and beat.

Each child has a process group of its own: granian's workers outlive a killed master and would go on answering on
the port, so a group is always ended as a whole.
"""

import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from portal.servers import Postgres, Valkey, die_with_parent

PAUSE_BEFORE_RESTART = 1.0
PATIENCE = 20.0


class AlreadyRunning(Exception):
    """Another ``up`` holds this state folder, or the port."""


class PartFailed(Exception):
    """A part ended while starting. The message names its log."""


def hold(var: Path) -> IO[str]:
    """
    Take the state folder for this process; keep the returned file open.

    :raises AlreadyRunning: somebody else has it.
    """
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (var / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise AlreadyRunning(
            f"Another `make run` is using {var}. Stop it first, or set HAGUKUMI_VAR."
        ) from None
    return lock


def require_free(port: int) -> None:
    """:raises AlreadyRunning: something answers on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise AlreadyRunning(f"Port {port} is in use. Choose another: PORT=8001 make run") from None


@dataclass
class Part:
    """One child process that is kept running."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it, its output appended to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    @property
    def ended(self) -> bool:
        """It is not running."""
        return self.process is None or self.process.poll() is not None

    def end_group(self, how: signal.Signals) -> None:
        """Signal the whole group."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, how)
        except ProcessLookupError:
            return

    def stop(self) -> None:
        """Ask it to stop, wait, then end what is left of its group."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.end_group(signal.SIGKILL)
                self.process.wait(5)
        self.end_group(signal.SIGKILL)


@dataclass
class House:
    """All parts, in the order they are started; stopped the other way round."""

    say: Callable[[str], None]
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    parts: list[Part] = field(default_factory=list)

    def watch_once(self) -> None:
        """Start again whatever has ended."""
        now = time.monotonic()
        for server in (self.postgres, self.valkey):
            if server is not None and server.process is not None and server.process.poll() is not None:
                self.say(f"{type(server).__name__} ended: starting it again")
                server.start()
        for part in self.parts:
            if not part.ended:
                continue
            if not part.restart_at:
                part.end_group(signal.SIGKILL)
                part.restart_at = now + PAUSE_BEFORE_RESTART
            elif now >= part.restart_at:
                self.say(f"{part.name} ended: starting it again (see {part.log})")
                part.start()
                part.restart_at = 0.0

    def stop(self) -> None:
        """Ordered stop: nothing new comes in, the worker finishes, then the servers."""
        for part in reversed(self.parts):
            part.stop()
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()


def wait_until_answers(url: str, part: Part, *, stopped: Callable[[], bool], patience: float = 60.0) -> None:
    """
    Wait for the page to answer 200.

    :raises PartFailed: the part ended, or the time is over.
    """
    end = time.monotonic() + patience
    while not stopped():
        if part.ended:
            raise PartFailed(f"{part.name} ended while starting: see {part.log}")
        if time.monotonic() > end:
            raise PartFailed(f"{part.name} does not answer: see {part.log}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own http address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
