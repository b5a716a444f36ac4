"""What follows from the last approval: additions hold from their month on, claims follow, rates are certified."""

from datetime import date, datetime
from typing import Any

import pytest
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack
from applications.whereabouts import where_is
from approvals.items.money import money_effect
from approvals.items.page import item_view
from approvals.items.subjects import item_of_version
from claims.models import Claim, ClaimLine
from claims.states import ClaimStatus
from facilities.actors import Role
from facilities.models import FacilityKind, FacilityProfile, GrantedItem, ItemEnding
from facilities.operations import granting
from facilities.periods import ServiceMonth
from jobs import running
from tests.applications.packs import RATES
from tests.applications.stage import AT, approve, decide, release_pack, save, submit
from tests.approvals.test_inbox import approve as approve_claim
from tests.approvals.test_inbox import play
from tests.cast import APRIL, JUNE, MAY, City, Nursery, make_city, make_facility, sign_in
from tests.documents.test_claim_form import NURSERY_ITEMS
from tests.record import events_of

TYPED = {"extra_staff": "1", "monthly_yen": "100000"}
SEPTEMBER = ServiceMonth(2026, 9)
IN_AUGUST = timezone.make_aware(datetime(2026, 8, 20, 9))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city, items=NURSERY_ITEMS)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


def granted(city: City, code: str = "team_childcare") -> list[tuple[Any, ...]]:
    with city.open():
        rows = GrantedItem.objects.filter(code=code).order_by("from_month", "certification")
        return [(row.certification, row.options, row.from_month, row.to_month) for row in rows]


def change(place: Nursery, pack: ItemPack, month: ServiceMonth, **more: Any) -> ApplicationVersion:
    return submit(place, save(place, pack, from_month=month, **more), at=IN_AUGUST)


def test_nothing_is_granted_before_the_last_approval(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **TYPED))
    decide(city, sent, Role.OFFICER)
    assert granted(city) == []

    decide(city, sent, Role.CHIEF)

    assert granted(city) == [("", {"extra_staff": 1}, APRIL.first_day, None)]
    assert events_of(city, "facilities.item_granted")[-1].actor_id == str(city.people[Role.CHIEF].pk)


def test_a_change_splits_what_holds_and_keeps_the_ending(city, sakura, pack):
    with city.open():
        FacilityProfile.objects.update(approved_capacity=130, capacity_23=130)
    approve(city, submit(sakura, save(sakura, pack, **TYPED)))

    approve(city, change(sakura, pack, SEPTEMBER, extra_staff="2", second_person="園児が増えたため"))

    assert granted(city) == [
        ("", {"extra_staff": 1}, APRIL.first_day, date(2026, 8, 1)),
        ("", {"extra_staff": 2}, SEPTEMBER.first_day, None),
    ]
    with city.open():
        ending = ItemEnding.objects.get()
    assert (ending.before, ending.after) == (None, date(2026, 8, 1))
    assert "第2版" in ending.reason


def test_what_is_not_wanted_any_more_ends_with_the_month_before(city, sakura, pack):
    approve(city, submit(sakura, save(sakura, pack, **TYPED)))

    approve(city, change(sakura, pack, SEPTEMBER, wanted=False))

    assert granted(city) == [("", {"extra_staff": 1}, APRIL.first_day, date(2026, 8, 1))]


def test_an_application_that_says_no_from_the_first_takes_last_years_away(city, sakura, pack):
    with city.open() as by:
        granting.hold_from(
            sakura.facility, "team_childcare", "", {"extra_staff": 1},
            from_month=ServiceMonth(2025, 4), to_month=None, reason="", by=by, at=AT,
        )  # fmt: skip

    approve(city, submit(sakura, save(sakura, pack, wanted=False, from_month=None)))

    assert granted(city) == [("", {"extra_staff": 1}, date(2025, 4, 1), date(2026, 3, 1))]


