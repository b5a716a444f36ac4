"""A facility that is renamed keeps its name in the months before: in files, lists and claims."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.imports import KnownFacility, understand
from claims.operations.counts_import import known_facilities
from documents.reading import read_csv
from facilities.actors import Role
from facilities.operations.changes import DetailValues, change_details
from facilities.tasks import hold_details
from tests.cast import JUNE, City, Nursery, make_city, make_facility, sign_in
from tests.claims.stage import AT, current_claim, nursery, ready_claim

OLD, NEW = "さくら保育園", "新さくら保育園"
HEADINGS = "対象年月,事業所番号,施設名,居住市区町村コード,認定区分,年齢,保育必要量,初日在籍数"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def renamed(city: City, time_machine) -> Nursery:
    """さくら is called otherwise from October, and it is November."""
    place = nursery(city)
    ready_claim(place)
    with city.open() as administrator:
        values = DetailValues(NEW, "272-0000", "青葉台市みほん1丁目1番1号", "private")
        change_details(place.facility.pk, values, from_day=date(2026, 10, 1), by=administrator, at=AT)
    time_machine.move_to("2026-11-25 10:00+09:00")
    hold_details()
    return place


def remarks(known: dict[str, KnownFacility], month: str, name: str) -> list[str]:
    line = f"{month},1299900000901,{name},129999,3号,0歳,標準時間,3"
    return [
        remark.message for remark in understand(read_csv(f"{HEADINGS}\n{line}\n".encode()), known).remarks
    ]


@pytest.mark.parametrize(
    ("month", "name", "registered"),
    [
        ("2026-06", OLD, ""),
        ("2026-06", NEW, OLD),
        ("2026-10", NEW, ""),
        ("2026-10", OLD, NEW),
    ],
)
def test_a_file_is_held_against_the_name_of_its_month(
    city: City, renamed: Nursery, month: str, name: str, registered: str
) -> None:
    with city.open():
        known = known_facilities()

    found = [remark for remark in remarks(known, month, name) if "施設名" in remark]

    expected = f"施設名が登録（{registered}）と違います。番号のとおりに取り込みます。"
    assert found == ([expected] if registered else [])


def test_in_the_month_of_the_change_both_names_are_right() -> None:
    known = KnownFacility("1", NEW, 0, dated_names=((date(2010, 4, 1), OLD), (date(2026, 6, 15), NEW)))

    assert known.names_in("2026-05") == (OLD,)
    assert known.names_in("2026-06") == (OLD, NEW)
    assert known.names_in("2026-07") == (NEW,)
    assert known.names_in("2009-07") == (OLD,)


def test_pages_of_a_month_show_the_name_of_that_month(city: City, renamed: Nursery) -> None:
    claim = current_claim(renamed)
    enrolment, officer = sign_in(city.people[Role.ENROLMENT]), sign_in(city.people[Role.OFFICER])

    for browser, path in (
        (enrolment, "/c/counts/2026-06/"),
        (enrolment, "/c/counts/2026-06/1299900000901/"),
        (enrolment, "/c/counts/2026-06/1299900000901/correct/"),
        (officer, "/c/review/?month=2026-06"),
        (officer, f"/c/review/{claim.pk}/"),
        (officer, "/c/?month=2026-06"),
    ):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert OLD in page, path
        assert NEW not in page, path
    # Whoever knows only the new name finds it, too.
    assert OLD in officer.get(f"/c/review/?month=2026-06&words={NEW}").content.decode()


def test_names_cost_no_query_of_their_own(city: City, renamed: Nursery) -> None:
    browser = sign_in(city.people[Role.OFFICER])

    def queries(path: str) -> int:
        browser.get(path)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(path).status_code == 200
        return len(caught)

    paths = ["/c/counts/2026-06/", f"/c/review/?month={JUNE}"]
    few = [queries(path) for path in paths]
    for number in range(2, 6):
        place = make_facility(city, f"園{number}", number=f"129990000090{number}")
        with city.open() as administrator:
            values = DetailValues(f"新園{number}", "272-0000", "青葉台市みほん1丁目1番1号", "private")
            change_details(place.facility.pk, values, from_day=date(2026, 10, 1), by=administrator, at=AT)

    assert [queries(path) for path in paths] == few
