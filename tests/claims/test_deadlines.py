"""A facility's own deadlines: what it had to wait for is given back, however the month bends."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from approvals.operations.claims import return_to_facility
from claims.cells import Cell, DisputedCell
from claims.models import Claim, CountDispute, CountSheet
from claims.operations import answers
from claims.operations.confirming import confirm_on_behalf, dispute
from claims.operations.counts_by_hand import correct_counts
from claims.operations.submitting import correct, submit
from claims.queries.deadlines import own_deadline
from facilities.actors import Role
from facilities.rules import NotAllowed
from facilities.schedule import Step
from tests.cast import JUNE, MAY, City, Nursery, give_counts, make_city, sign_in
from tests.claims.stage import AT, nursery, ready_claim

BABY = ("129999", "3", "0", "standard", False, False, "", None)
MARKED = DisputedCell(Cell("129999", "3", "0", "standard"), 9, "転入した子どもが数えられていません。")


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def day_of(city: City, sheet: CountSheet, step: Step) -> date:
    with city.open():
        return own_deadline(sheet, step, city.municipality)


def corrected(city: City, place: Nursery, moment: datetime) -> CountSheet:
    with city.open(Role.ENROLMENT) as section:
        return correct_counts(
            place.facility.pk, JUNE, {BABY: 9}, shown_version=1, reason="転入", by=section, at=moment
        )


def test_counts_that_come_in_time_leave_the_city_s_days(city: City, sakura: Nursery) -> None:
    sheet = give_counts(sakura, MAY)

    # May's days are late because of the holidays: the import is due on the 7th, and so is the confirmation.
    assert day_of(city, sheet, Step.CONFIRM) == date(2026, 5, 7)
    assert day_of(city, sheet, Step.CLAIM) == date(2026, 5, 11)


def test_corrected_counts_give_time_of_their_own(city: City, sakura: Nursery) -> None:
    give_counts(sakura, JUNE)

    sheet = corrected(city, sakura, at(7, 10))  # a Friday, five weeks after the deadline

    assert day_of(city, sheet, Step.CONFIRM) == date(2026, 7, 14)
    assert day_of(city, sheet, Step.CLAIM) == date(2026, 7, 17)
    with city.open(Role.ENROLMENT) as section:
        with pytest.raises(NotAllowed, match="令和8年7月14日"):
            confirm_on_behalf(sheet.pk, reason="電話", shown_version=2, by=section, at=at(7, 14))
        confirm_on_behalf(sheet.pk, reason="電話", shown_version=2, by=section, at=at(7, 15))


def test_a_second_dispute_within_the_time_given_back_stops_the_clock_again(
    city: City, sakura: Nursery
) -> None:
    sheet = give_counts(sakura, JUNE)

    # Raised on Friday the 5th, answered on Wednesday: until the 10th. Raised again on the 10th, answered on the 12th.
    for raised, answered in ((at(6, 5), at(6, 10, 9)), (at(6, 10), at(6, 12))):
        with sakura.open() as clerk:
            dispute(sheet.pk, [MARKED], shown_version=1, by=clerk, at=raised)
        with city.open(Role.ENROLMENT) as section:
            open_one = CountDispute.objects.get(outcome="")
            answers.answer(open_one.pk, outcome="stands", text="合っています。", by=section, at=answered)

    assert day_of(city, sheet, Step.CONFIRM) == date(2026, 6, 12)


def test_a_dispute_raised_too_late_gives_nothing_back(city: City, sakura: Nursery) -> None:
    sheet = give_counts(sakura, JUNE)
    with sakura.open() as clerk:
        dispute(sheet.pk, [MARKED], shown_version=1, by=clerk, at=at(6, 8))

    assert day_of(city, sheet, Step.CONFIRM) == date(2026, 6, 5)


def test_an_answer_that_corrects_is_not_counted_twice(city: City, sakura: Nursery) -> None:
    sheet = give_counts(sakura, JUNE)
    with sakura.open() as clerk:
        dispute(sheet.pk, [MARKED], shown_version=1, by=clerk, at=at(6, 3))
    with city.open(Role.ENROLMENT) as section:
        found = CountDispute.objects.get()
        newer = answers.answer(found.pk, outcome="corrected", text="直します。", by=section, at=at(6, 10))

    # Five days waited for the answer, counted from the 5th; the new counts alone would give until the 12th as well.
    assert day_of(city, newer, Step.CONFIRM) == date(2026, 6, 12)


def test_a_returned_claim_has_three_days_also_in_its_new_version(city: City, sakura: Nursery) -> None:
    claim = ready_claim(sakura)
    with sakura.open() as clerk:
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
    with city.open(Role.OFFICER) as officer:
        return_to_facility(
            claim.pk, shown_hash=claim.content_hash, reason="実績を確認", by=officer, at=at(6, 18)
        )
    with city.open():
        sheet = CountSheet.objects.get(pk=claim.sheet_id)

    assert day_of(city, sheet, Step.CLAIM) == date(2026, 6, 23)
    with sakura.open() as clerk:
        correct(claim.pk, by=clerk, at=at(6, 19))
    assert day_of(city, sheet, Step.CLAIM) == date(2026, 6, 23)


def test_the_home_shows_the_same_days_as_the_claim_and_the_reminder(city: City, sakura: Nursery) -> None:
    sheet = give_counts(sakura, JUNE)
    with sakura.open() as clerk:
        dispute(sheet.pk, [MARKED], shown_version=1, by=clerk, at=at(6, 3))
    with city.open(Role.ENROLMENT) as section:
        found = CountDispute.objects.get()
        answers.answer(
            found.pk, outcome="stands", text="合っています。", by=section, at=at(6, 3) + timedelta(days=2)
        )

    home = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/").content.decode()

    assert "令和8年6月9日(火)まで" in home
    assert "締切 令和8年6月12日(金)" in home
    with city.open():
        assert not Claim.objects.exists()
