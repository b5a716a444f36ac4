"""How the money changes is told before anybody decides: of March, of city and prefecture, of reports, of no price."""

from datetime import datetime

import pytest
from django.utils import timezone

from applications.definitions import Share
from applications.models import ApplicationVersion
from approvals.items.money import MoneyEffect
from approvals.items.page import ItemView, item_view
from approvals.operations import items as operations
from claims import obstacles
from claims.models import Claim, ClaimLine, Obstacle
from claims.states import ClaimStatus
from facilities.actors import Role
from facilities.models import FacilityKind, FacilityProfile
from facilities.operations import granting
from facilities.periods import ServiceMonth
from jobs import running
from tests.applications.packs import PRICE
from tests.applications.stage import AT, LAST_YEAR, approve, approved_last_year, release_pack, save, submit
from tests.approvals.test_inbox import play
from tests.cast import APRIL, JUNE, MAY, NURSERY_CELLS, City, Nursery, make_city, make_facility, sign_in
from tests.claims.stage import confirmed, give_facts
from tests.documents.test_claim_form import NURSERY_ITEMS

PAGE = "/c/applications/"
SEPTEMBER, MARCH = ServiceMonth(2026, 9), ServiceMonth(2027, 3)
IN_AUGUST = timezone.make_aware(datetime(2026, 8, 20, 9))
MAY_2027 = timezone.make_aware(datetime(2027, 5, 10, 9))
MARCH_ITEMS = """
id = "march"
fiscal_year = 2026
family = "treatment"
title = "3月加算（見本）"
source = "試験用"

[[item]]
key = "snow"
label = "除雪費加算"
months = "march"
rounds = [1]
types = ["nursery"]
grants = { code = "snow" }
field = [{ key = "region", label = "豪雪地帯である", kind = "yes_no" }]

[[item]]
key = "facility_strengthening"
label = "施設機能強化推進費加算"
months = "march"
rounds = [1]
types = ["nursery"]
grants = { code = "facility_strengthening" }
amount = "planned_yen"
field = [{ key = "planned_yen", label = "見込額", kind = "yen" }]
"""
PREFECTURE = """
id = "prefecture"
fiscal_year = 2026
family = "prefecture"
title = "県の加算（見本）"
source = "試験用"

[[item]]
key = "pay"
label = "保育士処遇改善"
months = "year"
rounds = [1]
types = ["nursery"]
amount = "applied_yen"
share = { nation = 2, prefecture = 1, city = 1 }
field = [{ key = "applied_yen", label = "交付申請額", kind = "yen" }]

[[item]]
key = "pay_report"
label = "保育士処遇改善の実績"
stage = "report"
months = "year"
rounds = [1]
types = ["nursery"]
reports_on = "pay"
amount = "return_yen"
share = { nation = 2, prefecture = 1, city = 1 }
field = [
  { key = "applied_yen", label = "交付申請額（A）", kind = "yen", known_from = ["item.pay.applied_yen"] },
  { key = "paid_yen", label = "払った額（B）", kind = "yen" },
  { key = "return_yen", label = "返還する額（A－B）", kind = "yen", formula = "max(applied_yen - paid_yen, 0)" },
]
"""
PREFECTURE_LAST = PREFECTURE.replace("fiscal_year = 2026", "fiscal_year = 2025").replace(
    'id = "prefecture"', 'id = "prefecture-2025"'
)
OF_KODOMOEN = """
id = "price"
fiscal_year = 2026
family = "price"
title = "公定価格の加算（見本）"
source = "試験用"

[[item]]
key = "vice_principal"
label = "副園長・教頭配置加算"
rounds = [1]
types = ["certified_kodomoen"]
grants = { code = "vice_principal" }
field = [{ key = "name", label = "職名", kind = "text" }]

[[item]]
key = "climate"
label = "冷暖房費加算（1号）"
rounds = [1]
types = ["certified_kodomoen"]
grants = { code = "climate", certification = "1" }
field = [{ key = "variant", label = "区分", kind = "choice", choices = { other = "その他" }, option = "variant" }]
"""
CELLS = (*NURSERY_CELLS, ("1", "3", "education", 8), ("1", "4", "education", 7))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city, items=NURSERY_ITEMS)


def seen(city: City, version: ApplicationVersion) -> ItemView:
    with city.open(Role.OFFICER) as officer:
        return item_view(version.pk, officer)


def money(city: City, version: ApplicationVersion) -> MoneyEffect:
    told = seen(city, version).money
    assert told is not None
    return told


