"""The fiscal year turns: profiles go on, provisional rates, twice is harmless. Branches come and go."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from facilities.actors import Role
from facilities.models import Branch, FacilityProfile, YearRoll, holding_in
from facilities.operations.branches import BranchValues, end_branch, open_branch
from facilities.operations.profiles import ProfileValues, set_profile
from facilities.operations.years import plan_of, roll
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from facilities.years import is_prepared
from jobs.models import Job
from tests.cast import City, Nursery, make_city, make_facility, sign_in

AT = datetime(2027, 3, 1, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
APRIL = ServiceMonth(2027, 4)
BRANCH = BranchValues("さくら保育園 東分園", "279-0001", "青葉台市東1-1", 12)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def _roll(city: City, *, keep_rates: bool = True, year: int = 2027) -> YearRoll:
    with city.open(Role.ADMINISTRATOR) as administrator:
        return roll(year, keep_rates=keep_rates, by=administrator, at=AT)


def _profile(place: Nursery, month: ServiceMonth) -> FacilityProfile:
    with place.city.open():
        found = holding_in(FacilityProfile.objects.filter(facility=place.facility), month).first()
        assert found is not None
        return found


def test_what_held_in_march_goes_on_in_april_with_provisional_rates(city: City, sakura: Nursery) -> None:
    march = _profile(sakura, APRIL.plus(-1))

    done = _roll(city)

    april = _profile(sakura, APRIL)
    assert done.carried == 1
    assert april.pk != march.pk
    assert (april.capacity_23, april.base_percent) == (march.capacity_23, march.base_percent)
    assert april.rates_are_provisional
    assert not _profile(sakura, APRIL.plus(-1)).rates_are_provisional, "March stays as it was"
    assert Job.objects.filter(kind="facilities.profile_changed").count() == 1


def test_rates_may_wait_for_their_certificate(city: City, sakura: Nursery) -> None:
    _roll(city, keep_rates=False)

    april = _profile(sakura, APRIL)
    assert (april.base_percent, april.wage_percent, april.rates_are_provisional) == (None, None, False)


def test_rolling_twice_changes_nothing(city: City, sakura: Nursery) -> None:
    _roll(city)
    first = _profile(sakura, APRIL)

    with pytest.raises(ProblemsFound, match="もうありません"):
        _roll(city, keep_rates=False)

    assert _profile(sakura, APRIL).pk == first.pk
    assert _profile(sakura, APRIL).base_percent is not None


def test_a_year_is_prepared_while_nothing_is_left_to_carry(city: City, sakura: Nursery) -> None:
    """Also when nobody has ever rolled: a city that begins in April, or one that sets every April by a list."""
    with city.open():
        assert not is_prepared(2027)
        assert is_prepared(2026), "nothing held in March 2026: there is nothing to carry"
    with city.open(Role.ADMINISTRATOR) as administrator:
        set_profile(
            sakura.facility.pk,
            ProfileValues(120, None, 110, 10, 9, 6),
            from_month=APRIL,
            by=administrator,
            at=AT,
        )
        assert is_prepared(2027)
    make_facility(city, "すみれ保育園", number="1299900000902")
    with city.open():
        assert not is_prepared(2027)


def test_after_the_roll_a_change_before_april_ends_with_march(city: City, sakura: Nursery) -> None:
    _roll(city)

    with city.open(Role.ADMINISTRATOR) as administrator:
        larger = ProfileValues(120, None, 110, 10, 9, 6)
        set_profile(sakura.facility.pk, larger, from_month=APRIL.plus(-1), by=administrator, at=AT)

    assert _profile(sakura, APRIL.plus(-1)).to_month == APRIL.plus(-1).first_day
    assert _profile(sakura, APRIL).capacity_23 == 90
    assert _profile(sakura, APRIL).rates_are_provisional


def test_a_facility_whose_april_is_set_keeps_it_and_a_later_change_stays(city: City, sakura: Nursery) -> None:
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    larger = ProfileValues(120, None, 110, 10, 9, 6)
    with city.open(Role.ADMINISTRATOR) as administrator:
        set_profile(sakura.facility.pk, larger, from_month=APRIL, by=administrator, at=AT)
        set_profile(sumire.facility.pk, larger, from_month=APRIL.plus(3), by=administrator, at=AT)

    assert _roll(city).carried == 1

    assert _profile(sakura, APRIL).capacity_23 == 110
    assert _profile(sumire, APRIL).capacity_23 == 90
    assert _profile(sumire, APRIL.plus(3)).capacity_23 == 110


def test_a_closed_facility_and_one_without_a_profile_are_not_carried(city: City, sakura: Nursery) -> None:
    closed = make_facility(city, "すみれ保育園", number="1299900000902")
    bare = make_facility(city, "つばき保育園", number="1299900000903")
    with city.open():
        closed.facility.closed_on = datetime(2027, 3, 31).date()
        closed.facility.save()
        FacilityProfile.objects.filter(facility=bare.facility).delete()
        states = {one.facility.pk: one.state for one in plan_of(2027)}

    assert states == {sakura.facility.pk: "carry", bare.facility.pk: "none"}
    assert _roll(city).carried == 1


@pytest.mark.parametrize(("year", "sentence"), [(2028, "まだ先"), (2025, "終わっています")])
def test_only_the_year_at_hand_is_rolled(city: City, sakura: Nursery, year: int, sentence: str) -> None:
    with pytest.raises(ProblemsFound, match=sentence):
        _roll(city, year=year)


def test_only_the_administrator_rolls(city: City, sakura: Nursery) -> None:
    with city.open(Role.CHIEF) as chief, pytest.raises(NotAllowed):
        roll(2027, keep_rates=True, by=chief, at=AT)


def test_another_city_does_not_turn_with_it(city: City, sakura: Nursery) -> None:
    other = make_city("129998", "緑野市")
    there = make_facility(other, "こもれび保育園", number="1299800000001")

    _roll(city)

    assert not _profile(there, APRIL).rates_are_provisional


def test_the_page_shows_what_goes_on_and_what_changes(city: City, sakura: Nursery) -> None:
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    with city.open(Role.ADMINISTRATOR) as administrator:
        set_profile(
            sumire.facility.pk,
            ProfileValues(120, None, 110, 10, 9, 6),
            from_month=APRIL,
            by=administrator,
            at=AT,
        )
    page = sign_in(city.people[Role.ADMINISTRATOR]).get("/c/years/2027/").content.decode()

    assert "1施設を引き継ぐ" in page
    assert "2・3号定員 90人 → 110人" in page


def test_a_branch_is_part_of_its_facility_for_its_months(city: City, sakura: Nursery) -> None:
    with city.open(Role.ADMINISTRATOR) as administrator:
        branch = open_branch(sakura.facility.pk, BRANCH, from_month=APRIL, by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="同じ名前"):
            open_branch(sakura.facility.pk, BRANCH, from_month=APRIL, by=administrator, at=AT)
        end_branch(branch.pk, last_month=APRIL.plus(11), by=administrator, at=AT)
        assert Branch.objects.get().to_month == APRIL.plus(11).first_day
    page = sign_in(city.people[Role.ADMINISTRATOR]).get(f"/c/facilities/{sakura.facility.number}/changes/")
    assert "さくら保育園 東分園" in page.content.decode()


def test_a_branch_that_never_began_is_taken_away(city: City, sakura: Nursery) -> None:
    with city.open(Role.ADMINISTRATOR) as administrator:
        branch = open_branch(sakura.facility.pk, BRANCH, from_month=APRIL, by=administrator, at=AT)
        end_branch(branch.pk, last_month=APRIL.plus(-1), by=administrator, at=AT)
        assert not Branch.objects.exists()


def test_a_branch_form_without_a_capacity_or_postal_code_says_so(city: City, sakura: Nursery) -> None:
    sent = {"name": "東分園", "from_month": "2027-04", "capacity": "0", "postal_code": "27", "location": "東"}
    page = sign_in(city.people[Role.ADMINISTRATOR]).post(
        f"/c/facilities/{sakura.facility.number}/changes/branches/", sent
    )
    assert page.status_code == 422
    assert "1以上の数を入力してください。" in page.content.decode()
    assert "郵便番号を「123-4567」の形で" in page.content.decode()
