"""年間の見込み: claims as they are, other months projected, March in March, another number of children, and fast."""

import csv
import io
import re
import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.budget import BudgetYear, FacilityYear, budget_of, gather_year, months_of, scaled
from claims.models import ChildCount, Claim
from claims.operations.confirming import confirm
from claims.operations.submitting import open_correction
from facilities.actors import Role
from facilities.models import Facility, FacilityProfile, GrantedItem, Ownership, Suspension
from facilities.periods import ServiceMonth
from rate_books.in_force import kept
from tests.approvals.test_differences import corrected
from tests.cast import JUNE, MAY, Browser, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import AT, WE5_ITEMS, give_facts, kindergarten, nursery, ready_claim
from tests.rate_books.stage import SAMPLE, dearer, load, made_of, release, second_administrator
from tests.record import events_of

BUDGET = "/c/budget/"
JULY, MARCH = JUNE.plus(1), ServiceMonth(2027, 3)
SEPTEMBER, OCTOBER = ServiceMonth(2026, 9), ServiceMonth(2026, 10)


@pytest.fixture(autouse=True)
def _june(time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 6, 10, 0, 0, tzinfo=UTC))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


@pytest.fixture
def officer(city: City) -> Browser:
    return sign_in(city.people[Role.OFFICER])


def budget(city: City, year: int = 2026, percent: int = 0) -> BudgetYear:
    with city.open(Role.OFFICER):
        return budget_of(year, gather_year(year), own_code=city.municipality.code, percent=percent)


def year_of(city: City, place: Nursery, percent: int = 0) -> FacilityYear:
    rows = budget(city, percent=percent).rows
    return next(row for row in rows if row.facility.pk == place.facility.pk)


def kinds_of(row: FacilityYear) -> list[str]:
    return [row.figures[month].kind for month in months_of(2026)]


