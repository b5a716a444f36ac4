"""Reminders: before, on and after a deadline, once each, on business days, to those who are late."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from approvals.operations.claims import approve, return_to_facility
from audit.record import SYSTEM, Context, context
from claims.cells import Cell, DisputedCell
from claims.operations import closing, submitting
from claims.operations.confirming import dispute
from claims.operations.counts_by_hand import correct_counts
from claims.operations.reminding import late, remind
from claims.tasks import remind as remind_everywhere
from facilities.actors import Role
from facilities.models import Membership
from facilities.operations.changes import close, suspend
from facilities.operations.schedule import set_rules
from facilities.periods import ServiceMonth
from facilities.schedule import Shift, Step, StepRule
from facilities.scope import scope
from jobs.models import Job
from tests.cast import JUNE, City, Nursery, give_counts, make_city, make_facility, make_user
from tests.claims.stage import AT, nursery, ready_claim
from tests.record import events_of

# June 2026: counts are confirmed by Friday the 5th, claims sent by Wednesday the 10th.
CONFIRM_DAYS = [date(2026, 6, 3), date(2026, 6, 5), date(2026, 6, 8)]
CLAIM_DAYS = [date(2026, 6, 8), date(2026, 6, 10), date(2026, 6, 11)]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def run(city: City, day: date) -> int:
    with context(Context(who=SYSTEM)), scope(city.municipality.pk, None):
        return remind(city.municipality, today=day)


def letters(folder: Path) -> list[Any]:
    return [message_from_bytes(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]


def text_of(mail: Any) -> str:
    return mail.get_payload(decode=True).decode()


def test_a_facility_that_has_not_confirmed_is_reminded_three_times(city, sakura):
    give_counts(sakura, JUNE)

    days = [date(2026, 6, day) for day in range(1, 13)]
    to_facility = [
        day
        for day in days
        if run(city, day) and Job.objects.filter(key__startswith=f"reminder|confirm|2026-06|{day}").exists()
    ]

    assert to_facility == CONFIRM_DAYS


def test_the_letter_says_until_when_and_where_and_no_number(
    city, sakura, run_jobs, mail_folder, time_machine
):
    time_machine.move_to(datetime(2026, 6, 3, 0, 0, tzinfo=UTC))
    give_counts(sakura, JUNE)

    run(city, date(2026, 6, 3))
    run_jobs()

    (letter,) = letters(mail_folder)
    assert letter["To"] == sakura.clerk.address
    assert "さくら保育園　令和8年6月分" in text_of(letter)
    assert "締切は令和8年6月5日(金)です。児童数の確認がまだです。" in text_of(letter)
    assert f"/f/{sakura.facility.number}/counts/2026-06/" in text_of(letter)
    event = events_of(city, "claims.reminded")[-1]
    assert event.rows == {"facility": [str(sakura.facility.pk)]}


def test_the_same_day_is_reminded_once_however_often_the_task_runs(city, sakura):
    give_counts(sakura, JUNE)

    for _ in range(3):
        run(city, CONFIRM_DAYS[0])

    assert Job.objects.filter(key__startswith="reminder|").count() == 1


def test_a_claim_that_waits_for_its_facility_is_reminded_and_a_sent_one_is_not(city):
    garden, done = nursery(city), nursery(city, number="1299900000902")
    ready_claim(garden, JUNE)
    claim = ready_claim(done, JUNE)
    with done.open() as clerk:
        submitting.submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)

    with city.open():
        assert late(JUNE, Step.CLAIM) == [garden.facility.pk]
    for day in CLAIM_DAYS:
        run(city, day)

    keys = Job.objects.filter(key__startswith="reminder|claim|").values_list("key", flat=True)
    assert sorted(key.split("|")[3] for key in keys) == [str(day) for day in CLAIM_DAYS]


def test_a_dispute_stops_the_clock(city, sakura):
    sheet = give_counts(sakura, JUNE)
    marked = DisputedCell(Cell("129999", "3", "0", "standard"), 9, "転入した子どもが数えられていません。")
    with sakura.open() as clerk:
        dispute(sheet.pk, [marked], shown_version=1, by=clerk, at=AT)

    with city.open():
        assert late(JUNE, Step.CONFIRM) == late(JUNE, Step.CLAIM) == []
    assert [run(city, day) for day in CONFIRM_DAYS] == [0, 0, 0]


def test_nothing_is_sent_on_a_day_off(city, sakura):
    give_counts(sakura, JUNE)

    assert run(city, date(2026, 6, 6)) == run(city, date(2026, 6, 7)) == 0


def test_the_city_hears_the_day_after_how_many_are_late(city, sakura, run_jobs, mail_folder, time_machine):
    time_machine.move_to(datetime(2026, 6, 8, 0, 0, tzinfo=UTC))
    give_counts(sakura, JUNE)

    run(city, CONFIRM_DAYS[2])
    run_jobs()

    letter = next(mail for mail in letters(mail_folder) if mail["To"] != sakura.clerk.address)
    assert letter["To"] == city.people[Role.ENROLMENT].address
    assert "まだの施設が1件あります" in text_of(letter)
    assert "/c/counts/2026-06/" in text_of(letter)


def test_a_reminder_of_yesterday_is_never_sent(city, sakura, run_jobs, mail_folder, time_machine):
    time_machine.move_to(datetime(2026, 6, 3, 0, 0, tzinfo=UTC))
    give_counts(sakura, JUNE)
    run(city, CONFIRM_DAYS[0])

    time_machine.move_to(datetime(2026, 6, 4, 0, 0, tzinfo=UTC))
    run_jobs()

    assert letters(mail_folder) == []
    assert not Job.objects.filter(key__startswith="reminder|", payload_sealed__isnull=False).exists()


def test_a_mailbox_is_written_to_once_and_an_unconfirmed_one_not_at_all(city, sakura):
    give_counts(sakura, JUNE)
    shared = make_user("shared-box", realm=city.municipality, address=sakura.clerk.address)
    nowhere = make_facility(city, "すみれ保育園", number="1299900000902")
    give_counts(nowhere, JUNE)
    with city.open():
        Membership.objects.create(
            municipality=city.municipality,
            user=shared,
            duty=Role.FACILITY,
            facility=sakura.facility,
            slot=2,
        )
    nowhere.clerk.address = ""
    nowhere.clerk.save()

    assert run(city, CONFIRM_DAYS[0]) == 1


def test_every_city_is_reminded_of_its_own(city, sakura, time_machine):
    time_machine.move_to(datetime(2026, 6, 3, 0, 0, tzinfo=UTC))
    other = make_city("129998", "緑野市")
    tsubaki = make_facility(other, "つばき保育園", number="1299800000901")
    give_counts(sakura, JUNE)
    give_counts(tsubaki, JUNE)

    remind_everywhere()

    assert Job.objects.filter(key__startswith="reminder|").count() == 2
    assert timezone.localdate() == CONFIRM_DAYS[0]
    assert len(events_of(other, "claims.reminded")) == len(events_of(city, "claims.reminded")) == 1


# ---------------------------------------------------------------- late and returned


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 1, 0, tzinfo=UTC)


def days_of(month: int, first: int, last: int) -> list[date]:
    return [date(2026, month, day) for day in range(first, last + 1)]


def reminder_days(step: str) -> list[str]:
    keys = Job.objects.filter(key__startswith=f"reminder|{step}|").values_list("key", flat=True)
    return sorted(key.split("|")[3] for key in keys)


@pytest.mark.parametrize("month", [JUNE, ServiceMonth(2026, 4).plus(-10)])
def test_corrected_counts_are_reminded_by_their_own_day_however_old_the_month(city, sakura, month):
    sheet = give_counts(sakura, month)
    with city.open(Role.ENROLMENT) as section:
        correct_counts(
            sakura.facility.pk,
            month,
            {("129999", "3", "0", "standard", False, False, "", None): 9},
            shown_version=sheet.version,
            reason="転入",
            by=section,
            at=at(7, 10),
        )

    for day in days_of(7, 6, 20):
        run(city, day)

    assert reminder_days("confirm") == ["2026-07-10", "2026-07-14", "2026-07-15"]
    digests = Job.objects.filter(key__startswith="digest|confirm|").values_list("key", flat=True)
    assert [key.split("|")[3] for key in digests] == ["2026-07-15"], "not before its own day is over"


def test_a_closed_month_is_not_reminded_of(city, sakura):
    give_counts(sakura, JUNE)
    with city.open(Role.CHIEF) as chief:
        closing.close(JUNE, note="翌月に回します。", by=chief, at=at(6, 2))

    assert [run(city, day) for day in CONFIRM_DAYS] == [0, 0, 0]


def test_nothing_is_asked_for_months_after_the_closing(city, sakura):
    give_counts(sakura, JUNE)
    with city.open() as administrator:
        close(sakura.facility.pk, closed_on=date(2026, 5, 31), by=administrator, at=AT)

    for day in CONFIRM_DAYS:
        run(city, day)

    assert reminder_days("confirm") == []


def test_a_returned_claim_is_reminded_with_its_own_words_and_stands_in_the_digest(
    city, run_jobs, mail_folder, time_machine
):
    garden = nursery(city)
    claim = ready_claim(garden, JUNE)
    with garden.open() as clerk:
        submitting.submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
    with city.open(Role.OFFICER) as officer:
        return_to_facility(
            claim.pk, shown_hash=claim.content_hash, reason="実績を確認", by=officer, at=at(6, 18)
        )
    run_jobs()
    for path in mail_folder.glob("*.eml"):
        path.unlink()

    for day in days_of(6, 18, 30):
        time_machine.move_to(datetime(2026, 6, day.day, 0, 30, tzinfo=UTC))
        run(city, day)
        run_jobs()

    assert reminder_days("claim") == ["2026-06-19", "2026-06-23", "2026-06-24"]
    to_clerk = [text_of(mail) for mail in letters(mail_folder) if mail["To"] == garden.clerk.address]
    assert len(to_clerk) == 3
    assert all("差し戻された請求の修正がまだです" in text for text in to_clerk)
    digest = next(
        text_of(mail)
        for mail in letters(mail_folder)
        if mail["To"] == city.people[Role.OFFICER].address and "まだの施設" in text_of(mail)
    )
    assert "まだの施設が1件あります" in digest
    assert "支払日は令和8年6月30日(火)です。" in digest


# ---------------------------------------------------------------- the city's own steps


def city_days(step: str) -> list[tuple[str, str]]:
    keys = Job.objects.filter(key__startswith=f"city|{step}|").values_list("key", flat=True)
    return sorted((key.split("|")[3], key.split("|")[4]) for key in keys)


def test_the_enrolment_section_is_reminded_of_the_import_the_day_before_and_on_the_day(city, sakura):
    section = str(city.people[Role.ENROLMENT].pk)

    for day in days_of(5, 28, 31) + days_of(6, 1, 6):
        run(city, day)
        run(city, day)

    assert city_days("import") == [("2026-06-02", section), ("2026-06-03", section)]


def test_an_import_due_on_a_first_day_is_reminded_of_in_the_month_before(city, sakura):
    with city.open() as administrator:
        set_rules({Step.IMPORT: StepRule(0, 1, Shift.LATER)}, by=administrator, at=at(5, 1))
    city.municipality.refresh_from_db()

    for day in days_of(6, 26, 30) + days_of(7, 1, 2):
        run(city, day)

    assert [day for day, _ in city_days("import") if day >= "2026-06-26"] == ["2026-06-30", "2026-07-01"]


def test_who_has_brought_everything_in_is_not_reminded(city, sakura):
    give_counts(sakura, JUNE)
    resting = make_facility(city, "すみれ保育園", number="1299900000902")
    with city.open() as administrator:
        suspend(resting.facility.pk, from_month=JUNE, to_month=None, reason="改修", by=administrator, at=AT)

    for day in days_of(6, 2, 3):
        run(city, day)

    assert city_days("import") == []


def test_reviewers_are_reminded_of_what_waits_for_them_and_told_when_the_city_pays(
    city, run_jobs, mail_folder, time_machine
):
    first, second = nursery(city), nursery(city, number="1299900000902")
    for garden in (first, second):
        claim = ready_claim(garden, JUNE)
        with garden.open() as clerk:
            submitting.submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)
    with city.open(Role.OFFICER) as officer:
        approve(claim.pk, shown_hash=claim.content_hash, by=officer, at=AT)

    for day in days_of(6, 15, 22):  # the 20th is a Saturday: reviewing is due on Friday the 19th
        time_machine.move_to(datetime(2026, 6, day.day, 0, 30, tzinfo=UTC))
        run(city, day)
        run_jobs()

    people = [str(city.people[role].pk) for role in (Role.OFFICER, Role.CHIEF, Role.MANAGER)]
    assert city_days("review") == sorted(
        (day, person) for day in ("2026-06-18", "2026-06-19") for person in people
    )
    texts = [text_of(mail) for mail in letters(mail_folder) if mail["To"] == city.people[Role.CHIEF].address]
    assert "審査の締切は令和8年6月19日(金)です。審査待ちの請求が1件あります。" in texts[0]
    assert "締切は今日です。" in texts[1]
    assert all("支払日は令和8年6月30日(火)です。" in text for text in texts)
    assert "/c/review/?month=2026-06" in texts[0]
