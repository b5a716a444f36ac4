"""Changes on their way to the city, and to the months they touch."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilities.actors import Role
from facilities.beginnings import has_begun
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound
from jobs.models import Job
from staff_records.models import StaffChange, StaffMember
from staff_records.operations import people, seeing, telling
from staff_records.queries.risks import changes_touching
from staff_records.words import ChangeKind, Ending
from tests.asked import EVERY_PAGE, asked_by
from tests.cast import JUNE, MAY, Browser, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.stage import add_member

AT = timezone.make_aware(datetime(2026, 6, 10, 10, 0))
A_WEDNESDAY = date(2026, 6, 10)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def sumire(city: City) -> Nursery:
    return make_facility(city, "すみれ保育園", number="1299900000902")


@pytest.fixture
def officer(city: City) -> Browser:
    return sign_in(city.people[Role.OFFICER])


def report(
    place: Nursery,
    number: int = 1,
    kind: ChangeKind = ChangeKind.LEFT,
    month: ServiceMonth = JUNE,
    at: datetime = AT,
    **wanted: Any,
) -> StaffChange:
    """A change of somebody new on the roster, by the rows alone."""
    with place.open():
        member = add_member(place, number, **wanted)
        row = StaffChange.of(
            member,
            kind=kind,
            day=month.first_day,
            from_month=month.first_day,
            fields=["left_on"],
            reported_at=at,
            reported_by=place.actor.user_id,
        )
        row.save()
        return row


def leaves(place: Nursery, last_day: date = date(2026, 5, 31)) -> StaffMember:
    """Somebody leaves, by the operation."""
    with place.open() as clerk:
        member = add_member(place)
        return people.leave(
            member.pk, last_day=last_day, ending=Ending.LEFT, shown_version=1, by=clerk, at=AT
        )


# ---------------------------------------------------------------- the list


def test_the_city_sees_changes_by_facility_without_names(city, sakura, officer):
    leaves(sakura)

    page = officer.get("/c/staff/changes/").content.decode()

    assert "さくら保育園（1件）" in page
    assert "令和8年6月分" in page
    assert "退職" in page
    assert "青葉　花子" not in page
    (listed,) = events_of(city, "staff.changes_listed")
    assert set(listed.rows) == {"staff_change"}


def test_of_who_was_erased_nothing_waits_anywhere(city, sakura, officer):
    member = leaves(sakura)
    with city.open():
        change = StaffChange.objects.get()
    with sakura.open():
        StaffMember.objects.filter(pk=member.pk).update(left_year=2026, erased_at=AT)

    for address in ("/c/staff/changes/", "/c/staff/changes/?show=all"):
        page = officer.get(address).content.decode()
        assert "さくら保育園（1件）" not in page
        assert str(change.pk) not in page
    assert "さくら保育園" not in officer.get("/c/staff/changes/export/?show=all").content.decode("utf-8-sig")
    with city.open(Role.OFFICER) as by:
        assert telling.tell_city(city.municipality, today=A_WEDNESDAY) == 0
        with pytest.raises(ProblemsFound, match="すでに確認済み"):
            seeing.see([change.pk], by=by, at=AT)


@pytest.mark.parametrize("place", ["changes/", "overlaps/", "search/", "year/2026/"])
def test_pages_beside_the_overview_lead_up_to_it(officer, place):
    page = officer.get(f"/c/staff/{place}").content.decode()

    assert '<a href="/c/staff/">職員</a>' in page


def test_two_changes_of_a_kind_are_told_apart_by_number_and_day(sakura, officer):
    report(sakura, 7, month=MAY)
    report(sakura, 8)

    page = officer.get("/c/staff/changes/").content.decode()

    assert '<td data-label="職員番号" class="number">7</td>' in page
    assert "異動日 R8.5.1" in page
    assert '<td data-label="職員番号" class="number">8</td>' in page
    assert "異動日 R8.6.1" in page


def test_a_name_is_seen_on_opening_one_and_then_it_is_on_record(city, sakura, officer):
    member = leaves(sakura)
    with city.open():
        change = StaffChange.objects.get()

    page = officer.get(f"/c/staff/changes/{change.pk}/").content.decode()

    assert "青葉　花子" in page
    assert "令和8年5月31日" in page
    assert "平成2年" not in page
    (shown,) = events_of(city, "staff.change_shown")
    assert shown.rows == {"staff_change": [str(change.pk)], "staff_member": [str(member.pk)]}


def test_many_are_seen_at_once_and_leave_the_list(city, sakura, sumire, officer):
    rows = [report(sakura), report(sakura, 2), report(sumire)]

    officer.post("/c/staff/changes/seen/", {"change": [str(row.pk) for row in rows[:2]]})

    page = officer.get("/c/staff/changes/").content.decode()
    assert "さくら保育園（" not in page
    assert "すみれ保育園（1件）" in page
    assert "さくら保育園（2件）" in officer.get("/c/staff/changes/?show=all").content.decode()
    (seen,) = events_of(city, "staff.changes_seen")
    assert len(seen.rows["staff_change"]) == 2
    again = officer.post("/c/staff/changes/seen/", {"change": [str(rows[0].pk)]})
    assert again.status_code == 422


def test_the_list_narrows_by_facility_and_kind(sakura, sumire, officer):
    report(sakura, kind=ChangeKind.HIRED)
    report(sumire, kind=ChangeKind.LEFT)

    def listed(query: str) -> list[str]:
        page = officer.get(f"/c/staff/changes/?{query}").content.decode()
        return [name for name in ("さくら保育園", "すみれ保育園") if f"{name}（" in page]

    assert listed("kind=hired") == ["さくら保育園"]
    assert listed(f"facility={sumire.facility.number}") == ["すみれ保育園"]
    assert listed(f"kind=hired&facility={sumire.facility.number}") == []
    assert listed("kind=nonsense") == ["さくら保育園", "すみれ保育園"]


def test_what_was_taken_back_asks_for_nothing(sakura, officer):
    member = leaves(sakura)
    with sakura.open() as clerk:
        version = StaffMember.objects.get(pk=member.pk).version
        people.stay(member.pk, shown_version=version, by=clerk, at=AT)

    assert "確認を待つ届出はありません" in officer.get("/c/staff/changes/").content.decode()


def test_the_table_to_save_has_no_names(city, sakura, officer):
    leaves(sakura)

    answer = officer.get("/c/staff/changes/export/")

    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[1].split(",")[1:6] == [
        sakura.facility.number,
        "さくら保育園",
        "退職",
        "令和8年6月",
        "退職日",
    ]
    assert "花子" not in text
    (exported,) = events_of(city, "staff.changes_exported")
    assert len(exported.rows["staff_change"]) == 1


def test_forty_changes_cost_as_many_queries_as_two(sakura, sumire, officer):
    for place in (sakura, sumire):
        report(place)
    two = asked_by(officer, "/c/staff/changes/")
    for number in range(2, 21):
        report(sakura, number)
        report(sumire, number)

    assert asked_by(officer, "/c/staff/changes/") == two == EVERY_PAGE + 2


def test_others_than_the_operations_section_see_nothing(city, sakura):
    change = report(sakura)

    for role in (Role.ENROLMENT, Role.ADMINISTRATOR):
        browser = sign_in(city.people[role])
        assert browser.get("/c/staff/changes/").status_code == 403
        assert browser.post("/c/staff/changes/seen/", {"change": [str(change.pk)]}).status_code == 403


def test_another_citys_change_is_not_seen_by_its_id(city, sakura):
    change = report(sakura)
    other = make_city("129998", "緑野市")

    answer = sign_in(other.people[Role.OFFICER]).post("/c/staff/changes/seen/", {"change": [str(change.pk)]})

    assert answer.status_code == 422
    with city.open():
        assert StaffChange.objects.get().seen_at is None


# ---------------------------------------------------------------- the digest


def test_the_digest_comes_once_a_day_to_operations_with_numbers_only(city, sakura, sumire):
    for row in (report(sakura), report(sakura, 2), report(sumire)):
        assert row.pk
    with city.open():
        first = telling.tell_city(city.municipality, today=A_WEDNESDAY)
        before = Job.objects.count()
        telling.tell_city(city.municipality, today=A_WEDNESDAY)

        assert first == 3
        assert Job.objects.count() == before
    told = events_of(city, "staff.city_told")[0]
    assert told.detail == {"changes": 3}
    assert "花子" not in str(told.rows)


def test_what_has_waited_longer_writes_no_mail_again(city, sakura):
    report(sakura, at=AT - timedelta(days=9))

    with city.open():
        assert telling.tell_city(city.municipality, today=A_WEDNESDAY) == 0


def test_a_day_off_writes_on_the_next_business_day(city, sakura):
    report(sakura, at=timezone.make_aware(datetime(2026, 6, 12, 18, 0)))

    with city.open():
        assert telling.tell_city(city.municipality, today=date(2026, 6, 13)) == 0
        assert telling.tell_city(city.municipality, today=date(2026, 6, 15)) == 3


def test_nothing_to_look_at_writes_nothing(city, sakura):
    change = report(sakura)
    with city.open(Role.OFFICER) as officer:
        seeing.see([change.pk], by=officer, at=AT)
        assert telling.tell_city(city.municipality, today=A_WEDNESDAY) == 0


# ---------------------------------------------------------------- months at risk


def test_changes_touch_the_month_they_count_from_and_late_ones_the_month_they_come_in(city, sakura, sumire):
    report(sakura, 1, ChangeKind.LEFT, JUNE)
    report(sakura, 2, ChangeKind.HIRED, JUNE)
    report(sakura, 3, ChangeKind.LEFT, MAY)  # reported in June
    report(sakura, 4, ChangeKind.LEFT, MAY, at=timezone.make_aware(datetime(2026, 5, 20, 9)))
    report(sakura, 5, ChangeKind.DETAILS, JUNE)
    report(sumire, 1, ChangeKind.LEFT, JUNE.plus(1))

    with city.open(), CaptureQueriesContext(connection) as queries:
        found = changes_touching(JUNE)
        later = changes_touching(JUNE, and_later=True)

    words = [one.words for one in found[sakura.facility.pk]]
    assert words == ["令和8年5月分から：退職 1件", "令和8年6月分から：採用 1件・退職 1件"]
    assert sumire.facility.pk not in found
    report(sakura, 6, ChangeKind.QUALIFIED, ServiceMonth(2012, 4))
    with city.open():
        assert changes_touching(JUNE)[sakura.facility.pk][0].words == "令和8年4月分から：資格の取得 1件"
    assert [one.words for one in later[sumire.facility.pk]] == ["令和8年7月分から：退職 1件"]
    asked = [query for query in queries.captured_queries if "staffchange" in query["sql"]]
    assert len(asked) == 2


def test_the_home_says_which_months_are_touched(sakura):
    give_counts(sakura, JUNE)
    report(sakura)

    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/").content.decode()

    assert "令和8年6月分から：退職 1件" in page
    assert f"/f/{sakura.facility.number}/staff/" in page


def test_the_additions_of_a_month_name_the_changes_that_touch_it(sakura):
    give_counts(sakura, JUNE)
    report(sakura)

    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/additions/?month=2026-06").content.decode()

    assert "この月にかかる職員の異動があります" in page
    assert "令和8年6月分から：退職 1件" in page
    assert "?on=2026-06-01" in page


def test_a_facility_with_somebody_on_its_roster_has_begun(city, sakura):
    with city.open():
        assert not has_begun(sakura.facility.pk)
    with sakura.open():
        add_member(sakura)
    with city.open():
        assert has_begun(sakura.facility.pk)
