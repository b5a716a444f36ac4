"""The city reads rosters and checks papers, and never writes one."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from facilities.actors import Role
from staff_records.models import EarlierEmployment, Qualification, StaffMember
from staff_records.operations import papers
from staff_records.values import Earlier, Licenced
from tests.asked import EVERY_PAGE, asked_by
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.stage import add_member


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def officer(city: City) -> Browser:
    return sign_in(city.people[Role.OFFICER])


@pytest.fixture
def hanako(sakura: Nursery) -> StaffMember:
    """With a qualification and earlier work, both on paper that nobody has seen."""
    now = timezone.now()
    with sakura.open() as clerk:
        member = add_member(sakura)

        def acting() -> dict[str, Any]:
            version = StaffMember.objects.get(pk=member.pk).version
            return {"by": clerk, "at": now, "shown_version": version}

        papers.qualify(member.pk, Licenced("nursery_teacher", "千葉県-012345", date(2012, 4, 1)), **acting())
        papers.add_earlier(
            member.pk, Earlier("nursery", date(2012, 4, 1), date(2015, 3, 31), proof="received"), **acting()
        )
        return member


def person(place: Nursery, member: StaffMember, more: str = "") -> str:
    return f"/c/staff/{place.facility.number}/{member.pk}/{more}"


def test_the_roster_of_a_facility_has_the_least(city, sakura, officer, hanako):
    page = officer.get(f"/c/staff/{sakura.facility.number}/?on=2026-04-01").content.decode()

    assert "青葉　花子" in page
    for hidden in ("平成2年", "1990", "青葉市みどり"):
        assert hidden not in page
    listed = events_of(city, "staff.listed")[-1]
    assert (listed.rows, str(listed.facility_id)) == (
        {"staff_member": [str(hanako.pk)]},
        str(sakura.facility.pk),
    )


def test_birth_date_and_address_stand_on_the_persons_page_with_its_event(city, sakura, officer, hanako):
    page = officer.get(person(sakura, hanako)).content.decode()

    assert "平成2年4月2日" in page
    assert "青葉市みどり1丁目2番3号" in page
    assert "賃金" not in page
    shown = events_of(city, "staff.shown")[-1]
    assert shown.rows == {"staff_member": [str(hanako.pk)]}


def test_a_copy_and_a_proof_are_checked_once(city, sakura, officer, hanako):
    with city.open():
        qualification, earlier = Qualification.objects.get(), EarlierEmployment.objects.get()
    copy = person(sakura, hanako, f"qualifications/{qualification.pk}/check/")
    proof = person(sakura, hanako, f"earlier/{earlier.pk}/check/")

    assert [officer.post(path).status_code for path in (copy, proof)] == [302, 302]
    page = officer.get(person(sakura, hanako)).content.decode()
    assert "写しを確認済み" in page
    assert "市が確認済み" in page
    assert [officer.post(path).status_code for path in (copy, proof)] == [422, 422]
    with city.open():
        assert Qualification.objects.get().checked_by == city.people[Role.OFFICER].pk
    assert events_of(city, "staff.copy_checked")[0].rows["staff_member"] == [str(hanako.pk)]


def test_a_correction_of_the_facility_is_checked_anew(city, sakura, officer, hanako):
    with city.open():
        qualification = Qualification.objects.get()
    officer.post(person(sakura, hanako, f"qualifications/{qualification.pk}/check/"))
    with sakura.open() as clerk:
        papers.correct_qualification(
            hanako.pk,
            qualification.pk,
            Licenced("nursery_teacher", "千葉県-999999", date(2012, 4, 1)),
            shown_version=StaffMember.objects.get().version,
            by=clerk,
            at=timezone.now(),
        )

    assert "写しは未確認" in officer.get(person(sakura, hanako)).content.decode()


def test_a_person_is_not_found_under_another_facility(city, sakura, officer, hanako):
    make_facility(city, "すみれ保育園", number="1299900000902")
    with city.open():
        qualification = Qualification.objects.get()

    assert officer.get(f"/c/staff/1299900000902/{hanako.pk}/").status_code == 404
    wrong = f"/c/staff/1299900000902/{hanako.pk}/qualifications/{qualification.pk}/check/"
    assert officer.post(wrong).status_code == 404
    random = person(sakura, hanako, f"earlier/{qualification.pk}/check/")
    assert officer.post(random).status_code == 404


def test_other_sections_are_refused(city, sakura, hanako):
    for role in (Role.ENROLMENT, Role.ADMINISTRATOR):
        browser = sign_in(city.people[role])
        assert browser.get(f"/c/staff/{sakura.facility.number}/").status_code == 403
        assert browser.get(person(sakura, hanako)).status_code == 403


def test_the_facilitys_page_leads_to_its_roster(city, sakura, officer):
    door = f'href="/c/staff/{sakura.facility.number}/"'

    assert door in officer.get(f"/c/facilities/{sakura.facility.number}/").content.decode()
    administrator = sign_in(city.people[Role.ADMINISTRATOR])
    assert door not in administrator.get(f"/c/facilities/{sakura.facility.number}/").content.decode()


def test_forty_people_cost_the_city_as_many_queries_as_two(sakura, officer):
    with sakura.open():
        for number in (1, 2):
            add_member(sakura, number)
    address = f"/c/staff/{sakura.facility.number}/"
    two = asked_by(officer, address)
    with sakura.open():
        for number in range(3, 41):
            add_member(sakura, number)

    assert asked_by(officer, address) == two == EVERY_PAGE + 4
