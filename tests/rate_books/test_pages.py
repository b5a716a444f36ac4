"""The pages through the whole stack: load, look, release, discard; other cities see nothing; few queries."""

import io
import re
import zipfile
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from facilities.actors import Role
from pricing.book_files import csv_text
from pricing.books import read_book
from rate_books.grid import workbook_of
from rate_books.in_force import kept
from rate_books.models import Book, BookRow
from tests.cast import Browser, City, make_city, sign_in
from tests.claims.stage import nursery, ready_claim
from tests.rate_books.stage import (
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

MOST_QUERIES = 12
TYPED = {
    "book_id": "2026-R8",
    "fiscal_year": "2026",
    "effective_from": "2026-04-01",
    "status": "official",
    "source": "告示第15号",
}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def first(city: City) -> Browser:
    return sign_in(city.people[Role.ADMINISTRATOR])


@pytest.fixture
def second(city: City) -> Browser:
    return sign_in(User.objects.get(pk=second_administrator(city).user_id))


def uploads(book: Any) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(file.name, file.content) for file in files_of(book)]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def section(text: str, begins: str, ends: str) -> str:
    return text.rpartition(f" {begins}")[2].partition(ends)[0]


def queries_of(browser: Browser, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200
    return len([one for one in queries if "SAVEPOINT" not in one["sql"]])


def test_a_book_is_loaded_looked_at_and_released_in_the_browser(
    city: City, first: Browser, second: Browser, run_jobs: Any
) -> None:
    claim = ready_claim(nursery(city))
    answer = first.post("/c/rate-books/load/", {"tables": uploads(made_of(SAMPLE, "2026-R8", change=dearer))})
    with city.open():
        book = Book.objects.get()
    page = f"/c/rate-books/{book.pk}/"
    assert (answer.status_code, answer["Location"]) == (302, page)

    seen = text_of(first.get(page))
    assert "もう1人の市の管理者に、内容の確認と公開を頼んでください" in seen
    assert "公開する" not in seen
    looked = text_of(second.get(page))
    assert "変わる単価 168" in looked
    assert "打ち間違いの疑いは見つかりませんでした" in looked
    answer = second.post(f"{page}release/", {"shown_hash": book.content_hash})

    assert answer.status_code == 302
    assert "公開しました" in text_of(second.get(page))
    run_jobs()
    with city.open():
        renewed = type(claim).objects.get(pk=claim.pk)
    assert (renewed.rate_book, renewed.rate_book_hash) == ("2026-R8", book.content_hash)
    assert renewed.total_yen > claim.total_yen
    names = [event.event for event in events_of(city)]
    assert {"rate_books.loaded", "rate_books.shown", "rate_books.released"} <= set(names)


def test_a_workbook_and_a_typed_heading_are_a_book(city: City, first: Browser) -> None:
    book = made_of(SAMPLE, "x", types=("home_visiting",))
    written = io.BytesIO()
    workbook_of("home_visiting", book.rows, fiscal_year=2026, filled=True).save(written)
    file = SimpleUploadedFile("単価.xlsx", written.getvalue())

    answer = first.post("/c/rate-books/load/", {**TYPED, "tables": [file]})

    assert answer.status_code == 302
    with city.open():
        loaded = Book.objects.get()
        assert BookRow.objects.count() == len(book.rows)
    assert (loaded.book_id, loaded.effective_from, loaded.source) == (
        "2026-R8",
        date(2026, 4, 1),
        "告示第15号",
    )


def test_what_is_missing_and_what_is_wrong_stands_at_its_place(city: City, first: Browser) -> None:
    table = csv_text(made_of(SAMPLE, "x", types=("home_visiting",)), "home_visiting")
    bad = table.replace(",base,", ",bass,", 2)

    nothing = first.post("/c/rate-books/load/", {})
    without_heading = first.post(
        "/c/rate-books/load/", {"tables": [SimpleUploadedFile("a.csv", table.encode())]}
    )
    broken = first.post(
        "/c/rate-books/load/", {**TYPED, "tables": [SimpleUploadedFile("a.csv", bad.encode())]}
    )

    assert nothing.status_code == without_heading.status_code == broken.status_code == 422
    assert "ファイルを選んでください" in text_of(nothing)
    for sentence in ("番号を入力", "適用開始日を入力", "区分を選んで", "出典を入力"):
        assert sentence in text_of(without_heading)
    assert "直すところが2件あります。何も保存していません" in text_of(broken)
    assert "a.csv 2行目" in text_of(broken)
    assert "a.csv 3行目" in text_of(broken)
    with city.open():
        assert not Book.objects.exists()


def test_a_file_that_is_too_large_is_refused(city: City, first: Browser, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000

    answer = first.post(
        "/c/rate-books/load/", {**TYPED, "tables": [SimpleUploadedFile("a.csv", b"x" * 2000)]}
    )

    assert answer.status_code == 422
    assert "ファイルが大きすぎます" in text_of(answer)
    assert events_of(city, "rate_books.refused")[-1].detail == {"too_large": True}


def test_warnings_are_shown_with_their_place_and_ask_for_a_reason(
    city: City, first: Browser, second: Browser
) -> None:
    from dataclasses import replace

    typo = lambda row: replace(row, amount=row.amount + 3) if row.item == "age3_staffing" else row  # noqa: E731
    book = load(
        city, made_of(SAMPLE, "2026-R8", status="provisional", effective_from=date(2026, 5, 1), change=typo)
    )
    page = f"/c/rate-books/{book.pk}/"

    seen = text_of(second.get(page))
    refused = second.post(f"{page}release/", {"shown_hash": book.content_hash})
    done = second.post(
        f"{page}release/",
        {"shown_hash": book.content_hash, "acknowledged": "on", "reason": "公式の単価表のとおり"},
    )

    assert "10円の倍数" in seen
    assert re.search(r"公開してよい理由\s*必須", seen)
    assert re.search(r"2026-R8_nursery\.csv \d+行目", seen)
    assert "暫定" in seen
    assert refused.status_code == 422
    assert "公開してよい理由を入力してください" in text_of(refused)
    assert done.status_code == 302
    assert "公開した人の理由：公式の単価表のとおり" in text_of(second.get(page))


def test_missing_items_are_named_with_what_it_means(city: City, first: Browser) -> None:
    book = made_of(OFFICIAL, "R8-k", types=("kindergarten",))
    without_bus = load(city, made_of(OFFICIAL, "x", types=("kindergarten",)))
    rows = tuple(row for row in book.rows if row.item != "bus" and row.variant != "transitional")
    from dataclasses import replace

    lacking = load(city, replace(book, rows=rows))

    whole = text_of(first.get(f"/c/rate-books/{without_bus.pk}/"))
    seen = text_of(first.get(f"/c/rate-books/{lacking.pk}/"))

    assert "通園送迎" not in section(whole, "単価のない項目", "入っている単価")
    assert "通園送迎" in section(seen, "単価のない項目 2件", "入っている単価")
    assert "冷暖房費 " in seen
    assert "計算は止まります" in seen
    assert "ない地域：20/100" in seen
    assert "なくなる単価" in seen


def raised(row: Any) -> Any:
    """What the government does once a year: every base price up by two per cent, rounded to ten yen."""
    from dataclasses import replace

    return replace(row, amount=row.amount * 102 // 1000 * 10) if row.item == "base" else row


def test_a_revised_book_is_a_page_to_decide_on(city: City, first: Browser) -> None:
    book = load(city, made_of(SAMPLE, "R8-b", effective_from=date(2026, 6, 1), region=None, change=raised))
    page = f"/c/rate-books/{book.pk}/"

    answer = first.get(page)
    text = text_of(answer)

    # First what matters, then the prices, then what to check: a few of each law, the rest folded, none lost.
    places = [
        text.index(words) for words in ("保育所 令和8年6月分から", "いまの単価表との違い", "打ち間違い")
    ]
    assert places == sorted(places)
    assert re.search(r"変わる単価 1,344 \S*\+2\.0%", text)
    groups = answer.context["view"].warnings
    assert sum(len(group.found) for group in groups) == book.warning_count > 100
    assert all(f"{group.label} {group.count_words}" in text for group in groups)
    assert answer.content.decode().count("処遇改善の単価は、基本分単価のおよそ100分の1です。") == 1
    assert "ほか" in text


def test_changed_prices_stand_in_the_order_of_the_tables_and_can_be_narrowed(
    city: City, first: Browser
) -> None:
    book = load(
        city,
        made_of(SAMPLE, "R8-b", types=("nursery", "small_a"), effective_from=date(2026, 6, 1), region=None,
                change=dearer),
    )  # fmt: skip
    page = f"/c/rate-books/{book.pk}/"

    def rows(query: str) -> list[tuple[Any, ...]]:
        listed = first.get(page + query).context["prices"].page.object_list
        return [(one.label, one.row.region_percent, one.row.capacity_min or 0) for one in listed]

    begins, second, last = rows(""), rows("?page=2"), rows("?page=9999")

    assert begins[0] == ("保育所", 20, 1)
    assert len(begins) == 25
    assert [row[1] for row in begins + second] == [20] * 50
    assert begins == sorted(begins, key=lambda row: row[2])
    assert last[-1][:2] == ("小規模保育事業A型", 0)
    assert {row[0] for row in rows("?type=small_a&item=base")} == {"小規模保育事業A型"}
    assert rows("?item=bus") == []
    assert rows("?type=x&item=y&change=z&page=w") == begins


def test_every_difference_comes_as_csv(city: City, first: Browser) -> None:
    import csv

    book = load(city, made_of(SAMPLE, "R8-b", effective_from=date(2026, 6, 1), region=None, change=dearer))

    answer = first.get(f"/c/rate-books/{book.pk}/changes/")

    header, *lines = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    assert len(lines) == 1344
    assert {line[header.index("差")] for line in lines} == {"1000"}
    for line in lines:
        old, new = (int(line[header.index(name)]) for name in ("いまの単価", "新しい単価"))
        assert new - old == 1000
    assert events_of(city, "rate_books.file_taken")[-1].detail == {"form": "changes"}


def test_a_discarded_book_shows_its_heading_only(city: City, first: Browser) -> None:
    book = load(city, made_of(SAMPLE, "2026-R8", types=("home_visiting",)))

    answer = first.post(f"/c/rate-books/{book.pk}/discard/")

    assert (answer.status_code, answer["Location"]) == (302, "/c/rate-books/")
    assert "取りやめました" in text_of(first.get(f"/c/rate-books/{book.pk}/"))
    assert first.get(f"/c/rate-books/{book.pk}/files/all/").status_code == 404
    assert first.get(f"/c/rate-books/{book.pk}/changes/").status_code == 404


def test_the_files_of_a_book_are_the_book(city: City, first: Browser) -> None:
    book = made_of(SAMPLE, "2026-R8", types=("home_visiting", "small_c"))
    loaded = load(city, book)

    packed = first.get(f"/c/rate-books/{loaded.pk}/files/all/")
    workbook = first.get(f"/c/rate-books/{loaded.pk}/files/small_c/")

    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    heading = texts.pop("2026-R8.toml")
    assert read_book(heading, texts).content_hash == loaded.content_hash
    assert workbook.content.startswith(b"PK")
    assert first.get(f"/c/rate-books/{loaded.pk}/files/nursery/").status_code == 404


def test_a_book_that_came_with_the_product_is_read_price_by_price(city: City, first: Browser) -> None:
    listed = first.get("/c/rate-books/?month=2026-06").content.decode()
    page = f"/c/rate-books/shipped/{SAMPLE.id}/"

    whole = first.get(page)
    narrowed = first.get(f"{page}?type=nursery&item=base&region=10")
    packed = first.get(f"{page}files/all/")

    assert all(f'href="/c/rate-books/shipped/{book.id}/"' in listed for book in (SAMPLE, OFFICIAL))
    assert f"単価 {len(SAMPLE.rows):,}件" in text_of(whole)
    rows = [price.row for price in narrowed.context["prices"].page.paginator.object_list]
    assert rows
    assert {(row.facility_type, row.item, row.region_percent) for row in rows} == {("nursery", "base", 10)}
    assert f"{rows[0].amount:,}円" in text_of(narrowed)
    assert "この単価表を公開しますか" not in text_of(whole)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert read_book(texts.pop(f"{SAMPLE.id}.toml"), texts).content_hash == SAMPLE.content_hash
    assert first.get(f"{page}files/nursery/").content.startswith(b"PK")
    assert first.get("/c/rate-books/shipped/2015-04/").status_code == 404
    assert first.get(f"{page}files/school/").status_code == 404
    assert events_of(city, "rate_books.shown")[-1].detail == {"book_id": SAMPLE.id}


def test_an_empty_list_says_what_to_do_first(city: City, first: Browser) -> None:
    nothing = text_of(first.get("/c/rate-books/"))
    narrowed = text_of(first.get("/c/rate-books/?words=x"))

    assert "まだ何も読み込んでいません" in nothing
    assert "「Excelのひな形」に公式の単価を貼り付け" in nothing
    assert "当てはまる単価表はありません" not in nothing
    assert "当てはまる単価表はありません" in narrowed


def test_a_template_is_empty_and_the_filled_one_has_the_prices_in_force(city: City, first: Browser) -> None:
    from openpyxl import load_workbook

    empty = first.get("/c/rate-books/templates/home_visiting/")
    filled = first.get("/c/rate-books/templates/home_visiting/?filled=1")

    assert first.get("/c/rate-books/templates/school/").status_code == 404
    assert load_workbook(io.BytesIO(empty.content))["基本分単価"]["D13"].value is None
    assert load_workbook(io.BytesIO(filled.content))["基本分単価"]["D13"].value > 100_000
    assert first.get("/c/rate-books/templates/home_visiting/").content == empty.content


def test_the_list_says_which_book_is_used_when_and_can_be_searched(
    city: City, first: Browser, second: Browser
) -> None:
    book = load(city, made_of(SAMPLE, "2026-R8"))
    release(city, book, _actor(city))
    load(city, made_of(SAMPLE, "other", types=("small_c",)))

    june = text_of(first.get("/c/rate-books/?month=2026-06&kind=nursery"))
    found = text_of(first.get("/c/rate-books/?words=2026-R8"))
    march = text_of(first.get("/c/rate-books/?month=2026-03&kind=nursery"))

    assert "令和8年4月分から 2026-R8 正式 この月に使う" in june
    assert "other" not in june
    assert "2026-R8 保育所 公開済み 正式" in found
    assert "small_c" not in found
    assert "この月に使う" not in march


def _actor(city: City) -> Any:
    from facilities.actors import actor_for
    from facilities.models import Membership

    with city.open():
        membership = (
            Membership.objects.filter(duty=Role.ADMINISTRATOR)
            .exclude(user=city.people[Role.ADMINISTRATOR])
            .get()
        )
        user = membership.user
    return actor_for(
        user_id=user.pk, login_id=user.login_id, duty=Role.ADMINISTRATOR, municipality_id=city.municipality.pk
    )


def test_a_sample_book_says_so(city: City, first: Browser) -> None:
    book = load(city, made_of(SAMPLE, "own-sample", status="sample"))

    assert "見本・支払不可 見本の単価を使っています" in text_of(first.get(f"/c/rate-books/{book.pk}/"))


def test_another_citys_book_is_not_there(city: City) -> None:
    book = load(city, made_of(SAMPLE, "2026-R8", types=("home_visiting",)))
    other = make_city("129998", "緑野市")
    stranger = sign_in(other.people[Role.ADMINISTRATOR])

    for way in ("", "release/", "discard/", "files/all/", "effect/"):
        for method in ("get", "post"):
            real = getattr(stranger, method)(f"/c/rate-books/{book.pk}/{way}")
            unreal = getattr(stranger, method)(f"/c/rate-books/{uuid4()}/{way}")
            assert real.status_code == unreal.status_code
            assert real.status_code in {404, 405}
            assert real.content == unreal.content
    assert "2026-R8" not in text_of(stranger.get("/c/rate-books/"))


def test_pages_cost_the_same_few_queries_however_much_there_is(city: City, first: Browser) -> None:
    small = load(city, made_of(SAMPLE, "small", types=("home_visiting",)))
    paths = ("/c/rate-books/", "/c/rate-books/load/")
    few = {path: queries_of(first, path) for path in paths}
    kept.clear()
    few_book = queries_of(first, f"/c/rate-books/{small.pk}/")
    large = load(city, made_of(SAMPLE, "large", types=SAMPLE.facility_types, region=None))
    for number in range(4):
        load(city, made_of(SAMPLE, f"more-{number}", types=("small_c",)))

    assert {path: queries_of(first, path) for path in paths} == few
    assert queries_of(first, f"/c/rate-books/{large.pk}/") == few_book
    assert max([*few.values(), few_book]) <= MOST_QUERIES
