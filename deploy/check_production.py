"""
``make check``: Django's deployment checks with production settings and made-up strong secrets; a warning fails.

Run in a process of its own, so that nothing of this machine's environment leaks in.
"""

import base64
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def production_environment(var: str) -> dict[str, str]:
    """What a correct production process is given; every value is made up."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "HAGUKUMI_ENV": "production",
        "HAGUKUMI_VAR": var,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "VAULT_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "CODE_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "INDEX_KEYS": "i1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "hagukumi.example",
        "CSRF_TRUSTED_ORIGINS": "https://hagukumi.example",
        "SITE_URL": "https://hagukumi.example",
        "ENTRANCES": "internet",
        "TRUSTED_PROXY_COUNT": "1",
        "DATABASE_URL": "postgresql://portal_app:made-up@db/portal?sslmode=verify-full",
        "KEY_STORE_URL": "postgresql://portal_app:made-up@keys/portal_keys?sslmode=verify-full",
        "REDIS_URL": "rediss://:made-up@redis:6379/0",
        "EMAIL_HOST": "mail.example",
    }


def main() -> int:
    """The exit status of ``check --deploy``."""
    with tempfile.TemporaryDirectory() as var:
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        return subprocess.run(command, env=production_environment(var), cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
