"""The reviewer's pages: on to the next claim, nothing typed is lost, the difference first, few queries."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.operations import claims as operations
from approvals.views.inbox import MOST_TOGETHER, TOO_MANY
from claims.models import Claim
from facilities.actors import Role
from tests.approvals.test_inbox import INBOX, approve, inbox, play
from tests.cast import JUNE, MAY, NURSERY_CELLS, City, make_city, make_facility, sign_in
from tests.documents.test_claim_form import NURSERY_ITEMS
from tests.record import events_of

ONE_MORE = (("3", "0", "standard", 9), *NURSERY_CELLS[1:])


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def claims(city: City) -> list[Claim]:
    """さくら as in May, すみれ with one child more; both submitted."""
    found = []
    for name, number, cells in (
        ("さくら", "1299900000901", NURSERY_CELLS),
        ("すみれ", "1299900000902", ONE_MORE),
    ):
        garden = make_facility(city, name, number=number, items=NURSERY_ITEMS)
        approve(city, play(garden, MAY))
        found.append(play(garden, JUNE, cells))
    return found


def test_after_a_decision_the_next_claim_opens_and_then_the_list(city: City, claims: list[Claim]) -> None:
    browser = sign_in(city.people[Role.OFFICER])
    places = [
        browser.post(f"{INBOX}{claim.pk}/approve/", {"shown_hash": claim.content_hash, "month": "2026-06"})[
            "Location"
        ]
        for claim in claims
    ]

    assert places[0].startswith(f"{INBOX}{claims[1].pk}/?")
    assert places[1].startswith(f"{INBOX}?")


def test_a_stale_return_keeps_the_reason_that_was_typed(city: City, claims: list[Claim]) -> None:
    answer = sign_in(city.people[Role.OFFICER]).post(
        f"{INBOX}{claims[0].pk}/return/", {"shown_hash": "0" * 64, "reason": "日数を確認してください。"}
    )

    assert answer.status_code == 422
    assert operations.NOT_AS_SHOWN in answer.content.decode()
    assert "日数を確認してください。</textarea>" in answer.content.decode()


def test_what_differs_stands_before_what_does_not(city: City, claims: list[Claim]) -> None:
    page = sign_in(city.people[Role.OFFICER]).get(f"{INBOX}{claims[1].pk}/").content.decode()

    assert 0 < page.index("と違うところ") < page.index("変わらない明細")


def test_the_neighbours_in_the_filtered_list_are_one_click_away(city: City, claims: list[Claim]) -> None:
    browser = sign_in(city.people[Role.OFFICER])
    first, last = claims

    opened_first = browser.get(f"{INBOX}{first.pk}/?month=2026-06").content.decode()
    opened_last = browser.get(f"{INBOX}{last.pk}/?month=2026-06").content.decode()
    alone = browser.get(f"{INBOX}{first.pk}/?month=2026-06&words=さくら").content.decode()

    assert f'href="{INBOX}{last.pk}/?month=2026-06' in opened_first
    assert ("前の請求" in opened_first, "次の請求" in opened_first) == (False, True)
    assert ("前の請求" in opened_last, "次の請求" in opened_last) == (True, False)
    assert "前後の請求" not in alone


def test_a_returned_claim_is_shown_as_returned(city: City, claims: list[Claim]) -> None:
    sign_in(city.people[Role.OFFICER]).post(
        f"{INBOX}{claims[0].pk}/return/", {"shown_hash": claims[0].content_hash, "reason": "確認を。"}
    )

    assert [row.state for row in inbox(city).rows] == ["returned", "submitted"]


def test_the_confirmation_records_what_it_lists(city: City, claims: list[Claim]) -> None:
    page = sign_in(city.people[Role.OFFICER]).post(
        f"{INBOX}together/", {"month": "2026-06", "claim": [str(claim.pk) for claim in claims]}
    )

    shown = re.findall(r'data-row="([0-9a-f-]{36})"', page.content.decode())
    assert shown == [str(claims[0].pk)]
    assert "すみれ（児童数 +1）" in page.content.decode()
    assert events_of(city, "approvals.bulk_shown")[-1].rows == {"claim": shown}


def test_more_than_can_be_decided_together_is_refused_and_not_cut(city: City, claims: list[Claim]) -> None:
    browser = sign_in(city.people[Role.OFFICER])
    many = [f"{uuid4()}:{'0' * 64}" for _ in range(MOST_TOGETHER)]
    ours = f"{claims[0].pk}:{claims[0].content_hash}"

    answer = browser.post(f"{INBOX}together/approve/", {"month": "2026-06", "choice": [*many, ours]})

    assert answer.status_code == 422
    assert TOO_MANY in answer.content.decode()
    assert [row.state for row in inbox(city).rows] == ["submitted", "submitted"]


def test_the_inbox_asks_at_most_fourteen_questions_of_its_own(city: City, claims: list[Claim]) -> None:
    with CaptureQueriesContext(connection) as asked:
        inbox(city)

    assert len(asked) <= 14
