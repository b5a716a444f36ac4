"""
Who may open what: every address of the house × every kind of person, for GET and for POST.

A new address needs its line here; an address that is gone must lose its line. The numbers are the answers, in the
order of ``PEOPLE``: anonymous, own clerk, another facility's clerk, enrolment, officer, chief, manager,
administrator, auditor, another city's officer. POSTs are sent without any field: who may act is told what is missing
(422) or has acted (302); who may look but not act gets the refusal on the page (422); 404 is somebody else's.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from tests.access.addresses import ADDRESSES
from tests.access.shared import lasting_world
from tests.access.table import GET, POST
from tests.access.world import PEOPLE, World, undone


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from lasting_world(django_db_blocker)


def test_every_address_is_in_the_table():
    assert set(GET) == set(ADDRESSES)
    assert set(POST) == set(ADDRESSES)


@pytest.mark.parametrize("view_name", sorted(ADDRESSES))
def test_who_may_look(world, view_name):
    address = reverse(view_name, kwargs=world.arguments(view_name, ADDRESSES[view_name]))

    answers = []
    for person in PEOPLE:
        with undone():
            answers.append(world.browser(person).get(address).status_code)

    assert dict(zip(PEOPLE, answers, strict=True)) == dict(zip(PEOPLE, GET[view_name], strict=True))


@pytest.mark.parametrize("view_name", sorted(ADDRESSES))
def test_who_may_act(world, view_name):
    address = reverse(view_name, kwargs=world.arguments(view_name, ADDRESSES[view_name]))

    answers = []
    for person in PEOPLE:
        with undone():
            answers.append(world.browser(person).post(address).status_code)

    assert dict(zip(PEOPLE, answers, strict=True)) == dict(zip(PEOPLE, POST[view_name], strict=True))
