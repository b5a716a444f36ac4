"""Claims and the city's own rate books: computed with, kept, drafted anew after a release, compared before it."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.operations import claims as approvals
from claims import form_subjects, form_values
from claims.composing import content_hash, reproduce, stored_line_as_row
from claims.models import Claim, ClaimLine, Obstacle
from claims.operations import drafting
from claims.operations.drafting import draft_month
from claims.operations.submitting import submit
from claims.queries.effect import Effect, effect_of, revised_books
from claims.states import ClaimStatus
from facilities.actors import Role
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from rate_books.in_force import BookGone, kept
from rate_books.models import Book
from tests.cast import APRIL, JUNE, MAY, City, Nursery, make_city, sign_in
from tests.claims.stage import AT, WE5_ITEMS, confirmed, current_claim, kindergarten, nursery, ready_claim
from tests.rate_books.stage import (
    OFFICIAL,
    SAMPLE,
    cheaper,
    dearer,
    load,
    made_of,
    release,
    second_administrator,
)
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


@pytest.fixture
def put_in_force(city: City) -> Callable[..., Book]:
    """Load and release a book made of the sample; each one later than the one before."""
    second = second_administrator(city)
    hours = iter(range(100))

    def put(name: str, *, source: Any = SAMPLE, **how: Any) -> Book:
        book = load(city, made_of(source, name, **how))
        return release(city, book, second, at=AT + timedelta(hours=next(hours)))

    return put


def hand_in(place: Nursery, claim: Claim) -> Claim:
    with place.open() as clerk:
        return submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_claim_is_computed_with_the_citys_book_and_knows_it(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    book = put_in_force("R8", change=dearer)

    claim = ready_claim(sakura)

    assert (claim.rate_book, claim.rate_book_hash) == ("R8", book.content_hash)
    assert claim.rate_book_status == "official"
    assert claim.price_mark == ""
    assert claim.snapshot["ratebook"] == "R8"
    # WE5: 88 children, each 1,000 yen more, of which one Saturday takes 2 percent.
    assert claim.total_yen == 12_028_530 + 88 * (1000 - 20)
    kept.clear()
    with city.open():
        quote = reproduce(claim)
        stored = [stored_line_as_row(line) for line in ClaimLine.objects.filter(claim=claim)]
    assert quote.total_yen == claim.total_yen
    assert content_hash(claim.snapshot, stored, claim.rate_book_status) == claim.content_hash


def test_a_shipped_book_is_known_by_its_content_too(city: City, sakura: Nursery) -> None:
    claim = ready_claim(sakura)

    assert claim.rate_book_hash == SAMPLE.content_hash
    with city.open():
        Claim.objects.filter(pk=claim.pk).update(rate_book_hash="0" * 64)
        with pytest.raises(BookGone):
            reproduce(Claim.objects.get(pk=claim.pk))
        Claim.objects.filter(pk=claim.pk).update(rate_book_hash="")
        assert reproduce(Claim.objects.get(pk=claim.pk)).total_yen == claim.total_yen


def test_a_release_renews_the_drafts_of_its_months_and_nothing_else(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book], run_jobs: Callable[[], int]
) -> None:
    momo = kindergarten(city)
    april = hand_in(sakura, ready_claim(sakura, APRIL))
    may, june = ready_claim(sakura, MAY), ready_claim(sakura, JUNE)
    other_type = ready_claim(momo)

    put_in_force("from-june", change=dearer, effective_from=date(2026, 6, 1))
    run_jobs()

    with city.open():
        now = {claim.pk: claim for claim in Claim.objects.all()}
    assert now[june.pk].rate_book == "from-june"
    assert now[june.pk].total_yen > june.total_yen
    for untouched in (april, may, other_type):
        assert now[untouched.pk].drafted_at == untouched.drafted_at
        assert now[untouched.pk].content_hash == untouched.content_hash
    assert len(now) == 4


def test_what_was_submitted_or_approved_keeps_its_book(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book], run_jobs: Callable[[], int]
) -> None:
    approved, submitted = (hand_in(sakura, ready_claim(sakura, month)) for month in (APRIL, MAY))
    for role in (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            approvals.approve(approved.pk, shown_hash=approved.content_hash, by=person, at=AT)

    put_in_force("R8", change=dearer)
    run_jobs()

    with city.open():
        now = {claim.pk: claim for claim in Claim.objects.all()}
        assert reproduce(now[approved.pk]).total_yen == approved.total_yen
    assert now[approved.pk].status == ClaimStatus.APPROVED
    for claim in (approved, submitted):
        assert (now[claim.pk].rate_book, now[claim.pk].total_yen) == ("2026-04-sample", claim.total_yen)
    assert len(now) == 2


def test_the_job_may_run_twice(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book], run_jobs: Callable[[], int]
) -> None:
    ready_claim(sakura)
    book = put_in_force("R8", change=dearer)
    run_jobs()
    first = current_claim(sakura)

    with city.open() as administrator:
        drafting.redraft_priced_by(book.pk, by=administrator, at=AT + timedelta(days=1))

    assert current_claim(sakura).drafted_at == first.drafted_at


def test_between_the_release_and_the_job_nothing_outdated_is_submitted(
    sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    claim = ready_claim(sakura)
    put_in_force("R8", change=dearer)

    with pytest.raises(ProblemsFound):
        hand_in(sakura, claim)


def test_a_price_the_book_lacks_stops_and_is_named(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book], run_jobs: Callable[[], int]
) -> None:
    ready_claim(sakura)
    book = replace(SAMPLE, rows=tuple(row for row in SAMPLE.rows if row.item != "rent"))
    put_in_force("R8", source=book)

    run_jobs()

    with city.open():
        assert "「賃借料」" in Obstacle.objects.get().message
        assert Claim.objects.get().status == ClaimStatus.SUPERSEDED


def test_a_closed_month_stays_as_it_is(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book], run_jobs: Callable[[], int]
) -> None:
    from claims.models import MonthClosing

    claim = ready_claim(sakura)
    with city.open() as administrator:
        MonthClosing.objects.create(
            municipality=city.municipality,
            month=JUNE.first_day,
            closed_at=AT,
            closed_by=administrator.user_id,
        )

    put_in_force("R8", change=dearer)
    run_jobs()

    assert current_claim(sakura).rate_book == claim.rate_book


def test_another_citys_book_prices_nothing_here(city: City, sakura: Nursery) -> None:
    other = make_city("129998", "緑野市")
    release(other, load(other, made_of(SAMPLE, "R8", change=dearer)), second_administrator(other))

    assert ready_claim(sakura).rate_book == "2026-04-sample"


def test_drafting_a_city_costs_the_same_queries_with_and_without_own_books(
    city: City, put_in_force: Callable[..., Book]
) -> None:
    for number in range(1, 4):
        confirmed(nursery(city, number=f"129990000090{number}"))

    def cost() -> int:
        with city.open() as administrator, CaptureQueriesContext(connection) as queries:
            draft_month(city.municipality, JUNE, by=administrator, at=AT)
        return len([one for one in queries if "audit_event" not in one["sql"]])

    few = cost()
    put_in_force("first", status="sample")
    put_in_force("second", change=dearer)
    cost()  # reads the book, and renews every draft

    assert cost() == few


# ---------------------------------------------------------------- marks


def test_provisional_prices_are_marked_wherever_they_stand(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    put_in_force("R8-zantei", status="provisional", effective_from=date(2026, 5, 1))
    claim = ready_claim(sakura)
    clerk = sign_in(sakura.clerk)
    own = f"/f/{sakura.facility.number}"

    for path in (f"{own}/", f"{own}/claims/", f"{own}/claims/{claim.pk}/"):
        page = text_of(clerk.get(path))
        assert "暫定 告示の前の暫定の単価を使っています" in page, path
        assert "見本・支払不可" not in page, path
    hand_in(sakura, claim)
    officer = sign_in(city.people[Role.OFFICER])
    for path in ("/c/", "/c/review/?month=2026-06", f"/c/review/{claim.pk}/"):
        assert "暫定 告示の前の暫定の単価を使っています" in text_of(officer.get(path)), path
    exported = officer.get("/c/review/export/?month=2026-06").content.decode("utf-8-sig")
    assert "暫定" in exported
    with city.open():
        quote = reproduce(Claim.objects.get(pk=claim.pk))
    assert quote.lines[0].source.startswith("令和8年度 単価表（5月から・暫定）")


def test_sample_prices_are_marked_wherever_they_stand(city: City, sakura: Nursery) -> None:
    claim = hand_in(sakura, ready_claim(sakura))
    clerk, officer = sign_in(sakura.clerk), sign_in(city.people[Role.OFFICER])
    own = f"/f/{sakura.facility.number}"

    pages = [
        *((clerk, f"{own}{way}") for way in ("/", "/claims/", f"/claims/{claim.pk}/")),
        *((officer, f"/c/{way}") for way in ("", "review/?month=2026-06", f"review/{claim.pk}/")),
    ]
    for browser, path in pages:
        assert "見本・支払不可" in text_of(browser.get(path)), path
    assert "見本・支払不可" in officer.get("/c/review/export/?month=2026-06").content.decode("utf-8-sig")


def test_the_month_before_in_sample_prices_marks_the_page_of_an_official_claim(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    before = hand_in(sakura, ready_claim(sakura, MAY))
    for role in (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            approvals.approve(before.pk, shown_hash=before.content_hash, by=person, at=AT)
    put_in_force("R8", effective_from=date(2026, 6, 1))
    claim = hand_in(sakura, ready_claim(sakura))

    page = text_of(sign_in(city.people[Role.OFFICER]).get(f"/c/review/{claim.pk}/"))

    assert claim.price_mark == ""
    assert "見本・支払不可" in page


@pytest.mark.parametrize(
    ("status", "mark", "words"),
    [
        ("sample", "見本・支払不可", "見本の単価で計算しています"),
        ("provisional", "暫定", "告示の前の暫定の単価で計算しています"),
        ("official", "", ""),
    ],
)
def test_paper_carries_the_mark(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book], status: str, mark: str, words: str
) -> None:
    put_in_force("R8", status=status)
    claim = hand_in(sakura, ready_claim(sakura))
    for role in (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            approvals.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=AT)

    with sakura.open():
        found = form_values.values(claim.pk, frozenset({"claim"}))["claim"]
        marked = form_subjects.facts(claim.pk).price_mark

    assert isinstance(found, Mapping)
    assert (marked, found["price_words"] or "") == (mark, words)


# ---------------------------------------------------------------- the effect


def approve(claim: Claim, city: City) -> None:
    for role in (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            approvals.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=AT)


def effect(city: City, book: Book, **asked: Any) -> Effect:
    with city.open():
        return effect_of(book, **asked)


def test_the_effect_is_each_facilitys_difference_and_nothing_changes(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    momo, claim = kindergarten(city), ready_claim(sakura)
    ready_claim(momo)
    book = load(city, made_of(SAMPLE, "R8", types=("nursery", "small_a"), change=dearer))

    found = effect(city, book)

    assert found.months == found.reached == [JUNE]
    assert found.priced_as is None
    assert not found.unused
    assert [row.facility for row in found.rows] == [sakura.facility]
    assert found.rows[0].old_yen == claim.total_yen
    assert found.delta_yen == found.rows[0].delta_yen > 80_000
    assert found.approved_delta_yen == 0
    assert found.rows[0].items[0][0] == "基本分単価"
    assert current_claim(sakura).total_yen == claim.total_yen


def test_a_winter_revision_reaches_every_month_since_april_and_tells_them_apart(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    april, may = (hand_in(sakura, ready_claim(sakura, month)) for month in (APRIL, MAY))
    june = ready_claim(sakura, JUNE)
    approve(april, city)
    book = load(city, made_of(SAMPLE, "winter", change=dearer))

    found = effect(city, book)

    assert found.months == [APRIL, MAY, JUNE]
    assert [one.claims[0].claim_id for one in found.by_month] == [april.pk, may.pk, june.pk]
    assert [one.old_yen for one in found.by_month] == [april.total_yen, may.total_yen, june.total_yen]
    assert found.delta_yen == sum(one.delta_yen for one in found.by_month)
    assert found.rows[0].months == 3
    assert found.approved_delta_yen == found.by_month[0].delta_yen > 0
    (line,) = [line for line in found.claims[0].changed if line.code == "base"]
    assert line.delta_yen == 88 * 1000
    assert effect(city, book, month=MAY).months == [MAY]
    assert effect(city, book, month=ServiceMonth(2026, 12)).months == [APRIL, MAY, JUNE]


def test_a_cheaper_book_takes_money_back(city: City, sakura: Nursery) -> None:
    claim = ready_claim(sakura)
    book = load(city, made_of(SAMPLE, "winter", change=cheaper))

    found = effect(city, book)

    assert found.delta_yen < 0
    assert found.new_yen == claim.total_yen + found.delta_yen
    assert {line.delta_yen < 0 for line in found.claims[0].changed} >= {True}


def test_months_of_a_later_book_are_not_reached(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    ready_claim(sakura, MAY)
    ready_claim(sakura, JUNE)
    put_in_force("from-june", effective_from=date(2026, 6, 1))
    book = load(city, made_of(SAMPLE, "april-again", change=dearer))

    assert effect(city, book).months == [MAY]


def test_a_released_book_shows_what_approved_months_differ_by(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book], run_jobs: Callable[[], int]
) -> None:
    april = hand_in(sakura, ready_claim(sakura, APRIL))
    approve(april, city)
    ready_claim(sakura, MAY)

    book = put_in_force("winter", change=dearer)
    run_jobs()
    found = effect(city, book)

    assert found.months == [APRIL, MAY]
    assert found.delta_yen == found.approved_delta_yen == found.by_month[0].delta_yen > 0
    assert found.by_month[1].delta_yen == 0  # drafted anew


def test_approved_claims_of_an_older_book_are_named_until_they_are_corrected(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    april, may = (hand_in(sakura, ready_claim(sakura, month)) for month in (APRIL, MAY))
    approve(april, city)
    approve(may, city)
    hand_in(sakura, ready_claim(sakura))
    officer = sign_in(city.people[Role.OFFICER])
    before = text_of(officer.get("/c/review/differences/"))

    put_in_force("later", effective_from=date(2026, 6, 1))
    winter = put_in_force("winter", change=dearer)
    with city.open():
        revised = revised_books()
    page = text_of(officer.get("/c/review/differences/"))

    assert "単価表の改定による差額" not in before
    assert [(one.book, one.claims, one.months) for one in revised] == [(winter, 2, [APRIL, MAY])]
    assert "単価表 winter の差額 承認済みの請求 2件（令和8年4月分から令和8年5月分まで）" in page


def test_what_two_released_books_leave_to_each_other(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    ready_claim(sakura)
    first = put_in_force("first", change=dearer)
    second = put_in_force("second", change=cheaper)

    assert effect(city, first).unused
    assert not effect(city, second).unused


def test_a_book_that_is_never_in_force_says_so_and_is_computed_all_the_same(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    ready_claim(sakura)
    put_in_force("official")
    book = load(city, made_of(SAMPLE, "try", status="sample", change=dearer))

    found = effect(city, book)
    page = text_of(sign_in(city.people[Role.OFFICER]).get(f"/c/rate-books/{book.pk}/effect/"))

    assert (found.unused, found.reached, found.months) == (True, [], [JUNE])
    assert found.delta_yen > 80_000
    assert "この単価表は、いまのところ請求に使われません" in page


def test_a_book_of_later_is_computed_as_its_first_month(city: City, sakura: Nursery) -> None:
    ready_claim(sakura, MAY)
    ready_claim(sakura)
    book = load(city, made_of(SAMPLE, "R8", effective_from=date(2026, 10, 1), change=dearer))

    found = effect(city, book)

    assert (found.priced_as, found.months, found.unused) == (ServiceMonth(2026, 10), [JUNE], False)
    assert found.delta_yen > 80_000


def test_the_effect_of_a_march_leaves_out_what_only_march_has(city: City) -> None:
    march = ServiceMonth(2027, 3)
    momo = kindergarten(city, items={"snow": {}, "bus": {}})
    confirmed(momo, march)
    later = replace(OFFICIAL, fiscal_year=2027)
    book = load(
        city, made_of(later, "R9", types=("kindergarten",), effective_from=date(2027, 4, 1), change=dearer)
    )

    found = effect(city, book)

    assert found.months == [march]
    assert not found.stopped
    assert found.delta_yen == 95 * 1000


def test_facilities_whose_calculation_would_stop_come_first_with_the_reason(
    city: City, sakura: Nursery
) -> None:
    ready_claim(sakura)
    without_rent = {code: options for code, options in WE5_ITEMS.items() if code != "rent"}
    ready_claim(nursery(city, number="1299900000905", items=without_rent))
    book = load(city, made_of(replace(SAMPLE, rows=tuple(r for r in SAMPLE.rows if r.item != "rent")), "R8"))

    found = effect(city, book)

    assert [row.facility for row in found.stopped_rows] == [sakura.facility]
    assert [(words[:5], months) for words, months in found.stopped_rows[0].problems] == [("単価表 R", [JUNE])]
    assert "「賃借料」" in found.stopped_rows[0].problems[0][0]
    assert found.rows[0].facility == sakura.facility
    assert len(found.computed_rows) == 1
    assert found.delta_yen == 0


def test_one_facility_sees_its_months_and_every_line_with_both_reasons(city: City, sakura: Nursery) -> None:
    may, june = ready_claim(sakura, MAY), ready_claim(sakura)
    book = load(city, made_of(SAMPLE, "winter", change=dearer))
    officer = sign_in(city.people[Role.OFFICER])
    path = f"/c/rate-books/{book.pk}/effect/{sakura.facility.number}/"

    page, of_may = text_of(officer.get(path)), text_of(officer.get(f"{path}?month=2026-05"))

    found = effect(city, book, facility_number=sakura.facility.number)
    assert f"{found.new_yen:,}" in page
    assert "令和8年6月分の項目ごとの差" in page
    assert "令和8年5月分の項目ごとの差" in of_may
    assert "単価表（4月から・見本）" in page
    assert "単価表（4月から）" in page
    assert "+88,000" in page
    event = events_of(city, "claims.effect_shown")[-1]
    assert set(event.rows["claim"]) == {str(may.pk), str(june.pk)}
    assert event.facility_id == sakura.facility.pk


def test_the_export_has_a_line_for_each_claim_and_item_that_differs(city: City, sakura: Nursery) -> None:
    april = hand_in(sakura, ready_claim(sakura, APRIL))
    approve(april, city)
    ready_claim(sakura)
    book = load(city, made_of(SAMPLE, "winter", change=dearer))
    officer = sign_in(city.people[Role.OFFICER])
    path = f"/c/rate-books/{book.pk}/effect/export/"

    rows = list(csv.DictReader(io.StringIO(officer.get(path).content.decode("utf-8-sig"))))
    of_april = officer.get(f"{path}?month=2026-04&encoding=cp932").content.decode("cp932")

    found = effect(city, book)
    assert sum(int(row["差額"]) for row in rows) == found.delta_yen
    assert {row["対象年月"]: row["請求の状態"] for row in rows} == {
        "2026-04": "承認済み",
        "2026-06": "下書き",
    }
    assert all(int(row["この単価表の額"]) - int(row["いまの額"]) == int(row["差額"]) != 0 for row in rows)
    assert {row["請求先の市区町村コード"] for row in rows} == {city.municipality.code}
    assert len(of_april.splitlines()) == 1 + sum(row["対象年月"] == "2026-04" for row in rows)
    event = events_of(city, "claims.effect_exported")[-1]
    assert event.rows["claim"] == [str(april.pk)]


def test_without_claims_there_is_nothing_to_compare(city: City) -> None:
    book = load(city, made_of(SAMPLE, "R8", types=("small_c",)))

    page = text_of(sign_in(city.people[Role.OFFICER]).get(f"/c/rate-books/{book.pk}/effect/"))

    assert "比べる請求がまだありません" in page


def test_the_effects_page_is_on_record_marked_and_costs_few_queries(
    city: City, sakura: Nursery, put_in_force: Callable[..., Book]
) -> None:
    put_in_force("own", status="sample")
    ready_claim(sakura)
    book = load(
        city, made_of(SAMPLE, "R8", status="provisional", effective_from=date(2026, 4, 1), change=dearer)
    )
    officer = sign_in(city.people[Role.OFFICER])
    path = f"/c/rate-books/{book.pk}/effect/"

    def cost(page: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(page).status_code == 200
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    pages = (path, f"{path}export/", f"{path}{sakura.facility.number}/")
    few = [(cost(page), cost(page))[1] for page in pages]
    ready_claim(sakura, APRIL)
    for number in range(2, 8):
        another = nursery(city, number=f"129990000090{number}")
        for month in (APRIL, MAY, JUNE):
            ready_claim(another, month)
    page = text_of(officer.get(path))

    assert [cost(page) for page in pages] == few
    assert max(few) <= 12
    assert "見本・支払不可" in page
    assert "暫定" in page
    assert "合計 7施設 20件" in page
    event = events_of(city, "claims.effect_shown")[-2]
    assert len(event.rows["facility"]) == 7
    assert event.rows["rate_book"] == [str(book.pk)]
