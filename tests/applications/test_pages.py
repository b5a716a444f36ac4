"""The facility's pages of applications: what they show, keep, refuse and record; without any script."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack, TypedField
from applications.operations import review
from applications.states import VersionStatus
from facilities.actors import Role
from tests.applications.stage import AT, release_pack, save, submit
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

pytestmark = pytest.mark.django_db
TYPED = {"extra_staff": "1", "monthly_yen": "412,399円"}


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


@pytest.fixture
def clerk(sakura: Nursery, pack: ItemPack) -> Browser:
    return sign_in(sakura.clerk)


def _at(place: Nursery, path: str = "") -> str:
    return f"/f/{place.facility.number}/applications/{path}"


ITEM = "2026/price/team_childcare/"


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _sent(pack: ItemPack, revision: int = 0, wanted: str = "yes", **typed: str) -> dict[str, str]:
    """The form as the page sends it."""
    return {
        "form-pack": str(pack.pk),
        "form-revision": str(revision),
        "form-wanted": wanted,
        "form-from": "2026-04",
        "form-to": "",
        **typed,
    }


def test_the_year(sakura, clerk):
    answer = clerk.get(_at(sakura, "2026/"))
    print(_text(answer))
    assert answer.status_code == 200
    answer = clerk.get(_at(sakura, ITEM))
    print(_text(answer))
    assert answer.status_code == 200
