"""Facilities change, dated: names, rest, closing, a new number; months before keep what held in them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from approvals.queries import inbox
from audit.record import SYSTEM, Context, context
from claims.models import Claim, CountSheet, Obstacle
from claims.operations import counts_import
from claims.operations.drafting import draft_month
from claims.queries.imports import month_view
from documents.making import filled_form
from documents.printables import printable
from documents.reading import FileRefused
from facilities.actors import Role
from facilities.models import (
    Branch,
    Corporation,
    Facility,
    FacilityDetail,
    FacilityKind,
    FacilityProfile,
    GrantedItem,
    ItemEnding,
    Membership,
    Suspension,
    details_on,
    standing_details,
)
from facilities.operations import branches
from facilities.operations.branches import BranchValues, end_branch, open_branch
from facilities.operations.changes import (
    ALREADY_CLOSED,
    BEGUN_ALREADY,
    CANCELLED_ALREADY,
    CLOSES_BEFORE_OPENING,
    HAS_SUCCESSOR,
    NO_SUCCESSOR,
    NOT_CLOSED,
    NOT_RUN,
    OUT_OF_ORDER,
    OVERLAPS,
    SAME,
    SUCCESSOR_HAS_BEGUN,
    SUCCESSOR_HAS_PEOPLE,
    DetailValues,
    SuccessorValues,
    cancel_details,
    change_details,
    close,
    end_suspension,
    resting_in,
    succeed,
    suspend,
    undo_closing,
    undo_succession,
)
from facilities.operations.opening import NUMBER_TAKEN
from facilities.operations.profiles import grant_item
from facilities.rules import NotAllowed, ProblemsFound
from facilities.tasks import hold_details
from tests.approvals.test_inbox import approve, play
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
    make_user,
    sign_in,
)
from tests.claims.stage import nursery, ready_claim
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
NEW = DetailValues("新さくら保育園", "272-0011", "青葉台市みほん2丁目", "private")
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
        other = replace(NEW, name="さくらの森保育園")
        change_details(sakura.facility.pk, other, from_day=date(2026, 5, 1), by=administrator, at=AT)

        assert standing_details().count() == 2
        assert FacilityDetail.objects.get(withdrawn_at__isnull=False).name == NEW.name
        assert Facility.objects.get().name == "さくらの森保育園"
        same = lambda: change_details(  # noqa: E731
            sakura.facility.pk, other, from_day=date(2026, 6, 1), by=administrator, at=AT
        )
        assert refused(same) == [SAME]
        early = lambda: change_details(  # noqa: E731
            sakura.facility.pk, NEW, from_day=date(2010, 3, 31), by=administrator, at=AT
        )
        assert "認可年月日より後" in refused(early)[0]


def ahead(sakura: Nursery, **changes: str) -> DetailValues:
    """さくら園's details with something else."""
    return replace(DetailValues.of(sakura.facility), **changes)


@pytest.mark.parametrize(
    ("later", "now"),
    [
        ({"name": "新さくら保育園"}, {"postal_code": "272-0011", "location": "青葉台市みほん2丁目"}),
        ({"postal_code": "272-0011", "location": "青葉台市みほん2丁目"}, {"name": "新さくら保育園"}),
        ({"ownership": "public"}, {"name": "新さくら保育園"}),
    ],
)
def test_what_changes_now_goes_on_into_a_change_registered_ahead(city, sakura, later, now):
    spring = date(2027, 4, 1)
    with city.open() as administrator:
        options = {"by": administrator, "at": AT}
        change_details(sakura.facility.pk, ahead(sakura, **later), from_day=spring, **options)

        change_details(sakura.facility.pk, ahead(sakura, **now), from_day=date(2026, 6, 1), **options)

        facility = Facility.objects.get()
        assert DetailValues.of(details_on(facility, spring)) == ahead(sakura, **later, **now)
        assert DetailValues.of(details_on(facility, JUNE.first_day)) == ahead(sakura, **now)
        assert DetailValues.of(details_on(facility, MAY.first_day)) == DetailValues.of(sakura.facility)
        assert DetailValues.of(facility) == ahead(sakura, **now)


