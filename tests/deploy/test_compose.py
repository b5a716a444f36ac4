"""The production compose file keeps its promises to the city. Parsed, not started: there is no engine in tests."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings

from deploy.check_production import ROOT


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_all_parts_are_there(compose):
    assert set(compose["services"]) == {
        "nginx", "web-internet", "web-lgwan", "worker", "beat", "migrate", "db", "key-store", "redis",
    }  # fmt: skip


def test_only_nginx_is_reachable_from_outside(compose):
    published = {name for name, service in compose["services"].items() if service.get("ports")}

    assert published == {"nginx"}


def test_database_and_broker_are_on_the_internal_network_only(compose):
    for name in ("db", "key-store", "redis"):
        assert compose["services"][name]["networks"] == ["application"]
    assert compose["networks"]["application"]["internal"] is True
    assert compose["networks"]["edge"]["internal"] is True


def test_nginx_does_not_reach_the_database(compose):
    assert "application" not in compose["services"]["nginx"]["networks"]


def test_each_web_process_opens_one_door(compose):
    doors = {
        name: compose["services"][name]["environment"]["ENTRANCES"] for name in ("web-internet", "web-lgwan")
    }

    assert doors == {"web-internet": "internet", "web-lgwan": "lgwan"}


def test_migrations_run_as_the_owner_and_nothing_else_does(compose):
    owners = {
        name
        for name, service in compose["services"].items()
        if "HAGUKUMI_DB_ROLE" in (service.get("environment") or {})
        or "database_owner_url" in (service.get("secrets") or [])
    }

    assert owners == {"migrate"}


def test_no_secret_stands_in_the_file(compose):
    for service in compose["services"].values():
        for name, value in (service.get("environment") or {}).items():
            if any(word in name for word in ("SECRET", "PASSWORD", "KEY", "DATABASE_URL", "REDIS_URL")):
                assert name.endswith("_FILE"), name
                assert value.startswith("/run/secrets/"), name


def test_the_application_is_not_root_and_cannot_write_its_image(compose):
    for name in ("web-internet", "web-lgwan", "worker", "beat", "migrate"):
        service = compose["services"][name]
        assert service["user"] == "10001:10001"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_production_has_the_same_postgresql_as_tests(compose, servers):
    postgres, _ = servers
    (major,) = (postgres.folder / "PG_VERSION").read_text().split()

    assert compose["services"]["db"]["image"].startswith(f"postgres:{major}")


def test_the_edge_overwrites_what_a_client_says_of_itself():
    proxy = (ROOT / "deploy/nginx/proxy.conf").read_text(encoding="utf-8")

    assert "X-Forwarded-For $remote_addr;" in proxy
    assert "$proxy_add_x_forwarded_for" not in proxy


def test_the_application_and_not_the_edge_explains_a_file_that_is_too_large():
    edge = (ROOT / "deploy/nginx/nginx.conf").read_text(encoding="utf-8")
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", edge)

    assert int(megabytes) > 20  # the largest mistake people are expected to make
    assert int(megabytes) * 1024 * 1024 > settings.UPLOAD_LIMIT_BYTES
