"""What holds for a facility from which month: profiles and granted items, set by the administrator only."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from facilities.actors import Role
from facilities.events import FacilityEvent
from facilities.models import Branch, Facility, FacilityKind, FacilityProfile, GrantedItem, holding_in
from facilities.operations.branches import BranchValues, end_branch, open_branch
from facilities.operations.profiles import (
    CertifiedRates,
    ProfileValues,
    certify_rates,
    end_item,
    grant_item,
    set_profile,
    undo_item,
    undo_profile,
)
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from jobs.models import Job
from tests.cast import APRIL, JUNE, MAY, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
JULY, NEXT_APRIL = JUNE.plus(1), APRIL.plus(12)
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


def periods_of(garden: Nursery) -> list[tuple[str, str, int]]:
    """(first month, last month, capacity) of each profile, oldest first."""
    with garden.city.open():
        rows = FacilityProfile.objects.filter(facility=garden.facility).order_by("from_month")
        return [
            (
                f"{row.from_month:%Y-%m}",
                f"{row.to_month:%Y-%m}" if row.to_month else "",
                row.approved_capacity,
            )
            for row in rows
        ]


def told(from_month: str) -> int:
    """How often the rooms above were told of a change from this month on."""
    return Job.objects.filter(kind="facilities.profile_changed", args__from_month=from_month).count()


def with_capacity(children: int) -> ProfileValues:
    return replace(LARGER, approved_capacity=children, capacity_23=children)


def test_a_profile_between_others_holds_until_the_next_begins(city, sakura):
    with city.open() as administrator:
        for month, children in ((NEXT_APRIL, 120), (JUNE, 100)):
            set_profile(
                sakura.facility.pk, with_capacity(children), from_month=month, by=administrator, at=AT
            )

    assert periods_of(sakura) == [
        ("2026-04", "2026-05", 90),
        ("2026-06", "2027-03", 100),
        ("2027-04", "", 120),
    ]
    assert told("2026-06") == 1
    assert events_of(city, FacilityEvent.PROFILE_SET)[-1].detail["to_month"] == "2027-03"


def test_a_profile_before_all_others_holds_until_the_first_begins(city, sakura):
    with city.open() as administrator:
        set_profile(sakura.facility.pk, with_capacity(80), from_month=APRIL.plus(-3), by=administrator, at=AT)

    assert periods_of(sakura) == [("2026-01", "2026-03", 80), ("2026-04", "", 90)]


def test_correcting_a_profile_before_a_later_one_keeps_its_end(city, sakura):
    with city.open() as administrator:
        set_profile(sakura.facility.pk, with_capacity(120), from_month=JUNE, by=administrator, at=AT)
        set_profile(sakura.facility.pk, with_capacity(80), from_month=APRIL, by=administrator, at=AT)

    assert periods_of(sakura) == [("2026-04", "2026-05", 80), ("2026-06", "", 120)]


def test_what_the_database_refuses_is_said_in_a_sentence(city, sakura, monkeypatch):
    with city.open() as administrator:
        set_profile(sakura.facility.pk, LARGER, from_month=JUNE, by=administrator, at=AT)
        monkeypatch.setattr("facilities.operations.profiles.profiles_of", lambda facility: [])

        with pytest.raises(ProblemsFound, match="期間が重なっています"):
            set_profile(sakura.facility.pk, LARGER, from_month=MAY, by=administrator, at=AT)

    assert periods_of(sakura) == [("2026-04", "2026-05", 90), ("2026-06", "", 120)]


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (FacilityKind.NURSERY, {"capacity_1": 10}, "1号の利用定員はありません"),
        (FacilityKind.NURSERY, {"capacity_23": None}, "利用定員がありません"),
        (FacilityKind.NURSERY, {"capacity_23": 121}, "認可定員（120人）より多く"),
        (FacilityKind.KINDERGARTEN, {}, "2・3号の利用定員はありません"),
        (FacilityKind.CERTIFIED_KODOMOEN, {"capacity_1": 1}, "合わせて121人"),
    ],
)
def test_capacities_fit_the_type_and_each_other(city, kind, values, sentence):
    garden = make_facility(city, "みどり園", number="1299900000902", kind=kind)

    with city.open() as administrator, pytest.raises(ProblemsFound, match=sentence):
        set_profile(garden.facility.pk, replace(LARGER, **values), from_month=JUNE, by=administrator, at=AT)


# ---------------------------------------------------------------- taking back what has not begun


def test_a_profile_ahead_is_taken_back_and_what_held_goes_on(city, sakura):
    with city.open() as administrator:
        for month, children in ((NEXT_APRIL, 120), (JULY, 100)):
            set_profile(
                sakura.facility.pk, with_capacity(children), from_month=month, by=administrator, at=AT
            )
        july = FacilityProfile.objects.get(from_month=JULY.first_day)
        undo_profile(july.pk, by=administrator, at=AT)

    assert periods_of(sakura) == [("2026-04", "2027-03", 90), ("2027-04", "", 120)]
    event = events_of(city, FacilityEvent.PROFILE_UNDONE)[-1]
    assert (event.object_id, event.detail["before"]["approved_capacity"]) == (str(july.pk), 100)
    assert told("2026-07") == 2


def test_a_profile_that_has_begun_stays(city, sakura):
    begun = datetime(2026, 7, 1, 0, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    with city.open() as administrator:
        july = set_profile(sakura.facility.pk, LARGER, from_month=JULY, by=administrator, at=AT)

        with pytest.raises(ProblemsFound, match="始まっている"):
            undo_profile(july.pk, by=administrator, at=begun)

    assert len(periods_of(sakura)) == 2


def test_an_item_ahead_is_taken_back_and_one_that_has_begun_stays(city, sakura):
    with city.open() as administrator:
        begun, ahead = (
            grant_item(sakura.facility.pk, code, {}, from_month=month, to_month=None, by=administrator, at=AT)
            for code, month in (("office_staff", JUNE), ("rent", JULY))
        )
        undo_item(ahead.pk, by=administrator, at=AT)

        with pytest.raises(ProblemsFound, match="始まっている"):
            undo_item(begun.pk, by=administrator, at=AT)

        assert [row.code for row in GrantedItem.objects.all()] == ["office_staff"]
    assert events_of(city, FacilityEvent.ITEM_UNDONE)[0].detail["code"] == "rent"
    assert told("2026-07") == 2


# ---------------------------------------------------------------- certified rates

CERTIFICATE = CertifiedRates(11, 7, "青こ第123号", date(2026, 9, 10))


def provisional(garden: Nursery, *months: ServiceMonth) -> None:
    """Provisional rates in April, and a profile of its own from each of these months on."""
    with garden.city.open() as administrator:
        FacilityProfile.objects.filter(facility=garden.facility).update(rates_are_provisional=True)
        for place, month in enumerate(months, start=1):
            values = replace(with_capacity(90 + place), wage_percent=6, rates_are_provisional=True)
            set_profile(garden.facility.pk, values, from_month=month, by=administrator, at=AT)


def certify(garden: Nursery, month: ServiceMonth, rates: CertifiedRates = CERTIFICATE) -> None:
    with garden.city.open() as administrator:
        certify_rates(garden.facility.pk, rates, from_month=month, by=administrator, at=AT)


def rates_of(garden: Nursery) -> list[tuple[str, str, int | None, bool, str]]:
    """(first month, last month, rate 1, whether provisional, certificate) of each profile."""
    with garden.city.open():
        rows = FacilityProfile.objects.filter(facility=garden.facility).order_by("from_month")
        return [
            (
                f"{row.from_month:%Y-%m}",
                f"{row.to_month:%Y-%m}" if row.to_month else "",
                row.base_percent,
                row.rates_are_provisional,
                row.certificate_number,
            )
            for row in rows
        ]


def test_certified_rates_reach_back_through_every_profile_of_the_year(city, sakura):
    provisional(sakura, JULY)

    certify(sakura, APRIL)

    assert rates_of(sakura) == [
        ("2026-04", "2026-06", 11, False, "青こ第123号"),
        ("2026-07", "", 11, False, "青こ第123号"),
    ]
    assert [children for _, _, children in periods_of(sakura)] == [90, 91], "capacities stay"
    event = events_of(city, FacilityEvent.RATES_CERTIFIED)[-1]
    assert [row["rates_are_provisional"] for row in event.detail["before"]] == [True, True]
    assert event.detail["certified_on"] == "2026-09-10"
    assert len(event.rows["profile"]) == 2
    assert told("2026-04") == 1


def test_a_certificate_from_the_middle_splits_the_profile_that_holds_then(city, sakura):
    provisional(sakura, JULY, NEXT_APRIL)

    certify(sakura, JUNE)

    assert rates_of(sakura) == [
        ("2026-04", "2026-05", 9, True, ""),
        ("2026-06", "2026-06", 11, False, "青こ第123号"),
        ("2026-07", "2027-03", 11, False, "青こ第123号"),
        ("2027-04", "", 11, True, ""),
    ]
    assert [children for _, _, children in periods_of(sakura)] == [90, 90, 91, 92]


def test_a_certificate_of_a_year_leaves_what_the_next_year_has_certified(city, sakura):
    with city.open() as administrator:
        set_profile(sakura.facility.pk, LARGER, from_month=NEXT_APRIL, by=administrator, at=AT)

    certify(sakura, APRIL)

    assert [row[2:4] for row in rates_of(sakura)] == [(11, False), (9, False)]


def test_the_certificate_goes_on_with_its_rates_and_leaves_with_them(city, sakura):
    certify(sakura, APRIL)
    same = replace(with_capacity(100), base_percent=11, wage_percent=7)
    with city.open() as administrator:
        for month, values in ((JUNE, same), (JULY, replace(same, base_percent=10)), (NEXT_APRIL, same)):
            set_profile(sakura.facility.pk, values, from_month=month, by=administrator, at=AT)

    assert [row[4] for row in rates_of(sakura)] == ["青こ第123号", "青こ第123号", "", ""]


def test_what_is_certified_already_or_has_no_profile_is_refused(city, sakura):
    certify(sakura, APRIL)

    with pytest.raises(ProblemsFound, match="すでに認定として"):
        certify(sakura, MAY)
    with pytest.raises(ProblemsFound, match="令和8年3月に年度プロフィールがありません"):
        certify(sakura, APRIL.plus(-1))
    assert len(rates_of(sakura)) == 1


def test_the_database_keeps_certificates_off_provisional_rates(city, sakura):
    with city.open(), pytest.raises(IntegrityError, match="profile_certificate_is_of"), transaction.atomic():
        FacilityProfile.objects.update(rates_are_provisional=True, certificate_number="青こ第123号")


# ---------------------------------------------------------------- what the database refuses


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
        ({"capacity_23": 61}, "profile_capacity_lies_within"),
        ({"capacity_1": 1, "capacity_23": 60}, "profile_capacity_lies_within"),
        ({"capacity_1": 61, "capacity_23": None}, "profile_capacity_lies_within"),
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
        with pytest.raises(NotAllowed, match="市の管理者だけ"):
            certify_rates(sakura.facility.pk, CERTIFICATE, from_month=JUNE, by=actor, at=AT)
        with pytest.raises(NotAllowed, match="市の管理者だけ"):
            undo_profile(FacilityProfile.objects.get().pk, by=actor, at=AT)


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


def test_an_end_is_put_right_and_never_runs_into_the_next_grant(city, sakura):
    with city.open() as administrator:
        granted = grant_item(
            sakura.facility.pk, "rent", {}, from_month=APRIL, to_month=APRIL, by=administrator, at=AT
        )
        grant_item(sakura.facility.pk, "rent", {}, from_month=JUNE, to_month=None, by=administrator, at=AT)
        end_item(granted.pk, last_month=MAY, by=administrator, at=AT)

        with pytest.raises(ProblemsFound, match="令和8年6月から同じ加算が設定されています"):
            end_item(granted.pk, last_month=JUNE, by=administrator, at=AT)

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


# ---------------------------------------------------------------- branches (分園) have room in their facility


def with_branch(nursery: Nursery, capacity: int, month: ServiceMonth, name: str = "東分園") -> Branch:
    values = BranchValues(name, "272-0001", "青葉台市東1-1", capacity)
    with nursery.city.open() as administrator:
        branch: Branch = open_branch(nursery.facility.pk, values, from_month=month, by=administrator, at=AT)
    return branch


def test_a_capacity_does_not_fall_below_what_the_branches_hold(city, sakura):
    with_branch(sakura, 20, JUNE)
    with_branch(sakura, 12, JULY, "西分園")

    with city.open() as administrator:
        for month, capacity, blamed, places in (
            (MAY, 19, "6月", 20),
            (MAY, 31, "7月", 32),
            (JUNE, 19, "6月", 20),
            (NEXT_APRIL, 31, "4月", 32),
        ):
            words = f"{blamed}は分園が合わせて{places}人です。施設の利用定員を{places}人以上にするか"
            with pytest.raises(ProblemsFound, match=words):
                set_profile(
                    sakura.facility.pk, with_capacity(capacity), from_month=month, by=administrator, at=AT
                )
        assert FacilityProfile.objects.get().to_month is None
        set_profile(sakura.facility.pk, with_capacity(32), from_month=MAY, by=administrator, at=AT)


def test_only_the_months_of_the_new_profile_are_asked(city, sakura):
    branch = with_branch(sakura, 20, JULY)
    with city.open() as administrator:
        set_profile(sakura.facility.pk, with_capacity(60), from_month=JULY, by=administrator, at=AT)
        set_profile(sakura.facility.pk, with_capacity(10), from_month=MAY, by=administrator, at=AT)
        end_branch(branch.pk, last_month=JULY, by=administrator, at=AT)
        set_profile(sakura.facility.pk, with_capacity(10), from_month=JULY.plus(1), by=administrator, at=AT)

        with pytest.raises(ProblemsFound, match="ほかの分園 20人"):
            open_branch(
                sakura.facility.pk,
                BranchValues("西分園", "272-0001", "青葉台市東1-1", 41),
                from_month=JULY,
                by=administrator,
                at=AT,
            )


def test_what_had_no_room_before_hinders_no_other_change(city, sakura):
    with_branch(sakura, 20, MAY)
    with city.open() as administrator:
        FacilityProfile.objects.update(capacity_23=15)
        values = replace(with_capacity(15), region_percent=12)

        set_profile(sakura.facility.pk, values, from_month=JUNE, by=administrator, at=AT)

        with pytest.raises(ProblemsFound, match="20人以上"):
            set_profile(sakura.facility.pk, with_capacity(14), from_month=JULY, by=administrator, at=AT)


def test_a_profile_is_not_undone_when_the_branches_need_its_places(city, sakura):
    with city.open() as administrator:
        set_profile(sakura.facility.pk, with_capacity(20), from_month=MAY, by=administrator, at=AT)
        july = set_profile(sakura.facility.pk, LARGER, from_month=JULY, by=administrator, at=AT)
    branch = with_branch(sakura, 40, JULY)
    with city.open() as administrator:
        with pytest.raises(ProblemsFound, match="7月は分園が合わせて40人です"):
            undo_profile(july.pk, by=administrator, at=AT)
        end_branch(branch.pk, last_month=JUNE, by=administrator, at=AT)

        undo_profile(july.pk, by=administrator, at=AT)

        assert FacilityProfile.objects.order_by("from_month").last().to_month is None


def test_the_page_says_it_at_the_capacity(city, sakura):
    with_branch(sakura, 20, JUNE)
    sent = {
        "from_month": "2026-06", "approved_capacity": "90", "capacity_23": "19", "region_percent": "10",
        "base_percent": "8", "wage_percent": "6",
    }  # fmt: skip

    answer = sign_in(city.people[Role.ADMINISTRATOR]).post(
        f"/c/facilities/{sakura.facility.number}/profile/", sent
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert (
        "2・3号 利用定員：分園の利用定員は、施設の利用定員に含まれます。令和8年6月は分園が合わせて20人です。"
        in page
    )
    with city.open():
        assert FacilityProfile.objects.count() == 1
