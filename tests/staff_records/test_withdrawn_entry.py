"""Somebody who should never have been entered: withdrawn as a whole, while nothing stands on them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from facilities.actors import Role
from facilities.periods import ServiceMonth
from facilities.touching import TouchedMonth
from staff_records.models import SearchToken, StaffChange, StaffMember
from staff_records.operations import erasing, people, withdrawing
from staff_records.queries.retention import members_past
from staff_records.queries.roster import RosterQuestion, roster_of
from staff_records.values import Detail, Identity
from staff_records.words import Beginning
from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.rosters import FULL
from tests.staff_records.year_stage import accepted, add_teacher, send

REASON = "同じ人を2回登録した"
WHO = (Identity(date(1990, 4, 2)), Detail("青葉　花子", "あおば　はなこ"), FULL)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def hired(sakura: Nursery, first_day: date | None = None) -> StaffMember:
    with sakura.open() as clerk:
        return people.hire(
            sakura.facility,
            *WHO,
            first_day=first_day or date(2020, 4, 1),
            beginning=Beginning.HIRED,
            by=clerk,
            at=timezone.now(),
        )


def send_withdrawal(sakura: Nursery, member: StaffMember, reason: str = REASON):
    with sakura.open():
        version = StaffMember.with_withdrawn.get(pk=member.pk).version
    address = f"/f/{sakura.facility.number}/staff/{member.pk}/withdrawal/"
    return sign_in(sakura.clerk).post(address, {"version": version, "reason": reason})


def page_of(browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_entry_is_withdrawn_and_both_sides_still_read_it_with_the_reason(city, sakura):
    member = hired(sakura)

    assert send_withdrawal(sakura, member).status_code == 302

    clerk, officer = sign_in(sakura.clerk), sign_in(city.people[Role.OFFICER])
    own = f"/f/{sakura.facility.number}/staff/"
    with city.open():
        found = roster_of(sakura.facility.pk, RosterQuestion(on=timezone.localdate()))
        assert found.is_empty
        assert [one.number for one in found.withdrawn] == [1]
        assert not StaffMember.objects.exists()
        assert not SearchToken.objects.exists()
    assert "取り消した登録（1人）" in page_of(clerk, own)
    for page in (page_of(clerk, f"{own}{member.pk}/"), page_of(officer, city_page(sakura, member))):
        assert REASON in page
        assert "採用" in page
        assert "取消" in page
    event = events_of(city, "staff.entry_withdrawn")[0]
    assert REASON not in str(event.detail)


def city_page(sakura: Nursery, member: StaffMember) -> str:
    return reverse("staff_city:person", args=[sakura.facility.number, member.pk])


def test_what_the_city_had_seen_it_hears_is_withdrawn(city, sakura):
    member = hired(sakura)
    with sakura.open():
        StaffChange.objects.update(seen_at=timezone.now(), seen_by=sakura.actor.user_id)

    assert send_withdrawal(sakura, member).status_code == 302

    with city.open():
        (change,) = StaffChange.objects.filter(withdrawn_at__isnull=True)
        assert change.kind == "withdrawn"
    page = page_of(sign_in(city.people[Role.OFFICER]), reverse("staff_city:change", args=[change.pk]))
    assert REASON in page
    assert "職員の登録の取消の届出" in page


def test_what_the_city_had_not_seen_it_is_not_asked_about(city, sakura):
    member = hired(sakura)

    send_withdrawal(sakura, member)

    with city.open():
        assert not StaffChange.objects.filter(withdrawn_at__isnull=True).exists()


def test_the_same_person_may_be_entered_again_and_nothing_more_is_done_to_the_withdrawn_one(sakura):
    member = hired(sakura)
    send_withdrawal(sakura, member)

    again = hired(sakura)

    assert again.number == 2
    assert send_withdrawal(sakura, member).status_code == 302  # the page of the withdrawn entry
    with sakura.open(), pytest.raises(StaffMember.DoesNotExist):
        withdrawing.withdraw_member(member.pk, REASON, shown_version=1, by=sakura.actor, at=timezone.now())


def test_who_stands_on_a_roster_that_was_sent_is_not_withdrawn(sakura):
    with sakura.open():
        member = add_teacher(sakura)
    send(sakura)

    answer = send_withdrawal(sakura, member)

    assert answer.status_code == 422
    assert "先に名簿の提出を取り下げてから" in answer.content.decode()


def test_who_stands_on_an_accepted_roster_is_put_right_or_leaves_instead(sakura):
    with sakura.open():
        member = add_teacher(sakura)
    accepted(sakura)

    answer = send_withdrawal(sakura, member)

    assert answer.status_code == 422
    assert "令和8年度の職員名簿（第1版）に載っているので" in answer.content.decode()
    with sakura.open():
        assert StaffMember.objects.filter(pk=member.pk).exists()


@pytest.mark.parametrize(("later", "status"), [(1, 422), (-1, 302)])
def test_a_claim_submitted_while_somebody_was_there_may_have_used_them(sakura, later, status, monkeypatch):
    member = hired(sakura)
    at = member.entered_at + timedelta(days=later)
    month = ServiceMonth(2026, 5)
    monkeypatch.setattr(
        withdrawing, "touched", lambda facility_id, months: [TouchedMonth(month, ("請求",), True, at)]
    )

    answer = send_withdrawal(sakura, member)

    assert answer.status_code == status
    if status == 422:
        assert "令和8年5月分の請求を提出しているので" in answer.content.decode()


def test_a_withdrawal_needs_a_reason_at_its_field(sakura):
    member = hired(sakura)

    answer = send_withdrawal(sakura, member, "")

    assert answer.status_code == 422
    assert 'id="id_reason-error"' in answer.content.decode()


def test_a_withdrawn_record_ends_with_the_retention_period(city, sakura):
    member = hired(sakura)
    send_withdrawal(sakura, member)

    with city.open():
        year = StaffMember.with_withdrawn.get().left_year
        assert [one.pk for one in members_past(year)] == [member.pk]
        erasing._empty([member.pk], at=timezone.now())
        assert not StaffMember.with_withdrawn.exists()
        assert bytes(StaffMember.with_erased.get().withdrawal_reason_sealed) == b""