def test_what_a_later_change_has_changed_itself_stays(city, sakura):
    # The postal code stays the same with the move, but an address is one thing.
    moved = ahead(sakura, location="青葉台市みほん3丁目")
    with city.open() as administrator:
        options = {"by": administrator, "at": AT}
        change_details(sakura.facility.pk, moved, from_day=date(2027, 4, 1), **options)
        change_details(sakura.facility.pk, NEW, from_day=date(2026, 6, 1), **options)

        held = DetailValues.of(details_on(Facility.objects.get(), date(2027, 4, 1)))
        assert held == replace(moved, name=NEW.name)


def test_a_change_ahead_is_cancelled_and_what_came_after_it_keeps_only_its_own(city, sakura):
    with city.open() as administrator:
        options = {"by": administrator, "at": AT}
        renamed = change_details(
            sakura.facility.pk, ahead(sakura, name=NEW.name), from_day=date(2026, 8, 1), **options
        )
        change_details(
            sakura.facility.pk,
            ahead(sakura, name=NEW.name, location="青葉台市みほん3丁目"),
            from_day=date(2026, 10, 1),
            **options,
        )

        cancel_details(renamed.pk, **options)

        held = DetailValues.of(details_on(Facility.objects.get(), date(2026, 10, 1)))
        assert held == ahead(sakura, location="青葉台市みほん3丁目")
        assert refused(lambda: cancel_details(renamed.pk, **options)) == [CANCELLED_ALREADY]
        begun = change_details(sakura.facility.pk, NEW, from_day=AT.date(), **options)
        assert refused(lambda: cancel_details(begun.pk, **options)) == [BEGUN_ALREADY]
        first = standing_details().earliest("from_day")
        assert refused(lambda: cancel_details(first.pk, **options)) == [BEGUN_ALREADY]


def test_the_record_names_the_rows_before_and_after_and_the_rows_keep_the_values(city, sakura):
    with city.open() as administrator:
        options = {"from_day": date(2026, 5, 1), "by": administrator, "at": AT}
        change_details(sakura.facility.pk, NEW, **options)
        change_details(sakura.facility.pk, replace(NEW, name="さくらの森保育園"), **options)

    first, corrected = events_of(city, "facilities.details_changed")
    with city.open():
        rows = [
            FacilityDetail.objects.get(pk=event.detail[side]).name
            for event in (first, corrected)
            for side in ("before", "after")
        ]
    assert rows == ["さくら保育園", NEW.name, NEW.name, "さくらの森保育園"]
    assert NEW.name not in str(first.detail) + str(corrected.detail)


def test_a_month_keeps_whose_facility_it_was(city, run_jobs):
    garden = nursery(city)
    may, june = ready_claim(garden, MAY), ready_claim(garden, JUNE)
    with city.open() as administrator:
        change_details(
            garden.facility.pk,
            replace(DetailValues.of(garden.facility), ownership="public"),
            from_day=JUNE.first_day,
            by=administrator,
            at=AT,
        )
    run_jobs()

    with city.open() as administrator:
        assert Facility.objects.get().is_public
        assert Claim.objects.get(pk=june.pk).status == "superseded"
        assert Claim.objects.get(pk=may.pk).is_draft
        assert draft_month(city.municipality, JUNE, by=administrator, at=AT) == {}
        assert list(draft_month(city.municipality, MAY, by=administrator, at=AT)) == [garden.facility.pk]


def test_the_page_offers_to_cancel_what_is_ahead_and_nothing_else(city, sakura, administrator):
    page = f"/c/facilities/{sakura.facility.number}/changes/"
    with city.open() as person:
        options = {"by": person, "at": AT}
        change_details(sakura.facility.pk, NEW, from_day=date(2020, 5, 1), **options)
        detail = change_details(
            sakura.facility.pk, replace(NEW, name="さくらの森保育園"), from_day=date(2035, 4, 1), **options
        )
    assert administrator.get(page).content.decode().count("この変更を取り消す") == 1

    answer = administrator.post(f"{page}details/{detail.pk}/cancel/", follow=True)

    assert "さくらの森保育園" not in answer.content.decode()
    assert administrator.post(f"{page}details/{detail.pk}/cancel/").status_code == 422


def test_the_paper_of_a_month_bears_the_name_of_that_month(city):
    garden = nursery(city)
    claim = ready_claim(garden, MAY)
    with city.open() as administrator:
        change_details(garden.facility.pk, NEW, from_day=date(2026, 6, 1), by=administrator, at=AT)
        found = filled_form(printable("commission_claim", "claim", claim.pk)).texts

    assert found["submitter_name"] == garden.facility.name
    assert garden.facility.location in found["submitter_location"]


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


