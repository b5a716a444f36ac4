"""加算の確認: what the rooms know becomes facts, and the page says what fails, what is asked and what is missing."""

import re
from typing import Any

import pytest

from claims.composing import gather
from claims.conditions import claimed_items, known_facts
from claims.models import ChildCount, CountSheet
from claims.queries.additions import additions_of
from facilities.models import FacilityKind, FacilityProfile, GrantedItem, Ownership
from facilities.periods import ServiceMonth
from pricing.conditions.facts import Facts
from tests.asked import EVERY_PAGE, asked_by
from tests.cast import JUNE, MAY, Browser, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import confirmed, give_facts, kindergarten, nursery, ready_claim
from tests.record import events_of
from tests.staff_records.staffed import PART_TIME, Somebody, give_roster


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


@pytest.fixture
def clerk(sakura: Nursery) -> Browser:
    return sign_in(sakura.clerk)


def facts_of(place: Nursery, month: ServiceMonth = JUNE) -> Facts:
    with place.open():
        sheets = CountSheet.objects.filter(facility=place.facility, month=month.first_day)
        found = gather(list(sheets.select_related("facility__municipality")), month)
        return known_facts(found[place.facility.pk])


def page_of(place: Nursery, browser: Browser, query: str = "") -> str:
    answer: Any = browser.get(f"/f/{place.facility.number}/additions/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def section(page: str, state: str) -> str:
    found = re.search(rf'<section class="card" id="{state}">(.*?)</section>', page, re.DOTALL)
    return found[1] if found else ""


def items_in(page: str, state: str) -> list[str]:
    return re.findall(r'data-item="([^"]+)"', section(page, state))


# ---------------------------------------------------------------- what is known


def test_what_the_city_has_registered_and_the_counts_are_known(sakura: Nursery) -> None:
    give_counts(sakura)

    facts = facts_of(sakura)

    assert (facts.facility_type, str(facts.month)) == ("nursery", "2026-06")
    assert facts.capacity is not None
    assert (facts.capacity.education, facts.capacity.childcare) == (None, 90)
    assert facts.treatment is not None
    assert (facts.treatment.base_percent, facts.treatment.wage_percent) == (9, 6)
    assert facts.children is not None
    assert sum(child.count for child in facts.children if child.age_class == "4plus") == 33
    assert {one.code: one.variant for one in facts.claimed}["holiday_care"] == "up_to_210"


def test_place_and_building_are_known_where_a_granted_item_says_them(city: City, sakura: Nursery) -> None:
    plain = make_facility(city, "つくし園", number="1299900000903", items={"climate": {"variant": "2"}})
    give_counts(sakura)
    give_counts(plain)

    told, untold = facts_of(sakura), facts_of(plain)

    assert (told.climate_zone, told.rent_area, told.urban) == ("other", "c", False)
    assert (untold.climate_zone, untold.rent_area, untold.urban) == ("2", None, None)
    assert (told.treatment_3_granted, untold.treatment_3_granted) == (True, None)


def test_two_granted_items_that_contradict_say_nothing(city: City) -> None:
    items = {"depreciation": {"variant": "urban"}, "rent": {"variant": "a_standard"}}
    place = make_facility(city, items=items)
    give_counts(place)

    assert facts_of(place).urban is None


def test_everything_else_is_a_question(sakura: Nursery) -> None:
    give_counts(sakura)

    facts = facts_of(sakura)

    unknown = (
        "teachers",
        "chief_dedicated",
        "career_path",
        "owned_percent",
        "exempt_children_2",
        "safety_plan",
    )
    assert [getattr(facts, name) for name in unknown] == [None] * len(unknown)


def test_disabled_children_are_known_when_every_class_says_so(sakura: Nursery) -> None:
    sheet = give_counts(sakura)
    assert facts_of(sakura).disabled_children is None
    with sakura.open():
        ChildCount.objects.filter(sheet=sheet).update(disabled_count=0)
        ChildCount.objects.filter(sheet=sheet, age="4").update(disabled_count=2)

    assert facts_of(sakura).disabled_children == 2


def test_closed_saturdays_come_from_the_months_facts(sakura: Nursery) -> None:
    give_counts(sakura)
    assert facts_of(sakura).closed_saturdays is None
    give_facts(sakura, saturday_closures=2)

    facts = facts_of(sakura)

    assert facts.closed_saturdays == 2
    assert {one.code: one.variant for one in facts.claimed}["saturday_closure"] == "2"


def test_an_item_waits_for_its_season_and_not_for_its_fact(city: City) -> None:
    items: dict[str, dict[str, Any]] = {"meals": {"variant": "in_house"}, "third_party_evaluation": {}}
    place = kindergarten(city, items=items)
    give_counts(place, JUNE)
    assert [one.code for one in facts_of(place).claimed] == ["meals"]
    give_facts(place, meal_days_a_week=0)
    march = ServiceMonth(2027, 3)
    give_counts(place, march)

    assert facts_of(place).claimed == (), "no meals were served"
    assert [one.code for one in facts_of(place, march).claimed] == ["meals", "third_party_evaluation"]


def test_children_of_a_branch_claim_its_deduction(sakura: Nursery) -> None:
    sheet = give_counts(sakura)
    with sakura.open():
        ChildCount.objects.filter(sheet=sheet, age="2").update(branch=True)
        sheets = CountSheet.objects.select_related("facility__municipality")
        found = gather(list(sheets), JUNE)[sakura.facility.pk]

        assert "branch" in {one.code for one in claimed_items(found)}


def test_without_a_profile_capacity_and_rates_are_asked(sakura: Nursery) -> None:
    give_counts(sakura)
    with sakura.city.open():
        FacilityProfile.objects.filter(facility=sakura.facility).delete()

    facts = facts_of(sakura)

    assert facts.capacity is None
    assert facts.treatment is None


# ---------------------------------------------------------------- the page


def test_what_excludes_another_item_fails_with_sentence_and_source(city: City) -> None:
    items = {"age4plus_staffing": {}, "team_childcare": {"extra_staff": 1}}
    place = make_facility(city, items=items)
    give_counts(place)

    page = page_of(place, sign_in(place.clerk))

    assert set(items_in(page, "fails")) >= {"age4plus_staffing", "team_childcare"}
    failing = section(page, "fails")
    assert "条件を満たしていない可能性があります。こども施設運営課へご確認ください。" in failing
    assert "「チーム保育推進」と一緒には請求できません。" in failing
    assert "根拠　" in failing
    assert "pricing.md" not in page


def test_a_claimed_age_item_without_children_of_the_age_fails(city: City) -> None:
    place = make_facility(city, items={"age3_staffing": {}})
    give_counts(place, cells=(("3", "0", "standard", 5),))

    assert "age3_staffing" in items_in(page_of(place, sign_in(place.clerk)), "fails")


def test_a_claimed_item_nobody_knows_enough_of_is_asked_and_not_accused(
    sakura: Nursery, clerk: Browser
) -> None:
    give_counts(sakura)

    page = page_of(sakura, clerk)

    assert "chief_nursery_teacher" in items_in(page, "ask")
    assert "chief_nursery_teacher" not in items_in(page, "fails")
    assert "主任保育士・主幹教諭等を専任させていますか。" in section(page, "ask")


def test_what_is_within_reach_says_exactly_what_is_missing(city: City) -> None:
    place = make_facility(city)
    give_counts(place)

    reach = section(page_of(place, sign_in(place.clerk)), "reach")

    assert 'data-item="night_care"' in reach
    assert "夜間保育所（夜間保育を行う事業所）として認められていますか。" in reach
    assert 'data-item="third_party_evaluation"' not in reach, "not before March"


def test_the_newest_month_is_shown_and_another_can_be_chosen(sakura: Nursery, clerk: Browser) -> None:
    give_counts(sakura, MAY)
    give_counts(sakura, JUNE)

    assert "令和8年6月分" in page_of(sakura, clerk).split("<h1>")[0]
    assert "令和8年5月分" in page_of(sakura, clerk, "?month=2026-05").split("<h1>")[0]
    assert "令和8年6月分" in page_of(sakura, clerk, "?month=x").split("<h1>")[0]


def test_looking_changes_nothing_and_what_changes_is_seen_at_once(sakura: Nursery, clerk: Browser) -> None:
    claim = ready_claim(sakura)
    before = items_in(page_of(sakura, clerk), "ask")
    with sakura.city.open():
        GrantedItem.objects.filter(code="chief_nursery_teacher").delete()

    after = page_of(sakura, clerk)

    assert "chief_nursery_teacher" in before
    assert "chief_nursery_teacher" in items_in(after, "reach")
    with sakura.open():
        claim.refresh_from_db()
    assert claim.total_yen > 0


def test_without_counts_there_is_nothing_to_check(sakura: Nursery, clerk: Browser) -> None:
    assert "まだ確認できる月がありません" in page_of(sakura, clerk)


def test_a_public_facility_claims_nothing(city: City) -> None:
    place = make_facility(city, number="1299900000904", ownership=Ownership.PUBLIC)
    give_counts(place)

    assert "公立施設は請求対象外です" in page_of(place, sign_in(place.clerk))


@pytest.mark.parametrize("kind", list(FacilityKind))
def test_every_type_can_be_checked(city: City, kind: FacilityKind) -> None:
    place = make_facility(city, kind=kind, capacity=19, number="1299900000905")
    cells = {
        FacilityKind.KINDERGARTEN: (("1", "4", "education", 9),),
        FacilityKind.CERTIFIED_KODOMOEN: (("1", "4", "education", 9), ("3", "1", "standard", 3)),
    }
    give_counts(place, cells=cells.get(kind, (("3", "1", "standard", 3),)))

    with place.open():
        checked = additions_of(place.facility, None).checked

    assert checked is not None
    assert checked.findings_told.codes["reach"]


def test_the_record_names_the_rows_of_the_page(city: City, sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura)

    page = page_of(sakura, clerk)

    (event,) = events_of(city, "claims.additions_shown")
    shown = set(re.findall(r'data-row="([^"]+)"', page))
    assert shown == {row for rows in event.rows.values() for row in rows}
    assert set(event.rows) >= {"sheet", "profile", "facts", "granted_item"}
    assert event.detail == {"month": "2026-06"}


def test_claims_lead_here(sakura: Nursery, clerk: Browser) -> None:
    claim = ready_claim(sakura)
    here = f"/f/{sakura.facility.number}/additions/"

    listed = clerk.get(f"/f/{sakura.facility.number}/claims/").content.decode()
    shown = clerk.get(f"/f/{sakura.facility.number}/claims/{claim.pk}/").content.decode()

    assert f'href="{here}"' in listed
    assert f'href="{here}?month=2026-06"' in shown


def test_more_months_and_items_cost_no_more_queries(sakura: Nursery, clerk: Browser) -> None:
    def cost() -> int:
        return asked_by(clerk, f"/f/{sakura.facility.number}/additions/")

    with sakura.city.open():
        GrantedItem.objects.exclude(code="climate").delete()
    confirmed(sakura)
    few = cost()
    assert few == EVERY_PAGE + 3, "one of them asks whether anybody is on a roster"
    give_roster(sakura, Somebody())
    with_roster = cost()
    with sakura.city.open():
        for code in ("office_staff", "age3_staffing", "night_care"):
            GrantedItem.objects.create(
                municipality=sakura.city.municipality,
                facility=sakura.facility,
                code=code,
                from_month=MAY.first_day,
            )
    for month in range(1, 4):
        give_counts(sakura, JUNE.plus(month))

    give_roster(sakura, Somebody(), Somebody(**PART_TIME))

    # One of them asks for changes that count from months to come.
    assert cost() == with_roster == EVERY_PAGE + 7
