"""A new rate book: refused with its places, loaded, weighed against the claims, looked at by the other, taken back."""

from dataclasses import replace
from pathlib import Path

import pytest

from pricing.book_files import csv_text, heading_text
from pricing.books import PriceRow
from tests.rate_books.stage import SAMPLE, made_of

pytestmark = pytest.mark.stack


def odd(row: PriceRow) -> PriceRow:
    """Every base price 1,000 yen more, and one of them with a digit too many."""
    if row.item != "base":
        return row
    slipped = (row.region_percent, row.age_class, row.hours, row.capacity_min) == (10, "0", "standard", 81)
    return replace(row, amount=row.amount * 10 if slipped else row.amount + 1000)


BOOK = made_of(SAMPLE, "2026-04-trial", types=("nursery",), status="provisional", region=None, change=odd)


def files(folder: Path, table: str) -> list[Path]:
    """As an administrator has them on a disk."""
    heading, rows = folder / f"{BOOK.id}.toml", folder / f"{BOOK.id}_nursery.csv"
    heading.write_text(heading_text(BOOK), encoding="utf-8")
    rows.write_text(table, encoding="utf-8")
    return [heading, rows]


def test_a_book_is_refused_loaded_weighed_and_taken_back(come, tmp_path):
    table = csv_text(BOOK, "nursery")
    first = come()
    first.sign_in("kanri")

    header, row, *rest = table.splitlines()
    place = header.split(",").index("amount")
    cells = row.split(",")
    cells[place] = "たくさん"
    first.open("/c/rate-books/load/")
    first.page.set_input_files(
        "input[type=file]", files(tmp_path, "\n".join([header, ",".join(cells), *rest]))
    )
    first.page.click("text=読み込んで確かめる")
    first.page.wait_for_selector("text=直すところ（1件）")
    first.see("rate-book-refused")

    first.page.set_input_files("input[type=file]", files(tmp_path, table))
    first.page.click("text=読み込んで確かめる")
    first.page.wait_for_selector("text=もう1人の市の管理者に")
    first.see("rate-book")
    assert "打ち間違いかもしれない単価です" in first.words()
    assert first.page.locator("main button >> text=公開する").count() == 0
    address = first.page.url.removeprefix(first.stack.url)

    first.page.click("text=請求がどう変わるかを見る")
    first.page.wait_for_selector("text=施設ごとの差、大きい順")
    first.see("rate-book-effect")
    assert "請求は何も変わっていません" in first.words()
    first.page.click("#facilities ~ div tbody a >> nth=0")
    first.page.wait_for_selector("text=の項目ごとの差")
    first.page.click("summary >> nth=0")
    first.see("rate-book-effect-of-a-facility")

    second = come()
    second.sign_in("kanri2")
    second.open(address)
    second.see("rate-book-to-release")
    second.page.click("main button >> text=公開する")
    second.page.wait_for_selector(".error-summary")
    second.see("rate-book-release-refused")
    assert "公開待ち" in second.words()

    first.open(address)
    first.page.click("main button >> text=取りやめる")
    first.page.wait_for_selector("text=を取りやめました。")
    first.open(address)
    first.page.wait_for_selector("text=この単価表は取りやめました")
    first.see("rate-book-discarded")
