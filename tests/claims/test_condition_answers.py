"""加算の条件への回答: what a facility answers fills the lists, for the year, and changes no claim."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.answers import BY_NAME, TOPICS, answerable, as_fact, as_kept, in_words, question_of, topic_of
from claims.models import Claim, ConditionAnswers
from claims.operations.condition_answers import save
from claims.queries.additions import COULD, additions_of
from claims.queries.what_if import newest_standing
from claims.what_if import Scenario, try_out
from facilities.actors import Role
from facilities.models import Ownership
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from pricing.conditions.facts import QUESTIONS
from tests.cast import JUNE, MAY, Browser, City, Nursery, make_city, make_facility, sign_in
from tests.claims.stage import AT, confirmed, nursery, ready_claim
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


@pytest.fixture
def clerk(sakura: Nursery) -> Browser:
    return sign_in(sakura.clerk)


def answer(place: Nursery, version: int = 0, **values: Any) -> ConditionAnswers:
    with place.open() as clerk:
        return save(place.facility, 2026, values, shown_version=version, by=clerk, at=AT)


def codes(place: Nursery, state: str, month: ServiceMonth = JUNE) -> frozenset[str]:
    with place.open():
        checked = additions_of(place.facility, month).checked
    assert checked is not None
    return checked.findings_told.codes.get(state, frozenset())


def at(place: Nursery, way: str) -> str:
    return f"/f/{place.facility.number}/{way}"


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("name", "value", "kept", "words"),
    [
        ("school_bus", True, True, "はい"),
        ("school_bus", False, False, "いいえ"),
        ("holiday_users", 210, 210, "210人"),
        ("teachers", 12.5, "12.5", "12.5人"),
        ("teachers", 20, "20", "20人"),
        ("meal_style", "in_house", "in_house", "施設内調理"),
        ("climate_zone", "4", "4", "4級地"),
        ("ict_functions", ["records", "attendance"], ["attendance", "records"], "登降園管理、計画・記録"),
        ("ict_functions", [], [], "どれも使っていない"),
    ],
)
def test_an_answer_is_kept_and_told(name: str, value: Any, kept: Any, words: str) -> None:
    assert as_kept(name, value) == kept
    assert in_words(question_of(name, "nursery", 2026), kept) == words


def test_an_answer_becomes_the_fact_conditions_ask_about() -> None:
    assert as_fact("teachers", "12.5") * 2 == 25
    assert as_fact("ict_functions", ["records"]) == frozenset({"records"})
    assert as_fact("school_bus", False) is False


def test_only_what_nobody_else_knows_is_asked() -> None:
    elsewhere = {"capacity", "children", "disabled_children", "treatment", "closed_saturdays"}

    assert not elsewhere & set(BY_NAME)
    assert answerable(["capacity", "teachers", "teachers"]) == ["teachers"]


def test_every_question_has_its_topic() -> None:
    topics = {topic_of(name) for name in BY_NAME}

    assert topics == set(TOPICS)
    assert [topic_of(name) for name in ("exempt_children_2", "teachers", "director_paid", "career_path")] == [
        "子ども",
        "職員",
        "職員",
        "処遇改善",
    ]


# ---------------------------------------------------------------- what they do


def test_answers_turn_questions_into_additions_that_could_be_claimed(sakura: Nursery) -> None:
    claim = ready_claim(sakura)
    assert codes(sakura, COULD) == frozenset()

    answer(sakura, night_care=True)

    assert "night_care" in codes(sakura, COULD)
    with sakura.open():
        assert Claim.objects.get().content_hash == claim.content_hash


def test_a_claimed_item_whose_condition_is_answered_with_no_no_longer_qualifies(sakura: Nursery) -> None:
    ready_claim(sakura)
    assert "nutrition" in codes(sakura, "ask")

    answer(sakura, dietitian="none")

    assert "nutrition" in codes(sakura, "fails")


def test_answers_belong_to_their_fiscal_year(sakura: Nursery) -> None:
    march = ServiceMonth(2026, 3)
    confirmed(sakura, march)
    confirmed(sakura)

    answer(sakura, dietitian="none")

    assert "nutrition" in codes(sakura, "fails")
    assert "nutrition" not in codes(sakura, "fails", march)


def test_what_the_rooms_know_stands_before_an_answer(sakura: Nursery) -> None:
    ready_claim(sakura)

    answer(sakura, climate_zone="1", treatment_3_granted=False)

    assert "climate" not in codes(sakura, "fails")
    assert "treatment_3" not in codes(sakura, "fails")


def test_the_what_if_knows_the_answers(sakura: Nursery) -> None:
    ready_claim(sakura)
    answer(sakura, dietitian="none")

    with sakura.open():
        now = newest_standing(sakura.facility)
    outcome = try_out(now, Scenario(now.now.children, now.now.items))

    assert "nutrition" in {one.code for one in outcome.failing}


# ---------------------------------------------------------------- saving


def test_answers_that_were_not_shown_stay_and_one_can_be_taken_back(sakura: Nursery) -> None:
    answer(sakura, teachers=12.5, school_bus=True)

    saved = answer(sakura, 1, school_bus=None, safety_plan=True)

    assert saved.answers == {"teachers": "12.5", "safety_plan": True}
    assert saved.version == 2
    event = events_of(sakura.city, "claims.condition_answers_saved")[-1]
    assert event.detail == {"fiscal_year": 2026, "version": 2, "safety_plan": True, "school_bus": None}


def test_two_screens_do_not_overwrite_each_other(sakura: Nursery) -> None:
    answer(sakura, school_bus=True)

    with pytest.raises(ProblemsFound, match="別の画面で先に保存"):
        answer(sakura, 0, school_bus=False)

    with sakura.open():
        assert ConditionAnswers.objects.get().answers == {"school_bus": True}


def test_only_the_facility_itself_answers(city: City, sakura: Nursery) -> None:
    other = nursery(city, number="1299900000902")
    public = make_facility(city, "市立園", number="1299900000903", ownership=Ownership.PUBLIC)

    for place, about in ((other, sakura), (public, public)):
        with place.open() as person, pytest.raises(NotAllowed):
            save(about.facility, 2026, {"school_bus": True}, shown_version=0, by=person, at=AT)
    with city.open(Role.ADMINISTRATOR) as person, pytest.raises(NotAllowed):
        save(sakura.facility, 2026, {"school_bus": True}, shown_version=0, by=person, at=AT)
    with other.open():
        assert not ConditionAnswers.objects.exists()


# ---------------------------------------------------------------- pages


def test_the_clerk_answers_and_sees_what_it_changes(city: City, sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura)
    page = at(sakura, "additions/2026-06/answers/")

    before = text_of(clerk.get(at(sakura, "additions/")))
    asked = clerk.get(page).content.decode()
    answered = clerk.post(
        page,
        {"shown_version": "0", "dietitian": "none", "teachers": "１２．５", "office_staff": "yes"},
        follow=True,
    )
    after = text_of(answered)
    of_city = text_of(
        sign_in(city.people[Role.OFFICER]).get(f"/c/review/additions/{sakura.facility.number}/")
    )

    assert re.search(r"条件に答える\s*（\d+問）", before)
    assert QUESTIONS["dietitian"] in asked
    assert "回答を保存しました" in after
    assert "施設の回答 3件" in after
    assert "12.5人" in after
    assert "施設の回答 3件" in of_city
    with sakura.open():
        assert ConditionAnswers.objects.get().answers["teachers"] == "12.5"


def test_a_form_with_mistakes_says_all_of_them_and_keeps_what_was_typed(
    sakura: Nursery, clerk: Browser
) -> None:
    ready_claim(sakura)

    refused = clerk.post(
        at(sakura, "additions/2026-06/answers/"),
        {"shown_version": "0", "teachers": "12.55", "dietitian": "someone"},
    )
    page = refused.content.decode()

    assert refused.status_code == 422
    assert "小数第1位まで" in page
    assert page.count('class="field-error"') == 2
    assert 'value="12.55"' in page
    with sakura.open():
        assert not ConditionAnswers.objects.exists()


def test_a_month_without_counts_has_no_questions_and_a_public_facility_none_at_all(
    city: City, sakura: Nursery, clerk: Browser
) -> None:
    public = make_facility(city, "市立園", number="1299900000903", ownership=Ownership.PUBLIC)
    confirmed(sakura)

    assert clerk.get(at(sakura, f"additions/{MAY}/answers/")).status_code == 404
    assert sign_in(public.clerk).get(at(public, "additions/2026-06/answers/")).status_code == 403


def test_answering_costs_the_lists_one_query(city: City, sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            clerk.get(at(sakura, "additions/"))
        beside = ("SAVEPOINT", "set_config")  # the transaction and its scope
        return len([one for one in queries if not any(word in one["sql"] for word in beside)])

    cost()
    few = cost()
    answer(sakura, dietitian="none", teachers=12)

    assert cost() == few <= 13
