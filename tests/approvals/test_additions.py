"""加算の確認 of the city: failing facilities first, filtered, searched, exported, and recorded."""

import csv
import io
import re
import time
from typing import Any

import pytest

from approvals.additions import AdditionsQuestion, city_additions
from facilities.actors import Role
from facilities.models import Ownership
from tests.asked import EVERY_PAGE, MOST, asked_by
from tests.cast import JUNE, MAY, Browser, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import WE5_ITEMS, kindergarten
from tests.record import events_of
from tests.staff_records.staffed import Somebody, give_roster

ADDITIONS = "/c/review/additions/"
CLASHING: dict[str, dict[str, Any]] = {"age4plus_staffing": {}, "team_childcare": {"extra_staff": 1}}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def officer(city: City) -> Browser:
    return sign_in(city.people[Role.OFFICER])


def garden(city: City, number: int, items: dict[str, dict[str, Any]] | None = None) -> Nursery:
    place = make_facility(city, f"さくら{number}園", number=f"13999000009{number:02}", items=items)
    give_counts(place)
    return place


def page_of(browser: Browser, path: str = "") -> str:
    answer: Any = browser.get(f"{ADDITIONS}{path}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def names_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)


def test_facilities_with_failing_items_come_first(city: City, officer: Browser) -> None:
    garden(city, 1)
    garden(city, 2, CLASHING)

    page = page_of(officer)

    assert names_in(page) == ["さくら2園", "さくら1園"]
    assert "「チーム保育推進」と一緒には請求できません。" in page
    assert "要件を満たさない可能性 1施設" in page


def test_the_list_is_filtered_by_state_item_type_and_words(city: City, officer: Browser) -> None:
    garden(city, 1)
    garden(city, 2, CLASHING)
    momo = kindergarten(city)
    give_counts(momo, cells=(("1", "4", "education", 30),))

    assert set(names_in(page_of(officer, "?state=fails"))) == {"もも幼稚園", "さくら2園"}
    assert names_in(page_of(officer, "?state=fails&item=team_childcare")) == ["さくら2園"]
    assert names_in(page_of(officer, "?state=reach&item=team_childcare&kind=nursery")) == ["さくら1園"]
    assert names_in(page_of(officer, "?kind=kindergarten")) == ["もも幼稚園"]
    assert names_in(page_of(officer, "?words=さくら1")) == ["さくら1園"]
    assert names_in(page_of(officer, "?words=1399900000902")) == ["さくら2園"]
    assert "当てはまる施設がありません" in page_of(officer, "?words=ない")
    assert len(names_in(page_of(officer, "?state=x&item=x&kind=x&month=x"))) == 3


def test_public_facilities_are_left_out_and_missing_counts_are_said(city: City, officer: Browser) -> None:
    garden(city, 1)
    make_facility(city, "市立みどり保育園", number="1399900000980", ownership=Ownership.PUBLIC)
    make_facility(city, "すみれ保育園", number="1399900000981")

    page = page_of(officer)

    assert names_in(page) == ["さくら1園", "すみれ保育園"]
    assert "児童数なし" in page


def test_a_city_without_counts_says_so(officer: Browser) -> None:
    assert "児童数がまだ届いていません" in page_of(officer)


def test_the_month_is_chosen(city: City, officer: Browser) -> None:
    place = garden(city, 1, CLASHING)
    give_counts(place, MAY, cells=(("3", "0", "standard", 3),))

    assert "令和8年6月分" in page_of(officer).split("<h1>")[0]
    may = page_of(officer, "?month=2026-05")

    assert "令和8年5月分" in may.split("<h1>")[0]
    assert "初日に在籍する4歳以上児がいません。" in may


def test_the_export_gives_each_reason_a_line(city: City, officer: Browser) -> None:
    garden(city, 1)
    garden(city, 2, CLASHING)

    utf8 = officer.get(f"{ADDITIONS}export/?state=fails&item=team_childcare").content.decode("utf-8-sig")
    cp932 = officer.get(f"{ADDITIONS}export/?state=fails&item=team_childcare&encoding=cp932").content.decode(
        "cp932"
    )

    header, *lines = csv.reader(io.StringIO(utf8))
    assert header[:6] == ["対象年月", "事業所番号", "施設名", "施設類型", "状態", "加算・減算"]
    assert {tuple(line[:6]) for line in lines} == {
        ("2026-06", "1399900000902", "さくら2園", "保育所", "要件を満たさない可能性", "チーム保育推進")
    }
    assert all(line[6] and line[8] for line in lines)
    assert "pricing.md" not in utf8
    assert cp932.splitlines()[0] == utf8.splitlines()[0]


def test_one_facility_is_shown_with_reasons_and_its_rows_are_recorded(city: City, officer: Browser) -> None:
    place = garden(city, 2, CLASHING)

    page = page_of(officer, f"{place.facility.number}/")

    assert "条件を満たしていない可能性があります。施設に確かめてください。" in page
    assert f'href="/c/facilities/{place.facility.number}/"' in page
    (event,) = events_of(city, "approvals.additions_shown")
    assert event.facility_id == place.facility.pk
    assert set(re.findall(r'data-row="([^"]+)"', page)) == {
        row for rows in event.rows.values() for row in rows
    }


def test_list_and_export_are_recorded_with_their_facilities(city: City, officer: Browser) -> None:
    place = garden(city, 1)
    garden(city, 2)

    page_of(officer, "?words=さくら1")
    officer.get(f"{ADDITIONS}export/?words=さくら1")

    for name in ("approvals.additions_listed", "approvals.additions_exported"):
        (event,) = events_of(city, name)
        assert event.rows == {"facility": [str(place.facility.pk)]}


def test_the_enrolment_section_and_another_city_see_none(city: City) -> None:
    place = garden(city, 1)
    enrolment = sign_in(city.people[Role.ENROLMENT])
    theirs = sign_in(make_city("129998", "緑野市").people[Role.OFFICER])

    for path in ("", "export/", f"{place.facility.number}/"):
        assert enrolment.get(f"{ADDITIONS}{path}").status_code == 403
    assert "さくら1園" not in page_of(theirs)
    assert theirs.get(f"{ADDITIONS}{place.facility.number}/").status_code == 404


def test_ten_facilities_cost_as_many_queries_as_one(city: City, officer: Browser) -> None:
    def cost() -> int:
        return asked_by(officer, ADDITIONS)

    first = garden(city, 0, WE5_ITEMS)
    give_roster(first, Somebody())
    anew = cost()
    assert cost() == EVERY_PAGE + 2, "what is kept is asked for in one message"
    for number in range(1, 10):
        give_roster(garden(city, number, WE5_ITEMS), Somebody())

    assert cost() == anew <= EVERY_PAGE + 9
    assert cost() == EVERY_PAGE + 2
    assert asked_by(officer, f"{ADDITIONS}{first.facility.number}/") <= MOST


def test_a_facility_costs_a_few_milliseconds(city: City) -> None:
    for number in range(20):
        garden(city, number, WE5_ITEMS)

    with city.open(Role.OFFICER):
        city_additions(AdditionsQuestion(JUNE))
        begun = time.process_time()
        found = city_additions(AdditionsQuestion(JUNE))
        spent = time.process_time() - begun

    assert len(found.rows) == 20
    assert spent / 20 * 172 < 1.5, "a city of 172 facilities within a second and a half"
