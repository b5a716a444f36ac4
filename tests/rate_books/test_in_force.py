"""Which book prices a month: the shipped ones and the city's own, and a cache that is never stale nor shared."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from facilities.periods import ServiceMonth
from pricing import shipped_books
from rate_books import in_force as room
from rate_books.in_force import BookGone, book_named, books_for, in_force, kept, rate_book_of, title_of
from rate_books.models import Book
from tests.cast import APRIL, JUNE, City, make_city, make_facility
from tests.rate_books.stage import AT, SAMPLE, dearer, load, made_of, release, second_administrator

MARCH = ServiceMonth(2026, 3)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    kept.clear()


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def released(city: City, name: str, *, hours: int = 0, **how: object) -> Book:
    second = city.__dict__.setdefault("second", None) or second_administrator(city)
    city.__dict__["second"] = second
    return release(city, load(city, made_of(SAMPLE, name, **how)), second, at=AT + timedelta(hours=hours))


def used(city: City, month: ServiceMonth = JUNE, kind: str = "nursery") -> str:
    with city.open():
        found = in_force(kind, month, books_for(month))
    return found.id if found else ""


def test_without_own_books_the_shipped_ones_hold_and_cost_one_query(city: City) -> None:
    with city.open(), CaptureQueriesContext(connection) as queries:
        assert books_for(JUNE) == shipped_books()
        assert len(queries) == 1


def test_a_draft_prices_nothing(city: City) -> None:
    load(city, made_of(SAMPLE, "R8"))

    assert used(city) == "2026-04-sample"


def test_the_citys_official_book_stands_before_the_shipped_sample(city: City) -> None:
    released(city, "R8")

    assert used(city, APRIL) == used(city) == "R8"
    assert used(city, MARCH) == ""
    assert used(city, kind="small_a") == "2026-04-sample"


def test_at_equal_date_and_status_the_citys_own_wins(city: City) -> None:
    released(city, "own-sample", status="sample")

    assert used(city) == "own-sample"


def test_of_two_of_the_citys_the_one_released_last_holds(city: City) -> None:
    released(city, "second-draft-first", hours=0)
    released(city, "corrected", hours=1)

    assert used(city) == "corrected"


def test_official_stands_before_provisional_whenever_it_was_released(city: City) -> None:
    released(city, "official", hours=0)
    early = load(city, made_of(SAMPLE, "provisional", status="provisional"))
    with city.open():
        assert room.would_be_in_force(early) == []

    released(city, "from-october", hours=2, status="provisional", effective_from=date(2026, 10, 1))

    assert used(city, ServiceMonth(2026, 9)) == "official"
    assert used(city, ServiceMonth(2026, 10)) == "from-october"


def test_rows_are_read_once_for_a_process_and_book(city: City) -> None:
    released(city, "R8")

    with city.open():
        with CaptureQueriesContext(connection) as cold:
            first = books_for(JUNE)
        with CaptureQueriesContext(connection) as warm:
            second = books_for(JUNE)

    assert len(cold) == 2
    assert len(warm) == 1
    assert first[-1] is second[-1]


def test_a_book_that_others_stand_before_is_not_read(city: City) -> None:
    released(city, "first", hours=0)
    released(city, "second", hours=1)

    with city.open(), CaptureQueriesContext(connection) as cold:
        books = books_for(JUNE)

    assert [book.id for book in books if book not in shipped_books()] == ["second"]
    assert len(cold) == 2


def test_the_cache_is_bounded_and_knows_cities_apart(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_KEPT", 2)
    other = make_city("129998", "緑野市")
    mine = released(city, "R8")
    theirs = released(other, "R8", change=dearer)

    assert used(city) == used(other) == "R8"
    with city.open():
        own = book_named("R8", mine.content_hash)
        with pytest.raises(BookGone):
            book_named("R8", theirs.content_hash)
    with other.open():
        assert book_named("R8", theirs.content_hash).content_hash != own.content_hash
    for number in range(3):
        released(city, f"more-{number}", hours=number + 1, effective_from=date(2026, 5 + number, 1))
        used(city, ServiceMonth(2026, 5 + number))
    assert len(kept._books) == 2


def test_rows_that_are_not_those_that_were_loaded_are_not_used(city: City, as_owner: object) -> None:
    book = load(city, made_of(SAMPLE, "R8", types=("home_visiting",)))
    with city.open():
        book.content_hash = "0" * 64
        with pytest.raises(BookGone):
            rate_book_of(book)


def test_a_book_is_found_by_name_and_content(city: City) -> None:
    book = released(city, "R8")
    shipped = shipped_books()[0]

    with city.open():
        assert book_named("R8", book.content_hash).id == "R8"
        assert book_named(shipped.id, shipped.content_hash) is shipped
        assert book_named(shipped.id, "") is shipped
        assert title_of("R8", book.content_hash) == "令和8年度 単価表（4月から）"
        assert title_of("gone", "") == "単価表 gone"
        for name, content in (("R8", ""), ("R8", "0" * 64), (shipped.id, "0" * 64)):
            with pytest.raises(BookGone):
                book_named(name, content)


def test_a_facility_computes_with_the_citys_book_and_not_with_one_that_waits(city: City) -> None:
    released(city, "R8")
    load(city, made_of(SAMPLE, "waiting", effective_from=date(2026, 5, 1)))
    sakura = make_facility(city)

    with sakura.open():
        found = in_force("nursery", JUNE, books_for(JUNE))

    assert found is not None
    assert (found.id, len(found.rows)) == ("R8", len(made_of(SAMPLE, "R8").rows))
