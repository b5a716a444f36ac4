"""The shipped packs in a city: loaded and released as they are, and applied with from the first round to the report."""

import re
from collections.abc import Mapping
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.definitions import Item
from applications.models import ApplicationVersion, ItemPack, TypedField
from applications.operations import cases, places
from applications.operations.together import Shown, submit_together
from applications.packs_in_force import pack_of, released
from applications.queries.filled import fill_for, fill_many
from applications.shipped import shipped
from claims.queries.additions import additions_of
from facilities.models import GrantedItem
from facilities.periods import ServiceMonth
from staff_records.models import StaffMember
from tests.applications.stage import AT, release_pack, save, say_places, submit
from tests.applications.test_cases import approve
from tests.cast import APRIL, JUNE, City, Nursery, make_city, make_facility
from tests.claims.stage import confirmed
from tests.staff_records.staffed import Somebody, give_roster

STATE = {
    "extended_care": "yes",
    "temporary_care_general": "yes",
    "sick_child_care": "no",
    "chief_dedicated": "yes",
    "chief_substitute": "yes",
    "director_dedicated": "yes",
    "director_paid": "yes",
    "ict_functions": ["attendance", "records"],
    "safety_plan": "yes",
    "management_report": "yes",
}
MAY_2027 = timezone.make_aware(datetime(2027, 5, 10, 9))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def packs(city: City) -> dict[str, ItemPack]:
    return {name: release_pack(city, text) for name, text in shipped(2026).items()}


@pytest.fixture
def sakura(city: City, packs: dict[str, ItemPack]) -> Nursery:
    place = make_facility(city, capacity=130, items={"treatment_3": {}})
    confirmed(place, APRIL)
    give_roster(
        place,
        Somebody(job="director", licences=(), hired_on=date(2010, 4, 1)),
        Somebody(job="chief_nursery_teacher", hired_on=date(2012, 4, 1)),
        *[Somebody(hired_on=date(2012, 4, 1)) for _ in range(16)],
    )
    return place


def packs_of(row: ItemPack) -> Mapping[str, Item]:
    return pack_of(row).by_key


def test_all_packs_hold_for_the_year(city, packs):
    with city.open():
        assert [pack.id for _, pack in released(2026)] == ["city", "prefecture", "price", "treatment"]


def test_what_is_said_once_is_in_every_application_and_with_the_conditions(sakura, packs):
    draft = save(sakura, packs["price"], "facility_state", from_month=None, **STATE)
    with sakura.open():
        item = packs_of(packs["price"])["chief_nursery_teacher"]
        before = fill_for(sakura.facility, 2026, item, None)
    assert before.by_key["extended_care"].value is True
    assert before.by_key["extended_care"].known.words == "「施設の状況（加算に共通）」の入力（提出前）"
    state = submit(sakura, draft)
    assert state.facts["ict_functions"] == ["attendance", "records"]

    with sakura.open():
        substitute = StaffMember.objects.order_by("number").last()
    assert substitute is not None
    chief = submit(sakura, save(sakura, packs["price"], "chief_nursery_teacher", person=str(substitute.pk)))
    age1 = submit(sakura, save(sakura, packs["price"], "age1_staffing"))

    with sakura.open():
        (typed,) = TypedField.objects.exclude(version=state)
        assert (typed.version_id, typed.field_key) == (chief.pk, "person")
        assert not TypedField.objects.filter(knew=True).exists()
        content = ApplicationVersion.objects.get(pk=chief.pk).content["sent"]
        sent = ApplicationVersion.objects.get(pk=age1.pk).content["sent"]
    assert content["programmes"]["value"] == 3  # 延長保育, 一時預かり and eight children of no year
    assert sent["teachers"]["value"] == "16"
    assert "職員名簿" in sent["teachers"]["words"]
    confirmed(sakura, JUNE)
    with sakura.open():
        checked = additions_of(sakura.facility, JUNE).checked
    assert checked is not None
    assert checked.facts.chief_substitute is True
    assert checked.facts.ict_functions == {"attendance", "records"}
    assert not {"extended_care", "chief_substitute", "safety_plan"} & {one.name for one in checked.questions}


