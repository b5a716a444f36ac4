"""A process opens only the doors it is told to: what is not there cannot be reached by mistake."""

import os
import subprocess
import sys
from functools import cache

import pytest
from django.conf import settings

QUESTION = """
import django
django.setup()
from django.urls import Resolver404, resolve
for address in ("/login/", "/healthz/live", "/f/1299900000901/", "/f/", "/c/", "/c/review/", "/c/accounts/", "/a/",
                "/api/v1/child-counts/", "/api/v1/claims/", "/api/v1/user-charges/", "/api/v1/schema/"):
    try:
        resolve(address)
        print(address)
    except Resolver404:
        pass
from django.template.loader import render_to_string
print(render_to_string("errors/404.html", {"side": "plain"}).count("<h1>"))
"""
API = ["/api/v1/child-counts/", "/api/v1/claims/", "/api/v1/user-charges/", "/api/v1/schema/"]


@pytest.mark.parametrize(
    ("entrances", "there"),
    [
        ("internet", ["/login/", "/healthz/live", "/f/1299900000901/", "/f/"]),
        ("lgwan", ["/login/", "/healthz/live", "/c/", "/c/review/", "/c/accounts/", "/a/", *API]),
        (
            "internet,lgwan",
            [
                "/login/",
                "/healthz/live",
                "/f/1299900000901/",
                "/f/",
                "/c/",
                "/c/review/",
                "/c/accounts/",
                "/a/",
                *API,
            ],
        ),
    ],
)
def test_each_entrance_has_its_own_addresses(entrances, there):
    assert _ask(entrances).stdout.split()[:-1] == there


@pytest.mark.parametrize("entrances", ["", "intranet", "internet,wan"])
def test_an_unknown_entrance_stops_the_start(entrances):
    answer = _ask(entrances)

    assert answer.returncode != 0
    assert "ENTRANCES must be internet, lgwan or both." in answer.stderr


@pytest.mark.parametrize("entrances", ["internet", "lgwan"])
def test_pages_render_though_the_other_door_is_not_there(entrances):
    assert _ask(entrances).stdout.split()[-1] == "1"


@cache
def _ask(entrances: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ENTRANCES": entrances,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HAGUKUMI_ENV": "test",
    }
    return subprocess.run(
        [sys.executable, "-c", QUESTION],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
