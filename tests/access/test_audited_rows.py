"""What a page shows is what the record says it showed: the ids in the HTML are the ids of the events."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event
from facilities.scope import scope
from tests.access.addresses import ADDRESSES
from tests.access.shared import lasting_world
from tests.access.table import GET
from tests.access.world import PEOPLE, World, undone

TENANT = sorted(
    name
    for name in ADDRESSES
    if name.split(":")[0] not in {"portal", "accounts"} and 200 in GET.get(name, ())
)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from lasting_world(django_db_blocker)


def events_since(world: World, number: int) -> list[Event]:
    found = []
    for city in (world.city, world.other):
        with scope(city.municipality.pk, None):
            found += Event.objects.filter(number__gt=number)
    return found


def last_number(world: World) -> int:
    return max(event.number for event in events_since(world, 0))


@pytest.mark.parametrize("view_name", TENANT)
def test_the_rows_of_a_page_are_the_rows_of_its_events(world, view_name):
    address = reverse(view_name, kwargs=world.arguments(view_name, ADDRESSES[view_name]))
    seen = 0

    for person in PEOPLE:
        with undone():
            before = last_number(world)
            answer = world.browser(person).get(address)
            if answer.status_code != 200:
                continue
            seen += 1
            events = events_since(world, before)
            assert events, f"{person}: nothing was recorded"
            if answer["Content-Type"].startswith("text/html"):
                shown = set(re.findall(r'data-row="([^"]+)"', answer.content.decode()))
                recorded = {row for event in events for rows in event.rows.values() for row in rows}
                assert shown == recorded, person
            assert {event.actor_id for event in events} == {
                str(world.browser(person).session["_auth_user_id"])
            }

    assert seen


@pytest.mark.parametrize("view_name", TENANT)
def test_the_record_holds_no_names_and_no_addresses(world, view_name):
    address = reverse(view_name, kwargs=world.arguments(view_name, ADDRESSES[view_name]))

    for person in PEOPLE:
        with undone():
            before = last_number(world)
            if world.browser(person).get(address).status_code == 200:
                for event in events_since(world, before):
                    assert "見本 花子" not in str(event.detail) + str(event.rows)
                    assert "@example.jp" not in str(event.detail) + str(event.rows)
