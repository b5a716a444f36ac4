"""What the stories of this room begin with: a second administrator, and books made of the shipped ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from facilities.actors import Actor, Role, actor_for
from facilities.models import Membership
from facilities.scope import scope
from pricing import RateBook, shipped_books
from pricing.book_files import csv_text, heading_text
from pricing.books import PriceRow
from rate_books import operations
from rate_books.loading import BookFile
from rate_books.models import Book
from tests.cast import City, make_user

AT = datetime(2026, 6, 5, 14, 32, tzinfo=ZoneInfo("Asia/Tokyo"))
OFFICIAL = next(book for book in shipped_books() if book.id == "2026-04")
SAMPLE = next(book for book in shipped_books() if book.id == "2026-04-sample")


def second_administrator(city: City) -> Actor:
    """The other person of four eyes."""
    user = make_user(f"second-{city.municipality.code}", realm=city.municipality)
    with scope(city.municipality.pk, None):
        Membership.objects.create(municipality=city.municipality, user=user, duty=Role.ADMINISTRATOR)
    return actor_for(
        user_id=user.pk,
        login_id=user.login_id,
        duty=Role.ADMINISTRATOR,
        municipality_id=city.municipality.pk,
    )


def made_of(
    book: RateBook,
    name: str,
    *,
    types: tuple[str, ...] = ("nursery",),
    effective_from: date = date(2026, 4, 1),
    status: str = "official",
    region: int | None = 10,
    change: Callable[[PriceRow], PriceRow] = lambda row: row,
) -> RateBook:
    """A book of another name with the rows of these types (and of one region, to be small), each changed."""
    rows = tuple(
        change(row)
        for row in book.rows
        if row.facility_type in types and (region is None or row.region_percent in (None, region))
    )
    return replace(
        book,
        id=name,
        effective_from=effective_from,
        status=status,
        source="告示第15号",
        notes="",
        facility_types=types,
        rows=rows,
    )


def dearer(row: PriceRow) -> PriceRow:
    """Each base price 1,000 yen more."""
    return replace(row, amount=row.amount + 1000) if row.item == "base" else row


def cheaper(row: PriceRow) -> PriceRow:
    """Each base price 1,000 yen less."""
    return replace(row, amount=row.amount - 1000) if row.item == "base" else row


def files_of(book: RateBook) -> list[BookFile]:
    """The book as it is uploaded: its TOML and a CSV for each type."""
    tables = [
        BookFile(f"{book.id}_{name}.csv", csv_text(book, name).encode()) for name in book.facility_types
    ]
    return [BookFile(f"{book.id}.toml", heading_text(book).encode()), *tables]


def load(city: City, book: RateBook) -> Book:
    """Loaded by the administrator."""
    with city.open(Role.ADMINISTRATOR) as administrator:
        return operations.load(files_of(book), None, by=administrator, at=AT)


def release(
    city: City, book: Book, second: Actor, *, reason: str = "公式の単価表のとおり", at: datetime = AT
) -> Book:
    """Released by the other one."""
    with city.open(Role.ADMINISTRATOR):
        return operations.release(
            book.pk, shown_hash=book.content_hash, acknowledged=True, reason=reason, by=second, at=at
        )
