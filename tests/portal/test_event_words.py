"""Auditors read words: every event of every room has some."""

import importlib

import pytest

from portal.event_words import AREAS, WORDS

ROOMS = ("accounts", "facilities", "claims", "documents", "approvals", "portal")


def all_events() -> set[str]:
    found = set()
    for room in ROOMS:
        module = importlib.import_module(f"{room}.events")
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                found |= {str(member) for member in value}
    return found


def test_every_event_has_words_and_no_words_are_left_over():
    assert all_events() - set(WORDS) == set()
    assert set(WORDS) - all_events() == set()


@pytest.mark.parametrize("event", sorted(all_events()))
def test_every_event_belongs_to_an_area(event):
    assert event.split(".")[0] in AREAS
