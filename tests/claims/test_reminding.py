"""Reminders: before, on and after a deadline, once each, on business days, to those who are late."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from audit.record import SYSTEM, Context, context
from claims.cells import Cell, DisputedCell
from claims.operations import submitting
from claims.operations.confirming import dispute
from claims.operations.reminding import late, remind
from claims.tasks import remind as remind_everywhere
from facilities.actors import Role
from facilities.models import Membership
from facilities.schedule import Step
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
