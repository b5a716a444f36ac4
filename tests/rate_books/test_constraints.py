"""What the database itself refuses, whoever asks: four eyes, immutability, other cities."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from facilities.scope import scope
from rate_books.models import Book, BookRow
from tests.cast import City, make_city, make_facility
from tests.rate_books.stage import AT, SAMPLE, load, made_of, release, second_administrator

SOMEBODY = uuid4()


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def draft(city: City) -> Book:
    return load(city, made_of(SAMPLE, "2026-R8", types=("home_visiting",)))


@pytest.fixture
def released(city: City, draft: Book) -> Book:
    return release(city, draft, second_administrator(city))


def refused(city: City, words: str, act: Any) -> None:
    with city.open(), pytest.raises(DatabaseError, match=words), transaction.atomic():
        act()


def test_nobody_releases_what_they_prepared_even_in_the_database(city: City, draft: Book) -> None:
    own = {"state": "released", "released_at": AT, "released_by": draft.prepared_by}

    refused(
        city,
        "rate_book_is_released_by_another_person",
        lambda: Book.objects.filter(pk=draft.pk).update(**own),
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "released"},
        {"state": "released", "released_at": AT},
        {"state": "released", "released_by": SOMEBODY},
        {"state": "draft", "released_at": AT, "released_by": SOMEBODY},
        {"state": "discarded"},
        {"state": "discarded", "discarded_at": AT},
        {
            "state": "released",
            "released_at": AT,
            "released_by": SOMEBODY,
            "discarded_at": AT,
            "discarded_by": SOMEBODY,
        },
    ],
)
def test_a_state_and_its_times_agree(city: City, draft: Book, broken: dict[str, Any]) -> None:
    refused(
        city, "rate_book_state_and_times_agree", lambda: Book.objects.filter(pk=draft.pk).update(**broken)
    )


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("rate_book_status_is_known", {"status": "final"}),
        ("rate_book_has_a_source", {"source": ""}),
        ("rate_book_has_rows", {"row_count": 0}),
        ("rate_book_year_is_one_of_the_table", {"fiscal_year": 2014}),
        ("rate_book_hash_is_a_hash", {"content_hash": "abc"}),
        ("rate_book_id_is_a_name", {"book_id": "令和8年"}),
    ],
)
def test_a_heading_that_makes_no_sense_is_refused(
    city: City, draft: Book, name: str, broken: dict[str, Any]
) -> None:
    def another() -> None:
        fields = {field.attname: getattr(draft, field.attname) for field in Book._meta.fields}
        Book(**{**fields, "id": uuid4(), "book_id": "another", **broken}).save(force_insert=True)

    refused(city, name, another)


def test_a_book_with_warnings_is_not_released_without_a_reason(city: City, draft: Book) -> None:
    def another() -> None:
        fields = {field.attname: getattr(draft, field.attname) for field in Book._meta.fields}
        decided = {"state": "released", "released_at": AT, "released_by": SOMEBODY, "warning_count": 1}
        Book(**{**fields, "id": uuid4(), "book_id": "another", **decided}).save(force_insert=True)

    refused(city, "rate_book_with_warnings_is_released_with_a_reason", another)


def test_a_name_is_there_once(city: City, draft: Book) -> None:
    def again() -> None:
        fields = {field.attname: getattr(draft, field.attname) for field in Book._meta.fields}
        Book(**{**fields, "id": uuid4()}).save(force_insert=True)

    refused(city, "rate_book_id_once_a_city", again)


@pytest.mark.parametrize(
    "change",
    [
        {"book_id": "another"},
        {"status": "sample"},
        {"content_hash": "0" * 64},
        {"warning_count": 0, "warnings": [1]},
        {"facility_types": []},
    ],
)
def test_the_content_of_a_book_is_written_once(
    city: City, draft: Book, released: Book, change: dict[str, Any]
) -> None:
    refused(city, "immutable", lambda: Book.objects.filter(pk=released.pk).update(**change))


@pytest.mark.parametrize("change", [{"status": "sample"}, {"effective_from": "2026-05-01"}])
def test_not_even_a_drafts_heading_changes(city: City, draft: Book, change: dict[str, Any]) -> None:
    refused(city, "written once", lambda: Book.objects.filter(pk=draft.pk).update(**change))


def test_a_released_book_and_its_rows_can_neither_change_nor_go_nor_come(city: City, released: Book) -> None:
    rows = lambda: BookRow.objects.filter(book=released.pk)  # noqa: E731

    refused(city, "immutable", lambda: Book.objects.filter(pk=released.pk).update(state="draft"))
    refused(city, "immutable", lambda: Book.objects.filter(pk=released.pk)._raw_delete("default"))
    refused(city, "written once", lambda: rows().update(amount=1))
    refused(city, "immutable", lambda: rows().delete())

    def another() -> None:
        row = rows().first()
        assert row is not None
        row.pk, row.position, row.item = uuid4(), 99_999, "ict"
        row.save(force_insert=True)

    refused(city, "immutable", another)


def test_a_drafts_rows_do_not_change_either(city: City, draft: Book) -> None:
    refused(city, "written once", lambda: BookRow.objects.filter(book=draft).update(amount=1))


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("rate_book_answers_a_question_once", {"amount": 1}),
        ("rate_book_percent_is_a_percent", {"unit": "percent", "amount": 101, "variant": "x"}),
        ("rate_book_region_is_a_class", {"region_percent": 7}),
        ("rate_book_price_is_plausible", {"amount": 100_000_000, "variant": "x"}),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(
    city: City, draft: Book, name: str, broken: dict[str, Any]
) -> None:
    def another() -> None:
        row = BookRow.objects.filter(book=draft).first()
        assert row is not None
        row.pk, row.position = uuid4(), 99_999
        for field, value in broken.items():
            setattr(row, field, value)
        row.save(force_insert=True)

    refused(city, name, another)


# ---------------------------------------------------------------- tenancy


def test_another_city_sees_nothing_of_a_book(city: City, released: Book) -> None:
    other = make_city("129998", "緑野市")

    with other.open():
        assert not Book.objects.exists()
        assert not BookRow.objects.exists()
        assert Book._base_manager.count() == BookRow._base_manager.count() == 0


def test_a_facility_reads_what_is_released_and_nothing_that_waits(city: City, released: Book) -> None:
    waiting = load(city, made_of(SAMPLE, "waiting", types=("home_visiting",)))
    sakura = make_facility(city)

    with sakura.open():
        assert [book.pk for book in Book.objects.all()] == [released.pk]
        assert BookRow.objects.filter(book=released.pk).count() == released.row_count
        assert not BookRow.objects.filter(book=waiting.pk).exists()


def test_a_facility_writes_no_book(city: City, draft: Book) -> None:
    sakura = make_facility(city)

    with sakura.open():
        assert Book._base_manager.filter(pk=draft.pk).update(state="discarded") == 0
        draft.pk, draft.book_id = uuid4(), "mine"
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            draft.save(force_insert=True)


def test_a_row_cannot_belong_to_a_book_of_another_city(city: City, draft: Book) -> None:
    other = make_city("129998", "緑野市")
    with city.open():
        row = BookRow.objects.filter(book=draft).first()
        assert row is not None

    row.pk, row.position, row.variant = uuid4(), 99_999, "another"
    row.municipality_id = other.municipality.pk
    with (
        scope(other.municipality.pk, None),
        pytest.raises(DatabaseError, match="rate_book_row_in_municipality"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)
