"""A throw-away house for measuring: own servers, the demo city with its months."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.servers import APPLICATION_ROLE, KEY_STORE, OWNER_ROLE, Postgres, Valkey, ensure_secrets


@contextmanager
def open_house() -> Iterator[None]:
    """Start the servers, migrate as the owner, go on as the application role; everything is gone afterwards."""
    var = Path(tempfile.mkdtemp(prefix="hgb"))
    postgres, valkey = Postgres(var), Valkey(var)
    try:
        postgres.start()
        postgres.prepare()
        valkey.start()
        os.environ.update(ensure_secrets(var))
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "HAGUKUMI_ENV": "development",
                "HAGUKUMI_VAR": str(var),
                "DATABASE_URL": postgres.url(APPLICATION_ROLE),
                "DATABASE_OWNER_URL": postgres.url(OWNER_ROLE),
                "KEY_STORE_URL": postgres.url(APPLICATION_ROLE, KEY_STORE),
                "KEY_STORE_OWNER_URL": postgres.url(OWNER_ROLE, KEY_STORE),
                "REDIS_URL": valkey.url,
            }
        )
        _prepare()
        yield
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(var, ignore_errors=True)


def _prepare() -> None:
    import subprocess
    import sys

    for command, role in ((["migrate_all"], "owner"), (["collectstatic", "--noinput", "-v0"], "app")):
        subprocess.run(
            [sys.executable, "manage.py", *command], env={**os.environ, "HAGUKUMI_DB_ROLE": role}, check=True
        )
    subprocess.run([sys.executable, "manage.py", "seed_demo"], check=True, stdout=subprocess.DEVNULL)

    import django

    django.setup()