def test_a_closing_ahead_is_calm_and_nothing_is_offered_for_months_after_it(city, sakura, administrator):
    page = f"/c/facilities/{sakura.facility.number}/changes/"
    with city.open() as person:
        close(sakura.facility.pk, closed_on=date(2099, 3, 31), by=person, at=AT)
    ahead = administrator.get(page).content.decode()
    listed = administrator.get("/c/facilities/").content.decode()
    with city.open() as person:
        undo_closing(sakura.facility.pk, by=person, at=AT)
        close(sakura.facility.pk, closed_on=date(2026, 5, 31), by=person, at=AT)
    closed = administrator.get(page).content.decode()

    assert '<span class="tag info">廃止予定 令和81年3月31日(火)</span>' in ahead
    assert "廃止予定 令和81年3月31日(火)" in listed
    assert ahead.count('max="2099-03"') == 3
    assert "休園する" in ahead
    assert "分園を設ける" in ahead
    assert "休園する" not in closed
    assert "分園を設ける" not in closed


def test_months_after_the_closing_have_neither_rest_nor_branch(city, sakura):
    values = BranchValues("さくら保育園 分園", "272-0011", "青葉台市みほん2丁目", 12)
    with city.open() as administrator:
        options = {"by": administrator, "at": AT}
        close(sakura.facility.pk, closed_on=date(2026, 5, 31), **options)
        rest = suspend(sakura.facility.pk, from_month=MAY, to_month=None, reason="改修工事", **options)
        branch = open_branch(sakura.facility.pk, values, from_month=MAY, **options)
        for act in (
            lambda: suspend(sakura.facility.pk, from_month=JUNE, to_month=None, reason="x", **options),
            lambda: suspend(sakura.facility.pk, from_month=APRIL, to_month=JUNE, reason="x", **options),
            lambda: end_suspension(rest.pk, last_month=JUNE, **options),
        ):
            assert refused(act) == [NOT_RUN]
        for act in (
            lambda: open_branch(
                sakura.facility.pk, replace(values, name="西分園"), from_month=JUNE, **options
            ),
            lambda: end_branch(branch.pk, last_month=JUNE, **options),
        ):
            assert refused(act) == [branches.NOT_RUN]


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


def test_a_rest_with_an_end_is_shortened_lengthened_and_taken_away(city, sakura, administrator):
    page = f"/c/facilities/{sakura.facility.number}/changes/"
    with city.open() as person:
        rest = suspend(sakura.facility.pk, from_month=MAY, to_month=JUNE, reason="改修工事", by=person, at=AT)
        suspend(
            sakura.facility.pk,
            from_month=JUNE.plus(3),
            to_month=None,
            reason="改修工事",
            by=person,
            at=AT,
        )
    end = f"{page}suspensions/{rest.pk}/end/"
    assert f'action="{end}"' in administrator.get(page).content.decode()

    for month, last in (("2026-05", MAY), ("2026-08", JUNE.plus(2))):
        assert administrator.post(end, {"last_month": month}).status_code == 302
        with city.open():
            assert Suspension.objects.get(pk=rest.pk).to_month == last.first_day
    too_long = administrator.post(end, {"last_month": "2026-09"})
    assert too_long.status_code == 422
    assert OVERLAPS in too_long.content.decode()
    assert administrator.post(end, {"last_month": "2026-04"}).status_code == 302
    with city.open():
        assert not Suspension.objects.filter(pk=rest.pk).exists()


def test_a_branch_with_an_end_is_changed_but_never_twice_in_a_month(city, sakura, administrator):
    values = BranchValues("さくら保育園 分園", "272-0011", "青葉台市みほん2丁目", 12)
    page = f"/c/facilities/{sakura.facility.number}/changes/"
    with city.open() as person:
        options = {"by": person, "at": AT}
        branch = open_branch(sakura.facility.pk, values, from_month=APRIL, **options)
        end_branch(branch.pk, last_month=MAY, **options)
        twice = lambda: open_branch(sakura.facility.pk, values, from_month=MAY, **options)  # noqa: E731
        assert refused(twice) == [branches.TWICE]
        open_branch(sakura.facility.pk, values, from_month=JUNE, **options)
    end = f"{page}branches/{branch.pk}/end/"
    assert f'action="{end}"' in administrator.get(page).content.decode()

    too_long = administrator.post(end, {"last_month": "2026-06"})
    shorter = administrator.post(end, {"last_month": "2026-04"})

    assert (too_long.status_code, shorter.status_code) == (422, 302)
    assert branches.OVERLAPS in too_long.content.decode()
    with city.open():
        assert Branch.objects.get(pk=branch.pk).to_month == APRIL.first_day


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


