"""What the pages of rate books show."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from accounts.models import User
from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from pricing import RateBook, shipped_books
from rate_books.coverage import Differences, TypeCoverage, coverage_of, differences_of
from rate_books.detectors import KINDS, LAWS
from rate_books.in_force import in_force, rate_book_of
from rate_books.models import Book
from rate_books.operations import MOST_WARNINGS
from rate_books.states import BookState

LISTED = 100
EXAMPLES = 3


@dataclass(frozen=True)
class Span:
    """A book in force for a type from a month on; ``pk`` where it is the city's own."""

    from_month: ServiceMonth
    book: RateBook
    pk: UUID | None
    is_now: bool


@dataclass(frozen=True)
class Timeline:
    """The books of one facility type, one after the other."""

    label: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class ListedBook:
    """A loaded book with the people behind it."""

    book: Book
    prepared_by: str
    released_by: str


@dataclass(frozen=True)
class BookList:
    """The page of all books: what is in force when, and what was loaded."""

    month: ServiceMonth
    timelines: list[Timeline]
    books: list[ListedBook]
    waiting: int


def book_list(month: ServiceMonth, *, words: str = "", kind: str = "") -> BookList:
    """Two queries, however many books: the books (without their rows) and the people."""
    everything = list(Book.objects.defer("warnings"))
    released = sorted(
        (book for book in everything if book.state == BookState.RELEASED),
        key=lambda book: (book.released_at, book.pk),
    )
    kinds = [kind] if kind in FacilityKind.values else list(FacilityKind.values)
    logins = login_ids(everything)
    fit = [
        ListedBook(book, logins.get(book.prepared_by, ""), logins.get(book.released_by, ""))
        for book in everything
        if (words in book.book_id or words in book.source) and set(kinds) & set(book.facility_types)
    ]
    return BookList(
        month,
        [_timeline(name, released, month) for name in kinds],
        fit[:LISTED],
        sum(book.is_draft for book in everything),
    )


def login_ids(books: Iterable[Book]) -> dict[UUID | None, str]:
    """Who loaded, released and discarded them, by account id."""
    people = {person for book in books for person in (book.prepared_by, book.released_by, book.discarded_by)}
    known = [person for person in people if person is not None]
    return dict(User.objects.filter(pk__in=known).values_list("pk", "login_id"))


def _timeline(facility_type: str, released: Sequence[Book], month: ServiceMonth) -> Timeline:
    headings = [book.to_rate_book(()) for book in released]
    own = {id(heading): book for heading, book in zip(headings, released, strict=True)}
    books = [one for one in (*shipped_books(), *headings) if facility_type in one.facility_types]
    spans: list[Span] = []
    now = in_force(facility_type, month, books)
    for begins in sorted({ServiceMonth.of(book.effective_from) for book in books}):
        found = in_force(facility_type, begins, books)
        assert found is not None, "a book that takes effect in the month is in force or another one is"
        if not spans or spans[-1].book is not found:
            mine = own.get(id(found))
            spans.append(Span(begins, found, mine.pk if mine else None, found is now))
    return Timeline(FacilityKind(facility_type).label, tuple(spans))


@dataclass(frozen=True)
class Warned:
    """What one detector has found: the law that is broken, how often, and where."""

    kind: str
    found: list[dict[str, str]]

    @property
    def label(self) -> str:
        """The law's name."""
        return KINDS[self.kind]

    @property
    def law(self) -> str:
        """The law in a sentence."""
        return LAWS[self.kind]

    @property
    def count_words(self) -> str:
        """How many; only so many of each are kept."""
        count = len(self.found)
        return f"{count:,}件{'以上' if count == MOST_WARNINGS else ''}"

    @property
    def examples(self) -> list[dict[str, str]]:
        """A few, to see at once what it is about."""
        return self.found[:EXAMPLES]

    @property
    def rest(self) -> list[dict[str, str]]:
        """The others."""
        return self.found[EXAMPLES:]


@dataclass(frozen=True)
class Contents:
    """What is in a book, and what is not."""

    coverage: list[TypeCoverage]

    @property
    def missing(self) -> int:
        """How many items of the year's table (and places of the base) have no price."""
        return sum(len(one.missing) + len(one.holes) for one in self.coverage)


@dataclass(frozen=True)
class BookView:
    """One book before (and after) its release."""

    book: Book
    prepared_by: str
    released_by: str
    discarded_by: str
    contents: Contents = field(default_factory=lambda: Contents([]))
    differences: Differences = field(default_factory=Differences)

    @property
    def warnings(self) -> list[Warned]:
        """The stored findings, by detector."""
        grouped = [Warned(kind, [one for one in self.book.warnings if one["kind"] == kind]) for kind in KINDS]
        return [group for group in grouped if group.found]


def book_view(book: Book) -> BookView:
    """The book with what it covers and changes. Of a discarded book only the heading is left."""
    logins = login_ids([book])
    shown = BookView(
        book,
        prepared_by=logins.get(book.prepared_by, ""),
        released_by=logins.get(book.released_by, ""),
        discarded_by=logins.get(book.discarded_by, ""),
    )
    if book.state == BookState.DISCARDED:
        return shown
    priced = rate_book_of(book)
    return replace(shown, contents=Contents(coverage_of(priced)), differences=changes_of(book))


def changes_of(book: Book) -> Differences:
    """What it changes about the books in force without it."""
    priced = rate_book_of(book)
    return differences_of(priced, before(book, priced.facility_types))


def before(book: Book, kinds: Collection[str]) -> dict[str, RateBook | None]:
    """By type: the book in force without ``book`` (and what was released after it) in its first month."""
    month = ServiceMonth.of(book.effective_from)
    others = Book.objects.defer("warnings").filter(state=BookState.RELEASED).exclude(pk=book.pk)
    if book.released_at is not None:
        others = others.filter(released_at__lte=book.released_at)
    released = list(others.order_by("released_at", "pk"))
    headings = [one.to_rate_book(()) for one in released]
    own = {id(heading): one for heading, one in zip(headings, released, strict=True)}
    found = {kind: in_force(kind, month, (*shipped_books(), *headings)) for kind in kinds}
    return {
        kind: rate_book_of(own[id(one)]) if one is not None and id(one) in own else one
        for kind, one in found.items()
    }


def layout_book(kind: str, today: date) -> RateBook:
    """Whose layout an empty workbook of the type has: the book in force, or the newest there is."""
    month = ServiceMonth.of(today)
    released = list(
        Book.objects.defer("warnings").filter(state=BookState.RELEASED).order_by("released_at", "pk")
    )
    headings = [one.to_rate_book(()) for one in released]
    own = {id(heading): one for heading, one in zip(headings, released, strict=True)}
    books = [*shipped_books(), *headings]
    found = in_force(kind, month, books)
    if found is None:
        found = max((one for one in books if kind in one.facility_types), key=lambda one: one.effective_from)
    return rate_book_of(own[id(found)]) if id(found) in own else found
