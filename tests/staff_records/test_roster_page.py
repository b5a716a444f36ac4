"""The facility's roster as a page: who is there as of a day, with the least, and on record by name."""

import re
from datetime import date
from html import unescape

import pytest

from staff_records.models import EarlierEmployment, Employment, Qualification, StaffMember
from staff_records.words import Proof
from tests.asked import EVERY_PAGE, asked_by
from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.rosters import hire
from tests.staff_records.stage import add_member

TODAY = date(2026, 6, 10)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


def page_of(place: Nursery, query: str = "", status: int = 200) -> str:
    answer = sign_in(place.clerk).get(f"/f/{place.facility.number}/staff/{query}")
    assert answer.status_code == status
    return str(answer.content.decode())


def table_of(page: str) -> str:
    return page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""


def test_an_empty_roster_leads_to_entering(sakura):
    page = page_of(sakura)

    assert "職員がまだ登録されていません" in page
    assert f"/f/{sakura.facility.number}/staff/new/" in page
    assert f"/f/{sakura.facility.number}/staff/entry/" in page


def test_the_table_shows_who_is_there_with_the_least(sakura):
    with sakura.open():
        add_member(sakura, 3, name="若葉　みどり", former_name="新芽", hired_on=date(2020, 4, 1))

    table = table_of(page_of(sakura, "?on=2026-04-01"))

    assert "若葉　みどり" in table
    assert "旧姓 新芽" in table
    assert "R2.4.1" in table
    assert "6年0か月" in table
    assert "保育士" in table
    assert "資格未登録" in table
    for hidden in ("1990", "平成2年", "青葉市みどり", "272-0001"):
        assert hidden not in table


def test_a_day_is_typed_as_people_write_it_and_moves_the_roster(sakura):
    with sakura.open():
        add_member(sakura, 1, name="早い　花", hired_on=date(2019, 4, 1), last_day=date(2025, 3, 31))
        add_member(sakura, 2, name="遅い　花", hired_on=date(2026, 4, 1))

    then = table_of(page_of(sakura, "?on=R6.4.1"))
    now = table_of(page_of(sakura, "?on=令和8年4月1日"))

    assert ("早い　花" in then, "遅い　花" in then) == (True, False)
    assert ("早い　花" in now, "遅い　花" in now) == (False, True)


def test_an_unreadable_day_is_said_at_its_field_and_today_is_shown(sakura):
    with sakura.open():
        add_member(sakura)

    page = page_of(sakura, "?on=2026-02-30", status=422)

    assert 'aria-describedby="on-error"' in page
    assert "その日はありません" in page
    assert "青葉　花子" in table_of(page)


def test_who_has_announced_a_leaving_is_on_the_roster_until_the_last_day(sakura):
    hire(sakura, last_day=date(2027, 3, 31))

    for on, is_there in (("2026-06-10", True), ("2027-03-31", True), ("2027-04-01", False)):
        assert ("青葉　花子" in page_of(sakura, f"?on={on}")) is is_there


def test_states_jobs_and_hours_filter_by_codes(sakura):
    with sakura.open():
        add_member(sakura, 1, name="常勤　花", job="nursery_teacher")
        add_member(sakura, 2, name="調理　花", job="cook", is_regular=False)
        on_leave = add_member(sakura, 3, name="休業　花")
        Employment.objects.filter(member=on_leave).update(leave="childcare")
        left = add_member(sakura, 4, name="退職　花", last_day=date(2026, 5, 31))
        StaffMember.objects.filter(pk=left.pk).update(left_year=2026)
        add_member(sakura, 5, name="未来　花", hired_on=date(2026, 10, 1))

    on = "?on=2026-06-10&"
    shown = {
        query: [
            name
            for name in ("常勤", "調理", "休業", "退職", "未来")
            if f"{name}　花" in table_of(page_of(sakura, on + query))
        ]
        for query in (
            "",
            "job=cook",
            "regular=part_time",
            "state=leave",
            "state=left",
            "state=coming",
            "job=花子",
        )
    }

    assert shown == {
        "": ["常勤", "調理", "休業"],
        "job=cook": ["調理"],
        "regular=part_time": ["調理"],
        "state=leave": ["休業"],
        "state=left": ["退職"],
        "state=coming": ["未来"],
        "job=花子": ["常勤", "調理", "休業"],
    }
    page = page_of(sakura, on)
    assert "保育士 2" in page
    assert "調理師 1" in page