def page_of(browser: Browser, query: str = "") -> str:
    answer: Any = browser.get(f"{BUDGET}{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


# ---------------------------------------------------------------- the projection


def test_months_with_claims_are_as_they_are_and_the_others_are_projected(city: City, sakura: Nursery) -> None:
    may, june = ready_claim(sakura, MAY), ready_claim(sakura, JUNE)

    row = year_of(city, sakura)

    assert kinds_of(row) == ["projected", "claimed", "claimed", *["projected"] * 9]
    assert row.figures[MAY].yen == may.total_yen
    assert row.figures[JUNE].yen == row.figures[JULY].yen == june.total_yen
    assert row.newest == JUNE


def test_an_approved_correction_has_taken_its_claims_place(city: City, sakura: Nursery) -> None:
    claim = corrected(city, sakura, MAY)

    assert year_of(city, sakura).figures[MAY].yen == claim.total_yen


def test_a_correction_that_is_still_a_draft_has_not(city: City, sakura: Nursery) -> None:
    approved = corrected(city, sakura, MAY)
    with sakura.open() as clerk:
        GrantedItem.objects.filter(facility=sakura.facility).order_by("code").first().delete()
        draft = open_correction(approved.pk, reason="もう1つの誤り", by=clerk, at=AT)

    assert draft.total_yen != approved.total_yen
    assert year_of(city, sakura).figures[MAY].yen == approved.total_yen


def test_the_newest_counts_are_projected(city: City, sakura: Nursery) -> None:
    june = ready_claim(sakura, JUNE)
    give_counts(sakura, JULY, cells=(("3", "0", "standard", 8), ("2", "4", "standard", 4)))

    row = year_of(city, sakura)

    assert row.newest == JULY
    assert 0 < row.figures[JULY].yen < june.total_yen
    assert row.figures[JUNE].yen == june.total_yen


def test_march_items_come_in_march(city: City) -> None:
    place = make_facility(city, items={"third_party_evaluation": {}})
    give_facts(place, saturday_closures=0)
    give_counts(place)

    figures = year_of(city, place).figures

    assert figures[MARCH].yen > figures[MARCH.plus(-1)].yen == figures[JULY].yen


def test_an_item_counts_in_the_months_it_holds(city: City) -> None:
    place = make_facility(city, items={"office_staff": {}})
    give_facts(place, saturday_closures=0)
    give_counts(place)
    with city.open():
        GrantedItem.objects.update(to_month=SEPTEMBER.first_day)

    figures = year_of(city, place).figures

    assert figures[SEPTEMBER].yen > figures[OCTOBER].yen


def test_each_month_is_priced_with_its_own_book(city: City) -> None:
    place = make_facility(city)
    give_facts(place, saturday_closures=0)
    give_counts(place)
    kept.clear()
    before = year_of(city, place).figures[SEPTEMBER].yen
    second = second_administrator(city)
    release(city, load(city, made_of(SAMPLE, "R8", change=dearer)), second)
    dearest = made_of(
        SAMPLE, "R8-autumn", change=lambda row: dearer(dearer(row)), effective_from=OCTOBER.first_day
    )
    release(city, load(city, dearest), second)

    figures = year_of(city, place).figures

    assert before < figures[SEPTEMBER].yen < figures[OCTOBER].yen
    assert not figures[SEPTEMBER].price_mark


def test_a_month_without_a_profile_is_not_known_and_says_why(city: City, sakura: Nursery) -> None:
    ready_claim(sakura)
    with city.open():
        FacilityProfile.objects.update(to_month=SEPTEMBER.first_day)

    row = year_of(city, sakura)

    assert row.figures[OCTOBER].kind == "unknown"
    assert any("年度プロフィール" in note for note in row.notes)


def test_resting_and_closed_months_cost_nothing(city: City, sakura: Nursery) -> None:
    ready_claim(sakura)
    with city.open():
        Suspension.objects.create(
            municipality=city.municipality,
            facility=sakura.facility,
            from_month=date(2026, 8, 1),
            to_month=date(2026, 9, 1),
            reason="改修工事",
        )
        Facility.objects.update(closed_on=date(2026, 12, 31))

    assert kinds_of(year_of(city, sakura)) == [
        *["projected"] * 2, "claimed", "projected", *["nothing"] * 2, *["projected"] * 3, *["nothing"] * 3,
    ]  # fmt: skip


def test_without_counts_nothing_is_known_and_public_ones_are_left_out(city: City, sakura: Nursery) -> None:
    make_facility(city, number="1299900000904", ownership=Ownership.PUBLIC)

    (row,) = budget(city).rows

    assert row.facility.pk == sakura.facility.pk
    assert set(kinds_of(row)) == {"unknown"}
    assert row.notes == ("児童数がまだ届いていません。",)


def test_facts_that_are_not_given_are_said(city: City, sakura: Nursery) -> None:
    give_counts(sakura)

    assert year_of(city, sakura).notes == ("月の実績が未入力の項目は、見込みに入っていません。",)


def test_the_newest_facts_are_projected(city: City, sakura: Nursery) -> None:
    give_counts(sakura)
    give_facts(sakura, MAY, saturday_closures=0, side_dish_days=20)
    open_on_saturdays = year_of(city, sakura).figures[JULY].yen
    give_facts(sakura, JUNE, saturday_closures=3, side_dish_days=20)

    assert 0 < year_of(city, sakura).figures[JULY].yen < open_on_saturdays


def test_children_of_other_cities_are_other_cities_money(city: City, sakura: Nursery) -> None:
    give_facts(sakura, saturday_closures=0)
    sheet = give_counts(sakura)
    before = year_of(city, sakura).figures[JULY].yen
    with city.open():
        ChildCount.objects.filter(sheet=sheet, age="0").update(payer_code="129998")

    assert 0 < year_of(city, sakura).figures[JULY].yen < before


def test_claims_to_other_cities_are_not_this_citys_money(city: City, sakura: Nursery) -> None:
    for month in (MAY, JUNE):
        give_facts(sakura, month, saturday_closures=0, side_dish_days=20)
        sheet = give_counts(sakura, month)
        with city.open():
            ChildCount.objects.filter(sheet=sheet, age="0").update(payer_code="129998")
        with sakura.open() as clerk:
            confirm(sheet.pk, shown_version=1, by=clerk, at=AT)

    row = year_of(city, sakura)

    with city.open():
        own = {claim.service_month: claim.total_yen for claim in Claim.objects.filter(outside=False)}
        assert Claim.objects.filter(outside=True).count() == 2
    assert {month: row.figures[month].yen for month in own} == own


def test_more_children_change_the_projected_months_only(city: City, sakura: Nursery) -> None:
    june = ready_claim(sakura)

    more, fewer = year_of(city, sakura, percent=10), year_of(city, sakura, percent=-10)

    assert more.figures[JUNE].yen == fewer.figures[JUNE].yen == june.total_yen
    assert fewer.figures[JULY].yen < june.total_yen < more.figures[JULY].yen


@pytest.mark.parametrize(
    ("counts", "percent", "expected"),
    [
        ((8, 13, 15), 0, [8, 13, 15]),
        ((8, 13, 15), 10, [9, 14, 17]),
        ((1, 1, 1, 1), 25, [2, 1, 1, 1]),
        ((1, 1, 1, 1), -50, [1, 1]),
        ((3,), -50, [2]),
        ((), 10, []),
    ],
)
def test_the_total_is_rounded_once(counts: tuple[int, ...], percent: int, expected: list[int]) -> None:
    rows = [
        ChildCount(payer_code="129999", certification="3", age="1", hours="standard", count=count)
        for count in counts
    ]

    assert [row.count for row in scaled(rows, percent)] == expected


def test_the_sums_of_types_are_the_sums_of_months(city: City, sakura: Nursery) -> None:
    ready_claim(sakura)
    ready_claim(kindergarten(city))

    found = budget(city)

    assert [kind.label for kind in found.kinds] == ["幼稚園", "保育所"]
    assert found.total_yen == sum(found.sums) == sum(kind.total_yen for kind in found.kinds)
    assert found.total_yen == sum(row.total_yen for row in found.rows) == sum(found.yen_by_kind.values())
    assert found.has_sample_prices


# ---------------------------------------------------------------- the page


def test_the_page_shows_types_months_and_facilities(city: City, sakura: Nursery, officer: Browser) -> None:
    claim = ready_claim(sakura)

    page = page_of(officer)

    assert "令和8年度" in page
    assert f"{budget(city).total_yen:,}" in page
    assert f"{claim.total_yen:,}" in page
    assert "見本・支払不可" in page
    assert 'href="/c/budget/"' in officer.get("/c/review/?month=2026-06").content.decode()


def test_a_change_is_shown_beside_the_year_as_it_is(city: City, sakura: Nursery, officer: Browser) -> None:
    ready_claim(sakura)

    page = page_of(officer, "?year=2026&percent=−10")

    assert f"児童数が変わらないとき {budget(city).total_yen:,}円" in page
    assert f"{budget(city, percent=-10).total_yen:,}" in page


def test_who_cannot_be_computed_stands_first_on_the_page_and_by_number_in_the_file(
    city: City, sakura: Nursery, officer: Browser
) -> None:
    ready_claim(sakura)
    late = make_facility(city, number="1299900000999")

    page = page_of(officer)
    lines = officer.get(f"{BUDGET}export/?year=2026").content.decode("utf-8-sig").splitlines()

    assert page.index(late.facility.number) < page.index(sakura.facility.number)
    assert page.count("計算できない月") == 1
    assert sakura.facility.number in lines[1]
    assert late.facility.number in lines[-1]


def test_the_year_is_chosen(city: City, sakura: Nursery, officer: Browser) -> None:
    ready_claim(sakura)

    assert "令和9年度" in page_of(officer, "?year=2027").split("<h1>")[0]


@pytest.mark.parametrize(
    ("query", "field"), [("?percent=x", "percent"), ("?percent=51", "percent"), ("?year=1999", "year")]
)
def test_refused_inputs_are_said_at_the_field(officer: Browser, query: str, field: str) -> None:
    answer = officer.get(f"{BUDGET}{query}")

    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert officer.get(f"{BUDGET}export/{query}").status_code == 422


def test_the_export_has_every_facility_and_month(city: City, sakura: Nursery, officer: Browser) -> None:
    claim = ready_claim(sakura)

    utf8 = officer.get(f"{BUDGET}export/?year=2026&percent=5").content.decode("utf-8-sig")
    cp932 = officer.get(f"{BUDGET}export/?year=2026&percent=5&encoding=cp932").content.decode("cp932")

    header, *lines = csv.reader(io.StringIO(utf8))
    assert len(lines) == 12
    june = dict(zip(header, lines[2], strict=True))
    assert (june["対象年月"], june["区分"], june["金額"]) == ("2026-06", "請求", str(claim.total_yen))
    assert june["児童数の増減（％）"] == ""
    assert {dict(zip(header, line, strict=True))["単価の区分"] for line in lines} == {"見本・支払不可"}
    assert dict(zip(header, lines[3], strict=True))["児童数の増減（％）"] == "5"
    assert cp932.splitlines() == utf8.splitlines()


def test_page_and_export_are_recorded_with_their_facilities(
    city: City, sakura: Nursery, officer: Browser
) -> None:
    ready_claim(sakura)

    page = page_of(officer)
    officer.get(f"{BUDGET}export/")

    for name in ("approvals.budget_shown", "approvals.budget_exported"):
        (event,) = events_of(city, name)
        assert event.rows == {"facility": re.findall(r'data-row="([^"]+)"', page)}


def test_the_enrolment_section_and_another_city_see_none(city: City, sakura: Nursery) -> None:
    ready_claim(sakura)
    enrolment = sign_in(city.people[Role.ENROLMENT])
    theirs = sign_in(make_city("129998", "緑野市").people[Role.OFFICER])

    assert enrolment.get(BUDGET).status_code == enrolment.get(f"{BUDGET}export/").status_code == 403
    assert "さくら保育園" not in page_of(theirs)
    assert "請求する施設がありません" in page_of(theirs)


def test_ten_facilities_cost_as_many_queries_as_one(city: City, officer: Browser) -> None:
    def cost() -> int:
        page_of(officer)
        with CaptureQueriesContext(connection) as queries:
            page_of(officer, "?percent=3")
        return sum(not re.match("SAVEPOINT|RELEASE|SELECT set_config", one["sql"]) for one in queries)

    ready_claim(nursery(city))
    one = cost()
    for number in range(2, 8):
        ready_claim(nursery(city, number=f"13999000009{number:02}"))

    assert cost() == one <= 12


def test_a_city_takes_a_few_seconds(city: City) -> None:
    for number in range(10):
        place = make_facility(city, f"さくら{number}園", number=f"13999000009{number:02}", items=WE5_ITEMS)
        give_facts(place, saturday_closures=1, side_dish_days=20)
        give_counts(place)
    budget(city)

    begun = time.process_time()
    budget(city)
    spent = time.process_time() - begun

    assert spent / 10 * 172 < 5, "172 facilities × 12 months within five seconds"
