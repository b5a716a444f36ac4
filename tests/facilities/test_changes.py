"""Facilities change, dated: names, rest, closing, a new number; months before keep what held in them."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from approvals.queries import inbox
from audit.record import SYSTEM, Context, context
from claims.models import Claim, CountSheet, Obstacle
from claims.operations import counts_import
from claims.queries.imports import month_view
from documents.reading import FileRefused
from facilities.actors import Role
from facilities.models import (
    Corporation,
    Facility,
    FacilityDetail,
    FacilityKind,
    FacilityProfile,
    Membership,
    Suspension,
    details_on,
)
from facilities.operations.changes import (
    ALREADY_CLOSED,
    HAS_SUCCESSOR,
    NOT_CLOSED,
    NUMBER_TAKEN,
    OVERLAPS,
    SAME,
    DetailValues,
    SuccessorValues,
    change_details,
    close,
    end_suspension,
    resting_in,
    succeed,
    suspend,
    undo_closing,
)
from facilities.rules import NotAllowed, ProblemsFound
from facilities.tasks import hold_details
from tests.cast import (
    APRIL,
    JUNE,
    MAY,
    Browser,
    City,
    Nursery,
    give_counts,
    make_city,
    make_facility,
    sign_in,
)
from tests.claims.stage import nursery, ready_claim

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
NEW = DetailValues("新さくら保育園", "272-0011", "青葉台市みほん2丁目")
NUMBER = "1299900000955"
KODOMOEN = SuccessorValues(
    NUMBER, "さくらこども園", FacilityKind.CERTIFIED_KODOMOEN, "社会福祉法人 みほん会", "1234567890123"
)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def refused(act: Any) -> list[str]:
    with pytest.raises(ProblemsFound) as found:
        act()
    return found.value.problems


def states(city: City, month: Any) -> dict[str, str]:
    with city.open() as administrator:
        found = inbox(month, duty=administrator.duty, user_id=administrator.user_id)
    return {row.facility.name: row.state for row in found.everything}


# ---------------------------------------------------------------- name and address


def test_a_new_name_holds_from_its_day_and_earlier_months_keep_theirs(city, sakura):
    with city.open() as administrator:
        change_details(sakura.facility.pk, NEW, from_day=date(2026, 5, 1), by=administrator, at=AT)
        facility = Facility.objects.get()

        assert facility.name == "新さくら保育園"
        assert details_on(facility, APRIL.first_day).name == "さくら保育園"
        assert details_on(facility, MAY.first_day).name == "新さくら保育園"
        assert details_on(facility, date(1990, 1, 1)).name == "さくら保育園"


def test_a_name_registered_ahead_begins_on_its_day(city, sakura, time_machine):
    with city.open() as administrator:
        change_details(sakura.facility.pk, NEW, from_day=date(2026, 7, 1), by=administrator, at=AT)
        assert Facility.objects.get().name == "さくら保育園"

    for day, name in ((30, "さくら保育園"), (31, "新さくら保育園")):
        # 15:00 UTC is midnight in Japan.
        time_machine.move_to(datetime(2026, 6, 30, 14 if day == 30 else 16, 0, tzinfo=UTC))
        hold_details()
        hold_details()
        with city.open():
            assert Facility.objects.get().name == name


def test_the_same_day_again_corrects_and_the_same_values_are_no_change(city, sakura):
    with city.open() as administrator:
        change_details(sakura.facility.pk, NEW, from_day=date(2026, 5, 1), by=administrator, at=AT)
        other = DetailValues("さくらの森保育園", NEW.postal_code, NEW.location)
        change_details(sakura.facility.pk, other, from_day=date(2026, 5, 1), by=administrator, at=AT)

        assert FacilityDetail.objects.count() == 2
        assert Facility.objects.get().name == "さくらの森保育園"
        same = lambda: change_details(  # noqa: E731
            sakura.facility.pk, other, from_day=date(2026, 6, 1), by=administrator, at=AT
        )
        assert refused(same) == [SAME]
        early = lambda: change_details(  # noqa: E731
            sakura.facility.pk, NEW, from_day=date(2010, 3, 31), by=administrator, at=AT
        )
        assert "認可年月日より後" in refused(early)[0]


def test_the_paper_of_a_month_bears_the_name_of_that_month(city):
    from claims.paper import values

    garden = nursery(city)
    claim = ready_claim(garden, MAY)
    with city.open() as administrator:
        change_details(garden.facility.pk, NEW, from_day=date(2026, 6, 1), by=administrator, at=AT)
        found = values(claim.pk)

    assert found["facility_name"] == garden.facility.name
    assert found["location"] == garden.facility.location


# ---------------------------------------------------------------- closing


def test_a_closed_facility_is_not_expected_any_more(city, sakura):
    make_facility(city, "すみれ保育園", number="1299900000902")
    give_counts(sakura, MAY)
    with city.open() as administrator:
        close(sakura.facility.pk, closed_on=date(2026, 5, 31), by=administrator, at=AT)

    assert states(city, MAY) == {"さくら保育園": "waiting", "すみれ保育園": "none"}
    assert states(city, JUNE) == {"すみれ保育園": "none"}
    with city.open():
        assert [row.facility.name for row in month_view(JUNE).rows] == ["すみれ保育園"]


def test_counts_after_the_closing_are_refused_at_their_line(city, sakura):
    with city.open() as administrator:
        close(sakura.facility.pk, closed_on=date(2026, 5, 31), by=administrator, at=AT)
    line = "{},1299900000901,さくら保育園,129999,2号,3,標準,10\n"
    heading = "対象年月,事業所番号,施設名,居住市区町村コード,認定区分,年齢,保育必要量,初日在籍数\n"

    with city.open(Role.ENROLMENT) as enrolment:
        counts_import.preview((heading + line.format("令和8年5月")).encode(), by=enrolment, at=AT)
        Facility.objects.update(opened_on=date(2026, 5, 1))
        for month, sentence in (("令和8年6月", "廃止されています"), ("令和8年4月", "始まるのは")):
            with pytest.raises(FileRefused, match=sentence):
                counts_import.preview((heading + line.format(month)).encode(), by=enrolment, at=AT)


def test_a_draft_after_the_closing_goes_and_comes_back_when_it_is_undone(city, run_jobs):
    garden = nursery(city)
    draft = ready_claim(garden, JUNE)
    with city.open() as administrator:
        close(garden.facility.pk, closed_on=date(2026, 5, 31), by=administrator, at=AT)
    run_jobs()
    with city.open():
        assert Obstacle.objects.get(month=JUNE.first_day).message.startswith("この月は施設の開設前か廃止後")
        assert not Claim.objects.filter(month=JUNE.first_day, status="draft").exists()

    with city.open() as administrator:
        undo_closing(garden.facility.pk, by=administrator, at=AT)
    run_jobs()

    with city.open():
        again = Claim.objects.get(month=JUNE.first_day, status="draft")
        assert again.total_yen == draft.total_yen
        assert not Obstacle.objects.exists()


def test_a_facility_closes_once_and_after_it_opened(city, sakura):
    with city.open() as administrator:
        assert refused(lambda: undo_closing(sakura.facility.pk, by=administrator, at=AT)) == [NOT_CLOSED]
        early = date(2010, 3, 31)
        assert (
            "認可年月日より後"
            in refused(lambda: close(sakura.facility.pk, closed_on=early, by=administrator, at=AT))[0]
        )
        close(sakura.facility.pk, closed_on=date(2026, 5, 31), by=administrator, at=AT)
        twice = lambda: close(  # noqa: E731
            sakura.facility.pk, closed_on=date(2026, 6, 30), by=administrator, at=AT
        )
        assert refused(twice) == [ALREADY_CLOSED]
        with pytest.raises(IntegrityError, match="closes_after"), transaction.atomic():
            Facility.objects.update(closed_on=early)


# ---------------------------------------------------------------- rest


def test_a_resting_facility_is_not_late(city, sakura):
    with city.open() as administrator:
        suspend(sakura.facility.pk, from_month=MAY, to_month=None, reason="改修工事", by=administrator, at=AT)
        rest = Suspension.objects.get()
        assert resting_in(APRIL) == set()
        assert resting_in(MAY) == resting_in(JUNE) == {sakura.facility.pk}
        end_suspension(rest.pk, last_month=MAY, by=administrator, at=AT)
        assert resting_in(JUNE) == set()

    assert states(city, MAY) == {"さくら保育園": "resting"}
    assert states(city, JUNE) == {"さくら保育園": "none"}


def test_a_rest_that_never_began_is_taken_away(city, sakura):
    with city.open() as administrator:
        rest = suspend(
            sakura.facility.pk, from_month=JUNE, to_month=JUNE, reason="改修工事", by=administrator, at=AT
        )
        end_suspension(rest.pk, last_month=MAY, by=administrator, at=AT)
        assert not Suspension.objects.exists()


def test_rests_do_not_overlap(city, sakura):
    with city.open() as administrator:
        rest = {"reason": "改修工事", "by": administrator, "at": AT}
        suspend(sakura.facility.pk, from_month=APRIL, to_month=MAY, **rest)
        assert refused(lambda: suspend(sakura.facility.pk, from_month=MAY, to_month=None, **rest)) == [
            OVERLAPS
        ]
        assert (
            "同じか後の月"
            in refused(lambda: suspend(sakura.facility.pk, from_month=JUNE, to_month=MAY, **rest))[0]
        )
        suspend(sakura.facility.pk, from_month=JUNE, to_month=None, **rest)
        with pytest.raises(IntegrityError, match="one_rest_at_a_time"), transaction.atomic():
            Suspension.objects.filter(from_month=JUNE.first_day).update(from_month=MAY.first_day)


# ---------------------------------------------------------------- a new number


def test_a_change_of_type_goes_on_under_a_new_number(city, sakura):
    with city.open() as administrator:
        new = succeed(
            sakura.facility.pk, KODOMOEN, from_month=JUNE, carry_accounts=True, by=administrator, at=AT
        )
        old = Facility.objects.get(pk=sakura.facility.pk)

        assert (old.closed_on, new.opened_on, new.predecessor_id) == (
            date(2026, 5, 31),
            date(2026, 6, 1),
            old.pk,
        )
        assert new.corporation_id == old.corporation_id
        assert not FacilityProfile.objects.filter(facility=new).exists()
        clerks = Membership.objects.filter(facility__in=[old, new], ended_at__isnull=True)
        assert {row.user_id for row in clerks} == {sakura.clerk.pk}
    browser = sign_in(sakura.clerk)
    assert browser.get(f"/f/{NUMBER}/").status_code == 200
    assert browser.get(f"/f/{sakura.facility.number}/").status_code == 200


def test_a_change_of_corporation_keeps_the_capacities_and_no_rates(city, sakura):
    other = SuccessorValues(NUMBER, "さくら保育園", FacilityKind.NURSERY, "株式会社 ことり", "4500301962552")

    with city.open() as administrator:
        new = succeed(
            sakura.facility.pk, other, from_month=JUNE, carry_accounts=False, by=administrator, at=AT
        )
        profile = FacilityProfile.objects.get(facility=new)

        assert (profile.capacity_23, profile.base_percent) == (90, None)
        assert profile.from_month == JUNE.first_day
        assert Corporation.objects.get(corporate_number="4500301962552").name == "株式会社 ことり"
        assert not Membership.objects.filter(facility=new).exists()
        assert refused(lambda: undo_closing(sakura.facility.pk, by=administrator, at=AT)) == [HAS_SUCCESSOR]


def test_a_new_number_needs_a_reason_and_must_be_free(city, sakura):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    same = SuccessorValues(NUMBER, "さくら", FacilityKind.NURSERY, "社会福祉法人 みほん会", "1234567890123")
    taken = SuccessorValues(
        sumire.facility.number, "さくら", FacilityKind.SMALL_A, "社会福祉法人 みほん会", "1234567890123"
    )

    with city.open() as administrator:
        options = {"from_month": JUNE, "carry_accounts": True, "by": administrator, "at": AT}
        assert "どちらも" not in refused(lambda: succeed(sakura.facility.pk, same, **options))[0]
        assert "変わりません" in refused(lambda: succeed(sakura.facility.pk, same, **options))[0]
        assert refused(lambda: succeed(sakura.facility.pk, taken, **options)) == [NUMBER_TAKEN]
        assert Facility.objects.get(pk=sakura.facility.pk).closed_on is None


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.AUDITOR])
def test_only_the_administrator_registers_changes(city, sakura, role):
    with city.open(role) as person:
        options = {"by": person, "at": AT}
        for act in (
            lambda: change_details(sakura.facility.pk, NEW, from_day=AT.date(), **options),
            lambda: close(sakura.facility.pk, closed_on=AT.date(), **options),
            lambda: undo_closing(sakura.facility.pk, **options),
            lambda: suspend(sakura.facility.pk, from_month=MAY, to_month=None, reason="x", **options),
            lambda: succeed(sakura.facility.pk, KODOMOEN, from_month=JUNE, carry_accounts=True, **options),
        ):
            with pytest.raises(NotAllowed, match="市の管理者だけ"):
                act()


# ---------------------------------------------------------------- the page


@pytest.fixture
def administrator(city) -> Browser:
    return sign_in(city.people[Role.ADMINISTRATOR])


def test_the_page_registers_every_kind_of_change(city, sakura, administrator):
    page = f"/c/facilities/{sakura.facility.number}/changes/"

    answers = [
        administrator.post(
            f"{page}details/",
            {
                "from_day": "2026-05-01",
                "name": NEW.name,
                "postal_code": "２７２-0011",
                "location": NEW.location,
            },
            follow=True,
        ),
        administrator.post(
            f"{page}suspend/",
            {"from_month": "2026-08", "to_month": "2026-09", "reason": "改修工事"},
            follow=True,
        ),
        administrator.post(f"{page}close/", {"closed_on": "2027-03-31"}, follow=True),
        administrator.post(f"{page}undo-closing/", follow=True),
        administrator.post(
            f"{page}succeed/",
            {
                "from_month": "2027-04",
                "number": NUMBER,
                "name": "さくらこども園",
                "kind": "certified_kodomoen",
                "corporation": "株式会社 ことり",
                "corporate_number": "4500301962552",
                "carry_accounts": "on",
            },
            follow=True,
        ),
    ]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert "さくら保育園 → 新さくら保育園" in answers[0].content.decode()
    assert "令和8年9月まで" in answers[1].content.decode()
    assert "予定" in answers[2].content.decode()
    assert answers[4].redirect_chain[-1][0] == f"/c/facilities/{NUMBER}/"
    old = administrator.get(page).content.decode()
    assert f"{NUMBER} へ引継ぎ" in old
    assert "廃止を取り消す" not in old


@pytest.mark.parametrize(
    ("act", "typed", "field"),
    [
        ("details", {"from_day": "きのう"}, "id_detail_from_day"),
        ("details", {"from_day": "2026-05-01", "postal_code": "12"}, "id_detail_postal_code"),
        ("suspend", {"from_month": "2026-13"}, "id_suspend_from_month"),
        ("suspend", {"from_month": "2026-05"}, "id_suspend_reason"),
        ("close", {}, "id_close_closed_on"),
        ("succeed", {"number": "123"}, "id_successor_number"),
        ("succeed", {"corporate_number": "1234567890123"}, "id_successor_corporate_number"),
    ],
)
def test_a_wrong_change_is_told_at_its_field(sakura, administrator, act, typed, field):
    answer = administrator.post(f"/c/facilities/{sakura.facility.number}/changes/{act}/", typed)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()


def test_no_two_places_of_the_page_have_the_same_id(city, sakura, administrator):
    for page in ("", "changes/"):
        html = administrator.get(f"/c/facilities/{sakura.facility.number}/{page}").content.decode()
        ids = re.findall(r' id="([^"]+)"', html)
        assert sorted(ids) == sorted(set(ids))


def test_the_rest_of_another_facility_is_not_there(city, sakura, administrator):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    with city.open() as person:
        rest = suspend(sumire.facility.pk, from_month=MAY, to_month=None, reason="改修工事", by=person, at=AT)

    answer = administrator.post(
        f"/c/facilities/{sakura.facility.number}/changes/suspensions/{rest.pk}/end/",
        {"last_month": "2026-06"},
    )

    assert answer.status_code == 404


def test_nothing_of_another_city_changes(city, sakura):
    other = make_city("129998", "緑野市")

    with other.open() as person, pytest.raises(Facility.DoesNotExist):
        close(sakura.facility.pk, closed_on=AT.date(), by=person, at=AT)
    with context(Context(who=SYSTEM)):
        hold_details()
    with city.open():
        assert CountSheet.objects.count() == 0


def test_a_postal_code_that_does_not_exist_is_refused_unless_it_is_registered_already(
    city: City, sakura: Nursery
) -> None:
    administrator = sign_in(city.people[Role.ADMINISTRATOR])
    path = f"/c/facilities/{sakura.facility.number}/changes/details/"
    typed = {"from_day": "2026-05-01", "name": "さくらの丘保育園", "location": "青葉台市北1-1"}
    refused = administrator.post(path, {**typed, "postal_code": "272-9999"})
    assert refused.status_code == 422
    assert "日本郵便の一覧にない郵便番号です" in refused.content.decode()
    as_registered = administrator.post(path, {**typed, "postal_code": sakura.facility.postal_code})
    assert as_registered.status_code == 302