def test_a_day_on_which_nobody_is_there_leads_to_who_will_come_and_who_has_left(sakura):
    with sakura.open():
        for number in (1, 2):
            add_member(sakura, number, name=f"未来　花{'子' * number}", hired_on=date(2027, 2, 1))
        left = add_member(sakura, 3, name="退職　花", last_day=date(2024, 3, 31))
        StaffMember.objects.filter(pk=left.pk).update(left_year=2023)

    page = page_of(sakura, "?on=2026-06-10")

    assert "この日に在籍している職員がいません" in page
    ways = {words: query for query, words in re.findall(r'<a href="(\?[^"]+)">([^<]+)</a>', page)}
    found = {
        words: table_of(page_of(sakura, unescape(ways[words]))).count("<tr data-row")
        for words in ("採用予定 2人", "退職・転出 1人", "名簿の全員を見る")
    }
    assert found == {"採用予定 2人": 2, "退職・転出 1人": 1, "名簿の全員を見る": 3}


def test_flags_say_what_to_look_at(sakura):
    with sakura.open():
        member = add_member(sakura, last_day=date(2027, 3, 31))
        Employment.objects.filter(member=member).update(ending="left")
        now = {"entered_at": member.entered_at, "entered_by": member.entered_by}
        Qualification.of(member, licence="nursery_teacher", **now).save()
        EarlierEmployment.of(
            member,
            workplace="nursery",
            first_day=date(2012, 4, 1),
            last_day=date(2015, 3, 31),
            proof=Proof.REQUESTED,
            **now,
        ).save()

    table = table_of(page_of(sakura, "?on=2026-06-10"))

    assert "在職証明待ち" in table
    assert "退職予定" in table
    assert "R9.3.31まで" in table
    assert "資格未登録" not in table


def test_sorting_by_kana_and_back(sakura):
    with sakura.open():
        add_member(sakura, 1, name="渡辺　花", kana="わたなべ　はな")
        add_member(sakura, 2, name="青木　花", kana="あおき　はな")

    up, down = table_of(page_of(sakura, "?sort=kana")), table_of(page_of(sakura, "?sort=-kana"))

    assert up.index("青木") < up.index("渡辺")
    assert down.index("渡辺") < down.index("青木")


def test_the_record_names_exactly_who_was_shown(city, sakura):
    with sakura.open():
        cook = add_member(sakura, 1, name="調理　花", job="cook")
        add_member(sakura, 2, name="保育　花")

    page_of(sakura, "?job=cook")

    (listed,) = events_of(city, "staff.listed")
    assert listed.rows == {"staff_member": [str(cook.pk)]}
    assert "花" not in str(listed.detail)


def test_forty_people_cost_as_many_queries_as_two(sakura):
    with sakura.open():
        for number in (1, 2):
            add_member(sakura, number)
    browser, address = sign_in(sakura.clerk), f"/f/{sakura.facility.number}/staff/"
    two = asked_by(browser, address)
    with sakura.open():
        for number in range(3, 41):
            add_member(sakura, number)

    assert asked_by(browser, address) == two == EVERY_PAGE + 3, "members, what is about them, and their keys"


def test_another_facilitys_people_are_not_there(city, sakura):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    with sumire.open():
        member = add_member(sumire, name="すみれ　花")

    assert "すみれ　花" not in page_of(sakura)
    answer = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/staff/{member.pk}/")
    assert answer.status_code == 404
