"""A facility under a new number takes its predecessor's roster over in one act."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from facilities.models import Facility
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from pages.wareki import date_words
from staff_records.models import OverlapFlag, StaffChange
from staff_records.operations import succession
from staff_records.values import Detail, Earlier, Licenced, Trained
from staff_records.words import Beginning, ChangeKind, Ending, Licence, Proof
from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.rosters import FULL, PART, hire, of_another_corporation, roster_of, writing
from tests.staff_records.stage import BIRTH, HIRED

OPENED = date(2026, 6, 1)
LAST = date(2026, 5, 31)
OWN = "/f/1299900000904/staff/"
TARO = ("緑　太郎", "みどり　たろう")
BUTTON = "前の事業所番号（1299900000901）の名簿を引き継ぐ"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def hanako(sakura):
    found = hire(sakura)
    with writing(sakura, found) as (again, writer):
        writer.add_qualification(again, Licenced(Licence.NURSERY_TEACHER, "千葉県-012345", date(2012, 4, 1)))
        writer.add_training(again, Trained("infants", Decimal(15), date(2025, 8, 1)))
        earlier = Earlier(
            "kindergarten", date(2015, 4, 1), date(2020, 3, 31), "みほん幼稚園", True, Proof.CHECKED
        )
        writer.add_earlier(again, earlier)
        writer.add_detail(again, Detail("若葉　花子", "わかば　はなこ", "青葉"), from_day=date(2024, 5, 1))
        writer.change_terms(again, PART, from_day=date(2024, 4, 1), beginning=Beginning.CHANGED)
    return found


def succeeded(sakura: Nursery, *, other_corporation: bool = False, opened_on: date = OPENED) -> Nursery:
    """さくら保育園 under a new number from June 2026 on."""
    own = of_another_corporation if other_corporation else make_facility
    after = own(sakura.city, "さくらこども園", number="1299900000904")
    with scope(sakura.city.municipality.pk, None):
        before = Facility.objects.get(pk=sakura.facility.pk)
        before.closed_on = opened_on.replace(month=opened_on.month - 1, day=31)
        before.save()
        after.facility.opened_on, after.facility.predecessor = opened_on, before
        after.facility.save()
    return after


def days_of(found) -> list[tuple[date, date | None, str, str]]:
    return [(span.first_day, span.last_day, span.beginning, span.ending) for span in found.spans]


def test_under_the_same_corporation_the_employment_goes_on_with_everything_known(
    city, sakura, hanako, run_jobs
):
    hire(sakura, TARO, birth=date(1980, 1, 1), last_day=date(2026, 4, 30))
    after = succeeded(sakura)
    browser = sign_in(after.clerk)
    assert BUTTON in browser.get(OWN).content.decode()
    assert BUTTON in browser.get(f"{OWN}entry/").content.decode()

    answer = browser.post(f"{OWN}succession/", follow=True)

    assert "1人を引き継ぎました" in answer.content.decode()
    assert BUTTON not in answer.content.decode()
    (here,) = roster_of(after)
    there = roster_of(sakura)[0]
    assert (here.member.person_id, here.member.number) == (there.member.person_id, there.member.number)
    assert (here.member.birth_date, here.details[0].name) == (BIRTH, "若葉　花子")
    assert days_of(here) == [
        (HIRED, date(2024, 3, 31), "hired", ""),
        (date(2024, 4, 1), None, "changed", ""),
    ]
    assert here.hired_on(OPENED) == HIRED
    assert [row.number for row in here.qualifications] == ["千葉県-012345"]
    assert [row.field for row in here.trainings] == ["infants"]
    assert [(row.employer, row.proof) for row in here.earlier] == [("みほん幼稚園", Proof.CHECKED)]
    assert days_of(there)[-1] == (date(2024, 4, 1), LAST, "changed", Ending.TRANSFERRED)
    with city.open():
        assert sorted(StaffChange.objects.values_list("kind", flat=True)) == ["moved_in", "moved_out"]
    run_jobs()
    with city.open():
        assert not OverlapFlag.objects.exists()
    (own,), (theirs,) = events_of(city, "staff.roster_succeeded"), events_of(city, "staff.roster_handed_over")
    assert (own.facility_id, own.rows) == (after.facility.pk, {"staff_member": [str(here.member.pk)]})
    assert (theirs.facility_id, theirs.rows) == (
        sakura.facility.pk,
        {"staff_member": [str(there.member.pk)]},
    )


def test_another_corporation_is_a_new_employer_and_the_time_before_is_proved_by_the_roster(sakura, hanako):
    after = succeeded(sakura, other_corporation=True)

    sign_in(after.clerk).post(f"{OWN}succession/")

    (here,) = roster_of(after)
    assert days_of(here) == [(OPENED, None, Beginning.TRANSFERRED, "")]
    assert [
        (row.employer, row.first_day, row.last_day, row.is_long_enough)
        for row in sorted(here.earlier, key=lambda row: row.first_day)
        if row.proof == Proof.ROSTER
    ] == [
        ("さくら保育園", HIRED, date(2024, 3, 31), True),
        ("さくら保育園", date(2024, 4, 1), LAST, False),
    ]


@pytest.mark.parametrize("other_corporation", [False, True])
def test_what_was_announced_for_later_comes_along(city, sakura, other_corporation):
    found = hire(sakura)
    with writing(sakura, found) as (again, writer):
        writer.change_terms(again, replace(FULL, title="主任"), from_day=OPENED, beginning=Beginning.CHANGED)
        writer.report(again, ChangeKind.TERMS, day=OPENED)
        writer.change_terms(again, PART, from_day=date(2026, 9, 1), beginning=Beginning.CHANGED)
        writer.report(again, ChangeKind.TERMS, day=date(2026, 9, 1))
        writer.end_work(again, last_day=date(2027, 3, 31), ending=Ending.LEFT)
        writer.report(again, ChangeKind.LEFT, day=date(2027, 3, 31))
    after = succeeded(sakura, other_corporation=other_corporation)

    sign_in(after.clerk).post(f"{OWN}succession/")

    (here,), (there,) = roster_of(after), roster_of(sakura)
    assert days_of(there) == [(HIRED, LAST, "hired", Ending.TRANSFERRED)]
    assert days_of(here)[-2:] == [
        (OPENED, date(2026, 8, 31), "transferred" if other_corporation else "changed", ""),
        (date(2026, 9, 1), date(2027, 3, 31), "changed", Ending.LEFT),
    ]
    with sakura.open():
        reported = StaffChange.objects.filter(withdrawn_at__isnull=True)
        assert list(reported.values_list("kind", flat=True)) == ["moved_out"]
    with after.open():
        kinds = sorted(StaffChange.objects.values_list("kind", flat=True))
        assert kinds == ["left", "moved_in", "terms"] + ([] if other_corporation else ["terms"])


@pytest.mark.parametrize(("ending", "comes"), [(Ending.TRANSFERRED, True), (Ending.LEFT, False)])
def test_who_was_reported_moved_on_the_last_day_comes_along_and_who_retired_does_not(sakura, ending, comes):
    found = hire(sakura)
    with writing(sakura, found) as (again, writer):
        writer.end_work(again, last_day=LAST, ending=ending)
    after = succeeded(sakura)

    answer = sign_in(after.clerk).post(f"{OWN}succession/")

    assert answer.status_code == (302 if comes else 422)
    assert [days_of(one) for one in roster_of(after)] == ([[(HIRED, None, "hired", "")]] if comes else [])


def test_the_home_asks_for_it_until_it_is_done_and_the_old_roster_says_where_everybody_went(sakura, hanako):
    hire(sakura, TARO, birth=date(1980, 1, 1), last_day=date(2026, 4, 30))
    browser, asked = (
        sign_in(succeeded(sakura).clerk),
        "前の事業所番号（1299900000901）の職員名簿を引き継いでください",
    )
    assert asked in browser.get("/f/1299900000904/").content.decode()
    assert (
        "前の事業所番号（1299900000901）の職員名簿の引継ぎ"
        in browser.get("/f/1299900000904/schedule/").content.decode()
    )
    browser.post(f"{OWN}succession/")
    assert asked not in browser.get("/f/1299900000904/").content.decode()

    before = sign_in(sakura.clerk).get("/f/1299900000901/staff/?state=left&on=2026-06-15").content.decode()
    assert ".5.31まで（転出）" in before
    assert ".4.30まで（退職）" in before


def test_it_is_refused_when_the_roster_is_not_empty(city, sakura, hanako):
    after = succeeded(sakura)
    hire(after, TARO, birth=date(1980, 1, 1), first_day=OPENED)
    browser = sign_in(after.clerk)
    assert BUTTON not in browser.get(OWN).content.decode()

    answer = browser.post(f"{OWN}succession/")

    assert answer.status_code == 422
    assert "すでに職員が登録されています" in answer.content.decode()
    (refused,) = events_of(city, "staff.roster_succeeded")
    assert refused.outcome == "refused"
    assert len(roster_of(after)) == 1


def test_not_before_it_opens_not_without_a_predecessor_and_not_by_another_clerk(sakura, hanako):
    after = succeeded(sakura, opened_on=date(timezone.localdate().year + 1, 6, 1))
    browser = sign_in(after.clerk)
    day = date_words(after.facility.opened_on)
    for page in (OWN, f"{OWN}entry/"):
        told = browser.get(page).content.decode()
        assert BUTTON not in told
        assert f"{day}</b>から、ここで引き継げます" in told, "nobody types everybody again meanwhile"
    assert "から引き継げます" in browser.post(f"{OWN}succession/").content.decode()
    sumire = of_another_corporation(sakura.city)
    with sumire.open() as clerk:
        with pytest.raises(ProblemsFound, match="前の事業所番号がありません"):
            succession.succeed(sumire.facility, by=clerk, at=timezone.now())
        with pytest.raises(NotAllowed):
            succession.succeed(after.facility, by=clerk, at=timezone.now())
    assert roster_of(after) == []
