"""The roster feeds the conditions of 加算: what it tells stands before answers, with where it is from."""

import re
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.operations.condition_answers import save
from claims.queries.additions import Checked, additions_in, additions_of
from claims.queries.what_if import newest_standing
from claims.what_if import Scenario, try_out
from facilities.actors import Role
from facilities.models import FacilityKind, GrantedItem
from facilities.periods import ServiceMonth
from staff_records.words import Licence, Proof
from tests.cast import JUNE, MAY, Browser, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import AT, confirmed, kindergarten, nursery
from tests.staff_records.staffed import PART_TIME, Somebody, give_roster

KINDERGARTEN_TEACHER: dict[str, Any] = {"job": "teacher", "licences": (Licence.KINDERGARTEN_1,)}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def checked(place: Nursery, month: ServiceMonth = JUNE) -> Checked:
    with place.open():
        found = additions_of(place.facility, month).checked
    assert found is not None
    return found


def page_of(place: Nursery, month: ServiceMonth = JUNE) -> str:
    answer = sign_in(place.clerk).get(f"/f/{place.facility.number}/additions/?month={month}")
    return re.sub(r"\s+", " ", answer.content.decode())


def answer(place: Nursery, **values: Any) -> None:
    with place.open() as clerk:
        save(place.facility, 2026, values, shown_version=0, by=clerk, at=AT)


def test_teachers_experience_and_office_are_known_from_the_roster(sakura: Nursery) -> None:
    give_counts(sakura)
    give_roster(
        sakura,
        *[Somebody() for _ in range(12)],
        *[Somebody(**PART_TIME) for _ in range(4)],  # 4 × 64 hours
        Somebody(job="director", licences=()),
        Somebody(job="clerk", licences=()),
    )

    facts = checked(sakura).facts

    assert facts.teachers == Fraction(12) + Fraction(4 * 64, 160)
    assert facts.average_experience_months == 72
    assert (facts.office_staff, facts.extra_office_staff) == (True, None)
    assert facts.director_experienced is True
    assert (facts.chief_dedicated, facts.vice_principal) == (False, False)
    assert (facts.dietitian, facts.career_path, facts.holiday_staff) == (None, None, None)


def test_each_finding_says_where_it_is_from(sakura: Nursery) -> None:
    give_counts(sakura)
    give_roster(sakura, *[Somebody() for _ in range(12)], *[Somebody(**PART_TIME) for _ in range(4)])

    page = page_of(sakura)

    said = "職員名簿（令和8年6月1日現在）から：常勤12人＋非常勤の常勤換算1.6人＝13.6人"
    item = re.search(r'<li[^>]*data-item="age3_staffing">.*?</li>', page)
    assert item is not None
    assert said in item[0]
    assert "職員名簿と申請からわかったこと" in page


def test_a_leaver_makes_team_teaching_fall_from_the_month_after(city: City) -> None:
    """30 children of four: 1 teacher for 30; 満3歳 and 3歳 35 ÷ 20 → 1.7; together 1.0 + … with 加配 1人."""
    place = kindergarten(city, items={"team_teaching": {"extra_staff": 1}, "treatment_3": {}})
    cells = (("1", "3", "education", 40), ("1", "4", "education", 30), ("1", "5", "education", 30))
    confirmed(place, MAY, cells)
    confirmed(place, JUNE, cells)
    stays = [Somebody(**KINDERGARTEN_TEACHER) for _ in range(4)]  # 2.0 + 2.0 = 4 required
    give_roster(place, *stays, Somebody(**KINDERGARTEN_TEACHER, last_day=date(2026, 5, 31)))

    may, june = checked(place, MAY), checked(place, JUNE)

    assert (may.facts.teachers, june.facts.teachers) == (5, 4)
    assert "team_teaching" not in may.findings_told.codes.get("fails", ())
    assert "team_teaching" in june.findings_told.codes["fails"]
    page = page_of(place)
    assert "必要な教諭・保育士は5人（うち加配1人）ですが、4人です。" in page
    assert "職員名簿（令和8年6月1日現在）から：常勤4人" in page


def test_unproved_earlier_work_lowers_the_rate_and_says_so(sakura: Nursery) -> None:
    before = ("nursery", date(2014, 4, 1), date(2020, 3, 31))
    give_counts(sakura)
    give_roster(sakura, Somebody(earlier=((*before, Proof.REQUESTED),)), Somebody())

    found = checked(sakura)

    assert found.facts.average_experience_months == 72
    assert found.roster is not None
    told = found.roster.by_name["average_experience_months"]
    assert (
        told.source == "職員名簿（令和8年4月1日現在）から：対象の職員2人の平均6年0か月（前歴の証明待ち1人）"
    )
    # The profile has 9% and 6%: 6 years make 8%.
    assert found.roster.comparison.sentence == (
        "名簿から計算した令和8年度の加算率は区分1 8%・区分2 6%、登録は区分1 9%・区分2 6%です。"
    )
    assert found.roster.comparison.sentence in page_of(sakura)


def test_hours_of_a_full_timer_nobody_has_said_stay_a_question(sakura: Nursery) -> None:
    give_counts(sakura)
    give_roster(sakura, Somebody(), Somebody(**PART_TIME), full_time_hours=None)

    assert checked(sakura).facts.teachers is None
    assert "常勤の月の所定時間が登録されていないので、常勤換算を計算できません。" in page_of(sakura)


