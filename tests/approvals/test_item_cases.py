"""Approvals that reach into months which are claimed, closed, ended or not begun: real cases, one by one."""

from datetime import date, datetime
from typing import Any

import pytest
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack
from approvals.items.money import MoneyEffect
from approvals.items.page import item_view
from approvals.models import RateCertificate
from approvals.operations import items as operations
from approvals.operations import rates
from approvals.operations.effects import Certificate
from claims.models import Claim
from claims.operations import closing
from claims.states import ClaimStatus
from facilities.actors import Role
from facilities.models import Facility, FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from jobs import running
from tests.applications.packs import PRICE, RATES
from tests.applications.stage import AT, approve, decide, release_pack, save, submit
from tests.approvals.test_four_eyes import another, at_once
from tests.approvals.test_inbox import approve as approve_claim
from tests.approvals.test_inbox import play
from tests.approvals.test_item_certificates import CERTIFICATE
from tests.approvals.test_item_effects import granted
from tests.cast import APRIL, JUNE, MAY, City, Nursery, make_city, make_facility
from tests.documents.test_claim_form import NURSERY_ITEMS

TYPED = {"extra_staff": "1", "monthly_yen": "100000"}
SEPTEMBER, OCTOBER = ServiceMonth(2026, 9), ServiceMonth(2026, 10)
IN_AUGUST = timezone.make_aware(datetime(2026, 8, 20, 9))
SECOND_ITEM = """

[[item]]
key = "night_care"
label = "夜間保育加算"
rounds = [1]
types = ["nursery"]
grants = { code = "night_care" }
field = [{ key = "hours", label = "時間", kind = "whole" }]
"""


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city, items=NURSERY_ITEMS)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


def sent(place: Nursery, pack: ItemPack, **more: Any) -> ApplicationVersion:
    """Applied for the first time, in April's round."""
    return submit(place, save(place, pack, **{**TYPED, **more}))


def told(city: City, version: ApplicationVersion) -> tuple[list[str], MoneyEffect | None]:
    with city.open(Role.OFFICER) as officer:
        view = item_view(version.pk, officer)
    return view.consequences, view.money


def test_a_change_from_an_earlier_month_takes_the_place_of_the_later_one(city, sakura, pack):
    approve(city, sent(sakura, pack, from_month=SEPTEMBER))

    approve(city, submit(sakura, save(sakura, pack, from_month=JUNE, **TYPED), at=IN_AUGUST))

    assert granted(city) == [("", {"extra_staff": 1}, JUNE.first_day, None)]


def test_fewer_months_end_it_and_whoever_decides_is_told(city, sakura, pack):
    approve(city, sent(sakura, pack))
    change = submit(sakura, save(sakura, pack, to_month=SEPTEMBER, **TYPED), at=IN_AUGUST)

    words, _ = told(city, change)
    approve(city, change)

    assert words == ["令和8年10月からは、適用がなくなります。"]
    assert granted(city) == [("", {"extra_staff": 1}, APRIL.first_day, SEPTEMBER.first_day)]


def test_a_change_from_a_later_month_leaves_the_earlier_ones(city, sakura, pack):
    with city.open():
        FacilityProfile.objects.update(approved_capacity=130, capacity_23=130)
    approve(city, sent(sakura, pack))
    change = save(
        sakura, pack, from_month=SEPTEMBER, extra_staff="2", monthly_yen="100000", second_person="増えたため"
    )

    words, _ = told(city, submit(sakura, change, at=IN_AUGUST))

    assert words == ["令和8年9月より前の月は、いまの適用のまま変わりません。"]


def test_the_months_to_settle_are_told_before_and_marked_after(city, sakura, pack):
    may = play(sakura, MAY)
    approve_claim(city, may)
    play(sakura, JUNE)
    version = sent(sakura, pack)

    words, _ = told(city, version)

    (sentence,) = words
    assert sentence.startswith("令和8年5月から令和8年6月までの2か月分の請求は、すでに提出されているか承認")


def test_what_leads_to_the_same_yen_settles_nothing(city, sakura, pack):
    play(sakura, MAY)
    version = submit(sakura, save(sakura, pack, wanted=False, from_month=None))

    words, money = told(city, version)

    assert money is not None
    assert (money.month_yen, words) == (0, [])


def test_a_closed_month_is_noted_and_corrected_when_it_is_opened_again(city, sakura, pack):
    may = play(sakura, MAY)
    approve_claim(city, may)
    with city.open(Role.CHIEF) as chief:
        closing.close(MAY, note="", by=chief, at=IN_AUGUST)

    approve(city, sent(sakura, pack), at=IN_AUGUST)
    running.run_due()

    with city.open():
        assert Claim.objects.get().terms_changed_at is not None
    with city.open(Role.CHIEF) as chief:
        closing.reopen(MAY, reason="加算の承認のため", by=chief, at=IN_AUGUST)
    running.run_due()
    with city.open():
        correction = Claim.objects.get(corrects=may)
    assert correction.total_yen > may.total_yen


