"""What approved corrections leave to be settled: listed, summed, exported, and nobody else's."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Claim
from claims.operations.submitting import open_correction, submit
from facilities.actors import Role
from facilities.models import GrantedItem
from facilities.periods import ServiceMonth
from tests.approvals.test_inbox import approve, play
from tests.cast import APRIL, JUNE, MAY, Browser, City, Nursery, make_city, make_facility, sign_in
from tests.claims.stage import AT
from tests.documents.test_claim_form import NURSERY_ITEMS
from tests.record import events_of

DIFFERENCES = "/c/review/differences/"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def officer(city: City) -> Browser:
    return sign_in(city.people[Role.OFFICER])


def garden(city: City, number: int = 1) -> Nursery:
    return make_facility(city, f"さくら{number}園", number=f"13999000009{number:02}", items=NURSERY_ITEMS)


def corrected(city: City, place: Nursery, month: ServiceMonth = MAY) -> Claim:
    """An approved claim without an item it should have had: corrected, and approved again."""
    claim = play(place, month)
    approve(city, claim)
    with place.open() as clerk:
        GrantedItem.objects.filter(facility=place.facility).order_by("code").first().delete()
        correction = open_correction(claim.pk, reason="加算の誤り", by=clerk, at=AT)
        submit(correction.pk, shown_hash=correction.content_hash, declared=True, by=clerk, at=AT)
    approve(city, correction)
    with city.open():
        return Claim.objects.select_related("corrects").get(pk=correction.pk)


def page_of(browser: Browser, query: str = "") -> str:
    answer: Any = browser.get(f"{DIFFERENCES}{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_approved_correction_is_listed_with_its_difference(city: City, officer: Browser) -> None:
    correction = corrected(city, garden(city))

    page = page_of(officer)

    before, after = correction.corrects.total_yen, correction.total_yen
    assert after < before
    assert f'data-row="{correction.pk}"' in page
    assert f"{before:,}" in page
    assert f"{after:,}" in page
    assert page.count(f"{before - after:,}") == 2, "of the row, and in all"
    assert "第1版 → 第2版" in page


def test_what_is_not_approved_is_not_due_yet(city: City, officer: Browser) -> None:
    claim = play(garden(city), MAY)
    approve(city, claim)

    assert "承認された過誤調整はまだありません" in page_of(officer)


def test_a_correction_of_a_correction_is_a_difference_of_its_own(city: City, officer: Browser) -> None:
    place = garden(city)
    first = corrected(city, place)
    with place.open() as clerk:
        GrantedItem.objects.filter(facility=place.facility).order_by("code").first().delete()
        again = open_correction(first.pk, reason="もう1つの誤り", by=clerk, at=AT)
        submit(again.pk, shown_hash=again.content_hash, declared=True, by=clerk, at=AT)
    approve(city, again)

    page = page_of(officer)

    assert f'data-row="{first.pk}"' in page
    assert f'data-row="{again.pk}"' in page
    assert "第2版 → 第3版" in page


def test_the_list_is_searched_by_year_and_facility(city: City, officer: Browser) -> None:
    corrected(city, garden(city, 1))
    corrected(city, garden(city, 2))

    assert "さくら2園" not in page_of(officer, "?words=さくら1")
    assert "さくら1園" in page_of(officer, "?year=2026")
    assert "当てはまる過誤調整がありません" in page_of(officer, "?year=2025")
    for nonsense in ("?year=x", "?year=99999", "?year=0001", "?year=２０２６"):
        assert "さくら1園" in page_of(officer, nonsense)


def test_the_export_has_the_rows_of_the_page(city: City, officer: Browser) -> None:
    correction = corrected(city, garden(city))

    utf8 = officer.get(f"{DIFFERENCES}export/").content.decode("utf-8-sig")
    cp932 = officer.get(f"{DIFFERENCES}export/?encoding=cp932&words=さくら1").content.decode("cp932")

    before, after = correction.corrects.total_yen, correction.total_yen
    (_, row) = csv.reader(io.StringIO(utf8))
    assert row[:7] == [
        "2026-05",
        "1399900000901",
        "さくら1園",
        str(before),
        str(after),
        str(after - before),
        "2",
    ]
    assert row[-1] == "見本・支払不可"
    assert cp932.splitlines() == utf8.splitlines()


@pytest.mark.parametrize("role", [Role.CHIEF, Role.MANAGER, Role.ADMINISTRATOR])
def test_whoever_sees_claims_sees_differences(city: City, role: Role) -> None:
    assert sign_in(city.people[role]).get(DIFFERENCES).status_code == 200


def test_the_enrolment_section_and_another_city_see_none(city: City) -> None:
    corrected(city, garden(city))
    neighbour = make_city("129998", "緑野市")

    assert sign_in(city.people[Role.ENROLMENT]).get(DIFFERENCES).status_code == 403
    assert sign_in(city.people[Role.ENROLMENT]).get(f"{DIFFERENCES}export/").status_code == 403
    theirs = sign_in(neighbour.people[Role.OFFICER])
    assert "さくら1園" not in page_of(theirs)
    assert len(theirs.get(f"{DIFFERENCES}export/").content.decode("utf-8-sig").splitlines()) == 1


def test_the_record_names_the_claims(city: City, officer: Browser) -> None:
    correction = corrected(city, garden(city))

    page_of(officer)
    officer.get(f"{DIFFERENCES}export/")

    for name in ("approvals.differences_shown", "approvals.differences_exported"):
        (event,) = events_of(city, name)
        assert event.rows == {"claim": [str(correction.pk)]}


def test_ten_differences_cost_as_many_queries_as_one(city: City, officer: Browser) -> None:
    def cost() -> int:
        page_of(officer)
        with CaptureQueriesContext(connection) as queries:
            page_of(officer)
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    corrected(city, garden(city, 1))
    one = cost()
    for month in (APRIL, JUNE):
        corrected(city, garden(city, month.month), month)

    assert cost() == one <= 12
