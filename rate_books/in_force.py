"""
Which books there are, for pricing: the shipped ones and the city's released ones.

In force for a type and month is the latest that took effect by then; at equal date official before provisional before
sample; at equal status the city's own before a shipped one, and of two of the city's the one released last.

A released book never changes, so its rows are read once for each process and kept, bounded, under the city's id, the
book's id and its content hash. Which books are released is asked of the database each time.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final
from uuid import UUID

from facilities.periods import ServiceMonth
from pricing import Month, NoBookInForce, RateBook, book_in_force, shipped_books
from pricing.books import COLUMNS, PriceRow
from rate_books.models import Book, BookRow, in_effect_by
from rate_books.states import BookState

MOST_KEPT: Final = 24


class BookGone(Exception):
    """The rate book that is asked for is not here, or not with this content."""


class _KeptBooks:
    """The most recently used books of this process, of whatever city; nobody gets one but by its whole key."""

    def __init__(self) -> None:
        self._books: OrderedDict[tuple[UUID, UUID, str], RateBook] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[UUID, UUID, str]) -> RateBook | None:
        """The kept book, now the most recently used."""
        with self._lock:
            found = self._books.get(key)
            if found is not None:
                self._books.move_to_end(key)
            return found

    def keep(self, key: tuple[UUID, UUID, str], book: RateBook) -> None:
        """Keep it; the least recently used makes room."""
        with self._lock:
            self._books[key] = book
            while len(self._books) > MOST_KEPT:
                self._books.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._books.clear()


kept = _KeptBooks()


def rate_book_of(book: Book) -> RateBook:
    """
    A book of the open scope with its rows, as pricing takes it.

    :raises BookGone: its rows are not those it was loaded with.
    """
    key = (book.municipality_id, book.pk, book.content_hash)
    found = kept.get(key)
    if found is None:
        rows = BookRow.objects.filter(book=book.pk).order_by("position").values_list(*COLUMNS)
        found = book.to_rate_book(PriceRow(*values) for values in rows)
        if found.content_hash != book.content_hash:
            raise BookGone(book.book_id)
        kept.keep(key, found)
    return found


def books_for(month: ServiceMonth) -> tuple[RateBook, ...]:
    """
    The books that may be in force in the month: give them to ``pricing.book_in_force``.

    One query, and one more for each book whose rows this process has not read yet; a book that another one stands
    before, for every type it covers, is not read.
    """
    return books_for_months([month])


def books_for_months(months: Sequence[ServiceMonth]) -> tuple[RateBook, ...]:
    """As ``books_for``, for several months with the same one query: a book that one of them needs is among them."""
    released = list(released_by(max(months)))
    shipped = shipped_books()
    if not released:
        return shipped
    headings = [book.to_rate_book(()) for book in released]
    used = {
        id(in_force(facility_type, month, (*shipped, *headings)))
        for month in months
        for heading in headings
        for facility_type in heading.facility_types
    }
    own = [
        rate_book_of(book) for book, heading in zip(released, headings, strict=True) if id(heading) in used
    ]
    return (*shipped, *own)


def released_by(month: ServiceMonth) -> Sequence[Book]:
    """The city's released books that have taken effect by the month, the one released last at the end."""
    released = Book.objects.filter(in_effect_by(month.first_day), state=BookState.RELEASED)
    return list(released.defer("warnings").order_by("released_at", "pk"))


def book_named(book_id: str, content_hash: str) -> RateBook:
    """
    The book a claim was computed with. An empty hash stands for a shipped book of that name.

    :raises BookGone: it is not here any more, or not with this content.
    """
    for shipped in shipped_books():
        if shipped.id == book_id and content_hash in ("", shipped.content_hash):
            return shipped
    own = Book.objects.filter(book_id=book_id, content_hash=content_hash, state=BookState.RELEASED).first()
    if own is None:
        raise BookGone(book_id)
    return rate_book_of(own)


def title_of(book_id: str, content_hash: str) -> str:
    """What the book of a claim is called; its rows are not read for it."""
    return title_and_source_of(book_id, content_hash)[0]


def title_and_source_of(book_id: str, content_hash: str) -> tuple[str, str]:
    """What the book of a claim is called, and where its prices come from (empty when it is not here any more)."""
    for shipped in shipped_books():
        if shipped.id == book_id and content_hash in ("", shipped.content_hash):
            return shipped.title, shipped.source
    own = Book.objects.filter(book_id=book_id, content_hash=content_hash, state=BookState.RELEASED).first()
    return (own.to_rate_book(()).title, own.source) if own is not None else (f"単価表 {book_id}", "")


def would_be_in_force(book: Book) -> list[str]:
    """The facility types for which ``book``, released now, would be in force in its first month."""
    month = ServiceMonth.of(book.effective_from)
    others = [one.to_rate_book(()) for one in released_by(month) if one.pk != book.pk]
    heading = book.to_rate_book(())
    books = (*shipped_books(), *others, heading)
    return [name for name in heading.facility_types if in_force(name, month, books) is heading]


def in_force(facility_type: str, month: ServiceMonth, books: Sequence[RateBook]) -> RateBook | None:
    """The one of ``books`` in force for the type in the month, or nothing."""
    try:
        return book_in_force(facility_type, Month(month.year, month.month), books)
    except NoBookInForce:
        return None
