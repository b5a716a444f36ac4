"""
Where a running ``manage.py up`` tells other commands of this installation how to reach it.

Read before the settings are, so it uses the standard library only. Never read in production, where the environment says
everything, and never for tests, which have servers of their own.
"""

import os
from collections.abc import Mapping
from pathlib import Path

NAME = "running.env"
OWN_SERVERS = frozenset({"up", "test"})
HANDED_ON = (
    "SECRET_KEY",
    "VAULT_KEYS",
    "CODE_KEY",
    "INDEX_KEYS",
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "KEY_STORE_URL",
    "KEY_STORE_OWNER_URL",
    "REDIS_URL",
    "SITE_URL",
    "PORT",
    "HAGUKUMI_VAR",
)


def tell(var: Path, environment: Mapping[str, str]) -> None:
    """Write down what a command needs to work beside this house; for nobody else's eyes."""
    lines = [f"{name}={environment[name]}\n" for name in HANDED_ON if name in environment]
    unfinished = var / f".{NAME}"
    unfinished.touch(mode=0o600)
    unfinished.write_text("".join(lines), encoding="utf-8")
    unfinished.rename(var / NAME)


def forget(var: Path) -> None:
    """The house stops."""
    (var / NAME).unlink(missing_ok=True)


def found(arguments: list[str], environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """
    What a command line takes over from the house that runs in ``folder``: nothing where it was told a database, in
    production, in tests, or for commands that bring servers of their own.
    """
    own = len(arguments) > 1 and arguments[1] in OWN_SERVERS
    told = any(name in environment for name in ("DATABASE_URL", "DATABASE_URL_FILE"))
    if own or told or environment.get("HAGUKUMI_ENV", "development") != "development":
        return {}
    kept = Path(environment.get("HAGUKUMI_VAR") or folder / "var") / NAME
    if not kept.is_file() or not os.access(kept, os.R_OK):
        return {}
    pairs = (line.partition("=") for line in kept.read_text(encoding="utf-8").splitlines())
    return {name: value for name, _, value in pairs if name in HANDED_ON}
