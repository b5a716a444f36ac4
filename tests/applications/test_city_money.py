"""
Items of city and prefecture from the accepted roster to the yen: per person by service years and personnel-cost ratio,
per child, with every rounding that has a name, and who bears it.

The tables of the shipped packs are whole thousands, so the stories take odd ones: else no rounding would ever show.
"""

from datetime import date, datetime

import pytest
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack
from applications.shipped import shipped
from approvals.items.amounts import AmountEffect
from approvals.items.page import item_view
from audit.record import record
from facilities.actors import Role
from staff_records.models import StaffMember
from tests.applications.stage import approve, release_pack, save, submit
from tests.cast import APRIL, City, Nursery, make_city, make_facility, sign_in
from tests.claims.stage import confirmed
from tests.staff_records.staffed import PART_TIME, Somebody, give_roster
from tests.staff_records.year_stage import accepted

MAY_2027 = timezone.make_aware(datetime(2027, 5, 10, 9))
ODD = {
    "result = 20000": "result = 20333",  # three years, 60 %
    'formula = "20000 * months': 'formula = "20333 * months',
    "min(paid, 20000)": "min(paid, 20333)",
    "result = 3000 }": "result = 3001 }",
    "share = { prefecture = 1, city = 1 }": "share = { nation = 1, prefecture = 1, city = 1 }",
}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def packs(city: City) -> dict[str, ItemPack]:
    texts = shipped(2026)
    found = {}
    for name in ("city", "prefecture"):
        text = texts[name]
        for whole, odd in ODD.items():
            text = text.replace(whole, odd)
        assert text != texts[name]
        found[name] = release_pack(city, text)
    return found


@pytest.fixture
def people(city: City) -> tuple[Nursery, list[StaffMember]]:
    """
    As of 1 April 2026 fourteen, six and no years here, and eight until the end of August; part time, and no licence.
    """
    place = make_facility(city)
    staff = give_roster(
        place,
        *[
            Somebody(hired_on=hired, last_day=last, numbered=True)
            for hired, last in (
                (date(2012, 4, 1), None),
                (date(2020, 4, 1), None),
                (date(2025, 10, 1), None),
                (date(2018, 4, 1), date(2026, 8, 31)),
            )
        ],
        Somebody(**PART_TIME, numbered=True),
        Somebody(job="clerk", licences=(), hired_on=date(2015, 4, 1)),
    )
    accepted(place)
    confirmed(place, APRIL)
    return place, staff


def sent_values(place: Nursery, version: ApplicationVersion) -> dict[str, object]:
    with place.open():
        content = ApplicationVersion.objects.get(pk=version.pk).content
    return {key: kept["value"] for key, kept in content["sent"].items()}


def amount_of(city: City, version: ApplicationVersion) -> AmountEffect:
    """What the reviewer is shown; whose rows were opened stands in the record, as on the page."""
    with city.open(Role.OFFICER) as officer:
        view = item_view(version.pk, officer)
        record("item_review.shown", by=officer, rows=view.row_ids)
    assert view.amount is not None
    return view.amount


def test_the_allowance_of_each_person_by_years_and_ratio(city, packs, people):
    """68.999999 % is 68 (1％未満切捨て): the stair of 60. 30,000 × 12 and × 5, 20,333 × 12, 10,000 × 12."""
    place, _ = people
    version = save(
        place,
        packs["city"],
        "monthly_allowance",
        from_month=None,
        personnel_yen="68,999,999",
        income_yen="100,000,000",
    )

    sent = submit(place, version)

    values = sent_values(place, sent)
    assert values["ratio"] == 68
    assert [(row["years"], row["months"], row["monthly_yen"], row["yen"]) for row in values["staff"]] == [
        (14, 12, 30_000, 360_000),
        (6, 12, 20_333, 243_996),
        (0, 12, 10_000, 120_000),
        (8, 5, 30_000, 150_000),
        (0, 12, 0, 0),
        (11, 12, 0, 0),
    ]
    assert values["persons"] == 4
    assert (values["total_yen"], values["applied_yen"], sent.amount_yen) == (873_996, 873_000, 873_000)


def test_who_decides_sees_what_each_bears_and_the_report_gives_back_the_rest(city, packs, people):
    """20,333 × (12 + 12 + 12 + 5) = 833,653, cut to 833,000 (千円未満切捨て); a third each, the city what is left."""
    place, staff = people
    version = save(place, packs["prefecture"], "teacher_pay", from_month=None, payment="advance")
    sent = submit(place, version)

    told = amount_of(city, sent)
    assert (told.label, told.before_yen, told.now_yen) == ("交付申請額（千円未満切捨て）", 0, 833_000)
    assert [(one.by, one.now_yen) for one in told.borne] == [
        ("国", 277_666),
        ("県", 277_666),
        ("市", 277_668),
    ]
    approve(city, sent)

    yens = ("20333", "25000", "10001", "20333")
    paid = {f"staff.{member.pk}.paid": yen for member, yen in zip(staff[:4], yens, strict=True)}
    typed = {"from_month": None, "reason": "欠勤", "at": MAY_2027, **paid}
    report = save(place, packs["prefecture"], "teacher_pay_report", **typed)
    sent = submit(place, report, at=MAY_2027)

    # 20,333 × 12 twice (more than the grant's amount is not counted), 10,001 × 12, 20,333 × 5: 709,669, cut to 709,000.
    values = sent_values(place, sent)
    assert (values["applied_yen"], values["paid_yen"], values["return_yen"]) == (833_000, 709_669, 124_000)
    page = sign_in(city.people[Role.OFFICER]).get(f"/c/applications/{sent.pk}/").content.decode()
    assert "返還する額（A－B。Bは千円未満切捨て）" in page
    assert "41,333" in page  # 124,000 / 3, 円未満切捨て
    assert "41,334" in page


def test_the_materials_of_each_child(city, packs, people):
    """8, 14 and 15 under three at 3,001 yen; 18, 16 and 17 from three on at 5,000 yen."""
    place, _ = people

    sent = submit(place, save(place, packs["city"], "materials", from_month=None))

    assert sent.amount_yen == 37 * 3_001 + 51 * 5_000


def test_a_change_in_autumn_is_told_beside_what_was_approved(city, packs, people):
    place, _ = people
    typed = {"personnel_yen": "68,999,999", "income_yen": "100,000,000"}
    approve(city, submit(place, save(place, packs["city"], "monthly_allowance", from_month=None, **typed)))
    typed["personnel_yen"] = "70,000,000"
    change = submit(place, save(place, packs["city"], "monthly_allowance", from_month=None, **typed))

    told = amount_of(city, change)

    # 40,000 × 12, 25,000 × 12, 15,000 × 12, 40,000 × 5
    assert (told.before_yen, told.now_yen) == (873_000, 1_160_000)
    assert [(one.by, one.difference_yen) for one in told.borne] == [("市", 287_000)]
