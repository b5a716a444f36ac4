"""見込み: what changes on a roster do to additions of months nobody has counted the children of yet."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.record import record
from claims.composing import quote_for
from claims.expecting import Expectation, Outcome
from claims.models import Claim, CountSheet
from claims.operations.submitting import submit
from claims.queries.expected import expectation_of, expectations_in_city, ingredients_expected
from facilities.actors import Role
from facilities.models import Facility, FacilityKind, GrantedItem, Suspension
from facilities.periods import ServiceMonth
from staff_records.models import StaffChange, StaffMember, WorkRules
from staff_records.operations import people, terms
from staff_records.values import Terms
from staff_records.words import ChangeKind, Ending, Leave, Licence
from staff_records.writing import Writer, locked
from tests.cast import APRIL, JUNE, MAY, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import confirmed, kindergarten
from tests.record import events_of
from tests.staff_records.staffed import Somebody, give_roster

TEACHER: dict[str, Any] = {"job": "teacher", "licences": (Licence.KINDERGARTEN_1,)}
# 満3歳と3歳 40 ÷ 20, 4歳以上 60 ÷ 30: four teachers, and one more for チーム保育.
CELLS = (("1", "3", "education", 40), ("1", "4", "education", 30), ("1", "5", "education", 30))
LOST = "チーム保育加配加算は6月から要件を欠く見込みです"
JULY = JUNE.plus(1)

Act = Callable[[Nursery, list[StaffMember]], object]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def garden(
    city: City, number: str = "1299900000911", *, month: ServiceMonth | None = MAY, teachers: int = 5
) -> tuple[Nursery, list[StaffMember]]:
    """A kindergarten whose five teachers are just enough for チーム保育, with counts of ``month``."""
    place = kindergarten(city, number=number, items={"team_teaching": {"extra_staff": 1}})
    if month is not None:
        confirmed(place, month, CELLS)
    return place, give_roster(place, *[Somebody(**TEACHER) for _ in range(teachers)])


def leaves(place: Nursery, member: StaffMember, day: date) -> None:
    with place.open() as clerk:
        people.leave(
            member.pk, last_day=day, ending=Ending.LEFT, shown_version=version(member), by=clerk, at=now()
        )


def stays(place: Nursery, member: StaffMember) -> None:
    with place.open() as clerk:
        people.stay(member.pk, shown_version=version(member), by=clerk, at=now())


def goes_on_leave(place: Nursery, member: StaffMember, day: date) -> None:
    with place.open() as clerk:
        terms.begin_leave(
            member.pk, Leave.CHILDCARE, from_day=day, shown_version=version(member), by=clerk, at=now()
        )


def works_half(place: Nursery, member: StaffMember, day: date) -> None:
    half = Terms("teacher", False, Decimal(4), Decimal(10))
    with place.open() as clerk:
        terms.change(member.pk, half, from_day=day, shown_version=version(member), by=clerk, at=now())


def comes(place: Nursery, day: date) -> None:
    """A licensed teacher begins on ``day``, and the city is told."""
    (member,) = give_roster(place, Somebody(**TEACHER, hired_on=day))
    with place.open() as clerk:
        (found,) = locked([member.pk])
        writer = Writer(by=clerk.user_id, at=now(), today=timezone.localdate())
        writer.report(found, ChangeKind.HIRED, day=day)
        record("staff.hired", on=found.member, rows={"staff_member": [member.pk]})


def version(member: StaffMember) -> int:
    return int(StaffMember.objects.get(pk=member.pk).version)


def now() -> Any:
    return timezone.now()


def expected(place: Nursery) -> Expectation | None:
    with place.open():
        return expectation_of(Facility.objects.select_related("municipality").get(pk=place.facility.pk))


def sentences(place: Nursery) -> list[str]:
    found = expected(place)
    return [one.sentence for one in found.items] if found else []


def text(answer: Any) -> str:
    page = re.sub(r"<aside class=\"page-help\".*?</aside>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def additions_page(place: Nursery, query: str = "") -> str:
    answer = sign_in(place.clerk).get(f"/f/{place.facility.number}/additions/{query}")
    assert answer.status_code == 200
    return text(answer)


# ---------------------------------------------------------------- what changes do


@pytest.mark.parametrize(
    ("act", "said"),
    [
        pytest.param(
            lambda at, who: leaves(at, who[0], date(2026, 5, 31)), [LOST], id="at the end of a month"
        ),
        pytest.param(lambda at, who: leaves(at, who[0], date(2026, 5, 15)), [LOST], id="within a month"),
        pytest.param(
            lambda at, who: leaves(at, who[0], date(2026, 6, 1)),
            ["チーム保育加配加算は7月から要件を欠く見込みです"],
            id="there on the 1st",
        ),
        pytest.param(
            lambda at, who: leaves(at, who[0], date(2027, 2, 28)),
            ["チーム保育加配加算は3月から要件を欠く見込みです"],
            id="in the last month of the year",
        ),
        pytest.param(lambda at, who: goes_on_leave(at, who[0], date(2026, 6, 1)), [LOST], id="on leave"),
        pytest.param(lambda at, who: works_half(at, who[0], date(2026, 6, 1)), [LOST], id="fewer hours"),
        pytest.param(
            lambda at, who: (leaves(at, who[0], date(2026, 5, 31)), comes(at, date(2026, 6, 1))),
            [],
            id="somebody new at once",
        ),
        pytest.param(
            lambda at, who: (leaves(at, who[0], date(2026, 5, 31)), comes(at, date(2026, 7, 1))),
            [f"{LOST}（7月からは元に戻る見込みです）"],
            id="somebody new a month later",
        ),
        pytest.param(
            lambda at, who: (leaves(at, who[0], date(2026, 5, 31)), comes(at, date(2026, 6, 2))),
            [f"{LOST}（7月からは元に戻る見込みです）"],
            id="somebody new after the 1st",
        ),
        pytest.param(
            lambda at, who: (leaves(at, who[0], date(2026, 5, 31)), stays(at, who[0])), [], id="taken back"
        ),
        pytest.param(
            lambda at, who: (
                leaves(at, who[0], date(2026, 5, 31)),
                leaves(at, who[0], date(2026, 6, 30)),
            ),
            ["チーム保育加配加算は7月から要件を欠く見込みです"],
            id="put off",
        ),
        pytest.param(
            lambda at, who: leaves(at, who[0], date(2026, 4, 30)), [], id="in the counted month already"
        ),
    ],
)
def test_a_change_says_which_addition_lacks_its_condition_from_when(
    city: City, act: Act, said: list[str]
) -> None:
    place, members = garden(city)

    act(place, members)

    assert sentences(place) == said


def test_the_reason_and_the_change_are_said_and_nobody_is_named(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))

    found = expected(place)

    assert found is not None
    (one,) = found.items
    assert (one.outcome, one.first, one.until) == (Outcome.LOST, JUNE, None)
    assert one.why == ("必要な教諭・保育士は5人（うち加配1人）ですが、4人です。",)
    assert [change.words for change in one.changes] == ["教諭1人の退職（5月31日）"]
    assert found.basis_words == "令和8年5月の児童数で見込んだもの"
    assert found.member_ids == [members[0].pk]


def test_two_who_leave_on_one_day_are_told_together(city: City) -> None:
    place, members = garden(city)
    for member in members[:2]:
        leaves(place, member, date(2026, 5, 31))

    found = expected(place)

    assert found is not None
    assert [change.words for change in found.changes] == ["教諭2人の退職（5月31日）"]
    assert [(one.outcome, one.finding.code) for one in found.items] == [
        (Outcome.LOST, "team_teaching"),
        (Outcome.DUE, "below_staffing"),
    ]
    assert found.items[1].sentence == "年齢別配置基準を下回る場合は6月から減算にあたる見込みです"


def test_who_comes_makes_good_what_fails_now(city: City) -> None:
    place, _ = garden(city, teachers=4)
    comes(place, date(2026, 6, 1))

    found = expected(place)

    assert found is not None
    assert [(one.outcome, one.is_bad) for one in found.items] == [(Outcome.REGAINED, False)]
    assert found.at_stake == ()


def test_what_lacks_a_condition_already_can_lack_another_one(city: City) -> None:
    place, members = garden(city)
    with place.open():
        GrantedItem.objects.create(
            municipality=city.municipality,
            facility=place.facility,
            code="age4plus_staffing",
            options={},
            from_month=APRIL.first_day,
        )
    leaves(place, members[0], date(2026, 5, 31))
    leaves(place, members[1], date(2026, 5, 31))

    found = expected(place)

    assert found is not None
    outcomes = {one.finding.code: (one.outcome, one.sentence) for one in found.items}
    assert outcomes["team_teaching"] == (
        Outcome.WORSE,
        "チーム保育加配加算は6月からほかの要件も欠く見込みです",
    )
    (worse,) = (one for one in found.items if one.finding.code == "team_teaching")
    assert worse.why == ("必要な教諭・保育士は5人（うち加配1人）ですが、3人です。",), "only what is new"


def test_a_change_that_takes_nothing_says_so(city: City) -> None:
    place, members = garden(city, teachers=6)
    leaves(place, members[0], date(2026, 5, 31))

    found = expected(place)

    assert found is not None
    assert (found.items, found.months) == ((), (JUNE,))


def test_without_counts_it_says_that_they_are_missing(city: City) -> None:
    place, members = garden(city, month=None)
    leaves(place, members[0], timezone.localdate().replace(day=28))

    found = expected(place)

    assert found is not None
    assert found.refused == ("児童数がまだ届いていないため、加算の要件への影響を見込めません。",)
    assert found.items == ()


def test_hours_of_a_full_timer_nobody_has_said_stay_unknown(city: City) -> None:
    place, members = garden(city)
    part = {"job": "teacher", "regular": False, "hours": 4, "days": 16}
    give_roster(place, Somebody(**part, licences=(Licence.KINDERGARTEN_1,)), full_time_hours=None)
    with place.open():
        WorkRules.objects.all().delete()
    leaves(place, members[0], date(2026, 5, 31))

    found = expected(place)

    assert found is not None
    assert found.items == ()
    assert "常勤の月の所定時間が登録されていないので" in found.refused[0]


def test_the_next_fiscal_year_is_refused_with_a_sentence(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2027, 3, 31))

    found = expected(place)

    assert found is not None
    assert (found.items, found.months) == ((), ())
    assert found.refused[0].startswith("令和9年4月は令和9年度です。")
    assert "令和8年度の児童数からは見込めません" in found.refused[0]


def test_hours_that_are_entered_later_are_no_fewer_teachers(city: City) -> None:
    """Who has another job besides counts by the hours really worked: those of May stand for June."""
    place, members = garden(city, teachers=4)
    shared = Somebody(**TEACHER, regular=False, concurrence="other_job", worked={MAY.first_day: 160})
    give_roster(place, shared, Somebody(**TEACHER))
    leaves(place, members[0], date(2026, 6, 30))
    comes(place, date(2026, 6, 1))

    found = expected(place)

    assert found is not None
    assert found.items == ()


def test_a_facility_that_rests_or_is_closed_expects_nothing(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))
    with city.open():
        Suspension.objects.create(
            municipality=city.municipality, facility=place.facility, from_month=JUNE.first_day, reason="改修"
        )

    assert expected(place) is None


# ---------------------------------------------------------------- 加算の確認


def test_a_month_to_come_is_shown_as_expected_with_the_counts_it_uses(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))

    page = additions_page(place, "?month=2026-06")

    assert "令和8年6月分 加算の確認 見込み" in page
    assert "令和8年6月分の児童数はまだ届いていません。令和8年5月の児童数で見込んだものです" in page
    assert LOST in page
    assert "6月から：教諭1人の退職（5月31日）" in page
    assert "職員名簿（令和8年6月1日現在）から：常勤4人" in page
    assert "見本　" not in page
    shown = events_of(city, "claims.additions_shown")[-1]
    assert (shown.detail["month"], shown.detail["counts_of"]) == ("2026-06", "2026-05")
    assert str(members[0].pk) in shown.rows["staff_member"]


def test_the_counted_month_leads_to_the_expected_one(city: City) -> None:
    place, members = garden(city)
    assert "（見込み）" not in additions_page(place)
    leaves(place, members[0], date(2026, 5, 31))

    assert "令和8年6月分（見込み）" in additions_page(place)


@pytest.mark.parametrize(
    ("month", "said"),
    [
        ("2027-04", "令和9年4月は令和9年度です。"),
        ("2099-01", "令和8年度の児童数からは見込めません"),
        ("2026-04", "令和8年4月の児童数は登録されていないため、加算を確認できません。"),
        ("2001-01", "の児童数は登録されていないため、加算を確認できません。"),
    ],
)
def test_a_month_outside_is_refused_with_a_sentence(city: City, month: str, said: str) -> None:
    place, _ = garden(city)

    page = additions_page(place, f"?month={month}")

    assert said in page
    assert "確認に使った内容" not in page


def test_the_city_sees_the_same_and_another_city_nothing(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))
    address = f"/c/review/additions/{place.facility.number}/?month=2026-06"

    answer = sign_in(city.people[Role.OFFICER]).get(address)
    other = make_city("131016", "若葉市")

    page = text(answer)
    assert "令和8年5月の児童数で見込んだものです" in page
    assert LOST in page
    assert "教諭1人の退職（5月31日）" in page
    assert "教諭1人の退職" not in text(sign_in(city.people[Role.ADMINISTRATOR]).get(address))
    assert sign_in(other.people[Role.OFFICER]).get(address).status_code == 404
    with other.open():
        assert not expectations_in_city().found


def test_no_claim_is_made_of_an_expectation(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))
    with place.open():
        before = list(Claim.objects.values_list("pk", "version", "total_yen", "content_hash"))
    additions_page(place, "?month=2026-06")

    with place.open():
        assert list(Claim.objects.values_list("pk", "version", "total_yen", "content_hash")) == before
        sheet = CountSheet.objects.select_related("facility__municipality").get()
        found = ingredients_expected(sheet, JUNE)
        assert found.profile is not None
        with pytest.raises(AssertionError, match="never priced"):
            quote_for(found, found.profile, city.municipality.code)


def test_an_expected_month_has_no_questions_of_its_own(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))
    browser = sign_in(place.clerk)
    assert browser.get(f"/f/{place.facility.number}/additions/2026-06/answers/").status_code == 404
    assert browser.get(f"/f/{place.facility.number}/additions/2026-05/answers/").status_code == 200


# ---------------------------------------------------------------- homes


def test_the_facilitys_home_says_it_with_the_way_there(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))

    answer = sign_in(place.clerk).get(f"/f/{place.facility.number}/")

    assert LOST in text(answer)
    assert "教諭1人の退職（5月31日）" in text(answer)
    assert f"/f/{place.facility.number}/additions/?month=2026-06" in answer.content.decode()
    shown = events_of(city, "portal.home_shown")[-1]
    assert shown.rows["staff_member"] == [str(members[0].pk)]


def test_the_citys_home_has_one_line_for_a_facility_without_people(city: City) -> None:
    place, members = garden(city)
    for member in members[:2]:
        leaves(place, member, date(2026, 5, 31))
    quiet, others = garden(city, "1299900000912", teachers=7)
    leaves(quiet, others[0], date(2026, 5, 31))

    answer = sign_in(city.people[Role.OFFICER]).get("/c/")
    page = text(answer)

    assert "職員の異動で要件を欠く見込みの加算 1施設" in page
    assert re.search(rf"もも幼稚園 {LOST} ほか1件", page)
    assert f"/c/review/additions/{place.facility.number}/?month=2026-06" in answer.content.decode()
    assert "教諭" not in page
    for role in (Role.ENROLMENT, Role.ADMINISTRATOR):
        assert "要件を欠く見込み" not in text(sign_in(city.people[role]).get("/c/"))


def test_more_facilities_and_changes_cost_the_city_no_query_more(city: City) -> None:
    def queries() -> int:
        with city.open(), CaptureQueriesContext(connection) as caught:
            assert expectations_in_city().found
        return len(caught)

    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))
    queries()
    few = queries()
    for number in range(912, 917):
        more, people_there = garden(city, f"1299900000{number}", month=APRIL if number % 2 else MAY)
        leaves(more, people_there[0], date(2026, 6, 30))
        comes(more, date(2026, 8, 1))

    assert queries() == few
    with city.open():
        assert len(expectations_in_city().found) == 6


def test_the_city_looks_at_so_many_facilities_and_says_of_how_many_it_does_not(city: City) -> None:
    for number in range(912, 915):
        place, members = garden(city, f"1299900000{number}")
        leaves(place, members[0], date(2026, 5 if number == 914 else 6, 30))
    arriving, _ = garden(city, "1299900000915")
    comes(arriving, date(2026, 6, 1))

    with city.open():
        found = expectations_in_city(most=1)

    assert [one.facility.number for one in found.at_stake] == ["1299900000914"], "the first to lose"
    assert found.left_out == 2, "who only comes takes nothing away"


def test_homes_pay_nothing_where_nothing_is_to_come(city: City) -> None:
    garden(city)
    with city.open(), CaptureQueriesContext(connection) as caught:
        assert not expectations_in_city().found
    assert len(caught) == 2


# ---------------------------------------------------------------- the person


def act_address(place: Nursery, member: StaffMember, act: str = "") -> str:
    return f"/f/{place.facility.number}/staff/{member.pk}/{act}"


def typed(place: Nursery, member: StaffMember, left_on: str, **more: str) -> dict[str, Any]:
    with place.open():
        return {"version": version(member), "left_on": left_on, "ending": "left", **more}


def test_what_a_leave_does_is_seen_before_it_is_registered(city: City) -> None:
    place, members = garden(city)
    browser = sign_in(place.clerk)

    answer = browser.post(
        act_address(place, members[0], "leaving/"), typed(place, members[0], "R8.5.31", weigh="1")
    )

    assert answer.status_code == 200
    assert "まだ登録していません" in text(answer)
    assert LOST in text(answer)
    with place.open():
        assert StaffChange.objects.count() == 0
        assert version(members[0]) == StaffMember.objects.get(pk=members[0].pk).version == members[0].version
    assert not events_of(city, "staff.left")
    assert events_of(city, "staff.shown")[-1].detail == {"weighed": True}
    assert expected(place) is None
    assert 'value="R8.5.31"' in answer.content.decode(), "what was typed stands"


def test_what_a_leave_does_is_seen_after_it_is_registered(city: City) -> None:
    place, members = garden(city)
    browser = sign_in(place.clerk)

    answer = browser.post(
        act_address(place, members[0], "leaving/"), typed(place, members[0], "R8.5.31"), follow=True
    )

    page = text(answer)
    assert "この職員の異動と加算" in page
    assert LOST in page
    assert "令和8年5月の児童数で見込んだものです" in page
    assert "この職員の異動と加算" not in text(browser.get(act_address(place, members[1]))), "somebody else's"
    stays(place, members[0])
    assert "この職員の異動と加算" not in text(browser.get(act_address(place, members[0])))


def test_a_leave_that_is_refused_is_refused_when_looked_at(city: City) -> None:
    place, members = garden(city)
    browser = sign_in(place.clerk)

    answer = browser.post(
        act_address(place, members[0], "leaving/"), typed(place, members[0], "R1.5.31", weigh="1")
    )

    assert answer.status_code == 422
    assert "まだ登録していません" not in text(answer)


def test_a_late_change_names_the_months_that_have_claims(city: City) -> None:
    place, members = garden(city)
    with place.open() as clerk:
        claim = Claim.objects.get()
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=now())
    browser = sign_in(place.clerk)
    address = act_address(place, members[0], "leaving/")

    looked = text(browser.post(address, typed(place, members[0], "R8.4.30", weigh="1")))
    done = text(browser.post(address, typed(place, members[0], "R8.4.30"), follow=True))

    assert "令和8年5月分にかかります（児童数 確認済み・請求 提出済み 1件）。" in looked
    assert "請求のある令和8年5月分にかかります（児童数 確認済み・請求 提出済み 1件）。" in done


def test_people_of_another_corporation_are_not_seen(city: City) -> None:
    place, members = garden(city)
    leaves(place, members[0], date(2026, 5, 31))
    stranger = make_facility(city, "すみれ保育園", number="1299900000902", kind=FacilityKind.NURSERY)
    give_counts(stranger, MAY)
    browser = sign_in(stranger.clerk)

    assert browser.get(act_address(place, members[0])).status_code == 404
    assert browser.get(f"/f/{place.facility.number}/additions/?month=2026-06").status_code == 404
    with stranger.open():
        assert expectation_of(place.facility) is None
        assert not expectations_in_city().found
