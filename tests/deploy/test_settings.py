"""Production refuses to start with a missing or weak secret. Each case is a process of its own."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.check_production import ROOT, production_environment

PRINT = "from django.conf import settings; settings.SECRET_KEY; print('started')"


def start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PRINT],
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_everything_it_needs(tmp_path):
    answer = start(production_environment(str(tmp_path)))

    assert answer.stdout.strip() == "started", answer.stderr


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "VAULT_KEYS",
        "CODE_KEY",
        "ALLOWED_HOSTS",
        "SITE_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_HOST",
    ],
)
def test_production_does_not_start_without(name, tmp_path):
    environment = production_environment(str(tmp_path))
    del environment[name]

    answer = start(environment)

    assert answer.returncode != 0
    assert "ImproperlyConfigured" in answer.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 80),
        ("SECRET_KEY", "django-insecure-" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("SECRET_KEY", "development-only-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("VAULT_KEYS", "k1:AAAA"),
        ("VAULT_KEYS", "k1:" + base64.b64encode(bytes(32)).decode()),
        ("VAULT_KEYS", "k1:no base64"),
        ("VAULT_KEYS", "dev:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        ("CODE_KEY", "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="),
        ("CODE_KEY", base64.b64encode(b"x" * 32).decode()),
        ("ALLOWED_HOSTS", "*"),
        ("ENTRANCES", "somewhere"),
        ("TRUSTED_PROXY_COUNT", "-1"),
        ("HAGUKUMI_DEMO", "true"),
        ("HAGUKUMI_ENV", "staging"),
        ("DATABASE_URL", "mysql://db/portal"),
    ],
)
def test_production_does_not_start_with_a_weak_or_wrong_value(name, value, tmp_path):
    answer = start({**production_environment(str(tmp_path)), name: value})

    assert answer.returncode != 0
    assert "ImproperlyConfigured" in answer.stderr


def test_the_two_keys_must_differ(tmp_path):
    environment = production_environment(str(tmp_path))
    environment["CODE_KEY"] = environment["VAULT_KEYS"].removeprefix("k1:")

    assert "must be different keys" in start(environment).stderr


def test_a_secret_may_come_from_a_file(tmp_path):
    environment = production_environment(str(tmp_path))
    kept = Path(tmp_path) / "secret"
    kept.write_text(environment.pop("SECRET_KEY") + "\n", encoding="utf-8")
    environment["SECRET_KEY_FILE"] = str(kept)

    assert start(environment).stdout.strip() == "started"
