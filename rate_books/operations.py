"""
Loading, releasing and discarding a rate book: one person brings it in, another one releases it.

A released book never changes. It is superseded by a later one: of a later date, or of the same date and released later.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from audit.record import Outcome, record, record_apart
from facilities.actors import Actor
from facilities.models import Municipality
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from jobs import outbox
from pricing import BookProblems, Problem, shipped_books
from pricing.books import book_of
from rate_books import permissions
from rate_books.detectors import Suspicion, suspicions
from rate_books.events import RateBookEvent
from rate_books.in_force import would_be_in_force
from rate_books.loading import BookFile, ReadBook, place_words, read_files
from rate_books.models import LONGEST_ID, LONGEST_SOURCE, LONGEST_TEXT, MOST_YEN, Book, BookRow
from rate_books.states import BookState

BOOK_RELEASED: Final = "rate_books.released"
MOST_DRAFTS: Final = 10
MOST_WARNINGS: Final = 1_000  # of one detector; how many there are in all is counted


def load(files: Sequence[BookFile], typed: dict[str, Any] | None, *, by: Actor, at: datetime) -> Book:
    """
    Keep a book as a draft: all rows or none. ``typed`` is its heading where no TOML comes with the files.

    :raises NotAllowed: only the administrator.
    :raises BookProblems: with every problem, each at its place; nothing is kept but the files' hashes on record.
    """
    _require_administrator(by=by)
    try:
        read = read_files(files)
        heading = read.heading or typed
        if heading is None:
            raise BookProblems(
                [Problem("", "単価表の番号・年度・適用開始日・区分・出典を入力してください。")]
            )
        return _load(read, heading, by=by, at=at)
    except BookProblems as refused:
        record_apart(
            RateBookEvent.REFUSED,
            by=by,
            detail={"file_hashes": [file.hash for file in files], "problems": len(refused.problems)},
            outcome=Outcome.REFUSED,
        )
        raise


@operation(RateBookEvent.LOADED)
def _require_administrator(*, by: Actor) -> None:
    permissions.load(by, None)


@operation(RateBookEvent.LOADED)
def _load(read: ReadBook, heading: dict[str, Any], *, by: Actor, at: datetime) -> Book:
    # One after the other: the name of a book is looked up and taken.
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
    if problems := [*_heading_problems(heading), *_row_problems(read)]:
        raise BookProblems(problems)
    found = suspicions(read.rows)
    priced = book_of(heading, read.rows)
    book = Book(
        municipality_id=by.municipality_id,
        book_id=priced.id,
        fiscal_year=priced.fiscal_year,
        effective_from=priced.effective_from,
        announced_on=priced.announced_on,
        status=priced.status,
        source=priced.source,
        notes=priced.notes,
        facility_types=list(priced.facility_types),
        row_count=len(read.rows),
        content_hash=priced.content_hash,
        file_hashes=read.file_hashes,
        warnings=[
            {"kind": one.kind, "message": one.message, "place": place_words(one.place)}
            for one in _some_of_each(found)
        ],
        warning_count=len(found),
        prepared_at=at,
        prepared_by=by.user_id,
    )
    book.save(force_insert=True)
    BookRow.objects.bulk_create(
        BookRow.of(book, position, row) for position, row in enumerate(read.rows, start=1)
    )
    record(
        RateBookEvent.LOADED,
        by=by,
        on=book,
        rows={"rate_book": [book.pk]},
        detail={
            "book_id": book.book_id,
            "content_hash": book.content_hash,
            "file_hashes": book.file_hashes,
            "rows": book.row_count,
            "warnings": book.warning_count,
        },
    )
    return book


@operation(RateBookEvent.RELEASED)
def release(
    book_id: UUID, *, shown_hash: str, acknowledged: bool, reason: str, by: Actor, at: datetime
) -> Book:
    """
    From now on prices are computed with the book, from its date on. ``shown_hash`` is of what was looked at.

    :raises Book.DoesNotExist: not a book of the open scope.
    :raises NotAllowed: not another administrator than the one who loaded it, or it waits no more.
    :raises ProblemsFound: it would never be in force, or something looks mistyped and no reason is given.
    """
    book: Book = Book.objects.select_for_update(of=("self",)).get(pk=book_id)
    permissions.release(by, book)
    if book.content_hash != shown_hash:
        raise NotAllowed("画面を開いたあとに内容が変わりました。もう一度確認してください。")
    said = " ".join(reason.split())
    problems = []
    if not would_be_in_force(book):
        problems.append(
            "この単価表は使われません。同じ日から有効な、区分が上の単価表があります"
            "（正式・暫定・見本の順に使います）。適用開始日か区分を確かめてください。"
        )
    if book.warning_count:
        if not acknowledged:
            problems.append("確かめるところを見たうえで、「確かめました」を選んでください。")
        if not said:
            problems.append("確かめるところがあっても公開してよい理由を入力してください。")
    if len(said) > LONGEST_TEXT:
        problems.append(f"理由は{LONGEST_TEXT}字までで入力してください。")
    if problems:
        raise ProblemsFound(problems)
    book.move_to(BookState.RELEASED)
    book.released_at, book.released_by, book.release_reason = at, by.user_id, said
    book.save(update_fields=["state", "released_at", "released_by", "release_reason"])
    outbox.add(
        BOOK_RELEASED,
        key=f"{BOOK_RELEASED}:{book.pk}",
        book_id=book.pk,
        municipality_id=book.municipality_id,
    )
    record(
        RateBookEvent.RELEASED,
        by=by,
        on=book,
        rows={"rate_book": [book.pk]},
        detail={
            "book_id": book.book_id,
            "content_hash": book.content_hash,
            "warnings": book.warning_count,
            "prepared_by": book.prepared_by,
        },
    )
    return book


@operation(RateBookEvent.DISCARDED)
def discard(book_id: UUID, *, by: Actor, at: datetime) -> Book:
    """
    Nothing is computed with it; its rows go, its heading stays for the record.

    :raises Book.DoesNotExist: not a book of the open scope.
    :raises NotAllowed: not the administrator, or it waits no more.
    """
    book: Book = Book.objects.select_for_update(of=("self",)).get(pk=book_id)
    permissions.discard(by, book)
    BookRow.objects.filter(book=book).delete()
    book.move_to(BookState.DISCARDED)
    book.discarded_at, book.discarded_by = at, by.user_id
    book.save(update_fields=["state", "discarded_at", "discarded_by"])
    record(
        RateBookEvent.DISCARDED,
        by=by,
        on=book,
        rows={"rate_book": [book.pk]},
        detail={"book_id": book.book_id, "content_hash": book.content_hash},
    )
    return book


def _some_of_each(found: Sequence[Suspicion]) -> list[Suspicion]:
    """The first of each detector: one that finds a thousand leaves room for what the others find."""
    taken: Counter[str] = Counter()
    kept = []
    for one in found:
        taken[one.kind] += 1
        if taken[one.kind] <= MOST_WARNINGS:
            kept.append(one)
    return kept


def _heading_problems(heading: dict[str, Any]) -> list[Problem]:
    name, year, begins = heading["id"], heading["fiscal_year"], heading["effective_from"]
    problems = []
    if len(name) > LONGEST_ID:
        problems.append(f"単価表の番号は{LONGEST_ID}字までで入力してください。")
    if any(book.id == name for book in shipped_books()):
        problems.append(f"番号「{name}」は、はじめから入っている単価表と同じです。別の番号にしてください。")
    waiting = Book.objects.filter(state__in=[BookState.DRAFT, BookState.RELEASED])
    if waiting.filter(book_id=name[:LONGEST_ID]).exists():
        problems.append(f"番号「{name}」の単価表は、すでにあります。別の番号にしてください。")
    if not date(year, 4, 1) <= begins <= date(year + 1, 3, 31):
        problems.append("適用開始日は、その年度（4月1日から翌年の3月31日）の日にしてください。")
    for what, text, most in (
        ("出典", heading["source"], LONGEST_SOURCE),
        ("メモ", heading.get("notes", ""), LONGEST_TEXT),
    ):
        if len(text) > most:
            problems.append(f"{what}は{most}字までで入力してください。")
    if Book.objects.filter(state=BookState.DRAFT).count() >= MOST_DRAFTS:
        problems.append(f"公開待ちの単価表は{MOST_DRAFTS}件までです。使わないものを取りやめてください。")
    return [Problem("", text) for text in problems]


def _row_problems(read: ReadBook) -> list[Problem]:
    return [
        Problem(place, f"{row.amount:,}円は大きすぎます。単価を確かめてください。")
        for row, place in read.rows.items()
        if max(row.amount, row.treatment_yen or 0) > MOST_YEN
        or max(row.capacity_max or 0, row.capacity_min or 0, row.c_tenths or 0) > 100_000
    ]
