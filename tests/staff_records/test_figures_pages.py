"""The pages of figures: the facility's sheet with names on record, the city's table without any, files, and hours."""

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from facilities.actors import Role
from facilities.models import Ownership
from facilities.rules import NotAllowed
from staff_records.dossiers import Purpose, dossiers
from staff_records.models import StaffMember, WorkRules
from staff_records.operations.work_rules import set_work_rules
from staff_records.words import ChangeKind, Licence, Proof
from staff_records.writing import Writer
from tests.asked import EVERY_PAGE, asked_by
from tests.cast import JUNE, Browser, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.staffed import PART_TIME, Somebody, give_roster

OVERVIEW = "/c/staff/"
EARLIER = ("kindergarten", date(2016, 4, 1), date(2020, 3, 31))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city, items={"treatment_3": {"headcount_a": 2, "headcount_b": 1}})


@pytest.fixture
def officer(city: City) -> Browser:
    return sign_in(city.people[Role.OFFICER])


def page_of(browser: Browser, path: str) -> str:
    answer: Any = browser.get(path)
    assert answer.status_code == 200
    return re.sub(r"[ \n]+", " ", str(answer.content.decode()))


def figures(place: Nursery, query: str = "?month=2026-06") -> str:
    return page_of(sign_in(place.clerk), f"/f/{place.facility.number}/staff/figures/{query}")


def rows_in(page: str) -> set[str]:
    return set(re.findall(r'data-row="([^"]+)"', page))


# ---------------------------------------------------------------- a facility


def test_the_sheet_shows_each_person_with_reasons_and_names_them_on_record(
    city: City, sakura: Nursery
) -> None:
    members = give_roster(
        sakura,
        Somebody(earlier=((*EARLIER, Proof.CHECKED),)),
        Somebody(**PART_TIME),
        Somebody(hired_on=date(2026, 5, 1)),
    )

    page = figures(sakura)

    sheet = page.split('id="sheet"')[1]
    assert "見本　1" in sheet
    assert "見本　3" not in sheet, "not there on 1 April"
    assert "10年0か月" in sheet
    assert "数える: ほかの施設 平成28年4月1日〜令和2年3月31日 4年0か月（幼稚園での勤務のため）" in sheet
    assert "1日6時間以上かつ月20日以上の勤務ではないため" in sheet
    (event,) = events_of(city, "staff.figures_shown")
    assert set(event.rows["staff_member"]) == {str(member.pk) for member in members}
    assert rows_in(page) == {row for rows in event.rows.values() for row in rows}
    assert "見本" not in str(event.detail) + str(event.rows)


def test_the_rate_by_the_roster_stands_beside_the_registered_one(sakura: Nursery) -> None:
    give_roster(sakura, Somebody())

    page = figures(sakura)

    assert "区分1 <b>8%</b>・区分2 <b>6%</b>" in page
    assert "区分1 9%・区分2 6%" in page
    assert "名簿のほうが低い" in page


def test_required_against_present_month_by_month(sakura: Nursery) -> None:
    """90 children: 8÷3 → 2.6, 29÷6 → 4.8, 18÷20 → 0.9, 33÷30 → 1.1 = 9.4 → 9, +1 +1 = 11."""
    give_counts(sakura)
    stays = [Somebody() for _ in range(10)]
    give_roster(sakura, *stays, Somebody(last_day=date(2026, 6, 30)), Somebody(**PART_TIME))

    page = figures(sakura)

    june = re.search(r'<a href="\?month=2026-06".*?</tr>', page)
    july = re.search(r'<a href="\?month=2026-07".*?</tr>', page)
    assert june is not None
    assert july is not None
    assert ">11人</td>" in june[0]
    assert ">11.4人</td>" in june[0]
    assert "足りています" in june[0]
    assert ">10.4人</td>" in july[0]
    assert "児童数なし" in july[0]
    assert "4歳以上児 33人 ÷ 30 → 1.1" in page
    assert "短時間・兼務の職員 1人の勤務時間 64時間 ÷ 常勤の所定時間 160時間 = 0.4人" in page


def test_months_after_the_closing_are_not_counted(sakura: Nursery) -> None:
    give_roster(sakura, Somebody())
    with sakura.city.open():
        sakura.facility.closed_on = date(2026, 7, 31)
        sakura.facility.save()
    page = figures(sakura, "?month=2026-09")
    assert '<a href="?month=2026-07"' in page
    assert '<a href="?month=2026-08"' not in page


