"""
Reading the environment, refusing nonsense.

Every reader raises ``ImproperlyConfigured`` with the variable's name, so that a wrong deployment stops at start
and not at the first request. Secrets may come as ``NAME`` or as a file named by ``NAME_FILE`` (container secrets).
"""

import base64
import binascii
import math
import os
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
SHORTEST_SECRET = 50


def text(name: str, default: str | None = None) -> str:
    """The value of ``name``, or of the file ``name_FILE``; without a default it must be set."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """``1``/``true`` or ``0``/``false``; anything else is refused."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true"}:
        return True
    if value in {"0", "false"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least ``least``."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Comma-separated words without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def strong_secret(name: str) -> str:
    """A secret that is long and not repetitive; weak ones stop the start."""
    value = text(name)
    if len(value) < SHORTEST_SECRET or _entropy_bits(value) < 128 or value.startswith("django-insecure-"):
        raise ImproperlyConfigured(f"{name} is too weak: use at least {SHORTEST_SECRET} random characters.")
    return value


def key(name: str) -> bytes:
    """One base64 key of 32 bytes."""
    return _decode_key(name, text(name))


def keyring(name: str) -> dict[str, bytes]:
    """``id:base64,id:base64``: the first key seals, all of them open. Order is kept."""
    ring: dict[str, bytes] = {}
    for entry in words(name):
        key_id, _, encoded = entry.partition(":")
        if not key_id.isalnum() or len(key_id) > 16 or key_id in ring:
            raise ImproperlyConfigured(f"{name}: every key needs an own short id, as in k1:base64.")
        ring[key_id] = _decode_key(name, encoded)
    if not ring:
        raise ImproperlyConfigured(f"{name} is empty.")
    return ring


def database(url: str) -> dict[str, Any]:
    """Django's settings for one ``postgresql://`` URL; the socket folder may stand in ``?host=``."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("The database URL must begin with postgresql://")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = query.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
    }


def _decode_key(name: str, encoded: str) -> bytes:
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise ImproperlyConfigured(f"{name} is not base64.") from problem
    if len(decoded) != KEY_BYTES or len(set(decoded)) < KEY_BYTES // 4:
        raise ImproperlyConfigured(f"{name} must hold {KEY_BYTES} random bytes.")
    return decoded


def _entropy_bits(value: str) -> float:
    counts = Counter(value)
    return -sum(n * math.log2(n / len(value)) for n in counts.values())