def test_of_march_it_is_what_that_months_claim_will_have_more(city, sakura):
    play(sakura, MAY)
    sent = submit(
        sakura, save(sakura, release_pack(city, MARCH_ITEMS), "snow", from_month=None, region="yes")
    )

    told = money(city, sent)
    page = sign_in(city.people[Role.OFFICER]).get(f"{PAGE}{sent.pk}/").content.decode()
    approve(city, sent)
    march = play(sakura, MARCH, submit=False)

    with city.open():
        line = ClaimLine.objects.get(claim=march, code="snow")
    assert (told.month, told.counted_in, told.months) == (MARCH, MAY, 1)
    assert told.month_yen == told.year_yen == line.amount_yen > 0
    assert "承認すると変わる金額（見込み）" in page
    assert "令和8年5月分の児童数で見込んでいます" in page


def test_what_only_march_will_tell_is_assumed_and_said(city, sakura):
    play(sakura, MAY)
    pack = release_pack(city, MARCH_ITEMS)
    sent = submit(
        sakura, save(sakura, pack, "facility_strengthening", from_month=None, planned_yen="150,000")
    )

    told = money(city, sent)
    approve(city, sent)
    give_facts(sakura, MARCH, saturday_closures=0, strengthening_spent_yen=150_000)
    confirmed(sakura, MARCH, NURSERY_CELLS)

    with city.open():
        line = ClaimLine.objects.get(code="facility_strengthening")
    assert told.month_yen == line.amount_yen > 0
    assert told.assumed == ("施設機能強化推進費の支出額 150,000円",)


def test_the_march_that_is_counted_already_is_no_expectation(city, sakura):
    play(sakura, MARCH)
    sent = submit(
        sakura, save(sakura, release_pack(city, MARCH_ITEMS), "snow", from_month=None, region="yes")
    )

    told = money(city, sent)

    assert (told.month, told.counted_in) == (MARCH, None)
    assert told.month_yen > 0


def test_a_change_is_computed_for_its_first_month_while_none_is_confirmed(city, sakura):
    """In May two people are held already; from September it is one: nothing of May tells that."""
    with city.open() as by:
        FacilityProfile.objects.update(approved_capacity=130, capacity_23=130)
        for month, number in ((APRIL, 1), (ServiceMonth(2026, 7), 2)):
            granting.hold_from(
                sakura.facility, "team_childcare", "", {"extra_staff": number},
                from_month=month, to_month=None, reason="", by=by, at=AT,
            )  # fmt: skip
    play(sakura, MAY)
    version = save(sakura, release_pack(city), from_month=SEPTEMBER, extra_staff="1", monthly_yen="100000")
    sent = submit(sakura, version, late_reason="遅れました", at=IN_AUGUST)

    told = money(city, sent)

    assert (told.month, told.counted_in, told.months) == (SEPTEMBER, MAY, 7)
    assert told.month_yen < 0
    assert told.year_yen == 7 * told.month_yen


def test_the_amount_of_a_prefectures_item_and_who_bears_it(city, sakura):
    last = release_pack(city, PREFECTURE_LAST)
    approved_last_year_of(city, sakura, last, "1,000,001")
    pack = release_pack(city, PREFECTURE)

    sent = submit(sakura, save(sakura, pack, "pay", from_month=None, applied_yen="1,200,003"))
    told = seen(city, sent)

    assert told.money is None
    assert told.amount is not None
    assert (told.amount.before_yen, told.amount.now_yen, told.amount.difference_yen) == (
        1_000_001,
        1_200_003,
        200_002,
    )
    assert [(one.by, one.before_yen, one.now_yen) for one in told.amount.borne] == [
        ("国", 500_000, 600_001),
        ("県", 250_000, 300_000),
        ("市", 250_001, 300_002),
    ]
    page = sign_in(city.people[Role.OFFICER]).get(f"{PAGE}{sent.pk}/").content.decode()
    assert "1,000,001円 → 1,200,003円" in page
    assert "300,002" in page


def approved_last_year_of(city: City, place: Nursery, pack, yen: str) -> None:
    in_april = timezone.make_aware(datetime(2025, 4, 14, 10))
    version = save(place, pack, "pay", from_month=None, applied_yen=yen, at=in_april)
    approve(city, submit(place, version, at=in_april), at=in_april)


def test_a_no_gives_back_what_was_approved_before(city, sakura):
    approved_last_year_of(city, sakura, release_pack(city, PREFECTURE_LAST), "1000000")
    sent = submit(sakura, save(sakura, release_pack(city, PREFECTURE), "pay", wanted=False, from_month=None))

    told = seen(city, sent).amount

    assert told is not None
    assert told.difference_yen == -1_000_000
    assert [one.difference_yen for one in told.borne] == [-500_000, -250_000, -250_000]


