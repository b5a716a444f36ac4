"""A book goes out as its files and comes back as it was; its content hash is of what prices."""

from dataclasses import replace
from datetime import date

import pytest

from pricing import BookProblems, RateBook, read_book, shipped_books
from pricing.book_files import csv_text, heading_text
from pricing.books import values_of

BOOK = next(book for book in shipped_books() if book.id == "2026-04")


@pytest.mark.parametrize("book", shipped_books(), ids=lambda book: book.id)
def test_a_book_written_is_the_book_read(book: RateBook) -> None:
    texts = {f"{book.id}_{name}.csv": csv_text(book, name) for name in book.facility_types}

    again = read_book(heading_text(book), texts)

    assert again.content_hash == book.content_hash
    assert {repr(values_of(row)) for row in again.rows} == {repr(values_of(row)) for row in book.rows}
    assert (again.source, again.notes, again.announced_on) == (book.source, book.notes, book.announced_on)


def test_texts_that_people_type_come_back() -> None:
    book = replace(BOOK, source='告示"第15号"\\ \x7f', notes="1行目\n2行目", announced_on=date(2026, 3, 31))

    again = read_book(heading_text(book), {"a.csv": csv_text(book, "kindergarten")})

    assert (again.source, again.notes, again.announced_on) == (book.source, book.notes, book.announced_on)


def test_the_hash_is_of_what_prices() -> None:
    other_order = replace(BOOK, rows=tuple(reversed(BOOK.rows)))
    retold = replace(BOOK, source="ほかの出典", notes="", announced_on=date(2026, 3, 1))
    cheaper = replace(BOOK, rows=(replace(BOOK.rows[0], amount=BOOK.rows[0].amount - 10), *BOOK.rows[1:]))
    unknown_rate = replace(BOOK, rows=(replace(BOOK.rows[0], c_tenths=None), *BOOK.rows[1:]))

    assert other_order.content_hash == retold.content_hash == BOOK.content_hash
    hashes = {
        BOOK.content_hash,
        cheaper.content_hash,
        unknown_rate.content_hash,
        replace(BOOK, id="another").content_hash,
        replace(BOOK, status="sample").content_hash,
        replace(BOOK, effective_from=date(2026, 5, 1)).content_hash,
        replace(BOOK, fiscal_year=2025).content_hash,
    }
    assert len(hashes) == 7


def test_two_files_of_one_type_do_not_hide_each_other() -> None:
    table = csv_text(BOOK, "kindergarten")

    with pytest.raises(BookProblems, match=r"b\.csv:2: a\.csv:2と同じ条件の単価です"):
        read_book(heading_text(BOOK), {"a.csv": table, "b.csv": table})


@pytest.mark.parametrize(
    ("year", "status", "title"),
    [
        (2026, "official", "令和8年度 単価表（4月から）"),
        (2026, "provisional", "令和8年度 単価表（4月から・暫定）"),
        (2026, "sample", "令和8年度 単価表（4月から・見本）"),
        (2018, "official", "平成30年度 単価表（4月から）"),
    ],
)
def test_a_title_says_what_the_prices_are_worth(year: int, status: str, title: str) -> None:
    assert replace(BOOK, fiscal_year=year, status=status).title == title


def test_a_percent_has_no_treatment_and_a_variant_is_a_code() -> None:
    header, first = csv_text(BOOK, "kindergarten").splitlines()[:2]
    percent = "kindergarten,,,,1,,,no_safety_plan,,percent,5,10,,,"
    variant = "kindergarten,,,,1,,,climate,=1+1,child_month,5,,,,"

    with pytest.raises(BookProblems) as refused:
        read_book(heading_text(BOOK), {"a.csv": "\n".join([header, first, percent, variant])})

    said = str(refused.value)
    assert "a.csv:3: treatment_yen, c_tenths" in said
    assert "a.csv:4: variant" in said


def test_a_flood_of_rows_of_one_question_is_refused_before_it_is_compared() -> None:
    header = csv_text(BOOK, "kindergarten").splitlines()[0]
    rows = [
        f"kindergarten,10,{number},{number},1,4plus,,base,,child_month,10,,,," for number in range(1, 602)
    ]

    with pytest.raises(BookProblems, match=r"a\.csv:2: 同じ項目と地域区分の単価が601行あります（600行まで）"):
        read_book(heading_text(BOOK), {"a.csv": "\n".join([header, *rows])})