def test_what_holds_already_is_left_alone_and_nobody_is_told(city, sakura, pack):
    with city.open() as by:
        granting.hold_from(
            sakura.facility, "team_childcare", "", {"extra_staff": 1},
            from_month=ServiceMonth(2025, 4), to_month=None, reason="", by=by, at=AT,
        )  # fmt: skip
    before = len(events_of(city, "facilities.item_granted"))

    approve(city, submit(sakura, save(sakura, pack, **TYPED)))

    assert granted(city) == [("", {"extra_staff": 1}, date(2025, 4, 1), None)]
    assert len(events_of(city, "facilities.item_granted")) == before


def kodomoen(city: City) -> Nursery:
    return make_facility(
        city, "みどりこども園", number="1299900000921", kind=FacilityKind.CERTIFIED_KODOMOEN, items={}
    )


def test_one_grade_changes_and_the_other_goes_on(city):
    midori, hold = kodomoen(city), {"to_month": None, "reason": "", "at": AT}
    with city.open() as by:
        for certification, variant, month in (("", "a", APRIL), ("1", "b", JUNE)):
            granting.hold_from(
                midori.facility, "climate", certification, {"variant": variant},
                from_month=month, by=by, **hold,
            )  # fmt: skip
        granting.cease_from(midori.facility, "climate", "1", from_month=SEPTEMBER, reason="", by=by, at=AT)

    assert granted(city, "climate") == [
        ("", {"variant": "a"}, APRIL.first_day, MAY.first_day),
        ("1", {"variant": "b"}, JUNE.first_day, date(2026, 8, 1)),
        ("23", {"variant": "a"}, JUNE.first_day, None),
    ]


def test_what_is_of_the_whole_facility_is_of_no_grade(city):
    """Both tables print it, at half its price each: pricing refuses one of them alone."""
    midori = kodomoen(city)
    with city.open() as by:
        granting.hold_from(
            midori.facility, "special_support", "1", {"variant": "a"},
            from_month=APRIL, to_month=None, reason="", by=by, at=AT,
        )  # fmt: skip

    assert granted(city, "special_support") == [("", {"variant": "a"}, APRIL.first_day, None)]


@pytest.mark.parametrize("kind", [FacilityKind.KINDERGARTEN, FacilityKind.CERTIFIED_KODOMOEN])
def test_what_only_one_table_has_is_of_no_grade_whoever_names_one(city, kind):
    """A pack names 1号 for the bus; an administrator's row names nobody, and a loaded one perhaps 1号 again."""
    place, hold = make_facility(city, kind=kind, items={"bus": {}}), {"reason": "", "at": AT}
    with city.open() as by:
        for before in ("", "1"):
            GrantedItem.objects.update(certification=before)
            assert not granting.hold_from(
                place.facility, "bus", "1", {}, from_month=APRIL, to_month=None, by=by, **hold
            )
        granting.cease_from(place.facility, "bus", "1", from_month=SEPTEMBER, by=by, **hold)
        granting.hold_from(
            place.facility, "bus", "1", {}, from_month=SEPTEMBER.plus(2), to_month=None, by=by, **hold
        )

    assert granted(city, "bus") == [
        ("1", {}, APRIL.first_day, date(2026, 8, 1)),
        ("", {}, date(2026, 11, 1), None),
    ]


def test_what_was_decided_for_a_later_year_stays(city, sakura):
    hold, next_april = {"reason": "", "at": AT}, ServiceMonth(2027, 4)
    with city.open() as by:
        for month, number in ((next_april, 2), (APRIL, 1)):
            granting.hold_from(
                sakura.facility, "team_childcare", "", {"extra_staff": number},
                from_month=month, to_month=None, by=by, **hold,
            )  # fmt: skip
        granting.cease_from(sakura.facility, "team_childcare", "", from_month=SEPTEMBER, by=by, **hold)

    assert granted(city) == [
        ("", {"extra_staff": 1}, APRIL.first_day, date(2026, 8, 1)),
        ("", {"extra_staff": 2}, next_april.first_day, None),
    ]