@pytest.mark.parametrize("yen", [0, 1, 2, 3, 5, 999, 1_000_003, -7])
def test_what_is_borne_is_the_whole_amount_and_nobody_but_the_city_bears_a_yen_more(yen):
    share = Share(2, 1, 1)
    nation, prefecture, city = share.split(yen)

    assert nation + prefecture + city == yen
    assert abs(nation) * share.of <= abs(yen) * share.nation
    assert abs(prefecture) * share.of <= abs(yen) * share.prefecture
    assert 0 <= abs(city) * share.of - abs(yen) * share.city < 2 * share.of


def test_a_report_says_what_came_what_was_spent_and_what_goes_back(city, sakura):
    pack = release_pack(city, PREFECTURE)
    approve(city, submit(sakura, save(sakura, pack, "pay", from_month=None, applied_yen="1200000")))
    report = save(sakura, pack, "pay_report", from_month=None, paid_yen="1,050,000", at=MAY_2027)
    sent = submit(sakura, report, late_reason="遅れました", at=MAY_2027)

    told = seen(city, sent).amount

    assert told is not None
    assert told.told == (("交付申請額（A）", 1_200_000), ("払った額（B）", 1_050_000))
    assert (told.label, told.now_yen) == ("返還する額（A－B）", 150_000)
    assert [(one.by, one.now_yen) for one in told.borne] == [("国", 75_000), ("県", 37_500), ("市", 37_500)]
    page = sign_in(city.people[Role.OFFICER]).get(f"{PAGE}{sent.pk}/").content.decode()
    assert "報告された額" in page


def kodomoen(city: City) -> Nursery:
    return make_facility(
        city, "みどりこども園", number="1299900000921", kind=FacilityKind.CERTIFIED_KODOMOEN, items={}
    )


def test_what_one_grade_gives_up_the_other_keeps(city):
    midori = kodomoen(city)
    with city.open() as by:
        granting.hold_from(
            midori.facility, "climate", "", {"variant": "other"},
            from_month=APRIL, to_month=None, reason="", by=by, at=AT,
        )  # fmt: skip
        FacilityProfile.objects.update(approved_capacity=110, capacity_1=20)
    confirmed(midori, JUNE, CELLS)
    sent = submit(
        midori,
        save(midori, release_pack(city, OF_KODOMOEN), "climate", wanted=False, from_month=None),
    )

    told = money(city, sent)

    assert told.outcome is not None
    changed = [line for section in told.outcome.sections for line in section.lines if line.delta_yen]
    assert len(changed) == 1
    assert changed[0].new_yen == 0


def test_who_decides_is_told_that_there_is_no_price_and_the_facility_what_to_do(city):
    midori = kodomoen(city)
    with city.open():
        FacilityProfile.objects.update(approved_capacity=110, capacity_1=20)
    confirmed(midori, JUNE, CELLS)
    sent = submit(midori, save(midori, release_pack(city, OF_KODOMOEN), "vice_principal", name="副園長"))
    browser = sign_in(city.people[Role.OFFICER])

    told = seen(city, sent)
    page = browser.get(f"{PAGE}{sent.pk}/").content.decode()

    assert [flag.words for flag in told.flags if flag.key == "unpriced"] == ["単価なし"]
    assert told.money is not None
    assert "「副園長・教頭配置」" in told.money.breaks
    assert "承認すると、この施設の請求を作れなくなります" in page
    assert "単価なし" in browser.get(PAGE).content.decode()
    with city.open(Role.OFFICER) as officer:
        together = operations.approve_unchanged([(sent.pk, sent.content_hash)], by=officer, at=AT)
    assert list(together.refused) == [sent.pk]

    approve(city, sent)
    running.run_due()

    with city.open():
        stands = Obstacle.objects.get()
        assert not Claim.objects.filter(status=ClaimStatus.DRAFT).exists()
    first, row = stands.message.split("\n")
    assert first == obstacles.NO_ROW
    assert row.startswith("単価表 2026-04-sample に「副園長・教頭配置」（vice_principal）の行がありません")
    assert "読み込むか" not in stands.message
    assert obstacles.for_city(stands.message).register == obstacles.RATE_BOOKS
    assert (
        "市が単価を登録すると、請求は自動で作成されます"
        in sign_in(midori.clerk).get(f"/f/{midori.facility.number}/claims/").content.decode()
    )


def test_what_has_a_price_strikes_nobody(city, sakura):
    approved_last_year(city, sakura, release_pack(city, LAST_YEAR), extra_staff="1", monthly_yen="100000")
    sent = submit(sakura, save(sakura, release_pack(city, PRICE), extra_staff="1", monthly_yen="100000"))

    assert [flag.key for flag in seen(city, sent).flags] == []
