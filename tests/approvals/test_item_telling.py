"""What a facility is written of its applications: returns at once, approvals once in the evening."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from applications.models import ItemPack
from approvals.operations import telling
from facilities.actors import Role
from jobs import running
from jobs.models import Job
from jobs.running import payload_of
from tests.applications.packs import PRICE
from tests.applications.stage import AT, approve, decide, release_pack, save, send_back, submit
from tests.approvals.test_item_nothing import MORE
from tests.cast import City, Nursery, make_city, make_facility

TYPED = {"extra_staff": "1", "monthly_yen": "100000"}


def at(number: int, hour: int) -> datetime:
    return timezone.make_aware(datetime(2026, 4, number, hour))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city, PRICE + MORE)


def waiting(kind: str) -> list[Job]:
    return list(Job.objects.filter(kind=kind, done_at__isnull=True).order_by("due_at"))


def written() -> list[str]:
    return [str(payload_of(job)["text"]) for job in waiting("jobs.mail")]


def test_approvals_of_a_day_are_one_mail_in_the_evening(city, sakura, pack, time_machine):
    time_machine.move_to(at(14, 10))
    first = submit(sakura, save(sakura, pack, **TYPED))
    second = submit(sakura, save(sakura, pack, "no_safety_plan", wanted=False, from_month=None))
    third = submit(sakura, save(sakura, pack, "state", safety_plan="yes"))
    decide(city, first, Role.OFFICER, Role.CHIEF, at=at(14, 10))
    decide(city, second, Role.OFFICER, Role.CHIEF, at=at(14, 18))
    decide(city, third, Role.OFFICER, at=at(14, 18))
    decide(city, third, Role.CHIEF, at=at(14, 19))  # after the mail of the day
    running.run_due()
    assert written() == []

    time_machine.move_to(at(14, 20))
    running.run(waiting(telling.TELL_OF_APPROVALS)[0].pk)
    [text] = written()
    time_machine.move_to(at(15, 20))
    running.run(waiting(telling.TELL_OF_APPROVALS)[0].pk)
    _, later = written()

    assert "さくら保育園" in text
    assert "4月14日(火)19時までの1日に、2件の申請が承認されました。" in text
    assert "4月15日(水)19時までの1日に、1件の申請が承認されました。" in later
    assert "チーム保育" not in text


def test_a_return_is_told_at_once_and_never_as_an_approval(city, sakura, pack, time_machine):
    time_machine.move_to(at(14, 10))
    sent = submit(sakura, save(sakura, pack, **TYPED))
    send_back(city, sent)

    [text] = written()
    assert "申請が差し戻されました" in text
    assert "人数を確かめてください" not in text

    again = submit(sakura, save(sakura, pack, extra_staff="1", monthly_yen="120000"))
    approve(city, again, at=AT)
    with city.open():
        assert telling.tell_of_approvals(sakura.facility.pk, date(2026, 4, 14)) == 1
    assert "1件の申請が承認" in written()[-1]


def test_a_day_without_an_approval_writes_nothing(city, sakura):
    with city.open():
        assert telling.tell_of_approvals(sakura.facility.pk, date(2026, 4, 14)) == 0