def test_another_sole_proprietor_is_another_corporation(city, sakura):
    with city.open() as administrator:
        Corporation.objects.update(corporate_number="", name="見本 太郎")
        options = {"from_month": JUNE, "carry_accounts": False, "by": administrator, "at": AT}
        same = SuccessorValues(NUMBER, "さくら保育園", FacilityKind.NURSERY, "見本 太郎", "")
        assert "変わりません" in refused(lambda: succeed(sakura.facility.pk, same, **options))[0]

        new = succeed(sakura.facility.pk, replace(same, corporation="見本 次郎"), **options)

        assert (new.corporation.name, new.corporation.corporate_number) == ("見本 次郎", "")


def test_a_known_number_under_another_name_is_no_new_corporation(city, sakura):
    other = replace(KODOMOEN, corporation="社会福祉法人 みほんかい")
    with city.open() as administrator:
        options = {"from_month": JUNE, "carry_accounts": False, "by": administrator, "at": AT}
        (problem,) = refused(lambda: succeed(sakura.facility.pk, other, **options))
        assert "「社会福祉法人 みほん会」として登録" in problem
        assert Facility.objects.get().closed_on is None


def test_a_succession_is_undone_with_what_was_set_up_for_it(city, sakura):
    other = SuccessorValues(NUMBER, "さくら保育園", FacilityKind.NURSERY, "株式会社 ことり", "4500301962552")
    with city.open() as administrator:
        options = {"by": administrator, "at": AT}
        assert refused(lambda: undo_succession(sakura.facility.pk, **options)) == [NO_SUCCESSOR]
        succeed(sakura.facility.pk, other, from_month=JUNE, carry_accounts=True, **options)

        undo_succession(sakura.facility.pk, **options)

        assert Facility.objects.get().closed_on is None
        assert not Corporation.objects.filter(corporate_number=other.corporate_number).exists()
        assert Membership.objects.filter(facility__isnull=False).count() == 1
        succeed(sakura.facility.pk, other, from_month=JUNE, carry_accounts=True, **options)


def test_a_succession_with_people_or_counts_of_its_own_stays(city, sakura):
    with city.open() as administrator:
        options = {"by": administrator, "at": AT}
        new = succeed(sakura.facility.pk, KODOMOEN, from_month=JUNE, carry_accounts=True, **options)
        newcomer = make_user("newcomer", realm=city.municipality)
        own = Membership.objects.create(
            municipality=city.municipality, user=newcomer, duty=Role.FACILITY, facility=new, slot=2
        )
        assert refused(lambda: undo_succession(sakura.facility.pk, **options)) == [SUCCESSOR_HAS_PEOPLE]
        own.delete()
    give_counts(Nursery(city, new, sakura.clerk), JUNE)
    with city.open() as administrator:
        begun = lambda: undo_succession(sakura.facility.pk, by=administrator, at=AT)  # noqa: E731
        assert refused(begun) == [SUCCESSOR_HAS_BEGUN]
        assert Membership.objects.filter(facility=new).exists()