def test_whose_job_leads_nobody_is_counted_apart(sakura: Nursery) -> None:
    director, teacher = give_roster(sakura, Somebody(job="director"), Somebody())

    page = figures(sakura).split('id="leaders"')[1].split('id="sheet"')[0]

    table, folded = page.split("対象の職種ではありません（1人）")
    assert rows_in(table) == {str(teacher.pk)}
    assert rows_in(folded) == {str(director.pk)}


def test_people_are_shown_with_two_decimals_and_the_way_says_more(sakura: Nursery) -> None:
    give_roster(sakura, Somebody(), Somebody(regular=False, hours=5, days=13), full_time_hours=160)

    page = figures(sakura)

    assert "常勤換算0.4人" in page
    assert "<b>1.4人</b>" in page
    assert "= 0.40…人" in page


def test_leaders_stand_beside_the_granted_numbers(sakura: Nursery) -> None:
    fields = ("infants", "early_education", "disability", "management")
    done = tuple((name, 15, date(2025, 8, 1)) for name in fields)
    give_roster(sakura, Somebody(hired_on=date(2015, 4, 1), trainings=done, post="vice_chief"), Somebody())

    page = figures(sakura).split('id="leaders"')[1].split('id="sheet"')[0]

    assert "人数A 2人に、要件を満たす職員 1人: あと1人" in page
    assert "副主任保育士" in page
    assert "あと60時間" in page


def test_the_file_has_a_line_a_person_and_is_on_record(city: City, sakura: Nursery) -> None:
    give_roster(sakura, Somebody(), Somebody(**PART_TIME))

    address = f"/f/{sakura.facility.number}/staff/figures/export/?month=2026-06"
    answer = sign_in(sakura.clerk).get(address)

    header, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [line[4] for line in lines] == ["見本　1", "見本　2", "合計 1人"]
    assert lines[0][header.index("ウ 合計（月）")] == "72"
    assert lines[1][header.index("平均に入れる")].startswith("入れない")
    assert lines[2][header.index("平均に入れる")] == "72か月（平均経験年数6年）"
    (event,) = events_of(city, "staff.figures_exported")
    assert len(event.rows["staff_member"]) == 2


def test_an_empty_roster_says_so(sakura: Nursery) -> None:
    assert "令和8年度の名簿に職員がいません" in figures(sakura)


# ---------------------------------------------------------------- hours of a 常勤


def test_the_facility_says_the_hours_of_a_full_timer(city: City, sakura: Nursery) -> None:
    give_roster(sakura, Somebody(), Somebody(**PART_TIME), full_time_hours=None)
    assert "常勤換算を計算できません" in figures(sakura)
    clerk = sign_in(sakura.clerk)
    address = f"/f/{sakura.facility.number}/staff/figures/hours/"

    clerk.post(address, {"from_month": "2026-04", "full_time_hours": "１６０"})

    assert "1.4人" in figures(sakura)
    with sakura.open():
        rule = WorkRules.objects.get()
    (event,) = events_of(city, "staff.work_rules_set")
    assert event.detail == {"from_month": "2026-04", "hours_before": None, "hours": "160"}
    clerk.post(address, {"from_month": "2026-04", "full_time_hours": "152.5"})
    with sakura.open():
        assert str(WorkRules.objects.get().full_time_hours) == "152.50"
    clerk.post(f"{address}{rule.pk}/remove/")
    with sakura.open():
        assert not WorkRules.objects.exists()
    assert len(events_of(city, "staff.work_rules_set")) == 3


@pytest.mark.parametrize("hours", ["", "0", "745", "百", "160.555", "-5"])
def test_impossible_hours_are_refused_at_the_field(sakura: Nursery, hours: str) -> None:
    address = f"/f/{sakura.facility.number}/staff/figures/hours/"

    answer = sign_in(sakura.clerk).post(address, {"from_month": "2026-04", "full_time_hours": hours})

    assert answer.status_code == 422
    assert 'class="field-error"' in answer.content.decode()
    with sakura.open():
        assert not WorkRules.objects.exists()


def test_nobody_else_says_them(city: City, sakura: Nursery) -> None:
    with city.open(Role.OFFICER) as person, pytest.raises(NotAllowed):
        set_work_rules(sakura.facility, JUNE, 160, by=person, at=timezone.now())


# ---------------------------------------------------------------- the city


def garden(city: City, number: int, *people: Somebody, **wanted: Any) -> Nursery:
    place = make_facility(city, f"さくら{number}園", number=f"13999000009{number:02}", **wanted)
    if people:
        give_roster(place, *people)
    return place


