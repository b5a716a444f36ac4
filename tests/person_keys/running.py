"""``manage.py rotate_keys`` as a process of its own, beside the test's databases."""

import base64
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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


def rotate_and_kill(*arguments: str, chance: random.Random) -> bool:
    """Start it, let it tell some of its steps, and kill -9 it; False when it had ended by itself before."""
    process = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "rotate_keys", *arguments],
        env=environment(),
        cwd=Path(settings.BASE_DIR),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    for _ in range(chance.randint(0, 6)):
        process.stdout.readline()
    try:
        process.wait(chance.random() * 0.03)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.stdout.close()
    return process.wait() == -signal.SIGKILL


@contextmanager
def old_key_in_front(django_settings: Any) -> Iterator[None]:
    """What is sealed inside is sealed under the key that was there before; afterwards a new one stands in front."""
    before = dict(django_settings.VAULT_KEYS)
    yield
    django_settings.VAULT_KEYS = {"k2": os.urandom(32), **before}
