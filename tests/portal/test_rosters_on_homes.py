"""Homes say where the roster of 1 April stands, and the city's what waits on rosters."""

import re
from datetime import date

import pytest
from django.utils import timezone

from facilities.actors import Role
from facilities.periods import ServiceMonth
from staff_records.operations import year_start
from staff_records.words import ChangeKind
from staff_records.writing import Writer, locked
from tests.cast import Nursery, give_counts, make_city, make_facility, sign_in
from tests.staff_records.year_stage import add_teacher, send


@pytest.fixture
def sakura(db: None) -> Nursery:
    place = make_facility(make_city())
    give_counts(place)
    with place.open():
        add_teacher(place)
    return place


def year_now() -> int:
    return ServiceMonth.of(timezone.localdate()).fiscal_year


def home_of(place: Nursery) -> str:
    page = sign_in(place.clerk).get(f"/f/{place.facility.number}/").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def city_home(place: Nursery, role: Role = Role.OFFICER) -> str:
    page = sign_in(place.city.people[role]).get("/c/").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_facility_sees_its_roster_go_to_the_city_and_come_back(sakura):
    assert "未提出 名簿を確かめて提出する" in home_of(sakura)

    snapshot = send(sakura, year_now(), at=timezone.now())
    assert "提出済み 提出した名簿を見る" in home_of(sakura)
    with sakura.city.open(Role.OFFICER) as officer:
        year_start.return_to_facility(
            snapshot.pk,
            shown_hash=snapshot.content_hash,
            reason="職員番号1の在職証明を確かめてください。",
            by=officer,
            at=timezone.now(),
        )

    assert "当初の職員名簿が差し戻されました 理由を見て直す" in home_of(sakura)


def test_the_operations_section_sees_what_waits_and_the_enrolment_section_nothing_of_staff(sakura):
    with sakura.open() as clerk:
        writer = Writer(by=clerk.user_id, at=timezone.now(), today=date(2026, 6, 10))
        (found,) = locked([add_teacher(sakura, 2, name="若葉　つぎ").pk])
        writer.report(found, ChangeKind.LEAVE, day=date(2026, 6, 1))
        from audit.record import record

        record("staff.leave_began", rows={"staff_member": [found.member.pk]})
    send(sakura, year_now(), at=timezone.now())

    words = city_home(sakura)

    assert "未確認の異動の届出 1件 確認する" in words
    assert "受理を待つ名簿 1件" in words
    assert "受理を待つ名簿" not in city_home(sakura, Role.ENROLMENT)
