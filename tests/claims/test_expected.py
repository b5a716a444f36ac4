"""見込み: what changes on a roster do to additions of months nobody has counted the children of yet."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone

from claims.composing import quote_for
from claims.expecting import Expectation, Outcome
from claims.models import Claim, CountSheet
from claims.queries.expected import expectations_in_city, ingredients_expected
from facilities.actors import Role
from facilities.models import Facility, GrantedItem, Suspension
from facilities.periods import ServiceMonth
from staff_records.models import StaffMember, WorkRules
from staff_records.words import Licence
from tests.cast import APRIL, JUNE, MAY, City, Nursery, make_city, sign_in
from tests.claims.expected_stage import (
    LOST,
    TEACHER,
    additions_page,
    comes,
    expected,
    garden,
    goes_on_leave,
    leaves,
    sentences,
    stays,
    text,
    works_half,
)
from tests.record import events_of
from tests.staff_records.staffed import Somebody, give_roster

Act = Callable[[Nursery, list[StaffMember]], object]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


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
            ["チーム保育加配加算は令和9年3月から要件を欠く見込みです"],
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


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ((JUNE,), "6月"),
        ((ServiceMonth(2026, 12), ServiceMonth(2027, 1), ServiceMonth(2027, 2)), "12月・令和9年1月・2月"),
        ((ServiceMonth(2027, 3),), "令和9年3月"),
    ],
)
def test_months_of_the_later_calendar_year_are_told_with_it(
    months: tuple[ServiceMonth, ...], words: str
) -> None:
    assert Expectation(Facility(), MAY, months).month_words == words


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
    place, _ = garden(city, teachers=4)
    shared = Somebody(**TEACHER, regular=False, concurrence="other_job", worked={MAY.first_day: 160})
    _, clerk = give_roster(place, shared, Somebody(job="clerk", licences=()))
    leaves(place, clerk, date(2026, 5, 31))

    found = expected(place)

    assert found is not None
    assert (found.months, found.items) == ((JUNE,), ())


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