def test_the_roster_stands_before_an_answer_and_the_contradiction_is_shown(
    city: City, sakura: Nursery
) -> None:
    give_counts(sakura)
    give_roster(sakura, *[Somebody() for _ in range(12)], Somebody(job="clerk", licences=()))
    answer(sakura, teachers=20, office_staff=True, average_experience_months=72, safety_plan=True)

    found = checked(sakura)

    assert (found.facts.teachers, found.facts.safety_plan) == (12, True)
    assert [one.answered for one in found.contradictions] == ["20人"]
    page = page_of(sakura)
    assert "施設の回答は「20人」です。職員名簿（令和8年6月1日現在）から：常勤12人" in page
    officer = sign_in(city.people[Role.OFFICER])
    theirs = officer.get(f"/c/review/additions/{sakura.facility.number}/?month=2026-06").content.decode()
    assert "施設の回答は「20人」です。" in theirs


def test_what_the_roster_knows_is_not_asked(sakura: Nursery) -> None:
    give_counts(sakura)
    asked = {question.name for question in checked(sakura).questions}
    give_roster(sakura, *[Somebody() for _ in range(12)])

    then = {question.name for question in checked(sakura).questions}

    assert {"teachers", "average_experience_months"} <= asked - then
    assert "dietitian" in then
    answer(sakura, teachers=3)
    assert "teachers" in {question.name for question in checked(sakura).questions}, "it can be taken back"
    form = (
        sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/additions/2026-06/answers/").content.decode()
    )
    assert "職員名簿からわかることは聞きません。" in form
    assert "施設の回答は「3人」です。" in form


def test_a_dedicated_chief_is_none_of_the_teachers(city: City) -> None:
    plain = make_facility(city, number="1299900000921")
    granted = make_facility(city, number="1299900000922", items={"chief_nursery_teacher": {}})
    for place in (plain, granted):
        give_counts(place)
        give_roster(place, Somebody(job="chief_nursery_teacher"), Somebody())

    assert checked(plain).facts.teachers == 2
    assert checked(granted).facts.teachers == 1
    answer(plain, chief_dedicated=True)
    assert checked(plain).facts.teachers == 1


def test_the_share_of_qualified_carers_of_a_small_b(city: City) -> None:
    place = make_facility(city, kind=FacilityKind.SMALL_B, capacity=19)
    give_counts(place, cells=(("3", "1", "standard", 12),))
    give_roster(place, *[Somebody() for _ in range(3)], Somebody(job="childcare_assistant", licences=()))

    facts = checked(place).facts

    assert (facts.teachers, facts.qualified_percent) == (4, 75)


def test_the_what_if_knows_the_roster(city: City) -> None:
    place = kindergarten(city, items={"team_teaching": {"extra_staff": 1}})
    confirmed(place)
    give_roster(place, Somebody(**KINDERGARTEN_TEACHER))

    with place.open():
        now = newest_standing(place.facility)
    outcome = try_out(now, Scenario(now.now.children, now.now.items))

    assert "team_teaching" in {one.code for one in outcome.failing}


def test_a_roster_nobody_is_on_that_month_tells_nothing(sakura: Nursery) -> None:
    give_counts(sakura)
    give_roster(sakura, Somebody(last_day=date(2026, 4, 30)))

    found = checked(sakura)

    assert found.roster is None
    assert found.facts.teachers is None


def test_a_month_without_counts_asks_no_roster(city: City, sakura: Nursery) -> None:
    give_roster(sakura, Somebody())

    with city.open(Role.OFFICER):
        assert additions_in(JUNE) == {}


def test_ten_rosters_cost_as_many_queries_as_one(city: City) -> None:
    officer = sign_in(city.people[Role.OFFICER])

    def cost(browser: Browser, path: str) -> int:
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        return sum(not re.match("SAVEPOINT|RELEASE|SELECT set_config", one["sql"]) for one in queries)

    def garden(number: int, staff: int) -> Nursery:
        place = make_facility(city, f"さくら{number}園", number=f"13999000009{number:02}")
        give_counts(place)
        give_roster(place, *[Somebody() for _ in range(staff)])
        return place

    first = garden(0, 1)
    clerk, own = sign_in(first.clerk), f"/f/{first.facility.number}/additions/"
    one, small = cost(officer, "/c/review/additions/"), cost(clerk, own)
    for number in range(1, 10):
        garden(number, 3)
    give_roster(first, *[Somebody() for _ in range(5)])

    assert cost(officer, "/c/review/additions/") == one <= 19
    # The changes of the month are one of them, those to come another.
    assert cost(clerk, own) == small <= 19


def test_of_category_3_the_candidates_stand_beside_the_granted_headcounts(sakura: Nursery) -> None:
    give_counts(sakura)
    fields = ("infants", "early_education", "disability", "management")
    trained = tuple((field, 15, date(2025, 8, 1)) for field in fields)
    give_roster(
        sakura,
        Somebody(hired_on=date(2012, 4, 1), post="vice_chief", trainings=trained),
        *[Somebody() for _ in range(3)],
    )
    with sakura.city.open():
        granted = GrantedItem.objects.filter(facility=sakura.facility, code="treatment_3")
        granted.update(options={"headcount_a": 2, "headcount_b": 1})

    page = page_of(sakura)

    leaders = checked(sakura).ingredients.leaders
    assert leaders is not None
    assert (leaders.candidates.a, leaders.candidates.headcount_a) == (1, 2)
    assert "名簿の候補が足りません" in page
    assert leaders.steps[0] in page
