"""The record of a month's closings, as the city reads it."""

from datetime import timedelta

from claims.operations import closing
from facilities.actors import Role
from tests.cast import JUNE, City, make_city, sign_in
from tests.claims.stage import AT, nursery, ready_claim


def _closed_and_opened(city: City, count: int) -> None:
    with city.open(Role.CHIEF) as chief:
        for number in range(count):
            at = AT + timedelta(days=2 * number)
            closing.close(JUNE, note=f"メモ{number}", by=chief, at=at)
            closing.reopen(JUNE, reason=f"理由{number}", by=chief, at=at + timedelta(days=1))
        closing.close(JUNE, note="メモ最後", by=chief, at=AT + timedelta(days=2 * count))


def test_the_record_of_closings_reads_from_the_newest_to_the_oldest_throughout(db: None) -> None:
    city = make_city()
    ready_claim(nursery(city))
    _closed_and_opened(city, 2)

    page = sign_in(city.people[Role.CHIEF]).get("/c/counts/2026-06/closing/").content.decode()

    places = [page.index(words) for words in ("メモ最後", "理由1", "メモ1", "理由0", "メモ0")]
    assert places == sorted(places)
