"""What holds for a facility from which month: profiles and granted items, set by the administrator only."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from facilities.actors import Role
from facilities.events import FacilityEvent
from facilities.models import Facility, FacilityProfile, GrantedItem, holding_in
from facilities.operations.profiles import ProfileValues, end_item, grant_item, set_profile
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from tests.cast import APRIL, JUNE, MAY, City, Nursery, make_city, make_facility
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
LARGER = ProfileValues(
    approved_capacity=120,
    capacity_1=None,
    capacity_23=120,
    region_percent=10,
    base_percent=9,
    wage_percent=7,
)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def test_a_new_profile_ends_the_one_before_it(city, sakura):
    with city.open() as administrator:
        set_profile(sakura.facility.pk, LARGER, from_month=JUNE, by=administrator, at=AT)

        may, june = (holding_in(FacilityProfile.objects.all(), month).get() for month in (MAY, JUNE))

    assert (may.approved_capacity, may.to_month) == (90, MAY.first_day)
    assert (june.approved_capacity, june.to_month) == (120, None)


def test_the_same_month_set_again_corrects_the_profile_and_the_record_keeps_both(city, sakura):
    with city.open() as administrator:
        set_profile(sakura.facility.pk, LARGER, from_month=APRIL, by=administrator, at=AT)

        profiles = list(FacilityProfile.objects.all())
    event = events_of(city, FacilityEvent.PROFILE_SET)[-1]

    assert [profile.approved_capacity for profile in profiles] == [120]
    assert event.detail["before"]["approved_capacity"] == 90
    assert event.detail["after"]["approved_capacity"] == 120


def test_a_profile_before_a_later_one_is_refused(city, sakura):
    with city.open() as administrator:
        set_profile(sakura.facility.pk, LARGER, from_month=JUNE, by=administrator, at=AT)

        with pytest.raises(ProblemsFound, match="2026年6月からのプロフィールがすでにあります"):
            set_profile(sakura.facility.pk, LARGER, from_month=MAY, by=administrator, at=AT)

        assert FacilityProfile.objects.count() == 2


def test_the_database_refuses_overlapping_profiles_too(city, sakura):
    with city.open(), pytest.raises(IntegrityError, match="exclu"), transaction.atomic():
        FacilityProfile.objects.create(
            municipality=city.municipality,
            facility=sakura.facility,
            from_month=MAY.first_day,
            approved_capacity=60,
            capacity_23=60,
            region_percent=10,
        )


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"from_month": datetime(2026, 9, 2).date()}, "profile_begins_on_a_first_day"),
        ({"to_month": datetime(2026, 9, 2).date()}, "profile_ends_after_it_begins"),
        ({"to_month": datetime(2026, 8, 1).date()}, "profile_ends_after_it_begins"),
        ({"region_percent": 11}, "profile_region_is_a_class"),
        ({"base_percent": 5}, "profile_rates_are_given_together"),
        ({"base_percent": 1, "wage_percent": 6}, "profile_rates_are_given_together"),
        ({"base_percent": 5, "wage_percent": 8}, "profile_rates_are_given_together"),
        ({"capacity_23": None}, "profile_has_a_capacity"),
        ({"capacity_23": 0}, "profile_has_a_capacity"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_by_the_database(city, sakura, changes, constraint):
    values = {
        "from_month": datetime(2026, 9, 1).date(),
        "approved_capacity": 60,
        "capacity_23": 60,
        "region_percent": 10,
        **changes,
    }
    with city.open():
        FacilityProfile.objects.update(to_month=MAY.first_day)

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            FacilityProfile.objects.create(municipality=city.municipality, facility=sakura.facility, **values)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.ENROLMENT, Role.AUDITOR])
def test_only_the_administrator_sets_profiles_and_items(city, sakura, role):
    with city.open(role) as actor:
        with pytest.raises(NotAllowed, match="市の管理者だけ"):
            set_profile(sakura.facility.pk, LARGER, from_month=JUNE, by=actor, at=AT)
        with pytest.raises(NotAllowed, match="市の管理者だけ"):
            grant_item(sakura.facility.pk, "rent", {}, from_month=JUNE, to_month=None, by=actor, at=AT)


def test_an_item_holds_from_month_to_month(city, sakura):
    with city.open() as administrator:
        grant_item(
            sakura.facility.pk,
            "rent",
            {"variant": "c_standard"},
            from_month=APRIL,
            to_month=MAY,
            by=administrator,
            at=AT,
        )

        held = {month: holding_in(GrantedItem.objects.all(), month).exists() for month in (APRIL, MAY, JUNE)}

    assert held == {APRIL: True, MAY: True, JUNE: False}


@pytest.mark.parametrize(
    ("from_month", "to_month"), [(APRIL, None), (MAY, JUNE), (APRIL, MAY), (MAY, MAY), (JUNE, None)]
)
def test_an_item_is_not_granted_twice_for_a_month(city, sakura, from_month, to_month):
    with city.open() as administrator:
        grant_item(sakura.facility.pk, "rent", {}, from_month=MAY, to_month=None, by=administrator, at=AT)

        with pytest.raises(ProblemsFound, match="すでに設定されています"):
            grant_item(
                sakura.facility.pk,
                "rent",
                {},
                from_month=from_month,
                to_month=to_month,
                by=administrator,
                at=AT,
            )


def test_an_item_granted_again_after_its_end_is_welcome(city, sakura):
    with city.open() as administrator:
        for from_month, to_month in ((APRIL, APRIL), (JUNE, None)):
            grant_item(
                sakura.facility.pk,
                "rent",
                {},
                from_month=from_month,
                to_month=to_month,
                by=administrator,
                at=AT,
            )

        assert GrantedItem.objects.count() == 2


def test_an_item_that_ends_before_it_begins_is_refused(city, sakura):
    with city.open() as administrator, pytest.raises(ProblemsFound, match="適用終了月は"):
        grant_item(sakura.facility.pk, "rent", {}, from_month=JUNE, to_month=MAY, by=administrator, at=AT)


def test_ending_an_item_keeps_what_it_held(city, sakura):
    with city.open() as administrator:
        granted = grant_item(
            sakura.facility.pk, "rent", {}, from_month=APRIL, to_month=None, by=administrator, at=AT
        )
        end_item(granted.pk, last_month=MAY, by=administrator, at=AT)

        granted.refresh_from_db()

    assert granted.to_month == MAY.first_day


def test_an_item_that_never_held_is_taken_away_and_the_record_remembers(city, sakura):
    with city.open() as administrator:
        granted = grant_item(
            sakura.facility.pk, "rent", {}, from_month=JUNE, to_month=None, by=administrator, at=AT
        )
        end_item(granted.pk, last_month=MAY, by=administrator, at=AT)

        assert not GrantedItem.objects.exists()
    event = events_of(city, FacilityEvent.ITEM_ENDED)[-1]

    assert (event.object_id, event.detail["code"]) == (str(granted.pk), "rent")


def test_a_refusal_is_recorded_after_its_rollback(city, sakura):
    with city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed):
        set_profile(sakura.facility.pk, LARGER, from_month=JUNE, by=officer, at=AT)

    (event,) = events_of(city, FacilityEvent.PROFILE_SET)
    with scope(city.municipality.pk, None):
        unchanged = list(FacilityProfile.objects.values_list("approved_capacity", flat=True))

    assert event.outcome == "refused"
    assert event.actor_label == "officer-129999"
    assert event.rows == {"subject": [str(sakura.facility.pk)]}
    assert "市の管理者だけ" in event.detail["refused"]
    assert unchanged == [90]


def test_another_citys_facility_is_not_there(city, sakura):
    there = make_city("129998", "緑野市")

    with there.open() as administrator, pytest.raises(Facility.DoesNotExist):
        set_profile(sakura.facility.pk, LARGER, from_month=JUNE, by=administrator, at=AT)


def test_months_are_counted_across_years():
    december = ServiceMonth(2026, 12)

    assert december.plus(1) == ServiceMonth(2027, 1)
    assert ServiceMonth(2027, 3).fiscal_year == 2026
    assert ServiceMonth(2027, 4).fiscal_year == 2027
    assert ServiceMonth(2027, 1).plus(-1) == december
    assert [str(month) for month in sorted([JUNE, APRIL, december])] == ["2026-04", "2026-06", "2026-12"]


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-6", "1999-06", "2026-06 ", "２０２６-06", ""])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match="not a service month"):
        ServiceMonth.parse(text)