def test_after_the_closing_the_months_before_are_settled_and_none_after(city, sakura, pack):
    may = play(sakura, MAY)
    approve_claim(city, may)
    version = sent(sakura, pack)
    with city.open():
        Facility.objects.update(closed_on=date(2026, 6, 30))

    words, money = told(city, version)
    approve(city, version, at=IN_AUGUST)
    running.run_due()

    assert words[0] == "この施設は令和8年6月で廃止です。それより後の月の請求はありません。"
    assert money is not None
    assert (money.months, money.year_yen) == (3, 3 * money.month_yen)
    with city.open():
        assert Claim.objects.get(corrects=may).total_yen == may.total_yen + money.month_yen


def test_what_begins_after_the_closing_is_of_no_month(city, sakura, pack):
    version = sent(sakura, pack, from_month=SEPTEMBER)
    with city.open():
        Facility.objects.update(closed_on=date(2026, 6, 30))

    words, money = told(city, version)

    assert words[0] == "この施設は令和8年6月で廃止です。適用する月の請求はありません。"
    assert money is not None
    assert money.year_yen == 0


def test_a_facility_of_june_has_its_rates_from_june(city, sakura):
    """Rates are of a year: without a profile in April nobody could ever approve them."""
    with city.open():
        Facility.objects.update(opened_on=date(2026, 6, 1))
        FacilityProfile.objects.update(from_month=JUNE.first_day, base_percent=None, wage_percent=None)
    pack = release_pack(city, RATES)
    version = save(sakura, pack, "rates", base_percent="12", wage_percent="7", at=IN_AUGUST)

    approve(city, submit(sakura, version, late_reason="開園の準備のため", at=IN_AUGUST))
    with city.open(Role.OFFICER) as officer:
        rates.certify(version.pk, CERTIFICATE, by=officer, at=IN_AUGUST)

    with city.open():
        row = FacilityProfile.objects.get()
    assert (row.from_month, row.base_percent, row.wage_percent) == (JUNE.first_day, 12, 7)
    assert not row.rates_are_provisional


def test_an_earlier_certificate_never_takes_away_a_later_one(city, sakura):
    pack = release_pack(city, RATES)
    first = submit(sakura, save(sakura, pack, "rates", base_percent="12", wage_percent="7"))
    approve(city, first)
    second = submit(sakura, save(sakura, pack, "rates", base_percent="11", wage_percent="7"), at=IN_AUGUST)
    approve(city, second)
    later = Certificate(11, 7, "青子第200号", date(2026, 8, 10))
    with city.open(Role.OFFICER) as officer:
        rates.certify(second.pk, later, by=officer, at=IN_AUGUST)
        with pytest.raises(NotAllowed, match="あとの版の認定"):
            rates.certify(first.pk, CERTIFICATE, by=officer, at=IN_AUGUST)

    with city.open():
        assert FacilityProfile.objects.get().base_percent == 11
        assert RateCertificate.objects.filter(certified_at__isnull=False).count() == 1


def test_a_no_to_rates_says_that_they_stay(city, sakura):
    pack = release_pack(city, RATES)
    version = submit(sakura, save(sakura, pack, "rates", wanted=False, from_month=None))

    words, _ = told(city, version)

    assert words == [
        "登録されている加算率は、そのまま残ります。適用しないときは、市の管理者が施設の画面で直します。"
    ]


@pytest.mark.django_db(transaction=True)
def test_two_items_of_one_facility_approved_at_once_both_hold_and_settle_once():
    city = make_city()
    sakura = make_facility(city, items=NURSERY_ITEMS)
    may = play(sakura, MAY)
    approve_claim(city, may)
    pack = release_pack(city, PRICE + SECOND_ITEM)
    versions = [sent(sakura, pack), submit(sakura, save(sakura, pack, "night_care", hours="3"))]
    for version in versions:
        decide(city, version, Role.OFFICER)
    chiefs = [city.actor(Role.CHIEF), another(city, Role.CHIEF, "chief-2")]

    def act(version, person):
        with city.open():
            return operations.approve(version.pk, shown_hash=version.content_hash, by=person, at=AT)

    answers = at_once([lambda pair=pair: act(*pair) for pair in zip(versions, chiefs, strict=True)])
    running.run_due()

    assert not any(isinstance(answer, NotAllowed) for answer in answers)
    with city.open():
        codes = set(
            GrantedItem.objects.filter(code__in=["team_childcare", "night_care"]).values_list(
                "code", flat=True
            )
        )
        correction = Claim.objects.get(corrects=may)
        lines = set(correction.lines.values_list("code", flat=True))
    assert codes == {"team_childcare", "night_care"}
    assert codes <= lines
    assert correction.status == ClaimStatus.DRAFT
