"""What a page shows is what the record says it showed: the ids in the HTML are the ids of the events."""

import pytest

from tests.access.addresses import ADDRESSES
from tests.access.table import GET

TENANT = sorted(
    name
    for name in ADDRESSES
    if name.split(":")[0] not in {"portal", "accounts"} and 200 in GET.get(name, ())
)


@pytest.mark.parametrize("view_name", TENANT)
def test_the_rows_of_a_page_are_the_rows_of_its_events(world, sweep, view_name):
    opened = {person: answer for person, answer in sweep.opened(view_name).items() if answer.status == 200}

    assert opened
    for person, answer in opened.items():
        assert answer.events, f"{person}: nothing was recorded"
        if answer.is_page:
            recorded = {row for event in answer.events for rows in event.rows.values() for row in rows}
            assert answer.rows == recorded, person
        assert {event.actor_id for event in answer.events} == {world.user_ids[person]}


@pytest.mark.parametrize("view_name", TENANT)
def test_the_record_holds_no_names_and_no_addresses(sweep, view_name):
    for answer in sweep.opened(view_name).values():
        for event in answer.events:
            assert "見本 花子" not in str(event.detail) + str(event.rows)
            assert "@example.jp" not in str(event.detail) + str(event.rows)
