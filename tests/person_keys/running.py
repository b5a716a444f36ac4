"""``manage.py rotate_keys`` as a process of its own, beside the test's databases."""

import base64
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections


def ring(keys: Mapping[str, bytes]) -> str:
    """A key ring as the environment writes it."""
    return ",".join(f"{key_id}:{base64.b64encode(key).decode()}" for key_id, key in keys.items())


def environment(**changed: str) -> dict[str, str]:
    """What a process needs to work beside this test, with the test's present settings."""

    def url(alias: str) -> str:
        values: dict[str, Any] = connections[alias].settings_dict
        return f"postgresql://{values['USER']}@/{values['NAME']}?host={values['HOST']}"

    return {
        **os.environ,
        "VAULT_KEYS": ring(settings.VAULT_KEYS),
        "INDEX_KEYS": ring(settings.INDEX_KEYS),
        "DATABASE_URL": url("default"),
        "KEY_STORE_URL": url("keys"),
        "REDIS_URL": settings.CELERY_BROKER_URL,
        **changed,
    }


def rotate(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", "rotate_keys", *arguments],
        env=environment(**changed),
        cwd=Path(settings.BASE_DIR),
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass
class Killed:
    """``rotate_keys``, begun and killed again and again."""

    process: subprocess.Popen[str]
    chance: random.Random
    times: int = 0

    def run(self, *arguments: str) -> None:
        """Start it, let it tell some of its steps, and kill -9 it, if it has not ended by itself before."""
        assert self.process.stdin is not None
        print(*arguments, file=self.process.stdin, flush=True)
        pid = int(self._read_until("begun"))
        patience = self.chance.randint(0, 6)
        ended = self._read_until("ended", lines=patience)
        if not ended:
            time.sleep(self.chance.random() * 0.03)
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(pid, signal.SIGKILL)
            ended = self._read_until("ended")
        self.times += int(ended) == -signal.SIGKILL

    def _read_until(self, word: str, *, lines: int | None = None) -> str:
        """What follows the word; nothing, when so many other lines have come before."""
        assert self.process.stdout is not None
        while lines is None or lines > 0:
            line = self.process.stdout.readline()
            assert line, "the process that starts the others is gone"
            if line.startswith(f"{word} "):
                return line.split()[1]
            lines = lines if lines is None or not line.strip() else lines - 1
        return ""


@contextmanager
def killing(*, seed: int) -> Iterator[Killed]:
    """Something that starts and kills it, with the test's present settings."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "tests.person_keys.forking"],
        env=environment(),
        cwd=Path(settings.BASE_DIR),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Killed(process, random.Random(seed))


@contextmanager
def old_key_in_front(django_settings: Any) -> Iterator[None]:
    """What is sealed inside is sealed under the key that was there before; afterwards a new one stands in front."""
    before = dict(django_settings.VAULT_KEYS)
    yield
    django_settings.VAULT_KEYS = {"k2": os.urandom(32), **before}