def names_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)


def test_the_table_has_every_facility_and_nobody_by_name(city: City, officer: Browser) -> None:
    short = garden(city, 1, *[Somebody() for _ in range(3)], Somebody(**PART_TIME))
    give_counts(short)
    garden(city, 2)
    garden(city, 3, ownership=Ownership.PUBLIC)

    page = page_of(officer, f"{OVERVIEW}?month=2026-06")

    assert names_in(page) == ["さくら1園", "さくら2園"]
    words = re.sub(r"<[^>]+>", "", page)
    assert "必要 11人　実際 3.4人　差 −7.6人" in words
    assert "8人不足" in page
    assert "見本　" not in page
    (event,) = events_of(city, "staff.figures_shown")
    assert set(event.rows) == {"facility"}
    assert rows_in(page) == set(event.rows["facility"])


def test_the_table_is_filtered_sorted_and_exported(city: City, officer: Browser) -> None:
    new, old = Somebody(hired_on=date(2025, 4, 1)), Somebody(hired_on=date(2019, 4, 1))
    give_counts(garden(city, 1, old))
    give_counts(garden(city, 2, *[new for _ in range(12)]))
    garden(city, 3)
    changed = garden(city, 4, old)
    with changed.open():
        member = StaffMember.objects.get()
        writer = Writer(by=changed.actor.user_id, at=timezone.now(), today=date(2026, 6, 10))
        writer.report(dossiers([member], Purpose.COMPUTE)[0], ChangeKind.QUALIFIED, day=date(2026, 5, 1))

    def listed(query: str) -> list[str]:
        return names_in(page_of(officer, f"{OVERVIEW}?month=2026-06&{query}"))

    assert listed("state=short") == ["さくら1園"]
    assert listed("state=missing") == ["さくら3園"]
    assert listed("state=news") == ["さくら4園"]
    assert listed("state=rates") == ["さくら2園"]
    assert listed("words=さくら3") == ["さくら3園"]
    assert listed("kind=kindergarten") == []
    assert listed("sort=average")[0] == "さくら2園"
    assert listed("sort=gap")[0] == "さくら1園"
    assert len(listed("state=x&sort=x&kind=x")) == 4
    answer = officer.get(f"{OVERVIEW}export/?month=2026-06&state=short")
    header, line = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert dict(zip(header, line, strict=True))["必要な保育士"] == "11"
    assert len(events_of(city, "staff.figures_exported")) == 1


def test_one_facility_is_shown_with_names_and_recorded(city: City, sakura: Nursery, officer: Browser) -> None:
    members = give_roster(sakura, Somebody(licences=(Licence.NURSERY_TEACHER,)))

    page = page_of(officer, f"/c/staff/{sakura.facility.number}/figures/?month=2026-06")

    assert "見本　1" in page
    assert "<form" in page
    assert "常勤の月の所定時間" in page
    (event,) = events_of(city, "staff.figures_shown")
    assert event.facility_id == sakura.facility.pk
    assert event.rows["staff_member"] == [str(members[0].pk)]


def test_thirty_facilities_cost_as_many_queries_as_three(city: City, officer: Browser) -> None:
    def cost() -> int:
        page_of(officer, f"{OVERVIEW}?month=2026-06")
        return asked_by(officer, f"{OVERVIEW}?month=2026-06")

    for number in range(3):
        give_counts(garden(city, number, Somebody(), Somebody(**PART_TIME)))
    few = cost()
    for number in range(3, 30):
        give_counts(garden(city, number, Somebody(earlier=((*EARLIER, Proof.CHECKED),))))

    assert cost() == few == EVERY_PAGE + 2


def test_more_people_cost_a_facility_no_more_queries(sakura: Nursery) -> None:
    clerk, officer = sign_in(sakura.clerk), sign_in(sakura.city.people[Role.OFFICER])
    address = f"{sakura.facility.number}/"

    def cost() -> tuple[int, int]:
        own, citys = f"/f/{address}staff/figures/?month=2026-06", f"/c/staff/{address}figures/?month=2026-06"
        return asked_by(clerk, own), asked_by(officer, citys)

    give_counts(sakura)
    give_roster(sakura, Somebody())
    few = cost()
    give_roster(sakura, *[Somebody(earlier=((*EARLIER, Proof.CHECKED),)) for _ in range(8)])

    assert cost() == few == (EVERY_PAGE + 5, EVERY_PAGE + 6)
