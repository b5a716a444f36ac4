"""Loading by one person, releasing by another; all rows or none; what is released never changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from facilities.actors import Role
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from jobs.models import Job
from pricing import BookProblems
from pricing.books import values_of
from rate_books import operations
from rate_books.in_force import kept, rate_book_of
from rate_books.loading import BookFile
from rate_books.models import Book, BookRow
from tests.approvals.test_four_eyes import at_once
from tests.cast import City, make_city
from tests.rate_books.stage import (
    AT,
    OFFICIAL,
    SAMPLE,
    dearer,
    files_of,
    load,
    made_of,
    release,
    second_administrator,
)
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_a_book_is_loaded_with_every_row_and_waits(city: City) -> None:
    book = load(city, made_of(SAMPLE, "2026-04-R8"))

    with city.open():
        assert (book.state, book.row_count, book.warning_count) == ("draft", BookRow.objects.count(), 0)
        assert book.released_at is None
        kept.clear()
        priced = rate_book_of(Book.objects.get())
    again = made_of(SAMPLE, "2026-04-R8")
    assert priced.content_hash == again.content_hash == book.content_hash
    assert sorted(map(repr, map(values_of, priced.rows))) == sorted(map(repr, map(values_of, again.rows)))
    event = events_of(city, "rate_books.loaded")[-1]
    assert event.rows == {"rate_book": [str(book.pk)]}
    assert event.detail["rows"] == book.row_count


def test_a_whole_official_book_is_loaded_in_as_many_queries_as_a_small_one(city: City) -> None:
    with CaptureQueriesContext(connection) as few:
        load(city, made_of(SAMPLE, "small", types=("home_visiting",)))
    whole = made_of(SAMPLE, "whole", types=SAMPLE.facility_types, region=None)

    with CaptureQueriesContext(connection) as many:
        book = load(city, whole)

    assert book.row_count == len(SAMPLE.rows) > 14_000
    assert len(many) == len(few)


def test_problems_are_all_told_and_nothing_is_kept(city: City) -> None:
    files = files_of(made_of(SAMPLE, "2026-04", effective_from=date(2027, 5, 1)))
    broken = [
        files[0],
        replace(files[1], content=files[1].content.replace(b",standard,base,", b",whole,base,", 2)),
    ]

    with city.open() as administrator, pytest.raises(BookProblems) as refused:
        operations.load(broken, None, by=administrator, at=AT)
    with city.open() as administrator, pytest.raises(BookProblems) as named:
        operations.load(files, None, by=administrator, at=AT)

    assert len(refused.value.problems) == 2
    assert refused.value.problems[0].path.startswith("2026-04_nursery.csv:")
    said = str(named.value)
    assert "はじめから入っている単価表と同じ" in said
    assert "その年度（4月1日から翌年の3月31日）の日" in said
    with city.open():
        assert not Book.objects.exists()
        assert not BookRow.objects.exists()
    assert [event.detail["problems"] for event in events_of(city, "rate_books.refused")] == [2, 2]


def test_a_name_is_taken_once(city: City) -> None:
    load(city, made_of(SAMPLE, "2026-R8"))

    with city.open() as administrator, pytest.raises(BookProblems, match="すでにあります"):
        operations.load(files_of(made_of(SAMPLE, "2026-R8")), None, by=administrator, at=AT)


def test_two_files_of_one_type_do_not_hide_each_other(city: City) -> None:
    book = made_of(SAMPLE, "2026-R8", types=("home_visiting",))
    heading, table = files_of(book)

    with city.open() as administrator, pytest.raises(BookProblems, match="と同じ条件の単価です"):
        operations.load([heading, table, replace(table, name="again.csv")], None, by=administrator, at=AT)


def test_a_typed_heading_stands_for_a_missing_toml(city: City) -> None:
    _, table = files_of(made_of(SAMPLE, "x", types=("home_visiting",)))
    typed = {
        "id": "2026-R8",
        "fiscal_year": 2026,
        "effective_from": date(2026, 4, 1),
        "status": "provisional",
        "source": "市の試算",
    }

    with city.open() as administrator:
        book = operations.load([table], typed, by=administrator, at=AT)
        with pytest.raises(BookProblems, match="番号・年度・適用開始日"):
            operations.load([table], None, by=administrator, at=AT)

    assert (book.book_id, book.status, book.facility_types) == ("2026-R8", "provisional", ["home_visiting"])


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER])
def test_only_administrators_load_release_and_discard(city: City, role: Role) -> None:
    book = load(city, made_of(SAMPLE, "2026-R8", types=("home_visiting",)))

    with city.open(role) as person:
        with pytest.raises(NotAllowed, match="市の管理者だけ"):
            operations.load([], None, by=person, at=AT)
        with pytest.raises(NotAllowed, match="市の管理者だけ"):
            operations.release(
                book.pk, shown_hash=book.content_hash, acknowledged=True, reason="", by=person, at=AT
            )
        with pytest.raises(NotAllowed, match="市の管理者だけ"):
            operations.discard(book.pk, by=person, at=AT)
    outcomes = [event.outcome for event in events_of(city) if event.event.startswith("rate_books.")]
    assert outcomes.count("refused") == 3


def test_another_administrator_releases_it(city: City) -> None:
    second = second_administrator(city)
    book = load(city, made_of(SAMPLE, "2026-R8"))
    with city.open() as first, pytest.raises(NotAllowed, match="自分が読み込んだ単価表は公開できません"):
        operations.release(
            book.pk, shown_hash=book.content_hash, acknowledged=True, reason="", by=first, at=AT
        )

    released = release(city, book, second, reason="")

    assert (released.state, released.released_by) == ("released", second.user_id)
    job = Job.objects.get(kind=operations.BOOK_RELEASED)
    assert job.args == {"book_id": str(book.pk), "municipality_id": str(city.municipality.pk)}
    with pytest.raises(NotAllowed, match="すでに公開済み"):
        release(city, book, second)
    with city.open() as first, pytest.raises(NotAllowed, match="すでに公開済み"):
        operations.discard(book.pk, by=first, at=AT)


def test_a_book_with_warnings_needs_a_reason_of_the_one_who_releases(city: City) -> None:
    second = second_administrator(city)
    book = load(
        city,
        made_of(
            SAMPLE,
            "2026-R8",
            status="provisional",
            effective_from=date(2026, 10, 1),
            change=lambda row: replace(row, amount=row.amount + 1) if row.item == "night_care" else row,
        ),
    )
    assert book.warning_count == len(book.warnings) == 21
    assert book.warnings[0]["place"].startswith("2026-R8_nursery.csv　")
    with city.open():
        for acknowledged, reason, match in ((False, "公式どおり", "確かめました"), (True, " ", "理由を入力")):
            with pytest.raises(ProblemsFound, match=match):
                operations.release(
                    book.pk,
                    shown_hash=book.content_hash,
                    acknowledged=acknowledged,
                    reason=reason,
                    by=second,
                    at=AT,
                )

    assert release(city, book, second, reason="公式のとおり").release_reason == "公式のとおり"


def test_what_was_not_shown_is_not_released(city: City) -> None:
    second = second_administrator(city)
    book = load(city, made_of(SAMPLE, "2026-R8"))

    with city.open(), pytest.raises(NotAllowed, match="もう一度確認してください"):
        operations.release(book.pk, shown_hash="0" * 64, acknowledged=True, reason="", by=second, at=AT)


def test_a_book_that_would_never_be_used_is_not_released(city: City) -> None:
    """The shipped kindergarten book of April is official: a provisional one of the same day stays behind it."""
    second = second_administrator(city)
    behind = load(city, made_of(OFFICIAL, "behind", types=("kindergarten",), status="provisional"))
    later = load(
        city,
        made_of(
            OFFICIAL, "later", types=("kindergarten",), status="provisional", effective_from=date(2026, 5, 1)
        ),
    )

    with pytest.raises(ProblemsFound, match="この単価表は使われません"):
        release(city, behind, second)

    assert release(city, later, second).is_released


def test_a_discarded_book_keeps_its_heading_and_frees_its_name(city: City) -> None:
    book = load(city, made_of(SAMPLE, "2026-R8"))

    with city.open() as administrator:
        operations.discard(book.pk, by=administrator, at=AT)
        assert not BookRow.objects.exists()
        assert Book.objects.get().state == "discarded"
    assert load(city, made_of(SAMPLE, "2026-R8")).is_draft


def test_drafts_do_not_pile_up(city: City) -> None:
    for number in range(operations.MOST_DRAFTS):
        load(city, made_of(SAMPLE, f"R8-{number}", types=("home_visiting",)))

    with pytest.raises(BookProblems, match="公開待ちの単価表は10件まで"):
        load(city, made_of(SAMPLE, "one-more", types=("home_visiting",)))


def test_too_many_and_strange_files_are_told(city: City) -> None:
    with city.open() as administrator:
        for files, match in (
            ([BookFile(f"{number}.csv", b"") for number in range(21)], "20個まで"),
            ([BookFile("a.toml", b"id = 1"), BookFile("b.toml", b"")], "は、1つだけ選んで"),
            ([BookFile("a.toml", b"\xff")], "UTF-8で保存"),
            ([BookFile("a.xlsx", b"PK\x03\x04broken")], "Excelブックとして開けません"),
        ):
            with pytest.raises(BookProblems, match=match):
                operations.load(files, None, by=administrator, at=AT)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_release_it_once() -> None:
    city = make_city()
    seconds = [second_administrator(city)]
    book = load(city, made_of(SAMPLE, "2026-R8", types=("home_visiting",)))

    answers = at_once([lambda: release(city, book, seconds[0]) for _ in range(4)])

    assert sum(isinstance(answer, Book) for answer in answers) == 1
    assert sum(isinstance(answer, NotAllowed) for answer in answers) == 3
    with scope(city.municipality.pk, None):
        assert Job.objects.filter(kind=operations.BOOK_RELEASED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_released_and_discarded_at_once_is_one_of_them() -> None:
    city = make_city()
    second = second_administrator(city)
    book = load(city, made_of(SAMPLE, "2026-R8", types=("home_visiting",)))

    def give_up() -> Book:
        with city.open() as administrator:
            return operations.discard(book.pk, by=administrator, at=AT)

    answers = at_once([lambda: release(city, book, second), give_up])

    assert sum(isinstance(answer, NotAllowed) for answer in answers) == 1
    with city.open():
        stored = Book.objects.get()
        assert BookRow.objects.exists() == stored.is_released


def test_a_later_book_supersedes_an_earlier_one_of_the_same_day(city: City) -> None:
    second = second_administrator(city)
    first = release(city, load(city, made_of(SAMPLE, "first")), second)
    corrected = release(
        city, load(city, made_of(SAMPLE, "corrected", change=dearer)), second, at=AT + timedelta(hours=1)
    )

    assert (first.is_released, corrected.is_released) == (True, True)