def test_the_page_undoes_a_succession(city, sakura, administrator):
    with city.open() as person:
        succeed(sakura.facility.pk, KODOMOEN, from_month=JUNE, carry_accounts=True, by=person, at=AT)
    page = f"/c/facilities/{sakura.facility.number}/changes/"
    assert "引継ぎを取り消す" in administrator.get(page).content.decode()

    assert administrator.post(f"{page}undo-succession/").status_code == 302

    assert administrator.get(f"/c/facilities/{NUMBER}/").status_code == 404


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.AUDITOR])
def test_only_the_administrator_registers_changes(city, sakura, role):
    with city.open(role) as person:
        options = {"by": person, "at": AT}
        for act in (
            lambda: change_details(sakura.facility.pk, NEW, from_day=AT.date(), **options),
            lambda: close(sakura.facility.pk, closed_on=AT.date(), **options),
            lambda: undo_closing(sakura.facility.pk, **options),
            lambda: undo_succession(sakura.facility.pk, **options),
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
                "ownership": "private",
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


@pytest.mark.parametrize(
    ("act", "typed", "field", "sentence"),
    [
        (
            "suspend",
            {"from_month": "2026-06", "to_month": "2026-05", "reason": "改修"},
            "suspend_to_month",
            OUT_OF_ORDER,
        ),
        (
            "suspend",
            {"from_month": "2005-06", "to_month": "", "reason": "改修"},
            "suspend_from_month",
            NOT_RUN,
        ),
        ("close", {"closed_on": "1999-06-30"}, "close_closed_on", CLOSES_BEFORE_OPENING),
    ],
)
def test_what_an_operation_refuses_is_told_at_its_field(sakura, administrator, act, typed, field, sentence):
    answer = administrator.post(f"/c/facilities/{sakura.facility.number}/changes/{act}/", typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in page
    assert re.search(rf'<p class="field-error" id="id_{field}-error">{re.escape(sentence)}</p>', page)


def test_the_end_of_a_rest_is_refused_at_its_own_field(city, sakura, administrator):
    with city.open() as person:
        rests = [
            suspend(sakura.facility.pk, from_month=first, to_month=first, reason="改修", by=person, at=AT)
            for first in (MAY, JUNE.plus(2))
        ]
    end = f"/c/facilities/{sakura.facility.number}/changes/suspensions/{rests[0].pk}/end/"

    page = administrator.post(end, {"last_month": "2026-08"}).content.decode()

    assert f'href="#end-{rests[0].pk}"' in page
    assert f'id="end-{rests[0].pk}-error">{OVERLAPS}' in page
    assert f'id="end-{rests[1].pk}-error"' not in page
    # No month has to be typed to take it away.
    assert administrator.post(end, {"last_month": "2026-05", "undo": "1"}).status_code == 302
    with city.open():
        assert list(Suspension.objects.values_list("pk", flat=True)) == [rests[1].pk]


def ticked(page: str) -> str:
    """What the tick of the question sends."""
    found = re.search(r'name="touches" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def test_a_closing_that_reaches_back_shows_what_it_touches_and_asks(city, sakura, administrator):
    approve(city, play(sakura, APRIL))
    play(sakura, MAY, submit=False)
    give_counts(sakura, JUNE)
    path = f"/c/facilities/{sakura.facility.number}/changes/close/"

    answer = administrator.post(path, {"closed_on": "2020-12-31"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_touches"' in page
    assert 'value="2020-12-31"' in page
    words = re.sub(r"<[^>]+>", "", page)
    assert "令和8年4月分　児童数 確認済み・請求 承認済み 1件" in words
    assert "令和8年5月分　児童数 確認済み" in words
    assert "令和8年6月分　児童数 確認待ち" in words
    with city.open():
        assert Facility.objects.get(pk=sakura.facility.pk).closed_on is None
    # Another day touches other months: it is asked again.
    other = administrator.post(path, {"closed_on": "2026-05-31", "touches": ticked(page)})
    assert other.status_code == 422
    assert ticked(other.content.decode()) == "2026-06"

    assert administrator.post(path, {"closed_on": "2020-12-31", "touches": ticked(page)}).status_code == 302
    with city.open():
        assert Facility.objects.get(pk=sakura.facility.pk).closed_on == date(2020, 12, 31)


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("suspend", {"from_month": "2026-06", "to_month": "2026-06", "reason": "改修"}),
        (
            "succeed",
            {
                "from_month": "2026-06",
                "number": NUMBER,
                "name": "さくらこども園",
                "kind": "certified_kodomoen",
                "corporation": "株式会社 ことり",
                "corporate_number": "4500301962552",
            },
        ),
        (
            "branches",
            {
                "from_month": "2026-06",
                "name": "さくら保育園 分園",
                "capacity": "12",
                "postal_code": "272-0011",
                "location": "青葉台市みほん2丁目",
            },
        ),
    ],
)
def test_every_change_asks_only_where_work_was_done(city, sakura, administrator, act, typed):
    path = f"/c/facilities/{sakura.facility.number}/changes/{act}/"
    give_counts(sakura, JUNE)

    asked = administrator.post(path, typed)

    assert asked.status_code == 422
    assert administrator.post(path, {**typed, "touches": ticked(asked.content.decode())}).status_code == 302


def test_without_work_one_press_is_enough_and_others_are_not_asked(city, sakura, administrator):
    path = f"/c/facilities/{sakura.facility.number}/changes/close/"
    give_counts(sakura, MAY)
    officer = sign_in(city.people[Role.OFFICER]).post(path, {"closed_on": "2020-12-31"})
    assert "touches" not in officer.content.decode()

    assert administrator.post(path, {"closed_on": "2026-05-31"}).status_code == 302


def test_the_end_of_a_rest_asks_for_the_months_it_changes(city, sakura, administrator):
    with city.open() as person:
        rest = suspend(sakura.facility.pk, from_month=MAY, to_month=None, reason="改修", by=person, at=AT)
    give_counts(sakura, JUNE)
    end = f"/c/facilities/{sakura.facility.number}/changes/suspensions/{rest.pk}/end/"

    asked = administrator.post(end, {"last_month": "2026-05"})

    assert (asked.status_code, ticked(asked.content.decode())) == (422, "2026-06")
    assert administrator.post(end, {"last_month": "2026-06"}).status_code == 302


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
    typed = {
        "from_day": "2026-05-01",
        "name": "さくらの丘保育園",
        "location": "青葉台市北1-1",
        "ownership": "private",
    }
    refused = administrator.post(path, {**typed, "postal_code": "272-9999"})
    assert refused.status_code == 422
    assert "日本郵便の一覧にない郵便番号です" in refused.content.decode()
    as_registered = administrator.post(path, {**typed, "postal_code": sakura.facility.postal_code})
    assert as_registered.status_code == 302


# ---------------------------------------------------------------- the end of an item


def test_an_item_that_ends_in_claimed_months_needs_a_reason_which_is_kept(city, sakura, administrator):
    page = f"/c/facilities/{sakura.facility.number}/"
    with city.open() as person:
        granted = grant_item(
            sakura.facility.pk, "office_staff", {}, from_month=APRIL, to_month=None, by=person, at=AT
        )
    for month in (APRIL, MAY):
        approve(city, play(sakura, month))
    end = f"{page}items/{granted.pk}/end/"

    asked = administrator.post(end, {"last_month": "2026-04", "reason": " "})

    html = asked.content.decode()
    assert asked.status_code == 422
    assert f'href="#reason-{granted.pk}"' in html
    assert "提出済み・承認済みの請求がある月（令和8年5月）が変わります" in html
    assert re.search(rf'<input[^>]*value="2026-04"[^>]*id="last-month-{granted.pk}"', html)
    with city.open():
        assert GrantedItem.objects.get(pk=granted.pk).to_month is None

    # Whoever wants to undo finds the month again that stood there.
    undone = administrator.post(end, {"last_month": "2026-06", "reason": "", "undo": "1"}).content.decode()
    assert "（令和8年4月・令和8年5月）が変わります" in undone
    assert re.search(rf'<input[^>]*value="2026-06"[^>]*id="last-month-{granted.pk}"', undone)

    told = administrator.post(end, {"last_month": "2026-04", "reason": "賃貸借契約の終了"}, follow=True)

    words = re.sub(r"<[^>]+>", " ", told.content.decode())
    assert "終了・取消の履歴（1件）" in words
    assert "理由：賃貸借契約の終了" in words
    assert f"見本 花子（{city.people[Role.ADMINISTRATOR].login_id}）" in words
    officer = sign_in(city.people[Role.OFFICER]).get(page).content.decode()
    assert "理由：賃貸借契約の終了" in officer
    assert f"見本 花子（{city.people[Role.ADMINISTRATOR].login_id}）" not in officer


def test_an_item_is_taken_away_by_its_own_button_and_the_trace_stays(city, sakura, administrator):
    page = f"/c/facilities/{sakura.facility.number}/"
    with city.open() as person:
        granted = grant_item(
            sakura.facility.pk, "office_staff", {}, from_month=APRIL, to_month=None, by=person, at=AT
        )
    give_counts(sakura, MAY)
    shown = administrator.get(page).content.decode()
    assert "開始月より前を入れると" not in shown
    assert "令和8年4月から取り消す</button>" in shown

    # Counts alone ask for no reason: nothing was claimed.
    answer = administrator.post(
        f"{page}items/{granted.pk}/end/", {"last_month": "2026-06", "undo": "1"}, follow=True
    )

    assert "加算・減算の設定を取り消しました" in answer.content.decode()
    with city.open():
        assert not GrantedItem.objects.filter(pk=granted.pk).exists()
        ending = ItemEnding.objects.get()
    assert (ending.granted_item, ending.after, ending.ended_by) == (
        granted.pk,
        None,
        city.people[Role.ADMINISTRATOR].pk,
    )
