"""もしもの試算: the engine of the claim with other children and items, side by side, and nothing stored."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.composing import no_price
from claims.models import ChildCount, Claim, CountSheet
from claims.operations.confirming import confirm
from claims.queries.what_if import NothingToStartFrom, newest_standing
from claims.what_if import CannotCompute, ChildKey, Outcome, Scenario, Standing, try_out
from claims.what_if_form import WhatIfForm
from facilities.actors import Role
from facilities.models import FacilityKind, FacilityProfile, GrantedItem, Ownership
from facilities.periods import ServiceMonth
from pricing import shipped_books
from tests.cast import JUNE, MAY, Browser, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import AT, confirmed, give_facts, kindergarten, nursery, ready_claim
from tests.record import events_of

BABIES = ChildKey("3", "0", "standard")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


@pytest.fixture
def clerk(sakura: Nursery) -> Browser:
    return sign_in(sakura.clerk)


def standing(place: Nursery) -> Standing:
    with place.open():
        return newest_standing(place.facility)


def with_children(now: Standing, **changed: int) -> Scenario:
    """The month as it is but for the babies."""
    return Scenario({**now.now.children, BABIES: changed["babies"]}, now.now.items)


def without(now: Standing, code: str) -> Scenario:
    return Scenario(now.now.children, tuple(item for item in now.now.items if item["code"] != code))


def lines_of(outcome: Outcome) -> dict[str, int]:
    return {line.label: line.delta_yen for section in outcome.sections for line in section.lines}


def typed(place: Nursery, **changed: str) -> dict[str, str]:
    """The form as it begins, with these fields changed; an empty string unticks."""
    with place.open():
        form = WhatIfForm(standing=newest_standing(place.facility))
        begun = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    values = {
        name: "on" if value is True else str(value)
        for name, value in begun.items()
        if value not in {None, False} or (value == 0 and name.startswith("count-"))
    }
    return {name: value for name, value in (values | changed).items() if value}


def send(place: Nursery, browser: Browser, **changed: str) -> Any:
    return browser.post(f"/f/{place.facility.number}/what-if/", typed(place, **changed))


# ---------------------------------------------------------------- the engine


def test_unchanged_is_what_the_claim_says(sakura: Nursery) -> None:
    claim = ready_claim(sakura)

    now = standing(sakura)
    outcome = try_out(now, now.now)

    assert outcome.now_yen == outcome.if_yen == claim.total_yen
    assert set(lines_of(outcome).values()) == {0}


def test_children_of_a_class_are_counted_together_whoever_pays_for_them(sakura: Nursery) -> None:
    sheet = give_counts(sakura)
    with sakura.open() as person:
        own = ChildCount.objects.filter(sheet=sheet, age="0").get()
        ChildCount.objects.create(
            municipality=own.municipality,
            facility=own.facility,
            sheet=sheet,
            payer_code="129998",
            certification="3",
            age="0",
            hours="standard",
            count=1,
        )
        confirm(sheet.pk, shown_version=1, by=person, at=AT)
    give_facts(sakura, saturday_closures=1)
    with sakura.open():
        claims = list(Claim.objects.all())

    now = standing(sakura)

    assert {claim.payer_code for claim in claims} == {own.payer_code, "129998"}
    assert now.now.children[BABIES] == own.count + 1
    assert try_out(now, now.now).now_children == 89


def test_a_kodomoen_left_as_it_is_has_no_difference(city: City) -> None:
    place = make_facility(
        city, "みどりこども園", number="1299900000921", kind=FacilityKind.CERTIFIED_KODOMOEN, capacity=90
    )
    with city.open():
        FacilityProfile.objects.update(capacity_1=30, approved_capacity=120)
        for code, certification, options in (
            ("nutrition", "", {"variant": "a"}),
            ("climate", "1", {"variant": "other"}),
            ("bus", "1", {}),
            ("under_age3_intake", "1", {}),
            ("age1_staffing", "23", {}),
        ):
            GrantedItem.objects.create(
                municipality=city.municipality,
                facility=place.facility,
                code=code,
                certification=certification,
                options=options,
                from_month=JUNE.first_day,
            )
    give_facts(place, saturday_closures=0)
    cells = (("1", "4", "education", 12), ("2", "4", "standard", 30), ("3", "1", "short", 6))
    confirmed(place, cells=cells)
    clerk = sign_in(place.clerk)

    page = clerk.get(f"/f/{place.facility.number}/what-if/").content.decode()
    answer = send(place, clerk)

    assert page.count("適用中") == 5
    assert answer.status_code == 200
    assert set(lines_of(answer.context["outcome"]).values()) == {0}
    assert {line.new is None for section in answer.context["outcome"].sections for line in section.lines} == {
        False
    }


def test_three_children_less_change_what_every_child_brings(sakura: Nursery) -> None:
    ready_claim(sakura)
    now = standing(sakura)

    outcome = try_out(now, with_children(now, babies=5))

    assert (outcome.now_children, outcome.if_children) == (88, 85)
    assert outcome.delta_yen == sum(lines_of(outcome).values()) < 0
    assert outcome.delta_children == -3
    assert outcome.remaining_months == 9
    assert outcome.delta_rest_yen == outcome.delta_yen * 9
    base = next(line for section in outcome.sections for line in section.lines if line.section == "base")
    assert base.old is not None
    assert base.new is not None
    assert base.old.steps != base.new.steps


def test_an_item_that_is_switched_off_is_a_line_that_falls_away(sakura: Nursery) -> None:
    ready_claim(sakura)
    now = standing(sakura)

    outcome = try_out(now, without(now, "nutrition"))

    gone = next(line for section in outcome.sections for line in section.lines if not line.new)
    assert gone.label == "栄養管理"
    assert outcome.delta_yen == -gone.old_yen < 0


def test_what_would_no_longer_qualify_is_said(sakura: Nursery) -> None:
    ready_claim(sakura)
    now = standing(sakura)
    changed = {key: 0 if key.age == "3" else number for key, number in now.now.children.items()}

    before, after = try_out(now, now.now), try_out(now, Scenario(changed, now.now.items))

    assert "age3_staffing" not in {one.code for one in before.failing}
    assert "age3_staffing" in {one.code for one in after.failing}


def test_nobody_is_refused_and_so_is_what_pricing_refuses(sakura: Nursery) -> None:
    ready_claim(sakura)
    now = standing(sakura)

    with pytest.raises(CannotCompute, match="1人以上"):
        try_out(now, Scenario({}, now.now.items))
    with pytest.raises(CannotCompute) as refusal:
        try_out(now, Scenario(now.now.children, ({"code": "climate", "variant": "nowhere"},)))
    assert refusal.value.problems[0][0].startswith("items[0]")


def test_who_came_in_the_month_stays_and_who_left_is_gone(sakura: Nursery) -> None:
    ready_claim(sakura)
    with sakura.open():
        sheet = CountSheet.objects.get(facility=sakura.facility)
        own = {"municipality": sakura.city.municipality, "facility": sakura.facility, "sheet": sheet}
        cell = {"payer_code": "129999", "certification": "3", "age": "0", "hours": "standard"}
        ChildCount.objects.create(**own, **cell, movement="in", days=10, count=2)
        ChildCount.objects.create(**own, **cell, movement="out", days=5, count=1)

    now = standing(sakura)

    assert now.now.children[BABIES] == 10
    assert now.has_movements


def test_march_items_are_left_out_so_that_a_month_can_be_multiplied(city: City) -> None:
    place = make_facility(city, items={"third_party_evaluation": {}, "office_staff": {}})
    march = ServiceMonth(2027, 3)
    give_facts(place, march, saturday_closures=0)
    confirmed(place, march)

    now = standing(place)

    assert [item["code"] for item in now.now.items] == ["office_staff"]
    assert now.remaining_months == 0


def test_children_of_a_branch_keep_its_deduction(sakura: Nursery) -> None:
    ready_claim(sakura)
    with sakura.open():
        ChildCount.objects.filter(age="2").update(branch=True)
    now = standing(sakura)
    branch = ChildKey("3", "2", "standard", branch=True)

    outcome = try_out(now, Scenario({**now.now.children, branch: 0}, now.now.items))

    assert "分園" in {line.label for section in outcome.sections for line in section.lines if not line.new}


@pytest.mark.parametrize("kind", list(FacilityKind))
def test_every_type_with_prices_can_be_tried(city: City, kind: FacilityKind) -> None:
    capacities = {FacilityKind.SMALL_C: 10, FacilityKind.HOME_BASED: 5, FacilityKind.HOME_VISITING: 1}
    place = make_facility(city, kind=kind, capacity=capacities.get(kind, 19), number="1299900000905")
    cells = {FacilityKind.KINDERGARTEN: (("1", "4", "education", 9),)}
    confirmed(place, cells=cells.get(kind, (("3", "1", "standard", 1),)))

    if no_price(kind, shipped_books()):
        with pytest.raises(NothingToStartFrom, match="単価がまだ登録されていない"):
            standing(place)
        return
    now = standing(place)
    form = WhatIfForm(standing=now)
    assert try_out(now, now.now).delta_yen == 0
    assert len(form.class_rows) >= 4
    labels = [group.label for group in form.item_groups]
    tables = ("", "（1号）", "（2・3号）") if kind == FacilityKind.CERTIFIED_KODOMOEN else ("",)
    assert labels == [f"{part}{table}" for part in ("加算", "減算") for table in tables]
    assert sum(len(group.rows) for group in form.item_groups) >= 8


# ---------------------------------------------------------------- the page


def test_the_page_begins_with_the_newest_confirmed_month(sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura, MAY)
    give_counts(sakura, JUNE)

    page = clerk.get(f"/f/{sakura.facility.number}/what-if/").content.decode()

    assert "令和8年5月分の確認済みの児童数から始めます" in page
    assert 'name="count-3-0-standard" value="8"' in page
    assert "試算の結果" not in page


def test_items_stand_by_the_part_of_the_claim_with_the_total_beside(sakura: Nursery, clerk: Browser) -> None:
    claim = ready_claim(sakura)

    page = clerk.get(f"/f/{sakura.facility.number}/what-if/").content.decode()
    after = send(sakura, clerk, **{"count-3-0-standard": "5"}).content.decode()

    main, _, beside = page.partition("<aside")
    assert main.index("<h2>児童数</h2>") < main.index("<h2>加算</h2>") < main.index("<h2>減算</h2>")
    assert f"{claim.total_yen:,}" in beside
    assert 'type="submit">試算する</button>' in beside
    outcome = after.partition("<aside")[2].partition("</aside>")[0]
    assert "試算の結果" in outcome
    assert "年度の残り" in outcome
    assert 'href="#lines"' in outcome


def test_every_option_says_beside_its_field_what_it_is(sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura)

    page = clerk.get(f"/f/{sakura.facility.number}/what-if/").content.decode()

    for name, words in {
        "item-treatment_3-headcount_a": "人数A",
        "item-treatment_3-headcount_b": "人数B",
        "item-nutrition-variant": "区分",
    }.items():
        assert f'<label for="id_{name}">{words}</label>' in page


def test_an_option_is_called_above_its_field_as_it_is_read_aloud(city: City) -> None:
    momo = kindergarten(city)
    ready_claim(momo)

    page = sign_in(momo.clerk).get(f"/f/{momo.facility.number}/what-if/").content.decode()

    name = "item-below_staffing-headcount"
    words = "不足している職員の数（空欄は1人）"
    assert f'<label for="id_{name}">{words}</label>' in page
    assert f'aria-label="年齢別配置基準を下回る場合の{words}"' in page


def test_what_is_typed_is_shown_side_by_side_and_nothing_is_stored(sakura: Nursery, clerk: Browser) -> None:
    claim = ready_claim(sakura)

    answer = send(sakura, clerk, **{"count-3-0-standard": "５", "item-nutrition": ""})

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "試算の結果" in page
    assert f"{claim.total_yen:,}" in page
    assert '年度の残り<span class="sub">9か月</span>' in page
    assert "なぜこの金額？" in page
    assert 'name="count-3-0-standard" value="５"' in page
    with sakura.open():
        assert Claim.objects.get(facility=sakura.facility).content_hash == claim.content_hash
        assert ChildCount.objects.get(age="0").count == 8
        assert GrantedItem.objects.filter(code="nutrition").exists()


def test_refused_inputs_are_said_at_the_field(sakura: Nursery, clerk: Browser) -> None:
    ready_claim(sakura)

    answer = send(
        sakura,
        clerk,
        **{"count-3-0-standard": "x", "item-rent-variant": "", "item-treatment_3-headcount_a": ""},
    )

    assert answer.status_code == 422
    page = answer.content.decode()
    for field in ("count-3-0-standard", "item-rent-variant", "item-treatment_3-headcount_a"):
        assert f'id="id_{field}-error"' in page, field
    assert "試算の結果" not in page


def test_what_pricing_refuses_is_said_at_its_field(city: City, sakura: Nursery, clerk: Browser) -> None:
    momo = kindergarten(city)
    ready_claim(momo)
    ready_claim(sakura)

    nobody_extra = send(momo, sign_in(momo.clerk), **{"item-team_teaching-extra_staff": "0"})
    children = {f"count-{key.name}": "0" for key in standing(sakura).now.children}
    nobody = send(sakura, clerk, **children)

    assert nobody_extra.status_code == nobody.status_code == 422
    assert 'id="id_item-team_teaching-extra_staff-error"' in nobody_extra.content.decode()
    assert "子どもが0人では計算できません" in nobody.content.decode()


def test_a_facility_that_cannot_begin_is_told_why(city: City, sakura: Nursery, clerk: Browser) -> None:
    public = make_facility(city, number="1299900000904", ownership=Ownership.PUBLIC)

    for place, words in ((sakura, "確認済みの児童数がまだありません"), (public, "公立施設は請求対象外です")):
        browser = sign_in(place.clerk)
        assert words in browser.get(f"/f/{place.facility.number}/what-if/").content.decode()
        assert browser.post(f"/f/{place.facility.number}/what-if/").status_code == 422

    confirmed(sakura)
    with city.open():
        FacilityProfile.objects.all().delete()
    assert "年度プロフィール" in clerk.get(f"/f/{sakura.facility.number}/what-if/").content.decode()


def test_the_record_names_the_rows_and_no_number_that_was_typed(
    city: City, sakura: Nursery, clerk: Browser
) -> None:
    ready_claim(sakura)

    page = send(sakura, clerk, **{"count-3-0-standard": "5"}).content.decode()

    (event,) = events_of(city, "claims.what_if_shown")
    assert set(re.findall(r'data-row="([^"]+)"', page)) == {
        row for rows in event.rows.values() for row in rows
    }
    assert event.detail == {"month": "2026-06"}


def test_the_city_tries_any_of_its_facilities(city: City) -> None:
    momo = kindergarten(city)
    ready_claim(momo)
    address = f"/c/review/what-if/{momo.facility.number}/"
    officer = sign_in(city.people[Role.OFFICER])

    page = officer.get(address)
    answer = officer.post(address, typed(momo, **{"count-1-3-education": "27"}))

    assert page.status_code == answer.status_code == 200
    assert "試算の結果" in answer.content.decode()
    assert [event.facility_id for event in events_of(city, "approvals.what_if_shown")] == [
        momo.facility.pk
    ] * 2
    assert sign_in(city.people[Role.ENROLMENT]).get(address).status_code == 403
    other = make_city("129998", "緑野市")
    assert sign_in(other.people[Role.OFFICER]).post(address).status_code == 404


def test_more_months_cost_no_more_queries(sakura: Nursery, clerk: Browser) -> None:
    def cost() -> int:
        clerk.get(f"/f/{sakura.facility.number}/what-if/")
        with CaptureQueriesContext(connection) as queries:
            clerk.get(f"/f/{sakura.facility.number}/what-if/")
        return sum(not re.match("SAVEPOINT|RELEASE|SELECT set_config", one["sql"]) for one in queries)

    ready_claim(sakura, MAY)
    few = cost()
    for month in range(3):
        ready_claim(sakura, JUNE.plus(month))

    assert cost() == few <= 14, "one of them asks whether anybody is on a roster"