def test_a_late_approval_marks_the_months_to_settle(city, sakura, pack):
    """May was approved and paid, June waits with the city, July is a draft: all three follow what is granted."""
    may = play(sakura, MAY)
    approve_claim(city, may)
    june = play(sakura, JUNE)
    sent = submit(sakura, save(sakura, pack, **TYPED))

    approve(city, sent, at=IN_AUGUST)
    running.run_due()

    with city.open():
        may, june = Claim.objects.get(pk=may.pk), Claim.objects.get(pk=june.pk)
        (correction,) = Claim.objects.filter(corrects=may)
        lines = set(ClaimLine.objects.filter(claim=correction).values_list("code", flat=True))
    assert may.terms_changed_at is not None
    assert june.terms_changed_at is not None
    assert (correction.status, june.status) == (ClaimStatus.DRAFT, ClaimStatus.SUBMITTED)
    assert "team_childcare" in lines
    assert correction.total_yen > may.total_yen


def test_the_page_tells_beforehand_what_the_claims_will_be(city, sakura, pack):
    play(sakura, MAY)
    sent = submit(sakura, save(sakura, pack, **TYPED))
    with city.open(Role.OFFICER) as officer:
        told = item_view(sent.pk, officer).money
        assert told is not None
        assert told.outcome is not None
    approve(city, sent)
    running.run_due()

    with city.open():
        effect = money_effect(sent, item_of_version(sent))
        (may,) = Claim.objects.filter(status=ClaimStatus.SUBMITTED)
    assert told.month_yen > 0
    assert told.outcome.now_yen == may.total_yen
    assert told.months == 12
    assert told.year_yen == 12 * told.month_yen
    assert effect is not None
    assert effect.month_yen == 0  # it is in the month already


def test_past_an_application_an_administrator_sets_an_addition_for_a_reason_only(city, sakura, pack):
    with city.open():
        GrantedItem.objects.filter(code="team_childcare").delete()
    administrator = sign_in(city.people[Role.ADMINISTRATOR])
    page = f"/c/facilities/{sakura.facility.number}/"
    sent = {"code": "team_childcare", "extra_staff": "1", "from_month": "2026-06"}

    refused = administrator.post(f"{page}items/", sent)
    assert "申請によらないで設定する理由を入力してください" in refused.content.decode()
    with city.open():
        assert not GrantedItem.objects.filter(code="team_childcare").exists()
    administrator.post(f"{page}items/", {**sent, "reason": "紙の申請を承認済みのため"})
    assert "紙の申請を承認済みのため" in administrator.get(page).content.decode()

    approve(city, submit(sakura, save(sakura, pack, **TYPED)))
    assert "の申請（第1版）の承認" in administrator.get(page).content.decode()


# ---------------------------------------------------------------- 加算率


def test_the_money_of_rates_is_told_beforehand(city, sakura):
    play(sakura, MAY)
    sent = submit(
        sakura, save(sakura, release_pack(city, RATES), "rates", base_percent="12", wage_percent="7")
    )

    with city.open(Role.OFFICER) as officer:
        told = item_view(sent.pk, officer).money

    assert told is not None
    assert told.month_yen > 0
    with city.open():
        profile = FacilityProfile.objects.get()
    assert (profile.base_percent, profile.wage_percent, profile.rates_are_provisional) == (9, 6, False)


# ---------------------------------------------------------------- what the facility is told


def test_the_facility_sees_where_its_application_is(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **TYPED))

    def words() -> str:
        with sakura.open():
            told = where_is(ApplicationVersion.objects.select_related("application", "pack").get(pk=sent.pk))
        assert told is not None
        return told.words

    assert words() == "市の審査中です（2段階のうち1段階目・担当）。"
    decide(city, sent, Role.OFFICER)
    assert words() == "市の審査中です（2段階のうち2段階目・係長）。"
    decide(city, sent, Role.CHIEF)
    assert words() == "承認されました。"


def test_a_draft_is_nowhere(city, sakura, pack):
    version = save(sakura, pack, **TYPED)
    with sakura.open():
        assert where_is(version) is None
