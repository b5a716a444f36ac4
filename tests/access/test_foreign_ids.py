"""What belongs to somebody else answers byte for byte like what does not exist."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from tests.access.addresses import ADDRESSES
from tests.access.world import World, undone

FACILITY = [name for name, arguments in ADDRESSES.items() if "facility_number" in arguments]
FACILITY_ROWS = [
    name for name in FACILITY if {"claim_id", "document_id", "notice_id", "member_id"} & set(ADDRESSES[name])
]
# A month, a day, a year, a step of the schedule, the address of a feed, a facility type or a rate book that came
# with the product names no row of anybody.
NO_ROWS = {
    "month",
    "day",
    "step",
    "year",
    "fiscal_year",
    "round_number",
    "shipped_year",
    "token",
    "kind",
    "shipped",
    "content_hash",
    "act",
    "part",
    "file_format",
}
CITY_ROWS = [
    name for name, arguments in ADDRESSES.items() if name not in FACILITY and set(arguments) - NO_ROWS
]
# The buttons of these addresses stand on a list, which opens whatever row the address names: one's own list.
ON_A_LIST = {
    "documents_city:order",
    "counts:dismiss_refusal",
    "counts:rename_mapping",
    "counts:delete_mapping",
    "facilities:revoke_api_token",
    "staff_city:confirm_erasure",
    "staff_city:withdraw_erasure",
    "facilities:account_confirm_address",
    "facilities:account_withdraw_address",
    "item_review:remove_route",
    "item_review:end_delegation",
}
FRESH = re.compile(rb'name="(?:csrfmiddlewaretoken|form_token)" value="[^"]+"')


def answers(world: World, person: str, view_name: str, arguments: dict[str, Any]) -> list[Any]:
    """GET and POST: status, headers and bytes of each, without the tokens that every form has for itself."""
    address = reverse(view_name, kwargs=arguments)
    seen = []
    for method in ("get", "post"):
        with undone():
            answer = getattr(world.browser(person), method)(address)
            seen.append((answer.status_code, sorted(answer.headers.items()), FRESH.sub(b"", answer.content)))
    return seen


@pytest.mark.parametrize("view_name", FACILITY)
def test_another_facilitys_page_is_not_there(world, view_name):
    arguments = world.arguments(view_name, ADDRESSES[view_name])

    foreign = answers(world, "stranger clerk", view_name, arguments)
    random = answers(world, "stranger clerk", view_name, world.unknown(arguments))

    assert foreign == random
    assert {status for status, _, _ in foreign} == {404}


@pytest.mark.parametrize("view_name", FACILITY_ROWS)
def test_another_facilitys_row_below_ones_own_number_is_not_there(world, view_name):
    own = {"facility_number": world.sumire.facility.number}
    arguments = {**world.arguments(view_name, ADDRESSES[view_name]), **own}

    foreign = answers(world, "stranger clerk", view_name, arguments)
    random = answers(world, "stranger clerk", view_name, {**world.unknown(arguments), **own})

    assert foreign == random
    assert {status for status, _, _ in foreign} <= {404, 405}


@pytest.mark.parametrize("view_name", CITY_ROWS)
@pytest.mark.parametrize("person", ["other city", "other auditor", "other enrolment", "other administrator"])
def test_another_citys_row_is_not_there(world, view_name, person):
    arguments = world.arguments(view_name, ADDRESSES[view_name])

    foreign = answers(world, person, view_name, arguments)
    random = answers(world, person, view_name, world.unknown(arguments))

    assert foreign == random
    pages = {200} if view_name in ON_A_LIST else set()
    assert {status for status, _, _ in foreign} <= {403, 404, 405} | pages


def test_every_kind_of_id_is_asked(world):
    asked = {argument for name in [*FACILITY, *CITY_ROWS] for argument in ADDRESSES[name]}

    assert {name for name in world.ids if isinstance(world.ids[name], UUID)} <= asked
