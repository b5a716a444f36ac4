"""What stands in the way of a claim: the facility is told whom to ask, the city what to register and where."""

from typing import Any

import pytest

from claims.models import Obstacle
from facilities.actors import Role
from facilities.models import FacilityProfile
from tests.cast import City, Nursery, make_city, sign_in
from tests.claims.stage import confirmed, nursery
from tests.portal.test_month_counts import text_of

TO_FACILITIES = "市の担当課へ連絡"
LINK = '<a href="/c/facilities/1299900000901/">'


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def without(city: City, what: str) -> Nursery:
    place = nursery(city, items={"rent": {"variant": "nonsense"}} if what == "content" else None)
    with city.open():
        if what == "profile":
            FacilityProfile.objects.all().delete()
        elif what == "rate":
            FacilityProfile.objects.update(base_percent=None, wage_percent=None)
    confirmed(place)
    return place


@pytest.mark.parametrize(
    ("what", "tag", "sentence"),
    [
        ("profile", "年度プロフィールなし", "年度プロフィール（利用定員や加算率）がありません"),
        ("rate", "加算率なし", "処遇改善等加算の加算率がありません"),
        ("content", "計算できない内容", "年度プロフィールと加算を直してください"),
    ],
)
def test_the_city_reads_what_to_do_and_where(
    city: City, what: str, tag: str, sentence: str, time_machine: Any
) -> None:
    time_machine.move_to("2026-06-10 09:00+09:00")
    place = without(city, what)
    officer = sign_in(city.people[Role.OFFICER])

    for path in ("/c/", "/c/budget/"):
        page = officer.get(path).content.decode()
        assert TO_FACILITIES not in page, path
        assert sentence in text_of(page), path
        assert LINK in page, path
    what_if = officer.get(f"/c/review/what-if/{place.facility.number}/").content.decode()
    assert TO_FACILITIES not in what_if
    assert sentence in what_if
    inbox = officer.get("/c/review/?month=2026-06").content.decode()
    assert "請求を作れない" in inbox
    assert tag in inbox
    assert "単価なし" not in inbox
    # The facility's own page keeps its sentence.
    home = sign_in(place.clerk).get("/f/1299900000901/").content.decode()
    assert TO_FACILITIES in home
    with city.open():
        assert TO_FACILITIES in Obstacle.objects.get().message


def test_who_may_not_open_the_register_gets_no_link(city: City) -> None:
    without(city, "rate")

    page = sign_in(city.people[Role.ENROLMENT]).get("/c/").content.decode()

    assert "処遇改善等加算の加算率がありません" in page
    assert LINK not in page
    assert "登録するのは、市の管理者です" in page