def test_team_childcare_from_its_application_to_the_rest(sakura, packs):
    typed = {
        "extra_staff": "1",
        "activities": "年齢を超えたチームで保育する",
        "planned_yen": "4,900,000",
        "uses": ["wages"],
    }
    sent = submit(sakura, save(sakura, packs["price"], "team_childcare", **typed))
    assert sent.options == {"extra_staff": 1}
    approve(sakura.city, sent)

    report = save(
        sakura, packs["price"], "team_childcare_report", from_month=None, spent_yen="4,800,000", at=MAY_2027
    )
    with sakura.open():
        item = packs_of(packs["price"])["team_childcare_report"]
        filled = fill_for(sakura.facility, 2026, item, report)

    assert filled.by_key["planned_yen"].value == 4_900_000
    # No claim was approved: the amount is not typed, it waits for the claims.
    assert [problem.sentence for problem in filled.problems] == [
        "「加算額（A）」がまだ分かりません。この年度の請求が承認されると入ります。"
    ]


def test_a_round_is_sent_in_one_act(sakura, packs):
    """What one draft says the others repeat, so nothing has to be sent first."""
    save(sakura, packs["price"], "facility_state", from_month=None, **STATE)
    save(sakura, packs["price"], "age1_staffing")
    save(sakura, packs["price"], "no_safety_plan", wanted=False, from_month=None)
    with sakura.open() as by:
        drafts = list(ApplicationVersion.objects.select_related("application", "pack"))
        wanted = [(sakura.facility, packs_of(row.pack)[row.application.item_key], row) for row in drafts]
        filled = fill_many(wanted, 2026)
        shown = {
            row.pk: Shown(row.revision, cases.hash_of(row, one))
            for row, one in zip(drafts, filled, strict=True)
        }
        sent = submit_together(sakura.facility.pk, shown=shown, by=by, at=AT)

    assert {row.application.item_key for row in sent} == {"facility_state", "age1_staffing", "no_safety_plan"}
    with sakura.open():
        content = ApplicationVersion.objects.get(application__item_key="age1_staffing").content["sent"]
    assert content["ict"]["value"] == ["attendance", "records"]


def test_what_the_city_has_said_of_the_place_is_asked_of_nobody(city, sakura, packs):
    say_places(city, rent_area="b")
    with city.open() as by:
        places.make_exception(sakura.facility.pk, fiscal_year=2026, fact="urban", value=True, by=by, at=AT)
    with sakura.open():
        found = {
            key: fill_for(sakura.facility, 2026, packs_of(packs["price"])[key], None)
            for key in ("depreciation", "rent", "climate")
        }

    assert {key: one.options for key, one in found.items()} == {
        "depreciation": {"variant": "urban"},
        "rent": {"variant": "b_urban"},
        "climate": {"variant": "other"},
    }
    assert found["rent"].by_key["area"].known.words == "市の設定（令和8年度）"
    assert found["rent"].by_key["urban"].known.words == "市の設定（令和8年度、この施設）"
    assert not {"area", "urban"} & {one.field.key for one in found["rent"].asked}


def test_who_rents_and_applies_for_depreciation_is_told_to_stop_the_rent(sakura, packs):
    with sakura.open():
        GrantedItem.objects.create(
            municipality=sakura.city.municipality,
            facility=sakura.facility,
            code="rent",
            options={"variant": "c_urban"},
            from_month=APRIL.first_day,
        )
        item = packs_of(packs["price"])["depreciation"]
    draft = save(
        sakura,
        packs["price"],
        "depreciation",
        from_month=ServiceMonth(2026, 5),
        owned_percent="100",
        cost="yes",
        subsidy="no",
    )

    with sakura.open():
        filled = fill_for(sakura.facility, 2026, item, draft)

    # 都市部 is known from what holds already, so it is not asked.
    assert filled.options == {"variant": "urban"}
    assert (filled.is_complete, [remark.at for remark in filled.remarks]) == (True, ["rent"])


def test_the_whole_year_of_a_city_costs_as_many_queries_as_of_one_facility(city, packs, sakura):
    places = [sakura]
    for number in range(3):
        place = make_facility(city, f"園{number}", number=f"12999000008{number:02}", capacity=60)
        confirmed(place, APRIL if number else ServiceMonth(2026, 5))
        give_roster(place, *[Somebody() for _ in range(5)])
        places.append(place)

    def cost(*own: Nursery) -> int:
        with city.open():
            items = [item for _, pack in released(2026) for item in pack.items if item.asks("nursery")]
            wanted = [(place.facility, item, None) for place in own for item in items]
            with CaptureQueriesContext(connection) as queries:
                assert len(fill_many(wanted, 2026)) == len(own) * len(items)
        return sum(not re.match("SAVEPOINT|RELEASE|SELECT set_config", one["sql"]) for one in queries)

    assert cost(sakura) == cost(*places) <= 32
